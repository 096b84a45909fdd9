//! What was measured here, in words.

use crate::{
    components::side::Side,
    paths,
    words::{age, ago, counted, span},
};
use leptos::prelude::*;
use teal_domain::{
    Millis, PairSnapshot, Timestamp,
    disaster::{Measurement, Outages, Past, Switched},
    switch::Kind,
};

/// A measurement.
pub fn line(pair: &PairSnapshot, measured: &Measurement, now: Timestamp) -> AnyView {
    match measured {
        Measurement::Switched(switched) => switch(pair, switched, now).into_any(),
        Measurement::Side(color, outages) => {
            let told = outages_of(outages);
            view! { <Side color=*color />{told} }.into_any()
        }
        Measurement::Lineage(outages) => format!("The lineage service as a whole{}", outages_of(outages)).into_any(),
        Measurement::Unseen(outages) => unseen(outages).into_any(),
    }
}

/// How far back observations are counted, in words.
fn back() -> String {
    format!("the last {} days", Past::SPAN.as_secs() / 86_400)
}

fn switch(pair: &PairSnapshot, switched: &Switched, now: Timestamp) -> impl IntoView + use<> {
    let kind = match switched.kind {
        Kind::Planned => "Switch",
        Kind::Emergency => "Emergency",
        Kind::Repair => "Repair",
    };
    let flip = switched.flip.map_or_else(|| "flip not measured".to_owned(), |flip| format!("flip {}", span(flip)));
    let pickup = switched.pickup.map_or_else(
        || "no pickup measured".to_owned(),
        |pickup| format!("first task after {}", if pickup < Millis(1000) { "0 s".to_owned() } else { age(pickup) }),
    );
    view! {
        <a href=paths::record(&pair.id, switched.seq)>{kind}" to "{switched.target.title()}</a>
        {format!(", {}: {flip}, {pickup}", ago(switched.at, now))}
    }
}

fn outages_of(outages: &Outages) -> String {
    let (back, observed) = (back(), age(outages.observed));
    match outages.times {
        0 => format!(" was never down in {back}, of which {observed} were observed"),
        times => format!(
            " was down {} in {back}, the longest for {}; {observed} were observed",
            counted(u64::try_from(times).unwrap_or(u64::MAX), "time", "times"),
            age(outages.longest)
        ),
    }
}

fn unseen(outages: &Outages) -> String {
    let back = back();
    match outages.times {
        0 => format!("Since it first looked, in {back}, Teal has seen the flag without a gap"),
        times => format!(
            "In {back} Teal did not see the flag {}, the longest for {}: it did not run, or could not read it",
            counted(u64::try_from(times).unwrap_or(u64::MAX), "time", "times"),
            age(outages.longest)
        ),
    }
}
