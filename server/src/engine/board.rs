//! The board: what is published. Pollers write to it, pages and streams read it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use teal_domain::{LivePair, PairId, PairSnapshot, Pulse, Snapshot, SnapshotId, Timestamp, topology::Aged};
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
        Some(Pulse { id: *id, now, flag, blue, green, moments: pair.moments() })
    }
}

/// Whether what is published is news to whoever looks at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// The page says something else now.
    Something,
    /// The same was read again.
    TheSame,
}

/// The board.
#[derive(Debug)]
pub struct Board {
    published: watch::Sender<Arc<Published>>,
    /// Whoever holds it may publish. It remembers which readings were too old when that was last looked at.
    writing: Mutex<HashMap<PairId, Aged>>,
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
        let _one_writer = self.writer();
        let before = self.published.borrow().clone();
        let Some(at) = before.snapshot.pairs.iter().position(|known| known.id == *pair) else { return };
        let known = &before.snapshot.pairs[at];
        let mut pair_now = PairSnapshot::clone(known);
        change(&mut pair_now);
        if pair_now == **known {
            return;
        }
        let says = if same_but_for_read_times(known, &pair_now) { Says::TheSame } else { Says::Something };
        self.publish(&before, at, Arc::new(pair_now), now, says);
    }

    /// A reading that has become too old to judge by, or is young again, is a new snapshot too, though what is known is the
    /// same: whoever has a page open is shown what can be said now.
    pub fn look_at_ages(&self, now: Timestamp) {
        let mut aged = self.writer();
        let count = self.published.borrow().snapshot.pairs.len();
        for at in 0..count {
            let before = self.published.borrow().clone();
            let pair = before.snapshot.pairs[at].clone();
            let (is, was) = (Aged::of(&pair, now), aged.entry(pair.id.clone()).or_default());
            if is != *was {
                *was = is;
                self.publish(&before, at, pair, now, Says::Something);
            }
        }
    }

    fn writer(&self) -> MutexGuard<'_, HashMap<PairId, Aged>> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a pair in its place; only the writer does.
    fn publish(&self, before: &Published, at: usize, pair: Arc<PairSnapshot>, now: Timestamp, says: Says) {
        let mut id = before.snapshot.id;
        let mut live_pairs = before.live.clone();
        if says == Says::Something {
            id.seq += 1;
            Arc::make_mut(&mut live_pairs).insert(pair.id.clone(), (id, live(id, now, &pair)));
        }
        let mut pairs = before.snapshot.pairs.clone();
        pairs[at] = pair;
        let snapshot = Arc::new(Snapshot { id, at: now, pairs });
        let next = Arc::new(Published { snapshot, live: live_pairs });
        self.published.send_if_modified(|published| {
            *published = next;
            // Streams are woken for news only: a thousand of them need not wake for every poll.
            says == Says::Something
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
