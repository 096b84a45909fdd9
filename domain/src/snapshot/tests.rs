use super::*;
use crate::{
    FlagValue, Millis,
    history::What,
    preflight::tests::fixture::{self, NOW, in_secs, secs_ago},
    steps::{Step, WatchEnd},
};

/// Blue has been made live five minutes ago, and is watched for ten more.
fn watched(change: impl FnOnce(&mut Following)) -> PairSnapshot {
    let mut following = fixture::watched();
    change(&mut following);
    PairSnapshot { following: Some(following), ..fixture::pair() }
}

fn taken_back(pair: &PairSnapshot, now: Timestamp) -> bool {
    pair.taken_back(Color::Green, now).is_some()
}

#[test]
fn a_switch_is_taken_back_to_where_it_came_from_and_while_it_is_watched() {
    let pair = watched(|_| ());
    assert_eq!(pair.taken_back(Color::Green, NOW).map(|following| following.seq), Some(7));
    assert!(pair.taken_back(Color::Blue, NOW).is_none(), "it is there already");
    assert!(taken_back(&pair, in_secs(599)) && !taken_back(&pair, in_secs(600)));
    let over = |following: &mut Following| {
        following.course.take(NOW, Step::Watched { end: WatchEnd::Red, coverage: None });
    };
    assert!(!taken_back(&watched(over), NOW));
    let mut elsewhere = watched(|_| ());
    fixture::change(&mut elsewhere.flag, |flag| *flag = Flag::Missing);
    assert!(!taken_back(&elsewhere, NOW), "the flag has moved on");
}

#[test]
fn what_nobody_watches_is_taken_back_for_as_long_as_the_watch_would_last() {
    let mut pair = watched(|following| following.course = Course::default());
    pair.policy.watch.lasts = Millis::from_secs(900);
    assert!(taken_back(&pair, in_secs(599)) && !taken_back(&pair, in_secs(600)));
    pair.following.as_mut().expect("one").landed_at = secs_ago(3 * 7 * 86_400);
    assert!(!taken_back(&pair, NOW));
}

#[test]
fn neither_a_revert_nor_a_repair_is_taken_back() {
    let revert = watched(|following| following.reverts = Some(OperationId::new(NOW, 1)));
    assert!(!taken_back(&revert, NOW));
    assert!(!taken_back(&watched(|following| following.kind = Kind::Repair), NOW));
    assert!(taken_back(&watched(|following| following.kind = Kind::Emergency), NOW), "an emergency is");
}

/// The flag says green at version 31. What the journal has read of the parameter's history last, and what happened last.
fn at_31(current: Option<Record>, recent: Vec<Record>) -> PairSnapshot {
    let mut pair = PairSnapshot { current, recent, ..fixture::pair() };
    fixture::change(&mut pair.flag, |flag| {
        *flag = Flag::Present { value: FlagValue::Color(Color::Green), version: FlagVersion(31), modified_at: NOW };
    });
    pair
}

fn by_hand(seq: u64, version: u64) -> Record {
    fixture::record(seq, What::External(fixture::by_hand(version)))
}

fn switched(seq: u64, version: u64) -> Record {
    fixture::record(seq, What::Switch(fixture::landed(version)))
}

#[test]
fn a_version_is_by_the_switch_that_wrote_it_before_the_history_of_the_parameter_tells() {
    let by_teal = switched(8, 31);
    let origin = |pair: &PairSnapshot| pair.origin().map(|record| record.seq);
    assert_eq!(origin(&at_31(Some(by_hand(5, 30)), vec![by_teal.clone()])), Some(8));
    assert_eq!(origin(&at_31(Some(by_teal.clone()), vec![by_teal.clone()])), Some(8));
    assert_eq!(origin(&at_31(None, vec![by_teal.clone()])), Some(8));
    assert_eq!(origin(&at_31(Some(by_hand(9, 31)), vec![by_teal])), Some(9), "what SSM tells counts");
}

#[test]
fn a_version_that_nobody_accounts_for_is_nobodys() {
    let origin = |pair: &PairSnapshot| pair.origin().map(|record| record.seq);
    assert_eq!(origin(&at_31(Some(by_hand(5, 30)), vec![by_hand(5, 30)])), None);
    assert_eq!(origin(&at_31(None, vec![])), None);
    let (by_teal, later) = (switched(8, 31), switched(9, 32));
    assert_eq!(
        origin(&at_31(Some(by_hand(5, 30)), vec![later, by_teal.clone()])),
        None,
        "it was read before the last switch"
    );
    let gone = fixture::record(9, What::Gone { last: Some(FlagVersion(31)) });
    assert_eq!(
        origin(&at_31(Some(by_hand(5, 30)), vec![gone, by_teal])),
        None,
        "that was in another life of the parameter"
    );
}
