//! What surrounds the flag, over the real SDK: alarms, heartbeats, files, targets, and how environments are set up.

use std::sync::Arc;

use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricDatum, StateValue, Statistic};
use aws_smithy_types::DateTime;
use teal_domain::{
    PairNames, Timestamp,
    policy::{Guard, Policy},
    surroundings::{AlarmState, SideFacts},
};
use teal_server::{
    aws::{
        cloudwatch::{AlarmPort as _, CloudWatch},
        elb::Elb,
        mwaa::{EnvironmentPort as _, Mwaa},
        s3::{FilePort as _, S3},
    },
    config::PairConfig,
    engine::{Around, Engine, Pair, Ports, Settings, clock::System, observe},
    store::Store,
};

use super::PATIENCE;
use super::emulators::{Answers, Server, fresh_name, ministack, sdk};

/// A name without slashes that nobody else has.
fn fresh(test: &str) -> String {
    fresh_name(test).trim_start_matches('/').replace('/', "-")
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp(i64::try_from(since.as_millis()).expect("soon enough"))
}

async fn an_alarm(client: &aws_sdk_cloudwatch::Client, name: &str, state: StateValue, reason: &str) {
    let alarm = client
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("Teal/Tests")
        .metric_name(name)
        .statistic(Statistic::Sum)
        .period(60)
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold);
    alarm.send().await.expect("an alarm");
    client.set_alarm_state().alarm_name(name).state_value(state).state_reason(reason).send().await.expect("its state");
}

#[tokio::test]
async fn alarms_come_in_the_order_of_their_names_and_one_that_does_not_exist_is_missing() {
    let config = sdk(&ministack(), PATIENCE).await;
    let client = aws_sdk_cloudwatch::Client::new(&config);
    let (fine, red, none) = (fresh("fine"), fresh("red"), fresh("none"));
    an_alarm(&client, &fine, StateValue::Ok, "all is well").await;
    an_alarm(&client, &red, StateValue::Alarm, "3 datapoints were greater").await;
    an_alarm(&client, &none, StateValue::InsufficientData, "no data").await;
    let composite = fresh("composite");
    client
        .put_composite_alarm()
        .alarm_name(&composite)
        .alarm_rule(format!("ALARM(\"{red}\")"))
        .send()
        .await
        .expect("a composite alarm");
    let names = [red.clone(), "no-such-alarm".into(), composite, fine, none, red];
    let alarms = CloudWatch::new(&config).alarms(&names).await.expect("an answer");
    let told: Vec<_> = alarms.iter().map(|alarm| (alarm.name.clone(), alarm.state)).collect();
    let states = [
        AlarmState::Alarm,
        AlarmState::Missing,
        AlarmState::Alarm,
        AlarmState::Fine,
        AlarmState::NoData,
        AlarmState::Alarm,
    ];
    assert_eq!(told, names.into_iter().zip(states).collect::<Vec<_>>());
    assert_eq!(alarms[0].reason, "3 datapoints were greater");
    assert!(alarms[0].since.is_some_and(|since| since.0 > 1_600_000_000_000), "{:?}", alarms[0]);
}

#[tokio::test]
async fn more_alarms_than_fit_into_one_call_are_all_told() {
    let config = sdk(&ministack(), PATIENCE).await;
    let client = aws_sdk_cloudwatch::Client::new(&config);
    let (first, last) = (fresh("many"), fresh("many"));
    an_alarm(&client, &first, StateValue::Alarm, "red").await;
    an_alarm(&client, &last, StateValue::Ok, "fine").await;
    let between = (0..230).map(|number| format!("no-such-alarm-{number}"));
    let names: Vec<String> = std::iter::once(first).chain(between).chain([last]).collect();
    let alarms = CloudWatch::new(&config).alarms(&names).await.expect("an answer");
    assert_eq!(alarms.iter().map(|alarm| alarm.name.clone()).collect::<Vec<_>>(), names);
    assert_eq!((alarms[0].state, alarms[231].state), (AlarmState::Alarm, AlarmState::Fine));
    assert!(alarms[1..231].iter().all(|alarm| alarm.state == AlarmState::Missing));
}

