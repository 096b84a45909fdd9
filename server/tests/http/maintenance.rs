//! Declared maintenance: declaring and lifting it on the page and by script, what it makes quiet, and the guided
//! upgrade over a real journal.

use std::time::Duration;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use teal_app::paths::{MaintenanceProblem, MaintenanceQuery};
use teal_domain::{Color, EnvironmentStatus, environment::LastUpdate, preflight::catalogue::PARITY};
use teal_server::store::verify::Verdict;

use crate::{
    api::{problem, read, sent},
    house::{Answer, House},
    location,
};

const ADDRESS: &str = "/api/v1/pairs/dev/maintenance";

/// What the form sends, with an end so many hours from now.
async fn declare(house: &House, side: &str, hours: i64) -> Answer {
    declare_as(house, &[("side", side), ("what", "2.11 → 3.0.6"), ("until", &ahead(house, hours))]).await
}

async fn declare_as(house: &House, fields: &[(&str, &str)]) -> Answer {
    let boxes = PARITY.map(|name| ("expects[]", name));
    house.post("/api/fn/declare", &[&[("pair", "dev")], fields, &boxes].concat()).await
}

fn ahead(house: &House, hours: i64) -> String {
    let now = house.app.desk.now();
    teal_app::words::time::field(teal_domain::Timestamp(now.0 + hours * 3_600_000))
}

fn back(answer: &Answer) -> MaintenanceQuery {
    MaintenanceQuery::parse(location(answer).split_once('?').map_or("", |(_, query)| query))
}

/// The two sides as MWAA would tell of them.
fn sides(house: &House, blue: (&str, &str), green: (&str, &str)) {
    let now = house.app.desk.now();
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| {
        for (reading, (status, version)) in [(&mut known.blue, blue), (&mut known.green, green)] {
            let mut side = reading.value().cloned().expect("read");
            side.status = EnvironmentStatus::from(status.to_owned());
            side.airflow_version = Some(version.into());
            let created_at = Some(now - teal_domain::Millis::from_secs(23 * 60));
            side.last_update = Some(LastUpdate { status: "PENDING".into(), created_at, error: None });
            reading.succeed(side, now);
        }
    });
}

