//! Drills: what is under way, what is planned, what came of those that ran. Plain forms: nothing here needs a script.

pub mod plan;
pub mod report;

use super::shell::{Page, Tab};
use crate::{
    components::{
        allowed,
        mark::{Mark, Tone},
        when::When,
    },
    functions::{DrillStop, DrillTo},
    paths::{self, DrillProblem},
    render::View,
    words::{self, counted, drill},
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use teal_domain::{
    Action, PairSnapshot, Timestamp,
    drill::{DrillRecord, Drills, Due, Measured, Planned, State, seconds},
    history::Record,
};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot, problem: Option<DrillProblem>) -> Page {
    let (drills, now) = (&*pair.drills, view.now);
    let problem = problem.map(|problem| {
        view! { <p class="notice notice-down" role="alert">{told(problem)}</p> }
    });
    let denied = view.denied(Action::Drill);
    let body = view! {
        <div class="drills">
            <header class="page-head">
                <h1>"Drills"</h1>
                {proven(drills, now)}
            </header>
            <p class="lead">
                "Failover that is not rehearsed does not work. A drill switches as you do, with every check, and comes back by itself."
            </p>
            {problem}
            {drills.under_way().map(|(seq, run)| under_way(view, pair, seq, run))}
            <section class="card" aria-labelledby="plans" data-region="plans">
                <header>
                    <h2 id="plans">"Planned"</h2>
                    {match &denied {
                        None => Either::Left(view! { <a class="button" href=paths::drill_plan(&pair.id, None)>"Plan a drill"</a> }),
                        Some(denied) => Either::Right(allowed::why_not(denied)),
                    }}
                </header>
                {if drills.plans.is_empty() {
                    Either::Left(view! {
                        <p class="empty">"Nothing is planned. Begin with a tabletop drill: it goes through every check and moves nothing."</p>
                    })
                } else {
                    let plans = drills.plans.iter().map(|planned| plan_card(pair, planned, denied.is_none(), now));
                    Either::Right(view! { <ul class="plans">{plans.collect_view()}</ul> })
                }}
            </section>
            {runs(pair, drills, now)}
        </div>
    };
    Page {
        title: "Drills".to_owned(),
        tab: Tab::Drills,
        follows: Some(view.path.to_owned()),
        reports: true,
        refresh: false,
        body: body.into_any(),
    }
}

const fn told(problem: DrillProblem) -> &'static str {
    match problem {
        DrillProblem::Field => "The form could not be taken. Fill it in again, and send it from here.",
        DrillProblem::Refused => {
            "Nothing was done: somebody was quicker, another drill is under way, or that is not there any more. Look again."
        }
        DrillProblem::Typed => "Nothing was begun: type the name of the drill as it stands there.",
        DrillProblem::Store => "The journal cannot be written just now, so nothing was done. Try again later.",
        DrillProblem::Forbidden => "Nothing was done: it takes a role that you do not have here.",
        DrillProblem::Ended => {
            "Your session had ended, so nothing was done. You are signed in again: send it once more."
        }
        DrillProblem::Prove => {
            "Nothing was done: this needs a sign-in of the last few minutes. Sign in again, then send it once more."
        }
    }
}

/// How long ago a drill proved that the failover works.
pub fn proven(drills: &Drills, now: Timestamp) -> impl IntoView + use<> {
    match drills.proved_at {
        Some(at) => {
            let text = format!("Proven {}", words::ago(at, now));
            view! { <Mark tone=Tone::Good text /> }
        }
        None => view! { <Mark tone=Tone::Attention text="Never proven by a drill".to_owned() /> },
    }
}

fn under_way(view: &View<'_>, pair: &PairSnapshot, seq: u64, run: &DrillRecord) -> impl IntoView + use<> {
    let denied = view.denied(Action::Drill);
    let stops = run.stopped().is_some();
    let (_, state) = drill::outcome(run);
    let back = if run.flip().is_some() {
        "The flag goes back first; then the drill ends as interrupted."
    } else {
        "Nothing has been switched yet: it ends at once."
    };
    view! {
        <section class="card" aria-labelledby="under-way" data-region="under-way">
            <header>
                <h2 id="under-way">{run.run.plan.name.to_string()}</h2>
                <Mark tone=Tone::Busy text=state />
            </header>
            <p>{drill::told(run)}</p>
            <p><a href=paths::drill_run(&pair.id, seq)>"Its report so far"</a></p>
            <form method="post" action=DrillStop::url()>
                <input type="hidden" name="pair" value=pair.id.to_string() />
                <input type="hidden" name="run" value=run.run.id.to_string() />
                <button type="submit" class="button" disabled=denied.is_some() || stops>{if stops { "It is being stopped" } else { "Stop it" }}</button>
                <p class="hint">{back}</p>
                {denied.as_ref().map(allowed::why_not)}
            </form>
        </section>
    }
}

