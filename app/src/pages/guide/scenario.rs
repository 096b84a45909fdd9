//! One scenario: what is seen, what happens by itself, what to do. One that is happening is lit, and says first what to do.

use super::{measured, to_do};
use crate::{
    components::{
        mark::{Mark, Tone},
        platform::tone,
        when::Ago,
    },
    pages::topology::risks,
    paths,
    render::View,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    PairSnapshot, Timestamp,
    disaster::{Case, Loss, Now, Scenario, Seen, Zone},
    topology::{Health, Part, Topology},
};

/// The card. `unread`: why what was measured could not be read.
pub fn card(
    view: &View<'_>,
    pair: &PairSnapshot,
    topology: &Topology,
    scenario: &Scenario,
    unread: Option<&str>,
) -> AnyView {
    let now = view.now;
    let id = scenario.case.as_str();
    let title = format!("{id}-title");
    let labelled = title.clone();
    let lit = scenario.now == Now::Happening;
    let (class, tone, word) = match scenario.now {
        Now::Happening => ("card scenario lit", Tone::Down, "happening now"),
        Now::Calm => ("card scenario", Tone::Good, "not seen now"),
        Now::Unknown => ("card scenario", Tone::Unknown, "cannot be told"),
        Now::NotHere => ("card scenario", Tone::Plain, "not here"),
    };
    let seen = scenario.seen.iter().map(|one| row(one, now)).collect_view();
    let nothing = scenario.seen.is_empty().then(|| view! { <p class="hint">"Nothing of it is here to be seen."</p> });
    let by_itself = scenario.by_itself.iter().map(|says| view! { <p>{says.clone()}</p> }).collect_view();
    let to_do = to_do::block(view, pair, topology, scenario);
    let (first, last) = if lit { (Some(to_do), None) } else { (None, Some(to_do)) };
    let together = (scenario.case == Case::Teal).then(|| together(pair, topology));
    view! {
        <section class=class id=id data-key=id aria-labelledby=labelled data-glow="">
            <header><h2 id=title>{scenario.case.title()}</h2><Mark tone text=word /></header>
            {first}
            <div class="sides-of-it">
                <div class="seen">
                    <h3>"What Teal sees now"</h3>
                    <ul>{seen}</ul>
                    {nothing}
                </div>
                <div class="by-itself">
                    <h3>"What happens by itself"</h3>
                    {by_itself}
                    {(scenario.now != Now::NotHere).then(|| times(pair, scenario, unread, now))}
                </div>
                {last}
            </div>
            {zones(&scenario.zones)}
            {together}
        </section>
    }
    .into_any()
}

fn row(seen: &Seen, now: Timestamp) -> impl IntoView + use<> {
    let read = match seen.part {
        _ if seen.failing => None,
        Some(Part::Flag) => Some("flag"),
        Some(Part::Environment(color)) => Some(color.as_str()),
        Some(_) => Some("platform"),
        None => None,
    };
    let age = seen.at.map(|at| match read {
        Some(read) => view! { <Ago at now read /> }.into_any(),
        None => view! { <Ago at now /> }.into_any(),
    });
    view! {
        <li>
            <span class="what"><b>{seen.what}</b><Mark tone=tone(seen.health) text=seen.health.as_str() /></span>
            <p>{seen.says.clone()}{age.map(|age| view! { " " <span class="hint">{age}</span> })}</p>
        </li>
    }
}

/// How long it takes: by the guides, and as it was measured here.
fn times(pair: &PairSnapshot, scenario: &Scenario, unread: Option<&str>, now: Timestamp) -> impl IntoView + use<> {
    let claim = scenario.claim.map(|claim| {
        view! {
            <div><dt>"The guides claim"</dt><dd>{claim}</dd></div>
        }
    });
    let measured = match unread {
        Some(why) => {
            Either::Left(view! { <dd><Mark tone=Tone::Unknown text="It cannot be read" />": "{why.to_owned()}</dd> })
        }
        None => Either::Right(view! {
            {scenario.measured.iter().map(|one| view! { <dd>{measured::line(pair, one, now)}</dd> }).collect_view()}
            {scenario.unmeasured.map(|says| view! { <dd class="soft">{says}</dd> })}
        }),
    };
    view! {
        <dl class="times">
            {claim}
            <div><dt>"Measured here"</dt>{measured}</div>
        </dl>
    }
}

/// What is lost with each zone.
fn zones(zones: &[Zone]) -> Option<AnyView> {
    if zones.is_empty() {
        return None;
    }
    let zones = zones.iter().map(zone).collect_view();
    Some(
        view! {
            <div class="without">
                <h3>"What is lost with each zone"</h3>
                <ul class="zones-of-it">{zones}</ul>
            </div>
        }
        .into_any(),
    )
}

fn zone(zone: &Zone) -> impl IntoView + use<> {
    let falls =
        (zone.now == Now::Happening).then(|| view! { " " <Mark tone=Tone::Down text="all of it is ill now" /> });
    let rows = zone.losses.iter().map(loss).collect_view();
    let nothing = zone.losses.is_empty().then(|| view! { <p>"Nothing that Teal knows of stands there."</p> });
    view! {
        <li data-key=zone.name.clone()>
            <h4>{zone.name.clone()}{falls}</h4>
            <ul class="losses">{rows}</ul>
            {nothing}
        </li>
    }
}

fn loss(loss: &Loss) -> impl IntoView + use<> {
    let word = if loss.health == Health::Down { "falls" } else { "goes on with less" };
    view! {
        <li>
            <span class="what"><b>{loss.part.title()}</b><Mark tone=tone(loss.health) text=word /></span>
            <p>{loss.says.clone()}</p>
        </li>
    }
}

/// Teal, its store and its sign-in, by the one judgement that the topology makes.
fn together(pair: &PairSnapshot, topology: &Topology) -> impl IntoView + use<> {
    view! {
        <div class="without">
            <h3>"What goes down together"</h3>
            {risks::teal(topology)}
            <p class="hint">
                "What would take both sides down is on the page "
                <a href=format!("{}#together", paths::topology(&pair.id))>"Topology"</a>"."
            </p>
        </div>
    }
}
