//! Whether lineage went on over the last switch: what ran on the side that was live before, and has not run yet on the one
//! that is live since.

use super::{Job, Jobs, Lineage};
use crate::{Color, Millis, Timestamp};
use std::collections::HashMap;

/// A job that ran in this time before the switch is looked for after it: what runs once a month is among them.
pub const LOOKED_BACK: Millis = Millis::from_secs(31 * 24 * 60 * 60);

/// Later versions tell so many of the last runs: where there are fewer, there were no others. Earlier ones tell one.
const TOLD: usize = 10;

/// What became of the jobs of the side that was live before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuity<'l> {
    /// The side that is live since.
    pub to: Color,
    /// When the switch was.
    pub at: Timestamp,
    /// The jobs that have run under the new side's namespace since.
    pub since: Vec<&'l Job>,
    /// Those that have not, as the old side's namespace has them.
    pub not_yet: Vec<&'l Job>,
    /// Those of which it cannot be told, because not all jobs of the new side's namespace were read.
    pub untold: Vec<&'l Job>,
    /// Whether there may be more that ran before, because not all jobs of the old side's namespace were read.
    pub more: bool,
    /// How many began a run under the old side's namespace since. A guard that skips its DAG is a run as well.
    pub still: usize,
}

impl<'l> Continuity<'l> {
    /// Of the switch that made `to` live at `at`; none until the jobs of both sides have been read.
    pub fn of(lineage: &'l Lineage, to: Color, at: Timestamp) -> Option<Self> {
        let (before, after) = (lineage.jobs(to.other()).value()?, lineage.jobs(to).value()?);
        Some(Self::between(before, after, to, at))
    }

    fn between(before: &'l Jobs, after: &'l Jobs, to: Color, at: Timestamp) -> Self {
        let (mut since, mut not_yet, mut untold) = (Vec::new(), Vec::new(), Vec::new());
        let there: HashMap<_, _> = after.jobs.iter().map(|job| (&job.name, job)).collect();
        for job in before.jobs.iter().filter(|job| ran_before(job, at)) {
            match there.get(&job.name) {
                Some(there) if began_since(there, at) => since.push(*there),
                None if after.cut || after.left_out > 0 => untold.push(job),
                Some(_) | None => not_yet.push(job),
            }
        }
        let still = before.jobs.iter().filter(|job| began_since(job, at)).count();
        Self { to, at, since, not_yet, untold, more: before.cut || before.left_out > 0, still }
    }

    /// How many ran before.
    pub const fn ran(&self) -> usize {
        self.since.len() + self.not_yet.len() + self.untold.len()
    }
}

/// When the runs of a job began, as far as they were told.
fn begun(job: &Job) -> impl Iterator<Item = Timestamp> + '_ {
    job.run.iter().filter_map(|run| run.began).chain(job.earlier.iter().copied())
}

fn began_since(job: &Job, at: Timestamp) -> bool {
    begun(job).any(|began| began >= at)
}

