//! `kind = "alb"`: people sign in at an Application Load Balancer, which says with each request who they are.

use super::{
    super::{
        mistake::{Findings, Found, Reported, Wrong, quoted},
        reader::Section,
        rules,
    },
    Logout, clients, groups, usual,
    words::{address, logout, public_url, word},
};
use crate::auth::{bearer::Scripts, provider::is_cognito, roles::GroupRole};

/// The load balancer, and the provider behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlbConfig {
    /// Where browsers find Teal: scheme, host and port.
    pub public_url: String,
    /// The load balancer: nobody else's word is taken.
    pub alb_arn: String,
    /// Where its keys are, one below it for each.
    pub keys: String,
    /// The provider that it sends people to, to the letter.
    pub issuer: String,
    /// Where that one describes itself: its issuer, unless it is reached by another address.
    pub discovery: String,
    /// The load balancer's name there.
    pub client_id: String,
    /// The claim with the groups.
    pub groups_claim: String,
    /// The claim with the name that the journal writes down.
    pub name_claim: String,
    /// Where the provider ends its own session.
    pub logout: Logout,
    /// The cookie in which the load balancer keeps its session.
    pub session_cookie: String,
    /// What groups bring.
    pub roles: Vec<GroupRole>,
    /// The scripts that may come in.
    pub scripts: Scripts,
}

impl AlbConfig {
    /// Cognito tells its groups in tokens, and not where the load balancer asks who somebody is.
    pub fn groups_are_in_the_access_token(&self) -> bool {
        is_cognito(&self.issuer) && self.groups_claim == COGNITO_GROUPS
    }
}

const COGNITO_GROUPS: &str = "cognito:groups";
const ARN: &str = "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/teal/50dc6c495c0c9188";

pub(super) fn read(mut section: Section<'_, '_>, findings: &Findings) -> Result<AlbConfig, Reported> {
    let public_url = section.needed("public_url", "https://teal.example.com", public_url);
    let keys = section.optional("keys", address);
    let keys_are_given = matches!(keys, Ok(Some(_)));
    let arn = section.needed("alb_arn", ARN, |text| load_balancer(text, keys_are_given));
    let issuer = section.needed("issuer", "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_AbCdEf123", address);
    let discovery = section.optional("discovery", address);
    let client_id = section.needed("client_id", "1h57kf5cpq17m0eml12EXAMPLE", word);
    let groups_claim = section.optional("groups_claim", word);
    let name_claim = section.optional("name_claim", word);
    let logout = section.optional("logout", logout);
    let session_cookie = section.optional("session_cookie", cookie);
    let roles = groups(&mut section);
    let scripts = clients::read(&mut section, findings);
    section.finish_beside("kind = \"alb\"", |key| match key {
        "step_up" => {
            "a load balancer does not say when somebody signed in, so no switch can ask for a younger sign-in: \
                      use kind = \"oidc\" for that, or remove it"
                .into()
        }
        _ => "the load balancer signs people in and keeps their sessions: set it there, and remove it here".into(),
    });

    let (arn, issuer) = (arn?, issuer?.value);
    let (arn, usual_keys) = arn.value;
    Ok(AlbConfig {
        public_url: public_url?.value,
        keys: keys?.map_or(usual_keys, |found| found.value),
        alb_arn: arn,
        discovery: discovery?.map_or_else(|| issuer.clone(), |found| found.value),
        client_id: client_id?.value,
        groups_claim: usual(groups_claim, &issuer, COGNITO_GROUPS, "groups")?,
        name_claim: usual(name_claim, &issuer, "username", "preferred_username")?,
        logout: logout?.map_or(Logout::Published, |found| found.value),
        session_cookie: session_cookie?.map_or_else(|| "AWSELBAuthSessionCookie".to_owned(), given),
        roles: roles?,
        scripts: scripts?,
        issuer,
    })
}

fn given(found: Found<String>) -> String {
    found.value
}

/// The ARN, and where its region has the keys:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>
fn load_balancer(text: &str, keys_are_given: bool) -> Result<(String, String), Wrong> {
    let no = || {
        Wrong::new(
            format!("{} is not the ARN of an Application Load Balancer", quoted(text)),
            format!("write it like \"{ARN}\""),
        )
    };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "elasticloadbalancing", region, account, resource] = parts[..] else { return Err(no()) };
    let plain = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let named = matches!(resource.split('/').collect::<Vec<_>>()[..], ["loadbalancer", "app", name, id] if plain(name) && plain(id));
    if !named || rules::region(region).is_err() || rules::account(account).is_err() {
        return Err(no());
    }
    let keys = match partition {
        "aws" => format!("https://public-keys.auth.elb.{region}.amazonaws.com"),
        "aws-us-gov" => format!("https://s3-{region}.amazonaws.com/aws-elb-public-keys-prod-{region}"),
        _ if partition.starts_with("aws-") && keys_are_given => String::new(),
        _ if partition.starts_with("aws-") => {
            let what = format!("where the keys of load balancers are in {partition} is not documented");
            return Err(Wrong::new(what, "give their address as `keys`, without the key's own name"));
        }
        _ => return Err(no()),
    };
    Ok((text.to_owned(), keys))
}

/// What may be the name of a cookie.
fn cookie(text: &str) -> Result<String, Wrong> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        let mend = "write it as the listener's rule has it, like \"AWSELBAuthSessionCookie\"";
        return Err(Wrong::new(format!("{} is no name of a cookie", quoted(text)), mend));
    }
    Ok(text.to_owned())
}
