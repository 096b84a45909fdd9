//! The server functions: who asks and the desk go into context, Leptos does the rest.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::{prelude::provide_context, server_fn::error::SERVER_FN_ERROR_HEADER};
use teal_app::{
    context::{Plain, Redirector},
    desk::DeskError,
    functions::Reply,
};

use super::{
    App, BODY_LIMIT,
    asked::Asked,
    doors::Who,
    errors,
    fields::{self, Misnamed},
    traced,
};

/// `POST /api/fn/{name}`
pub async fn call(State(app): State<App>, Who(who): Who, asked: Asked, request: Request) -> Response {
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
    let accepts = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let plain = Plain(accepts.is_some_and(|accepts| accepts.contains("text/html")));
    let Some(known) = fields::of(asked.path()) else {
        let message = format!("There is no function at {}.", asked.path());
        return errors::page(&app, None, &asked, &DeskError::NotFound { message });
    };
    traced::function(asked.path());
    if let Err(misnamed) = fields::check(known, asked.query(), &body) {
        let why = match misnamed {
            Misnamed::Unknown(name) => format!("it has no field called `{}`", short(&name)),
            Misnamed::Twice(name) => format!("the field `{}` is there twice", short(&name)),
        };
        return unread(&app, &asked, plain, &why);
    }
    let request = Request::from_parts(parts, Body::from(body));
    let desk = app.desk.clone();
    let context = move || {
        provide_context(desk.clone());
        provide_context(who.clone());
        provide_context(plain);
        provide_context(Redirector(Arc::new(|address: &str| {
            // `leptos_axum::redirect` panics on what no header may hold. Ours are made by `paths`, which
            // escapes; this makes sure of it.
            if address.starts_with('/') && address.bytes().all(|byte| byte.is_ascii_graphic()) {
                leptos_axum::redirect(address);
            }
        })));
    };
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    if !answer.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return answer;
    }
    // Leptos could not read the form, so the function was never called. By itself it would lead back with its
    // own words in the address, or answer a script with 500.
    let said = to_bytes(answer.into_body(), BODY_LIMIT).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    unread(&app, &asked, plain, said.split_once('|').map_or(&*said, |(_, why)| why))
}

/// The function was never called: people get a page, scripts a reply.
fn unread(app: &App, asked: &Asked, plain: Plain, why: &str) -> Response {
    let message =
        format!("The form could not be read, so nothing was done: {why}. Load its page again, and send it from there.");
    let refused = DeskError::BadInput { field: "form".to_owned(), message };
    if plain.0 {
        return errors::page(app, None, asked, &refused);
    }
    (StatusCode::UNPROCESSABLE_ENTITY, Json(Reply::Refused(refused))).into_response()
}

/// As much of a name as a page shows.
fn short(name: &str) -> String {
    name.chars().take(40).collect()
}
