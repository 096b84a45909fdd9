//! Checks at the moment of the switch: what was found meanwhile counts, not what the page had shown.

use std::sync::Arc;

use teal_domain::{
    Actor, Color, Millis, PairSnapshot,
    freeze::Freeze,
    history::{HistoryQuery, Progress},
    policy::{Policy, ProvenOn},
    preflight::Verdict,
    steps::{Step, WatchEnd},
    switch::{Outcome, Refusal},
};
use teal_server::{engine::Engine, store::Store};

use crate::{
    house::{House, sealed},
    support::{World, folder, ssm::seeded},
};

async fn switch(house: &House, confirmation: &str, emergency: bool) -> Outcome {
    let mut fields =
        vec![("pair", "dev"), ("to", "green"), ("confirmation", confirmation), ("typed", "green"), ("reason", "why")];
    fields.extend(emergency.then_some(("emergency", "true")));
    house.post("/api/fn/switch", &fields).await;
    let page = house.world.store.history(&house.world.pair, &HistoryQuery::default(), 1).await.expect("the history");
    let record = page.records.into_iter().next().expect("a record");
    match &record.switch().expect("a switch").progress {
        Progress::Ended { outcome, .. } => outcome.clone(),
        other => panic!("{other:?}"),
    }
}

fn know(house: &House, change: impl FnOnce(&mut PairSnapshot)) {
    let now = house.teal.engine.clock.now();
    house.teal.engine.board.update(house.teal.pair.id(), now, change);
}

#[tokio::test]
async fn a_freeze_that_began_after_the_page_was_made_refuses_the_switch_and_lets_an_emergency_through() {
    let house = House::new().await;
    let now = house.teal.engine.clock.now();
    let page = house.get("/p/dev/switch?to=green").await.text();
    know(&house, |known| {
        let to = now + Millis::from_secs(3600);
        known.freezes = Arc::new([Freeze { because: "month end".into(), from: now, to, zone: "UTC".into() }]);
    });
    let refusal = Refusal::Blocked { checks: vec!["freeze".into()] };
    assert_eq!(switch(&house, &sealed(&page), false).await, Outcome::Refused { refusal });
    assert!(house.world.ssm.puts().is_empty());
    let page = house.get("/p/dev/switch?to=green").await.text();
    assert!(page.contains("Closed because of month end") && page.contains("Blocked by: "), "{page}");
    assert!(matches!(switch(&house, &sealed(&page), true).await, Outcome::Landed { .. }));
}

#[tokio::test]
async fn policy_holds_for_the_switch_as_it_does_for_the_page() {
    let says = vec![("surroundings".to_owned(), Verdict::Block)];
    let house = House::with_policy(Policy { says, ..Policy::default() }).await;
    let page = house.get("/p/dev/switch?to=green").await.text();
    assert!(page.contains("Blocked by: ") && page.contains("surroundings"), "{page}");
    let refusal = Refusal::Blocked { checks: vec!["surroundings".into()] };
    assert_eq!(switch(&house, &sealed(&page), false).await, Outcome::Refused { refusal });
}

#[tokio::test]
async fn a_switch_that_was_watched_to_a_good_end_proves_the_pair_for_the_other_one() {
    let folder = folder();
    let store = Store::open(&folder.path().join("teal.db")).await.expect("a store");
    let mut world = World::in_store(store, "dev").beside("prod");
    let (pair, within) = ("prod".parse().expect("a pair"), Millis::from_secs(86_400));
    world.policy.proven_on = Some(ProvenOn { pair, within, otherwise: Verdict::Block });
    let (_, ssm) = world.other.clone().expect("another pair");
    seeded(&world.ssm, 3);
    seeded(&ssm, 3);
    let teal = world.instance().await;
    teal.reconcile().await;
    let (engine, other) = (&teal.engine, teal.other.as_ref().expect("another pair"));
    let verdict = |engine: &Arc<Engine>| {
        let (snapshot, now) = (engine.board.snapshot(), engine.clock.now());
        let known = snapshot.pair(teal.pair.id()).expect("known");
        let given = Engine::given(&snapshot, known, Color::Green, None, now);
        let checks = teal_domain::preflight::checks(known, Color::Green, given, now);
        checks.into_iter().find(|check| check.name == "proven-on").expect("it").verdict
    };
    let plan = teal_domain::switch::Plan { pair: other.id().clone(), ..teal.plan(&ssm.flag()) };
    let operation = plan.operation;
    engine.switch(other, plan).await.expect("switched");
    assert_eq!(verdict(engine), Verdict::Block, "it landed, and has not been watched");
    let watched = Step::Watched { end: WatchEnd::Good, coverage: None };
    let (teal_itself, now) = (Actor::teal(), engine.clock.now());
    assert!(engine.store.record_step(other.id(), operation, &teal_itself, watched, now).await.expect("recorded"));
    engine.refresh_records(other).await;
    assert_eq!(verdict(engine), Verdict::Pass);
    world.clock.pass(std::time::Duration::from_secs(86_401));
    assert_eq!(verdict(engine), Verdict::Block, "for a day only");
}
