//! What another platform would cost: a form whose answer has an address of its own.

use super::total;
use crate::{
    components::mark::{Mark, Tone},
    paths::{self, CostsQuery, LARGEST},
    words::money,
};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    cost::{Cents, Estimate, HOURS, Prices, Savings, WhatIf},
    topology::Mode,
};

/// The card.
pub(super) fn card(pair: &PairSnapshot, mode: Mode, query: &CostsQuery, prices: &Prices) -> impl IntoView + use<> {
    let wrong = query
        .wrong
        .iter()
        .map(|wrong| view! { <p class="notice"><Mark tone=Tone::Attention text=wrong.clone() /></p> });
    let wrong = wrong.collect_view();
    let [first, second] = &query.what_if;
    view! {
        <section class="card what-if" aria-labelledby="what-if">
            <header><h2 id="what-if">"What if"</h2></header>
            <form method="get" action=format!("{}#what-if", paths::costs(&pair.id)) data-asks=CostsQuery::fields()>
                <div class="shapes">
                    {fields("One way", "", first, prices)}
                    {fields("Another way", "2", second, prices)}
                </div>
                <button type="submit" class="button">"Show what it costs"</button>
            </form>
            <div data-region="what-if" aria-live="polite">{wrong}{answer(pair, mode, query, prices)}</div>
        </section>
    }
}

fn fields(title: &'static str, behind: &'static str, shape: &WhatIf, prices: &Prices) -> impl IntoView + use<> {
    let named = |name: &str| format!("{name}{behind}");
    let modes = Mode::ALL.map(|mode| {
        view! { <option value=mode.as_str() selected=shape.mode == Some(mode)>{mode.as_str()}</option> }
    });
    let classes = WhatIf::CLASSES.map(|class| {
        view! { <option value=class selected=shape.class.as_deref() == Some(class)>{class}</option> }
    });
    let regions = prices.regions().map(|(id, region)| {
        let (name, selected) = (format!("{id} · {}", region.name), shape.region.as_deref() == Some(id));
        view! { <option value=id.to_owned() selected=selected>{name}</option> }
    });
    let regions = regions.collect_view();
    let number = |label: &'static str, name: &'static str, least: u32, value: Option<u32>| {
        let most = LARGEST.iter().find(|(known, _)| *known == name).map(|(_, most)| *most);
        let id = named(name);
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id.clone() name=id type="number" min=least max=most value=value placeholder="as it is" />
            </div>
        }
    };
    view! {
        <fieldset>
            <legend>{title}</legend>
            <div class="field">
                <label for=named("mode")>"Mode"</label>
                <select id=named("mode") name=named("mode")><option value="">"as it is"</option>{modes.into_iter().collect_view()}</select>
            </div>
            <div class="field">
                <label for=named("class")>"Class"</label>
                <select id=named("class") name=named("class")><option value="">"as it is"</option>{classes.into_iter().collect_view()}</select>
            </div>
            <div class="field">
                <label for=named("region")>"Region"</label>
                <select id=named("region") name=named("region")><option value="">"as it is"</option>{regions}</select>
            </div>
            {number("Workers of each environment", "workers", 1, shape.workers)}
            {number("Hours a month that the standby is up", "standby", 0, shape.standby_hours)}
            {number("NAT gateways", "nat", 0, shape.nat_gateways)}
        </fieldset>
    }
}

fn answer(pair: &PairSnapshot, mode: Mode, query: &CostsQuery, prices: &Prices) -> Option<AnyView> {
    let asked: Vec<(&'static str, &WhatIf)> =
        ["One way", "Another way"].into_iter().zip(&query.what_if).filter(|(_, shape)| !shape.is_nothing()).collect();
    if asked.is_empty() {
        return None;
    }
    let now = WhatIf::default().shape(pair, mode).estimate(prices);
    let rows = asked
        .iter()
        .map(|(name, shape)| row(name, &told(shape), &shape.shape(pair, mode).estimate(prices), Some(now.total())));
    let rows = rows.collect_view();
    let gone = asked.iter().any(|(_, shape)| shape.standby_hours.is_some_and(|hours| hours < HOURS));
    let gone = gone.then(|| {
        view! {
            <p class="hint">
                "A standby that is up for a part of the month is deleted and made anew. MWAA takes about half an hour for that: \
                 it is no standby for a failure, and it has forgotten its runs, connections and variables."
            </p>
        }
    });
    Some(
        view! {
            <div class="scrolls" tabindex="0" role="group" aria-labelledby="what-if">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Platform"</th>
                            <th scope="col" class="number">"A month"</th>
                            <th scope="col" class="number">"Change"</th>
                            <th scope="col" class="number">"A Savings Plan touches"</th>
                        </tr>
                    </thead>
                    <tbody>{row("As it is", mode.as_str(), &now, None)}{rows}</tbody>
                </table>
            </div>
            {gone}
            <p class="hint">
                "A Savings Plan lowers what instances of EC2 cost, and nothing else here: MWAA has none, and those for databases leave \
                 t3 out. This address leads back to the same question."
            </p>
        }
        .into_any(),
    )
}

fn row(name: &'static str, told: &str, estimate: &Estimate, before: Option<Cents>) -> impl IntoView + use<> {
    let savings = Savings::of(estimate);
    let change = before.map(|before| money::difference(before, estimate.total()));
    view! {
        <tr>
            <th scope="row">{name}<span class="good">{told.to_owned()}</span></th>
            <td class="number">{total(estimate)}</td>
            <td class="number">{change}</td>
            <td class="number">{money::dollars(savings.eligible)}", "{savings.hundredths / 100}"."{savings.hundredths / 10 % 10}" %"</td>
        </tr>
    }
}

/// What is changed, in a line.
fn told(shape: &WhatIf) -> String {
    let number = |number: Option<u32>, what: &str| number.map(|number| format!("{number} {what}"));
    let all = [
        shape.mode.map(|mode| mode.as_str().to_owned()),
        shape.class.clone(),
        shape.region.clone(),
        number(shape.workers, "workers each"),
        number(shape.standby_hours, "hours of standby"),
        number(shape.nat_gateways, "NAT gateways"),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
