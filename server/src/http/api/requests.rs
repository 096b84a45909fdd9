//! Two people: asking for the approval of what was planned, looking what became of it, answering, and taking it back.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::Response,
};
use serde::Deserialize;
use teal_app::desk::{AskForm, DecideForm, DeskError};
use teal_domain::{
    Confirm, OperationId, PairId,
    approval::Answer,
    history::{RequestRecord, What},
};

use super::{
    answer,
    body::Sent,
    known,
    shapes::request::{Asked, Stands, address},
};
use crate::{
    desk,
    http::{App, asked, doors::Who, errors},
    store::StoreError,
};

/// What is asked for: a plan, as it was made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    confirmation: String,
    reason: String,
    /// The change (the ticket) that it belongs to.
    #[serde(default)]
    change_ref: String,
}

/// What somebody says to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    answer: Word,
    #[serde(default)]
    comment: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Approve,
    Decline,
}

/// Nothing is to be said.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Back {}

/// `POST /api/v1/pairs/{pair}/requests`
pub async fn make(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    asked: asked::Asked,
    Sent(wanted): Sent<Wanted>,
) -> Response {
    let made = async {
        let pair = known(&app, &pair)?;
        let confirmation = desk::opened(&app.engine, &who, &pair, &wanted.confirmation, "ask")?;
        let seen = Confirm { target: confirmation.target, base: confirmation.base }.to_string();
        let (reason, change_ref) = (wanted.reason, wanted.change_ref);
        let seq = app.desk.ask(&who, AskForm { pair: pair.to_string(), seen, reason, change_ref }).await?;
        let record = app.desk.record(&who, &pair, seq).await?.record;
        let What::Request(request) = record.what else { return Err(none("that")) };
        Ok((StatusCode::CREATED, pair, seq, request))
    };
    told(&app, &asked, made.await).await
}

/// `GET /api/v1/pairs/{pair}/requests/{id}`
pub async fn one(
    State(app): State<App>,
    Path((pair, id)): Path<(String, String)>,
    Who(_): Who,
    asked: asked::Asked,
) -> Response {
    let found = async {
        let pair = known(&app, &pair)?;
        let (seq, request) = request(&app, &pair, &id).await?;
        Ok((StatusCode::OK, pair, seq, request))
    };
    told(&app, &asked, found.await).await
}

/// `POST /api/v1/pairs/{pair}/requests/{id}/answer`
pub async fn decide(
    State(app): State<App>,
    Path((pair, id)): Path<(String, String)>,
    Who(who): Who,
    asked: asked::Asked,
    Sent(said): Sent<Said>,
) -> Response {
    let decided = async {
        let pair = known(&app, &pair)?;
        // A request never changes: whoever names it has looked at what its digest is of.
        let (_, RequestRecord { request: wanted, .. }) = request(&app, &pair, &id).await?;
        let word = match said.answer {
            Word::Approve => Answer::Approved,
            Word::Decline => Answer::Declined,
        };
        let (digest, comment) = (wanted.digest(), said.comment);
        app.desk.decide(&who, DecideForm { pair: pair.to_string(), digest, answer: word, comment }).await?;
        again(&app, pair, &id).await
    };
    told(&app, &asked, decided.await).await
}

/// `POST /api/v1/pairs/{pair}/requests/{id}/withdraw`
pub async fn withdraw(
    State(app): State<App>,
    Path((pair, id)): Path<(String, String)>,
    Who(who): Who,
    asked: asked::Asked,
    Sent(Back {}): Sent<Back>,
) -> Response {
    let withdrawn = async {
        let pair = known(&app, &pair)?;
        let (_, RequestRecord { request: wanted, .. }) = request(&app, &pair, &id).await?;
        app.desk.withdraw(&who, &pair, wanted.id).await?;
        again(&app, pair, &id).await
    };
    told(&app, &asked, withdrawn.await).await
}

type Found = (StatusCode, PairId, u64, RequestRecord);

async fn again(app: &App, pair: PairId, id: &str) -> Result<Found, DeskError> {
    let (seq, request) = request(app, &pair, id).await?;
    Ok((StatusCode::OK, pair, seq, request))
}

/// The request that an address names.
async fn request(app: &App, pair: &PairId, id: &str) -> Result<(u64, RequestRecord), DeskError> {
    let named: OperationId = id.parse().map_err(|_| none(id))?;
    let record = app.engine.store.request(named).await.map_err(|error| away(&error))?;
    let record = record.filter(|record| record.pair == *pair).ok_or_else(|| none(id))?;
    let What::Request(request) = record.what else { return Err(none(id)) };
    Ok((record.seq, request))
}

fn none(id: &str) -> DeskError {
    let id: String = id.chars().take(40).collect();
    DeskError::NotFound { message: format!("`{id}` is not the id of a request for approval of this pair.") }
}

fn away(error: &StoreError) -> DeskError {
    tracing::error!(%error, "a request for approval cannot be looked up");
    DeskError::StoreAway { message: format!("The journal does not answer. {}", error.outside()), commands: Vec::new() }
}

/// The request as it stands now.
async fn told(app: &App, asked: &asked::Asked, done: Result<Found, DeskError>) -> Response {
    let shaped = async {
        let (status, pair, seq, request) = done?;
        let open = app.engine.store.open_request(&pair).await.map_err(|error| away(&error))?;
        let stands =
            if open.is_some_and(|open| open.request.id == request.request.id) { Stands::Yes } else { Stands::No };
        Ok((status, Asked::of(seq, &request, stands, app.desk.now()), address(&request.request)))
    };
    match shaped.await {
        Ok((status, shape, location)) => {
            let mut response = answer(status, shape);
            if status == StatusCode::CREATED
                && let Ok(location) = location.parse()
            {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Err(error) => errors::page(app, None, asked, &error),
    }
}
