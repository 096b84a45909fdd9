//! The charts of a span, by topic.

use crate::{
    components::{
        chart,
        mark::{Mark, Tone},
        when::Ago,
    },
    paths::MonitoringQuery,
    render::View,
    words::counted,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    PairSnapshot, Reading, Timestamp,
    metrics::{Drawn, Topic},
    monitoring::Span,
};

/// The section.
pub(super) fn section(view: &View<'_>, pair: &PairSnapshot, query: MonitoringQuery) -> impl IntoView + use<> {
    let (now, span) = (view.now, query.span);
    let reading = pair.monitoring.charts(span);
    let spans = Span::ALL.map(|other| {
        let current = (other == span).then_some("page");
        let href = MonitoringQuery { span: other, ..query }.address(&pair.id);
        view! { <li><a href=href aria-current=current>{other.title()}</a></li> }
    });
    let old = reading.age(now).is_some_and(|age| age.0 > span.keeps().0 * 3);
    let age = reading.read_at().map(|at| {
        view! {
            <p class="freshness">
                "Read " <Ago at now />
                {old.then(|| view! { " " <Mark tone=Tone::Attention text="a newer reading has been asked for" /> })}
            </p>
        }
    });
    let body = match reading.value() {
        Some(drawn) => Either::Left(topics(drawn, span)),
        None => Either::Right(reading.error().is_none().then(|| {
            view! {
                <p class="card empty">
                    <Mark tone=Tone::Busy text="The charts are being read" />
                    " It takes a few seconds, and they are read only while somebody looks."
                </p>
            }
        })),
    };
    let class = if old || reading.error().is_some() { "charts stale" } else { "charts" };
    view! {
        <section class=class aria-labelledby="charts" data-region="charts">
            <header class="charts-head">
                <h2 id="charts">"Charts"</h2>
                <nav aria-label="Time that is shown"><ul class="spans">{spans.into_iter().collect_view()}</ul></nav>
                {age}
            </header>
            {trouble(reading, "The charts", now)}
            {body}
        </section>
    }
}

/// What keeps something from being read, and since when.
pub(super) fn trouble<T>(reading: &Reading<T>, what: &'static str, now: Timestamp) -> impl IntoView + use<T> {
    let known = reading.value().is_some();
    reading.error().map(|error| {
        let shown = if known { " What is shown is what was read before." } else { "" };
        view! {
            <div class="notice" role="status">
                <p><Mark tone=Tone::Attention text=format!("{what} could not be read") />": "{error.message.clone()}{shown}</p>
                <p class="hint">"Since " <Ago at=error.since now /></p>
            </div>
        }
    })
}

fn topics(drawn: &Drawn, span: Span) -> impl IntoView + use<> {
    let moments = (drawn.from, drawn.to);
    let topics = Topic::ALL.map(|topic| {
        let of = drawn.charts.iter().enumerate().filter(|(_, chart)| chart.topic == topic);
        let charts = of.map(|(number, drawn)| chart::chart(drawn, number, span, moments)).collect_view();
        view! { <section class="topic"><h3>{topic.title()}</h3><div class="chart-grid">{charts}</div></section> }
    });
    let left_out = drawn.left_out.clone().map(|told| format!(" {told}"));
    let asked = counted(u64::try_from(drawn.asked).unwrap_or(u64::MAX), "metric was", "metrics were");
    view! {
        {topics.into_iter().collect_view()}
        <p class="hint">
            {asked}" asked for in one call. Times are UTC; the points of sums that are not over yet are left out."{left_out}
        </p>
    }
}
