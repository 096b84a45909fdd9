//! Lineage: how Marquez is, whether lineage went on over the last switch, what ran on both sides, and the way there.

mod continuity;
mod days;
mod jobs;
mod way;

use super::shell::{Page, Tab};
use crate::{
    components::{
        mark::{Mark, Tone},
        side::Side,
        when::{Ago, For},
    },
    render::View,
    words::lineage as words,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Color, Millis, PairSnapshot, Reading, Timestamp,
    lineage::{HEALTH_IS_STALE_AFTER, JOBS_ARE_STALE_AFTER, Lineage, Name, WebAddress},
};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot) -> Page {
    Page {
        title: "Lineage".to_owned(),
        tab: Tab::Lineage,
        follows: Some(view.path.to_owned()),
        reports: true,
        refresh: false,
        body: body(pair, view.now),
    }
}

/// What it says; a frame shows the same. Every way on opens a tab of its own.
pub fn body(pair: &PairSnapshot, now: Timestamp) -> AnyView {
    let lineage = &*pair.lineage;
    let asks_api = lineage.setup.api.is_some();
    view! {
        <section class="lineage" aria-labelledby="lineage" data-region="lineage">
            <header class="page-head"><h1 id="lineage">"Lineage"</h1></header>
            {if lineage.setup.asks() { Either::Left(health(lineage, now)) } else { Either::Right(not_asked()) }}
            {(lineage.setup.asks() && !asks_api).then(no_api)}
            {asks_api.then(|| view! {
                {continuity::card(pair, now)}
                <div class="sides">{Color::BOTH.map(|color| jobs::card(pair, color, now)).collect_view()}</div>
                {namespaces(lineage, now)}
                {days::card(lineage, now)}
            })}
            {way::card(pair)}
        </section>
    }
    .into_any()
}

/// How it is, and by what that is known.
fn health(lineage: &Lineage, now: Timestamp) -> impl IntoView + use<> {
    let reading = &lineage.health;
    let (tone, text) = words::health(reading, now);
    let (error, value) = (reading.error(), reading.value());
    let why = match (error, value) {
        (Some(error), _) => Some(format!("The last time that Teal asked, {}", error.message)),
        (None, Some(health)) => Some(words::known_by(health)),
        (None, None) => Some("Teal asks it once a minute.".to_owned()),
    };
    let before =
        error.and(value).map(|_| "What stands below is what was read before that. Nothing of it is needed to switch.");
    view! {
        <div class="health">
            <p class="lead-line"><Mark tone text />{freshness(reading, HEALTH_IS_STALE_AFTER, now)}</p>
            <p class="hint">{why}" "{before}</p>
        </div>
    }
}

/// When something was read; and since when it has not been, and why.
fn freshness<T>(reading: &Reading<T>, stale_after: Millis, now: Timestamp) -> impl IntoView + use<T> {
    let read = reading.read_at().map(|at| {
        let old = words::is_old(reading, stale_after, now);
        view! { "read " <Ago at now />{old.then_some(", which is long ago")} }
    });
    let none = (reading.read_at().is_none()).then_some("never read");
    view! { <span class="freshness">{read}{none}</span> }
}

/// The same for a card: with the error that came since.
fn card_freshness<T>(reading: &Reading<T>, now: Timestamp) -> impl IntoView + use<T> {
    let error = reading.error().map(|error| {
        view! {
            <p class="away">
                <Mark tone=Tone::Attention text="Could not be read" />" "<For at=error.since now />": "{error.message.clone()}
            </p>
        }
    });
    view! { <div class="read">{freshness(reading, JOBS_ARE_STALE_AFTER, now)}{error}</div> }
}

/// What to write so that something is asked.
fn not_asked() -> impl IntoView {
    view! {
        <div class="card empty">
            <h2>"Teal is not told where Marquez is"</h2>
            <p>
                "With its address Teal shows how it is, what ran on both sides and whether lineage went on over a switch. \
                 Write this below the [[pair]] in teal.toml, with the addresses that are right here:"
            </p>
            <pre tabindex="0">{EXAMPLE}</pre>
        </div>
    }
}

const EXAMPLE: &str = "[pair.lineage]\n\
    public_url = \"https://marquez.example.com\"    # where people open it\n\
    api_url = \"http://marquez.internal:5000\"      # where Teal asks it";

fn no_api() -> impl IntoView {
    view! {
        <p class="notice notice-plain">
            <span>
                "Teal knows where Marquez tells its health, and not where its API is: jobs, events and continuity are not \
                 read. Write "<code>"api_url"</code>" into "<code>"[pair.lineage]"</code>"."
            </span>
        </p>
    }
}

/// The namespaces: of both sides, and which others there are, where one of them is missing.
fn namespaces(lineage: &Lineage, now: Timestamp) -> impl IntoView + use<> {
    let setup = &lineage.setup;
    let found = lineage.namespaces.value();
    let rows = Color::BOTH.map(|color| {
        let (tone, text) = match found.map(|found| found.has(color)) {
            Some(true) => (Tone::Good, "there"),
            Some(false) => (Tone::Attention, "not there: nothing has written into it"),
            None => (Tone::Unknown, "not read yet"),
        };
        let name = Name::of(setup.namespace(color)).map(|name| name.short(200).into_owned());
        view! {
            <div><dt><Side color /></dt><dd><code>{name}</code>" "<Mark tone text /></dd></div>
        }
    });
    let missing = found.is_some_and(|found| !found.blue || !found.green);
    let others = found.filter(|_| missing).map(|found| {
        let names =
            found.others.iter().take(12).map(|name| view! { <li><code>{name.short(80).into_owned()}</code></li> });
        let names = names.collect_view();
        let more = found.more || found.others.len() > 12;
        let none = found.others.is_empty();
        view! {
            <p class="hint">
                {if none { "Marquez knows no other namespace." } else { "Marquez also knows these:" }}
            </p>
            {(!none).then(|| view! { <ul class="names">{names}{more.then(|| view! { <li>"and more"</li> })}</ul> })}
            <p class="hint">
                "If a side writes into another one, name it in "<code>"[pair.lineage]"</code>": "
                <code>"namespaces = { blue = \"…\", green = \"…\" }"</code>"."
            </p>
        }
    });
    let shared = (setup.blue == setup.green).then(|| {
        view! {
            <p class="hint">
                "Both sides write into one namespace: lineage goes on in it over a switch, and which side ran a job is not \
                 told by it."
            </p>
        }
    });
    view! {
        <section class="card" aria-labelledby="namespaces">
            <header><h2 id="namespaces">"Namespaces"</h2>{card_freshness(&lineage.namespaces, now)}</header>
            <dl class="facts rows">{rows.collect_view()}</dl>
            {shared}
            {others}
        </section>
    }
}

/// A name that leads to its page in Marquez, where that has one and config says where it is opened.
fn linked(name: &Name, address: Option<String>) -> impl IntoView + use<> {
    let shown = name.short(100).into_owned();
    match address {
        Some(address) => Either::Left(view! {
            <a href=address rel="noopener noreferrer" target="_blank"><code>{shown}</code></a>
        }),
        None => Either::Right(view! { <code>{shown}</code> }),
    }
}

/// The page of a job.
fn of_job(public: Option<&WebAddress>, namespace: &str, name: &Name) -> Option<String> {
    public.and_then(|public| public.job(namespace, name))
}
