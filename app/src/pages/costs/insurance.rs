//! What the second environment and the second zone of lineage cost: the price of insurance, and when it has paid for itself.

use crate::words::{counted, money};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    bill::Paid,
    cost::{Cents, Insurance, Made, Prices, Share},
    topology::Mode,
};

/// The card. What an hour of failure costs is for whoever may see what was paid.
pub(super) fn card(
    pair: &PairSnapshot,
    mode: Mode,
    prices: &Prices,
    paid: Option<&Paid>,
    made: Option<Made>,
) -> impl IntoView + use<> {
    let insurance = Insurance::of(pair, mode, prices);
    let each = made.map(|made| each(insurance.standby, made));
    let even = paid.map(|paid| even(&insurance, paid.failed_hour));
    view! {
        <section class="card insurance" aria-labelledby="insurance" data-region="insurance">
            <header><h2 id="insurance">"The price of insurance"</h2></header>
            <dl class="facts rows">
                {share("The second environment", "so that a switch takes seconds", insurance.standby)}
                {each}
                {share("Lineage in several zones", "so that one zone or instance may fail", insurance.lineage)}
                {even}
            </dl>
            <p class="hint">"A share is the difference between the platform with it and without it, at its present size."</p>
        </section>
    }
}

fn share(name: &'static str, why: &'static str, share: Share) -> impl IntoView {
    let at_least = share.at_least.then_some("at least ");
    let would = (!share.paid).then_some(" · it would, if it were there");
    view! {
        <div>
            <dt>{name}<span class="good">{why}</span></dt>
            <dd>
                <strong>{at_least}<data value=share.month.to_string() title=money::exact(share.month)>{money::dollars(share.month)}</data></strong>
                " a month, "{money::exact(share.hour())}" an hour"{would}
            </dd>
        </div>
    }
}

/// What the second environment costs for each time that it was of use.
fn each(standby: Share, made: Made) -> impl IntoView {
    let told = match made.switches {
        0 => format!("none was made in the last {} days", Made::DAYS),
        made => format!("{} in the last {} days", counted(u64::from(made), "switch", "switches"), Made::DAYS),
    };
    let sum = standby.each(made.switches).map(|sum| view! { <strong>{money::dollars(sum)}</strong>" each: " });
    view! { <div><dt>"For each switch"<span class="good">"a drill that moves the flag makes switches too"</span></dt><dd>{sum}{told}</dd></div> }
}

/// How much failure it must spare to pay for itself.
fn even(insurance: &Insurance, hour: Option<Cents>) -> impl IntoView + use<> {
    let both = Share {
        month: insurance.standby.month + insurance.lineage.month,
        at_least: insurance.standby.at_least || insurance.lineage.at_least,
        ..insurance.standby
    };
    let told = match hour {
        None => view! { "Write failed_hour = \"5000\" below [pair.costs] in teal.toml, and it stands here" }.into_any(),
        Some(hour) => {
            let spares = |share: Share| share.breaks_even_at(hour).map(minutes).unwrap_or_default();
            view! {
                <strong>{spares(insurance.standby)}</strong>" a month for the second environment, "
                <strong>{spares(both)}</strong>{format!(" for both, where an hour of failure costs {}", money::dollars(hour))}
            }
            .into_any()
        }
    };
    view! { <div><dt>"Pays for itself"<span class="good">"by so much failure that it spares"</span></dt><dd>{told}</dd></div> }
}

/// `5 min`, `2 h 5 min`.
fn minutes(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
