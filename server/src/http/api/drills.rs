//! Runs of drills for scripts.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use teal_app::desk::DeskError;

use super::{answer, known, shapes::drill::Drill};
use crate::http::{App, asked::Asked, doors::Who, errors};

/// `GET /api/v1/pairs/{pair}/drills/{seq}`: a run with its steps and its end, by the number of its record.
pub async fn run(
    State(app): State<App>,
    Path((pair, seq)): Path<(String, String)>,
    Who(who): Who,
    asked: Asked,
) -> Response {
    let missing = || DeskError::NotFound { message: "There is no such run of a drill.".to_owned() };
    let report = match (known(&app, &pair), seq.parse()) {
        (Ok(id), Ok(seq)) => app.desk.drill_report(&who, &id, seq).await,
        (Ok(_), Err(_)) => Err(missing()),
        (Err(error), _) => Err(error),
    };
    match report.and_then(|report| Drill::of(&report).ok_or_else(missing)) {
        Ok(told) => answer(StatusCode::OK, told),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}
