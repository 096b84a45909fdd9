//! The tables of the page of costs as CSV: one table a file.

mod tables;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use teal_app::{
    desk::{DeskError, Identity},
    paths,
    render::Problem,
};
use teal_domain::{
    PairId,
    bill::Paid,
    cost::{Estimate, Findings, Shape},
    time::Day,
    topology::{Mode, Topology},
};

use self::tables::{Cell, Table};
use super::{
    super::{App, asked::Asked, doors::Who, errors},
    broken, file, harmless,
};

/// Which table is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Estimate,
    Findings,
    Services,
    Usage,
    Sides,
    Untagged,
    Days,
    Forecast,
}

impl Which {
    const ALL: [Self; 8] = [
        Self::Estimate,
        Self::Findings,
        Self::Services,
        Self::Usage,
        Self::Sides,
        Self::Untagged,
        Self::Days,
        Self::Forecast,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::Findings => "findings",
            Self::Services => "services",
            Self::Usage => "usage",
            Self::Sides => "sides",
            Self::Untagged => "untagged",
            Self::Days => "days",
            Self::Forecast => "forecast",
        }
    }
}

/// `/p/{pair}/costs.csv?table=`: the estimate and what could be saved are for everybody who may see the pair, what was paid for whoever may see that.
pub async fn costs(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let word = paths::get(asked.query(), "table").unwrap_or_else(|| Which::Estimate.as_str().to_owned());
    let Some(which) = Which::ALL.into_iter().find(|which| which.as_str() == word) else {
        return no_such_table(&app, &asked, &word);
    };
    let written = match pair.parse::<PairId>() {
        Ok(id) if app.engine.pair(&id).is_some() => {
            table(&app, &who, &id, which).await.and_then(|table| written(&table))
        }
        _ => Err(DeskError::NotFound { message: "There is no such pair here.".into() }),
    };
    match written {
        Ok(csv) => file(&format!("teal-{pair}-costs-{}.csv", which.as_str()), csv),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

fn no_such_table(app: &App, asked: &Asked, word: &str) -> Response {
    let what = format!("There is no table `{}` of costs.", word.chars().take(40).collect::<String>());
    let mend = format!("Ask for one of these: {}.", Which::ALL.map(Which::as_str).join(", "));
    let status = StatusCode::BAD_REQUEST;
    let problem = Problem {
        status: Some(status.as_u16()),
        title: "No such table",
        what: &what,
        mend: &mend,
        then: None,
        request_id: asked.id(),
    };
    errors::shown(app, None, asked, status, &problem)
}

/// The lines of an estimate, as a file has them.
pub fn estimate(estimate: &Estimate) -> Result<Vec<u8>, DeskError> {
    written(&tables::estimate(estimate))
}

async fn table(app: &App, who: &Identity, id: &PairId, which: Which) -> Result<Table, DeskError> {
    if matches!(which, Which::Estimate | Which::Findings) {
        let (snapshot, now) = (app.desk.snapshot(), app.desk.now());
        let missing = || DeskError::NotFound { message: "There is no such pair here.".into() };
        let pair = snapshot.pair(id).ok_or_else(missing)?;
        let mode = Topology::of(pair, now).mode();
        if which == Which::Findings {
            return Ok(tables::findings(&Findings::of(pair, mode, &pair.prices)));
        }
        let mode = mode.unwrap_or(Mode::FullHa);
        return Ok(tables::estimate(&Shape::of(pair, mode).estimate(&pair.prices)));
    }
    let paid = app.desk.paid(who, id).await?;
    let table = of_paid(&paid, which, Day::of(app.desk.now()));
    // An empty file would say that nothing was paid.
    table.ok_or_else(|| DeskError::NotFound { message: "None of it is known yet. The page of costs says why.".into() })
}

/// What is known of what was paid, or is expected.
fn of_paid(paid: &Paid, which: Which, today: Day) -> Option<Table> {
    let ledger = paid.ledger.as_ref()?;
    match which {
        Which::Estimate | Which::Findings => None,
        Which::Services => Some(tables::services(ledger)),
        Which::Usage => Some(tables::usage(ledger)),
        Which::Sides => Some(tables::sides(ledger)),
        Which::Untagged => Some(tables::untagged(ledger)),
        Which::Days => Some(tables::days(ledger)),
        Which::Forecast => Some(tables::forecast(ledger, &paid.forecast(today)?, today)),
    }
}

fn written(table: &Table) -> Result<Vec<u8>, DeskError> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(table.head).map_err(broken)?;
    for row in &table.rows {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Number(number) => number.clone(),
        });
        csv.write_record(cells).map_err(broken)?;
    }
    csv.into_inner().map_err(broken)
}

#[cfg(test)]
mod tests;
