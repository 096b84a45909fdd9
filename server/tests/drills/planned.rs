//! Plans: written, changed by one at a time, skipped, run now.

use teal_domain::drill::{End, Skipped};
use teal_server::engine::drills::NotDone;

use super::*;

#[tokio::test]
async fn of_two_who_change_a_plan_the_slower_one_is_told() {
    let desk = Desk::new().await;
    let (teal, plan) = (&desk.scene.teal, desk.plan(Kind::Tabletop));
    desk.save(&plan).await;
    let renamed = |name: &str| Plan { revision: 2, name: Reason::parse(name).expect("a name"), ..plan.clone() };
    let save =
        async |plan: &Plan| teal.engine.save_drill(&teal.pair, plan, PlansChange::Changed).await.expect("a store");
    assert_eq!(save(&renamed("One")).await, Ok(()));
    assert_eq!(save(&renamed("Two")).await, Err(NotDone::Changed));
    let known = teal.engine.drill_plan(&teal.pair, plan.id).await.expect("a store").expect("a plan");
    assert_eq!((known.name.as_str(), known.revision), ("One", 2));
    // Each writing is on record.
    let query = HistoryQuery { kind: Some(Listed::Plan), ..HistoryQuery::default() };
    assert_eq!(
        desk.scene.world.store.history(&desk.scene.world.pair, &query, 10).await.expect("a store").records.len(),
        2
    );
}

#[tokio::test]
async fn a_run_keeps_the_plan_as_it_was_when_it_began() {
    let desk = Desk::new().await;
    let plan = desk.plan(Kind::SwitchAndReturn);
    desk.save(&plan).await;
    desk.until(async |drill| drill.holds_until().is_some()).await;
    let teal = &desk.scene.teal;
    let changed = Plan { revision: 2, hold: Millis::from_secs(86_000), ..plan };
    teal.engine.save_drill(&teal.pair, &changed, PlansChange::Changed).await.expect("a store").expect("saved");
    let ended = desk.to_the_end().await;
    assert_eq!(ended.end, End::Succeeded, "it held for five minutes, and not for a day");
}

#[tokio::test]
async fn the_next_date_is_skipped_by_name_and_the_one_after_it_is_not() {
    let desk = Desk::new().await;
    let plan = Plan {
        when: When::Cron { pattern: "*/15 * * * *".into() },
        window: Millis::from_secs(300),
        ..desk.plan(Kind::Tabletop)
    };
    desk.save(&plan).await;
    let (teal, who) = (&desk.scene.teal, Actor::page("olga"));
    let next = || {
        let snapshot = teal.engine.board.snapshot();
        snapshot.pair(&desk.scene.world.pair).expect("known").drills.plans[0].next[0].at
    };
    let due = next();
    let skip = async |due| teal.engine.skip_drill(&teal.pair, &who, plan.id, due).await.expect("a store");
    skip(due).await.expect("skipped");
    assert_eq!(skip(due).await, Err(NotDone::NoDate), "it has been skipped");
    assert_eq!(skip(due + Millis(60_000)).await, Err(NotDone::NoDate), "that is no date of the plan");
    desk.go_on_for(minutes(31)).await;
    let mut ends: Vec<_> =
        desk.records().await.iter().filter_map(|record| Some(record.drill()?.end.clone()?.1.end)).collect();
    ends.reverse();
    assert_eq!(ends[0], End::Skipped { why: Skipped::Asked { by: who.clone() } });
    assert!(ends[1..].iter().all(|end| *end == End::Succeeded) && ends.len() >= 2, "{ends:?}");
}

#[tokio::test]
async fn a_drill_is_run_now_and_only_one_at_a_time() {
    let desk = Desk::new().await;
    let plan = desk.plan(Kind::SwitchAndReturn);
    desk.save(&plan).await;
    let (teal, who) = (&desk.scene.teal, Actor::page("olga"));
    let seq = teal.engine.run_drill(&teal.pair, &who, plan.id).await.expect("a store").expect("begun");
    let again = teal.engine.run_drill(&teal.pair, &who, plan.id).await.expect("a store");
    assert_eq!(again, Err(NotDone::Running { seq }));
    assert_eq!(desk.to_the_end().await.end, End::Succeeded);
    let run = desk.latest().await.expect("a run").run;
    assert_eq!(run.asked_by, Some(who.clone()));
    let gone = teal.engine.change_drill(&teal.pair, &who, plan.id, PlansChange::Removed).await.expect("a store");
    assert_eq!(gone, Ok(()));
    assert_eq!(teal.engine.run_drill(&teal.pair, &who, plan.id).await.expect("a store"), Err(NotDone::NoPlan));
    assert_eq!(desk.records().await.len(), 1, "what was run of it stays");
}
