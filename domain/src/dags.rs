//! What is done with the DAGs around a flip, worked out before it, so that it can be shown, journalled and undone.

mod misplaced;

pub use misplaced::Misplaced;

use crate::{
    Color, Timestamp,
    airflow::{Dag, Work},
    policy::DagRules,
    steps::Course,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
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
    /// How many of its tasks run or wait on the old side.
    #[serde(default)]
    pub tasks: u32,
    /// When its next run was due on the old side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
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
    /// Nothing waits for the old side: it is an emergency, or the old side is out of reach.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
    /// How the old side stood, where it could be read.
    pub old: Option<Vec<Stood>>,
    /// How the new side stood.
    pub new: Option<Vec<Stood>>,
}

impl DagPlan {
    /// Works out the plan: the new side works on exactly what the old one works on now. `old` may be out of reach; then
    /// what it looked like last is gone by, and pausing it is owed. `before` is what the latest switch that moved DAGs did
    /// with them: what Teal itself has left paused nobody has paused on purpose.
    pub fn pause_standby(
        target: Color,
        old: Option<&[Dag]>,
        new: Option<&[Dag]>,
        work: Option<&Work>,
        before: Option<&Course>,
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
            at_once: false,
            old: old.map(stood),
            new: new.map(stood),
        };
        let there: BTreeMap<&str, &Dag> = new.unwrap_or_default().iter().map(|dag| (dag.id.as_str(), dag)).collect();
        for dag in old.unwrap_or_default() {
            let left_paused = before.is_some_and(|before| before.left_paused(target.other(), &dag.id));
            if dag.paused && !left_paused {
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
                pause: !dag.paused,
                fires: twin.paused && twin.schedule.is_some() && twin.next_run.is_some_and(|due| due <= now),
                tasks: u32::try_from(tasks).unwrap_or(u32::MAX),
                due: dag.schedule.as_ref().and(dag.next_run),
            });
        }
        plan
    }

    /// Nothing is done with the DAGs.
    pub const fn nothing(strategy: Strategy, target: Color) -> Self {
        Self {
            strategy,
            target,
            moves: Vec::new(),
            stay: Vec::new(),
            missing: Vec::new(),
            at_once: false,
            old: None,
            new: None,
        }
    }

    /// Takes back what another switch did with the DAGs, to exactly how they stood before it: `stands` says whether a DAG
    /// is paused on a side now, where that could be read; otherwise the record of what was done is gone by.
    pub fn back(of: &Course, stands: impl Fn(Color, &str) -> Option<bool>) -> Option<Self> {
        let plan = of.plan.as_ref()?;
        let target = plan.target.other();
        let mut back = Self::nothing(plan.strategy, target);
        back.stay.clone_from(&plan.stay);
        for moved in &plan.moves {
            let dag = &moved.dag;
            let changed =
                |side, paused| stands(side, dag).map_or_else(|| of.is_done(side, paused, dag), |is| is == paused);
            let unpause = moved.pause && changed(target, true);
            let pause = moved.unpause && changed(plan.target, false);
            if unpause || pause {
                back.moves.push(Move { unpause, pause, fires: false, tasks: 0, due: None, ..moved.clone() });
            }
        }
        Some(back)
    }

    /// SHA-256 over what is to be done, in hexadecimal. What changes by the minute does not count (what a DAG is at, when
    /// it is due, whether it would begin at once), nor in which order the DAGs were listed.
    pub fn digest(&self) -> String {
        let sign = |yes: bool| if yes { '+' } else { '-' };
        let moves = self
            .moves
            .iter()
            .map(|moved| format!("{}{}{} {}", sign(moved.guarded), sign(moved.unpause), sign(moved.pause), moved.dag));
        let known = format!("{}{}", sign(self.old.is_some()), sign(self.new.is_some()));
        let how = [self.strategy.as_str().to_owned(), self.target.to_string(), known];
        let mut sha = Sha256::new();
        for mut list in [how.to_vec(), moves.collect(), self.stay.clone(), self.missing.clone()] {
            list.sort_unstable();
            sha.update((list.len() as u64).to_be_bytes());
            for word in list {
                sha.update((word.len() as u64).to_be_bytes());
                sha.update(word.as_bytes());
            }
        }
        sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
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

#[cfg(test)]
mod tests;
