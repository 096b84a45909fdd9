//! A pair at a glance, for a frame in somebody else's page: which side is live, is the other one ready, what
//! happened last. Nothing in it can be done, and nothing leads anywhere.

use super::{
    headline,
    icon::{Glyph, Icon},
    mark::Mark,
    recent::{movement, tags},
    side::{self, Shape, Side},
    side_card,
    when::{Ago, When},
};
use crate::words::{self, is_stale, record};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use teal_domain::{Color, Flag, FlagValue, PairSnapshot, Timestamp, history::Record, snapshot::OpenSwitch};

/// How many records it shows.
const SHOWN: usize = 3;

/// The pair at a glance.
pub fn glance(pair: &PairSnapshot, now: Timestamp) -> AnyView {
    let stale = pair.flag.value().is_some() && is_stale(&pair.flag, now);
    let class = if stale { "headline stale" } else { "headline" };
    let open = pair.open.as_ref().map(|open| under_way(open, now));
    let sides = Color::BOTH.map(|color| row(pair, color, now)).into_iter().collect_view();
    view! {
        {open}
        {away(pair)}
        <section class=class aria-labelledby="headline" data-glow="">
            {says(pair, stale, now)}
            {headline::staleness(pair, stale, now)}
        </section>
        <ul class="glance-sides" aria-label="The two sides">{sides}</ul>
        {last(pair, now)}
    }
    .into_any()
}

/// The same in a few words, for the title of the frame.
pub fn title(pair: &PairSnapshot) -> String {
    match (pair.live(), pair.flag.value()) {
        (Some(color), _) => format!("{} is live", color.title()),
        (None, Some(_)) => "No side is working".to_owned(),
        (None, None) => "Not read yet".to_owned(),
    }
}

fn says(pair: &PairSnapshot, stale: bool, now: Timestamp) -> impl IntoView + use<> {
    match (pair.flag.value(), pair.live()) {
        (None, _) => EitherOf3::A(view! {
            <h1 id="headline" class="says says-unknown"><Icon glyph=Glyph::Question />"The flag has not been read yet"</h1>
        }),
        (Some(_), Some(color)) => {
            let since = headline::live_since(pair).map(|at| view! { <p class="since">"since " <When at now /></p> });
            let class = match color {
                Color::Blue => "says side-blue",
                Color::Green => "says side-green",
            };
            EitherOf3::B(view! {
                <h1 id="headline" class=class>
                    <Shape color />
                    {color.title()}
                    {if stale { " was live when last read" } else { " is live" }}
                </h1>
                {since}
            })
        }
        (Some(flag), None) => {
            let holds = match flag {
                Flag::Present { value: FlagValue::Invalid(text), .. } => {
                    format!("The flag holds “{}”, which is neither blue nor green.", record::clipped(text, 40))
                }
                _ => "The flag does not exist.".to_owned(),
            };
            EitherOf3::C(view! {
                <h1 id="headline" class="says says-down">
                    <Icon glyph=Glyph::Cross />
                    {if stale { "No side was working when last read" } else { "No side is working" }}
                </h1>
                <p class="story">{holds}</p>
            })
        }
    }
}

fn row(pair: &PairSnapshot, color: Color, now: Timestamp) -> impl IntoView + use<> {
    let stale = pair.side(color).error().is_some();
    let class = format!("glance-side {}{}", side::class(color), if stale { " stale" } else { "" });
    let (tone, word) = side_card::status(pair, color, now);
    view! {
        <li class=class data-glow="">
            <Side color />
            " "
            <span class="role">{side_card::role(pair, color)}</span>
            " "
            <Mark tone text=word />
            {side_card::elapsed(pair, color, now)}
            <p class="verdict">{side_card::verdict(pair, color, now)}</p>
        </li>
    }
}

fn under_way(open: &OpenSwitch, now: Timestamp) -> impl IntoView + use<> {
    let (class, glyph, what) = match open.unknown_until {
        Some(_) => ("bar bar-unknown", Glyph::Question, "Outcome unknown"),
        None => ("bar bar-busy", Glyph::Turning, "A switch is under way"),
    };
    view! {
        <div class=class role="status">
            <Icon glyph />
            <p><strong>{what}</strong> ": to " <Side color=open.target /> ", by " {record::who(&open.actor).to_owned()} ", " <Ago at=open.since now /> "."</p>
        </div>
    }
}

fn away(pair: &PairSnapshot) -> impl IntoView + use<> {
    pair.store.error().map(|error| {
        let since = words::time::clock(error.since);
        view! {
            <div class="bar bar-down" role="status">
                <Icon glyph=Glyph::Cross />
                <p><strong>"The journal cannot be written"</strong> " since " {since} " UTC: nothing can be switched from Teal."</p>
            </div>
        }
    })
}

fn last(pair: &PairSnapshot, now: Timestamp) -> impl IntoView + use<> {
    let rows = if pair.recent.is_empty() {
        Either::Left(view! { <p class="empty">"Nothing yet."</p> })
    } else {
        let rows = pair.recent.iter().take(SHOWN).map(|record| line(record, now)).collect_view();
        Either::Right(view! { <ol class="glance-records">{rows}</ol> })
    };
    view! {
        <section class="glance-last" aria-labelledby="last">
            <h2 id="last">"What happened last"</h2>
            {rows}
        </section>
    }
}

fn line(record: &Record, now: Timestamp) -> impl IntoView + use<> {
    let (tone, outcome) = record::outcome(record);
    view! {
        <li class="glance-record" data-key=record.seq data-glow="">
            <span class="what">{movement(record)} " " {tags(record)}</span>
            <When at=record.happened_at() now />
            <span class="outcome">
                <Mark tone text=outcome />
                {record::flip(record).map(|flip| view! { " " <span class="span">{words::span(flip)}</span> })}
            </span>
            <span class="who">{record::who(&record.actor.name).to_owned()}</span>
        </li>
    }
}
