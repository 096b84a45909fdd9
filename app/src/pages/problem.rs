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
    let request = problem.request_id.map(|id| {
        view! { <p class="request">"Request " <code>{id.to_owned()}</code></p> }
    });
    let body = view! {
        <section class="problem" aria-labelledby="problem">
            <p class="status">{problem.status}</p>
            <h1 id="problem">{problem.title.to_owned()}</h1>
            <p>{problem.what.to_owned()}</p>
            <p>{problem.mend.to_owned()}</p>
            <p class="actions"><a class="button" href=home>"Go to the overview"</a></p>
            {request}
        </section>
    };
    Page { title: problem.title.to_owned(), tab: Tab::None, follows: false, refresh: false, body: body.into_any() }
}
