//! If something fails: for each scenario what is seen of it now, what happens by itself, and the one thing to do; and how the
//! platform is prepared for it.

mod measured;
mod posture;
mod scenario;
mod to_do;

use super::shell::{Page, Tab};
use crate::{
    components::{
        mark::{Mark, Tone},
        runbook,
    },
    desk::{DeskError, Outage},
    paths,
    render::View,
    words,
};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    disaster::{self, Known, Now, Past, Provider, Scenario},
    topology::Topology,
};

/// The page; with what was measured, where that could be read.
pub fn page(view: &View<'_>, pair: &PairSnapshot, past: &Result<Past, DeskError>) -> Page {
    let now = view.now;
    let topology = Topology::of(pair, now);
    let provider = if view.who.in_outage == Outage::None { Provider::Answers } else { Provider::Away };
    let proof = view.snapshot.proof(pair);
    let known = Known { pair, topology: &topology, proof, provider, past: past.as_ref().ok(), now };
    let scenarios = disaster::guide(&known);
    let unread = past.as_ref().err().map(ToString::to_string);
    let cards = scenarios.iter().map(|one| scenario::card(view, pair, &topology, one, unread.as_deref()));
    let cards = cards.collect_view();
    let body = view! {
        <section class="guide" aria-labelledby="guide" data-region="guide">
            <header class="page-head">
                <h1 id="guide">"If something fails"</h1>
                <p class="standing">{standing(&scenarios)}</p>
            </header>
            <p class="as-of">"As things stood on "{words::stamp(now)}". On paper this does not change."</p>
            <p class="lead-line">
                "Teal never fails MWAA over by itself: a person decides, and this page says what by. What would take both sides \
                 down is on the page "<a href=format!("{}#together", paths::topology(&pair.id))>"Topology"</a>
                "; what is wrong with the DAGs, on "<a href=paths::trouble(&pair.id)>"Troubleshooting"</a>"."
                {runbook::of_pair(pair).map(|link| view! { " The pair's own: " {link} "." })}
            </p>
            {cards}
            {posture::card(pair, &topology, now)}
            <p class="hint">
                "The times of the guides are those of the platform's own guides, and nobody has measured them here. What was \
                 measured stands beside them. Each claim and its source: docs/disaster.md."
            </p>
        </section>
    };
    Page {
        title: "If something fails".to_owned(),
        tab: Tab::None,
        follows: Some(view.path.to_owned()),
        reports: true,
        refresh: false,
        body: body.into_any(),
    }
}

/// All of it in a line.
fn standing(scenarios: &[Scenario]) -> impl IntoView + use<> {
    let titles =
        |now: Now| -> Vec<&str> { scenarios.iter().filter(|one| one.now == now).map(|one| one.case.title()).collect() };
    let (happening, unknown) = (titles(Now::Happening), titles(Now::Unknown));
    let (tone, text) = if !happening.is_empty() {
        (Tone::Down, format!("Happening now: {}", happening.join(" · ")))
    } else if unknown.is_empty() {
        (Tone::Good, "None of this is seen now".to_owned())
    } else {
        (Tone::Unknown, format!("Cannot be told: {}", unknown.join(" · ")))
    };
    view! { <Mark tone text /> }
}
