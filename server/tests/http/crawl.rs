//! Every address that a GET may ask for, and what all of them have in common.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use teal_server::http;

use crate::{
    door::Door,
    house::{Answer, House, ORIGIN, form, get, post},
};

/// Every route that a GET may ask for, with what it answers to somebody who may do everything.
pub const ROUTES: [(&str, u16); 86] = [
    ("/", 307),
    ("/p/dev", 200),
    ("/p/dev?anything=else", 200),
    ("/p/dev/switch", 200),
    ("/p/dev/switch?to=green", 200),
    ("/p/dev/switch?to=blue", 200),
    ("/p/dev/freezes", 200),
    ("/p/dev/maintenance", 200),
    ("/p/dev/maintenance?problem=until&what=x", 200),
    ("/p/dev/upgrade", 200),
    ("/p/dev/drills", 200),
    ("/p/dev/drills?problem=refused", 200),
    ("/p/dev/drills/plan", 200),
    ("/p/dev/drills/plan?problem=field&kind=one-way&cron=often&zone=Nowhere", 200),
    ("/p/dev/drills/plan?plan=nonsense", 404),
    // Record 31 is a version of the flag.
    ("/p/dev/drills/run/31", 404),
    ("/p/dev/drills/run/999", 404),
    ("/api/v1/pairs/dev/drills/31", 404),
    ("/p/dev/topology", 200),
    ("/p/dev/trouble", 200),
    ("/p/dev/guide", 200),
    ("/p/dev/lineage", 200),
    ("/p/dev/monitoring", 200),
    ("/p/dev/costs", 200),
    ("/p/dev/costs?mode=standard&class=mw1.large&workers2=nine", 200),
    ("/p/dev/costs.csv", 200),
    ("/p/dev/costs.csv?table=everything", 400),
    // Nothing was read: see costs.rs.
    ("/p/dev/costs.csv?table=services", 404),
    ("/p/dev/monitoring?span=7d&month=2026-10", 200),
    ("/p/dev/history", 200),
    ("/p/dev/history?kind=imported&color=blue", 200),
    ("/p/dev/history/31", 200),
    ("/p/dev/history.csv", 200),
    ("/p/dev/live", 200),
    ("/health", 200),
    ("/favicon.svg", 200),
    ("/pkg/teal-abc123.js", 200),
    ("/pkg/teal-abc123_bg.wasm", 200),
    ("/pkg/missing.js", 404),
    ("/p/prod", 404),
    ("/p/prod/live", 404),
    ("/p/dev/history/999", 404),
    ("/nowhere", 404),
    ("/embed/dev", 200),
    ("/embed/prod", 404),
    ("/embed/dev/topology", 200),
    ("/embed/dev/topology?anything=else", 200),
    ("/embed/prod/topology", 404),
    ("/embed/dev/lineage", 200),
    ("/embed/prod/lineage", 404),
    // Nobody has any where nobody signs in: see below.
    ("/sessions", 404),
    ("/sessions/ab12/end", 405),
    ("/denials", 200),
    ("/denials?before=7", 200),
    ("/sign-in", 303),
    ("/sign-in?next=/p/dev", 303),
    ("/sign-in/back", 303),
    ("/sign-in/back?code=a-code&state=made-up", 303),
    ("/sign-out", 405),
    ("/signed-out", 200),
    ("/api/v1/pairs", 200),
    ("/api/v1/pairs/dev", 200),
    ("/api/v1/pairs/dev/records/31", 200),
    ("/api/v1/pairs/dev/maintenance", 200),
    ("/api/v1/pairs/prod/maintenance", 404),
    ("/api/v1/pairs/dev/maintenance/lift", 405),
    ("/api/v1/pairs/dev/costs", 200),
    ("/api/v1/pairs/dev/costs?mode=half", 422),
    ("/api/v1/pairs/dev/costs/paid", 200),
    ("/api/v1/pairs/dev/freezes", 200),
    ("/api/v1/pairs/dev/freezes?from=tomorrow", 422),
    ("/api/v1/pairs/dev/diagnosis", 200),
    // Nobody has asked: see approval/api.rs.
    ("/api/v1/pairs/dev/requests/01KAZZ4J1N3V9T5M8Q2X7C6B4D", 404),
    ("/api/v1/pairs/dev/requests/none", 404),
    ("/api/v1/pairs/dev/requests", 405),
    ("/api/v1/pairs/dev/requests/01KAZZ4J1N3V9T5M8Q2X7C6B4D/answer", 405),
    ("/api/v1/pairs/dev/requests/01KAZZ4J1N3V9T5M8Q2X7C6B4D/withdraw", 405),
    ("/api/v1/pairs/prod", 404),
    ("/api/v1/pairs/dev/records/999", 404),
    ("/api/v1/pairs/dev/switches", 405),
    ("/api/v1/pairs/dev/plans", 405),
    ("/api/v1/pairs/dev/smoke-tests", 405),
    ("/api/v1/pairs/dev/records/31/skip-drain", 405),
    ("/api/v1/pairs/dev/records/31/go-on", 405),
    ("/api/fn/switch", 405),
    ("/api/fn/nothing", 405),
];

