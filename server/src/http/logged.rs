//! What the log says of each request: its id, method, path, address and person beside all that it causes, and a
//! line of its own for one that failed or was refused.

use std::time::{Duration, Instant};

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode},
    middleware::Next,
    response::Response,
};
use teal_app::desk::Identity;
use tracing::{Instrument as _, Span, field::Empty};

use super::{REQUEST_ID, address::ComesFrom};

/// How much of a path is written down: ours are short.
const PATH: usize = 200;

/// The id of a request, if it is short and plain. One that the caller made up may be anything.
pub fn id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    id.filter(|id| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// An id that is not plain is none: the layer below gives a new one.
pub async fn plain_id(mut request: Request, next: Next) -> Response {
    if id(request.headers()).is_none() {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// Puts all that a request causes under its id. The query is left out: it may hold a code to sign in with.
pub async fn request(request: Request, next: Next) -> Response {
    let path: String = request.uri().path().chars().take(PATH).collect();
    let id = id(request.headers()).unwrap_or_default();
    let from = request.extensions().get::<ComesFrom>().map(|from| from.0.to_string());
    // Of the level of errors, so that whatever filter shows one shows whose it is.
    let span = tracing::error_span!("request", id, method = %request.method(), path, from, who = Empty);
    let began = Instant::now();
    let answered = async {
        let response = next.run(request).await;
        ended(response.status(), began.elapsed());
        response
    };
    answered.instrument(span).await
}

/// Puts the name of whoever asks beside it, once that is known.
pub async fn person(request: Request, next: Next) -> Response {
    if let Some(who) = request.extensions().get::<Identity>() {
        Span::current().record("who", &*who.actor.name);
    }
    next.run(request).await
}

/// Refusals are what somebody sees who looks for attempts; what is not there is asked for all day long.
fn ended(status: StatusCode, took: Duration) {
    let (code, took_ms) = (status.as_u16(), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    match status {
        status if status.is_server_error() => tracing::error!(status = code, took_ms, "failed"),
        StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED => tracing::debug!(status = code, took_ms, "refused"),
        status if status.is_client_error() => tracing::warn!(status = code, took_ms, "refused"),
        _ => tracing::debug!(status = code, took_ms, "answered"),
    }
}
