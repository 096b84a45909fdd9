//! What a provider may do and still conform to OpenID Connect: keep claims for its userinfo endpoint, take the
//! secret in the form, leave the ID token out of a refresh, say where its session ends. What it does in a browser is
//! tested there, with the certified `oidc-provider` (end2end/tests/provider.spec.ts).

use serde_json::{Value, json};
use teal_app::desk::Outage;
use teal_domain::Millis;
use teal_server::{
    auth::{
        bearer::Scripts,
        oidc::{Failed, Oidc, Vouched},
        sessions::Limits,
    },
    config::{Hidden, Logout, OidcConfig, Prompt},
};

use crate::provider::{CLIENT, Provider, SECRET};

const PUBLIC: &str = "https://teal.example.com";

fn config(provider: &Provider) -> OidcConfig {
    let span = Millis::from_secs;
    OidcConfig {
        public_url: PUBLIC.into(),
        issuer: provider.issuer.clone(),
        discovery: provider.address.clone(),
        client_id: CLIENT.into(),
        client_secret: Some(Hidden(SECRET.into())),
        scopes: vec!["openid".into(), "profile".into()],
        groups_claim: "groups".into(),
        name_claim: "preferred_username".into(),
        prompt: None,
        in_outage: Outage::EmergencyGoes,
        scripts: Scripts::default(),
        logout: Logout::Published,
        limits: Limits {
            idle: span(3600),
            lasts: span(12 * 3600),
            refresh: span(300),
            outage: span(1800),
            step_up: None,
        },
        roles: Vec::new(),
    }
}

fn party(config: OidcConfig) -> Oidc {
    Oidc::new(config).expect("a client")
}

/// The whole way there and back.
async fn signed_in(provider: &Provider, oidc: &Oidc) -> Result<Vouched, Failed> {
    let departure = oidc.depart(false).await?;
    {
        let mut facts = provider.facts();
        facts.nonce.clone_from(&departure.nonce);
        facts.challenge = said(&departure.address, "code_challenge").expect("a challenge");
    }
    oidc.arrive("a-code".into(), &departure.nonce, departure.verifier).await
}

fn said(address: &str, name: &str) -> Option<String> {
    let address: reqwest::Url = address.parse().expect("an address");
    address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Leaves claims out of the tokens.
fn without(provider: &Provider, left_out: &'static [&'static str]) {
    provider.facts().lie = Some(Box::new(|_, claims| {
        claims.as_object_mut().expect("claims").retain(|name, _| left_out.iter().all(|out| *out != name.as_str()));
    }));
}

#[tokio::test]
async fn claims_that_the_token_leaves_out_are_asked_for_at_userinfo() {
    let provider = Provider::start().await;
    without(&provider, &["groups", "preferred_username"]);
    provider.facts().userinfo =
        Some(json!({"sub": "sub-of-vera", "preferred_username": "vera", "groups": ["watchers"]}));
    let oidc = party(config(&provider));
    let vouched = signed_in(&provider, &oidc).await.expect("signed in");
    assert_eq!((&*vouched.name, &*vouched.groups), ("vera", &["watchers".to_owned()][..]));
    provider.facts().userinfo =
        Some(json!({"sub": "sub-of-vera", "preferred_username": "vera", "groups": ["ops", "watchers"]}));
    let again = oidc.refresh("a-refresh-token").await.expect("still welcome");
    assert_eq!(again.groups, ["ops", "watchers"]);
}

#[tokio::test]
async fn userinfo_is_not_asked_for_what_the_token_says() {
    let provider = Provider::start().await;
    provider.facts().userinfo = Some(json!({"sub": "sub-of-vera", "groups": ["admins"]}));
    let vouched = signed_in(&provider, &party(config(&provider))).await.expect("signed in");
    assert_eq!(vouched.groups, ["ops"]);
    assert_eq!(provider.facts().calls.get("userinfo"), None);
}

#[tokio::test]
async fn row_30_what_userinfo_says_of_somebody_else_lets_nobody_in() {
    let provider = Provider::start().await;
    without(&provider, &["groups"]);
    provider.facts().userinfo = Some(json!({"sub": "sub-of-ada", "groups": ["admins"]}));
    let failed = signed_in(&provider, &party(config(&provider))).await.expect_err("not hers");
    assert!(matches!(&failed, Failed::Untrue(why) if why.contains("userinfo")), "{failed}");
}

#[tokio::test]
async fn a_refresh_without_an_id_token_is_vouched_for_by_userinfo_and_by_nothing_less() {
    let provider = Provider::start().await;
    provider.facts().userinfo = Some(json!({"sub": "sub-of-vera", "groups": ["watchers"]}));
    provider.facts().renews = false;
    let oidc = party(config(&provider));
    let vouched = signed_in(&provider, &oidc).await.expect("signed in");
    let again = oidc.refresh("a-refresh-token").await.expect("still welcome");
    assert_eq!((again.issuer, again.subject), (vouched.issuer, vouched.subject));
    assert_eq!(again.groups, ["watchers"]);
    provider.facts().userinfo = Some(json!({"sub": "sub-of-vera"}));
    let failed = oidc.refresh("a-refresh-token").await.expect_err("no groups are told");
    assert!(matches!(failed, Failed::Untrue(_)), "{failed}");

    let provider = Provider::start().await;
    provider.facts().renews = false;
    let oidc = party(config(&provider));
    signed_in(&provider, &oidc).await.expect("signed in");
    let failed = oidc.refresh("a-refresh-token").await.expect_err("nobody vouches");
    assert!(matches!(failed, Failed::Untrue(_)), "{failed}");
}