/// Whether the address is one of those that the route stands for.
fn fits(route: &str, address: &str) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    let (route, path): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len() && route.iter().zip(path).all(|(part, word)| part.starts_with('{') || *part == word)
}

#[tokio::test]
async fn rows_7_8_9_11_and_14_look_at_every_way_in_that_a_get_opens() {
    let house = House::new().await;
    for door in http::doors(&house.app).list.iter().filter(|door| door.method == Method::GET) {
        let answered = |(address, status): &(&str, u16)| {
            // No drill has run in this house: see drills.rs.
            let empty = ["/sessions", "/p/dev/drills/run/31", "/api/v1/pairs/dev/drills/31"].contains(address);
            *status < 400 || empty || address.starts_with("/api/v1/pairs/dev/requests/")
        };
        let reached = ROUTES.iter().any(|route| answered(route) && fits(door.path, route.0));
        assert!(reached, "{} stands in no line of ROUTES that is answered", door.path);
    }
}

fn is_safe(what: &str, answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{name} of {what}");
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{name} of {what}");
    }
    let policy = answer.header(header::CONTENT_SECURITY_POLICY);
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!answer.header("x-request-id").is_empty(), "{what} cannot be found in the log");
    let kind = answer.header(header::CONTENT_TYPE);
    let file = what.starts_with("/pkg/");
    let plain = kind == "text/event-stream";
    assert!(!kind.starts_with("text/") || kind.contains("charset=utf-8") || file || plain, "{what}: {kind}");
    assert!(!kind.is_empty() || answer.body.is_empty(), "{what} does not say what it is");
}

fn is_not_kept(what: &str, answer: &Answer) {
    let file = what.starts_with("/pkg/teal") || what == "/favicon.svg";
    let empty = answer.body.is_empty() && answer.status != StatusCode::OK;
    assert!(file || empty || answer.header(header::CACHE_CONTROL) == "no-store", "{what}: {:?}", answer.headers);
}

#[tokio::test]
async fn row_7_every_answer_carries_the_headers_that_keep_the_browser_safe() {
    let house = House::new().await;
    for (path, status) in ROUTES {
        let answer = house.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", String::from_utf8_lossy(&answer.body));
        is_safe(path, &answer);
    }
}

#[tokio::test]
async fn rows_7_and_14_hold_behind_a_provider_too_for_whoever_is_signed_in_and_for_nobody() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    let house = House { router: door.router.clone(), ..door.house };
    let mut led_away = 0;
    for cookies in [browser.header(), String::new()] {
        for (path, _) in ROUTES {
            let request = get(path).header(header::COOKIE, &cookies).body(Body::empty()).expect("a request");
            let answer = house.send(request).await;
            led_away += usize::from(answer.status == StatusCode::SEE_OTHER);
            is_safe(path, &answer);
            is_not_kept(path, &answer);
        }
    }
    let request = get("/sessions").header(header::COOKIE, browser.header()).body(Body::empty()).expect("a request");
    assert_eq!(house.send(request).await.status, StatusCode::OK, "somebody was signed in");
    assert!(led_away > 10, "nobody is led to the provider: {led_away}");
}

#[tokio::test]
async fn row_14_no_page_is_kept_by_the_browser() {
    let house = House::new().await;
    for (path, _) in ROUTES {
        is_not_kept(path, &house.get(path).await);
    }
}

#[tokio::test]
async fn row_9_no_answer_shares_its_window_with_another_origin_whatever_refuses() {
    let house = House::new().await;
    let alone = |what: &str, answer: &Answer| {
        let said: Vec<_> = answer.headers.get_all("cross-origin-opener-policy").iter().collect();
        assert_eq!(said, ["same-origin"], "{what}: {}", answer.status);
    };
    for (path, _) in ROUTES {
        alone(path, &house.get(path).await);
    }
    let switch = || post("/api/fn/switch").header(header::ORIGIN, ORIGIN);
    let empty = |request: axum::http::request::Builder| request.body(Body::empty()).expect("a request");
    for (what, request, status) in [
        ("another site's form", empty(post("/api/fn/switch").header(header::ORIGIN, "https://evil.example")), 403),
        ("another name", empty(axum::http::Request::get("/p/dev").header(header::HOST, "evil.example")), 421),
        ("no method of ours", empty(get("/p/dev").method("TRACE")), 405),
        ("chunks", empty(switch().header(header::TRANSFER_ENCODING, "chunked")), 411),
        ("too long a form", switch().body(form(&[("reason", &"x".repeat(70_000))])).expect("a request"), 413),
        ("a form that cannot be read", switch().body(form(&[("pear", "dev")])).expect("a request"), 422),
    ] {
        let answer = house.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
        alone(what, &answer);
    }
}
