//! The runs of a smoke test, each with what became of it.

use super::mark::{Mark, Tone};
use crate::words::{after, smoke};
use leptos::prelude::*;
use teal_domain::smoke::{SmokeRecord, SmokeResult};

/// The DAGs, each with what became of its run.
pub fn results(test: &SmokeRecord) -> impl IntoView + use<> {
    let ended = test.end.as_ref().map(|(_, end)| end.results.as_slice()).unwrap_or_default();
    let rows = test.run.dags.iter().map(|dag| row(dag, ended.iter().find(|result| result.dag == *dag)));
    view! { <ul class="smoke-runs">{rows.collect_view()}</ul> }
}

fn row(dag: &str, result: Option<&SmokeResult>) -> impl IntoView + use<> {
    let (tone, short) =
        result.map_or((Tone::Busy, "under way"), |result| (smoke::tone(&result.fate), smoke::short(&result.fate)));
    let told = result.map(|result| result.fate.told()).filter(|told| told != short);
    view! {
        <li>
            <code>{dag.to_owned()}</code>
            <Mark tone text=short />
            {told.map(|told| view! { <p class="evidence">{told}</p> })}
        </li>
    }
}

/// What became of each run.
pub fn runs(test: &SmokeRecord) -> impl IntoView + use<> {
    view! {
        <section class="card smoke-card" aria-labelledby="runs" data-glow="">
            <header><h2 id="runs">"Runs"</h2><span class="summary">{after::count(test.run.dags.len())}</span></header>
            {results(test)}
            <p class="hint">"In Airflow each has the id "<code>{test.run.run_id()}</code>"."</p>
        </section>
    }
}
