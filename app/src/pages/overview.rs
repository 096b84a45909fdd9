//! The overview: which side is live? is the other side ready? what happened last?

use super::shell::{Page, Tab};
use crate::{components::overview::overview, render::View};
use leptos::prelude::*;
use teal_domain::{Color, PairSnapshot};

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot) -> Page {
    let body = overview(view, pair);
    let title = match (pair.live(), pair.flag.value()) {
        (Some(color), _) => format!("{} is live", Color::title(color)),
        (None, Some(_)) => "No side is working".to_owned(),
        (None, None) => "Overview".to_owned(),
    };
    Page {
        title,
        tab: Tab::Overview,
        follows: Some(view.path.to_owned()),
        reports: false,
        refresh: false,
        body: view! { <div class="still" data-region="overview">{body}</div> }.into_any(),
    }
}
