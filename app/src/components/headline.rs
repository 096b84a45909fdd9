//! Which side is live? The first thing on the overview, in words that are true however old the reading is.

use super::{
    allowed,
    icon::{Glyph, Icon},
    mark::Tag,
    runbook,
    side::Shape,
    when::{Ago, When},
};
use crate::{
    paths,
    render::View,
    words::{self, is_stale, record},
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use teal_domain::{
    Action, Color, Flag, FlagValue, FlagVersion, PairSnapshot, Timestamp,
    history::{Progress, Record, What},
    switch::Kind,
};

/// The headline.
pub fn headline(view: &View<'_>, pair: &PairSnapshot) -> AnyView {
    let now = view.now;
    let stale = pair.flag.value().is_some() && is_stale(&pair.flag, now);
    let class = if stale { "headline stale" } else { "headline" };
    let main = match pair.flag.value() {
        None => EitherOf3::A(unread(pair)),
        Some(flag) => match flag.color() {
            Some(color) => EitherOf3::B(live(pair, color, stale, now)),
            None => EitherOf3::C(none_works(view, pair, flag, stale)),
        },
    };
    view! { <section class=class aria-labelledby="headline" data-glow="">{main}{staleness(pair, stale, now)}</section> }
        .into_any()
}

fn unread(pair: &PairSnapshot) -> impl IntoView + use<> {
    let why = pair.flag.error().map(|error| {
        view! { {error.message.clone()} " Run " <code>"teal doctor"</code> ": it says what keeps Teal from reading it." }
    });
    let waits = why.is_none().then_some("Teal is asking SSM for it.");
    view! {
        <h1 id="headline" class="says says-unknown"><Icon glyph=Glyph::Question />"The flag has not been read yet"</h1>
        <p class="story">{why}{waits}</p>
    }
}

/// Since when the side is live that is shown as live.
pub fn live_since(pair: &PairSnapshot) -> Option<Timestamp> {
    let version = pair.flag.value().and_then(Flag::version)?;
    pair.live_since.filter(|_| pair.current.as_ref().is_some_and(|record| record.version() == Some(version)))
}

fn live(pair: &PairSnapshot, color: Color, stale: bool, now: Timestamp) -> impl IntoView + use<> {
    let (origin, version) = (pair.origin(), pair.flag.value().and_then(Flag::version));
    let since = live_since(pair).map(|at| view! { <p class="since">"since " <When at now /></p> });
    let class = match color {
        Color::Blue => "says side-blue",
        Color::Green => "says side-green",
    };
    view! {
        <h1 id="headline" class=class>
            <Shape color />
            {color.title()}
            {if stale { " was live when last read" } else { " is live" }}
        </h1>
        {since}
        {match origin {
            Some(record) => Either::Left(story(pair, record)),
            None => Either::Right(view! { <p class="story dotted"><span>"version " {version.map(|version| version.0)}</span></p> }),
        }}
    }
}

fn none_works(view: &View<'_>, pair: &PairSnapshot, flag: &Flag, stale: bool) -> impl IntoView + use<> {
    let denied = view.denied(Action::Switch);
    let name = pair.names.flag.clone();
    let what = match flag {
        Flag::Present { value: FlagValue::Invalid(text), version, .. } => {
            let text = record::clipped(text, 60);
            format!("It holds “{text}” since version {version}, which is neither blue nor green")
        }
        _ => "It does not exist".to_owned(),
    };
    view! {
        <h1 id="headline" class="says says-down">
            <Icon glyph=Glyph::Cross />
            {if stale { "No side was working when last read" } else { "No side is working" }}
        </h1>
        <p class="story">
            "The flag is the parameter " <code>{name}</code> ". " {what}
            ", so no guarded DAG works on either side."
        </p>
        <p class="actions">
            {Color::BOTH
                .map(|color| {
                    let label = view! { "Set the flag to " <Shape color /> {color.title()} "…" };
                    match &denied {
                        None => Either::Left(view! { <a class="button" href=paths::switch(&pair.id, color)>{label}</a> }),
                        Some(_) => Either::Right(allowed::off(label)),
                    }
                })
                .into_iter()
                .collect_view()}
        </p>
        {denied.as_ref().map(allowed::why_not)}
        {runbook::of_pair(pair).map(|link| view! { <p class="hint">{link}</p> })}
    }
}

/// How the current version came about: `version 31 · switched by ana · “upgrade” · verified in 180 ms`.
fn story(pair: &PairSnapshot, record: &Record) -> impl IntoView + use<> {
    let version = pair.flag.value().and_then(Flag::version).unwrap_or(FlagVersion(0));
    let who = record::who(&record.actor.name);
    let how = match &record.what {
        What::Switch(switch) if switch.kind == Kind::Repair => format!("repaired by {who}"),
        What::Switch(_) => format!("switched by {who}"),
        What::External(external) if external.imported => format!("set by {who} before Teal first looked"),
        _ => format!("set past Teal by {who}"),
    };
    let why = record::why(record).map(|why| view! { <span><q>{why.to_owned()}</q></span> });
    let verified = match (&record.what, record::flip(record)) {
        (What::Switch(switch), Some(flip)) if matches!(switch.progress, Progress::Ended { .. }) => {
            Some(format!("{} in {}", record::flipped(record).1, words::span(flip)))
        }
        _ => None,
    };
    view! {
        <p class="story dotted">
            <a href=paths::record(&pair.id, record.seq)>"version " {version.0}</a>
            <span>{how}</span>
            {why}
            {verified.map(|text| view! { <span>{text}</span> })}
            {record::tags(record).into_iter().map(|(tone, text)| view! { <Tag tone text /> }).collect_view()}
            {record.unexplained().then(|| view! {
                <a href=format!("{}#note", paths::record(&pair.id, record.seq))>"Explain it"</a>
            })}
        </p>
    }
}

/// How old what is shown is, where it is too old to be told as the present.
pub fn staleness(pair: &PairSnapshot, stale: bool, now: Timestamp) -> impl IntoView + use<> {
    let at = pair.flag.read_at().filter(|_| stale)?;
    let why = pair.flag.error().map_or_else(|| "Nothing has come from SSM since.".to_owned(), |e| e.message.clone());
    Some(view! {
        <p class="age mark mark-attention">
            <Icon glyph=Glyph::Triangle />
            <span>"Last read " <Ago at now read="flag" /> ". " {why}</span>
        </p>
    })
}
