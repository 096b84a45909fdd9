//! What a second side would add to a platform that has one, and what that would cost.

use super::{Mode, mode::Deployed};
use crate::{
    PairSnapshot,
    cost::{Cents, Good, Group, HOURS, Shape},
};

/// What blue-green would add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// What, and for how much a month, in a sentence.
    pub says: String,
    /// Where the price comes from.
    pub source: String,
}

impl Added {
    pub(super) fn of(pair: &PairSnapshot, deployed: &Deployed) -> Option<Self> {
        if !deployed.one_sided() {
            return None;
        }
        let adds = "Blue-green would add a second environment with a bucket of its own, and the flag by which a switch takes \
                    seconds";
        let unpriced = |why: String| Some(Self { says: format!("{adds}."), source: why });
        let known = deployed.only().and_then(|only| Some((only, pair.side(only).value()?.class.as_deref()?)));
        let Some((only, class)) = known else {
            return unpriced("The class of the environment is not known.".to_owned());
        };
        let estimate = Shape::of(pair, Mode::BlueGreen).estimate(&pair.prices);
        let second = Group::Environment(Some(only.other()));
        let priced =
            estimate.lines.iter().find(|line| line.group == second && matches!(line.good, Good::Environment(_)));
        let Some(priced) = priced.and_then(|line| line.price.as_ref()) else {
            return unpriced(format!("Teal knows no list price of a {class} in {}.", pair.region));
        };
        let about = if estimate.missing().any(|line| line.group == second) { "at least" } else { "about" };
        let Cents(cents) = estimate.of_group(second);
        let assumed = if priced.assumed {
            format!(" It was read for another region than {}.", pair.region)
        } else {
            String::new()
        };
        Some(Self {
            says: format!("{adds}. It would cost {about} ${} a month more.", (cents + 50) / 100),
            source: format!(
                "By AWS's list prices: {class} at ${} an hour for {HOURS} hours ({}, {}), with 5 GB of metadata, 10 GB of logs and \
                 10 GB in S3, without further workers or traffic.{assumed}",
                priced.price, priced.source.title, priced.source.read,
            ),
        })
    }
}