#[tokio::test]
async fn a_declared_maintenance_stands_is_told_everywhere_and_is_lifted() {
    let house = House::new().await;
    sides(&house, ("AVAILABLE", "2.11.0"), ("UPDATING", "2.11.0"));
    let before = house.get("/p/dev").await.text();
    assert!(before.contains("mark-attention") && before.contains(r#"<span class="for">23 min</span>"#), "{before}");
    assert_eq!(location(&declare(&house, "green", 48).await), "/p/dev/maintenance");
    let page = house.get("/p/dev").await.text();
    assert!(page.contains("Green: 2.11 → 3.0.6, until") && page.contains("(by ana)"), "{page}");
    assert!(!page.contains("mark-attention") && page.contains(">UPDATING<"), "{page}");
    assert!(house.get("/embed/dev").await.text().contains("Green: 2.11 → 3.0.6, until"));
    assert!(house.get("/p/dev/history?kind=maintenance").await.text().contains("Maintenance of "));
    let csv = house.get("/p/dev/history.csv").await.text();
    assert!(csv.lines().nth(1).is_some_and(|row| row.contains(",maintenance,Green,")), "{csv}");
    let status = read(&house.get("/api/v1/pairs/dev").await);
    assert_eq!(status["maintenance"]["side"], "green");
    let declared = status["maintenance"]["declared"].as_str().expect("an id").to_owned();
    assert_eq!(
        location(&house.post("/api/fn/lift", &[("pair", "dev"), ("declared", &declared)]).await),
        "/p/dev/maintenance"
    );
    assert_eq!(read(&house.get(ADDRESS).await), json!({ "maintenance": null }));
    assert!(house.get("/p/dev").await.text().contains("mark-attention"), "it alarms again");
    let record = status["recent"][0]["page"].as_str().expect("a page");
    assert!(house.get(record).await.text().contains("ana lifted it"), "its record tells");
    let again = house.post("/api/fn/lift", &[("pair", "dev"), ("declared", &declared)]).await;
    assert_eq!(back(&again).problem, Some(MaintenanceProblem::Stands));
    assert!(matches!(house.world.store.verify(None).await.expect("read"), Verdict::Holds(_)));
}

#[tokio::test]
async fn a_named_difference_is_expected_until_the_end_and_a_finding_after_it() {
    let house = House::new().await;
    sides(&house, ("AVAILABLE", "2.11.0"), ("AVAILABLE", "4.0.0"));
    declare(&house, "green", 2).await;
    let checks = async || {
        let plan = house.send(sent("/api/v1/pairs/dev/plans", None, r#"{"target":"green"}"#)).await;
        let plan = read(&plan);
        let checks = plan["checks"].as_array().expect("checks").clone();
        checks.into_iter().find(|check| check["name"] == "airflow-version").expect("it")
    };
    let check = checks().await;
    assert_eq!(check["verdict"], "pass", "{check}");
    assert!(
        check["evidence"].as_str().is_some_and(|said| said.starts_with("Expected until") && said.contains("4.0.0"))
    );
    house.world.clock.pass(Duration::from_secs(2 * 3600 + 60));
    let check = checks().await;
    assert_eq!(check["verdict"], "warn", "it ends by itself: {check}");
    assert_eq!(read(&house.get(ADDRESS).await)["maintenance"], Value::Null);
    assert_eq!(location(&declare(&house, "green", 2).await), "/p/dev/maintenance", "what ran out makes room");
}

#[tokio::test]
async fn a_live_side_alarms_whatever_was_declared() {
    let house = House::new().await;
    sides(&house, ("UPDATING", "2.11.0"), ("AVAILABLE", "2.11.0"));
    declare(&house, "blue", 2).await;
    let page = house.get("/p/dev").await.text();
    assert!(page.contains("mark-attention") && page.contains("tasks may be interrupted"), "{page}");
    assert!(house.get("/p/dev/maintenance").await.text().contains("Blue is live: it raises its alarms all the same"));
}

#[tokio::test]
async fn what_was_typed_comes_back_with_what_is_wrong() {
    let house = House::new().await;
    let head = house.world.store.head().await.expect("a head");
    let good = ahead(&house, 24);
    for (what, until, problem, says) in [
        ("  ", &*good, MaintenanceProblem::What, "What is done to the side is missing"),
        ("2.11 → 3.0.6", "tomorrow", MaintenanceProblem::Until, "name a date and time in UTC"),
        ("2.11 → 3.0.6", &ahead(&house, -1), MaintenanceProblem::Until, "later than"),
        ("2.11 → 3.0.6", &ahead(&house, 15 * 24), MaintenanceProblem::Until, "no later than"),
    ] {
        let answer = declare_as(&house, &[("side", "green"), ("what", what), ("until", until)]).await;
        let query = back(&answer);
        assert_eq!((query.problem, query.what.as_deref()), (Some(problem), Some(what)));
        assert_eq!((query.until.as_deref(), query.side), (Some(until), Some(Color::Green)));
        assert_eq!(query.expects.map(|names| names.len()), Some(PARITY.len()));
        let page = house.get(location(&answer)).await.text();
        assert!(page.contains(says) && page.contains(&format!("value=\"{until}\"")), "{page}");
    }
    let fields = [("pair", "dev"), ("side", "green"), ("what", "x"), ("until", &*good), ("expects[]", "target")];
    assert_eq!(back(&house.post("/api/fn/declare", &fields).await).problem, Some(MaintenanceProblem::Expects));
    assert_eq!(house.world.store.head().await.expect("a head"), head, "nothing was written");
    let few = [("pair", "dev"), ("side", "green"), ("what", "x"), ("until", &*good), ("expects[]", "class")];
    location(&house.post("/api/fn/declare", &few).await);
    assert_eq!(read(&house.get(ADDRESS).await)["maintenance"]["expects"], json!(["class"]));
}

#[tokio::test]
async fn one_stands_at_a_time_and_outlives_the_process() {
    let house = House::new().await;
    declare(&house, "green", 24).await;
    let head = house.world.store.head().await.expect("a head");
    let second = declare(&house, "blue", 24).await;
    assert_eq!(back(&second).problem, Some(MaintenanceProblem::Stands));
    assert!(house.get(location(&second)).await.text().contains("One maintenance stands at a time"));
    assert_eq!(house.world.store.head().await.expect("a head"), head);
    let other = house.world.instance().await;
    other.reconcile().await;
    let snapshot = other.engine.board.snapshot();
    let stands = snapshot.pair(&house.world.pair).and_then(|pair| pair.maintenance.clone()).expect("it stands");
    assert_eq!((stands.side, stands.by.name.as_str()), (Color::Green, "ana"));
}

#[tokio::test]
async fn scripts_declare_and_lift_and_are_told_what_is_wrong() {
    let house = House::new().await;
    let until = format!("{}:00.000Z", ahead(&house, 24));
    let send = async |path: &str, body: Value| house.send(sent(path, None, body.to_string())).await;
    let good = json!({ "side": "green", "what": "2.11 → 3.0.6", "until": until });
    let answer = send(ADDRESS, good.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let declared = read(&answer)["maintenance"].clone();
    assert_eq!((&declared["until"], &declared["by"]), (&json!(until), &json!("ana")));
    assert_eq!(declared["expects"], json!(PARITY), "all of them where nothing is said");
    assert_eq!(read(&house.get(ADDRESS).await)["maintenance"], declared);
    let answer = send(ADDRESS, good).await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::CONFLICT, &json!("refused")));
    for (body, field) in [
        (json!({ "side": "green", "what": "", "until": until }), "what"),
        (json!({ "side": "green", "what": "x", "until": "Friday" }), "until"),
        (json!({ "side": "green", "what": "x", "until": until, "expects": ["flag"] }), "expects"),
        (json!({ "side": "purple", "what": "x", "until": until }), "side"),
        (json!({ "side": "green", "what": "x", "until": until, "untli": "x" }), "untli"),
    ] {
        let answer = send(ADDRESS, body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert_eq!(problem(&answer)["field"], field);
    }
    let lift = format!("{ADDRESS}/lift");
    for (status, code) in [(StatusCode::OK, Value::Null), (StatusCode::CONFLICT, json!("refused"))] {
        let answer = send(&lift, json!({ "declared": declared["declared"] })).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(read_any(&answer)["code"], code);
    }
}

fn read_any(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

#[tokio::test]
async fn the_guided_upgrade_knows_where_it_is_over_a_real_journal() {
    let house = House::new().await;
    let now_at = async || {
        let page = house.get("/p/dev/upgrade").await.text();
        let here = page.split("aria-current=\"step\"").nth(1).unwrap_or_default().to_owned();
        here.split("</li>").next().unwrap_or_default().to_owned()
    };
    sides(&house, ("AVAILABLE", "2.11.0"), ("AVAILABLE", "2.11.0"));
    assert!(now_at().await.contains("Declare the maintenance of Green"));
    declare(&house, "green", 72).await;
    assert!(
        now_at().await.contains(
            "update-environment --region us-east-2 --name mwaa-openlineage-green-dev --airflow-version 3.0.6"
        )
    );
    sides(&house, ("AVAILABLE", "2.11.0"), ("UPDATING", "2.11.0"));
    let at = now_at().await;
    assert!(at.contains("Update Green") && at.contains("for 23 min") && !at.contains("update-environment"), "{at}");
    sides(&house, ("AVAILABLE", "2.11.0"), ("AVAILABLE", "3.0.6"));
    assert!(now_at().await.contains("Look at the checks of Green"));
    // Whoever switches all the same has passed that by.
    house.world.clock.pass(Duration::from_secs(1));
    let confirmation = house.confirmation("green").await;
    assert!(location(&house.switch(&confirmation, "green", "upgrade").await).starts_with("/p/dev/history/"));
    house.poll().await;
    sides(&house, ("AVAILABLE", "2.11.0"), ("AVAILABLE", "3.0.6"));
    let page = house.get("/p/dev/upgrade").await;
    assert_eq!(page.status, StatusCode::OK);
    let at = now_at().await;
    assert!(at.contains("Let the watch end well"), "{at}: {}", page.text());
    assert!(page.text().contains("Green took over, by ana."), "{}", page.text());
    assert!(page.header(header::CACHE_CONTROL).contains("no-store"));
}
