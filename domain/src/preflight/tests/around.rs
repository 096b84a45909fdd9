//! The target's Airflow, the guards, and what runs.

use super::{
    Verdict::{Block, Pass, Warn},
    fixture::{self, NOW, alarm, around, change, dag, finds, in_secs, one, part, secs_ago, switch_to_green},
};
use crate::{
    Millis, PairSnapshot, Surroundings,
    airflow::{ImportError, Task, Tried, Wish},
    dags::Strategy,
    surroundings::AlarmState,
};
use std::sync::Arc;

#[test]
fn no_task_runs_without_scheduler_and_metadata_database() {
    let is = |name: &'static str, healthy| move |pair: &mut PairSnapshot| part(pair, name, healthy);
    finds("airflow", Block, "Green's scheduler is unhealthy", is("scheduler", Some(false)));
    finds("airflow", Block, "metadata database is unhealthy", is("metadatabase", Some(false)));
    finds("airflow", Warn, "triggerer is unhealthy: some DAGs", is("triggerer", Some(false)));
    finds("airflow", Warn, "dag processor is unhealthy", is("dag_processor", Some(false)));
    finds("airflow", Pass, "No dag processor runs there.", is("dag_processor", None));
    finds("airflow", Warn, "says nothing of its scheduler", is("scheduler", None));
}

#[test]
fn a_scheduler_that_has_been_silent_for_three_minutes_warns() {
    let beat = |at| move |pair: &mut PairSnapshot| change(&mut around(pair).green.heartbeat, |last| *last = at);
    finds("heartbeat", Pass, "sent a heartbeat at Tue 24 Nov 2026, 11:57 UTC", beat(Some(secs_ago(180))));
    finds("heartbeat", Warn, "no heartbeat for 6 min", beat(Some(secs_ago(400))));
    finds("heartbeat", Warn, "CloudWatch has no heartbeat", beat(None));
}

#[test]
fn broken_files_are_named_the_first_three() {
    finds("import-errors", Warn, "4 files are broken on Green: 0.py, 1.py, 2.py and 1 more.", |pair| {
        let broken = |n: u32| ImportError { file: format!("{n}.py"), error: "SyntaxError".into(), at: None };
        change(&mut around(pair).green.import_errors, |errors| *errors = (0..4).map(broken).collect());
    });
}

#[test]
fn a_guard_in_alarm_blocks_and_names_its_runbook() {
    let stands = |state| {
        move |pair: &mut PairSnapshot| {
            change(&mut around(pair).alarms, |alarms| *alarms = vec![alarm("green-failures", state)]);
        }
    };
    finds("guard", Block, "green-failures has been in alarm for 2 min: Threshold crossed.", stands(AlarmState::Alarm));
    finds("guard", Warn, "too little data", stands(AlarmState::NoData));
    finds("guard", Warn, "There is no alarm named green-failures", stands(AlarmState::Missing));
    finds("guard", Warn, "was not among the alarms", |pair| change(&mut around(pair).alarms, Vec::clear));
    let mut pair = fixture::pair();
    stands(AlarmState::Alarm)(&mut pair);
    assert!(one(&switch_to_green(&pair), "guard").mend.contains("https://wiki.example/failures"));
    pair.policy.guards[0].before = false;
    assert!(switch_to_green(&pair).iter().all(|check| check.name != "guard"), "it guards only what comes after");
}

#[test]
fn a_refusal_to_pause_blocks_only_where_dags_are_paused() {
    let refused = |wish: Wish, strategy: Strategy| {
        move |pair: &mut PairSnapshot| {
            pair.policy.dags.strategy = strategy;
            change(&mut around(pair).blue.tried, |tried| {
                tried.retain(|tried| tried.wish != wish);
                tried.push(Tried { wish, refused: Some("403: can_edit on DAGs is missing.".into()) });
            });
        }
    };
    let says = "On Blue, pausing and unpausing DAGs is refused: 403";
    finds("permissions", Block, says, refused(Wish::PauseDags, Strategy::PauseStandby));
    finds("permissions", Pass, "On both sides", refused(Wish::PauseDags, Strategy::FlagOnly));
    for wish in [Wish::BeginRuns, Wish::EndRuns] {
        finds("permissions", Block, wish.as_str(), refused(wish, Strategy::PauseStandby));
        finds("permissions", Pass, "On both sides", |pair| {
            refused(wish, Strategy::FlagOnly)(pair);
            pair.policy.smoke.dags.clear();
        });
    }
    finds("permissions", Warn, "reading how a DAG is made", refused(Wish::ReadDags, Strategy::PauseStandby));
    finds("permissions", Warn, "reading logs", refused(Wish::ReadLogs, Strategy::FlagOnly));
    // A smoke test begins runs, too.
    finds("permissions", Warn, "beginning runs", refused(Wish::BeginRuns, Strategy::FlagOnly));
    finds("permissions", Warn, "On Blue, listing tasks is refused", refused(Wish::ListTasks, Strategy::PauseStandby));
    finds("permissions", Warn, "On Green, listing tasks has not been tried.", |pair| {
        change(&mut around(pair).green.tried, |tried| tried.retain(|tried| tried.wish != Wish::ListTasks));
    });
}

