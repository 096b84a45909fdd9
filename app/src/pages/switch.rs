//! The switch panel: from, to, what will happen, what speaks against it, and the confirmation.

mod at_hand;
mod dags;
mod plan;
mod request;
mod smoke;

use super::shell::{Page, Tab};
use crate::{
    components::{checks, freezes, runbook, side::Side},
    desk::{DeskError, Offer, RecordDetail},
    islands::switch_form::{Block, ChangeField, SwitchForm, refused},
    paths::{self, SwitchProblem, SwitchQuery},
    render::View,
    words::{self, record},
};
use leptos::prelude::*;
use teal_domain::{
    Color, PairSnapshot, Reason,
    policy::{self, ChangeRefRule},
    preflight::{self, Check, Given, Verdict},
    reason::ReasonError,
};

/// What stands over the reasons why nothing can be switched here.
const OFF: &str = "Nothing can be switched from here";

/// The page. `course` is the switch that is under way or was a moment ago, if there is one.
pub fn page(
    view: &View<'_>,
    pair: &PairSnapshot,
    target: Color,
    offer: Result<Offer, DeskError>,
    query: SwitchQuery,
    course: Option<&RecordDetail>,
) -> Page {
    let SwitchQuery { problem, reason, change_ref, .. } = query.clone();
    let repair = pair.flag.value().is_some_and(|flag| flag.color().is_none());
    let title =
        if repair { format!("Set the flag to {}", target.title()) } else { format!("Switch to {}", target.title()) };
    let follows = Some(query.to.map_or_else(|| paths::switch(&pair.id, target), |_| view.address()));
    let form = (offer.is_ok() && pair.live() != Some(target)).then_some(target);
    let at_hand = at_hand::region(view, pair, course, form);
    // What somebody fills in is not lost to a page that loads itself anew.
    let mut refresh = form.is_none() && at_hand::is_open(pair, course);
    let body = match offer {
        _ if pair.live() == Some(target) => already(view, pair, target, problem, at_hand),
        // The way there and back keeps what was wanted: the target, and the reason if one was typed.
        Err(error @ DeskError::Prove { .. }) => {
            let to = Some(target);
            let wanted = SwitchQuery { to, reason, change_ref, ..SwitchQuery::default() }.address(&pair.id);
            view! {
                <section class="switch">
                    {heading(pair, target, repair)}
                    {at_hand}
                    <div class="notice" role="alert">
                        <h2>"Prove who you are first"</h2>
                        <p>{error.to_string()}</p>
                        <p class="actions"><a class="button primary" href=paths::prove(&wanted)>"Sign in again"</a></p>
                    </div>
                </section>
            }
            .into_any()
        }
        Err(error) => {
            let problem = problem.map(|problem| told(view, pair, problem, ""));
            // An approver who may not switch decides here, on the checks and the DAGs as they stand.
            let asked = request::card(view, pair, target, ("", "")).map(|card| {
                let given = Given { proof: view.snapshot.proof(pair), ..Given::default() };
                let checks = checks::checks(&preflight::checks(pair, target, given, view.now), view.now);
                let dags = dags::card(pair, target, view.now);
                view! { <div class="columns"><div class="stack">{dags}{checks}</div>{card}</div> }
            });
            refresh &= asked.is_none();
            view! {
                <section class="switch">
                    {heading(pair, target, repair)}
                    {at_hand}
                    {problem}
                    {asked}
                    {refused(OFF, &error)}
                </section>
            }
            .into_any()
        }
        Ok(offer) => panel(view, pair, &offer, problem, (reason, change_ref), repair, at_hand),
    };
    Page { title, tab: Tab::Switch, follows, reports: false, refresh, body }
}

fn heading(pair: &PairSnapshot, target: Color, repair: bool) -> impl IntoView + use<> {
    let other = target.other();
    view! {
        <header class="switch-head">
            <h1>{if repair { "Set the flag to " } else { "Switch to " }}<Side color=target /></h1>
            {runbook::of_pair(pair)}
        </header>
        {repair.then(|| view! {
            <p class="lead">
                "No side is working. Set the flag to the one that should work: " <Side color=target /> " here, or "
                <a href=paths::switch(&pair.id, other)>"to "{other.title()}" instead"</a> "."
            </p>
        })}
    }
}

