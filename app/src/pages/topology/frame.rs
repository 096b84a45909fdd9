//! The platform in a frame of somebody else's page: the picture where there is room for it, else the same as a list.
//! Nothing in it can be done, and every way on is a tab of its own.

use super::{
    NO_SECOND_SIDE, differences, exists, live,
    picture::{Leads, picture},
    table,
};
use crate::components::{mark::Mark, platform, side::Shape};
use leptos::prelude::*;
use teal_domain::{
    Color, PairSnapshot, Timestamp,
    topology::{Node, Topology, Verdict},
};

/// The platform at a glance.
pub fn frame(pair: &PairSnapshot, now: Timestamp) -> AnyView {
    let topology = Topology::of(pair, now);
    let rows = topology.nodes.iter().map(|node| row(&topology, node, now)).collect_view();
    view! {
        <section class="glance-platform" aria-labelledby="platform">
            <h1 id="platform" class="says">"Platform"</h1>
            <p class="standing">{platform::told(&topology)}</p>
            <p class="hint">{exists(&topology, now)}</p>
            {one_side(&topology)}
        </section>
        {differences(&topology)}
        {picture(&topology, pair, Leads::Out, now)}
        <ul class="glance-parts" aria-label="The parts">{rows}</ul>
        <p class="hint">{together(&topology)}</p>
    }
    .into_any()
}

/// Where there is one side only, nothing can be switched.
fn one_side(topology: &Topology) -> impl IntoView + use<> {
    let added = topology.added.as_ref()?;
    Some(view! { <p class="hint">{NO_SECOND_SIDE}" "{added.says.clone()}</p> })
}

/// The same in a few words, for the title of the frame.
pub fn title(pair: &PairSnapshot, now: Timestamp) -> String {
    Topology::of(pair, now).summary().1
}

fn row(topology: &Topology, node: &Node, now: Timestamp) -> impl IntoView + use<> {
    let side = node.part.side();
    let class = match side {
        Some(Color::Blue) => "glance-part side-blue",
        Some(Color::Green) => "glance-part side-green",
        None => "glance-part",
    };
    let lit = node.lit.then(|| view! { <span class="tag">{live(topology)}</span> });
    let name = (!node.name.is_empty()).then(|| view! { <code>{node.name.clone()}</code> });
    let figures = node.figures.iter().map(|one| table::figure(one, now)).collect_view();
    view! {
        <li class=class data-key=node.part.as_str() data-glow="">
            <span class="what">{side.map(|color| view! { <Shape color /> })}{node.part.title()}{lit}</span>
            <Mark tone=platform::tone(node.health) text=node.health.as_str() />
            {name}
            <p class="reason">{node.reason.clone()}</p>
            <dl class="figures">{figures}</dl>
            <p class="read">"Read " {table::read(node, now)}</p>
        </li>
    }
}

/// What would take both sides down, in a line.
fn together(topology: &Topology) -> String {
    let what = if topology.mode().is_some_and(|mode| !mode.has_two_sides()) { "all of it" } else { "both sides" };
    let would: Vec<&str> = topology.risks().map(|risk| risk.what).collect();
    let not_checked = topology.together.iter().filter(|risk| risk.verdict == Verdict::NotChecked).count();
    let would = match would.as_slice() {
        [] => format!("Nothing that could be checked would take {what} down."),
        would => format!("Would take {what} down: {}.", would.join(", ")),
    };
    match not_checked {
        0 => would,
        count => format!("{would} Could not be checked: {count}."),
    }
}
