//! The checks as a whole: that all is well where all is well, that policy bends what it may, and that what is not known
//! never passes.

mod around;
mod environment;
pub(crate) mod fixture;
mod parity;
mod properties;
mod rules;
mod smoke;

use super::*;
use crate::{FlagValue, FlagVersion, Millis, Reading, flag::Flag, snapshot::LabelOnOldest};
use fixture::{NOW, finds, one, pair, secs_ago, switch_to_green};

#[test]
fn where_all_is_well_every_check_passes_and_says_when_it_was_read() {
    for check in switch_to_green(&pair()) {
        assert_eq!(check.verdict, Verdict::Pass, "{check:?}");
        assert!(check.mend.is_empty() && check.evidence.ends_with('.'), "{check:?}");
        if matches!(check.group, Group::Target | Group::Work | Group::Pair) {
            assert!(check.read_at.is_some(), "{check:?}");
        }
    }
}

#[test]
fn every_check_is_in_the_catalogue_once_and_stands_in_its_order() {
    let names: Vec<String> = switch_to_green(&pair()).into_iter().map(|check| check.name).collect();
    let known: Vec<&str> = catalogue::CATALOGUE.iter().map(|(name, _)| *name).collect();
    // Approval is added by who asks, and the surroundings are told only while nothing of them is looked at.
    let expected: Vec<&str> = known.into_iter().filter(|name| !matches!(*name, "approval" | "surroundings")).collect();
    assert_eq!(names, expected);
    for check in switch_to_green(&pair()) {
        assert_eq!(check.group, group(&check.name));
    }
    for name in catalogue::PARITY {
        assert_eq!(group(name), Group::Pair, "{name}");
    }
}

#[test]
fn every_check_is_described_where_people_look_it_up() {
    let described = include_str!("../../../docs/preflight.md");
    for (name, _) in catalogue::CATALOGUE {
        let row = described.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
        assert!(row.is_some(), "docs/preflight.md has no row for `{name}`");
    }
}

#[test]
fn the_flag_its_label_and_other_switches_are_told() {
    use Verdict::{Block, Warn};
    finds("flag", Block, "has not been read yet", |pair| pair.flag = Reading::default());
    finds("flag", Warn, "last read 31 s ago", |pair| {
        let flag = pair.flag.value().cloned().expect("a flag");
        pair.flag = Reading::good(flag, secs_ago(31));
    });
    let label = |puts_left| LabelOnOldest { version: FlagVersion(1), labels: vec!["keep".into()], puts_left };
    finds("label", Warn, "in 3 more puts", |pair| pair.label = Some(label(3)));
    finds("label", Block, "will refuse the put", |pair| pair.label = Some(label(0)));
    finds("store", Block, "the disk is full", |pair| pair.store.fail("the disk is full", NOW));
    finds("under-way", Warn, "A switch to blue by ana is under way", |pair| pair.open = Some(fixture::open(None)));
    finds("under-way", Block, "is unknown", |pair| pair.open = Some(fixture::open(Some(NOW))));
    finds("under-way", Warn, "is watched until Tue 24 Nov 2026, 12:10 UTC", |pair| {
        pair.following = Some(fixture::watched());
    });
}

#[test]
fn the_return_of_a_watched_switch_is_not_held_up_by_its_own_watch() {
    let mut pair = pair();
    let following = fixture::watched();
    let given = Given { reverts: Some(following.operation), ..fixture::GIVEN };
    pair.following = Some(following);
    let checks = checks(&pair, Color::Green, given, NOW);
    assert_eq!(one(&checks, "under-way").verdict, Verdict::Pass);
}

#[test]
fn policy_raises_and_lowers_what_was_found_and_never_makes_it_pass() {
    let says = |name: &str, verdict, change: fn(&mut PairSnapshot)| {
        let mut pair = pair();
        change(&mut pair);
        pair.policy.says = vec![(name.to_owned(), verdict)];
        one(&switch_to_green(&pair), name).verdict
    };
    let other_class =
        |pair: &mut PairSnapshot| fixture::change(&mut pair.blue, |blue| blue.class = Some("mw1.large".into()));
    assert_eq!(says("class", Verdict::Block, other_class), Verdict::Block);
    assert_eq!(says("class", Verdict::Pass, other_class), Verdict::Warn);
    assert_eq!(says("class", Verdict::Block, |_| ()), Verdict::Pass, "nothing was found");
    let down = |pair: &mut PairSnapshot| {
        fixture::change(&mut pair.green, |green| green.status = "UNAVAILABLE".to_owned().into());
    };
    assert_eq!(says("target", Verdict::Warn, down), Verdict::Warn);
    assert_eq!(says("store", Verdict::Warn, |pair| pair.store.fail("away", NOW)), Verdict::Block);
    assert_eq!(says("flag", Verdict::Warn, |pair| pair.flag = Reading::default()), Verdict::Block);
    let unreadable = |pair: &mut PairSnapshot| fixture::around(pair).green.keys = Reading::default();
    assert_eq!(says("keys", Verdict::Block, unreadable), Verdict::Block, "it could not be made");
}

#[test]
fn the_digest_is_over_names_and_verdicts_alone() {
    let mut all = switch_to_green(&pair());
    let before = digest(&all);
    all[0].evidence = "something else".into();
    all[0].read_at = None;
    assert_eq!(digest(&all), before);
    all[0].verdict = Verdict::Warn;
    assert_ne!(digest(&all), before);
}

#[test]
fn a_check_from_before_there_were_groups_can_still_be_read() {
    let old = r#"{"name":"flag","verdict":"pass","evidence":"The flag says blue.","mend":""}"#;
    let check: Check = serde_json::from_str(old).expect("a check");
    assert_eq!((check.verdict, check.read_at), (Verdict::Pass, None));
}

#[test]
fn a_value_that_names_no_side_warns_and_nothing_blocks_its_repair() {
    for value in [None, Some(FlagValue::Invalid("purple".into()))] {
        let mut pair = fixture::hopeless();
        pair.flag = Reading::good(
            value.map_or(Flag::Missing, |value| Flag::Present { value, version: FlagVersion(9), modified_at: NOW }),
            NOW,
        );
        let checks = checks(&pair, Color::Green, Given::default(), NOW);
        assert_eq!(blocking(&checks), Vec::<String>::new());
        assert_eq!(one(&checks, "flag").verdict, Verdict::Warn);
    }
    assert!(blocking(&checks(&fixture::hopeless(), Color::Green, Given::default(), NOW)).len() > 5);
}

#[test]
fn what_is_old_or_failing_is_shown_as_old_and_what_blocked_goes_on_blocking() {
    finds("class", Verdict::Warn, "Both are mw1.small. That is from 6 min ago", |pair| {
        let blue = pair.blue.value().cloned().expect("blue");
        pair.blue = Reading::good(blue, secs_ago(360));
    });
    finds("airflow", Verdict::Warn, "could not be read. timed out", |pair| {
        fixture::around(pair).green.health.fail("timed out", NOW);
    });
    finds("airflow", Verdict::Block, "scheduler is unhealthy", |pair| {
        fixture::part(pair, "scheduler", Some(false));
        fixture::around(pair).green.health.fail("timed out", NOW + Millis(1));
    });
}
