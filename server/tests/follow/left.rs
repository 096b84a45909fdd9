//! What is left when something goes on after the watch, goes wrong half-way, or goes away.

use std::time::Duration;

use teal_domain::{Actor, Color, Reason, steps::Step};
use teal_server::engine::skipping::Skip;

use super::scene::{BLUE, GREEN, Scene};
use crate::support::airflow::Fault;

const NOBODY: [&str; 0] = [];

fn left_off(steps: &[Step]) -> Option<(&[String], &[String])> {
    steps.iter().find_map(|step| match step {
        Step::LeftOff { unpause, pause } => Some((unpause.as_slice(), pause.as_slice())),
        _ => None,
    })
}

#[tokio::test]
async fn when_the_flag_moves_on_after_the_watch_the_side_that_is_live_again_is_not_paused() {
    let scene = Scene::with(|policy| policy.dags.drain = teal_domain::Millis::from_secs(4 * 3600)).await;
    scene.at_work(BLUE, "exports");
    let record = scene.switch().await;
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    assert!(scene.course(record.seq).await.watched().is_some());
    assert!(scene.following().is_some(), "exports has not ended");
    scene.world.ssm.outsider_puts("blue", None);
    // Nobody has told Teal yet: it asks before it touches.
    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["exports"]);
    assert!(!scene.airflow.unpaused(GREEN).iter().any(|dag| dag == "exports"));
    let steps = scene.steps(record.seq).await;
    let (unpause, pause) = left_off(&steps).expect("the record says what was left");
    assert_eq!((unpause, pause), (["exports".to_owned()].as_slice(), ["exports".to_owned()].as_slice()));
    assert!(scene.following().is_none());
}

#[tokio::test]
async fn dags_that_teal_itself_left_paused_work_again_after_the_next_switch() {
    let scene = Scene::new().await;
    scene.switch().await;
    scene.airflow.fail(&format!("{GREEN} PATCH *"), Fault::Status(403), usize::MAX);
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    assert_eq!(scene.airflow.unpaused(GREEN), NOBODY);
    assert_eq!(scene.airflow.unpaused(BLUE), NOBODY, "the old side was idle");
    // The watch is over: going back is a switch like any other.
    scene.airflow.heal();
    let back = scene.switch().await;
    assert!(back.switch().expect("a switch").reverts.is_none());
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["customers", "exports", "orders"]);
    assert_eq!(scene.course(back.seq).await.plan.expect("a plan").stay, ["legacy"]);
}

#[tokio::test]
async fn what_an_outsider_left_half_moved_is_known_to_the_next_switch_too() {
    let scene = Scene::new().await;
    scene.switch().await;
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    // Past Teal to blue, where all is paused since Teal paused it, and then by Teal to green.
    scene.world.ssm.outsider_puts("blue", None);
    scene.look().await;
    let again = scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
    let plan = scene.course(again.seq).await.plan.expect("a plan");
    assert_eq!((plan.moves.len(), plan.stay), (3, vec!["legacy".to_owned()]));
}

#[tokio::test]
async fn an_old_side_that_goes_away_after_the_plan_is_waited_for_two_minutes() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "exports");
    let record = scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "orders"]);
    scene.airflow.fail(&format!("{BLUE} *"), Fault::Status(503), usize::MAX);
    scene.follow_for(Duration::from_secs(100)).await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "orders"]);
    scene.follow_for(Duration::from_secs(40)).await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
    let course = scene.course(record.seq).await;
    assert!(course.steps.iter().any(|(_, step)| matches!(step, Step::OutOfReach { side: Color::Blue })));
    assert_eq!(course.owed()[0].2, ["exports"], "pausing it stays owed");
}

#[tokio::test]
async fn whoever_says_not_to_wait_for_a_side_that_does_not_answer_is_not_kept_waiting() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "exports");
    let record = scene.switch().await;
    scene.follow().await;
    scene.airflow.fail(&format!("{BLUE} *"), Fault::Status(503), usize::MAX);
    let operation = record.switch().expect("a switch").operation;
    let skip = Skip { operation, seen: None, reason: Reason::parse("it is gone").expect("a reason") };
    let skipped = scene.teal.engine.skip_drain(&scene.teal.pair, &Actor::page("olga"), skip).await;
    assert_eq!(skipped.expect("a store"), Ok(()));
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
}

