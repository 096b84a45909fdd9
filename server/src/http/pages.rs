//! One handler a page: ask the desk, render, answer.

use std::time::Duration;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use teal_app::{
    components::course,
    desk::{DeskError, Identity, RecordDetail},
    pages::freezes::Closed,
    paths::{self, CostsQuery, MaintenanceQuery, MonitoringQuery, SwitchQuery},
    render::{self, View},
};
use teal_domain::{
    Action, Color, Denied, On, PairId,
    availability::Month,
    history::{HistoryQuery, MaintenanceRecord, Record, What},
    journal::Listed,
};

use super::{App, asked::Asked, doors::Who, errors, headers::Document};
use crate::engine::{self, freezes::on_the_clock, observe};

/// How long the guide waits for what was measured.
const MEASURED_WITHIN: Duration = Duration::from_secs(2);

/// `/`: the first pair that one may see.
pub async fn home(State(app): State<App>, Who(who): Who, asked: Asked) -> Response {
    let may_see = |pair: &PairId| who.grants.may(Action::See, On::Pair(pair));
    let mut denied = None;
    for pair in &app.engine.pairs {
        match may_see(pair.id()) {
            Ok(()) => return Redirect::temporary(&paths::overview(pair.id())).into_response(),
            Err(why) => denied = Some(why),
        }
    }
    let nothing = || DeskError::NotFound { message: "There is no pair here.".into() };
    let error = denied.map_or_else(nothing, |denied| Denied { pair: None, ..denied }.into());
    if let DeskError::Forbidden { denied } = &error {
        errors::denied(&app, &who, &asked, denied);
    }
    errors::page(&app, None, &asked, &error)
}

/// `/health`: the process answers. What it depends on is on the page.
pub async fn health() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// `/p/{pair}`
pub async fn overview(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    with_view(&app, &who, &pair, &asked, |view| Document(app.drawn.page(view, render::overview)).into_response())
}

/// `/p/{pair}/switch?to=`
pub async fn switch(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    headers: HeaderMap,
    asked: Asked,
) -> Response {
    let course = match pair.parse::<PairId>() {
        Ok(id) => at_hand(&app, &who, &id).await,
        Err(_) => None,
    };
    with_view(&app, &who, &pair, &asked, |view| {
        let query = SwitchQuery::parse(view.query);
        let live = view.pair().and_then(teal_domain::PairSnapshot::live);
        let target = query.to.unwrap_or_else(|| live.map_or(Color::Blue, Color::other));
        let decides = [Action::Switch, Action::Approve].into_iter().any(|action| view.denied(action).is_none());
        // Who comes to decide has it read anew; a page that follows along by itself does not.
        if decides
            && live != Some(target)
            && !headers.contains_key(paths::FOLLOW)
            && let Some(pair) = app.engine.pair(&view.pair)
        {
            observe::nudge(pair);
        }
        let offer = app.desk.offer(&who, &view.pair, target, "");
        Document(render::switch(view, target, offer, query, course.as_ref())).into_response()
    })
}

/// The switch that the page shows as it goes. While the journal cannot be read, what is known of it without.
async fn at_hand(app: &App, who: &Identity, pair: &PairId) -> Option<RecordDetail> {
    let snapshot = app.desk.snapshot();
    let known = snapshot.pair(pair)?;
    let seq = course::at_hand(known, app.desk.now())?;
    if let Ok(detail) = app.desk.record(who, pair, seq).await {
        return Some(detail);
    }
    let record = known.recent.iter().find(|record| record.seq == seq)?.clone();
    Some(RecordDetail { record, entries: Vec::new() })
}

/// `/p/{pair}/freezes`
pub async fn freezes(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    with_view(&app, &who, &pair, &asked, |view| {
        let windows = view.pair().map(|pair| pair.freezes.clone()).unwrap_or_default();
        let closed: Vec<Closed> = windows
            .iter()
            .map(|window| Closed {
                from_there: on_the_clock(window.from, &window.zone),
                to_there: on_the_clock(window.to, &window.zone),
                window: window.clone(),
            })
            .collect();
        Document(render::freezes(view, &closed)).into_response()
    })
}

