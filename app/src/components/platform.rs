//! The platform in a line: all well, or which parts of it are not.

use super::mark::{Mark, Tone};
use crate::paths;
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot, Timestamp,
    topology::{Health, Part, Topology},
};

/// How a health is shown.
pub const fn tone(health: Health) -> Tone {
    match health {
        Health::Healthy => Tone::Good,
        Health::Degraded => Tone::Attention,
        Health::Down => Tone::Down,
        Health::Unknown => Tone::Unknown,
    }
}

/// How all of it is.
pub fn told(topology: &Topology) -> impl IntoView + use<> {
    let (health, words) = topology.summary();
    view! { <Mark tone=tone(health) text=words /> }
}

/// The line, with the way to the picture. What somebody declared that they are at is no alert here; the line of the
/// maintenance tells it.
pub fn line(pair: &PairSnapshot, mut topology: Topology, now: Timestamp) -> AnyView {
    for node in &mut topology.nodes {
        let expected = |side| pair.live() != Some(side) && pair.maintained(side, now).is_some();
        if node.health == Health::Degraded && matches!(node.part, Part::Environment(side) if expected(side)) {
            node.health = Health::Healthy;
        }
    }
    view! {
        <p class="platform-line dotted">
            <span>"Platform: " {told(&topology)}</span>
            <a href=paths::topology(&pair.id)>"Topology"</a>
        </p>
    }
    .into_any()
}
