//! Where Teal itself stands, as far as it was told: what goes down together with the platform should not be what one
//! switches it with. What it was not told is not guessed.

/// Where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// The AWS region that it runs in, where config says so.
    pub region: Option<String>,
    /// Where its journal is kept.
    pub store: Kept,
    /// Where people sign in.
    pub sign_in: SignIn,
}

/// Where the journal is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kept {
    /// It was not told.
    #[default]
    NotTold,
    /// In a file of the machine that Teal runs on.
    File,
}

/// Where people sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignIn {
    /// It was not told.
    #[default]
    NotTold,
    /// Nobody does: whoever reaches Teal is the person at its machine.
    Nobody,
    /// At a provider.
    Provider {
        /// Its host.
        host: String,
        /// Its AWS region, where its address names one.
        region: Option<String>,
    },
    /// At a load balancer, and through it at a provider.
    Balancer {
        /// The load balancer's region, by its ARN.
        region: Option<String>,
        /// The provider's host.
        host: String,
        /// The provider's region, where its address names one.
        provider: Option<String>,
    },
}

impl SignIn {
    /// A provider, by the address of its issuer.
    pub fn at(issuer: &str) -> Self {
        Self::Provider { host: host(issuer).to_owned(), region: region(issuer).map(str::to_owned) }
    }

    /// A load balancer by its ARN, and its provider by the address of that one's issuer.
    pub fn behind(arn: &str, issuer: &str) -> Self {
        let of_arn = arn.split(':').nth(3).filter(|region| !region.is_empty());
        Self::Balancer {
            region: of_arn.map(str::to_owned),
            host: host(issuer).to_owned(),
            provider: region(issuer).map(str::to_owned),
        }
    }
}

fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// The region of a Cognito user pool stands in its issuer: `https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Ab1`.
fn region(issuer: &str) -> Option<&str> {
    host(issuer).strip_prefix("cognito-idp.")?.split('.').next().filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_user_pool_stands_in_its_issuer_and_that_of_another_provider_is_not_known() {
        let cognito = SignIn::at("https://cognito-idp.us-east-2.amazonaws.com/us-east-2_Ab1");
        let host = "cognito-idp.us-east-2.amazonaws.com".to_owned();
        assert_eq!(cognito, SignIn::Provider { host, region: Some("us-east-2".into()) });
        let other = SignIn::at("https://login.example.com/tenant?x=1");
        assert_eq!(other, SignIn::Provider { host: "login.example.com".into(), region: None });
    }

    #[test]
    fn the_region_of_a_load_balancer_stands_in_its_arn() {
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/teal/1";
        let SignIn::Balancer { region, host, provider } = SignIn::behind(arn, "https://login.example.com") else {
            panic!("a load balancer")
        };
        assert_eq!((region.as_deref(), host.as_str(), provider), (Some("eu-west-1"), "login.example.com", None));
    }
}
