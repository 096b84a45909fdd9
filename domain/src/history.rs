//! What happened, as people read it: one record a switch or an external change, put together from the
//! journal's entries.

mod after;

pub use after::After;

use crate::{
    Actor, Base, Color, FlagValue, FlagVersion, Incarnation, Millis, OperationId, PairId, Reason, Timestamp, Via,
    approval::{Approval, Decision, Request},
    drill::{DrillRecord, PlanRecord},
    journal::{Body, Entry, Listed, Timings, chain::Hash},
    maintenance::Maintenance,
    smoke::SmokeRecord,
    steps::Course,
    switch::{Kind, Outcome},
};
use serde::{Deserialize, Serialize};

/// One thing that happened, with everything that was journalled about it since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The entry that it begins with; its address is made of it.
    pub seq: u64,
    /// When that entry was written.
    pub at: Timestamp,
    /// The pair.
    pub pair: PairId,
    /// Who.
    pub actor: Actor,
    /// The hash of the entry that it begins with.
    pub hash: Hash,
    /// What.
    pub what: What,
    /// Explanations that somebody added later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// An explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// What they said.
    pub text: Reason,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum What {
    /// A switch through Teal.
    Switch(SwitchRecord),
    /// A version that Teal did not write.
    External(ExternalRecord),
    /// The parameter was deleted and made anew.
    MadeAnew {
        /// The life that begins.
        incarnation: Incarnation,
        /// The last version known of the life before.
        last: FlagVersion,
    },
    /// Versions that nobody can read any more.
    Gap {
        /// The first.
        from: FlagVersion,
        /// The last.
        to: FlagVersion,
    },
    /// The parameter was found missing.
    Gone {
        /// The last version known.
        last: Option<FlagVersion>,
    },
    /// Somebody asked for the approval of a switch.
    Request(RequestRecord),
    /// Somebody declared what is being done to one side.
    Maintenance(MaintenanceRecord),
    /// The standby was smoke-tested.
    Smoke(SmokeRecord),
    /// A drill was run, or skipped.
    Drill(Box<DrillRecord>),
    /// A drill was planned, or its plan changed.
    Plan(Box<PlanRecord>),
}

/// A declared maintenance, and whether somebody lifted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceRecord {
    /// What was declared.
    pub maintenance: Maintenance,
    /// When it was lifted before its time, and by whom.
    pub lifted: Option<(Timestamp, Actor)>,
}

impl MaintenanceRecord {
    /// When it was over: lifted, or run out.
    pub fn ended_at(&self, now: Timestamp) -> Option<Timestamp> {
        let ran_out = Some(self.maintenance.until).filter(|until| *until <= now);
        self.lifted.as_ref().map(|(at, _)| *at).or(ran_out)
    }
}

/// A request for approval, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// What was asked for.
    pub request: Request,
    /// What somebody said to it.
    pub decision: Option<Decision>,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
}

/// A switch through Teal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchRecord {
    /// The operation.
    pub operation: OperationId,
    /// Planned, emergency or repair.
    pub kind: Kind,
    /// The side that was live.
    pub from: Option<Color>,
    /// The side to make live.
    pub target: Color,
    /// What the person saw.
    pub base: Base,
    /// Why.
    pub reason: Reason,
    /// Whether it was spooled while the store was away.
    pub spooled: bool,
    /// How far it has come.
    pub progress: Progress,
    /// How long its steps took.
    pub timings: Option<Timings>,
    /// It landed after it had been given up: the version.
    pub landed_late: Option<FlagVersion>,
    /// The approval that it rested on, where policy asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// An emergency that went through although policy asked for a younger sign-in, since there was nobody to prove it to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unproven: bool,
    /// The change (the ticket) that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_ref: Option<Reason>,
    /// Checks that blocked and were overridden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<String>,
    /// The switch that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<OperationId>,
    /// The declared maintenance that stood then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<OperationId>,
    /// The run of a drill that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<OperationId>,
    /// It left the DAGs alone, whatever policy says of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flag_only: bool,
    /// What followed the flip. It stays on the server.
    #[serde(skip)]
    pub course: Box<Course>,
}

/// How far a switch has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Progress {
    /// Under way: nothing was put yet.
    Begun,
    /// The put was sent; the outcome is not known.
    Unknown {
        /// Since when.
        since: Timestamp,
        /// What happened instead of an answer, where the process lived to say.
        cause: Option<String>,
    },
    /// It has ended.
    Ended {
        /// When.
        at: Timestamp,
        /// How.
        outcome: Outcome,
    },
}

