//! CloudWatch Logs: the log of a task, where MWAA's paths are too short to ask Airflow for it; and what log groups keep.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>

use async_trait::async_trait;
use serde_json::{Value, json};
use teal_domain::platform::LogGroup;

use super::{AwsError, signed};

/// What it is called in policies.
const ACTION: &str = "logs:GetLogEvents";
/// The other one.
const GROUPS: &str = "logs:DescribeLogGroups";
/// An environment has five groups: an answer holds fifty.
const GROUPS_ASKED: u32 = 50;
/// So many lines of the end of a log are read: whoever asked the flag and failed says so there.
const LINES: u32 = 200;

/// CloudWatch Logs, as far as Teal reads it.
#[async_trait]
pub trait LogPort: Send + Sync + std::fmt::Debug {
    /// The end of a stream of a log group.
    async fn end_of(&self, group: &str, stream: &str) -> Result<String, AwsError>;

    /// The log groups whose names begin so, by name.
    async fn groups(&self, prefix: &str) -> Result<Vec<LogGroup>, AwsError>;
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
        let body = json!({"logGroupName": group, "logStreamName": stream, "limit": LINES, "startFromHead": false});
        let (status, answer) = self.ask(ACTION, "Logs_20140328.GetLogEvents", &body).await?;
        if status >= 400 {
            return Err(refusal(status, &answer, group, stream));
        }
        let lines = answer["events"].as_array().into_iter().flatten().filter_map(|event| event["message"].as_str());
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    async fn groups(&self, prefix: &str) -> Result<Vec<LogGroup>, AwsError> {
        let body = json!({"logGroupNamePrefix": prefix, "limit": GROUPS_ASKED});
        let (status, answer) = self.ask(GROUPS, "Logs_20140328.DescribeLogGroups", &body).await?;
        if status >= 400 {
            return Err(signed::json_refusal(GROUPS, status, &answer));
        }
        let mut groups: Vec<_> = answer["logGroups"].as_array().into_iter().flatten().filter_map(told).collect();
        groups.sort();
        Ok(groups)
    }
}

/// A log group, as it is told.
fn told(group: &Value) -> Option<LogGroup> {
    Some(LogGroup {
        name: group["logGroupName"].as_str()?.to_owned(),
        retention_days: group["retentionInDays"].as_u64().and_then(|days| u32::try_from(days).ok()),
        bytes: group["storedBytes"].as_u64().unwrap_or_default(),
    })
}

impl Logs {
    async fn ask(&self, action: &'static str, target: &'static str, body: &Value) -> Result<(u16, Value), AwsError> {
        let call = signed::Call {
            action,
            service: "logs",
            region: &self.region,
            endpoint: &self.endpoint,
            headers: &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)],
            body: &body.to_string(),
        };
        let (status, answer) = self.caller.make(&call).await?;
        Ok((status, serde_json::from_slice(&answer).unwrap_or_default()))
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
