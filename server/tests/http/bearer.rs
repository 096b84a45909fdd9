//! Scripts: what an access token must hold, what it opens, and that it stands alone.

#[path = "bearer/keys.rs"]
mod keys;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header, request::Builder},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use teal_app::desk::Outage;
use teal_domain::{Millis, Role, Timestamp, Via, access::Scope, history::HistoryQuery};
use teal_server::{
    auth::{
        SignIn,
        bearer::{ScriptClient, Scripts},
        oidc::Oidc,
        roles::GroupRole,
        sessions::{Limits, Sessions},
    },
    config::{Hidden, Logout, OidcConfig},
    engine::clock::Clock as _,
    http::{self, App},
    store::sessions::Session,
};
use tower::ServiceExt as _;

use crate::{
    api::problem,
    house::{Answer, House, ORIGIN, form, get, post, sealed},
    provider::{CLIENT, Provider, SCRIPT, SECRET},
};

const SECOND: Duration = Duration::from_secs(1);
const NOTE: [(&str, &str); 3] = [("pair", "dev"), ("about", "31"), ("text", "it was the script")];

/// Teal with a script that may come in.
struct Door {
    house: House,
    provider: Provider,
    router: Router,
}

impl Door {
    async fn new() -> Self {
        Self::at(Provider::start().await).await
    }

    async fn at(provider: Provider) -> Self {
        let house = House::new().await;
        let router = router(&house, &provider, Scope::All, None);
        Self { house, provider, router }
    }

    /// By the clock that Teal goes by, in seconds.
    fn now(&self) -> i64 {
        self.house.world.clock.now().0 / 1000
    }

    fn token(&self) -> String {
        let now = self.now();
        self.provider.facts().access(now)
    }

    /// One that is made with a lie.
    fn lying(&self, lie: impl Fn(&mut Value, &mut Value) + Send + 'static) -> String {
        self.provider.facts().lie = Some(Box::new(lie));
        let token = self.token();
        self.provider.facts().lie = None;
        token
    }

    async fn ask(&self, token: &str) -> Answer {
        send(&self.router, by(token, get("/p/dev")).body(Body::empty()).expect("a request")).await
    }

    async fn note(&self, request: Builder) -> Answer {
        send(&self.router, request.body(form(&NOTE)).expect("a request")).await
    }
}

pub fn router(house: &House, provider: &Provider, pairs: Scope, step_up: Option<Millis>) -> Router {
    router_for(house, provider, vec![script(pairs, &[])], step_up)
}

/// The script, and who is behind it.
fn script(pairs: Scope, people: &[&str]) -> ScriptClient {
    let people = people.iter().map(|name| (*name).to_owned()).collect();
    ScriptClient { client_id: SCRIPT.into(), subject: SCRIPT.into(), name: "deploys".into(), pairs, people }
}

fn router_for(house: &House, provider: &Provider, clients: Vec<ScriptClient>, step_up: Option<Millis>) -> Router {
    let span = Millis::from_secs;
    let config = OidcConfig {
        public_url: ORIGIN.into(),
        issuer: provider.issuer.clone(),
        discovery: provider.address.clone(),
        client_id: CLIENT.into(),
        client_secret: Some(Hidden(SECRET.into())),
        scopes: vec!["openid".into()],
        groups_claim: "groups".into(),
        name_claim: "preferred_username".into(),
        prompt: None,
        logout: Logout::Published,
        limits: Limits { idle: span(3600), lasts: span(12 * 3600), refresh: span(3600), outage: span(1800), step_up },
        roles: vec![GroupRole { group: "ops".into(), role: Role::Operator, scope: Scope::All }],
        in_outage: Outage::EmergencyGoes,
        scripts: Scripts { prefix: "teal".into(), clients },
    };
    let (store, clock) = (house.world.store.clone(), house.world.clock.clone());
    let sessions = Sessions::new(Oidc::new(config).expect("a client"), store, clock);
    let app = App { limits: Arc::default(), sign_in: SignIn::Oidc(Arc::new(sessions)), ..house.app.clone() };
    http::router(app, &house.folder.path().join("site")).expect("a router")
}

