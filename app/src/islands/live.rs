//! The live store of a page: how the flag stands, the server's clock, and the connection. One `EventSource`
//! feeds it, whatever the number of islands.
//!
//! The stream says *that* something changed; *what the page then looks like* is asked of the server, which has
//! all the components. So the browser's share stays small, and both draw the same by construction.

use leptos::prelude::*;
use serde::Deserialize;
use std::sync::Arc;
use teal_domain::{Flag, Reading, SnapshotId, Timestamp};

#[cfg(feature = "hydrate")]
mod asking;
#[cfg(feature = "hydrate")]
mod copying;
#[cfg(feature = "hydrate")]
mod follow;
#[cfg(feature = "hydrate")]
mod kept;
#[cfg(feature = "hydrate")]
mod morph;
#[cfg(feature = "hydrate")]
mod resting;
#[cfg(feature = "hydrate")]
mod stream;
#[cfg(feature = "hydrate")]
pub use stream::start;

/// What the islands need of a snapshot; the rest of the event is skipped unread.
#[derive(Clone, Debug, Deserialize)]
pub struct Glance {
    /// Which snapshot.
    pub id: SnapshotId,
    /// When it was made.
    pub at: Timestamp,
    /// The pair.
    pub pair: GlanceAtPair,
}

/// What the islands need of a pair.
#[derive(Clone, Debug, Deserialize)]
pub struct GlanceAtPair {
    /// The flag.
    pub flag: Reading<Flag>,
}

/// How the connection to Teal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// Nothing has come yet: the page is as the server drew it.
    #[default]
    Starting,
    /// Events come.
    Live,
    /// None has come for too long. The time of the last one, by the server's clock.
    Lost(Timestamp),
    /// The session is over, or the pair may no longer be seen: nothing more will come. Likewise.
    Stopped(Timestamp),
}

/// The store. On the server every island gets an empty one of its own.
#[derive(Clone, Debug)]
pub struct Live {
    /// The newest snapshot.
    pub pair: ArcRwSignal<Option<Arc<Glance>>>,
    /// Now, by the server's clock; moves every second.
    pub now: ArcRwSignal<Timestamp>,
    /// The connection.
    pub connection: ArcRwSignal<Connection>,
}

impl Live {
    fn new() -> Self {
        Self {
            pair: ArcRwSignal::new(None),
            now: ArcRwSignal::new(Timestamp::default()),
            connection: ArcRwSignal::new(Connection::Starting),
        }
    }

    /// The page's store.
    #[cfg(feature = "hydrate")]
    pub fn here() -> Self {
        static HERE: std::sync::LazyLock<Live> = std::sync::LazyLock::new(Live::new);
        HERE.clone()
    }

    /// An empty store, to draw from once.
    #[cfg(not(feature = "hydrate"))]
    pub fn here() -> Self {
        Self::new()
    }
}

/// Whether a snapshot may replace the one that is shown: never backwards within one process's count. Another
/// process (a restart, another instance behind the load balancer) counts on its own, so there the time of
/// the snapshot decides.
pub fn is_newer(shown: (SnapshotId, Timestamp), next: (SnapshotId, Timestamp)) -> bool {
    if shown.0.epoch == next.0.epoch { next.0.seq >= shown.0.seq } else { next.1 >= shown.1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn snapshot(epoch: u64, seq: u64, at: i64) -> (SnapshotId, Timestamp) {
        (SnapshotId { epoch, seq }, Timestamp(at))
    }

    #[test]
    fn the_page_never_moves_backwards() {
        let shown = snapshot(7, 40, 1_000);
        assert!(is_newer(shown, snapshot(7, 41, 1_100)));
        assert!(is_newer(shown, shown), "the first event repeats what the server drew");
        assert!(!is_newer(shown, snapshot(7, 39, 2_000)), "a late event of the same process");
        assert!(!is_newer(shown, snapshot(6, 99, 900)), "an older snapshot of another instance");
    }

    #[test]
    fn another_instance_may_carry_on_whatever_its_count() {
        let shown = snapshot(7, 40, 1_000);
        assert!(is_newer(shown, snapshot(8, 1, 1_200)), "after a restart");
        assert!(is_newer(shown, snapshot(3, 900, 1_200)), "an instance that was started earlier");
    }
}
