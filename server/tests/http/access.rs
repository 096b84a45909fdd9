//! Who may do what, over every route and every function, for every role.

#[path = "access/pairs.rs"]
mod pairs;

use std::collections::BTreeSet;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, StatusCode, header},
};
use teal_app::{
    desk::{DeskError, Identity},
    functions::Reply,
};
use teal_domain::{
    Actor, Grants, Role,
    access::{Grant, Scope},
};
use teal_server::http;
use tower::ServiceExt as _;

use crate::house::{House, ORIGIN, form, get, post, sealed};

/// Everything that there is, and the roles that come in. A route that is not here fails the test.
const EVERYBODY: [Role; 6] = Role::ALL;
const ROUTES: [(&str, &str, &[Role]); 53] = [
    ("GET", "/", &EVERYBODY),
    ("GET", "/p/{pair}", &EVERYBODY),
    ("GET", "/p/{pair}/freezes", &EVERYBODY),
    ("GET", "/p/{pair}/maintenance", &EVERYBODY),
    ("GET", "/p/{pair}/drills", &EVERYBODY),
    ("GET", "/p/{pair}/drills/plan", &EVERYBODY),
    ("GET", "/p/{pair}/drills/run/{seq}", &EVERYBODY),
    ("GET", "/p/{pair}/upgrade", &EVERYBODY),
    ("GET", "/p/{pair}/topology", &EVERYBODY),
    ("GET", "/p/{pair}/trouble", &EVERYBODY),
    ("GET", "/p/{pair}/guide", &EVERYBODY),
    ("GET", "/p/{pair}/lineage", &EVERYBODY),
    ("GET", "/p/{pair}/monitoring", &EVERYBODY),
    ("GET", "/p/{pair}/costs", &EVERYBODY),
    // The estimate; what was paid is asked for in costs.rs.
    ("GET", "/p/{pair}/costs.csv", &EVERYBODY),
    ("GET", "/p/{pair}/history", &EVERYBODY),
    ("GET", "/p/{pair}/history.csv", &[Role::Auditor, Role::Admin]),
    ("GET", "/p/{pair}/history/{seq}", &EVERYBODY),
    // Shown to all who may look, switched off for those who may not switch.
    ("GET", "/p/{pair}/switch", &EVERYBODY),
    // What a function does is asked by the desk: see below.
    ("POST", "/api/fn/{name}", &EVERYBODY),
    ("GET", "/p/{pair}/live", &EVERYBODY),
    ("GET", "/embed/{pair}", &EVERYBODY),
    ("GET", "/embed/{pair}/topology", &EVERYBODY),
    ("GET", "/embed/{pair}/lineage", &EVERYBODY),
    // Those that one may see, which may be none.
    ("GET", "/api/v1/pairs", &EVERYBODY),
    ("GET", "/api/v1/pairs/{pair}", &EVERYBODY),
    ("GET", "/api/v1/pairs/{pair}/records/{seq}", &EVERYBODY),
    ("POST", "/api/v1/pairs/{pair}/requests", &[Role::Operator, Role::Admin]),
    ("GET", "/api/v1/pairs/{pair}/requests/{id}", &EVERYBODY),
    ("POST", "/api/v1/pairs/{pair}/requests/{id}/answer", &[Role::Approver, Role::Admin]),
    ("POST", "/api/v1/pairs/{pair}/requests/{id}/withdraw", &[Role::Operator, Role::Admin]),
    ("GET", "/api/v1/pairs/{pair}/costs", &EVERYBODY),
    ("GET", "/api/v1/pairs/{pair}/costs/paid", &[Role::Manager, Role::Admin]),
    ("GET", "/api/v1/pairs/{pair}/freezes", &EVERYBODY),
    ("GET", "/api/v1/pairs/{pair}/diagnosis", &EVERYBODY),
    ("POST", "/api/v1/pairs/{pair}/diagnosis", &[Role::Operator, Role::Admin]),
    ("GET", "/api/v1/pairs/{pair}/drills/{seq}", &EVERYBODY),
    ("GET", "/api/v1/pairs/{pair}/maintenance", &EVERYBODY),
    ("POST", "/api/v1/pairs/{pair}/maintenance", &[Role::Operator, Role::Admin]),
    ("POST", "/api/v1/pairs/{pair}/maintenance/lift", &[Role::Operator, Role::Admin]),
    ("POST", "/api/v1/pairs/{pair}/plans", &[Role::Operator, Role::Admin]),
    ("POST", "/api/v1/pairs/{pair}/switches", &[Role::Operator, Role::Admin]),
    ("POST", "/api/v1/pairs/{pair}/records/{seq}/skip-drain", &[Role::Operator, Role::Admin]),
    ("POST", "/api/v1/pairs/{pair}/records/{seq}/go-on", &[Role::Operator, Role::Admin]),
    ("POST", "/api/v1/pairs/{pair}/smoke-tests", &[Role::Operator, Role::Admin]),
    ("GET", "/health", &EVERYBODY),
    // Whose are listed, and who may end them, is decided inside: see sign_in.rs.
    ("GET", "/sessions", &EVERYBODY),
    ("POST", "/sessions/{handle}/end", &EVERYBODY),
    ("GET", "/denials", &[Role::Auditor, Role::Admin]),
    ("GET", "/sign-in", &EVERYBODY),
    ("GET", "/sign-in/back", &EVERYBODY),
    ("POST", "/sign-out", &EVERYBODY),
    ("GET", "/signed-out", &EVERYBODY),
];

