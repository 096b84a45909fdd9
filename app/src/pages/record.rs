//! One record: what was meant, what was put, what was verified, and what was said about it since.

mod maintenance;
mod request;
mod smoke;

use super::shell::{Page, Tab};
use crate::{
    components::{
        allowed,
        course::{self, Here, course},
        recent::{movement, tags},
        side::Side,
        when::When,
    },
    desk::RecordDetail,
    functions::AddNote,
    paths::{self, SwitchProblem},
    render::View,
    words::{self, record},
};
use leptos::{
    either::{Either, EitherOf5},
    prelude::*,
    server_fn::ServerFn,
};
use teal_domain::{
    Action, PairId, PairSnapshot, Timestamp,
    history::{ExternalRecord, Record, SwitchRecord, What},
};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot, detail: &RecordDetail) -> Page {
    let (record, now) = (&detail.record, view.now);
    let open = course::is_open(pair, record);
    let quote = match &record.what {
        What::Switch(switch) => Some(switch.reason.as_str()),
        What::Request(asked) => Some(asked.request.reason.as_str()),
        What::Maintenance(declared) => Some(declared.maintenance.what.as_str()),
        What::External(external) => record::said(external),
        _ => None,
    };
    let body = view! {
        <article class="record-page" aria-labelledby="record">
            <header class="page-head" data-region="head">
                <p class="crumb"><a href=paths::history(&pair.id)>"History"</a>" / record "{record.seq}</p>
                <h1 id="record">{movement(record)}</h1>
                <p class="byline">
                    <span title=record.actor.name.clone()>{record::who(&record.actor.name).to_owned()}</span>
                    " "{record::via(record.actor.via)}", " <When at=record.happened_at() now />
                    <span class="tags">{tags(record)}</span>
                </p>
                {quote.map(|text| view! { <blockquote>{text.to_owned()}</blockquote> })}
            </header>
            <div class="columns">
                <div class="stack" data-region="steps">
                    {course(view, pair, detail, told(record, now), Here::Record)}
                </div>
                <div class="stack">
                    {facts(pair, record, now)}
                    {notes(view, pair, record)}
                </div>
            </div>
            {course::raw(detail)}
        </article>
    };
    let follows = Some(view.path.to_owned());
    Page {
        title: record::title(record),
        tab: Tab::History,
        follows,
        reports: false,
        refresh: open,
        body: body.into_any(),
    }
}

fn told(record: &Record, now: Timestamp) -> String {
    match &record.what {
        What::Switch(switch) => record::told(switch),
        What::External(external) if external.imported => {
            "This version was there before Teal first looked. Who wrote it, as far as AWS says, is shown; why is not \
             known."
                .to_owned()
        }
        What::External(external) if external.foreign.is_some() => {
            "The version carries the id of a Teal operation that this journal does not know: another Teal wrote it, or \
             somebody copied the description."
                .to_owned()
        }
        What::External(_) if record.unexplained() => {
            "Somebody wrote to the parameter past Teal. Nobody has said why yet: if you know, add a note.".to_owned()
        }
        What::External(_) => "Somebody wrote to the parameter past Teal. The notes say why.".to_owned(),
        What::MadeAnew { last, .. } => {
            format!(
                "The parameter was deleted and made anew. Its versions began again at 1; the last one before was {last}."
            )
        }
        What::Gap { .. } => {
            "SSM keeps the latest 100 versions only. These were gone before Teal could read them, so nobody knows who \
             wrote them."
                .to_owned()
        }
        What::Gone { .. } => {
            "The parameter was found missing. No guarded DAG works on either side until it is set again.".to_owned()
        }
        What::Request(asked) => request::told(asked),
        What::Maintenance(declared) => maintenance::told(declared, now),
        What::Smoke(test) => words::smoke::told(test),
        What::Drill(drill) => words::drill::told(drill),
        What::Plan(written) => written.told(&record.actor),
    }
}

fn facts(pair: &PairSnapshot, record: &Record, now: Timestamp) -> impl IntoView + use<> {
    let more = match &record.what {
        What::Switch(switch) => Some(EitherOf5::A(of_switch(switch, &record.pair, now))),
        What::External(external) => Some(EitherOf5::B(of_external(external, now))),
        What::Request(asked) => Some(EitherOf5::C(request::facts(asked, now))),
        What::Maintenance(declared) => Some(EitherOf5::D(maintenance::facts(declared, now))),
        What::Smoke(test) => Some(EitherOf5::E(smoke::facts(test, now))),
        _ => None,
    };
    let version = record.version().map_or_else(|| "none".to_owned(), |version| version.to_string());
    view! {
        <section class="card" aria-labelledby="facts" data-region="facts">
            <header><h2 id="facts">"Facts"</h2></header>
            <dl class="facts rows">
                <div><dt>"Who"</dt><dd>{record.actor.name.clone()}</dd></div>
                <div><dt>"Recorded"</dt><dd>{words::stamp(record.at)}</dd></div>
                <div><dt>"Version made"</dt><dd>{version}</dd></div>
                {more}
                {lineage(pair, record)}
                <div><dt>"Hash"</dt><dd><code>{record.hash.to_string()}</code></dd></div>
            </dl>
        </section>
    }
}

