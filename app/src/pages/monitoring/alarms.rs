//! The recommended alarms: those that ring, those that are missing, with what makes them, and those that are there.

use crate::{
    components::{
        mark::{Mark, Tag, Tone},
        side::Side,
        when::{Ago, When},
    },
    render::View,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    PairSnapshot, Reading, Timestamp,
    alarms::{Entry, Existing, Recommended, Standing, compare, template, wanted},
    monitoring::Why,
    surroundings::AlarmState,
};

/// The section.
pub(super) fn section(view: &View<'_>, pair: &PairSnapshot) -> impl IntoView + use<> {
    let (now, reading) = (view.now, &pair.monitoring.alarms);
    let body = match reading.value() {
        Some(alarms) => Either::Left(told(compare(wanted(pair), alarms), now)),
        None => Either::Right(reading.error().is_none().then(|| {
            view! { <p><Mark tone=Tone::Busy text="The alarms are being read" /></p> }
        })),
    };
    let age = reading.read_at().map(|at| view! { <p class="freshness">"Read " <Ago at now /></p> });
    view! {
        <section class="card alarms" aria-labelledby="alarms" data-region="alarms">
            <header><h2 id="alarms">"Recommended alarms"</h2>{age}</header>
            {trouble(reading, now)}
            {body}
        </section>
    }
}

/// What keeps the alarms from being read.
fn trouble<T>(reading: &Reading<T>, now: Timestamp) -> impl IntoView + use<T> {
    super::charts::trouble(reading, "The alarms", now)
}

fn told(mut entries: Vec<Entry>, now: Timestamp) -> impl IntoView {
    entries.sort_by_key(|entry| entry.standing.rank());
    let count = |of: &dyn Fn(&Standing) -> bool| entries.iter().filter(|entry| of(&entry.standing)).count();
    let words = [
        (count(&|is| is.rank() == 0), "in alarm"),
        (count(&|is| matches!(is, Standing::Missing(_))), "missing"),
        (count(&|is| matches!(is, Standing::Not(Why::Unread(_)))), "cannot be told"),
        (count(&|is| is.rank() == 3 || is.rank() == 4), "there and quiet"),
        (count(&|is| matches!(is, Standing::Not(Why::NotApplicable(_)))), "not applicable"),
    ];
    let summary = words
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect::<Vec<_>>()
        .join(" · ");
    let missing: Vec<&Recommended> = entries
        .iter()
        .filter_map(|entry| match &entry.standing {
            Standing::Missing(recommended) => Some(recommended),
            Standing::There { .. } | Standing::Not(_) => None,
        })
        .collect();
    let all = (missing.len() > 1).then(|| {
        let text = template(&missing);
        let title = format!("A template with all {} that are missing", missing.len());
        view! {
            <details class="snippet all" id="template">
                <summary>{title}</summary>
                <p class="hint">
                    "Deploy it with "<code>"aws cloudformation deploy --parameter-overrides AlertTopic=…"</code>
                    ". A click into it selects all of it."
                </p>
                {copied("template-text".to_owned(), text)}
            </details>
        }
    });
    let rows = entries.into_iter().enumerate().map(|(number, entry)| row(entry, number, now)).collect_view();
    view! {
        <p class="lead-line">{summary}"."</p>
        {all}
        <ul class="alarm-rows">{rows}</ul>
        <p class="hint">
            "Alarms are matched by the metric that they look at, whatever they are called. Their thresholds are their owner's business."
        </p>
    }
}

fn row(entry: Entry, number: usize, now: Timestamp) -> impl IntoView {
    let Entry { title, side, standing } = entry;
    let key = format!("{} {title}", side.map_or("", teal_domain::Color::as_str));
    let (tone, word) = match &standing {
        Standing::Missing(_) => (Tone::Attention, "missing"),
        Standing::Not(Why::Unread(_)) => (Tone::Unknown, "cannot be told"),
        Standing::Not(Why::NotApplicable(_)) => (Tone::Plain, "not applicable"),
        Standing::There { alarm, .. } => match alarm.state {
            AlarmState::Alarm => (Tone::Down, "in alarm"),
            AlarmState::Fine => (Tone::Good, "quiet"),
            AlarmState::NoData | AlarmState::Missing => (Tone::Unknown, "has no data"),
        },
    };
    let class = match standing.rank() {
        0 => "alarm rings",
        1 => "alarm missing",
        _ => "alarm",
    };
    let detail = match standing {
        Standing::Missing(recommended) => snippet(&recommended, number).into_any(),
        Standing::Not(why) => view! { <p class="hint">{why.says().to_owned()}</p> }.into_any(),
        Standing::There { alarm, more } => there(alarm, more, now).into_any(),
    };
    let side = side.map(|color| view! { <Side color />" " });
    view! {
        <li class=class data-key=key>
            <p class="what">{side}<span>{title}</span></p>
            <Mark tone text=word />
            <div class="detail">{detail}</div>
        </li>
    }
}

fn there(alarm: Existing, more: usize, now: Timestamp) -> impl IntoView {
    let since = alarm.since.map(|at| view! { " since " <When at now /> });
    let more = (more > 0).then(|| format!(", and {more} more over the same metric"));
    let mute = (!alarm.tells).then(|| view! { " " <Tag tone=Tone::Attention text="tells nobody" /> });
    view! { <p class="hint"><code>{alarm.name}</code>{since}{more}{mute}</p> }
}

fn snippet(recommended: &Recommended, number: usize) -> impl IntoView + use<> {
    let (why, text) = (recommended.why.clone(), recommended.resource());
    let metric = recommended.metric.to_string();
    view! {
        <p class="hint">{metric}</p>
        <details class="snippet" id=format!("snippet-{number}")>
            <summary>"CloudFormation to copy"</summary>
            <p class="hint">{why}" A click into it selects all of it; "<code>"AlertTopic"</code>" is a topic of yours."</p>
            {copied(format!("snippet-{number}-text"), text)}
        </details>
    }
}

/// A text to be copied: by the button, or by a click into it.
fn copied(id: String, text: String) -> impl IntoView {
    view! {
        <button type="button" class="button quiet copy" data-copy=id.clone()>"Copy"</button>
        <pre tabindex="0" id=id><code>{text}</code></pre>
    }
}
