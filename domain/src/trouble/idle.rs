//! DAGs do not execute on the active side.

use super::{
    Finding, Gathered, Side, Trouble, Verdict,
    gathered::{LATELY, does_work, failed, latest_guards},
    told::{self, Points, TASKS, counted, some},
};
use crate::{
    Color, Millis, Timestamp,
    airflow::{Dag, Task},
    dags::Strategy,
    environment::COLOR_OPTION as COLOR,
    policy::DagRules,
};

/// A scheduler that is this late does not come any more.
const LATE: Millis = Millis::from_secs(300);

/// The DAGs that do nothing, by what keeps them from it.
#[derive(Default)]
struct Idle<'g> {
    /// Their guard was skipped: they take this side for the standby.
    skipped: Vec<&'g Task>,
    /// Their guard failed.
    failed: Vec<&'g Task>,
    /// Their run was due, and was not created.
    late: Vec<&'g Dag>,
    /// They are paused here, and not on the other side.
    asleep: Vec<&'g Dag>,
}

pub(super) fn judge(gathered: &Gathered, now: Timestamp) -> Finding {
    let (live, written) = match Points::of(&gathered.flag) {
        Points::To(live, written) => (live, written),
        Points::Nowhere(why) => {
            let says = format!("{why}: no guarded DAG works on either side.");
            let mut finding = Finding::new(Trouble::Idle, Verdict::Found, says);
            finding.mend("Set the flag: on the overview, or with `teal switch --to blue` or `--to green`.");
            return finding;
        }
        Points::Unread(why) => return Finding::new(Trouble::Idle, Verdict::CannotBeTold, why),
    };
    let side = gathered.side(live);
    let (dags, begun) = match (&side.dags, &side.begun) {
        (Ok(dags), Ok(begun)) => (dags, begun),
        (Err(why), _) | (_, Err(why)) => {
            let says = format!("{}'s Airflow did not tell what its DAGs do: {why}", live.title());
            let mut finding = Finding::new(Trouble::Idle, Verdict::CannotBeTold, says);
            surroundings(&mut finding, side, live);
            return finding;
        }
    };
    let since = written.max(now - LATELY);
    // While the old side drains, DAGs without a check are paused here for a reason.
    let drains = gathered.rules.strategy == Strategy::PauseStandby && now.since(written) <= gathered.rules.drain;
    let other = gathered.side(live.other()).dags.as_ref().ok().filter(|_| !drains);
    let (idle, working) = sort(dags, begun, other, &gathered.rules, since, now);
    let dags = idle.skipped.iter().chain(&idle.failed).map(|task| task.dag.as_str());
    let dags: Vec<&str> = dags.chain(idle.late.iter().chain(&idle.asleep).map(|dag| dag.id.as_str())).collect();
    let title = live.title();
    if dags.is_empty() {
        let says = match working {
            0 => format!("Nothing was due on {title} in the last hour, or since it became live."),
            some => format!("Whatever was due on {title} did something: {} in the last hour.", counted(some, "DAG")),
        };
        return Finding::new(Trouble::Idle, Verdict::NotFound, says);
    }
    let says = format!("On {title}, which is live, {} did nothing: {}.", counted(dags.len(), "DAG"), some(dags));
    let mut finding = Finding::new(Trouble::Idle, Verdict::Found, says);
    tell(&mut finding, &idle, side, written);
    surroundings(&mut finding, side, live);
    mend(&mut finding, &idle, gathered, live);
    finding
}

