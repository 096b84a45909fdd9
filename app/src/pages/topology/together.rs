//! What would take both sides down together: what was found first, then what nobody could check, then what is fine.

use crate::components::mark::{Mark, Tone};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    topology::{Risk, Topology, Verdict},
};

/// The card.
pub fn together(topology: &Topology, pair: &PairSnapshot) -> AnyView {
    let rows = topology.together.iter().map(row).collect_view();
    let title = if topology.mode().is_some_and(|mode| !mode.has_two_sides()) {
        "What would take all of it down"
    } else {
        "What would take both sides down"
    };
    view! {
        <section class="card together" aria-labelledby="together">
            <header><h2 id="together">{title}</h2></header>
            <ul class="risks">{rows}</ul>
            <p class="hint">
                "All of it stands in "{pair.region.clone()}": a failure of the whole region takes all of it down."
            </p>
        </section>
    }
    .into_any()
}

fn row(risk: &Risk) -> impl IntoView + use<> {
    let (tone, word, mend) = match risk.verdict {
        Verdict::Risk { mend } => (Tone::Attention, "would", Some(mend)),
        Verdict::NotChecked => (Tone::Unknown, "not checked", None),
        Verdict::Fine => (Tone::Good, "would not", None),
    };
    view! {
        <li>
            <span class="what"><b>{risk.what}</b><Mark tone text=word /></span>
            <p>{risk.because.clone()}</p>
            {mend.map(|mend| view! { <p class="mend">{mend}</p> })}
        </li>
    }
}
