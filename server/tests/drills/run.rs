//! What a run does, and what interrupts it.

use teal_domain::{
    OperationId,
    approval::Answer,
    drill::{Before, End, Guard, Step},
    freeze::Freeze,
    history::What,
    surroundings::AlarmState,
};

use super::*;

fn guard(before: Option<Before>, during: bool, outcome: bool) -> Guard {
    Guard { alarm: "lag".into(), before, during, outcome }
}

fn over() -> impl AsyncFn(&DrillRecord) -> bool {
    async |drill: &DrillRecord| drill.holds_until().is_some()
}

impl Desk {
    fn ring(&self, alarm: &str) {
        self.scene.alarms.ringing.lock().expect("alarms").push((alarm.into(), self.now()));
    }

    fn quiet(&self) {
        self.scene.alarms.ringing.lock().expect("alarms").clear();
    }
}

#[tokio::test]
async fn the_flag_goes_over_stays_and_comes_back_with_the_dags_and_the_record_tells_all_of_it() {
    let desk = Desk::new().await;
    desk.save(&desk.plan(Kind::SwitchAndReturn)).await;
    desk.until(over()).await;
    assert_eq!(desk.live().await, Some(Color::Green));
    let ended = desk.to_the_end().await;
    let drill = desk.latest().await.expect("a run");
    assert_eq!(ended.end, End::Succeeded, "{:?}", drill.steps);
    assert_eq!((desk.live().await, desk.writes()), (Some(Color::Blue), 2));
    let steps: Vec<&str> = drill.steps.iter().map(|(_, step)| step.as_str()).collect();
    assert_eq!(steps, ["went", "flips", "holds", "returns"]);
    assert!(ended.measured.flip.is_some() && ended.measured.back.is_some(), "{ended:?}");
    // Its switches say that they are its, and the way back that it takes the other back.
    let [forth, back] = desk.switches().await[..] else { panic!("two switches") };
    let store = &desk.scene.world.store;
    let of = async |id: OperationId| {
        store.record_of(id).await.expect("a store").expect("a record").switch().cloned().expect("a switch")
    };
    let (forth, back) = (of(forth).await, of(back).await);
    assert_eq!((forth.drill, back.drill), (Some(drill.run.id), Some(drill.run.id)));
    assert_eq!((forth.reverts, back.reverts), (None, Some(forth.operation)));
    assert_eq!(forth.reason.as_str(), "Drill: Tuesday failover");
    // The DAGs are where they were.
    let unpaused: Vec<_> = back.course.done().filter(|(side, pause, _)| *side == Color::Blue && !pause).collect();
    assert!(!unpaused.is_empty(), "{:?}", back.course.steps);
    assert!(
        desk.scene.teal.engine.board.snapshot().pair(&desk.scene.world.pair).expect("known").drills.proved_at.is_some()
    );
}

#[tokio::test]
async fn a_freeze_is_waited_for_and_then_the_run_is_skipped() {
    let desk = Desk::new().await;
    desk.save(&desk.plan(Kind::SwitchAndReturn)).await;
    let (teal, now) = (&desk.scene.teal, desk.now());
    let freeze =
        Freeze { because: "month end".into(), from: now, to: now + Millis::from_secs(86_400), zone: "UTC".into() };
    teal.engine.board.update(teal.pair.id(), now, |known| known.freezes = [freeze].into());
    desk.until(async |drill| drill.waits_for().is_some_and(|because| because.contains("month end"))).await;
    let ended = desk.to_the_end().await;
    assert_eq!(ended.end.as_str(), "skipped");
    assert!(ended.end.because().contains("month end"), "{ended:?}");
    assert_eq!(desk.writes(), 0);
}

#[tokio::test]
async fn guards_hold_a_run_up_skip_it_interrupt_it_or_fail_it() {
    for (guard, before, word, writes) in [
        (guard(Some(Before::Skip), false, false), true, "skipped", 0),
        (guard(None, true, false), false, "interrupted", 2),
        (guard(None, false, true), false, "failed", 2),
    ] {
        let desk = Desk::new().await;
        desk.save(&Plan { guards: vec![guard], ..desk.plan(Kind::SwitchAndReturn) }).await;
        if before {
            desk.ring("lag");
        } else {
            desk.until(over()).await;
            desk.ring("lag");
        }
        assert_eq!(desk.to_the_end().await.end.as_str(), word);
        assert_eq!((desk.live().await, desk.writes()), (Some(Color::Blue), writes), "{word}");
    }
    let desk = Desk::new().await;
    desk.save(&Plan { guards: vec![guard(Some(Before::Wait), false, false)], ..desk.plan(Kind::SwitchAndReturn) })
        .await;
    desk.ring("lag");
    desk.until(async |drill| drill.waits_for() == Some("The guard lag is in alarm.")).await;
    desk.quiet();
    assert_eq!(desk.to_the_end().await.end, End::Succeeded);

    // An alarm that was deleted guards nothing, and that is said.
    let desk = Desk::new().await;
    desk.save(&Plan { guards: vec![guard(Some(Before::Wait), false, false)], ..desk.plan(Kind::SwitchAndReturn) })
        .await;
    *desk.scene.alarms.others.lock().expect("alarms") = Some(AlarmState::Missing);
    desk.until(async |drill| drill.waits_for() == Some("The guard lag does not exist.")).await;
}

