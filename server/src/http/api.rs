//! `/api/v1`: what scripts ask for, in JSON. Each handler is what a page's is: who asks, ask the desk, say what came
//! of it. What the addresses take and answer stands in `docs/api.md`, and stays as it is within `v1`.

mod body;
pub mod costs;
pub mod diagnosis;
pub mod drills;
pub mod following;
pub mod freezes;
mod idempotency;
pub mod maintenance;
pub mod pairs;
pub mod plans;
pub mod problem;
pub mod requests;
pub(crate) mod shapes;
pub mod smoke_tests;
pub mod switches;

pub use problem::Problem;

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use teal_app::desk::DeskError;
use teal_domain::PairId;

use super::App;

/// An answer that is kept by nobody on the way.
fn answer(status: StatusCode, body: impl Serialize) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// The pair of an address, if there is such a pair.
fn known(app: &App, pair: &str) -> Result<PairId, DeskError> {
    let known = pair.parse::<PairId>().ok().filter(|id| app.engine.pair(id).is_some());
    let message = || format!("There is no pair `{}` here.", pair.chars().take(60).collect::<String>());
    known.ok_or_else(|| DeskError::NotFound { message: message() })
}
