//! What is to be done with the DAGs is part of what somebody approves. It is worked out from what was read last, and kept
//! as a digest with a few figures, by which it can be told what has changed since.

use super::Request;
use crate::{
    Color, PairSnapshot, Timestamp,
    dags::{DagPlan, Move, Strategy},
};
use serde::{Deserialize, Serialize};

/// What mends a change.
const AGAIN: &str = "Ask again on the switch page; somebody else with the role approver then looks at it as it is now.";
/// What mends that something is not known.
const WAIT: &str = "Wait until Teal has read them. Where it cannot, the checks of the two Airflows say why.";

/// What would be done with the DAGs by a switch to `target`, as far as is known: what the page shows before the click.
pub fn planned(pair: &PairSnapshot, target: Color, now: Timestamp) -> DagPlan {
    let rules = &pair.policy.dags;
    if rules.strategy != Strategy::PauseStandby {
        return DagPlan::nothing(rules.strategy, target);
    }
    let stands = |side: Color, id: &str| {
        let dags = pair.surroundings.side(side).dags.value()?;
        dags.iter().find(|dag| dag.id == id).map(|dag| dag.paused)
    };
    // Taking a switch back restores what stood before it, and looks at nothing else.
    if let Some(taken_back) = pair.taken_back(target, now) {
        let back = DagPlan::back(&taken_back.course, stands);
        return back.unwrap_or_else(|| DagPlan::nothing(rules.strategy, target));
    }
    let (old, new) = (pair.surroundings.side(target.other()), pair.surroundings.side(target));
    let [there, here] = [old, new].map(|side| side.dags.value().map(Vec::as_slice));
    DagPlan::pause_standby(target, there, here, old.work.value(), pair.moved.as_deref(), rules, now)
}

/// What was to be done with the DAGs when somebody asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AskedDags {
    /// The digest of the plan: [`DagPlan::digest`].
    pub plan: String,
    /// How the two sides share the work.
    pub strategy: Strategy,
    /// How many DAGs it is about; none where those of a side had not been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
}

/// How many DAGs a plan is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Counts {
    /// Unpaused on the new side at once.
    pub at_once: usize,
    /// Unpaused on the new side once the old one has finished with them.
    pub later: usize,
    /// Paused on the old side.
    pub pause: usize,
    /// Left as somebody paused them.
    pub stay: usize,
    /// At work on the old side, and not there on the new one.
    pub missing: usize,
}

impl Counts {
    fn of(plan: &DagPlan) -> Self {
        let count = |chosen: fn(&&Move) -> bool| plan.moves.iter().filter(chosen).count();
        Self {
            at_once: count(|moved| moved.unpause && moved.guarded),
            later: count(|moved| moved.unpause && !moved.guarded),
            pause: count(|moved| moved.pause),
            stay: plan.stay.len(),
            missing: plan.missing.len(),
        }
    }

    /// Each figure with what it counts, for a switch to `target`.
    pub fn told(self, target: Color) -> [(usize, String); 5] {
        let (new, old) = (target.title(), target.other().title());
        [
            (self.at_once, format!("to unpause on {new} at once")),
            (self.later, format!("to unpause on {new} later")),
            (self.pause, format!("to pause on {old}")),
            (self.stay, "to stay paused".to_owned()),
            (self.missing, format!("not there on {new}")),
        ]
    }

    /// In what they differ from those of before; nothing where they are as many.
    fn since(self, before: Self, target: Color) -> String {
        let both = self.told(target).into_iter().zip(before.told(target));
        let changes = both.filter_map(|((now, what), (then, _))| {
            let dags = |count| if count == 1 { "1 DAG".to_owned() } else { format!("{count} DAGs") };
            match now.abs_diff(then) {
                0 => None,
                more if now > then => Some(format!("{} more {what}", dags(more))),
                fewer => Some(format!("{} fewer {what}", dags(fewer))),
            }
        });
        changes.collect::<Vec<_>>().join(", ")
    }
}

impl AskedDags {
    /// Of a plan.
    pub fn of(plan: &DagPlan) -> Self {
        let counts = unread(plan).is_none().then(|| Counts::of(plan));
        Self { plan: plan.digest(), strategy: plan.strategy, counts }
    }
}

/// The side whose DAGs should be known for a plan, and are not.
fn unread(plan: &DagPlan) -> Option<Color> {
    match (plan.strategy, &plan.old, &plan.new) {
        (Strategy::PauseStandby, None, _) => Some(plan.target.other()),
        (Strategy::PauseStandby, _, None) => Some(plan.target),
        _ => None,
    }
}

/// Why what would be done with the DAGs now is not what somebody said yes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// It is something else: in what, in words.
    Changed(String),
    /// The DAGs of this side have not been read, so nobody can tell.
    Unread(Color),
    /// It was asked for when that was no part of a request.
    Untold,
}

impl Since {
    /// A sentence for whoever wants the switch. `then` is what was last said to it: such as `anton approved it`.
    pub fn said(&self, then: &str) -> String {
        match self {
            Self::Changed(what) => format!("What is to be done with the DAGs has changed since {then}: {what}."),
            Self::Unread(side) => format!(
                "The DAGs of {} have not been read, so nobody can tell whether what is to be done with them is still what it was when {then}.",
                side.title()
            ),
            Self::Untold => format!("What is to be done with the DAGs was no part of it yet when {then}."),
        }
    }

    /// What to do about it.
    pub(super) const fn mend(&self) -> &'static str {
        match self {
            Self::Unread(_) => WAIT,
            Self::Changed(_) | Self::Untold => AGAIN,
        }
    }
}

impl Request {
    /// Whether what is to be done with the DAGs is another thing now than when it was asked for.
    pub fn dags_since(&self, pair: &PairSnapshot, now: Timestamp) -> Option<Since> {
        let Some(asked) = &self.dags else { return Some(Since::Untold) };
        let plan = planned(pair, self.target, now);
        let stands = AskedDags::of(&plan);
        if asked.plan == stands.plan {
            return None;
        }
        if let Some(side) = unread(&plan) {
            return Some(Since::Unread(side));
        }
        if asked.strategy != stands.strategy {
            let (then, stands) = (asked.strategy.as_str(), stands.strategy.as_str());
            return Some(Since::Changed(format!("it goes by {stands} now, and went by {then}")));
        }
        let (Some(before), Some(counts)) = (asked.counts, stands.counts) else {
            return Some(Since::Changed("they had not been read then".to_owned()));
        };
        let what = counts.since(before, self.target);
        Some(Since::Changed(if what.is_empty() { "as many DAGs, but not the same ones".to_owned() } else { what }))
    }
}
