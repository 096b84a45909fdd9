//! What the log says: whose request it was, on one line, in both formats, exactly what the page keeps to itself.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use proptest::prelude::*;
use serde_json::Value;
use teal_app::desk::Identity;
use teal_domain::{
    Actor, Grants, Role,
    access::{Grant, Scope},
};
use teal_server::{
    auth::SignIn,
    http::{self, App},
    log::{Colors, Format},
};

use crate::{
    api::{SWITCHES, confirmed, problem, sent},
    door::{Browser, Door, said, send},
    house::{House, ORIGIN, form, get, post},
    log::Log,
};

/// A line says when in UTC, and who asked for what.
fn says_whose(event: &Value, who: &str, method: &str, path: &str, id: &str) {
    let at = event["timestamp"].as_str().expect("a time");
    assert!(at.ends_with('Z') && at.parse::<jiff::Timestamp>().is_ok(), "{at}");
    let span = &event["span"];
    let told = [&span["who"], &span["method"], &span["path"], &span["id"]];
    assert_eq!(told, [who, method, path, id].map(Value::from).each_ref(), "{event}");
}

#[tokio::test]
async fn row_52_what_is_denied_and_what_is_done_is_logged_with_who_what_and_when_in_utc() {
    let house = House::new().await;
    let vera =
        Identity::trusted(Actor::page("vera"), Grants::from_iter([Grant { role: Role::Viewer, scope: Scope::All }]));
    let app = App { limits: Arc::default(), sign_in: SignIn::Local(vera), ..house.app.clone() };
    let router = http::router(app, &house.folder.path().join("site")).expect("a router");
    let (log, _guard) = Log::catch("info", Format::Json);

    let request = get("/p/dev/history.csv?from=2026-01-01").body(Body::empty()).expect("a request");
    let answer = send(&router, &mut Browser::default(), request).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let id = answer.header("x-request-id");
    let denied = log.event("denied");
    says_whose(&denied, "vera", "GET", "/p/dev/history.csv", id);
    assert_eq!((&denied["level"], &denied["fields"]["who"]), (&"WARN".into(), &"vera".into()), "{denied}");
    assert!(denied["fields"]["why"].as_str().is_some_and(|why| why.contains("auditor")), "{denied}");
    let refused = log.event("refused");
    says_whose(&refused, "vera", "GET", "/p/dev/history.csv", id);
    assert_eq!(refused["fields"]["status"], 403);
    assert!(refused["fields"]["took_ms"].is_number(), "{refused}");

    // What no door stands before is logged too: a form from elsewhere, a name that is not ours.
    for (name, value, status) in [("origin", "https://evil.example", 403), ("host", "evil.example", 421)] {
        let (log, _guard) = Log::catch("info", Format::Json);
        let mut request = post("/api/fn/note").header(header::ORIGIN, ORIGIN).body(form(&[])).expect("a request");
        request.headers_mut().insert(name, value.parse().expect("a value"));
        let answer = send(&router, &mut Browser::default(), request).await;
        let refused = log.event("refused");
        assert_eq!((answer.status.as_u16(), &refused["fields"]["status"]), (status, &status.into()), "{refused}");
        assert_eq!(refused["span"]["id"], answer.header("x-request-id"));
    }
}

#[tokio::test]
async fn row_52_signing_in_signing_out_and_failing_to_are_logged() {
    let door = Door::new().await;
    let (log, _guard) = Log::catch("info", Format::Json);
    let mut browser = door.signed_in().await;
    let came = log.event("signed in");
    assert_eq!((&came["fields"]["who"], &came["span"]["path"]), (&"vera".into(), &"/sign-in/back".into()), "{came}");
    assert_eq!(came["fields"]["subject"], "sub-of-vera");
    let request = post("/sign-out").header(header::ORIGIN, ORIGIN).body(Body::empty()).expect("a request");
    send(&door.router, &mut browser, request).await;
    assert_eq!(log.event("signed out")["span"]["who"], "vera");
    let answer = door.ask(&mut Browser::default(), "/sign-in/back?code=made-up&state=made-up").await;
    let failed = log.event("not signed in");
    assert_eq!((&failed["level"], &failed["span"]["id"]), (&"WARN".into(), &answer.header("x-request-id").into()));
    assert!(!log.text().contains("made-up"), "the query holds codes: {}", log.text());
}

