//! Sign-in at a load balancer: what it must have signed, what the provider must have said besides, and the way out.

#[path = "alb/lies.rs"]
mod lies;

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{Request, StatusCode, header, request::Builder},
    response::{IntoResponse as _, Response},
    routing::get as route,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use serde_json::{Value, json};
use teal_domain::{Role, access::Scope};
use teal_server::{
    auth::{
        SignIn,
        alb::Alb,
        bearer::{ScriptClient, Scripts},
        roles::GroupRole,
    },
    config::{AlbConfig, EmbedConfig, Logout},
    engine::clock::Clock as _,
    http::{self, App},
};
use tower::ServiceExt as _;

use crate::{
    api::problem,
    house::{Answer, House, ORIGIN, form, get, post},
    provider::{Provider, SCRIPT},
};

const ARN: &str = "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/teal/50dc6c495c0c9188";
const CLIENT: &str = "the-load-balancer";
const PORTAL: &str = "https://portal.example.com";
const KID: &str = "12345678-1234-1234-1234-123456789012";
const NOTE: [(&str, &str); 3] = [("pair", "dev"), ("about", "31"), ("text", "it was me")];

/// A load balancer, and where its region has the keys.
struct Balancer {
    key: EcdsaKeyPair,
    keys: String,
    asked: Arc<Mutex<Vec<String>>>,
    serving: tokio::task::AbortHandle,
}

impl Balancer {
    async fn start() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let public: PublicKeyX509Der<'_> = key.public_key().as_der().expect("a public key");
        let body = STANDARD.encode(public.as_ref());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n", &body[..64], &body[64..]);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let keys = format!("http://127.0.0.1:{}/keys", listener.local_addr().expect("its address").port());
        let router = Router::new().route("/keys/{kid}", route(a_key)).with_state((asked.clone(), pem));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        Self { key, keys, asked, serving }
    }

    /// Nobody answers there any more.
    fn gone(&self) {
        self.serving.abort();
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let text = format!("{}.{}", URL_SAFE.encode(header.to_string()), URL_SAFE.encode(claims.to_string()));
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes()).expect("signed");
        format!("{text}.{}", URL_SAFE.encode(signature))
    }

    fn asked(&self) -> usize {
        self.asked.lock().expect("nobody panicked").len()
    }
}

type Keys = (Arc<Mutex<Vec<String>>>, String);

async fn a_key(State((asked, pem)): State<Keys>, Path(kid): Path<String>) -> Response {
    let known = kid == KID;
    asked.lock().expect("nobody panicked").push(kid);
    if known { pem.into_response() } else { StatusCode::FORBIDDEN.into_response() }
}

/// Teal behind it, and Cognito behind both.
struct Door {
    house: House,
    provider: Provider,
    balancer: Balancer,
    router: Router,
}

/// What the load balancer and the provider do to what they sign.
type Lie = fn(i64, &mut Value, &mut Value);
const TRUTH: Lie = |_, _, _| {};

impl Door {
    async fn new() -> Self {
        Self::at(Provider::cognito().await, "cognito:groups").await
    }

    async fn at(provider: Provider, groups_claim: &str) -> Self {
        let (mut house, balancer) = (House::new().await, Balancer::start().await);
        house.app.embed = Arc::new(EmbedConfig { parents: vec![PORTAL.into()], cross_site: false });
        let script = ScriptClient {
            client_id: SCRIPT.into(),
            subject: SCRIPT.into(),
            name: "deploys".into(),
            pairs: Scope::All,
            people: Vec::new(),
        };
        let config = AlbConfig {
            public_url: ORIGIN.into(),
            alb_arn: ARN.into(),
            keys: balancer.keys.clone(),
            issuer: provider.issuer.clone(),
            discovery: provider.address.clone(),
            client_id: CLIENT.into(),
            groups_claim: groups_claim.into(),
            name_claim: "username".into(),
            logout: Logout::Published,
            session_cookie: "AWSELBAuthSessionCookie".into(),
            roles: vec![GroupRole { group: "ops".into(), role: Role::Operator, scope: Scope::All }],
            scripts: Scripts { prefix: "teal".into(), clients: vec![script] },
        };
        let alb = Alb::new(config, house.world.clock.clone()).expect("a client");
        let app = App { limits: Arc::default(), sign_in: SignIn::Alb(Arc::new(alb)), ..house.app.clone() };
        let router = http::router(app, &house.folder.path().join("site")).expect("a router");
        Self { house, provider, balancer, router }
    }

    fn now(&self) -> i64 {
        self.house.world.clock.now().0 / 1000
    }

    /// What the load balancer says of olga.
    fn data(&self, lie: Lie) -> String {
        let (now, issuer) = (self.now(), &self.provider.issuer);
        let mut header = json!({
            "typ": "JWT", "alg": "ES256", "kid": KID, "signer": ARN, "iss": issuer, "client": CLIENT, "exp": now + 120,
        });
        let mut claims =
            json!({"sub": "sub-of-olga", "username": "olga", "email": "olga@example.com", "groups": "ops, staff"});
        lie(now, &mut header, &mut claims);
        self.balancer.sign(&header, &claims)
    }

