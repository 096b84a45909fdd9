//! Which switch is followed, and who does it.

use teal_domain::{
    Actor, Base, Color, FlagVersion, Incarnation, Millis, OperationId, Timestamp,
    dags::{DagPlan, Strategy},
    journal::Body,
    steps::{Course, Step, WatchEnd},
    switch::{Interleaving, Kind, Outcome, Plan, Verification},
};
use teal_server::{
    engine::{recorder::Recorder as _, spool},
    store::Store,
};

use super::{a_store, dev, draft, landed, plan, version};
use crate::support::folder;

const NOW: Timestamp = Timestamp(1_000_000);

async fn sent(store: &Store, plan: &Plan) {
    store.record_intent(plan, NOW, false).await.expect("recorded");
    store.mark_put(plan, NOW).await.expect("marked");
}

async fn followed(store: &Store) -> Option<OperationId> {
    let record = store.following(&dev()).await.expect("asked")?;
    Some(record.switch().expect("a switch").operation)
}

async fn course(store: &Store, plan: &Plan) -> Course {
    let record = store.record_of(plan.operation).await.expect("asked").expect("a record");
    record.switch().expect("a switch").course.as_ref().clone()
}

async fn is_overtaken(store: &Store, plan: &Plan) -> bool {
    matches!(course(store, plan).await.watched(), Some((_, WatchEnd::Overtaken, _)))
}

/// Somebody wrote a version past Teal.
async fn outsider(store: &Store, number: u64, value: &str) {
    store.append(draft(Actor::outside(None), NOW.0, version(number, value, NOW.0))).await.expect("appended");
}

fn picked_up() -> Step {
    Step::PickedUp { dag: "orders".into(), at: NOW }
}

#[tokio::test]
async fn a_switch_that_is_found_to_have_landed_late_takes_nothing_from_a_newer_one() {
    for corrected in [false, true] {
        let folder = folder();
        let store = a_store(folder.path()).await;
        let (first, second) = (plan(1, Kind::Planned, Color::Green), plan(2, Kind::Emergency, Color::Blue));
        sent(&store, &first).await;
        if corrected {
            store.record_outcome(&first, Outcome::NotLanded, None, NOW).await.expect("recorded");
        }
        sent(&store, &second).await;
        store.record_outcome(&second, landed(33), None, NOW).await.expect("recorded");
        assert!(store.hold_following(&dev(), "a", NOW).await.expect("asked"));
        assert!(store.take_step(&dev(), second.operation, "a", picked_up(), NOW).await.expect("asked"));
        if corrected {
            store.record_correction(&first, FlagVersion(32), NOW).await.expect("recorded");
        } else {
            store.record_outcome(&first, landed(32), None, NOW).await.expect("recorded");
        }
        assert_eq!(followed(&store).await, Some(second.operation), "corrected: {corrected}");
        assert!(is_overtaken(&store, &first).await, "corrected: {corrected}");
        assert_eq!(course(&store, &second).await.watched(), None, "it goes on being watched");
    }
}

#[tokio::test]
async fn an_emergency_that_is_merged_in_the_morning_takes_nothing_from_the_switch_of_the_morning() {
    let folder = folder();
    let (store, file) = (a_store(folder.path()).await, folder.path().join("night.spool"));
    let (night, morning) = (plan(1, Kind::Emergency, Color::Green), plan(2, Kind::Planned, Color::Blue));
    let spooled = spool::Spool::open(&file).expect("a file");
    spooled.intent(&night, NOW).await.expect("recorded");
    assert!(spooled.mark(&night, NOW).await.expect("marked"));
    spooled.outcome(&night, landed(32), None, NOW).await.expect("recorded");
    sent(&store, &morning).await;
    store.record_outcome(&morning, landed(33), None, NOW).await.expect("recorded");
    // Twice, as somebody by hand and the folder's keeper would.
    for _ in 0..2 {
        spool::merge(&store, &file).await.expect("merged");
        assert_eq!(followed(&store).await, Some(morning.operation));
    }
    assert!(is_overtaken(&store, &night).await);
    assert!(!course(&store, &morning).await.has_begun(), "nothing was done to it");
}

#[tokio::test]
async fn an_emergency_that_is_merged_after_somebody_wrote_another_side_is_not_followed_and_otherwise_it_is() {
    for (writes, follows) in [(&["green", "blue"][..], false), (&["green", "gren"], false), (&["green", "green"], true)]
    {
        let folder = folder();
        let store = a_store(folder.path()).await;
        for (number, value) in (32..).zip(writes) {
            outsider(&store, number, value).await;
        }
        let night = plan(1, Kind::Emergency, Color::Green);
        store.record_intent(&night, NOW, true).await.expect("recorded");
        store.record_outcome(&night, landed(32), None, NOW).await.expect("recorded");
        assert_eq!(followed(&store).await, follows.then_some(night.operation), "{writes:?}");
        assert_eq!(is_overtaken(&store, &night).await, !follows, "{writes:?}");
    }
}

