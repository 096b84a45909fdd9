//! The desk: what the pages may ask of the process behind them. `server` implements it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use teal_domain::{
    Action, Actor, Base, Color, Denied, Grants, On, OperationId, PairId, Snapshot, Timestamp,
    approval::Answer,
    availability::{Availability, Month},
    bill::Paid,
    cost::Made,
    denial::Denial,
    disaster::Past,
    drill::Due,
    history::{HistoryPage, HistoryQuery, Record},
    maintenance::Maintenance,
    preflight::Check,
};

/// Who asks. Made by the sign-in layer of `server`, never by a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The actor that the journal will name.
    pub actor: Actor,
    /// What they may do.
    pub grants: Grants,
    /// They signed in, so they can sign out.
    pub signed_in: bool,
    /// Until when their proof of who they are is young enough to switch; `None`: it always is.
    pub fresh_until: Option<Timestamp>,
    /// Whether the identity provider can be asked just now: while it cannot, nobody can prove anything anew.
    pub in_outage: Outage,
    /// Their session is about to end.
    pub ending: Option<Ending>,
    /// Who is behind a script, by the names that the journal knows them by. Nobody is behind a person.
    pub people: Vec<String>,
}

/// When a session ends that is about to, and what keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It ends then unless it is used.
    Unused(Timestamp),
    /// It ends then in any case: nothing but signing in again goes beyond.
    InAnyCase(Timestamp),
}

impl Ending {
    /// When.
    pub const fn at(self) -> Timestamp {
        match self {
            Self::Unused(at) | Self::InAnyCase(at) => at,
        }
    }
}

impl Identity {
    /// Somebody who need not sign in: the person at this machine, or a test's.
    pub fn trusted(actor: Actor, grants: Grants) -> Self {
        Self {
            actor,
            grants,
            signed_in: false,
            fresh_until: None,
            in_outage: Outage::None,
            ending: None,
            people: Vec::new(),
        }
    }

    /// Whether a switch needs a younger proof of who they are.
    pub fn must_prove(&self, now: Timestamp) -> bool {
        self.fresh_until.is_some_and(|until| now > until)
    }

    /// What a page of the pair rests on beside the snapshot, in a word: who looks, what they may do there, and what
    /// the bars say of their session. Pages carry it, and the stream tells when it is another.
    pub fn standing(&self, pair: &PairId) -> String {
        let may = |action: &Action| self.grants.may(*action, On::Pair(pair)).is_ok();
        let may: String = Action::ALL.iter().map(|action| if may(action) { '1' } else { '0' }).collect();
        let ends = self.ending.map_or(0, |ending| ending.at().0);
        format!("{may}.{ends}.{}.{}", u8::from(self.in_outage != Outage::None), self.actor.name)
    }
}

/// Whether the identity provider is away, and what that means for a switch that needs a younger sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// It is not away, as far as is known.
    #[default]
    None,
    /// It is, and an emergency goes through without, marked for ever.
    EmergencyGoes,
    /// It is, and nothing goes through without.
    NothingGoes,
}

/// What the switch page shows before the click: everything that the confirmation will be bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The side to make live.
    pub target: Color,
    /// The state of the flag that the confirmation is bound to: the page shows this one, not a later reading.
    pub base: Base,
    /// The checks, as they stand now.
    pub checks: Vec<Check>,
    /// The person may switch in spite of those that block, as far as they may be overridden.
    pub may_override: bool,
    /// The sealed confirmation: bound to the person, the target, the base version and a time limit. It goes
    /// back with the form as it is.
    pub confirmation: String,
    /// The operation that a confirmation would become.
    pub operation: OperationId,
    /// Until when the confirmation is good.
    pub expires_at: Timestamp,
}

/// A filled-in switch form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchForm {
    /// The pair.
    pub pair: String,
    /// The sealed confirmation of the [`Offer`].
    pub confirmation: String,
    /// The target's name, as typed.
    pub typed: String,
    /// Why, as typed.
    pub reason: String,
    /// The change (the ticket) that it belongs to, as typed; may be empty.
    pub change_ref: String,
    /// The emergency box was ticked.
    pub emergency: bool,
    /// The box was ticked by which somebody overrides what blocks.
    pub in_spite: bool,
}

/// A filled-in request for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskForm {
    /// The pair.
    pub pair: String,
    /// The target and the version that the person saw, such as `green@31`.
    pub seen: String,
    /// Why, as typed.
    pub reason: String,
    /// The change (the ticket) that it belongs to, as typed; may be empty.
    pub change_ref: String,
}

/// A filled-in decision on a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideForm {
    /// The pair.
    pub pair: String,
    /// The digest of the request that the person looked at.
    pub digest: String,
    /// What they say to it.
    pub answer: Answer,
    /// A comment, as typed; may be empty.
    pub comment: String,
}

/// A filled-in declaration of a maintenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclareForm {
    /// The pair.
    pub pair: String,
    /// The side that is changed.
    pub side: Color,
    /// What is done to it, as typed.
    pub what: String,
    /// The checks whose differences are expected, by name.
    pub expects: Vec<String>,
    /// Until when, in UTC, as typed.
    pub until: String,
}