fn by(token: &str, request: Builder) -> Builder {
    request.header(header::AUTHORIZATION, format!("Bearer {token}"))
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.clone().oneshot(request).await.expect("an answer").into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: to_bytes(body, 1_000_000).await.expect("a body").to_vec(),
    }
}

/// A cookie of somebody who is signed in and may switch.
async fn cookie(house: &House) -> String {
    let (secret, now) = ("5".repeat(64), house.world.clock.now());
    let session = Session {
        id: Sha256::digest(&secret).iter().map(|byte| format!("{byte:02x}")).collect(),
        handle: "here".into(),
        issuer: "somebody".into(),
        subject: "olga".into(),
        name: "olga".into(),
        groups: vec!["ops".into()],
        authenticated_at: now,
        created_at: now,
        seen_at: now,
        vouched_at: now,
        away_since: None,
        refresh: None,
    };
    house.world.store.begin_session(&session).await.expect("a session");
    format!("__Host-teal={secret}")
}

#[track_caller]
fn refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {}", answer.text());
    assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer error=\"invalid_token\"", "{what}");
    assert!(answer.text().contains("Fetch a new one from the identity provider"), "{what}: {}", answer.text());
}

#[tokio::test]
async fn a_script_looks_and_switches_without_a_page_and_the_journal_says_so() {
    let door = Door::new().await;
    let token = door.token();
    let page =
        send(&door.router, by(&token, get("/p/dev/switch?to=green")).body(Body::empty()).expect("a request")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let confirmation = sealed(&page.text());
    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "nightly")];
    let answer = send(&door.router, by(&token, post("/api/fn/switch")).body(form(&fields)).expect("a request")).await;
    assert!(answer.header(header::LOCATION).starts_with("/p/dev/history/"), "{:?}", answer.headers);
    assert_eq!(door.house.world.ssm.puts().len(), 1);
    let pair = "dev".parse().expect("a pair");
    let page = door.house.world.store.history(&pair, &HistoryQuery::default(), 1).await.expect("a history");
    let actor = &page.records[0].actor;
    assert_eq!((actor.name.as_str(), actor.via), ("deploys", Via::Api));
    let record =
        send(&door.router, by(&token, get(answer.header(header::LOCATION))).body(Body::empty()).expect("a request"));
    assert!(record.await.text().contains("by a script"));
}

