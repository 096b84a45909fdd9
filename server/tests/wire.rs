//! The ports over the real SDK, against emulated AWS and against servers that misbehave.

#[path = "wire/around.rs"]
mod around;
#[path = "wire/cognito.rs"]
mod cognito;
#[path = "wire/costs.rs"]
mod costs;
#[path = "support/emulators.rs"]
#[allow(dead_code, reason = "each test file uses its own part of this")]
mod emulators;
#[path = "wire/metrics.rs"]
mod metrics;
#[path = "wire/platform.rs"]
mod platform;
#[path = "wire/prices.rs"]
mod prices;

use std::time::{Duration, Instant};

use emulators::{Answers, Server, fresh_name, ministack, moto, put, sdk, ssm};
use teal_domain::{Color, EnvironmentStatus, Flag, FlagValue, FlagVersion, OperationId, Timestamp};
use teal_server::aws::{
    mwaa::{EnvironmentPort as _, Mwaa},
    ssm::{FlagPort as _, Put, PutAnswer, Ssm},
    sts,
};

const PATIENCE: Duration = Duration::from_secs(10);

async fn port(endpoint: &str) -> Ssm {
    Ssm::new(&sdk(endpoint, PATIENCE).await)
}

fn operation(number: u128) -> OperationId {
    OperationId::new(Timestamp(1_795_000_000_000), number)
}

fn a_put(color: Color, number: u128) -> Put {
    Put { color, operation: operation(number), overwrite: true }
}

#[tokio::test]
async fn ten_flags_are_read_in_one_call_and_the_missing_ones_are_absent() {
    let (client, port) = (ssm(&ministack()).await, port(&ministack()).await);
    let names: Vec<String> = (0..10).map(|_| fresh_name("read")).collect();
    for (name, value) in names.iter().zip(["blue", "green", "purple", "blue", "blue", "green", "blue"]) {
        put(&client, name, value, "seeded").await;
    }
    put(&client, &names[1], "blue", "again").await;
    let found = port.read(&names).await.expect("an answer");
    assert_eq!(found.len(), 7);
    assert!(
        matches!(&found[&names[1]], Flag::Present { value: FlagValue::Color(Color::Blue), version: FlagVersion(2), modified_at } if modified_at.0 > 1_600_000_000_000)
    );
    assert!(matches!(&found[&names[2]], Flag::Present { value: FlagValue::Invalid(text), .. } if text == "purple"));
    assert_eq!(port.read_one(&names[9]).await.expect("an answer"), Flag::Missing);
}

#[tokio::test]
async fn a_put_answers_with_its_version_and_its_description_names_the_operation() {
    let (client, port, name) = (ssm(&ministack()).await, port(&ministack()).await, fresh_name("put"));
    put(&client, &name, "blue", "seeded").await;
    assert_eq!(port.put(&name, a_put(Color::Green, 1)).await, PutAnswer::Done(FlagVersion(2)));
    assert_eq!(port.put(&name, a_put(Color::Blue, 2)).await, PutAnswer::Done(FlagVersion(3)));
    let history = port.history(&name).await.expect("a history");
    let told: Vec<_> =
        history.iter().map(|version| (version.version.0, version.value.as_str(), version.operation())).collect();
    assert_eq!(told, [(1, "blue", None), (2, "green", Some(operation(1))), (3, "blue", Some(operation(2)))]);
    assert_eq!(history[1].description.as_deref(), Some(&*format!("teal op={}", operation(1))));
    assert!(history.iter().all(|version| version.modified_by.is_some()));
    // The history and the flag must give a version the same date: switches are confirmed by it.
    assert!(
        matches!(port.read_one(&name).await.expect("a flag"), Flag::Present { modified_at, .. } if modified_at == history[2].modified_at)
    );
}

#[tokio::test]
async fn a_parameter_that_is_to_be_created_is_not_written_over() {
    let (port, name) = (port(&ministack()).await, fresh_name("create"));
    let create = |color, number| Put { overwrite: false, ..a_put(color, number) };
    assert_eq!(port.put(&name, create(Color::Green, 1)).await, PutAnswer::Done(FlagVersion(1)));
    assert_eq!(port.put(&name, create(Color::Blue, 2)).await, PutAnswer::Exists);
    assert_eq!(port.read_one(&name).await.expect("a flag").color(), Some(Color::Green));
    assert_eq!(port.history(&name).await.expect("a history").len(), 1);
}

