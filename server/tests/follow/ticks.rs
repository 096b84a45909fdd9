//! Ticks around a flip: each is run by exactly one side.

use std::time::Duration;

use teal_domain::{Color, steps::Step};
use teal_server::engine::clock::Clock as _;

use super::scene::{BLUE, GREEN, Scene};
use crate::support::airflow::Fault;

/// Whether a side has worked on any run of a DAG.
fn worked(scene: &Scene, environment: &str, dag: &str) -> bool {
    let any = |run: &crate::support::airflow::world::FakeRun| {
        run.tasks.iter().any(|task| task.task == "work" && task.began.is_some())
    };
    scene.airflow.change(environment, |side| side.dag(dag).runs.iter().any(any))
}

/// Blue has a run of `orders` that was due, and whose guard stands so.
fn asks(scene: &Scene, state: &str) {
    let now = scene.world.clock.now();
    scene.airflow.change(BLUE, |side| {
        let dag = side.dag("orders");
        let due = dag.next_run.expect("a schedule");
        dag.next_run = Some(due + teal_domain::Millis::from_secs(3600));
        let began = (!matches!(state, "queued")).then_some(now);
        dag.run("scheduled__due").running(now).of(due).task("teal_guard", state, began, None);
    });
}

/// The guard of that run has ended so.
fn said(scene: &Scene, state: &str) {
    let now = scene.world.clock.now();
    scene.airflow.change(BLUE, |side| {
        let run = side.dag("orders").run("scheduled__due");
        state.clone_into(&mut run.tasks[0].state);
        run.tasks[0].ended = Some(now);
        run.ended("success", now, now);
    });
}

/// Both sides are due, and blue has run what was due.
async fn due(scene: &Scene) {
    scene.world.clock.pass(Duration::from_secs(601));
    scene.airflow.start_due_runs(BLUE);
    scene.airflow.let_tasks_end(BLUE);
    scene.look().await;
}

#[tokio::test]
async fn what_the_old_side_has_run_already_is_not_run_again_when_the_new_one_is_unpaused() {
    let scene = Scene::new().await;
    due(&scene).await;
    let record = scene.switch().await;
    scene.follow().await;
    assert!(scene.course(record.seq).await.dags_done());
    assert_eq!(["orders", "customers", "exports"].map(|dag| worked(&scene, GREEN, dag)), [false; 3]);
    // The next tick is its own.
    scene.world.clock.pass(Duration::from_secs(3600));
    scene.airflow.start_due_runs(GREEN);
    assert_eq!(["orders", "customers", "exports"].map(|dag| worked(&scene, GREEN, dag)), [true; 3]);
}

#[tokio::test]
async fn a_tick_that_the_old_side_has_not_run_is_left_to_the_new_one() {
    let scene = Scene::new().await;
    scene.world.clock.pass(Duration::from_secs(601));
    scene.switch().await;
    scene.follow().await;
    assert!(worked(&scene, GREEN, "orders"), "blue had not begun it");
}

#[tokio::test]
async fn a_dag_whose_tick_cannot_be_covered_is_owed_by_name_and_holds_up_no_other() {
    let scene = Scene::new().await;
    due(&scene).await;
    let record = scene.switch().await;
    scene.airflow.fail(&format!("{GREEN} POST /dags/orders/dagRuns"), Fault::Status(403), usize::MAX);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports"]);
    let owed = scene.course(record.seq).await.owed();
    let (side, pause, dags, because) = &owed[0];
    assert_eq!((*side, *pause, dags.as_slice()), (Color::Green, false, ["orders".to_owned()].as_slice()));
    assert!(because.contains("could not be marked as done"), "{because}");
    scene.airflow.heal();
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN).len(), 3);
    assert!(!worked(&scene, GREEN, "orders"));
}

#[tokio::test]
async fn when_nothing_waits_any_longer_it_is_unpaused_all_the_same_and_the_record_says_what_may_run_twice() {
    for emergency in [false, true] {
        let scene = Scene::new().await;
        due(&scene).await;
        let record = if emergency { scene.emergency().await } else { scene.switch().await };
        scene.airflow.fail(&format!("{GREEN} POST /dags/orders/dagRuns"), Fault::Status(403), usize::MAX);
        scene.follow().await;
        assert_eq!(scene.airflow.unpaused(GREEN).len(), if emergency { 3 } else { 2 });
        scene.follow_for(Duration::from_secs(31 * 60)).await;
        assert_eq!(scene.airflow.unpaused(GREEN).len(), 3);
        let uncovered = |step: &Step| matches!(step, Step::Uncovered { dags, .. } if *dags == ["orders"]);
        assert_eq!(scene.steps(record.seq).await.iter().filter(|step| uncovered(step)).count(), 1);
    }
}

