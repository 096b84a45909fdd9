//! How long an answer may take. Who waits longer is told what goes on by itself.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use teal_app::render::Problem;

use super::{App, asked::Asked, errors};

/// Answers within the time, or says that there was no answer. What the handler waited for is dropped; a switch
/// runs in a task of its own and goes on.
pub async fn within(
    State((app, span)): State<(Arc<App>, Duration)>,
    asked: Asked,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(span, next.run(request)).await {
        Ok(response) => response,
        Err(_) => late(&app, &asked, span),
    }
}

fn late(app: &App, asked: &Asked, span: Duration) -> Response {
    let status = StatusCode::GATEWAY_TIMEOUT;
    let what = format!("Teal had no answer after {} s. A switch that was confirmed goes on by itself.", span.as_secs());
    let problem = Problem {
        status: Some(status.as_u16()),
        title: "No answer in time",
        what: &what,
        mend: "Look at the history before you do anything again. `teal doctor` says what is slow.",
        then: None,
        request_id: asked.id(),
    };
    errors::shown(app, None, asked, status, &problem)
}
