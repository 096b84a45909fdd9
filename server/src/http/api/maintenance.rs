//! Declared maintenance: what stands, declaring it, and lifting it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use teal_app::desk::{DeclareForm, DeskError};
use teal_domain::{Color, OperationId, preflight::catalogue::PARITY};

use super::{answer, body::Sent, known, shapes::Declared};
use crate::http::{App, asked::Asked, doors::Who, errors};

/// What stands, which may be nothing.
#[derive(Serialize)]
struct Stands {
    maintenance: Option<Declared>,
}

/// What is declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    side: Color,
    what: String,
    until: String,
    /// All of them where nothing is said.
    expects: Option<Vec<String>>,
}

/// What is lifted.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Over {
    declared: OperationId,
}

/// `GET /api/v1/pairs/{pair}/maintenance`
pub async fn stands(State(app): State<App>, Path(pair): Path<String>, Who(_): Who, asked: Asked) -> Response {
    match known(&app, &pair) {
        Ok(id) => {
            let (snapshot, now) = (app.desk.snapshot(), app.desk.now());
            let pair = snapshot.pair(&id);
            let stands = Color::BOTH.iter().find_map(|side| pair?.maintained(*side, now));
            answer(StatusCode::OK, Stands { maintenance: stands.map(Declared::of) })
        }
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

/// `POST /api/v1/pairs/{pair}/maintenance`
pub async fn declare(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    asked: Asked,
    Sent(wanted): Sent<Wanted>,
) -> Response {
    let declared = match known(&app, &pair) {
        Ok(pair) => {
            let Wanted { side, what, until, expects } = wanted;
            let expects = expects.unwrap_or_else(|| PARITY.map(str::to_owned).into());
            app.desk.declare(&who, DeclareForm { pair: pair.to_string(), side, what, expects, until }).await
        }
        Err(error) => Err(error),
    };
    match declared {
        Ok(declared) => answer(StatusCode::CREATED, Stands { maintenance: Some(Declared::of(&declared)) }),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

/// `POST /api/v1/pairs/{pair}/maintenance/lift`
pub async fn lift(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    asked: Asked,
    Sent(over): Sent<Over>,
) -> Response {
    let lifted: Result<(), DeskError> = match known(&app, &pair) {
        Ok(pair) => app.desk.lift(&who, &pair, over.declared).await,
        Err(error) => Err(error),
    };
    match lifted {
        Ok(()) => answer(StatusCode::OK, Stands { maintenance: None }),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}
