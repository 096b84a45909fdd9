//! What is not there, not allowed, or broken: what happened, then what to do.

use super::shell::{Page, Tab};
use crate::{
    paths,
    render::{Problem, View},
};
use leptos::prelude::*;

/// The page.
pub fn page(view: Option<&View<'_>>, problem: &Problem<'_>) -> Page {
    let pair = view.and_then(View::pair);
    let home = pair.map_or_else(|| "/".to_owned(), |pair| paths::overview(&pair.id));
    let (way, label) =
        problem.then.map_or((home, "Go to the overview".to_owned()), |(way, label)| (way.to_owned(), label.to_owned()));
    let request = problem.request_id.map(|id| {
        view! { <p class="request">"Request " <code>{id.to_owned()}</code></p> }
    });
    let body = view! {
        <section class="problem" aria-labelledby="problem">
            {problem.status.map(|status| view! { <p class="status">{status}</p> })}
            <h1 id="problem">{problem.title.to_owned()}</h1>
            <p>{problem.what.to_owned()}</p>
            {(!problem.mend.is_empty()).then(|| view! { <p>{problem.mend.to_owned()}</p> })}
            <p class="actions"><a class="button" href=way>{label}</a></p>
            {request}
        </section>
    };
    Page {
        title: problem.title.to_owned(),
        tab: Tab::None,
        follows: None,
        reports: false,
        refresh: false,
        body: body.into_any(),
    }
}
