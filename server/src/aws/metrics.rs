//! CloudWatch, while somebody looks at alarms and charts: all alarms of the account, and many series in one call.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_cloudwatch::{
    Client,
    config::Builder,
    types::{
        AlarmType, ComparisonOperator, Dimension, Metric as SdkMetric, MetricAlarm, MetricDataQuery, MetricStat,
        ScanBy, StateValue,
    },
};
use aws_smithy_types::DateTime;
use teal_domain::{
    Millis, Timestamp,
    alarms::{Alarms, Direction, Existing},
    metrics::{Amount, Answer, MOST_SERIES, Metric, Point, Series},
    surroundings::AlarmState,
};

use super::{AwsError, ssm::timestamp, traced::Traced};

/// An answer to `DescribeAlarms` holds so many.
const ALARMS_A_PAGE: i32 = 100;
/// And so many answers are asked for. What comes after them is not known, and is said not to be.
const MOST_PAGES: usize = 20;
/// An answer to `GetMetricData` holds at most 100 800 points; more than this many answers are not asked for.
const MOST_ANSWERS: usize = 4;
/// Alarms over other namespaces are none of Teal's business.
const NAMESPACES: [&str; 5] = ["AmazonMWAA", "AWS/MWAA", "AWS/ApplicationELB", "AWS/EC2", "AWS/RDS"];

/// CloudWatch, as far as it is read while somebody looks.
#[async_trait]
pub trait MetricPort: Send + Sync + std::fmt::Debug {
    /// The alarms of the account over metrics of MWAA, load balancers, instances and databases.
    async fn existing(&self) -> Result<Alarms, AwsError>;
    /// The points of these series, one for each `period`. Each series is answered, if only by no point.
    async fn data(&self, series: &[Series], period: Millis, from: Timestamp, to: Timestamp)
    -> Result<Answer, AwsError>;
}

/// CloudWatch through the SDK.
#[derive(Clone, Debug)]
pub struct Metrics(Client);

impl Metrics {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::from_conf(Builder::from(config).interceptor(Traced).build()))
    }
}

#[async_trait]
impl MetricPort for Metrics {
    async fn existing(&self) -> Result<Alarms, AwsError> {
        let mut pages = self
            .0
            .describe_alarms()
            .alarm_types(AlarmType::MetricAlarm)
            .max_records(ALARMS_A_PAGE)
            .into_paginator()
            .send();
        let mut found = Alarms::default();
        for _ in 0..MOST_PAGES {
            let Some(page) = pages.next().await else { return Ok(found) };
            let page = page.map_err(|error| AwsError::from_sdk("cloudwatch:DescribeAlarms", &error))?;
            let more = page.next_token().is_some_and(|token| !token.is_empty());
            found.existing.extend(page.metric_alarms.unwrap_or_default().into_iter().filter_map(existing));
            if !more {
                return Ok(found);
            }
        }
        found.cut_off = true;
        Ok(found)
    }

