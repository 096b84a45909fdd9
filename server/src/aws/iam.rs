//! IAM: whether a role may do something, by its policies and what bounds them.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>

use async_trait::async_trait;
use teal_domain::trouble::Allowed;

use super::{AwsError, signed};

/// What it is called in policies.
const ACTION: &str = "iam:SimulatePrincipalPolicy";

/// IAM, as far as Teal asks it.
#[async_trait]
pub trait RolePort: Send + Sync + std::fmt::Debug {
    /// Whether a role may do something with a resource.
    async fn may(&self, role: &str, action: &str, resource: &str) -> Result<Allowed, AwsError>;
}

/// IAM over the SDK's signer.
#[derive(Clone, Debug)]
pub struct Roles {
    config: aws_config::SdkConfig,
    endpoint: String,
    region: &'static str,
}

impl Roles {
    /// A client for a place. IAM is one for a partition, and signs in one of its regions.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let region = config.region().map_or("", AsRef::as_ref);
        let (usual, signs) = if region.starts_with("cn-") {
            ("https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1")
        } else if region.starts_with("us-gov-") {
            ("https://iam.us-gov.amazonaws.com", "us-gov-west-1")
        } else {
            ("https://iam.amazonaws.com", "us-east-1")
        };
        let endpoint = signed::endpoint(config, "AWS_ENDPOINT_URL_IAM", || usual.to_owned());
        Self { config: config.clone(), endpoint, region: signs }
    }
}

#[async_trait]
impl RolePort for Roles {
    async fn may(&self, role: &str, action: &str, resource: &str) -> Result<Allowed, AwsError> {
        let fields = [
            ("Action", "SimulatePrincipalPolicy"),
            ("Version", "2010-05-08"),
            ("PolicySourceArn", role),
            ("ActionNames.member.1", action),
            ("ResourceArns.member.1", resource),
        ];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let call = signed::Call {
            action: ACTION,
            service: "iam",
            region: self.region,
            endpoint: &self.endpoint,
            headers: &[("content-type", "application/x-www-form-urlencoded")],
            body: &body,
        };
        let (status, answer) = call.make(&self.config).await?;
        let answer = String::from_utf8_lossy(&answer);
        if status >= 400 {
            return Err(refusal(status, &answer));
        }
        decision(&answer).ok_or_else(|| AwsError {
            code: None,
            message: format!("{ACTION} answered without a decision."),
            refused: false,
        })
    }
}

/// The text of the first element of a name: the answer is small, and known to hold neither attributes nor comments there.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let rest = xml.split_once(&format!("<{name}>"))?.1;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text.trim())
}

fn decision(xml: &str) -> Option<Allowed> {
    match element(xml, "EvalDecision")? {
        "allowed" => Some(Allowed::Yes),
        "explicitDeny" => Some(Allowed::Denied),
        "implicitDeny" => Some(Allowed::NotGranted),
        _ => None,
    }
}

fn refusal(status: u16, xml: &str) -> AwsError {
    let code = element(xml, "Code").map(str::to_owned);
    let message = match code.as_deref() {
        Some(code) if code.contains("AccessDenied") => {
            format!("{ACTION} is not allowed for these credentials: add it to Teal's policy.")
        }
        Some(code) => format!("{ACTION} answered {code}: {}", element(xml, "Message").unwrap_or_default()),
        None => format!("{ACTION} answered HTTP {status}."),
    };
    AwsError { code, message, refused: (400..500).contains(&status) && status != 408 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(decision: &str) -> String {
        format!(
            "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
             <SimulatePrincipalPolicyResult><EvaluationResults><member>\
             <EvalActionName>ssm:GetParameter</EvalActionName><EvalDecision>{decision}</EvalDecision>\
             </member></EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
        )
    }

    #[test]
    fn each_decision_of_iam_is_told_apart_and_another_is_none() {
        for (word, told) in [
            ("allowed", Some(Allowed::Yes)),
            ("implicitDeny", Some(Allowed::NotGranted)),
            ("explicitDeny", Some(Allowed::Denied)),
            ("maybe", None),
        ] {
            assert_eq!(decision(&answer(word)), told, "{word}");
        }
        assert_eq!(decision("<html>a proxy</html>"), None);
    }

    #[test]
    fn a_refusal_names_the_action_to_add() {
        let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
        let error = refusal(403, denied);
        assert!(error.refused && error.message.contains("iam:SimulatePrincipalPolicy is not allowed"), "{error:?}");
        assert_eq!(refusal(502, "").message, "iam:SimulatePrincipalPolicy answered HTTP 502.");
    }
}
