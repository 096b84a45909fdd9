//! Plans with their next dates, and the runs of late: what the pages show.

use super::{DrillRecord, Plan};
use crate::{Actor, Timestamp, history::Record};
use serde::{Deserialize, Serialize};

/// What is known of a pair's drills.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drills {
    /// The plans that stand, in the order of their next dates, those without any last.
    pub plans: Vec<Planned>,
    /// The run under way.
    pub open: Option<Record>,
    /// The runs that have ended, newest first, at most [`Drills::TOLD`].
    pub runs: Vec<Record>,
    /// When a drill last proved that the failover works.
    pub proved_at: Option<Timestamp>,
}

/// A plan, and when it runs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// The next dates, at most five; none where it is paused or over.
    pub next: Vec<Due>,
}

/// A moment at which a plan is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The moment.
    pub at: Timestamp,
    /// The same on the clock of the plan's zone, such as `Tue 2 Feb 2027, 10:00 CET`.
    pub there: String,
    /// What stands in its way by the calendar, a sentence each: a freeze, another drill, a declared maintenance, the
    /// maintenance window of an environment.
    pub conflicts: Vec<String>,
}

/// What somebody did to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlansChange {
    /// It was made.
    Made,
    /// It was written anew.
    Changed,
    /// It was paused.
    Paused,
    /// It goes on.
    Resumed,
    /// It was taken away.
    Removed,
}

impl PlansChange {
    /// The word for columns and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Changed => "changed",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Removed => "removed",
        }
    }
}

impl Drills {
    /// How many runs of late are kept at hand.
    pub const TOLD: usize = 30;
    /// How many next dates of a plan are told.
    pub const NEXT: usize = 5;

    /// The plan that is due next, with that date.
    pub fn next(&self) -> Option<(&Plan, &Due)> {
        let due = |planned: &Planned| planned.next.first().map(|due| due.at);
        let next = self.plans.iter().filter(|planned| due(planned).is_some()).min_by_key(|planned| due(planned))?;
        Some((&next.plan, next.next.first()?))
    }

    /// The run under way.
    pub fn under_way(&self) -> Option<(u64, &DrillRecord)> {
        let record = self.open.as_ref()?;
        Some((record.seq, record.drill()?))
    }

    /// The latest run that did begin and has ended, skipped ones left out.
    pub fn last(&self) -> Option<(u64, &DrillRecord)> {
        let ran = |drill: &DrillRecord| drill.end.as_ref().is_some_and(|(_, ended)| ended.end.as_str() != "skipped");
        self.runs.iter().find_map(|record| Some((record.seq, record.drill().filter(|drill| ran(drill))?)))
    }

    /// A run that left the flag on the wrong side, unless a later switch has moved it since: the caller knows which side
    /// is live.
    pub fn stranded(&self) -> Option<(u64, &DrillRecord, crate::Color)> {
        let (seq, drill) = self.last()?;
        let (_, ended) = drill.end.as_ref()?;
        Some((seq, drill, ended.stranded?))
    }

    /// Of the runs of late that began: how many there were, and how many of them succeeded.
    pub fn rate(&self) -> (usize, usize) {
        let ends =
            self.runs.iter().filter_map(|record| record.drill()?.end.as_ref().map(|(_, ended)| ended.end.as_str()));
        let ran: Vec<&str> = ends.filter(|end| *end != "skipped").collect();
        (ran.len(), ran.iter().filter(|end| **end == "succeeded").count())
    }

    /// The plan of that id.
    pub fn plan(&self, id: crate::OperationId) -> Option<&Planned> {
        self.plans.iter().find(|planned| planned.plan.id == id)
    }
}

/// Who did what to a plan, for the record.
impl super::PlanRecord {
    /// In a sentence.
    pub fn told(&self, by: &Actor) -> String {
        format!("{} {} the drill “{}”.", by.name, self.change.as_str(), self.plan.name.as_str())
    }
}
