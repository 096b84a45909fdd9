//! The journal's entries of a record as steps, and how long each took.

use crate::{
    components::icon::{Glyph, Icon},
    desk::{EntryLine, RecordDetail},
    words::{self, record, time},
};
use leptos::prelude::*;
use teal_domain::{Millis, history::Record, journal::Timings};

/// The entries, oldest first: when, what, and the hash that holds it in place.
pub fn steps(detail: &RecordDetail) -> impl IntoView + use<> {
    let first = detail.entries.first().map(|entry| entry.at);
    let rows = detail.entries.iter().map(|entry| {
        let after = first.filter(|first| entry.at > *first).map(|first| format!("+{}", distance(entry.at.since(first))));
        view! {
            <li>
                <time datetime=words::iso(entry.at) title=words::stamp(entry.at)>{time::precise(entry.at)}</time>
                <span class="after">{after}</span>
                <span class="kind"><Icon glyph=glyph(entry) />{name(entry.kind)}</span>
                <span class="by" title=entry.actor.name.clone()>{record::who(&entry.actor.name).to_owned()}</span>
                <span class="entry">"entry "{entry.seq}" " <code title=entry.hash.to_string()>{entry.hash.short()}</code></span>
            </li>
        }
    });
    let day = first.map(|at| format!("{} UTC", time::date(at)));
    view! {
        <section class="card steps-card" aria-labelledby="steps">
            <header><h2 id="steps">"In the journal"</h2><span class="summary">{day}</span></header>
            <ol class="entries">{rows.collect_view()}</ol>
        </section>
    }
}

fn distance(span: Millis) -> String {
    if span.as_secs() < 60 { words::span(span) } else { words::age(span) }
}

fn glyph(entry: &EntryLine) -> Glyph {
    match entry.kind {
        "unknown" => Glyph::Question,
        "correction" | "made_anew" | "gap" | "gone" => Glyph::Triangle,
        "put" => Glyph::Arrow,
        "version" => Glyph::Flag,
        "outcome" => Glyph::Check,
        _ => Glyph::Dot,
    }
}

/// What an entry of a kind says.
fn name(kind: &'static str) -> &'static str {
    match kind {
        "intent" => "Intent written",
        "put" => "Put about to be sent",
        "unknown" => "No answer: outcome unknown",
        "outcome" => "Outcome written",
        "correction" => "Corrected: it landed after all",
        "version" => "Version read from AWS",
        "made_anew" => "Parameter made anew",
        "gap" => "Versions lost",
        "gone" => "Parameter missing",
        "note" => "Note added",
        "step" => "A step after the flip",
        "asked" => "Approval asked for",
        "decided" => "Decided",
        "withdrawn" => "Taken back",
        "smoke_begun" => "Smoke test begun",
        "smoke_ended" => "Smoke test ended",
        other => other,
    }
}

/// How long the steps of the flip took, as a bar and in figures.
pub fn timings(record: &Record) -> impl IntoView + use<> {
    let timings = record.switch().and_then(|switch| switch.timings)?;
    let Timings { queue, reread, put, verify, total } = timings;
    let parts = [
        ("Queue", queue, "part-1"),
        ("Read again", reread, "part-2"),
        ("Put", put, "part-3"),
        ("Verify", verify, "part-4"),
    ];
    let sum: u64 = parts.iter().map(|(_, span, _)| span.0).sum();
    let mut x = 0;
    let bars = parts.map(|(_, span, class)| {
        // Tenths of a per cent of the whole; the store's own writing is what is left of the total.
        let width = span.0.saturating_mul(1000) / total.0.max(sum).max(1);
        let at = x;
        x += width;
        view! { <rect class=class x=at y="0" width=width height="24"></rect> }
    });
    let legend = parts.map(|(name, span, class)| {
        view! { <div><dt><span class=format!("swatch {class}") aria-hidden="true"></span>{name}</dt><dd>{words::span(span)}</dd></div> }
    });
    let rest = Millis(total.0.saturating_sub(sum));
    Some(view! {
        <figure class="timings">
            <svg viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                {bars.into_iter().collect_view()}
            </svg>
            <dl class="facts">
                <div class="total"><dt>"Flip, click to verified"</dt><dd>{words::span(total)}</dd></div>
                {legend.into_iter().collect_view()}
                <div><dt><span class="swatch" aria-hidden="true"></span>"Journal"</dt><dd>{words::span(rest)}</dd></div>
            </dl>
        </figure>
    })
}

/// The entries as they stand, for the curious.
pub fn raw(detail: &RecordDetail) -> impl IntoView + use<> {
    let entries = detail.entries.iter().map(|entry| {
        view! {
            <section>
                <h3>"Entry "{entry.seq}", "{entry.kind}</h3>
                <p class="byline"><code>{entry.hash.to_string()}</code></p>
                <pre tabindex="0"><code>{entry.body.clone()}</code></pre>
            </section>
        }
    });
    view! {
        <details class="card raw">
            <summary>"The entries as they stand (JSON)"</summary>
            {entries.collect_view()}
        </details>
    }
}
