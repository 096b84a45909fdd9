//! A small chart, drawn by the server: lines that are told apart by shape, dash and word besides their colour, gaps where
//! nothing is known, the latest values in words, and the numbers in a table.

mod drawing;
mod table;

use super::side::{self, Shape};
use crate::words::{
    amount::{Scale, amount, each},
    time,
};
use drawing::{HEIGHT, Plot, WIDTH};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use teal_domain::{
    Timestamp,
    metrics::{Chart, Line, Name},
    monitoring::Span,
};

/// A chart of a span that was read from one moment to another.
pub fn chart(chart: &Chart, number: usize, span: Span, (from, to): (Timestamp, Timestamp)) -> impl IntoView + use<> {
    let heading = format!("chart-{number}");
    let per = each(chart.unit);
    let title = if per.is_empty() { chart.title.clone() } else { format!("{}, {per}", chart.title) };
    let body = if let Some(why) = chart.absent.clone() {
        EitherOf3::A(view! { <p class="nothing">{why}</p> })
    } else if chart.is_empty() {
        EitherOf3::B(view! { <p class="nothing">"CloudWatch has no point of it in this time."</p> })
    } else {
        EitherOf3::C(view! {
            {legend(chart, span, to)}
            {picture(chart, number, span, (from, to))}
            {table::numbers(chart, span, (from, to))}
        })
    };
    let hint = (!chart.hint.is_empty()).then(|| view! { <p class="hint">{chart.hint}</p> });
    view! {
        <figure class="chart" aria-labelledby=heading.clone()>
            <figcaption>
                <h4 id=heading.clone()>{title}</h4>
                <p class="source">{chart.source.clone()}</p>
            </figcaption>
            {body}
            {hint}
        </figure>
    }
}

/// How the line of a name is drawn: the class, and the shape of its marks.
fn style(name: &Name, number: usize) -> (&'static str, drawing::Mark) {
    use drawing::Mark::{Circle, Diamond, Square, Triangle};
    use teal_domain::Color::{Blue, Green};
    match (name, number) {
        (Name::Side(Blue), _) => ("line line-blue", Circle),
        (Name::Side(Green), _) => ("line line-green", Diamond),
        (Name::Called(_), 0) => ("line line-first", Square),
        (Name::Called(_), _) => ("line line-other", Triangle),
    }
}

fn word(name: &Name) -> String {
    match name {
        Name::Side(color) => color.title().to_owned(),
        Name::Called(name) => name.clone(),
    }
}

/// The latest value of a line, in words.
fn latest(chart: &Chart, line: &Line, span: Span, to: Timestamp) -> String {
    let Some(last) = line.last() else { return "no points".to_owned() };
    let told = amount(chart.unit, last.value.get());
    // Some metrics come every five minutes, whatever is asked for.
    let lately = to.since(last.at).0 <= span.period().0.max(300_000) * 2;
    if lately { told } else { format!("{told} at {} UTC, nothing since", time::short(last.at, to)) }
}

fn legend(chart: &Chart, span: Span, to: Timestamp) -> impl IntoView + use<> {
    let rows = chart.lines.iter().enumerate().map(|(number, line)| {
        let (class, mark) = style(&line.name, number);
        let name = match line.name {
            Name::Side(color) => {
                Either::Left(view! { <span class=side::class(color)><Shape color />{color.title()}</span> })
            }
            Name::Called(ref name) => Either::Right(view! {
                <span class=class>
                    <svg class="key" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                        <path class="marks" d=mark.path(8.0, 8.0, 5.0)></path>
                    </svg>
                    {name.clone()}
                </span>
            }),
        };
        view! { <li>{name}" "<strong>{latest(chart, line, span, to)}</strong></li> }
    });
    view! { <ul class="legend" aria-label="Latest values">{rows.collect_view()}</ul> }
}

fn picture(chart: &Chart, number: usize, span: Span, (from, to): (Timestamp, Timestamp)) -> impl IntoView + use<> {
    let highest =
        chart.lines.iter().flat_map(|line| &line.points).map(|point| point.value.get()).fold(0.0_f64, f64::max);
    let scale = Scale::of(chart.unit, highest);
    let plot = Plot { from, to, top: scale.top };
    let says = chart
        .lines
        .iter()
        .map(|line| format!("{}: {}", word(&line.name), latest(chart, line, span, to)))
        .collect::<Vec<_>>()
        .join("; ");
    let (title, description) = (format!("chart-{number}-title"), format!("chart-{number}-says"));
    let labelled = format!("{title} {description}");
    let across = scale.ticks.iter().map(|(value, told)| {
        let y = plot.y(*value);
        view! { <text class="tick across" x="46" y=format!("{:.1}", y + 3.5)>{told.clone()}</text> }
    });
    let along = plot.moments(span).into_iter().map(|(x, told)| {
        view! { <text class="tick along" x=format!("{x:.1}") y="141">{told}</text> }
    });
    let lines = chart.lines.iter().enumerate().map(|(number, line)| {
        let (class, mark) = style(&line.name, number);
        let (stroke, marks) = plot.line(line, span.period(), mark);
        view! { <g class=class><path class="stroke" d=stroke></path><path class="marks" d=marks></path></g> }
    });
    let (across, along, lines) = (across.collect_view(), along.collect_view(), lines.collect_view());
    let grid = plot.grid(&scale, span);
    view! {
        <svg class="plot" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-labelledby=labelled focusable="false">
            <title id=title>{format!("{}, the last {}", chart.title, span.title())}</title>
            <desc id=description>{says}</desc>
            <path class="grid" d=grid></path>
            {across}
            {along}
            {lines}
        </svg>
    }
}
