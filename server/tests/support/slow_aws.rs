//! An AWS of one flag and two environments whose puts take their time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What becomes of puts.
#[derive(Clone, Copy, Debug)]
pub enum Puts {
    /// They are answered after so long.
    After(Duration),
    /// They never are, and do not land either.
    Never,
}

pub struct SlowAws {
    pub url: String,
    state: Arc<Shared>,
}

struct Shared {
    puts: Puts,
    /// Who calls, and what the parameter's history is, nobody answers.
    mute: bool,
    versions: Mutex<Vec<Value>>,
    put_came: Notify,
}

impl SlowAws {
    /// Blue is live, in its first version.
    pub async fn start(puts: Puts) -> Self {
        Self::started(puts, false).await
    }

    /// The same, in an incident: who calls is never told, nor the parameter's history.
    pub async fn mute(puts: Puts) -> Self {
        Self::started(puts, true).await
    }

    async fn started(puts: Puts, mute: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://localhost:{}", listener.local_addr().expect("its address").port());
        let state = Arc::new(Shared { puts, mute, versions: Mutex::default(), put_came: Notify::new() });
        state.write("blue", "seeded");
        let router = Router::new().fallback(answer).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    /// Waits until a put has come.
    pub async fn put_came(&self) {
        self.state.put_came.notified().await;
    }

    /// How many versions there are.
    pub fn versions(&self) -> usize {
        self.state.all().len()
    }
}

impl Shared {
    fn all(&self) -> Vec<Value> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, value: &str, description: &str) -> usize {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let version = versions.len() + 1;
        versions.push(json!({
            "Value": value, "Description": description, "Version": version, "Type": "String",
            "LastModifiedDate": 1_795_000_000 + version, "LastModifiedUser": "arn:aws:iam::123456789012:root",
        }));
        version
    }

    fn latest(&self, name: &str) -> Value {
        let mut latest = self.all().pop().unwrap_or_default();
        latest["Name"] = json!(name);
        latest
    }
}

async fn answer(State(aws): State<Arc<Shared>>, headers: HeaderMap, uri: Uri, body: Bytes) -> Response {
    if let Some(name) = uri.path().strip_prefix("/environments/") {
        return Json(json!({"Environment": {"Name": name, "Status": "AVAILABLE"}})).into_response();
    }
    if aws.mute && String::from_utf8_lossy(&body).contains("GetCallerIdentity") {
        std::future::pending::<()>().await;
    }
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |key: &str| asked[key].as_str().unwrap_or_default().to_owned();
    match target {
        "AmazonSSM.GetParameters" => {
            let names = asked["Names"].as_array().cloned().unwrap_or_default();
            let found: Vec<Value> = names.iter().filter_map(Value::as_str).map(|name| aws.latest(name)).collect();
            Json(json!({"Parameters": found, "InvalidParameters": []})).into_response()
        }
        "AmazonSSM.GetParameter" => Json(json!({"Parameter": aws.latest(&text("Name"))})).into_response(),
        "AmazonSSM.GetParameterHistory" if aws.mute => std::future::pending().await,
        "AmazonSSM.GetParameterHistory" => Json(json!({"Parameters": aws.all()})).into_response(),
        "AmazonSSM.PutParameter" => {
            aws.put_came.notify_one();
            match aws.puts {
                Puts::After(span) => tokio::time::sleep(span).await,
                Puts::Never => std::future::pending().await,
            }
            let version = aws.write(&text("Value"), &text("Description"));
            Json(json!({"Version": version, "Tier": "Standard"})).into_response()
        }
        _ => (StatusCode::BAD_REQUEST, Json(json!({"__type": "UnknownOperationException"}))).into_response(),
    }
}