#[tokio::test]
async fn row_53_what_a_provider_says_does_not_forge_a_line() {
    let door = Door::new().await;
    for format in [Format::Pretty, Format::Json] {
        let mut browser = Browser::default();
        let there = door.depart(&mut browser, "/p/dev").await;
        let (log, _guard) = Log::catch("trace", format);
        let forged = "%0D%0A2026-11-24T00:00:00Z%20%20INFO%20forged%E2%80%A8%1B%5B2J";
        let way = format!("/sign-in/back?error=no&error_description={forged}&state={}", said(&there, "state"));
        assert_eq!(door.ask(&mut browser, &way).await.status, StatusCode::FORBIDDEN);
        let text = log.text();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("forged")).collect();
        assert!(!lines.is_empty(), "it is told: {text}");
        for line in lines {
            assert!(line.contains("not signed in") || line.contains("denied"), "{line:?}");
            assert!(!line.contains(|sign: char| sign.is_control() || sign == '\u{2028}'), "{line:?}");
        }
    }
}

/// Texts that try to be more than a line.
fn hostile() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        any::<char>(),
        proptest::sample::select(vec!['\r', '\n', '\0', '\u{b}', '\u{c}', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}']),
        proptest::sample::select(vec!['\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}', '"', '\\', '{', ' ', '=']),
    ];
    proptest::collection::vec(sign, 0..60).prop_map(String::from_iter)
}

fn logged(text: &str, format: Format, colors: Colors) -> String {
    let log = Log::default();
    tracing::subscriber::with_default(log.subscriber("trace", format, colors), || {
        let span = tracing::error_span!("request", path = text, who = tracing::field::Empty);
        span.record("who", text);
        let _entered = span.entered();
        let error = std::io::Error::other(text.to_owned());
        tracing::warn!(target: "teal::denied", name = text, reason = %text, id = ?text, %error, cause = &error as &dyn std::error::Error, "denied {text}");
    });
    log.text()
}

proptest! {
    #[test]
    fn row_53_an_event_stays_on_one_line_whatever_it_holds(text in hostile()) {
        for (format, colors) in [
            (Format::Pretty, Colors::Off),
            (Format::Pretty, Colors::On),
            (Format::Terse, Colors::Off),
            (Format::Json, Colors::Off),
            (Format::Json, Colors::On),
        ] {
            let written = logged(&text, format, colors);
            let (line, end) = written.split_at(written.len() - 1);
            prop_assert_eq!(end, "\n");
            // The formatter's own colours begin with an escape and a bracket, and end with an m.
            let plain = match (format, colors) {
                (Format::Json, _) | (_, Colors::Off) => line.to_owned(),
                _ => without_colors(line),
            };
            let breaks = |sign: char| sign.is_control() || "\u{2028}\u{2029}\u{202e}\u{2066}".contains(sign);
            prop_assert!(!plain.contains(breaks), "{format:?} {colors:?}: {plain:?}");
            if format == Format::Json {
                let event: Value = serde_json::from_str(line).expect("JSON");
                let told = [&event["fields"]["name"], &event["fields"]["reason"], &event["span"]["who"]];
                let whole = Value::from(text.as_str());
                prop_assert_eq!(told, [&whole; 3], "nothing is lost");
            }
        }
    }
}

fn without_colors(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (color, rest) = part.split_once('m').expect("a colour ends");
        assert!(color.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{color:?}");
        text + rest
    })
}

