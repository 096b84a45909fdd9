//! The journal: the append-only, hash-chained record of everything that happened to the flags.
//!
//! [`Body`] says what an entry can tell, [`chain`] how entries hold each other in place. Where they are kept
//! is the store's business.

pub mod chain;

use crate::{
    Actor, Base, Color, FlagValue, FlagVersion, Incarnation, Millis, OperationId, PairId, Reason, Timestamp,
    VersionRecord,
    approval::{Answer, Request},
    drill,
    maintenance::Maintenance,
    smoke::{SmokeEnd, SmokeRun},
    steps::Step,
    switch::{Outcome, Plan},
};
use serde::{Deserialize, Serialize};

/// One entry, as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the journal, from 1, without gaps.
    pub seq: u64,
    /// When it was written, by Teal's clock.
    pub at: Timestamp,
    /// The pair it is about.
    pub pair: PairId,
    /// Who caused it.
    pub actor: Actor,
    /// What it tells.
    pub body: Body,
    /// Its own hash, in hexadecimal.
    pub hash: chain::Hash,
}

/// What an entry tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// Somebody confirmed a switch. Nothing is put before this is on disk.
    Intent {
        /// What they confirmed.
        plan: Plan,
        /// It was first written to a spool file while the store was away, and merged later.
        #[serde(default)]
        spooled: bool,
    },
    /// The put of an operation is about to be sent.
    Put {
        /// The operation.
        operation: OperationId,
        /// `Overwrite=true`, or false where a missing parameter is created.
        overwrite: bool,
    },
    /// The put of an operation had no answer.
    Unknown {
        /// The operation.
        operation: OperationId,
        /// What happened instead of an answer.
        cause: String,
    },
    /// How an operation ended.
    Outcome {
        /// The operation.
        operation: OperationId,
        /// Its end.
        outcome: Outcome,
        /// How long its steps took, where the process that took them lived to say.
        timings: Option<Timings>,
    },
    /// An operation landed although its outcome says otherwise.
    Correction {
        /// The operation.
        operation: OperationId,
        /// The version that landed.
        version: FlagVersion,
    },
    /// A version of the flag, read from the parameter's history. Each is in the journal exactly once.
    Version {
        /// The life of the parameter that it belongs to.
        incarnation: Incarnation,
        /// The version as SSM tells it.
        record: VersionRecord,
        /// What the flag held before, where it is known.
        previous: Option<FlagValue>,
        /// The operation id that it is the lowest version to carry, as far as could be told.
        first_with: Option<OperationId>,
        /// The operation that wrote it: that one, if the journal knew it.
        wrote: Option<OperationId>,
        /// It was there before Teal first looked.
        imported: bool,
        /// Its description is that of the version before: whoever wrote it gave none.
        #[serde(default)]
        carried_over: bool,
    },
    /// The parameter was deleted and made anew.
    MadeAnew {
        /// The life that begins.
        incarnation: Incarnation,
        /// The last version known of the life before.
        last: FlagVersion,
    },
    /// Versions that SSM no longer keeps, and that Teal never saw.
    Gap {
        /// The life of the parameter.
        incarnation: Incarnation,
        /// The first that is missing.
        from: FlagVersion,
        /// The last that is missing.
        to: FlagVersion,
    },
    /// The parameter was found missing.
    Gone {
        /// The life that ended.
        incarnation: Incarnation,
        /// The last version known.
        last: Option<FlagVersion>,
    },
    /// Somebody asks for the approval of a switch.
    Asked {
        /// What they ask for.
        request: Request,
    },
    /// Somebody else approved or declined it.
    Decided {
        /// The request.
        request: OperationId,
        /// Its digest, as they looked at it.
        digest: String,
        /// What they said.
        answer: Answer,
        /// With which words, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<Reason>,
    },
    /// Whoever asked no longer wants it, or an admin took it back.
    Withdrawn {
        /// The request.
        request: OperationId,
    },
    /// What followed a flip: the DAGs, the watch.
    Step {
        /// The switch.
        operation: OperationId,
        /// What was done.
        did: Step,
    },
    /// Somebody declared what is being done to one side.
    Declared {
        /// What they said.
        maintenance: Maintenance,
    },
    /// It is over before its time.
    Lifted {
        /// What had been declared.
        declared: OperationId,
    },
    /// Somebody smoke-tests the standby. No run is begun before this is on disk.
    SmokeBegun {
        /// What is tested.
        run: SmokeRun,
    },
    /// How a smoke test ended.
    SmokeEnded {
        /// The smoke test.
        run: OperationId,
        /// What became of its runs, and whether what was unpaused for it is paused again.
        end: SmokeEnd,
    },
    /// Somebody planned a drill, or changed the plan.
    DrillPlanned {
        /// The plan as it became.
        plan: Box<drill::Plan>,
        /// What was done to it.
        change: drill::PlansChange,
    },
    /// A run of a drill begins. Nothing is switched for it before this is on disk.
    DrillBegun {
        /// The run, with the plan as it was then.
        run: Box<drill::Run>,
    },
    /// What a run of a drill did or found.
    DrillStep {
        /// The run.
        run: OperationId,
        /// What.
        did: drill::Step,
    },
    /// How a run of a drill ended.
    DrillEnded {
        /// The run.
        run: OperationId,
        /// How.
        ended: Box<drill::Ended>,
    },
    /// Somebody explained an entry.
    Note {
        /// The entry.
        about: u64,
        /// What they said.
        text: Reason,
    },
}

