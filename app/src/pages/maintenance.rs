//! Declared maintenance: what stands, and the form to declare it. A plain form: it needs no script.

use super::shell::{Page, Tab};
use crate::{
    components::{
        allowed, checks,
        mark::{Mark, Tone},
        side::Side,
        when::When,
    },
    functions::{DeclareMaintenance, LiftMaintenance},
    paths::{self, MaintenanceProblem, MaintenanceQuery},
    render::View,
    words::time,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use teal_domain::{
    Action, Color, Millis, PairSnapshot, Timestamp, maintenance::Maintenance, preflight::catalogue::PARITY,
};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot, query: &MaintenanceQuery) -> Page {
    let standing = Color::BOTH.into_iter().find_map(|side| pair.maintained(side, view.now));
    let problem = query.problem.map(|problem| {
        view! { <p class="notice notice-down" role="alert">{told(problem, query, standing, view.now)}</p> }
    });
    let body = match standing {
        Some(declared) => Either::Left(stands(view, pair, declared)),
        None => Either::Right(form(view, pair, query)),
    };
    let body = view! {
        <section class="maintenance" aria-labelledby="maintenance">
            <header class="page-head">
                <h1 id="maintenance">"Maintenance"</h1>
                <a href=paths::upgrade(&pair.id)>"Guided upgrade of Airflow"</a>
            </header>
            <p class="lead">
                "Say what is being done to one side: until then the differences that you name are expected, and the side \
                 raises no alarm while it is the standby. The live side does, whatever was declared."
            </p>
            {problem}
            {body}
            <p class="hint"><a href=paths::maintenances(&pair.id)>"What was declared before"</a></p>
        </section>
    };
    Page {
        title: "Maintenance".to_owned(),
        tab: Tab::None,
        follows: None,
        reports: false,
        refresh: false,
        body: body.into_any(),
    }
}

/// Why the form came back, in words that are ours.
fn told(
    problem: MaintenanceProblem,
    query: &MaintenanceQuery,
    standing: Option<&Maintenance>,
    now: Timestamp,
) -> String {
    let typed = query.what.as_deref().unwrap_or_default();
    match problem {
        MaintenanceProblem::What if typed.trim().is_empty() => {
            "What is done to the side is missing: say it in a line, such as 2.11 → 3.0.6.".to_owned()
        }
        MaintenanceProblem::What => super::switch::line_problem(typed, "line"),
        MaintenanceProblem::Until => format!(
            "The end cannot be taken: name a date and time in UTC, later than {} and no later than {}.",
            time::stamp(now),
            time::stamp(now + Maintenance::LONGEST)
        ),
        MaintenanceProblem::Expects => {
            "One of the differences is none between the two sides: tick them in the list.".to_owned()
        }
        MaintenanceProblem::Stands if standing.is_some() => {
            "One maintenance stands at a time, and this one does: lift it, then declare the next.".to_owned()
        }
        MaintenanceProblem::Stands => {
            "That maintenance does not stand any more: somebody lifted it, or it ran out.".to_owned()
        }
        MaintenanceProblem::Store => {
            "The journal cannot be written just now, so nothing was changed. Try again later.".to_owned()
        }
        MaintenanceProblem::Forbidden => "Nothing was changed: it takes a role that you do not have here.".to_owned(),
        MaintenanceProblem::Ended => {
            "Your session had ended, so nothing was changed. You are signed in again: send it once more.".to_owned()
        }
        MaintenanceProblem::Prove => {
            "Nothing was changed: this needs a sign-in of the last few minutes. Sign in again, then send it once more."
                .to_owned()
        }
        MaintenanceProblem::Form => "The form could not be taken. Fill it in again, and send it from here.".to_owned(),
    }
}

fn stands(view: &View<'_>, pair: &PairSnapshot, declared: &Maintenance) -> impl IntoView + use<> {
    let now = view.now;
    let denied = view.denied(Action::Switch);
    let expects: Vec<String> = declared.expects.iter().map(|name| checks::title(name)).collect();
    let expects = if expects.is_empty() { "nothing".to_owned() } else { expects.join(", ") };
    let live = (pair.live() == Some(declared.side)).then(|| {
        view! {
            <p class="lead-line">
                <Mark tone=Tone::Attention text=format!("{} is live: it raises its alarms all the same", declared.side.title()) />
            </p>
        }
    });
    view! {
        <section class="card" aria-labelledby="stands">
            <header><h2 id="stands"><Side color=declared.side />": "{declared.what.to_string()}</h2></header>
            {live}
            <dl class="facts rows">
                <div><dt>"Until"</dt><dd>{time::stamp(declared.until)}", "<When at=declared.until now /></dd></div>
                <div><dt>"Declared"</dt><dd>"by "{declared.by.name.clone()}", "<When at=declared.since now /></dd></div>
                <div><dt>"Expects to differ"</dt><dd>{expects}</dd></div>
            </dl>
            <form method="post" action=LiftMaintenance::url()>
                <input type="hidden" name="pair" value=pair.id.to_string() />
                <input type="hidden" name="declared" value=declared.id.to_string() />
                <button type="submit" class="button" disabled=denied.is_some()>"Lift it"</button>
                {denied.as_ref().map(allowed::why_not)}
            </form>
        </section>
    }
}

/// A working day, as a proposal.
const PROPOSED: Millis = Millis::from_secs(24 * 3600);

fn form(view: &View<'_>, pair: &PairSnapshot, query: &MaintenanceQuery) -> impl IntoView + use<> {
    let denied = view.denied(Action::Switch);
    let off = denied.is_some();
    let chosen = query.side.unwrap_or_else(|| pair.live().map_or(Color::Green, Color::other));
    let sides = Color::BOTH.map(|color| {
        let role = match pair.live() {
            Some(live) if live == color => " (live)",
            Some(_) => " (standby)",
            None => "",
        };
        view! { <option value=color.as_str() selected=color == chosen>{color.title()}{role}</option> }
    });
    let until = query.until.clone().unwrap_or_else(|| time::field(view.now + PROPOSED));
    let boxes = PARITY.map(|name| {
        let ticked = query.expects.as_ref().is_none_or(|names| names.iter().any(|ticked| ticked == name));
        view! {
            <label class="tick">
                <input type="checkbox" name="expects[]" value=name checked=ticked disabled=off />
                {checks::title(name)}
            </label>
        }
    });
    view! {
        <form class="card declare" method="post" action=DeclareMaintenance::url() data-kept="side what until">
            <input type="hidden" name="pair" value=pair.id.to_string() />
            <div class="field">
                <label for="side">"Side"</label>
                <select id="side" name="side" disabled=off>{sides.into_iter().collect_view()}</select>
            </div>
            <div class="field">
                <label for="what">"What is done to it"</label>
                <input id="what" name="what" type="text" maxlength="500" required autocomplete="off" placeholder="2.11 → 3.0.6" disabled=off value=query.what.clone() />
                <p class="hint">"Of an upgrade: from which version to which. The guided upgrade reads the versions out of this."</p>
            </div>
            <div class="field">
                <label for="until">"Until (UTC)"</label>
                <input id="until" name="until" type="datetime-local" required disabled=off value=until />
                <p class="hint">"14 days ahead at most. It ends by itself then, or when somebody lifts it."</p>
            </div>
            <fieldset class="ticks">
                <legend>"Differences that are expected"</legend>
                {boxes.into_iter().collect_view()}
            </fieldset>
            <button type="submit" class="button primary" disabled=off>"Declare the maintenance"</button>
            {denied.as_ref().map(allowed::why_not)}
        </form>
    }
}