fn plan_card(pair: &PairSnapshot, planned: &Planned, may: bool, now: Timestamp) -> impl IntoView + use<> {
    let plan = &planned.plan;
    let next = match planned.next.split_first() {
        Some((first, rest)) => Either::Left(view! {
            <p class="next"><strong>{first.there.clone()}</strong>" "<When at=first.at now /></p>
            {conflicts(first)}
            {(!rest.is_empty()).then(|| view! {
                <details>
                    <summary>"And then"</summary>
                    <ol>{rest.iter().map(|due| view! { <li>{due.there.clone()}{conflicts(due)}</li> }).collect_view()}</ol>
                </details>
            })}
        }),
        None if plan.paused => {
            Either::Right(view! { <p class="hint">"It does not run until somebody resumes it."</p> })
        }
        None => Either::Right(view! { <p class="hint">"It is over: no date of it is still to come."</p> }),
    };
    let id = format!("plan-{}", plan.id);
    let (labelled, named) = (id.clone(), format!("run-{}", plan.id));
    let deed = |deed: &'static str, label: String, due: Option<Timestamp>| {
        view! {
            <form method="post" action=DrillTo::url()>
                <input type="hidden" name="pair" value=pair.id.to_string() />
                <input type="hidden" name="plan" value=plan.id.to_string() />
                <input type="hidden" name="deed" value=deed />
                {due.map(|due| view! { <input type="hidden" name="due" value=due.0.to_string() /> })}
                <button type="submit" class="button">{label}</button>
            </form>
        }
    };
    let deeds = may.then(|| {
        let due = planned.next.first().map(|due| (due.at, format!("Skip {}", due.there)));
        view! {
            <details class="deeds">
                <summary>"Change or run"</summary>
                <div class="deeds">
                    <a class="button" href=paths::drill_plan(&pair.id, Some(plan.id))>"Change"</a>
                    {due.map(|(at, label)| deed("skip", label, Some(at)))}
                    {if plan.paused { deed("resume", "Resume".to_owned(), None) } else { deed("pause", "Pause".to_owned(), None) }}
                    {deed("remove", "Take away".to_owned(), None)}
                </div>
                <form method="post" action=DrillTo::url() class="run-now">
                    <input type="hidden" name="pair" value=pair.id.to_string() />
                    <input type="hidden" name="plan" value=plan.id.to_string() />
                    <input type="hidden" name="deed" value="run" />
                    <input type="hidden" name="name" value=plan.name.to_string() />
                    <div class="field">
                        <label for=named.clone()>"To run it now, type its name: "{plan.name.to_string()}</label>
                        <input id=named name="typed" type="text" required autocomplete="off" maxlength="80" />
                    </div>
                    <button type="submit" class="button primary">"Run it now"</button>
                </form>
            </details>
        }
    });
    view! {
        <li aria-labelledby=labelled>
            <h3 id=id>{plan.name.to_string()}" "{plan.paused.then(|| view! { <Mark tone=Tone::Plain text="paused".to_owned() /> })}</h3>
            <p class="hint">{plan.kind.title()}" · "{plan.owner.to_string()}</p>
            {next}
            {deeds}
        </li>
    }
}

pub(super) fn conflicts(due: &Due) -> impl IntoView + use<> {
    let all = due.conflicts.iter().map(|text| view! { <li><Mark tone=Tone::Attention text=text.clone() /></li> });
    (!due.conflicts.is_empty()).then(|| view! { <ul class="plain">{all.collect_view()}</ul> })
}

fn runs(pair: &PairSnapshot, drills: &Drills, now: Timestamp) -> Option<AnyView> {
    if drills.runs.is_empty() {
        return None;
    }
    let (ran, good) = drills.rate();
    let rate = format!("{} of {} succeeded", good, counted(u64::try_from(ran).unwrap_or(u64::MAX), "run", "runs"));
    let rows = drills.runs.iter().filter_map(|record| row(pair, record, now)).collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="runs" data-region="runs">
                <header><h2 id="runs">"Runs"</h2><p class="freshness">{rate}", skipped ones left out"</p></header>
                <div class="scrolls" tabindex="0" role="group" aria-labelledby="runs">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Due"</th>
                                <th scope="col">"Drill"</th>
                                <th scope="col">"Outcome"</th>
                                <th scope="col" class="number">"Flip"</th>
                                <th scope="col" class="number">"Pickup"</th>
                                <th scope="col" class="number">"Back"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn row(pair: &PairSnapshot, record: &Record, now: Timestamp) -> Option<AnyView> {
    let run = record.drill()?;
    let State::Ended(ended) = run.state() else { return None };
    let (tone, text) = drill::outcome(run);
    let Measured { flip, pickup, back, .. } = &ended.measured;
    let time = |span: &Option<teal_domain::Millis>| span.map_or_else(|| "–".to_owned(), seconds);
    Some(
        view! {
            <tr>
                <td><When at=run.run.due now /></td>
                <th scope="row"><a href=paths::drill_run(&pair.id, record.seq)>{run.run.plan.name.to_string()}</a></th>
                <td><Mark tone text /></td>
                <td class="number">{time(flip)}</td>
                <td class="number">{time(pickup)}</td>
                <td class="number">{time(back)}</td>
            </tr>
        }
        .into_any(),
    )
}
