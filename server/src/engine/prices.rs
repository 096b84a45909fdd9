//! List prices from the AWS Price List, where config lets it be asked: once a day for each region that a pair is in, and of
//! what the pairs there are made of. Where it tells nothing, what was known before stays.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use teal_domain::{
    PairSnapshot, Timestamp,
    cost::{Good, Listed, Prices, Shape},
    time::Day,
    topology::Mode,
};
use tokio::time::sleep;

use super::{Engine, Pair};
use crate::aws::AwsError;

/// How often it is looked whether a region is due.
const EVERY: Duration = Duration::from_secs(60);
/// Until the pairs have been looked at for the first time, nobody knows what they are made of.
const FIRST: Duration = Duration::from_secs(20);
/// What was told is good for a day; what was not is asked for again in an hour.
const DAY: i64 = 86_400_000;
const AGAIN: i64 = 3_600_000;

/// What was asked last of each region.
#[derive(Debug, Default)]
pub struct Asked(BTreeMap<String, Last>);

#[derive(Debug)]
struct Last {
    at: Timestamp,
    well: bool,
    goods: BTreeSet<Good>,
}

impl Asked {
    /// Whether a region is due: never asked, long ago, or there is something there now that was not asked for.
    fn is_due(&self, region: &str, goods: &BTreeSet<Good>, now: Timestamp) -> bool {
        let Some(last) = self.0.get(region) else { return !goods.is_empty() };
        let age = now.0 - last.at.0;
        age < 0 || age >= if last.well { DAY } else { AGAIN } || (last.well && !goods.is_subset(&last.goods))
    }
}

/// Asks what is due, until the process ends. Nothing is begun where config does not turn it on.
pub(super) async fn keep(engine: Arc<Engine>) {
    if engine.pairs.iter().all(|pair| pair.ports.prices.is_none()) {
        return;
    }
    let mut asked = Asked::default();
    sleep(FIRST).await;
    loop {
        engine.ask_prices(&mut asked).await;
        sleep(EVERY).await;
    }
}

impl Engine {
    /// Asks for the list prices of the regions that are due.
    pub async fn ask_prices(&self, asked: &mut Asked) {
        let mut regions: BTreeMap<&str, Vec<&Arc<Pair>>> = BTreeMap::new();
        for pair in self.pairs.iter().filter(|pair| pair.ports.prices.is_some()) {
            regions.entry(&pair.config.region).or_default().push(pair);
        }
        for (region, pairs) in regions {
            let (snapshot, now) = (self.board.snapshot(), self.clock.now());
            let goods: BTreeSet<Good> =
                pairs.iter().filter_map(|pair| snapshot.pair(pair.id())).flat_map(made_of).collect();
            if !asked.is_due(region, &goods, now) {
                continue;
            }
            let told = self.told(region, pairs[0], &goods).await;
            asked.0.insert(region.to_owned(), Last { at: now, well: told.is_ok(), goods });
            for pair in pairs {
                self.board.update(pair.id(), now, |known| known.prices = Arc::new(taken(&known.prices, &told)));
            }
        }
    }

    async fn told(&self, region: &str, pair: &Pair, goods: &BTreeSet<Good>) -> Result<Listed, AwsError> {
        let Some(port) = &pair.ports.prices else {
            return Ok(Listed { region: region.to_owned(), read: Day::of(self.clock.now()), prices: Vec::new() });
        };
        let goods: Vec<Good> = goods.iter().cloned().collect();
        let prices = pair.calls.counting(port.prices(region, &goods)).await.inspect_err(|error| {
            tracing::warn!(region, %error, "the Price List told nothing: what is known stays");
        })?;
        tracing::info!(region, asked = goods.len(), told = prices.len(), "list prices were read from the Price List");
        Ok(Listed { region: region.to_owned(), read: Day::of(self.clock.now()), prices })
    }
}

/// What a pair is made of in any mode, as far as it is known.
fn made_of(pair: &PairSnapshot) -> BTreeSet<Good> {
    let estimates = Mode::ALL.map(|mode| Shape::of(pair, mode).estimate(&pair.prices));
    estimates.into_iter().flat_map(|estimate| estimate.lines).map(|line| line.good).collect()
}

fn taken(known: &Prices, told: &Result<Listed, AwsError>) -> Prices {
    match told {
        Ok(listed) => known.with_listed(listed),
        Err(error) => known.without_list(&error.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_asked_once_a_day_again_in_an_hour_where_it_told_nothing_and_at_once_for_what_is_new() {
        let goods = |goods: &[Good]| goods.iter().cloned().collect::<BTreeSet<_>>();
        let (nat, both) = (goods(&[Good::Nat]), goods(&[Good::Nat, Good::Balancer]));
        let mut asked = Asked::default();
        let due = |asked: &Asked, goods: &BTreeSet<Good>, at: i64| asked.is_due("us-east-2", goods, Timestamp(at));
        assert!(!due(&asked, &BTreeSet::new(), 0), "nothing is known of what is there");
        assert!(due(&asked, &nat, 0));
        asked.0.insert("us-east-2".into(), Last { at: Timestamp(0), well: true, goods: nat.clone() });
        assert!(!due(&asked, &nat, DAY - 1) && due(&asked, &nat, DAY));
        assert!(due(&asked, &both, 1), "something is there that was not asked for");
        asked.0.insert("us-east-2".into(), Last { at: Timestamp(0), well: false, goods: nat.clone() });
        assert!(!due(&asked, &both, AGAIN - 1) && due(&asked, &nat, AGAIN));
        assert!(due(&asked, &nat, -1), "a clock that was set back does not hold it up");
    }
}
