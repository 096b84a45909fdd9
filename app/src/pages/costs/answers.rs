//! The first screen: what it cost, what it should cost, what it will cost, and how that stands to the budget.

use super::{
    paid::against,
    told::{Sum, Told, day},
    total,
};
use crate::{
    components::{
        mark::{Mark, Tone},
        when::Ago,
    },
    words::money,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Timestamp,
    bill::{ByWhom, Expected, Stands},
    cost::{Cents, Estimate},
    time::{Day, Month},
};

/// The answers, as far as there are any for whoever looks.
pub(super) fn answers(estimate: &Estimate, told: Option<&Told<'_>>) -> impl IntoView + use<> {
    let should = should(estimate, told);
    match told {
        None => Either::Left(view! { <dl class="answers alone">{should}</dl> }),
        Some(told) => Either::Right(view! {
            <dl class="answers">{paid(told)}{should}{will(told)}{budget(told)}</dl>
        }),
    }
}

fn answer(question: String, figure: AnyView, rest: AnyView) -> impl IntoView {
    view! { <div><dt>{question}</dt><dd class="figure">{figure}</dd><dd>{rest}</dd></div> }
}

/// A sum that is looked over, with its cents on demand.
fn figure(told: &Told<'_>, sum: Cents) -> AnyView {
    view! { <data value=sum.to_string() title=told.currency.exact(sum)>{told.currency.whole(sum)}</data> }.into_any()
}

fn unknown(why: &'static str) -> AnyView {
    view! { <Mark tone=Tone::Unknown text=why /> }.into_any()
}

fn paid(told: &Told<'_>) -> impl IntoView + use<> {
    let month = told.today.month();
    let last = told.last_month();
    let sum = last.and_then(|sum| sum.cents);
    let shown = match (told.attributed(), sum) {
        (None, _) => unknown(told.why_not()),
        (Some(_), None) => unknown("not read"),
        (Some(_), Some(sum)) => figure(told, sum),
    };
    let part = last.filter(|sum| sum.cents.is_some() && !sum.is_whole()).map(|sum| {
        let coverage = sum.coverage;
        view! { <p>{format!("Only {} of its {} days were read", coverage.read, coverage.month.days())}</p> }
    });
    let so_far = told.this_month().map(|sum| so_far(told, month, sum));
    let read = told.paid.read_at.map(|at| view! { ", read "<Ago at now=told.now /> });
    let source = told.ledger().map(|_| view! { <p class="source">"Cost Explorer, usually a day behind"{read}</p> });
    answer(format!("Paid in {}", month.previous().title()), shown, view! { {part}{so_far}{source} }.into_any())
}

fn so_far(told: &Told<'_>, month: Month, sum: Sum) -> impl IntoView + use<> {
    let through = told.through().filter(|through| through.month() == month);
    match (sum.cents, through) {
        (Some(cents), Some(through)) => Either::Left(view! {
            <p>{month.title()}" so far: "<strong>{told.currency.whole(cents)}</strong>{format!(", through {}", day(through))}</p>
        }),
        _ if sum.coverage.of == 0 => Either::Right(view! { <p>{format!("{} began today", month.title())}</p> }),
        _ => Either::Right(view! { <p>{format!("Nothing of {} was read", month.title())}</p> }),
    }
}

fn should(estimate: &Estimate, told: Option<&Told<'_>>) -> impl IntoView + use<> {
    let compared = told.and_then(|told| compared(estimate, told)).map(|told| view! { <p>{told}</p> });
    answer(
        "Should cost a month".to_owned(),
        total(estimate).into_any(),
        view! {
            {compared}
            <p class="source">"By AWS's list prices, for what is deployed now"</p>
        }
        .into_any(),
    )
}

/// How the last month stood to the estimate. Nothing where the two are not of the same kind.
fn compared(estimate: &Estimate, told: &Told<'_>) -> Option<String> {
    let last = told.last_month().filter(Sum::is_whole)?;
    let paid = last.cents?;
    let month = last.coverage.month.title();
    if !told.is_in_dollars() {
        return Some("Not compared: the bill is in another currency".to_owned());
    }
    if estimate.is_at_least() {
        return Some("Not compared: a price is missing".to_owned());
    }
    Some(format!("{month} was {}", against(estimate.total(), paid)))
}

fn will(told: &Told<'_>) -> impl IntoView + use<> {
    let month = told.today.month();
    let expected = told.expected();
    let shown = match (told.attributed(), expected) {
        (None, _) => unknown(told.why_not()),
        (Some(_), None) => unknown("too few days to tell"),
        (Some(_), Some(expected)) => figure(told, expected.mean),
    };
    let between = expected.map(|expected| view! { <p>{interval(told, expected)}</p> });
    let whose = told.forecast.as_ref().filter(|_| expected.is_some());
    let whose = whose.map(|forecast| view! { <p class="source">{by(forecast.by, told.now)}</p> });
    answer(format!("Expected for {}", month.title()), shown, view! { {between}{whose} }.into_any())
}

fn interval(told: &Told<'_>, expected: Expected) -> String {
    format!("{} to {}, 8 times in 10", told.currency.whole(expected.low), told.currency.whole(expected.high))
}

