use std::time::Duration;

use teal_domain::{Color, Reason, Timestamp, steps::Step};
use teal_server::engine::{
    clock::Clock as _,
    skipping::{NotSkipped, Skip},
};

use super::scene::{BLUE, GREEN, GUARD, HOUR, Scene};
use crate::support::airflow::Fault;

fn paused(side: Color, dags: &[&str]) -> Step {
    Step::Paused { side, dags: dags.iter().map(|dag| (*dag).to_owned()).collect() }
}

#[tokio::test]
async fn the_new_side_works_on_what_the_old_one_worked_on_and_the_old_one_is_paused() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
    assert_eq!(scene.airflow.paused(GREEN), ["legacy"], "what somebody paused on purpose is not woken");
    let course = scene.course(record.seq).await;
    assert!(course.dags_done());
    let plan = course.plan.expect("a plan");
    assert_eq!(plan.stay, ["legacy"]);
    let stood: Vec<_> = plan.old.expect("how it stood").into_iter().map(|stood| (stood.dag, stood.paused)).collect();
    let before = [("customers", false), ("exports", false), ("legacy", true), ("orders", false)];
    assert_eq!(stood, before.map(|(dag, paused)| (dag.to_owned(), paused)));
}

#[tokio::test]
async fn the_plan_is_in_the_journal_before_the_first_dag_is_touched() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.airflow.fail("* PATCH *", Fault::Status(500), usize::MAX);
    scene.follow().await;
    assert!(scene.course(record.seq).await.plan.is_some());
    assert_eq!(scene.airflow.unpaused(BLUE), ["customers", "exports", "orders"]);
}

#[tokio::test]
async fn a_dag_is_paused_only_when_it_is_idle_and_its_unguarded_twin_waits_for_that() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "exports");
    let record = scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "orders"], "exports would run twice");
    assert_eq!(scene.airflow.unpaused(BLUE), ["exports"], "its run would freeze");
    let touched = scene.airflow.count(&format!("{BLUE} PATCH /dags/exports*"));
    assert_eq!(touched, 0, "not even for a moment");
    scene.follow().await;
    assert!(!scene.course(record.seq).await.dags_done());

    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
    assert!(scene.course(record.seq).await.dags_done());
    let ended = scene.airflow.change(BLUE, |side| side.dag("exports").runs.iter().all(|run| run.state == "success"));
    assert!(ended, "no run was frozen or killed");
}

/// Both sides have so many DAGs that they are paused by one call for all; one more comes to blue in that very moment.
async fn one_comes_meanwhile() -> Scene {
    let scene = Scene::new().await;
    let next = Timestamp(scene.world.clock.now().0 + 600_000);
    for side in [BLUE, GREEN] {
        scene.airflow.change(side, |airflow| {
            for number in 0..12 {
                let dag = airflow.dag(&format!("load_{number:02}")).every(HOUR, next).tagged("teal").guarded_by(GUARD);
                if side == GREEN {
                    dag.paused();
                }
            }
        });
    }
    scene.airflow.meanwhile(0, "*PATCH /dags", BLUE, |side| {
        side.dag("just_deployed");
    });
    scene
}

#[tokio::test]
async fn a_dag_that_came_in_the_moment_of_a_call_for_all_is_put_back_and_the_record_says_so() {
    let scene = one_comes_meanwhile().await;
    let record = scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["just_deployed"]);
    let course = scene.course(record.seq).await;
    let told = Step::PutBack { side: Color::Blue, pause: false, dags: vec!["just_deployed".to_owned()], failed: None };
    assert!(course.steps.iter().any(|(_, step)| *step == told), "{:#?}", course.steps);
    assert!(course.dags_done());
}

#[tokio::test]
async fn one_that_cannot_be_put_back_is_told_with_the_reason() {
    let scene = one_comes_meanwhile().await;
    scene.airflow.fail("*PATCH /dags/just_deployed", Fault::Status(403), 1);
    let record = scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
    let course = scene.course(record.seq).await;
    let told = course.steps.iter().find_map(|(_, step)| match step {
        Step::PutBack { dags, failed: Some(because), .. } => Some((dags.clone(), because.clone())),
        _ => None,
    });
    let (dags, because) = told.expect("it is told");
    assert_eq!(dags, ["just_deployed"]);
    assert!(because.contains("403"), "{because}");
}

#[tokio::test]
async fn a_guarded_dag_that_is_at_work_moves_at_once_and_is_paused_when_it_has_ended() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "orders");
    scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
    assert_eq!(scene.airflow.unpaused(BLUE), ["orders"]);
    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
}

#[tokio::test]
async fn when_its_time_is_over_the_old_side_is_owed_and_not_paused() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "exports");
    let record = scene.switch().await;
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    let steps = scene.steps(record.seq).await;
    assert!(steps.iter().any(|step| matches!(step, Step::Drained { left: 1, skipped: false, .. })), "{steps:?}");
    let owed = scene.course(record.seq).await.owed();
    assert_eq!((owed.len(), owed[0].2.as_slice()), (1, ["exports".to_owned()].as_slice()));
    assert_eq!(scene.airflow.unpaused(BLUE), ["exports"]);
    let said = steps.iter().filter(|step| matches!(step, Step::Owed { .. })).count();
    assert_eq!(said, 1, "it is said once");
    // It is paused as it ends, however late.
    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
    assert!(scene.following().is_none(), "the watch was over already");
}

