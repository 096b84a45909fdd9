//! What is eased for taking a switch back is eased for that alone: no chain of returns goes round policy.

use std::time::Duration;

use teal_domain::{
    Color, Flag, Millis,
    history::{Progress, Record, SwitchRecord},
    preflight::Verdict,
    switch::{Kind, Outcome, Refusal},
};

use super::scene::{BLUE, GREEN, HOUR, Scene};
use crate::support::airflow::Fault;

/// A pair that has rested for two hours, and wants an hour between two switches.
async fn rested() -> Scene {
    let scene = Scene::with(|policy| policy.anti_flap = Some(Millis::from_secs(3600))).await;
    scene.world.clock.pass(2 * HOUR);
    scene.look().await;
    scene
}

fn switch(record: &Record) -> &SwitchRecord {
    record.switch().expect("a switch")
}

fn outcome(record: &Record) -> &Outcome {
    match &switch(record).progress {
        Progress::Ended { outcome, .. } => outcome,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn landed(record: &Record) {
    assert!(matches!(outcome(record), Outcome::Landed { .. }), "{record:?}");
}

#[track_caller]
fn blocked(record: &Record, check: &str) {
    let refusal = Refusal::Blocked { checks: vec![check.to_owned()] };
    assert_eq!(outcome(record), &Outcome::Refused { refusal });
    assert_eq!(switch(record).reverts, None);
}

#[tokio::test]
async fn what_follows_a_revert_is_a_new_switch_with_every_check() {
    let scene = rested().await;
    let first = scene.switch().await;
    landed(&first);
    scene.follow().await;
    let back = scene.switch().await;
    landed(&back);
    assert_eq!(switch(&back).reverts, Some(switch(&first).operation));
    scene.follow().await;
    blocked(&scene.switch().await, "anti-flap");
    scene.follow_for(Duration::from_secs(60)).await;
    blocked(&scene.switch().await, "anti-flap");
}

#[tokio::test]
async fn what_follows_a_revert_has_a_plan_of_its_own_for_all_dags() {
    let scene = Scene::new().await;
    scene.airflow.fail_after(1, &format!("{GREEN} PATCH *"), Fault::Status(500));
    scene.switch().await;
    scene.follow().await;
    assert!(scene.airflow.unpaused(GREEN).len() < 3, "half of it is done");
    scene.airflow.heal();
    scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["customers", "exports", "orders"]);
    let again = scene.switch().await;
    assert_eq!(switch(&again).reverts, None);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
}

#[tokio::test]
async fn an_emergency_is_taken_back_alone_and_never_becomes_a_planned_switch_of_one_person() {
    let scene = Scene::with(|policy| policy.two_person = Some(Millis::from_secs(3600))).await;
    blocked(&scene.switch().await, "approval");
    scene.airflow.make_live(BLUE);
    let first = scene.emergency().await;
    landed(&first);
    scene.follow().await;
    let back = scene.switch().await;
    landed(&back);
    assert_eq!(switch(&back).reverts, Some(switch(&first).operation));
    scene.follow().await;
    blocked(&scene.switch().await, "approval");
}

#[tokio::test]
async fn a_repair_is_taken_back_to_no_side() {
    let scene = rested().await;
    scene.world.ssm.outsider_deletes();
    scene.teal.reconcile().await;
    scene.look().await;
    let repair = scene.switch_as(|plan| plan.target = Color::Green).await;
    landed(&repair);
    assert_eq!(switch(&repair).kind, Kind::Repair);
    scene.follow().await;
    assert_eq!(scene.flag().await.color(), Some(Color::Green));
    blocked(&scene.switch().await, "anti-flap");
}

#[tokio::test]
async fn where_nobody_follows_a_switch_is_taken_back_for_as_long_as_its_watch_would_last() {
    for (minutes, is_one) in [(14, true), (16, false)] {
        let scene = rested().await;
        let first = scene.switch().await;
        landed(&first);
        scene.world.clock.pass(Duration::from_secs(minutes * 60));
        scene.look().await;
        let back = scene.switch().await;
        if is_one {
            landed(&back);
            assert_eq!(switch(&back).reverts, Some(switch(&first).operation));
        } else {
            blocked(&back, "anti-flap");
        }
    }
}

#[tokio::test]
async fn policy_may_let_what_still_follows_the_last_switch_block_the_next() {
    let says = |policy: &mut teal_domain::policy::Policy| {
        policy.says = vec![("under-way".to_owned(), Verdict::Block)];
    };
    let scene = Scene::with(says).await;
    scene.at_work(BLUE, "exports");
    landed(&scene.switch().await);
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    assert!(scene.following().is_some(), "exports is owed");
    blocked(&scene.switch().await, "under-way");
    scene.airflow.make_live(GREEN);
    landed(&scene.emergency().await);

    // To take it back is no new switch.
    let scene = Scene::with(says).await;
    landed(&scene.switch().await);
    scene.follow().await;
    landed(&scene.switch().await);
    assert_eq!(scene.flag().await.color(), Some(Color::Blue));
    blocked(&scene.switch().await, "under-way");
}

#[tokio::test]
async fn a_change_that_does_not_fit_is_no_way_round_when_the_return_is_over() {
    let scene = Scene::with(|policy| {
        policy.change_ref.required = true;
        policy.change_ref.pattern = Some("CHG[0-9]{7}".into());
    })
    .await;
    let named = |text: &'static str| {
        move |plan: &mut teal_domain::switch::Plan| {
            plan.change_ref = Some(teal_domain::Reason::parse(text).expect("a line"));
        }
    };
    blocked(&scene.switch_as(named("whatever")).await, "change-ref");
    scene.airflow.make_live(BLUE);
    landed(&scene.switch_as(named("CHG0012345")).await);
    assert!(matches!(scene.flag().await, Flag::Present { .. }));
    landed(&scene.switch().await);
    blocked(&scene.switch().await, "change-ref");
}

#[tokio::test]
async fn a_flag_that_somebody_has_written_since_is_another_switch_even_where_it_says_the_same_side() {
    let scene = rested().await;
    landed(&scene.switch().await);
    scene.follow().await;
    scene.world.ssm.outsider_puts("blue", None);
    scene.world.ssm.outsider_puts("green", None);
    scene.teal.reconcile().await;
    scene.look().await;
    blocked(&scene.switch().await, "anti-flap");
}