    /// The access token that Cognito gave it for olga.
    fn access(&self, lie: Lie) -> String {
        let now = self.now();
        self.provider.facts().lie = Some(Box::new(move |header, claims| {
            claims["sub"] = json!("sub-of-olga");
            claims["client_id"] = json!(CLIENT);
            claims["cognito:groups"] = json!(["ops"]);
            claims["scope"] = json!("openid");
            lie(now, header, claims);
        }));
        let token = self.provider.facts().access(now);
        self.provider.facts().lie = None;
        token
    }

    fn through(&self, request: Builder) -> Builder {
        with(request, &self.data(TRUTH), Some(&self.access(TRUTH)))
    }

    async fn ask(&self, data: &str, access: Option<&str>) -> Answer {
        send(&self.router, with(get("/p/dev"), data, access).body(Body::empty()).expect("a request")).await
    }
}

fn with(request: Builder, data: &str, access: Option<&str>) -> Builder {
    let request = request.header("x-amzn-oidc-data", data).header("x-amzn-oidc-identity", "sub-of-olga");
    access.into_iter().fold(request, |request, access| request.header("x-amzn-oidc-accesstoken", access))
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.clone().oneshot(request).await.expect("an answer").into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: to_bytes(body, 1_000_000).await.expect("a body").to_vec(),
    }
}

