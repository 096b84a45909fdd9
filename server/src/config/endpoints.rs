//! The SDK's own variables for endpoints. They are not Teal's to read, but the SDK stops the whole process over
//! one that is no address, with words that nobody can use.

use axum::http::Uri;

use super::mistake::{Findings, Origin, Wrong, quoted};

/// The variables that Teal's clients obey.
const VARIABLES: [&str; 16] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_SSM",
    "AWS_ENDPOINT_URL_MWAA",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_CLOUDTRAIL",
    "AWS_ENDPOINT_URL_CLOUDWATCH",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2",
    "AWS_ENDPOINT_URL_AUTO_SCALING",
    "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_RDS",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL_COST_EXPLORER",
    "AWS_ENDPOINT_URL_PRICING",
];

/// Looks at each that is set.
pub(super) fn check(env: &dyn Fn(&str) -> Option<String>, findings: &Findings) {
    for variable in VARIABLES {
        if let Some(wrong) = env(variable).and_then(|text| wrong(&text)) {
            findings.add(&Origin::Variable(variable), wrong);
        }
    }
}

fn wrong(text: &str) -> Option<Wrong> {
    if text.trim().is_empty() {
        return Some(Wrong::new("it is set, but empty", "give it an address, or unset it"));
    }
    let address = text.parse::<Uri>().ok();
    let good = address.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some());
    let mend = "write an address with its scheme, such as http://localhost:4566, or unset it";
    (!good).then(|| Wrong::new(format!("{} is no address of AWS", quoted(text)), mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_that_the_sdk_would_stumble_over_is_named_by_its_variable() {
        for (text, says) in [
            ("", "AWS_ENDPOINT_URL_SSM: it is set, but empty: give it an address, or unset it"),
            ("localhost:4566", "AWS_ENDPOINT_URL_SSM: `localhost:4566` is no address of AWS"),
            ("/aws", "AWS_ENDPOINT_URL_SSM: `/aws` is no address of AWS"),
            ("ftp://localhost", "AWS_ENDPOINT_URL_SSM: `ftp://localhost` is no address of AWS"),
        ] {
            let findings = Findings::default();
            check(&|name| (name == "AWS_ENDPOINT_URL_SSM").then(|| text.to_owned()), &findings);
            let mistakes = findings.judge(Ok(())).expect_err(text).to_string();
            assert!(mistakes.starts_with(says), "{mistakes}");
        }
        for text in ["http://localhost:4566", "https://vpce-1.ssm.eu-west-1.vpce.amazonaws.com/", "http://[::1]:1"] {
            let findings = Findings::default();
            check(&|_| Some(text.to_owned()), &findings);
            assert!(findings.is_empty(), "{text}");
        }
    }
}
