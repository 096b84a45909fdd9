//! Policy holds alike on the page and by script, there and back.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use teal_domain::{
    Color, Millis, OperationId,
    freeze::Freeze,
    history::{HistoryQuery, Progress, Record},
    policy::{ChangeRefRule, Policy},
    preflight::Verdict,
    switch::Outcome,
};

use crate::{
    api::{PLANS, SWITCHES, problem, read, sent},
    house::{House, sealed},
};

fn ticket() -> Policy {
    let change_ref = ChangeRefRule { required: true, pattern: Some("CHG[0-9]{7}".into()) };
    Policy { change_ref, ..Policy::default() }
}

async fn latest(house: &House) -> Record {
    let page = house.world.store.history(&house.world.pair, &HistoryQuery::default(), 1).await.expect("the history");
    page.records.into_iter().next().expect("a record")
}

/// A switch by the page's form.
async fn by_page(house: &House, to: &str, more: &[(&str, &str)]) -> Record {
    let page = house.get(&format!("/p/dev/switch?to={to}")).await.text();
    let confirmation = sealed(&page);
    let fields = [("pair", "dev"), ("to", to), ("confirmation", &*confirmation), ("typed", to), ("reason", "why")];
    house.post("/api/fn/switch", &[&fields, more].concat()).await;
    settled(house).await;
    latest(house).await
}

async fn plan(house: &House, body: Value) -> Value {
    let answer = house.send(sent(PLANS, None, body.to_string())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    read(&answer)
}

/// A switch by a script.
async fn by_script(house: &House, to: &str, key: &str, more: Value) -> crate::house::Answer {
    let plan = plan(house, json!({ "target": to })).await;
    let mut body = json!({"confirmation": plan["confirmation"], "typed": to, "reason": "why"});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let answer = house.send(sent(SWITCHES, Some(key), body.to_string())).await;
    settled(house).await;
    answer
}

/// What goes on behind an answer.
async fn settled(house: &House) {
    house.poll().await;
    house.teal.engine.after_switch(&house.teal.pair).await;
}

fn check<'p>(plan: &'p Value, name: &str) -> &'p Value {
    let found = plan["checks"].as_array().expect("checks").iter().find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {plan}"))
}

#[track_caller]
fn reverts(record: &Record) -> Option<OperationId> {
    let switch = record.switch().expect("a switch");
    assert!(matches!(&switch.progress, Progress::Ended { outcome: Outcome::Landed { .. }, .. }), "{switch:?}");
    switch.reverts
}

