//! What answers look like. These shapes are promised within `v1`; the journal's own may change behind them.

pub(crate) mod after;
pub(crate) mod costs;
mod dags;
pub(crate) mod drill;
pub(crate) mod request;
mod smoke;
mod standing;
pub(crate) mod trouble;

use serde::Serialize;
use teal_app::{
    desk::Offer,
    paths,
    words::{self, record as told},
};
use teal_domain::{
    Base, Color, Environment, Flag, FlagValue, FlagVersion, PairSnapshot, Reading, SnapshotId, Timestamp,
    environment::Readiness,
    history::{self, Progress, What},
    journal::Timings,
    maintenance::Maintenance,
    policy,
    preflight::{self, Check, Verdict},
    preview::Preview,
};

use after::{Followed, Follows};
use request::Asked;
use smoke::Smoke;
use standing::Freeze;

pub use dags::Dags;
pub use standing::Calendar;

/// A moment, as RFC 3339 has it: `2026-11-27T09:14:02.120Z`.
fn when(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.0).map(|moment| format!("{moment:.3}"));
    moment.unwrap_or_else(|_| words::iso(at))
}

/// Where a record of the API is.
pub fn address(record: &history::Record) -> String {
    format!("/api/v1/pairs/{}/records/{}", record.pair, record.seq)
}

/// A pair in the list.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    id: String,
    title: String,
    region: String,
    live: Option<Color>,
    stale: bool,
    href: String,
    page: String,
}

impl Listed {
    /// From what is known.
    pub fn of(pair: &PairSnapshot, now: Timestamp) -> Self {
        Self {
            id: pair.id.to_string(),
            title: pair.title.clone(),
            region: pair.region.clone(),
            live: pair.live(),
            stale: pair.flag.value().is_none() || words::is_stale(&pair.flag, now),
            href: format!("/api/v1/pairs/{}", pair.id),
            page: paths::overview(&pair.id),
        }
    }
}

/// How a pair stands.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    #[serde(flatten)]
    listed: Listed,
    snapshot: String,
    now: String,
    live_since: Option<String>,
    parameter: String,
    flag: Seen<FlagRead>,
    blue: Seen<Side>,
    green: Seen<Side>,
    label: Option<Label>,
    open: Option<Open>,
    journal: Journal,
    recent: Vec<Record>,
    /// What is being done to one side, if somebody declared it.
    maintenance: Option<Declared>,
    /// The calendar: closed now, or when it closes next.
    freeze: Option<Freeze>,
    /// What somebody has asked an approver for.
    request: Option<Asked>,
    /// The latest switch, as long as something follows it.
    following: Option<Follows>,
}

/// What was read from AWS: the last good value, however old, and what has gone wrong since.
#[derive(Clone, Debug, Serialize)]
struct Seen<T> {
    value: Option<T>,
    read_at: Option<String>,
    age_ms: Option<u64>,
    stale: bool,
    error: Option<ReadError>,
}

#[derive(Clone, Debug, Serialize)]
struct ReadError {
    message: String,
    since: String,
}

impl<T> Seen<T> {
    fn of<S>(reading: &Reading<S>, now: Timestamp, stale: bool, shape: impl FnOnce(&S) -> T) -> Self {
        Self {
            value: reading.value().map(shape),
            read_at: reading.read_at().map(when),
            age_ms: reading.age(now).map(|age| age.0),
            stale,
            error: reading.error().map(|error| ReadError { message: error.message.clone(), since: when(error.since) }),
        }
    }
}

/// `color` is there where `is` says so; `text` is what the parameter holds.
#[derive(Clone, Debug, Serialize)]
struct FlagRead {
    is: &'static str,
    color: Option<Color>,
    text: Option<String>,
    version: Option<u64>,
    modified_at: Option<String>,
}