#[tokio::test]
async fn the_first_version_of_a_parameter_that_was_made_anew_is_later_than_all_of_the_one_before() {
    let anew = Outcome::Landed {
        version: FlagVersion(1),
        interleaving: Interleaving::MadeAnew,
        verification: Verification::Read,
    };
    for (base, kind) in [(Base::Missing, Kind::Repair), (plan(9, Kind::Planned, Color::Green).base, Kind::Planned)] {
        let folder = folder();
        let store = a_store(folder.path()).await;
        for number in 1..=31 {
            outsider(&store, number, "blue").await;
        }
        let before = plan(1, Kind::Planned, Color::Blue);
        sent(&store, &before).await;
        store.record_outcome(&before, landed(31), None, NOW).await.expect("recorded");
        let repair = Plan { base, ..plan(2, kind, Color::Green) };
        sent(&store, &repair).await;
        store.record_outcome(&repair, anew.clone(), None, NOW).await.expect("recorded");
        assert_eq!(followed(&store).await, Some(repair.operation), "{kind:?}");
    }
}

#[tokio::test]
async fn a_version_of_an_earlier_life_is_past_whatever_its_number() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let late = plan(1, Kind::Planned, Color::Green);
    let mut own = version(32, "green", NOW.0);
    if let Body::Version { record, wrote, .. } = &mut own {
        (record.description, *wrote) = (Some(late.operation.description()), Some(late.operation));
    }
    sent(&store, &late).await;
    store.append(draft(Actor::page("ana"), NOW.0, own)).await.expect("appended");
    let mut anew = version(1, "blue", NOW.0);
    if let Body::Version { incarnation, .. } = &mut anew {
        *incarnation = Incarnation(1);
    }
    store.append(draft(Actor::outside(None), NOW.0, anew)).await.expect("appended");
    store.record_outcome(&late, landed(32), None, NOW).await.expect("recorded");
    assert_eq!(followed(&store).await, None);
    assert!(is_overtaken(&store, &late).await);
}

#[tokio::test]
async fn only_whoever_holds_it_takes_steps_and_a_button_needs_no_hold() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let switch = plan(1, Kind::Planned, Color::Green);
    sent(&store, &switch).await;
    store.record_outcome(&switch, landed(32), None, NOW).await.expect("recorded");
    let (id, later) = (switch.operation, NOW + Millis::from_secs(50));
    let step = async |holder: &str| store.take_step(&dev(), id, holder, picked_up(), NOW).await.expect("asked");
    let keep = async |holder: &str, now| store.keep_following(&dev(), id, holder, now).await.expect("asked");
    let hold = async |holder: &str, now| store.hold_following(&dev(), holder, now).await.expect("asked");
    assert!(!step("a").await, "nobody holds it yet");
    assert!(hold("a", NOW).await);
    assert!(step("a").await && !step("b").await);
    assert!(!keep("b", later).await && keep("a", later).await);
    assert!(!hold("b", NOW + Millis::from_secs(70)).await, "it was kept for another minute");
    assert!(hold("b", NOW + Millis::from_secs(111)).await);
    assert!(!keep("a", NOW + Millis::from_secs(111)).await && !step("a").await, "it was taken over");
    assert!(step("b").await);
    assert!(store.record_step(&dev(), id, &Actor::page("ana"), picked_up(), NOW).await.expect("asked"));
    let other = OperationId::new(NOW, 7);
    assert!(!store.keep_following(&dev(), other, "b", NOW).await.expect("asked"), "another switch");
    assert!(!store.record_step(&dev(), other, &Actor::page("ana"), picked_up(), NOW).await.expect("asked"));
    assert_eq!(course(&store, &switch).await.steps.len(), 3);
}

#[tokio::test]
async fn the_next_switch_waits_for_whoever_is_at_the_one_before() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let (first, back) = (plan(1, Kind::Planned, Color::Green), plan(2, Kind::Planned, Color::Blue));
    let back = Plan { reverts: Some(first.operation), ..back };
    for (switch, version) in [(&first, 32), (&back, 33)] {
        sent(&store, switch).await;
        store.record_outcome(switch, landed(version), None, NOW).await.expect("recorded");
        if version == 32 {
            assert!(store.hold_following(&dev(), "a", NOW).await.expect("asked"));
        }
    }
    assert!(!store.take_step(&dev(), first.operation, "a", picked_up(), NOW).await.expect("asked"));
    assert!(!store.hold_following(&dev(), "b", NOW + Millis::from_secs(59)).await.expect("asked"));
    assert!(store.hold_following(&dev(), "b", NOW + Millis::from_secs(61)).await.expect("asked"));
    assert_eq!(course(&store, &first).await.reverted_by(), Some(back.operation));
}

#[tokio::test]
async fn what_is_to_be_done_is_planned_once() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let switch = plan(1, Kind::Planned, Color::Green);
    sent(&store, &switch).await;
    store.record_outcome(&switch, landed(32), None, NOW).await.expect("recorded");
    // Words in a step are no plan.
    let because = r#"{"step":"planned"}"#.to_owned();
    let owed = Step::Owed { side: Color::Blue, pause: true, dags: vec![], because };
    let planned = |dag: &str| Step::Planned {
        plan: DagPlan { missing: vec![dag.into()], ..DagPlan::nothing(Strategy::PauseStandby, Color::Green) },
    };
    assert!(store.hold_following(&dev(), "a", NOW).await.expect("asked"));
    let take = async |step: Step| store.take_step(&dev(), switch.operation, "a", step, NOW).await.expect("asked");
    assert!(take(owed).await);
    assert!(take(planned("first")).await);
    assert!(!take(planned("second")).await);
    assert_eq!(course(&store, &switch).await.plan.expect("a plan").missing, ["first"]);
    assert!(take(picked_up()).await, "and it goes on from the first");
}
