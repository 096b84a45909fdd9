//! Turning errors into pages: what happened, to what, and what to do. What is exact goes into the log.

use std::any::Any;

use axum::{
    body::Body,
    extract::Request,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use teal_app::{
    desk::{DeskError, Identity},
    render::{self, Problem, View},
};

use super::{App, asked::Asked, headers::Document, known, sign_in};
use crate::auth::SignIn;

/// The page for what the desk did not do.
pub fn page(app: &App, view: Option<&View<'_>>, asked: &Asked, error: &DeskError) -> Response {
    let (status, title, mend) = match error {
        DeskError::NotFound { .. } => {
            (StatusCode::NOT_FOUND, "Not found", "Look at the address, or begin at the overview.")
        }
        DeskError::BadInput { .. } | DeskError::Confirmation { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Not taken", "Go back, mend it and send it again.")
        }
        DeskError::Forbidden { .. } => (
            StatusCode::FORBIDDEN,
            "Not allowed",
            "Whoever runs Teal grants roles: tell them which one you need, and for what.",
        ),
        DeskError::Prove { .. } => {
            (StatusCode::FORBIDDEN, "Prove who you are first", "Sign in again, then try once more.")
        }
        DeskError::StoreAway { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The journal is away",
            "The overview still shows the flag. `teal doctor` says what is wrong with the store.",
        ),
    };
    let what = error.to_string();
    let problem =
        Problem { status: Some(status.as_u16()), title, what: &what, mend, then: None, request_id: asked.id() };
    (status, Document(render::problem(&app.assets, view, &problem))).into_response()
}

/// Nobody is known behind the request: people are led to where they can sign in, scripts are told.
pub fn sign_in_first(app: &App, asked: &Asked, request: &Request) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok());
    if request.method() == Method::GET && accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        return match &app.sign_in {
            SignIn::Alb(alb) => known::nobody(app, alb, asked),
            SignIn::Local(_) | SignIn::Oidc(_) => Redirect::to(&sign_in::address(asked)).into_response(),
        };
    }
    let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::UNAUTHORIZED, text, "Sign in first.\n").into_response()
}

/// What was refused goes into the log: who, what, where.
pub fn denied(who: Option<&Identity>, asked: &Asked, error: &DeskError) {
    let who = who.map_or("nobody", |who| who.actor.name.as_str());
    tracing::warn!(target: "teal::denied", who, path = asked.path(), id = asked.id(), why = %error, "denied");
}

/// A handler panicked: the process goes on, and the reader learns no more than that.
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("not a text"), "a handler panicked");
    let body = Body::from(
        "Teal failed to answer this request. It is in the log under the id in the header x-request-id. Nothing was switched that the history does not show.\n",
    );
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response()
}
