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

const BEFORE: Before<'_> = Before { failed: None, ringing: None, flipped: LANDED };

fn found(policy: &Policy, seen: Seen<'_>, before: Before<'_>, seconds: i64) -> Vec<(String, String)> {
    let red = red(policy, seen, before, LANDED, later(seconds));
    red.into_iter().map(|red| (red.what, red.because)).collect()
}

#[test]
fn a_guard_is_red_that_did_not_ring_at_the_flip_or_rings_anew() {
    let rings = |alarm: Alarm, ringing: Option<&[Rang]>| {
        found(&guarded(), Seen { alarms: &[alarm], ..Seen::default() }, Before { ringing, ..BEFORE }, 60)
    };
    let red = rings(alarm(AlarmState::Alarm, later(30)), Some(&[]));
    assert_eq!(red, [("guard errors".to_owned(), "The guard errors is in alarm: too many".to_owned())]);
    // By its name, whatever the clocks say.
    assert_eq!(rings(alarm(AlarmState::Alarm, later(-120)), Some(&[])).len(), 1);
    let rang = [Rang { alarm: "errors".into(), since: Some(later(-30)) }];
    assert_eq!(rings(alarm(AlarmState::Alarm, later(-30)), Some(&rang)), []);
    assert_eq!(rings(alarm(AlarmState::Alarm, later(50)), Some(&rang)).len(), 1, "it was quiet in between");
    assert_eq!(rings(alarm(AlarmState::NoData, later(30)), Some(&[])), []);
    assert_eq!(rings(alarm(AlarmState::Missing, later(30)), Some(&[])), []);
}

#[test]
fn where_nobody_knows_what_rang_at_the_flip_two_moments_of_aws_are_compared() {
    let rings = |since| {
        let alarm = alarm(AlarmState::Alarm, since);
        found(&guarded(), Seen { alarms: &[alarm], ..Seen::default() }, Before { flipped: later(-120), ..BEFORE }, 60)
            .len()
    };
    assert_eq!((rings(later(-121)), rings(later(-119)), rings(later(30))), (0, 1, 1));
}

#[test]
fn words_of_an_alarm_that_would_hide_others_are_cleaned() {
    let alarm = Alarm { reason: "too\u{202E} many\u{1b}[2K".into(), ..alarm(AlarmState::Alarm, later(30)) };
    let red = found(&guarded(), Seen { alarms: &[alarm], ..Seen::default() }, BEFORE, 60);
    assert_eq!(red[0].1, "The guard errors is in alarm: too many[2K");
}

#[test]
fn what_could_not_be_read_is_not_red() {
    assert_eq!(found(&guarded(), Seen::default(), BEFORE, 600), []);
}

#[test]
fn an_airflow_that_does_not_answer_for_five_minutes_and_an_environment_that_is_down_are_red() {
    let silent = |seconds| Seen { silent: Some((Millis::from_secs(seconds), "timed out")), ..Seen::default() };
    assert_eq!(found(&guarded(), silent(300), BEFORE, 600), []);
    let red = found(&guarded(), silent(301), BEFORE, 600);
    let because = "The Airflow of the new side has not answered for 5 minutes: timed out";
    assert_eq!(red, [("airflow".to_owned(), because.to_owned())]);
    for (word, count) in [("UNAVAILABLE", 1), ("UPDATING", 0), ("AVAILABLE", 0), ("SOMETHING_NEW", 0)] {
        let status = EnvironmentStatus::from(word.to_owned());
        let seen = Seen { environment: Some(&status), ..Seen::default() };
        assert_eq!(found(&guarded(), seen, BEFORE, 60).len(), count, "{word}");
    }
}

#[test]
fn a_scheduler_is_red_when_it_is_unhealthy_or_silent_for_five_minutes() {
    let parts = [part("scheduler", false), part("triggerer", false)];
    let seen = Seen { parts: Some(&parts), ..Seen::default() };
    let red = found(&guarded(), seen, BEFORE, 10);
    assert_eq!(red, [("scheduler".to_owned(), "The scheduler of the new side is unhealthy.".to_owned())]);
    let silent = Seen { heartbeat: Some(None), ..Seen::default() };
    assert_eq!(found(&guarded(), silent, BEFORE, 300), [], "it is given its time");
    assert_eq!(found(&guarded(), silent, BEFORE, 301).len(), 1);
    let alive = Seen { heartbeat: Some(Some(later(300))), ..Seen::default() };
    assert_eq!(found(&guarded(), alive, BEFORE, 301), []);
}

#[test]
fn more_failures_than_before_and_the_allowance_are_red() {
    let of = |failures| {
        let seen = Seen { failures: Some(failures), ..Seen::default() };
        found(&Policy::default(), seen, Before { failed: Some(2), ..BEFORE }, 60).len()
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
