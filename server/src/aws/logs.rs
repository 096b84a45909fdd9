//! CloudWatch Logs: the log of a task, where MWAA's paths are too short to ask Airflow for it.
//!
//! One call of one operation is all that is needed, so it is made by hand over the SDK's signer, rather than by another
//! crate of the SDK that takes minutes to build
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>).

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use serde_json::{Value, json};

use super::AwsError;

/// What it is called in policies.
const ACTION: &str = "logs:GetLogEvents";
/// So many lines of the end of a log are read: whoever asked the flag and failed says so there.
const LINES: u32 = 200;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// CloudWatch Logs, as far as Teal reads it.
#[async_trait]
pub trait LogPort: Send + Sync + std::fmt::Debug {
    /// The end of a stream of a log group.
    async fn end_of(&self, group: &str, stream: &str) -> Result<String, AwsError>;
}

/// CloudWatch Logs over the SDK's signer.
#[derive(Clone, Debug)]
pub struct Logs {
    config: aws_config::SdkConfig,
    endpoint: String,
}

impl Logs {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let elsewhere = std::env::var("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS").ok();
        let elsewhere = elsewhere.or_else(|| config.endpoint_url().map(str::to_owned));
        let region = config.region().map_or_else(String::new, ToString::to_string);
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let endpoint = elsewhere.unwrap_or_else(|| format!("https://logs.{region}.{domain}"));
        Self { config: config.clone(), endpoint: format!("{}/", endpoint.trim_end_matches('/')) }
    }

    /// The headers of a request, with its signature.
    async fn signed(&self, body: &str) -> Result<Vec<(String, String)>, AwsError> {
        let failed = |what: String| AwsError {
            code: None,
            message: format!("{ACTION} could not be signed: {what}"),
            refused: true,
        };
        let provider = self.config.credentials_provider().ok_or_else(|| failed("there are no credentials".into()))?;
        let credentials = provider.provide_credentials().await.map_err(|error| failed(error.to_string()))?;
        let (identity, region) = (credentials.into(), self.config.region().map_or("", AsRef::as_ref));
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("logs")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| failed(error.to_string()))?
            .into();
        let mut headers = vec![
            ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target".to_owned(), "Logs_20140328.GetLogEvents".to_owned()),
        ];
        let said = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new("POST", &*self.endpoint, said, SignableBody::Bytes(body.as_bytes()))
            .map_err(|error| failed(error.to_string()))?;
        let (signature, _) = sign(request, &params).map_err(|error| failed(error.to_string()))?.into_parts();
        let (signature, _) = signature.into_parts();
        headers.extend(signature.iter().map(|header| (header.name().to_owned(), header.value().to_owned())));
        Ok(headers)
    }
}

#[async_trait]
impl LogPort for Logs {
    async fn end_of(&self, group: &str, stream: &str) -> Result<String, AwsError> {
        let away = |error: reqwest::Error| {
            let how = if error.is_timeout() { "did not answer in time" } else { "could not be reached" };
            AwsError { code: None, message: format!("{ACTION} {how}."), refused: false }
        };
        let body =
            json!({"logGroupName": group, "logStreamName": stream, "limit": LINES, "startFromHead": false}).to_string();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .map_err(away)?;
        let mut request = client.post(&self.endpoint);
        for (name, value) in self.signed(&body).await? {
            request = request.header(name, value);
        }
        let response = request.body(body).send().await.map_err(away)?;
        let status = response.status().as_u16();
        let answer = response.bytes().await.map_err(away)?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        if status >= 400 {
            return Err(refusal(status, &answer, group, stream));
        }
        let lines = answer["events"].as_array().into_iter().flatten().filter_map(|event| event["message"].as_str());
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }
}

fn refusal(status: u16, answer: &Value, group: &str, stream: &str) -> AwsError {
    let kind = answer["__type"].as_str().unwrap_or_default();
    let code = kind.rsplit('#').next().filter(|code| !code.is_empty()).map(str::to_owned);
    let said = answer["message"].as_str().or_else(|| answer["Message"].as_str()).unwrap_or_default();
    let message = match code.as_deref() {
        Some(code) if code.contains("AccessDenied") => {
            format!("{ACTION} is not allowed for these credentials: add it to Teal's policy.")
        }
        Some("ResourceNotFoundException") => format!(
            "There is no log stream `{stream}` in the log group `{group}`: see whether the environment writes the logs of \
             its tasks."
        ),
        Some(code) => format!("{ACTION} answered {code}: {said}"),
        None => format!("{ACTION} answered HTTP {status}."),
    };
    AwsError { code, message, refused: (400..500).contains(&status) && status != 408 }
}
