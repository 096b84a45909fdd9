//! What is done with the DAGs around a flip, worked out before it, so that it can be shown, journalled and undone.

use crate::{
    Color, Timestamp,
    airflow::{Dag, Work},
    policy::DagRules,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the two sides share the work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The DAGs' own check decides; nothing is paused.
    #[default]
    FlagOnly,
    /// What works on the live side is paused on the other.
    PauseStandby,
    /// Each side has DAGs of its own; nothing is paused.
    SeparateDags,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FlagOnly, Self::PauseStandby, Self::SeparateDags];

    /// The word in config and on the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FlagOnly => "flag-only",
            Self::PauseStandby => "pause-standby",
            Self::SeparateDags => "separate-dags",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.as_str() == word)
    }
}

/// Whether a DAG was paused, before anything was done.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stood {
    /// The DAG.
    pub dag: String,
    /// Whether it was paused.
    pub paused: bool,
}

/// A DAG that will work on the other side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Move {
    /// The DAG.
    pub dag: String,
    /// It asks the flag by itself, so that both sides may be unpaused at once.
    pub guarded: bool,
    /// It must be unpaused on the new side.
    pub unpause: bool,
    /// It must be paused on the old side.
    pub pause: bool,
    /// A run of it is likely to begin as soon as it is unpaused: it was due already.
    pub fires: bool,
    /// One of its tasks waits for the run before; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends_on_past: Option<bool>,
    /// How many of its tasks run or wait on the old side.
    #[serde(default)]
    pub tasks: u32,
}

/// What is done with the DAGs, and how they stood before.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DagPlan {
    /// How.
    pub strategy: Strategy,
    /// The side that is to become live.
    pub target: Color,
    /// What moves, by id.
    pub moves: Vec<Move>,
    /// What somebody had paused on the old side on purpose: it stays paused on both.
    pub stay: Vec<String>,
    /// What works on the old side and is not on the new one.
    pub missing: Vec<String>,
    /// How the old side stood, where it could be read.
    pub old: Option<Vec<Stood>>,
    /// How the new side stood.
    pub new: Option<Vec<Stood>>,
}

impl DagPlan {
    /// Works out the plan: the new side works on exactly what the old one works on now. `old` may be out of reach; then
    /// what it looked like last is gone by, and pausing it is owed.
    pub fn pause_standby(
        target: Color,
        old: Option<&[Dag]>,
        new: Option<&[Dag]>,
        work: Option<&Work>,
        rules: &DagRules,
        now: Timestamp,
    ) -> Self {
        let stood =
            |dags: &[Dag]| dags.iter().map(|dag| Stood { dag: dag.id.clone(), paused: dag.paused }).collect::<Vec<_>>();
        let mut plan = Self {
            strategy: Strategy::PauseStandby,
            target,
            moves: Vec::new(),
            stay: Vec::new(),
            missing: Vec::new(),
            old: old.map(stood),
            new: new.map(stood),
        };
        let there: BTreeMap<&str, &Dag> = new.unwrap_or_default().iter().map(|dag| (dag.id.as_str(), dag)).collect();
        for dag in old.unwrap_or_default() {
            if dag.paused {
                plan.stay.push(dag.id.clone());
                continue;
            }
            let Some(twin) = there.get(dag.id.as_str()) else {
                plan.missing.push(dag.id.clone());
                continue;
            };
            let guarded = |dag: &Dag| dag.tags.contains(&rules.guarded_tag);
            let tasks = work.map_or(0, |work| work.tasks.iter().filter(|task| task.dag == dag.id).count());
            plan.moves.push(Move {
                dag: dag.id.clone(),
                guarded: guarded(dag) && guarded(twin),
                unpause: twin.paused,
                pause: true,
                fires: twin.paused && twin.schedule.is_some() && twin.next_run.is_some_and(|due| due <= now),
                depends_on_past: None,
                tasks: u32::try_from(tasks).unwrap_or(u32::MAX),
            });
        }
        plan
    }

    /// Nothing is done with the DAGs.
    pub const fn nothing(strategy: Strategy, target: Color) -> Self {
        Self { strategy, target, moves: Vec::new(), stay: Vec::new(), missing: Vec::new(), old: None, new: None }
    }

    /// The ids to unpause on the new side: those that ask the flag, or those that do not.
    pub fn unpause(&self, guarded: bool) -> Vec<String> {
        self.moves.iter().filter(|m| m.unpause && m.guarded == guarded).map(|m| m.dag.clone()).collect()
    }

    /// The ids to pause on the old side.
    pub fn pause(&self) -> Vec<String> {
        self.moves.iter().filter(|m| m.pause).map(|m| m.dag.clone()).collect()
    }
}
