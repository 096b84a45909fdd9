//! The overview's body: which side is live, is the other one ready, what happened last. Drawn by the server,
//! and again by the browser with each newer snapshot.

use super::{
    facts::flag_facts,
    headline::headline,
    icon::{Glyph, Icon},
    recent::recent,
    side_card::side_card,
};
use leptos::prelude::*;
use teal_domain::{Color, PairSnapshot, Timestamp};

/// What has just changed, and so glows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glow {
    /// The flag.
    pub flag: bool,
    /// The blue environment.
    pub blue: bool,
    /// The green environment.
    pub green: bool,
    /// Records from this number on are new.
    pub since: Option<u64>,
}

impl Glow {
    /// What differs between two snapshots of a pair, leaving out when it was read.
    pub fn between(before: &PairSnapshot, after: &PairSnapshot) -> Self {
        let newest = |pair: &PairSnapshot| pair.recent.first().map_or(0, |record| record.seq);
        Self {
            flag: before.flag.value() != after.flag.value(),
            blue: before.blue.value() != after.blue.value(),
            green: before.green.value() != after.green.value(),
            since: (newest(after) > newest(before)).then(|| newest(before) + 1),
        }
    }
}

/// The body.
pub fn overview(pair: &PairSnapshot, now: Timestamp, glow: Glow) -> AnyView {
    let live = pair.live().map_or("none", Color::as_str);
    let points = match pair.live() {
        Some(color) => format!("The flag points to {}", color.title()),
        None => "The flag points to neither side".to_owned(),
    };
    view! {
        {headline(pair, now, glow.flag)}
        <div class="pair" data-live=live>
            {side_card(pair, Color::Blue, now, glow.blue)}
            <div class="pointer">
                <span class="hush">{points}</span>
                <span class="pole" aria-hidden="true">
                    <Icon glyph=Glyph::Flag /><span class="arrow"><Icon glyph=Glyph::Arrow /></span>
                </span>
            </div>
            {side_card(pair, Color::Green, now, glow.green)}
        </div>
        <div class="columns">{recent(pair, now, glow.since)}{flag_facts(pair, now)}</div>
    }
    .into_any()
}
