//! What is rehearsed, when, and what counts as good.

use crate::{Actor, Millis, OperationId, PairId, Reason, Timestamp};
use serde::{Deserialize, Serialize};

/// What somebody has planned to rehearse.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Plan {
    /// Its identity.
    pub id: OperationId,
    /// The pair.
    pub pair: PairId,
    /// Which writing of it this is, from 1: each change makes one more.
    pub revision: u32,
    /// What people call it.
    pub name: Reason,
    /// What is done.
    pub kind: Kind,
    /// When, as it was written.
    pub when: When,
    /// The time zone that it was written in, by its IANA name.
    pub zone: String,
    /// A run that has not begun so long after its time is skipped.
    pub window: Millis,
    /// What becomes of a start that Teal missed, within the window.
    pub late: Late,
    /// How long the other side is live before the flag goes back.
    pub hold: Millis,
    /// The flag alone is moved, whatever policy says of the DAGs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flag_only: bool,
    /// Alarms beside those of the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// What counts as good.
    pub criteria: Criteria,
    /// Who answers for it.
    pub owner: Reason,
    /// The addresses of those who are to know of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
    /// The change (the ticket) that its switches belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_ref: Option<Reason>,
    /// It does not run until somebody lets it go on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// When it was written so.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: Actor,
}

/// What a drill does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Every check and the preview, and no flip.
    Tabletop,
    /// The flag goes to the other side, stays for a while, and comes back.
    SwitchAndReturn,
    /// The flag goes to the other side and stays.
    OneWay,
}

impl Kind {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Tabletop, Self::SwitchAndReturn, Self::OneWay];

    /// The word in forms and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tabletop => "tabletop",
            Self::SwitchAndReturn => "switch-and-return",
            Self::OneWay => "one-way",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Tabletop => "Tabletop",
            Self::SwitchAndReturn => "Switch and return",
            Self::OneWay => "One way",
        }
    }

    /// What it does, in a sentence.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Tabletop => "Every check and the preview; the flag stays.",
            Self::SwitchAndReturn => "The flag goes to the other side, stays for the hold, and comes back.",
            Self::OneWay => "The flag goes to the other side and stays there.",
        }
    }

    /// Whether the flag moves.
    pub const fn flips(self) -> bool {
        !matches!(self, Self::Tabletop)
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// When a drill runs, on the clock of its zone, as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum When {
    /// Once, such as `2026-12-24T10:00`.
    Once {
        /// The local time.
        at: String,
    },
    /// By a cron pattern of five fields, such as `0 10 * * TUE`.
    Cron {
        /// The pattern.
        pattern: String,
    },
    /// By a rule of RFC 5545, such as `FREQ=MONTHLY;BYDAY=1TU`.
    Rule {
        /// The rule.
        rrule: String,
        /// The local time at which it begins.
        starts: String,
    },
}

impl When {
    /// The word in forms and files.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Once { .. } => "once",
            Self::Cron { .. } => "cron",
            Self::Rule { .. } => "rule",
        }
    }
}

/// What becomes of a start that Teal missed because it did not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    /// It is skipped.
    #[default]
    Skip,
    /// It runs, as long as its window is open.
    Run,
}

impl Late {
    /// How late a start may be and still count as in time: a process needs a moment to come up.
    pub const STILL_IN_TIME: Millis = Millis::from_secs(60);

    /// The word in forms and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Run => "run",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Skip, Self::Run].into_iter().find(|late| late.as_str() == word)
    }
}

/// An alarm that a drill heeds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Guard {
    /// Its name in CloudWatch.
    pub alarm: String,
    /// What it does to a run that has not begun to switch, while it is in alarm; nothing where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// If it goes into alarm after the flip, the run is interrupted and the flag goes back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub during: bool,
    /// If it goes into alarm after the flip, the run has failed and the flag goes back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outcome: bool,
}

/// What a guard does to a run that has not begun to switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// The run waits until it is over, as long as its window is open.
    Wait,
    /// The run is skipped.
    Skip,
}

impl Before {
    /// The word in forms and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Skip => "skip",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Wait, Self::Skip].into_iter().find(|before| before.as_str() == word)
    }
}

/// What counts as good. What is none is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Criteria {
    /// The flip takes this at the most, from being asked for until it is verified; so does the way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flip: Option<Millis>,
    /// The first task on the new side begins so soon after the flip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pickup: Option<Millis>,
    /// Nothing that was due is missed or run twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nothing_missed: bool,
    /// The watch finds nothing red.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nothing_red: bool,
}

impl Plan {
    /// The longest hold and the longest window.
    pub const LONGEST: Millis = Millis::from_secs(24 * 3600);
    /// The shortest window: less, and a guard that clears is never waited for.
    pub const SHORTEST_WINDOW: Millis = Millis::from_secs(60);
    /// How many plans a pair may have.
    pub const MOST: usize = 100;

    /// The longest that a run of it takes from its time on: waiting, holding, and coming back.
    pub fn spans(&self) -> Millis {
        let hold = if self.kind == Kind::SwitchAndReturn { self.hold } else { Millis(0) };
        Millis(self.window.0 + hold.0)
    }

    /// The reason that its switches are recorded with.
    pub fn reason(&self) -> Option<Reason> {
        Reason::quoting(&format!("Drill: {}", self.name.as_str()))
    }
}
