//! The form of a plan. It is sent as it is, and shows its dates while it is filled in, or by a button where no script runs.

use super::{
    super::shell::{Page, Tab},
    conflicts,
};
use crate::{
    components::allowed,
    desk::{DeskError, DrillForm, DrillPreview},
    functions::DrillSave,
    paths::{self, DrillProblem, DrillQuery},
    render::View,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use teal_domain::{
    Action, PairSnapshot,
    drill::{Kind, Plan, When},
};

/// The page: the form, filled in as it came, as the plan stands, or as one begins.
pub fn page(
    view: &View<'_>,
    pair: &PairSnapshot,
    query: &DrillQuery,
    form: &DrillForm,
    preview: &DrillPreview,
) -> Page {
    let denied = view.denied(Action::Drill);
    let off = denied.is_some();
    let changes = !form.plan.is_empty();
    let title = if changes { "Change a drill" } else { "Plan a drill" };
    let (field, wrong) = match (&query.problem, &preview.wrong) {
        (Some(DrillProblem::Field), Some(DeskError::BadInput { field, message })) => {
            (field.as_str(), Some(message.clone()))
        }
        _ => ("", None),
    };
    let problem = query.problem.map(|problem| {
        let text = wrong.clone().unwrap_or_else(|| super::told(problem).to_owned());
        view! { <p class="notice notice-down" role="alert">{text}</p> }
    });
    let runs = pair.drills.under_way().filter(|(_, run)| run.run.plan.id.to_string() == form.plan);
    let runs = runs
        .map(|_| view! { <p class="notice">"It is under way: that run keeps the plan as it was when it began."</p> });
    let text = |name: &'static str, label: &'static str, value: &str, hint: &'static str| {
        let (hinted, ill) = (format!("{name}-hint"), field == name);
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input id=name name=name type="text" maxlength="500" autocomplete="off" value=value.to_owned() disabled=off aria-describedby=hinted.clone() aria-invalid=ill.then_some("true") />
                <p class="hint" id=hinted>{hint}</p>
            </div>
        }
    };
    let choice = |name: &'static str, label: &'static str, chosen: &str, all: &[(&'static str, &'static str)]| {
        let options = all.iter().map(|(word, title)| {
            view! { <option value=*word selected=*word == chosen>{*title}</option> }
        });
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <select id=name name=name disabled=off>{options.collect_view()}</select>
            </div>
        }
    };
    let tick = |name: &'static str, label: &'static str, ticked: bool| {
        view! {
            <label class="tick"><input type="checkbox" name=name value="true" checked=ticked disabled=off />{label}</label>
        }
    };
    let kinds = Kind::ALL.map(|kind| (kind.as_str(), kind.title()));
    let body = view! {
        <section class="drill-plan" aria-labelledby="plan">
            <header class="page-head">
                <p class="crumb"><a href=paths::drills(&pair.id)>"Drills"</a></p>
                <h1 id="plan">{title}</h1>
            </header>
            {problem}
            {runs}
            <form class="card drill-form" method="post" action=DrillSave::url() data-asks=DrillQuery::fields()>
                <input type="hidden" name="pair" value=pair.id.to_string() />
                <input type="hidden" name="plan" value=form.plan.clone() />
                <input type="hidden" name="revision" value=form.revision.clone() />
                <fieldset>
                    <legend>"What"</legend>
                    {text("name", "Name", &form.name, "What people call it, and the reason that its switches are recorded with.")}
                    {choice("kind", "Kind", &form.kind, &kinds)}
                    <ul class="plain hint">{Kind::ALL.map(|kind| view! { <li>{kind.title()}": "{kind.told()}</li> }).into_iter().collect_view()}</ul>
                    {text("hold", "Hold", &form.hold, "How long the other side is live before the flag goes back, such as 15m. Only for switch and return.")}
                    {tick("flag_only", "Move the flag only, and leave the DAGs alone", form.flag_only)}
                    {text("owner", "Owner", &form.owner, "Who answers for it.")}
                    {text("notify", "Who is to know", &form.notify, "E-mail addresses, apart by commas. They stand in the plan; nothing is sent yet.")}
                    {text("change_ref", "Change", &form.change_ref, "The ticket that its switches belong to, where policy asks for one.")}
                </fieldset>
                <fieldset>
                    <legend>"When"</legend>
                    {choice("when", "Schedule", &form.when, &[("once", "Once"), ("cron", "By a cron pattern"), ("rule", "By a rule of RFC 5545")])}
                    {text("at", "At", &form.at, "Local time, such as 2027-02-02T10:00: of a drill that runs once, or when a rule begins.")}
                    {text("cron", "Cron pattern", &form.cron, "Minute, hour, day, month, weekday: 0 10 * * TUE is each Tuesday at ten.")}
                    {text("rrule", "Rule", &form.rrule, "FREQ=MONTHLY;BYDAY=1TU is the first Tuesday of each month.")}
                    {text("zone", "Time zone", &form.zone, "Its IANA name, such as Europe/Berlin. Ten o'clock is ten o'clock there, in summer and in winter.")}
                    {text("window", "Window", &form.window, "How long after its time it may still begin, such as 30m: so long it waits for what blocks it.")}
                    {choice("late", "If Teal did not run at its time", &form.late, &[("skip", "Skip it"), ("run", "Run it while its window is open")])}
                </fieldset>
                <fieldset>
                    <legend>"What counts as good"</legend>
                    {text("flip", "Flip within", &form.flip, "Until the flag has moved, there and back, such as 5s. Empty: not judged.")}
                    {text("pickup", "Pickup within", &form.pickup, "Until the first task begins on the new side, such as 2m. Empty: not judged.")}
                    {tick("nothing_missed", "Nothing that was due is missed or run twice", form.nothing_missed)}
                    {tick("nothing_red", "The watch finds nothing red", form.nothing_red)}
                    <div class="field">
                        <label for="guards">"Guards"</label>
                        <textarea id="guards" name="guards" rows="3" disabled=off aria-describedby="guards-hint" aria-invalid=(field == "guards").then_some("true")>{form.guards.clone()}</textarea>
                        <p class="hint" id="guards-hint">
                            "Alarms of CloudWatch beside those of the policy, one a line: the name, then what it does. before=wait and before=skip: while \
                             it is in alarm the run waits, or is skipped. during: it interrupts the run. outcome: the run has failed. Both bring the flag back."
                        </p>
                    </div>
                </fieldset>
                <div class="preview" data-region="dates">{dates(preview)}</div>
                <div class="buttons">
                    <button type="submit" class="button primary" disabled=off>{if changes { "Save the change" } else { "Plan it" }}</button>
                    <button type="submit" class="button" formmethod="get" formaction=paths::drill_plan(&pair.id, None) formnovalidate>"Show the dates"</button>
                </div>
                {denied.as_ref().map(allowed::why_not)}
            </form>
        </section>
    };
    Page {
        title: title.to_owned(),
        tab: Tab::Drills,
        follows: Some(view.address()),
        reports: true,
        refresh: false,
        body: body.into_any(),
    }
}

