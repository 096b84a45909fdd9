//! The port, through the SDK.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_mwaa::{
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    operation::invoke_rest_api::InvokeRestApiError,
    types::RestApiMethod,
};
use serde_json::{Map, Value};

use super::{
    super::{AwsError, mwaa::Mwaa},
    AirflowRest, Call,
    document::{document, value},
    refusal,
};

/// MWAA gives an Airflow ten seconds to answer; one more is for the way.
const PATIENCE: Duration = Duration::from_secs(11);

#[async_trait]
impl AirflowRest for Mwaa {
    async fn invoke(&self, environment: &str, call: Call) -> Result<Value, AwsError> {
        call.check()?;
        let mut request = self
            .client()
            .invoke_rest_api()
            .name(environment)
            .path(call.path.clone())
            .method(RestApiMethod::from(call.method));
        if !call.query.is_empty() {
            let query: Map<_, _> =
                call.query.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.clone()))).collect();
            request = request.query_parameters(document(query.into()));
        }
        if let Some(body) = call.body.clone() {
            request = request.body(document(body));
        }
        let patience = TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).operation_timeout(PATIENCE * 2);
        let mut how = Builder::new().timeout_config(patience.build());
        if call.method != "GET" {
            // What was sent may have been done, although nobody answered.
            how = how.retry_config(RetryConfig::disabled());
        }
        let (status, said) = match request.customize().config_override(how).send().await {
            Ok(answer) => (answer.rest_api_status_code, answer.rest_api_response),
            Err(error) => match error.as_service_error() {
                Some(InvokeRestApiError::RestApiClientException(refused)) => {
                    (refused.rest_api_status_code.or(Some(400)), refused.rest_api_response.clone())
                }
                Some(InvokeRestApiError::RestApiServerException(failed)) => {
                    (failed.rest_api_status_code.or(Some(500)), failed.rest_api_response.clone())
                }
                Some(InvokeRestApiError::ResourceNotFoundException(_)) => return Err(no_such(environment)),
                _ => return Err(AwsError::from_sdk("airflow:InvokeRestApi", &error)),
            },
        };
        let said = said.map_or(Value::Null, value);
        match u16::try_from(status.unwrap_or(200)) {
            Ok(status) if status >= 400 => Err(refusal(environment, &call, status, &said)),
            _ => Ok(said),
        }
    }
}

fn no_such(environment: &str) -> AwsError {
    AwsError {
        code: Some("ResourceNotFoundException".into()),
        message: format!(
            "There is no MWAA environment named {environment}: correct the name in the pair's config, or create it."
        ),
        refused: true,
    }
}
