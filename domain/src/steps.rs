//! What follows a flip: the DAGs, the watch, and what of it is owed. Each step is an entry of the journal, so that
//! whoever comes next (after a crash, on another instance, or by a button) goes on from there.

mod watched;

pub use watched::{Gap, Linked};

use crate::{
    Color, Millis, OperationId, Timestamp,
    dags::DagPlan,
    watch::{Rang, Source},
};
use serde::{Deserialize, Serialize};

/// One step, done or failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// What will be done with the DAGs, and how they stood before. Written before the first of them is touched.
    Planned {
        /// The plan.
        plan: DagPlan,
    },
    /// DAGs were unpaused.
    Unpaused {
        /// Where.
        side: Color,
        /// Which.
        dags: Vec<String>,
    },
    /// DAGs were paused.
    Paused {
        /// Where.
        side: Color,
        /// Which.
        dags: Vec<String>,
    },
    /// Something could not be done with DAGs; it is owed, and tried again.
    Owed {
        /// Where.
        side: Color,
        /// Paused or unpaused.
        pause: bool,
        /// Which.
        dags: Vec<String>,
        /// Why not.
        because: String,
    },
    /// The old side has finished what it had begun, or nobody waits for it any longer.
    Drained {
        /// The tasks that were left.
        left: u32,
        /// Somebody said not to wait; otherwise it was done, or the time was over.
        skipped: bool,
        /// How long it took.
        took: Millis,
    },
    /// DAGs that were not to change and that one call for many touched, since they came or were changed in that moment.
    PutBack {
        /// Where.
        side: Color,
        /// Whether they are paused again, or unpaused.
        pause: bool,
        /// Which.
        dags: Vec<String>,
        /// Why they could not be put back; none where they were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// DAGs whose last tick may be run twice: that the old side has run it could not be marked on the new one.
    Uncovered {
        /// Which.
        dags: Vec<String>,
        /// Why not.
        because: String,
    },
    /// The old side has not answered for so long that nothing waits for it any more.
    OutOfReach {
        /// Which.
        side: Color,
    },
    /// Everything that was to be done with the DAGs is done.
    DagsDone,
    /// The flag moved on before everything was done with the DAGs: what was left is not done any more.
    LeftOff {
        /// What was to be unpaused on the new side.
        unpause: Vec<String>,
        /// What was to be paused on the old side.
        pause: Vec<String>,
    },
    /// The watch began.
    Watching {
        /// Until when.
        until: Timestamp,
        /// Tasks that failed on the old side in as long a time before the switch.
        failed_before: Option<u32>,
        /// From when on it is to be watched: the flip.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Timestamp>,
        /// The guards that were in alarm at the flip, where that is known: they are not of its making.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ringing: Option<Vec<Rang>>,
    },
    /// Something that is watched cannot be read.
    Unread {
        /// What.
        what: Source,
        /// When it was last read, or was to be read first.
        since: Timestamp,
        /// Why not.
        because: String,
    },
    /// It can be read again.
    ReadAgain {
        /// What.
        what: Source,
        /// Since when it could not be.
        since: Timestamp,
    },
    /// Nobody watched for a while: no process of Teal looked.
    Unwatched {
        /// The last look, or the flip.
        from: Timestamp,
        /// The next one.
        to: Timestamp,
    },
    /// A guard has no data, and so says nothing either way.
    NoData {
        /// Its alarm.
        guard: String,
    },
    /// The first task that the new side ran after the flip.
    PickedUp {
        /// Which DAG's.
        dag: String,
        /// When it began.
        at: Timestamp,
    },
    /// The watch found something red.
    Red {
        /// Which of the things that are watched: such as `failures`, or `guard` and its name.
        what: String,
        /// What was found, in words.
        because: String,
        /// Teal reverts by itself; otherwise people are asked to.
        reverts: bool,
        /// Why Teal does not revert although policy says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<String>,
    },
    /// Teal is about to take it back by itself, by a switch of this operation. It stands here before that switch is
    /// begun, so that whoever comes after a crash goes on with the same one.
    TakingBack {
        /// That switch.
        by: OperationId,
    },
    /// Why Teal does not take it back just now, although policy says so. It is looked at again until the watch ends.
    Held {
        /// Why not.
        because: String,
    },
    /// It was taken back by another switch.
    Reverted {
        /// That switch.
        by: OperationId,
    },
    /// The watch is over.
    Watched {
        /// How it ended.
        end: WatchEnd,
        /// Whether everything due was run by exactly one side, where that could be told.
        coverage: Option<Coverage>,
    },
}

