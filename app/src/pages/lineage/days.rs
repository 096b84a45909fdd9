//! The events of the last days: a table whose rows are the bars of a chart.

use super::card_freshness;
use crate::{
    components::mark::{Mark, Tone},
    words::time::Civil,
};
use leptos::{either::EitherOf3, prelude::*};
use teal_domain::{
    Timestamp,
    lineage::{Day, Lineage},
};

/// How wide the longest bar is.
const WIDE: u64 = 1000;

/// The card.
pub(super) fn card(lineage: &Lineage, now: Timestamp) -> impl IntoView + use<> {
    let told = match lineage.days.value() {
        None => EitherOf3::A(view! { <p class="empty"><Mark tone=Tone::Unknown text="Not read yet" /></p> }),
        Some(days) if days.iter().all(|day| day.all == 0) => {
            EitherOf3::B(view! { <p class="empty">"No event has come in the last seven days, of any namespace."</p> })
        }
        Some(days) => EitherOf3::C(table(days)),
    };
    view! {
        <section class="card" aria-labelledby="events">
            <header><h2 id="events">"Events a day"</h2>{card_freshness(&lineage.days, now)}</header>
            {told}
        </section>
    }
}

fn table(days: &[Day]) -> impl IntoView + use<> {
    let most = days.iter().map(|day| day.all).max().unwrap_or_default();
    let kinds = days.iter().any(|day| day.kinds.is_some());
    let rows = days.iter().rev().map(|day| row(day, most, kinds)).collect_view();
    let heads = kinds.then(|| {
        let heads = ["Begun", "Completed", "Failed", "Aborted"];
        heads.map(|head| view! { <th scope="col" class=class(head)>{head}</th> }).collect_view()
    });
    let only = (!kinds).then_some(" This version of Marquez only counts them: from 0.50 on it tells their kinds.");
    view! {
        <table class="days">
            <thead>
                <tr>
                    <th scope="col">"Day, UTC"</th>
                    <td class="bar"></td>
                    <th scope="col" class="number">"Events"</th>
                    {heads}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="hint">"Of all namespaces together."{kinds.then_some(" In the bar, what failed is at its end.")}{only}</p>
    }
}

/// What a narrow screen has room for.
fn class(head: &str) -> &'static str {
    if head == "Failed" { "number" } else { "number spare" }
}

fn row(day: &Day, most: u64, kinds: bool) -> impl IntoView + use<> {
    let civil = Civil::of(day.from);
    let name = format!("{} {} {}", civil.day_name(), civil.day, civil.month_name());
    let numbers = kinds.then(|| {
        let told = day.kinds.unwrap_or_default();
        let told =
            [("Begun", told.start), ("Completed", told.complete), ("Failed", told.fail), ("Aborted", told.abort)];
        told.map(|(head, number)| view! { <td class=class(head)>{number}</td> }).collect_view()
    });
    let scaled = |count: u64| width(count, most);
    let failed = scaled(day.kinds.map_or(0, |kinds| kinds.fail));
    let rest = scaled(day.all).saturating_sub(failed);
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="bar">
                <svg viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                    <rect class="came" x="0" y="0" height="12" width=rest></rect>
                    <rect class="failed" x=rest y="0" height="12" width=failed></rect>
                </svg>
            </td>
            <td class="number">{day.all}</td>
            {numbers}
        </tr>
    }
}

/// A bar as wide as its share, and seen if there is anything at all.
fn width(count: u64, most: u64) -> u64 {
    let share = u128::from(count) * u128::from(WIDE) / u128::from(most.max(1));
    u64::try_from(share).unwrap_or(WIDE).max(if count > 0 { 4 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_wide_as_its_share_and_never_wider_than_its_room() {
        assert_eq!([width(0, 0), width(0, 10), width(5, 10), width(10, 10)], [0, 0, 500, 1000]);
        assert_eq!((width(1, 1_000_000), width(u64::MAX, u64::MAX)), (4, 1000));
    }
}
