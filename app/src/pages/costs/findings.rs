//! What could be saved, and what was not looked at.

use super::files;
use crate::{
    components::mark::{Mark, Tone},
    words::money,
};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    bill::{Ledger, Metadata},
    cost::{Cents, Finding, Findings, Kind, Prices},
    topology::Mode,
};

/// The card.
pub(super) fn card(
    pair: &PairSnapshot,
    mode: Option<Mode>,
    prices: &Prices,
    ledger: Option<&Ledger>,
) -> impl IntoView + use<> {
    let Findings { found, unread } = Findings::of(pair, mode, prices);
    // Only whoever sees what was paid sees this one.
    let metadata = ledger.filter(|ledger| ledger.currency == "USD").and_then(Ledger::metadata);
    let saves = found.iter().filter_map(|finding| finding.saves);
    let total: Cents = saves.chain(metadata.iter().map(|metadata| metadata.paid)).sum();
    let head = match (found.is_empty() && metadata.is_none(), unread.is_empty()) {
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
            <header>
                <h2 id="findings">"What could be saved"</h2>
                {head}
                {files::link(&files::base(&pair.id), "findings", "what could be saved")}
            </header>
            <ol>{rows}{metadata.map(paid)}</ol>
            {unread}
            <p class="hint">"By list prices, from what was read of the platform: log groups and two weeks of load four times a day."</p>
        </section>
    }
}

/// The one that rests on what was paid.
fn paid(metadata: Metadata) -> impl IntoView {
    let Metadata { month, usage, paid } = metadata;
    let what = format!(
        "In {month} this much was paid for it, as {}: what runs of the past left in the metadata databases.",
        usage.join(", ")
    );
    let mend = "Delete what is old with `airflow db clean`, from a DAG, on both sides.";
    view! {
        <li>
            <p><strong>"Metadata that is kept for ever."</strong>" "{what}</p>
            <p class="saves">{format!("up to {}", money::exact(paid))}</p>
            <p class="good">{mend}</p>
        </li>
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