const FUNCTIONS: [(&str, &[Role]); 14] = [
    ("switch", &[Role::Operator, Role::Admin]),
    ("ask", &[Role::Operator, Role::Admin]),
    ("withdraw", &[Role::Operator, Role::Admin]),
    ("decide", &[Role::Approver, Role::Admin]),
    ("note", &[Role::Operator, Role::Approver, Role::Admin]),
    ("skip_drain", &[Role::Operator, Role::Admin]),
    ("go_on", &[Role::Operator, Role::Admin]),
    ("declare", &[Role::Operator, Role::Admin]),
    ("lift", &[Role::Operator, Role::Admin]),
    ("smoke", &[Role::Operator, Role::Admin]),
    ("diagnose", &[Role::Operator, Role::Admin]),
    ("drill_save", &[Role::Operator, Role::Admin]),
    ("drill_to", &[Role::Operator, Role::Admin]),
    ("drill_stop", &[Role::Operator, Role::Admin]),
];

fn somebody(role: Role, scope: Scope) -> Identity {
    Identity::trusted(Actor::page("vera"), Grants::from_iter([Grant { role, scope }]))
}

fn for_pair(pair: &str) -> Scope {
    Scope::Only(BTreeSet::from([pair.parse().expect("a pair")]))
}

fn router(house: &House, who: Identity) -> Router {
    house.behind(who)
}

async fn confirmation(router: &Router, pair: &str) -> String {
    let request = get(&format!("/p/{pair}/switch?to=green")).body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("an answer");
    let page = to_bytes(response.into_body(), 1_000_000).await.expect("a body");
    sealed(&String::from_utf8_lossy(&page))
}

/// The id of no request.
const ID: &str = "01KAZZ4J1N3V9T5M8Q2X7C6B4D";

async fn status(router: &Router, method: &str, path: &str) -> StatusCode {
    status_on(router, method, path, "dev").await
}

async fn status_on(router: &Router, method: &str, path: &str, pair: &str) -> StatusCode {
    let path = path.replace("{pair}", pair).replace("{seq}", "31").replace("{name}", "nothing").replace("{id}", ID);
    let method: Method = method.parse().expect("a method");
    let request = if method == Method::POST { post(&path).header(header::ORIGIN, ORIGIN) } else { get(&path) };
    let request = request.method(method).body(Body::empty()).expect("a request");
    router.clone().oneshot(request).await.expect("an answer").status()
}

#[tokio::test]
async fn row_33_each_route_lets_in_who_may_and_nobody_else() {
    let house = House::new().await;
    let doors = http::doors(&house.app).list;
    let known: BTreeSet<(String, String)> =
        doors.iter().map(|door| (door.method.to_string(), door.path.to_owned())).collect();
    let listed: BTreeSet<(String, String)> =
        ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(known, listed, "every route stands in this test");

    for role in Role::ALL {
        let everywhere = router(&house, somebody(role, Scope::All));
        let here = router(&house, somebody(role, for_pair("dev")));
        let elsewhere = router(&house, somebody(role, for_pair("prod")));
        for (method, path, roles) in ROUTES {
            // What is about Teal as a whole is nothing for a role that is limited to a pair.
            let of_the_house = path == "/denials";
            for (router, limited) in [(&everywhere, false), (&here, true)] {
                let denied = status(router, method, path).await == StatusCode::FORBIDDEN;
                let may = roles.contains(&role) && !(limited && of_the_house);
                assert_eq!(denied, !may, "{role}, limited {limited}: {method} {path}");
            }
            // Row 34: a role on another pair is none here.
            let closed = path.contains("{pair}") || path == "/" || of_the_house;
            let denied = status(&elsewhere, method, path).await == StatusCode::FORBIDDEN;
            assert_eq!(denied, closed, "{role} of another pair: {method} {path}");
        }
    }
}

