//! What the log says of each request: its id, method, path, address and person beside all that it causes, and a
//! line of its own for one that failed or was refused.

use std::time::Duration;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, StatusCode},
    response::Response,
};
use teal_app::desk::Identity;
use tower_http::request_id::{MakeRequestId as _, MakeRequestUuid};
use tracing::{Span, field::Empty};

use super::{address::ComesFrom, asked::Asked};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How much of a path is written down: ours are short.
const PATH: usize = 200;

/// The id of a request, if it is short and plain. One that the caller made up may be anything.
pub fn id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    id.filter(|id| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// Every request has an id. One that is not plain is none, and a new one stands in its place.
pub fn name(request: &mut Request) {
    if id(request.headers()).is_some() {
        return;
    }
    match MakeRequestUuid.make_request_id(request) {
        Some(made) => request.headers_mut().insert(REQUEST_ID, made.into_header_value()),
        None => request.headers_mut().remove(REQUEST_ID),
    };
}

/// The answer carries the id of its request.
pub fn answered(asked: &Asked, response: &mut Response) {
    if let Some(id) = asked.id().and_then(|id| id.parse().ok()) {
        response.headers_mut().entry(REQUEST_ID).or_insert(id);
    }
}

/// What all that a request causes stands under. The query is left out: it may hold a code to sign in with.
pub fn span(asked: &Asked, request: &Request) -> Span {
    let path: String = asked.path().chars().take(PATH).collect();
    let id = asked.id().unwrap_or_default();
    let from = request.extensions().get::<ComesFrom>().map(|from| from.0.to_string());
    // Of the level of errors, so that whatever filter shows one shows whose it is.
    tracing::error_span!("request", id, method = %request.method(), path, from, who = Empty)
}

/// Puts the name of whoever asks beside it, once that is known.
pub fn person(who: &Identity) {
    Span::current().record("who", &*who.actor.name);
}

/// Refusals are what somebody sees who looks for attempts; what is not there is asked for all day long.
pub fn ended(status: StatusCode, took: Duration) {
    let (code, took_ms) = (status.as_u16(), u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    match status {
        status if status.is_server_error() => tracing::error!(status = code, took_ms, "failed"),
        StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED => tracing::debug!(status = code, took_ms, "refused"),
        status if status.is_client_error() => tracing::warn!(status = code, took_ms, "refused"),
        _ => tracing::debug!(status = code, took_ms, "answered"),
    }
}
