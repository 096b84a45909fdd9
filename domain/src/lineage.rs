//! What is known of the lineage service, Marquez: whether it is well, what it knows of both sides, and whether lineage
//! went on over the last switch. Each side writes into a namespace of its own, so a switch splits it.
//!
//! Names in here come from whoever writes to the service: see [`Name`].

mod address;
mod continuity;
mod name;

pub use address::WebAddress;
pub use continuity::{Continuity, LOOKED_BACK};
pub use name::Name;

use crate::{Color, Millis, Reading, Timestamp};
use std::borrow::Cow;

/// Older than this, what was read of its health and its namespaces is no longer the present: it is read every minute.
pub const HEALTH_IS_STALE_AFTER: Millis = Millis::from_secs(4 * 60);
/// Likewise for jobs and events, which are read every three minutes.
pub const JOBS_ARE_STALE_AFTER: Millis = Millis::from_secs(12 * 60);

/// What is known of the lineage service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    /// What config says of it.
    pub setup: Setup,
    /// Whether it is well.
    pub health: Reading<Health>,
    /// The namespaces that it knows.
    pub namespaces: Reading<Namespaces>,
    /// The jobs of the blue side's namespace.
    pub blue: Reading<Jobs>,
    /// The jobs of the green side's namespace.
    pub green: Reading<Jobs>,
    /// The events of the last days, the oldest day first.
    pub days: Reading<Vec<Day>>,
}

/// What config says of the lineage service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// Where people open it.
    pub public: Option<WebAddress>,
    /// Where Teal asks it.
    pub api: Option<WebAddress>,
    /// Where it tells its health.
    pub health: Option<String>,
    /// The namespace that the blue side writes into.
    pub blue: String,
    /// The namespace that the green side writes into.
    pub green: String,
}

impl Setup {
    /// The namespace of one side.
    pub fn namespace(&self, color: Color) -> &str {
        match color {
            Color::Blue => &self.blue,
            Color::Green => &self.green,
        }
    }

    /// Whether Teal asks it anything.
    pub const fn asks(&self) -> bool {
        self.api.is_some() || self.health.is_some()
    }
}

impl Lineage {
    /// What is known at first: what config says.
    pub fn unread(setup: Setup) -> Self {
        Self { setup, ..Self::default() }
    }

    /// The jobs of one side.
    pub const fn jobs(&self, color: Color) -> &Reading<Jobs> {
        match color {
            Color::Blue => &self.blue,
            Color::Green => &self.green,
        }
    }

    /// The jobs of one side, to be written.
    pub const fn jobs_mut(&mut self, color: Color) -> &mut Reading<Jobs> {
        match color {
            Color::Blue => &mut self.blue,
            Color::Green => &mut self.green,
        }
    }

    /// Whether both say the same, whenever it was read.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.setup == other.setup
            && self.health.says_the_same(&other.health)
            && self.namespaces.says_the_same(&other.namespaces)
            && self.blue.says_the_same(&other.blue)
            && self.green.says_the_same(&other.green)
            && self.days.says_the_same(&other.days)
    }
}

/// What it says of its own health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Who said so.
    pub by: Told,
    /// Whether it reaches its database; none where the answer says nothing about it.
    pub database: Option<bool>,
    /// What it says about that; empty where it says nothing.
    pub message: String,
}

/// By what the health is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Its admin port told it.
    Admin,
    /// Its API answered, which it does from the database; the admin port is not known or not within reach.
    Api,
}

/// The namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces {
    /// Whether there is one of the blue side.
    pub blue: bool,
    /// Whether there is one of the green side.
    pub green: bool,
    /// The others, in the order in which they were told.
    pub others: Vec<Name>,
    /// Whether there are more than were read.
    pub more: bool,
}

impl Namespaces {
    /// Whether there is one of that side.
    pub const fn has(&self, color: Color) -> bool {
        match color {
            Color::Blue => self.blue,
            Color::Green => self.green,
        }
    }
}

/// The jobs of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jobs {
    /// Those that were read, by name.
    pub jobs: Vec<Job>,
    /// How many there are, as the service counts.
    pub total: Option<u64>,
    /// Whether there are more than were read.
    pub cut: bool,
    /// How many were left out because they could not be read: a name that is too long, or none.
    pub left_out: usize,
}

