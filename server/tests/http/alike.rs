//! Policy holds alike on the page and by script, there and back.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use teal_app::desk::Identity;
use teal_domain::{
    Actor, Color, Grants, Millis, OperationId, Role,
    access::{Grant, Scope},
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
    close(&house);
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
    for (overridden_by, verdict) in [(None, "block"), (Some(Role::Admin), "pass")] {
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

#[tokio::test]
async fn the_calendar_is_the_same_for_people_and_for_scripts() {
    let house = House::new().await;
    let now = house.teal.engine.clock.now();
    let hours = |hours: u64| Millis::from_secs(hours * 3600);
    let window = |because: &str, from, to, zone: &str| Freeze { because: because.into(), from, to, zone: zone.into() };
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| {
        known.freezes = Arc::new([
            window("month end", now - hours(1), now + hours(2), "Europe/Berlin"),
            window("release", now + hours(48), now + hours(50), "UTC"),
        ]);
    });
    let calendar = read(&house.get("/api/v1/pairs/dev/freezes").await);
    let because = |calendar: &Value| -> Vec<String> {
        let freezes = calendar["freezes"].as_array().expect("a list");
        freezes.iter().map(|freeze| freeze["because"].as_str().expect("why").to_owned()).collect()
    };
    assert_eq!(because(&calendar), ["month end", "release"]);
    assert_eq!(calendar["freeze"], read(&house.get("/api/v1/pairs/dev").await)["freeze"], "as the pair tells it");
    assert_eq!(
        (&calendar["freeze"]["closed"], &calendar["freeze"]["opens"]),
        (&json!(true), &calendar["freezes"][0]["opens"])
    );
    let page = house.get("/p/dev/freezes").await.text();
    for freeze in calendar["freezes"].as_array().expect("a list") {
        assert!(page.contains(freeze["because"].as_str().expect("why")), "{freeze}");
    }
    let there = calendar["freezes"][0]["opens_there"].as_str().expect("a text");
    assert!(page.contains(there), "the clock of the zone is told alike: {there}");

    let (from, to) = (&calendar["freezes"][0]["opens"], &calendar["freezes"][1]["from"]);
    let text = |moment: &Value| moment.as_str().expect("a moment").to_owned();
    let between = read(&house.get(&format!("/api/v1/pairs/dev/freezes?from={}&to={}", text(from), text(to))).await);
    assert_eq!((because(&between), &between["from"], &between["to"]), (Vec::new(), from, to), "one ends, one begins");
    let later = read(&house.get(&format!("/api/v1/pairs/dev/freezes?from={}", text(to))).await);
    assert_eq!(because(&later), ["release"]);
    // Of what is not kept nothing is said: an empty list would be taken for an open calendar.
    for (query, field) in [("from=tomorrow", "from"), ("to=2199-01-01", "to"), ("from=1999-12-31", "from")] {
        let refused = house.get(&format!("/api/v1/pairs/dev/freezes?{query}")).await;
        let told = (refused.status, problem(&refused)["field"].clone());
        assert_eq!(told, (StatusCode::UNPROCESSABLE_ENTITY, json!(field)), "{query}");
    }
}

#[tokio::test]
async fn a_plan_tells_what_would_be_done_with_the_dags_as_the_page_does() {
    let (house, _) = crate::after::house().await;
    let before = plan(&house, json!({"target": "green"})).await;
    assert_eq!(
        (&before["dags"]["unread"], &before["dags"]["unpause"]),
        (&json!("green"), &Value::Null),
        "not an empty list"
    );
    teal_server::engine::observe::look(&house.teal.engine, &house.teal.pair, std::time::Duration::from_secs(5)).await;
    let dags = plan(&house, json!({"target": "green"})).await["dags"].clone();
    for (list, names) in [
        ("unpause", json!(["orders"])),
        ("unpause_later", json!(["exports"])),
        ("pause", json!(["exports", "orders"])),
        ("stay_paused", json!([])),
        ("paused_on_old_only", json!([])),
        ("missing", json!([])),
        ("fires_at_once", json!([])),
        ("running", json!([])),
    ] {
        assert_eq!(dags[list], names, "{list} of {dags}");
    }
    assert_eq!((&dags["strategy"], dags["read_at"].is_string()), (&json!("pause-standby"), true), "{dags}");
    let page = house.get("/p/dev/switch?to=green").await.text();
    for told in ["Unpaused on Green at once", "Unpaused on Green once Blue has finished", "<code>exports</code>"] {
        assert!(page.contains(told), "{told} in {page}");
    }
    assert_eq!(plan(&house, json!({"target": "blue"})).await["dags"], Value::Null, "blue is live: nothing moves");
    let of_itself = plan(&House::new().await, json!({"target": "green"})).await["dags"].clone();
    assert_eq!((&of_itself["strategy"], &of_itself["unpause"]), (&json!("flag-only"), &json!([])));
    assert!(of_itself["told"].as_str().is_some_and(|told| told.contains("asks the flag")), "{of_itself}");
}

#[tokio::test]
async fn who_may_override_stands_beside_the_button_of_whoever_may_not() {
    let house = House::new().await;
    close(&house);
    let told = "Overriding what blocks a switch of dev needs the role admin.";
    let beside = |page: &str| {
        let note = page.split("id=\"blocked\"").nth(1).and_then(|rest| rest.split("</p>").next());
        note.unwrap_or_else(|| panic!("nothing blocks: {page}")).contains(told)
    };
    assert!(!beside(&house.get("/p/dev/switch?to=green").await.text()), "an admin ticks the box");
    let grants = Grants::from_iter([Grant { role: Role::Operator, scope: Scope::All }]);
    let olga = House { router: house.behind(Identity::trusted(Actor::page("olga"), grants)), ..house };
    assert!(beside(&olga.get("/p/dev/switch?to=green").await.text()));
    // Where nobody may, that is said; and of what nobody may ever override nothing is.
    for (policy, freeze, says) in [
        (Policy { overridden_by: None, ..Policy::default() }, true, true),
        (Policy { two_person: Some(Millis::from_secs(3600)), ..Policy::default() }, false, false),
    ] {
        let house = House::with_policy(policy).await;
        if freeze {
            close(&house);
        }
        let page = house.get("/p/dev/switch?to=green").await.text();
        let note = page.split("id=\"blocked\"").nth(1).and_then(|rest| rest.split("</p>").next()).expect("a note");
        assert_eq!(note.contains("Nobody may override"), says, "{note}");
        assert!(says || !note.contains("verriding"), "{note}");
    }
}

/// The calendar is closed for an hour.
fn close(house: &House) {
    let now = house.teal.engine.clock.now();
    let (from, to) = (now - Millis::from_secs(60), now + Millis::from_secs(3600));
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| {
        known.freezes = Arc::new([Freeze { because: "month end".into(), from, to, zone: "UTC".into() }]);
    });
}
