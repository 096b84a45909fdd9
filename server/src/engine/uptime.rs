//! Writes down, each minute, what is up: from what the pollers have read anyway. Nobody is asked for it.

use std::{sync::Arc, time::Duration};

use teal_domain::{Millis, PairId, Timestamp, availability};

use super::{Engine, Settings, watch};
use crate::store::StoreError;

/// How often it is written down.
const EVERY: Duration = Duration::from_secs(60);
/// The pollers have read everything once by then.
const FIRST: Duration = Duration::from_secs(15);
/// Three looks that did not happen are a gap: for that time nobody can tell.
pub const GAP: Millis = Millis::from_secs(180);
/// A reading of this age is young, however often it is read.
const YOUNG: Duration = Duration::from_secs(60);

/// Until the process ends.
pub(super) async fn keep(engine: Arc<Engine>) {
    tokio::time::sleep(FIRST).await;
    loop {
        // That the store is away is told by its own poller; the time until it is back is not observed.
        if let Err(error) = engine.observe(engine.clock.now()).await {
            tracing::debug!(%error, "what was observed could not be written down");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// How old readings may be: three polls.
fn fresh(settings: &Settings, pairs: usize) -> availability::Fresh {
    let three = |every: Duration| {
        let span = (every * 3).max(YOUNG);
        Millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    };
    availability::Fresh {
        flag: three(watch::interval(settings.flag_interval, pairs)),
        environments: three(settings.environment_interval),
        surroundings: three(settings.surroundings_interval),
    }
}

impl Engine {
    /// Writes down what can be told of every pair now.
    pub async fn observe(&self, now: Timestamp) -> Result<(), StoreError> {
        let (snapshot, fresh) = (self.board.snapshot(), fresh(&self.settings, self.pairs.len()));
        let of = |pair: &Arc<teal_domain::PairSnapshot>| -> Vec<(PairId, availability::Observation)> {
            availability::observe(pair, fresh, now).into_iter().map(|seen| (pair.id.clone(), seen)).collect()
        };
        let seen: Vec<_> = snapshot.pairs.iter().flat_map(of).collect();
        self.store.observe(&seen, now, GAP).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_may_be_three_polls_old_and_a_minute_in_any_case() {
        let settings = Settings {
            flag_interval: Duration::from_secs(2),
            environment_interval: Duration::from_secs(30),
            surroundings_interval: Duration::from_secs(60),
            grace: Duration::ZERO,
            spool: None,
        };
        let fresh = fresh(&settings, 1);
        let seconds = [fresh.flag, fresh.environments, fresh.surroundings].map(Millis::as_secs);
        assert_eq!(seconds, [60, 90, 180]);
    }
}
