//! Whether lineage went on over the last switch.

use super::{card_freshness, linked, of_job};
use crate::{
    components::{
        mark::{Mark, Tone},
        side::Side,
        when::{Ago, When},
    },
    words::{counted, lineage as words},
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    PairSnapshot, Timestamp,
    lineage::{Continuity, Job, LOOKED_BACK, Lineage},
};

/// So many jobs are named, and how many more there are.
const NAMED: usize = 40;

/// The card; none while no side is live.
pub(super) fn card(pair: &PairSnapshot, now: Timestamp) -> Option<AnyView> {
    let (to, at) = (pair.live()?, pair.live_since?);
    let lineage = &*pair.lineage;
    let told = match Continuity::of(lineage, to, at) {
        Some(found) => Either::Left(told(lineage, &found, now)),
        None => Either::Right(view! {
            <p class="empty">
                <Mark tone=Tone::Unknown text="Not known yet" />
                " It is told once the jobs of both sides have been read."
            </p>
        }),
    };
    // What is older counts.
    let (before, after) = (lineage.jobs(to.other()), lineage.jobs(to));
    let older = if before.read_at() < after.read_at() { before } else { after };
    Some(
        view! {
            <section class="card continuity" aria-labelledby="continuity">
                <header>
                    <h2 id="continuity">"Did lineage go on over the switch?"</h2>
                    {card_freshness(older, now)}
                </header>
                <p class="when-switched"><Side color=to />" took over "<When at now />"."</p>
                {told}
            </section>
        }
        .into_any(),
    )
}

fn told(lineage: &Lineage, found: &Continuity<'_>, now: Timestamp) -> impl IntoView + use<> {
    let (to, from) = (found.to, found.to.other());
    let shared = lineage.setup.blue == lineage.setup.green;
    let days = LOOKED_BACK.as_secs() / (24 * 60 * 60);
    let under = |color| (!shared).then(|| view! { " under "<Side color /> });
    let jobs = |count: usize| counted(u64::try_from(count).unwrap_or(u64::MAX), "job", "jobs");
    let (tone, text) = words::went_on(found, now);
    let sums = if found.ran() == 0 {
        Either::Left(view! { "No job ran"{under(from)}" in the "{days}" days before it, as far as Marquez tells." })
    } else {
        Either::Right(view! {
            {jobs(found.ran())}" ran"{under(from)}" in the "{days}" days before it; "
            <strong>{found.since.len()}</strong>{if found.since.len() == 1 { " has" } else { " have" }}" run"{under(to)}" since"
            {(!found.not_yet.is_empty()).then(|| view! { ", "<strong>{found.not_yet.len()}" not yet"</strong> })}
            {(!found.untold.is_empty()).then(|| format!(", and of {} it cannot be told", found.untold.len()))}"."
        })
    };
    let failed = found.since.iter().filter(|job| job.failed()).count();
    let failed = (failed > 0).then(|| format!("Of those that have run since, {failed} failed the last time. "));
    let still = (found.still > 0 && !shared).then(|| {
        view! {
            {jobs(found.still)}{if found.still == 1 { " has" } else { " have" }}" begun a run"{under(from)}
            " since: a guard that skips its DAG is a run as well. "
        }
    });
    let more = found.more.then_some("Not all jobs from before were read, so there may be more. ");
    let untold = (!found.untold.is_empty()).then_some("Not all jobs from after it were read. ");
    view! {
        <p class="lead-line"><Mark tone text /></p>
        <p>{sums}</p>
        <p class="hint">{failed}{still}{more}{untold}</p>
        {not_yet(lineage, found, now)}
    }
}

/// Those that have not run yet.
fn not_yet(lineage: &Lineage, found: &Continuity<'_>, now: Timestamp) -> Option<impl IntoView + use<>> {
    let mut jobs = found.not_yet.clone();
    if jobs.is_empty() {
        return None;
    }
    // What ran last before the switch was due soonest after it, more likely than not.
    jobs.sort_by_key(|job| std::cmp::Reverse(job.run.as_ref().and_then(|run| run.began)));
    let more = jobs.len().saturating_sub(NAMED);
    let namespace = lineage.setup.namespace(found.to.other());
    let row = |job: &&Job| {
        let address = of_job(lineage.setup.public.as_ref(), namespace, &job.name);
        let began = job.run.as_ref().and_then(|run| run.began);
        view! { <li>{linked(&job.name, address)}" "{began.map(|at| view! { <Ago at now /> })}</li> }
    };
    let rows = jobs.iter().take(NAMED).map(row).collect_view();
    Some(view! {
        <h3 id="not-yet">"Not yet"</h3>
        <p class="hint">"With their last run before the switch. A job runs when it is due: not yet is not missed."</p>
        <ul class="not-yet" aria-labelledby="not-yet">
            {rows}
            {(more > 0).then(|| view! { <li>"and "{more}" more"</li> })}
        </ul>
    })
}
