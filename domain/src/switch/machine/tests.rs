//! The machine by itself, step by step.

use super::*;
use crate::{Actor, Color, FlagValue, OperationId, Reason, Timestamp};

fn plan(kind: Kind, base: Base) -> Plan {
    Plan {
        operation: OperationId::new(Timestamp(1), 1),
        pair: "dev".parse().expect("a pair"),
        kind,
        from: Some(Color::Blue),
        target: Color::Green,
        base,
        actor: Actor::page("ana"),
        reason: Reason::parse("upgrade").expect("a reason"),
        confirmed_at: Timestamp(1),
        expires_at: Timestamp(120_001),
        approval: None,
        unproven: false,
        change_ref: None,
        overridden: Vec::new(),
        reverts: None,
        maintenance: None,
        drill: None,
        flag_only: false,
        preflight: None,
    }
}

fn at(version: u64, value: &str) -> Flag {
    Flag::Present { value: FlagValue::parse(value), version: FlagVersion(version), modified_at: Timestamp(5) }
}

fn base(version: u64) -> Base {
    Base::Version { version: FlagVersion(version), modified_at: None }
}

fn driven(kind: Kind, base: Base, events: &[Event]) -> (Switch, Effect) {
    let (mut switch, mut effect) = Switch::begin(plan(kind, base));
    for event in events {
        effect = switch.on(event.clone());
    }
    (switch, effect)
}

fn to_the_put(seen: Flag) -> Vec<Event> {
    vec![Event::IntentRecorded, Event::LeaseTaken { waits_for: None }, Event::FlagRead(seen), Event::PutMarked]
}

fn outcome(events: Vec<Event>) -> Outcome {
    match driven(Kind::Planned, base(31), &events) {
        (_, Effect::RecordOutcome(outcome)) => outcome,
        (switch, effect) => panic!("not settling: {:?} {effect:?}", switch.state()),
    }
}

#[test]
fn the_put_comes_only_after_intent_lease_reread_and_mark_in_this_order() {
    let (mut switch, first) = Switch::begin(plan(Kind::Planned, base(31)));
    let mut effects = vec![first];
    for event in to_the_put(at(31, "blue")) {
        effects.push(switch.on(event));
    }
    assert_eq!(effects, [Effect::RecordIntent, Effect::TakeLease, Effect::ReadFlag, Effect::MarkPut, Effect::Put]);
}

#[test]
fn a_version_that_follows_directly_and_is_read_back_is_landed_and_verified() {
    let mut events = to_the_put(at(31, "blue"));
    events.extend([Event::PutReturned(FlagVersion(32)), Event::FlagRead(at(32, "green"))]);
    assert_eq!(
        outcome(events),
        Outcome::Landed {
            version: FlagVersion(32),
            interleaving: Interleaving::None,
            verification: Verification::Read
        }
    );
}

#[test]
fn a_higher_version_says_that_somebody_wrote_in_between() {
    let mut events = to_the_put(at(31, "blue"));
    events.extend([Event::PutReturned(FlagVersion(34)), Event::FlagRead(at(34, "green"))]);
    assert!(matches!(outcome(events), Outcome::Landed { interleaving: Interleaving::SomebodyWrote, .. }));
}

#[test]
fn a_flag_that_moved_stops_the_switch_before_the_put() {
    let events = vec![Event::IntentRecorded, Event::LeaseTaken { waits_for: None }, Event::FlagRead(at(32, "blue"))];
    assert_eq!(outcome(events), Outcome::Moved { found: at(32, "blue") });
}

#[test]
fn a_reread_that_is_older_than_what_was_confirmed_does_not_say_that_the_flag_moved() {
    let older = Flag::Present {
        value: FlagValue::Color(Color::Green),
        version: FlagVersion(30),
        modified_at: Timestamp(1_000),
    };
    let seen = Base::Version { version: FlagVersion(31), modified_at: Some(Timestamp(600_000)) };
    let events = [Event::IntentRecorded, Event::LeaseTaken { waits_for: None }, Event::FlagRead(older)];
    assert!(matches!(
        driven(Kind::Planned, seen, &events).1,
        Effect::RecordOutcome(Outcome::Refused { refusal: Refusal::Unreadable { .. } })
    ));
    assert_eq!(driven(Kind::Emergency, seen, &events).1, Effect::MarkPut);
}

#[test]
fn a_switch_to_the_live_side_puts_nothing() {
    let events = vec![Event::IntentRecorded, Event::LeaseTaken { waits_for: None }, Event::FlagRead(at(31, "green"))];
    assert_eq!(outcome(events), Outcome::NothingToDo);
}

#[test]
fn without_a_journalled_intent_nothing_happens() {
    let (switch, effect) = driven(Kind::Emergency, base(31), &[Event::StoreFailed("disk full".into())]);
    assert_eq!(effect, Effect::Rest);
    assert!(matches!(switch.state(), State::Settled(Outcome::Refused { refusal: Refusal::StoreAway { .. } })));
}

