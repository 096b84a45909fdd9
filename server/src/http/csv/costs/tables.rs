//! What stands in the files: one sum a row, with its currency beside it, so that whoever adds them up again needs to know
//! nothing else. How much of a month was read stands in each row of it.

use teal_domain::{
    bill::{ByWhom, Forecast, Key, Ledger, Micros, Table as Sums},
    cost::{Cents, Estimate, Findings, Group},
    time::Day,
};

/// What a file holds.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) head: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Words, which others may have chosen.
    Text(String),
    /// A number of ours, which may be below nought.
    Number(String),
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn sum(cents: Cents) -> Cell {
    Cell::Number(cents.to_string())
}

/// The lines of the estimate.
pub(super) fn estimate(estimate: &Estimate) -> Table {
    let group = |group: Group| match group {
        Group::Environment(Some(color)) => color.as_str(),
        Group::Environment(None) => "environment",
        Group::Network => "network",
        Group::Lineage => "lineage",
        Group::Watching => "watching",
    };
    let rows = estimate.lines.iter().map(|line| {
        let price = line.price.as_ref();
        let known = |cell: fn(&teal_domain::cost::Priced) -> Cell| price.map_or_else(|| text(""), cell);
        vec![
            text(group(line.group)),
            text(line.what.clone()),
            text(line.good.to_string()),
            Cell::Number(line.quantity.to_string()),
            text(line.good.unit()),
            known(|priced| Cell::Number(priced.price.to_string())),
            known(|priced| sum(priced.cents)),
            text("USD"),
            known(|priced| text(if priced.assumed { "yes" } else { "no" })),
            known(|priced| text(priced.source.title.clone())),
            known(|priced| text(priced.source.url.clone())),
            known(|priced| text(priced.source.read.clone())),
        ]
    });
    Table {
        head: &[
            "group",
            "what",
            "good",
            "quantity",
            "unit",
            "unit_price",
            "month",
            "currency",
            "assumed",
            "source",
            "source_address",
            "source_read",
        ],
        rows: rows.collect(),
    }
}

/// What could be saved by list prices.
pub(super) fn findings(findings: &Findings) -> Table {
    let rows = findings.found.iter().map(|finding| {
        let saves = finding.saves.map_or_else(|| text(""), sum);
        vec![text(finding.kind.as_str()), text(finding.what.clone()), text(finding.mend.clone()), saves, text("USD")]
    });
    Table { head: &["kind", "what", "mend", "saves_at_most", "currency"], rows: rows.collect() }
}

/// The rows of a table of the ledger, the oldest month first; months of which nothing was read have none.
fn by_month(ledger: &Ledger, table: &Sums, cells: impl Fn(&Key, usize) -> (Vec<Cell>, Vec<Cell>)) -> Vec<Vec<Cell>> {
    let months = (0..ledger.months.len()).filter(|index| table.known.get(*index).copied().unwrap_or_default());
    let rows = months.flat_map(|index| {
        let cells = &cells;
        table.rows.iter().map(move |row| {
            let paid = row.cells.get(index).copied().unwrap_or_default();
            let (name, more) = cells(&row.key, index);
            let before = std::iter::once(text(ledger.months[index].month.to_string())).chain(name);
            before.chain([sum(paid), text(ledger.currency.clone())]).chain(more).collect()
        })
    });
    rows.collect()
}

/// How many days of a month were read, and how many it has.
fn coverage(ledger: &Ledger, index: usize) -> Vec<Cell> {
    let coverage = ledger.months[index];
    vec![Cell::Number(coverage.read.to_string()), Cell::Number(coverage.month.days().to_string())]
}

/// What has the pair's tags, by service.
pub(super) fn services(ledger: &Ledger) -> Table {
    let rows = by_month(ledger, &ledger.services, |key, index| (vec![text(key.name.clone())], coverage(ledger, index)));
    Table { head: &["month", "service", "amount", "currency", "days_read", "days"], rows }
}

/// The same by type of usage.
pub(super) fn usage(ledger: &Ledger) -> Table {
    let rows = by_month(ledger, &ledger.usage, |key, index| {
        (vec![text(key.of.clone().unwrap_or_default()), text(key.name.clone())], coverage(ledger, index))
    });
    Table { head: &["month", "service", "usage_type", "amount", "currency", "days_read", "days"], rows }
}

/// The same by side; an empty one is what has no such tag.
pub(super) fn sides(ledger: &Ledger) -> Table {
    let rows = by_month(ledger, &ledger.sides, |key, _| (vec![text(key.name.clone())], Vec::new()));
    Table { head: &["month", "side", "amount", "currency"], rows }
}

/// What the account pays beside the pair: without a tag of a project by service, and other projects, one row each.
pub(super) fn untagged(ledger: &Ledger) -> Table {
    let of = |kind: &'static str| move |key: &Key, _: usize| (vec![text(kind), text(key.name.clone())], Vec::new());
    let mut rows = by_month(ledger, &ledger.untagged, of("service"));
    rows.extend(by_month(ledger, &ledger.others, of("other_project")));
    Table { head: &["month", "kind", "name", "amount", "currency"], rows }
}

/// The days of the pair.
pub(super) fn days(ledger: &Ledger) -> Table {
    let rows = ledger
        .days
        .iter()
        .map(|total| vec![text(total.day.to_string()), sum(total.micros.cents()), text(ledger.currency.clone())]);
    Table { head: &["day", "amount", "currency"], rows: rows.collect() }
}

/// The months ahead, with what was paid of them, and the days ahead.
pub(super) fn forecast(ledger: &Ledger, forecast: &Forecast, today: Day) -> Table {
    let by = match forecast.by {
        ByWhom::CostExplorer(_) => "cost_explorer",
        ByWhom::Teal(_) => "teal",
    };
    let row = |kind: &str, period: String, [mean, low, high]: [Cents; 3]| {
        vec![text(kind), text(period), sum(mean), sum(low), sum(high), text(ledger.currency.clone()), text(by)]
    };
    let months = forecast
        .months(ledger, today)
        .into_iter()
        .map(|expected| row("month", expected.month.to_string(), [expected.mean, expected.low, expected.high]));
    let days = forecast
        .days
        .iter()
        .map(|ahead| row("day", ahead.day.to_string(), [ahead.mean, ahead.low, ahead.high].map(Micros::cents)));
    Table { head: &["kind", "period", "expected", "low", "high", "currency", "by"], rows: months.chain(days).collect() }
}
