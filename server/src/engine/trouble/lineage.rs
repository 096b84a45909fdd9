//! The lineage service's own word on its database: its admin port answers `/healthcheck` with
//! `{"postgres": {"healthy": true}, …}`, and with HTTP 500 where something is ill.
//!
//! Only the configured host is asked: no proxy, and no redirect is followed.

use std::time::Duration;

use serde_json::Value;
use teal_domain::trouble::{Excerpt, Health, gathered::Told};

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The answer is short.
const MOST: usize = 64 * 1024;

/// Asks.
pub(super) async fn health(address: &str) -> Told<Health> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .map_err(|error| error.to_string())?;
    let mut response = client.get(address).send().await.map_err(|error| why(&error))?;
    let (status, mut body) = (response.status(), Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
        if body.len() + chunk.len() > MOST {
            return Err("its answer is far too long to be one about its health.".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Object(answer)) => Ok(read(&Value::Object(answer))),
        _ => Err(format!("it answered HTTP {} without saying how it is.", status.as_u16())),
    }
}

fn read(answer: &Value) -> Health {
    let database = &answer["postgres"];
    let said = database["message"].as_str().or_else(|| database["error"]["message"].as_str()).unwrap_or_default();
    Health { database: database["healthy"].as_bool(), message: Excerpt::of(said).last.join(" ") }
}

fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("it did not answer in {} s.", PATIENCE.as_secs());
    }
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("it could not be reached: {cause}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, http::StatusCode, response::Redirect, routing::get};
    use serde_json::json;

    #[test]
    fn both_ways_of_telling_a_failure_are_read() {
        let of = |answer: Value| read(&answer);
        let ill = Health { database: Some(false), message: "Connection refused".into() };
        assert_eq!(of(json!({"postgres": {"healthy": false, "message": "Connection refused"}})), ill);
        assert_eq!(of(json!({"postgres": {"healthy": false, "error": {"message": "Connection refused"}}})), ill);
        assert_eq!(of(json!({"postgres": {"healthy": true}})), Health { database: Some(true), message: String::new() });
        assert_eq!(of(json!({"deadlocks": {"healthy": true}})).database, None);
    }

    #[tokio::test]
    async fn it_is_asked_where_config_says_and_nowhere_else() {
        let ill = (StatusCode::INTERNAL_SERVER_ERROR, r#"{"postgres":{"healthy":false,"message":"gone"}}"#);
        let router = Router::new()
            .route("/healthcheck", get(move || async move { ill }))
            .route("/moved", get(|| async { Redirect::temporary("/healthcheck") }))
            .route("/page", get(|| async { "<html>" }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let home = format!("http://{}", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let ask = |path: &'static str| {
            let address = format!("{home}{path}");
            async move { health(&address).await }
        };
        assert_eq!(ask("/healthcheck").await, Ok(Health { database: Some(false), message: "gone".into() }));
        assert_eq!(ask("/moved").await, Err("it answered HTTP 307 without saying how it is.".into()));
        assert_eq!(ask("/page").await, Err("it answered HTTP 200 without saying how it is.".into()));
        server.abort();
        let _ended = server.await;
        assert!(ask("/healthcheck").await.expect_err("nobody listens").contains("could not be reached"));
    }
}
