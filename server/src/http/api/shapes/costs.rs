//! What a platform costs: by list prices, and in fact.

use serde::Serialize;
use teal_domain::{
    Color, PairSnapshot, Timestamp,
    bill::{self, ByWhom, Paid, Stands, Trouble},
    cost::{Cents, Choice, Estimate, Findings, Group, Insurance, Prices, Shape, Share, WhatIf},
    time::Day,
    topology::Mode,
};

use super::when;

/// The estimate of a platform: as it is, or as a what-if has it. Sums are texts, so that nobody rounds them.
#[derive(Clone, Debug, Serialize)]
pub struct Estimated {
    mode: &'static str,
    /// How it is deployed, where that is known.
    mode_found: Option<&'static str>,
    region: String,
    currency: &'static str,
    total: String,
    /// A price is not known: it costs more than that.
    at_least: bool,
    lines: Vec<Line>,
    assumptions: Vec<String>,
    modes: Vec<InMode>,
    insurance: Insured,
    findings: Vec<Found>,
    /// What could not be looked at for findings.
    not_looked_at: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Line {
    belongs_to: &'static str,
    side: Option<Color>,
    what: String,
    good: String,
    quantity: String,
    unit: &'static str,
    unit_price: Option<String>,
    /// The price was not read for this region.
    assumed: bool,
    source: Option<String>,
    source_read: Option<String>,
    month: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct InMode {
    mode: &'static str,
    environments: u32,
    total: String,
    at_least: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Insured {
    standby: OfIt,
    lineage: OfIt,
}

#[derive(Clone, Debug, Serialize)]
struct OfIt {
    month: String,
    hour: String,
    paid: bool,
    at_least: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Found {
    what: String,
    mend: String,
    saves_at_most: Option<String>,
}

impl Estimated {
    /// Of a pair, with what is changed of it.
    pub fn of(pair: &PairSnapshot, found: Option<Mode>, change: &WhatIf, prices: &Prices) -> Self {
        let present = found.unwrap_or(Mode::FullHa);
        let shape = change.shape(pair, present);
        let estimate = shape.estimate(prices);
        let insurance = Insurance::of(pair, present, prices);
        let Findings { found: findings, unread } = Findings::of(pair, found, prices);
        Self {
            mode: shape.mode.as_str(),
            mode_found: found.map(Mode::as_str),
            region: shape.region.clone(),
            currency: "USD",
            total: estimate.total().to_string(),
            at_least: estimate.is_at_least(),
            lines: lines(&estimate),
            assumptions: shape.assumed,
            modes: Choice::ALL
                .iter()
                .map(|choice| {
                    let estimate = Shape::of(pair, choice.mode).estimate(prices);
                    let total = estimate.total().to_string();
                    let (mode, environments) = (choice.mode.as_str(), choice.environments());
                    InMode { mode, environments, total, at_least: estimate.is_at_least() }
                })
                .collect(),
            insurance: Insured { standby: share(insurance.standby), lineage: share(insurance.lineage) },
            findings: findings
                .into_iter()
                .map(|finding| Found {
                    what: finding.what,
                    mend: finding.mend,
                    saves_at_most: finding.saves.map(|saves| saves.to_string()),
                })
                .collect(),
            not_looked_at: unread,
        }
    }
}

fn lines(estimate: &Estimate) -> Vec<Line> {
    let line = |line: &teal_domain::cost::Line| {
        let (belongs_to, side) = match line.group {
            Group::Environment(side) => ("environment", side),
            Group::Network => ("network", None),
            Group::Lineage => ("lineage", None),
            Group::Watching => ("watching", None),
        };
        let price = line.price.as_ref();
        Line {
            belongs_to,
            side,
            what: line.what.clone(),
            good: line.good.to_string(),
            quantity: line.quantity.to_string(),
            unit: line.good.unit(),
            unit_price: price.map(|priced| priced.price.to_string()),
            assumed: price.is_some_and(|priced| priced.assumed),
            source: price.map(|priced| priced.source.url.clone()),
            source_read: price.map(|priced| priced.source.read.clone()),
            month: price.map(|priced| priced.cents.to_string()),
        }
    };
    estimate.lines.iter().map(line).collect()
}

fn share(share: Share) -> OfIt {
    OfIt { month: share.month.to_string(), hour: share.hour().to_string(), paid: share.paid, at_least: share.at_least }
}

/// What was paid, and what is to be expected.
#[derive(Clone, Debug, Serialize)]
pub struct Billed {
    /// None where nothing was read yet.
    currency: Option<String>,
    read_at: Option<String>,
    /// Requests of Cost Explorer, and what they cost this month in US dollars.
    requests: Requests,
    /// Why the latest question was not answered.
    trouble: Option<Unanswered>,
    months: Vec<OfMonth>,
    services: Vec<Row>,
    usage_types: Vec<Row>,
    sides: Vec<Row>,
    /// What the account pays without a tag of a project: it may be the pair's or not.
    not_attributable: Vec<Row>,
    other_projects: Vec<Row>,
    days: Vec<OfDay>,
    forecast: Option<Ahead>,
    budget: Option<Planned>,
}

#[derive(Clone, Debug, Serialize)]
struct Requests {
    today: u32,
    most_a_day: u32,
    month: u32,
    month_cost: String,
}

#[derive(Clone, Debug, Serialize)]
struct Unanswered {
    at: String,
    why: String,
}

#[derive(Clone, Debug, Serialize)]
struct OfMonth {
    month: String,
    days_read: u32,
    days: u32,
    /// None where nothing of it was read.
    total: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Row {
    /// An empty name is what has no such tag.
    name: String,
    of: Option<String>,
    /// By month, as `months` has them; none where nothing was read.
    months: Vec<Option<String>>,
    total: String,
}

#[derive(Clone, Debug, Serialize)]
struct OfDay {
    day: String,
    total: String,
}

#[derive(Clone, Debug, Serialize)]
struct Ahead {
    /// `cost_explorer` or `teal`.
    by: &'static str,
    /// When Cost Explorer made it.
    at: Option<String>,
    months: Vec<Expected>,
}

#[derive(Clone, Debug, Serialize)]
struct Expected {
    month: String,
    mean: String,
    low: String,
    high: String,
}

#[derive(Clone, Debug, Serialize)]
struct Planned {
    currency: &'static str,
    month: String,
    /// None where the bill is in another currency.
    to_date: Option<String>,
    projected: Option<String>,
    passed_on: Option<String>,
    will_pass_on: Option<String>,
}

impl Billed {
    /// From what is known.
    pub fn of(paid: &Paid, now: Timestamp) -> Self {
        let today = Day::of(now);
        let ledger = paid.ledger.as_ref();
        let rows =
            |table: fn(&bill::Ledger) -> &bill::Table| ledger.map(|ledger| by_month(table(ledger))).unwrap_or_default();
        let month = |(index, coverage): (usize, &bill::Coverage)| OfMonth {
            month: coverage.month.to_string(),
            days_read: coverage.read,
            days: coverage.of,
            total: ledger.and_then(|ledger| ledger.services.month(index)).map(text),
        };
        let day = |total: &bill::DayTotal| OfDay { day: total.day.to_string(), total: text(total.micros.cents()) };
        let asked = &paid.asked;
        Self {
            currency: ledger.map(|ledger| ledger.currency.clone()),
            read_at: paid.read_at.map(when),
            requests: Requests {
                today: asked.today,
                most_a_day: bill::MOST_REQUESTS,
                month: asked.month,
                month_cost: text(asked.cost()),
            },
            trouble: paid.trouble.as_ref().map(|(at, trouble)| Unanswered { at: when(*at), why: why(trouble) }),
            months: ledger.map(|ledger| ledger.months.iter().enumerate().map(month).collect()).unwrap_or_default(),
            services: rows(|ledger| &ledger.services),
            usage_types: rows(|ledger| &ledger.usage),
            sides: rows(|ledger| &ledger.sides),
            not_attributable: rows(|ledger| &ledger.untagged),
            other_projects: rows(|ledger| &ledger.others),
            days: ledger.map(|ledger| ledger.days.iter().map(day).collect()).unwrap_or_default(),
            forecast: ledger.zip(paid.forecast(today)).map(|(ledger, forecast)| {
                let (by, at) = match forecast.by {
                    ByWhom::CostExplorer(at) => ("cost_explorer", Some(when(at))),
                    ByWhom::Teal(_) => ("teal", None),
                };
                let months = forecast.months(ledger, today).into_iter().map(|expected| Expected {
                    month: expected.month.to_string(),
                    mean: text(expected.mean),
                    low: text(expected.low),
                    high: text(expected.high),
                });
                Ahead { by, at, months: months.collect() }
            }),
            budget: paid.budget.map(|budget| planned(budget, paid.stands(today))),
        }
    }
}

fn by_month(table: &bill::Table) -> Vec<Row> {
    let row = |row: &bill::Row| {
        let cells = row.cells.iter().zip(&table.known);
        Row {
            name: row.key.name.clone(),
            of: row.key.of.clone(),
            months: cells.map(|(cents, known)| known.then(|| text(*cents))).collect(),
            total: text(row.total()),
        }
    };
    table.rows.iter().map(row).collect()
}

fn planned(budget: bill::Budget, stands: Option<Stands>) -> Planned {
    let mut planned = Planned {
        currency: "USD",
        month: text(budget.month),
        to_date: None,
        projected: None,
        passed_on: None,
        will_pass_on: None,
    };
    if let Some(Stands::At { to_date, projected, passed_on, will_pass_on, .. }) = stands {
        planned.to_date = Some(text(to_date));
        planned.projected = projected.map(text);
        planned.passed_on = passed_on.map(|day| day.to_string());
        planned.will_pass_on = will_pass_on.map(|day| day.to_string());
    }
    planned
}

fn why(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Off => "Config does not turn it on: write actual = true below [costs] in teal.toml.".to_owned(),
        Trouble::NotAllowed(action) => format!("{action} is not allowed for Teal's credentials."),
        Trouble::NotAvailable => "Cost Explorer has no data of this account yet.".to_owned(),
        Trouble::Currencies(all) => format!("Amounts came in more than one currency: {}.", all.join(", ")),
        Trouble::Other(why) => why.clone(),
    }
}

fn text(cents: Cents) -> String {
    cents.to_string()
}
