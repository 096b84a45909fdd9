//! What a pair's policy asks beyond a role: the change, the calendar, and who may override what blocks.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{StatusCode, header},
};
use serde_json::json;
use teal_app::{
    desk::{DeskError, Identity},
    functions::Reply,
};
use teal_domain::{
    Actor, Color, EnvironmentStatus, Grants, Millis, Role,
    access::{Grant, Scope},
    freeze::Freeze,
    history::{HistoryQuery, Progress, Record},
    policy::{ChangeRefRule, Policy},
    switch::{Kind, Outcome, Refusal},
};
use tower::ServiceExt as _;

use crate::{
    api::{PLANS, SWITCHES, problem, read, sent},
    house::{House, ORIGIN, form, get, post, sealed},
    location,
};

fn ticket() -> Policy {
    let change_ref = ChangeRefRule { required: true, pattern: Some("CHG[0-9]{7}".into()) };
    Policy { change_ref, ..Policy::default() }
}

fn by(role: Option<Role>) -> Policy {
    Policy { overridden_by: role, ..Policy::default() }
}

/// The target is down: a check that blocks, and that may be overridden.
fn down(house: &House) {
    house.world.environments.down(Color::Green);
    let now = house.teal.engine.clock.now();
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| {
        let mut green = known.green.value().expect("read").clone();
        green.status = EnvironmentStatus::Down("UNAVAILABLE".into());
        known.green.succeed(green, now);
    });
}

async fn latest(house: &House) -> Record {
    let page = house.world.store.history(&house.world.pair, &HistoryQuery::default(), 1).await.expect("the history");
    page.records.into_iter().next().expect("a record")
}

fn outcome(record: &Record) -> &Outcome {
    match &record.switch().expect("a switch").progress {
        Progress::Ended { outcome, .. } => outcome,
        other => panic!("{other:?}"),
    }
}

/// Somebody with one role, who sends forms as a script of the page does.
struct Person(Router);

impl Person {
    fn new(house: &House, role: Role) -> Self {
        Self(
            house
                .behind(Identity::trusted(Actor::page("olga"), Grants::from_iter([Grant { role, scope: Scope::All }]))),
        )
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.0.clone().oneshot(get(path).body(Body::empty()).expect("a request")).await;
        let body = to_bytes(answer.expect("an answer").into_body(), 1_000_000).await.expect("a body");
        String::from_utf8(body.to_vec()).expect("text")
    }

    async fn switch(&self, more: &[(&str, &str)]) -> Reply {
        let confirmation = sealed(&self.page("/p/dev/switch?to=green").await);
        self.confirm(&confirmation, more).await
    }

    async fn confirm(&self, confirmation: &str, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![
            ("pair", "dev"),
            ("to", "green"),
            ("confirmation", confirmation),
            ("typed", "green"),
            ("reason", "why"),
        ];
        fields.extend(more);
        let request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN);
        let mut request = request.body(form(&fields)).expect("a request");
        request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
        let answer = self.0.clone().oneshot(request).await.expect("an answer");
        let body = to_bytes(answer.into_body(), 1_000_000).await.expect("a body");
        serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body)))
    }
}

