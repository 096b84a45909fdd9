//! Two people by the API: a person or a script asks, a person answers, and the rules are the page's.

use axum::http::Request;
use serde_json::{Value, json};
use teal_domain::{Base, Via, policy::ChangeRefRule};

use super::*;
use crate::{api::problem, house::Answer};

const REQUESTS: &str = "/api/v1/pairs/dev/requests";

impl Person {
    /// A script of a name, and who is behind it.
    fn script(house: &House, roles: &[Role], people: &[&str]) -> Self {
        let actor = Actor::api("deploys").known_as(Subject::new("https://issuer.example", "script"));
        let grants = roles.iter().map(|role| Grant { role: *role, scope: Scope::All }).collect();
        let people = people.iter().map(|name| (*name).to_owned()).collect();
        Self(house.behind(Identity { people, ..Identity::trusted(actor, grants) }))
    }

    async fn answered(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.0.clone().oneshot(request).await.expect("an answer").into_parts();
        let body = to_bytes(body, 1_000_000).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn posts(&self, path: &str, body: Value) -> Answer {
        self.answered(sent(path, None, body.to_string())).await
    }

    async fn reads(&self, path: &str) -> Value {
        read(&self.answered(get(path).body(Body::empty()).expect("a request")).await)
    }

    async fn plans(&self) -> Value {
        read(&self.posts(PLANS, json!({"target": "green"})).await)
    }

    async fn asks(&self, more: Value) -> Answer {
        let mut body = json!({"confirmation": self.plans().await["confirmation"], "reason": "nightly"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.posts(REQUESTS, body).await
    }

    async fn answers(&self, request: &Value, answer: &str) -> Answer {
        let address = request["href"].as_str().expect("an address");
        self.posts(&format!("{address}/answer"), json!({"answer": answer, "comment": "go"})).await
    }

    async fn switches(&self, key: &str, more: Value) -> Answer {
        let confirmation = self.plans().await["confirmation"].clone();
        let mut body = json!({"confirmation": confirmation, "typed": "green", "reason": "nightly"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.answered(sent(SWITCHES, Some(key), body.to_string())).await
    }
}

/// A script of which ben holds the secret.
fn deploys(house: &House) -> Person {
    Person::script(house, &[Role::Viewer, Role::Operator], &["ben"])
}

fn verdict<'p>(plan: &'p Value, name: &str) -> &'p Value {
    let check = plan["checks"].as_array().expect("a list").iter().find(|check| check["name"] == name);
    &check.unwrap_or_else(|| panic!("no {name} in {plan}"))["verdict"]
}

#[track_caller]
fn code(answer: &Answer) -> (u16, String) {
    let problem = problem(answer);
    (answer.status.as_u16(), problem["code"].as_str().expect("a code").to_owned())
}

async fn undecided(house: &House) -> bool {
    let open = house.world.store.open_request(&house.world.pair).await.expect("read").expect("it stands");
    open.decision.is_none()
}

async fn denials(house: &House) -> Vec<String> {
    let engine = &house.teal.engine;
    engine.denials.flush(&engine.store).await.expect("written");
    let denials = engine.store.denials(None, 10).await.expect("read");
    denials.into_iter().map(|(_, denial)| format!("{} {}", denial.who.name, denial.place)).collect()
}

#[tokio::test]
async fn row_36_a_script_plans_asks_waits_and_switches_once_a_person_has_approved() {
    let house = House::with_policy(two()).await;
    let (script, anton) = (deploys(&house), anton(&house));
    assert_eq!(verdict(&script.plans().await, "approval"), "block");
    let asked = script.asks(json!({"change_ref": "CHG0012345"})).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text());
    let request = read(&asked);
    assert_eq!(request["href"], asked.header(header::LOCATION));
    for (name, value) in [
        ("state", json!("waiting")),
        ("target", json!("green")),
        ("base", json!(31)),
        ("by", json!("deploys")),
        ("via", json!("api")),
        ("people", json!(["ben"])),
        ("reason", json!("nightly")),
        ("change_ref", json!("CHG0012345")),
        ("decision", Value::Null),
    ] {
        assert_eq!(request[name], value, "{name} of {request}");
    }
    assert_eq!(script.reads("/api/v1/pairs/dev").await["request"], request, "the pair tells of it in the same words");
    let page = anton.page("/p/dev/switch?to=green").await;
    assert!(page.contains("CHG0012345") && page.contains("Behind it: <!>ben"), "the approver sees all of it: {page}");

    let answered = anton.answers(&request, "approve").await;
    assert_eq!(answered.status, StatusCode::OK, "{}", answered.text());
    let polled = script.reads(request["href"].as_str().expect("an address")).await;
    assert_eq!(polled, read(&answered));
    assert_eq!((&polled["state"], &polled["decision"]["by"]), (&json!("approved"), &json!("anton")));
    assert_eq!((&polled["decision"]["answer"], &polled["decision"]["comment"]), (&json!("approved"), &json!("go")));
    assert_eq!(verdict(&script.plans().await, "approval"), "pass");
    let switched = script.switches("one", json!({})).await;
    assert_eq!(switched.status, StatusCode::CREATED, "{}", switched.text());
    let record = read(&switched);
    assert_eq!((&record["approval"]["by"], &record["approval"]["request"]), (&json!("anton"), &request["id"]));
    assert_eq!(record["change_ref"], "CHG0012345", "the change goes along without being named again");
    assert_eq!(house.flag().color(), Some(Color::Green));
    let used = script.reads(request["href"].as_str().expect("an address")).await;
    assert_eq!((&used["state"], &script.reads("/api/v1/pairs/dev").await["request"]), (&json!("used"), &Value::Null));
    assert!(matches!(house.world.store.verify(None).await.expect("verified"), Verdict::Holds(_)));
}

#[tokio::test]
async fn row_36_a_script_with_nobody_named_behind_it_asks_in_vain() {
    let house = House::with_policy(two()).await;
    let script = Person::script(&house, &[Role::Viewer, Role::Operator], &[]);
    let head = house.world.store.head().await.expect("a head");
    let answer = script.asks(json!({})).await;
    assert_eq!(code(&answer), (403, "person".to_owned()));
    assert!(problem(&answer)["detail"].as_str().is_some_and(|says| says.contains("`people`")), "{}", answer.text());
    assert_eq!(house.world.store.head().await.expect("a head"), head, "nothing was written");
    assert_eq!(denials(&house).await, ["deploys ask"]);
}

#[tokio::test]
async fn row_36_no_script_answers_whatever_it_was_granted() {
    let house = House::with_policy(two()).await;
    let request = read(&olga(&house).asks(json!({})).await);
    for roles in [&[Role::Viewer, Role::Operator][..], &[Role::Approver], &Role::ALL] {
        let script = Person::script(&house, roles, &["ben"]);
        for word in ["approve", "decline"] {
            let answer = script.answers(&request, word).await;
            assert_eq!(code(&answer), (403, "person".to_owned()), "{roles:?}");
            assert!(problem(&answer)["detail"].as_str().is_some_and(|says| says.contains("a person's look")));
        }
    }
    assert!(undecided(&house).await);
}

#[tokio::test]
async fn row_36_whoever_is_behind_a_script_does_not_approve_what_it_asks_for() {
    let house = House::with_policy(two()).await;
    let request = read(&deploys(&house).asks(json!({})).await);
    let ben = Person::new(&house, "Ben", "3", &Role::ALL);
    let answer = ben.answers(&request, "approve").await;
    assert_eq!(code(&answer), (409, "refused".to_owned()));
    assert!(
        problem(&answer)["detail"].as_str().is_some_and(|says| says.contains("behind deploys")),
        "{}",
        answer.text()
    );
    let page = ben.page("/p/dev/switch?to=green").await;
    assert!(page.contains("You are behind the script that asked for this"), "{page}");
    assert!(refused(&ben.decide("approved").await).contains("behind deploys"), "nor on the page");
    assert!(undecided(&house).await);
    assert_eq!(denials(&house).await.len(), 1, "row 52: and it is written down");
}

#[tokio::test]
async fn row_36_nobody_answers_their_own_and_it_is_answered_once() {
    let house = House::with_policy(two()).await;
    let olga = Person::new(&house, "olga", "1", &Role::ALL);
    let request = read(&olga.asks(json!({})).await);
    for same in [&olga, &Person::new(&house, "olga m.", "1", &Role::ALL), &Person::new(&house, "Olga", "9", &Role::ALL)]
    {
        assert_eq!(code(&same.answers(&request, "approve").await), (409, "refused".to_owned()));
    }
    assert!(undecided(&house).await);
    let declined = read(&anton(&house).answers(&request, "decline").await);
    assert_eq!(declined["state"], "declined");
    let ada = Person::new(&house, "ada", "4", &[Role::Admin]);
    assert_eq!(code(&ada.answers(&request, "approve").await), (409, "refused".to_owned()), "anton was quicker");
    assert_eq!(code(&olga.switches("one", json!({})).await), (409, "refused".to_owned()));
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_36_an_approval_by_the_api_is_for_the_state_of_the_flag_and_for_a_while() {
    let house = House::with_policy(two()).await;
    let (script, anton) = (deploys(&house), anton(&house));
    let request = read(&script.asks(json!({})).await);
    house.world.ssm.outsider_puts("blue", None);
    house.poll().await;
    house.teal.reconcile().await;
    assert_eq!(code(&anton.answers(&request, "approve").await), (409, "refused".to_owned()), "the flag has moved");
    let request = read(&script.asks(json!({})).await);
    assert_eq!(anton.answers(&request, "approve").await.status, StatusCode::OK);
    house.world.clock.pass(Duration::from_secs(3601));
    house.poll().await;
    assert_eq!(script.reads(request["href"].as_str().expect("an address")).await["state"], "ran_out");
    assert_eq!(code(&script.switches("one", json!({})).await), (409, "refused".to_owned()));
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_36_another_change_than_the_one_that_was_approved_is_not_approved() {
    let house = House::with_policy(two()).await;
    let (script, anton) = (deploys(&house), anton(&house));
    for asked in [json!({"change_ref": "CHG0012345"}), json!({})] {
        let request = read(&script.asks(asked.clone()).await);
        anton.answers(&request, "approve").await;
        let key = request["id"].as_str().expect("an id");
        let other = script.switches(key, json!({"change_ref": "CHG0099999"})).await;
        assert_eq!(code(&other), (409, "refused".to_owned()), "{asked}");
    }
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn where_policy_wants_a_change_it_is_named_when_it_is_asked_for_and_not_again() {
    let change_ref = ChangeRefRule { required: true, pattern: Some("CHG[0-9]{7}".into()) };
    let house = House::with_policy(Policy { change_ref, ..two() }).await;
    let (olga, anton) = (olga(&house), anton(&house));
    for wrong in [json!({}), json!({"change_ref": "CHG1"})] {
        let answer = olga.asks(wrong).await;
        assert_eq!((code(&answer), &problem(&answer)["field"]), ((422, "bad_input".to_owned()), &json!("change_ref")));
    }
    let fields = [("pair", "dev"), ("to", "green"), ("seen", "green@31"), ("reason", "nightly")];
    assert!(matches!(olga.send("ask", &fields).await, Reply::Refused(DeskError::BadInput { .. })), "nor on the page");
    let fields = [&fields[..], &[("change_ref", "CHG0012345")]].concat();
    assert_eq!(olga.send("ask", &fields).await, Reply::Taken);
    assert!(anton.page("/p/dev/switch?to=green").await.contains("Change: <strong>CHG0012345</strong>"));
    assert_eq!(anton.decide("approved").await, Reply::Taken);
    let page = olga.page("/p/dev/switch?to=green").await;
    assert!(page.contains("value=\"CHG0012345\""), "it is filled in: {page}");
    assert_eq!(verdict(&olga.plans().await, "change-ref"), "pass");
    assert_eq!(olga.switch("nightly", false).await, Reply::Taken);
    let record = latest(&house).await;
    let change = record.switch().expect("a switch").change_ref.as_ref().map(ToString::to_string);
    assert_eq!((house.flag().color(), change.as_deref()), (Some(Color::Green), Some("CHG0012345")));
    let asked = olga.page("/p/dev/history?kind=request").await;
    assert!(asked.contains("CHG0012345"), "{asked}");
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_the_one_that_stands() {
    let house = House::with_policy(two()).await;
    let (script, anton) = (deploys(&house), anton(&house));
    let first = read(&script.asks(json!({})).await);
    anton.answers(&first, "approve").await;
    let again = read(&script.asks(json!({})).await);
    assert_eq!((&again["id"], &again["state"]), (&first["id"], &json!("approved")));
    let other = read(&script.asks(json!({"reason": "something else"})).await);
    assert_eq!((other["id"] == first["id"], &other["state"]), (false, &json!("waiting")));
    assert_eq!(script.reads(first["href"].as_str().expect("an address")).await["state"], "withdrawn");
    let ben = Person::new(&house, "ben", "3", &[Role::Operator]);
    assert_eq!(code(&ben.asks(json!({})).await), (409, "refused".to_owned()), "one stands at a time");
}

#[tokio::test]
async fn whoever_asked_takes_it_back_and_nobody_answers_it_then() {
    let house = House::with_policy(two()).await;
    let (script, anton) = (deploys(&house), anton(&house));
    let request = read(&script.asks(json!({})).await);
    let back = format!("{}/withdraw", request["href"].as_str().expect("an address"));
    assert_eq!(code(&olga(&house).posts(&back, json!({})).await), (409, "refused".to_owned()), "it is not hers");
    let withdrawn = script.posts(&back, json!({})).await;
    assert_eq!((withdrawn.status, &read(&withdrawn)["state"]), (StatusCode::OK, &json!("withdrawn")));
    assert_eq!(code(&anton.answers(&request, "approve").await), (409, "refused".to_owned()));
    assert_eq!(script.reads("/api/v1/pairs/dev").await["request"], Value::Null);
}

#[tokio::test]
async fn what_is_asked_rests_on_a_plan_of_ones_own_and_what_is_no_request_is_not_found() {
    let house = House::with_policy(two()).await;
    let (script, olga) = (deploys(&house), olga(&house));
    let body = json!({"confirmation": olga.plans().await["confirmation"], "reason": "nightly"});
    let answer = script.posts(REQUESTS, body).await;
    assert_eq!(code(&answer), (422, "confirmation".to_owned()));
    for id in ["01KAZZ4J1N3V9T5M8Q2X7C6B4D", "31", "none"] {
        let answer = olga.posts(&format!("{REQUESTS}/{id}/withdraw"), json!({})).await;
        assert_eq!(code(&answer), (404, "not_found".to_owned()), "{id}");
    }
    let unknown = olga.asks(json!({"change-ref": "CHG1"})).await;
    assert_eq!((code(&unknown), &problem(&unknown)["field"]), ((422, "bad_input".to_owned()), &json!("change-ref")));
    let house = House::new().await;
    let answer = deploys(&house).asks(json!({})).await;
    assert_eq!(code(&answer), (409, "refused".to_owned()), "one person is enough here");
}

#[tokio::test]
async fn a_request_that_a_script_made_keeps_who_is_behind_it_in_the_journal() {
    let house = House::with_policy(two()).await;
    deploys(&house).asks(json!({"change_ref": "CHG0012345"})).await;
    let open = house.world.store.open_request(&house.world.pair).await.expect("read").expect("it stands");
    assert_eq!((open.request.people, open.request.actor.via), (vec!["ben".to_owned()], Via::Api));
    assert_eq!(open.request.base.version(), Base::of(&house.flag()).version());
    let record = latest(&house).await;
    let page = olga(&house).page(&format!("/p/dev/history/{}", record.seq)).await;
    assert!(page.contains("<dt>Behind the script</dt>") && page.contains("CHG0012345"), "{page}");
}
