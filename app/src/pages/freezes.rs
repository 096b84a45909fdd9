//! The calendar: when planned switches and drills are refused, this month and the next.

mod month;

use super::shell::{Page, Tab};
use crate::{
    components::{
        mark::{Mark, Tone},
        when::Ago,
    },
    paths,
    render::View,
    words::time,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Color, PairSnapshot, Timestamp,
    freeze::{self, Freeze},
};

/// A window, and what the clock of its zone says at both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The window.
    pub window: Freeze,
    /// When it closes, there.
    pub from_there: String,
    /// When it opens, there.
    pub to_there: String,
}

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot, closed: &[Closed]) -> Page {
    let now = view.now;
    let target = pair.live().map_or(Color::Blue, Color::other);
    let grids = month::this_and_next(now).map(|first| month::grid(first, now, &pair.freezes)).collect_view();
    let body = view! {
        <section class="freezes" aria-labelledby="freezes" data-region="freezes">
            <header class="page-head">
                <h1 id="freezes">"Freezes"</h1>
                <a href=paths::switch(&pair.id, target)>"To the switch page"</a>
            </header>
            <p class="lead">
                "While it is closed, planned switches and drills are refused. An emergency and a repair are not."
            </p>
            {stands(pair, closed, now)}
            <div class="months">{grids}</div>
            {list(closed, now)}
        </section>
    };
    Page {
        title: "Freezes".to_owned(),
        tab: Tab::None,
        follows: Some(view.path.to_owned()),
        reports: true,
        refresh: false,
        body: body.into_any(),
    }
}

/// Whether it is closed just now.
fn stands(pair: &PairSnapshot, closed: &[Closed], now: Timestamp) -> AnyView {
    let Some((window, opens)) = freeze::closed(&pair.freezes, now) else {
        return view! { <p class="lead-line"><Mark tone=Tone::Good text="Open now" /></p> }.into_any();
    };
    let there = closed.iter().find(|one| one.window.to == opens).map(|one| format!(" ({})", one.to_there));
    view! {
        <div class="notice">
            <h2>{format!("Closed because: {}", window.because)}</h2>
            <p>"Opens "{time::stamp(opens)}{there}", " <Ago at=opens now />"."</p>
        </div>
    }
    .into_any()
}

fn list(closed: &[Closed], now: Timestamp) -> impl IntoView + use<> {
    // What has opened again stands in the grid, as a thing of the past.
    let ahead: Vec<_> = closed.iter().filter(|one| one.window.to > now).collect();
    if ahead.is_empty() {
        return Either::Left(view! {
            <p class="card empty">
                "Nothing is frozen in the next two months. Whoever runs Teal writes freezes into "
                <code>"[[pair.policy.freeze]]"</code> " of its configuration."
            </p>
        });
    }
    let rows = ahead.into_iter().map(|one| row(one, now)).collect_view();
    Either::Right(view! {
        <table class="log ahead">
            <caption>"Ahead"</caption>
            <thead>
                <tr>
                    <th scope="col">"Closed because"</th>
                    <th scope="col">"Closes"</th>
                    <th scope="col">"Opens"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    })
}

fn row(one: &Closed, now: Timestamp) -> impl IntoView + use<> {
    let here = (one.window.from <= now).then(|| view! { " " <Mark tone=Tone::Attention text="closed now" /> });
    view! {
        <tr>
            <td class="why">{one.window.because.clone()}{here}</td>
            {end("closes", one.window.from, &one.from_there, &one.window.zone)}
            {end("opens", one.window.to, &one.to_there, &one.window.zone)}
        </tr>
    }
}

fn end(word: &'static str, at: Timestamp, there: &str, zone: &str) -> impl IntoView + use<> {
    let there = (zone != "UTC").then(|| view! { <span class="there">{format!("{there} · {zone}")}</span> });
    view! { <td><span class="narrow-word">{word}" "</span>{time::stamp(at)}{there}</td> }
}