#[tokio::test]
async fn the_secret_is_sent_in_the_way_that_the_provider_takes() {
    for (methods, in_form) in [
        (Value::Null, false),
        (json!(["client_secret_post", "client_secret_basic"]), false),
        (json!(["client_secret_post"]), true),
    ] {
        let provider = Provider::start().await;
        if !methods.is_null() {
            provider.facts().describes = json!({"token_endpoint_auth_methods_supported": methods});
        }
        signed_in(&provider, &party(config(&provider))).await.expect("signed in");
        let (header, form) = provider.facts().sent.clone();
        assert_eq!(header.starts_with("Basic "), !in_form, "{methods}");
        assert_eq!(form.get("client_secret").map(String::as_str), in_form.then_some(SECRET), "{methods}");
    }
}

#[tokio::test]
async fn signing_out_leads_to_where_the_provider_says_that_its_session_ends() {
    let provider = Provider::start().await;
    provider.facts().describes = json!({"end_session_endpoint": "https://login.example.com/session/end?from=teal"});
    let oidc = party(config(&provider));
    assert_eq!((oidc.forget(), oidc.origins()), (None, vec![]), "before it is known");
    signed_in(&provider, &oidc).await.expect("signed in");
    let there = oidc.forget().expect("an address");
    assert!(there.starts_with("https://login.example.com/session/end?from=teal&"), "{there}");
    assert_eq!(said(&there, "client_id").as_deref(), Some(CLIENT));
    assert_eq!(said(&there, "post_logout_redirect_uri").as_deref(), Some("https://teal.example.com/signed-out"));
    // Both lie on the way of a form, and a browser follows it to neither unless it was told.
    assert_eq!(oidc.origins(), [provider.issuer.clone(), "https://login.example.com".into()]);
}

#[tokio::test]
async fn where_signing_out_leads_can_be_configured_and_without_it_nobody_is_sent_astray() {
    let provider = Provider::start().await;
    let known = async |logout| {
        let oidc = party(OidcConfig { logout, ..config(&provider) });
        oidc.provider().learn().await;
        (oidc.forget(), oidc.origins())
    };
    let own = vec![provider.issuer.clone()];
    assert_eq!(known(Logout::Published).await, (None, own.clone()), "it publishes none");
    provider.facts().describes = json!({"end_session_endpoint": "https://login.example.com/out"});
    assert_eq!(known(Logout::Here).await, (None, own.clone()));
    let (there, origins) = known(Logout::At("https://other.example.com/out".into())).await;
    assert!(there.is_some_and(|there| there.starts_with("https://other.example.com/out?client_id=")));
    assert_eq!(origins, [own[0].clone(), "https://other.example.com".into()]);
}

#[tokio::test]
async fn cognito_is_left_by_its_own_words() {
    let provider = Provider::start().await;
    let issuer = "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_AbCdEf123";
    provider.facts().describes = json!({"issuer": issuer, "end_session_endpoint": "https://login.example.com/out"});
    let oidc = party(OidcConfig { issuer: issuer.into(), ..config(&provider) });
    oidc.provider().learn().await;
    let there = oidc.forget().expect("an address");
    assert!(there.starts_with(&format!("{}/logout?client_id={CLIENT}&logout_uri=", provider.issuer)), "{there}");
}

#[tokio::test]
async fn the_provider_is_told_what_to_ask_people_as_configured_and_once() {
    let provider = Provider::start().await;
    for (prompt, anew, asks) in [
        (None, false, None),
        (None, true, Some("login")),
        (Some(Prompt::Login), false, Some("login")),
        (Some(Prompt::Login), true, Some("login")),
        (Some(Prompt::Consent), false, Some("consent")),
        (Some(Prompt::Consent), true, Some("login consent")),
        (Some(Prompt::SelectAccount), false, Some("select_account")),
    ] {
        let oidc = party(OidcConfig { prompt, ..config(&provider) });
        let address = oidc.depart(anew).await.expect("an address").address;
        assert_eq!(said(&address, "prompt").as_deref(), asks, "{prompt:?}, anew: {anew}");
    }
}

#[tokio::test]
async fn row_24_a_provider_that_does_not_say_when_vouches_for_no_step_up() {
    let provider = Provider::start().await;
    without(&provider, &["auth_time"]);
    let asks = config(&provider);
    assert!(signed_in(&provider, &party(asks.clone())).await.is_ok(), "where nobody steps up it need not say");
    let limits = Limits { step_up: Some(Millis::from_secs(600)), ..asks.limits };
    let oidc = party(OidcConfig { limits, ..asks });
    // Asked for an age, it must say when.
    let address = oidc.depart(false).await.expect("an address").address;
    assert_eq!(said(&address, "max_age").as_deref(), Some("43200"));
    let failed = signed_in(&provider, &oidc).await.expect_err("it does not say when");
    assert!(failed.to_string().contains("auth_time"), "{failed}");
}

#[tokio::test]
async fn an_issuer_that_ends_with_a_slash_is_taken_to_the_letter() {
    let provider = Provider::start().await;
    let issuer = format!("{}/", provider.issuer);
    provider.facts().describes = json!({"issuer": issuer});
    let plain = party(config(&provider));
    assert!(matches!(plain.depart(false).await, Err(Failed::Untrue(_))));
    let oidc = party(OidcConfig { issuer: issuer.clone(), discovery: issuer, ..config(&provider) });
    assert!(oidc.depart(false).await.is_ok());
}
