//! Smoke tests of the standby: begun here, and looked at as a record.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::Response,
};
use serde::Deserialize;

use super::{answer, body::Sent, known, shapes};
use crate::http::{App, asked::Asked, doors::Who, errors};

/// Nothing is to be said: what is tested stands in the policy of the pair.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {}

/// `POST /api/v1/pairs/{pair}/smoke-tests`
pub async fn make(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    asked: Asked,
    Sent(Wanted {}): Sent<Wanted>,
) -> Response {
    let begun = match known(&app, &pair) {
        Ok(pair) => match app.desk.smoke(&who, &pair).await {
            Ok(seq) => app.desk.record(&who, &pair, seq).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match begun {
        Ok(detail) => {
            let mut response = answer(StatusCode::ACCEPTED, shapes::Record::of(&detail.record));
            if let Ok(location) = shapes::address(&detail.record).parse() {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}
