//! An SSM that knows one parameter, for a real process that must not need an emulator.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

/// Its versions: value and description.
pub type Versions = Arc<Mutex<Vec<(String, String)>>>;

/// Starts one that holds `blue`. Answers with its address.
pub async fn start(flag: &'static str) -> (String, Versions) {
    let versions = Versions::new(Mutex::new(vec![("blue".into(), "seeded".into())]));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://localhost:{}", listener.local_addr().expect("its address").port());
    let router = Router::new().fallback(answer).with_state((flag, versions.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, versions)
}

async fn answer(State((flag, versions)): State<(&'static str, Versions)>, headers: HeaderMap, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut versions = versions.lock().expect("nobody panicked");
    let version = |(at, (value, description)): (usize, &(String, String))| {
        json!({
            "Name": flag, "Type": "String", "Value": value, "Version": at + 1, "Description": description,
            "LastModifiedDate": 1_790_000_000.0, "LastModifiedUser": "arn:aws:iam::123456789012:user/ana", "Labels": [],
        })
    };
    let action = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    match action.strip_prefix("AmazonSSM.") {
        Some("GetParameters") => {
            let latest = versions.iter().enumerate().next_back().map(version);
            Json(json!({ "Parameters": [latest], "InvalidParameters": [] })).into_response()
        }
        Some("GetParameterHistory") => {
            let all: Vec<Value> = versions.iter().enumerate().map(version).collect();
            Json(json!({ "Parameters": all })).into_response()
        }
        Some("PutParameter") => {
            let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
            versions.push((text("Value"), text("Description")));
            Json(json!({ "Version": versions.len(), "Tier": "Standard" })).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
