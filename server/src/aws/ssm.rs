//! SSM: the flag.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_ssm::{
    Client,
    config::{Builder, retry::RetryConfig},
    operation::{get_parameter_history::GetParameterHistoryError, put_parameter::PutParameterError},
    types::{Parameter, ParameterHistory, ParameterType},
};
use teal_domain::{Color, Flag, FlagValue, FlagVersion, OperationId, Timestamp, VersionRecord};

use super::{AwsError, traced::Traced};

/// The flag, as far as Teal reads and writes it.
#[async_trait]
pub trait FlagPort: Send + Sync + std::fmt::Debug {
    /// Reads flags by name, ten at most. A name that is not in the answer does not exist. Reads may be
    /// stale.
    async fn read(&self, names: &[String]) -> Result<HashMap<String, Flag>, AwsError>;

    /// Reads the versions that SSM keeps (100), oldest first.
    async fn history(&self, name: &str) -> Result<Vec<VersionRecord>, AwsError>;

    /// Writes the flag, once.
    async fn put(&self, name: &str, put: Put) -> PutAnswer;

    /// Reads one flag.
    async fn read_one(&self, name: &str) -> Result<Flag, AwsError> {
        let mut found = self.read(std::slice::from_ref(&name.to_owned())).await?;
        Ok(found.remove(name).unwrap_or(Flag::Missing))
    }
}

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put {
    /// The side: nothing else can be written.
    pub color: Color,
    /// The operation, for the description.
    pub operation: OperationId,
    /// Whether an existing parameter may be written over.
    pub overwrite: bool,
}

/// What came of a put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutAnswer {
    /// It is done, under this version.
    Done(FlagVersion),
    /// The parameter was to be created and exists.
    Exists,
    /// It was refused: nothing was written.
    Refused(AwsError),
    /// Nobody knows.
    Unclear(String),
}

/// SSM through the SDK.
#[derive(Clone, Debug)]
pub struct Ssm(Client);

impl Ssm {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::from_conf(Builder::from(config).interceptor(Traced).build()))
    }
}

#[async_trait]
impl FlagPort for Ssm {
    async fn read(&self, names: &[String]) -> Result<HashMap<String, Flag>, AwsError> {
        let answer = self
            .0
            .get_parameters()
            .set_names(Some(names.to_vec()))
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("ssm:GetParameters", &error))?;
        Ok(answer.parameters.unwrap_or_default().into_iter().filter_map(flag).collect())
    }

    async fn history(&self, name: &str) -> Result<Vec<VersionRecord>, AwsError> {
        let mut pages = self.0.get_parameter_history().name(name).max_results(50).into_paginator().send();
        let mut versions = Vec::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => versions.extend(page.parameters.unwrap_or_default().into_iter().map(version)),
                Err(error)
                    if error.as_service_error().is_some_and(GetParameterHistoryError::is_parameter_not_found) =>
                {
                    return Ok(Vec::new());
                }
                Err(error) => return Err(AwsError::from_sdk("ssm:GetParameterHistory", &error)),
            }
        }
        versions.sort_by_key(|record| record.version);
        Ok(versions)
    }

    async fn put(&self, name: &str, put: Put) -> PutAnswer {
        // The SDK would send a put again after a timeout and write two versions for one click.
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let mut request = self
            .0
            .put_parameter()
            .name(name)
            .value(put.color.as_str())
            .description(put.operation.description())
            .overwrite(put.overwrite);
        if !put.overwrite {
            request = request.r#type(ParameterType::String);
        }
        match request.customize().config_override(once).send().await {
            Ok(answer) => PutAnswer::Done(FlagVersion(u64::try_from(answer.version).unwrap_or_default())),
            Err(error) => {
                if matches!(error.as_service_error(), Some(PutParameterError::ParameterAlreadyExists(_))) {
                    return PutAnswer::Exists;
                }
                let error = AwsError::from_sdk("ssm:PutParameter", &error);
                if error.refused { PutAnswer::Refused(error) } else { PutAnswer::Unclear(error.message) }
            }
        }
    }
}

fn flag(parameter: Parameter) -> Option<(String, Flag)> {
    let value = FlagValue::parse(parameter.value.as_deref().unwrap_or_default());
    let version = FlagVersion(u64::try_from(parameter.version).ok()?);
    let modified_at = parameter.last_modified_date.as_ref().map_or(Timestamp(0), timestamp);
    Some((parameter.name?, Flag::Present { value, version, modified_at }))
}

fn version(item: ParameterHistory) -> VersionRecord {
    VersionRecord {
        version: FlagVersion(u64::try_from(item.version).unwrap_or_default()),
        value: FlagValue::parse(item.value.as_deref().unwrap_or_default()),
        modified_at: item.last_modified_date.as_ref().map_or(Timestamp(0), timestamp),
        modified_by: item.last_modified_user,
        description: item.description,
        labels: item.labels.unwrap_or_default(),
    }
}

pub(super) fn timestamp(date: &aws_smithy_types::DateTime) -> Timestamp {
    Timestamp(date.to_millis().unwrap_or_default())
}