/// Nothing to switch: the target is live.
fn already(
    view: &View<'_>,
    pair: &PairSnapshot,
    target: Color,
    problem: Option<SwitchProblem>,
    at_hand: AnyView,
) -> AnyView {
    let other = target.other();
    view! {
        <section class="switch">
            <header class="switch-head">
                <h1><Side color=target />" is live already"</h1>
                {runbook::of_pair(pair)}
            </header>
            {at_hand}
            {problem.map(|problem| told(view, pair, problem, ""))}
            <p class="lead">"There is nothing to switch: nothing would be put."</p>
            <p class="actions">
                <a class="button" href=paths::switch(&pair.id, other)>"Switch to "{other.title()}"…"</a>
                <a class="button quiet" href=paths::overview(&pair.id)>"Back to the overview"</a>
            </p>
        </section>
    }
    .into_any()
}

fn panel(
    view: &View<'_>,
    pair: &PairSnapshot,
    offer: &Offer,
    problem: Option<SwitchProblem>,
    (reason, change_ref): (Option<String>, Option<String>),
    repair: bool,
    at_hand: AnyView,
) -> AnyView {
    let target = offer.target;
    // What was approved is filled in: with another reason it is not approved.
    let approved =
        pair.request.as_ref().filter(|open| open.request.actor.is(&view.who.actor) && open.decision.is_some());
    let reason = reason.or_else(|| approved.map(|open| open.request.reason.to_string())).unwrap_or_default();
    let store = offer.checks.iter().find(|check| check.name == "store" && check.verdict == Verdict::Block);
    let without = store.map(|_| refused(OFF, &plan::without_store(pair, offer)));
    let problem = problem.map(|problem| told(view, pair, problem, &reason));
    let block = block(pair, offer);
    // The change that was approved is the one that the switch belongs to.
    let carried = pair.request.as_ref().and_then(|open| open.carries(&view.who.actor, target, view.now));
    let change_ref = change_ref.or_else(|| carried.map(ToString::to_string)).unwrap_or_default();
    let card = request::card(view, pair, target, (&reason, &change_ref));
    let ChangeRefRule { required, pattern } = pair.policy.change_ref.clone();
    let required = required && pair.taken_back(target, view.now).is_none();
    let change = ChangeField { required, pattern, typed: change_ref };
    view! {
        <section class="switch">
            {heading(pair, target, repair)}
            {at_hand}
            {(!repair).then(|| freezes::line(pair, view.now))}
            {problem}
            {without}
            <div class="columns">
                <div class="stack">
                    {plan::plan(pair, offer, view.now)}
                    {card}
                    {dags::card(pair, target, view.now)}
                    {smoke::card(view, pair, target)}
                    {checks::checks(&offer.checks, view.now)}
                </div>
                <SwitchForm
                    pair=pair.id.clone()
                    target
                    base=offer.base
                    repair
                    confirmation=offer.confirmation.clone()
                    expires_at=offer.expires_at
                    now=view.now
                    block
                    reason
                    change
                />
            </div>
        </section>
    }
    .into_any()
}

/// What the checks leave possible.
fn block(pair: &PairSnapshot, offer: &Offer) -> Block {
    // The change is asked for by the form itself.
    let blocks = |check: &&Check| check.verdict == Verdict::Block && check.name != "change-ref";
    let blocking: Vec<&Check> = offer.checks.iter().filter(blocks).collect();
    let overridable = policy::overridable(&blocking.iter().map(|check| check.name.clone()).collect::<Vec<_>>());
    // Without a journal nothing is switched here, and SSM itself refuses a put that would drop a label.
    let last = blocking.iter().any(|check| matches!(check.name.as_str(), "store" | "label" | "flag"));
    let names = blocking.iter().map(|check| checks::title(&check.name).to_lowercase()).collect::<Vec<_>>().join(", ");
    match (names.is_empty(), last) {
        (true, _) => Block::None,
        (false, false) if offer.may_override && overridable.is_some() => Block::UnlessOverridden(names),
        (false, false) => Block::UnlessEmergency(names, overridable.map(|_| pair.policy.who_overrides(&pair.id))),
        (false, true) => Block::Always(names),
    }
}

