//! The calendar, the wait, the proof and the ticket.

use super::{
    Check, Given,
    Verdict::{Block, Pass, Warn},
    checks,
    fixture::{self, GIVEN, NOW, finds, freeze, in_secs, one, pair, secs_ago},
};
use crate::{Color, Flag, Millis, OperationId, PairSnapshot, Reading, policy::ChangeRefRule};
use std::sync::Arc;

fn made(pair: &PairSnapshot, given: Given<'_>, name: &str) -> Check {
    one(&checks(pair, Color::Green, given, NOW), name).clone()
}

fn back() -> Given<'static> {
    Given { reverts: Some(OperationId::new(NOW, 1)), ..GIVEN }
}

#[test]
fn a_freeze_blocks_and_says_why_and_when_it_opens() {
    let says = "Closed because of month end; opens Tue 24 Nov 2026, 13:00 UTC.";
    finds("freeze", Block, says, |pair| pair.freezes = Arc::new([freeze(3600)]));
    finds("freeze", Pass, "No freeze is near", |_| ());
    finds("freeze", Pass, "Open until Tue 24 Nov 2026, 13:00 UTC; then closed because of month end.", |pair| {
        let mut later = freeze(7200);
        later.from = in_secs(3600);
        pair.freezes = Arc::new([later]);
    });
}

#[test]
fn so_much_time_must_lie_between_two_switches() {
    let moved = |secs| move |pair: &mut PairSnapshot| pair.live_since = Some(secs_ago(secs));
    finds("anti-flap", Block, "last moved 29 min ago, and 30 min must lie", moved(1799));
    finds("anti-flap", Pass, "last moved 30 min ago", moved(1800));
    let mut free = pair();
    free.policy.anti_flap = None;
    assert!(checks(&free, Color::Green, GIVEN, NOW).iter().all(|check| check.name != "anti-flap"));
}

#[test]
fn a_switch_that_landed_a_moment_ago_counts_before_its_version_is_read_back() {
    finds("anti-flap", Block, "last moved 5 min ago", |pair| pair.following = Some(fixture::watched()));
}

#[test]
fn while_the_journal_is_unread_the_flag_itself_tells_when_it_was_written() {
    finds("anti-flap", Pass, "last written 1 d ago; 30 min are asked for", |pair| pair.live_since = None);
    finds("anti-flap", Warn, "last written 29 min ago. Whether that moved it is not known", |pair| {
        pair.live_since = None;
        written(pair, 1799);
    });
    finds("anti-flap", Pass, "no flag that could", |pair| {
        pair.live_since = None;
        pair.flag = Reading::good(Flag::Missing, secs_ago(1));
    });
}

fn written(pair: &mut PairSnapshot, secs: u64) {
    fixture::change(&mut pair.flag, |flag| {
        if let Flag::Present { modified_at, .. } = flag {
            *modified_at = secs_ago(secs);
        }
    });
}

#[test]
fn a_good_switch_elsewhere_counts_for_a_while_and_what_counts_is_said() {
    let given = |days: u64| Given { proof: Some(NOW - Millis::from_secs(days * 86_400)), ..GIVEN };
    let good = made(&pair(), given(30), "proven-on");
    assert_eq!(good.verdict, Pass);
    assert!(good.evidence.contains("dev was switched and found good 30 d ago"), "{good:?}");
    let old = made(&pair(), given(31), "proven-on");
    assert_eq!(old.verdict, Warn);
    assert!(old.evidence.contains("the last one was 31 d ago. What counts is a planned switch there"), "{old:?}");
    let mut strict = pair();
    strict.policy.proven_on.as_mut().expect("a rule").otherwise = Block;
    let none = made(&strict, Given { proof: None, ..GIVEN }, "proven-on");
    assert_eq!(none.verdict, Block);
    assert!(none.evidence.contains("none is known"), "{none:?}");
}

#[test]
fn a_change_must_be_named_where_policy_asks_for_one() {
    let missing = made(&pair(), GIVEN, "change-ref");
    assert_eq!(missing.verdict, Block);
    assert!(missing.evidence.contains("reads like CHG[0-9]{7}"), "{missing:?}");
    finds("change-ref", Pass, "It belongs to CHG0004711.", |_| ());
    let mut free = pair();
    free.policy.change_ref = ChangeRefRule::default();
    assert!(checks(&free, Color::Green, GIVEN, NOW).iter().all(|check| check.name != "change-ref"));
}

#[test]
fn what_holds_up_new_plans_holds_up_no_return() {
    let mut held = fixture::hopeless();
    held.policy.proven_on.as_mut().expect("a rule").otherwise = Block;
    for name in ["freeze", "anti-flap", "proven-on", "change-ref"] {
        let nothing = Given::default();
        assert_eq!(made(&held, nothing, name).verdict, Block, "{name}");
        assert_eq!(made(&held, Given { proof: None, ..back() }, name).verdict, Pass, "{name}");
    }
    assert_eq!(made(&held, back(), "target").verdict, Block, "a side that is down is down");
}
