//! One look at the runs of a smoke test: what is not there yet is begun, and what was unpaused for it is paused again.

use teal_domain::{
    airflow::Task,
    dags::DagPlan,
    history::Record,
    smoke::{Fate, REHEARSAL, SmokeEnd, SmokeResult, SmokeRun},
};

use super::{super::follow::in_time, Engine, Pair, airflow};
use crate::{
    aws::{AwsError, airflow::client::Airflow},
    store::StoreError,
};

/// What one look found out about a run.
enum Seen {
    /// It has ended so, or never will.
    Ended(Fate),
    /// It goes on, and was at this.
    GoesOn(String),
    /// Nobody could tell.
    Unanswered(String),
}

/// Looks at every run. Answers with the end once there is one.
pub(super) async fn look(engine: &Engine, pair: &Pair, run: &SmokeRun) -> Option<SmokeEnd> {
    let over = engine.clock.now() >= run.ends_by;
    let version = match engine.version_of(pair, run.side).await {
        Ok(version) => version,
        // How to speak to it is not known, so nothing was begun either.
        Err(because) => return over.then(|| nothing(run, &because)),
    };
    let airflow = airflow(pair, run.side, version.as_deref())?;
    let guard = &pair.config.policy.dags.guard_task;
    let mut results = Vec::with_capacity(run.dags.len());
    for dag in &run.dags {
        let seen = one(&airflow, run, dag, guard, over).await;
        let fate = match seen {
            Seen::Ended(fate) => Some(fate),
            Seen::GoesOn(state) => over.then_some(Fate::TimeOver { state }),
            Seen::Unanswered(because) => over.then_some(Fate::NotRun { because }),
        };
        results.push(fate.map(|fate| SmokeResult { dag: dag.clone(), fate }));
    }
    let results = results.into_iter().collect::<Option<Vec<_>>>()?;
    let late = engine.clock.now() >= run.ends_by + pair.config.policy.smoke.lasts;
    match pause_again(engine, pair, &airflow, run).await {
        Ok(awake) if awake.is_empty() => Some(SmokeEnd { results, awake, because: None }),
        Ok(awake) => Some(SmokeEnd { results, because: Some(SWITCHED.to_owned()), awake }),
        // Whoever refuses goes on refusing; whoever does not answer may do so later.
        Err((awake, error)) if late || final_no(&error) => {
            Some(SmokeEnd { results, awake, because: Some(error.message) })
        }
        Err((awake, error)) => {
            tracing::warn!(pair = %pair.id(), ?awake, %error, "what was unpaused for a smoke test is not paused again yet");
            None
        }
    }
}

/// Why something is left unpaused that nothing went wrong with.
const SWITCHED: &str = "A switch has made this side live meanwhile, and they are to work there.";

fn nothing(run: &SmokeRun, because: &str) -> SmokeEnd {
    let result = |dag: &String| SmokeResult { dag: dag.clone(), fate: Fate::NotRun { because: because.to_owned() } };
    SmokeEnd { results: run.dags.iter().map(result).collect(), awake: Vec::new(), because: None }
}

/// It was refused, and not for being one request too many.
fn final_no(error: &AwsError) -> bool {
    error.refused && !error.throttled() && error.code.as_deref() != Some("429")
}

async fn one(airflow: &Airflow<'_>, run: &SmokeRun, dag: &str, guard: &str, over: bool) -> Seen {
    let state = match in_time(airflow.run_state(dag, &run.run_id())).await {
        Ok(state) => state,
        Err(error) if error.code.as_deref() == Some("404") => {
            let late = || Seen::Unanswered("No run of it could be begun in time.".to_owned());
            return if over { late() } else { begin(airflow, run, dag).await };
        }
        Err(error) => return not(error),
    };
    if !matches!(state.as_str(), "success" | "failed") {
        return Seen::GoesOn(state);
    }
    match (state.as_str(), in_time(airflow.tasks_of_run(dag, &run.run_id())).await) {
        ("failed", tasks) => Seen::Ended(Fate::Failed { task: tasks.ok().and_then(first_failed) }),
        (_, Ok(tasks)) if tasks.iter().any(|task| task.task != guard && task.worked()) => Seen::Ended(Fate::Success),
        (_, Ok(_)) => Seen::Ended(Fate::Skipped),
        (_, Err(error)) => not(error),
    }
}

