//! Somebody asks what is wrong: two Airflows in memory, a load balancer and a lineage service that say what the test
//! wants.

mod follow {
    #![allow(dead_code, reason = "what follows a flip is tried elsewhere")]
    pub mod scene;
}
mod support;

use std::{sync::Mutex, time::Duration};

use axum::{Router, http::StatusCode, routing::get};
use follow::scene::{BLUE, GREEN, GUARD, Scene};
use support::airflow::Fault;
use teal_domain::{
    Millis,
    platform::{self, Target, TargetGroup},
    trouble::{Allowed, Diagnosis, Finding, Trouble, Verdict},
};
use teal_server::{
    aws::{AwsError, elb::TargetPort, iam::RolePort, logs::LogPort},
    engine::{Pair, clock::Clock as _, trouble},
};

/// A load balancer in the test's hands, and what it was asked for.
#[derive(Debug, Default)]
struct Balancer(Mutex<Vec<String>>);

#[async_trait::async_trait]
impl TargetPort for Balancer {
    async fn balancer(&self, name: &str) -> Result<Option<platform::Balancer>, AwsError> {
        self.0.lock().expect("names").push(name.to_owned());
        let reason = "Target.Timeout: Request timed out".to_owned();
        let target = Target { id: "i-1:5000".into(), zone: None, state: "unhealthy".into(), reason };
        let group = TargetGroup { name: "api".into(), arn: String::new(), port: Some(5000), targets: vec![target] };
        Ok(Some(platform::Balancer {
            arn: String::new(),
            dns: String::new(),
            internal: true,
            state: "active".into(),
            zones: Vec::new(),
            vpc: None,
            groups: vec![group],
        }))
    }
}

/// Logs that say that something was denied, and what they were asked for.
#[derive(Debug, Default)]
struct Denied(Mutex<Vec<(String, String)>>);

#[async_trait::async_trait]
impl LogPort for Denied {
    async fn end_of(&self, group: &str, stream: &str) -> Result<String, AwsError> {
        self.0.lock().expect("names").push((group.to_owned(), stream.to_owned()));
        Ok("asking\nAn error occurred (AccessDeniedException) when calling the GetParameter operation\nfailed".into())
    }

    async fn groups(&self, _: &str) -> Result<Vec<platform::LogGroup>, AwsError> {
        Ok(Vec::new())
    }
}

/// An IAM whose word is that no policy grants it, and what it was asked.
#[derive(Debug, Default)]
struct NotGranted(Mutex<Vec<[String; 3]>>);

#[async_trait::async_trait]
impl RolePort for NotGranted {
    async fn may(&self, role: &str, action: &str, resource: &str) -> Result<Allowed, AwsError> {
        self.0.lock().expect("questions").push([role, action, resource].map(str::to_owned));
        Ok(Allowed::NotGranted)
    }
}

/// The pair of a scene, with other ports and config.
fn another(scene: &Scene, change: impl FnOnce(&mut Pair)) -> Pair {
    let pair = &scene.teal.pair;
    let mut pair = Pair::new(pair.config.clone(), pair.ports.clone(), pair.nudge.clone());
    change(&mut pair);
    pair
}

async fn diagnosis(scene: &Scene, pair: &Pair) -> Diagnosis {
    trouble::diagnosis(pair, None, scene.world.clock.now(), trouble::PATIENCE).await
}

fn of(diagnosis: &Diagnosis, trouble: Trouble) -> &Finding {
    diagnosis.findings.iter().find(|finding| finding.trouble == trouble).expect("one for each")
}

/// What the engine published.
async fn asked(scene: &Scene) -> Diagnosis {
    scene.teal.engine.diagnose(&scene.teal.pair).await;
    let snapshot = scene.teal.engine.board.snapshot();
    let known = snapshot.pair(scene.teal.pair.id()).expect("a pair").diagnosis.clone();
    Diagnosis::clone(&known.expect("a diagnosis"))
}

