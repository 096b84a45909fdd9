//! AWS: one file a service, each a small trait (the port) and its SDK implementation, side by side.
//!
//! This file makes the SDK's configuration and says what its errors mean.

pub mod airflow;
pub mod autoscaling;
pub mod bill;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod counted;
pub mod ec2;
pub mod elb;
pub mod iam;
pub mod logs;
pub mod loopback;
pub mod metrics;
pub mod mwaa;
pub mod price_list;
mod query;
pub mod rds;
pub mod s3;
mod seal;
pub mod secrets;
mod signed;
pub mod ssm;
pub mod sts;
mod traced;

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, sts::AssumeRoleProvider, timeout::TimeoutConfig};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ProvideErrorMetadata};

/// Where calls go and as whom. Pairs that share it share pollers and their budget.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The AWS region.
    pub region: String,
    /// The role to take on, if any.
    pub role: Option<String>,
}

/// The SDK's configuration for a place: its standard credential chain, its own environment variables, and
/// `*.localhost` resolved to loopback.
pub async fn sdk_config(place: &Place, request_timeout: Duration) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(request_timeout.min(Duration::from_secs(3)))
        .operation_attempt_timeout(request_timeout)
        .operation_timeout(request_timeout * 2)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(place.region.clone()))
        .http_client(counted::http_client(loopback::http_client()))
        .timeout_config(timeouts);
    let base = loader.load().await;
    let Some(role) = &place.role else { return base };
    let provider = AssumeRoleProvider::builder(role.clone()).session_name("teal").configure(&base).build().await;
    base.into_builder().credentials_provider(aws_sdk_ssm::config::SharedCredentialsProvider::new(provider)).build()
}

/// Why AWS did not do it, in words for a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AwsError {
    /// The service's error code, where it gave one.
    pub code: Option<String>,
    /// What happened and what to do.
    pub message: String,
    /// Whether the service certainly did not do it: it answered with a refusal, or was never asked.
    pub refused: bool,
}

impl AwsError {
    /// Whether the service asked for fewer requests.
    pub fn throttled(&self) -> bool {
        self.code.as_deref().is_some_and(|code| {
            code.contains("Throttl") || code == "TooManyRequestsException" || code == "RequestLimitExceeded"
        })
    }

    /// Whether the caller lacks a permission.
    pub fn denied(&self) -> bool {
        self.code.as_deref().is_some_and(|code| code.contains("AccessDenied") || code == "UnauthorizedOperation")
    }

    /// The same, said of something by its name, where the words do not name it yet.
    #[must_use]
    pub fn about(mut self, name: &str) -> Self {
        if !self.message.contains(name) {
            self.message = format!("{name}: {}", self.message);
        }
        self
    }

    /// What an SDK error says about `action` (such as `ssm:GetParameters`).
    pub fn from_sdk<E>(action: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let service = error.as_service_error();
        let code = service.and_then(ProvideErrorMetadata::code).map(str::to_owned);
        let said = service.and_then(ProvideErrorMetadata::message).unwrap_or_default();
        // A 408 is the service giving up on the request, not refusing it.
        let refused = match error {
            SdkError::ConstructionFailure(_) => true,
            SdkError::ServiceError(_) => status.is_some_and(|status| (400..500).contains(&status) && status != 408),
            _ => false,
        };
        let message = match (error, &code) {
            (SdkError::TimeoutError(_), _) => format!("{action} did not answer in time."),
            (SdkError::ServiceError(_), Some(code)) if code.contains("AccessDenied") => {
                format!("{action} is not allowed for these credentials: add it to Teal's policy.")
            }
            (SdkError::ServiceError(_), Some(code)) => format!("{action} answered {code}: {said}"),
            (SdkError::ServiceError(_), None) => format!("{action} answered HTTP {}.", status.unwrap_or_default()),
            (SdkError::DispatchFailure(failure), _) if failure.is_timeout() => {
                format!("{action} could not be reached in time.")
            }
            _ => format!("{action} could not be reached: {}", root(error)),
        };
        Self { code, message, refused }
    }
}

/// What was asked; nothing where it may not be, and then the action is noted that Teal's policy lacks.
fn unless_denied<T>(asked: Result<T, AwsError>, action: &str, denied: &mut Vec<String>) -> Result<Option<T>, AwsError> {
    match asked {
        Err(error) if error.denied() => {
            denied.push(action.to_owned());
            Ok(None)
        }
        asked => asked.map(Some),
    }
}

/// The innermost cause, which says more than "dispatch failure".
fn root<E: std::error::Error + 'static>(error: &E) -> String {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let text = cause.to_string();
    if text.is_empty() { DisplayErrorContext(error).to_string() } else { text }
}
