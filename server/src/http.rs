//! The router: the table of contents of the product.

mod asked;
mod assets;
mod csv;
mod drawn;
mod errors;
mod front;
mod functions;
mod headers;
mod live;
mod pages;

use std::{io, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, Request},
    middleware,
    routing::{get, post},
};
use teal_app::{
    desk::{Desk, Identity},
    render::Assets,
};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    csrf::CsrfLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::engine::Engine;

pub use assets::manifest;
pub use drawn::Drawn;

/// What the handlers share.
#[derive(Clone)]
pub struct App {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The desk over it.
    pub desk: Arc<dyn Desk>,
    /// The names of the built files.
    pub assets: Arc<Assets>,
    /// Pages drawn a moment ago.
    pub drawn: Arc<Drawn>,
    /// Who everybody is until sign-in exists: the person at this machine.
    pub local: Identity,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("assets", &self.assets).field("local", &self.local).finish_non_exhaustive()
    }
}

/// Request bodies are short forms.
const BODY_LIMIT: usize = 64 * 1024;
/// A page or a form that takes longer than this has failed. Streams are not under it.
const PATIENCE: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything that Teal answers.
pub fn router(app: App, site: &Path) -> io::Result<Router> {
    let reading = Router::new()
        .route("/", get(pages::home))
        .route("/p/{pair}", get(pages::overview))
        .route("/p/{pair}/history", get(pages::history))
        .route("/p/{pair}/history.csv", get(csv::history))
        .route("/p/{pair}/history/{seq}", get(pages::record))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));

    // The switch page holds a sealed confirmation beside words of its address: compressed, its length would
    // tell of the one by trying the other.
    let pages = reading
        .route("/p/{pair}/switch", get(pages::switch))
        .route("/api/fn/{name}", post(functions::call))
        .route("/health", get(pages::health))
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::GATEWAY_TIMEOUT, PATIENCE));

    let streams = Router::new().route("/p/{pair}/live", get(live::stream));

    Ok(pages
        .merge(streams)
        .merge(assets::router(site)?)
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        // From here outwards each layer sees what the ones above it answer: a panic becomes a page first,
        // then gets its headers like every other page.
        .layer(CatchPanicLayer::custom(errors::panicked))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn(front::known_origin))
        .layer(middleware::from_fn(front::own_name))
        .layer(middleware::from_fn(headers::security))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request<_>| {
            let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
            tracing::debug_span!("request", method = %request.method(), path = %request.uri().path(), id)
        }))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .with_state(app))
}
