//! What becomes of the runs.

use std::time::Duration;

use teal_domain::{
    history::{HistoryQuery, What},
    journal::Listed,
    smoke::Fate,
};
use teal_server::store::verify::Verdict;

use super::tested::{awake, begin, begun, end, fates, look, look_on, scene, test};
use crate::{scene::GREEN, support::airflow::Fault};

#[tokio::test]
async fn runs_that_do_their_work_are_good_and_what_was_paused_is_paused_again() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "orders"], "a paused DAG would begin nothing");
    look(&scene).await;
    assert!(test(&scene, seq).await.end.is_none(), "they are at work");
    scene.airflow.let_tasks_end(GREEN);
    look(&scene).await;
    let end = end(&scene, seq).await;
    assert_eq!(fates(&end), [("orders", &Fate::Success), ("customers", &Fate::Success)]);
    assert_eq!((scene.airflow.unpaused(GREEN), end.awake), (Vec::<String>::new(), Vec::<String>::new()));
    let known = scene.teal.engine.board.snapshot().pair(scene.teal.pair.id()).cloned().expect("a pair");
    assert!(known.smoked(teal_domain::Color::Green).is_some_and(|smoked| smoked.seq == seq && smoked.test.good()));
    let query = HistoryQuery { kind: Some(Listed::Smoke), ..HistoryQuery::default() };
    let listed = scene.world.store.history(&scene.world.pair, &query, 9).await.expect("a store").records;
    assert!(matches!(&listed[..], [only] if matches!(&only.what, What::Smoke(test) if test.good())), "{listed:?}");
    assert!(matches!(scene.world.store.verify(None).await.expect("a store"), Verdict::Holds(_)));
}

#[tokio::test]
async fn what_was_awake_stays_awake() {
    let scene = scene().await;
    awake(&scene);
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    scene.airflow.let_tasks_end(GREEN);
    look(&scene).await;
    assert!(test(&scene, seq).await.good());
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "orders"]);
    assert_eq!(scene.airflow.count("* PATCH *"), 0);
}

#[tokio::test]
async fn a_task_that_fails_is_named() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    scene.airflow.let_tasks_fail(GREEN, "orders");
    scene.airflow.let_tasks_end(GREEN);
    look(&scene).await;
    let end = end(&scene, seq).await;
    let failed = Fate::Failed { task: Some("work".into()) };
    assert_eq!(fates(&end), [("orders", &failed), ("customers", &Fate::Success)]);
    assert!(!test(&scene, seq).await.good());
    assert_eq!(scene.airflow.unpaused(GREEN), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_whose_guard_passed_over_it_proves_nothing() {
    let scene = scene().await;
    awake(&scene);
    let seq = begin(&scene).await.expect("begun");
    // An old guard, which does not know what a rehearsal is: the run is skipped, and Airflow calls that a success.
    let (now, id) = (scene.airflow.now(), test(&scene, seq).await.run.run_id());
    scene.airflow.change(GREEN, |side| {
        for dag in ["orders", "customers"] {
            let run = side.dag(dag).run(&id).ended("success", now, now);
            run.task("teal_guard", "skipped", Some(now), Some(now)).task("work", "skipped", None, None);
        }
    });
    look(&scene).await;
    assert_eq!(fates(&end(&scene, seq).await), [("orders", &Fate::Skipped), ("customers", &Fate::Skipped)]);
}

#[tokio::test]
async fn a_run_that_has_not_ended_when_the_time_is_over_has_failed() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    scene.airflow.let_tasks_fail(GREEN, "customers");
    scene.world.clock.pass(Duration::from_secs(899));
    look(&scene).await;
    assert!(test(&scene, seq).await.end.is_none(), "the time is not over");
    scene.world.clock.pass(Duration::from_secs(1));
    look(&scene).await;
    let end = end(&scene, seq).await;
    assert_eq!(fates(&end)[0], ("orders", &Fate::TimeOver { state: "running".into() }));
    assert_eq!(scene.airflow.unpaused(GREEN), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_may_not_begin_runs_is_told_so_and_nothing_stays_unpaused() {
    let scene = scene().await;
    scene.airflow.fail(&format!("{GREEN} POST /dags/*/dagRuns"), Fault::Status(403), usize::MAX);
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    let end = end(&scene, seq).await;
    let refused = |fate: &Fate| matches!(fate, Fate::NotRun { because } if because.contains("DAG Runs.can_create"));
    assert!(fates(&end).into_iter().all(|(_, fate)| refused(fate)), "{end:?}");
    assert_eq!(scene.airflow.unpaused(GREEN), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_may_not_unpause_begins_no_run_that_would_wait_for_the_day_it_is() {
    let scene = scene().await;
    scene.airflow.fail(&format!("{GREEN} PATCH *"), Fault::Status(403), usize::MAX);
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    let end = end(&scene, seq).await;
    assert!(matches!(fates(&end)[0].1, Fate::NotRun { because } if because.contains("DAGs.can_edit")), "{end:?}");
    assert!(!begun(&scene, "orders") && !begun(&scene, "customers"));
}

#[tokio::test]
async fn what_is_not_answered_is_asked_again_and_begun_once() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    scene.airflow.fail(&format!("{GREEN} POST /dags/*/dagRuns"), Fault::LandsUnanswered, 2);
    look(&scene).await;
    scene.airflow.fail(&format!("{GREEN} *"), Fault::Status(503), 2);
    look(&scene).await;
    assert!(test(&scene, seq).await.end.is_none());
    scene.airflow.let_tasks_end(GREEN);
    look(&scene).await;
    assert!(test(&scene, seq).await.good(), "{:?}", test(&scene, seq).await);
    let runs = scene.airflow.change(GREEN, |side| side.dag("orders").runs.len());
    assert_eq!(runs, 1);
}

#[tokio::test]
async fn another_instance_goes_on_where_one_stopped() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    scene.airflow.let_tasks_end(GREEN);
    let other = scene.world.instance().await;
    look_on(&other).await;
    assert!(test(&scene, seq).await.end.is_none(), "the first one still holds it");
    // The first one is gone: it is believed for a minute. The other has never read an environment.
    scene.world.clock.pass(Duration::from_secs(61));
    scene.look_on(&other).await;
    look_on(&other).await;
    assert!(test(&scene, seq).await.good());
    assert_eq!(scene.airflow.unpaused(GREEN), Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_paused_again_is_tried_again_and_told_in_the_end() {
    let scene = scene().await;
    let seq = begin(&scene).await.expect("begun");
    look(&scene).await;
    scene.airflow.let_tasks_end(GREEN);
    scene.airflow.fail(&format!("{GREEN} PATCH *"), Fault::Status(503), usize::MAX);
    look(&scene).await;
    assert!(test(&scene, seq).await.end.is_none(), "it may answer yet");
    scene.world.clock.pass(Duration::from_secs(1800));
    look(&scene).await;
    let end = end(&scene, seq).await;
    assert_eq!(end.awake, ["customers", "orders"]);
    assert!(end.because.is_some_and(|why| why.contains("503")));
}