#[tokio::test]
async fn somebody_may_say_not_to_wait_and_then_it_is_paused_whatever_it_is_at() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "exports");
    let record = scene.switch().await;
    scene.follow().await;
    let by = teal_domain::Actor::page("olga");
    let operation = record.switch().expect("a switch").operation;
    let engine = &scene.teal.engine;
    let skip = |seen| Skip { operation, seen: Some(seen), reason: Reason::parse("it hangs").expect("a reason") };
    let skipped = async |seen| engine.skip_drain(&scene.teal.pair, &by, skip(seen)).await.expect("a store");
    assert_eq!(skipped(0).await, Err(NotSkipped::Grown { now: 1, seen: 0 }));
    assert!(!scene.course(record.seq).await.skipped(), "more is at work than was seen");
    assert_eq!(skipped(1).await, Ok(()));
    assert_eq!(skipped(1).await, Err(NotSkipped::Nothing), "once is enough");
    let (record, _) = scene.world.store.record(&scene.world.pair, record.seq).await.expect("a store").expect("it");
    assert_eq!(record.notes[0].text.as_str(), "it hangs");
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
}

#[tokio::test]
async fn in_an_emergency_everything_is_unpaused_at_once_and_pausing_the_old_side_is_owed_until_it_answers() {
    let scene = Scene::new().await;
    // It was seen before it went away.
    scene.at_work(BLUE, "exports");
    let dags = teal_server::aws::airflow::client::Airflow::new(&*scene.airflow, BLUE, Some("3.0.6")).dags().await;
    let (dags, now) = (dags.expect("DAGs"), scene.world.clock.now());
    scene.teal.engine.board.update(scene.teal.pair.id(), now, |known| {
        std::sync::Arc::make_mut(&mut known.surroundings).blue.dags.succeed(dags, now);
    });
    scene.airflow.fail(&format!("{BLUE} *"), Fault::TimesOut, usize::MAX);
    let record = scene.emergency().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
    let course = scene.course(record.seq).await;
    let owed = course.owed();
    assert_eq!((owed[0].0, owed[0].1, owed[0].2.len()), (Color::Blue, true, 3));
    assert!(!course.dags_done());

    scene.airflow.heal();
    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
    assert!(scene.course(record.seq).await.owed().is_empty());
}

#[tokio::test]
async fn what_the_old_side_worked_on_is_not_guessed_where_it_was_never_seen() {
    let scene = Scene::new().await;
    scene.airflow.fail(&format!("{BLUE} *"), Fault::TimesOut, usize::MAX);
    let record = scene.emergency().await;
    scene.follow().await;
    scene.follow().await;
    let course = scene.course(record.seq).await;
    assert!(course.plan.is_none());
    assert_eq!(course.steps.iter().filter(|(_, step)| matches!(step, Step::Owed { .. })).count(), 1);
    scene.airflow.heal();
    scene.follow().await;
    assert!(scene.course(record.seq).await.dags_done());
}

#[tokio::test]
async fn half_of_the_dags_done_is_on_record_and_the_rest_goes_on_from_there() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    // Only now: before the switch it is tried whether DAGs may be paused.
    scene.airflow.fail_after(1, &format!("{GREEN} PATCH *"), Fault::Status(403));
    scene.follow().await;
    let course = scene.course(record.seq).await;
    assert_eq!(course.left(false).len(), 2, "{course:?}");
    let owed = course.owed();
    let green = owed.iter().find(|(side, ..)| *side == Color::Green).expect("owed on green");
    assert!(green.3.contains("403") || green.3.to_lowercase().contains("permission"), "{}", green.3);
    scene.airflow.heal();
    scene.airflow.forget_calls();
    scene.follow().await;
    assert!(scene.course(record.seq).await.dags_done());
    assert_eq!(scene.airflow.count(&format!("{GREEN} PATCH *")), 2, "what was done is not done again");
}

#[tokio::test]
async fn a_run_that_began_just_before_the_pause_is_let_run_on() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    // It begins between the look and the pause: the pause finds a run that the look did not.
    scene.airflow.change(BLUE, |side| side.dag("exports").starts_when_paused = true);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["exports"], "it is unpaused again until it ends");
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "orders"]);
    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
    let course = scene.course(record.seq).await;
    assert!(course.dags_done());
    assert!(course.steps.iter().any(|(_, step)| *step == paused(Color::Blue, &["exports"])), "{course:?}");
}

#[tokio::test]
async fn under_flag_only_no_dag_is_touched() {
    let scene = Scene::with(|policy| policy.dags.strategy = teal_domain::dags::Strategy::FlagOnly).await;
    let record = scene.switch().await;
    // What was tried before the switch changed nothing.
    scene.airflow.forget_calls();
    scene.follow().await;
    assert_eq!(scene.airflow.count("* PATCH *"), 0);
    assert!(scene.course(record.seq).await.dags_done());
}
