//! Plans: what a switch would be, before anybody confirms it. Nothing is kept of one.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use teal_domain::{Color, preview::preview};

use super::{answer, body::Sent, known, shapes::Plan};
use crate::http::{App, asked::Asked, doors::Who, errors};

/// What is wanted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    target: Color,
    /// The change (the ticket) that it belongs to.
    #[serde(default)]
    change_ref: String,
}

/// `POST /api/v1/pairs/{pair}/plans`
pub async fn make(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    asked: Asked,
    Sent(wanted): Sent<Wanted>,
) -> Response {
    let offered =
        known(&app, &pair).and_then(|pair| Ok((app.desk.offer(&who, &pair, wanted.target, &wanted.change_ref)?, pair)));
    match offered {
        Ok((offer, pair)) => {
            let overrides = app.engine.pair(&pair).map(|pair| pair.config.policy.who_overrides(pair.id()));
            let snapshot = app.desk.snapshot();
            let dags = snapshot.pair(&pair).and_then(|known| preview(known, offer.target, app.desk.now()));
            answer(StatusCode::OK, Plan::of(&offer, overrides, dags.as_ref()))
        }
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}
