//! For how much of a month the live side and the lineage service were up. What nobody observed is said.

use crate::{
    components::{
        mark::{Mark, Tone},
        side::Side,
    },
    desk::DeskError,
    paths::MonitoringQuery,
    render::View,
    words::{age, grouped, stamp},
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Millis, PairSnapshot, Timestamp,
    availability::{Account, Availability, Incident, Month},
};

/// Observations are kept for so long.
const KEPT: Millis = Millis::from_secs(400 * 86_400);

/// The section.
pub(super) fn section(
    view: &View<'_>,
    pair: &PairSnapshot,
    query: MonitoringQuery,
    month: &Result<Availability, DeskError>,
) -> impl IntoView + use<> {
    let now = view.now;
    let shown = query.month.unwrap_or_else(|| Month::of(now));
    let to =
        |month: Month| format!("{}#availability", MonitoringQuery { month: Some(month), ..query }.address(&pair.id));
    // What is older than observations are kept tells nothing.
    let previous = (shown > Month::of(now - KEPT)).then(|| {
        view! { <a href=to(shown.previous()) rel="prev">{shown.previous().title()}</a> }
    });
    let next = (shown < Month::of(now)).then(|| {
        view! { <a href=to(shown.next()) rel="next">{shown.next().title()}</a> }
    });
    let so_far = if shown == Month::of(now) { ", so far" } else { "" };
    let body = match month {
        Ok(month) => Either::Left(view! {
            <div class="accounts">
                {account("live-account", "The live side", &month.live, now)}
                {account("lineage-account", "The lineage service", &month.lineage, now)}
            </div>
        }),
        Err(error) => {
            let said = error.to_string();
            Either::Right(
                view! { <p class="notice"><Mark tone=Tone::Attention text="It cannot be counted" />": "{said}</p> },
            )
        }
    };
    view! {
        <section class="card availability" aria-labelledby="availability" data-region="availability">
            <header>
                <h2 id="availability">"Availability in "{shown.title()}{so_far}</h2>
                <nav aria-label="Months" class="months">
                    {previous}
                    {next}
                </nav>
            </header>
            {body}
            <p class="hint">
                "The live side is up while MWAA says that its environment works and its scheduler gave a sign of life in the last \
                 five minutes. The lineage service is up while each of its target groups has a healthy target. It is looked at \
                 each minute; while Teal does not run, or cannot read it, nothing is observed."
            </p>
        </section>
    }
}

/// Minutes, and what they come to.
fn minutes(span: Millis) -> String {
    let minutes = span.as_secs() / 60;
    let text = grouped(minutes);
    if minutes < 120 { format!("{text} min") } else { format!("{text} min ({})", age(span)) }
}

/// Hundredths of a per cent: `99.98 %`.
fn percent(hundredths: u64) -> String {
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn account(id: &'static str, title: &'static str, account: &Account, now: Timestamp) -> impl IntoView + use<> {
    let figure = match account.hundredths() {
        Some(hundredths) => Either::Left(view! {
            <p class="figure"><strong>{percent(hundredths)}</strong>" of the time that was observed"</p>
        }),
        None => Either::Right(view! {
            <p class="figure"><Mark tone=Tone::Unknown text="Nothing was observed" /></p>
        }),
    };
    let unobserved = account.unobserved();
    let rows = account.incidents.iter().rev().map(|incident| row(incident, account.to, now)).collect_view();
    let incidents = if account.incidents.is_empty() {
        Either::Left((account.up.0 > 0).then(|| view! { <p><Mark tone=Tone::Good text="No time was lost" /></p> }))
    } else {
        Either::Right(view! {
            <div class="scrolls" tabindex="0">
                <table class="incidents">
                    <thead>
                        <tr><th scope="col">"From"</th><th scope="col" class="number">"Lost"</th><th scope="col">"What"</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <section aria-labelledby=id>
            <h3 id=id>{title}</h3>
            {figure}
            <dl class="facts">
                <div><dt>"Up"</dt><dd>{minutes(account.up)}</dd></div>
                <div><dt>"Lost"</dt><dd>{minutes(account.down)}</dd></div>
                <div><dt>"Not observed"</dt><dd>{minutes(unobserved)}</dd></div>
            </dl>
            {incidents}
        </section>
    }
}

fn row(incident: &Incident, counted_to: Timestamp, now: Timestamp) -> impl IntoView + use<> {
    let goes_on = incident.to == counted_to || now.since(incident.to) <= Millis::from_secs(120);
    let side = incident.side.map(|color| view! { <Side color />" " });
    view! {
        <tr>
            <td>{stamp(incident.from)}</td>
            <td class="number">{minutes(incident.lost())}</td>
            <td>{side}{incident.why.clone()}{goes_on.then_some(" It goes on.")}</td>
        </tr>
    }
}