#[tokio::test]
async fn the_latest_minute_with_a_sign_of_life_is_told_and_minutes_without_one_are_not() {
    let config = sdk(&ministack(), PATIENCE).await;
    let client = aws_sdk_cloudwatch::Client::new(&config);
    let environment = fresh("heartbeat");
    let minute = now().0 / 60_000 * 60_000;
    for (ago, beats) in [(9, 24.0), (4, 23.0), (2, 0.0)] {
        let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
        let point = MetricDatum::builder()
            .metric_name("SchedulerHeartbeat")
            .dimensions(dimension("Environment", &environment))
            .dimensions(dimension("Function", "Scheduler"))
            .timestamp(DateTime::from_millis(minute - ago * 60_000 + 5_000))
            .value(beats)
            .build();
        client.put_metric_data().namespace("AmazonMWAA").metric_data(point).send().await.expect("a point");
    }
    let port = CloudWatch::new(&config);
    let hour = Timestamp(minute - 3_600_000);
    let latest = port.heartbeat(&environment, hour).await.expect("an answer").expect("a sign of life");
    assert_eq!(latest.0 / 60_000 * 60_000, minute - 4 * 60_000);
    let lately = Timestamp(minute - 3 * 60_000);
    assert_eq!(port.heartbeat(&environment, lately).await.expect("an answer"), None, "zero is no sign of life");
    assert_eq!(port.heartbeat(&fresh("heartbeat"), hour).await.expect("an answer"), None);
}

#[tokio::test]
async fn files_below_the_folder_are_listed_page_by_page_with_their_hashes() {
    let config = sdk(&ministack(), PATIENCE).await;
    let client =
        aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
    let bucket = fresh("files");
    client
        .create_bucket()
        .bucket(&bucket)
        .create_bucket_configuration(
            aws_sdk_s3::types::CreateBucketConfiguration::builder()
                .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::UsEast2)
                .build(),
        )
        .send()
        .await
        .expect("a bucket");
    let put = |key: String, text: &'static str| {
        client.put_object().bucket(&bucket).key(key).body(text.as_bytes().to_vec().into()).send()
    };
    for key in ["dags/", "dags/__pycache__/a.pyc", "dags/sub/a.py", "dags-old/b.py", "requirements.txt"] {
        put(key.into(), "hello").await.expect("an object");
    }
    // More than S3 tells in one page.
    for from in (0..1003).step_by(50) {
        let some = (from..1003.min(from + 50)).map(|number| put(format!("dags/{number:04}.py"), "pass"));
        futures::future::try_join_all(some).await.expect("objects");
    }
    let files = S3::new(&config).files(&bucket, "dags").await.expect("an answer");
    assert_eq!(files.len(), 1004);
    assert_eq!((files[0].key.as_str(), files[1002].key.as_str()), ("0000.py", "1002.py"));
    let last = &files[1003];
    assert_eq!(
        (last.key.as_str(), last.etag.as_str(), last.bytes),
        ("sub/a.py", "5d41402abc4b2a76b9719d911017c592", 5),
        "MD5 of the content, without quotes"
    );
    let one = |key: &'static str| {
        let (port, bucket) = (S3::new(&config), bucket.clone());
        async move { port.file(&bucket, key).await.expect("an answer").map(|file| (file.key, file.bytes)) }
    };
    assert_eq!(one("requirements.txt").await, Some(("requirements.txt".to_owned(), 5)));
    assert_eq!(one("requirements").await, None, "what only begins so is another file");
    let none = S3::new(&config).files(&fresh("no-bucket"), "dags").await.expect_err("there is none");
    assert!(none.message.contains("NoSuchBucket") && none.message.contains("no-bucket"), "{none}");
}

#[tokio::test]
async fn an_environment_says_how_it_is_set_up() {
    let environment =
        Mwaa::new(&sdk(&ministack(), PATIENCE).await).read("mwaa-openlineage-green-dev").await.expect("an environment");
    let setup = environment.setup;
    assert_eq!(setup.bucket.as_deref(), Some("mwaa-openlineage-mwaa-green-dev-us-east-2-123456789012"));
    assert_eq!(setup.dag_path.as_deref(), Some("dags"));
    assert_eq!(setup.requirements.as_ref().map(|(path, _)| path.as_str()), Some("requirements.txt"));
    assert_eq!((&setup.plugins, &setup.startup), (&None, &None));
    assert_eq!(setup.option("custom.environment_color"), Some("green"));
    assert_eq!(setup.maintenance_window.as_deref(), Some("WED:03:30"));
    let role = setup.execution_role.expect("a role");
    assert!(role.ends_with(":role/mwaa-openlineage-green-dev-execution"), "{role}");
    let task = setup.log_groups.iter().find(|(part, _)| part == "tasks").map(|(_, group)| group.as_str());
    assert_eq!((setup.log_groups.len(), task), (5, Some("airflow-mwaa-openlineage-green-dev-Task")));
}

