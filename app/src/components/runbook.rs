//! The ways to the runbooks that policy names: the pair's own, and those of its guards.

use leptos::prelude::*;
use teal_domain::PairSnapshot;

/// The way to the pair's runbook, where policy names one.
pub fn of_pair(pair: &PairSnapshot) -> Option<AnyView> {
    Some(link(pair.policy.runbook_url.as_ref()?, "Runbook".to_owned()))
}

/// What to read about something that the watch found red: the runbook of the guard, else that of the pair. `what` is what
/// the step calls it.
pub fn of_red(pair: &PairSnapshot, what: &str) -> Option<AnyView> {
    let guard = what.strip_prefix("guard ").and_then(|alarm| {
        let guard = pair.policy.guards.iter().find(|guard| guard.alarm == alarm)?;
        Some(link(guard.runbook_url.as_ref()?, format!("Runbook for {alarm}")))
    });
    guard.or_else(|| of_pair(pair))
}

fn link(address: &str, label: String) -> AnyView {
    let address = address.to_owned();
    view! { <a class="runbook" href=address rel="noreferrer">{label}</a> }.into_any()
}
