//! What would take both sides down together: what was found first, then what nobody could check, then what is fine. And Teal
//! itself, which may go down with it.

use crate::{
    components::mark::{Mark, Tone},
    paths,
};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    topology::{Risk, Topology, Verdict},
};

/// The card.
pub fn together(topology: &Topology, pair: &PairSnapshot) -> AnyView {
    let rows = topology.together.iter().map(|risk| row(risk, ["would", "would not"])).collect_view();
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
            <h3 id="teal">"What goes down with it: Teal itself"</h3>
            {teal(topology)}
            <p class="hint">
                "For each of these, what to do: "<a href=paths::guide(&pair.id)>"If something fails"</a>"."
            </p>
        </section>
    }
    .into_any()
}

/// Teal, its store and its sign-in: whether what takes the platform down may take them along.
pub fn teal(topology: &Topology) -> impl IntoView + use<> {
    let rows = topology.teal.iter().map(|risk| row(risk, ["goes down with it", "does not"])).collect_view();
    view! { <ul class="risks">{rows}</ul> }
}

fn row(risk: &Risk, [is, is_not]: [&'static str; 2]) -> impl IntoView + use<> {
    let (tone, word, mend) = match risk.verdict {
        Verdict::Risk { mend } => (Tone::Attention, is, Some(mend)),
        Verdict::NotChecked => (Tone::Unknown, "not checked", None),
        Verdict::Fine => (Tone::Good, is_not, None),
    };
    view! {
        <li>
            <span class="what"><b>{risk.what}</b><Mark tone text=word /></span>
            <p>{risk.because.clone()}</p>
            {mend.map(|mend| view! { <p class="mend">{mend}</p> })}
        </li>
    }
}
