//! A request for approval, as its record tells it.

use crate::{
    components::{side::Side, when::When},
    words,
};
use leptos::prelude::*;
use teal_domain::{
    Timestamp,
    approval::{Answer, Decision},
    history::RequestRecord,
};

/// What came of it, in full sentences.
pub fn told(asked: &RequestRecord) -> String {
    let target = asked.request.target.title();
    match (&asked.decision, asked.withdrawn_at) {
        (_, Some(_)) => "It was taken back: nothing can come of it any more.".to_owned(),
        (Some(Decision { answer: Answer::Approved, by, .. }), None) => format!(
            "{by} approved it. With that {} could switch to {target}, for this reason and from where the flag stood. \
             Whether they did is in the history.",
            asked.request.actor
        ),
        (Some(Decision { answer: Answer::Declined, by, .. }), None) => {
            format!("{by} declined it: nothing was switched on it.")
        }
        (None, None) => "Nobody has decided on it. It runs out by itself.".to_owned(),
    }
}

/// What exactly was asked for, and what was said to it.
pub fn facts(asked: &RequestRecord, now: Timestamp) -> impl IntoView + use<> {
    let request = &asked.request;
    let rested = match request.base.version() {
        Some(version) => format!("version {version}"),
        None => "a missing parameter".to_owned(),
    };
    let decided = asked.decision.as_ref().map(|decision| {
        view! {
            <div><dt>"Decided"</dt><dd>"by "{decision.by.name.clone()}", "<When at=decision.at now /></dd></div>
            {decision.comment.as_ref().map(|comment| view! { <div><dt>"Comment"</dt><dd>{comment.to_string()}</dd></div> })}
        }
    });
    view! {
        <div><dt>"To"</dt><dd><Side color=request.target /></dd></div>
        {request.change_ref.as_ref().map(|change| view! { <div><dt>"Change"</dt><dd>{change.to_string()}</dd></div> })}
        {(!request.people.is_empty()).then(|| view! { <div><dt>"Behind the script"</dt><dd>{request.people.join(", ")}</dd></div> })}
        <div><dt>"Flag was at"</dt><dd>{rested}</dd></div>
        {request.dags.as_ref().map(|dags| view! { <div><dt>"DAGs"</dt><dd>{words::after::asked(dags, request.target)}</dd></div> })}
        <div><dt>"Good until"</dt><dd>{words::stamp(request.expires_at)}</dd></div>
        {decided}
        <div><dt>"Request"</dt><dd><code>{request.id.to_string()}</code></dd></div>
        <div><dt>"Digest"</dt><dd><code>{request.digest()}</code></dd></div>
    }
}