/// A filled-in plan of a drill, every field as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillForm {
    /// The pair.
    pub pair: String,
    /// The plan that is changed; empty for a new one.
    pub plan: String,
    /// The revision that whoever changes it saw; empty for a new one.
    pub revision: String,
    /// What people call it.
    pub name: String,
    /// `tabletop`, `switch-and-return` or `one-way`.
    pub kind: String,
    /// `once`, `cron` or `rule`.
    pub when: String,
    /// The local time of `once`, and the one at which a rule begins.
    pub at: String,
    /// The cron pattern.
    pub cron: String,
    /// The rule of RFC 5545.
    pub rrule: String,
    /// The IANA time zone.
    pub zone: String,
    /// A duration such as `30m`.
    pub window: String,
    /// `skip` or `run`.
    pub late: String,
    /// A duration such as `15m`; may be empty where nothing is held.
    pub hold: String,
    /// The box was ticked by which the DAGs are left alone.
    pub flag_only: bool,
    /// Alarms, one a line: its name, then what it does (`before=wait`, `before=skip`, `during`, `outcome`), apart by blanks.
    pub guards: String,
    /// The longest flip, such as `5s`; may be empty.
    pub flip: String,
    /// The longest pickup, such as `2m`; may be empty.
    pub pickup: String,
    /// Nothing may be missed or run twice.
    pub nothing_missed: bool,
    /// Nothing may be red.
    pub nothing_red: bool,
    /// Who answers for it.
    pub owner: String,
    /// Addresses of those who are to know, apart by commas; may be empty.
    pub notify: String,
    /// The change (the ticket); may be empty.
    pub change_ref: String,
}

/// What a plan would be, as it is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillPreview {
    /// Its next dates, at most five, with what stands in the way of each; or what is wrong with its schedule.
    pub dates: Result<Vec<Due>, DeskError>,
    /// What is wrong with it, by the first field that is; nothing is where it could be saved.
    pub wrong: Option<DeskError>,
}

/// What is about one plan, and changes it or runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrillDeed {
    /// Run it now.
    Run,
    /// Skip the next date.
    Skip {
        /// That date, as the person saw it.
        due: Timestamp,
    },
    /// It does not run until it is resumed.
    Pause,
    /// It goes on.
    Resume,
    /// Take it away. What was run of it stays on record.
    Remove,
}

/// One run with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillReport {
    /// The run, with its entries.
    pub run: RecordDetail,
    /// The switch to the other side, where one was begun.
    pub over: Option<RecordDetail>,
    /// The switch back, where one was begun.
    pub back: Option<RecordDetail>,
}

/// A filled-in order not to wait for the old side any longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkipForm {
    /// The pair.
    pub pair: String,
    /// The switch.
    pub operation: OperationId,
    /// How many tasks the person saw at work on the old side, or [`SkipForm::NOT_KNOWN`].
    pub tasks: String,
    /// Why, as typed.
    pub reason: String,
}

impl SkipForm {
    /// What stands for the number where the page could not tell it.
    pub const NOT_KNOWN: &'static str = "unknown";
    /// What is to be written for the number.
    pub const WRITE: &'static str = "Write how many tasks you saw at work there, or `unknown` where it was not told.";
}

/// Why the desk did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum DeskError {
    /// No such pair, entry or operation.
    #[error("{message}")]
    NotFound {
        /// What was looked for.
        message: String,
    },
    /// What was filled in cannot be taken; nothing was done.
    #[error("{message}")]
    BadInput {
        /// The field of the form.
        field: String,
        /// What is wrong with it and how to mend it.
        message: String,
    },
    /// The confirmation has run out, or was made for somebody or something else; nothing was done.
    #[error("{message}")]
    Confirmation {
        /// What is wrong and what to do.
        message: String,
    },
    /// The person may not; nothing was done.
    #[error(transparent)]
    Forbidden {
        /// What is missing.
        #[from]
        denied: Denied,
    },
    /// The person may not override what blocks; nothing was done.
    #[error("{message}")]
    Override {
        /// Who may.
        message: String,
    },
    /// It is for a person, and a script came; nothing was done.
    #[error("{message}")]
    NotAPerson {
        /// Why, and who does it.
        message: String,
    },
    /// As things stand it cannot be done; nothing was done.
    #[error("{message}")]
    Refused {
        /// Why, and what to do.
        message: String,
    },
    /// The person must prove anew who they are; nothing was done.
    #[error("{message}")]
    Prove {
        /// What to do.
        message: String,
    },
    /// The store is away; nothing was switched. `command` is what works without it.
    #[error("{message}")]
    StoreAway {
        /// What the store said.
        message: String,
        /// The emergency command lines: Teal's own, and the raw AWS one.
        commands: Vec<String>,
    },
}

/// What a page shows of one record: the record and its entries as they stand in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordDetail {
    /// The record.
    pub record: Record,
    /// Its entries, oldest first.
    pub entries: Vec<EntryLine>,
}