fn dates(preview: &DrillPreview) -> impl IntoView + use<> {
    match &preview.dates {
        Ok(dates) if dates.is_empty() => {
            Either::Left(view! { <p class="hint">"No date of it is still to come."</p> }.into_any())
        }
        Ok(dates) => {
            let rows = dates.iter().map(|due| view! { <li>{due.there.clone()}{conflicts(due)}</li> }).collect_view();
            Either::Left(view! { <h2>"Next dates"</h2><ol>{rows}</ol> }.into_any())
        }
        Err(error) => Either::Right(view! { <p class="hint">"Its dates: "{error.to_string()}</p> }),
    }
}

/// The form of a plan as it stands.
pub fn of(plan: &Plan) -> DrillForm {
    let (at, cron, rrule) = match &plan.when {
        When::Once { at } => (at.clone(), String::new(), String::new()),
        When::Cron { pattern } => (String::new(), pattern.clone(), String::new()),
        When::Rule { rrule, starts } => (starts.clone(), String::new(), rrule.clone()),
    };
    let guard = |guard: &teal_domain::drill::Guard| {
        let does = [
            guard.before.map(|before| format!("before={}", before.as_str())),
            guard.during.then(|| "during".to_owned()),
            guard.outcome.then(|| "outcome".to_owned()),
        ];
        std::iter::once(guard.alarm.clone()).chain(does.into_iter().flatten()).collect::<Vec<_>>().join(" ")
    };
    let span = |span: teal_domain::Millis| typed(span);
    DrillForm {
        pair: plan.pair.to_string(),
        plan: plan.id.to_string(),
        revision: plan.revision.to_string(),
        name: plan.name.to_string(),
        kind: plan.kind.as_str().to_owned(),
        when: plan.when.as_str().to_owned(),
        at,
        cron,
        rrule,
        zone: plan.zone.clone(),
        window: span(plan.window),
        late: plan.late.as_str().to_owned(),
        hold: if plan.hold.0 == 0 { String::new() } else { span(plan.hold) },
        flag_only: plan.flag_only,
        guards: plan.guards.iter().map(guard).collect::<Vec<_>>().join("\n"),
        flip: plan.criteria.flip.map(span).unwrap_or_default(),
        pickup: plan.criteria.pickup.map(span).unwrap_or_default(),
        nothing_missed: plan.criteria.nothing_missed,
        nothing_red: plan.criteria.nothing_red,
        owner: plan.owner.to_string(),
        notify: plan.notify.join(", "),
        change_ref: plan.change_ref.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

/// A duration as it is typed.
pub fn typed(span: teal_domain::Millis) -> String {
    match span.0 {
        millis if millis % 3_600_000 == 0 && millis > 0 => format!("{}h", millis / 3_600_000),
        millis if millis % 60_000 == 0 => format!("{}m", millis / 60_000),
        millis if millis % 1_000 == 0 => format!("{}s", millis / 1_000),
        millis => format!("{millis}ms"),
    }
}

/// As a new plan begins.
pub fn new(view: &View<'_>) -> DrillForm {
    DrillForm {
        pair: view.pair.to_string(),
        kind: Kind::Tabletop.as_str().to_owned(),
        when: "cron".to_owned(),
        cron: "0 10 * * TUE".to_owned(),
        zone: "UTC".to_owned(),
        window: "30m".to_owned(),
        late: "skip".to_owned(),
        hold: "15m".to_owned(),
        flip: "5s".to_owned(),
        nothing_red: true,
        owner: view.who.actor.name.clone(),
        ..DrillForm::default()
    }
}
