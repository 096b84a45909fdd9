//! A revert that Teal owes: it is made, once, or it is told why not.

use std::time::Duration;

use teal_app::words;
use teal_domain::{
    Actor, Base, Color, OperationId,
    history::{After, HistoryQuery, Progress, Record},
    steps::{Step, WatchEnd},
    switch::{Kind, Outcome, Plan},
};
use teal_server::engine::clock::Clock as _;

use super::scene::{BLUE, Scene};
use crate::support::{airflow::Fault, ssm::PutFate};

fn operation(record: &Record) -> OperationId {
    record.switch().expect("a switch").operation
}

async fn automatic() -> (Scene, Record) {
    let scene = Scene::with(|policy| policy.watch.reverts = true).await;
    let record = scene.switch().await;
    scene.follow().await;
    (scene, record)
}

/// Journals a step as the process would that stopped right after it.
async fn stops_after(scene: &Scene, record: &Record, did: Step) {
    let (store, now) = (&scene.world.store, scene.world.clock.now());
    let taken = store.record_step(&scene.world.pair, operation(record), &Actor::teal(), did, now).await;
    assert!(taken.expect("a store"));
}

async fn promised(scene: &Scene, record: &Record) {
    let red = Step::Red { what: "failures".into(), because: "9 tasks have failed.".into(), reverts: true, held: None };
    stops_after(scene, record, red).await;
}

async fn held(scene: &Scene, seq: u64) -> Vec<String> {
    let held = scene.steps(seq).await.into_iter().filter_map(|step| match step {
        Step::Held { because } => Some(because),
        _ => None,
    });
    held.collect()
}

#[tokio::test]
async fn what_was_promised_before_a_crash_is_done_after_it() {
    let (scene, record) = automatic().await;
    promised(&scene, &record).await;
    scene.follow().await;
    let back = scene.newest().await;
    assert_eq!(back.switch().expect("a switch").reverts, Some(operation(&record)));
    assert_eq!(scene.flag().await.color(), Some(Color::Blue));
}

#[tokio::test]
async fn an_operation_that_was_written_down_before_a_crash_is_the_one_that_takes_it_back() {
    let (scene, record) = automatic().await;
    promised(&scene, &record).await;
    let by = scene.teal.engine.new_operation();
    stops_after(&scene, &record, Step::TakingBack { by }).await;
    scene.follow().await;
    assert_eq!(operation(&scene.newest().await), by);
    assert_eq!(scene.world.ssm.puts().len(), 2, "there and back");
}

#[tokio::test]
async fn wherever_the_switch_that_takes_it_back_is_broken_off_it_is_done_exactly_once() {
    let mut step = 0;
    loop {
        let (scene, record) = automatic().await;
        promised(&scene, &record).await;
        let flag = scene.flag().await;
        let plan = Plan { actor: Actor::teal(), reverts: Some(operation(&record)), ..scene.teal.plan(&flag) };
        stops_after(&scene, &record, Step::TakingBack { by: plan.operation }).await;
        if scene.teal.switch_and_crash(plan, step).await.is_some() {
            break;
        }
        scene.airflow.make_live(BLUE);
        for _ in 0..80 {
            scene.world.clock.pass(Duration::from_secs(10));
            scene.teal.reconcile().await;
            scene.look().await;
            scene.follow().await;
        }
        assert_eq!(scene.flag().await.color(), Some(Color::Blue), "step {step}");
        let landed = scene.world.ssm.log().len();
        assert_eq!(landed, 3, "the first one, there, and back; step {step}");
        assert_eq!(scene.airflow.unpaused(BLUE).len(), 3, "step {step}");
        step += 1;
    }
    assert!(step > 10, "{step} steps");
}

#[tokio::test]
async fn an_other_side_that_is_silent_for_a_moment_does_not_decide_for_good() {
    let (scene, record) = automatic().await;
    scene.ring();
    scene.airflow.fail(&format!("{BLUE} GET /monitor/health"), Fault::Status(503), usize::MAX);
    scene.follow_for(Duration::from_secs(60)).await;
    assert_eq!(scene.newest().await.seq, record.seq);
    assert_eq!(held(&scene, record.seq).await, Vec::<String>::new(), "the red step has told it");
    scene.world.environments.down(Color::Blue);
    scene.follow_for(Duration::from_secs(60)).await;
    assert_eq!(held(&scene, record.seq).await, ["The other side is not AVAILABLE."], "told when it changes, once");
    scene.world.environments.up_again();
    scene.airflow.heal();
    scene.follow().await;
    let back = scene.newest().await;
    assert_eq!(back.switch().expect("a switch").reverts, Some(operation(&record)));
}

#[tokio::test]
async fn the_words_of_an_alarm_do_not_keep_teal_from_taking_it_back() {
    let (scene, record) = automatic().await;
    let reason = format!("5xx\u{202e}\u{200b} of\n{}", "orders ".repeat(100));
    *scene.alarms.reason.lock().expect("alarms") = Some(reason);
    scene.ring();
    scene.follow().await;
    let back = scene.newest().await;
    assert_ne!(back.seq, record.seq);
    let reason = back.switch().expect("a switch").reason.to_string();
    assert!(reason.starts_with("Taken back by policy. The guard errors is in alarm: 5xx of orders"), "{reason}");
}

