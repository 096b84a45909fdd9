//! CloudWatch: alarms, and the heartbeat of a scheduler.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use aws_sdk_cloudwatch::{
    Client,
    config::Builder,
    types::{
        AlarmType, CompositeAlarm, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat, ScanBy, StateValue,
    },
};
use aws_smithy_types::DateTime;
use teal_domain::{
    Timestamp,
    surroundings::{Alarm, AlarmState},
};

use super::{AwsError, ssm::timestamp, traced::Traced};

/// Names in one `DescribeAlarms`.
const NAMES_A_CALL: usize = 100;
/// Two schedulers beat every few seconds; CloudWatch sums them up by the minute.
const A_MINUTE: i32 = 60;

/// CloudWatch, as far as Teal reads it.
#[async_trait]
pub trait AlarmPort: Send + Sync + std::fmt::Debug {
    /// The alarms of these names, in their order; one that does not exist is told as missing.
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, AwsError>;
    /// The latest minute, not before `since`, in which the scheduler of an environment gave a sign of life.
    async fn heartbeat(&self, environment: &str, since: Timestamp) -> Result<Option<Timestamp>, AwsError>;
}

/// CloudWatch through the SDK.
#[derive(Clone, Debug)]
pub struct CloudWatch(Client);

impl CloudWatch {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::from_conf(Builder::from(config).interceptor(Traced).build()))
    }

    async fn described(&self, names: Vec<String>) -> Result<Vec<Alarm>, AwsError> {
        let mut pages = self
            .0
            .describe_alarms()
            .set_alarm_names(Some(names))
            // Without their types CloudWatch tells of metric alarms only.
            .alarm_types(AlarmType::MetricAlarm)
            .alarm_types(AlarmType::CompositeAlarm)
            .max_records(100)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("cloudwatch:DescribeAlarms", &error))?;
            found.extend(page.metric_alarms.unwrap_or_default().into_iter().filter_map(metric));
            found.extend(page.composite_alarms.unwrap_or_default().into_iter().filter_map(composite));
        }
        Ok(found)
    }
}

#[async_trait]
impl AlarmPort for CloudWatch {
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, AwsError> {
        let each: Vec<String> = names.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let calls = each.chunks(NAMES_A_CALL).map(|chunk| self.described(chunk.to_vec()));
        let found = futures::future::try_join_all(calls).await?;
        let known: HashMap<String, Alarm> =
            found.into_iter().flatten().map(|alarm| (alarm.name.clone(), alarm)).collect();
        Ok(names.iter().map(|name| known.get(name).cloned().unwrap_or_else(|| missing(name))).collect())
    }

    async fn heartbeat(&self, environment: &str, since: Timestamp) -> Result<Option<Timestamp>, AwsError> {
        let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
        let metric = Metric::builder()
            .namespace("AmazonMWAA")
            .metric_name("SchedulerHeartbeat")
            .dimensions(dimension("Environment", environment))
            .dimensions(dimension("Function", "Scheduler"))
            .build();
        let sum = MetricStat::builder().metric(metric).period(A_MINUTE).stat("Sum").build();
        let mut pages = self
            .0
            .get_metric_data()
            .metric_data_queries(MetricDataQuery::builder().id("heartbeat").metric_stat(sum).build())
            .start_time(DateTime::from_millis(since.0 - since.0.rem_euclid(60_000)))
            // The minute that is not over counts as well, and so does one of a clock that goes a little ahead.
            .end_time(DateTime::from(SystemTime::now() + Duration::from_secs(60)))
            .scan_by(ScanBy::TimestampDescending)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("cloudwatch:GetMetricData", &error))?;
            let beats = page.metric_data_results().iter().flat_map(|series| {
                series.timestamps().iter().zip(series.values()).filter(|(_, beats)| **beats > 0.0).map(|(at, _)| at)
            });
            // The latest comes first, but nothing is lost by looking.
            if let Some(latest) = beats.map(timestamp).max() {
                return Ok(Some(latest));
            }
        }
        Ok(None)
    }
}

fn metric(alarm: MetricAlarm) -> Option<Alarm> {
    Some(Alarm {
        name: alarm.alarm_name?,
        state: state(alarm.state_value.as_ref()),
        // When it was last looked at is no answer to "since when".
        since: alarm.state_transitioned_timestamp.or(alarm.state_updated_timestamp).as_ref().map(timestamp),
        reason: alarm.state_reason.unwrap_or_default(),
    })
}

fn composite(alarm: CompositeAlarm) -> Option<Alarm> {
    Some(Alarm {
        name: alarm.alarm_name?,
        state: state(alarm.state_value.as_ref()),
        since: alarm.state_transitioned_timestamp.or(alarm.state_updated_timestamp).as_ref().map(timestamp),
        reason: alarm.state_reason.unwrap_or_default(),
    })
}

fn missing(name: &str) -> Alarm {
    Alarm { name: name.to_owned(), state: AlarmState::Missing, since: None, reason: String::new() }
}

/// A word that is not known is no word for "fine".
const fn state(value: Option<&StateValue>) -> AlarmState {
    match value {
        Some(StateValue::Ok) => AlarmState::Fine,
        Some(StateValue::Alarm) => AlarmState::Alarm,
        _ => AlarmState::NoData,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_is_not_known_never_passes_for_fine() {
        assert_eq!(state(Some(&StateValue::Ok)), AlarmState::Fine);
        assert_eq!(state(Some(&StateValue::Alarm)), AlarmState::Alarm);
        assert_eq!(state(Some(&StateValue::InsufficientData)), AlarmState::NoData);
        assert_eq!(state(Some(&StateValue::from("SOMETHING_NEW"))), AlarmState::NoData);
        assert_eq!(state(None), AlarmState::NoData);
    }
}