/// `/p/{pair}/maintenance`
pub async fn maintenance(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    with_view(&app, &who, &pair, &asked, |view| {
        Document(render::maintenance(view, &MaintenanceQuery::parse(view.query))).into_response()
    })
}

/// `/p/{pair}/upgrade`: where it is follows from the journal too.
pub async fn upgrade(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let journal = match pair.parse::<PairId>() {
        Ok(id) if app.engine.pair(&id).is_some() => upgrade_journal(&app, &who, &id).await,
        _ => Ok((Vec::new(), Vec::new())),
    };
    with_view(&app, &who, &pair, &asked, |view| match journal {
        Ok((maintenances, switches)) => Document(render::upgrade(view, &maintenances, &switches)).into_response(),
        Err(error) => errors::page(&app, Some(view), &asked, &error),
    })
}

/// The latest two maintenances, and what was switched since the first of these.
async fn upgrade_journal(
    app: &App,
    who: &Identity,
    pair: &PairId,
) -> Result<(Vec<MaintenanceRecord>, Vec<Record>), DeskError> {
    let query = HistoryQuery { kind: Some(Listed::Maintenance), ..HistoryQuery::default() };
    let page = app.desk.history(who, pair, &query).await?;
    let declared = page.records.into_iter().filter_map(|record| match record.what {
        What::Maintenance(declared) => Some(declared),
        _ => None,
    });
    let declared: Vec<MaintenanceRecord> = declared.take(2).collect();
    let Some(first) = declared.last() else { return Ok((declared, Vec::new())) };
    let query = HistoryQuery { from: Some(first.maintenance.since), ..HistoryQuery::default() };
    let switches = app.desk.history(who, pair, &query).await?.records;
    Ok((declared, switches))
}

/// `/p/{pair}/topology`
pub async fn topology(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    with_view(&app, &who, &pair, &asked, |view| Document(app.drawn.page(view, render::topology)).into_response())
}

/// `/p/{pair}/trouble`
pub async fn trouble(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    with_view(&app, &who, &pair, &asked, |view| Document(render::trouble(view)).into_response())
}

/// `/p/{pair}/guide`: without what was measured where the store does not answer soon, since it may be what fails.
pub async fn guide(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let past = match pair.parse::<PairId>() {
        Ok(id) if app.engine.pair(&id).is_some() => {
            let past = tokio::time::timeout(MEASURED_WITHIN, app.desk.past(&who, &id)).await;
            let slow = || DeskError::Refused { message: "The store did not answer within two seconds.".into() };
            past.unwrap_or_else(|_| Err(slow()))
        }
        _ => Err(DeskError::NotFound { message: String::new() }),
    };
    with_view(&app, &who, &pair, &asked, |view| Document(render::guide(view, &past)).into_response())
}

/// `/p/{pair}/lineage`
pub async fn lineage(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    with_view(&app, &who, &pair, &asked, |view| Document(render::lineage(view)).into_response())
}

/// `/p/{pair}/monitoring?span=&month=`. To open it is a look at its alarms and charts, and so is to follow it.
pub async fn monitoring(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let query = MonitoringQuery::parse(asked.query());
    let known = pair.parse::<PairId>().ok().and_then(|id| app.engine.pair(&id).cloned());
    let month = match &known {
        Some(pair) => {
            engine::monitoring::look(&app.engine, pair, query.span);
            let month = query.month.unwrap_or_else(|| Month::of(app.desk.now()));
            app.desk.availability(&who, pair.id(), month).await
        }
        None => Err(DeskError::NotFound { message: String::new() }),
    };
    with_view(&app, &who, &pair, &asked, |view| Document(render::monitoring(view, query, &month)).into_response())
}

