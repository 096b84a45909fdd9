//! What is happening now of what the guide is about, with the way to it.

use super::mark::{Mark, Tone};
use crate::paths;
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot, Timestamp,
    disaster::{self, Case},
    topology::Topology,
};

/// The notice, where something is.
pub fn notice(pair: &PairSnapshot, topology: &Topology, now: Timestamp) -> Option<AnyView> {
    let cases = disaster::happening(pair, topology, now);
    let first = cases.first()?;
    // What takes the work away is louder than what takes the reserve away.
    let loud = cases.iter().any(|case| matches!(case, Case::Active | Case::Zone));
    let (class, tone) = if loud { ("notice notice-down", Tone::Down) } else { ("notice", Tone::Attention) };
    let titles = cases.iter().map(|case| case.title()).collect::<Vec<_>>().join(" · ");
    let href = format!("{}#{}", paths::guide(&pair.id), first.as_str());
    Some(
        view! {
            <p class=class data-glow="">
                <span><Mark tone text=format!("Happening now: {titles}") />" · "<a href=href>"What to do"</a></span>
            </p>
        }
        .into_any(),
    )
}