#[tokio::test]
async fn row_56_what_the_store_says_is_in_the_log_under_the_id_that_the_page_shows_and_only_there() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let confirmed = confirmed(&house, "why").await;
    std::fs::remove_file(house.folder.path().join("teal.db")).expect("removed");
    let place = house.folder.path().display().to_string();
    for path in ["/p/dev/history", "/p/dev/history/31", "/p/dev/history.csv"] {
        let (log, _guard) = Log::catch("info", Format::Json);
        let answer = house.get(path).await;
        let (id, page) = (answer.header("x-request-id").to_owned(), answer.text());
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(page.contains(&id) && page.contains("Restart Teal"), "{page}");
        assert!(!page.contains(&place), "{page}");
        let exact = log.event("the journal does not answer");
        says_whose(&exact, "ana", "GET", path, &id);
        assert!(exact["fields"]["error"].as_str().is_some_and(|error| error.contains(&place)), "{exact}");
        let failed = log.event("failed");
        assert_eq!((&failed["level"], &failed["fields"]["status"]), (&"ERROR".into(), &503.into()), "{failed}");
    }
    // A switch runs in a task of its own, and what happens there is this request's all the same. An emergency comes as
    // far as that: a planned one asks the journal before.
    let (log, _guard) = Log::catch("info", Format::Json);
    let fields = [
        ("pair", "dev"),
        ("to", "green"),
        ("confirmation", &*confirmation),
        ("typed", "green"),
        ("reason", "why"),
        ("emergency", "true"),
    ];
    let mut request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&fields)).expect("a request");
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
    let answer = house.send(request).await;
    assert!(!answer.text().contains(&place), "{}", answer.text());
    let step = log.event("the journal did not take a step of a switch");
    says_whose(&step, "ana", "POST", "/api/fn/switch", answer.header("x-request-id"));
    assert!(!house.get("/p/dev").await.text().contains(&place), "nor on the page's bar");
    // A script's key is looked up before anything else.
    let (log, _guard) = Log::catch("info", Format::Json);
    let answer = house.send(sent(SWITCHES, Some("one"), confirmed)).await;
    let told = problem(&answer);
    assert_eq!((answer.status, &told["code"]), (StatusCode::SERVICE_UNAVAILABLE, &"store_away".into()));
    assert!(!answer.text().contains(&place) && answer.text().contains("Restart Teal"), "{told}");
    let exact = log.event("an idempotency key can neither be taken nor looked up");
    says_whose(&exact, "ana", "POST", SWITCHES, answer.header("x-request-id"));
    assert!(exact["fields"]["error"].as_str().is_some_and(|error| error.contains(&place)), "{exact}");
}

#[tokio::test]
async fn row_56_what_the_store_says_of_a_session_is_in_the_log_and_only_there() {
    let door = Door::new().await;
    let mut made_up = door.signed_in().await;
    made_up.0[0].1 = "0".repeat(64);
    std::fs::remove_file(door.house.folder.path().join("teal.db")).expect("removed");
    let place = door.house.folder.path().display().to_string();
    for path in ["/p/dev", "/api/v1/pairs", "/embed/dev"] {
        let (log, _guard) = Log::catch("info", Format::Json);
        let answer = door.ask(&mut made_up, path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        let told = answer.text();
        assert!(!told.contains(&place) && told.contains("Restart Teal"), "{told}");
        let id = answer.header("x-request-id");
        assert!(told.contains(id), "{told}");
        let exact = log.event("a session cannot be looked up");
        assert_eq!((&exact["span"]["id"], &exact["level"]), (&id.into(), &"ERROR".into()), "{exact}");
        assert!(exact["fields"]["error"].as_str().is_some_and(|error| error.contains(&place)), "{exact}");
    }
}

#[tokio::test]
async fn an_id_that_a_caller_makes_up_is_taken_only_if_it_is_short_and_plain() {
    let house = House::new().await;
    for (id, taken) in
        [("abc-123", true), ("a b", false), ("x".repeat(65).as_str(), false), ("", false), ("a=1", false)]
    {
        let request = get("/nowhere").header("x-request-id", id).body(Body::empty()).expect("a request");
        let answer = house.send(request).await;
        let answered = answer.header("x-request-id");
        assert_eq!(answered == id, taken, "{id:?} became {answered:?}");
        assert!(answer.text().contains(answered), "the page shows it");
    }
}

#[tokio::test]
async fn what_goes_well_is_not_told_unless_somebody_asks() {
    let house = House::new().await;
    for (filter, lines) in [("info", 0), ("debug", 1)] {
        let (log, _guard) = Log::catch(filter, Format::Json);
        house.get("/health").await;
        assert_eq!(log.events().len(), lines, "{filter}: {}", log.text());
    }
}
