//! The bar on top of every page: a switch under way, an outcome that is not known, a journal that cannot be
//! written.

use super::{
    icon::{Glyph, Icon},
    runbook,
    side::Side,
    when::Ago,
};
use crate::{
    paths,
    words::{self, time},
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    OperationId, PairSnapshot, Timestamp,
    approval::OpenRequest,
    history::Record,
    snapshot::{Following, OpenSwitch},
};

/// The bar, if there is anything to say.
pub fn bar(pair: &PairSnapshot, now: Timestamp) -> AnyView {
    let open = pair.open.as_ref().map(|open| under_way(pair, open, now));
    let store = pair.store.error().map(|error| {
        view! {
            <div class="bar bar-down" role="status">
                <Icon glyph=Glyph::Cross />
                <p>
                    <strong>"The journal cannot be written"</strong>
                    " since "
                    {time::clock(error.since)}
                    " UTC: "
                    {error.message.clone()}
                    " Nothing can be switched from here until it can; the switch page has the command lines that \
                     work without it."
                </p>
            </div>
        }
    });
    let asked = pair.request.as_ref().filter(|open| open.decision.is_none() && !open.is_over(now));
    let asked = asked.map(|open| asked_for(pair, open, now));
    let following =
        pair.following.as_ref().filter(|_| pair.open.is_none()).map(|following| after(pair, following, now));
    #[cfg(feature = "ssr")]
    let drill = super::drills::bar(pair);
    #[cfg(not(feature = "ssr"))]
    let drill = ();
    view! { {open}{store}{drill}{following}{asked} }.into_any()
}

/// The identity provider cannot be asked: who is in stays in for a while, and nobody else gets in.
pub fn provider_away() -> impl IntoView {
    view! {
        <div class="bar bar-unknown" role="status">
            <Icon glyph=Glyph::Question />
            <p>
                <strong>"The identity provider cannot be reached"</strong>
                ". You stay signed in for a while; nobody can sign in meanwhile, and changed groups are not seen. The command \
                 line works without it."
            </p>
        </div>
    }
}

/// Somebody waits for an approver.
fn asked_for(pair: &PairSnapshot, open: &OpenRequest, now: Timestamp) -> impl IntoView + use<> {
    let request = &open.request;
    view! {
        <div class="bar bar-asked" role="status">
            <Icon glyph=Glyph::Flag />
            <p>
                <strong>{request.actor.name.clone()}" asks to switch to "</strong> <Side color=request.target /> ", "
                <Ago at=request.asked_at now /> ". " <a href=paths::switch(&pair.id, request.target)>"Look at it"</a>
            </p>
        </div>
    }
}

/// Something follows the latest switch: what is red, what is owed, until when it is watched.
fn after(pair: &PairSnapshot, following: &Following, now: Timestamp) -> Option<AnyView> {
    let course = &following.course;
    if course.is_over() || !course.has_begun() {
        return None;
    }
    let record = paths::record(&pair.id, following.seq);
    let watched = course.watching().filter(|_| course.watched().is_none());
    let left = course.left(true).len() + course.left(false).len();
    let owed = course.owed().into_iter().next();
    let (class, glyph) = match (course.red().is_empty(), owed.is_some()) {
        (false, _) => ("bar bar-down", Glyph::Cross),
        (true, true) => ("bar bar-asked", Glyph::Triangle),
        (true, false) => ("bar bar-busy", Glyph::Turning),
    };
    let runbook = match course.red().last() {
        Some((what, _)) => runbook::of_red(pair, what),
        None => owed.as_ref().and_then(|_| runbook::of_pair(pair)),
    };
    let runbook = runbook.map(|link| view! { " · " {link} });
    let red = course.red().last().map(|(_, because)| (*because).to_owned());
    let dags = (!course.dags_done()).then(|| match (&course.plan, owed) {
        (None, _) => " Its DAGs are not planned yet.".to_owned(),
        (_, Some((side, pause, dags, _))) => {
            let what = if pause { "pause" } else { "unpause" };
            format!(" Owed: to {what} {} on {}.", words::after::count(dags.len()), side.title())
        }
        _ => format!(" {} left to move.", words::after::count(left)),
    });
    let title = if red.is_some() { "The switch turned red" } else { "What follows the switch" };
    Some(
        view! {
            <div class=class role="status">
                <Icon glyph />
                <p>
                    <strong>{title}</strong> ": to " <Side color=following.target /> ", " <Ago at=following.landed_at now /> ". "
                    {red}
                    {dags}
                    {watched.map(|(until, _)| format!(" Watched until {} UTC.", time::clock(until)))}
                    {words::after::unseen_now(course).map(|unseen| format!(" {unseen}"))}
                    " "
                    <a href=record>"Its record"</a>
                    {runbook}
                </p>
            </div>
        }
        .into_any(),
    )
}

fn under_way(pair: &PairSnapshot, open: &OpenSwitch, now: Timestamp) -> impl IntoView + use<> {
    let href = record_of(&pair.recent, open.operation).map(|seq| paths::record(&pair.id, seq));
    let link = href.map(|href| view! { " " <a href=href>"Its record"</a> });
    match open.unknown_until {
        Some(until) => Either::Left(view! {
            <div class="bar bar-unknown" role="status">
                <Icon glyph=Glyph::Question />
                <p>
                    <strong>"Outcome unknown"</strong>
                    " since "
                    {time::clock(open.since)}
                    " UTC (" <Ago at=open.since now /> "). The switch to " <Side color=open.target /> " by "
                    {open.actor.clone()}
                    " was sent and no answer came. Teal looks for it in the flag's history; it is settled by "
                    {time::clock(until)}
                    " UTC at the latest. Other switches wait."
                    {link}
                    {runbook::of_pair(pair).map(|runbook| view! { " · " {runbook} })}
                </p>
            </div>
        }),
        None => Either::Right(view! {
            <div class="bar bar-busy" role="status">
                <Icon glyph=Glyph::Turning />
                <p>
                    <strong>"A switch is under way"</strong>
                    " to " <Side color=open.target /> ", confirmed by " {open.actor.clone()} " "
                    <Ago at=open.since now /> "."
                    {link}
                </p>
            </div>
        }),
    }
}

fn record_of(recent: &[Record], operation: OperationId) -> Option<u64> {
    recent.iter().find(|r| r.switch().is_some_and(|s| s.operation == operation)).map(|r| r.seq)
}
