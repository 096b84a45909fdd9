//! A record whose outcome is not known yet: the page is loaded anew as soon as the stream says more.

use super::live::Live;
use leptos::prelude::*;

/// Watches one record.
#[island]
pub fn RecordWatch(
    /// Its number.
    seq: u64,
    /// How it stood when the server drew it: see [`state`].
    drawn: String,
) -> impl IntoView {
    let live = Live::here();
    Effect::new(move |_| {
        let moved = live.pair.with(|shown| {
            let Some(shown) = shown else { return false };
            let mut records = shown.pair.recent.iter().chain(&shown.pair.current);
            records.find(|record| record.seq == seq).is_some_and(|record| state(record) != drawn)
        });
        if moved {
            // The page is going away: nothing is left to say should the browser refuse.
            let _ = window().location().reload();
        }
    });
    view! { <p class="hush" role="status">"This page follows along by itself."</p> }
}

/// How far a record has come, in a word.
pub fn state(record: &teal_domain::history::Record) -> &'static str {
    use teal_domain::history::Progress;
    match record.switch().map(|switch| &switch.progress) {
        Some(Progress::Begun) => "begun",
        Some(Progress::Unknown { .. }) => "unknown",
        Some(Progress::Ended { .. }) | None => "ended",
    }
}