/// Whether it ran in the time before. Of one that ran again since, the runs before may no longer be told: that it was known
/// before has to do then.
fn ran_before(job: &Job, at: Timestamp) -> bool {
    let from = at - LOOKED_BACK;
    let known =
        || (job.earlier.is_empty() || job.earlier.len() + 1 >= TOLD) && job.first_seen.is_some_and(|seen| seen < at);
    begun(job).any(|began| (from..at).contains(&began)) || (began_since(job, at) && known())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineage::{Name, Run, RunState};

    const AT: Timestamp = Timestamp(10_000_000_000);

    fn job(name: &str, runs: &[i64]) -> Job {
        let mut began = runs.iter().map(|seconds| Timestamp(AT.0 + seconds * 1000));
        let state = RunState::Completed;
        let run = began.next().map(|began| Run { state, began: Some(began), ended: None, took: None });
        Job {
            name: Name::of(name).expect("a name"),
            first_seen: None,
            run,
            earlier: began.collect(),
            reads: Vec::new(),
            writes: Vec::new(),
        }
    }

    fn jobs(jobs: &[Job]) -> Jobs {
        Jobs { jobs: jobs.to_vec(), ..Jobs::default() }
    }

    fn names(jobs: &[&Job]) -> Vec<String> {
        jobs.iter().map(|job| job.name.raw().to_owned()).collect()
    }

    #[test]
    fn what_ran_before_on_the_one_side_is_looked_for_since_on_the_other() {
        let before = jobs(&[job("orders", &[-60]), job("sales", &[-3600]), job("rates", &[-60]), job("gone", &[])]);
        let after = jobs(&[job("orders", &[30]), job("sales", &[-90_000]), job("new", &[40])]);
        let found = Continuity::between(&before, &after, Color::Green, AT);
        assert_eq!(found.ran(), 3);
        assert_eq!(names(&found.since), ["orders"]);
        assert_eq!(names(&found.not_yet), ["sales", "rates"], "a run before the switch is none since");
        assert_eq!((found.still, found.more), (0, false));
    }

    #[test]
    fn a_run_at_the_moment_of_the_switch_is_one_since() {
        let found = |began| {
            let (before, after) = (jobs(&[job("orders", &[-1])]), jobs(&[job("orders", &[began])]));
            Continuity::between(&before, &after, Color::Green, AT).since.len()
        };
        assert_eq!((found(0), found(-1)), (1, 0));
    }

    #[test]
    fn what_has_not_run_for_longer_than_a_month_is_not_missed() {
        let day = 24 * 60 * 60;
        let before = jobs(&[job("monthly", &[-31 * day]), job("forgotten", &[-32 * day])]);
        let none = Jobs::default();
        let found = Continuity::between(&before, &none, Color::Green, AT);
        assert_eq!(names(&found.not_yet), ["monthly"]);
    }

    #[test]
    fn one_that_still_runs_under_the_old_namespace_ran_before_as_far_as_can_be_told() {
        let mut known = job("known", &[60]);
        known.first_seen = Some(Timestamp(AT.0 - 1));
        let mut new = job("new", &[60]);
        new.first_seen = Some(Timestamp(AT.0 + 1));
        let told = job("told", &[60, -60]);
        let found = Continuity::between(&jobs(&[known, new, told]), &Jobs::default(), Color::Green, AT).not_yet.len();
        assert_eq!(found, 2, "the one that came after the switch did not run before it");
        // Where the runs before are told, they count, and not when it was first heard of.
        let mut idle = job("idle", &[60, 30]);
        idle.first_seen = Some(Timestamp(0));
        let (only, none) = (jobs(&[idle]), Jobs::default());
        let found = Continuity::between(&only, &none, Color::Green, AT);
        assert_eq!((found.ran(), found.still), (0, 1));
        let mut busy = job("busy", &[100, 90, 80, 70, 60, 50, 40, 30, 20, 10]);
        busy.first_seen = Some(Timestamp(0));
        let only = jobs(&[busy]);
        let found = Continuity::between(&only, &none, Color::Green, AT);
        assert_eq!((found.ran(), found.still), (1, 1), "ten runs since have pushed the ones before out of sight");
    }

    #[test]
    fn where_not_all_was_read_what_is_missing_cannot_be_told() {
        let before = Jobs { cut: true, ..jobs(&[job("orders", &[-1]), job("sales", &[-1])]) };
        let after = Jobs { cut: true, ..jobs(&[job("sales", &[-1])]) };
        let found = Continuity::between(&before, &after, Color::Green, AT);
        assert_eq!((names(&found.untold), names(&found.not_yet)), (vec!["orders".into()], vec!["sales".into()]));
        assert!(found.more);
    }

    #[test]
    fn until_both_were_read_nothing_is_said() {
        let mut lineage = Lineage::default();
        assert_eq!(Continuity::of(&lineage, Color::Green, AT), None);
        lineage.blue.succeed(jobs(&[job("orders", &[-1])]), AT);
        assert_eq!(Continuity::of(&lineage, Color::Green, AT), None);
        lineage.green.succeed(Jobs::default(), AT);
        assert_eq!(Continuity::of(&lineage, Color::Green, AT).map(|found| found.ran()), Some(1));
        assert_eq!(Continuity::of(&lineage, Color::Blue, AT).map(|found| found.ran()), Some(0));
    }
}
