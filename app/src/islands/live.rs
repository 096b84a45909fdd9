//! The live store of a page: the newest snapshot of its pair, the server's clock, and how the connection
//! stands. One `EventSource` feeds it, whatever the number of islands.

use crate::components::overview::Glow;
use leptos::prelude::*;
use std::sync::Arc;
use teal_domain::{LivePair, Timestamp};

#[cfg(feature = "hydrate")]
mod stream;
#[cfg(feature = "hydrate")]
pub use stream::start;

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
}

/// The store. On the server every island gets an empty one of its own.
#[derive(Clone, Debug)]
pub struct Live {
    /// The newest snapshot.
    pub pair: ArcRwSignal<Option<Arc<LivePair>>>,
    /// Now, by the server's clock; moves every second.
    pub now: ArcRwSignal<Timestamp>,
    /// The connection.
    pub connection: ArcRwSignal<Connection>,
    /// What has just changed.
    pub glow: ArcRwSignal<Glow>,
}

impl Live {
    fn new() -> Self {
        Self {
            pair: ArcRwSignal::new(None),
            now: ArcRwSignal::new(Timestamp::default()),
            connection: ArcRwSignal::new(Connection::Starting),
            glow: ArcRwSignal::new(Glow::default()),
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

    /// Whether an event may replace what is shown: never backwards within one process's count. Another
    /// process (a restart, another instance behind the load balancer) counts on its own, so there the time
    /// of the snapshot decides.
    pub fn is_newer(shown: &LivePair, next: &LivePair) -> bool {
        if shown.id.epoch == next.id.epoch { next.id.seq >= shown.id.seq } else { next.at >= shown.at }
    }
}
