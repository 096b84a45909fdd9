//! Plans: what a switch would be, before anybody confirms it. Nothing is kept of one.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use teal_domain::Color;

use super::{answer, body::Sent, known, shapes::Plan};
use crate::http::{App, asked::Asked, doors::Who, errors};

/// What is wanted.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    target: Color,
}

/// `POST /api/v1/pairs/{pair}/plans`
pub async fn make(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    asked: Asked,
    Sent(wanted): Sent<Wanted>,
) -> Response {
    match known(&app, &pair).and_then(|pair| app.desk.offer(&who, &pair, wanted.target)) {
        Ok(offer) => answer(StatusCode::OK, Plan::of(&offer)),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}
