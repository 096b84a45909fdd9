//! The report of one run: what was planned, who had a part in it, what was checked, what happened when, what was measured, and the
//! entries of the journal that hold it all.

use super::super::shell::{Page, Tab};
use crate::{
    components::{
        checks,
        mark::{Mark, Tone},
    },
    desk::{DrillReport, RecordDetail},
    paths,
    render::View,
    words::{self, drill, record},
};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot, Timestamp,
    drill::{DrillRecord, Measured, State, Step, judge, seconds},
    preflight::Verdict,
};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot, report: &DrillReport) -> Page {
    let detail = &report.run;
    let Some(run) = detail.record.drill() else {
        return Page {
            title: "Drill".to_owned(),
            tab: Tab::Drills,
            follows: None,
            reports: true,
            refresh: false,
            body: ().into_any(),
        };
    };
    let (tone, state) = drill::outcome(run);
    let (now, open) = (view.now, run.end.is_none());
    let plan = &run.run.plan;
    let switch = |detail: &Option<RecordDetail>| detail.as_ref().and_then(|detail| detail.record.switch().cloned());
    let measured = match &run.end {
        Some((_, ended)) => ended.measured.clone(),
        None => Measured::of(switch(&report.over).as_ref(), switch(&report.back).as_ref()),
    };
    let stranded = match run.state() {
        State::Ended(ended) => ended.stranded,
        _ => None,
    };
    let stranded = stranded.map(|side| {
        view! {
            <p class="notice notice-down" role="alert">
                "The flag was left on "{side.title()}": "
                <a href=paths::switch(&pair.id, side.other())>"switch to "{side.other().title()}</a>
                " once it works."
            </p>
        }
    });
    let body = view! {
        <article class="drill-report" aria-labelledby="report">
            <header class="page-head" data-region="head">
                <p class="crumb"><a href=paths::drills(&pair.id)>"Drills"</a>" / run of record "{detail.record.seq}</p>
                <h1 id="report">{plan.name.to_string()}</h1>
                <Mark tone text=state />
                <p class="as-of">{format!("Teal · {}, as it stood on {}", pair.title, words::stamp(now))}</p>
            </header>
            {stranded}
            <p class="lead" data-region="told">{drill::told(run)}</p>
            <div class="columns">
                <div class="stack">
                    {times(run, &measured)}
                    {timeline(run, report, pair)}
                    {went_through(run)}
                </div>
                <div class="stack">
                    {facts(run, &measured, report)}
                    {entries(pair, report)}
                </div>
            </div>
        </article>
    };
    Page {
        title: format!("Drill: {}", plan.name),
        tab: Tab::Drills,
        follows: Some(view.path.to_owned()),
        reports: true,
        refresh: open,
        body: body.into_any(),
    }
}

/// The recovery times, held against what counts as good.
fn times(run: &DrillRecord, measured: &Measured) -> Option<AnyView> {
    if !run.run.plan.kind.flips() {
        return None;
    }
    let time = |name: &'static str, means: &'static str, span: Option<teal_domain::Millis>| {
        let told = span.map_or_else(|| "not measured".to_owned(), seconds);
        view! { <div><dt>{name}<span class="hint">{means}</span></dt><dd>{told}</dd></div> }
    };
    let judged = judge(&run.run.plan, measured).into_iter().map(|judged| {
        let (tone, word) = if judged.met { (Tone::Good, "met") } else { (Tone::Down, "not met") };
        view! { <tr><th scope="row">{judged.what}</th><td>{judged.measured}</td><td><Mark tone text=word.to_owned() /></td></tr> }
    });
    let judged = judged.collect_view();
    let asked = run.run.plan.criteria != teal_domain::drill::Criteria::default();
    let table = (asked && run.end.is_some()).then(|| {
        view! {
            <div class="scrolls" tabindex="0" role="group" aria-labelledby="times">
                <table>
                    <thead><tr><th scope="col">"What counts as good"</th><th scope="col">"Measured"</th><th scope="col">"Met"</th></tr></thead>
                    <tbody>{judged}</tbody>
                </table>
            </div>
        }
    });
    Some(
        view! {
            <section class="card" aria-labelledby="times" data-region="times">
                <header><h2 id="times">"Recovery times"</h2></header>
                <dl class="facts rows">
                    {time("Flip", " from asking for it until it was verified", measured.flip)}
                    {time("Pickup", " from the flip until the first task on the new side", measured.pickup)}
                    {time("Back", " from asking for the way back until it was verified", measured.back)}
                </dl>
                {table}
            </section>
        }
        .into_any(),
    )
}

/// What happened when: the run's own steps, and those of its switches.
fn timeline(run: &DrillRecord, report: &DrillReport, pair: &PairSnapshot) -> impl IntoView + use<> {
    let mut all: Vec<(Timestamp, String, Option<u64>)> =
        vec![(report.run.record.at, "The run began.".to_owned(), None)];
    all.extend(run.steps.iter().map(|(at, step)| (*at, told(step), None)));
    for (detail, which) in [(&report.over, "The switch over"), (&report.back, "The way back")] {
        let Some(detail) = detail else { continue };
        let at = detail.entries.last().map_or(detail.record.at, |entry| entry.at);
        all.push((
            at.min(detail.record.at),
            format!("{which}: {}.", record::flipped(&detail.record).1),
            Some(detail.record.seq),
        ));
    }
    if let Some((at, ended)) = &run.end {
        all.push((*at, format!("It ended: {}.", ended.end.as_str()), None));
    }
    all.sort_by_key(|(at, ..)| *at);
    let rows = all.into_iter().map(|(at, text, seq)| {
        let link = seq.map(|seq| view! { " "<a href=paths::record(&pair.id, seq)>"Record "{seq}</a> });
        view! { <li><span class="at">{words::stamp(at)}</span>" "{text}{link}</li> }
    });
    view! {
        <section class="card" aria-labelledby="timeline" data-region="timeline">
            <header><h2 id="timeline">"What happened"</h2></header>
            <ol class="plain timeline">{rows.collect_view()}</ol>
        </section>
    }
}

