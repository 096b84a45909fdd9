//! What happened last: the newest records, and what the first day looks like.

use super::{
    icon::{Glyph, Icon},
    mark::{Mark, Tag},
    side::Side,
    when::When,
};
use crate::{
    paths,
    words::{
        self,
        record::{self, Stood},
    },
};
use leptos::{either::Either, prelude::*};
use teal_domain::{PairId, PairSnapshot, Timestamp, history::Record};

/// How many records the overview shows.
const SHOWN: usize = 6;

/// The newest records.
pub fn recent(pair: &PairSnapshot, now: Timestamp) -> AnyView {
    let rows = if pair.recent.is_empty() {
        Either::Left(view! {
            <p class="empty">
                "Nothing yet. Every change of the flag will be written down here: who, why, and how long it took."
            </p>
        })
    } else {
        let rows = pair.recent.iter().take(SHOWN).map(|record| row(&pair.id, record, now)).collect_view();
        Either::Right(view! { <ol class="records">{rows}</ol> })
    };
    view! {
        <section class="card recent" aria-labelledby="recent">
            <header>
                <h2 id="recent">"What happened last"</h2>
                <a href=paths::history(&pair.id)>"All of it"</a>
            </header>
            {rows}
        </section>
    }
    .into_any()
}

fn row(pair: &PairId, record: &Record, now: Timestamp) -> impl IntoView + use<> {
    let (tone, outcome) = record::outcome(record);
    view! {
        <li class="record" data-key=record.seq data-glow="">
            <When at=record.happened_at() now />
            <div class="did">
                <a class="what" href=paths::record(pair, record.seq)>{movement(record)}</a>
                <span class="who" title=record.actor.name.clone()>{record::who(&record.actor.name).to_owned()}</span>
            </div>
            <div class="said">
                <span class="why">
                    {record::why(record).map(|why| view! { <q>{why.to_owned()}</q> })}
                    {tags(record)}
                </span>
                <span class="outcome">
                    <Mark tone text=outcome />
                    {record::flip(record).map(|flip| view! { <span class="span">{words::span(flip)}</span> })}
                </span>
            </div>
        </li>
    }
}

/// To, and from where: ◆ Green ← ● Blue.
pub fn movement(record: &Record) -> impl IntoView + use<> {
    let (to, from) = record::moved(record);
    view! {
        <span class="movement">
            {record::before_side(record)}
            {stood(to)}
            {from.map(|from| view! {
                <span class="from"><span class="turned"><Icon glyph=Glyph::Arrow /></span>
                <span class="hush">" from "</span>{stood(from)}</span>
            })}
        </span>
    }
}

fn stood(stood: Stood) -> impl IntoView {
    match stood {
        Stood::Side(color) => Either::Left(view! { <Side color /> }),
        Stood::Other(text) => Either::Right(view! { <span class="no-side">{text}</span> }),
    }
}

/// The marks that a record keeps.
pub fn tags(record: &Record) -> impl IntoView + use<> {
    record::tags(record).into_iter().map(|(tone, text)| view! { <Tag tone text /> }).collect_view()
}