#[tokio::test]
async fn row_33_each_scope_opens_what_it_is_for_and_nothing_else() {
    for (scope, sees, does) in [
        (json!("teal/read"), true, false),
        (json!("teal/switch"), true, true),
        (json!("other/read teal/read other/switch"), true, false),
        (json!("openid teal/switchboard teal teal/ read switch TEAL/READ"), false, false),
        (json!(""), false, false),
        (Value::Null, false, false),
    ] {
        let door = Door::new().await;
        let said = scope.clone();
        let token = door.lying(move |_, claims| claims["scope"] = said.clone());
        let seen = door.ask(&token).await;
        assert_eq!(seen.status, if sees { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{scope}: {}", seen.text());
        let head = door.house.world.store.head().await.expect("a head");
        door.note(by(&token, post("/api/fn/note"))).await;
        assert_eq!(door.house.world.store.head().await.expect("a head") != head, does, "{scope}");
        let csv =
            send(&door.router, by(&token, get("/p/dev/history.csv")).body(Body::empty()).expect("a request")).await;
        assert_eq!(csv.status, StatusCode::FORBIDDEN, "no scope exports");
    }
}

#[tokio::test]
async fn row_34_a_script_for_one_pair_gets_nothing_of_another() {
    let mut door = Door::new().await;
    let only = |pair: &str| Scope::Only(BTreeSet::from([pair.parse().expect("a pair")]));
    for (pair, status) in [("dev", StatusCode::OK), ("prod", StatusCode::FORBIDDEN)] {
        door.router = router(&door.house, &door.provider, only(pair), None);
        assert_eq!(door.ask(&door.token()).await.status, status, "a script for {pair}");
    }
}

#[tokio::test]
async fn rows_27_to_29_a_token_that_does_not_hold_opens_nothing() {
    type Lie = fn(i64, &mut Value, &mut Value);
    let lies: [(&str, Lie); 29] = [
        ("another issuer", |_, _, claims| claims["iss"] = json!("https://evil.example")),
        ("an issuer with a slash more", |_, _, claims| {
            claims["iss"] = json!(format!("{}/", claims["iss"].as_str().unwrap_or_default()))
        }),
        ("issuers", |_, _, claims| claims["iss"] = json!([claims["iss"]])),
        ("no issuer", |_, _, claims| claims["iss"] = Value::Null),
        ("an ID token", |_, _, claims| claims["token_use"] = json!("id")),
        ("for nothing", |_, _, claims| claims["token_use"] = Value::Null),
        ("a logout token", |_, header, _| header["typ"] = json!("logout+jwt")),
        ("run out just now", |now, _, claims| claims["exp"] = json!(now)),
        ("run out", |now, _, claims| claims["exp"] = json!(now - 1)),
        ("without an end", |_, _, claims| claims["exp"] = Value::Null),
        ("with an end in words", |_, _, claims| claims["exp"] = json!("4000000000")),
        ("not good yet", |now, _, claims| claims["nbf"] = json!(now + 61)),
        ("good from some day on", |_, _, claims| claims["nbf"] = json!("tomorrow")),
        ("made in the future", |now, _, claims| claims["iat"] = json!(now + 61)),
        ("made at no time", |_, _, claims| claims["iat"] = Value::Null),
        ("another client's", |_, _, claims| claims["client_id"] = json!("somebody-else")),
        ("nobody's", |_, _, claims| claims["client_id"] = Value::Null),
        ("two clients'", |_, _, claims| claims["azp"] = json!("somebody-else")),
        ("the one that people sign in with", |_, _, claims| {
            claims["client_id"] = json!(CLIENT);
            claims["sub"] = json!(CLIENT);
        }),
        ("a person's, made for the script", |_, _, claims| {
            claims["sub"] = json!("sub-of-vera");
            claims["username"] = json!("vera");
        }),
        ("of nobody", |_, _, claims| claims["sub"] = Value::Null),
        ("unsigned", |_, header, _| header["alg"] = json!("none")),
        ("unsigned, in capitals", |_, header, _| header["alg"] = json!("None")),
        ("signed with what both know", |_, header, _| header["alg"] = json!("HS256")),
        ("said to be signed otherwise", |_, header, _| header["alg"] = json!("RS512")),
        ("said to be signed on a curve", |_, header, _| header["alg"] = json!("ES256")),
        ("signed in no way", |_, header, _| header["alg"] = Value::Null),
        ("asking for more", |_, header, _| header["crit"] = json!(["exp"])),
        ("an unknown key, with an address to fetch it from", |_, header, _| {
            header["kid"] = json!("mine");
            header["jku"] = json!("https://evil.example/keys");
        }),
    ];
    let door = Door::at(Provider::cognito().await).await;
    let now = door.now();
    let head = door.house.world.store.head().await.expect("a head");
    for (what, lie) in lies {
        let token = door.lying(move |header, claims| lie(now, header, claims));
        refused(&door.ask(&token).await, what);
        refused(&door.note(by(&token, post("/api/fn/note"))).await, what);
    }
    // The public key, taken for a secret.
    let public = door.provider.facts().public_key();
    door.provider.facts().shared = public;
    refused(&door.ask(&door.lying(|header, _| header["alg"] = json!("HS256"))).await, "the public key as a secret");
    // Another key under the name of the real one.
    let good = door.token();
    assert_eq!(door.ask(&good).await.status, StatusCode::OK, "without a lie it is taken");
    let (text, signature) = good.rsplit_once('.').expect("a token");
    let first = if signature.starts_with('A') { "B" } else { "A" };
    refused(&door.ask(&format!("{text}.{first}{}", &signature[1..])).await, "another signature");
    refused(&door.ask(&format!("{text}.")).await, "no signature");
    let other = Provider::cognito().await.facts().access(now);
    refused(&door.ask(&other).await, "another provider's key of the same name");
    // Its claims, exchanged.
    let parts: Vec<&str> = good.split('.').collect();
    let more = door.lying(|_, claims| claims["scope"] = json!("teal/switch"));
    let more: Vec<&str> = more.split('.').collect();
    refused(&door.ask(&format!("{}.{}.{}", parts[0], more[1], parts[2])).await, "other claims");
    assert_eq!(door.house.world.store.head().await.expect("a head"), head, "nothing was written");
}

#[tokio::test]
async fn what_is_no_token_at_all_is_refused_and_no_script_comes_in_where_none_is_configured() {
    let mut door = Door::new().await;
    let good = door.token();
    for header in
        ["", "Bearer", "Bearer ", "Basic dGVhbDp0ZWFs", "Bearer x", "Bearer a.b.c", &format!("Token {good}"), &good]
    {
        let request = get("/p/dev").header(header::AUTHORIZATION, header).body(Body::empty()).expect("a request");
        refused(&send(&door.router, request).await, header);
    }
    let twice = by(&good, by(&good, get("/p/dev"))).body(Body::empty()).expect("a request");
    refused(&send(&door.router, twice).await, "two of them");
    let small = get("/p/dev").header(header::AUTHORIZATION, format!("bearer  {good}")).body(Body::empty());
    assert_eq!(
        send(&door.router, small.expect("a request")).await.status,
        StatusCode::OK,
        "its scheme in small letters"
    );
    door.router = router_for(&door.house, &door.provider, Vec::new(), None);
    refused(&door.ask(&good).await, "none is configured");
}

#[tokio::test]
async fn row_56_the_api_says_that_it_is_the_token_and_while_nobody_can_tell_that_the_provider_is_away() {
    let door = Door::new().await;
    let ask = async |token: &str, path: &str| {
        send(&door.router, by(token, get(path)).body(Body::empty()).expect("a request")).await
    };
    door.provider.facts().down = true;
    let answer = ask(&door.token(), "/api/v1/pairs").await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("provider_away")));
    assert_eq!(answer.header(header::RETRY_AFTER), "5");
    door.provider.facts().down = false;
    let now = door.now();
    let ran_out = door.lying(move |_, claims| claims["exp"] = json!(now));
    for (token, path) in [("x.y.z", "/api/v1/pairs"), (&*ran_out, "/api/v1/pairs/dev")] {
        let answer = ask(token, path).await;
        let told = problem(&answer);
        assert_eq!((answer.status, &told["code"]), (StatusCode::UNAUTHORIZED, &json!("token")), "{path}: {told}");
        assert!(told["mend"].as_str().is_some_and(|mend| mend.contains("client credentials")), "{told}");
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer error=\"invalid_token\"");
    }
}