#[tokio::test]
async fn what_is_not_allowed_is_said_by_the_permission_that_is_missing() {
    let denied = || Answers::With {
        status: 403,
        body: r#"{"__type":"AccessDeniedException","message":"User is not authorized"}"#.into(),
    };
    let server = Server::start(denied());
    let error = CloudWatch::new(&sdk(&server.url(), PATIENCE).await)
        .alarms(&["guard".into()])
        .await
        .expect_err("it is not allowed");
    assert!(error.message.starts_with("cloudwatch:DescribeAlarms "), "{error}");
    let xml = |code: &str| Answers::With {
        status: 403,
        body: format!("<Error><Code>{code}</Code><Message>no</Message></Error>"),
    };
    let server = Server::start(xml("AccessDenied"));
    let error =
        S3::new(&sdk(&server.url(), PATIENCE).await).files("dags-of-blue", "dags").await.expect_err("not allowed");
    assert!(error.denied(), "{error:?}");
    assert_eq!(
        error.message,
        "dags-of-blue: s3:ListBucket is not allowed for these credentials: add it to Teal's policy."
    );
}

#[tokio::test]
async fn a_look_at_the_seeded_world_finds_the_file_that_differs_and_says_that_no_airflow_answers() {
    let config = sdk(&ministack(), PATIENCE).await;
    let mwaa = Arc::new(Mwaa::new(&config));
    let around = Around {
        airflow: mwaa.clone(),
        alarms: Arc::new(CloudWatch::new(&config)),
        files: Arc::new(S3::new(&config)),
        targets: Arc::new(Elb::new(&config)),
        metrics: Arc::new(teal_server::aws::metrics::Metrics::new(&config)),
        logs: Arc::new(teal_server::aws::logs::Logs::new(&config)),
        roles: Arc::new(teal_server::aws::iam::Roles::new(&config)),
        parts: None,
    };
    let flag = Arc::new(teal_server::aws::ssm::Ssm::new(&config));
    let ports = Ports { flag, environments: mwaa, trail: None, around: Some(around), bill: None, prices: None };
    let guard = |alarm: &str| Guard { alarm: alarm.into(), before: true, after: true, runbook_url: None };
    let guards = vec![guard("mwaa-openlineage-green-dev-scheduler-heartbeat"), guard("no-such-alarm")];
    let pair = PairConfig {
        id: "dev".parse().expect("a pair"),
        title: "Analytics · dev".into(),
        project: "mwaa-openlineage".into(),
        environment: "dev".into(),
        region: super::emulators::REGION.into(),
        account: None,
        assume_role_arn: None,
        lineage: teal_domain::lineage::Setup::default(),
        mode: None,
        names: PairNames::by_convention("mwaa-openlineage", "dev"),
        policy: Policy { guards, ..Policy::default() },
        freezes: Vec::new(),
        costs: teal_server::config::PairCosts::by_convention("mwaa-openlineage", "dev"),
    };
    let pair = Arc::new(Pair::new(pair, ports, Arc::default()));
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("teal.db")).await.expect("a store");
    let settings = Settings {
        flag_interval: PATIENCE,
        environment_interval: PATIENCE,
        surroundings_interval: PATIENCE,
        grace: PATIENCE,
        spool: None,
    };
    let engine =
        Engine::new(vec![pair.clone()], store, Arc::new(System::default()), settings).await.expect("an engine");
    observe::look(&engine, &pair, PATIENCE).await;
    let snapshot = engine.board.snapshot();
    let known = &snapshot.pairs[0].surroundings;
    let alarms: Vec<_> = known.alarms.value().expect("alarms").iter().map(|alarm| alarm.state).collect();
    assert_eq!(alarms, [AlarmState::Fine, AlarmState::Missing]);
    let files = |side: &SideFacts| side.files.value().cloned().expect("files");
    let (blue, green) = (files(&known.blue), files(&known.green));
    let differ: Vec<_> =
        blue.iter().zip(&green).filter(|(one, other)| one != other).map(|(one, _)| one.key.as_str()).collect();
    assert_eq!((blue.len(), green.len(), differ), (17, 17, vec!["sales/customers.py"]));
    assert!(known.green.heartbeat.value().is_some_and(Option::is_some), "{:?}", known.green.heartbeat);
    let error = known.green.dags.error().expect("no Airflow listens").message.clone();
    assert!(
        known.green.dags.value().is_none()
            && error.starts_with("The Airflow of mwaa-openlineage-green-dev cannot be reached: "),
        "{error}"
    );
}
