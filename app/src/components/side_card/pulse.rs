//! What its Airflow is at: how many DAGs may work there, what runs, and what of it is ill.

use crate::components::mark::{Mark, Tone};
use leptos::{either::Either, prelude::*};
use teal_domain::surroundings::SideFacts;

/// The line. Its place is kept also while nothing is known.
pub fn pulse(facts: &SideFacts) -> impl IntoView + use<> {
    let Some(dags) = facts.dags.value() else {
        let (tone, text) = match facts.dags.error() {
            Some(_) => (Tone::Unknown, "Its Airflow could not be read"),
            None => (Tone::Plain, "Its Airflow has not been read yet"),
        };
        return Either::Left(view! { <p class="pulse dotted"><Mark tone text /></p> });
    };
    let awake = dags.iter().filter(|dag| !dag.paused).count();
    let work = facts.work.value().map(|work| {
        let (running, waiting) = work.count();
        view! {
            <span>{format!("{running} running")}</span>
            <span>{format!("{waiting} waiting")}</span>
        }
    });
    let away = facts.dags.error().or_else(|| facts.work.error()).is_some();
    let away = away.then(|| view! { <Mark tone=Tone::Attention text="its Airflow does not answer now" /> });
    let ill = facts.health.value().into_iter().flatten().filter(|part| part.healthy == Some(false));
    let ill = ill.map(|part| format!("{} unhealthy", part.name.replace('_', " "))).collect::<Vec<_>>().join(", ");
    let ill = (!ill.is_empty()).then(|| view! { <Mark tone=Tone::Down text=ill /> });
    Either::Right(view! {
        <p class="pulse dotted">
            <span>{format!("{awake} of {} DAGs unpaused", dags.len())}</span>
            {work}
            {away}
            {ill}
        </p>
    })
}
