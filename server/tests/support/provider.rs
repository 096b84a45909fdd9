//! An identity provider that lies on demand.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use axum::{
    Form, Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub const CLIENT: &str = "teal";
pub const SECRET: &str = "a secret of the client";
/// A script that comes with access tokens.
pub const SCRIPT: &str = "script";
/// What Cognito would call itself.
pub const COGNITO: &str = "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_AbCdEf123";

/// What it does to header and claims before it signs.
pub type Lie = Box<dyn Fn(&mut Value, &mut Value) + Send>;

pub struct Provider {
    pub issuer: String,
    pub address: String,
    pub state: Arc<Mutex<Facts>>,
}

pub struct Facts {
    issuer: String,
    /// Where it is reached, whatever it calls itself.
    address: String,
    /// Where people meet its pages.
    pages: String,
    key: RsaKeyPair,
    kid: String,
    /// Whether the keys that it publishes hold the one that it signs with.
    pub publishes: bool,
    /// What it does to header and claims before it signs.
    pub lie: Option<Lie>,
    /// What it takes for a shared secret where a lie says that there is one.
    pub shared: Vec<u8>,
    /// The groups of everybody.
    pub groups: Vec<String>,
    pub disabled: bool,
    /// With which word it refuses whoever is disabled.
    pub refusal: &'static str,
    pub down: bool,
    /// How long its tokens take.
    pub slow: Duration,
    pub calls: HashMap<&'static str, usize>,
    /// The nonce that the browser brought.
    pub nonce: String,
    /// The challenge that it brought.
    pub challenge: String,
    pub tokens: Vec<String>,
    /// What it says of itself beyond what it must.
    pub describes: Value,
    /// What its userinfo endpoint says, if it has one.
    pub userinfo: Option<Value>,
    /// Whether a refresh brings a new ID token.
    pub renews: bool,
    /// What it was sent for the last tokens: the header of the client, and the form.
    pub sent: (String, HashMap<String, String>),
    /// How long it took over all answers together.
    pub spent: Duration,
}

impl Facts {
    fn called(&mut self, what: &'static str) {
        *self.calls.entry(what).or_default() += 1;
    }

    pub fn turn_the_key(&mut self) {
        self.key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        self.kid = format!("{}+", self.kid);
    }

    fn token(&mut self, nonce: Option<&str>) -> String {
        let now = jiff::Timestamp::now().as_second();
        let header = json!({"alg": "RS256", "kid": self.kid, "typ": "JWT"});
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "sub-of-vera", "token_use": "id",
            "iat": now, "exp": now + 3600, "auth_time": now,
            "preferred_username": "vera", "email": "vera@example.com", "groups": self.groups,
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        self.signed(header, claims)
    }

    /// An access token of the script, as Cognito makes it.
    pub fn access(&mut self, now: i64) -> String {
        let header = json!({"alg": "RS256", "kid": self.kid});
        let claims = json!({
            "iss": self.issuer, "sub": SCRIPT, "client_id": SCRIPT, "token_use": "access",
            "scope": "teal/read teal/switch", "iat": now, "exp": now + 600, "jti": self.tokens.len(),
        });
        self.signed(header, claims)
    }

    /// The public key, in the form that clients have mistaken for a secret.
    pub fn public_key(&self) -> Vec<u8> {
        self.key.public_key().as_ref().to_vec()
    }

    /// Lies, then signs.
    fn signed(&mut self, mut header: Value, mut claims: Value) -> String {
        if let Some(lie) = &self.lie {
            lie(&mut header, &mut claims);
        }
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = match header["alg"].as_str() {
            Some("none") => Vec::new(),
            // As a client would that takes the public key, or the secret, for a shared one.
            Some("HS256") => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.shared), text.as_bytes()).as_ref().to_vec()
            }
            _ => {
                let mut signature = vec![0; self.key.public_modulus_len()];
                self.key
                    .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
                    .expect("signed");
                signature
            }
        };
        let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature));
        self.tokens.push(token.clone());
        token
    }

    fn keys(&self) -> Value {
        if !self.publishes {
            return json!({"keys": []});
        }
        // PKCS #1: a sequence of two integers, the first of 2048 bits behind a zero byte.
        let public = self.key.public_key().as_ref().to_vec();
        assert_eq!((public.len(), &public[265..]), (270, &[2, 3, 1, 0, 1][..]));
        let (n, e) = (URL_SAFE_NO_PAD.encode(&public[9..265]), URL_SAFE_NO_PAD.encode([1, 0, 1]));
        json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e}]})
    }
}

type Shared = State<Arc<Mutex<Facts>>>;

