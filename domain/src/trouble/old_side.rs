//! DAGs go on working on the side that is not live: what finishes what it began, and what began anew.

use super::{
    Finding, Gathered, Trouble, Verdict,
    gathered::{LATELY, does_work},
    told::{self, Points, TASKS, counted, some},
};
use crate::{Timestamp, airflow::Task, dags::Strategy};

pub(super) fn judge(gathered: &Gathered, now: Timestamp) -> Finding {
    let (live, written) = match Points::of(&gathered.flag) {
        Points::To(live, written) => (live, written),
        Points::Nowhere(why) => {
            return Finding::new(
                Trouble::OldSide,
                Verdict::CannotBeTold,
                format!("{why}, so neither side is the old one."),
            );
        }
        Points::Unread(why) => return Finding::new(Trouble::OldSide, Verdict::CannotBeTold, why),
    };
    let (old, side) = (live.other(), gathered.side(live.other()));
    if gathered.rules.strategy == Strategy::SeparateDags {
        let says = format!("Each side has DAGs of its own here (`separate-dags`), so {old} may work at any time.");
        return Finding::new(Trouble::OldSide, Verdict::CannotBeTold, says);
    }
    let (begun, work) = match (&side.begun, &side.work) {
        (Ok(begun), Ok(work)) => (begun, work),
        (Err(why), _) | (_, Err(why)) => {
            let says = format!("{}'s Airflow did not tell its tasks: {why}", old.title());
            return Finding::new(Trouble::OldSide, Verdict::CannotBeTold, says);
        }
    };
    let running = |task: &Task| matches!(task.state.as_str(), "running" | "deferred" | "restarting");
    let mut tasks: Vec<&Task> = begun.iter().filter(|task| task.began >= Some(now - LATELY)).collect();
    let same = |one: &Task, other: &Task| (&one.dag, &one.run, &one.task) == (&other.dag, &other.run, &other.task);
    let more = work.tasks.iter().filter(|task| running(task) && !begun.iter().any(|known| same(known, task)));
    tasks.extend(more);
    tasks.retain(|task| does_work(task, &gathered.rules) && (running(task) || task.began >= Some(written)));
    // A run goes on where it began, so what counts is when its first task did.
    let before = |task: &Task| {
        let run = begun.iter().chain(&work.tasks).filter(|other| (&other.dag, &other.run) == (&task.dag, &task.run));
        run.filter_map(|other| other.began).min().is_some_and(|began| began < written)
    };
    let (drain, anew): (Vec<&Task>, Vec<&Task>) = tasks.into_iter().partition(|task| before(task));
    let drains = drain.iter().filter(|task| running(task)).count();
    if anew.is_empty() {
        let mut says = format!("Nothing has begun to work on {} since the flag says {live}.", old.title());
        if drains > 0 {
            says = format!("{says} Still under way: {} of runs that began before it.", counted(drains, "task"));
        }
        let mut finding = Finding::new(Trouble::OldSide, Verdict::NotFound, says);
        drain.iter().filter(|task| running(task)).take(TASKS).for_each(|task| finding.shows(told::task(task)));
        if drains > 0 {
            finding.mend("A run is finished where it began: wait for it, or mark it as failed in Airflow.");
        }
        return finding;
    }
    let dags = some(anew.iter().map(|task| task.dag.as_str()));
    let says = format!(
        "On {}, which is not live, {} worked in runs that began after the switch: {dags}.",
        old.title(),
        counted(anew.len(), "task")
    );
    let mut finding = Finding::new(Trouble::OldSide, Verdict::Found, says);
    anew.iter().rev().take(TASKS).for_each(|task| finding.shows(told::task_after(task, written)));
    if drains > 0 {
        finding.shows(format!("Beside them, {} of runs that began before the switch", counted(drains, "task")));
    }
    let of = |asks: bool| {
        let dags = anew.iter().filter(|task| side.guarded(&task.dag, &gathered.rules) == Some(asks));
        some(dags.map(|task| task.dag.as_str()))
    };
    let (asking, others) = (of(true), of(false));
    if !others.is_empty() {
        finding.mend(format!(
            "These have no check (no tag `{}`): {others}. Give them one, or pause them on {}; with `strategy = \
             \"pause-standby\"` Teal pauses them at each switch.",
            gathered.rules.guarded_tag,
            old.title()
        ));
    }
    if !asking.is_empty() {
        finding.mend(format!(
            "These have the tag of a check and worked all the same: {asking}. See whether they ask at all, whether the \
             answer was an old one, and what is said of “{}”.",
            Trouble::Ignored.title()
        ));
    }
    if asking.is_empty() && others.is_empty() {
        finding.mend(format!("Pause them in {}'s Airflow, and see whether they ask the flag.", old.title()));
    }
    finding
}
