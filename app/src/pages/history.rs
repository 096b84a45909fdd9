//! The history: everything that happened to the flag, newest first, filtered by what the address says.

use super::shell::{Page, Tab};
use crate::{
    components::{
        mark::Mark,
        recent::{movement, tags},
        when::When,
    },
    paths,
    render::View,
    words::{
        self,
        record::{self, kind},
        time,
    },
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Action, Color, Millis, PairId, PairSnapshot, Timestamp,
    history::{HistoryPage, HistoryQuery, Record},
    journal::Listed,
};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot, query: &HistoryQuery, page: &HistoryPage) -> Page {
    let base = paths::history(&pair.id);
    let csv = paths::filtered(&format!("{base}.csv"), &HistoryQuery { before: None, ..query.clone() });
    let found = if page.records.is_empty() { nothing(query, &base) } else { list(&pair.id, view.now, query, page) };
    let body = view! {
        <section class="history" aria-labelledby="history">
            <header class="page-head">
                <h1 id="history">"History"</h1>
                {match view.denied(Action::Export) {
                    None => Either::Left(view! { <a href=csv download>"Download as CSV"</a> }),
                    Some(denied) => Either::Right(view! {
                        <span class="hint denied">{denied.to_string()}</span>
                    }),
                }}
            </header>
            {filters(query, base)}
            {found}
        </section>
    };
    Page {
        title: "History".to_owned(),
        tab: Tab::History,
        follows: None,
        reports: false,
        refresh: false,
        body: body.into_any(),
    }
}

fn filters(query: &HistoryQuery, base: String) -> impl IntoView + use<> {
    let filtered = paths::filtered("", &HistoryQuery { before: None, ..query.clone() });
    let kinds = Listed::ALL.map(|listed| {
        view! { <option value=listed.as_str() selected=query.kind == Some(listed)>{kind(listed)}</option> }
    });
    let sides = Color::BOTH.map(|color| {
        view! { <option value=color.as_str() selected=query.color == Some(color)>{color.title()}</option> }
    });
    let until = query.until.map(|at| time::date(at - Millis::from_secs(86_400)));
    let clear = (!filtered.is_empty()).then(|| view! { <a class="button quiet" href=base.clone()>"Show all"</a> });
    view! {
        <form class="filters" method="get" action=base.clone() aria-label="Filters" data-kept="kind color actor from until">
            <div class="field">
                <label for="kind">"What"</label>
                <select id="kind" name="kind"><option value="">"Everything"</option>{kinds.into_iter().collect_view()}</select>
            </div>
            <div class="field">
                <label for="color">"Side"</label>
                <select id="color" name="color"><option value="">"Both"</option>{sides.into_iter().collect_view()}</select>
            </div>
            <div class="field wide">
                <label for="actor">"Who (exact name)"</label>
                <input id="actor" name="actor" type="text" autocomplete="off" value=query.actor.clone() />
            </div>
            <div class="field">
                <label for="from">"From (UTC)"</label>
                <input id="from" name="from" type="date" value=query.from.map(time::date) />
            </div>
            <div class="field">
                <label for="until">"Until (UTC)"</label>
                <input id="until" name="until" type="date" value=until />
            </div>
            <div class="actions"><button type="submit" class="button">"Filter"</button>{clear}</div>
        </form>
    }
}

fn nothing(query: &HistoryQuery, base: &str) -> AnyView {
    let text = if *query == HistoryQuery::default() {
        "Nothing yet. Every change of the flag will be written down here: who, why, and how long it took."
    } else if query.before.is_some() {
        "Nothing older."
    } else {
        "Nothing in the history fits these filters."
    };
    let all = (*query != HistoryQuery::default()).then(|| view! { " " <a href=base.to_owned()>"Show all of it"</a> });
    view! { <p class="card empty">{text}{all}</p> }.into_any()
}

fn list(pair: &PairId, now: Timestamp, query: &HistoryQuery, page: &HistoryPage) -> AnyView {
    let rows = page.records.iter().map(|record| row(pair, record, now)).collect_view();
    let base = paths::history(pair);
    let older =
        page.older.map(|before| paths::filtered(&base, &HistoryQuery { before: Some(before), ..query.clone() }));
    let newest = query.before.map(|_| paths::filtered(&base, &HistoryQuery { before: None, ..query.clone() }));
    view! {
        <table class="log">
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"What"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">"Why"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col" class="number">"Flip"</th>
                    <th scope="col" class="number">"Version"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <nav class="pager actions" aria-label="Pages of the history">
            {newest.map(|href| view! { <a class="button quiet" href=href>"Newest"</a> })}
            {match older {
                Some(href) => Either::Left(view! { <a class="button" rel="next" href=href>"Older"</a> }),
                None => Either::Right(view! { <p class="empty">"This is where the history begins."</p> }),
            }}
        </nav>
    }
    .into_any()
}

fn row(pair: &PairId, record: &Record, now: Timestamp) -> impl IntoView + use<> {
    let (tone, outcome) = record::outcome(record);
    let number = |class: &'static str, value: Option<String>| {
        let class = if value.is_some() { format!("number {class}") } else { format!("number {class} none") };
        view! { <td class=class>{value.unwrap_or_else(|| "–".to_owned())}</td> }
    };
    view! {
        <tr>
            <td class="at"><When at=record.happened_at() now /></td>
            <td class="what">
                <a href=paths::record(pair, record.seq)>{movement(record)}</a>
                <span class="tags">{tags(record)}</span>
            </td>
            <td class="who" title=record.actor.name.clone()>{record::who(&record.actor.name).to_owned()}</td>
            <td class="why">
                {record::why(record).map(str::to_owned)}
                {record::change(record).map(|change| view! { " " <span class="change">{change.to_owned()}</span> })}
            </td>
            <td class="outcome"><Mark tone text=outcome /></td>
            {number("flip", record::flip(record).map(words::span))}
            {number("version", record.version().map(|version| version.to_string()))}
        </tr>
    }
}