/// How a watch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchEnd {
    /// Nothing was red until its end, and all that is watched was read.
    Good,
    /// Something was red, and nobody reverted until its end.
    Red,
    /// Another switch took its place.
    Overtaken,
    /// Nothing red was seen, but not all was seen: something could not be read, or nobody looked.
    Unseen,
}

/// Whether everything that was due around the flip was run by exactly one side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Coverage {
    /// Runs that exactly one side worked on.
    pub once: u32,
    /// Runs that both worked on: DAG and the moment that it is for.
    pub twice: Vec<(String, Timestamp)>,
    /// Runs that neither worked on.
    pub missed: Vec<(String, Timestamp)>,
}

impl Coverage {
    /// Whether nothing was missed or run twice.
    pub const fn is_whole(&self) -> bool {
        self.twice.is_empty() && self.missed.is_empty()
    }
}

impl Step {
    /// The word for columns.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Planned { .. } => "planned",
            Self::Unpaused { .. } => "unpaused",
            Self::Paused { .. } => "paused",
            Self::Owed { .. } => "owed",
            Self::Drained { .. } => "drained",
            Self::PutBack { .. } => "put_back",
            Self::Uncovered { .. } => "uncovered",
            Self::OutOfReach { .. } => "out_of_reach",
            Self::DagsDone => "dags_done",
            Self::LeftOff { .. } => "left_off",
            Self::Watching { .. } => "watching",
            Self::Unread { .. } => "unread",
            Self::ReadAgain { .. } => "read_again",
            Self::Unwatched { .. } => "unwatched",
            Self::NoData { .. } => "no_data",
            Self::PickedUp { .. } => "picked_up",
            Self::Red { .. } => "red",
            Self::TakingBack { .. } => "taking_back",
            Self::Held { .. } => "held",
            Self::Reverted { .. } => "reverted",
            Self::Watched { .. } => "watched",
        }
    }
}

/// Where a switch stands in what follows its flip, put together from its steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// What was planned for the DAGs.
    pub plan: Option<DagPlan>,
    /// The steps with the times at which they were written, the oldest first; without the plan, which stands above.
    pub steps: Vec<(Timestamp, Step)>,
    /// The records of the switches that it takes back, or that took it back.
    #[serde(default)]
    pub linked: Linked,
}

impl Course {
    /// Takes the next step.
    pub fn take(&mut self, at: Timestamp, step: Step) {
        match step {
            Step::Planned { plan } => self.plan = Some(plan),
            step => self.steps.push((at, step)),
        }
    }

    /// Whether anything has followed yet.
    pub fn has_begun(&self) -> bool {
        self.plan.is_some() || !self.steps.is_empty()
    }

    /// What was done with DAGs so far: side, paused or not, and which.
    pub fn done(&self) -> impl Iterator<Item = (Color, bool, &String)> {
        self.steps.iter().flat_map(|(_, step)| {
            let (side, pause, dags) = match step {
                Step::Unpaused { side, dags } => (*side, false, dags.as_slice()),
                Step::Paused { side, dags } => (*side, true, dags.as_slice()),
                _ => (Color::Blue, false, [].as_slice()),
            };
            dags.iter().map(move |dag| (side, pause, dag))
        })
    }

