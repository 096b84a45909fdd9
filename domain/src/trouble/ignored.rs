//! The flag says one thing, and the DAGs do another.

use super::{
    Finding, Gathered, Side, Trouble, Verdict,
    gathered::{LATELY, latest_guards},
    told::{self, Points, TASKS, counted},
};
use crate::{Color, Millis, Timestamp, airflow::Task, environment::FLAG_OPTION as FLAG};

/// A check that remembers its answer may be wrong for as long as this.
const REMEMBERED: Millis = Millis::from_secs(60);

pub(super) fn judge(gathered: &Gathered, now: Timestamp) -> Finding {
    let (live, written) = match Points::of(&gathered.flag) {
        Points::To(live, written) => (live, written),
        Points::Nowhere(why) => {
            let says = format!("{why}, so there is nothing that could take effect.");
            return Finding::new(Trouble::Ignored, Verdict::CannotBeTold, says);
        }
        Points::Unread(why) => return Finding::new(Trouble::Ignored, Verdict::CannotBeTold, why),
    };
    let since = written.max(now - LATELY);
    let (mut asked, mut silent) = (0, Vec::new());
    let mut wrong: Vec<(&Side, &Task)> = Vec::new();
    for color in Color::BOTH {
        let side = gathered.side(color);
        let guards = match &side.begun {
            Ok(begun) => latest_guards(begun, &gathered.rules, since),
            Err(why) => {
                silent.push(format!("{}'s Airflow did not tell its tasks: {why}", color.title()));
                continue;
            }
        };
        asked += guards.len();
        // The live side's guard is not to be skipped, and the other one's is.
        let amiss = if color == live { "skipped" } else { "success" };
        wrong.extend(guards.into_iter().filter(|task| task.state == amiss).map(|task| (side, task)));
    }
    let (title, guard) = (live.title(), &gathered.rules.guard_task);
    if !wrong.is_empty() {
        return found(gathered, (live, written), &wrong);
    }
    if !silent.is_empty() {
        return Finding::new(Trouble::Ignored, Verdict::CannotBeTold, silent.join(" "));
    }
    if asked == 0 {
        let says = format!("No task {guard} has begun on either side in the last hour, or since the flag says {live}.");
        let mut finding = Finding::new(Trouble::Ignored, Verdict::CannotBeTold, says);
        finding.mend(
            "Look again when the next runs have begun. If the DAGs ask by a task of another name, say so with \
             `guard_task` in [pair.policy].",
        );
        return finding;
    }
    let says = format!("The flag says {title}, and {} that asked since found it so.", counted(asked, "DAG"));
    Finding::new(Trouble::Ignored, Verdict::NotFound, says)
}

fn found(gathered: &Gathered, (live, written): (Color, Timestamp), wrong: &[(&Side, &Task)]) -> Finding {
    let count = counted(wrong.len(), "DAG");
    let says = format!("The flag says {}, and {count} that asked since did not go by it.", live.title());
    let mut finding = Finding::new(Trouble::Ignored, Verdict::Found, says);
    for (_, task) in wrong.iter().take(TASKS) {
        finding.shows(told::task_after(task, written));
    }
    for (side, task) in wrong.iter().take(2) {
        told::logs(&mut finding, side, &[task], 1);
    }
    let mut other_name = false;
    for side in [&gathered.blue, &gathered.green] {
        let Ok(environment) = &side.environment else { continue };
        let Some(name) = environment.setup.option(FLAG).filter(|name| *name != gathered.names.flag) else {
            continue;
        };
        finding.shows(format!("{FLAG} of {} is {name}; the pair's flag is {}", environment.name, gathered.names.flag));
        other_name = true;
    }
    let early = |(_, task): &(&Side, &Task)| task.began.is_some_and(|began| began < written + REMEMBERED);
    if wrong.iter().all(early) {
        finding.mend(
            "All of them asked within a minute of the switch, and a check may remember an older answer (Teal's own does \
             for ten seconds). Look again when the next runs have begun.",
        );
    }
    if other_name {
        finding.mend(format!("Let {FLAG} say {} on both sides, or leave it out.", gathered.names.flag));
    }
    finding.mend(format!(
        "See in the DAGs' check which parameter it reads, and in which region: it must be {} in {}. See that it reads it \
         when the task runs, not when the file is parsed, and remembers it for seconds only.",
        gathered.names.flag, gathered.region
    ));
    finding
}
