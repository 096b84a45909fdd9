//! The numbers of a chart: a dozen times, each from the lowest to the highest.

use super::word;
use crate::words::{amount::amount, time};
use leptos::prelude::*;
use teal_domain::{
    Timestamp,
    metrics::{Chart, Line},
    monitoring::Span,
};

/// Rows of the table.
const ROWS: i64 = 12;

/// The table.
pub(super) fn numbers(chart: &Chart, span: Span, (from, to): (Timestamp, Timestamp)) -> impl IntoView + use<> {
    let step = span.length().as_i64() / ROWS;
    let heads = chart.lines.iter().map(|line| view! { <th scope="col" class="number">{word(&line.name)}</th> });
    let heads = heads.collect_view();
    let rows = (0..ROWS).rev().map(|row| {
        let begins = Timestamp(from.0 + row * step);
        let ends = if row == ROWS - 1 { to } else { Timestamp(begins.0 + step) };
        let cells = chart.lines.iter().map(|line| {
            view! { <td class="number">{from_to(chart, line, begins, ends)}</td> }
        });
        view! { <tr><th scope="row">{time::short(begins, to)}</th>{cells.collect_view()}</tr> }
    });
    view! {
        <details class="numbers">
            <summary>"Numbers"</summary>
            <div class="scrolls" tabindex="0">
                <table>
                    <thead><tr><th scope="col">"From, UTC"</th>{heads}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <p class="hint">"The lowest and the highest point of each time."</p>
        </details>
    }
}

fn from_to(chart: &Chart, line: &Line, begins: Timestamp, ends: Timestamp) -> String {
    let inside = line.points.iter().filter(|point| (begins..ends).contains(&point.at)).map(|point| point.value.get());
    let both = inside.fold(None, |both: Option<(f64, f64)>, value| {
        Some(both.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    });
    match both.map(|(low, high)| (amount(chart.unit, low), amount(chart.unit, high))) {
        None => "none".to_owned(),
        Some((low, high)) if low == high => low,
        Some((low, high)) => format!("{low} – {high}"),
    }
}
