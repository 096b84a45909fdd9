//! Turning errors into answers: what happened, to what, and what to do. What is exact goes into the log.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use futures::FutureExt as _;
use teal_app::{
    desk::{DeskError, Identity},
    paths,
    render::{self, Problem, View},
};
use teal_domain::{Denied, denial::Wanted};

use super::{
    App, api,
    asked::{Asked, Reader},
    embed,
    headers::{Document, Framed},
    known, sign_in, typed,
};
use crate::auth::SignIn;

/// The answer for what the desk did not do: a page, or what a frame or a script can take.
pub fn page(app: &App, view: Option<&View<'_>>, asked: &Asked, error: &DeskError) -> Response {
    if asked.reader() == Reader::Script {
        return api::Problem::of_desk(error).answer_to(asked);
    }
    let (status, title, mend) = told(error);
    let what = error.to_string();
    let problem =
        Problem { status: Some(status.as_u16()), title, what: &what, mend, then: None, request_id: asked.id() };
    shown(app, view, asked, status, &problem)
}

/// A problem as a page, or as what a frame can show.
pub fn shown(app: &App, view: Option<&View<'_>>, asked: &Asked, status: StatusCode, problem: &Problem<'_>) -> Response {
    if asked.reader() == Reader::Frame {
        return (status, Framed(render::embed_problem(&app.assets, problem), &app.embed)).into_response();
    }
    (status, Document(render::problem(&app.assets, view, problem))).into_response()
}

/// The status, what happened in a few words, and what to do.
pub fn told(error: &DeskError) -> (StatusCode, &'static str, &'static str) {
    match error {
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
        DeskError::Override { .. } => {
            (StatusCode::FORBIDDEN, "Not allowed", "Wait until nothing blocks, or ask somebody who may override it.")
        }
        DeskError::NotAPerson { .. } => {
            (StatusCode::FORBIDDEN, "Not allowed", "A person does this: signed in, on the switch page or by the API.")
        }
        DeskError::Refused { .. } => (StatusCode::CONFLICT, "Not done", "Look again, then decide."),
        DeskError::Prove { .. } => {
            (StatusCode::FORBIDDEN, "Prove who you are first", "Sign in again, then try once more.")
        }
        DeskError::StoreAway { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The journal is away",
            "The overview still shows the flag. `teal doctor` says what is wrong with the store.",
        ),
    }
}

/// Nobody is known behind the request: people are led to where they can sign in, scripts are told. A form takes what
/// was typed along. A frame is told too: the provider's page would not be shown in it.
pub async fn sign_in_first(app: &App, asked: &Asked, request: Request) -> Response {
    match asked.reader() {
        Reader::Script => return api::Problem::sign_in().answer_to(asked),
        Reader::Frame => return embed::sign_in_first(app, asked),
        Reader::Person => {}
    }
    let plain = takes_pages(request.headers());
    if plain && request.method() == Method::GET {
        return match &app.sign_in {
            SignIn::Alb(alb) => known::nobody(app, alb, asked),
            SignIn::Local(_) | SignIn::Oidc(_) => Redirect::to(&sign_in::address(asked)).into_response(),
        };
    }
    let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let told = (StatusCode::UNAUTHORIZED, text, "Sign in first.\n");
    // Where a load balancer asks people, there is no way of ours to lead them on.
    let way = match &app.sign_in {
        SignIn::Alb(_) => None,
        SignIn::Local(_) | SignIn::Oidc(_) => typed::page_again(asked, request).await,
    };
    match way.map(|page| paths::sign_in(&page)) {
        Some(way) if plain => Redirect::to(&way).into_response(),
        // The script of the form goes where an answer leads.
        Some(way) => ([(header::LOCATION, way)], told).into_response(),
        None => told.into_response(),
    }
}

/// What was refused is written down: who, what, where.
pub fn denied(app: &App, who: &Identity, asked: &Asked, denied: &Denied) {
    app.engine.deny(&who.actor, Wanted::ToDo(denied.action), denied.pair.as_ref(), asked.path(), denied.to_string());
}

/// Whoever asks shows pages: a browser that a link or a form leads, and no script of ours.
fn takes_pages(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// A handler that panics fails this one request: the process goes on, and the reader learns no more than that.
pub async fn caught(app: &App, asked: &Asked, request: Request, next: Next) -> Response {
    let page = takes_pages(request.headers());
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => panicked(app, asked, page, &*panic),
    }
}

fn panicked(app: &App, asked: &Asked, page: bool, panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("not a text"), "a handler panicked");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let what = "Teal failed to answer this request. Nothing was switched that the history does not show.";
    if asked.reader() == Reader::Script || !page {
        // On the way out a script is told in its own format, and everybody the id.
        return (status, format!("{what}\n")).into_response();
    }
    let problem = Problem {
        status: Some(status.as_u16()),
        title: "Teal failed",
        what,
        mend: "Look at the history before you do anything again. Whoever runs Teal finds the reason in its log.",
        then: None,
        request_id: asked.id(),
    };
    shown(app, None, asked, status, &problem)
}
