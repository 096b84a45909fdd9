//! Access tokens as Cognito makes them, of an emulated user pool of the test's own.

use std::sync::Arc;

use serde_json::{Value, json};
use teal_domain::{Action, Via, access::Scope};
use teal_server::{
    auth::{
        bearer::{Bearer, ScriptClient, Scripts},
        provider::{Failed, Provider},
    },
    engine::clock::System,
};

use crate::emulators::{REGION, ministack};

/// A user pool with a resource server.
struct Pool {
    http: reqwest::Client,
    id: String,
}

impl Pool {
    async fn make() -> Self {
        let mut pool = Self { http: reqwest::Client::new(), id: String::new() };
        let made = pool.call("CreateUserPool", json!({"PoolName": "teal-test"})).await;
        text(&made["UserPool"]["Id"]).clone_into(&mut pool.id);
        let scopes = ["read", "switch"].map(|name| json!({"ScopeName": name, "ScopeDescription": name}));
        let server = json!({"UserPoolId": pool.id, "Identifier": "teal", "Name": "Teal", "Scopes": scopes});
        pool.call("CreateResourceServer", server).await;
        pool
    }

    /// The emulator reads account and region from the signature's header and does not check the signature.
    async fn call(&self, action: &str, input: Value) -> Value {
        let request = self
            .http
            .post(ministack())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{action}"))
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/cognito-idp/aws4_request, SignedHeaders=host, Signature=0"))
            .body(input.to_string());
        said(action, request).await
    }

    /// A client, by id and secret.
    async fn client(&self, mut more: Value) -> (String, String) {
        more["UserPoolId"] = json!(self.id);
        more["ClientName"] = json!("deploys");
        more["GenerateSecret"] = json!(true);
        more["AllowedOAuthFlowsUserPoolClient"] = json!(true);
        let made = self.call("CreateUserPoolClient", more).await;
        let client = &made["UserPoolClient"];
        (text(&client["ClientId"]).to_owned(), text(&client["ClientSecret"]).to_owned())
    }

    async fn token(&self, (id, secret): &(String, String), scope: &str) -> String {
        // Secrets of the emulator's hold signs that mean something in a form.
        let secret: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope={scope}");
        let request = self.http.post(format!("{}/oauth2/token", ministack()));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        text(&said("token", request).await["access_token"]).to_owned()
    }

    fn door(&self, client_id: &str) -> Bearer {
        let issuer = format!("https://cognito-idp.{REGION}.amazonaws.com/{}", self.id);
        let provider = Provider::new(&issuer, &format!("{}/{}", ministack(), self.id)).expect("a client");
        let (client_id, subject) = (client_id.to_owned(), client_id.to_owned());
        let client = ScriptClient { client_id, subject, name: "deploys".into(), pairs: Scope::All, people: Vec::new() };
        let scripts = Scripts { prefix: "teal".into(), clients: vec![client] };
        Bearer::new(Arc::new(provider), scripts, None, Arc::new(System::default()))
    }
}

/// What is answered to something that goes well.
async fn said(what: &str, request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let (status, text) = (answer.status(), answer.text().await.expect("text"));
    assert!(status.is_success(), "{what}: {status}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{what}: {error}: {text}"))
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[tokio::test]
async fn a_script_comes_in_with_the_scopes_that_cognito_gave_it() {
    let pool = Pool::make().await;
    let client = pool
        .client(
            json!({"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["teal/read", "teal/switch"]}),
        )
        .await;
    let door = pool.door(&client.0);
    for (scope, switches) in [("teal/read", false), ("teal/read+teal/switch", true)] {
        let token = pool.token(&client, scope).await;
        let who = door.known(&token).await.expect("known");
        assert_eq!((who.actor.name.as_str(), who.actor.via), ("deploys", Via::Api));
        assert!(who.grants.may(Action::See, teal_domain::On::House).is_ok());
        assert_eq!(who.grants.may(Action::Switch, teal_domain::On::House).is_ok(), switches, "{scope}");
    }
}

#[tokio::test]
async fn rows_27_to_29_tokens_of_people_of_other_clients_and_of_other_pools_are_no_scripts() {
    let pool = Pool::make().await;
    let flows = json!({
        "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["teal/read"],
        "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    });
    let (ours, other) = (pool.client(flows.clone()).await, pool.client(flows.clone()).await);
    let door = pool.door(&ours.0);
    assert!(door.known(&pool.token(&ours, "teal/read").await).await.is_ok());
    let refused = async |token: &str, what: &str| {
        let answer = door.known(token).await;
        assert!(matches!(answer, Err(Failed::Untrue(_))), "{what}: {answer:?}");
    };
    refused(&pool.token(&other, "teal/read").await, "another client's").await;
    let elsewhere = Pool::make().await;
    let theirs = elsewhere.client(flows).await;
    refused(&elsewhere.token(&theirs, "teal/read").await, "another pool's").await;

    // A person who signs in with the script's own client.
    let secret = "Teal-test-1";
    let name = json!({"UserPoolId": pool.id, "Username": "vera", "MessageAction": "SUPPRESS"});
    pool.call("AdminCreateUser", name).await;
    let password = json!({"UserPoolId": pool.id, "Username": "vera", "Password": secret, "Permanent": true});
    pool.call("AdminSetUserPassword", password).await;
    let signed = pool
        .call(
            "AdminInitiateAuth",
            json!({
                "UserPoolId": pool.id, "ClientId": ours.0, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": "vera", "PASSWORD": secret, "SECRET_HASH": hash(&ours, "vera")},
            }),
        )
        .await;
    let tokens = &signed["AuthenticationResult"];
    refused(text(&tokens["AccessToken"]), "a person's access token").await;
    refused(text(&tokens["IdToken"]), "a person's ID token").await;
}

/// What a client with a secret proves that it knows.
fn hash((id, secret): &(String, String), name: &str) -> String {
    use aws_lc_rs::hmac;
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{name}{id}").as_bytes()))
}
