//! What is met, what is not, and what was not checked.

use super::{Finding, Group, Verdict, of};
use crate::{
    Color, Flag, PairSnapshot, Reading,
    history::What,
    preflight::tests::fixture::{NOW, by_hand, change, in_secs, record, secs_ago},
    topology::{
        Topology,
        tests::{alter, blue_green, full_ha, one_sided, platform, setup},
    },
};

fn all(pair: &PairSnapshot) -> Vec<Finding> {
    of(pair, &Topology::of(pair, NOW), NOW)
}

/// A platform that is prepared for everything that is looked at.
fn prepared() -> PairSnapshot {
    let mut pair = full_ha();
    for color in Color::BOTH {
        setup(&mut pair, color, |setup| {
            setup.web_access = Some("PRIVATE_ONLY".into());
            setup.kms_key = Some(format!("arn:aws:kms:us-east-2:1:key/{color}"));
        });
    }
    pair.current = Some(record(7, What::External(by_hand(9))));
    pair
}

#[track_caller]
fn finding(pair: &PairSnapshot, group: Group, what: &str) -> Finding {
    let all = all(pair);
    let found = all.iter().find(|finding| finding.group == group && finding.what == what);
    found.unwrap_or_else(|| panic!("no {what} in {group:?}: {all:#?}")).clone()
}

#[track_caller]
fn says(pair: &PairSnapshot, (group, what): (Group, &str), verdict: &str, because: &str) {
    let found = finding(pair, group, what);
    let is = match found.verdict {
        Verdict::Met => "met",
        Verdict::NotMet { .. } => "not met",
        Verdict::NotChecked => "not checked",
    };
    assert_eq!(is, verdict, "{found:?}");
    assert!(found.because.contains(because), "{found:?}");
}

#[test]
fn a_platform_that_is_prepared_meets_all_of_it_in_the_order_of_the_groups() {
    let all = all(&prepared());
    assert!(all.iter().all(|finding| finding.verdict == Verdict::Met), "{all:#?}");
    let mut groups: Vec<Group> = all.iter().map(|finding| finding.group).collect();
    assert!(groups.is_sorted(), "{groups:?}");
    groups.dedup();
    assert_eq!(groups, Group::ALL);
    assert!(all.iter().all(|finding| finding.read_at.is_some()), "{all:#?}");
}

#[test]
fn each_thing_that_is_missing_is_told_with_what_mends_it() {
    let (database, bucket) = ("Lineage database", "Green bucket");
    let mut pair = prepared();
    alter(&mut platform(&mut pair).database, |database| {
        (database.encrypted, database.protected, database.backup_days) = (Some(false), Some(false), Some(0));
    });
    alter(&mut platform(&mut pair).secret, |secret| secret.rotates = Some(false));
    alter(&mut platform(&mut pair).balancer, |balancer| balancer.internal = false);
    change(&mut platform(&mut pair).green_bucket, |bucket| bucket.versioned = Some(false));
    setup(&mut pair, Color::Blue, |setup| setup.web_access = Some("PUBLIC_ONLY".into()));
    for (at, because) in [
        ((Group::Encryption, database), "not encrypted"),
        ((Group::Deletion, database), "One call deletes it"),
        ((Group::Backups, database), "No backups"),
        ((Group::Backups, bucket), "keeps no versions"),
        ((Group::Secrets, "Database secret"), "Nothing rotates it"),
        ((Group::Reach, "Load balancer"), "from the internet"),
        ((Group::Reach, "Blue environment"), "from the internet"),
    ] {
        says(&pair, at, "not met", because);
    }
    let met = all(&pair).iter().filter(|finding| finding.verdict == Verdict::Met).count();
    assert_eq!(met, all(&pair).len() - 7, "nothing else turned");
}

#[test]
fn what_an_answer_leaves_out_is_not_checked_and_never_met() {
    let mut pair = prepared();
    alter(&mut platform(&mut pair).database, |database| {
        (database.encrypted, database.protected, database.backup_days) = (None, None, None);
    });
    alter(&mut platform(&mut pair).secret, |secret| secret.rotates = None);
    change(&mut platform(&mut pair).blue_bucket, |bucket| (bucket.versioned, bucket.encrypted) = (None, None));
    setup(&mut pair, Color::Green, |setup| setup.web_access = None);
    let not = all(&pair).into_iter().filter(|finding| finding.verdict == Verdict::NotChecked);
    let not: Vec<(Group, &str)> = not.map(|finding| (finding.group, finding.what)).collect();
    assert_eq!(
        not,
        [
            (Group::Encryption, "Blue bucket"),
            (Group::Encryption, "Lineage database"),
            (Group::Backups, "Blue bucket"),
            (Group::Backups, "Lineage database"),
            (Group::Deletion, "Lineage database"),
            (Group::Secrets, "Database secret"),
            (Group::Reach, "Green environment"),
        ]
    );
}

#[test]
fn what_was_read_too_long_ago_or_may_not_be_read_is_not_checked_with_the_reason() {
    let pair = prepared();
    let later = in_secs(3600);
    let old = of(&pair, &Topology::of(&pair, later), later);
    assert!(old.iter().all(|finding| finding.verdict == Verdict::NotChecked), "{old:#?}");
    assert!(old.iter().any(|finding| finding.because == "What was read is too old."), "{old:#?}");
    let mut pair = prepared();
    platform(&mut pair).secret = Reading::default();
    platform(&mut pair).secret.fail("secretsmanager:DescribeSecret is not allowed.", secs_ago(9));
    says(&pair, (Group::Secrets, "Database secret"), "not checked", "secretsmanager:DescribeSecret");
}

#[test]
fn what_both_sides_share_is_judged_once_by_the_topology() {
    let mut pair = prepared();
    for color in Color::BOTH {
        setup(&mut pair, color, |setup| {
            setup.execution_role = Some("arn:aws:iam::1:role/both".into());
            setup.kms_key = Some("arn:aws:kms:us-east-2:1:key/both".into());
        });
    }
    says(&pair, (Group::Separation, "Execution roles"), "not met", "role/both");
    says(&pair, (Group::Separation, "Encryption keys"), "not met", "key/both");
    says(&pair, (Group::Separation, "Buckets"), "met", "a bucket of its own");
    let topology = Topology::of(&pair, NOW);
    for finding in all(&pair).iter().filter(|finding| finding.group == Group::Separation) {
        assert_eq!(topology.risk(finding.what).map(|risk| &risk.because), Some(&finding.because));
    }
}

#[test]
fn of_a_part_that_is_not_there_nothing_is_said_and_one_side_has_nothing_to_be_apart_from() {
    let pair = one_sided(blue_green(), "Standard");
    let all = all(&pair);
    let about: Vec<&str> = all.iter().map(|finding| finding.what).collect();
    for absent in ["Green environment", "Green bucket", "Lineage database", "Database secret", "Load balancer"] {
        assert!(!about.contains(&absent), "{absent}: {about:?}");
    }
    assert!(all.iter().all(|finding| finding.group != Group::Separation), "{all:#?}");
}

#[test]
fn the_flags_history_is_kept_where_the_journal_has_its_version() {
    let history = (Group::Backups, "The flag's history");
    let mut pair = prepared();
    says(&pair, history, "met", "Version 9 stands in the journal.");
    pair.current = None;
    says(&pair, history, "not checked", "does not stand in the journal yet");
    pair.flag = Reading::good(Flag::Missing, secs_ago(1));
    says(&pair, history, "not checked", "no parameter");
    pair.store.fail("the disk is full.", secs_ago(5));
    says(&pair, history, "not met", "the disk is full.");
}
