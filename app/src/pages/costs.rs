//! What the platform cost, should cost and will cost; what that is made of, what another one would cost, and what the second
//! side is worth. The first screen answers, the rest explains.

mod ahead;
mod answers;
mod estimate;
mod files;
mod findings;
mod insurance;
mod modes;
mod paid;
mod regions;
mod told;
mod what_if;

use super::shell::{Page, Tab};
use crate::{
    components::{
        allowed,
        mark::{Mark, Tone},
    },
    desk::DeskError,
    paths::CostsQuery,
    render::View,
    words::{self, money},
};
use leptos::{either::EitherOf3, prelude::*};
use std::collections::BTreeSet;
use teal_domain::{
    PairSnapshot,
    bill::Paid,
    cost::{Estimate, Made, Shape},
    topology::{Mode, Topology},
};
use told::Told;

/// What stands on the page, for whoever looks at the second screen.
const PARTS: [(&str, &str); 8] = [
    ("paid", "Paid"),
    ("ahead", "To come"),
    ("estimate", "Estimate"),
    ("insurance", "Insurance"),
    ("modes", "Modes"),
    ("findings", "Savings"),
    ("regions", "Regions"),
    ("what-if", "What if"),
];

/// The page; with what was paid, for whoever may see that and where it could be read.
pub fn page(
    view: &View<'_>,
    pair: &PairSnapshot,
    query: &CostsQuery,
    paid: &Result<Paid, DeskError>,
    made: Option<Made>,
) -> Page {
    let prices = &*pair.prices;
    let known = Topology::of(pair, view.now).mode();
    let mode = known.unwrap_or(Mode::FullHa);
    let shape = Shape::of(pair, mode);
    let estimate = shape.estimate(prices);
    let told = paid.as_ref().ok().map(|paid| Told::of(paid, view.now));
    let told = told.as_ref();
    let ahead = told.and_then(|told| ahead::card(pair, told));
    let parts = PARTS.iter().filter(|(id, _)| match *id {
        "paid" => told.is_some(),
        "ahead" => ahead.is_some(),
        _ => true,
    });
    let parts = parts.map(|(id, name)| view! { <li><a href=format!("#{id}")>{*name}</a></li> }).collect_view();
    let body = view! {
        <div class="costs">
            <header class="page-head">
                <h1>"Costs"</h1>
                <p class="as-of">{format!("Teal · {}, as it stood on {}", pair.title, words::stamp(view.now))}</p>
                <nav aria-label="On this page" data-region="costs-parts"><ul class="parts dotted">{parts}</ul></nav>
            </header>
            {paid::patterns()}
            <div class="first" data-region="costs-answers">{answers::answers(&estimate, told)}{shut(paid)}</div>
            <div data-region="costs-notes">{notes(pair, known, &estimate)}</div>
            <div data-region="costs-paid">{told.map(|told| paid::card(pair, told))}</div>
            <div data-region="costs-ahead">{ahead}</div>
            {estimate::card(pair, &shape, &estimate)}
            {insurance::card(pair, mode, prices, told.map(|told| told.paid), made)}
            {modes::card(pair, mode, prices)}
            {findings::card(pair, known, prices, told.and_then(|told| told.paid.ledger.as_ref()))}
            {regions::card(pair, prices)}
            {what_if::card(pair, mode, query, prices)}
        </div>
    };
    Page {
        title: "Costs".to_owned(),
        tab: Tab::Costs,
        follows: Some(query.address(&pair.id)),
        reports: true,
        refresh: false,
        body: body.into_any(),
    }
}

/// Why what was paid is not shown: who may open it, or what went wrong.
fn shut(paid: &Result<Paid, DeskError>) -> impl IntoView + use<> {
    match paid {
        Ok(_) => EitherOf3::A(()),
        Err(DeskError::Forbidden { denied }) => EitherOf3::B(view! {
            <section class="card shut" aria-labelledby="shut">
                <h2 id="shut">"What was paid is not open to everybody"</h2>
                <p>"There is more: what was paid in fact, month by month, what is expected, and how both stand to the budget."</p>
                {allowed::why_not(denied)}
            </section>
        }),
        Err(error) => EitherOf3::C(view! {
            <div class="notice">
                <p><Mark tone=Tone::Unknown text="What was paid cannot be read now" /></p>
                <p>{error.to_string()}</p>
            </div>
        }),
    }
}

/// A total: to the dollar, with its cents on demand, and whether it is more than that.
fn total(estimate: &Estimate) -> impl IntoView + use<> {
    let at_least = estimate.is_at_least().then_some("at least ");
    let total = estimate.total();
    view! { {at_least}<data value=total.to_string() title=money::exact(total)>{money::dollars(total)}</data> }
}

/// What one must know before one believes a number.
fn notes(pair: &PairSnapshot, known: Option<Mode>, estimate: &Estimate) -> impl IntoView + use<> {
    let region = pair.region.clone();
    let unknown = known.is_none().then(|| {
        view! {
            <p class="notice">
                <Mark tone=Tone::Unknown text="How it is deployed is not known yet" />": full-ha is taken for it."
            </p>
        }
    });
    let missing = estimate.is_at_least().then(|| {
        // Both sides lack the same.
        let goods: BTreeSet<&str> = estimate.missing().map(|line| line.what.as_str()).collect();
        let goods = goods.into_iter().collect::<Vec<_>>().join(", ");
        view! {
            <p class="notice">
                <Mark tone=Tone::Attention text="Not every price is known" />
                {format!(" for {region}: {goods}. It costs at least what stands here.")}
            </p>
        }
    });
    view! {
        {unknown}
        {missing}
    }
}
