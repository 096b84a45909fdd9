//! The four modes in every region whose prices are known.

use super::total;
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    cost::{Prices, WhatIf},
    topology::Mode,
};

/// The card.
pub(super) fn card(pair: &PairSnapshot, prices: &Prices) -> impl IntoView + use<> {
    let heads = Mode::ALL.map(|mode| view! { <th scope="col" class="number">{mode.as_str()}</th> });
    let rows = prices.regions().map(|(id, region)| {
        let here = (id == pair.region).then_some(" · here");
        let cells = Mode::ALL.map(|mode| {
            let there = WhatIf { region: Some(id.to_owned()), ..WhatIf::default() };
            view! { <td class="number">{total(&there.shape(pair, mode).estimate(prices))}</td> }
        });
        view! {
            <tr><th scope="row">{id.to_owned()}{here}<span class="good">{region.name.clone()}</span></th>{cells.into_iter().collect_view()}</tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card regions" aria-labelledby="regions" data-region="regions">
            <header><h2 id="regions">"The same in other regions"</h2></header>
            <div class="scrolls" tabindex="0" role="group" aria-labelledby="regions">
                <table>
                    <thead><tr><th scope="col">"Region"</th>{heads.into_iter().collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="hint">"“At least” stands where the price of some line is not known for a region."</p>
        </section>
    }
}