impl FlagRead {
    fn of(flag: &Flag) -> Self {
        match flag {
            Flag::Missing => Self { is: "missing", color: None, text: None, version: None, modified_at: None },
            Flag::Present { value, version, modified_at } => Self {
                is: if value.color().is_some() { "color" } else { "invalid" },
                color: value.color(),
                text: Some(value.as_str().to_owned()),
                version: Some(version.0),
                modified_at: Some(when(*modified_at)),
            },
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Side {
    name: String,
    status: String,
    readiness: Readiness,
    airflow_version: Option<String>,
    class: Option<String>,
    min_workers: Option<u32>,
    max_workers: Option<u32>,
    schedulers: Option<u32>,
}

impl Side {
    fn of(environment: &Environment, readiness: Readiness) -> Self {
        let (min_workers, max_workers) = environment.workers.unzip();
        Self {
            name: environment.name.clone(),
            status: environment.status.to_string(),
            readiness,
            airflow_version: environment.airflow_version.clone(),
            class: environment.class.clone(),
            min_workers,
            max_workers,
            schedulers: environment.schedulers,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Label {
    version: u64,
    labels: Vec<String>,
    puts_left: u64,
}

#[derive(Clone, Debug, Serialize)]
struct Open {
    operation: String,
    target: Color,
    actor: String,
    since: String,
    unknown_until: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Journal {
    writable: bool,
    error: Option<ReadError>,
}

impl Status {
    /// From what is known.
    pub fn of(pair: &PairSnapshot, snapshot: SnapshotId, now: Timestamp) -> Self {
        let side = |color| {
            let reading: &Reading<Environment> = pair.side(color);
            let stale = reading.value().is_none() || reading.error().is_some();
            Seen::of(reading, now, stale, |environment| Side::of(environment, pair.readiness(color)))
        };
        let listed = Listed::of(pair, now);
        let error = pair.store.error();
        Self {
            snapshot: snapshot.to_string(),
            now: when(now),
            live_since: pair.live_since.map(when),
            parameter: pair.names.flag.clone(),
            flag: Seen::of(&pair.flag, now, listed.stale, FlagRead::of),
            blue: side(Color::Blue),
            green: side(Color::Green),
            label: pair.label.as_ref().map(|label| Label {
                version: label.version.0,
                labels: label.labels.clone(),
                puts_left: label.puts_left,
            }),
            open: pair.open.as_ref().map(|open| Open {
                operation: open.operation.to_string(),
                target: open.target,
                actor: open.actor.clone(),
                since: when(open.since),
                unknown_until: open.unknown_until.map(when),
            }),
            journal: Journal {
                writable: error.is_none(),
                error: error.map(|error| ReadError { message: error.message.clone(), since: when(error.since) }),
            },
            recent: pair.recent.iter().map(Record::of).collect(),
            maintenance: Color::BOTH.iter().find_map(|side| pair.maintained(*side, now)).map(Declared::of),
            freeze: Freeze::of(&pair.freezes, now),
            request: pair.request.as_ref().and_then(|open| Asked::standing(open, now)),
            following: pair.following.as_ref().map(|following| Follows::of(pair, following)),
            listed,
        }
    }
}

/// A declared maintenance.
#[derive(Clone, Debug, Serialize)]
pub struct Declared {
    #[serde(rename = "declared")]
    id: String,
    side: Color,
    what: String,
    expects: Vec<String>,
    until: String,
    by: String,
    since: String,
}

impl Declared {
    /// From what was declared.
    pub fn of(declared: &Maintenance) -> Self {
        Self {
            id: declared.id.to_string(),
            side: declared.side,
            what: declared.what.to_string(),
            expects: declared.expects.clone(),
            until: when(declared.until),
            by: declared.by.name.clone(),
            since: when(declared.since),
        }
    }
}

/// A check, made.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    name: String,
    group: &'static str,
    verdict: Verdict,
    evidence: String,
    mend: String,
    read_at: Option<String>,
    /// Whoever may do so may switch in spite of it, where it blocks.
    overridable: bool,
}

impl Checked {
    /// From what was checked.
    pub fn of(check: &Check) -> Self {
        Self {
            name: check.name.clone(),
            group: check.group.as_str(),
            verdict: check.verdict,
            evidence: check.evidence.clone(),
            mend: check.mend.clone(),
            read_at: check.read_at.map(when),
            overridable: policy::may_be_overridden(&check.name),
        }
    }
}

/// A plan: what will be done if it is confirmed, and on what that rests.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    operation: String,
    target: Color,
    base: Option<u64>,
    checks: Vec<Checked>,
    /// Whoever asked may switch in spite of what blocks.
    may_override: bool,
    /// Who may, where something blocks that may be overridden.
    #[serde(skip_serializing_if = "Option::is_none")]
    who_overrides: Option<String>,
    /// What would be done with the DAGs; null where it is no switch from side to side.
    dags: Option<Dags>,
    expires_at: String,
    confirmation: String,
}

impl Plan {
    /// From what the desk offers.
    pub fn of(offer: &Offer, who_overrides: Option<String>, dags: Option<&Preview>) -> Self {
        let blocks = policy::overridable(&preflight::blocking(&offer.checks)).is_some();
        Self {
            operation: offer.operation.to_string(),
            target: offer.target,
            base: base(offer.base),
            checks: offer.checks.iter().map(Checked::of).collect(),
            may_override: offer.may_override,
            who_overrides: who_overrides.filter(|_| blocks),
            dags: dags.map(Dags::of),
            expires_at: when(offer.expires_at),
            confirmation: offer.confirmation.clone(),
        }
    }
}

/// The version that a plan rests on; none where the parameter is missing.
fn base(base: Base) -> Option<u64> {
    base.version().map(|version| version.0)
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    seq: u64,
    at: String,
    pair: String,
    kind: &'static str,
    actor: String,
    via: &'static str,
    from: Option<String>,
    to: Option<String>,
    version: Option<u64>,
    reason: Option<String>,
    /// The change (the ticket) that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    change_ref: Option<String>,
    /// Checks that blocked and were overridden.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overridden: Vec<String>,
    /// `begun`, `unknown` or `ended`.
    state: &'static str,
    /// How it ended: the word for it.
    outcome: Option<&'static str>,
    /// The same as a sentence.
    told: String,
    operation: Option<String>,
    base: Option<u64>,
    landed_late: bool,
    /// Whose approval it rested on.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<Approved>,
    /// It went through without the young sign-in that policy asks for, since there was nobody to prove it to.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unproven: bool,
    timings_ms: Option<Timings>,
    /// The switch that it took back, by its operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    reverts: Option<String>,
    /// The switch that took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reverted_by: Option<String>,
    /// The declared maintenance that stood when it was carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    maintenance: Option<String>,
    /// What followed the flip.
    #[serde(skip_serializing_if = "Option::is_none")]
    following: Option<Followed>,
    /// What was tested, and what became of each run.
    #[serde(skip_serializing_if = "Option::is_none")]
    smoke: Option<Smoke>,
    notes: Vec<Note>,
    hash: String,
    href: String,
    page: String,
}

#[derive(Clone, Debug, Serialize)]
struct Approved {
    by: String,
    at: String,
    request: String,
}

#[derive(Clone, Debug, Serialize)]
struct Note {
    at: String,
    actor: String,
    text: String,
}

impl Record {
    /// From the journal's.
    pub fn of(record: &history::Record) -> Self {
        let switch = record.switch();
        let (state, outcome) = match switch.map(|switch| &switch.progress) {
            Some(Progress::Begun) => ("begun", None),
            Some(Progress::Unknown { .. }) => ("unknown", None),
            Some(Progress::Ended { outcome, .. }) => ("ended", Some(outcome.as_str())),
            None => smoke::state(record),
        };
        let (from, to) = moved(&record.what);
        Self {
            seq: record.seq,
            at: when(record.happened_at()),
            pair: record.pair.to_string(),
            kind: kind(&record.what),
            actor: record.actor.name.clone(),
            via: record.actor.via.as_str(),
            from,
            to,
            version: record.version().map(|version: FlagVersion| version.0),
            reason: told::why(record).map(str::to_owned),
            change_ref: told::change(record).map(str::to_owned),
            overridden: switch.map(|switch| switch.overridden.clone()).unwrap_or_default(),
            state,
            outcome,
            told: match (switch, record.smoke()) {
                (Some(switch), _) => told::told(switch),
                (None, Some(test)) => words::smoke::told(test),
                (None, None) => told::outcome(record).1,
            },
            operation: told::operation(record).map(|id| id.to_string()),
            base: switch.and_then(|switch| base(switch.base)),
            landed_late: switch.is_some_and(|switch| switch.landed_late.is_some()),
            approval: switch.and_then(|switch| switch.approval.as_ref()).map(|approval| Approved {
                by: approval.by.name.clone(),
                at: when(approval.at),
                request: approval.request.to_string(),
            }),
            unproven: switch.is_some_and(|switch| switch.unproven),
            timings_ms: switch.and_then(|switch| switch.timings),
            reverts: switch.and_then(|switch| switch.reverts).map(|id| id.to_string()),
            reverted_by: switch.and_then(|switch| switch.course.reverted_by()).map(|id| id.to_string()),
            maintenance: switch.and_then(|switch| switch.maintenance).map(|id| id.to_string()),
            following: Followed::of(record),
            smoke: record.smoke().map(Smoke::of),
            notes: record
                .notes
                .iter()
                .map(|note| Note { at: when(note.at), actor: note.actor.name.clone(), text: note.text.to_string() })
                .collect(),
            hash: record.hash.to_string(),
            href: address(record),
            page: paths::record(&record.pair, record.seq),
        }
    }
}

const fn kind(what: &What) -> &'static str {
    match what {
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
    }
}

/// What the flag held and what it was to hold, as texts; nothing where it was missing or is not known.
fn moved(what: &What) -> (Option<String>, Option<String>) {
    let text = |value: &FlagValue| value.as_str().to_owned();
    match what {
        What::Switch(switch) => {
            (switch.from.map(|from| from.as_str().to_owned()), Some(switch.target.as_str().to_owned()))
        }
        What::Request(asked) => {
            (asked.request.from.map(|from| from.as_str().to_owned()), Some(asked.request.target.as_str().to_owned()))
        }
        What::Maintenance(declared) => (None, Some(declared.maintenance.side.as_str().to_owned())),
        What::External(change) => (change.previous.as_ref().map(text), Some(text(&change.value))),
        What::MadeAnew { .. }
        | What::Gap { .. }
        | What::Gone { .. }
        | What::Smoke(_)
        | What::Drill(_)
        | What::Plan(_) => (None, None),
    }
}