fn told(step: &Step) -> String {
    match step {
        Step::Waits { because } => format!("It waited. {because}"),
        Step::Asked { record } => format!("Teal asked for approval, as record {record}."),
        Step::Went { checks, .. } => {
            let ill = checks.iter().filter(|check| check.verdict != Verdict::Pass).count();
            format!("It went through {} checks; {ill} of them found something.", checks.len())
        }
        Step::Flips { target, .. } => format!("It switched to {}.", target.title()),
        Step::Holds { until } => format!("The other side is live, until {}.", words::stamp(*until)),
        Step::Rang { because, interrupts, .. } => {
            format!("{because} {}", if *interrupts { "That interrupts it." } else { "That fails it." })
        }
        Step::Stopped { by } => format!("{} stopped it.", record::who(&by.name)),
        Step::Returns { target, .. } => format!("It switched back to {}.", target.title()),
        Step::NotReturned { because } => format!("The flag was not brought back. {because}"),
    }
}

fn went_through(run: &DrillRecord) -> Option<AnyView> {
    let checks = run.checks();
    if checks.is_empty() {
        return None;
    }
    let rows = checks.iter().map(|check| {
        let tone = match check.verdict {
            Verdict::Pass => Tone::Good,
            Verdict::Warn => Tone::Attention,
            Verdict::Block => Tone::Down,
        };
        view! { <li><Mark tone text=checks::title(&check.name) />" "{check.evidence.clone()}</li> }
    });
    Some(
        view! {
            <section class="card" aria-labelledby="checks">
                <header><h2 id="checks">"The checks, as they stood"</h2></header>
                <ul class="plain">{rows.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn facts(run: &DrillRecord, measured: &Measured, report: &DrillReport) -> impl IntoView + use<> {
    let plan = &run.run.plan;
    let versions =
        measured.versions.iter().map(|version| version.map_or_else(|| "–".to_owned(), |version| version.to_string()));
    let versions = versions.collect::<Vec<_>>().join(" → ");
    let asked = run
        .run
        .asked_by
        .as_ref()
        .map_or_else(|| "by its schedule".to_owned(), |who| format!("by {}", record::who(&who.name)));
    let switch = report.over.as_ref().and_then(|detail| detail.record.switch());
    let approval =
        switch.and_then(|switch| switch.approval.as_ref()).map(|approval| record::who(&approval.by.name).to_owned());
    let dags = switch.and_then(|switch| switch.course.plan.as_ref()).map(|plan| plan.moves.len());
    let dags = match (plan.flag_only, dags) {
        (true, _) => "left alone".to_owned(),
        (_, Some(0) | None) => "none were moved".to_owned(),
        (_, Some(count)) => {
            words::counted(u64::try_from(count).unwrap_or(u64::MAX), "DAG was moved", "DAGs were moved")
        }
    };
    let owed = (!measured.owed.is_empty()).then(|| {
        view! { <div><dt>"Still owed at its end"</dt><dd>{measured.owed.join(", ")}</dd></div> }
    });
    view! {
        <section class="card" aria-labelledby="facts">
            <header><h2 id="facts">"Facts"</h2></header>
            <dl class="facts rows">
                <div><dt>"Kind"</dt><dd>{plan.kind.title()}</dd></div>
                <div><dt>"Due"</dt><dd>{words::stamp(run.run.due)}", "{asked}</dd></div>
                <div><dt>"Owner"</dt><dd>{plan.owner.to_string()}</dd></div>
                <div><dt>"Plan"</dt><dd>"revision "{plan.revision}", by "{record::who(&plan.changed_by.name).to_owned()}", "{words::stamp(plan.changed_at)}</dd></div>
                <div><dt>"Approved by"</dt><dd>{approval.unwrap_or_else(|| "nobody was asked".to_owned())}</dd></div>
                <div><dt>"Versions of the flag"</dt><dd>{versions}</dd></div>
                <div><dt>"DAGs"</dt><dd>{dags}</dd></div>
                {owed}
            </dl>
        </section>
    }
}

/// The entries of the journal that hold it.
fn entries(pair: &PairSnapshot, report: &DrillReport) -> impl IntoView + use<> {
    let all = [Some(&report.run), report.over.as_ref(), report.back.as_ref()];
    let rows = all.into_iter().flatten().flat_map(|detail| {
        let seq = detail.record.seq;
        detail.entries.iter().map(move |entry| (seq, entry.seq, entry.kind, entry.hash.to_string()))
    });
    let rows = rows.map(|(record, seq, kind, hash)| {
        let short: String = hash.chars().take(16).collect();
        view! {
            <tr>
                <th scope="row"><a href=paths::record(&pair.id, record)>{seq}</a></th>
                <td>{kind.replace('_', " ")}</td>
                <td><code title=hash>{short}"…"</code></td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby="entries">
            <header><h2 id="entries">"In the journal"</h2></header>
            <div class="scrolls" tabindex="0" role="group" aria-labelledby="entries">
                <table>
                    <thead><tr><th scope="col">"Entry"</th><th scope="col">"Kind"</th><th scope="col">"Hash"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