/// A version that Teal did not write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalRecord {
    /// The life of the parameter.
    pub incarnation: Incarnation,
    /// The version.
    pub version: FlagVersion,
    /// What it holds.
    pub value: FlagValue,
    /// What the flag held before, where it is known.
    pub previous: Option<FlagValue>,
    /// When it was written, by the clock of AWS.
    pub written_at: Timestamp,
    /// The description that it came with.
    pub description: Option<String>,
    /// That description is the one of the version before: whoever wrote this one gave none.
    pub carried_over: bool,
    /// It carries the id of a Teal operation that this journal does not know.
    pub foreign: Option<OperationId>,
    /// It was there before Teal first looked.
    pub imported: bool,
}

impl Record {
    /// Puts a record together from the entry it begins with and the entries about it since (of the same
    /// operation, or notes on it), in order. `None` where the first entry begins nothing.
    pub fn fold(first: &Entry, rest: &[Entry]) -> Option<Self> {
        first.body.listed()?;
        let what = match &first.body {
            Body::Intent { plan, spooled } => What::Switch(SwitchRecord {
                operation: plan.operation,
                kind: plan.kind,
                from: plan.from,
                target: plan.target,
                base: plan.base,
                reason: plan.reason.clone(),
                spooled: *spooled,
                progress: Progress::Begun,
                timings: None,
                landed_late: None,
                approval: plan.approval.clone(),
                unproven: plan.unproven,
                change_ref: plan.change_ref.clone(),
                overridden: plan.overridden.clone(),
                reverts: plan.reverts,
                maintenance: plan.maintenance,
                drill: plan.drill,
                flag_only: plan.flag_only,
                course: Box::default(),
            }),
            Body::Asked { request } => {
                What::Request(RequestRecord { request: request.clone(), decision: None, withdrawn_at: None })
            }
            Body::Declared { maintenance } => {
                What::Maintenance(MaintenanceRecord { maintenance: maintenance.clone(), lifted: None })
            }
            Body::SmokeBegun { run } => What::Smoke(SmokeRecord { run: run.clone(), end: None }),
            Body::DrillBegun { run } => What::Drill(Box::new(DrillRecord::begun((**run).clone()))),
            Body::DrillPlanned { plan, change } => {
                What::Plan(Box::new(PlanRecord { plan: (**plan).clone(), change: *change }))
            }
            Body::Version { incarnation, record, previous, imported, carried_over, .. } => {
                What::External(ExternalRecord {
                    incarnation: *incarnation,
                    version: record.version,
                    value: record.value.clone(),
                    previous: previous.clone(),
                    written_at: record.modified_at,
                    description: record.description.clone(),
                    carried_over: *carried_over,
                    foreign: record.operation(),
                    imported: *imported,
                })
            }
            Body::MadeAnew { incarnation, last } => What::MadeAnew { incarnation: *incarnation, last: *last },
            Body::Gap { from, to, .. } => What::Gap { from: *from, to: *to },
            Body::Gone { last, .. } => What::Gone { last: *last },
            _ => return None,
        };
        let mut record = Self {
            seq: first.seq,
            at: first.at,
            pair: first.pair.clone(),
            actor: first.actor.clone(),
            hash: first.hash,
            what,
            notes: Vec::new(),
        };
        rest.iter().for_each(|entry| record.take(entry));
        Some(record)
    }

