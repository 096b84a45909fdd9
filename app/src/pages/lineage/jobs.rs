//! What ran under one side's namespace.

use super::{card_freshness, linked, of_job};
use crate::{
    components::{
        mark::{Mark, Tone},
        side::Side,
        when::Ago,
    },
    words::{self, counted},
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Color, PairSnapshot, Timestamp,
    lineage::{Dataset, Job, Jobs, WebAddress},
};

/// So many jobs are shown of a side: those that failed, then those that ran last.
const SHOWN: usize = 20;
/// So many datasets are named of a job, of each kind.
const DATASETS: usize = 3;

/// The card of a side.
pub(super) fn card(pair: &PairSnapshot, color: Color, now: Timestamp) -> impl IntoView + use<> {
    let (setup, reading) = (&pair.lineage.setup, pair.lineage.jobs(color));
    let (public, namespace) = (setup.public.as_ref(), setup.namespace(color));
    let told = match reading.value() {
        None => view! { <p class="empty"><Mark tone=Tone::Unknown text="Not read yet" /></p> }.into_any(),
        Some(jobs) if jobs.jobs.is_empty() && jobs.left_out == 0 => {
            view! { <p class="empty">"No job has run under this namespace yet."</p> }.into_any()
        }
        Some(jobs) => told(jobs, public, namespace, now).into_any(),
    };
    let id = format!("jobs-{color}");
    let live = (pair.live() == Some(color)).then_some(" · live");
    view! {
        <section class="card jobs" aria-labelledby=id>
            <header><h2 id=id.clone()>"Jobs of "<Side color />{live}</h2>{card_freshness(reading, now)}</header>
            {told}
        </section>
    }
}

fn told(jobs: &Jobs, public: Option<&WebAddress>, namespace: &str, now: Timestamp) -> impl IntoView + use<> {
    let failed = jobs.failed().len();
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let read = counted(number(jobs.jobs.len()), "job", "jobs");
    let total = jobs.total.filter(|_| jobs.cut).map(|total| format!(" of {total}"));
    let cut = jobs.cut.then_some(" Not all were read: Teal reads a thousand.");
    let left_out = (jobs.left_out > 0).then(|| {
        format!(" {} left out: too long, or without a name.", counted(number(jobs.left_out), "job was", "jobs were"))
    });
    let (tone, text) = match failed {
        0 => (Tone::Good, "no last run failed".to_owned()),
        failed => (Tone::Down, format!("the last run of {failed} failed")),
    };
    let mut shown: Vec<&Job> = jobs.jobs.iter().collect();
    shown.sort_by_key(|job| (!job.failed(), std::cmp::Reverse(job.run.as_ref().and_then(|run| run.began))));
    let more = shown.len().saturating_sub(SHOWN);
    let rows = shown.into_iter().take(SHOWN).map(|job| row(job, public, namespace, now)).collect_view();
    view! {
        <p class="sums"><span>{read}{total}</span>" · "<Mark tone text /></p>
        {(jobs.cut || jobs.left_out > 0).then(|| view! { <p class="hint">{cut}{left_out}</p> })}
        <table class="runs">
            <thead><tr><th scope="col">"Job"</th><th scope="col">"Last run"</th><th scope="col" class="number">"Took"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {(more > 0).then(|| view! {
            <p class="hint">
                "and "{more}" more, which ran longer ago"
                {public.is_some().then_some(": Marquez has them all")}"."
            </p>
        })}
    }
}

fn row(job: &Job, public: Option<&WebAddress>, namespace: &str, now: Timestamp) -> impl IntoView + use<> {
    let state = match &job.run {
        Some(run) => {
            let (tone, text) = words::lineage::state(&run.state);
            let began = run.began;
            Either::Left(
                view! { <Mark tone text />" "{began.map(|at| view! { <span class="began"><Ago at now /></span> })} },
            )
        }
        None => Either::Right(view! { <Mark tone=Tone::Plain text="no run" /> }),
    };
    let took = job.run.as_ref().and_then(|run| run.took).map_or_else(|| "–".to_owned(), words::span);
    view! {
        <tr>
            <td class="job">
                {linked(&job.name, of_job(public, namespace, &job.name))}
                {datasets("reads", &job.reads, public)}
                {datasets("writes", &job.writes, public)}
            </td>
            <td class="state">{state}</td>
            <td class="number">{took}</td>
        </tr>
    }
}

fn datasets(what: &'static str, all: &[Dataset], public: Option<&WebAddress>) -> Option<impl IntoView + use<>> {
    if all.is_empty() {
        return None;
    }
    let one = |dataset: &Dataset| {
        let address = public.and_then(|public| public.dataset(dataset));
        view! { " "{linked(&dataset.name, address)} }
    };
    let named = all.iter().take(DATASETS).map(one).collect_view();
    let more = (all.len() > DATASETS).then_some(" …");
    Some(view! { <span class="datasets">{what}{named}{more}</span> })
}
