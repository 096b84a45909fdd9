//! The smoke test of the target.

use super::{
    Given,
    Verdict::{Block, Pass, Warn},
    checks,
    fixture::{GIVEN, NOW, change, finds, one, pair, secs_ago, smoked},
};
use crate::{
    Color, OperationId, PairSnapshot, Reading,
    smoke::{Fate, SmokeResult},
};

fn with(change: impl FnOnce(&mut crate::smoke::Smoked)) -> impl FnOnce(&mut PairSnapshot) {
    move |pair| change(&mut pair.smoke[0])
}

fn fate(fate: Fate) -> impl FnOnce(&mut PairSnapshot) {
    with(|smoked| {
        let (_, end) = smoked.test.end.as_mut().expect("an end");
        end.results = vec![SmokeResult { dag: "load".into(), fate }];
    })
}

#[test]
fn a_good_test_of_the_target_counts_for_a_while() {
    let ended = |secs| with(move |smoked| smoked.test.end.as_mut().expect("an end").0 = secs_ago(secs));
    finds("smoke", Pass, "load ran well on Green 1 h ago, as a rehearsal.", |_| ());
    finds("smoke", Pass, "ran well on Green 1 d ago", |pair| {
        pair.smoke[0].test.end.as_mut().expect("an end").0 = secs_ago(86_400);
        change(&mut pair.green, |green| green.last_update = None);
    });
    finds("smoke", Warn, "last smoke-tested 1 d ago; 1 d are asked for", ended(86_401));
    finds("smoke", Warn, "has not been smoke-tested", |pair| pair.smoke.clear());
    finds("smoke", Warn, "has not been smoke-tested", |pair| pair.smoke[0].test.run.side = Color::Blue);
    finds("smoke", Warn, "was without other", |pair| pair.policy.smoke.dags.push("other".into()));
}

#[test]
fn a_test_before_the_latest_update_proves_nothing() {
    let updated = |at| {
        move |pair: &mut PairSnapshot| {
            change(&mut pair.green, |green| green.last_update.as_mut().expect("an update").created_at = Some(at));
        }
    };
    finds("smoke", Warn, "was updated since, on Tue 24 Nov 2026, 11:50 UTC", updated(secs_ago(600)));
    finds("smoke", Pass, "ran well", updated(secs_ago(3700)));
    finds("smoke", Warn, "whether it was updated since is not known", |pair| pair.green = Reading::default());
}

#[test]
fn what_went_wrong_is_named_with_its_task() {
    finds("smoke", Warn, "load failed in the task extract.", fate(Fate::Failed { task: Some("extract".into()) }));
    finds("smoke", Warn, "load had not ended in time: it was queued.", fate(Fate::TimeOver { state: "queued".into() }));
    finds("smoke", Warn, "load did nothing", fate(Fate::Skipped));
    finds("smoke", Warn, "load did not run: refused", fate(Fate::NotRun { because: "refused".into() }));
    finds("smoke", Warn, "begun by ana 1 h 1 min ago, is under way", with(|smoked| smoked.test.end = None));
}

#[test]
fn it_is_asked_for_only_where_policy_names_dags_and_blocks_only_where_policy_says_so() {
    let mut none = pair();
    none.policy.smoke.dags.clear();
    assert!(checks(&none, Color::Green, GIVEN, NOW).iter().all(|check| check.name != "smoke"));
    let mut strict = pair();
    strict.smoke.clear();
    strict.policy.says = vec![("smoke".into(), Block)];
    assert_eq!(one(&checks(&strict, Color::Green, GIVEN, NOW), "smoke").verdict, Block);
    let back = Given { reverts: Some(OperationId::new(NOW, 1)), ..GIVEN };
    assert_eq!(one(&checks(&strict, Color::Green, back, NOW), "smoke").verdict, Pass, "a return is not held up");
    strict.smoke = vec![smoked()];
    assert_eq!(one(&checks(&strict, Color::Green, GIVEN, NOW), "smoke").verdict, Pass);
}