    fn take(&mut self, entry: &Entry) {
        if let Body::Note { about, text } = &entry.body {
            if *about == self.seq {
                self.notes.push(Note { at: entry.at, actor: entry.actor.clone(), text: text.clone() });
            }
            return;
        }
        let switch = match &mut self.what {
            What::Switch(switch) if entry.body.operation() == Some(switch.operation) => switch,
            What::Request(asked) if entry.body.operation() == Some(asked.request.id) => {
                asked.take(entry);
                return;
            }
            What::Maintenance(declared) if entry.body.operation() == Some(declared.maintenance.id) => {
                if matches!(entry.body, Body::Lifted { .. }) {
                    declared.lifted = Some((entry.at, entry.actor.clone()));
                }
                return;
            }
            What::Smoke(test) if entry.body.operation() == Some(test.run.id) => {
                if let Body::SmokeEnded { end, .. } = &entry.body {
                    test.end = Some((entry.at, end.clone()));
                }
                return;
            }
            What::Drill(drill) if entry.body.operation() == Some(drill.run.id) => {
                match &entry.body {
                    Body::DrillStep { did, .. } => drill.steps.push((entry.at, did.clone())),
                    Body::DrillEnded { ended, .. } => drill.end = Some((entry.at, (**ended).clone())),
                    _ => {}
                }
                return;
            }
            _ => return,
        };
        match &entry.body {
            Body::Put { .. } if switch.progress == Progress::Begun => {
                switch.progress = Progress::Unknown { since: entry.at, cause: None }
            }
            Body::Unknown { cause, .. } => {
                if let Progress::Unknown { cause: slot, .. } = &mut switch.progress {
                    *slot = Some(cause.clone());
                }
            }
            Body::Outcome { outcome, timings, .. } => {
                switch.progress = Progress::Ended { at: entry.at, outcome: outcome.clone() };
                switch.timings = *timings;
            }
            Body::Correction { version, .. } => switch.landed_late = Some(*version),
            Body::Step { did, .. } => switch.course.take(entry.at, did.clone()),
            _ => {}
        }
    }

    /// The version of the flag that came of it, if one did.
    pub fn version(&self) -> Option<FlagVersion> {
        match &self.what {
            What::Switch(switch) => switch.landed_late.or(match &switch.progress {
                Progress::Ended { outcome, .. } => outcome.landed(),
                _ => None,
            }),
            What::External(external) => Some(external.version),
            _ => None,
        }
    }

    /// Whether the parameter was found gone or made anew: what is said of versions before it is of another life.
    pub const fn ends_a_life(&self) -> bool {
        matches!(self.what, What::Gone { .. } | What::MadeAnew { .. })
    }

    /// When it happened: for a version that Teal did not write, when it was written by the clock of AWS, not
    /// when Teal noticed.
    pub const fn happened_at(&self) -> Timestamp {
        match &self.what {
            What::External(external) => external.written_at,
            _ => self.at,
        }
    }

    /// The switch, if it is one.
    pub const fn switch(&self) -> Option<&SwitchRecord> {
        match &self.what {
            What::Switch(switch) => Some(switch),
            _ => None,
        }
    }

    /// The smoke test, if it is one.
    pub const fn smoke(&self) -> Option<&SmokeRecord> {
        match &self.what {
            What::Smoke(test) => Some(test),
            _ => None,
        }
    }

    /// The run of a drill, if it is one.
    pub fn drill(&self) -> Option<&DrillRecord> {
        match &self.what {
            What::Drill(drill) => Some(drill),
            _ => None,
        }
    }

    /// A switch that stopped because the flag had moved: the person is to be asked again.
    pub const fn moved(&self) -> bool {
        match self.switch() {
            Some(switch) => matches!(&switch.progress, Progress::Ended { outcome: Outcome::Moved { .. }, .. }),
            None => false,
        }
    }

    /// An external change that nobody has explained. What was there before Teal first looked needs no
    /// explanation; what Teal itself found out (from `CloudTrail`) says how, not why.
    pub fn unexplained(&self) -> bool {
        matches!(&self.what, What::External(external) if !external.imported)
            && !self.notes.iter().any(|note| note.actor.via != Via::Teal)
    }

    /// How long the flip took, from click to verified.
    pub fn flip(&self) -> Option<Millis> {
        self.switch().and_then(|switch| switch.timings).map(|timings| timings.total)
    }
}

impl RequestRecord {
    fn take(&mut self, entry: &Entry) {
        match &entry.body {
            Body::Decided { answer, comment, .. } => {
                let (by, comment) = (entry.actor.clone(), comment.clone());
                self.decision = Some(Decision { answer: *answer, by, at: entry.at, comment });
            }
            Body::Withdrawn { .. } => self.withdrawn_at = Some(entry.at),
            _ => {}
        }
    }
}

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryQuery {
    /// Only this sort.
    pub kind: Option<Listed>,
    /// Only this person, by exact name.
    pub actor: Option<String>,
    /// Only what is about this side: what made it live, was to, was done to it, or tested it.
    pub color: Option<Color>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Only entries below this number: the key of the page before.
    pub before: Option<u64>,
}

/// A page of the history, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next (older) page begins, if there is one.
    pub older: Option<u64>,
}