    /// Whether a DAG was paused (or unpaused) on a side.
    pub fn is_done(&self, side: Color, pause: bool, dag: &str) -> bool {
        let last = self.done().filter(|(on, _, id)| *on == side && *id == dag).last();
        last.is_some_and(|(_, paused, _)| paused == pause)
    }

    /// The DAGs of a side that are still to be unpaused or paused.
    pub fn left(&self, pause: bool) -> Vec<String> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let (side, wanted) = if pause {
            (plan.target.other(), plan.pause())
        } else {
            (plan.target, [plan.unpause(true), plan.unpause(false)].concat())
        };
        wanted.into_iter().filter(|dag| !self.is_done(side, pause, dag)).collect()
    }

    /// Whether a DAG is paused on a side by what was done here, or has not been unpaused there although it was to be.
    /// Nobody has paused such a DAG on purpose.
    pub fn left_paused(&self, side: Color, dag: &str) -> bool {
        let Some(plan) = &self.plan else { return false };
        let Some(moved) = plan.moves.iter().find(|moved| moved.dag == dag) else { return false };
        if plan.target == side {
            moved.unpause && !self.is_done(side, false, dag)
        } else {
            self.is_done(side, true, dag)
        }
    }

    /// What is owed: what could not be done when it was tried, and has not been done since.
    pub fn owed(&self) -> Vec<(Color, bool, Vec<String>, String)> {
        let mut owed: Vec<(Color, bool, Vec<String>, String)> = Vec::new();
        for (_, step) in &self.steps {
            if let Step::Owed { side, pause, dags, because } = step {
                let dags = dags.iter().filter(|dag| !self.is_done(*side, *pause, dag)).cloned().collect::<Vec<_>>();
                owed.retain(|(on, what, _, _)| (*on, *what) != (*side, *pause));
                if !dags.is_empty() {
                    owed.push((*side, *pause, dags, because.clone()));
                }
            }
        }
        owed
    }

    /// The drain, once it is over.
    pub fn drained(&self) -> Option<&Step> {
        self.steps.iter().map(|(_, step)| step).find(|step| matches!(step, Step::Drained { .. }))
    }

    /// Whether all is done with the DAGs.
    pub fn dags_done(&self) -> bool {
        let nothing = self.plan.as_ref().is_some_and(|plan| plan.moves.is_empty());
        nothing || self.steps.iter().any(|(_, step)| *step == Step::DagsDone)
    }

    /// The DAGs that may be unpaused on the new side now: those that ask the flag by themselves, those whose old side
    /// has been paused or was not to be, and all of them where nothing waits for the old side.
    pub fn may_unpause(&self) -> Vec<String> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let (old, mut left) = (plan.target.other(), self.left(false));
        left.retain(|dag| {
            let moved = plan.moves.iter().find(|moved| moved.dag == *dag);
            moved.is_some_and(|m| self.at_once() || m.guarded || !m.pause || self.is_done(old, true, dag))
        });
        left
    }

    /// Whether nothing waits for the old side: so planned, or found out since.
    pub fn at_once(&self) -> bool {
        let planned = self.plan.as_ref().is_some_and(|plan| plan.at_once);
        planned || self.steps.iter().any(|(_, step)| matches!(step, Step::OutOfReach { .. }))
    }

    /// Whether nothing follows any more: the DAGs are done, and the watch is over.
    pub fn is_over(&self) -> bool {
        match self.watched() {
            Some((_, WatchEnd::Overtaken, _)) => true,
            Some(_) => self.dags_done() || self.steps.iter().any(|(_, step)| matches!(step, Step::LeftOff { .. })),
            None => false,
        }
    }

    /// Whether somebody said not to wait for the old side.
    pub fn skipped(&self) -> bool {
        self.steps.iter().any(|(_, step)| matches!(step, Step::Drained { skipped: true, .. }))
    }
}