/// Why the form came back, from a fixed set: the address lends only the code and what the person had typed.
fn told(view: &View<'_>, pair: &PairSnapshot, problem: SwitchProblem, reason: &str) -> impl IntoView + use<> {
    let (title, text) = match problem {
        SwitchProblem::Typed => ("Nothing was switched", "The name that was typed is not the side's name. Type it as it is shown, then confirm again.".to_owned()),
        SwitchProblem::Reason => ("Nothing was switched", line_problem(reason, "reason")),
        SwitchProblem::ChangeRef => ("Nothing was switched", change_problem(&pair.policy.change_ref)),
        SwitchProblem::Override => ("Nothing was switched", "You may not override what blocks here. Wait until nothing does, or ask somebody who may.".to_owned()),
        SwitchProblem::Confirmation => ("Nothing was switched", "The confirmation had run out (it is good for two minutes), or was made for something else. This one is new: look again, then confirm.".to_owned()),
        SwitchProblem::Store => ("Nothing was switched", "The journal could not be written, and nothing is switched that cannot be recorded. The emergency command lines work without it.".to_owned()),
        SwitchProblem::Moved => ("The flag had moved, so nothing was switched", moved(pair)),
        SwitchProblem::Prove => ("Nothing was switched", "A switch needs a younger sign-in. What you had filled in is kept.".to_owned()),
        SwitchProblem::Ended => ("Nothing was switched", "Your session had ended. You are signed in again, and what you had filled in is kept: look again, then confirm.".to_owned()),
        SwitchProblem::Forbidden => ("Nothing was switched", "You may not switch this pair. What is missing stands below.".to_owned()),
        SwitchProblem::Request => ("What you sent was not taken", "The request stands as it is shown here: somebody was quicker, the flag moved, what is to be done with the DAGs changed, or it is your own. Look again, then decide.".to_owned()),
        SwitchProblem::Smoke => ("The smoke test was not begun", "As things stand nothing can be tested: a switch or another test is under way, the standby does not answer, or a DAG that is named for it is not there or does not ask the flag. What Teal knows of it stands in the card below; `teal smoke` says it in full.".to_owned()),
        SwitchProblem::Form => ("Nothing was switched", "The form could not be read. It is filled in anew below.".to_owned()),
    };
    let after = SwitchQuery::parse(view.query).after.map(|seq| {
        view! { <p><a href=paths::record(&pair.id, seq)>"The record of that attempt"</a></p> }
    });
    view! {
        <div class="notice" role="alert">
            <h2>{title}</h2>
            <p>{text}</p>
            {after}
        </div>
    }
}

/// What the change must look like, so that it can be mended.
fn change_problem(rule: &ChangeRefRule) -> String {
    let needed = if rule.required {
        "A planned switch of this pair names the change that it belongs to"
    } else {
        "A change that is given is a line of at most 500 characters"
    };
    let like = rule.pattern.as_ref().map(|pattern| format!(", and the whole of it must match {pattern}"));
    format!("{needed}{}. Mend it below, then confirm again.", like.unwrap_or_default())
}

/// What is wrong with a line of text, so that it can be mended.
pub(super) fn line_problem(text: &str, what: &str) -> String {
    match Reason::parse(text) {
        Err(ReasonError::TooLong(count)) if count < 600 => {
            format!("The {what} has {count} characters; at most 500 fit.")
        }
        Err(ReasonError::TooLong(_)) => {
            format!("The {what} is too long: at most 500 characters fit. The first 600 are kept below.")
        }
        Err(ReasonError::Empty) => {
            format!("The {what} is empty: say something that whoever reads the history can use.")
        }
        Err(ReasonError::Control { character, position }) => format!(
            "The {what} holds a hidden character (U+{:04X}) at position {position}: remove it.",
            u32::from(character)
        ),
        Ok(_) => format!("The {what} could not be taken. Try again."),
    }
}

/// What changed meanwhile, and by whom.
fn moved(pair: &PairSnapshot) -> String {
    let Some(flag) = pair.flag.value() else { return "Where it stands now is not known.".to_owned() };
    let stands = record::stands(flag);
    let by = pair.origin().map_or_else(String::new, |record| {
        format!(", set by {} at {} UTC", record.actor, words::time::clock(record.at))
    });
    format!("Now {stands}{by}. What you see below is new: look again, then confirm if it is still right.")
}
