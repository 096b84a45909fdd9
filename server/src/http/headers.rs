//! What every answer says about itself to the browser.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use teal_app::render::Rendered;

use crate::config::EmbedConfig;

/// A page, sent with the policy that its nonce belongs to.
#[derive(Debug)]
pub struct Document(pub Rendered);

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        let Rendered { html, nonce } = self.0;
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
             font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
        );
        let mut response = Html(html).into_response();
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// A page that those whom config names may show in a frame: nothing in it can be sent anywhere.
#[derive(Debug)]
pub struct Framed<'a>(pub Rendered, pub &'a EmbedConfig);

/// The answer may be shown in a frame.
#[derive(Clone, Copy, Debug)]
struct MayBeFramed;

impl IntoResponse for Framed<'_> {
    fn into_response(self) -> Response {
        let Self(Rendered { html, nonce }, embed) = self;
        let ancestors = if embed.parents.is_empty() { "'none'".to_owned() } else { embed.parents.join(" ") };
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
             font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; object-src 'none'; frame-ancestors {ancestors}"
        );
        let mut response = Html(html).into_response();
        // What cannot be a header leaves the strict policy of every other answer in place.
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            if !embed.parents.is_empty() {
                response.extensions_mut().insert(MayBeFramed);
            }
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Headers that every answer carries, errors and files too.
pub fn security(response: &mut Response) {
    let framed = response.extensions().get::<MayBeFramed>().is_some();
    let headers = response.headers_mut();
    // It knows no list: where there is one, the policy alone says who may.
    if !framed {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
        );
    }
}
