//! The numbers behind the bars: services, types of usage, sides, and what cannot be told to be the pair's.

use super::{
    super::{files, told::Told},
    by_month::{Heads, by_month, cell, unread},
};
use crate::{components::side::Side, words::money};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Color,
    bill::{Key, Ledger, Row, Table},
    cost::Cents,
    time::Month,
};

/// So many types of usage stand on the page; the file has all of them.
const MOST: usize = 15;

/// What has the pair's tags, by service.
pub(super) fn services(told: &Told<'_>, ledger: &Ledger, files: &str) -> impl IntoView + use<> {
    let name = |key: &Key| key.name.clone().into_any();
    view! {
        <section class="table" aria-labelledby="paid-services">
            <header><h3 id="paid-services">"Services"</h3>{files::link(files, "services", "the services")}</header>
            {by_month(told, ledger, &ledger.services, Heads::Coverage, "paid-services", "Service", &name)}
        </section>
    }
}

/// The types of usage, of the last two months.
pub(super) fn usage(told: &Told<'_>, ledger: &Ledger, files: &str) -> impl IntoView + use<> {
    let present = told.today.month();
    let columns =
        [present, present.previous()].map(|month| ledger.months.iter().position(|known| known.month == month));
    let known =
        |index: Option<usize>| index.filter(|index| ledger.usage.known.get(*index).copied().unwrap_or_default());
    let of = |row: &Row, index: Option<usize>| {
        known(index).and_then(|index| row.cells.get(index).copied()).unwrap_or_default()
    };
    let mut rows: Vec<&Row> =
        ledger.usage.rows.iter().filter(|row| columns.iter().any(|index| of(row, *index).0 != 0)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(columns.map(|index| of(row, index)).iter().copied().sum::<Cents>()));
    let cells = |sum: &dyn Fn(Option<usize>) -> Cents| {
        let cells = columns
            .map(|index| if known(index).is_some() { Either::Left(cell(sum(index))) } else { Either::Right(unread()) });
        cells.into_iter().collect_view()
    };
    let shown = if rows.len() > MOST + 1 { MOST } else { rows.len() };
    let (shown, rest) = rows.split_at(shown);
    let told_rows = shown.iter().map(|row| {
        let of_service = row.key.of.clone();
        let cells = cells(&|index| of(row, index));
        view! { <tr><th scope="row">{row.key.name.clone()}</th><td>{of_service}</td>{cells}</tr> }
    });
    let told_rows = told_rows.collect_view();
    let more = (!rest.is_empty()).then(|| {
        let cells = cells(&|index| rest.iter().map(|row| of(row, index)).sum());
        view! { <tr><th scope="row" colspan="2">{format!("{} more", rest.len())}</th>{cells}</tr> }
    });
    let sums = cells(&|index| rows.iter().map(|row| of(row, index)).sum());
    view! {
        <section class="table usage" aria-labelledby="paid-usage">
            <header><h3 id="paid-usage">"Types of usage"</h3>{files::link(files, "usage", "the types of usage")}</header>
            <div class="scrolls" tabindex="0" role="group" aria-labelledby="paid-usage">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Type"</th>
                            <th scope="col">"Service"</th>
                            <th scope="col" class="number">{present.title()}<span class="good">"so far"</span></th>
                            <th scope="col" class="number">{present.previous().title()}</th>
                        </tr>
                    </thead>
                    <tbody>{told_rows}{more}</tbody>
                    <tfoot><tr><th scope="row" colspan="2">"Together"</th>{sums}</tr></tfoot>
                </table>
            </div>
        </section>
    }
}

/// By the tag that tells the side.
pub(super) fn sides(told: &Told<'_>, ledger: &Ledger, files: &str) -> impl IntoView + use<> {
    let tag = told.paid.tags.side.clone();
    let name = |key: &Key| match key.name.to_ascii_lowercase().parse::<Color>() {
        Ok(color) => view! { <Side color /> }.into_any(),
        Err(_) if key.name.is_empty() => "Without the tag".into_any(),
        Err(_) => key.name.clone().into_any(),
    };
    let body = if ledger.sides.known.iter().any(|known| *known) {
        Either::Left(by_month(told, ledger, &ledger.sides, Heads::Plain, "paid-sides", "Side", &name))
    } else {
        Either::Right(not_yet())
    };
    view! {
        <section class="table" aria-labelledby="paid-sides">
            <header><h3 id="paid-sides">"Sides"</h3>{files::link(files, "sides", "the sides")}</header>
            {body}
            <p class="hint">{format!("By the tag {tag}. What both sides share has none, such as the lineage service and the network.")}</p>
        </section>
    }
}

/// What the account pays and has no tag of a project: shown, and not spread.
pub(super) fn unattributed(told: &Told<'_>, ledger: &Ledger, files: &str) -> impl IntoView + use<> {
    let tag = told.paid.tags.project.0.clone();
    let name = |key: &Key| key.name.clone().into_any();
    let body = if ledger.untagged.known.iter().any(|known| *known) {
        Either::Left(by_month(told, ledger, &ledger.untagged, Heads::Plain, "paid-untagged", "Service", &name))
    } else {
        Either::Right(not_yet())
    };
    view! {
        <section class="table unattributed" aria-labelledby="paid-untagged">
            <header><h3 id="paid-untagged">"Not attributable"</h3>{files::link(files, "untagged", "what is not attributable")}</header>
            <p class="hint">
                {format!(
                    "What the account pays and has no tag {tag}. It may belong to the pair or not: it is in no sum above, and is spread \
                     over nobody.",
                )}
            </p>
            {body}
            {others(told, ledger)}
        </section>
    }
}

fn not_yet() -> impl IntoView {
    view! { <p class="empty">"Not read yet: there are four questions a day, and this one is not the first."</p> }
}

/// What has no tag of a project and what has that of another, each in a line.
fn others(told: &Told<'_>, ledger: &Ledger) -> impl IntoView + use<> {
    let line = |before: String, table: &Table| {
        let sums = together(told, ledger, table);
        (!sums.is_empty()).then(|| view! { <p>{format!("{before}, together: {}.", sums.join(", "))}</p> })
    };
    let count = ledger.others.rows.len();
    let noun = if count == 1 { "project" } else { "projects" };
    view! {
        {line("Without a tag".to_owned(), &ledger.untagged)}
        {line(format!("Other projects of the account, {count} {noun}"), &ledger.others)}
    }
}

/// What a table came to in the last month and in this one, as far as that was read.
fn together(told: &Told<'_>, ledger: &Ledger, table: &Table) -> Vec<String> {
    let present = told.today.month();
    let sum = |month: Month, so_far: &str| {
        let index = ledger.months.iter().position(|known| known.month == month)?;
        Some(format!("{} in {}{so_far}", told.currency.exact(table.month(index)?), month.title()))
    };
    [sum(present.previous(), ""), sum(present, " so far")].into_iter().flatten().collect()
}

/// The sum of the estimate beside that of a month: how far the one is from the other.
pub(in super::super) fn against(estimate: Cents, paid: Cents) -> String {
    let by = paid - estimate;
    let much = money::share(by, estimate).map(|share| format!(", {share}")).unwrap_or_default();
    match by.0.signum() {
        0 => "the same to the cent".to_owned(),
        1 => format!("{} above it{much}", money::dollars(by)),
        _ => format!("{} below it{much}", money::dollars(Cents(0) - by)),
    }
}
