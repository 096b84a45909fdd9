//! The smoke test, by the button on the switch page and by a script.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use teal_domain::policy::{Policy, SmokeRules};
use teal_server::aws::airflow::Dialect;

use crate::{
    api::{read, sent},
    house::House,
    location,
    support::airflow::FakeAirflow,
};

const BLUE: &str = "mwaa-openlineage-blue-dev";
const GREEN: &str = "mwaa-openlineage-green-dev";
const TESTS: &str = "/api/v1/pairs/dev/smoke-tests";

async fn house() -> (House, Arc<FakeAirflow>) {
    let smoke = SmokeRules { dags: vec!["orders".into()], ..SmokeRules::default() };
    House::with_airflows(Policy { smoke, ..Policy::default() }, |airflow| {
        let side = |side: &mut crate::support::airflow::world::Side| {
            side.dag("orders").tagged("teal").guarded_by("teal_guard");
        };
        airflow.side(BLUE, Dialect::Three, side).side(GREEN, Dialect::Three, side)
    })
    .await
}

async fn drive(house: &House) {
    house.teal.engine.go_on_with_smoke(&house.teal.pair).await.expect("a store");
}

#[tokio::test]
async fn the_button_on_the_switch_page_leads_to_the_record_that_tells_what_became_of_it() {
    let (house, airflow) = house().await;
    let page = house.get("/p/dev/switch?to=green").await.text();
    assert!(page.contains("Smoke-test the standby") && page.contains("Not tested yet"), "{page}");
    let answer = house.post("/api/fn/smoke", &[("pair", "dev"), ("to", "green")]).await;
    let record = location(&answer).to_owned();
    assert!(house.get(&record).await.text().contains("This page follows along by itself"));
    drive(&house).await;
    airflow.let_tasks_end(GREEN);
    drive(&house).await;
    let page = house.get(&record).await.text();
    assert!(page.contains("Smoke test of Green") && page.contains("1 of 1 ran well"), "{page}");
    let page = house.get("/p/dev/switch?to=green").await.text();
    assert!(page.contains("orders ran well on Green") && page.contains("The record of it"), "{page}");
    let list = house.get("/p/dev/history?kind=smoke").await.text();
    assert!(list.contains("Smoke test of Green") && !list.contains("before Teal</span>"), "{list}");
    let csv = house.get("/p/dev/history.csv?kind=smoke").await.text();
    assert!(csv.lines().count() == 2 && csv.contains(",smoke,Smoke test of Green,"), "{csv}");
}

#[tokio::test]
async fn a_second_one_is_refused_where_the_first_is_under_way() {
    let (house, _) = house().await;
    let fields = [("pair", "dev"), ("to", "green")];
    house.post("/api/fn/smoke", &fields).await;
    let again = house.post("/api/fn/smoke", &fields).await;
    assert_eq!(location(&again), "/p/dev/switch?to=green&problem=smoke");
    let page = house.get(location(&again)).await.text();
    assert!(page.contains("The smoke test was not begun") && page.contains("One is under way."), "{page}");
}

#[tokio::test]
async fn a_script_begins_one_and_looks_at_its_record() {
    let (house, airflow) = house().await;
    let answer = house.send(sent(TESTS, None, "{}")).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let begun = read(&answer);
    assert_eq!((&begun["kind"], &begun["state"], &begun["outcome"]), (&json!("smoke"), &json!("begun"), &Value::Null));
    let address = answer.header(header::LOCATION).to_owned();
    drive(&house).await;
    airflow.let_tasks_fail(GREEN, "orders");
    drive(&house).await;
    let ended = read(&house.get(&address).await);
    assert_eq!((&ended["state"], &ended["outcome"]), (&json!("ended"), &json!("failed")));
    assert_eq!(ended["told"], "orders failed in the task work.");
    let told = json!([{"dag": "orders", "result": "failed", "task": "work", "told": "failed in the task work"}]);
    assert_eq!((&ended["smoke"]["results"], &ended["smoke"]["side"]), (&told, &json!("green")));
    let plan = house.send(sent("/api/v1/pairs/dev/plans", None, r#"{"target": "green"}"#)).await;
    let checks = read(&plan)["checks"].as_array().cloned().expect("checks");
    let check = checks.iter().find(|check| check["name"] == "smoke").expect("the check");
    assert_eq!(check["verdict"], "warn", "{check}");
}

#[tokio::test]
async fn a_script_is_told_why_nothing_is_tested() {
    let house = House::new().await;
    let answer = house.send(sent(TESTS, None, "{}")).await;
    let problem = read(&answer);
    assert_eq!((answer.status, &problem["code"]), (StatusCode::CONFLICT, &json!("refused")));
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("No DAG is named")), "{problem}");
    let answer = house.send(sent(TESTS, None, r#"{"dags": ["orders"]}"#)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "only what policy names is tested");
}
