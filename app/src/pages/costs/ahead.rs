//! What is to come: the months ahead, each between what and what, and against the budget.

use super::{
    files,
    told::{Told, day},
};
use crate::{
    components::when::Ago,
    words::money::{self, Currency},
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    PairSnapshot,
    bill::{ByWhom, Expected, Forecast, Ledger},
    cost::Cents,
};

/// The card. Nothing before anything of the pair was read: then the card above says why.
pub(super) fn card(pair: &PairSnapshot, told: &Told<'_>) -> Option<impl IntoView + use<>> {
    let ledger = told.attributed()?;
    let months = told.forecast.as_ref().map(|forecast| forecast.months(ledger, told.today)).unwrap_or_default();
    let file = (!months.is_empty()).then(|| files::link(&files::base(&pair.id), "forecast", "the forecast"));
    let body = match told.forecast.as_ref().filter(|_| !months.is_empty()) {
        Some(forecast) => Either::Left(view! {
            {table(told, &months)}
            {method(told, ledger, forecast)}
        }),
        None => Either::Right(view! {
            <p class="empty">
                "There is no forecast: Cost Explorer gave none, and fewer than fourteen of the last days were read, from which Teal would \
                 make its own."
            </p>
        }),
    };
    Some(view! {
        <section class="card ahead" aria-labelledby="ahead">
            <header><h2 id="ahead">"What is to come"</h2>{file}</header>
            {body}
        </section>
    })
}

fn table(told: &Told<'_>, months: &[Expected]) -> impl IntoView + use<> {
    let budget = told.paid.budget.filter(|_| told.is_in_dollars()).map(|budget| budget.month);
    let exact = |cents: Cents| told.currency.exact(cents);
    let rows = months.iter().map(|expected| {
        let against =
            budget.map(|budget| view! { <td class="number">{against(&told.currency, budget, expected.mean)}</td> });
        view! {
            <tr>
                <th scope="row">{expected.month.title()}</th>
                <td class="number">{exact(expected.mean)}</td>
                <td class="number">{exact(expected.low)}</td>
                <td class="number">{exact(expected.high)}</td>
                {against}
            </tr>
        }
    });
    let rows = rows.collect_view();
    let head = budget.map(|budget| {
        view! { <th scope="col" class="number">{format!("Against {}", money::dollars(budget))}</th> }
    });
    view! {
        <div class="scrolls" tabindex="0" role="group" aria-labelledby="ahead">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Month"</th>
                        <th scope="col" class="number">"Expected"</th>
                        <th scope="col" class="number">"From"</th>
                        <th scope="col" class="number">"To"</th>
                        {head}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn against(currency: &Currency, budget: Cents, expected: Cents) -> String {
    match expected.0.cmp(&budget.0) {
        std::cmp::Ordering::Greater => format!("{} over", currency.exact(expected - budget)),
        std::cmp::Ordering::Equal => "the same".to_owned(),
        std::cmp::Ordering::Less => format!("{} under", currency.exact(budget - expected)),
    }
}

/// Whose it is and how it was made.
fn method(told: &Told<'_>, ledger: &Ledger, forecast: &Forecast) -> impl IntoView + use<> {
    let paid = ledger.days.last().map(|last| format!("What was paid through {} is in it. ", day(last.day)));
    let how = match forecast.by {
        ByWhom::CostExplorer(at) => Either::Left(view! {
            "This is Cost Explorer's own forecast, made "<Ago at now=told.now />". The ends of a month are the ends of its days added up, so \
             they are wider apart than AWS would draw them for a month."
        }),
        ByWhom::Teal(days) => Either::Right(format!(
            "Cost Explorer gave no forecast. This is Teal's own, and a simple one: each day ahead costs what its day of the week cost on the \
             average of the last four weeks ({days} days were read). It knows nothing of what you plan.",
        )),
    };
    view! { <p class="hint">{paid}"From and to: 8 times in 10 it comes to something between. "{how}</p> }
}
