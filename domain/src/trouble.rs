//! What goes wrong with a pair, by name: what was looked at, what it shows, and how to mend it.
//!
//! Here are the words. What is gathered is in `gathered`; each of the other files judges some of the troubles.

pub mod access;
mod both;
pub mod gathered;
mod idle;
mod ignored;
pub mod links;
pub mod log;
mod old_side;
mod platform;
#[cfg(test)]
mod tests;
mod told;

use crate::{Color, Millis, Timestamp};
use serde::{Deserialize, Serialize};

pub use gathered::{Allowed, Gathered, Health, Side};
pub use links::Link;
pub use log::Excerpt;

/// A trouble that somebody may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// DAGs do nothing on the side that is live.
    Idle,
    /// The flag says one thing, and the DAGs do another.
    Ignored,
    /// DAGs go on working on the side that is not live.
    OldSide,
    /// The DAGs may not read the flag.
    AccessDenied,
    /// Both sides do the same work.
    Both,
    /// What is behind the load balancer does not answer it.
    LoadBalancer,
    /// The lineage service does not reach its database.
    LineageDatabase,
}

impl Trouble {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Idle,
        Self::Ignored,
        Self::OldSide,
        Self::AccessDenied,
        Self::Both,
        Self::LoadBalancer,
        Self::LineageDatabase,
    ];

    /// The word on the command line and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Ignored => "ignored",
            Self::OldSide => "old-side",
            Self::AccessDenied => "access-denied",
            Self::Both => "both",
            Self::LoadBalancer => "load-balancer",
            Self::LineageDatabase => "lineage-database",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Idle => "DAGs do not execute on the active side",
            Self::Ignored => "The switch does not take effect",
            Self::OldSide => "A DAG keeps running on the old side",
            Self::AccessDenied => "AccessDenied on the parameter",
            Self::Both => "Both sides execute",
            Self::LoadBalancer => "Load-balancer checks fail",
            Self::LineageDatabase => "The lineage database cannot be reached",
        }
    }
}

/// Whether somebody is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes.
    Found,
    /// What was asked did not answer, or there is nothing to judge by.
    CannotBeTold,
    /// No, as far as can be seen from here.
    NotFound,
}

impl Verdict {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::CannotBeTold => "cannot be told",
            Self::NotFound => "not found",
        }
    }
}

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What, in a sentence.
    pub says: String,
    /// Lines of a log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

/// What was found out about one trouble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which.
    pub trouble: Trouble,
    /// Whether somebody is in it.
    pub verdict: Verdict,
    /// In a sentence.
    pub says: String,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What to do, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mend: Vec<String>,
    /// A statement for a policy in IAM, where that is the mend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

impl Finding {
    fn new(trouble: Trouble, verdict: Verdict, says: impl Into<String>) -> Self {
        Self { trouble, verdict, says: says.into(), evidence: Vec::new(), mend: Vec::new(), statement: None }
    }

    fn shows(&mut self, says: impl Into<String>) {
        self.evidence.push(Evidence { says: says.into(), lines: Vec::new() });
    }

    fn quotes(&mut self, says: impl Into<String>, lines: &[String]) {
        self.evidence.push(Evidence { says: says.into(), lines: lines.to_vec() });
    }

    fn mend(&mut self, step: impl Into<String>) {
        self.mend.push(step.into());
    }
}

/// What came of one look at everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// When it was finished.
    pub at: Timestamp,
    /// How long it took.
    pub took: Millis,
    /// The side that was live.
    pub live: Option<Color>,
    /// One for each trouble, in their order.
    pub findings: Vec<Finding>,
    /// Where to look further.
    pub links: Vec<Link>,
}

impl Diagnosis {
    /// Judges what was gathered. `at` is when the gathering ended.
    pub fn of(gathered: &Gathered, at: Timestamp, took: Millis) -> Self {
        let findings = Trouble::ALL.map(|trouble| match trouble {
            Trouble::Idle => idle::judge(gathered, at),
            Trouble::Ignored => ignored::judge(gathered, at),
            Trouble::OldSide => old_side::judge(gathered, at),
            Trouble::AccessDenied => access::judge(gathered, at),
            Trouble::Both => both::judge(gathered, at),
            Trouble::LoadBalancer => platform::load_balancer(gathered),
            Trouble::LineageDatabase => platform::database(gathered),
        });
        let live = gathered.flag.as_ref().ok().and_then(crate::Flag::color);
        Self { at, took, live, findings: findings.into(), links: links::of(gathered) }
    }

    /// How many troubles are of this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}