#[tokio::test]
async fn a_planned_switch_names_its_change_where_policy_says_so() {
    let house = House::with_policy(ticket()).await;
    let page = house.get("/p/dev/switch?to=green").await.text();
    assert!(page.contains("name=\"change_ref\"") && page.contains("CHG[0-9]{7}"), "{page}");
    for (typed, kept) in [("", None), ("CHG1", Some("CHG1")), ("see CHG0012345", Some("see CHG0012345"))] {
        let confirmation = house.confirmation("green").await;
        let fields = [
            ("pair", "dev"),
            ("to", "green"),
            ("confirmation", &*confirmation),
            ("typed", "green"),
            ("reason", "upgrade"),
            ("change_ref", typed),
        ];
        let back = location(&house.post("/api/fn/switch", &fields).await).to_owned();
        let query = back.split_once('?').expect("a query").1;
        assert_eq!(teal_app::paths::get(query, "problem").as_deref(), Some("change-ref"), "{back}");
        assert_eq!(teal_app::paths::get(query, "change_ref").as_deref(), kept, "{back}");
        assert_eq!(teal_app::paths::get(query, "reason").as_deref(), Some("upgrade"));
        let again = house.get(&back).await.text();
        assert!(again.contains("names the change") && again.contains("must match CHG[0-9]{7}"), "{again}");
        assert!(kept.is_none_or(|kept| again.contains(&format!("value=\"{kept}\""))), "what was typed is kept");
    }
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn the_change_stands_in_record_list_csv_and_api() {
    let house = House::with_policy(ticket()).await;
    let confirmation = house.confirmation("green").await;
    let fields = [
        ("pair", "dev"),
        ("to", "green"),
        ("confirmation", &*confirmation),
        ("typed", "green"),
        ("reason", "upgrade"),
        ("change_ref", " CHG0012345 "),
    ];
    let record = location(&house.post("/api/fn/switch", &fields).await).to_owned();
    assert_eq!(house.flag().color(), Some(Color::Green));
    for path in [&*record, "/p/dev/history"] {
        assert!(house.get(path).await.text().contains("CHG0012345"), "{path}");
    }
    let csv = house.get("/p/dev/history.csv?kind=switch").await;
    let mut rows = csv::Reader::from_reader(&*csv.body);
    let at = rows.headers().expect("a head").iter().position(|name| name == "change_ref").expect("a column");
    assert_eq!(&rows.records().next().expect("a row").expect("good")[at], "CHG0012345");
    let seq = latest(&house).await.seq;
    let api = read(&house.get(&format!("/api/v1/pairs/dev/records/{seq}")).await);
    assert_eq!(api["change_ref"], "CHG0012345");
}

#[tokio::test]
async fn a_script_names_the_change_too() {
    let house = House::with_policy(ticket()).await;
    let body = |confirmation: &serde_json::Value, change: Option<&str>| {
        let mut body = json!({"confirmation": confirmation, "typed": "green", "reason": "why"});
        if let Some(change) = change {
            body["change_ref"] = change.into();
        }
        body.to_string()
    };
    let plan = read(&house.send(sent(PLANS, None, r#"{"target":"green"}"#)).await);
    for change in [None, Some("CHG7")] {
        let refused = house.send(sent(SWITCHES, Some("k-1"), body(&plan["confirmation"], change))).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem(&refused)["field"], "change_ref");
    }
    let done = house.send(sent(SWITCHES, Some("k-2"), body(&plan["confirmation"], Some("CHG0012345")))).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
    assert_eq!(read(&done)["change_ref"], "CHG0012345");
}

#[tokio::test]
async fn no_emergency_and_no_repair_waits_for_a_ticket_the_calendar_or_the_last_switch() {
    let house = House::with_policy(Policy { anti_flap: Some(Millis::from_secs(3600)), ..ticket() }).await;
    let olga = Person::new(&house, Role::Operator);
    let now = house.teal.engine.clock.now();
    let freeze = Freeze {
        because: "the books are closed".into(),
        from: now - Millis::from_secs(3600),
        to: now + Millis::from_secs(3600),
        zone: "UTC".into(),
    };
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| known.freezes = vec![freeze].into());
    assert_eq!(olga.switch(&[("emergency", "true")]).await, Reply::Taken);
    let record = latest(&house).await;
    assert!(matches!(outcome(&record), Outcome::Landed { .. }), "{record:?}");
    let switch = record.switch().expect("a switch");
    assert_eq!((switch.kind, switch.change_ref.as_ref()), (Kind::Emergency, None));
    let page = house.get(&format!("/p/dev/history/{}", record.seq)).await.text();
    assert!(page.contains("emergency"), "for ever");

    house.world.ssm.outsider_puts("purple", None);
    house.poll().await;
    house.teal.reconcile().await;
    assert_eq!(olga.switch(&[]).await, Reply::Taken);
    let record = latest(&house).await;
    assert_eq!(record.switch().expect("a switch").kind, Kind::Repair);
    assert!(matches!(outcome(&record), Outcome::Landed { .. }), "{record:?}");
}

#[tokio::test]
async fn what_blocks_is_overridden_by_whom_policy_names_and_that_stands_for_ever() {
    let house = House::with_policy(by(Some(Role::Operator))).await;
    down(&house);
    let olga = Person::new(&house, Role::Operator);
    let page = olga.page("/p/dev/switch?to=green").await;
    assert!(page.contains("name=\"in_spite\"") && page.contains("Switch in spite of: "), "{page}");
    assert_eq!(olga.switch(&[]).await, Reply::Taken, "on record, as refused");
    let blocked = Outcome::Refused { refusal: Refusal::Blocked { checks: vec!["target".into()] } };
    assert_eq!(*outcome(&latest(&house).await), blocked);
    assert_eq!(olga.switch(&[("in_spite", "true")]).await, Reply::Taken);
    let record = latest(&house).await;
    assert!(matches!(outcome(&record), Outcome::Landed { .. }), "{record:?}");
    let switch = record.switch().expect("a switch");
    assert_eq!((switch.kind, switch.overridden.as_slice()), (Kind::Planned, &["target".to_owned()][..]));
    for path in ["/p/dev/history".to_owned(), format!("/p/dev/history/{}", record.seq)] {
        assert!(house.get(&path).await.text().contains("overridden: target"), "{path}");
    }
    let csv = house.get("/p/dev/history.csv?kind=switch").await.text();
    assert!(csv.lines().next().is_some_and(|head| head.contains(",change_ref,overridden,")), "{csv}");
    assert!(csv.lines().nth(1).is_some_and(|row| row.contains(",target,")), "{csv}");
    let api = read(&house.get(&format!("/api/v1/pairs/dev/records/{}", record.seq)).await);
    assert_eq!(api["overridden"], json!(["target"]));
}

#[tokio::test]
async fn whoever_may_not_override_is_offered_nothing_refused_and_written_down() {
    for (policy, role, says) in [
        (by(Some(Role::Admin)), Role::Operator, "needs the role admin"),
        (by(Some(Role::Approver)), Role::Operator, "needs the role approver or admin"),
        (by(None), Role::Admin, "Nobody may override"),
    ] {
        let house = House::with_policy(policy).await;
        down(&house);
        let person = Person::new(&house, role);
        assert!(!person.page("/p/dev/switch?to=green").await.contains("in_spite"));
        let Reply::Refused(DeskError::Override { message }) = person.switch(&[("in_spite", "true")]).await else {
            panic!("taken")
        };
        assert!(message.contains(says), "{message}");
        assert!(house.world.ssm.puts().is_empty());
        house.teal.engine.denials.flush(&house.world.store).await.expect("written");
        let denials = house.world.store.denials(None, 10).await.expect("a list");
        assert!(
            denials.iter().any(|(_, denial)| denial.place == "override" && denial.why.contains(says)),
            "{denials:?}"
        );
    }
}

#[tokio::test]
async fn only_what_was_seen_to_block_is_overridden() {
    let house = House::with_policy(by(Some(Role::Operator))).await;
    let olga = Person::new(&house, Role::Operator);
    // Nothing blocked when the page was made.
    let confirmation = sealed(&olga.page("/p/dev/switch?to=green").await);
    down(&house);
    assert_eq!(olga.confirm(&confirmation, &[("in_spite", "true")]).await, Reply::Taken);
    let blocked = Outcome::Refused { refusal: Refusal::Blocked { checks: vec!["target".into()] } };
    let record = latest(&house).await;
    assert_eq!(*outcome(&record), blocked);
    assert!(record.switch().expect("a switch").overridden.is_empty());

    // What no longer blocks is not called overridden.
    let confirmation = sealed(&olga.page("/p/dev/switch?to=green").await);
    house.world.environments.up_again();
    house.poll().await;
    assert_eq!(olga.confirm(&confirmation, &[("in_spite", "true")]).await, Reply::Taken);
    let record = latest(&house).await;
    assert!(matches!(outcome(&record), Outcome::Landed { .. }), "{record:?}");
    assert!(record.switch().expect("a switch").overridden.is_empty());
}

#[tokio::test]
async fn nobody_overrides_what_needs_another_person() {
    let house =
        House::with_policy(Policy { two_person: Some(Millis::from_secs(3600)), ..by(Some(Role::Operator)) }).await;
    down(&house);
    let olga = Person::new(&house, Role::Operator);
    assert!(!olga.page("/p/dev/switch?to=green").await.contains("in_spite"));
    assert_eq!(olga.switch(&[("in_spite", "true")]).await, Reply::Taken);
    let blocked = Outcome::Refused { refusal: Refusal::Blocked { checks: vec!["approval".into()] } };
    assert_eq!(*outcome(&latest(&house).await), blocked);
}

#[tokio::test]
async fn a_script_overrides_where_its_role_may() {
    for (role, status) in [(Role::Operator, StatusCode::CREATED), (Role::Admin, StatusCode::CREATED)] {
        let house = House::with_policy(by(Some(role))).await;
        down(&house);
        let plan = read(&house.send(sent(PLANS, None, r#"{"target":"green"}"#)).await);
        assert_eq!(plan["may_override"], true);
        let body = json!({"confirmation": plan["confirmation"], "typed": "green", "reason": "why", "override": true});
        let done = house.send(sent(SWITCHES, Some("k-1"), body.to_string())).await;
        assert_eq!(done.status, status, "{}", done.text());
        assert_eq!(read(&done)["overridden"], json!(["target"]));
    }
    let house = House::with_policy(by(None)).await;
    down(&house);
    let plan = read(&house.send(sent(PLANS, None, r#"{"target":"green"}"#)).await);
    assert_eq!(plan["may_override"], false);
    let body = json!({"confirmation": plan["confirmation"], "typed": "green", "reason": "why", "override": true});
    let refused = house.send(sent(SWITCHES, Some("k-1"), body.to_string())).await;
    assert_eq!((refused.status, &problem(&refused)["code"]), (StatusCode::FORBIDDEN, &json!("override")));
}

#[tokio::test]
async fn the_calendar_says_when_it_is_closed_in_words_and_by_both_clocks() {
    let house = House::new().await;
    let empty = house.get("/p/dev/freezes").await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.text().contains("Nothing is frozen") && empty.text().contains("Open now"), "{}", empty.text());

    let now = house.teal.engine.clock.now();
    let window = |from: u64, to: u64, because: &str| Freeze {
        because: because.to_owned(),
        from: now + Millis::from_secs(from),
        to: now + Millis::from_secs(to),
        zone: "Europe/Berlin".into(),
    };
    let mut first = window(0, 7200, "the <books> are closed");
    first.from = now - Millis::from_secs(60);
    let windows = vec![first, window(7200, 9000, "stocktaking")];
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| known.freezes = windows.into());
    let page = house.get("/p/dev/freezes").await.text();
    assert!(page.contains("Closed because: the &lt;books&gt; are closed"), "{page}");
    assert!(page.contains("closed now") && page.contains("Europe/Berlin") && page.contains("CE"), "{page}");
    assert!(page.contains("<table class=\"month\">") && page.contains("<strong>closed</strong>"), "{page}");
    for path in ["/p/dev", "/p/dev/switch?to=green"] {
        let text = house.get(path).await.text();
        assert!(text.contains("/p/dev/freezes") && text.contains("Closed because"), "{path}: {text}");
    }
}