fn first_failed(tasks: Vec<Task>) -> Option<String> {
    tasks.into_iter().find(|task| task.state == "failed").map(|task| task.task)
}

fn not(error: AwsError) -> Seen {
    if final_no(&error) {
        Seen::Ended(Fate::NotRun { because: error.message })
    } else {
        Seen::Unanswered(error.message)
    }
}

/// Begins the run of a DAG. A paused DAG begins nothing, so it is unpaused first: what cannot be unpaused has no run
/// that would wait in its Airflow for the day on which somebody does.
async fn begin(airflow: &Airflow<'_>, run: &SmokeRun, dag: &str) -> Seen {
    if run.woken.iter().any(|woken| woken == dag) {
        let known = match in_time(airflow.dags()).await {
            Ok(known) => known,
            Err(error) => return not(error),
        };
        let changed = airflow.set_paused(&known, &[dag.to_owned()], false).await;
        if let Some((_, error)) = changed.failed.into_iter().next() {
            return not(error);
        }
    }
    match in_time(airflow.trigger(dag, &run.run_id(), serde_json::json!({ REHEARSAL: true }))).await {
        Ok(()) => Seen::GoesOn("queued".to_owned()),
        // It landed before, and nobody had heard of it.
        Err(error) if error.code.as_deref() == Some("409") => Seen::GoesOn("queued".to_owned()),
        Err(error) => not(error),
    }
}

/// Pauses what was unpaused for the test. Answers with what is to stay unpaused, or what is and should not be.
async fn pause_again(
    engine: &Engine,
    pair: &Pair,
    airflow: &Airflow<'_>,
    run: &SmokeRun,
) -> Result<Vec<String>, (Vec<String>, AwsError)> {
    if run.woken.is_empty() {
        return Ok(Vec::new());
    }
    let known = in_time(airflow.dags()).await.map_err(|error| (run.woken.clone(), error))?;
    let awake = known.iter().filter(|dag| !dag.paused && run.woken.contains(&dag.id)).map(|dag| dag.id.clone());
    // Of the store, not of the board: another instance may have switched a moment ago.
    let since = match switched_since(engine, pair, run).await {
        Ok(since) => since,
        Err(error) => {
            let message = format!("Whether a switch came in between is not known: {error}");
            return Err((awake.collect(), AwsError { code: None, message, refused: false }));
        }
    };
    let moves = match &since {
        Since::Open => {
            let message = "What a switch does with the DAGs is not known yet.".to_owned();
            return Err((awake.collect(), AwsError { code: None, message, refused: false }));
        }
        Since::Planned(plan) => plan.moves.as_slice(),
        Since::Nothing => &[],
    };
    let works = |dag: &String| moves.iter().any(|moved| moved.dag == *dag);
    let (stay, sleep): (Vec<_>, Vec<_>) = awake.partition(works);
    let failed = airflow.set_paused(&known, &sleep, true).await.failed;
    match failed.first().map(|(_, error)| error.clone()) {
        None => Ok(stay),
        Some(error) => Err((failed.into_iter().map(|(dag, _)| dag).collect(), error)),
    }
}

/// What came in between since a test began.
enum Since {
    /// No switch made the tested side live that does anything with its DAGs.
    Nothing,
    /// One is under way, or has not said yet what it will do.
    Open,
    /// One did, and this is what it does.
    Planned(DagPlan),
}

async fn switched_since(engine: &Engine, pair: &Pair, run: &SmokeRun) -> Result<Since, StoreError> {
    if !engine.store.open_operations(pair.id()).await?.is_empty() {
        return Ok(Since::Open);
    }
    let followed = engine.store.following(pair.id()).await?;
    let goes_on = followed.is_some();
    let latest = if goes_on { followed } else { engine.store.current(&pair.parameter).await? };
    let latest = latest.filter(|record| record.at >= run.begun_at && record.version().is_some());
    let switch = latest.as_ref().and_then(Record::switch).filter(|switch| switch.target == run.side);
    Ok(match switch.map(|switch| switch.course.plan.clone()) {
        Some(Some(plan)) => Since::Planned(plan),
        Some(None) if goes_on => Since::Open,
        Some(None) | None => Since::Nothing,
    })
}