/// `/p/{pair}/costs?mode=&…`
pub async fn costs(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let query = CostsQuery::parse(asked.query());
    let paid = match pair.parse::<PairId>().ok().filter(|id| app.engine.pair(id).is_some()) {
        // Whoever may not see it is told so by the page. The desk would write down that it was denied to them.
        Some(id) => match who.grants.may(Action::SeeCosts, On::Pair(&id)) {
            Ok(()) => app.desk.paid(&who, &id).await,
            Err(denied) => Err(denied.into()),
        },
        None => Err(DeskError::NotFound { message: String::new() }),
    };
    let made = match pair.parse::<PairId>() {
        // Without the store the estimate stands all the same.
        Ok(id) if app.engine.pair(&id).is_some() => app.desk.made(&who, &id).await.ok(),
        _ => None,
    };
    with_view(&app, &who, &pair, &asked, |view| Document(render::costs(view, &query, &paid, made)).into_response())
}

/// `/p/{pair}/history`
pub async fn history(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let query = paths::history_query(asked.query());
    let Ok(id) = pair.parse::<PairId>() else {
        return with_view(&app, &who, &pair, &asked, |_| StatusCode::NOT_FOUND.into_response());
    };
    let page = app.desk.history(&who, &id, &query).await;
    with_view(&app, &who, &pair, &asked, |view| match page {
        Ok(page) => Document(render::history(view, &query, &page)).into_response(),
        Err(error) => errors::page(&app, Some(view), &asked, &error),
    })
}

/// `/p/{pair}/history/{seq}`
pub async fn record(
    State(app): State<App>,
    Path((pair, seq)): Path<(String, String)>,
    Who(who): Who,
    asked: Asked,
) -> Response {
    let found = match (pair.parse::<PairId>(), seq.parse::<u64>()) {
        (Ok(id), Ok(seq)) => app.desk.record(&who, &id, seq).await,
        _ => Err(DeskError::NotFound {
            message: format!("`{}` is not the number of a record.", seq.chars().take(40).collect::<String>()),
        }),
    };
    with_view(&app, &who, &pair, &asked, |view| match found {
        Ok(detail) => Document(render::record(view, &detail)).into_response(),
        Err(error) => errors::page(&app, Some(view), &asked, &error),
    })
}

/// `/denials`
pub async fn denials(State(app): State<App>, Who(who): Who, asked: Asked) -> Response {
    let before = paths::get(asked.query(), "before").and_then(|seq| seq.parse().ok());
    let page = match app.desk.denials(&who, before).await {
        Ok(page) => page,
        Err(error) => return errors::page(&app, None, &asked, &error),
    };
    of_the_house(&app, &who, &asked, |view| Document(render::denials(view, &page, before.is_some())).into_response())
}

/// A page that is about Teal as a whole stands in the frame of the first pair that one may see.
pub fn of_the_house(app: &App, who: &Identity, asked: &Asked, page: impl FnOnce(&View<'_>) -> Response) -> Response {
    let may_see = |pair: &PairId| who.grants.may(Action::See, On::Pair(pair)).is_ok();
    if let Some(pair) = app.engine.pairs.iter().map(|pair| pair.id()).find(|pair| may_see(pair)) {
        return with_view(app, who, pair.as_str(), asked, page);
    }
    let nothing = || DeskError::NotFound { message: "There is no pair here.".into() };
    let error = who.grants.may(Action::See, On::House).err().map_or_else(nothing, DeskError::from);
    errors::page(app, None, asked, &error)
}

/// Whatever has no route.
pub async fn not_found(State(app): State<App>, asked: Asked) -> Response {
    let message = format!("There is no page at {}.", asked.path().chars().take(200).collect::<String>());
    errors::page(&app, None, &asked, &DeskError::NotFound { message })
}

/// What every page of a pair is made from, if there is such a pair.
pub(super) fn with_view(
    app: &App,
    who: &Identity,
    pair: &str,
    asked: &Asked,
    page: impl FnOnce(&View<'_>) -> Response,
) -> Response {
    let known = pair.parse::<PairId>().ok().filter(|id| app.engine.pair(id).is_some());
    let Some(pair) = known else {
        let message = format!("There is no pair `{}` here.", pair.chars().take(60).collect::<String>());
        return errors::page(app, None, asked, &DeskError::NotFound { message });
    };
    let view = View {
        assets: &app.assets,
        who,
        snapshot: app.desk.snapshot(),
        pair,
        now: app.desk.now(),
        path: asked.path(),
        query: asked.query(),
    };
    page(&view)
}
