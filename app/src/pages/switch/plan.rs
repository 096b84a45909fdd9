//! What will happen, in words, before the click.

use crate::{
    components::{
        icon::{Glyph, Icon},
        side::{self, Shape},
        when::Ago,
    },
    desk::{DeskError, Offer},
};
use leptos::prelude::*;
use teal_domain::{Base, Color, PairSnapshot, Timestamp, dags::Strategy};

/// From, to, and the steps.
pub fn plan(pair: &PairSnapshot, offer: &Offer, now: Timestamp) -> AnyView {
    let (target, other) = (offer.target, offer.target.other());
    let name = pair.names.flag.clone();
    let (stands, next) = match offer.base.version() {
        Some(version) => (format!("version {version}"), format!("version {}", version.next())),
        None => ("missing".to_owned(), "version 1".to_owned()),
    };
    let from = pair.live().map(|_| endpoint(pair, other, "from"));
    let unset = from.is_none().then(|| {
        view! { <div class="end"><span class="label">"from"</span><p class="name no-side">"No side"</p></div> }
    });
    let unchanged = match offer.base {
        Base::Missing => "If somebody has created it meanwhile".to_owned(),
        Base::Version { version, .. } => format!("If it is no longer at version {version}"),
    };
    let back = pair.taken_back(target, now).map(|following| format!("This takes back switch {}", following.seq));
    let dags = dags(pair, target, back.is_some());
    let watch = watch(pair, back.is_some());
    view! {
        <section class="card plan" aria-labelledby="plan">
            <h2 id="plan" class="hush">{back.unwrap_or_else(|| "What will happen".to_owned())}</h2>
            <div class="ends">
                {from}
                {unset}
                <div class="way">
                    <Icon glyph=Glyph::Arrow />
                    <span>{stands}<br />"to "{next}</span>
                </div>
                {endpoint(pair, target, "to")}
            </div>
            <ol class="steps">
                <li>"Your intent and reason are written into the journal. Without that, nothing happens."</li>
                <li>"The flag " <code>{name}</code> " is read again. "{unchanged}", nothing is put and you are asked again."</li>
                <li>"It is set to " <strong>{target.as_str()}</strong> ", once, and read until the new version shows."</li>
                <li>{dags}</li>
                <li>{watch}</li>
            </ol>
            <p class="freshness">
                {pair.flag.read_at().map(|at| view! { "The flag was read " <Ago at now /> "." })}
            </p>
        </section>
    }
    .into_any()
}

/// What becomes of the DAGs, by how the sides share the work.
fn dags(pair: &PairSnapshot, target: Color, back: bool) -> String {
    let (new, old) = (target.title(), target.other().title());
    match pair.policy.dags.strategy {
        _ if pair.live().is_none() => format!("From then on the guarded DAGs of {new} work again."),
        Strategy::PauseStandby if back => {
            format!(
                "Each DAG that the switch paused or unpaused stands again as it stood before it, once {old} is done with it."
            )
        }
        Strategy::PauseStandby => format!(
            "{new} works on what {old} works on now: its DAGs are unpaused, {old} finishes what it has begun, and each of \
             its DAGs is paused once it is idle."
        ),
        Strategy::FlagOnly => format!(
            "From then on the guarded DAGs of {new} work and those of {old} skip. What runs on {old} now runs to its end \
             there."
        ),
        Strategy::SeparateDags => format!("No DAG is paused or unpaused: {old} and {new} have DAGs of their own."),
    }
}

/// How it is watched, and what comes of it.
fn watch(pair: &PairSnapshot, back: bool) -> String {
    let rules = &pair.policy.watch;
    let minutes = rules.lasts.as_secs() / 60;
    let then = if rules.reverts && !back {
        "If something turns red, Teal takes it back by itself where the other side is healthy."
    } else {
        "If something turns red, Teal says so and you decide."
    };
    format!("Teal watches guards, health, heartbeat and failures for {minutes} min. {then}")
}

fn endpoint(pair: &PairSnapshot, color: Color, label: &'static str) -> impl IntoView + use<> {
    let role = match pair.live() {
        Some(live) if live == color => "live",
        Some(_) => "standby",
        None => "waiting",
    };
    let status = pair.side(color).value().map_or_else(|| "not read".to_owned(), |env| env.status.to_string());
    view! {
        <div class=format!("end {}", side::class(color))>
            <span class="label">{label}</span>
            <p class="name"><Shape color />{color.title()}</p>
            <span class="state">{role}" · "{status}</span>
        </div>
    }
}

/// What works while the journal cannot be written: the commands, to be carried out by hand.
pub fn without_store(pair: &PairSnapshot, offer: &Offer) -> DeskError {
    let (id, target, base) = (&pair.id, offer.target, offer.base);
    let overwrite = if base == Base::Missing { "--type String --no-overwrite" } else { "--overwrite" };
    DeskError::StoreAway {
        message: "The journal cannot be written, and nothing is switched that cannot be recorded.".to_owned(),
        commands: vec![
            format!(
                "teal switch --pair {id} --to {target} --confirm {target}@{base} --emergency \
                 --spool teal-emergency.spool --reason \"…\""
            ),
            format!(
                "aws ssm put-parameter --region {} --name {} --value {target} {overwrite}",
                pair.region, pair.names.flag
            ),
        ],
    }
}
