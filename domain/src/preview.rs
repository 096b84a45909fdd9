//! What a switch would do with the DAGs, DAG by DAG, as people and scripts are shown it before they confirm. It is the same
//! plan that somebody approves, with what changes by the minute beside it.

use crate::{
    Color, PairSnapshot, Timestamp, approval,
    dags::{Move, Strategy},
};

/// What a switch would do with the DAGs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// How the two sides share the work.
    pub strategy: Strategy,
    /// The side that is to become live.
    pub target: Color,
    /// Which DAGs, as far as both sides have been read.
    pub lists: Result<Lists, Unread>,
}

/// The DAGs of a side have not been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which side.
    pub side: Color,
    /// Why, if it was tried.
    pub because: Option<String>,
}

/// Which DAGs. One may stand in several lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// How many move from one side to the other.
    pub moves: usize,
    /// Unpaused on the new side right after the flip.
    pub at_once: Vec<String>,
    /// Unpaused on the new side once the old one has finished with them.
    pub later: Vec<String>,
    /// Paused on the old side, each as it has finished.
    pub pause: Vec<String>,
    /// Likely to begin a run as soon as they are unpaused.
    pub fires: Vec<String>,
    /// At work on the old side, with how many tasks; none where that could not be read.
    pub at_work: Option<Vec<(String, u32)>>,
    /// With `depends_on_past`; none where that could not be read.
    pub waits: Option<Vec<String>>,
    /// Paused on the old side only: left as they are, so they run on the new one.
    pub only_there: Vec<String>,
    /// Paused on both sides, and left so.
    pub stay: Vec<String>,
    /// At work on the old side, and not there on the new one.
    pub missing: Vec<String>,
    /// When the older of the two sides was read.
    pub read_at: Option<Timestamp>,
}

/// What a switch of the pair to `target` would do with the DAGs. Nothing is told of what is no switch from side to side.
pub fn preview(pair: &PairSnapshot, target: Color, now: Timestamp) -> Option<Preview> {
    let old = pair.live().filter(|live| *live != target)?;
    let strategy = pair.policy.dags.strategy;
    let lists = match strategy {
        Strategy::PauseStandby => lists(pair, target, old, now),
        Strategy::FlagOnly | Strategy::SeparateDags => Ok(Lists::default()),
    };
    Some(Preview { strategy, target, lists })
}

fn lists(pair: &PairSnapshot, target: Color, old: Color, now: Timestamp) -> Result<Lists, Unread> {
    let (new_side, old_side) = (pair.surroundings.side(target), pair.surroundings.side(old));
    for (side, color) in [(new_side, target), (old_side, old)] {
        if side.dags.value().is_none() {
            return Err(Unread { side: color, because: side.dags.error().map(|error| error.message.clone()) });
        }
    }
    // What is shown here is what somebody approves.
    let plan = approval::planned(pair, target, now);
    let ids = |chosen: &dyn Fn(&Move) -> bool| -> Vec<String> {
        plan.moves.iter().filter(|moved| chosen(moved)).map(|moved| moved.dag.clone()).collect()
    };
    let asleep = |id: &String| {
        let dags = new_side.dags.value().map(Vec::as_slice).unwrap_or_default();
        dags.iter().find(|dag| dag.id == *id).is_none_or(|dag| dag.paused)
    };
    let (stay, only_there) = plan.stay.iter().cloned().partition(asleep);
    let working = |moved: &&Move| moved.tasks > 0;
    Ok(Lists {
        moves: plan.moves.len(),
        at_once: ids(&|moved| moved.unpause && moved.guarded),
        later: ids(&|moved| moved.unpause && !moved.guarded),
        pause: ids(&|moved| moved.pause),
        fires: ids(&|moved| moved.fires),
        at_work: old_side
            .work
            .value()
            .map(|_| plan.moves.iter().filter(working).map(|moved| (moved.dag.clone(), moved.tasks)).collect()),
        waits: old_side.depends_on_past.value().map(|waiting| ids(&|moved| waiting.contains(&moved.dag))),
        only_there,
        stay,
        missing: plan.missing.clone(),
        read_at: old_side.dags.read_at().into_iter().chain(new_side.dags.read_at()).min(),
    })
}
