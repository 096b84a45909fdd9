//! CloudTrail: how a change was made past Teal. Asked only where config allows it.

use async_trait::async_trait;
use aws_sdk_cloudtrail::{
    Client,
    config::Builder,
    primitives::DateTime,
    types::{LookupAttribute, LookupAttributeKey},
};
use serde::Deserialize;
use teal_domain::{FlagVersion, Millis, Timestamp};

use super::{AwsError, traced::Traced};

/// How far before and after a version's own date its event is looked for.
const AROUND: Millis = Millis::from_secs(60);

/// The trail, as far as Teal asks it.
#[async_trait]
pub trait TrailPort: Send + Sync + std::fmt::Debug {
    /// How a version of a parameter was written. `None` while CloudTrail does not tell (events come up to 15
    /// minutes late).
    async fn how(&self, parameter: &str, version: FlagVersion, written_at: Timestamp) -> Result<Option<How>, AwsError>;
}

/// How a version was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct How {
    /// The tool, in words: the AWS console, the AWS CLI, an SDK.
    pub tool: String,
    /// The caller's ARN, where the event names one.
    pub arn: Option<String>,
}

/// CloudTrail through the SDK.
#[derive(Clone, Debug)]
pub struct Trail(Client);

impl Trail {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::from_conf(Builder::from(config).interceptor(Traced).build()))
    }
}

#[async_trait]
impl TrailPort for Trail {
    async fn how(&self, parameter: &str, version: FlagVersion, written_at: Timestamp) -> Result<Option<How>, AwsError> {
        let puts = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::EventName)
            .attribute_value("PutParameter")
            .build()
            .map_err(|error| AwsError { code: None, message: error.to_string(), refused: true })?;
        let answer = self
            .0
            .lookup_events()
            .lookup_attributes(puts)
            .start_time(DateTime::from_millis((written_at - AROUND).0))
            .end_time(DateTime::from_millis((written_at + AROUND).0))
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("cloudtrail:LookupEvents", &error))?;
        let events = answer.events.unwrap_or_default();
        let records =
            events.iter().filter_map(|event| serde_json::from_str::<Event>(event.cloud_trail_event.as_deref()?).ok());
        Ok(records.filter(|event| event.wrote(parameter, version)).map(Event::how).next())
    }
}

/// The parts of a CloudTrail record that tell
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default)]
    user_agent: Option<String>,
    #[serde(default)]
    user_identity: Identity,
    #[serde(default)]
    request_parameters: Option<Request>,
    #[serde(default)]
    response_elements: Option<Response>,
}

#[derive(Debug, Default, Deserialize)]
struct Identity {
    #[serde(default)]
    arn: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Request {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Response {
    #[serde(default)]
    version: Option<u64>,
}

impl Event {
    fn wrote(&self, parameter: &str, version: FlagVersion) -> bool {
        // An event without a version is somebody's put near that time; it is not proof.
        self.request_parameters.as_ref().is_some_and(|request| request.name == parameter)
            && self.response_elements.as_ref().and_then(|response| response.version) == Some(version.0)
    }

    fn how(self) -> How {
        let agent: String = self.user_agent.unwrap_or_default().chars().filter(|c| !c.is_control()).take(80).collect();
        let lower = agent.to_ascii_lowercase();
        let tool = if lower.contains("console") || lower.starts_with("mozilla/") || lower.contains("amazonaws.com") {
            "the AWS console".to_owned()
        } else if lower.starts_with("aws-cli/") {
            format!("the AWS CLI ({agent})")
        } else if lower.is_empty() {
            "an unnamed tool".to_owned()
        } else {
            format!("an SDK ({agent})")
        };
        How { tool, arn: self.user_identity.arn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(agent: &str) -> Event {
        let text = format!(
            r#"{{"userAgent":"{agent}","userIdentity":{{"arn":"arn:aws:iam::123456789012:user/kim"}},"requestParameters":{{"name":"/f","value":"HIDDEN"}},"responseElements":{{"version":7}}}}"#
        );
        serde_json::from_str(&text).expect("an event")
    }

    #[test]
    fn the_tool_is_told_by_its_user_agent() {
        assert_eq!(event("aws-cli/2.15.0 md/x").how().tool, "the AWS CLI (aws-cli/2.15.0 md/x)");
        assert_eq!(event("Mozilla/5.0").how().tool, "the AWS console");
        assert_eq!(event("Boto3/1.34").how().tool, "an SDK (Boto3/1.34)");
    }

    #[test]
    fn only_the_event_that_names_parameter_and_version_counts() {
        assert!(event("x").wrote("/f", FlagVersion(7)));
        assert!(!event("x").wrote("/f", FlagVersion(8)));
        assert!(!event("x").wrote("/g", FlagVersion(7)));
    }
}