#[tokio::test]
async fn of_two_that_create_at_once_one_wins() {
    let (port, name) = (port(&ministack()).await, fresh_name("race"));
    let create = |color, number| Put { overwrite: false, ..a_put(color, number) };
    let (one, two) = tokio::join!(port.put(&name, create(Color::Green, 1)), port.put(&name, create(Color::Blue, 2)));
    let mut answers = [one, two];
    answers.sort_by_key(|answer| *answer == PutAnswer::Exists);
    assert_eq!(answers, [PutAnswer::Done(FlagVersion(1)), PutAnswer::Exists]);
}

#[tokio::test]
async fn a_history_of_more_than_one_page_is_read_whole_and_in_order() {
    let (client, port, name) = (ssm(&ministack()).await, port(&ministack()).await, fresh_name("pages"));
    for number in 1..=73 {
        put(&client, &name, if number % 2 == 0 { "green" } else { "blue" }, &format!("deploy {number}")).await;
    }
    let history = port.history(&name).await.expect("a history");
    let told: Vec<_> =
        history.iter().map(|version| (version.version.0, version.description.clone().unwrap_or_default())).collect();
    assert_eq!(told, (1..=73).map(|number| (number, format!("deploy {number}"))).collect::<Vec<_>>());
    assert!(
        port.history(&fresh_name("pages")).await.expect("an answer").is_empty(),
        "what does not exist has no history"
    );
}

#[tokio::test]
async fn environments_are_read_through_the_prefixed_endpoint_under_localhost() {
    let mwaa = Mwaa::new(&sdk(&ministack(), PATIENCE).await);
    for color in ["blue", "green"] {
        let name = format!("mwaa-openlineage-{color}-dev");
        let environment = mwaa.read(&name).await.expect("an environment");
        assert_eq!((environment.name.as_str(), &environment.status), (name.as_str(), &EnvironmentStatus::Available));
        assert!(
            environment.airflow_version.is_some() && environment.class.is_some() && environment.web_address.is_some(),
            "{environment:?}"
        );
    }
    let missing = mwaa.read("mwaa-openlineage-purple-dev").await.expect_err("there is none");
    assert!(missing.message.contains("There is no MWAA environment named mwaa-openlineage-purple-dev"), "{missing}");
}

#[tokio::test]
async fn sts_says_who_calls_and_what_time_it_is_there() {
    let caller = sts::caller(&sdk(&ministack(), PATIENCE).await).await.expect("an answer");
    assert_eq!(caller.account, "123456789012");
    assert!(caller.aws_time.is_some_and(|time| time.0 > 1_600_000_000_000), "{caller:?}");
}

