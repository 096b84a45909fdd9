//! The server functions: who asks and the desk go into context, Leptos does the rest.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use leptos::prelude::provide_context;
use teal_app::context::{Plain, Redirector};

use super::App;

/// `POST /api/fn/{name}`
pub async fn call(State(app): State<App>, request: Request) -> Response {
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
