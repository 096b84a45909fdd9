//! Both sides do the same work.

use super::{
    Finding, Gathered, Trouble, Verdict,
    gathered::{LATELY, does_work},
    told::{TASKS, counted, some},
};
use crate::{Color, Millis, Timestamp, airflow::Task, time::stamp};
use std::collections::BTreeMap;

/// The moments that a DAG worked for on one side.
type Worked<'g> = BTreeMap<&'g str, Vec<&'g Task>>;

pub(super) fn judge(gathered: &Gathered, now: Timestamp) -> Finding {
    let of = |color: Color| match &gathered.side(color).begun {
        Ok(begun) => Ok(worked(begun, gathered, now - LATELY)),
        Err(why) => Err(format!("{}'s Airflow did not tell its tasks: {why}", color.title())),
    };
    let (blue, green) = match (of(Color::Blue), of(Color::Green)) {
        (Ok(blue), Ok(green)) => (blue, green),
        (blue, green) => {
            let why: Vec<String> = [blue.err(), green.err()].into_iter().flatten().collect();
            return Finding::new(Trouble::Both, Verdict::CannotBeTold, why.join(" "));
        }
    };
    let (mut twice, mut unguarded) = (Vec::new(), Vec::new());
    for (dag, here) in &blue {
        let Some(there) = green.get(dag) else { continue };
        // Airflows of different kinds name the same tick differently: when it was due is the same.
        let due = |color: Color, task: &Task| Some(task.logical? + lead(gathered, color, dag));
        let same = here
            .iter()
            .filter_map(|task| due(Color::Blue, task))
            .find(|moment| there.iter().any(|task| due(Color::Green, task) == Some(*moment)));
        match same {
            Some(moment) => twice.push((*dag, moment)),
            None if Color::BOTH.into_iter().all(|color| open(gathered, color, dag)) => unguarded.push(*dag),
            None => {}
        }
    }
    let dags: Vec<&str> = twice.iter().map(|(dag, _)| *dag).chain(unguarded.iter().copied()).collect();
    if dags.is_empty() {
        let says = "No DAG worked for the same moment on both sides in the last hour.";
        return Finding::new(Trouble::Both, Verdict::NotFound, says);
    }
    let says = format!("{} worked on both sides in the last hour: {}.", counted(dags.len(), "DAG"), some(dags));
    let mut finding = Finding::new(Trouble::Both, Verdict::Found, says);
    for (dag, moment) in twice.iter().take(TASKS) {
        finding.shows(format!("{dag} worked on Blue and on Green for the same moment, {}", stamp(*moment)));
    }
    if !unguarded.is_empty() {
        let names = some(unguarded.iter().copied());
        finding.shows(format!("Unpaused on both sides, without a check, and at work on both: {names}"));
    }
    mend(&mut finding, gathered, !unguarded.is_empty());
    finding
}

fn mend(finding: &mut Finding, gathered: &Gathered, unguarded: bool) {
    let idle = match gathered.flag.as_ref().ok().and_then(crate::Flag::color) {
        Some(live) => live.other().title(),
        None => "the side that should be idle",
    };
    finding.mend(format!("Pause them on {idle} now, and see in what they write whether it is there twice."));
    if unguarded {
        finding.mend(
            "Then give them a check of the flag, or let Teal pause the standby with `strategy = \"pause-standby\"` in \
             [pair.policy].",
        );
    } else {
        finding.mend("Then see whether their check works with a fallback of `active`, or does not ask at all.");
    }
}

fn worked<'g>(begun: &'g [Task], gathered: &Gathered, since: Timestamp) -> Worked<'g> {
    let mut worked = Worked::new();
    for task in begun.iter().filter(|task| task.began >= Some(since) && does_work(task, &gathered.rules)) {
        worked.entry(task.dag.as_str()).or_default().push(task);
    }
    worked
}

/// Whether nothing keeps a DAG from working on a side: it is unpaused and does not ask.
fn lead(gathered: &Gathered, color: Color, id: &str) -> Millis {
    let dags = gathered.side(color).dags.as_ref().ok();
    dags.and_then(|dags| dags.iter().find(|dag| dag.id == id)).map(crate::airflow::Dag::lead).unwrap_or_default()
}

fn open(gathered: &Gathered, color: Color, id: &str) -> bool {
    let side = gathered.side(color);
    let awake = |dags: &Vec<crate::airflow::Dag>| dags.iter().any(|dag| dag.id == id && !dag.paused);
    side.dags.as_ref().is_ok_and(awake) && side.guarded(id, &gathered.rules) == Some(false)
}
