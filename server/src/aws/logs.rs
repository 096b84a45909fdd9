//! CloudWatch Logs: the log of a task, where MWAA's paths are too short to ask Airflow for it.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>

use async_trait::async_trait;
use serde_json::{Value, json};

use super::{AwsError, signed};

/// What it is called in policies.
const ACTION: &str = "logs:GetLogEvents";
/// So many lines of the end of a log are read: whoever asked the flag and failed says so there.
const LINES: u32 = 200;

/// CloudWatch Logs, as far as Teal reads it.
#[async_trait]
pub trait LogPort: Send + Sync + std::fmt::Debug {
    /// The end of a stream of a log group.
    async fn end_of(&self, group: &str, stream: &str) -> Result<String, AwsError>;
}

/// CloudWatch Logs over the SDK's signer.
#[derive(Clone, Debug)]
pub struct Logs {
    caller: signed::Caller,
    region: String,
    endpoint: String,
}

impl Logs {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let region = config.region().map_or_else(String::new, ToString::to_string);
        let usual = || signed::usual("logs", &region);
        let endpoint = signed::endpoint(config, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", usual);
        Self { caller: signed::Caller::new(config), region, endpoint }
    }
}

#[async_trait]
impl LogPort for Logs {
    async fn end_of(&self, group: &str, stream: &str) -> Result<String, AwsError> {
        let body =
            json!({"logGroupName": group, "logStreamName": stream, "limit": LINES, "startFromHead": false}).to_string();
        let call = signed::Call {
            action: ACTION,
            service: "logs",
            region: &self.region,
            endpoint: &self.endpoint,
            headers: &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "Logs_20140328.GetLogEvents")],
            body: &body,
        };
        let (status, answer) = self.caller.make(&call).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        if status >= 400 {
            return Err(refusal(status, &answer, group, stream));
        }
        let lines = answer["events"].as_array().into_iter().flatten().filter_map(|event| event["message"].as_str());
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }
}

fn refusal(status: u16, answer: &Value, group: &str, stream: &str) -> AwsError {
    let mut error = signed::json_refusal(ACTION, status, answer);
    if error.code.as_deref() == Some("ResourceNotFoundException") {
        error.message = format!(
            "There is no log stream `{stream}` in the log group `{group}`: see whether the environment writes the logs of \
             its tasks."
        );
    }
    error
}
