use std::time::Duration;

use teal_domain::{
    Actor, Color, Timestamp,
    steps::{Step, WatchEnd},
};
use teal_server::engine::clock::Clock as _;

use super::scene::{BLUE, GREEN, Scene};
use crate::support::airflow::Fault;

fn red(steps: &[Step]) -> Vec<&Step> {
    steps.iter().filter(|step| matches!(step, Step::Red { .. })).collect()
}

#[tokio::test]
async fn a_watch_without_anything_red_ends_well_with_its_three_figures() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow().await;
    assert_eq!(scene.course(record.seq).await.picked_up(), None);
    scene.follow_for(Duration::from_secs(600)).await;
    scene.airflow.start_due_runs(GREEN);
    let began = scene.world.clock.now();
    scene.world.clock.pass(Duration::from_secs(1));
    scene.follow().await;
    let course = scene.course(record.seq).await;
    let (dag, at) = course.picked_up().expect("a first task");
    assert_eq!((dag, at), ("customers", began));
    scene.airflow.let_tasks_end(GREEN);
    scene.follow_for(Duration::from_secs(310)).await;
    let course = scene.course(record.seq).await;
    let (_, end, coverage) = course.watched().expect("the end");
    assert_eq!(end, WatchEnd::Good);
    let coverage = coverage.expect("both told");
    assert_eq!((coverage.once, coverage.twice.len(), coverage.missed.len()), (3, 0, 0), "{coverage:?}");
    assert!(record.flip().is_some());
    assert!(scene.following().is_none());
}

#[tokio::test]
async fn a_run_that_neither_side_worked_on_is_missed() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    let course = scene.course(record.seq).await;
    let (_, _, coverage) = course.watched().expect("the end");
    let missed = &coverage.expect("both told").missed;
    assert_eq!(missed.iter().map(|(dag, _)| dag.as_str()).collect::<Vec<_>>(), ["customers", "exports", "orders"]);
}

#[tokio::test]
async fn a_guard_that_rings_makes_it_red_and_people_are_asked() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow().await;
    scene.ring();
    scene.follow_for(Duration::from_secs(60)).await;
    let steps = scene.steps(record.seq).await;
    let [Step::Red { because, reverts: false, held: None, .. }] = red(&steps)[..] else { panic!("{steps:?}") };
    assert_eq!(because, "The guard errors is in alarm: 3 datapoints were above 5");
    assert_eq!(scene.newest().await.seq, record.seq, "nothing was switched");
    scene.follow_for(Duration::from_secs(15 * 60)).await;
    assert!(matches!(scene.course(record.seq).await.watched(), Some((_, WatchEnd::Red, _))));
}

#[tokio::test]
async fn by_policy_teal_takes_it_back_by_a_switch_of_its_own_with_the_cause() {
    let scene = Scene::with(|policy| policy.watch.reverts = true).await;
    let record = scene.switch().await;
    scene.follow().await;
    scene.ring();
    scene.follow().await;
    scene.airflow.make_live(BLUE);
    let back = scene.newest().await;
    assert_eq!(back.actor, Actor::teal());
    let switch = back.switch().expect("a switch");
    assert_eq!((switch.target, switch.reverts), (Color::Blue, Some(record.switch().expect("a switch").operation)));
    assert!(switch.reason.as_str().contains("The guard errors is in alarm"), "{}", switch.reason);
    scene.world.clock.pass(Duration::from_secs(2));
    scene.look().await;
    scene.follow().await;
    assert_eq!(scene.airflow.unpaused(BLUE), ["customers", "exports", "orders"]);
    assert_eq!(scene.airflow.unpaused(GREEN), Vec::<String>::new());
    // The alarm rings on: a revert is not reverted.
    scene.alarms.ringing.lock().expect("alarms")[0].1 = scene.world.clock.now();
    scene.follow().await;
    assert_eq!(scene.newest().await.seq, back.seq);
    let steps = scene.steps(back.seq).await;
    assert!(matches!(red(&steps)[..], [Step::Red { held: Some(_), reverts: false, .. }]), "{steps:?}");
}

#[tokio::test]
async fn teal_never_takes_back_an_emergency() {
    let scene = Scene::with(|policy| policy.watch.reverts = true).await;
    let record = scene.emergency().await;
    scene.follow().await;
    scene.ring();
    scene.follow_for(Duration::from_secs(60)).await;
    assert_eq!(scene.newest().await.seq, record.seq);
    let steps = scene.steps(record.seq).await;
    assert!(matches!(red(&steps)[..], [Step::Red { held: Some(_), reverts: false, .. }]), "{steps:?}");
}

