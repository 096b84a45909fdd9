//! Two people: who asks, who approves, and what a switch then rests on.

#[path = "approval/api.rs"]
mod api;
#[path = "approval/dags.rs"]
mod dags;

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{StatusCode, header},
};
use teal_app::{
    desk::{DeskError, Identity},
    functions::Reply,
};
use teal_domain::{
    Actor, Color, Millis, Role, Subject,
    access::{Grant, Scope},
    approval::Answer,
    history::{HistoryQuery, Progress, Record, What},
    policy::Policy,
    switch::{Kind, Outcome, Refusal},
};
use teal_server::store::verify::Verdict;
use tower::ServiceExt as _;

use crate::{
    api::{PLANS, SWITCHES, problem, read, sent},
    house::{House, ORIGIN, form, get, post, sealed},
    support::ssm::PutFate,
};

fn two() -> Policy {
    Policy { two_person: Some(Millis::from_secs(3600)), ..Policy::default() }
}

/// Somebody with roles, at a router of their own over the same house.
struct Person(Router);

impl Person {
    fn new(house: &House, name: &str, subject: &str, roles: &[Role]) -> Self {
        let actor = Actor::page(name).known_as(Subject::new("https://issuer.example", subject));
        let grants = roles.iter().map(|role| Grant { role: *role, scope: Scope::All });
        Self(house.behind(Identity::trusted(actor, grants.collect())))
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.0.clone().oneshot(get(path).body(Body::empty()).expect("a request")).await;
        let body = to_bytes(answer.expect("an answer").into_body(), 1_000_000).await.expect("a body");
        String::from_utf8(body.to_vec()).expect("text")
    }

    async fn send(&self, function: &str, fields: &[(&str, &str)]) -> Reply {
        let request = post(&format!("/api/fn/{function}")).header(header::ORIGIN, ORIGIN);
        let mut request = request.body(form(fields)).expect("a request");
        request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
        let answer = self.0.clone().oneshot(request).await.expect("an answer");
        let body = to_bytes(answer.into_body(), 1_000_000).await.expect("a body");
        serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body)))
    }

    async fn ask(&self, reason: &str) -> Reply {
        self.send("ask", &[("pair", "dev"), ("to", "green"), ("seen", "green@31"), ("reason", reason)]).await
    }

    /// Decides on what their own page shows.
    async fn decide(&self, answer: &str) -> Reply {
        let page = self.page("/p/dev/switch?to=green").await;
        let digest = page.split("name=\"digest\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let fields = [
            ("pair", "dev"),
            ("to", "green"),
            ("digest", digest.unwrap_or("none")),
            ("answer", answer),
            ("comment", "go"),
        ];
        self.send("decide", &fields).await
    }

    async fn switch(&self, reason: &str, emergency: bool) -> Reply {
        let confirmation = sealed(&self.page("/p/dev/switch?to=green").await);
        self.confirm(&confirmation, reason, emergency).await
    }

    async fn confirm(&self, confirmation: &str, reason: &str, emergency: bool) -> Reply {
        let mut fields = vec![
            ("pair", "dev"),
            ("to", "green"),
            ("confirmation", confirmation),
            ("typed", "green"),
            ("reason", reason),
        ];
        fields.extend(emergency.then_some(("emergency", "true")));
        self.send("switch", &fields).await
    }
}

fn olga(house: &House) -> Person {
    Person::new(house, "olga", "1", &[Role::Operator])
}

fn anton(house: &House) -> Person {
    Person::new(house, "anton", "2", &[Role::Approver])
}

async fn latest(house: &House) -> Record {
    let page = house.world.store.history(&house.world.pair, &HistoryQuery::default(), 1).await.expect("the history");
    page.records.into_iter().next().expect("a record")
}

