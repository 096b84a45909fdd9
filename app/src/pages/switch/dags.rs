//! What will be done with the DAGs, before the click.

use crate::{
    components::{
        mark::{Mark, Tone},
        when::Ago,
    },
    words::after,
};
use leptos::prelude::*;
use teal_domain::{
    Color, PairSnapshot, Timestamp, approval,
    dags::{Move, Strategy},
};

/// A group that is not folded away shows no more than these.
const SHOWN: usize = 12;
/// The group of DAGs with `depends_on_past`.
const WAITS: &str = "Wait for the run before";

/// The card.
pub fn card(pair: &PairSnapshot, target: Color, now: Timestamp) -> Option<AnyView> {
    let old = pair.live()?;
    let rules = &pair.policy.dags;
    let body = match rules.strategy {
        Strategy::PauseStandby => standby(pair, target, old, now),
        Strategy::FlagOnly => view! {
            <p>
                "Nothing is paused or unpaused. Each DAG asks the flag as it begins: those of "{target.title()}" work from then on, those of "
                {old.title()}" skip."
            </p>
        }
        .into_any(),
        Strategy::SeparateDags => {
            view! { <p>"Nothing is paused or unpaused: each side has DAGs of its own."</p> }.into_any()
        }
    };
    Some(
        view! {
            <section class="card dags-card" aria-labelledby="dags">
                <header><h2 id="dags">"DAGs"</h2><span class="summary">{rules.strategy.as_str()}</span></header>
                {body}
            </section>
        }
        .into_any(),
    )
}

fn standby(pair: &PairSnapshot, target: Color, old: Color, now: Timestamp) -> AnyView {
    let (new_side, old_side) = (pair.surroundings.side(target), pair.surroundings.side(old));
    let unread = [(new_side, target), (old_side, old)].into_iter().find(|(side, _)| side.dags.value().is_none());
    if let Some((_, unread)) = unread {
        let why = pair.surroundings.side(unread).dags.error().map(|error| error.message.clone());
        return view! {
            <p class="lead-line"><Mark tone=Tone::Unknown text=format!("The DAGs of {} have not been read", unread.title()) /></p>
            <p>{why}</p>
            <p class="hint">"They are read again right after the flip, and what was to be done is told on the record."</p>
        }
        .into_any();
    }
    // What is shown here is what somebody approves.
    let plan = approval::planned(pair, target, now);
    let (work, waiting) = (old_side.work.value(), old_side.depends_on_past.value());
    let ids = |chosen: &dyn Fn(&Move) -> bool| -> Vec<String> {
        plan.moves.iter().filter(|moved| chosen(moved)).map(|moved| moved.dag.clone()).collect()
    };
    let (target_name, old_name) = (target.title(), old.title());
    let asleep = |id: &String| {
        let dags = new_side.dags.value().map(Vec::as_slice).unwrap_or_default();
        dags.iter().find(|dag| dag.id == *id).is_none_or(|dag| dag.paused)
    };
    let stay = |paused: bool| plan.stay.iter().filter(|id| asleep(id) == paused).cloned().collect::<Vec<String>>();
    let unknown = [
        work.is_none().then(|| format!("what runs on {old_name} now")),
        waiting.is_none().then(|| "which DAGs wait for the run before".to_owned()),
    ];
    let unknown = unknown.into_iter().flatten().collect::<Vec<_>>().join(", and ");
    let unknown = (!unknown.is_empty()).then(|| {
        view! { <p class="lead-line"><Mark tone=Tone::Unknown text=format!("Not known: {unknown}") /></p> }
    });
    let groups = [
        (
            format!("Unpaused on {target_name} at once"),
            "They ask the flag by themselves, so both sides may be unpaused for a while.",
            ids(&|moved| moved.unpause && moved.guarded),
        ),
        (
            format!("Unpaused on {target_name} once {old_name} has finished with them"),
            "They do not ask the flag: unpaused on both sides they would run twice.",
            ids(&|moved| moved.unpause && !moved.guarded),
        ),
        (
            format!("Paused on {old_name}, each as it has finished"),
            "A paused DAG freezes what it is at, so none is paused before it is idle.",
            ids(&|moved| moved.pause),
        ),
        (
            "Likely to begin a run at once".to_owned(),
            "They were due already. What the old side has run is marked as done first, so only what it has not run begins.",
            ids(&|moved| moved.fires),
        ),
        (
            format!("At work on {old_name} now"),
            "Their tasks run or wait; the switch lets them end.",
            ids(&|moved| moved.tasks > 0),
        ),
        (
            WAITS.to_owned(),
            "With depends_on_past a first run on the other side waits for ever, unless it ran there before.",
            ids(&|moved| waiting.is_some_and(|waiting| waiting.contains(&moved.dag))),
        ),
        (
            format!("Paused on {old_name} only"),
            "They are left as they are, so they run on the new side. Pause them there too if nobody is to run them.",
            stay(false),
        ),
        ("Stay paused on both".to_owned(), "Somebody paused them on purpose.", stay(true)),
        (format!("Not on {target_name}"), "They work now and would not work after the switch.", plan.missing.clone()),
    ];
    let groups =
        groups.into_iter().filter(|(_, _, dags)| !dags.is_empty()).map(|(title, why, dags)| group(title, why, dags));
    let nothing = plan.moves.is_empty().then(|| view! { <p>"No DAG works on "{old_name}", so none moves."</p> });
    let read = old_side.dags.read_at().into_iter().chain(new_side.dags.read_at()).min();
    view! {
        {nothing}
        {unknown}
        <div class="dag-groups">{groups.collect_view()}</div>
        <p class="freshness">{read.map(|at| view! { "Read " <Ago at now /> "; read again right after the flip." })}</p>
    }
    .into_any()
}

fn group(title: String, why: &'static str, dags: Vec<String>) -> impl IntoView {
    let count = after::count(dags.len());
    // What would not run as before, or wait for ever, is not folded away.
    let calls = title.starts_with("Not on") || title.ends_with("only") || title == WAITS;
    let open = calls && dags.len() <= SHOWN;
    let name = if calls {
        view! { <Mark tone=Tone::Attention text=title /> }.into_any()
    } else {
        view! { <span>{title}</span> }.into_any()
    };
    let names = dags.into_iter().map(|dag| view! { <li><code>{dag}</code></li> }).collect_view();
    view! {
        <details class="dag-group" open=open>
            <summary>{name}<span class="summary">{count}</span></summary>
            <p class="hint">{why}</p>
            <ul class="names">{names}</ul>
        </details>
    }
}
