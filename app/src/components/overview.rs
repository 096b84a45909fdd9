//! The overview's body: which side is live, is the other one ready, what happened last.

use super::{
    drills,
    facts::flag_facts,
    failing, freezes,
    headline::headline,
    icon::{Glyph, Icon},
    lineage, maintenance, misplaced, platform,
    recent::recent,
    side_card::side_card,
};
use crate::{paths, render::View};
use leptos::prelude::*;
use teal_domain::{Color, PairSnapshot, topology::Topology};

/// The body.
pub fn overview(view: &View<'_>, pair: &PairSnapshot) -> AnyView {
    let now = view.now;
    let topology = Topology::of(pair, now);
    let live = pair.live().map_or("none", Color::as_str);
    let points = match pair.live() {
        Some(color) => format!("The flag points to {}", color.title()),
        None => "The flag points to neither side".to_owned(),
    };
    view! {
        {headline(view, pair)}
        <div class="pair" data-live=live>
            {side_card(view, pair, Color::Blue)}
            <div class="pointer">
                <span class="hush">{points}</span>
                <span class="pole" aria-hidden="true">
                    <Icon glyph=Glyph::Flag /><span class="arrow"><Icon glyph=Glyph::Arrow /></span>
                </span>
            </div>
            {side_card(view, pair, Color::Green)}
        </div>
        {failing::notice(pair, &topology, now)}
        {misplaced::notice(pair)}
        {maintenance::line(view, pair)}
        {freezes::line(pair, now)}
        {drills::line(pair, now)}
        {platform::line(pair, topology, now)}
        {lineage::line(pair, now)}
        <p class="trouble-line dotted">
            <span>"Something is wrong? "<a href=paths::trouble(&pair.id)>"Troubleshooting"</a></span>
            <a href=paths::guide(&pair.id)>"If something fails"</a>
        </p>
        <div class="columns">{recent(pair, now)}{flag_facts(pair, now)}</div>
    }
    .into_any()
}
