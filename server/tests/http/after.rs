//! What follows a flip, as scripts and spreadsheets are told of it, and not waiting for the old side any longer.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{StatusCode, header},
};
use serde_json::{Value, json};
use teal_app::desk::Identity;
use teal_domain::{
    Actor, Grants, Timestamp,
    dags::Strategy,
    history::{HistoryQuery, Record},
    policy::Policy,
};
use teal_server::{
    aws::airflow::{Dialect, client::Airflow},
    engine::clock::Clock as _,
};
use tower::ServiceExt as _;

use crate::{
    api::{problem, read, sent},
    house::{Answer, House, ORIGIN, form, post, sealed},
    location,
    support::airflow::{FakeAirflow, world::Side},
};

const BLUE: &str = "mwaa-openlineage-blue-dev";
const GREEN: &str = "mwaa-openlineage-green-dev";

/// Blue works on `orders`, which asks the flag, and on `exports`, which does not.
pub async fn house() -> (House, Arc<FakeAirflow>) {
    let mut policy = Policy::default();
    policy.dags.strategy = Strategy::PauseStandby;
    House::with_airflows(policy, |airflow| {
        let side = |standby: bool| {
            move |side: &mut Side| {
                for id in ["orders", "exports"] {
                    let dag = side.dag(id).every(Duration::from_secs(3600), Timestamp(1_900_000_000_000));
                    if id == "orders" {
                        dag.tagged("teal").guarded_by("teal_guard");
                    }
                    if standby {
                        dag.paused();
                    }
                }
            }
        };
        airflow.side(BLUE, Dialect::Three, side(false)).side(GREEN, Dialect::Three, side(true))
    })
    .await
}

fn at_work(house: &House, airflow: &FakeAirflow, run: &str) {
    let now = house.world.clock.now();
    airflow.change(BLUE, |side| {
        side.dag("exports").run(run).running(now).task("work", "running", Some(now), None);
    });
}

/// What the pollers would read of the old side's work.
async fn read_work(house: &House, airflow: &FakeAirflow) {
    let work = Airflow::new(airflow, BLUE, Some("3.0.6")).work().await.expect("it answers");
    let now = house.world.clock.now();
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| {
        Arc::make_mut(&mut known.surroundings).blue.work.succeed(work, now);
    });
}

/// A switch to green, and the first look at what follows.
async fn switched(house: &House) -> Record {
    let confirmation = sealed(&house.get("/p/dev/switch?to=green").await.text());
    house.switch(&confirmation, "green", "why").await;
    house.poll().await;
    house.teal.engine.follow(&house.teal.pair).await.expect("followed");
    let page = house.world.store.history(&house.world.pair, &HistoryQuery::default(), 1).await.expect("the history");
    page.records.into_iter().next().expect("a record")
}

fn skip<'f>(record: &'f (String, String), tasks: &'f str, reason: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![("pair", "dev"), ("record", &record.0), ("operation", &record.1), ("tasks", tasks), ("reason", reason)]
}

fn of(record: &Record) -> (String, String) {
    (record.seq.to_string(), record.switch().expect("a switch").operation.to_string())
}

#[tokio::test]
async fn a_script_is_told_what_followed_a_flip_and_so_is_a_spreadsheet() {
    let (house, airflow) = house().await;
    at_work(&house, &airflow, "one");
    let record = switched(&house).await;
    let address = format!("/api/v1/pairs/dev/records/{}", record.seq);
    let told = read(&house.get(&address).await);
    let dags = &told["following"]["dags"];
    assert_eq!((&dags["strategy"], &dags["unpause"], &dags["pause"]), (&json!("pause-standby"), &json!(2), &json!(2)));
    assert_eq!((&dags["unpause_left"], &dags["pause_left"], &dags["done"]), (&json!(1), &json!(1), &json!(false)));
    let steps: Vec<&Value> =
        told["following"]["steps"].as_array().expect("steps").iter().map(|one| &one["step"]).collect();
    assert!(steps.contains(&&json!("unpaused")) && steps.contains(&&json!("watching")), "{told}");
    assert!(told["following"]["watch"]["until"].is_string() && told["following"]["watch"]["end"].is_null(), "{told}");
    read_work(&house, &airflow).await;
    let status = read(&house.get("/api/v1/pairs/dev").await);
    assert_eq!((&status["following"]["seq"], &status["following"]["at_work"]), (&json!(record.seq), &json!(1)));

    airflow.let_tasks_end(BLUE);
    house.world.clock.pass(Duration::from_secs(16 * 60));
    house.poll().await;
    house.teal.engine.follow(&house.teal.pair).await.expect("followed");
    let told = read(&house.get(&address).await);
    assert_eq!(told["following"]["dags"]["done"], true, "{told}");
    assert!(told["following"]["watch"]["ended_at"].is_string() && told["following"]["watch"]["end"].is_string());
    assert_eq!(read(&house.get("/api/v1/pairs/dev").await)["following"], Value::Null);
    let csv = house.get("/p/dev/history.csv?kind=switch").await;
    let mut rows = csv::Reader::from_reader(&*csv.body);
    let header = rows.headers().expect("a header").clone();
    let row = rows.records().next().expect("a row").expect("a row");
    let cell = |name: &str| &row[header.iter().position(|known| known == name).expect(name)];
    assert_eq!(cell("watch"), told["following"]["watch"]["end"].as_str().expect("a word"));
    assert!(cell("watch_ended_utc").starts_with("20"), "{row:?}");
}