/// Whose forecast it is.
fn by(by: ByWhom, now: Timestamp) -> AnyView {
    match by {
        ByWhom::CostExplorer(at) => view! { "Cost Explorer's forecast, made "<Ago at now /> }.into_any(),
        ByWhom::Teal(days) => format!("Teal's own, from {days} days").into_any(),
    }
}

fn budget(told: &Told<'_>) -> impl IntoView + use<> {
    let Some(budget) = told.paid.budget else {
        let hint = "Write budget = \"1200.00\" below [pair.costs] in teal.toml to set one";
        let rest = view! { <p class="source">{hint}</p> }.into_any();
        return answer("Budget a month".to_owned(), view! { <span class="none">"None"</span> }.into_any(), rest);
    };
    let question = format!("Budget: {} a month", money::dollars(budget.month));
    let (shown, rest) = match told.stands.filter(|_| told.attributed().is_some()) {
        None => (unknown(told.why_not()), ().into_any()),
        Some(Stands::OtherCurrency) => {
            let rest = view! { <p class="source">"It is in US dollars, and the bill is not"</p> }.into_any();
            (unknown("not compared"), rest)
        }
        Some(Stands::At { planned, to_date, projected, passed_on, will_pass_on, .. }) => {
            let so_far = told.this_month().and_then(|sum| sum.cents).unwrap_or(to_date);
            let (tone, verdict) = verdict(planned, so_far, projected);
            let passes = passes(passed_on, will_pass_on, told.today).map(|passes| view! { <p>{passes}</p> });
            let rest = view! { {passes}{bar(planned, so_far, projected)} }.into_any();
            (view! { <Mark tone text=verdict /> }.into_any(), rest)
        }
    };
    answer(question, shown, rest)
}

/// How it stands, and how bad that is.
fn verdict(planned: Cents, to_date: Cents, projected: Option<Cents>) -> (Tone, String) {
    let by = |more: Cents, less: Cents| money::dollars(more - less);
    match projected {
        _ if to_date > planned => {
            (Tone::Down, format!("{} over", by(projected.unwrap_or(to_date).max(to_date), planned)))
        }
        Some(projected) if projected > planned => (Tone::Attention, format!("{} over", by(projected, planned))),
        Some(projected) => (Tone::Good, format!("{} under", by(planned, projected))),
        None => (Tone::Plain, format!("{} left", by(planned, to_date))),
    }
}

/// Since when it is passed, or from when on it will be.
fn passes(passed_on: Option<Day>, will_pass_on: Option<Day>, today: Day) -> Option<String> {
    match (passed_on, will_pass_on) {
        (Some(passed), _) => Some(format!("Passed on {}", day(passed))),
        (None, Some(will)) if will <= today => Some(format!("Passed on {}, by the forecast", day(will))),
        (None, Some(will)) => Some(format!("Will be passed on {}, by the forecast", day(will))),
        (None, None) => None,
    }
}

/// What was paid, what is expected and what was planned as lengths, each of another make and each named.
fn bar(planned: Cents, to_date: Cents, projected: Option<Cents>) -> impl IntoView {
    let whole = [Some(planned), Some(to_date), projected].into_iter().flatten().max().unwrap_or_default().0.max(1);
    // A little more room than the longest takes, so that its end is seen.
    let whole = i128::from(whole) * 105 / 100;
    let along = |cents: Cents| {
        let hundredths = i128::from(cents.0.max(0)) * 10_000 / whole.max(1);
        format!("{}.{:02}%", hundredths / 100, hundredths % 100)
    };
    let ahead = projected.filter(|projected| *projected > to_date).map(|projected| {
        let (from, width) = (along(to_date), along(projected - Cents(to_date.0.max(0))));
        view! { <rect class="piece ahead" fill=super::paid::fill("piece ahead") x=from width=width y="6" height="12"></rect> }
    });
    let at = along(planned);
    let expected = projected.map(|projected| format!(", {} expected", money::dollars(projected)));
    view! {
        <svg class="budget-bar" width="100%" height="24" aria-hidden="true" focusable="false">
            <rect class="track" x="0" width="100%" y="6" height="12"></rect>
            {ahead}
            <rect class="piece one" x="0" width=along(to_date) y="6" height="12"></rect>
            <line class="planned" x1=at.clone() x2=at y1="1" y2="23"></line>
        </svg>
        <p class="source">{format!("{} so far", money::dollars(to_date))}{expected}"; the stroke is the budget"</p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_over_as_soon_as_it_is_passed_and_what_is_only_expected_asks_for_a_look() {
        let verdict = |to_date, projected: Option<i64>| verdict(Cents(100_000), Cents(to_date), projected.map(Cents));
        assert_eq!(verdict(50_000, Some(90_000)), (Tone::Good, "$100 under".to_owned()));
        assert_eq!(verdict(50_000, Some(130_000)), (Tone::Attention, "$300 over".to_owned()));
        assert_eq!(verdict(110_000, Some(130_000)), (Tone::Down, "$300 over".to_owned()));
        assert_eq!(verdict(110_000, Some(105_000)), (Tone::Down, "$100 over".to_owned()));
        assert_eq!(verdict(110_000, None), (Tone::Down, "$100 over".to_owned()));
        assert_eq!(verdict(40_000, None), (Tone::Plain, "$600 left".to_owned()));
    }
}
