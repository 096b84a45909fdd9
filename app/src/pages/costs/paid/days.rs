//! The days of this month and the one before, small, and what the rest of this one is expected to cost.

use super::{
    super::{
        files,
        told::{Told, day as said},
    },
    pieces::{framed, piece},
    scale::{Scale, place},
};
use crate::words::time::Civil;
use leptos::prelude::*;
use std::collections::BTreeMap;
use teal_domain::{
    bill::{DayAhead, Ledger},
    cost::Cents,
    time::Day,
};

const HEIGHT: i64 = 132;
const TOP: i64 = 8;
const BARS: i64 = 92;

/// The figure.
pub(super) fn figure(told: &Told<'_>, ledger: &Ledger, files: &str) -> impl IntoView + use<> {
    let month = told.today.month();
    let (from, to) = (Day::of(month.previous().begins()), Day::of(month.ends()));
    let read: BTreeMap<Day, Cents> = ledger.days.iter().map(|total| (total.day, total.micros.cents())).collect();
    let through = told.through();
    let ahead = told.forecast.iter().flat_map(|forecast| &forecast.days);
    let ahead: BTreeMap<Day, &DayAhead> = ahead
        .filter(|ahead| through.is_none_or(|through| ahead.day > through))
        .map(|ahead| (ahead.day, ahead))
        .collect();
    let days: Vec<Day> = (from.0..to.0).map(Day).collect();
    let shown = |day: &Day| read.get(day).copied().or_else(|| Some(ahead.get(day)?.mean.cents()));
    let sums: Vec<Cents> = days.iter().filter_map(shown).collect();
    let (low, high) = (sums.iter().min().copied().unwrap_or_default(), sums.iter().max().copied().unwrap_or_default());
    let scale = Scale::of(low, high, TOP, BARS);
    let bars = days.iter().enumerate().map(|(index, day)| {
        let place = place(index, days.len());
        let paid = read.get(day).copied();
        let bar = shown(day).filter(|sum| sum.0 != 0).map(|sum| {
            let class = match (paid, sum.0 < 0) {
                (None, _) => "piece ahead",
                (Some(_), true) => "piece below",
                (Some(_), false) if day.month() == month => "piece one",
                (Some(_), false) => "piece three",
            };
            piece(class, &place, scale.piece(Cents(0), sum))
        });
        let title = match (paid, ahead.get(day)) {
            (Some(paid), _) => format!("{}: {}", said(*day), told.currency.exact(paid)),
            (None, Some(ahead)) => format!("{}: {} expected", said(*day), told.currency.exact(ahead.mean.cents())),
            (None, None) => format!("{}: not read", said(*day)),
        };
        let name = named(*day).map(|name| view! { <text class="tick first" x=place[0].clone() y="122">{name}</text> });
        view! { <g><title>{title}</title>{bar}{name}</g> }
    });
    let bars = bars.collect_view();
    let gaps =
        days.iter().filter(|day| **day < told.today && !read.contains_key(day) && !ahead.contains_key(day)).count();
    let gaps = (gaps > 0).then(|| {
        let noun = if gaps == 1 { "day was" } else { "days were" };
        view! { <p class="hint">{format!("{gaps} {noun} not read.")}</p> }
    });
    let says = match (sums.iter().max(), ledger.days.last()) {
        (Some(most), Some(last)) => format!(
            "From {} on; at most {} a day. The last day that was read, {}, cost {}.",
            said(from),
            told.currency.exact(*most),
            said(last.day),
            told.currency.exact(last.micros.cents())
        ),
        _ => "Nothing was read.".to_owned(),
    };
    let picture = framed(
        ("paid-days-picture", "What was paid by day".to_owned(), says),
        HEIGHT,
        &scale,
        &told.currency,
        bars.into_any(),
    );
    view! {
        <figure class="bars-figure" aria-labelledby="paid-days">
            <header>
                <h3 id="paid-days">{format!("By day, {} and {}", month.previous().title(), month.title())}</h3>
                {files::link(files, "days", "the days")}
            </header>
            {picture}
            {gaps}
        </figure>
    }
}

/// Each week of a month is named by its first day, the first by its month too.
fn named(day: Day) -> Option<String> {
    let civil = Civil::of(day.begins());
    match civil.day {
        1 => Some(format!("1 {}", civil.month_name())),
        8 | 15 | 22 => Some(civil.day.to_string()),
        _ => None,
    }
}
