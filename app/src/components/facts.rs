//! The flag as AWS holds it, and what keeps an eye on it.

use super::{
    mark::{Mark, Tone},
    when::{Ago, When},
};
use crate::words::counted;
use leptos::prelude::*;
use teal_domain::{Flag, PairSnapshot, Timestamp};

/// The facts about the flag.
pub fn flag_facts(pair: &PairSnapshot, now: Timestamp) -> AnyView {
    let (value, version, written) = match pair.flag.value() {
        None => ("not read yet".to_owned(), "–".to_owned(), None),
        Some(Flag::Missing) => ("missing".to_owned(), "–".to_owned(), None),
        Some(Flag::Present { value, version, modified_at }) => {
            (crate::words::record::clipped(value.as_str(), 60), version.to_string(), Some(*modified_at))
        }
    };
    let or_dash = |at: Option<Timestamp>| at.is_none().then_some("–");
    view! {
        <section class="card flag-facts" aria-labelledby="flag" data-glow="">
            <header><h2 id="flag">"The flag"</h2></header>
            <dl class="facts rows">
                <div><dt>"Value"</dt><dd><code>{value}</code></dd></div>
                <div><dt>"Version"</dt><dd>{version}</dd></div>
                <div>
                    <dt>"Written"</dt>
                    <dd>{written.map(|at| view! { <When at now /> })}{or_dash(written)}</dd>
                </div>
                <div>
                    <dt>"Read"</dt>
                    <dd>
                        {pair.flag.read_at().map(|at| view! { <Ago at now read="flag" /> })}
                        {or_dash(pair.flag.read_at())}
                    </dd>
                </div>
                <div><dt>"Labels"</dt><dd>{labels(pair)}</dd></div>
                <div><dt>"Journal"</dt><dd>{journal(pair)}</dd></div>
                <div><dt>"Region"</dt><dd>{pair.region.clone()}</dd></div>
                <div class="wide"><dt>"Parameter"</dt><dd><code>{pair.names.flag.clone()}</code></dd></div>
            </dl>
        </section>
    }
    .into_any()
}

fn labels(pair: &PairSnapshot) -> impl IntoView + use<> {
    let (tone, text) = match &pair.label {
        None if pair.flag.value().is_none() => (Tone::Unknown, "not known".to_owned()),
        None => (Tone::Good, "none in the way".to_owned()),
        Some(label) if label.puts_left == 0 => {
            (Tone::Down, format!("“{}” on version {} makes the next put fail", label.labels.join(", "), label.version))
        }
        Some(label) => {
            let puts = counted(label.puts_left, "put", "puts");
            (
                Tone::Attention,
                format!("“{}” on version {} makes a put fail after {puts}", label.labels.join(", "), label.version),
            )
        }
    };
    view! { <Mark tone text /> }
}

fn journal(pair: &PairSnapshot) -> impl IntoView + use<> {
    let (tone, text) =
        if pair.store.error().is_some() { (Tone::Down, "cannot be written") } else { (Tone::Good, "can be written") };
    view! { <Mark tone text /> }
}
