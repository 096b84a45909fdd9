//! What there is to know: the pairs, how one stands, and what is on record.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Serialize;
use teal_app::desk::DeskError;
use teal_domain::{Action, On};

use super::{
    answer, known,
    shapes::{Listed, Record, Status},
};
use crate::http::{App, asked::Asked, doors::Who, errors};

#[derive(Serialize)]
struct List {
    pairs: Vec<Listed>,
}

/// `GET /api/v1/pairs`: those that one may see.
pub async fn list(State(app): State<App>, Who(who): Who) -> Response {
    let (snapshot, now) = (app.desk.snapshot(), app.desk.now());
    let seen = snapshot.pairs.iter().filter(|pair| who.grants.may(Action::See, On::Pair(&pair.id)).is_ok());
    answer(StatusCode::OK, List { pairs: seen.map(|pair| Listed::of(pair, now)).collect() })
}

/// `GET /api/v1/pairs/{pair}`
pub async fn status(State(app): State<App>, Path(pair): Path<String>, Who(_): Who, asked: Asked) -> Response {
    let snapshot = app.desk.snapshot();
    let found = known(&app, &pair).and_then(|id| {
        let gone = || DeskError::NotFound { message: format!("There is no pair `{id}` here.") };
        snapshot.pair(&id).map(|pair| Status::of(pair, snapshot.id, app.desk.now())).ok_or_else(gone)
    });
    match found {
        Ok(status) => answer(StatusCode::OK, status),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

/// `GET /api/v1/pairs/{pair}/records/{seq}`
pub async fn record(
    State(app): State<App>,
    Path((pair, seq)): Path<(String, String)>,
    Who(who): Who,
    asked: Asked,
) -> Response {
    let found = match (known(&app, &pair), seq.parse::<u64>()) {
        (Ok(pair), Ok(seq)) => app.desk.record(&who, &pair, seq).await,
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(DeskError::NotFound {
            message: format!("`{}` is not the number of a record.", seq.chars().take(40).collect::<String>()),
        }),
    };
    match found {
        Ok(detail) => answer(StatusCode::OK, Record::of(&detail.record)),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}