#[tokio::test]
async fn a_pair_on_which_nothing_was_due_has_none_of_the_troubles_of_dags() {
    let scene = Scene::new().await;
    scene.world.clock.pass(Duration::from_secs(60));
    let found = asked(&scene).await;
    assert_eq!(found.count(Verdict::Found), 0, "{found:#?}");
    for trouble in [Trouble::Idle, Trouble::OldSide, Trouble::AccessDenied, Trouble::Both] {
        assert_eq!(of(&found, trouble).verdict, Verdict::NotFound, "{:#?}", of(&found, trouble));
    }
    for trouble in [Trouble::Ignored, Trouble::LoadBalancer, Trouble::LineageDatabase] {
        assert_eq!(of(&found, trouble).verdict, Verdict::CannotBeTold, "{:#?}", of(&found, trouble));
    }
}

#[tokio::test]
async fn dags_that_take_the_live_side_for_the_standby_are_found_with_their_log() {
    let scene = Scene::new().await;
    // The other environment's name: whatever runs on blue now finds that it is not the live one.
    scene.airflow.make_live(GREEN);
    scene.world.clock.pass(Duration::from_secs(700));
    scene.airflow.start_due_runs(BLUE);
    scene.world.clock.pass(Duration::from_secs(10));
    scene.airflow.change(BLUE, |side| {
        let run = side.dag("orders").run("manual");
        let now = scene.world.clock.now();
        run.ended("success", now, now).task(GUARD, "skipped", Some(now), Some(now));
        run.tasks[0].log = vec!["standby: the flag says green".into()];
    });
    scene.world.clock.pass(Duration::from_secs(30));
    let found = asked(&scene).await;
    for trouble in [Trouble::Idle, Trouble::Ignored] {
        let finding = of(&found, trouble);
        assert_eq!(finding.verdict, Verdict::Found, "{finding:#?}");
        let words = format!("{finding:?}");
        assert!(words.contains("teal_guard of") && words.contains("skipped"), "{finding:#?}");
    }
    assert!(format!("{found:?}").contains("CloudWatch: log group"), "where a log is that MWAA cannot be asked for");
    assert!(format!("{found:?}").contains("standby: the flag says green"), "{found:#?}");
}

#[tokio::test]
async fn a_refusal_in_the_log_of_a_scheduled_run_is_found_where_mwaa_cannot_be_asked_for_it() {
    let scene = Scene::new().await;
    scene.airflow.change(BLUE, |side| {
        let now = scene.world.clock.now();
        let run = side.dag("orders").run("scheduled__2026-11-24T00:00:00+00:00");
        run.ended("failed", now, now).task(GUARD, "failed", Some(now), Some(now));
    });
    scene.world.clock.pass(Duration::from_secs(30));
    let logs = std::sync::Arc::new(Denied::default());
    let pair = another(&scene, |pair| pair.ports.around.as_mut().expect("something around").logs = logs.clone());
    let found = diagnosis(&scene, &pair).await;
    let denied = of(&found, Trouble::AccessDenied);
    assert_eq!(denied.verdict, Verdict::Found, "{denied:#?}");
    assert!(format!("{denied:?}").contains("AccessDeniedException"), "{denied:#?}");
    let stream = format!("dag_id=orders/run_id=scheduled__2026-11-24T00_00_00+00_00/task_id={GUARD}/attempt=1.log");
    assert_eq!(*logs.0.lock().expect("names"), [(format!("airflow-{BLUE}-Task"), stream)]);
    // Where nobody can read it, it is said where it is.
    let unread = asked(&scene).await;
    let unread = of(&unread, Trouble::AccessDenied);
    assert_eq!(unread.verdict, Verdict::CannotBeTold);
    assert!(format!("{unread:?}").contains("CloudWatch: log group"), "{unread:#?}");
}

