//! What an open page is told as its session nears its end, ends, or may no longer look; what counts as use; and
//! that nothing typed is lost on the way.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use teal_app::paths::FOLLOW;

use crate::{
    door::{Browser, Door, said, send},
    house::{Answer, ORIGIN, form, get, post},
    live::{Event, Stream},
};

const MINUTE: Duration = Duration::from_secs(60);
const UNUSED: &str = "unless Teal is used";
const IN_ANY_CASE: &str = "however much it is used";

/// What a page that follows asks by itself.
async fn follows(door: &Door, browser: &Browser) -> Answer {
    let mut request = get("/p/dev").header(FOLLOW, "1").body(Body::empty()).expect("a request");
    request.headers_mut().insert(header::ACCEPT, "*/*".parse().expect("a type"));
    send(&door.router, &mut browser.clone(), request).await
}

fn stream_request(browser: &Browser) -> Request<Body> {
    let request = get("/p/dev/live").header(header::COOKIE, browser.header());
    let mut request = request.body(Body::empty()).expect("a request");
    request.headers_mut().insert(header::ACCEPT, "text/event-stream".parse().expect("a type"));
    request
}

/// What a stream says of the session next, past everything else.
async fn told(stream: &mut Stream) -> String {
    // Two pulses, and as many again for a slow machine.
    for _ in 0..4 {
        let Event { name, data, .. } = stream.next().await;
        if name == "session" {
            return data.as_str().map_or_else(|| data.to_string(), str::to_owned);
        }
    }
    panic!("nothing was said of the session");
}

