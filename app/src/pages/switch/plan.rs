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
use teal_domain::{Base, Color, PairSnapshot, Timestamp};

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
    let running = match pair.live() {
        Some(_) => view! {
            <li>
                "From then on the guarded DAGs of "{target.title()}" work and those of "{other.title()}
                " skip. What runs on "{other.title()}" now runs to its end there."
            </li>
        }
        .into_any(),
        None => view! { <li>"From then on the guarded DAGs of "{target.title()}" work again."</li> }.into_any(),
    };
    view! {
        <section class="card plan" aria-labelledby="plan">
            <h2 id="plan" class="hush">"What will happen"</h2>
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
                {running}
            </ol>
            <p class="freshness">
                {pair.flag.read_at().map(|at| view! { "The flag was read " <Ago at now /> "." })}
            </p>
        </section>
    }
    .into_any()
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