#[tokio::test]
async fn row_10_a_token_stands_alone_and_a_cookie_still_needs_to_say_where_it_comes_from() {
    let door = Door::new().await;
    let (olga, good) = (cookie(&door.house).await, door.token());
    let with = |request: Builder| request.header(header::COOKIE, &olga);
    let page = send(&door.router, with(get("/p/dev")).body(Body::empty()).expect("a request")).await;
    assert!(page.text().contains("olga"), "the cookie is good: {}", page.status);

    // A bad token never falls back to it.
    refused(
        &send(&door.router, with(by("x.y.z", get("/p/dev"))).body(Body::empty()).expect("a request")).await,
        "both",
    );
    // And a good one is the script, whatever the cookie may do.
    let reads = door.lying(|_, claims| claims["scope"] = json!("teal/read"));
    let page = send(&door.router, with(by(&reads, get("/p/dev"))).body(Body::empty()).expect("a request")).await.text();
    assert!(page.contains("deploys") && !page.contains("olga"), "{page}");
    let head = door.house.world.store.head().await.expect("a head");
    door.note(with(by(&reads, post("/api/fn/note")))).await;
    // Nor does any header free the cookie of its origin.
    for request in [
        with(post("/api/fn/note")),
        with(post("/api/fn/note")).header("x-authorization", format!("Bearer {good}")),
        with(post("/api/fn/note")).header(header::ORIGIN, "https://evil.example"),
        by(&good, post("/api/fn/note")).header(header::ORIGIN, "https://evil.example"),
        by(&good, post("/api/fn/note")).header("sec-fetch-site", "cross-site"),
    ] {
        assert_eq!(door.note(request).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(door.house.world.store.head().await.expect("a head"), head, "nothing was written");
    door.note(by(&good, post("/api/fn/note"))).await;
    assert_ne!(door.house.world.store.head().await.expect("a head"), head, "a token needs no origin");

    let sessions = send(&door.router, with(by(&good, get("/sessions"))).body(Body::empty()).expect("a request")).await;
    assert_eq!(sessions.status, StatusCode::NOT_FOUND);
    assert!(sessions.text().contains("comes with its token each time") && !sessions.text().contains("olga"));
    let end =
        send(&door.router, with(by(&good, post("/sessions/here/end"))).body(Body::empty()).expect("a request")).await;
    assert_eq!(end.status, StatusCode::NOT_FOUND);
    let still = send(&door.router, with(get("/p/dev")).body(Body::empty()).expect("a request")).await;
    assert!(still.text().contains("olga"), "no token ended her session");
}

#[tokio::test]
async fn row_36_a_script_asks_for_approvals_only_where_config_says_who_is_behind_it() {
    for (people, code) in [(&[][..], "person"), (&["olga"], "refused")] {
        let mut door = Door::new().await;
        door.router = router_for(&door.house, &door.provider, vec![script(Scope::All, people)], None);
        let token = door.token();
        let send = async |path: &str, body: Value| {
            let request = by(&token, post(path)).header(header::CONTENT_TYPE, "application/json");
            let mut request = request.body(Body::from(body.to_string())).expect("a request");
            request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().expect("a type"));
            send(&door.router, request).await
        };
        let plan = send("/api/v1/pairs/dev/plans", json!({"target": "green"})).await;
        let confirmation = serde_json::from_slice::<Value>(&plan.body).expect("JSON")["confirmation"].clone();
        let body = json!({"confirmation": confirmation, "reason": "nightly"});
        // One person is enough for this pair: who may ask is told that.
        assert_eq!(problem(&send("/api/v1/pairs/dev/requests", body).await)["code"], code, "{people:?}");
        let answer = send("/api/v1/pairs/dev/requests/01KAZZ4J1N3V9T5M8Q2X7C6B4D/answer", json!({"answer": "approve"}));
        let told = problem(&answer.await);
        assert_eq!((&told["status"], &told["code"]), (&json!(403), &json!("person")), "{told}");
    }
}

#[tokio::test]
async fn while_nobody_signs_in_a_token_means_nothing() {
    let house = House::new().await;
    let page = house.send(by("x.y.z", get("/p/dev")).body(Body::empty()).expect("a request")).await;
    assert!(page.text().contains("ana"));
    let note = house.send(by("x.y.z", post("/api/fn/note")).body(form(&NOTE)).expect("a request")).await;
    assert_eq!(note.status, StatusCode::FORBIDDEN, "and it frees no form of its origin");
}

#[tokio::test]
async fn row_24_a_switch_needs_a_young_token_where_policy_says_so() {
    let mut door = Door::new().await;
    door.router = router(&door.house, &door.provider, Scope::All, Some(Millis::from_secs(300)));
    let token = door.token();
    let page = async || {
        let request = by(&token, get("/p/dev/switch?to=green")).body(Body::empty()).expect("a request");
        send(&door.router, request).await.text()
    };
    assert!(page().await.contains("name=\"confirmation\""));
    door.house.world.clock.pass(SECOND * 301);
    assert!(!page().await.contains("name=\"confirmation\""));
    let moment: Timestamp = door.house.world.clock.now();
    assert!(moment.0 / 1000 < door.now() + 600, "it has not run out");
    assert_eq!(door.ask(&token).await.status, StatusCode::OK, "looking needs no young one");
}

#[tokio::test]
async fn row_57_a_script_that_does_too_much_is_stopped_by_its_name_whatever_token_it_comes_with() {
    let door = Door::new().await;
    let tokens = [door.token(), door.token(), door.token()];
    let mut refused = 0;
    for number in 0..300 {
        let answer = door.note(by(&tokens[number % 3], post("/api/fn/note"))).await;
        refused += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!((1..=60).contains(&refused), "{refused} of 300");
    assert_eq!(door.ask(&tokens[0]).await.status, StatusCode::OK, "looking goes on");
}
