//! Where the figures are asked for, and whether the process lives and is ready.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    engine::Engine,
    http::{Stopping, is_this_machine},
};

/// The text format of `OpenMetrics`.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone, Debug)]
struct Asked {
    engine: Arc<Engine>,
    stopping: Stopping,
    local: bool,
}

/// `/metrics`, `/live` and `/ready`. `local` where only this machine reaches the port: then Teal answers to its own names
/// only, as on the port of its pages.
pub fn router(engine: Arc<Engine>, stopping: Stopping, local: bool) -> Router {
    let asked = Asked { engine, stopping, local };
    Router::new()
        .route("/metrics", get(figures))
        .route("/live", get(|| async { "alive\n" }))
        .route("/ready", get(ready))
        .layer(middleware::from_fn_with_state(asked.clone(), around))
        .with_state(asked)
}

async fn around(State(asked): State<Asked>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let named = host.and_then(|host| host.parse().ok());
    if asked.local && !named.is_some_and(|name| is_this_machine(&name)) {
        return (StatusCode::MISDIRECTED_REQUEST, "Ask at 127.0.0.1 or localhost.\n").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn figures(State(asked): State<Asked>) -> Response {
    match asked.engine.metrics.text(&asked.engine) {
        Ok(text) => {
            (HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(FORMAT))]), text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the figures could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whether requests may be sent here: the journal answers, every flag has been asked for once, and the process is not
/// about to end. That AWS does not answer is no reason: the pages say so, and another instance would not know more.
async fn ready(State(asked): State<Asked>) -> Response {
    let mut because = Vec::new();
    if asked.stopping.has_begun() {
        because.push("it is stopping".to_owned());
    }
    let snapshot = asked.engine.board.snapshot();
    if let Some(error) = snapshot.pairs.iter().find_map(|pair| pair.store.error()) {
        because.push(format!("the journal cannot be written: {}", error.message));
    }
    for pair in &snapshot.pairs {
        if pair.flag.value().is_none() && pair.flag.error().is_none() {
            because.push(format!("the flag of {} has not been asked for yet", pair.id));
        }
    }
    if because.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", because.join("; "))).into_response()
}
