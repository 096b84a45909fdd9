//! The history as CSV.

use axum::{
    extract::{Path, State},
    response::Response,
};
use teal_app::{
    desk::{DeskError, Identity},
    paths,
    words::{record as words, time},
};
use teal_domain::{
    OperationId, PairId,
    history::{HistoryQuery, Record, What},
    steps::Coverage,
};

use super::{
    super::{App, api::shapes, asked::Asked, doors::Who, errors},
    broken, file, harmless,
};

/// The most rows of one file; a longer history is exported by its dates.
const MOST: usize = 100_000;

/// `/p/{pair}/history.csv`
pub async fn history(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let query = paths::history_query(asked.query());
    let result = match pair.parse::<PairId>() {
        Ok(id) if app.engine.pair(&id).is_some() => rows(&app, &who, &id, query).await,
        _ => Err(DeskError::NotFound { message: "There is no such pair here.".into() }),
    };
    match result {
        Ok(csv) => file(&format!("teal-{pair}-history.csv"), csv),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

async fn rows(app: &App, who: &Identity, pair: &PairId, mut query: HistoryQuery) -> Result<Vec<u8>, DeskError> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEADER).map_err(broken)?;
    let mut written = 0;
    loop {
        let page = app.desk.history(who, pair, &query).await?;
        for record in &page.records {
            csv.write_record(row(record)).map_err(broken)?;
        }
        written += page.records.len();
        match page.older {
            Some(before) if written < MOST => query.before = Some(before),
            _ => break,
        }
    }
    csv.into_inner().map_err(broken)
}

const HEADER: [&str; 26] = [
    "entry",
    "time_utc",
    "kind",
    "to",
    "from",
    "version",
    "actor",
    "via",
    "reason",
    "outcome",
    "flip_ms",
    "operation",
    "notes",
    "hash",
    "change_ref",
    "overridden",
    "approved_by",
    "reverts",
    "reverted_by",
    "maintenance",
    "watch",
    "watch_ended_utc",
    "pickup_ms",
    "runs_once",
    "runs_twice",
    "runs_missed",
];

fn row(record: &Record) -> Vec<String> {
    let (to, from) = words::moved(record);
    let kind = match &record.what {
        What::Switch(switch) => switch.kind.as_str(),
        What::External(change) if change.imported => "imported",
        What::External(_) => "external",
        What::MadeAnew { .. } => "made_anew",
        What::Gap { .. } => "gap",
        What::Gone { .. } => "gone",
        What::Request(_) => "request",
        What::Maintenance(_) => "maintenance",
        What::Smoke(_) => "smoke",
        What::Drill(_) => "drill",
        What::Plan(_) => "plan",
    };
    let notes: Vec<String> = record.notes.iter().map(|note| format!("{}: {}", note.actor, note.text)).collect();
    let cells = [
        record.seq.to_string(),
        time::iso(record.happened_at()),
        kind.to_owned(),
        to.words().to_owned(),
        from.map(|from| from.words().to_owned()).unwrap_or_default(),
        record.version().map(|version| version.to_string()).unwrap_or_default(),
        record.actor.name.clone(),
        record.actor.via.as_str().to_owned(),
        words::why(record).unwrap_or_default().to_owned(),
        words::outcome(record).1,
        record.flip().map(|flip| flip.0.to_string()).unwrap_or_default(),
        words::operation(record).map(|id| id.to_string()).unwrap_or_default(),
        notes.join(" | "),
        record.hash.to_string(),
        words::change(record).unwrap_or_default().to_owned(),
        record.switch().map(|switch| switch.overridden.join(" ")).unwrap_or_default(),
    ];
    cells.iter().chain(&after(record)).map(|cell| harmless(cell)).collect()
}

/// What a switch rested on, and what followed it: the approval, the watch, the other two recovery times.
fn after(record: &Record) -> [String; 10] {
    let Some(switch) = record.switch() else { return Default::default() };
    let (watched, text) = (switch.course.watched(), |id: OperationId| id.to_string());
    let pickup = switch.course.picked_up().zip(shapes::after::landed(record));
    let coverage = watched.and_then(|(_, _, coverage)| coverage);
    let runs = |count: fn(&Coverage) -> usize| coverage.map(|coverage| count(coverage).to_string()).unwrap_or_default();
    [
        switch.approval.as_ref().map(|approval| approval.by.name.clone()).unwrap_or_default(),
        switch.reverts.map(text).unwrap_or_default(),
        switch.course.reverted_by().map(text).unwrap_or_default(),
        switch.maintenance.map(text).unwrap_or_default(),
        watched.map(|(_, end, _)| shapes::after::word(&end)).unwrap_or_default(),
        watched.map(|(at, ..)| time::iso(at)).unwrap_or_default(),
        pickup.map(|((_, at), landed)| at.since(landed).0.to_string()).unwrap_or_default(),
        coverage.map(|coverage| coverage.once.to_string()).unwrap_or_default(),
        runs(|coverage| coverage.twice.len()),
        runs(|coverage| coverage.missed.len()),
    ]
}
