//! What was paid in fact: bars by month and by day, and the numbers behind them.

mod by_month;
mod days;
mod months;
mod pieces;
mod scale;
mod stack;
mod tables;
mod trouble;

use super::{
    files,
    told::{Told, day},
};
use crate::{components::when::When, words::money};
use leptos::prelude::*;
use teal_domain::{PairSnapshot, bill::MOST_REQUESTS};

pub(super) use pieces::{fill, patterns};
pub(super) use tables::against;

/// The card.
pub(super) fn card(pair: &PairSnapshot, told: &Told<'_>) -> impl IntoView + use<> {
    let files = files::base(&pair.id);
    let body = told.ledger().map(|ledger| {
        let tagged = (!told.lacks_tags()).then(|| {
            view! {
                {months::figure(told, ledger)}
                {days::figure(told, ledger, &files)}
                {tables::services(told, ledger, &files)}
                {tables::sides(told, ledger, &files)}
            }
        });
        let usage = (!told.lacks_tags()).then(|| tables::usage(told, ledger, &files));
        view! {
            {tagged}
            {tables::unattributed(told, ledger, &files)}
            {usage}
        }
    });
    view! {
        <section class="card paid" aria-labelledby="paid">
            <header><h2 id="paid">"What was paid"</h2></header>
            {source(told)}
            {trouble::notices(told)}
            {body}
        </section>
    }
}

/// Where the sums are from, how old they are, and what it cost to ask.
fn source(told: &Told<'_>) -> impl IntoView + use<> {
    let asked = told.paid.asked;
    let read = told.paid.read_at.map(|at| view! { <span>"Read "<When at now=told.now /></span> });
    let through = told.through().map(|last| view! { <span>{format!("through {}, days in UTC", day(last))}</span> });
    let next = asked.next.map(|at| view! { <span>"next "<When at now=told.now /></span> });
    view! {
        <p class="source dotted">
            <span>"AWS Cost Explorer, unblended: usually a day behind"</span>
            {read}
            {through}
            <span>
                {format!(
                    "asked {} of {MOST_REQUESTS} times today and {} this month, {}",
                    asked.today,
                    if asked.month == 1 { "once".to_owned() } else { format!("{} times", asked.month) },
                    money::exact(asked.cost()),
                )}
            </span>
            {next}
        </p>
    }
}
