//! The platform as it is: a picture, the same facts as a table, and what would take both sides down together.

mod picture;
mod place;
mod table;
mod together;

use super::shell::{Page, Tab};
use crate::{
    components::{
        mark::{Mark, Tone},
        platform,
    },
    paths,
    render::View,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    PairSnapshot,
    topology::{Added, Mode, Topology},
};

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
            {mode(&topology)}
            {differences(&topology)}
            {topology.added.as_ref().map(added)}
            {picture::picture(&topology, pair, now)}
            {table::parts(&topology, now)}
            <div class="columns">
                {together::together(&topology, pair)}
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
        refresh: false,
        body: body.into_any(),
    }
}

/// How it is deployed, by whoever says so.
fn mode(topology: &Topology) -> impl IntoView + use<> {
    let said = |by: Option<Mode>| match (by, topology.found) {
        (None, _) => (Tone::Plain, "says nothing".to_owned()),
        (Some(mode), Some(found)) if mode != found => (Tone::Attention, mode.to_string()),
        (Some(mode), None) => (Tone::Unknown, mode.to_string()),
        (Some(mode), _) => (Tone::Good, mode.to_string()),
    };
    let (tag_tone, tag) = said(topology.by_tag);
    let (config_tone, config) = said(topology.by_config);
    let means = topology.found.map_or_else(|| topology.seen.clone(), |mode| format!("{}: {}.", mode, mode.means()));
    let what = if topology.found.is_some() { "What exists is " } else { "How it is deployed is not known yet. " };
    view! {
        <p class="lead-line">{what}{means}</p>
        <ul class="modes dotted" aria-label="What is said of it">
            <li>"The tag "<code>"DeploymentMode"</code>": " <Mark tone=tag_tone text=tag /></li>
            <li>"Config: " <Mark tone=config_tone text=config /></li>
        </ul>
    }
}

fn differences(topology: &Topology) -> impl IntoView + use<> {
    if topology.differences.is_empty() {
        return Either::Left(());
    }
    let told = topology.differences.iter().map(|difference| view! { <li>{difference.clone()}</li> }).collect_view();
    Either::Right(view! {
        <div class="notice">
            <p><Mark tone=Tone::Attention text="What was said is not what exists" /></p>
            <ul>{told}</ul>
        </div>
    })
}

/// One side only: what another would add.
fn added(added: &Added) -> impl IntoView + use<> {
    view! {
        <div class="notice notice-plain">
            <p>"There is no second side here, and so no switch. "{added.says.clone()}</p>
            <p class="hint">{added.source.clone()}</p>
        </div>
    }
}
