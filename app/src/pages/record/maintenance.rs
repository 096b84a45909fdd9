//! A declared maintenance, as its record tells it.

use crate::{
    components::{checks, side::Side, when::When},
    words,
};
use leptos::prelude::*;
use teal_domain::{Timestamp, history::MaintenanceRecord};

/// What came of it, in full sentences.
pub fn told(declared: &MaintenanceRecord, now: Timestamp) -> String {
    let (side, until) = (declared.maintenance.side.title(), declared.maintenance.until);
    match &declared.lifted {
        Some((_, by)) => format!("{by} lifted it: since then whatever differs on {side} is a difference again."),
        None if declared.maintenance.stands(now) => format!(
            "It stands. While {side} is the standby it raises no alarm, and the named differences are expected."
        ),
        None => format!("It ended by itself on {}.", words::stamp(until)),
    }
}

/// What exactly was declared.
pub fn facts(declared: &MaintenanceRecord, now: Timestamp) -> impl IntoView + use<> {
    let maintenance = &declared.maintenance;
    let expects: Vec<String> = maintenance.expects.iter().map(|name| checks::title(name)).collect();
    let expects = if expects.is_empty() { "nothing".to_owned() } else { expects.join(", ") };
    view! {
        <div><dt>"Side"</dt><dd><Side color=maintenance.side /></dd></div>
        <div><dt>"Until"</dt><dd>{words::stamp(maintenance.until)}</dd></div>
        <div><dt>"Expects to differ"</dt><dd>{expects}</dd></div>
        {declared.lifted.as_ref().map(|(at, by)| view! {
            <div><dt>"Lifted"</dt><dd>"by "{by.name.clone()}", "<When at=*at now /></dd></div>
        })}
        <div><dt>"Declaration"</dt><dd><code>{maintenance.id.to_string()}</code></dd></div>
    }
}