#[tokio::test]
async fn a_run_that_was_frozen_by_the_pause_is_found_although_the_look_after_it_failed() {
    let scene = Scene::new().await;
    scene.airflow.change(BLUE, |side| side.dag("exports").starts_when_paused = true);
    let record = scene.switch().await;
    // The plan, the look before the pause; and then nothing for a while.
    scene.airflow.fail_after(2, &format!("{BLUE} POST /dags/~/dagRuns/~/taskInstances/list"), Fault::Status(500));
    scene.follow().await;
    assert!(scene.airflow.paused(BLUE).iter().any(|dag| dag == "exports"));
    assert!(!scene.course(record.seq).await.dags_done(), "nobody knows whether a run was frozen");
    scene.airflow.heal();
    scene.follow().await;
    assert!(scene.airflow.unpaused(BLUE).iter().any(|dag| dag == "exports"), "it is let run on");
    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    scene.follow().await;
    assert!(scene.airflow.paused(BLUE).iter().any(|dag| dag == "exports"));
    assert!(scene.course(record.seq).await.dags_done());
}

#[tokio::test]
async fn in_the_middle_of_many_dags_the_flag_is_looked_at_again() {
    let scene = Scene::new().await;
    for environment in [BLUE, GREEN] {
        scene.airflow.change(environment, |side| {
            for number in 0..250 {
                let dag = side.dag(&format!("many_{number:03}")).tagged("teal");
                if environment == GREEN {
                    dag.paused();
                }
            }
            // One that keeps a call for all of them from being made.
            side.dag("other").paused();
        });
    }
    let record = scene.switch().await;
    let world = &scene.world;
    scene.airflow.when(&format!("{GREEN} PATCH /dags/many_150"), {
        let ssm = world.ssm.clone();
        move || ssm.outsider_puts("blue", None)
    });
    scene.follow().await;
    let unpaused = scene.airflow.unpaused(GREEN).len();
    assert!((100..=200).contains(&unpaused), "{unpaused}");
    assert!(left_off(&scene.steps(record.seq).await).is_some());
    assert_eq!(scene.airflow.unpaused(BLUE).len(), 253, "blue is live");
}

#[tokio::test]
async fn all_dags_that_a_side_has_are_changed_by_a_call_a_page_and_not_one_by_one() {
    let scene = Scene::new().await;
    for environment in [BLUE, GREEN] {
        scene.airflow.change(environment, |side| {
            side.dags.remove("legacy");
            for number in 0..400 {
                let dag = side.dag(&format!("many_{number:03}")).tagged("teal");
                if environment == GREEN {
                    dag.paused();
                }
            }
            side.dag("exports").tagged("teal");
        });
    }
    let record = scene.switch().await;
    scene.follow().await;
    assert!(scene.course(record.seq).await.dags_done());
    assert_eq!(scene.airflow.unpaused(GREEN).len(), 403);
    let singly = |side: &str| scene.airflow.count(&format!("{side} PATCH /dags/many_*"));
    assert_eq!((singly(GREEN), singly(BLUE)), (0, 0));
}

#[tokio::test]
async fn an_old_side_that_keeps_silent_for_a_moment_is_not_out_of_reach_however_long_something_is_owed() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "exports");
    let record = scene.switch().await;
    // Its time is over, and pausing it is owed; it answers all the while.
    scene.follow_for(Duration::from_secs(31 * 60)).await;
    assert!(!scene.course(record.seq).await.owed().is_empty());
    for _ in 0..3 {
        scene.airflow.fail(&format!("{BLUE} *"), Fault::Status(503), usize::MAX);
        scene.follow_for(Duration::from_secs(60)).await;
        scene.airflow.heal();
        scene.follow_for(Duration::from_secs(20)).await;
    }
    let course = scene.course(record.seq).await;
    assert!(!course.steps.iter().any(|(_, step)| matches!(step, Step::OutOfReach { .. })));
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "orders"], "exports is at work on blue");
}