/// How long the steps of a switch took, on the monotonic clock of the process that took them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timings {
    /// From the request until the lease was ours.
    pub queue: Millis,
    /// Reading the flag again.
    pub reread: Millis,
    /// The put, until its answer.
    pub put: Millis,
    /// From the answer until a read showed the version.
    pub verify: Millis,
    /// The whole flip: from the request until it was verified.
    pub total: Millis,
}

impl Body {
    /// The word for the column and the filters.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Intent { .. } => "intent",
            Self::Put { .. } => "put",
            Self::Unknown { .. } => "unknown",
            Self::Outcome { .. } => "outcome",
            Self::Correction { .. } => "correction",
            Self::Version { .. } => "version",
            Self::MadeAnew { .. } => "made_anew",
            Self::Gap { .. } => "gap",
            Self::Gone { .. } => "gone",
            Self::Note { .. } => "note",
            Self::Step { .. } => "step",
            Self::Asked { .. } => "asked",
            Self::Decided { .. } => "decided",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Declared { .. } => "declared",
            Self::Lifted { .. } => "lifted",
            Self::SmokeBegun { .. } => "smoke_begun",
            Self::SmokeEnded { .. } => "smoke_ended",
            Self::DrillPlanned { .. } => "drill_planned",
            Self::DrillBegun { .. } => "drill_begun",
            Self::DrillStep { .. } => "drill_step",
            Self::DrillEnded { .. } => "drill_ended",
        }
    }

    /// The operation that the entry belongs to.
    pub fn operation(&self) -> Option<OperationId> {
        match self {
            Self::Intent { plan, .. } => Some(plan.operation),
            Self::Put { operation, .. }
            | Self::Unknown { operation, .. }
            | Self::Outcome { operation, .. }
            | Self::Step { operation, .. }
            | Self::Correction { operation, .. } => Some(*operation),
            Self::Version { wrote, record, .. } => wrote.or_else(|| record.operation()),
            Self::Asked { request } => Some(request.id),
            Self::Decided { request, .. } | Self::Withdrawn { request } => Some(*request),
            Self::Declared { maintenance } => Some(maintenance.id),
            Self::Lifted { declared } => Some(*declared),
            Self::SmokeBegun { run } => Some(run.id),
            Self::SmokeEnded { run, .. } | Self::DrillStep { run, .. } | Self::DrillEnded { run, .. } => Some(*run),
            Self::DrillBegun { run } => Some(run.id),
            // A plan is written many times, and is no operation.
            Self::DrillPlanned { .. }
            | Self::MadeAnew { .. }
            | Self::Gap { .. }
            | Self::Gone { .. }
            | Self::Note { .. } => None,
        }
    }

    /// The side that the entry is about, for the filter.
    pub const fn color(&self) -> Option<Color> {
        match self {
            Self::Intent { plan, .. } => Some(plan.target),
            Self::Asked { request } => Some(request.target),
            Self::Declared { maintenance } => Some(maintenance.side),
            Self::SmokeBegun { run } => Some(run.side),
            Self::Version { record, .. } => record.value.color(),
            _ => None,
        }
    }

    /// What the entry is in a list of what happened; `None` for the steps of something listed already.
    pub const fn listed(&self) -> Option<Listed> {
        match self {
            Self::Intent { plan, .. } => Some(match plan.kind {
                crate::switch::Kind::Planned => Listed::Switch,
                crate::switch::Kind::Emergency => Listed::Emergency,
                crate::switch::Kind::Repair => Listed::Repair,
            }),
            Self::Version { wrote: None, imported: false, .. } => Some(Listed::External),
            Self::Version { wrote: None, imported: true, .. } => Some(Listed::Imported),
            Self::MadeAnew { .. } | Self::Gap { .. } | Self::Gone { .. } => Some(Listed::Incident),
            Self::Asked { .. } => Some(Listed::Request),
            Self::Declared { .. } => Some(Listed::Maintenance),
            Self::SmokeBegun { .. } => Some(Listed::Smoke),
            Self::DrillBegun { .. } => Some(Listed::Drill),
            Self::DrillPlanned { .. } => Some(Listed::Plan),
            _ => None,
        }
    }

    /// What the flag stood at when somebody confirmed, for entries that rest on that.
    pub const fn base(&self) -> Option<Base> {
        match self {
            Self::Intent { plan, .. } => Some(plan.base),
            Self::Asked { request } => Some(request.base),
            _ => None,
        }
    }
}

/// What sort of thing happened, as the history lists and filters it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// A planned switch.
    Switch,
    /// An emergency switch.
    Emergency,
    /// A repair.
    Repair,
    /// A version that Teal did not write.
    External,
    /// A version from before Teal first looked.
    Imported,
    /// The parameter vanished, was made anew, or lost history.
    Incident,
    /// Somebody asked for the approval of a switch.
    Request,
    /// Somebody declared what is being done to one side.
    Maintenance,
    /// The standby was smoke-tested.
    Smoke,
    /// A drill was run, or skipped.
    Drill,
    /// A drill was planned, or its plan changed.
    Plan,
}

impl Listed {
    /// All of them, in the order in which the filter offers them.
    pub const ALL: [Self; 11] = [
        Self::Switch,
        Self::Emergency,
        Self::Repair,
        Self::Request,
        Self::Maintenance,
        Self::Smoke,
        Self::Drill,
        Self::Plan,
        Self::External,
        Self::Imported,
        Self::Incident,
    ];

    /// The word for the column and the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Emergency => "emergency",
            Self::Repair => "repair",
            Self::External => "external",
            Self::Imported => "imported",
            Self::Incident => "incident",
            Self::Request => "request",
            Self::Maintenance => "maintenance",
            Self::Smoke => "smoke",
            Self::Drill => "drill",
            Self::Plan => "plan",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|listed| listed.as_str() == word)
    }
}