#[tokio::test]
async fn teal_does_not_go_back_to_a_side_that_is_ill_or_does_not_answer() {
    for ill in [true, false] {
        let scene = Scene::with(|policy| policy.watch.reverts = true).await;
        let record = scene.switch().await;
        scene.follow().await;
        if ill {
            scene.airflow.change(BLUE, |side| side.ill.push("scheduler".to_owned()));
        } else {
            scene.airflow.fail(&format!("{BLUE} *"), Fault::TimesOut, usize::MAX);
        }
        scene.ring();
        scene.follow_for(Duration::from_secs(60)).await;
        assert_eq!(scene.newest().await.seq, record.seq);
        let steps = scene.steps(record.seq).await;
        assert!(matches!(red(&steps)[..], [Step::Red { held: Some(_), .. }]), "{steps:?}");
    }
}

#[tokio::test]
async fn tasks_that_fail_on_the_new_side_make_it_red() {
    let scene = Scene::with(|policy| policy.watch.failures = 0).await;
    let record = scene.switch().await;
    scene.follow().await;
    scene.world.clock.pass(Duration::from_secs(600));
    scene.airflow.start_due_runs(GREEN);
    scene.world.clock.pass(Duration::from_secs(10));
    scene.airflow.let_tasks_fail(GREEN, "orders");
    scene.world.clock.pass(Duration::from_secs(10));
    scene.follow().await;
    let steps = scene.steps(record.seq).await;
    assert!(matches!(red(&steps)[..], [Step::Red { what, .. }] if what == "failures"), "{steps:?}");
}

#[tokio::test]
async fn a_scheduler_without_a_sign_of_life_makes_it_red() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    *scene.alarms.silent.lock().expect("alarms") = true;
    scene.follow_for(Duration::from_secs(290)).await;
    assert!(red(&scene.steps(record.seq).await).is_empty(), "it is given its time");
    scene.follow_for(Duration::from_secs(30)).await;
    let steps = scene.steps(record.seq).await;
    assert!(matches!(red(&steps)[..], [Step::Red { what, .. }] if what == "heartbeat"), "{steps:?}");
}

/// Rings since so many seconds before now, by the clock of AWS.
fn rings_since(scene: &Scene, seconds: i64) {
    let since = Timestamp(scene.world.clock.now().0 - seconds * 1000);
    *scene.alarms.ringing.lock().expect("alarms") = vec![("errors".into(), since)];
}

#[tokio::test]
async fn an_alarm_that_rang_at_the_flip_is_not_of_its_making_whatever_the_clocks_say() {
    for seconds in [3600, -120] {
        let scene = Scene::with(|policy| policy.watch.reverts = true).await;
        rings_since(&scene, seconds);
        let record = scene.emergency().await;
        scene.follow_for(Duration::from_secs(60)).await;
        assert!(red(&scene.steps(record.seq).await).is_empty(), "since {seconds} s before");
    }
}

#[tokio::test]
async fn an_alarm_that_did_not_ring_at_the_flip_is_of_its_making_whatever_the_clocks_say() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow().await;
    rings_since(&scene, 120);
    scene.follow().await;
    assert_eq!(red(&scene.steps(record.seq).await).len(), 1);
}

#[tokio::test]
async fn an_alarm_that_was_quiet_in_between_has_rung_anew() {
    let scene = Scene::new().await;
    rings_since(&scene, 3600);
    let record = scene.emergency().await;
    scene.follow().await;
    scene.alarms.ringing.lock().expect("alarms").clear();
    scene.follow_for(Duration::from_secs(60)).await;
    assert!(red(&scene.steps(record.seq).await).is_empty());
    rings_since(&scene, 0);
    scene.follow().await;
    assert_eq!(red(&scene.steps(record.seq).await).len(), 1);
}

#[tokio::test]
async fn an_environment_that_is_down_makes_it_red() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow().await;
    scene.world.environments.down(Color::Green);
    scene.world.clock.pass(Duration::from_secs(10));
    scene.look().await;
    scene.follow().await;
    let steps = scene.steps(record.seq).await;
    assert!(matches!(red(&steps)[..], [Step::Red { what, .. }] if what == "environment"), "{steps:?}");
}
