//! What follows a flip, in words.

mod watched;

pub(crate) use watched::gaps;
pub use watched::{coverage, covered, in_part, unseen, unseen_now};

use super::time;
use crate::components::mark::Tone;
use teal_domain::{
    Color, Millis, Timestamp,
    approval::AskedDags,
    dags::{DagPlan, Strategy},
    steps::{Course, Step},
};

/// A few DAGs by name, and how many more.
pub fn named(dags: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = dags.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match dags.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// `1 DAG`, `3 DAGs`.
pub fn count(dags: usize) -> String {
    if dags == 1 { "1 DAG".to_owned() } else { format!("{dags} DAGs") }
}

/// A step of a course: how it went, what was done, and more about it.
pub fn step(course: &Course, step: &Step) -> (Tone, String, String) {
    match step {
        Step::Planned { plan } => (Tone::Plain, "DAGs planned".to_owned(), planned(plan)),
        Step::Unpaused { side, dags } => {
            (Tone::Good, format!("{} unpaused on {}", count(dags.len()), side.title()), named(dags))
        }
        Step::Paused { side, dags } => {
            (Tone::Good, format!("{} paused on {}", count(dags.len()), side.title()), named(dags))
        }
        Step::Owed { side, pause, dags, because } if dags.is_empty() => {
            let _ = pause;
            (Tone::Attention, format!("{} could not be asked what it works on", side.title()), because.clone())
        }
        Step::Owed { side, pause, dags, because } => {
            let what = if *pause { "paused" } else { "unpaused" };
            let said = format!("{} still to be {what} on {}", count(dags.len()), side.title());
            (Tone::Attention, said, format!("{}: {because}", named(dags)))
        }
        Step::Drained { left: 0, skipped: false, took } => {
            (Tone::Good, "The old side has finished".to_owned(), format!("after {}", time::age(*took)))
        }
        Step::Drained { left, skipped: true, .. } => {
            (Tone::Attention, "Not waited for the old side any longer".to_owned(), format!("{left} tasks were left"))
        }
        Step::Drained { left, skipped: false, took } => {
            let said = "The old side's time to finish is over".to_owned();
            (Tone::Attention, said, format!("{left} tasks were left after {}", time::age(*took)))
        }
        Step::PutBack { side, pause, dags, failed: None } => {
            let (count, what) = (count(dags.len()), if *pause { "paused" } else { "unpaused" });
            let said = format!("{count} put back on {}", side.title());
            (Tone::Plain, said, format!("{}: changed in the moment of a call for many, and {what} again", named(dags)))
        }
        Step::PutBack { side, pause, dags, failed: Some(because) } => {
            let (count, what) = (count(dags.len()), if *pause { "Pause" } else { "Unpause" });
            let said = format!("{count} changed on {} without being meant", side.title());
            (Tone::Attention, said, format!("{}: {because} {what} by hand in the Airflow web page.", named(dags)))
        }
        Step::Uncovered { dags, because } => {
            let said = format!("The last tick of {} may run twice", count(dags.len()));
            (Tone::Attention, said, format!("{}: {because}", named(dags)))
        }
        Step::OutOfReach { side } => {
            let said = format!("{} is out of reach", side.title());
            (Tone::Attention, said, "Nothing waits for it any longer; pausing it stays owed".to_owned())
        }
        Step::DagsDone => (Tone::Good, "All is done with the DAGs".to_owned(), String::new()),
        Step::LeftOff { unpause, pause } => {
            let left = [("not unpaused", unpause), ("not paused", pause)];
            let left = left.into_iter().filter(|(_, dags)| !dags.is_empty());
            let left: Vec<String> = left.map(|(what, dags)| format!("{what}: {}", named(dags))).collect();
            (Tone::Attention, "The flag moved on before all was done with the DAGs".to_owned(), left.join("; "))
        }
        Step::Watching { until, failed_before, .. } => {
            let before = failed_before.map_or_else(String::new, |failed| format!("; {failed} tasks failed before it"));
            (Tone::Busy, "The watch began".to_owned(), format!("until {} UTC{before}", time::clock(*until)))
        }
        Step::PickedUp { dag, at } => {
            (Tone::Good, "The new side ran its first task".to_owned(), format!("{dag}, at {} UTC", time::clock(*at)))
        }
        of_the_watch => watched::step(course, of_the_watch),
    }
}

fn planned(plan: &DagPlan) -> String {
    match plan.strategy {
        Strategy::FlagOnly => "The DAGs' own check decides; nothing is paused.".to_owned(),
        Strategy::SeparateDags => "Each side has DAGs of its own; nothing is paused.".to_owned(),
        Strategy::PauseStandby => {
            let unpause = plan.moves.iter().filter(|moved| moved.unpause).count();
            let pause = plan.moves.iter().filter(|moved| moved.pause).count();
            let (target, old) = (plan.target.title(), plan.target.other().title());
            format!("{unpause} to unpause on {target}, {pause} to pause on {old}")
        }
    }
}

/// What was to be done with the DAGs when somebody asked for approval.
pub fn asked(dags: &AskedDags, target: Color) -> String {
    match (dags.strategy, dags.counts) {
        (Strategy::FlagOnly, _) => "their own check decides; nothing is paused".to_owned(),
        (Strategy::SeparateDags, _) => "each side has its own; nothing is paused".to_owned(),
        (Strategy::PauseStandby, None) => "they had not been read".to_owned(),
        (Strategy::PauseStandby, Some(counts)) => {
            let told = counts.told(target).into_iter().filter(|(count, _)| *count > 0);
            let told = told.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>();
            if told.is_empty() { "none works, so none moves".to_owned() } else { told.join(", ") }
        }
    }
}

/// The pickup: from the flip to the first task.
pub fn pickup(landed: Timestamp, began: Timestamp) -> String {
    let span = began.since(landed);
    if span < Millis::from_secs(1) {
        "0 s".to_owned()
    } else if span < Millis::from_secs(60) {
        format!("{} s", span.as_secs())
    } else {
        time::age(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_dags_are_named_by_the_first_three() {
        let dags: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        assert_eq!(named(&dags), "a, b, c and 2 more");
        assert_eq!(named(&dags[..2]), "a, b");
        assert_eq!((count(1), count(2)), ("1 DAG".to_owned(), "2 DAGs".to_owned()));
    }
}
