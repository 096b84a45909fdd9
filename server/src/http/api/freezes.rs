//! The calendar: when planned switches are refused, and why.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use teal_app::{desk::DeskError, paths, words::time};
use teal_domain::Timestamp;

use super::{answer, known, shapes::Calendar};
use crate::{
    engine::freezes,
    http::{App, asked::Asked, doors::Who, errors},
};

/// `GET /api/v1/pairs/{pair}/freezes`: what the page shows, or of it what touches `from` to `to`.
pub async fn calendar(State(app): State<App>, Path(pair): Path<String>, Who(_): Who, asked: Asked) -> Response {
    let told = known(&app, &pair).and_then(|pair| {
        let (snapshot, now) = (app.desk.snapshot(), app.desk.now());
        let windows = snapshot.pair(&pair).map(|known| known.freezes.clone()).unwrap_or_default();
        Ok(Calendar::of(&windows, span(asked.query(), now)?, now))
    });
    match told {
        Ok(calendar) => answer(StatusCode::OK, calendar),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

/// The stretch that somebody asks for, as far as the calendar is kept.
fn span(query: &str, now: Timestamp) -> Result<(Timestamp, Timestamp), DeskError> {
    let (first, last) = freezes::span(now).unwrap_or((now, now));
    let from = moment(query, "from")?.unwrap_or(first);
    let to = moment(query, "to")?.unwrap_or(last);
    let wrong = |field: &str, message: String| Err(DeskError::BadInput { field: field.to_owned(), message });
    if from >= to {
        return wrong("to", "`to` must be later than `from`.".to_owned());
    }
    let kept = format!("The calendar is kept from {} until {}.", time::stamp(first), time::stamp(last));
    // Nothing is said of what is not kept: an empty list would be taken for an open calendar.
    if from < first {
        return wrong("from", kept);
    }
    if to > last {
        return wrong("to", kept);
    }
    Ok((from, to))
}

/// A moment as RFC 3339 has it, or the beginning of a day in UTC.
fn moment(query: &str, name: &str) -> Result<Option<Timestamp>, DeskError> {
    let Some(text) = paths::get(query, name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let at = text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()));
    let at = at.or_else(|| time::midnight(&text));
    let shown: String = text.chars().take(40).collect();
    let message =
        format!("`{shown}` is no moment: write one such as 2026-12-24T18:00:00Z, or a day such as 2026-12-24.");
    at.map(Some).ok_or_else(|| DeskError::BadInput { field: name.to_owned(), message })
}