#[tokio::test]
async fn iam_is_asked_whether_the_execution_role_may_read_the_flag() {
    let scene = Scene::new().await;
    let roles = std::sync::Arc::new(NotGranted::default());
    let pair = another(&scene, |pair| pair.ports.around.as_mut().expect("something around").roles = roles.clone());
    let found = diagnosis(&scene, &pair).await;
    let denied = of(&found, Trouble::AccessDenied);
    assert_eq!(denied.verdict, Verdict::Found, "{denied:#?}");
    let questions = roles.0.lock().expect("questions").clone();
    assert_eq!(questions.len(), 2, "both sides: {questions:?}");
    for [role, action, resource] in &questions {
        assert!(role.contains(":role/") && action == "ssm:GetParameter", "{questions:?}");
        assert!(resource.starts_with("arn:aws:ssm:") && resource.ends_with(&pair.config.names.flag), "{questions:?}");
    }
    // Where IAM may not be asked, that is said and nothing is concluded.
    let unread = asked(&scene).await;
    let unread = of(&unread, Trouble::AccessDenied);
    assert_eq!(unread.verdict, Verdict::NotFound, "{unread:#?}");
    assert!(format!("{unread:?}").contains("iam:SimulatePrincipalPolicy is not allowed"), "{unread:#?}");
}

#[tokio::test]
async fn an_airflow_that_fails_or_keeps_silent_is_told_and_holds_up_nothing_else() {
    let scene = Scene::new().await;
    scene.airflow.fail("*green* POST /dags/~/dagRuns/~/taskInstances/list*", Fault::Status(403), usize::MAX);
    let found = asked(&scene).await;
    let both = of(&found, Trouble::Both);
    assert_eq!(both.verdict, Verdict::CannotBeTold);
    assert!(both.says.contains("Green's Airflow") && both.says.contains("Task Instances.can_read"), "{both:#?}");
    assert_eq!(of(&found, Trouble::Idle).verdict, Verdict::NotFound, "blue told what it does");
}

#[tokio::test]
async fn those_who_ask_at_the_same_time_share_one_diagnosis() {
    let scene = Scene::new().await;
    scene.airflow.forget_calls();
    let (engine, pair) = (&scene.teal.engine, &scene.teal.pair);
    tokio::join!(engine.diagnose(pair), engine.diagnose(pair), engine.diagnose(pair));
    assert_eq!(scene.airflow.count(&format!("{BLUE} GET /monitor/health")), 1);
    scene.world.clock.pass(Duration::from_secs(5));
    engine.diagnose(pair).await;
    assert_eq!(scene.airflow.count(&format!("{BLUE} GET /monitor/health")), 2);
}

#[tokio::test]
async fn a_diagnosis_stays_on_the_server_and_wakes_the_pages_that_follow() {
    let scene = Scene::new().await;
    let before = scene.teal.engine.board.snapshot().id;
    asked(&scene).await;
    let published = scene.teal.engine.board.subscribe().borrow().clone();
    assert!(published.snapshot.id > before, "pages draw themselves anew");
    let (_, live) = &published.live[scene.teal.pair.id()];
    assert!(!live.contains("findings"), "{live}");
}

#[tokio::test]
async fn the_lineage_service_is_asked_by_its_configured_name_and_address() {
    let ill = (StatusCode::INTERNAL_SERVER_ERROR, r#"{"postgres":{"healthy":false,"message":"Connection refused"}}"#);
    let router = Router::new().route("/healthcheck", get(move || async move { ill }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/healthcheck", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let scene = Scene::new().await;
    let balancer = std::sync::Arc::new(Balancer::default());
    let pair = another(&scene, |pair| {
        pair.config.names.load_balancer = "lineage".into();
        pair.config.lineage.health = Some(address);
        pair.ports.around.as_mut().expect("something around").targets = balancer.clone();
    });
    let found = diagnosis(&scene, &pair).await;
    let (targets, database) = (of(&found, Trouble::LoadBalancer), of(&found, Trouble::LineageDatabase));
    assert_eq!((targets.verdict, database.verdict), (Verdict::Found, Verdict::Found), "{found:#?}");
    assert!(
        format!("{targets:?}").contains("Target.Timeout") && format!("{database:?}").contains("Connection refused")
    );
    assert_eq!(*balancer.0.lock().expect("names"), ["lineage"]);
    server.abort();
}

#[tokio::test]
async fn where_nothing_is_looked_at_every_trouble_of_it_says_so() {
    let scene = Scene::new().await;
    let pair = another(&scene, |pair| pair.ports.around = None);
    let found = diagnosis(&scene, &pair).await;
    assert_eq!(found.count(Verdict::CannotBeTold), 7, "{found:#?}");
    assert!(found.took < Millis::from_secs(5));
}
