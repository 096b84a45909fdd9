//! How a switch goes, or any other record: what came of it, what follows the flip, and its entries in the journal with
//! their times. The page of the record and the switch page show the same.

mod after;
mod journal;

pub use after::goes_on;
pub use journal::raw;

use super::{mark::Mark, smoke};
use crate::{desk::RecordDetail, render::View, words::record};
use leptos::prelude::*;
use teal_domain::{
    Color, Millis, PairSnapshot, Timestamp,
    history::{Progress, Record},
    switch::Outcome,
};

/// For how long the switch page goes on to show a switch that is over.
const LATELY: Millis = Millis::from_secs(600);

/// Where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// On the page of the record.
    Record,
    /// On the switch page, which has the form for a switch to this side, if to any.
    Switch(Option<Color>),
}

/// The record of the switch that the switch page shows: the one under way, else the one that is followed, else the one
/// that was put and came to its end a moment ago.
pub fn at_hand(pair: &PairSnapshot, now: Timestamp) -> Option<u64> {
    if let Some(open) = &pair.open {
        let same = |record: &&Record| record.switch().is_some_and(|switch| switch.operation == open.operation);
        return pair.recent.iter().find(same).map(|record| record.seq);
    }
    // Where nobody looks at the two Airflows nothing ever follows.
    if let Some(following) = pair.following.as_ref().filter(|following| following.course.has_begun()) {
        return Some(following.seq);
    }
    let latest = pair.recent.iter().find(|record| record.switch().is_some_and(|switch| was_put(&switch.progress)))?;
    let switch = latest.switch()?;
    let Progress::Ended { at, .. } = switch.progress else { return Some(latest.seq) };
    let end = switch.course.steps.iter().map(|(at, _)| *at).fold(at, Timestamp::max);
    (now.since(end) < LATELY).then_some(latest.seq)
}

/// Of what ended before anything was put nothing is to be watched.
const fn was_put(progress: &Progress) -> bool {
    match progress {
        Progress::Begun | Progress::Unknown { .. } => true,
        Progress::Ended { outcome, .. } => {
            matches!(outcome, Outcome::Landed { .. } | Outcome::NotLanded | Outcome::Undetermined { .. })
        }
    }
}

/// Whether more is to come.
pub fn is_open(pair: &PairSnapshot, record: &Record) -> bool {
    let begun = record.switch().is_some_and(|switch| !matches!(switch.progress, Progress::Ended { .. }));
    begun || goes_on(pair, record) || record.smoke().is_some_and(|test| test.end.is_none())
}

/// The cards. `told` is what came of it, in full sentences.
pub fn course(view: &View<'_>, pair: &PairSnapshot, detail: &RecordDetail, told: String, here: Here) -> AnyView {
    let record = &detail.record;
    let (tone, outcome) = record::outcome(record);
    // Beside a form a page without script stays as it is.
    let follows = is_open(pair, record) && !matches!(here, Here::Switch(Some(_)));
    let follows = follows.then(|| view! { <p class="hint">"This page follows along by itself."</p> });
    view! {
        <section class="card verdict-card" aria-labelledby="outcome" data-glow="">
            <h2 id="outcome"><Mark tone text=outcome /></h2>
            <p>{told}</p>
            {follows}
            {journal::timings(record)}
        </section>
        {after::after(view, pair, record, here)}
        {record.smoke().map(smoke::runs)}
        {(!detail.entries.is_empty()).then(|| journal::steps(detail))}
    }
    .into_any()
}
