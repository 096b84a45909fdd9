use super::*;
use crate::policy::Guard;

const LANDED: Timestamp = Timestamp(1_000_000);

fn later(seconds: i64) -> Timestamp {
    Timestamp(LANDED.0 + seconds * 1000)
}

fn guarded() -> Policy {
    let guard = Guard { alarm: "errors".into(), before: true, after: true, runbook_url: None };
    Policy { guards: vec![guard], ..Policy::default() }
}

fn alarm(state: AlarmState, since: Timestamp) -> Alarm {
    Alarm { name: "errors".into(), state, since: Some(since), reason: "too many".into() }
}

fn part(name: &str, healthy: bool) -> Part {
    Part { name: name.into(), healthy: Some(healthy), heartbeat: None }
}

fn well() -> Vec<Part> {
    vec![part("metadatabase", true), part("scheduler", true)]
}

#[test]
fn a_guard_that_went_into_alarm_after_the_flip_is_red_and_one_from_before_is_not() {
    let red_with =
        |alarm: Alarm| red(&guarded(), Seen { alarms: &[alarm], ..Seen::default() }, None, LANDED, later(60));
    let found = red_with(alarm(AlarmState::Alarm, later(30)));
    assert_eq!((&*found[0].what, &*found[0].because), ("guard errors", "The guard errors is in alarm: too many"));
    assert!(red_with(alarm(AlarmState::Alarm, later(-30))).is_empty());
    assert!(red_with(alarm(AlarmState::NoData, later(30))).is_empty());
}

#[test]
fn what_could_not_be_read_is_not_red() {
    assert!(red(&guarded(), Seen::default(), None, LANDED, later(600)).is_empty());
}

#[test]
fn a_scheduler_is_red_when_it_is_unhealthy_or_silent_for_five_minutes() {
    let parts = [part("scheduler", false), part("triggerer", false)];
    let seen = Seen { parts: Some(&parts), ..Seen::default() };
    let found = red(&guarded(), seen, None, LANDED, later(10));
    assert_eq!(
        found.iter().map(|red| &*red.because).collect::<Vec<_>>(),
        ["The scheduler of the new side is unhealthy."]
    );
    let silent = Seen { heartbeat: Some(None), ..Seen::default() };
    assert!(red(&guarded(), silent, None, LANDED, later(300)).is_empty(), "it is given its time");
    assert_eq!(red(&guarded(), silent, None, LANDED, later(301)).len(), 1);
    let alive = Seen { heartbeat: Some(Some(later(300))), ..Seen::default() };
    assert!(red(&guarded(), alive, None, LANDED, later(301)).is_empty());
}

#[test]
fn more_failures_than_before_and_the_allowance_are_red() {
    let of = |failures| {
        let seen = Seen { failures: Some(failures), ..Seen::default() };
        red(&Policy::default(), seen, Some(2), LANDED, later(60)).len()
    };
    assert_eq!((of(5), of(6)), (0, 1));
}

#[test]
fn teal_takes_back_only_towards_a_side_that_is_known_to_be_healthy() {
    let parts = well();
    let healthy = OtherSide { available: true, parts: Some(&parts) };
    assert_eq!(held(Kind::Planned, false, healthy), None);
    for (kind, revert, other) in [
        (Kind::Emergency, false, healthy),
        (Kind::Repair, false, healthy),
        (Kind::Planned, true, healthy),
        (Kind::Planned, false, OtherSide { available: false, ..healthy }),
        (Kind::Planned, false, OtherSide { parts: None, ..healthy }),
        (Kind::Planned, false, OtherSide { parts: Some(&[]), ..healthy }),
        (
            Kind::Planned,
            false,
            OtherSide { parts: Some(&[part("metadatabase", true), part("scheduler", false)]), ..healthy },
        ),
    ] {
        assert!(held(kind, revert, other).is_some(), "{kind:?} {revert} {other:?}");
    }
}
