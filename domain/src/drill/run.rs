//! One rehearsal: what is on record of it, and where it stands.

use super::{Measured, Plan};
use crate::{
    Actor, Base, Color, OperationId, Timestamp,
    preflight::{Check, Verdict},
    watch::Rang,
};
use serde::{Deserialize, Serialize};

/// A run, as it was begun. It keeps the plan as that was then.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Run {
    /// Its identity.
    pub id: OperationId,
    /// What is rehearsed.
    pub plan: Plan,
    /// When it was due.
    pub due: Timestamp,
    /// Who wanted it now, outside its schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Actor>,
}

impl Run {
    /// Until when it must have begun to switch.
    pub fn window_ends(&self) -> Timestamp {
        self.due + self.plan.window
    }
}

/// A check as it stood when a run went through it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// What it said.
    pub verdict: Verdict,
    /// On what grounds.
    pub evidence: String,
}

impl From<&Check> for Checked {
    fn from(check: &Check) -> Self {
        Self { name: check.name.clone(), verdict: check.verdict, evidence: check.evidence.clone() }
    }
}

/// What a run did or found. Each is an entry of the journal, written before the next is thought of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// It cannot begin yet.
    Waits {
        /// Why not, in a sentence.
        because: String,
    },
    /// Approval was asked for, once: the record of that.
    Asked {
        /// The number of the record.
        record: u64,
    },
    /// The checks, as they stood when it went through them.
    Went {
        /// The side that would become live.
        target: Color,
        /// All of them.
        checks: Vec<Checked>,
    },
    /// It is about to switch, by this operation. It stands here before that switch is begun, so that whoever comes after
    /// a crash goes on with the same one.
    Flips {
        /// The switch.
        operation: OperationId,
        /// To where.
        target: Color,
        /// From where the flag stood.
        base: Base,
        /// The alarms that rang already: they are not of its making.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ringing: Vec<Rang>,
    },
    /// The other side is live, until then.
    Holds {
        /// Until when.
        until: Timestamp,
    },
    /// An alarm that it heeds went off after the flip, or the watch turned red.
    Rang {
        /// Which: `guard` and its name, or what the watch calls it.
        what: String,
        /// What it said.
        because: String,
        /// It makes the run interrupted; otherwise the run has failed.
        interrupts: bool,
    },
    /// Somebody wants it to stop: the flag goes back first.
    Stopped {
        /// Who.
        by: Actor,
    },
    /// It is about to switch back, by this operation.
    Returns {
        /// The switch.
        operation: OperationId,
        /// To where.
        target: Color,
        /// From where the flag stood.
        base: Base,
    },
    /// An attempt to switch back came to nothing; another one is made, within bounds.
    NotReturned {
        /// Why.
        because: String,
    },
}

impl Step {
    /// The word for columns and files.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waits { .. } => "waits",
            Self::Asked { .. } => "asked",
            Self::Went { .. } => "went",
            Self::Flips { .. } => "flips",
            Self::Holds { .. } => "holds",
            Self::Rang { .. } => "rang",
            Self::Stopped { .. } => "stopped",
            Self::Returns { .. } => "returns",
            Self::NotReturned { .. } => "not_returned",
        }
    }
}

/// Why a run was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "skipped", rename_all = "snake_case")]
pub enum Skipped {
    /// Teal did not run at its time.
    Late,
    /// Its window was over before it could begin.
    Window {
        /// What it had waited for.
        because: String,
    },
    /// A guard was in alarm that skips.
    Guard {
        /// Its alarm.
        alarm: String,
    },
    /// Somebody wanted it skipped.
    Asked {
        /// Who.
        by: Actor,
    },
}

impl Skipped {
    /// In a sentence.
    pub fn told(&self) -> String {
        match self {
            Self::Late => "Teal did not run at its time.".to_owned(),
            Self::Window { because } => format!("Its window was over before it could begin. {because}"),
            Self::Guard { alarm } => format!("The guard {alarm} was in alarm."),
            Self::Asked { by } => format!("{} wanted it skipped.", by.name),
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// All criteria are met.
    Succeeded,
    /// A criterion is not met, the watch turned red, or the flag could not be brought back.
    Failed {
        /// Why, a sentence each.
        because: Vec<String>,
    },
    /// Something came in between that has nothing to do with what was rehearsed.
    Interrupted {
        /// What.
        because: String,
    },
    /// It was not begun.
    Skipped {
        /// Why not.
        why: Skipped,
    },
    /// It cannot be told.
    Unknown {
        /// Why not.
        because: String,
    },
}

impl End {
    /// The word for columns and files.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed { .. } => "failed",
            Self::Interrupted { .. } => "interrupted",
            Self::Skipped { .. } => "skipped",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Why, in sentences; empty where there is nothing to say.
    pub fn because(&self) -> String {
        match self {
            Self::Succeeded => String::new(),
            Self::Failed { because } => because.join(" "),
            Self::Interrupted { because } | Self::Unknown { because } => because.clone(),
            Self::Skipped { why } => why.told(),
        }
    }
}

/// How a run ended, with what was measured of it and where the flag stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub end: End,
    /// What was measured.
    #[serde(default)]
    pub measured: Measured,
    /// The flag is on this side and was to be on the other: somebody must bring it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stranded: Option<Color>,
}

/// A run, and what is on record of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillRecord {
    /// As it was begun.
    pub run: Run,
    /// What it did and found, the oldest first.
    pub steps: Vec<(Timestamp, Step)>,
    /// When and how it ended, once it has.
    pub end: Option<(Timestamp, Ended)>,
}