#[tokio::test]
async fn whom_the_load_balancer_lets_through_is_known_by_name_with_the_role_of_their_group() {
    let door = Door::new().await;
    let page = door.ask(&door.data(TRUTH), Some(&door.access(TRUTH))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    for says in ["olga", "operator", "Sign out"] {
        assert!(page.text().contains(says), "{says} is not on the page");
    }
    let head = door.house.world.store.head().await.expect("a head");
    let note = door.through(post("/api/fn/note")).header(header::ORIGIN, ORIGIN).body(form(&NOTE)).expect("a request");
    send(&door.router, note).await;
    assert_ne!(door.house.world.store.head().await.expect("a head"), head);
}

#[tokio::test]
async fn a_provider_that_is_not_cognito_tells_the_groups_where_the_load_balancer_asks() {
    let door = Door::at(Provider::start().await, "groups").await;
    let page = door.ask(&door.data(TRUTH), None).await;
    assert!(page.status == StatusCode::OK && page.text().contains("operator"), "{}", page.text());
    let none = door.ask(&door.data(|_, _, claims| claims["groups"] = Value::Null), None).await;
    assert_eq!(none.status, StatusCode::FORBIDDEN, "known, and nobody here");
    assert!(none.text().contains("You have none here"), "{}", none.text());
}

#[tokio::test]
async fn without_a_word_of_the_load_balancer_nobody_is_known_and_nobody_is_sent_in_circles() {
    let door = Door::new().await;
    for path in ["/p/dev", "/sessions", "/sign-in", "/sign-in?next=/p/dev"] {
        for identity in [false, true] {
            let request = if identity { get(path).header("x-amzn-oidc-identity", "sub-of-olga") } else { get(path) };
            let answer = send(&door.router, request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(answer.text().contains("People sign in at a load balancer here"), "{}", answer.text());
        }
    }
    let script =
        send(&door.router, post("/api/fn/note").header(header::ORIGIN, ORIGIN).body(form(&NOTE)).expect("a request"));
    assert_eq!(script.await.status, StatusCode::UNAUTHORIZED);
    for path in ["/health", "/signed-out"] {
        assert_eq!(send(&door.router, get(path).body(Body::empty()).expect("a request")).await.status, StatusCode::OK);
    }
    let back =
        send(&door.router, door.through(get("/sign-in?next=/p/dev")).body(Body::empty()).expect("a request")).await;
    assert_eq!(back.header(header::LOCATION), "/p/dev", "whom it asked on the way is led on");
}

#[tokio::test]
async fn row_31_a_key_is_fetched_once_and_made_up_ones_are_not_fetched_without_end() {
    let door = Door::new().await;
    let access = door.access(TRUTH);
    let data: Vec<String> = (0..10).map(|_| door.data(TRUTH)).collect();
    for answer in futures::future::join_all(data.iter().map(|data| door.ask(data, Some(&access)))).await {
        assert_eq!(answer.status, StatusCode::OK);
    }
    assert_eq!(door.balancer.asked(), 1);
    for number in 0..30 {
        let (now, issuer) = (door.now(), &door.provider.issuer);
        let header = json!({
            "alg": "ES256", "kid": format!("made-up-{number}"), "signer": ARN, "iss": issuer, "client": CLIENT, "exp": now + 120,
        });
        let data = door.balancer.sign(&header, &json!({"sub": "sub-of-olga"}));
        assert_ne!(door.ask(&data, Some(&access)).await.status, StatusCode::OK);
    }
    assert!(door.balancer.asked() <= 10, "{} times", door.balancer.asked());
    assert_eq!(door.ask(&door.data(TRUTH), Some(&access)).await.status, StatusCode::OK, "the known one goes on");
}

#[tokio::test]
async fn signing_out_ends_the_load_balancers_cookies_and_goes_on_to_the_provider() {
    let door = Door::new().await;
    assert_eq!(door.ask(&door.data(TRUTH), Some(&door.access(TRUTH))).await.status, StatusCode::OK);
    let request =
        door.through(post("/sign-out")).header(header::ORIGIN, ORIGIN).body(Body::empty()).expect("a request");
    let answer = send(&door.router, request).await;
    let set: Vec<&str> =
        answer.headers.get_all(header::SET_COOKIE).iter().map(|set| set.to_str().expect("plain")).collect();
    for name in ["", "-0", "-1", "-2", "-3"] {
        let cookie = format!("AWSELBAuthSessionCookie{name}=;");
        let set = set.iter().find(|set| set.starts_with(&cookie)).unwrap_or_else(|| panic!("{cookie} not in {set:?}"));
        assert!(set.contains("Max-Age=0") && set.contains("Path=/"), "{set}");
    }
    let there = answer.header(header::LOCATION);
    assert!(there.starts_with(&format!("{}/logout?client_id={CLIENT}&logout_uri=", door.provider.address)), "{there}");
    let sessions = send(&door.router, door.through(get("/sessions")).body(Body::empty()).expect("a request")).await;
    assert!(
        sessions.text().contains("The sessions are the load balancer&#x27;s")
            || sessions.text().contains("The sessions are the load balancer's"),
        "{}",
        sessions.text()
    );
}

#[tokio::test]
async fn row_10_a_form_from_another_site_is_refused_although_the_load_balancer_vouches_for_the_browser() {
    let door = Door::new().await;
    let head = door.house.world.store.head().await.expect("a head");
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("x-nothing", "said")] {
        let note = door.through(post("/api/fn/note")).header(name, value).body(form(&NOTE)).expect("a request");
        assert_eq!(send(&door.router, note).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(door.house.world.store.head().await.expect("a head"), head, "nothing was written");
}

#[tokio::test]
async fn a_script_with_a_token_is_not_taken_for_whoever_the_load_balancer_names() {
    let door = Door::new().await;
    let now = door.now();
    let token = door.provider.facts().access(now);
    let by = |token: &str| door.through(get("/p/dev")).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let page = send(&door.router, by(&token).body(Body::empty()).expect("a request")).await.text();
    assert!(page.contains("deploys") && !page.contains("olga"), "{page}");
    let answer = send(&door.router, by("x.y.z").body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let persons = door.access(|_, _, claims| claims["scope"] = json!("openid teal/switch"));
    let answer = send(&door.router, by(&persons).body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "a person's access token is no script's");
}

/// What does not hold, and what cannot be looked into since there is nobody to give the keys.
async fn not_believed(path: &str) -> [Answer; 2] {
    let (door, without_keys) = (Door::new().await, Door::new().await);
    without_keys.balancer.gone();
    let ask = async |door: &Door, lie| {
        let request = with(get(path), &door.data(lie), Some(&door.access(TRUTH)));
        send(&door.router, request.body(Body::empty()).expect("a request")).await
    };
    [ask(&door, |_, header, _| header["client"] = json!("another")).await, ask(&without_keys, TRUTH).await]
}

#[tokio::test]
async fn row_56_the_api_says_that_it_is_the_load_balancers_word_and_not_a_page_of_another_site() {
    let [untrue, away] = not_believed("/api/v1/pairs").await;
    assert_eq!((untrue.status, &problem(&untrue)["code"]), (StatusCode::FORBIDDEN, &json!("load_balancer")));
    assert_eq!((away.status, &problem(&away)["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("provider_away")));
    assert_eq!(away.header(header::RETRY_AFTER), "5");
    let door = Door::new().await;
    let nobody = send(&door.router, get("/api/v1/pairs").body(Body::empty()).expect("a request")).await;
    let told = problem(&nobody);
    assert_eq!((nobody.status, &told["code"]), (StatusCode::UNAUTHORIZED, &json!("sign_in")));
    assert!(told["mend"].as_str().is_some_and(|mend| mend.contains("access token")), "{told}");
}

#[tokio::test]
async fn row_8_a_frame_shows_that_the_load_balancer_is_not_believed() {
    for answer in not_believed("/embed/dev").await {
        assert!(answer.status.is_client_error() || answer.status.is_server_error(), "{}", answer.status);
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.ends_with(&format!("frame-ancestors {PORTAL}")), "{}: {policy}", answer.status);
        assert!(answer.text().contains(answer.header("x-request-id")), "{}", answer.text());
    }
}

#[tokio::test]
async fn row_32_where_people_sign_in_otherwise_a_load_balancers_word_opens_nothing() {
    let door = Door::new().await;
    let otherwise = crate::bearer::router(&door.house, &door.provider, Scope::All, None);
    let answer = send(&otherwise, door.through(get("/p/dev")).body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let answer = send(&door.house.router, door.through(get("/p/dev")).body(Body::empty()).expect("a request")).await;
    assert!(answer.text().contains("ana") && !answer.text().contains("olga"));
}