#[tokio::test]
async fn a_watch_that_turns_red_fails_the_run_and_brings_the_flag_back() {
    let desk = Desk::new().await;
    desk.save(&desk.plan(Kind::SwitchAndReturn)).await;
    desk.until(over()).await;
    // The pair's own guard, which its policy names.
    desk.ring("errors");
    let ended = desk.to_the_end().await;
    assert_eq!(ended.end.as_str(), "failed");
    assert!(ended.end.because().contains("The guard errors is in alarm"), "{ended:?}");
    assert_eq!(desk.live().await, Some(Color::Blue));
}

#[tokio::test]
async fn an_emergency_interrupts_it_and_is_not_undone() {
    let desk = Desk::new().await;
    desk.save(&desk.plan(Kind::SwitchAndReturn)).await;
    desk.until(over()).await;
    // A planned one is refused meanwhile.
    let planned = desk.scene.switch().await;
    assert!(planned.version().is_none(), "{planned:?}");
    let What::Switch(refused) = &planned.what else { panic!("a switch") };
    assert!(format!("{:?}", refused.progress).contains("under-way"), "{refused:?}");
    let emergency = desk.scene.emergency().await;
    assert!(emergency.version().is_some());
    let ended = desk.to_the_end().await;
    assert_eq!(ended.end.as_str(), "interrupted");
    assert_eq!((desk.live().await, desk.writes()), (Some(Color::Blue), 2), "the drill's and the emergency's");
}

#[tokio::test]
async fn whoever_stops_it_has_the_flag_back_first() {
    let desk = Desk::new().await;
    desk.save(&desk.plan(Kind::SwitchAndReturn)).await;
    desk.until(over()).await;
    let (teal, who) = (&desk.scene.teal, Actor::page("bo"));
    let run = desk.latest().await.expect("a run").run.id;
    teal.engine.stop_drill(&teal.pair, &who, run).await.expect("a store").expect("stopped");
    let ended = desk.to_the_end().await;
    assert_eq!(ended.end, End::Interrupted { because: "bo stopped it.".into() });
    assert_eq!(desk.live().await, Some(Color::Blue));
    let again = teal.engine.stop_drill(&teal.pair, &who, run).await.expect("a store");
    assert!(again.is_err(), "it is over");
}

#[tokio::test]
async fn a_side_that_does_not_work_any_more_is_not_gone_back_to_and_that_is_said() {
    let desk = Desk::new().await;
    desk.save(&desk.plan(Kind::SwitchAndReturn)).await;
    desk.until(over()).await;
    desk.scene.airflow.change(BLUE, |side| {
        side.ill("scheduler");
    });
    let ended = desk.to_the_end().await;
    assert_eq!((ended.end.as_str(), ended.stranded), ("failed", Some(Color::Green)), "{ended:?}");
    assert!(ended.end.because().contains("could not be brought back to Blue"), "{ended:?}");
    assert_eq!(desk.writes(), 1);
}

#[tokio::test]
async fn where_policy_asks_for_two_people_teal_asks_once_and_whoever_planned_it_does_not_answer() {
    let desk = Desk::with(|policy| policy.two_person = Some(Millis::from_secs(3600))).await;
    desk.save(&desk.plan(Kind::SwitchAndReturn)).await;
    desk.until(async |drill| drill.asked().is_some() && drill.waits_for().is_some()).await;
    desk.go_on_for(minutes(2)).await;
    let drill = desk.latest().await.expect("a run");
    let asked = drill.steps.iter().filter(|(_, step)| matches!(step, Step::Asked { .. })).count();
    assert_eq!((asked, desk.writes()), (1, 0));
    let (teal, store) = (&desk.scene.teal, &desk.scene.world.store);
    let open = store.open_request(&desk.scene.world.pair).await.expect("a store").expect("a request");
    let digest = open.request.digest();
    let decide = async |who: &str| {
        let decided = teal.engine.decide(&teal.pair, &Actor::page(who), &digest, Answer::Approved, None).await;
        decided.expect("a store")
    };
    assert!(decide("olga").await.is_err(), "she planned it");
    decide("ana").await.expect("approved");
    let ended = desk.to_the_end().await;
    assert_eq!(ended.end, End::Succeeded, "{:?}", desk.latest().await);
    let [forth, _] = desk.switches().await[..] else { panic!("two switches") };
    let record = store.record_of(forth).await.expect("a store").expect("a record");
    assert_eq!(
        record.switch().and_then(|switch| switch.approval.clone()).map(|approval| approval.by.name),
        Some("ana".into())
    );
}

#[tokio::test]
async fn one_that_leaves_the_dags_alone_moves_the_flag_only() {
    let desk = Desk::new().await;
    desk.save(&Plan { flag_only: true, ..desk.plan(Kind::SwitchAndReturn) }).await;
    assert_eq!(desk.to_the_end().await.end, End::Succeeded);
    let [forth, _] = desk.switches().await[..] else { panic!("two switches") };
    let record = desk.scene.world.store.record_of(forth).await.expect("a store").expect("a record");
    let plan = record.switch().and_then(|switch| switch.course.plan.clone()).expect("a plan of DAGs");
    assert!(plan.moves.is_empty(), "{plan:?}");
}