    async fn data(
        &self,
        series: &[Series],
        period: Millis,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Answer, AwsError> {
        let mut answer: Answer = series.iter().map(|series| (series.clone(), Vec::new())).collect();
        if series.is_empty() {
            return Ok(answer);
        }
        let ids: HashMap<String, &Series> = series
            .iter()
            .take(MOST_SERIES)
            .enumerate()
            .map(|(number, series)| (format!("m{number}"), series))
            .collect();
        let period = i32::try_from(period.as_secs()).unwrap_or(i32::MAX);
        let queries = ids.iter().map(|(id, series)| query(id, series, period)).collect();
        let mut pages = self
            .0
            .get_metric_data()
            .set_metric_data_queries(Some(queries))
            .start_time(DateTime::from_millis(from.0))
            .end_time(DateTime::from_millis(to.0))
            .scan_by(ScanBy::TimestampAscending)
            .into_paginator()
            .send();
        for _ in 0..MOST_ANSWERS {
            let Some(page) = pages.next().await else { break };
            let page = page.map_err(|error| AwsError::from_sdk("cloudwatch:GetMetricData", &error))?;
            for result in page.metric_data_results() {
                let Some(points) = result.id().and_then(|id| ids.get(id)).and_then(|series| answer.get_mut(*series))
                else {
                    continue;
                };
                let values = result.timestamps().iter().zip(result.values());
                points.extend(
                    values.filter_map(|(at, value)| Some(Point { at: timestamp(at), value: Amount::new(*value)? })),
                );
            }
        }
        for points in answer.values_mut() {
            points.sort_by_key(|point| point.at);
            points.dedup_by_key(|point| point.at);
        }
        Ok(answer)
    }
}

fn query(id: &str, series: &Series, period: i32) -> MetricDataQuery {
    let Metric { namespace, name, dimensions } = &series.metric;
    let dimensions =
        dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect();
    let metric = SdkMetric::builder().namespace(namespace).metric_name(name).set_dimensions(Some(dimensions)).build();
    let stat = MetricStat::builder().metric(metric).period(period).stat(series.statistic.as_str()).build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

/// An alarm, if it looks at anything that matters.
fn existing(alarm: MetricAlarm) -> Option<Existing> {
    let mut watches = Vec::new();
    watches.extend(metric(alarm.namespace.as_deref(), alarm.metric_name.as_deref(), alarm.dimensions()));
    for query in alarm.metrics() {
        if let Some(of) = query.metric_stat().and_then(MetricStat::metric) {
            watches.extend(metric(of.namespace(), of.metric_name(), of.dimensions()));
        }
    }
    watches.retain(|metric| NAMESPACES.contains(&metric.namespace.as_str()));
    if watches.is_empty() {
        return None;
    }
    Some(Existing {
        state: match alarm.state_value.as_ref() {
            Some(StateValue::Ok) => AlarmState::Fine,
            Some(StateValue::Alarm) => AlarmState::Alarm,
            _ => AlarmState::NoData,
        },
        since: alarm.state_transitioned_timestamp.or(alarm.state_updated_timestamp).as_ref().map(timestamp),
        direction: alarm.comparison_operator.as_ref().and_then(direction),
        tells: alarm.actions_enabled != Some(false) && alarm.alarm_actions.is_some_and(|actions| !actions.is_empty()),
        watches,
        name: alarm.alarm_name?,
    })
}

fn metric(namespace: Option<&str>, name: Option<&str>, dimensions: &[Dimension]) -> Option<Metric> {
    let pairs = dimensions.iter().map(|dimension| Some((dimension.name()?.to_owned(), dimension.value()?.to_owned())));
    Some(Metric { namespace: namespace?.to_owned(), name: name?.to_owned(), dimensions: pairs.collect::<Option<_>>()? })
}

/// A band, and whatever comes after this version of Teal, may be set off from either side.
fn direction(operator: &ComparisonOperator) -> Option<Direction> {
    match operator {
        ComparisonOperator::GreaterThanThreshold
        | ComparisonOperator::GreaterThanOrEqualToThreshold
        | ComparisonOperator::GreaterThanUpperThreshold => Some(Direction::Above),
        ComparisonOperator::LessThanThreshold
        | ComparisonOperator::LessThanOrEqualToThreshold
        | ComparisonOperator::LessThanLowerThreshold => Some(Direction::Below),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm() -> aws_sdk_cloudwatch::types::builders::MetricAlarmBuilder {
        MetricAlarm::builder().alarm_name("a")
    }

    fn dimension(name: &str, value: &str) -> Dimension {
        Dimension::builder().name(name).value(value).build()
    }

    #[test]
    fn an_alarm_that_reckons_with_metrics_looks_at_all_of_them_and_one_over_something_else_at_none() {
        let of = SdkMetric::builder().namespace("AmazonMWAA").metric_name("QueuedTasks");
        let of = of.dimensions(dimension("Environment", "blue")).build();
        let stat = MetricStat::builder().metric(of).period(60).stat("Sum").build();
        let reckons = alarm().metrics(MetricDataQuery::builder().id("m").metric_stat(stat).build());
        let reckons = reckons.metrics(MetricDataQuery::builder().id("e").expression("m * 2").build()).build();
        let told = existing(reckons).expect("one that matters");
        assert_eq!(told.watches, [Metric::new("AmazonMWAA", "QueuedTasks", &[("Environment", "blue")])]);
        assert_eq!((told.direction, told.state, told.tells), (None, AlarmState::NoData, false));
        assert_eq!(existing(alarm().namespace("AWS/Lambda").metric_name("Errors").build()), None);
    }

    #[test]
    fn an_alarm_tells_somebody_only_where_it_has_an_action_that_is_not_switched_off() {
        let told = |enabled: Option<bool>, action: Option<&str>| {
            let alarm = alarm().namespace("AWS/RDS").metric_name("CPUUtilization").set_actions_enabled(enabled);
            existing(alarm.set_alarm_actions(action.map(|arn| vec![arn.to_owned()])).build()).expect("one").tells
        };
        assert!(told(Some(true), Some("arn:aws:sns:…")) && told(None, Some("arn:aws:sns:…")));
        assert!(!told(Some(false), Some("arn:aws:sns:…")) && !told(Some(true), None));
    }

    #[test]
    fn each_comparison_has_its_direction_and_a_band_has_none() {
        use ComparisonOperator as Is;
        assert_eq!(direction(&Is::GreaterThanOrEqualToThreshold), Some(Direction::Above));
        assert_eq!(direction(&Is::LessThanOrEqualToThreshold), Some(Direction::Below));
        assert_eq!(direction(&Is::LessThanLowerOrGreaterThanUpperThreshold), None);
    }
}