#[tokio::test]
async fn the_old_side_is_skipped_with_a_reason_and_for_as_much_as_was_seen() {
    let (house, airflow) = house().await;
    at_work(&house, &airflow, "one");
    let record = switched(&house).await;
    let (address, record) = (format!("/p/dev/history/{}", record.seq), of(&record));
    read_work(&house, &airflow).await;
    let page = house.get(&address).await.text();
    assert!(page.contains("name=\"tasks\" value=\"1\"") && page.contains("1 task is at work there"), "{page}");
    // One more has begun since the page was made.
    at_work(&house, &airflow, "two");
    let back = location(&house.post("/api/fn/skip_drain", &skip(&record, "1", "it hangs")).await).to_owned();
    assert!(back.contains("step=grown") && back.contains("reason=it%20hangs"), "{back}");
    let page = house.get(back.split('#').next().expect("an address")).await.text();
    assert!(page.contains("more is at work there now") && page.contains("value=\"it hangs\""), "{page}");
    for (tasks, reason, problem) in [("2", " ", "reason"), ("many", "it hangs", "grown")] {
        let back = location(&house.post("/api/fn/skip_drain", &skip(&record, tasks, reason)).await).to_owned();
        assert!(back.contains(&format!("step={problem}")), "{back}");
    }
    assert_eq!(airflow.unpaused(BLUE), ["exports"]);
    let back = location(&house.post("/api/fn/skip_drain", &skip(&record, "2", "it hangs")).await).to_owned();
    assert!(!back.contains("step="), "{back}");
    house.teal.engine.follow(&house.teal.pair).await.expect("followed");
    assert_eq!(airflow.unpaused(BLUE), Vec::<String>::new());
    let page = house.get(&address).await.text();
    assert!(page.contains("Not waited for the old side") && page.contains("<p>it hangs</p>"), "{page}");
    let back = location(&house.post("/api/fn/skip_drain", &skip(&record, "2", "it hangs")).await).to_owned();
    assert!(back.contains("step=nothing"), "{back}");
}

#[tokio::test]
async fn what_is_no_switch_and_changes_what_runs_needs_a_young_sign_in_too() {
    let (house, airflow) = house().await;
    at_work(&house, &airflow, "one");
    let record = of(&switched(&house).await);
    let old =
        Identity { fresh_until: Some(Timestamp(0)), ..Identity::trusted(Actor::page("ana"), Grants::everything()) };
    let router = house.behind(old);
    let send = async |function: &str, fields: &[(&str, &str)]| {
        let request = post(&format!("/api/fn/{function}")).header(header::ORIGIN, ORIGIN);
        let answer = router.clone().oneshot(request.body(form(fields)).expect("a request")).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, 100_000).await.expect("a body").to_vec();
        location(&Answer { status: parts.status, headers: parts.headers, body }).to_owned()
    };
    let head = house.world.store.head().await.expect("a head");
    let until = teal_app::words::time::field(house.app.desk.now() + teal_domain::Millis::from_secs(7200));
    let declared = [("pair", "dev"), ("side", "green"), ("what", "a class"), ("until", &*until)];
    assert!(send("skip_drain", &skip(&record, "1", "it hangs")).await.contains("step=prove"));
    assert!(send("smoke", &[("pair", "dev"), ("to", "blue")]).await.contains("problem=prove"));
    assert!(send("declare", &declared).await.contains("problem=prove"));
    let lifted = [("pair", "dev"), ("declared", "01KAZZ4J1N3V9T5M8Q2X7C6B4D")];
    assert!(send("lift", &lifted).await.contains("problem=prove"));
    assert_eq!(house.world.store.head().await.expect("a head"), head, "nothing was written");
    let page = house
        .send(
            crate::house::get(&format!("/p/dev/history/{}?step=prove", record.0))
                .body(Body::empty())
                .expect("a request"),
        )
        .await;
    assert!(page.text().contains("Sign in again"), "{}", page.text());
}

#[tokio::test]
async fn a_script_skips_the_old_side_and_tries_again_what_is_owed() {
    let (house, airflow) = house().await;
    at_work(&house, &airflow, "one");
    let record = switched(&house).await;
    let address = |what: &str| format!("/api/v1/pairs/dev/records/{}/{what}", record.seq);
    let few = house.send(sent(&address("skip-drain"), None, json!({"at_work": 0, "reason": "why"}).to_string())).await;
    assert_eq!((few.status, &problem(&few)["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("at_work")));
    let again = house.send(sent(&address("go-on"), None, "{}")).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text());
    let skipped = json!({"at_work": 1, "reason": "it hangs"}).to_string();
    let answer = house.send(sent(&address("skip-drain"), None, skipped.clone())).await;
    assert_eq!((answer.status, &read(&answer)["notes"][0]["text"]), (StatusCode::OK, &json!("it hangs")));
    let twice = house.send(sent(&address("skip-drain"), None, skipped)).await;
    assert_eq!((twice.status, &problem(&twice)["code"]), (StatusCode::CONFLICT, &json!("refused")));
    let none = house.send(sent("/api/v1/pairs/dev/records/31/go-on", None, "{}")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "{}", none.text());
}
