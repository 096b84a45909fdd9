//! DAGs that work on the side that stands by, and would on the live one if somebody had moved them.

use super::Strategy;
use crate::{Color, PairSnapshot, steps::Course};
use std::collections::BTreeSet;

/// DAGs that are unpaused on the side that stands by and paused on the live one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The side that is live.
    pub live: Color,
    /// The DAGs, by id.
    pub dags: Vec<String>,
}

impl Misplaced {
    /// Under `pause-standby`, once nothing moves DAGs any more: those that nobody has moved after the flag. Where either
    /// side has not been read since the flag came to stand where it does, that cannot be told.
    pub fn of(pair: &PairSnapshot) -> Option<Self> {
        let live = pair.live()?;
        let moving = pair.following.as_ref().is_some_and(|following| !Course::dags_done(&following.course));
        if pair.policy.dags.strategy != Strategy::PauseStandby || moving || pair.open.is_some() {
            return None;
        }
        let [works, stands_by] = [live, live.other()].map(|side| &pair.surroundings.side(side).dags);
        if works.read_at().min(stands_by.read_at()) <= pair.live_since {
            return None;
        }
        let ids = |paused: bool, side: &crate::Reading<Vec<crate::airflow::Dag>>| {
            let dags = side.value().into_iter().flatten();
            dags.filter(|dag| dag.paused == paused).map(|dag| dag.id.clone()).collect::<BTreeSet<_>>()
        };
        let dags: Vec<String> = ids(false, stands_by).intersection(&ids(true, works)).cloned().collect();
        (!dags.is_empty()).then_some(Self { live, dags })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dags::DagPlan,
        preflight::tests::fixture::{self, NOW, around, dag, secs_ago, watched},
        steps::Step,
    };

    /// Blue is live; `load` works on green and is paused on blue, `old` is paused on both.
    fn pair() -> PairSnapshot {
        let mut pair = fixture::pair();
        pair.policy.dags.strategy = Strategy::PauseStandby;
        pair.live_since = Some(secs_ago(600));
        let facts = around(&mut pair);
        facts.blue.dags.succeed(vec![dag("load", true), dag("old", true)], NOW);
        facts.green.dags.succeed(vec![dag("load", false), dag("old", true)], NOW);
        pair
    }

    #[test]
    fn what_works_on_the_standby_only_is_told_by_name() {
        assert_eq!(Misplaced::of(&pair()), Some(Misplaced { live: Color::Blue, dags: vec!["load".into()] }));
        let mut both = pair();
        around(&mut both).blue.dags.succeed(vec![dag("load", false)], NOW);
        assert_eq!(Misplaced::of(&both), None, "it works on the live side");
    }

    #[test]
    fn where_nothing_is_paused_or_the_dags_are_moved_just_now_nothing_is_misplaced() {
        let mut other = pair();
        other.policy.dags.strategy = Strategy::FlagOnly;
        assert_eq!(Misplaced::of(&other), None);
        let mut moving = pair();
        let mut following = watched();
        following.course = Course::default();
        moving.following = Some(following.clone());
        assert_eq!(Misplaced::of(&moving), None);
        following.course.take(NOW, Step::Planned { plan: DagPlan::nothing(Strategy::PauseStandby, Color::Blue) });
        moving.following = Some(following);
        assert!(Misplaced::of(&moving).is_some(), "the switch is watched, and all is done with its DAGs");
    }

    #[test]
    fn what_was_read_before_the_flag_moved_says_nothing() {
        for side in Color::BOTH {
            let mut pair = pair();
            around(&mut pair).side_mut(side).dags.succeed(vec![dag("load", side == Color::Blue)], secs_ago(601));
            assert_eq!(Misplaced::of(&pair), None, "{side}");
        }
        let mut unread = pair();
        around(&mut unread).green.dags = crate::Reading::default();
        assert_eq!(Misplaced::of(&unread), None);
    }
}
