//! What is wrong with a pair: what was found when somebody last looked, and to look now.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use teal_domain::PairId;

use super::{answer, body::Sent, known, shapes::trouble::Diagnosis};
use crate::http::{App, asked::Asked, doors::Who, errors};

/// What was found, if somebody has looked since Teal was started.
#[derive(Serialize)]
struct Found {
    diagnosis: Option<Diagnosis>,
}

/// Nothing is to be said.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {}

/// `GET /api/v1/pairs/{pair}/diagnosis`
pub async fn last(State(app): State<App>, Path(pair): Path<String>, Who(_): Who, asked: Asked) -> Response {
    match known(&app, &pair) {
        Ok(pair) => found(&app, &pair),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

/// `POST /api/v1/pairs/{pair}/diagnosis`
pub async fn look(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    asked: Asked,
    Sent(Wanted {}): Sent<Wanted>,
) -> Response {
    let looked = async {
        let pair = known(&app, &pair)?;
        app.desk.diagnose(&who, &pair).await?;
        Ok(pair)
    };
    match looked.await {
        Ok(pair) => found(&app, &pair),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

fn found(app: &App, pair: &PairId) -> Response {
    let snapshot = app.desk.snapshot();
    let diagnosis = snapshot.pair(pair).and_then(|known| known.diagnosis.as_deref().map(Diagnosis::of));
    answer(StatusCode::OK, Found { diagnosis })
}