#[test]
fn a_switch_waits_for_an_unknown_one_unless_it_is_an_emergency() {
    let other = OperationId::new(Timestamp(9), 9);
    let events = [Event::IntentRecorded, Event::LeaseTaken { waits_for: Some(other) }];
    assert_eq!(
        driven(Kind::Planned, base(31), &events).1,
        Effect::RecordOutcome(Outcome::Refused { refusal: Refusal::WaitsFor { operation: other } })
    );
    assert_eq!(driven(Kind::Emergency, base(31), &events).1, Effect::ReadFlag);
}

#[test]
fn stale_reads_after_the_put_are_read_past_and_then_said() {
    let mut events = to_the_put(at(31, "blue"));
    events.push(Event::PutReturned(FlagVersion(32)));
    events.extend(std::iter::repeat_n(Event::FlagRead(at(31, "blue")), 5));
    assert!(matches!(outcome(events), Outcome::Landed { verification: Verification::AnswerOnly { .. }, .. }));
}

#[test]
fn a_put_without_an_answer_is_unknown_until_history_or_the_grace_period_tells() {
    let mut events = to_the_put(at(31, "blue"));
    events.push(Event::PutUnclear("timed out".into()));
    let (mut switch, effect) = driven(Kind::Planned, base(31), &events);
    assert_eq!(effect, Effect::RecordUnknown { cause: "timed out".into() });
    let look = |found, grace_over| Event::Looked { found, grace_over, expired: true };
    assert_eq!(switch.on(look(Found::Nowhere, false)), Effect::Rest);
    assert_eq!(*switch.state(), State::Unknown);
    let mut landed = switch.clone();
    let found = Found::Landed { version: FlagVersion(32), written_at: Timestamp(9) };
    assert!(matches!(
        landed.on(look(found, false)),
        Effect::RecordOutcome(Outcome::Landed { version: FlagVersion(32), .. })
    ));
    assert_eq!(switch.on(look(Found::Nowhere, true)), Effect::RecordOutcome(Outcome::NotLanded));
}

#[test]
fn a_put_that_lands_after_it_was_given_up_corrects_the_record() {
    let mut switch = Switch::recovered(plan(Kind::Planned, base(31)), true, Some(Outcome::NotLanded));
    let found = Found::Landed { version: FlagVersion(32), written_at: Timestamp(9) };
    assert_eq!(
        switch.on(Event::Looked { found, grace_over: true, expired: true }),
        Effect::RecordCorrection { version: FlagVersion(32) }
    );
}

#[test]
fn an_intent_without_a_mark_expires_and_is_never_called_unknown() {
    let mut switch = Switch::recovered(plan(Kind::Planned, base(31)), false, None);
    assert_eq!(switch.on(Event::Looked { found: Found::Nowhere, grace_over: false, expired: false }), Effect::Rest);
    assert_eq!(
        switch.on(Event::Looked { found: Found::Nowhere, grace_over: false, expired: true }),
        Effect::RecordOutcome(Outcome::Expired)
    );
}

#[test]
fn losing_the_race_to_create_a_missing_flag_shows_what_is_there() {
    let events = [
        Event::IntentRecorded,
        Event::LeaseTaken { waits_for: None },
        Event::FlagRead(Flag::Missing),
        Event::PutMarked,
        Event::PutConflicted,
        Event::FlagRead(at(1, "blue")),
    ];
    assert_eq!(
        driven(Kind::Repair, Base::Missing, &events).1,
        Effect::RecordOutcome(Outcome::Moved { found: at(1, "blue") })
    );
}

#[test]
fn losing_the_race_to_create_is_not_called_moved_while_reads_still_show_no_flag() {
    let events = [
        Event::IntentRecorded,
        Event::LeaseTaken { waits_for: None },
        Event::FlagRead(Flag::Missing),
        Event::PutMarked,
        Event::PutConflicted,
        Event::FlagRead(Flag::Missing),
    ];
    assert!(matches!(
        driven(Kind::Repair, Base::Missing, &events).1,
        Effect::RecordOutcome(Outcome::Refused { refusal: Refusal::Rejected { .. } })
    ));
}

#[test]
fn a_created_flag_is_not_called_written_over_by_a_read_of_its_former_life() {
    let events = [
        Event::IntentRecorded,
        Event::LeaseTaken { waits_for: None },
        Event::FlagRead(Flag::Missing),
        Event::PutMarked,
        Event::PutReturned(FlagVersion(1)),
        Event::FlagRead(at(31, "blue")),
    ];
    assert_eq!(driven(Kind::Repair, Base::Missing, &events).1, Effect::ReadFlag);
}

#[test]
fn a_parameter_that_was_deleted_meanwhile_is_said_to_be_made_anew() {
    let mut events = to_the_put(at(31, "blue"));
    events.extend([
        Event::PutReturned(FlagVersion(1)),
        Event::FlagRead(at(31, "blue")),
        Event::FlagRead(at(1, "green")),
    ]);
    assert_eq!(
        outcome(events),
        Outcome::Landed {
            version: FlagVersion(1),
            interleaving: Interleaving::MadeAnew,
            verification: Verification::Read
        }
    );
}