#[test]
fn an_airflow_that_does_not_answer_has_refused_nothing_and_is_told_once() {
    let mut pair = fixture::pair();
    pair.policy.dags.strategy = Strategy::PauseStandby;
    change(&mut around(&mut pair).blue.tried, |tried| {
        *tried =
            Wish::ALL.map(|wish| Tried { wish, refused: Some("It could not be tried: Nobody there.".into()) }).into();
    });
    let checks = switch_to_green(&pair);
    let check = one(&checks, "permissions");
    assert_eq!(check.verdict, Warn);
    assert!(check.evidence.starts_with("On Blue, reading its health, listing DAGs, "), "{}", check.evidence);
    assert_eq!(check.evidence.matches("Nobody there.").count(), 1, "{}", check.evidence);
    assert!(!check.evidence.contains("refused") && !check.mend.contains("role"), "{} {}", check.evidence, check.mend);
}

#[test]
fn what_runs_on_the_side_that_is_left_is_counted_and_its_end_estimated() {
    let task = |state: &str| Task {
        dag: "load".into(),
        run: "r".into(),
        task: "t".into(),
        state: state.into(),
        attempt: 1,
        began: None,
        ended: None,
        logical: None,
    };
    let works = |usual: Vec<(String, Millis)>| {
        move |pair: &mut PairSnapshot| {
            change(&mut around(pair).blue.work, |work| {
                work.tasks = vec![task("running"), task("queued"), task("scheduled")];
                work.runs = vec![("load".into(), secs_ago(60))];
                work.usual = usual;
            });
        }
    };
    let usual = |secs| vec![("load".into(), Millis::from_secs(secs))];
    finds("tasks", Warn, "On Blue 1 task runs and 2 tasks wait.", works(usual(600)));
    finds("tasks", Warn, "ends in about 9 min, at Tue 24 Nov 2026, 12:09 UTC", works(usual(600)));
    finds("tasks", Warn, "should have ended by now", works(usual(30)));
    finds("tasks", Warn, "cannot be told", works(Vec::new()));
    finds("tasks", Pass, "Nothing runs or waits on Blue", |_| ());
}

#[test]
fn dags_that_are_due_within_five_minutes_are_named() {
    let due = |at, paused| {
        move |pair: &mut PairSnapshot| {
            let mut soon = dag("soon", paused);
            soon.next_run = Some(at);
            change(&mut around(pair).blue.dags, |dags| dags.push(soon.clone()));
            change(&mut around(pair).green.dags, |dags| dags.push(soon));
        }
    };
    finds("ticks", Warn, "soon at 12:05 UTC on Blue and Green", due(in_secs(300), false));
    finds("ticks", Warn, "soon at 11:00 UTC", due(secs_ago(3600), false));
    finds("ticks", Pass, "No DAG is due", due(in_secs(301), false));
    finds("ticks", Pass, "No DAG is due", due(in_secs(10), true));
}

#[test]
fn while_nothing_is_looked_at_that_is_one_warning_and_what_policy_wants_to_block() {
    let mut pair = fixture::pair();
    pair.surroundings = Arc::new(Surroundings::default());
    let found = |pair: &PairSnapshot| {
        let found = switch_to_green(pair).into_iter().filter(|check| check.verdict != Pass);
        found.map(|check| (check.name, check.verdict)).collect::<Vec<_>>()
    };
    let requirements = ("requirements".to_owned(), Warn);
    assert_eq!(found(&pair), [("surroundings".into(), Warn), requirements.clone()]);
    pair.policy.says = vec![("dag-set".into(), Block), ("keys".into(), Warn)];
    assert_eq!(found(&pair), [("surroundings".into(), Warn), requirements, ("dag-set".into(), Block)]);
    Arc::make_mut(&mut pair.surroundings).green.health.fail("refused", NOW);
    let told = found(&pair);
    assert!(told.len() > 10 && told.iter().all(|(name, _)| name != "surroundings"), "{told:?}");
}
