//! Secrets Manager: whether a secret is there. What it holds is never asked for.
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html>

use async_trait::async_trait;
use serde_json::{Value, json};
use teal_domain::{Timestamp, platform::Secret};

use super::{AwsError, signed};

/// What it is called in policies.
const ACTION: &str = "secretsmanager:DescribeSecret";

/// Secrets Manager, as far as Teal reads it.
#[async_trait]
pub trait SecretPort: Send + Sync + std::fmt::Debug {
    /// The secret of that name; none where there is no such secret.
    async fn secret(&self, name: &str) -> Result<Option<Secret>, AwsError>;
}

/// Secrets Manager over the SDK's signer.
#[derive(Clone, Debug)]
pub struct Secrets {
    caller: signed::Caller,
    region: String,
    endpoint: String,
}

impl Secrets {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let region = config.region().map_or_else(String::new, ToString::to_string);
        let usual = || signed::usual("secretsmanager", &region);
        let endpoint = signed::endpoint(config, "AWS_ENDPOINT_URL_SECRETS_MANAGER", usual);
        Self { caller: signed::Caller::new(config), region, endpoint }
    }
}

#[async_trait]
impl SecretPort for Secrets {
    async fn secret(&self, name: &str) -> Result<Option<Secret>, AwsError> {
        let body = json!({"SecretId": name}).to_string();
        let call = signed::Call {
            action: ACTION,
            service: "secretsmanager",
            region: &self.region,
            endpoint: &self.endpoint,
            headers: &[
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "secretsmanager.DescribeSecret"),
            ],
            body: &body,
        };
        let (status, answer) = self.caller.make(&call).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        if status >= 400 {
            let error = signed::json_refusal(ACTION, status, &answer);
            let missing = error.code.as_deref() == Some("ResourceNotFoundException");
            return if missing { Ok(None) } else { Err(error) };
        }
        if answer["ARN"].is_null() {
            let message = format!("{ACTION} answered without a secret.");
            return Err(AwsError { code: None, message, refused: false });
        }
        Ok(Some(secret(&answer)))
    }
}

fn secret(answer: &Value) -> Secret {
    Secret {
        // One that never was rotated does not say so.
        rotates: Some(answer["RotationEnabled"].as_bool().unwrap_or_default()),
        changed_at: answer["LastChangedDate"].as_f64().map(timestamp),
        deleted: !answer["DeletedDate"].is_null(),
    }
}

/// Seconds, of which the fraction counts.
#[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest moment")]
fn timestamp(seconds: f64) -> Timestamp {
    Timestamp((seconds * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_whether_it_is_rotated_when_it_was_changed_and_whether_it_is_to_go() {
        let told = secret(&json!({
            "ARN": "arn:aws:secretsmanager:us-east-2:123456789012:secret:acme-a1b2c3", "Name": "acme",
            "RotationEnabled": true, "LastChangedDate": 1_523_477_145.713,
        }));
        let changed_at = Some(Timestamp(1_523_477_145_713));
        assert_eq!(told, Secret { rotates: Some(true), changed_at, deleted: false });
        let told = secret(&json!({"ARN": "arn", "DeletedDate": 1_524_085_349.095}));
        assert_eq!(told, Secret { rotates: Some(false), changed_at: None, deleted: true });
    }
}
