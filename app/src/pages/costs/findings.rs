//! What could be saved, and what was not looked at.

use crate::{
    components::mark::{Mark, Tone},
    words::money,
};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    cost::{Cents, Finding, Findings, Kind, Prices},
    topology::Mode,
};

/// The card.
pub(super) fn card(pair: &PairSnapshot, mode: Option<Mode>, prices: &Prices) -> impl IntoView + use<> {
    let Findings { found, unread } = Findings::of(pair, mode, prices);
    let total: Cents = found.iter().filter_map(|finding| finding.saves).sum();
    let head = match (found.is_empty(), unread.is_empty()) {
        (false, _) => {
            view! { <p class="standing">"up to "<strong>{money::dollars(total)}</strong>" a month"</p> }.into_any()
        }
        (true, true) => view! { <p class="standing"><Mark tone=Tone::Good text="nothing was found" /></p> }.into_any(),
        (true, false) => ().into_any(),
    };
    let rows = found.into_iter().map(row).collect_view();
    let unread = (!unread.is_empty()).then(|| {
        let rows = unread.into_iter().map(|what| view! { <li>{what}</li> }).collect_view();
        view! {
            <details>
                <summary>"What was not looked at"</summary>
                <ul class="plain">{rows}</ul>
            </details>
        }
    });
    view! {
        <section class="card findings" aria-labelledby="findings" data-region="findings">
            <header><h2 id="findings">"What could be saved"</h2>{head}</header>
            <ol>{rows}</ol>
            {unread}
            <p class="hint">"By list prices, from what was read of the platform: log groups and two weeks of load four times a day."</p>
        </section>
    }
}

fn row(finding: Finding) -> impl IntoView {
    let saves =
        finding.saves.map_or_else(|| "no price known".to_owned(), |saves| format!("up to {}", money::exact(saves)));
    view! {
        <li>
            <p><strong>{name(finding.kind)}</strong>" "{finding.what}</p>
            <p class="saves">{saves}</p>
            <p class="good">{finding.mend}</p>
        </li>
    }
}

/// What it is called in a list.
const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Class => "A larger class than needed.",
        Kind::WebServers => "Idle web servers.",
        Kind::Nat => "NAT gateways that could be shared.",
        Kind::Retention => "Logs without an end.",
        Kind::Lifecycle => "Old versions without an end.",
        Kind::Leftovers => "Leftovers of a side.",
    }
}
