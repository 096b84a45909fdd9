//! What followed a flip: the DAGs, the watch, and the other two of the three recovery times.

use serde::Serialize;
use serde_json::Value;
use teal_app::words::after as told;
use teal_domain::{
    Color, Timestamp,
    dags::DagPlan,
    history::{Progress, Record},
    snapshot::Following,
    steps::{Course, Coverage},
};

use super::when;

/// What followed the switch of a record, if it landed and anything did.
#[derive(Clone, Debug, Serialize)]
pub struct Followed {
    /// What was planned for the DAGs.
    dags: Option<Dags>,
    /// What was done, the oldest first.
    steps: Vec<Done>,
    /// What could not be done yet. It is tried again.
    owed: Vec<Owed>,
    watch: Option<Watch>,
    /// The first task that the new side ran.
    pickup: Option<Pickup>,
    coverage: Option<Covered>,
}

#[derive(Clone, Debug, Serialize)]
struct Dags {
    strategy: &'static str,
    /// To be unpaused on the new side, and how many of them still are to be.
    unpause: usize,
    unpause_left: usize,
    /// To be paused on the old side, and how many of them still are to be.
    pause: usize,
    pause_left: usize,
    /// They stay paused, since somebody paused them.
    stay: usize,
    /// They are not there on the new side.
    missing: usize,
    /// Nothing waits for the old side.
    at_once: bool,
    done: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Done {
    at: String,
    step: &'static str,
    told: String,
    more: String,
}

#[derive(Clone, Debug, Serialize)]
struct Owed {
    side: Color,
    what: &'static str,
    dags: Vec<String>,
    because: String,
}

#[derive(Clone, Debug, Serialize)]
struct Watch {
    until: Option<String>,
    ended_at: Option<String>,
    end: Option<String>,
    red: Vec<Red>,
}

#[derive(Clone, Debug, Serialize)]
struct Red {
    what: String,
    because: String,
}

#[derive(Clone, Debug, Serialize)]
struct Pickup {
    dag: String,
    at: String,
    after_ms: u64,
}

#[derive(Clone, Debug, Serialize)]
struct Covered {
    once: u32,
    twice: Vec<Due>,
    missed: Vec<Due>,
}

#[derive(Clone, Debug, Serialize)]
struct Due {
    dag: String,
    at: String,
}

impl Followed {
    /// From the journal's.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let switch = record.switch().filter(|switch| switch.course.has_begun())?;
        let (course, landed) = (&*switch.course, landed(record)?);
        let steps = course.steps.iter().map(|(at, step)| {
            let (_, told, more) = told::step(course, step);
            Done { at: when(*at), step: step.as_str(), told, more }
        });
        let owed = course.owed().into_iter().map(|(side, pause, dags, because)| {
            let what = if pause { "pause" } else { "unpause" };
            Owed { side, what, dags, because }
        });
        Some(Self {
            dags: course.plan.as_ref().map(|plan| Dags::of(plan, course)),
            steps: steps.collect(),
            owed: owed.collect(),
            watch: Watch::of(course),
            pickup: course.picked_up().map(|(dag, at)| Pickup {
                dag: dag.to_owned(),
                at: when(at),
                after_ms: at.since(landed).0,
            }),
            coverage: course.watched().and_then(|(_, _, coverage)| coverage).map(Covered::of),
        })
    }
}

impl Dags {
    fn of(plan: &DagPlan, course: &Course) -> Self {
        Self {
            strategy: plan.strategy.as_str(),
            unpause: plan.moves.iter().filter(|moved| moved.unpause).count(),
            unpause_left: course.left(false).len(),
            pause: plan.moves.iter().filter(|moved| moved.pause).count(),
            pause_left: course.left(true).len(),
            stay: plan.stay.len(),
            missing: plan.missing.len(),
            at_once: plan.at_once,
            done: course.dags_done(),
        }
    }
}

impl Watch {
    fn of(course: &Course) -> Option<Self> {
        let (until, ended) = (course.watching().map(|(until, _)| until), course.watched());
        if until.is_none() && ended.is_none() {
            return None;
        }
        let red = course.red().into_iter();
        Some(Self {
            until: until.map(when),
            ended_at: ended.map(|(at, ..)| when(at)),
            end: ended.map(|(_, end, _)| word(&end)),
            red: red.map(|(what, because)| Red { what: what.to_owned(), because: because.to_owned() }).collect(),
        })
    }
}

impl Covered {
    fn of(coverage: &Coverage) -> Self {
        let due = |runs: &[(String, Timestamp)]| {
            runs.iter().map(|(dag, at)| Due { dag: dag.clone(), at: when(*at) }).collect::<Vec<_>>()
        };
        Self { once: coverage.once, twice: due(&coverage.twice), missed: due(&coverage.missed) }
    }
}

/// When the switch of a record landed.
pub fn landed(record: &Record) -> Option<Timestamp> {
    record.version()?;
    match record.switch()?.progress {
        Progress::Ended { at, .. } => Some(at),
        _ => None,
    }
}

/// The word by which the journal knows a state.
pub fn word(state: &impl Serialize) -> String {
    match serde_json::to_value(state) {
        Ok(Value::String(word)) => word,
        Ok(Value::Object(parts)) => parts.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

/// The switch of a pair that something follows.
#[derive(Clone, Debug, Serialize)]
pub struct Follows {
    seq: u64,
    operation: String,
    to: Color,
    /// How many tasks of the DAGs that are still to be paused were at work on the old side when it was last asked.
    at_work: Option<u32>,
    href: String,
}

impl Follows {
    /// From what is known of the pair.
    pub(super) fn of(pair: &teal_domain::PairSnapshot, following: &Following) -> Self {
        Self {
            seq: following.seq,
            operation: following.operation.to_string(),
            to: following.target,
            at_work: pair.at_work(following.target.other(), &following.course.left(true)),
            href: format!("/api/v1/pairs/{}/records/{}", pair.id, following.seq),
        }
    }
}