impl Provider {
    pub async fn start() -> Self {
        Self::named(None).await
    }

    /// With Cognito's name, and so with its habits.
    pub async fn cognito() -> Self {
        Self::named(Some(COGNITO)).await
    }

    async fn named(issuer: Option<&str>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://127.0.0.1:{}", listener.local_addr().expect("its address").port());
        let issuer = issuer.unwrap_or(&address).to_owned();
        Self::serve(listener, issuer, address.clone(), address)
    }

    /// One whose pages are at the name that it goes by, and which Teal reaches here.
    pub async fn start_as(issuer: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://127.0.0.1:{}", listener.local_addr().expect("its address").port());
        Self::serve(listener, issuer.to_owned(), address, issuer.to_owned())
    }

    fn serve(listener: tokio::net::TcpListener, issuer: String, address: String, pages: String) -> Self {
        let state = Arc::new(Mutex::new(Facts {
            issuer: issuer.clone(),
            address: address.clone(),
            pages,
            key: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"),
            kid: "one".into(),
            publishes: true,
            lie: None,
            shared: SECRET.into(),
            groups: vec!["ops".into()],
            disabled: false,
            refusal: "invalid_grant",
            down: false,
            slow: Duration::ZERO,
            calls: HashMap::new(),
            nonce: String::new(),
            challenge: String::new(),
            tokens: Vec::new(),
            describes: json!({}),
            userinfo: None,
            renews: true,
            sent: Default::default(),
            spent: Duration::ZERO,
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .layer(middleware::from_fn_with_state(state.clone(), timed))
            .with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, address, state }
    }

    pub fn facts(&self) -> std::sync::MutexGuard<'_, Facts> {
        self.state.lock().expect("nobody panicked")
    }
}

async fn timed(State(facts): Shared, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    facts.lock().expect("nobody panicked").spent += began.elapsed();
    response
}

async fn describe(State(facts): Shared) -> Response {
    let mut facts = facts.lock().expect("nobody panicked");
    facts.called("describe");
    if facts.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (issuer, address) = (&facts.issuer, &facts.address);
    let mut said = json!({
        "issuer": issuer, "authorization_endpoint": format!("{}/authorize", facts.pages), "token_endpoint": format!("{address}/token"),
        "jwks_uri": format!("{address}/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        // It would take anything.
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    });
    if facts.userinfo.is_some() {
        said["userinfo_endpoint"] = json!(format!("{address}/userinfo"));
    }
    for (key, value) in facts.describes.as_object().into_iter().flatten() {
        said[key] = value.clone();
    }
    Json(said).into_response()
}

async fn userinfo(State(facts): Shared, headers: HeaderMap) -> Response {
    let mut facts = facts.lock().expect("nobody panicked");
    facts.called("userinfo");
    match &facts.userinfo {
        _ if facts.down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(claims) if headers.get("authorization").is_some_and(|sent| sent == "Bearer an-access-token") => {
            Json(claims.clone()).into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn keys(State(facts): Shared) -> Response {
    let mut facts = facts.lock().expect("nobody panicked");
    facts.called("keys");
    if facts.down { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { Json(facts.keys()).into_response() }
}

async fn token(State(facts): Shared, headers: HeaderMap, Form(form): Form<HashMap<String, String>>) -> Response {
    let slow = facts.lock().expect("nobody panicked").slow;
    tokio::time::sleep(slow).await;
    let mut facts = facts.lock().expect("nobody panicked");
    facts.called("token");
    let header = headers.get("authorization").and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    facts.sent = (header.to_owned(), form.clone());
    if facts.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let refused = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": why}))).into_response();
    let nonce = match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => {
            let digest = aws_lc_rs::digest::digest(
                &aws_lc_rs::digest::SHA256,
                form.get("code_verifier").map(String::as_bytes).unwrap_or_default(),
            );
            if URL_SAFE_NO_PAD.encode(digest) != facts.challenge
                || form.get("code").map(String::as_str) != Some("a-code")
            {
                return refused("invalid_grant");
            }
            Some(facts.nonce.clone())
        }
        Some("refresh_token") if facts.disabled => return refused(facts.refusal),
        Some("refresh_token") => None,
        _ => return refused("unsupported_grant_type"),
    };
    let mut said = json!({
        "access_token": "an-access-token", "token_type": "Bearer", "expires_in": 3600,
        "refresh_token": "a-refresh-token",
    });
    if nonce.is_some() || facts.renews {
        said["id_token"] = json!(facts.token(nonce.as_deref()));
    }
    Json(said).into_response()
}
