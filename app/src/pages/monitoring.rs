//! Alarms, charts and the month's availability of a pair. Alarms and charts are read while somebody looks: the page shows
//! what was read last, and says how old it is.

mod alarms;
mod availability;
mod charts;

use super::shell::{Page, Tab};
use crate::{
    desk::DeskError,
    paths::{self, MonitoringQuery},
    render::View,
};
use leptos::prelude::*;
use teal_domain::{PairSnapshot, availability::Availability};

/// The page.
pub fn page(
    view: &View<'_>,
    pair: &PairSnapshot,
    query: MonitoringQuery,
    month: &Result<Availability, DeskError>,
) -> Page {
    let read = pair.monitoring.charts(query.span);
    let waits = read.value().is_none() && read.error().is_none();
    let body = view! {
        <div class="monitoring">
            <header class="page-head">
                <h1>"Monitoring"</h1>
                <a href=paths::guide(&pair.id)>"If something fails"</a>
            </header>
            {alarms::section(view, pair)}
            {charts::section(view, pair, query)}
            {availability::section(view, pair, query, month)}
        </div>
    };
    Page {
        title: "Monitoring".to_owned(),
        tab: Tab::Monitoring,
        follows: Some(view.address()),
        reports: true,
        refresh: waits,
        body: body.into_any(),
    }
}