#[tokio::test]
async fn who_sets_the_flag_once_more_past_teal_is_not_overruled() {
    let (scene, record) = automatic().await;
    scene.world.ssm.outsider_puts("green", None);
    scene.look().await;
    scene.ring();
    scene.follow_for(Duration::from_secs(60)).await;
    let [because] = &held(&scene, record.seq).await[..] else { panic!("told once") };
    assert!(because.contains("once more, as version 3"), "{because}");
    assert_eq!(scene.flag().await.color(), Some(Color::Green));
    let switches = scene.world.ssm.puts().len();
    assert_eq!(switches, 1, "nothing was put");
}

#[tokio::test]
async fn what_ssm_refuses_is_told_and_tried_again_after_ever_longer_waits() {
    let (scene, record) = automatic().await;
    scene.world.ssm.puts_will([PutFate::Refused, PutFate::Refused]);
    scene.ring();
    scene.follow().await;
    let refused = scene.newest().await;
    assert!(matches!(
        refused.switch().expect("a switch").progress,
        Progress::Ended { outcome: Outcome::Refused { .. }, .. }
    ));
    let told = held(&scene, record.seq).await;
    assert_eq!(told, [format!("Taking it back did not work: record {} says why. It is tried again.", refused.seq)]);
    assert!(
        words::record::tags(&refused).iter().any(|(_, tag)| tag == &format!("was to take back record {}", record.seq))
    );
    scene.follow_for(Duration::from_secs(20)).await;
    assert_eq!(scene.newest().await.seq, refused.seq, "not before half a minute");
    scene.follow_for(Duration::from_secs(30)).await;
    let again = scene.newest().await;
    assert_ne!(again.seq, refused.seq);
    scene.follow_for(Duration::from_secs(30)).await;
    assert_eq!(scene.newest().await.seq, again.seq, "then not before a minute");
    scene.follow_for(Duration::from_secs(30)).await;
    assert_eq!(scene.flag().await.color(), Some(Color::Blue));
}

#[tokio::test]
async fn a_policy_that_changed_its_mind_is_told() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow().await;
    promised(&scene, &record).await;
    scene.follow_for(Duration::from_secs(60)).await;
    assert_eq!(held(&scene, record.seq).await, ["Policy does not say so any longer."]);
    assert_eq!(scene.newest().await.seq, record.seq);
}

#[tokio::test]
async fn after_the_watch_has_ended_red_teal_takes_nothing_back() {
    let (scene, record) = automatic().await;
    scene.ring();
    scene.airflow.fail(&format!("{BLUE} GET /monitor/health"), Fault::Status(503), usize::MAX);
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    assert!(matches!(scene.course(record.seq).await.watched(), Some((_, WatchEnd::Red, _))));
    scene.airflow.heal();
    scene.follow_for(Duration::from_secs(60)).await;
    assert_eq!(scene.newest().await.seq, record.seq);
}

#[tokio::test]
async fn a_switch_that_was_taken_back_and_the_one_that_did_it_name_each_other_in_every_list() {
    let (scene, first) = automatic().await;
    scene.ring();
    scene.follow().await;
    scene.airflow.make_live(BLUE);
    let back = scene.newest().await;
    scene.look().await;
    scene.follow_for(Duration::from_secs(16 * 60)).await;
    let page = scene.world.store.history(&scene.world.pair, &HistoryQuery::default(), 10).await.expect("history");
    let find = |seq| page.records.iter().find(|record| record.seq == seq).expect("a record");
    let (first, back) = (find(first.seq), find(back.seq));
    assert_eq!(first.switch().expect("a switch").after(), Some(After::TakenBack));
    let outcome = words::record::outcome(first).1;
    assert_eq!(outcome, format!("verified; red; taken back by record {}", back.seq));
    let told = words::record::told(first.switch().expect("a switch"));
    let end = format!(
        "It turned red: The guard errors is in alarm: 3 datapoints were above 5. It was taken back by record {}.",
        back.seq
    );
    assert!(told.ends_with(&end), "{told}");
    assert!(words::record::tags(back).iter().any(|(_, tag)| tag == &format!("takes back record {}", first.seq)));
    let (alone, _) = scene.world.store.record(&scene.world.pair, first.seq).await.expect("a store").expect("a record");
    assert_eq!(alone.switch().expect("a switch").linked().taken_back_by, Some(back.seq));
    assert!(page.records.iter().all(|record| record.proved_at().is_none()), "a revert proves nothing");
    let board = scene.teal.engine.board.snapshot();
    let recent = &board.pair(scene.teal.pair.id()).expect("a pair").recent;
    assert!(recent.iter().any(|record| words::record::outcome(record).1 == outcome), "on the overview");
    assert_eq!(Base::of(&scene.flag().await).version(), back.version());
    assert_eq!(back.switch().expect("a switch").kind, Kind::Planned);
}
