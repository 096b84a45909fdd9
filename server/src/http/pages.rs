//! One handler a page: ask the desk, render, answer.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use teal_app::{
    desk::DeskError,
    paths::{self, SwitchQuery},
    render::{self, View},
};
use teal_domain::{Color, PairId};

use super::{App, asked::Asked, errors, headers::Document};

/// `/`: the first pair.
pub async fn home(State(app): State<App>) -> Response {
    match app.engine.pairs.first() {
        Some(pair) => Redirect::temporary(&paths::overview(pair.id())).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `/health`: the process answers. What it depends on is on the page.
pub async fn health() -> &'static str {
    "ok\n"
}

/// `/p/{pair}`
pub async fn overview(State(app): State<App>, Path(pair): Path<String>, asked: Asked) -> Response {
    with_view(&app, &pair, &asked, |view| Document(app.drawn.page(view, render::overview)).into_response())
}

/// `/p/{pair}/switch?to=`
pub async fn switch(State(app): State<App>, Path(pair): Path<String>, asked: Asked) -> Response {
    with_view(&app, &pair, &asked, |view| {
        let query = SwitchQuery::parse(view.query);
        let live = view.pair().and_then(teal_domain::PairSnapshot::live);
        let target = query.to.unwrap_or_else(|| live.map_or(Color::Blue, Color::other));
        let offer = app.desk.offer(&app.local, &view.pair, target);
        Document(render::switch(view, target, offer, query.problem, query.reason)).into_response()
    })
}

/// `/p/{pair}/history`
pub async fn history(State(app): State<App>, Path(pair): Path<String>, asked: Asked) -> Response {
    let query = paths::history_query(asked.query());
    let Ok(id) = pair.parse::<PairId>() else {
        return with_view(&app, &pair, &asked, |_| StatusCode::NOT_FOUND.into_response());
    };
    let page = app.desk.history(&app.local, &id, &query).await;
    with_view(&app, &pair, &asked, |view| Document(render::history(view, &query, page)).into_response())
}

/// `/p/{pair}/history/{seq}`
pub async fn record(State(app): State<App>, Path((pair, seq)): Path<(String, String)>, asked: Asked) -> Response {
    let found = match (pair.parse::<PairId>(), seq.parse::<u64>()) {
        (Ok(id), Ok(seq)) => app.desk.record(&app.local, &id, seq).await,
        _ => Err(DeskError::NotFound {
            message: format!("`{}` is not the number of a record.", seq.chars().take(40).collect::<String>()),
        }),
    };
    with_view(&app, &pair, &asked, |view| match found {
        Ok(detail) => Document(render::record(view, &detail)).into_response(),
        Err(error) => errors::page(&app, Some(view), &asked, &error),
    })
}

/// Whatever has no route.
pub async fn not_found(State(app): State<App>, asked: Asked) -> Response {
    let message = format!("There is no page at {}.", asked.path().chars().take(200).collect::<String>());
    errors::page(&app, None, &asked, &DeskError::NotFound { message })
}

/// What every page of a pair is made from, if there is such a pair.
fn with_view(app: &App, pair: &str, asked: &Asked, page: impl FnOnce(&View<'_>) -> Response) -> Response {
    let known = pair.parse::<PairId>().ok().filter(|id| app.engine.pair(id).is_some());
    let Some(pair) = known else {
        let message = format!("There is no pair `{}` here.", pair.chars().take(60).collect::<String>());
        return errors::page(app, None, asked, &DeskError::NotFound { message });
    };
    let view = View {
        assets: &app.assets,
        who: &app.local,
        snapshot: app.desk.snapshot(),
        pair,
        now: app.desk.now(),
        path: asked.path(),
        query: asked.query(),
    };
    page(&view)
}
