use std::time::Duration;

use teal_domain::{
    Color,
    history::{HistoryQuery, Progress, What},
    steps::{Step, WatchEnd},
    switch::Outcome,
};

use super::scene::{BLUE, GREEN, Scene};
use crate::support::airflow::Fault;

#[tokio::test]
async fn another_instance_goes_on_where_one_stopped() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.airflow.fail_after(1, &format!("{GREEN} PATCH *"), Fault::TimesOut);
    scene.follow().await;
    scene.airflow.heal();
    let other = scene.world.instance().await;
    scene.look_on(&other).await;
    scene.follow_on(&other).await;
    assert!(!scene.course(record.seq).await.dags_done(), "the first one still holds it");
    // The first one is gone: it is believed for a minute.
    scene.world.clock.pass(Duration::from_secs(61));
    scene.follow_on(&other).await;
    assert!(scene.course(record.seq).await.dags_done());
    assert_eq!(scene.airflow.unpaused(GREEN), ["customers", "exports", "orders"]);
}

#[tokio::test]
async fn a_switch_back_while_it_is_watched_is_a_revert_and_restores_exactly_what_stood() {
    let scene = Scene::new().await;
    // Somebody had unpaused one on the standby, for whatever reason.
    scene.airflow.change(GREEN, |side| side.dag("customers").paused = false);
    let before = (scene.airflow.unpaused(BLUE), scene.airflow.unpaused(GREEN));
    let first = scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), Vec::<String>::new());
    let back = scene.switch().await;
    assert_eq!(back.switch().expect("a switch").reverts, Some(first.switch().expect("a switch").operation));
    scene.follow().await;
    assert_eq!((scene.airflow.unpaused(BLUE), scene.airflow.unpaused(GREEN)), before);
    let first = scene.course(first.seq).await;
    assert_eq!(first.reverted_by(), Some(back.switch().expect("a switch").operation));
    assert!(matches!(first.watched(), Some((_, WatchEnd::Overtaken, _))));
}

#[tokio::test]
async fn half_a_switch_is_taken_back_by_halves() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "exports");
    scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["exports"]);
    scene.switch().await;
    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["customers", "exports", "orders"]);
    assert_eq!(scene.airflow.unpaused(GREEN), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_done_and_not_recorded_is_taken_back_too() {
    let scene = Scene::new().await;
    // It is done, and nobody answers: the journal does not know.
    let first = scene.switch().await;
    scene.airflow.fail(&format!("{GREEN} PATCH /dags/customers"), Fault::LandsUnanswered, usize::MAX);
    scene.airflow.fail(&format!("{GREEN} GET /dags/*"), Fault::TimesOut, usize::MAX);
    scene.follow().await;
    let course = scene.course(first.seq).await;
    let unrecorded: Vec<_> =
        scene.airflow.unpaused(GREEN).into_iter().filter(|dag| !course.is_done(Color::Green, false, dag)).collect();
    assert_eq!(unrecorded.len(), 1, "{course:?}");
    scene.airflow.heal();
    scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(GREEN), Vec::<String>::new());
    assert_eq!(scene.airflow.unpaused(BLUE), ["customers", "exports", "orders"]);
}

#[tokio::test]
async fn when_somebody_writes_the_flag_past_teal_nothing_more_is_done_for_the_switch() {
    let scene = Scene::new().await;
    scene.at_work(BLUE, "exports");
    let record = scene.switch().await;
    scene.follow().await;
    scene.world.clock.pass(Duration::from_secs(5));
    scene.world.ssm.outsider_puts("blue", None);
    scene.look().await;
    scene.airflow.let_tasks_end(BLUE);
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["exports"], "blue is live: it is not paused");
    let steps = scene.steps(record.seq).await;
    assert!(matches!(steps.last(), Some(Step::Watched { end: WatchEnd::Overtaken, .. })), "{steps:?}");
    assert!(scene.world.store.following(&scene.world.pair).await.expect("a store").is_none());
}

#[tokio::test]
async fn a_revert_during_the_watch_needs_no_second_person_and_a_switch_after_it_does() {
    let scene = Scene::with(|policy| policy.two_person = Some(teal_domain::Millis::from_secs(3600))).await;
    let blocked = scene.switch().await;
    let outcome = |record: &teal_domain::history::Record| match &record.switch().expect("a switch").progress {
        Progress::Ended { outcome, .. } => outcome.clone(),
        open => panic!("it has not ended: {open:?}"),
    };
    assert!(matches!(outcome(&blocked), Outcome::Refused { .. }));
    scene.airflow.make_live(BLUE);
    scene.emergency().await;
    scene.follow().await;
    let back = scene.switch().await;
    assert!(matches!(outcome(&back), Outcome::Landed { .. }));
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    let again = scene.switch().await;
    assert!(matches!(outcome(&again), Outcome::Refused { .. }), "the watch is over");
}

#[tokio::test]
async fn the_chain_verifies_with_all_that_followed() {
    let scene = Scene::new().await;
    scene.switch().await;
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    let query = HistoryQuery::default();
    let listed = scene.world.store.history(&scene.world.pair, &query, 50).await.expect("history").records;
    let switches = listed.iter().filter(|record| matches!(record.what, What::Switch(_))).count();
    assert_eq!(switches, 1, "steps are of their switch, and no records of their own");
    let verdict = scene.world.store.verify(None).await.expect("verified");
    assert!(matches!(verdict, teal_server::store::verify::Verdict::Holds(_)), "{verdict:?}");
}
