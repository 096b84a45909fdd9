//! The board: what is published. Pollers write to it, pages and streams read it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use teal_domain::{LivePair, PairId, PairSnapshot, Pulse, Snapshot, SnapshotId, Timestamp};
use tokio::sync::watch;

/// A snapshot, and what the streams send of it, made once for all of them.
#[derive(Clone, Debug)]
pub struct Published {
    /// The snapshot.
    pub snapshot: Arc<Snapshot>,
    /// For each pair, the id under which it last changed, and its [`LivePair`] as JSON.
    pub live: Arc<HashMap<PairId, (SnapshotId, Arc<str>)>>,
}

impl Published {
    /// What a stream sends while nothing has changed.
    pub fn pulse(&self, pair: &PairId, now: Timestamp) -> Option<Pulse> {
        let (id, _) = self.live.get(pair)?;
        let pair = self.snapshot.pair(pair)?;
        let (flag, blue, green) = (pair.flag.read_at(), pair.blue.read_at(), pair.green.read_at());
        Some(Pulse { id: *id, now, flag, blue, green, platform: pair.platform.read_at() })
    }
}

/// The board.
#[derive(Debug)]
pub struct Board {
    published: watch::Sender<Arc<Published>>,
    writing: Mutex<()>,
}

impl Board {
    /// A board that knows the pairs and nothing about them yet. Its snapshots are numbered within `epoch`.
    pub fn new(epoch: Timestamp, pairs: Vec<PairSnapshot>) -> Self {
        let id = SnapshotId { epoch: epoch.0.unsigned_abs(), seq: 1 };
        let live = Arc::new(pairs.iter().map(|pair| (pair.id.clone(), (id, live(id, epoch, pair)))).collect());
        let snapshot = Arc::new(Snapshot { id, at: epoch, pairs: pairs.into_iter().map(Arc::new).collect() });
        Self { published: watch::Sender::new(Arc::new(Published { snapshot, live })), writing: Mutex::default() }
    }

    /// What is published now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.borrow().snapshot.clone()
    }

    /// For streams.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Published>> {
        self.published.subscribe()
    }

    /// Changes what is known of a pair. A change of more than read times is a new snapshot, which every
    /// stream sends; mere read times go out with the next pulse.
    pub fn update(&self, pair: &PairId, now: Timestamp, change: impl FnOnce(&mut PairSnapshot)) {
        let _one_writer = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.published.borrow().clone();
        let Some(at) = before.snapshot.pairs.iter().position(|known| known.id == *pair) else { return };
        let known = &before.snapshot.pairs[at];
        let mut pair_now = PairSnapshot::clone(known);
        change(&mut pair_now);
        if pair_now == **known {
            return;
        }
        let changed = !same_but_for_read_times(known, &pair_now);
        let mut id = before.snapshot.id;
        let mut live_pairs = before.live.clone();
        if changed {
            id.seq += 1;
            Arc::make_mut(&mut live_pairs).insert(pair.clone(), (id, live(id, now, &pair_now)));
        }
        let mut pairs = before.snapshot.pairs.clone();
        pairs[at] = Arc::new(pair_now);
        let snapshot = Arc::new(Snapshot { id, at: now, pairs });
        let next = Arc::new(Published { snapshot, live: live_pairs });
        self.published.send_if_modified(|published| {
            *published = next;
            // Streams are woken for changes only: a thousand of them need not wake for every poll.
            changed
        });
    }
}

fn live(id: SnapshotId, at: Timestamp, pair: &PairSnapshot) -> Arc<str> {
    serde_json::to_string(&LivePair { id, at, pair: pair.clone() }).unwrap_or_default().into()
}

fn same_but_for_read_times(before: &PairSnapshot, after: &PairSnapshot) -> bool {
    before.flag.says_the_same(&after.flag)
        && before.blue.says_the_same(&after.blue)
        && before.green.says_the_same(&after.green)
        && before.store.error() == after.store.error()
        && before.live_since == after.live_since
        && before.label == after.label
        && before.open == after.open
        && before.request == after.request
        && before.following == after.following
        && before.moved == after.moved
        && before.maintenance == after.maintenance
        && before.diagnosis == after.diagnosis
        && before.proved_at == after.proved_at
        && before.smoke == after.smoke
        && before.freezes == after.freezes
        && (Arc::ptr_eq(&before.surroundings, &after.surroundings)
            || before.surroundings.same_but_for_times(&after.surroundings))
        && (Arc::ptr_eq(&before.platform, &after.platform) || before.platform.says_the_same(&after.platform))
        && (Arc::ptr_eq(&before.lineage, &after.lineage) || before.lineage.says_the_same(&after.lineage))
        && (Arc::ptr_eq(&before.monitoring, &after.monitoring) || before.monitoring.says_the_same(&after.monitoring))
        && before.current == after.current
        && before.recent == after.recent
}
