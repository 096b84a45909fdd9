//! STS: as whom Teal calls AWS, and what AWS's clock says.

use aws_sdk_sts::Client;
use teal_domain::Timestamp;

use super::AwsError;

/// As whom calls are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account's number.
    pub account: String,
    /// The ARN.
    pub arn: String,
    /// When AWS answered, by its own clock (the answer's `Date` header, whole seconds).
    pub aws_time: Option<Timestamp>,
}

/// Asks STS who is calling.
pub async fn caller(config: &aws_config::SdkConfig) -> Result<Caller, AwsError> {
    let seen = DateHeader::default();
    let answer = Client::new(config)
        .get_caller_identity()
        .customize()
        .interceptor(seen.clone())
        .send()
        .await
        .map_err(|error| AwsError::from_sdk("sts:GetCallerIdentity", &error))?;
    let aws_time = seen.0.lock().ok().and_then(|seen| *seen);
    Ok(Caller { account: answer.account.unwrap_or_default(), arn: answer.arn.unwrap_or_default(), aws_time })
}

#[derive(Clone, Debug, Default)]
struct DateHeader(std::sync::Arc<std::sync::Mutex<Option<Timestamp>>>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl aws_sdk_sts::config::Intercept for DateHeader {
    fn name(&self) -> &'static str {
        "date-header"
    }

    fn read_before_deserialization(
        &self,
        context: &aws_sdk_sts::config::interceptors::BeforeDeserializationInterceptorContextRef<'_>,
        _: &aws_sdk_sts::config::RuntimeComponents,
        _: &mut aws_smithy_types::config_bag::ConfigBag,
    ) -> Result<(), aws_sdk_sts::error::BoxError> {
        let date = context.response().headers().get("date").and_then(|text| {
            aws_smithy_types::DateTime::from_str(text, aws_smithy_types::date_time::Format::HttpDate).ok()
        });
        if let (Some(date), Ok(mut seen)) = (date, self.0.lock()) {
            *seen = Some(super::ssm::timestamp(&date));
        }
        Ok(())
    }
}
