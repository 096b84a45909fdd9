//! What was denied: who wanted what, when, where, and why they did not get it. For auditors.

use super::shell::{Page, Tab};
use crate::{components::when::When, desk::DenialPage, paths, render::View, words::record};
use leptos::{either::Either, prelude::*};
use teal_domain::{Timestamp, denial::Denial};

/// The page. `deep`: not its first one.
pub fn page(view: &View<'_>, page: &DenialPage, deep: bool) -> Page {
    let body = view! {
        <section class="listing" aria-labelledby="denials">
            <header class="page-head"><h1 id="denials">"Denials"</h1></header>
            <p class="lead">
                "What somebody wanted and did not get, by page, script or command line. The same by the same person \
                 within ten minutes is one line. Kept for 400 days."
            </p>
            {if page.denials.is_empty() { Either::Left(none(deep)) } else { Either::Right(table(view.now, page)) }}
            <nav class="pager actions" aria-label="Pages of the denials">
                {deep.then(|| view! { <a class="button quiet" href=paths::denials(None)>"Newest"</a> })}
                {page.older.map(|before| view! { <a class="button" rel="next" href=paths::denials(Some(before))>"Older"</a> })}
            </nav>
        </section>
    };
    Page {
        title: "Denials".to_owned(),
        tab: Tab::None,
        follows: None,
        reports: false,
        refresh: false,
        body: body.into_any(),
    }
}

fn none(deep: bool) -> impl IntoView {
    let text = if deep { "Nothing older." } else { "Nothing was denied so far." };
    view! { <p class="card empty">{text}</p> }
}

fn table(now: Timestamp, page: &DenialPage) -> impl IntoView + use<> {
    view! {
        <div class="card scrolls" tabindex="0" role="region" aria-labelledby="denials">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"Wanted"</th>
                        <th scope="col">"Where"</th>
                        <th scope="col">"Why not"</th>
                        <th scope="col" class="number">"Times"</th>
                    </tr>
                </thead>
                <tbody>{page.denials.iter().map(|denial| row(denial, now)).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn row(denial: &Denial, now: Timestamp) -> impl IntoView + use<> {
    let since = (denial.times > 1).then(|| view! { <p class="hint">"since " <When at=denial.first_at now /></p> });
    let who = &denial.who;
    let subject = who.subject.as_ref().map(|subject| subject.as_str().to_owned());
    let pair = denial.pair.as_ref().map(|pair| format!(" for {pair}"));
    view! {
        <tr>
            <td><When at=denial.last_at now />{since}</td>
            <th scope="row" title=subject>{who.name.clone()}<p class="hint">{record::via(who.via)}</p></th>
            <td class="wraps">{denial.wanted.title()}{pair}</td>
            <td class="wraps"><code>{denial.place.clone()}</code></td>
            <td class="wraps">
                {denial.why.clone()}
                {denial.request.clone().map(|id| view! { <p class="hint">"Request "<code>{id}</code></p> })}
            </td>
            <td class="number">{denial.times}</td>
        </tr>
    }
}
