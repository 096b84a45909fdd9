//! IAM: whether a role may do something, by its policies and what bounds them.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>

use async_trait::async_trait;
use teal_domain::trouble::Allowed;

use super::{
    AwsError,
    query::{Element, Fields, Query},
    signed,
};

/// What it is called in policies.
const ACTION: &str = "iam:SimulatePrincipalPolicy";
/// Where the environment may say that it is elsewhere.
const ENDPOINT: &str = "AWS_ENDPOINT_URL_IAM";

/// IAM, as far as Teal asks it.
#[async_trait]
pub trait RolePort: Send + Sync + std::fmt::Debug {
    /// Whether a role may do something with a resource.
    async fn may(&self, role: &str, action: &str, resource: &str) -> Result<Allowed, AwsError>;
}

/// IAM over the SDK's signer.
#[derive(Clone, Debug)]
pub struct Roles(Query);

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
        let endpoint = signed::endpoint(config, ENDPOINT, || usual.to_owned());
        Self(Query::new(config, "iam", "2010-05-08", ENDPOINT).at(endpoint, signs))
    }
}

#[async_trait]
impl RolePort for Roles {
    async fn may(&self, role: &str, action: &str, resource: &str) -> Result<Allowed, AwsError> {
        let fields: Fields = vec![
            ("PolicySourceArn".into(), role.to_owned()),
            ("ActionNames.member.1".into(), action.to_owned()),
            ("ResourceArns.member.1".into(), resource.to_owned()),
        ];
        self.0.ask(ACTION, &fields, decision).await?.ok_or_else(|| AwsError {
            code: None,
            message: format!("{ACTION} answered without a decision."),
            refused: false,
        })
    }
}

fn decision(answer: Element<'_, '_>) -> Option<Allowed> {
    let word = answer.each("EvaluationResults").find_map(|result| result.text("EvalDecision"))?;
    match word.as_str() {
        "allowed" => Some(Allowed::Yes),
        "explicitDeny" => Some(Allowed::Denied),
        "implicitDeny" => Some(Allowed::NotGranted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::query::reading;

    #[test]
    fn each_decision_of_iam_is_told_apart_and_another_is_none() {
        for (word, told) in [
            ("allowed", Some(Allowed::Yes)),
            ("implicitDeny", Some(Allowed::NotGranted)),
            ("explicitDeny", Some(Allowed::Denied)),
            ("maybe", None),
        ] {
            let answer = format!(
                "<SimulatePrincipalPolicyResult xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><EvaluationResults>\
                 <member><EvalActionName>ssm:GetParameter</EvalActionName><EvalDecision>{word}</EvalDecision></member>\
                 </EvaluationResults></SimulatePrincipalPolicyResult>"
            );
            assert_eq!(reading(&answer, decision), told, "{word}");
        }
    }
}
