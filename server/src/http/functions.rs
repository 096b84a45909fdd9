//! The server functions: who asks and the desk go into context, Leptos does the rest.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::provide_context;
use teal_app::context::{Plain, Redirector};

use super::{App, BODY_LIMIT};

/// `POST /api/fn/{name}`
pub async fn call(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Our forms and scripts send nothing else, and Leptos would take a form in whatever wrapping it comes.
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        return (StatusCode::FORBIDDEN, "Teal takes forms only as application/x-www-form-urlencoded.\n")
            .into_response();
    }
    // Read here: Leptos would answer a body that is too long with a redirect to where the form came from.
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The form is longer than Teal takes.\n").into_response();
    };
    let request = Request::from_parts(parts, Body::from(body));
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let plain = Plain(accepts.is_some_and(|accepts| accepts.contains("text/html")));
    let context = move || {
        provide_context(app.desk.clone());
        provide_context(app.local.clone());
        provide_context(plain);
        provide_context(Redirector(Arc::new(|address: &str| {
            // `leptos_axum::redirect` panics on what no header may hold. Ours are made by `paths`, which
            // escapes; this makes sure of it.
            if address.starts_with('/') && address.bytes().all(|byte| byte.is_ascii_graphic()) {
                leptos_axum::redirect(address);
            }
        })));
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}