fn refused(reply: &Reply) -> &str {
    match reply {
        Reply::Refused(DeskError::Refused { message }) => message,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn row_36_a_switch_that_nobody_approved_is_refused_and_puts_nothing() {
    let house = House::with_policy(two()).await;
    let olga = olga(&house);
    let page = olga.page("/p/dev/switch?to=green").await;
    assert!(page.contains("nobody has approved this switch") && page.contains("Ask for approval"), "{page}");
    assert_eq!(olga.switch("upgrade", false).await, Reply::Taken, "it is on record");
    let record = latest(&house).await;
    let switch = record.switch().expect("a switch");
    let Progress::Ended { outcome, .. } = &switch.progress else { panic!("{switch:?}") };
    assert_eq!(*outcome, Outcome::Refused { refusal: Refusal::Blocked { checks: vec!["approval".into()] } });
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_36_a_script_is_told_that_its_switch_needs_an_approval_and_puts_nothing() {
    let house = House::with_policy(two()).await;
    let plan = read(&house.send(sent(PLANS, None, r#"{"target":"green"}"#)).await);
    let check = plan["checks"].as_array().expect("a list").iter().find(|check| check["name"] == "approval");
    assert!(check.is_some_and(|check| check["verdict"] != "pass"), "{plan}");
    let body = serde_json::json!({"confirmation": plan["confirmation"], "typed": "green", "reason": "nightly"});
    let answer = house.send(sent(SWITCHES, Some("one"), body.to_string())).await;
    let told = problem(&answer);
    assert_eq!((answer.status, &told["code"]), (StatusCode::CONFLICT, &"refused".into()), "{told}");
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_36_what_somebody_else_approved_is_switched_and_the_record_says_by_whom() {
    let house = House::with_policy(two()).await;
    let (olga, anton) = (olga(&house), anton(&house));
    assert_eq!(olga.ask("upgrade").await, Reply::Taken);
    assert!(anton.page("/p/dev").await.contains("asks to switch to"), "every page says that somebody waits");
    assert_eq!(anton.decide("approved").await, Reply::Taken);
    let page = olga.page("/p/dev/switch?to=green").await;
    assert!(page.contains("anton approved it.") && page.contains(">upgrade</textarea>"), "{page}");

    assert_eq!(olga.switch("upgrade", false).await, Reply::Taken);
    assert_eq!(house.flag().color(), Some(Color::Green));
    let record = latest(&house).await;
    let approval = record.switch().expect("a switch").approval.clone().expect("an approval");
    assert_eq!((approval.by.name.as_str(), approval.by.subject.is_some()), ("anton", true));
    let page = olga.page(&format!("/p/dev/history/{}", record.seq)).await;
    assert!(page.contains("<dt>Approved</dt>") && page.contains("anton"), "{page}");
    let told: serde_json::Value =
        serde_json::from_str(&olga.page(&format!("/api/v1/pairs/dev/records/{}", record.seq)).await).expect("JSON");
    assert_eq!(
        (&told["approval"]["by"], &told["approval"]["request"]),
        (&"anton".into(), &approval.request.to_string().into())
    );
    assert!(told["approval"]["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{told}");
    assert_eq!(told.get("unproven"), None, "only where it is so");
    assert_eq!(house.world.store.open_request(&house.world.pair).await.expect("read"), None, "it is used up");
    assert!(matches!(house.world.store.verify(None).await.expect("verified"), Verdict::Holds(_)));
}

#[tokio::test]
async fn row_36_nobody_approves_their_own_not_even_with_every_role_or_under_another_name() {
    let house = House::with_policy(two()).await;
    let everything = Role::ALL;
    let olga = Person::new(&house, "olga", "1", &everything);
    olga.ask("upgrade").await;
    let page = olga.page("/p/dev/switch?to=green").await;
    assert!(page.contains("somebody else approves it"), "{page}");
    for same in [olga, Person::new(&house, "olga m.", "1", &everything), Person::new(&house, "Olga", "9", &everything)]
    {
        let reply = same.decide("approved").await;
        assert!(refused(&reply).contains("Somebody else approves it"), "{reply:?}");
    }
    let open = house.world.store.open_request(&house.world.pair).await.expect("read").expect("it stands");
    assert_eq!(open.decision, None);
    let engine = &house.teal.engine;
    engine.denials.flush(&engine.store).await.expect("written");
    assert_eq!(engine.store.denials(None, 10).await.expect("read").len(), 3, "row 52: and it is written down");
}

#[tokio::test]
async fn row_36_an_approval_holds_for_the_reason_the_person_and_the_version_that_it_was_given_for() {
    let house = House::with_policy(two()).await;
    let (olga, anton) = (olga(&house), anton(&house));
    olga.ask("upgrade").await;
    anton.decide("approved").await;
    olga.switch("something else", false).await;
    Person::new(&house, "ben", "3", &[Role::Operator]).switch("upgrade", false).await;
    assert!(house.world.ssm.puts().is_empty(), "another reason, another person");

    house.world.ssm.outsider_puts("blue", None);
    house.poll().await;
    house.teal.reconcile().await;
    olga.switch("upgrade", false).await;
    assert!(house.world.ssm.puts().is_empty(), "another version");
    let page = olga.page("/p/dev/switch?to=green").await;
    assert!(
        page.contains("The flag has moved since this was asked for") && page.contains("Ask for approval"),
        "{page}"
    );
}

#[tokio::test]
async fn row_36_an_approval_runs_out() {
    let house = House::with_policy(two()).await;
    let (olga, anton) = (olga(&house), anton(&house));
    olga.ask("upgrade").await;
    anton.decide("approved").await;
    house.world.clock.pass(Duration::from_secs(3601));
    house.poll().await;
    olga.switch("upgrade", false).await;
    assert!(house.world.ssm.puts().is_empty());
    olga.ask("upgrade").await;
    house.world.clock.pass(Duration::from_secs(3601));
    house.poll().await;
    assert_ne!(anton.decide("approved").await, Reply::Taken, "nor is one given that was asked for too long ago");
}

#[tokio::test]
async fn an_emergency_waits_for_no_approver_and_is_marked() {
    let house = House::with_policy(two()).await;
    assert_eq!(olga(&house).switch("blue is down", true).await, Reply::Taken);
    assert_eq!(house.flag().color(), Some(Color::Green));
    let record = latest(&house).await;
    let switch = record.switch().expect("a switch");
    assert_eq!((switch.kind, switch.approval.is_none()), (Kind::Emergency, true));
    let told = house.get(&format!("/api/v1/pairs/dev/records/{}", record.seq)).await.text();
    assert!(!told.contains("\"approval\""), "{told}");
}

#[tokio::test]
async fn a_request_is_decided_once_however_many_decide_at_once() {
    let house = House::with_policy(two()).await;
    olga(&house).ask("upgrade").await;
    let others = (2..22).map(|n| Person::new(&house, &format!("approver {n}"), &n.to_string(), &[Role::Approver]));
    let others: Vec<_> = others.collect();
    let answers =
        others.iter().enumerate().map(|(n, one)| one.decide(if n % 2 == 0 { "approved" } else { "declined" }));
    let replies = futures::future::join_all(answers).await;
    assert_eq!(replies.iter().filter(|reply| **reply == Reply::Taken).count(), 1, "{replies:?}");
    let What::Request(asked) = latest(&house).await.what else { panic!("no request") };
    assert!(asked.decision.is_some());
}

#[tokio::test]
async fn what_was_declined_is_not_switched_and_one_may_ask_again() {
    let house = House::with_policy(two()).await;
    let (olga, anton) = (olga(&house), anton(&house));
    olga.ask("upgrade").await;
    anton.decide("declined").await;
    olga.switch("upgrade", false).await;
    assert!(house.world.ssm.puts().is_empty());
    let page = olga.page("/p/dev/switch?to=green").await;
    assert!(page.contains("anton declined what olga asked for") && page.contains("“go”"), "{page}");
    assert_eq!(olga.ask("upgrade, at night").await, Reply::Taken);
    let open = house.world.store.open_request(&house.world.pair).await.expect("read").expect("it stands");
    assert_eq!((open.request.reason.as_str(), open.decision), ("upgrade, at night", None));
}

#[tokio::test]
async fn one_request_stands_at_a_time_and_is_taken_back_by_whoever_asked_or_an_admin() {
    let house = House::with_policy(two()).await;
    let olga = olga(&house);
    let ben = Person::new(&house, "ben", "3", &[Role::Operator]);
    olga.ask("upgrade").await;
    assert!(refused(&ben.ask("mine").await).contains("olga has asked already"));
    let id = || async {
        let open = house.world.store.open_request(&house.world.pair).await.expect("read");
        open.map(|open| open.request.id.to_string()).unwrap_or_default()
    };
    let back = async |who: &Person, id: String| {
        who.send("withdraw", &[("pair", "dev"), ("to", "green"), ("request", &id)]).await
    };
    assert!(refused(&back(&ben, id().await).await).contains("whoever asked"));
    assert_eq!(back(&olga, id().await).await, Reply::Taken);
    assert_eq!(ben.ask("mine").await, Reply::Taken);
    let ada = Person::new(&house, "ada", "4", &[Role::Admin]);
    assert_eq!(back(&ada, id().await).await, Reply::Taken);
    assert_eq!(id().await, "");
    let kinds: Vec<_> =
        house.world.store.history(&house.world.pair, &HistoryQuery::default(), 2).await.expect("read").records;
    for record in kinds {
        let What::Request(asked) = &record.what else { panic!("{record:?}") };
        assert!(asked.withdrawn_at.is_some() && asked.decision.as_ref().is_none_or(|d| d.answer == Answer::Approved));
    }
}

#[tokio::test]
async fn without_the_policy_nothing_is_asked_of_a_second_person() {
    let house = House::new().await;
    let olga = olga(&house);
    assert!(!olga.page("/p/dev/switch?to=green").await.contains("Ask for approval"));
    assert!(refused(&olga.ask("upgrade").await).contains("One person is enough"));
    assert_eq!(olga.switch("upgrade", false).await, Reply::Taken);
    assert_eq!(house.flag().color(), Some(Color::Green));
    let answer = house.get("/p/dev/history?kind=request").await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_confirmation_sent_again_with_another_reason_does_not_end_the_switch_that_it_began() {
    let house = House::with_policy(two()).await;
    let (olga, anton) = (olga(&house), anton(&house));
    olga.ask("upgrade").await;
    anton.decide("approved").await;
    let confirmation = sealed(&olga.page("/p/dev/switch?to=green").await);
    house.world.ssm.puts_will([PutFate::Late]);
    olga.confirm(&confirmation, "upgrade", false).await;
    let begun = latest(&house).await;
    assert!(matches!(begun.switch().expect("a switch").progress, Progress::Unknown { .. }), "{begun:?}");

    // Nobody approved this reason, and it is the same confirmation.
    olga.confirm(&confirmation, "something else", false).await;
    let record = latest(&house).await;
    assert_eq!(record.seq, begun.seq);
    assert!(matches!(record.switch().expect("a switch").progress, Progress::Unknown { .. }), "{record:?}");
    house.world.ssm.late_one_lands();
    house.teal.reconcile().await;
    let record = latest(&house).await;
    let Progress::Ended { outcome, .. } = &record.switch().expect("a switch").progress else { panic!("{record:?}") };
    assert!(matches!(outcome, Outcome::Landed { .. }), "{record:?}");
}

#[tokio::test]
async fn a_request_that_another_takes_the_place_of_has_an_end_in_the_history() {
    let house = House::with_policy(two()).await;
    olga(&house).ask("upgrade").await;
    house.world.ssm.outsider_puts("blue", None);
    house.poll().await;
    house.teal.reconcile().await;
    let ben = Person::new(&house, "ben", "3", &[Role::Operator]);
    let fields = [("pair", "dev"), ("to", "green"), ("seen", "green@32"), ("reason", "mine")];
    assert_eq!(ben.send("ask", &fields).await, Reply::Taken);
    let query = HistoryQuery { actor: Some("olga".into()), ..HistoryQuery::default() };
    let page = house.world.store.history(&house.world.pair, &query, 9).await.expect("the history");
    let What::Request(asked) = &page.records[0].what else { panic!("{page:?}") };
    assert!(asked.withdrawn_at.is_some());
}