/// What was done to a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// The plan as it became.
    pub plan: Plan,
    /// What was done.
    pub change: super::PlansChange,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State<'a> {
    /// It has begun and waits.
    Waiting {
        /// For what, where that is known.
        because: Option<&'a str>,
    },
    /// It is switching, or the other side is live.
    Running {
        /// Until when the other side is to be live, once it is.
        until: Option<Timestamp>,
    },
    /// It is bringing the flag back.
    Returning,
    /// It has ended.
    Ended(&'a Ended),
}

impl State<'_> {
    /// The word for columns and files.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Running { .. } => "running",
            Self::Returning => "returning",
            Self::Ended(ended) => ended.end.as_str(),
        }
    }
}

impl DrillRecord {
    /// A run that has just begun.
    pub const fn begun(run: Run) -> Self {
        Self { run, steps: Vec::new(), end: None }
    }

    /// Where it stands.
    pub fn state(&self) -> State<'_> {
        if let Some((_, ended)) = &self.end {
            return State::Ended(ended);
        }
        let mut state = State::Waiting { because: None };
        for (_, step) in &self.steps {
            match step {
                Step::Waits { because } => state = State::Waiting { because: Some(because) },
                Step::Went { .. } | Step::Flips { .. } => state = State::Running { until: None },
                Step::Holds { until } => state = State::Running { until: Some(*until) },
                Step::Rang { .. } | Step::Stopped { .. } if self.flip().is_some() => state = State::Returning,
                Step::Returns { .. } | Step::NotReturned { .. } => state = State::Returning,
                Step::Rang { .. } | Step::Stopped { .. } | Step::Asked { .. } => {}
            }
        }
        state
    }

    /// The latest switch that it began to the other side.
    pub fn flip(&self) -> Option<(OperationId, Color, Base)> {
        self.steps.iter().rev().find_map(|(_, step)| match step {
            Step::Flips { operation, target, base, .. } => Some((*operation, *target, *base)),
            _ => None,
        })
    }

    /// The latest switch that it began to come back.
    pub fn way_back(&self) -> Option<(OperationId, Color, Base)> {
        self.steps.iter().rev().find_map(|(_, step)| match step {
            Step::Returns { operation, target, base } => Some((*operation, *target, *base)),
            _ => None,
        })
    }

    /// When it first wanted the flag back, and how often that came to nothing.
    pub fn attempts_back(&self) -> (Option<Timestamp>, usize) {
        let first = self.steps.iter().find(|(_, step)| matches!(step, Step::Returns { .. } | Step::NotReturned { .. }));
        let failed = self.steps.iter().filter(|(_, step)| matches!(step, Step::NotReturned { .. })).count();
        (first.map(|(at, _)| *at), failed)
    }

    /// Until when the other side is to be live.
    pub fn holds_until(&self) -> Option<Timestamp> {
        self.steps.iter().find_map(|(_, step)| match step {
            Step::Holds { until } => Some(*until),
            _ => None,
        })
    }

    /// What went off after the flip, the oldest first: what, why, and whether it interrupts.
    pub fn rang(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.steps.iter().filter_map(|(_, step)| match step {
            Step::Rang { what, because, interrupts } => Some((what.as_str(), because.as_str(), *interrupts)),
            _ => None,
        })
    }

    /// Who wanted it to stop.
    pub fn stopped(&self) -> Option<&Actor> {
        self.steps.iter().find_map(|(_, step)| match step {
            Step::Stopped { by } => Some(by),
            _ => None,
        })
    }

    /// The record of the approval that was asked for.
    pub fn asked(&self) -> Option<u64> {
        self.steps.iter().find_map(|(_, step)| match step {
            Step::Asked { record } => Some(*record),
            _ => None,
        })
    }

    /// What it waits for, if it waits.
    pub fn waits_for(&self) -> Option<&str> {
        match self.state() {
            State::Waiting { because } => because,
            _ => None,
        }
    }

    /// The checks as they stood when it went through them.
    pub fn checks(&self) -> &[Checked] {
        let went = self.steps.iter().rev().find_map(|(_, step)| match step {
            Step::Went { checks, .. } => Some(checks.as_slice()),
            _ => None,
        });
        went.unwrap_or_default()
    }

    /// Whether it proves that the failover works: the flag went over, and all was well.
    pub fn proves(&self) -> Option<Timestamp> {
        let (at, ended) = self.end.as_ref()?;
        (ended.end == End::Succeeded && self.run.plan.kind.flips()).then_some(*at)
    }
}