#[tokio::test]
async fn a_dag_whose_id_is_too_long_to_be_covered_is_unpaused_and_the_record_says_so() {
    let long = "a_dag_whose_id_is_longer_than_a_path_of_mwaa_has_room";
    let scene = Scene::new().await;
    let next = scene.world.clock.now() + teal_domain::Millis(600_000);
    for environment in [BLUE, GREEN] {
        scene.airflow.change(environment, |side| {
            let dag = side.dag(long).every(Duration::from_secs(3600), next);
            if environment == GREEN {
                dag.paused();
            }
        });
    }
    due(&scene).await;
    let record = scene.switch().await;
    scene.follow().await;
    assert!(scene.airflow.unpaused(GREEN).iter().any(|dag| dag == long));
    let uncovered = |step: &Step| matches!(step, Step::Uncovered { dags, .. } if *dags == [long]);
    assert!(scene.steps(record.seq).await.iter().any(uncovered));
}

#[tokio::test]
async fn where_the_old_side_does_not_tell_what_it_has_run_what_is_due_waits() {
    let scene = Scene::new().await;
    due(&scene).await;
    let record = scene.switch().await;
    scene.airflow.fail(&format!("{BLUE} POST /dags/~/dagRuns/list"), Fault::Status(500), usize::MAX);
    scene.follow().await;
    assert!(scene.airflow.unpaused(GREEN).is_empty());
    assert!(scene.course(record.seq).await.owed().iter().any(|(side, pause, ..)| *side == Color::Green && !pause));
    scene.airflow.heal();
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN).len(), 3);
    assert!(!worked(&scene, GREEN, "orders"));
}

#[tokio::test]
async fn a_tick_that_the_guard_of_the_old_side_passed_over_after_the_flip_is_run_by_the_new_one() {
    let scene = Scene::new().await;
    scene.switch().await;
    scene.world.clock.pass(Duration::from_secs(601));
    // Nothing was unpaused yet; blue is still unpaused, and hears that it is standby.
    scene.airflow.start_due_runs(BLUE);
    assert!(!worked(&scene, BLUE, "orders"));
    scene.follow().await;
    assert!(worked(&scene, GREEN, "orders"), "nobody else will");
    assert!(!worked(&scene, GREEN, "exports"), "it asks no flag: blue has run it");
}

#[tokio::test]
async fn a_dag_whose_guard_has_not_asked_yet_waits_for_its_answer() {
    for (answer, runs) in [("success", false), ("skipped", true), ("failed", true)] {
        let scene = Scene::new().await;
        scene.world.clock.pass(Duration::from_secs(601));
        asks(&scene, "running");
        scene.look().await;
        let record = scene.switch().await;
        scene.follow().await;
        let unpaused = scene.airflow.unpaused(GREEN);
        assert!(!unpaused.iter().any(|dag| dag == "orders"), "{unpaused:?}");
        assert!(unpaused.iter().any(|dag| dag == "customers"), "the others do not wait for it");
        said(&scene, answer);
        scene.follow().await;
        scene.follow().await;
        assert!(scene.course(record.seq).await.dags_done());
        assert_eq!(worked(&scene, GREEN, "orders"), runs, "{answer}");
    }
}

#[tokio::test]
async fn a_guard_that_never_asks_is_waited_for_a_minute() {
    let scene = Scene::new().await;
    scene.world.clock.pass(Duration::from_secs(601));
    asks(&scene, "queued");
    scene.look().await;
    scene.switch().await;
    scene.follow_for(Duration::from_secs(50)).await;
    assert!(!worked(&scene, GREEN, "orders"));
    scene.follow_for(Duration::from_secs(20)).await;
    assert!(worked(&scene, GREEN, "orders"), "whenever it asks, it hears that it is standby");
}

#[tokio::test]
async fn in_an_emergency_no_guard_is_waited_for() {
    let scene = Scene::new().await;
    scene.world.clock.pass(Duration::from_secs(601));
    asks(&scene, "running");
    scene.look().await;
    scene.emergency().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN).len(), 3);
}

