//! A smoke test, as its record tells it.

use crate::{
    components::{side::Side, when::When},
    words,
};
use leptos::prelude::*;
use teal_domain::{Timestamp, smoke::SmokeRecord};

/// What exactly was tested.
pub fn facts(test: &SmokeRecord, now: Timestamp) -> impl IntoView + use<> {
    let run = &test.run;
    view! {
        <div><dt>"Side"</dt><dd><Side color=run.side /></dd></div>
        <div><dt>"DAGs"</dt><dd>{run.dags.join(", ")}</dd></div>
        {(!run.woken.is_empty()).then(|| view! { <div><dt>"Unpaused for it"</dt><dd>{run.woken.join(", ")}</dd></div> })}
        {match &test.end {
            Some((at, _)) => view! { <div><dt>"Ended"</dt><dd><When at=*at now /></dd></div> }.into_any(),
            None => view! { <div><dt>"Ends by"</dt><dd>{words::stamp(run.ends_by)}</dd></div> }.into_any(),
        }}
        <div><dt>"Operation"</dt><dd><code>{run.id.to_string()}</code></dd></div>
    }
}
