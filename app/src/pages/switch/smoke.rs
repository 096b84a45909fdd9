//! The smoke test of the side that is to become live: what came of the latest, and the button for another. A plain form:
//! it needs no script.

use crate::{
    components::{
        allowed,
        mark::{Mark, Tone},
        smoke::results,
        when::Ago,
    },
    functions::SmokeTest,
    paths,
    render::View,
    words::smoke,
};
use leptos::{prelude::*, server_fn::ServerFn};
use teal_domain::{Action, Color, PairSnapshot, airflow::Dag, smoke::Smoked};

/// The card, where policy names DAGs to test and the target stands by.
pub fn card(view: &View<'_>, pair: &PairSnapshot, target: Color) -> Option<AnyView> {
    let rules = &pair.policy.smoke;
    if rules.dags.is_empty() || pair.live()? == target {
        return None;
    }
    let latest = pair.smoked(target);
    let found = match latest {
        Some(latest) => shown(view, pair, latest).into_any(),
        None => view! {
            <p class="lead-line"><Mark tone=Tone::Unknown text="Not tested yet" /></p>
        }
        .into_any(),
    };
    let denied = view.denied(Action::Switch);
    let stands = against(pair, target);
    let off = denied.is_some() || !stands.is_empty();
    // The runs of the latest one name them already.
    let told = latest.is_some_and(|latest| latest.test.run.dags == rules.dags);
    let names = rules.dags.iter().map(|dag| view! { <li><code>{dag.clone()}</code></li> }).collect_view();
    let against = stands.into_iter().map(|why| view! { <p class="hint denied">{why}</p> }).collect_view();
    Some(
        view! {
            <section class="card smoke-card" aria-labelledby="smoke" data-region="smoke">
                <header><h2 id="smoke">"Smoke test"</h2></header>
                {found}
                <form method="post" action=SmokeTest::url()>
                    <input type="hidden" name="pair" value=pair.id.to_string() />
                    <input type="hidden" name="to" value=target.as_str() />
                    <p class="hint">
                        "DAGs that ask the flag do nothing on the standby. This begins a run of each of these on "{target.title()}
                        " as a rehearsal: it reads what it needs and writes nothing."
                    </p>
                    {(!told).then(|| view! { <ul class="names">{names}</ul> })}
                    <button type="submit" class="button" disabled=off>"Smoke-test the standby"</button>
                    {denied.as_ref().map(allowed::why_not)}
                    {against}
                </form>
            </section>
        }
        .into_any(),
    )
}

fn shown(view: &View<'_>, pair: &PairSnapshot, latest: &Smoked) -> impl IntoView + use<> {
    let (tone, said) = smoke::outcome(&latest.test);
    let at = latest.test.end.as_ref().map_or(latest.test.run.begun_at, |(at, _)| *at);
    view! {
        <p class="lead-line"><Mark tone text=said /></p>
        <p class="byline">
            "By "{latest.by.name.clone()}", "<Ago at now=view.now />". "
            <a href=paths::record(&pair.id, latest.seq)>"The record of it"</a>
        </p>
        {results(&latest.test)}
    }
}

/// What stands against another one, as far as is known.
fn against(pair: &PairSnapshot, target: Color) -> Vec<String> {
    let (policy, title) = (&pair.policy, target.title());
    let mut why = Vec::new();
    if pair.smoke.iter().any(|smoked| smoked.test.end.is_none()) {
        why.push("One is under way.".to_owned());
    }
    if pair.open.is_some() {
        why.push("A switch is under way: test once it has ended.".to_owned());
    }
    if pair.following.is_some() {
        why.push("A switch is still followed: test once its DAGs and its watch are done.".to_owned());
    }
    let Some(known) = pair.surroundings.side(target).dags.value() else { return why };
    let named = |wrong: &dyn Fn(Option<&Dag>) -> bool| {
        let found = policy.smoke.dags.iter().filter(|id| wrong(known.iter().find(|dag| dag.id == **id)));
        found.cloned().collect::<Vec<_>>().join(", ")
    };
    let absent = named(&|dag| dag.is_none());
    if !absent.is_empty() {
        why.push(format!("{title} has no DAG {absent}: deploy it there, or take it out of the policy."));
    }
    let tag = &policy.dags.guarded_tag;
    let unguarded = named(&|dag| dag.is_some_and(|dag| !dag.tags.contains(tag)));
    if !unguarded.is_empty() {
        why.push(format!("{unguarded} does not bear the tag `{tag}`: a run of it would be real work."));
    }
    why
}
