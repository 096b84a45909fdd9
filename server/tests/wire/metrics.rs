//! Alarms and series, over the real SDK.

use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricDatum, StateValue, Statistic as SdkStatistic};
use aws_smithy_types::DateTime;
use teal_domain::{
    Millis, Timestamp,
    alarms::{Direction, Existing},
    metrics::{Metric, Series, Statistic},
    surroundings::AlarmState,
};
use teal_server::aws::metrics::{MetricPort as _, Metrics};

use super::PATIENCE;
use super::emulators::{Answers, Server, fresh_name, ministack, sdk};

fn fresh(test: &str) -> String {
    fresh_name(test).trim_start_matches('/').replace('/', "-")
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("soon enough")
}

fn dimension(name: &str, value: &str) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

fn queued(environment: &str) -> Metric {
    Metric::new("AmazonMWAA", "QueuedTasks", &[("Environment", environment), ("Function", "Executor")])
}

#[tokio::test]
async fn an_alarm_is_told_with_the_metric_that_it_looks_at_and_whether_it_tells_anybody() {
    let config = sdk(&ministack(), PATIENCE).await;
    let client = aws_sdk_cloudwatch::Client::new(&config);
    let (environment, name) = (fresh("alarms"), fresh("alarm"));
    for (suffix, action) in [("told", Some("arn:aws:sns:us-east-2:123456789012:alerts")), ("mute", None)] {
        let alarm = client
            .put_metric_alarm()
            .alarm_name(format!("{name}-{suffix}"))
            .namespace("AmazonMWAA")
            .metric_name("QueuedTasks")
            .dimensions(dimension("Environment", &environment))
            .dimensions(dimension("Function", "Executor"))
            .statistic(SdkStatistic::Average)
            .period(300)
            .evaluation_periods(3)
            .threshold(50.0)
            .comparison_operator(ComparisonOperator::GreaterThanThreshold)
            .set_alarm_actions(action.map(|arn| vec![arn.to_owned()]));
        alarm.send().await.expect("an alarm");
    }
    let red = format!("{name}-told");
    client
        .set_alarm_state()
        .alarm_name(&red)
        .state_value(StateValue::Alarm)
        .state_reason("red")
        .send()
        .await
        .expect("set");
    let found = Metrics::new(&config).existing().await.expect("an answer");
    let one = |suffix: &str| -> &Existing {
        let name = format!("{name}-{suffix}");
        found.existing.iter().find(|alarm| alarm.name == name).unwrap_or_else(|| panic!("no {name}"))
    };
    let told = one("told");
    assert_eq!((told.state, told.direction, told.tells), (AlarmState::Alarm, Some(Direction::Above), true));
    assert_eq!(told.watches, [queued(&environment)]);
    assert!(told.since.is_some());
    assert!(!one("mute").tells && !found.cut_off);
}

#[tokio::test]
async fn many_series_come_in_one_call_each_with_its_own_points() {
    let config = sdk(&ministack(), PATIENCE).await;
    let client = aws_sdk_cloudwatch::Client::new(&config);
    let environment = fresh("series");
    let minute = now() / 60_000 * 60_000;
    for (ago, value) in [(50, 4.0), (10, 2.0), (9, 6.0)] {
        let point = MetricDatum::builder()
            .metric_name("QueuedTasks")
            .dimensions(dimension("Environment", &environment))
            .dimensions(dimension("Function", "Executor"))
            .timestamp(DateTime::from_millis(minute - ago * 60_000))
            .value(value)
            .build();
        client.put_metric_data().namespace("AmazonMWAA").metric_data(point).send().await.expect("a point");
    }
    let series = |metric: Metric, statistic| Series { metric, statistic };
    let asked = [
        series(queued(&environment), Statistic::Maximum),
        series(queued(&environment), Statistic::Sum),
        series(queued(&fresh("nobody")), Statistic::Maximum),
    ];
    let (from, to) = (Timestamp(minute - 30 * 60_000), Timestamp(minute));
    let answer = Metrics::new(&config).data(&asked, Millis::from_secs(60), from, to).await.expect("an answer");
    let told = |series: &Series| -> Vec<(i64, f64)> {
        answer[series].iter().map(|point| ((minute - point.at.0) / 60_000, point.value.get())).collect()
    };
    assert_eq!(told(&asked[0]), [(10, 2.0), (9, 6.0)], "what was before is not asked for");
    assert_eq!(told(&asked[1]), [(10, 2.0), (9, 6.0)]);
    assert_eq!(told(&asked[2]), [], "nobody is there, without a point");
}

#[tokio::test]
async fn the_seeded_world_has_its_heartbeats_and_its_alarms() {
    let config = sdk(&ministack(), PATIENCE).await;
    let port = Metrics::new(&config);
    let beats = Metric::new(
        "AmazonMWAA",
        "SchedulerHeartbeat",
        &[("Environment", "mwaa-openlineage-blue-dev"), ("Function", "Scheduler")],
    );
    let series = Series { metric: beats.clone(), statistic: Statistic::Sum };
    let to = Timestamp(now() / 300_000 * 300_000);
    let answer =
        port.data(std::slice::from_ref(&series), Millis::from_secs(300), to - Millis::from_secs(86_400), to).await;
    assert!(answer.expect("an answer")[&series].len() > 200);
    let found = port.existing().await.expect("an answer");
    assert!(
        found.existing.iter().any(|alarm| alarm.watches.contains(&beats) && alarm.direction == Some(Direction::Below))
    );
}

#[tokio::test]
async fn a_missing_permission_is_told_by_the_name_of_its_action() {
    let body = r#"{"__type":"AccessDeniedException","message":"User is not authorized"}"#.to_owned();
    let server = Server::start(Answers::With { status: 403, body });
    let port = Metrics::new(&sdk(&server.url(), PATIENCE).await);
    let error = port.existing().await.expect_err("not allowed");
    assert!(error.message.starts_with("cloudwatch:DescribeAlarms "), "{error}");
    let series = [Series { metric: queued("blue"), statistic: Statistic::Sum }];
    let error = port.data(&series, Millis::from_secs(60), Timestamp(0), Timestamp(60_000)).await.expect_err("nor that");
    assert!(error.message.starts_with("cloudwatch:GetMetricData "), "{error}");
}