#[tokio::test]
async fn an_endpoint_that_nobody_listens_on_is_named_in_good_time() {
    // A port that was free a moment ago.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let began = Instant::now();
    let port = Ssm::new(&sdk(&format!("http://localhost:{}", closed.port()), Duration::from_secs(2)).await);
    let error = port.read_one("/any").await.expect_err("nobody listens");
    assert!(
        error.message.starts_with("ssm:GetParameters could not be reached: ")
            && error.message.to_lowercase().contains("refused"),
        "{error}"
    );
    assert!(!error.message.contains("dispatch failure"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_said_to_be_unreachable() {
    let port = Ssm::new(&sdk("http://no-such-host.invalid:1", Duration::from_secs(2)).await);
    let error = port.read_one("/any").await.expect_err("no such host");
    assert!(error.message.starts_with("ssm:GetParameters could not be reached"), "{error}");
    assert!(!error.refused);
}

#[tokio::test]
async fn row_42_a_put_that_is_not_answered_with_yes_or_no_is_sent_once_and_its_outcome_is_unclear() {
    let internal = || r#"{"__type":"InternalServerError","message":"try again"}"#.to_owned();
    let with = |status, body| Answers::With { status, body };
    for answers in [
        with(500, internal()),
        with(502, "<html>Bad gateway</html>".into()),
        with(503, r#"{"__type":"ServiceUnavailable"}"#.into()),
        with(504, String::new()),
        with(408, r#"{"__type":"RequestTimeout"}"#.into()),
        with(200, "not json".into()),
        Answers::HangUp,
        Answers::Silence,
    ] {
        let server = Server::start(answers.clone());
        let port = Ssm::new(&sdk(&server.url(), Duration::from_millis(700)).await);
        let began = Instant::now();
        let answer = port.put("/flag", a_put(Color::Green, 1)).await;
        assert!(
            matches!(&answer, PutAnswer::Unclear(why) if why.starts_with("ssm:PutParameter ")),
            "{answers:?}: {answer:?}"
        );
        assert_eq!(server.asked(), ["AmazonSSM.PutParameter"], "{answers:?}");
        assert!(began.elapsed() < Duration::from_secs(3), "{answers:?} took {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn row_42_a_put_that_is_refused_is_sent_once_and_its_code_is_kept() {
    for (status, code) in [
        (400, "ThrottlingException"),
        (400, "TooManyUpdates"),
        (400, "ParameterMaxVersionLimitExceeded"),
        (403, "AccessDeniedException"),
    ] {
        let server = Server::start(Answers::With {
            status,
            body: format!(r#"{{"__type":"{code}","message":"Rate exceeded"}}"#),
        });
        let port = port(&server.url()).await;
        let answer = port.put("/flag", a_put(Color::Green, 1)).await;
        let PutAnswer::Refused(error) = &answer else { panic!("{code}: {answer:?}") };
        assert_eq!(
            (error.code.as_deref(), error.throttled(), error.denied()),
            (Some(code), code == "ThrottlingException", code == "AccessDeniedException")
        );
        assert_eq!(server.asked(), ["AmazonSSM.PutParameter"], "{code}");
    }
}

#[tokio::test]
async fn row_47_reads_are_tried_again_a_few_times_and_end_in_time() {
    let server = Server::start(Answers::With { status: 500, body: r#"{"__type":"InternalServerError"}"#.into() });
    let port = Ssm::new(&sdk(&server.url(), PATIENCE).await);
    let began = Instant::now();
    let error = port.read_one("/flag").await.expect_err("it fails");
    assert!(error.message.contains("InternalServerError"), "{error}");
    assert!(server.asked().len() == 3, "{:?}", server.asked());
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());

    let silent = Server::start(Answers::Silence);
    let port = Ssm::new(&sdk(&silent.url(), Duration::from_millis(500)).await);
    let began = Instant::now();
    let error = port.read_one("/flag").await.expect_err("it fails");
    assert_eq!(error.message, "ssm:GetParameters did not answer in time.");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn row_48_a_label_on_the_oldest_of_a_hundred_versions_is_seen_before_it_makes_the_put_fail() {
    let (client, port, name) = (ssm(&moto()).await, port(&moto()).await, fresh_name("label"));
    for number in 1..=100 {
        put(&client, &name, if number % 2 == 0 { "green" } else { "blue" }, "seeded").await;
    }
    // Without a label the oldest makes room.
    assert_eq!(port.put(&name, a_put(Color::Blue, 1)).await, PutAnswer::Done(FlagVersion(101)));
    let history = port.history(&name).await.expect("a history");
    assert_eq!((history.len(), history[0].version, history[99].version), (100, FlagVersion(2), FlagVersion(101)));
    assert!(history[0].labels.is_empty());

    client.label_parameter_version().name(&name).parameter_version(2).labels("keep").send().await.expect("labelled");
    let history = port.history(&name).await.expect("a history");
    assert_eq!(
        (history[0].version, &history[0].labels[..]),
        (FlagVersion(2), &["keep".to_owned()][..]),
        "what the preflight looks for"
    );

    let answer = port.put(&name, a_put(Color::Green, 2)).await;
    let PutAnswer::Refused(error) = &answer else { panic!("{answer:?}") };
    assert_eq!(error.code.as_deref(), Some("ParameterMaxVersionLimitExceeded"));
    let after = port.history(&name).await.expect("a history");
    assert_eq!(after.last().map(|last| last.version), Some(FlagVersion(101)), "nothing was written");
    assert!(after.iter().all(|version| version.operation() != Some(operation(2))));
}

#[tokio::test]
async fn an_omitted_description_is_carried_over_so_a_repeated_id_is_not_ours() {
    let (client, port, name) = (ssm(&moto()).await, port(&moto()).await, fresh_name("carried"));
    put(&client, &name, "blue", "seeded").await;
    port.put(&name, a_put(Color::Green, 7)).await;
    client.put_parameter().name(&name).value("blue").overwrite(true).send().await.expect("put");
    let told: Vec<_> = port
        .history(&name)
        .await
        .expect("a history")
        .iter()
        .map(|version| (version.version.0, version.operation()))
        .collect();
    // Whichever way the emulator takes it, the lowest version with the id is ours.
    let lowest = told.iter().find(|(_, id)| *id == Some(operation(7)));
    assert_eq!(lowest.map(|(version, _)| *version), Some(2), "{told:?}");
    assert_eq!(told.len(), 3);
}
