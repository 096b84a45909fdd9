//! The badge in the header: how fresh the page is. It also starts the page's live store.

use super::live::{Connection, Live};
use crate::words::{self, time};
use leptos::prelude::*;
use teal_domain::{PairId, SnapshotId, Timestamp};

/// The badge.
#[island]
pub fn LiveBadge(
    /// The pair of the page.
    pair: PairId,
    /// The snapshot that the server drew the page from.
    id: SnapshotId,
    /// When that was made.
    at: Timestamp,
    /// Now, by the server's clock.
    now: Timestamp,
    /// Where the page is fetched anew when something changed.
    from: String,
) -> impl IntoView {
    let live = Live::here();
    #[cfg(feature = "hydrate")]
    super::live::start(&pair, from, (id, at), now);
    #[cfg(not(feature = "hydrate"))]
    let _ = (pair, id, at, from);

    let state = {
        let live = live.clone();
        move || State::of(&live)
    };
    let age = {
        let state = state.clone();
        move || match state() {
            State::Starting => format!("as of {} UTC", time::clock(now)),
            State::Live(Some(at)) | State::Stale(Some(at)) => format!("read {}", words::ago(at, live.now.get())),
            State::Live(None) | State::Stale(None) => "not read yet".to_owned(),
            State::Lost(heard) | State::Stopped(heard) => format!("data from {}", words::ago(heard, live.now.get())),
        }
    };
    let (class, word) = (state.clone(), state);
    view! {
        <p class=move || class().class()>
            <span class="dot" aria-hidden="true"></span>
            <span class="state" role="status">{move || word().word()}</span>
            <span class="age">{age}</span>
        </p>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Starting,
    Live(Option<Timestamp>),
    /// Teal answers, but SSM has not for a while.
    Stale(Option<Timestamp>),
    Lost(Timestamp),
    /// The page follows no more; a bar says why.
    Stopped(Timestamp),
}

impl State {
    fn of(live: &Live) -> Self {
        match live.connection.get() {
            Connection::Starting => Self::Starting,
            Connection::Lost(heard) => Self::Lost(heard),
            Connection::Stopped(heard) => Self::Stopped(heard),
            Connection::Live => live.pair.with(|pair| match pair {
                None => Self::Starting,
                Some(shown) if words::is_stale(&shown.pair.flag, live.now.get()) => {
                    Self::Stale(shown.pair.flag.read_at())
                }
                Some(shown) => Self::Live(shown.pair.flag.read_at()),
            }),
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Starting => "badge",
            Self::Live(_) => "badge badge-live",
            Self::Stale(_) | Self::Stopped(_) => "badge badge-stale",
            Self::Lost(_) => "badge badge-lost",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Starting => "",
            Self::Live(_) => "live",
            Self::Stale(_) => "AWS away",
            Self::Lost(_) => "connection lost",
            Self::Stopped(_) => "stopped",
        }
    }
}