#[tokio::test]
async fn row_33_whoever_was_granted_nothing_sees_nothing() {
    let house = House::new().await;
    let nobody = router(&house, Identity::trusted(Actor::page("vera"), Grants::default()));
    for (method, path, _) in ROUTES {
        let open = path.contains("sign") || path.contains("sessions") || ["/health", "/api/fn/{name}"].contains(&path);
        let status = status(&nobody, method, path).await;
        assert_eq!(status == StatusCode::FORBIDDEN, !open, "{method} {path}: {status}");
    }
}

#[test]
fn row_33_every_function_stands_in_this_test() {
    let known: BTreeSet<String> = http::functions().map(str::to_owned).collect();
    let listed = FUNCTIONS.iter().map(|(name, _)| format!("/api/fn/{name}")).collect();
    assert_eq!(known, listed);
}

/// What each function is sent, as it would be right.
fn fields<'f>(function: &str, pair: &'f str, confirmation: &'f str) -> Vec<(&'f str, &'f str)> {
    let more: &[(&str, &str)] = match function {
        "switch" => &[("to", "green"), ("typed", "green"), ("reason", "why")],
        "ask" => &[("to", "green"), ("seen", "green@31"), ("reason", "why")],
        "withdraw" => &[("to", "green"), ("request", "01KAZZ4J1N3V9T5M8Q2X7C6B4D")],
        "decide" => &[("to", "green"), ("digest", "ab"), ("answer", "approved")],
        "note" => &[("about", "31"), ("text", "it was me")],
        "declare" => &[("side", "green"), ("what", "2.11 to 3.0.6"), ("until", "2026-11-28T18:00")],
        "lift" => &[("declared", "01KAZZ4J1N3V9T5M8Q2X7C6B4D")],
        "smoke" => &[("to", "green")],
        "go_on" => &[("record", "31"), ("operation", "01KAZZ4J1N3V9T5M8Q2X7C6B4D")],
        "skip_drain" => {
            &[("record", "31"), ("operation", "01KAZZ4J1N3V9T5M8Q2X7C6B4D"), ("tasks", "0"), ("reason", "why")]
        }
        "diagnose" => &[],
        "drill_save" => &[
            ("name", "Tuesday"),
            ("kind", "tabletop"),
            ("when", "cron"),
            ("cron", "0 10 * * TUE"),
            ("zone", "UTC"),
            ("window", "30m"),
            ("late", "skip"),
            ("owner", "vera"),
        ],
        "drill_to" => &[("plan", "01KAZZ4J1N3V9T5M8Q2X7C6B4D"), ("deed", "pause")],
        "drill_stop" => &[("run", "01KAZZ4J1N3V9T5M8Q2X7C6B4D")],
        _ => panic!("{function} is sent nothing yet"),
    };
    let confirmation = (function == "switch").then_some(("confirmation", confirmation));
    std::iter::once(("pair", pair)).chain(confirmation).chain(more.iter().copied()).collect()
}

async fn reply(router: &Router, function: &str, fields: &[(&str, &str)]) -> Reply {
    let request = post(&format!("/api/fn/{function}")).header(header::ORIGIN, ORIGIN);
    let mut request = request.body(form(fields)).expect("a request");
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
    let response = router.clone().oneshot(request).await.expect("an answer");
    let body = to_bytes(response.into_body(), 100_000).await.expect("a body");
    serde_json::from_slice(&body).expect("a reply")
}

#[tokio::test]
async fn row_33_each_function_does_it_for_who_may_and_nobody_else() {
    for role in Role::ALL {
        for (scope, here) in [(Scope::All, true), (for_pair("dev"), true), (for_pair("prod"), false)] {
            for (function, roles) in FUNCTIONS {
                let house = House::new().await;
                // Made for her while she still might: what she may not do must not hang on the page alone.
                let vera = Identity::trusted(Actor::page("vera"), Grants::everything());
                let confirmation = confirmation(&router(&house, vera), "dev").await;
                let router = router(&house, somebody(role, scope.clone()));
                let head = house.world.store.head().await.expect("a head");
                let fields = fields(function, "dev", &confirmation);
                let reply = reply(&router, function, &fields).await;
                let denied = matches!(reply, Reply::Refused(DeskError::Forbidden { .. }));
                assert_eq!(denied, !(here && roles.contains(&role)), "{role} {scope:?} {function}: {reply:?}");
                if denied {
                    assert_eq!(house.world.store.head().await.expect("a head"), head, "nothing was written");
                    assert!(house.world.ssm.puts().is_empty());
                }
            }
        }
    }
}
