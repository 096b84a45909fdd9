//! A moment: how long ago, exactly when, and what the reader's own clock said.
//!
//! The server knows no time zone but UTC: the page's live store fills in the local time and keeps the age
//! counting (`data-at`).

use crate::words::{self, time};
use leptos::prelude::*;
use teal_domain::Timestamp;

/// A moment: `09:14 UTC · 2 h ago`, and the local time once a browser has it.
#[component]
pub fn When(
    /// The moment.
    at: Timestamp,
    /// Now.
    now: Timestamp,
) -> impl IntoView {
    view! {
        <time class="when" datetime=words::iso(at) title=words::stamp(at) data-at=at.0>
            <span class="utc">{time::short(at, now)} " UTC"</span>
            " "
            <span class="ago">{words::ago(at, now)}</span>
            " "
            <span class="local"></span>
        </time>
    }
}

/// Only how long ago; exactly when on demand.
#[component]
pub fn Ago(
    /// The moment.
    at: Timestamp,
    /// Now.
    now: Timestamp,
    /// What was read then, if something was: the stream tells when it is read again.
    #[prop(optional)]
    read: Option<&'static str>,
) -> impl IntoView {
    view! {
        <time datetime=words::iso(at) title=words::stamp(at) data-at=at.0 data-read=read>
            <span class="ago">{words::ago(at, now)}</span>
        </time>
    }
}

/// For how long already: `for 23 min`; it counts on.
#[component]
pub fn For(
    /// Since when.
    at: Timestamp,
    /// Now.
    now: Timestamp,
) -> impl IntoView {
    view! {
        <time datetime=words::iso(at) title=words::stamp(at) data-at=at.0>
            "for " <span class="for">{words::age(now.since(at))}</span>
        </time>
    }
}

/// The time on the reader's own clock, where there is a reader and it differs from UTC.
#[cfg(feature = "hydrate")]
pub fn local(at: Timestamp, now: Timestamp) -> Option<String> {
    let shift = |at: Timestamp| {
        #[expect(clippy::cast_precision_loss, reason = "dates stay far below 2^53 milliseconds")]
        let minutes = js_sys::Date::new(&(at.0 as f64).into()).get_timezone_offset();
        #[expect(clippy::cast_possible_truncation, reason = "an offset is a few hundred minutes")]
        Timestamp(at.0 - minutes as i64 * 60_000)
    };
    let there = shift(at);
    (there != at).then(|| format!("{} local", time::short(there, shift(now))))
}
