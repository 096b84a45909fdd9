//! What was denied lately, on its way to the store: whoever is refused does not wait for the disk, and cannot
//! make it busy.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use teal_domain::{
    Actor, PairId,
    denial::{Denial, Wanted},
};

use super::Engine;
use crate::{
    request,
    store::{Store, StoreError},
};

/// Between two times that it is written.
const EVERY: Duration = Duration::from_secs(1);
/// What waits is little, however many are refused. What comes above that is in the log only.
const MOST: usize = 1_000;
/// Of a place or a reason, this many characters are kept.
const LONGEST: usize = 300;

/// What waits to be written.
#[derive(Debug, Default)]
pub struct Denials(Mutex<Vec<Denial>>);

impl Denials {
    /// Takes one.
    pub fn note(&self, denial: Denial) {
        tracing::warn!(
            target: "teal::denied",
            who = %denial.who,
            via = denial.who.via.as_str(),
            wanted = denial.wanted.as_str(),
            pair = denial.pair.as_ref().map(tracing::field::display),
            place = denial.place,
            id = denial.request,
            why = denial.why,
            "denied"
        );
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.iter().position(|other| other.is_like(&denial)) {
            Some(same) => waiting[same].take(denial),
            None if waiting.len() < MOST => waiting.push(denial),
            None => {}
        }
    }

    /// Writes down what waits. What cannot be written waits on.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let taken = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let written = store.record_denials(&taken).await;
        if written.is_err() {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let later = std::mem::replace(&mut *waiting, taken);
            let room = MOST.saturating_sub(waiting.len());
            waiting.extend(later.into_iter().take(room));
        }
        written
    }
}

impl Engine {
    /// Somebody wanted something and did not get it. Where, and why, is kept no longer than a line.
    pub fn deny(&self, who: &Actor, wanted: Wanted, pair: Option<&PairId>, place: &str, why: impl Into<String>) {
        let now = self.clock.now();
        // A name that no pair has is one of thousands that somebody tries.
        let pair = pair.filter(|pair| self.pair(pair).is_some()).cloned();
        let short = |text: &str| text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        self.denials.note(Denial {
            first_at: now,
            last_at: now,
            times: 1,
            who: who.clone(),
            wanted,
            pair,
            place: short(place),
            why: short(&why.into()),
            request: request::here(),
        });
    }
}

/// Writes them down, until the process ends.
pub(super) async fn keep(engine: Arc<Engine>) {
    loop {
        tokio::time::sleep(EVERY).await;
        // That the store is away is told by its own poller.
        if let Err(error) = engine.denials.flush(&engine.store).await {
            tracing::debug!(%error, "denials wait for the store");
        }
    }
}
