//! The guided upgrade of Airflow: its stages, which are done, which is next, and what the later ones wait for.

use super::shell::{Page, Tab};
use crate::{
    components::{
        mark::{Mark, Tone},
        side::Side,
        when::When,
    },
    paths,
    render::View,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Color, PairSnapshot, Timestamp,
    history::{MaintenanceRecord, Record},
    upgrade::{Part, Seen, Stage, State, Upgrade},
};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot, maintenances: &[MaintenanceRecord], switches: &[Record]) -> Page {
    let now = view.now;
    let upgrade = Upgrade::of(Seen { pair, maintenances, switches, now });
    let versions = match (&upgrade.from, &upgrade.to) {
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("to {to}"),
        (None, None) => String::new(),
    };
    let stages =
        upgrade.stages.iter().enumerate().map(|(n, stage)| row(n + 1, stage, &upgrade, pair, now)).collect_view();
    let over = upgrade.current().is_none().then(|| {
        view! {
            <p class="lead-line">
                <Mark tone=Tone::Good text="Both sides are upgraded" />
                " " <a href=paths::maintenance(&pair.id)>"Declare the next maintenance"</a>
            </p>
        }
    });
    let body = view! {
        <section class="upgrade" aria-labelledby="upgrade" data-region="upgrade">
            <header class="page-head">
                <h1 id="upgrade">"Upgrade Airflow"</h1>
                <a href=paths::maintenance(&pair.id)>"Maintenance"</a>
            </header>
            <p class="lead">
                <Side color=upgrade.first /> " first, " {versions} ". The standby is updated and tried, then it takes over, \
                 then the other side follows. Teal reads where it is; it updates nothing by itself."
            </p>
            {over}
            <ol class="stages">{stages}</ol>
            <p class="hint">{way_back(&upgrade)}</p>
        </section>
    };
    Page {
        title: "Upgrade Airflow".to_owned(),
        tab: Tab::None,
        follows: Some(view.path.to_owned()),
        reports: false,
        refresh: false,
        body: body.into_any(),
    }
}

/// Whether what was done can still be taken back.
fn way_back(upgrade: &Upgrade) -> String {
    let (first, other) = (upgrade.first.title(), upgrade.first.other().title());
    let done = |part| upgrade.stages.iter().any(|stage| stage.part == part && stage.state == State::Done);
    if done(Part::Other) {
        return "Both sides are updated: there is no way back to the version before by a switch. MWAA cannot go back to an \
                older Airflow either."
            .to_owned();
    }
    if done(Part::Switch) {
        return format!(
            "The way back: until {other} is updated (step 7) it is untouched, so a switch to {other} takes all back."
        );
    }
    format!(
        "The way back: {other} stays as it is until step 7. Until the switch nothing changes for what is live; after it, a switch to {other} takes {first} back out."
    )
}

/// What a stage is called.
fn title(part: Part, first: Color) -> String {
    let (side, other) = (first.title(), first.other().title());
    match part {
        Part::Declare => format!("Declare the maintenance of {side}"),
        Part::Update => format!("Update {side}"),
        Part::Look => format!("Look at the checks of {side}"),
        Part::Smoke => format!("Smoke-test {side}"),
        Part::Switch => format!("Switch to {side}"),
        Part::Watch => "Let the watch end well".to_owned(),
        Part::Other => format!("Update {other} in the same way"),
        Part::Lift => "Lift the maintenance".to_owned(),
    }
}

fn row(n: usize, stage: &Stage, upgrade: &Upgrade, pair: &PairSnapshot, now: Timestamp) -> impl IntoView + use<> {
    let (class, tone, word) = match stage.state {
        State::Done => ("stage done", Tone::Good, "done"),
        State::Skipped => ("stage done", Tone::Plain, "skipped"),
        State::Current => ("stage current", Tone::Busy, "now"),
        State::Later => ("stage later", Tone::Plain, "later"),
    };
    let here = stage.state == State::Current;
    view! {
        <li class=class aria-current=here.then_some("step")>
            <h2>{n}". "{title(stage.part, upgrade.first)}</h2>
            <Mark tone text=word />
            <p class="evidence">
                {stage.evidence.clone()}
                {stage.at.map(|at| view! { " " <When at now /> })}
            </p>
            {here.then(|| to_do(stage.part, upgrade, pair, now))}
        </li>
    }
}

/// What the stage that is next needs: a way, or a command.
fn to_do(part: Part, upgrade: &Upgrade, pair: &PairSnapshot, now: Timestamp) -> AnyView {
    let (first, id) = (upgrade.first, &pair.id);
    let way = |href: String, label: String| view! { <p class="actions"><a class="button" href=href>{label}</a></p> };
    match part {
        Part::Declare | Part::Lift => way(paths::maintenance(id), "To the maintenance".to_owned()).into_any(),
        Part::Update if pair.live() == Some(first) => {
            way(paths::switch(id, first.other()), format!("To the switch to {}", first.other().title())).into_any()
        }
        Part::Update => update(upgrade, pair, first, now).into_any(),
        Part::Look => way(paths::switch(id, first), "To the checks, on the switch page".to_owned()).into_any(),
        Part::Smoke => way(paths::switch(id, first), "To the smoke test, on the switch page".to_owned()).into_any(),
        Part::Switch => way(paths::switch(id, first), format!("Switch to {}…", first.title())).into_any(),
        Part::Watch => match &pair.following {
            Some(following) => {
                way(paths::record(id, following.seq), "To the record of the switch".to_owned()).into_any()
            }
            None => way(paths::history(id), "To the history".to_owned()).into_any(),
        },
        Part::Other => view! {
            {update(upgrade, pair, first.other(), now)}
            <p class="actions"><a class="button quiet" href=paths::maintenance(id)>"To the maintenance"</a></p>
        }
        .into_any(),
    }
}

/// The command that updates a side, while it is not at it; since when, while it is.
fn update(upgrade: &Upgrade, pair: &PairSnapshot, color: Color, now: Timestamp) -> impl IntoView + use<> {
    let begun = pair.side(color).value().and_then(|side| side.changing_for(now)).map(|span| now - span);
    match begun {
        Some(at) => Either::Left(view! {
            <p>"Begun " <When at now /> ". MWAA takes from half an hour to two hours."</p>
        }),
        None => Either::Right(view! {
            <p>
                "In the MWAA console, or with this command. Put the requirements and DAGs for the new version in place first."
            </p>
            <pre><code>{upgrade.command(pair, color)}</code></pre>
        }),
    }
}
