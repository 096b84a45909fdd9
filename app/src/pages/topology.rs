//! The platform as it is: a picture, the same facts as a table, and what would take both sides down together.

mod frame;
mod picture;
mod place;
pub(super) mod risks;
mod table;

use super::shell::{Page, Tab};
use crate::{
    components::{
        mark::{Mark, Tone},
        platform,
        when::Ago,
    },
    paths,
    render::View,
};
use leptos::{either::Either, prelude::*};
use picture::Leads;
use teal_domain::{
    PairSnapshot, Timestamp,
    topology::{Added, Mode, Topology},
};

pub use frame::{frame, title as framed_title};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot) -> Page {
    let now = view.now;
    let topology = Topology::of(pair, now);
    let body = view! {
        <section class="topology" aria-labelledby="topology" data-region="topology">
            <header class="page-head">
                <h1 id="topology">"Topology"</h1>
                <p class="standing">{platform::told(&topology)}</p>
            </header>
            {mode(&topology, now)}
            {differences(&topology)}
            {topology.added.as_ref().map(added)}
            {picture::picture(&topology, pair, Leads::ToRow, now)}
            {table::parts(&topology, now)}
            <div class="columns">
                {risks::together(&topology, pair)}
                {table::reads(&topology)}
            </div>
            <p class="hint">
                "What is wrong in it is judged on the page "<a href=paths::trouble(&pair.id)>"Troubleshooting"</a>
                ". Links to the console open where you are signed in to AWS."
            </p>
        </section>
    };
    Page {
        title: "Topology".to_owned(),
        tab: Tab::Topology,
        follows: Some(view.path.to_owned()),
        reports: true,
        refresh: false,
        body: body.into_any(),
    }
}

/// The word on the side that holds the flag: it was live, where that was read too long ago.
const fn live(topology: &Topology) -> &'static str {
    if topology.live_is_old { "was live" } else { "live" }
}

/// How it is deployed, by what exists.
fn exists(topology: &Topology, now: Timestamp) -> impl IntoView + use<> {
    let means = topology.found.map_or_else(|| topology.seen.clone(), |mode| format!("{}: {}.", mode, mode.means()));
    let what = match (topology.found, topology.found_long_ago) {
        (Some(_), None) => "What exists is ",
        (Some(_), Some(_)) => "What existed when it was last read is ",
        (None, _) => "How it is deployed is not known yet. ",
    };
    let long_ago = topology.found_long_ago.map(|at| view! { " That was " <Ago at now /> "." });
    view! { {what}{means}{long_ago} }
}

/// How it is deployed, by whoever says so.
fn mode(topology: &Topology, now: Timestamp) -> impl IntoView + use<> {
    let said = |by: Option<Mode>| match (by, topology.found) {
        (None, _) => (Tone::Plain, "says nothing".to_owned()),
        (Some(mode), Some(found)) if mode != found => (Tone::Attention, mode.to_string()),
        (Some(mode), None) => (Tone::Unknown, mode.to_string()),
        (Some(mode), _) => (Tone::Good, mode.to_string()),
    };
    let (tag_tone, tag) = said(topology.by_tag);
    let (config_tone, config) = said(topology.by_config);
    view! {
        <p class="lead-line">{exists(topology, now)}</p>
        <ul class="modes dotted" aria-label="What is said of it">
            <li>"The tag "<code>"DeploymentMode"</code>": " <Mark tone=tag_tone text=tag /></li>
            <li>"Config: " <Mark tone=config_tone text=config /></li>
        </ul>
    }
}

/// Config or a tag and what exists do not agree.
const SAID_OTHERWISE: &str = "What was said is not what exists";

fn differences(topology: &Topology) -> impl IntoView + use<> {
    if topology.differences.is_empty() {
        return Either::Left(());
    }
    let told = topology.differences.iter().map(|difference| view! { <li>{difference.clone()}</li> }).collect_view();
    Either::Right(view! {
        <div class="notice">
            <p><Mark tone=Tone::Attention text=SAID_OTHERWISE /></p>
            <ul>{told}</ul>
        </div>
    })
}

/// What one side only means.
const NO_SECOND_SIDE: &str = "There is no second side here, and so no switch.";

/// One side only: what another would add.
fn added(added: &Added) -> impl IntoView + use<> {
    view! {
        <div class="notice notice-plain">
            <p>{NO_SECOND_SIDE}" "{added.says.clone()}</p>
            <p class="hint">{added.source.clone()}</p>
        </div>
    }
}