/// What the page itself rests on.
fn rests_on(page: &str) -> &str {
    page.split("data-standing=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("what it rests on")
}

#[tokio::test]
async fn row_20_what_an_open_page_does_by_itself_is_no_use_of_its_session() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    for minute in (4..=60).step_by(4) {
        door.pass(MINUTE * 4);
        assert_eq!(follows(&door, &browser).await.status, StatusCode::OK, "in minute {minute}");
        Stream::at(&door.router, stream_request(&browser)).await.next().await;
    }
    door.pass(MINUTE);
    assert_eq!(follows(&door, &browser).await.status, StatusCode::UNAUTHORIZED, "after an hour");
    let refused = send(&door.router, &mut browser.clone(), stream_request(&browser)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn somebody_is_told_before_their_session_ends_and_to_use_it_keeps_it() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    door.pass(MINUTE * 54);
    assert!(!follows(&door, &browser).await.text().contains(UNUSED));
    door.pass(MINUTE * 2);
    let page = follows(&door, &browser).await.text();
    assert!(page.contains(UNUSED) && page.contains("in 4 min"), "{page}");
    assert!(page.contains("<a href=\"/p/dev\" data-way=\"stay\">Stay signed in</a>"), "{page}");
    // The link, as a browser follows it.
    assert!(!door.ask(&mut browser.clone(), "/p/dev").await.text().contains(UNUSED));
    assert!(!follows(&door, &browser).await.text().contains(UNUSED));
    door.pass(MINUTE * 50);
    assert_eq!(follows(&door, &browser).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_end_that_nothing_puts_off_is_told_too_with_the_way_back_to_the_very_page() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    let address = "/p/dev/switch?to=green&reason=upgrade";
    for _ in 0..23 {
        door.pass(MINUTE * 30);
        assert!(!door.ask(&mut browser.clone(), address).await.text().contains(IN_ANY_CASE));
    }
    door.pass(MINUTE * 26);
    let page = door.ask(&mut browser.clone(), address).await.text();
    assert!(page.contains(IN_ANY_CASE) && page.contains("in 4 min"), "{page}");
    let way = "/sign-in?next=%2Fp%2Fdev%2Fswitch%3Fto%3Dgreen%26reason%3Dupgrade";
    assert!(page.contains(&format!("<a href=\"{way}\" data-way=\"again\">")), "{page}");
}

#[tokio::test]
async fn an_open_stream_says_when_the_session_is_about_to_end_and_when_it_is_kept_and_ends_with_it() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    let page = door.ask(&mut browser.clone(), "/p/dev").await.text();
    let mut stream = Stream::at(&door.router, stream_request(&browser)).await;
    let at_first = told(&mut stream).await;
    assert_eq!(at_first, rests_on(&page), "the page need not be fetched");
    door.pass(MINUTE * 56);
    let soon = told(&mut stream).await;
    assert_ne!(soon, at_first);
    assert_eq!(soon, rests_on(&follows(&door, &browser).await.text()), "and now it must, once");
    door.ask(&mut browser.clone(), "/p/dev").await;
    assert_eq!(told(&mut stream).await, at_first);
    door.pass(MINUTE * 61);
    assert_eq!(told(&mut stream).await, "ended");
    assert_eq!(stream.text().await, None);
}

#[tokio::test]
async fn row_23_streams_of_a_session_that_is_ended_end_within_two_pulses() {
    let door = Door::new().await;
    // By whatever way it ends.
    for way in ["signed out in another tab", "ended from the list of sessions", "disabled at the provider"] {
        door.provider.facts().disabled = false;
        let browser = door.signed_in().await;
        let mut stream = Stream::at(&door.router, stream_request(&browser)).await;
        told(&mut stream).await;
        let path = match way {
            "signed out in another tab" => "/sign-out".to_owned(),
            "ended from the list of sessions" => {
                let all = door.house.world.store.sessions(None).await.expect("the sessions");
                format!("/sessions/{}/end", all[0].handle)
            }
            _ => {
                door.provider.facts().disabled = true;
                door.pass(MINUTE * 6);
                String::new()
            }
        };
        if !path.is_empty() {
            let request = post(&path).header(header::ORIGIN, ORIGIN).body(Body::empty()).expect("a request");
            assert_eq!(send(&door.router, &mut browser.clone(), request).await.status, StatusCode::SEE_OTHER, "{way}");
        }
        let began = std::time::Instant::now();
        // Believed for a second of the test's clock.
        door.pass(Duration::from_secs(2));
        assert_eq!(told(&mut stream).await, "ended", "{way}");
        assert!(began.elapsed() < Duration::from_secs(5), "{way}: {:?}", began.elapsed());
        assert_eq!(stream.text().await, None, "{way}");
    }
}

#[tokio::test]
async fn row_22_a_stream_tells_of_changed_groups_and_ends_where_they_no_longer_let_anybody_look() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    let mut stream = Stream::at(&door.router, stream_request(&browser)).await;
    let operator = told(&mut stream).await;
    door.provider.facts().groups = vec!["watchers".into()];
    door.pass(MINUTE * 6);
    let viewer = told(&mut stream).await;
    assert_ne!(viewer, operator);
    assert_eq!(viewer, rests_on(&follows(&door, &browser).await.text()));
    door.provider.facts().groups = vec!["strangers".into()];
    door.pass(MINUTE * 6);
    assert_eq!(told(&mut stream).await, "denied");
    assert_eq!(stream.text().await, None);
    assert_eq!(follows(&door, &browser).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_slow_provider_holds_up_no_pulse() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    let mut stream = Stream::at(&door.router, stream_request(&browser)).await;
    told(&mut stream).await;
    door.provider.facts().slow = Duration::from_secs(8);
    door.pass(MINUTE * 6);
    for _ in 0..2 {
        let began = std::time::Instant::now();
        assert_eq!(stream.next().await.name, "pulse");
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn what_was_typed_is_kept_when_the_session_had_ended_before_the_form_came() {
    let door = Door::new().await;
    // As long as it may be, of letters that take the most room.
    let reason = "🟢".repeat(500);
    let switch = [("pair", "dev"), ("to", "green"), ("confirmation", "x"), ("typed", "green"), ("reason", &*reason)];
    let ask = [("pair", "dev"), ("to", "green"), ("seen", "green@31"), ("reason", &*reason)];
    let note = [("pair", "dev"), ("about", "31"), ("text", "it was me & Größe")];
    for (function, fields, says, problem) in [
        ("switch", &switch[..], &*reason, "Your session had ended. You are signed in again"),
        ("ask", &ask[..], &*reason, "Your session had ended. You are signed in again"),
        ("note", &note[..], "it was me &amp; Größe", "Your session had ended, so the note was not kept."),
    ] {
        let send_as = async |accepts: &str| {
            let request = post(&format!("/api/fn/{function}")).header(header::ORIGIN, ORIGIN);
            let mut request = request.body(form(fields)).expect("a request");
            request.headers_mut().insert(header::ACCEPT, accepts.parse().expect("a type"));
            send(&door.router, &mut Browser::default(), request).await
        };
        let scripted = send_as("application/json").await;
        assert_eq!(scripted.status, StatusCode::UNAUTHORIZED);
        let plain = send_as("text/html").await;
        assert_eq!(plain.status, StatusCode::SEE_OTHER);
        let way = plain.header(header::LOCATION).to_owned();
        assert_eq!(scripted.header(header::LOCATION), way, "the script of the form goes there too");
        assert!(!way.contains("confirmation=x"), "{way}");

        let mut browser = Browser::default();
        let departed = door.ask(&mut browser, &way).await;
        let there: reqwest::Url = departed.header(header::LOCATION).parse().expect("an address");
        door.provider.facts().nonce = said(&there, "nonce");
        door.provider.facts().challenge = said(&there, "code_challenge");
        let back = door.back(&mut browser, &there).await.header(header::LOCATION).to_owned();
        let page = door.ask(&mut browser, back.split('#').next().expect("an address")).await.text();
        assert!(page.contains(problem), "{page}");
        assert!(page.contains(&format!(">{says}</textarea>")), "{page}");
    }
    assert!(door.house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn a_form_that_cannot_be_read_leads_nowhere_when_nobody_is_signed_in() {
    let door = Door::new().await;
    for (path, fields) in [
        ("/api/fn/switch", &[("pair", "//evil.example"), ("reason", "x")][..]),
        ("/api/fn/note", &[("pair", "dev"), ("about", "no number"), ("text", "x")]),
        ("/api/fn/nothing", &[("pair", "dev")]),
        ("/sessions/x/end", &[]),
    ] {
        let request = post(path).header(header::ORIGIN, ORIGIN).body(form(fields)).expect("a request");
        let answer = send(&door.router, &mut Browser::default(), request).await;
        assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::UNAUTHORIZED, ""), "{path}");
    }
}
