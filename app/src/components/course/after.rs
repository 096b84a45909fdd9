//! What followed the flip: the three recovery times, the steps as they happened, what is owed, and the way back.

use super::Here;
use crate::{
    components::{
        allowed,
        mark::{Mark, Tone},
        runbook,
        side::Shape,
        skip,
    },
    functions::GoOn,
    paths,
    render::View,
    words::{self, after, time},
};
use std::collections::BTreeSet;

use leptos::{prelude::*, server_fn::ServerFn};
use teal_domain::{
    Action, PairSnapshot, Timestamp,
    history::{Progress, Record, SwitchRecord},
    steps::{Course, Step},
    switch::Outcome,
    watch::Source,
};

/// Whether something still follows the switch of this record.
pub fn goes_on(pair: &PairSnapshot, record: &Record) -> bool {
    let following = pair.following.as_ref().filter(|following| following.seq == record.seq);
    following.is_some_and(|following| !following.course.is_over())
}

/// The card, where the switch landed and something followed.
pub fn after(view: &View<'_>, pair: &PairSnapshot, record: &Record, here: Here) -> Option<AnyView> {
    let switch = record.switch()?;
    let Progress::Ended { at: landed, outcome: Outcome::Landed { .. } } = &switch.progress else { return None };
    let course = &switch.course;
    if !course.has_begun() {
        return None;
    }
    let landed = *landed;
    let plan = course.plan.as_ref().map(|plan| (landed, Step::Planned { plan: plan.clone() }));
    let rows = plan.iter().chain(&course.steps).map(|(at, step)| row(pair, course, landed, *at, step)).collect_view();
    let on = goes_on(pair, record);
    let buttons = on.then(|| buttons(view, pair, record, switch));
    let back = on.then(|| back(view, pair, record, switch, here)).flatten();
    let runbook = runbook::of_pair(pair);
    Some(
        view! {
            <section class="card after-card" aria-labelledby="after" data-glow="">
                <header><h2 id="after">"After the flip"</h2><span class="summary">{state(course, view.now)}</span></header>
                {times(record, course, landed)}
                <ol class="after-steps">{rows}</ol>
                {buttons}
                {back}
                <p class="hint">
                    "If it does not go as it should: "<a href=paths::trouble(&pair.id)>"Troubleshooting"</a>
                    {runbook.map(|link| view! { ", " {link} })}
                </p>
            </section>
        }
        .into_any(),
    )
}

/// Three figures and never one.
fn times(record: &Record, course: &Course, landed: Timestamp) -> impl IntoView + use<> {
    let flip = record.flip().map_or_else(|| "not measured".to_owned(), words::span);
    let (picked, dag) = match (course.picked_up(), course.watched()) {
        (Some((dag, at)), _) => (after::pickup(landed, at), format!("until the first task, of {dag}")),
        (None, None) => ("none yet".to_owned(), "until the first task".to_owned()),
        (None, Some((end, _, _)))
            if course.gaps(end).iter().any(|gap| gap.what.is_none_or(|what| what == Source::Tasks)) =>
        {
            ("not known".to_owned(), "its tasks could not be read all the time".to_owned())
        }
        (None, Some(_)) => ("none".to_owned(), "no task began while it was watched".to_owned()),
    };
    let (covered, more) = after::coverage(course);
    view! {
        <dl class="facts recovery">
            <div><dt>"Flip"</dt><dd>{flip}</dd><dd class="hush-line">"click to verified"</dd></div>
            <div><dt>"Pickup"</dt><dd>{picked}</dd><dd class="hush-line">{dag}</dd></div>
            <div><dt>"Coverage"</dt><dd>{covered}</dd><dd class="hush-line">{more}</dd></div>
        </dl>
    }
}

fn row(pair: &PairSnapshot, course: &Course, landed: Timestamp, at: Timestamp, step: &Step) -> impl IntoView + use<> {
    let (tone, said, more) = after::step(course, step);
    let more = Some(more).filter(|more| !more.is_empty());
    let runbook = match step {
        Step::Red { what, .. } => runbook::of_red(pair, what),
        _ => None,
    };
    view! {
        <li>
            <time datetime=words::iso(at) title=words::stamp(at)>{time::clock(at)}</time>
            <span class="after">{format!("+{}", after::pickup(landed, at))}</span>
            <Mark tone text=said />
            {more.map(|more| view! { <p class="evidence">{more}{runbook.map(|link| view! { " " {link} })}</p> })}
        </li>
    }
}

/// Where it stands, in a few words.
fn state(course: &Course, now: Timestamp) -> String {
    // Of one that another switch took the place of, nothing more is done.
    let dags = match (&course.plan, course.dags_done() || course.is_over()) {
        (_, true) => None,
        (None, _) => Some("the DAGs are not planned yet".to_owned()),
        (Some(_), false) => {
            let left: BTreeSet<String> = [course.left(false), course.left(true)].concat().into_iter().collect();
            Some(format!("{} left to do", after::count(left.len())))
        }
    };
    let watch = match (course.watched(), course.watching()) {
        (Some(_), _) | (None, None) => None,
        (None, Some((until, _))) => Some(format!("watched for {} more", time::age(until.since(now)))),
    };
    let parts = [dags, watch].into_iter().flatten().collect::<Vec<_>>();
    if parts.is_empty() { "done".to_owned() } else { parts.join(" · ") }
}

fn buttons(view: &View<'_>, pair: &PairSnapshot, record: &Record, switch: &SwitchRecord) -> impl IntoView + use<> {
    let course = &switch.course;
    let denied = view.denied(Action::Switch);
    let off = denied.is_some();
    let owes = !course.owed().is_empty() || course.plan.is_none();
    let fields = || {
        view! {
            <input type="hidden" name="pair" value=pair.id.to_string() />
            <input type="hidden" name="record" value=record.seq.to_string() />
            <input type="hidden" name="operation" value=switch.operation.to_string() />
        }
    };
    let skip = skip::form(view, pair, record.seq, switch);
    let again = owes.then(|| {
        view! {
            <form method="post" action=GoOn::url()>
                {fields()}
                <button type="submit" class="button" disabled=off>"Try again now"</button>
                <p class="hint">"What is owed is tried again every few seconds; this does it at once."</p>
            </form>
        }
    });
    let any = skip.is_some() || again.is_some();
    view! {
        {skip::problem(view, pair, record.seq)}
        <div class="after-actions">
            {again}
            {skip}
            {denied.as_ref().filter(|_| any).map(allowed::why_not)}
        </div>
    }
}

/// The way back, for as long as it is one: what follows a revert is a new switch.
fn back(
    view: &View<'_>,
    pair: &PairSnapshot,
    record: &Record,
    switch: &SwitchRecord,
    here: Here,
) -> Option<impl IntoView + use<>> {
    let from = switch.from?;
    pair.taken_back(from, view.now).filter(|following| following.seq == record.seq)?;
    let red = !switch.course.red().is_empty();
    let tone = if red { Tone::Down } else { Tone::Plain };
    let said = if red {
        "It is red: take it back, unless you know better"
    } else {
        "While it is watched it can be taken back without asking anybody"
    };
    // Where the form is on this very page, it is lower down.
    let form = if here == Here::Switch(Some(from)) { "#confirm".to_owned() } else { paths::switch(&pair.id, from) };
    Some(view! {
        <div class="way-back">
            <Mark tone text=said />
            <a class="button" class:primary=red href=form>"Take it back to " <Shape color=from />{from.title()}"…"</a>
        </div>
    })
}
