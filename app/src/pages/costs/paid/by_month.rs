//! A table of the ledger: a row for each name, a column for each month, the newest first, and sums that add up.

use super::super::told::{Told, short};
use crate::words::money;
use leptos::prelude::*;
use teal_domain::{
    bill::{Key, Ledger, Row, Table},
    cost::Cents,
};

/// So many rows stand on the page; what is beyond is one row. The file has all of them.
const MOST: usize = 20;

/// Whether the heads of the columns say how much of a month was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Heads {
    /// They do.
    Coverage,
    /// Only whether anything was.
    Plain,
}

/// The table.
pub(super) fn by_month(
    told: &Told<'_>,
    ledger: &Ledger,
    table: &Table,
    heads: Heads,
    labelled: &'static str,
    first: &'static str,
    name: &dyn Fn(&Key) -> AnyView,
) -> AnyView {
    let present = told.today.month();
    let months: Vec<usize> = (0..ledger.months.len()).rev().collect();
    let columns = months.iter().map(|index| {
        let coverage = ledger.months[*index];
        let known = table.known.get(*index).copied().unwrap_or_default();
        let part = match (known, heads) {
            (false, _) => Some("not read".to_owned()),
            (true, Heads::Coverage) if i64::from(coverage.read) < coverage.month.days() => {
                Some(format!("{} of {} days", coverage.read, coverage.month.days()))
            }
            (true, Heads::Plain) if coverage.month == present => Some("so far".to_owned()),
            (true, _) => None,
        };
        let part = part.map(|part| view! { <span class="good">{part}</span> });
        view! { <th scope="col" class="number">{short(coverage.month)}{part}</th> }
    });
    let columns = columns.collect_view();
    let known = |index: usize| table.known.get(index).copied().unwrap_or_default();
    let cells = |of: &dyn Fn(usize) -> Cents| {
        let cells =
            months.iter().map(|index| if known(*index) { cell(of(*index)).into_any() } else { unread().into_any() });
        cells.collect_view()
    };
    let row = |row: &Row| {
        let cells = cells(&|index| row.cells.get(index).copied().unwrap_or_default());
        view! { <tr><th scope="row">{name(&row.key)}</th>{cells}{cell(row.total())}</tr> }
    };
    // One more row takes no more room than to say that there is one.
    let shown = if table.rows.len() > MOST + 1 { MOST } else { table.rows.len() };
    let (shown, rest) = table.rows.split_at(shown);
    let rows = shown.iter().map(row).collect_view();
    let rest = (!rest.is_empty()).then(|| {
        let cells = cells(&|index| rest.iter().filter_map(|row| row.cells.get(index)).copied().sum());
        let total = rest.iter().map(Row::total).sum();
        view! { <tr><th scope="row">{format!("{} more", rest.len())}</th>{cells}{cell(total)}</tr> }
    });
    let sums = cells(&|index| table.month(index).unwrap_or_default());
    view! {
        <div class="scrolls by-month" tabindex="0" role="group" aria-labelledby=labelled>
            <table>
                <thead><tr><th scope="col">{first}</th>{columns}<th scope="col" class="number">"Together"</th></tr></thead>
                <tbody>{rows}{rest}</tbody>
                <tfoot><tr><th scope="row">"Together"</th>{sums}{cell(table.total())}</tr></tfoot>
            </table>
        </div>
    }
    .into_any()
}

/// A sum.
pub(super) fn cell(cents: Cents) -> impl IntoView {
    view! { <td class=if cents.0 == 0 { "number nothing" } else { "number" }>{money::figure(cents)}</td> }
}

/// What was not read is not nothing.
pub(super) fn unread() -> impl IntoView {
    view! { <td class="number nothing"><span class="hush">"not read"</span><span aria-hidden="true">"?"</span></td> }
}
