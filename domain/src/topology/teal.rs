//! Teal itself: what takes the platform down may take it along, and with it what one would switch by. DAGs do not need it.

use super::{listed, together::Risk};
use crate::{
    PairSnapshot, Timestamp,
    home::{Kept, SignIn},
};

/// How long the store may go unasked: it is asked more often than that.
const STORE_IS_OLD_AFTER: crate::Millis = crate::Millis::from_secs(5 * 60);

/// Teal, its store and its sign-in, in this order.
pub(super) fn of(pair: &PairSnapshot, now: Timestamp) -> Vec<Risk> {
    vec![teal(pair), store(pair, now), sign_in(pair)]
}

fn teal(pair: &PairSnapshot) -> Risk {
    let (what, here) = ("Teal", &pair.region);
    let needs = "No DAG needs it: DAGs ask the flag.";
    match &pair.home.region {
        Some(region) if region == here => Risk::found(
            what,
            format!("It runs in {region}, as the platform does. {needs}"),
            "Have the AWS command line and the lines that the guide prints for it on a machine elsewhere.",
        ),
        Some(region) => Risk::fine(what, format!("It runs in {region}, and the platform in {here}. {needs}")),
        None => Risk::not_checked(
            what,
            format!("Where it runs is not known to it. {needs} Write the region into teal.toml: runs_in = \"…\"."),
        ),
    }
}

fn store(pair: &PairSnapshot, now: Timestamp) -> Risk {
    let what = "Teal's store";
    let mend = "Copy it to another place now and then (docs/runbook.md). While it is away, the emergency command line \
                records to a file.";
    if let Some(error) = pair.store.error() {
        return Risk::found(what, format!("It cannot be written just now. {}", error.message), mend);
    }
    let asked = if pair.store.age(now).is_some_and(|age| age <= STORE_IS_OLD_AFTER) {
        "It can be written just now."
    } else {
        "Whether it can be written is not known."
    };
    match pair.home.store {
        Kept::File => Risk::found(
            what,
            format!("It is a file on the machine that Teal runs on: the two go down together. {asked}"),
            mend,
        ),
        Kept::NotTold => Risk::not_checked(what, format!("Where it is kept is not known. {asked}")),
    }
}

fn sign_in(pair: &PairSnapshot) -> Risk {
    let (what, here) = ("Teal's sign-in", pair.region.as_str());
    // All that is on the way in must stand, so one that stands here decides, and one that nobody can place leaves it open.
    let (who, places) = match &pair.home.sign_in {
        SignIn::NotTold => return Risk::not_checked(what, "Where people sign in is not known."),
        SignIn::Nobody => return Risk::fine(what, "Nobody signs in: whoever is at Teal's machine may do everything."),
        SignIn::Provider { host, region } => (format!("People sign in at {host}"), vec![region.as_deref()]),
        SignIn::Balancer { region, host, provider } => (
            format!("People sign in at a load balancer, and behind it at {host}"),
            vec![region.as_deref(), provider.as_deref()],
        ),
    };
    if places.contains(&Some(here)) {
        return Risk::found(
            what,
            format!("{who}. That stands in {here}, as the platform does."),
            "The command line does without it: it goes by the caller's AWS credentials.",
        );
    }
    match places.into_iter().collect::<Option<Vec<&str>>>() {
        Some(known) => {
            Risk::fine(what, format!("{who}. That stands in {}, and the platform in {here}.", listed(&known)))
        }
        None => {
            Risk::not_checked(what, format!("{who}. Where that stands its address does not tell: ask whoever runs it."))
        }
    }
}