#[tokio::test]
async fn taking_back_asks_for_no_change_and_the_switch_after_it_does() {
    let house = House::with_policy(ticket()).await;
    let first = by_page(&house, "green", &[("change_ref", "CHG0012345")]).await;
    let page = house.get("/p/dev/switch?to=blue").await.text();
    assert!(page.contains("(if there is one)"), "{page}");
    let back = by_page(&house, "blue", &[]).await;
    assert_eq!(reverts(&back), first.switch().map(|switch| switch.operation));
    let refused = by_script(&house, "green", "one", json!({})).await;
    assert_eq!((refused.status, &problem(&refused)["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("change_ref")));
    assert_eq!(latest(&house).await.seq, back.seq);

    let there = by_script(&house, "green", "two", json!({"change_ref": "CHG0054321"})).await;
    assert_eq!((there.status, &read(&there)["reverts"]), (StatusCode::CREATED, &Value::Null));
    assert_eq!(check(&plan(&house, json!({"target": "blue"})).await, "change-ref")["verdict"], "pass");
    let back = by_script(&house, "blue", "three", json!({})).await;
    assert_eq!((back.status, &read(&back)["reverts"]), (StatusCode::CREATED, &read(&there)["operation"]));
}

#[tokio::test]
async fn a_plan_takes_the_change_into_account() {
    let house = House::with_policy(ticket()).await;
    let without = plan(&house, json!({"target": "green"})).await;
    assert_eq!(check(&without, "change-ref")["verdict"], "block");
    let with = plan(&house, json!({"target": "green", "change_ref": "CHG0012345"})).await;
    assert_eq!(check(&with, "change-ref")["verdict"], "pass");
    let wrong = house.send(sent(PLANS, None, json!({"target": "green", "change_ref": "CHG1"}).to_string())).await;
    assert_eq!((wrong.status, &problem(&wrong)["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("change_ref")));
}

#[tokio::test]
async fn who_may_lift_what_blocks_is_told_with_it() {
    let house = House::new().await;
    let free = plan(&house, json!({"target": "green"})).await;
    assert_eq!(free["who_overrides"], Value::Null, "nothing blocks");
    let now = house.teal.engine.clock.now();
    let (from, to) = (now - Millis::from_secs(60), now + Millis::from_secs(3600));
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| {
        known.freezes = Arc::new([Freeze { because: "month end".into(), from, to, zone: "UTC".into() }]);
    });
    let closed = plan(&house, json!({"target": "green"})).await;
    let who = "Overriding what blocks a switch of dev needs the role admin.";
    assert_eq!((&closed["who_overrides"], &check(&closed, "freeze")["overridable"]), (&json!(who), &json!(true)));
    let refused = problem(&by_script(&house, "green", "one", json!({})).await);
    assert!(refused["mend"].as_str().expect("a mend").ends_with(who), "{refused}");
    let status = read(&house.get("/api/v1/pairs/dev").await);
    assert_eq!((&status["freeze"]["closed"], &status["freeze"]["because"]), (&json!(true), &json!("month end")));
}

#[tokio::test]
async fn from_a_missing_flag_it_is_a_repair_however_a_script_calls_it() {
    let house = House::new().await;
    house.world.ssm.outsider_deletes();
    house.teal.reconcile().await;
    house.poll().await;
    let answer = by_script(&house, "green", "one", json!({"emergency": true})).await;
    assert_eq!((answer.status, &read(&answer)["kind"]), (StatusCode::CREATED, &json!("repair")));
}

/// The sides differ in their class.
fn differ(house: &House) {
    let now = house.teal.engine.clock.now();
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| {
        let mut blue = known.blue.value().cloned().expect("read");
        blue.class = Some("mw1.large".into());
        known.blue.succeed(blue, now);
    });
}

#[tokio::test]
async fn a_maintenance_lifts_what_policy_lets_block_only_by_whoever_may_override() {
    for (overridden_by, verdict) in [(None, "block"), (Some(teal_domain::Role::Admin), "pass")] {
        let says = vec![("class".to_owned(), Verdict::Block)];
        let house = House::with_policy(Policy { says, overridden_by, ..Policy::default() }).await;
        differ(&house);
        let until = teal_app::words::time::field(house.app.desk.now() + Millis::from_secs(7200));
        let body = json!({"side": "blue", "what": "a larger class", "until": until}).to_string();
        let declared = house.send(sent("/api/v1/pairs/dev/maintenance", None, body)).await;
        assert_eq!(declared.status, StatusCode::CREATED, "{}", declared.text());
        let plan = plan(&house, json!({"target": "green"})).await;
        assert_eq!(check(&plan, "class")["verdict"], verdict, "{plan}");
        // The record says for ever on which declaration it rested.
        let switched = read(&by_script(&house, "green", "one", json!({"emergency": true})).await);
        assert_eq!(switched["maintenance"], read(&declared)["maintenance"]["declared"], "{switched}");
        let csv = house.get("/p/dev/history.csv?kind=emergency").await.text();
        assert!(csv.contains(switched["maintenance"].as_str().expect("an id")), "{csv}");
    }
}

#[tokio::test]
async fn the_button_to_take_it_back_is_there_for_a_switch_and_not_for_a_revert() {
    let (house, _) = crate::after::house().await;
    let first = by_page(&house, "green", &[]).await;
    house.teal.engine.follow(&house.teal.pair).await.expect("followed");
    let page = |seq| format!("/p/dev/history/{seq}");
    assert!(house.get(&page(first.seq)).await.text().contains("Take it back to"));
    let back = by_page(&house, "blue", &[]).await;
    assert!(reverts(&back).is_some());
    house.teal.engine.follow(&house.teal.pair).await.expect("followed");
    let text = house.get(&page(back.seq)).await.text();
    assert!(text.contains("After the flip") && !text.contains("Take it back to"), "{text}");
    assert_eq!(house.flag().color(), Some(Color::Blue));
}
