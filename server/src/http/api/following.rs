//! What follows a flip: not to wait for the old side any longer, and to try again what is owed.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use teal_app::desk::{DeskError, Identity, SkipForm};
use teal_domain::{OperationId, PairId};

use super::{answer, body::Sent, known, shapes::Record};
use crate::http::{App, asked::Asked, doors::Who, errors};

/// What whoever skips has seen, and why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    at_work: u32,
    reason: String,
}

/// Nothing is to be said.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {}

/// `POST /api/v1/pairs/{pair}/records/{seq}/skip-drain`
pub async fn skip_drain(
    State(app): State<App>,
    Path((pair, seq)): Path<(String, String)>,
    Who(who): Who,
    asked: Asked,
    Sent(skipped): Sent<Skipped>,
) -> Response {
    let done = async {
        let (pair, seq, operation) = followed(&app, &who, &pair, &seq).await?;
        let (tasks, reason) = (skipped.at_work.to_string(), skipped.reason);
        let form = SkipForm { pair: pair.to_string(), operation, tasks, reason };
        app.desk.skip_drain(&who, form).await.map_err(|error| match error {
            DeskError::BadInput { field, message } if field == "tasks" => {
                DeskError::BadInput { field: "at_work".to_owned(), message }
            }
            other => other,
        })?;
        told(&app, &who, &pair, seq).await
    };
    done.await.unwrap_or_else(|error| errors::page(&app, None, &asked, &error))
}

/// `POST /api/v1/pairs/{pair}/records/{seq}/go-on`
pub async fn go_on(
    State(app): State<App>,
    Path((pair, seq)): Path<(String, String)>,
    Who(who): Who,
    asked: Asked,
    Sent(Again {}): Sent<Again>,
) -> Response {
    let done = async {
        let (pair, seq, operation) = followed(&app, &who, &pair, &seq).await?;
        app.desk.go_on(&who, &pair, operation).await?;
        told(&app, &who, &pair, seq).await
    };
    done.await.unwrap_or_else(|error| errors::page(&app, None, &asked, &error))
}

/// The switch of a record.
async fn followed(app: &App, who: &Identity, pair: &str, seq: &str) -> Result<(PairId, u64, OperationId), DeskError> {
    let pair = known(app, pair)?;
    let none = || DeskError::NotFound {
        message: format!("`{}` is not the number of a switch.", seq.chars().take(40).collect::<String>()),
    };
    let seq = seq.parse::<u64>().map_err(|_| none())?;
    let detail = app.desk.record(who, &pair, seq).await?;
    let operation = detail.record.switch().map(|switch| switch.operation).ok_or_else(none)?;
    Ok((pair, seq, operation))
}

async fn told(app: &App, who: &Identity, pair: &PairId, seq: u64) -> Result<Response, DeskError> {
    let detail = app.desk.record(who, pair, seq).await?;
    Ok(answer(StatusCode::OK, Record::of(&detail.record)))
}