impl Jobs {
    /// Those whose last run failed, the latest first.
    pub fn failed(&self) -> Vec<&Job> {
        let mut failed: Vec<&Job> = self.jobs.iter().filter(|job| job.failed()).collect();
        failed.sort_by_key(|job| std::cmp::Reverse(job.run.as_ref().and_then(|run| run.began)));
        failed
    }
}

/// A job: of an Airflow, a DAG or one of its tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name within the namespace.
    pub name: Name,
    /// When the service first heard of it.
    pub first_seen: Option<Timestamp>,
    /// Its last run.
    pub run: Option<Run>,
    /// When the runs before that one began, as far as they were told: later versions tell a few.
    pub earlier: Vec<Timestamp>,
    /// What the last run read.
    pub reads: Vec<Dataset>,
    /// What the last run wrote.
    pub writes: Vec<Dataset>,
}

impl Job {
    /// Whether its last run failed.
    pub fn failed(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.state == RunState::Failed)
    }
}

/// A dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Its namespace, which is seldom that of a side.
    pub namespace: Name,
    /// Its name.
    pub name: Name,
}

/// A run of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// How it stands.
    pub state: RunState,
    /// When it began, or was first heard of.
    pub began: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How long it took.
    pub took: Option<Millis>,
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It was heard of, and has not begun.
    New,
    /// It is at work.
    Running,
    /// It did its work.
    Completed,
    /// Somebody ended it.
    Aborted,
    /// It failed.
    Failed,
    /// What the service says beside these, in its own word.
    Other(Name),
}

impl RunState {
    /// Reads the word of the API; none where it is no word.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "NEW" => Self::New,
            "RUNNING" => Self::Running,
            "COMPLETED" => Self::Completed,
            "ABORTED" => Self::Aborted,
            "FAILED" => Self::Failed,
            other => Self::Other(Name::of(other)?),
        })
    }

    /// As a page says it.
    pub fn word(&self) -> Cow<'static, str> {
        match self {
            Self::New => "new".into(),
            Self::Running => "running".into(),
            Self::Completed => "completed".into(),
            Self::Aborted => "aborted".into(),
            Self::Failed => "failed".into(),
            Self::Other(word) => word.short(24).to_lowercase().into(),
        }
    }
}

/// The events of a day, of all namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its midnight, in UTC.
    pub from: Timestamp,
    /// How many came.
    pub all: u64,
    /// How many of each kind; none where the service only counts them: before its version 0.50 it did.
    pub kinds: Option<Kinds>,
}

/// Events by their kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// A run began.
    pub start: u64,
    /// A run did its work.
    pub complete: u64,
    /// A run failed.
    pub fail: u64,
    /// A run was ended.
    pub abort: u64,
}

impl Kinds {
    /// All of them.
    pub const fn sum(self) -> u64 {
        self.start.saturating_add(self.complete).saturating_add(self.fail).saturating_add(self.abort)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_nobody_knows_is_kept_as_its_word() {
        assert_eq!(RunState::parse("FAILED"), Some(RunState::Failed));
        let odd = RunState::parse("SKIPPED").expect("a word");
        assert_eq!(odd.word(), "skipped");
        assert_eq!(RunState::parse("OTHER").expect("a word").word(), "other");
        assert_eq!(RunState::parse(""), None);
        let hostile = RunState::parse(&format!("\u{202e}{}", "X".repeat(500))).expect("a word");
        assert!(hostile.word().chars().count() == 24 && !hostile.word().contains('\u{202e}'), "{hostile:?}");
    }

    #[test]
    fn it_says_the_same_however_often_it_is_read() {
        let well = Health { by: Told::Api, database: None, message: String::new() };
        let at = |at| Lineage { health: Reading::good(well.clone(), Timestamp(at)), ..Lineage::default() };
        assert!(at(1).says_the_same(&at(2)));
        let mut other = at(2);
        other.days = Reading::good(Vec::new(), Timestamp(2));
        assert!(!at(1).says_the_same(&other));
    }
}
