//! MWAA: the two environments.

use async_trait::async_trait;
use aws_sdk_mwaa::{Client, operation::get_environment::GetEnvironmentError};
use teal_domain::{
    Environment, EnvironmentStatus,
    environment::{LastUpdate, Setup},
};

use super::{AwsError, ssm::timestamp};

/// An environment, as far as Teal reads it.
#[async_trait]
pub trait EnvironmentPort: Send + Sync + std::fmt::Debug {
    /// Reads an environment by name.
    async fn read(&self, name: &str) -> Result<Environment, AwsError>;
}

/// MWAA through the SDK.
#[derive(Clone, Debug)]
pub struct Mwaa(Client);

impl Mwaa {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// The client, for what else is asked of MWAA.
    pub(super) const fn client(&self) -> &Client {
        &self.0
    }
}

#[async_trait]
impl EnvironmentPort for Mwaa {
    async fn read(&self, name: &str) -> Result<Environment, AwsError> {
        let answer = self.0.get_environment().name(name).send().await.map_err(|error| {
            if error.as_service_error().is_some_and(GetEnvironmentError::is_resource_not_found_exception) {
                return AwsError {
                    code: Some("ResourceNotFoundException".into()),
                    message: format!("There is no MWAA environment named {name}: correct the name in the pair's config, or create it."),
                    refused: true,
                };
            }
            AwsError::from_sdk("airflow:GetEnvironment", &error)
        })?;
        let Some(found) = answer.environment else {
            return Err(AwsError {
                code: None,
                message: "airflow:GetEnvironment answered without an environment.".into(),
                refused: false,
            });
        };
        let count = |number: Option<i32>| number.and_then(|n| u32::try_from(n).ok());
        Ok(Environment {
            name: found.name.unwrap_or_else(|| name.to_owned()),
            status: EnvironmentStatus::from(found.status.map(|status| status.as_str().to_owned()).unwrap_or_default()),
            airflow_version: found.airflow_version,
            class: found.environment_class,
            workers: count(found.min_workers).zip(count(found.max_workers)),
            schedulers: count(found.schedulers),
            web_address: found.webserver_url,
            last_update: found.last_update.map(|update| LastUpdate {
                status: update.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
                created_at: update.created_at.as_ref().map(timestamp),
                error: update.error.and_then(|error| error.error_message),
            }),
            setup: Setup::default(),
        })
    }
}
