//! Teal behind a provider that lies on demand, and browsers that come to it.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{StatusCode, header},
};
use teal_app::desk::Outage;
use teal_domain::{Millis, Role, access::Scope};
use teal_server::{
    auth::{
        SignIn,
        bearer::Scripts,
        oidc::Oidc,
        roles::GroupRole,
        sessions::{Limits, Sessions},
    },
    config::{Hidden, Logout, OidcConfig},
    http::{self, App},
};
use tower::ServiceExt as _;

use crate::{
    house::{Answer, House, ORIGIN, get},
    provider::{CLIENT, Provider, SECRET},
};

/// Teal behind a provider.
pub struct Door {
    pub house: House,
    pub provider: Provider,
    pub router: Router,
}

/// A browser: what it holds for Teal.
#[derive(Clone, Debug, Default)]
pub struct Browser(pub Vec<(String, String)>);

impl Browser {
    pub fn take(&mut self, answer: &Answer) {
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().expect("plain");
            let (name, rest) = set.split_once('=').expect("a cookie");
            let value = rest.split(';').next().expect("its value").to_owned();
            self.0.retain(|(held, _)| held != name);
            if !value.is_empty() {
                self.0.push((name.to_owned(), value));
            }
        }
    }

    pub fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub fn session(&self) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == "__Host-teal").map(|(_, value)| &**value)
    }
}

impl Door {
    pub async fn new() -> Self {
        Self::at(House::new().await).await
    }

    pub async fn at(house: House) -> Self {
        let provider = Provider::start().await;
        let router = router(&house, &provider);
        Self { house, provider, router }
    }

    pub async fn ask(&self, browser: &mut Browser, path: &str) -> Answer {
        ask(&self.router, browser, path).await
    }

    /// As far as the provider's page. Answers with the address there.
    pub async fn depart(&self, browser: &mut Browser, next: &str) -> reqwest::Url {
        let answer = self.ask(browser, next).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let way = answer.header(header::LOCATION).to_owned();
        assert!(way.starts_with("/sign-in"), "{way}");
        let answer = self.ask(browser, &way).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let there: reqwest::Url = answer.header(header::LOCATION).parse().expect("an address");
        let mut facts = self.provider.facts();
        facts.nonce = said(&there, "nonce");
        facts.challenge = said(&there, "code_challenge");
        there
    }

    /// And back, with the code that the provider gave.
    pub async fn back(&self, browser: &mut Browser, there: &reqwest::Url) -> Answer {
        let state = said(there, "state");
        self.ask(browser, &format!("/sign-in/back?code=a-code&state={state}")).await
    }

    pub async fn signed_in(&self) -> Browser {
        let mut browser = Browser::default();
        let there = self.depart(&mut browser, "/p/dev").await;
        let answer = self.back(&mut browser, &there).await;
        assert_eq!(answer.header(header::LOCATION), "/p/dev", "{}", answer.text());
        browser
    }

    pub fn pass(&self, span: Duration) {
        self.house.world.clock.pass(span);
    }
}

pub fn router(house: &House, provider: &Provider) -> Router {
    router_at(house, provider, ORIGIN)
}

pub fn router_at(house: &House, provider: &Provider, public_url: &str) -> Router {
    router_with(house, provider, public_url, None)
}

pub fn router_with(house: &House, provider: &Provider, public_url: &str, step_up: Option<Millis>) -> Router {
    behind(house, configured(provider, public_url, step_up))
}

pub fn configured(provider: &Provider, public_url: &str, step_up: Option<Millis>) -> OidcConfig {
    let span = |seconds| Millis::from_secs(seconds);
    OidcConfig {
        public_url: public_url.into(),
        issuer: provider.issuer.clone(),
        discovery: provider.address.clone(),
        client_id: CLIENT.into(),
        client_secret: Some(Hidden(SECRET.into())),
        scopes: vec!["openid".into(), "email".into()],
        groups_claim: "groups".into(),
        name_claim: "preferred_username".into(),
        prompt: None,
        logout: Logout::At(format!("{}/logout", provider.issuer)),
        limits: Limits { idle: span(3600), lasts: span(12 * 3600), refresh: span(300), outage: span(1800), step_up },
        in_outage: Outage::EmergencyGoes,
        scripts: Scripts::default(),
        roles: vec![
            GroupRole { group: "ops".into(), role: Role::Operator, scope: Scope::All },
            GroupRole { group: "admins".into(), role: Role::Admin, scope: Scope::All },
            GroupRole { group: "watchers".into(), role: Role::Viewer, scope: Scope::All },
        ],
    }
}

pub fn behind(house: &House, config: OidcConfig) -> Router {
    let sessions =
        Sessions::new(Oidc::new(config).expect("a client"), house.world.store.clone(), house.world.clock.clone());
    let app = App { limits: Arc::default(), sign_in: SignIn::Oidc(Arc::new(sessions)), ..house.app.clone() };
    http::router(app, &house.folder.path().join("site")).expect("a router")
}

pub fn said(address: &reqwest::Url, name: &str) -> String {
    let found = address.query_pairs().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name} in {address}")).1.into_owned()
}

pub async fn ask(router: &Router, browser: &mut Browser, path: &str) -> Answer {
    send(router, browser, get(path).body(Body::empty()).expect("a request")).await
}

pub async fn send(router: &Router, browser: &mut Browser, mut request: axum::http::Request<Body>) -> Answer {
    if !browser.0.is_empty() {
        request.headers_mut().insert(header::COOKIE, browser.header().parse().expect("a header"));
    }
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1_000_000).await.expect("a body").to_vec();
    let answer = Answer { status: parts.status, headers: parts.headers, body };
    browser.take(&answer);
    answer
}
