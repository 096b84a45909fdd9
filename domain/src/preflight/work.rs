//! What runs on the side that is left, and what is due on either just now.

use super::{
    Check, Scene,
    made::{AIRFLOW_IS_OLD_AFTER, counted, named, on, on_both, pass, warn},
};
use crate::{
    Color, Millis, Timestamp,
    airflow::{Dag, Work},
    dags::Strategy,
    time::{Civil, age, minute},
};
use std::collections::BTreeMap;

/// How far ahead what is due is told.
const SOON: Millis = Millis::from_secs(5 * 60);

pub(super) fn checks(Scene { pair, target, now, .. }: Scene<'_>) -> [Check; 2] {
    let source = target.other();
    let around = &pair.surroundings;
    let work = &around.side(source).work;
    let dags = |side: Color| (format!("the list of {}'s DAGs", side.title()), &around.side(side).dags);
    let ((from_what, from), (to_what, to)) = (dags(source), dags(target));
    let strategy = pair.policy.dags.strategy;
    [
        on("tasks", &format!("what runs on {}", source.title()), work, AIRFLOW_IS_OLD_AFTER, now, |work| {
            tasks(source, work, strategy, now)
        }),
        on_both("ticks", (&from_what, from), (&to_what, to), AIRFLOW_IS_OLD_AFTER, now, |from, to| {
            ticks([(source, from), (target, to)], now)
        }),
    ]
}

fn tasks(source: Color, work: &Work, strategy: Strategy, now: Timestamp) -> Check {
    let (name, title) = ("tasks", source.title());
    let (running, queued) = work.count();
    if running + queued == 0 {
        return pass(name, format!("Nothing runs or waits on {title}."));
    }
    let ends = match work.ends(now) {
        Some(at) if at > now => {
            format!(
                "Going by how long its runs took lately, all of it ends in about {}, at {}.",
                age(at.since(now)),
                minute(at)
            )
        }
        Some(_) => "Going by how long its runs took lately, all of it should have ended by now.".to_owned(),
        None => "When it ends cannot be told: some of it has never succeeded before.".to_owned(),
    };
    let mend = match strategy {
        Strategy::PauseStandby => {
            format!("Go on if it may end on {title}: Teal lets it drain before it pauses the DAGs there. Or wait.")
        }
        Strategy::FlagOnly | Strategy::SeparateDags => {
            format!("Go on if it may end on {title}: a switch stops no task that has begun. Or wait.")
        }
    };
    warn(
        name,
        format!("On {title} {} and {}. {ends}", does(running, "runs", "run"), does(queued, "waits", "wait")),
        mend,
    )
}

fn does(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", counted(count, "task"), if count == 1 { one } else { many })
}

fn ticks(sides: [(Color, &Vec<Dag>); 2], now: Timestamp) -> Check {
    let name = "ticks";
    let mut due: BTreeMap<(Timestamp, &str), Vec<&str>> = BTreeMap::new();
    for (side, dags) in sides {
        for dag in dags.iter().filter(|dag| !dag.paused) {
            // What is overdue may begin at any moment.
            if let Some(at) = dag.next_run.filter(|at| *at <= now + SOON) {
                due.entry((at, &dag.id)).or_default().push(side.title());
            }
        }
    }
    if due.is_empty() {
        return pass(name, "No DAG is due in the next 5 minutes.");
    }
    let says = |((at, dag), sides): ((Timestamp, &str), Vec<&str>)| {
        let [h, m, ..] = Civil::of(at).clock;
        format!("{dag} at {h:02}:{m:02} UTC on {}", named(&sides, 2))
    };
    let due: Vec<String> = due.into_iter().map(says).collect();
    warn(
        name,
        format!("Due within 5 minutes: {}.", named(&due, 5)),
        "Wait until they have begun: of a run that is due at the flip, both sides could work on it, or neither.",
    )
}