/// What keeps each DAG from working, and how many work.
fn sort<'g>(
    dags: &'g [Dag],
    begun: &'g [Task],
    other: Option<&'g Vec<Dag>>,
    rules: &DagRules,
    since: Timestamp,
    now: Timestamp,
) -> (Idle<'g>, usize) {
    let guards = latest_guards(begun, rules, since);
    let (mut idle, mut working) = (Idle::default(), 0);
    for dag in dags.iter().filter(|dag| dag.schedule.is_some()) {
        if dag.paused {
            let awake = |known: &Dag| known.id == dag.id && !known.paused;
            if other.is_some_and(|other| other.iter().any(awake)) {
                idle.asleep.push(dag);
            }
            continue;
        }
        let guard = guards.iter().find(|task| task.dag == dag.id).copied();
        let lately = |task: &Task| task.dag == dag.id && task.began.is_some_and(|began| began >= since);
        let works = begun.iter().any(|task| lately(task) && does_work(task, rules));
        match guard {
            Some(guard) if guard.state == "skipped" => idle.skipped.push(guard),
            Some(guard) if failed(guard) => idle.failed.push(guard),
            Some(_) => working += 1,
            None if works => working += 1,
            None if dag.next_run.is_some_and(|due| due + LATE <= now) => idle.late.push(dag),
            None => {}
        }
    }
    (idle, working)
}

fn tell(finding: &mut Finding, idle: &Idle<'_>, side: &Side, written: Timestamp) {
    for guard in idle.skipped.iter().chain(&idle.failed).take(TASKS) {
        finding.shows(told::task_after(guard, written));
    }
    told::logs(finding, side, &idle.failed, 2);
    told::logs(finding, side, &idle.skipped, 1);
    if let Some(first) = idle.late.iter().min_by_key(|dag| dag.next_run) {
        let due = first.next_run.map(crate::time::stamp).unwrap_or_default();
        let names = some(idle.late.iter().map(|dag| dag.id.as_str()));
        finding.shows(format!("Due and not begun: {names}; {} since {due}", first.id));
    }
    if !idle.asleep.is_empty() {
        let names = some(idle.asleep.iter().map(|dag| dag.id.as_str()));
        finding.shows(format!("Paused here and not on the other side: {names}"));
    }
}

/// How the side itself is.
fn surroundings(finding: &mut Finding, side: &Side, live: Color) {
    if let Ok(environment) = &side.environment {
        let color = environment.setup.option(COLOR);
        if color != Some(live.as_str()) {
            let color = color.unwrap_or("not set");
            finding.shows(format!("{COLOR} of {} is {color}, and should be {live}", environment.name));
        }
        if environment.status != crate::EnvironmentStatus::Available {
            finding.shows(format!("{} is {}", environment.name, environment.status));
        }
    }
    match &side.health {
        Ok(parts) => {
            for part in parts.iter().filter(|part| part.healthy == Some(false)) {
                finding.shows(format!("Airflow says that its {} is unhealthy", part.name));
            }
        }
        Err(why) => finding.shows(format!("Airflow did not tell its health: {why}")),
    }
    if let Ok(errors) = &side.import_errors {
        for error in errors.iter().take(3) {
            finding.shows(format!("{} could not be imported: {}", error.file, error.error));
        }
    }
    if let Ok(work) = &side.work {
        let (running, waiting) = work.count();
        if waiting > 0 {
            finding.shows(format!("Tasks: {running} running, {waiting} waiting for a worker"));
        }
    }
}

fn mend(finding: &mut Finding, idle: &Idle<'_>, gathered: &Gathered, live: Color) {
    let environment = gathered.names.environment(live);
    if !idle.skipped.is_empty() {
        finding.mend(format!(
            "They take {live} for the standby. See that the option {COLOR} of {environment} is {live}, and that the DAGs \
             read {} in {}; then clear the skipped runs in Airflow.",
            gathered.names.flag, gathered.region
        ));
    }
    if !idle.failed.is_empty() {
        finding.mend("Their guard failed: its log says why. Mend that, then clear the failed tasks in Airflow.");
    }
    if !idle.late.is_empty() {
        finding.mend(format!(
            "The scheduler of {environment} did not create their runs. See its health above and the log group \
             airflow-{environment}-Scheduler; if it is down, switch to {} if that is ready.",
            live.other()
        ));
    }
    if !idle.asleep.is_empty() {
        finding.mend(format!("Unpause in {}'s Airflow what is paused there by mistake.", live.title()));
    }
}