#[tokio::test]
async fn the_coverage_knows_of_a_run_from_long_before_the_switch() {
    let scene = Scene::new().await;
    let long_before = teal_domain::Timestamp(scene.world.clock.now().0 - 86_400_000);
    scene.airflow.change(BLUE, |side| {
        side.dag("daily").run("due").ended("success", long_before, long_before).of(long_before).task(
            "work",
            "success",
            Some(long_before),
            Some(long_before),
        );
    });
    let record = scene.switch().await;
    scene.follow().await;
    let now = scene.world.clock.now();
    scene.airflow.change(GREEN, |side| {
        side.dag("daily").run("again").running(now).of(long_before).task("work", "running", Some(now), None);
    });
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    let course = scene.course(record.seq).await;
    let (_, _, coverage) = course.watched().expect("the end");
    assert_eq!(coverage.expect("both told").twice, [("daily".to_owned(), long_before)]);
}

/// Blue has run `orders` each hour of the last three days; green has planned the first of those.
fn backlog(scene: &Scene, catches_up: bool) {
    let now = scene.world.clock.now();
    let first = teal_domain::Timestamp(now.0 - 71 * 3_600_000);
    for (environment, next) in [(BLUE, now + teal_domain::Millis(1)), (GREEN, first)] {
        scene.airflow.change(environment, |side| {
            let dag = side.dag("orders").every(Duration::from_secs(3600), next);
            dag.catchup = catches_up;
        });
    }
    scene.airflow.change(BLUE, |side| {
        for hour in 0..72_u64 {
            let at = first + teal_domain::Millis(hour * 3_600_000);
            let run = side.dag("orders").run(&format!("scheduled__{hour}"));
            run.ended("success", at, at).of(at).task("teal_guard", "success", Some(at), Some(at)).task(
                "work",
                "success",
                Some(at),
                Some(at),
            );
        }
    });
}

#[tokio::test]
async fn a_dag_that_runs_only_the_latest_tick_is_covered_at_both_ends_of_what_the_other_side_has_run() {
    let scene = Scene::new().await;
    backlog(&scene, false);
    scene.look().await;
    let record = scene.switch().await;
    scene.follow_for(Duration::from_secs(70)).await;
    assert!(scene.course(record.seq).await.left(false).is_empty());
    scene.airflow.start_due_runs(GREEN);
    assert!(!worked(&scene, GREEN, "orders"));
    assert_eq!(scene.airflow.count(&format!("{GREEN} POST /dags/orders/dagRuns")), 2);
}

#[tokio::test]
async fn a_dag_that_would_run_three_days_again_is_not_unpaused_and_owed_with_the_reason() {
    let scene = Scene::new().await;
    backlog(&scene, true);
    scene.look().await;
    let record = scene.switch().await;
    scene.follow().await;
    assert!(!scene.airflow.unpaused(GREEN).iter().any(|dag| dag == "orders"));
    assert!(scene.airflow.unpaused(GREEN).iter().any(|dag| dag == "customers"));
    let owed = scene.course(record.seq).await.owed();
    let (_, pause, dags, because) = &owed[0];
    assert_eq!((*pause, dags.as_slice()), (false, ["orders".to_owned()].as_slice()));
    assert!(because.contains("72 ticks"), "{because}");
    // Somebody took care of it.
    scene.airflow.change(GREEN, |side| side.dag("orders").catchup = false);
    scene.airflow.change(BLUE, |side| side.dag("orders").catchup = false);
    scene.follow().await;
    assert!(scene.airflow.unpaused(GREEN).iter().any(|dag| dag == "orders"));
}

#[tokio::test]
async fn airflows_that_name_a_tick_differently_run_it_once_and_pass_over_none() {
    // Airflow 2 runs for the span before, Airflow 3 for the moment: blue is 3, green is 2, and then the other way round.
    for (interval, trigger) in [(GREEN, BLUE), (BLUE, GREEN)] {
        let scene = Scene::new().await;
        for dag in ["orders", "customers", "exports"] {
            scene.airflow.change(interval, |side| side.dag(dag).by_interval = true);
            assert!(scene.airflow.change(trigger, |side| !side.dag(dag).by_interval));
        }
        due(&scene).await;
        let record = scene.switch().await;
        scene.follow().await;
        let first = |dag: &str| worked(&scene, GREEN, dag);
        assert_eq!(["orders", "customers", "exports"].map(first), [false; 3], "blue has run it");
        scene.follow_for(Duration::from_secs(16 * 60)).await;
        let course = scene.course(record.seq).await;
        let (_, _, coverage) = course.watched().expect("the end");
        assert!(coverage.expect("both told").twice.is_empty(), "{coverage:?}");
        // The next tick is green's, and it was not taken for done.
        scene.world.clock.pass(Duration::from_secs(3600));
        scene.airflow.start_due_runs(GREEN);
        assert_eq!(["orders", "customers", "exports"].map(first), [true; 3], "{interval}");
    }
}
