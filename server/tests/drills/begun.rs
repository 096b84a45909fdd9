//! When a run begins, and when it is skipped.

use teal_domain::drill::{End, Skipped};

use super::*;

#[tokio::test]
async fn a_drill_begins_when_it_is_due_and_not_before() {
    let desk = Desk::new().await;
    desk.save(&desk.plan(Kind::Tabletop)).await;
    desk.go_on_for(minutes(9)).await;
    assert_eq!(desk.records().await.len(), 0, "it is not due yet");
    let ended = desk.to_the_end().await;
    let drill = desk.latest().await.expect("a run");
    assert_eq!(ended.end, End::Succeeded, "{drill:?}");
    assert!(drill.run.asked_by.is_none() && drill.end.expect("an end").0.since(drill.run.due) < Millis::from_secs(60));
    desk.go_on_for(minutes(60)).await;
    assert_eq!(desk.records().await.len(), 1, "once is once");
    assert_eq!(desk.writes(), 0);
}

#[tokio::test]
async fn a_date_that_teal_slept_through_is_skipped_or_run_within_its_window_as_the_plan_says() {
    for (late, hours, word) in [(Late::Skip, 0, "skipped"), (Late::Run, 0, "succeeded"), (Late::Run, 1, "skipped")] {
        let desk = Desk::new().await;
        desk.save(&Plan { late, ..desk.plan(Kind::Tabletop) }).await;
        // Nobody is here until five minutes after it was due, or until its window is over.
        desk.pass(minutes(15 + hours * 60));
        let ended = desk.to_the_end().await;
        assert_eq!(ended.end.as_str(), word, "{late:?}");
        if word == "skipped" {
            assert_eq!(ended.end, End::Skipped { why: Skipped::Late });
        }
    }
}

#[tokio::test]
async fn of_two_processes_one_begins_it_and_each_date_has_one_run() {
    let desk = Desk::new().await;
    let other = desk.scene.world.instance().await;
    let every = When::Cron { pattern: "*/15 * * * *".into() };
    desk.save(&Plan { when: every, window: Millis::from_secs(300), ..desk.plan(Kind::Tabletop) }).await;
    for _ in 0..360 {
        tokio::join!(desk.go_on_as(&desk.scene.teal), desk.go_on_as(&other));
        desk.pass(Duration::from_secs(10));
    }
    let mut due: Vec<Timestamp> =
        desk.records().await.iter().map(|record| record.drill().expect("a run").run.due).collect();
    due.sort();
    let all = due.len();
    due.dedup();
    assert_eq!(due.len(), all, "no date has two runs");
    assert_eq!(all, 4, "and none has none: an hour has four quarters");
}

#[tokio::test]
async fn a_paused_plan_does_not_run_and_what_it_missed_is_not_made_up_for() {
    let desk = Desk::new().await;
    let plan = Plan {
        when: When::Cron { pattern: "*/15 * * * *".into() },
        window: Millis::from_secs(300),
        ..desk.plan(Kind::Tabletop)
    };
    desk.save(&plan).await;
    let (teal, who) = (&desk.scene.teal, Actor::page("olga"));
    let change = async |change| {
        let done = teal.engine.change_drill(&teal.pair, &who, plan.id, change).await;
        done.expect("a store").expect("done");
    };
    change(PlansChange::Paused).await;
    desk.go_on_for(minutes(60)).await;
    assert_eq!(desk.records().await.len(), 0);
    change(PlansChange::Resumed).await;
    desk.go_on_for(minutes(16)).await;
    let records = desk.records().await;
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(
        records[0].drill().and_then(|drill| drill.end.clone()).map(|(_, ended)| ended.end),
        Some(End::Succeeded)
    );
}

#[tokio::test]
async fn a_drill_that_is_due_while_another_is_under_way_waits_for_its_window() {
    let desk = Desk::new().await;
    desk.save(&desk.plan(Kind::SwitchAndReturn)).await;
    let second = Plan {
        window: Millis::from_secs(60),
        name: Reason::parse("Another").expect("a name"),
        ..desk.plan(Kind::Tabletop)
    };
    desk.save(&second).await;
    desk.go_on_for(minutes(60)).await;
    let ends: Vec<_> =
        desk.records().await.iter().filter_map(|record| Some(record.drill()?.end.clone()?.1.end)).collect();
    assert_eq!(ends.len(), 2, "{ends:?}");
    let window = Skipped::Window { because: "Another drill was under way.".into() };
    assert!(ends.contains(&End::Succeeded) && ends.contains(&End::Skipped { why: window }), "{ends:?}");
}