/// One entry as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryLine {
    /// Its number.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// Its kind: the word of [`teal_domain::journal::Body::kind`].
    pub kind: &'static str,
    /// Who caused it.
    pub actor: Actor,
    /// Its hash.
    pub hash: teal_domain::journal::chain::Hash,
    /// Its body, as JSON for the curious.
    pub body: String,
}

/// A page of what was denied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DenialPage {
    /// What was denied, the latest first.
    pub denials: Vec<Denial>,
    /// The number that older ones come before, where there are older ones.
    pub older: Option<u64>,
}

/// The process behind the pages.
#[async_trait::async_trait]
pub trait Desk: Send + Sync {
    /// What Teal knows now. Never asks AWS.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Now, by the process's clock.
    fn now(&self) -> Timestamp;

    /// Prepares a switch of a pair to a side, for the change (the ticket) that is named, if one is: nothing happens yet.
    fn offer(&self, who: &Identity, pair: &PairId, target: Color, change_ref: &str) -> Result<Offer, DeskError>;

    /// Switches. Answers once the outcome is known, or is known to be unknown.
    async fn switch(&self, who: &Identity, form: SwitchForm) -> Result<Record, DeskError>;

    /// A page of the history.
    async fn history(&self, who: &Identity, pair: &PairId, query: &HistoryQuery) -> Result<HistoryPage, DeskError>;

    /// One record, by the number of its first entry.
    async fn record(&self, who: &Identity, pair: &PairId, seq: u64) -> Result<RecordDetail, DeskError>;

    /// Adds a note to a record.
    async fn note(&self, who: &Identity, pair: &PairId, about: u64, text: &str) -> Result<(), DeskError>;

    /// Asks for the approval of a switch. Answers with the number of the record.
    async fn ask(&self, who: &Identity, form: AskForm) -> Result<u64, DeskError>;

    /// Approves or declines what somebody else asked for. Answers with the number of the record.
    async fn decide(&self, who: &Identity, form: DecideForm) -> Result<u64, DeskError>;

    /// Takes a request back.
    async fn withdraw(&self, who: &Identity, pair: &PairId, request: OperationId) -> Result<(), DeskError>;

    /// Declares what is being done to one side.
    async fn declare(&self, who: &Identity, form: DeclareForm) -> Result<Maintenance, DeskError>;

    /// Ends a declared maintenance before its time.
    async fn lift(&self, who: &Identity, pair: &PairId, declared: OperationId) -> Result<(), DeskError>;

    /// Waits no longer for the old side to finish: its DAGs are paused now, whatever they are at.
    async fn skip_drain(&self, who: &Identity, form: SkipForm) -> Result<(), DeskError>;

    /// Tries what is owed after a switch again now.
    async fn go_on(&self, who: &Identity, pair: &PairId, operation: OperationId) -> Result<(), DeskError>;

    /// Smoke-tests the side that stands by. Answers with the number of the record.
    async fn smoke(&self, who: &Identity, pair: &PairId) -> Result<u64, DeskError>;

    /// Finds out what is wrong with a pair: asks AWS, for some seconds at most. The snapshot has what came of it.
    async fn diagnose(&self, who: &Identity, pair: &PairId) -> Result<(), DeskError>;

    /// For how much of a month the live side and the lineage service were up.
    async fn availability(&self, who: &Identity, pair: &PairId, month: Month) -> Result<Availability, DeskError>;

    /// What was measured of the pair: how long its latest switches took, and how long something was down.
    async fn past(&self, who: &Identity, pair: &PairId) -> Result<Past, DeskError>;

    /// What the pair's platform cost in fact. Never asks Cost Explorer: that is done by the clock.
    async fn paid(&self, who: &Identity, pair: &PairId) -> Result<Paid, DeskError>;

    /// How often the second side was of use lately.
    async fn made(&self, who: &Identity, pair: &PairId) -> Result<Made, DeskError>;

    /// What a plan would be as it is filled in. Nothing is kept.
    fn preview_drill(&self, who: &Identity, form: &DrillForm) -> Result<DrillPreview, DeskError>;

    /// Plans a drill, or changes a plan. Answers with the plan.
    async fn save_drill(&self, who: &Identity, form: DrillForm) -> Result<OperationId, DeskError>;

    /// Does something with a plan. Where that began or skipped a run, answers with the number of its record.
    async fn drill(
        &self,
        who: &Identity,
        pair: &PairId,
        plan: OperationId,
        deed: DrillDeed,
    ) -> Result<Option<u64>, DeskError>;

    /// Stops the run under way, which first brings the flag back.
    async fn stop_drill(&self, who: &Identity, pair: &PairId, run: OperationId) -> Result<(), DeskError>;

    /// One run, by the number of its record, with what belongs to it.
    async fn drill_report(&self, who: &Identity, pair: &PairId, seq: u64) -> Result<DrillReport, DeskError>;

    /// What was denied, the latest first; `before` this number, where one is given.
    async fn denials(&self, who: &Identity, before: Option<u64>) -> Result<DenialPage, DeskError>;
}
