//! Lineage in a line of the overview.

use super::mark::Mark;
use crate::{paths, words};
use leptos::prelude::*;
use teal_domain::{PairSnapshot, Timestamp};

/// The line, where anything of the lineage service is read.
pub fn line(pair: &PairSnapshot, now: Timestamp) -> Option<AnyView> {
    if !pair.lineage.setup.asks() {
        return None;
    }
    let said = words::lineage::line(&pair.lineage, pair.live(), pair.live_since, now);
    let said = said.into_iter().map(|(tone, text)| view! { <Mark tone text /> }).collect_view();
    Some(view! { <p class="freeze-line dotted">{said}<a href=paths::lineage(&pair.id)>"Lineage"</a></p> }.into_any())
}
