//! The API: what it tells, what it takes, and how it says no.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use teal_app::desk::{Identity, Outage};
use teal_domain::{
    Actor, Color, Grants, Role, Timestamp,
    access::{Grant, Scope},
    switch::Plan,
};
use teal_server::{
    auth::SignIn,
    http::{self, App},
};

use crate::{
    door::{self, Browser, Door},
    house::{Answer, HOST, House, ORIGIN, get},
    support::ssm::PutFate,
};

pub const PLANS: &str = "/api/v1/pairs/dev/plans";
pub const SWITCHES: &str = "/api/v1/pairs/dev/switches";

/// A request as a script of this machine sends it.
pub fn sent(path: &str, key: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri(path).header(header::HOST, HOST);
    let mut request = request.header(header::ORIGIN, ORIGIN).header(header::CONTENT_TYPE, "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    request.body(body.into()).expect("a request")
}

pub fn read(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}: {}", answer.status, answer.text()))
}

/// A confirmed switch to green, as it is sent.
pub async fn confirmed(house: &House, reason: &str) -> String {
    let plan = house.send(sent(PLANS, None, r#"{"target":"green"}"#)).await;
    assert_eq!(plan.status, StatusCode::OK, "{}", plan.text());
    json!({"confirmation": read(&plan)["confirmation"], "typed": "green", "reason": reason}).to_string()
}

/// A problem, with what every problem has.
pub fn problem(answer: &Answer) -> Value {
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json", "{}", answer.text());
    let problem = read(answer);
    assert_eq!(problem["status"], answer.status.as_u16());
    assert_eq!(problem["instance"], answer.header("x-request-id"));
    for part in ["type", "title", "code", "detail", "mend"] {
        assert!(problem[part].as_str().is_some_and(|text| !text.is_empty()), "{part} of {problem}");
    }
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert!(!answer.text().contains("<!DOCTYPE"), "no page: {}", answer.text());
    problem
}

fn with(house: House, who: Identity) -> House {
    let app = App { limits: Arc::default(), sign_in: SignIn::Local(who), ..house.app.clone() };
    let router: Router = http::router(app, &house.folder.path().join("site")).expect("a router");
    House { router, ..house }
}

#[tokio::test]
async fn a_script_sees_the_pairs_and_how_one_stands() {
    let house = House::new().await;
    let pairs = read(&house.get("/api/v1/pairs").await);
    assert_eq!(pairs["pairs"].as_array().map(Vec::len), Some(1));
    assert_eq!(pairs["pairs"][0]["live"], "blue");
    let answer = house.get(pairs["pairs"][0]["href"].as_str().expect("an address")).await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
    let status = read(&answer);
    assert_eq!(status["flag"]["value"]["version"], 31);
    assert_eq!(status["flag"]["value"]["is"], "color");
    assert_eq!(status["flag"]["stale"], false);
    assert_eq!(status["green"]["value"]["readiness"], "ready");
    assert_eq!(status["open"], Value::Null);
    assert_eq!(status["journal"]["writable"], true);
    assert!(status["now"].as_str().is_some_and(|at| at.starts_with("2026-") && at.ends_with('Z')), "{status}");
    let newest = &status["recent"][0];
    let record = read(&house.get(newest["href"].as_str().expect("an address")).await);
    assert_eq!(&record, newest);
    assert_eq!((&record["kind"], &record["version"]), (&json!("imported"), &json!(31)));

    // Old is told as old, and kept.
    house.world.clock.pass(Duration::from_secs(31));
    let status = read(&house.get("/api/v1/pairs/dev").await);
    assert_eq!((&status["flag"]["stale"], &status["live"]), (&json!(true), &json!("blue")));
    assert_eq!(status["flag"]["age_ms"], 31_000);
    house.world.ssm.outsider_puts("purple", None);
    house.poll().await;
    let status = read(&house.get("/api/v1/pairs/dev").await);
    assert_eq!((&status["live"], &status["flag"]["value"]["is"]), (&Value::Null, &json!("invalid")));
    assert_eq!(status["flag"]["value"]["text"], "purple");
    house.world.ssm.outsider_deletes();
    house.poll().await;
    assert_eq!(read(&house.get("/api/v1/pairs/dev").await)["flag"]["value"]["is"], "missing");
}

#[tokio::test]
async fn row_34_a_script_sees_no_pair_that_it_may_not() {
    let house = House::new().await;
    let scope = Scope::Only(["prod".parse().expect("a pair")].into());
    let grants = Grants::from_iter([Grant { role: Role::Admin, scope }]);
    let elsewhere = with(house, Identity::trusted(Actor::page("vera"), grants));
    let pairs = elsewhere.get("/api/v1/pairs").await;
    assert_eq!((pairs.status, read(&pairs)), (StatusCode::OK, json!({"pairs": []})));
    for path in ["/api/v1/pairs/dev", "/api/v1/pairs/dev/records/31"] {
        let answer = elsewhere.get(path).await;
        assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")), "{path}");
    }
}

#[tokio::test]
async fn a_script_plans_confirms_and_is_told_what_came_of_it() {
    let house = House::new().await;
    let plan = house.send(sent(PLANS, None, r#"{"target":"green"}"#)).await;
    let plan = read(&plan);
    assert_eq!((&plan["target"], &plan["base"]), (&json!("green"), &json!(31)));
    let flag = &plan["checks"][0];
    assert_eq!((&flag["name"], &flag["group"], &flag["verdict"]), (&json!("flag"), &json!("flag"), &json!("pass")));
    assert!(flag["read_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{flag}");
    let label = &plan["checks"][1];
    assert_eq!((&label["name"], &label["read_at"]), (&json!("label"), &Value::Null), "nothing was read for it");
    let body = json!({"confirmation": plan["confirmation"], "typed": "green", "reason": "upgrade"}).to_string();
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let record = read(&answer);
    for (name, value) in [
        ("operation", plan["operation"].clone()),
        ("from", json!("blue")),
        ("to", json!("green")),
        ("version", json!(32)),
        ("state", json!("ended")),
        ("outcome", json!("landed")),
        ("kind", json!("planned")),
        ("reason", json!("upgrade")),
        ("actor", json!("ana")),
        ("href", json!(answer.header(header::LOCATION))),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
    assert_eq!(house.flag().color(), Some(Color::Green));
    assert_eq!(read(&house.get(answer.header(header::LOCATION)).await)["operation"], plan["operation"]);

    // It is green already: nothing was done, and that is no failure.
    let body = confirmed(&house, "again").await;
    let answer = house.send(sent(SWITCHES, Some("two"), body)).await;
    assert_eq!((answer.status, &read(&answer)["outcome"]), (StatusCode::OK, &json!("nothing_to_do")));
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_24_a_record_tells_that_an_emergency_went_through_without_proof() {
    let house = House::new().await;
    let body = confirmed(&house, "blue is down").await.replace('{', "{\"emergency\":true,");
    let ana = Identity::trusted(Actor::page("ana"), Grants::everything());
    let too_old = Identity { fresh_until: Some(Timestamp(0)), in_outage: Outage::EmergencyGoes, ..ana };
    let house = with(house, too_old);
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    let record = read(&answer);
    assert_eq!((answer.status, &record["kind"]), (StatusCode::CREATED, &json!("emergency")), "{record}");
    assert_eq!(record["unproven"], true, "{record}");
}

#[tokio::test]
async fn row_43_a_put_without_an_answer_is_202_with_the_record_to_look_at() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    house.world.ssm.puts_will([PutFate::Late]);
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let record = read(&answer);
    assert_eq!((&record["state"], &record["outcome"]), (&json!("unknown"), &Value::Null));
    let there = answer.header(header::LOCATION).to_owned();
    assert_eq!(read(&house.get(&there).await)["state"], "unknown");
}

#[tokio::test]
async fn a_switch_that_did_not_happen_is_a_problem_with_its_record() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    house.world.ssm.outsider_puts("blue", Some("deploy"));
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
    let moved = problem(&answer);
    assert_eq!((&moved["code"], &moved["record"]["outcome"]), (&json!("moved"), &json!("moved")));
    assert!(moved["detail"].as_str().is_some_and(|text| text.contains("had moved")), "{moved}");
    let body = confirmed(&house, "why").await;
    house.world.ssm.puts_will([PutFate::Refused]);
    let answer = house.send(sent(SWITCHES, Some("two"), body)).await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::CONFLICT, &json!("refused")));
}

#[tokio::test]
async fn row_37_a_confirmation_that_is_not_good_is_a_problem_and_puts_nothing() {
    let house = House::new().await;
    let good = confirmed(&house, "why").await;
    let forged = good.replacen(".green.", ".blue.", 1);
    assert_ne!(good, forged);
    let refused = house.send(sent(SWITCHES, Some("a"), forged)).await;
    assert_eq!(
        (refused.status, &problem(&refused)["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("confirmation"))
    );
    let typed = good.replace("\"typed\":\"green\"", "\"typed\":\"blue\"");
    let refused = house.send(sent(SWITCHES, Some("b"), typed)).await;
    assert_eq!((refused.status, &problem(&refused)["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("typed")));
    house.world.clock.pass(Duration::from_millis(Plan::CONFIRMATION_LIVES.0 + 1));
    let refused = house.send(sent(SWITCHES, Some("c"), good)).await;
    assert_eq!(
        (refused.status, &problem(&refused)["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("confirmation"))
    );
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_39_without_a_store_a_script_is_told_what_still_works() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    std::fs::remove_file(house.folder.path().join("teal.db")).expect("removed");
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let away = problem(&answer);
    assert_eq!(away["code"], "store_away");
    assert!(away["commands"][0].as_str().is_some_and(|text| text.contains("--confirm green@31 --emergency")), "{away}");
    assert!(house.world.ssm.puts().is_empty(), "nothing is switched that cannot be recorded");
    assert_eq!(house.get("/api/v1/pairs/dev").await.status, StatusCode::OK, "the last reading is still told");
}

#[tokio::test]
async fn what_is_no_json_is_refused_by_its_kind_its_form_and_its_length() {
    let house = House::new().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", ""] {
        let mut request = sent(PLANS, None, r#"{"target":"green"}"#);
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().expect("a type"));
        let answer = house.send(request).await;
        assert_eq!(
            (answer.status, &problem(&answer)["code"]),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("media_type"))
        );
    }
    for (body, status, code) in [
        ("", 400, "not_json"),
        ("{", 400, "not_json"),
        (r#"{"target":"green"} {}"#, 400, "not_json"),
        (r#"{target:"green"}"#, 400, "not_json"),
        ("null", 422, "bad_input"),
        (r#"["green"]"#, 422, "bad_input"),
        (r#"{"target":"Green"}"#, 422, "bad_input"),
        (r#"{"target":"green","target":"blue"}"#, 422, "bad_input"),
        ("{}", 422, "bad_input"),
    ] {
        let answer = house.send(sent(PLANS, None, body)).await;
        assert_eq!((answer.status.as_u16(), &problem(&answer)["code"]), (status, &json!(code)), "{body}");
    }
    let long = format!(r#"{{"target":"{}"}}"#, "x".repeat(70_000));
    let answer = house.send(sent(PLANS, None, long)).await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
    let answer = house.send(sent(PLANS, None, r#"{"target":"mauve"}"#)).await;
    assert_eq!(problem(&answer)["field"], "target");
    let answer = house.send(sent(PLANS, None, "{}")).await;
    assert_eq!(problem(&answer)["field"], "target");
}

#[test]
fn row_35_fields_that_nobody_knows_are_named_and_nothing_is_done() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let house = runtime.block_on(House::new());
    let head = runtime.block_on(house.world.store.head()).expect("a head");
    let known = ["target", "confirmation", "typed", "reason", "emergency"];
    let config = ProptestConfig { cases: 60, ..ProptestConfig::default() };
    proptest!(config, |(name in "[a-zA-Z_][a-zA-Z0-9_.-]{0,20}|emergancy|Emergency|emergency ", value in "[a-z]{0,8}", switch: bool)| {
        prop_assume!(!known.contains(&&*name));
        let (path, mut body) = if switch {
            (SWITCHES, runtime.block_on(confirmed(&house, "why")).parse::<Value>().expect("JSON"))
        } else {
            (PLANS, json!({"target": "green"}))
        };
        body[&name] = json!(value);
        let answer = runtime.block_on(house.send(sent(path, Some("key"), body.to_string())));
        prop_assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        prop_assert_eq!(&problem(&answer)["field"], &json!(name));
    });
    assert!(house.world.ssm.puts().is_empty());
    assert_eq!(runtime.block_on(house.world.store.head()).expect("a head"), head, "nothing was journalled");
}

#[tokio::test]
async fn row_56_whatever_is_refused_a_script_is_told_as_a_problem() {
    let house = House::new().await;
    let asked = |method: &str, path: &str| {
        let request = get(path).method(method).header(header::ORIGIN, ORIGIN);
        request.body(Body::empty()).expect("a request")
    };
    for (request, status, code) in [
        (asked("GET", "/api/v1/pairs/prod"), 404, "not_found"),
        (asked("GET", "/api/v1/pairs/%3Cimg%20src=x%3E"), 404, "not_found"),
        (asked("GET", "/api/v1/pairs/dev/records/x"), 404, "not_found"),
        (asked("GET", "/api/v1/pairs/dev/records/999"), 404, "not_found"),
        (asked("GET", "/api/v1/nothing"), 404, "not_found"),
        (asked("GET", "/api/v1"), 404, "not_found"),
        (asked("GET", "/api/v1/pairs/%ff"), 400, "malformed"),
        (asked("DELETE", "/api/v1/pairs/dev"), 405, "method"),
        (asked("GET", PLANS), 405, "method"),
        (asked("PUT", SWITCHES), 405, "method"),
    ] {
        let path = request.uri().to_string();
        let answer = house.send(request).await;
        let told = problem(&answer);
        assert_eq!((answer.status.as_u16(), &told["code"]), (status, &json!(code)), "{path}: {told}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.headers.contains_key(header::ALLOW), status == 405, "{path}");
    }
    // From another site, without saying where from, and to another name.
    let mut foreign = sent(PLANS, None, r#"{"target":"green"}"#);
    foreign.headers_mut().insert(header::ORIGIN, "https://evil.example".parse().expect("an origin"));
    let answer = house.send(foreign).await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::FORBIDDEN, &json!("origin")));
    let mut silent = sent(PLANS, None, r#"{"target":"green"}"#);
    silent.headers_mut().remove(header::ORIGIN);
    let answer = house.send(silent).await;
    assert!(problem(&answer)["detail"].as_str().is_some_and(|text| text.contains("Origin")), "{}", answer.text());
    let mut other = sent(PLANS, None, r#"{"target":"green"}"#);
    other.headers_mut().insert(header::HOST, "evil.example".parse().expect("a host"));
    assert_eq!(problem(&house.send(other).await)["code"], "name");
}

#[tokio::test]
async fn row_56_a_panic_is_a_problem_without_its_words() {
    let house = House::with_desk("ana", |desk| Arc::new(crate::hindered::Hindered::Panics(desk))).await;
    let body = confirmed(&house, "why").await;
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(problem(&answer)["code"], "internal");
    assert!(!answer.text().contains("secret"), "{}", answer.text());
    assert_eq!(house.get("/api/v1/pairs").await.status, StatusCode::OK, "the process goes on");
}

#[tokio::test]
async fn row_57_a_script_that_asks_too_often_is_told_how_long_to_wait() {
    let house = House::new().await;
    for _ in 0..240 {
        house.send(sent(PLANS, None, "{}")).await;
    }
    let answer = house.send(sent(PLANS, None, "{}")).await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_often")));
    let wait: u64 = answer.header(header::RETRY_AFTER).parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_script_that_nobody_knows_is_told_so_and_never_led_away() {
    let (house, provider) = (House::new().await, crate::provider::Provider::start().await);
    let router = door::router(&house, &provider);
    let door = Door { house, provider, router };
    for request in [
        get("/api/v1/pairs").body(Body::empty()).expect("a request"),
        get("/api/v1/pairs/dev").body(Body::empty()).expect("a request"),
        sent(SWITCHES, Some("one"), "{}"),
    ] {
        let answer = door::send(&door.router, &mut Browser::default(), request).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "also for who takes text/html");
        assert_eq!(problem(&answer)["code"], "sign_in");
        assert!(answer.header(header::WWW_AUTHENTICATE).starts_with("Bearer"), "{:?}", answer.headers);
    }
    let mut browser = door.signed_in().await;
    assert_eq!(door.ask(&mut browser, "/api/v1/pairs").await.status, StatusCode::OK);
}

#[tokio::test]
async fn row_58_whoever_sends_what_could_be_two_requests_to_the_api_has_the_connection_closed_too() {
    let house = House::new().await;
    let mut request = sent("/api/v1/pairs/dev/plans", None, "{}");
    request.headers_mut().insert(header::TRANSFER_ENCODING, "chunked".parse().expect("a value"));
    let answer = house.send(request).await;
    assert_eq!((answer.status, answer.header(header::CONNECTION)), (StatusCode::LENGTH_REQUIRED, "close"));
    let mut request = sent("/api/v1/pairs/dev/plans", None, "{}");
    *request.method_mut() = Method::DELETE;
    let answer = house.send(request).await;
    assert_eq!((answer.status, answer.header(header::CONNECTION)), (StatusCode::METHOD_NOT_ALLOWED, "close"));
}