/// The way to whether lineage went on over it: that is told of the version that is live.
fn lineage(pair: &PairSnapshot, record: &Record) -> Option<impl IntoView + use<>> {
    let told = pair.lineage.setup.api.is_some() && record.version().is_some();
    let latest = pair.origin().is_some_and(|origin| origin.seq == record.seq);
    let address = format!("{}#continuity", paths::lineage(&pair.id));
    (told && latest).then(|| view! { <div><dt>"Lineage"</dt><dd><a href=address>"whether it went on"</a></dd></div> })
}

fn of_switch(switch: &SwitchRecord, pair: &PairId, now: Timestamp) -> impl IntoView + use<> {
    let from = match switch.from {
        Some(color) => Either::Left(view! { <Side color /> }),
        None => Either::Right("no side"),
    };
    view! {
        <div><dt>"From"</dt><dd>{from}</dd></div>
        <div><dt>"To"</dt><dd><Side color=switch.target /></dd></div>
        <div><dt>"Flag was at"</dt><dd>{match switch.base.version() {
            Some(version) => format!("version {version}"),
            None => "a missing parameter".to_owned(),
        }}</dd></div>
        <div><dt>"Kind"</dt><dd>{switch.kind.as_str()}</dd></div>
        {switch.approval.as_ref().map(|approval| view! {
            <div><dt>"Approved"</dt><dd>"by "{approval.by.name.clone()}", "<When at=approval.at now /></dd></div>
        })}
        {switch.change_ref.as_ref().map(|change| view! { <div><dt>"Change"</dt><dd>{change.to_string()}</dd></div> })}
        {(!switch.overridden.is_empty()).then(|| view! {
            <div><dt>"Overridden"</dt><dd>{switch.overridden.join(", ")}</dd></div>
        })}
        {linked("Takes back", pair, switch.linked().takes_back)}
        {linked("Taken back by", pair, switch.linked().taken_back_by)}
        <div><dt>"Operation"</dt><dd><code>{switch.operation.to_string()}</code></dd></div>
    }
}

/// The record of another switch that belongs to this one.
fn linked(what: &'static str, pair: &PairId, seq: Option<u64>) -> Option<impl IntoView + use<>> {
    seq.map(|seq| view! { <div><dt>{what}</dt><dd><a href=paths::record(pair, seq)>"record "{seq}</a></dd></div> })
}

fn of_external(external: &ExternalRecord, now: Timestamp) -> impl IntoView + use<> {
    view! {
        <div><dt>"Value"</dt><dd><code>{record::clipped(external.value.as_str(), 200)}</code></dd></div>
        <div><dt>"Written"</dt><dd><When at=external.written_at now /></dd></div>
        <div>
            <dt>"Description"</dt>
            <dd>
                {record::said(external).unwrap_or("none").to_owned()}
                {external.description.as_ref().filter(|_| external.carried_over).map(|old| view! {
                    <span class="hush">"; the parameter still shows “"{old.clone()}"”, which is that of the version before"</span>
                })}
            </dd>
        </div>
        {(external.incarnation.0 > 0).then(|| view! {
            <div><dt>"Life"</dt><dd>{external.incarnation.0 + 1}" of the parameter"</dd></div>
        })}
    }
}

/// What was said since, and the way to say more. A plain form: it needs no script.
fn notes(view: &View<'_>, pair: &PairSnapshot, record: &Record) -> impl IntoView + use<> {
    let kept = paths::get(view.query, "text").map(|text| paths::kept(&text)).unwrap_or_default();
    let problem =
        paths::get(view.query, "problem").and_then(|code| SwitchProblem::parse(&code)).map(|problem| match problem {
            SwitchProblem::Store => {
                "The journal cannot be written just now, so the note was not kept. Try again later.".to_owned()
            }
            SwitchProblem::Ended => {
                "Your session had ended, so the note was not kept. You are signed in again: add it once more."
                    .to_owned()
            }
            _ => super::switch::line_problem(&kept, "note"),
        });
    let denied = view.denied(Action::Note);
    let off = denied.is_some();
    let label = if record.unexplained() { "Explain this change" } else { "Add a note" };
    let said = record.notes.iter().map(|note| {
        view! {
            <li>
                <p>{note.text.to_string()}</p>
                <p class="byline">{note.actor.name.clone()}" " <When at=note.at now=view.now /></p>
            </li>
        }
    });
    let said = said.collect_view();
    view! {
        <section class="card notes" aria-labelledby="notes">
            <header><h2 id="notes">"Notes"</h2></header>
            <ul data-region="notes">{said}</ul>
            {problem.map(|text| view! { <p class="notice notice-down" role="alert">{text}</p> })}
            <form method="post" action=AddNote::url() id="note" data-kept="text">
                <input type="hidden" name="pair" value=pair.id.to_string() />
                <input type="hidden" name="about" value=record.seq.to_string() />
                <div class="field">
                    <label for="text">{label}</label>
                    <textarea id="text" name="text" rows="2" required disabled=off inner_html=words::escaped(&kept)></textarea>
                    <p class="hint">"At most 500 characters. Notes are kept for ever and cannot be changed."</p>
                </div>
                <button type="submit" class="button" disabled=off>"Add the note"</button>
                {denied.as_ref().map(allowed::why_not)}
            </form>
        </section>
    }
}
