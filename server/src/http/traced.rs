//! A request as a trace tells it: by its route and the pair that it is about, never by its address, its query, what it
//! brings, or who asks.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, MatchedPath, Request},
    http::{HeaderMap, Method, StatusCode},
};
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator as _},
    trace::{SpanContext, TraceContextExt as _},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use teal_domain::PairId;

use super::{App, asked::Asked, fields};
use crate::traces::{self, About, Open};

/// What a request is part of: <https://www.w3.org/TR/trace-context/#traceparent-header>.
const PARENT: &str = "traceparent";

/// The request begins.
pub fn begun(app: &App, asked: &Asked, request: &Request) -> Open {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    // Load balancers ask for it all day long.
    if route == Some("/health") {
        return Open::nothing();
    }
    let method = method(request.method());
    let name = || route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
    let about = || {
        let about = About::nothing().word("http.request.method", method).route(route).id("teal.request_id", asked.id());
        match route.and_then(|route| pair(app, route, asked.path())) {
            Some(pair) => about.of(&pair),
            None => about,
        }
    };
    app.engine.traces.request(name, about, || parent(app, request))
}

/// It has been answered.
pub fn answered(status: StatusCode) {
    traces::say(|| About::nothing().number("http.response.status_code", status.as_u16()));
    if status.is_server_error() {
        traces::failed("server error");
    }
}

/// It is for a server function, which goes by its own name.
pub fn function(path: &str) {
    traces::say(|| match fields::functions().find(|known| *known == path) {
        Some(known) => About::nothing().word("teal.function", known.rsplit('/').next().unwrap_or(known)),
        None => About::nothing(),
    });
}

/// A method that somebody made up is any.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// The pair that the address names, if there is one of that name.
fn pair(app: &App, route: &str, path: &str) -> Option<PairId> {
    let at = route.split('/').position(|part| part == "{pair}")?;
    let id = path.split('/').nth(at)?.parse().ok()?;
    app.engine.pair(&id).map(|pair| pair.id().clone())
}

/// What it is part of, where config lets proxies say so and one of them does. A client that writes the same is not heard.
fn parent(app: &App, request: &Request) -> Option<SpanContext> {
    if !app.engine.traces.takes_parents() {
        return None;
    }
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    if !app.proxies.trusts(peer.ip().to_canonical()) {
        return None;
    }
    let said = Said(request.headers());
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &said);
    let parent = context.span().span_context().clone();
    parent.is_valid().then_some(parent)
}

/// Of the headers only that one, and only where it is there once: what else travels with it is somebody's own text.
struct Said<'a>(&'a HeaderMap);

impl Extractor for Said<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let mut told = self.0.get_all(PARENT).iter().filter(|_| PARENT == key);
        match (told.next(), told.next()) {
            (Some(one), None) => one.to_str().ok(),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![PARENT]
    }
}
