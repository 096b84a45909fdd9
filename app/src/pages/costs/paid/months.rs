//! The months as bars: what each was paid for, what the present one is expected to come to, and the budget across.

use super::{
    super::told::{Told, short},
    pieces::{FILLS, fill, framed, piece},
    scale::{Scale, place},
    stack::{OWN, Stack, Stacks},
};
use crate::words::time::Civil;
use leptos::prelude::*;
use teal_domain::{
    bill::{Coverage, Expected, Ledger},
    cost::Cents,
};

/// The height of the picture, where its bars begin below its upper edge, and how high they are.
const HEIGHT: i64 = 252;
const TOP: i64 = 22;
const BARS: i64 = 188;
/// The figure.
pub(super) fn figure(told: &Told<'_>, ledger: &Ledger) -> impl IntoView + use<> {
    let stacks = Stacks::of(ledger);
    let expected = told.expected();
    let budget = told.paid.budget.filter(|_| told.is_in_dollars()).map(|budget| budget.month);
    let picture = picture(told, ledger, &stacks, expected, budget);
    let legend = legend(told, ledger, &stacks, expected.is_some(), budget);
    view! {
        <figure class="bars-figure" aria-labelledby="paid-months">
            <h3 id="paid-months">"By month and service"</h3>
            {picture}
            {legend}
        </figure>
    }
}

fn picture(
    told: &Told<'_>,
    ledger: &Ledger,
    stacks: &Stacks,
    expected: Option<Expected>,
    budget: Option<Cents>,
) -> impl IntoView + use<> {
    let (low, high) = stacks.span();
    let ahead = expected.map(|expected| expected.high);
    let high = [Some(high), ahead, budget].into_iter().flatten().max().unwrap_or_default();
    let scale = Scale::of(low, high, TOP, BARS);
    let count = ledger.months.len();
    let present = told.today.month();
    let bars = ledger.months.iter().zip(&stacks.months).enumerate().map(|(index, (coverage, stack))| {
        let ahead = expected.filter(|_| coverage.month == present);
        bar(told, &scale, *coverage, stack.as_ref(), ahead, &place(index, count))
    });
    // The line of the budget lies over the bars, and their sums over it.
    let (bars, sums): (Vec<_>, Vec<_>) = bars.unzip();
    let line = budget.map(|budget| {
        let y = scale.y(budget).to_string();
        view! {
            <line class="behind" x1="0" x2="100%" y1=y.clone() y2=y.clone()></line>
            <line class="budget" x1="0" x2="100%" y1=y.clone() y2=y></line>
        }
    });
    let says = says(told, ledger, stacks, expected, budget);
    framed(
        ("paid-months-picture", "What was paid by month".to_owned(), says),
        HEIGHT,
        &scale,
        &told.currency,
        view! { {bars}{line}{sums} }.into_any(),
    )
}

fn bar(
    told: &Told<'_>,
    scale: &Scale,
    coverage: Coverage,
    stack: Option<&Stack>,
    expected: Option<Expected>,
    place: &[String; 3],
) -> (impl IntoView + use<>, impl IntoView + use<>) {
    let currency = &told.currency;
    let month = coverage.month;
    let middle = place[1].clone();
    let civil = Civil::of(month.begins());
    let mut reached = Cents(0);
    let pieces = stack.map(|stack| {
        let above = stack.above.iter().zip(FILLS).filter(|(cents, _)| cents.0 > 0).map(|(cents, class)| {
            let from = reached;
            reached = reached + *cents;
            piece(class, place, scale.piece(from, reached))
        });
        let above = above.collect_view();
        let below = (stack.below.0 < 0).then(|| piece("piece below", place, scale.piece(Cents(0), stack.below)));
        view! { {above}{below} }
    });
    let paid = stack.map(Stack::total);
    let ahead = expected.map(|expected| ahead(scale, expected, reached, paid.unwrap_or_default(), place));
    let highest = expected.map_or(reached, |expected| reached.max(expected.high));
    let label = match (expected, paid) {
        (Some(expected), _) => format!("~{}", currency.whole(expected.mean)),
        (None, Some(paid)) => currency.whole(paid),
        (None, None) if coverage.of > 0 => "?".to_owned(),
        (None, None) => String::new(),
    };
    let title = match (paid, expected) {
        (None, _) => format!("{}: not read", month.title()),
        (Some(paid), None) => format!("{}: {}", month.title(), currency.exact(paid)),
        (Some(paid), Some(expected)) => {
            format!("{}: {} so far, {} expected", month.title(), currency.exact(paid), currency.exact(expected.mean))
        }
    };
    // Below the name stands how much was read, where that is not all, else the year where it begins.
    let below = if i64::from(coverage.read) < month.days() {
        format!("{}/{}", coverage.read, month.days())
    } else if civil.month == 1 {
        civil.year.to_string()
    } else {
        String::new()
    };
    let y = scale.y(highest).plus(-6).to_string();
    let sum = view! { <text class="tick along sum" x=middle.clone() y=y>{label}</text> };
    let bar = view! {
        <g>
            <title>{title}</title>
            {pieces}
            {ahead}
            <text class="tick along name" x=middle.clone() y="232">{civil.month_name()}</text>
            <text class="tick along part" x=middle y="248">{below}</text>
        </g>
    };
    (bar, sum)
}

/// The rest of the present month as it is expected, and between what it will be.
fn ahead(scale: &Scale, expected: Expected, reached: Cents, paid: Cents, place: &[String; 3]) -> impl IntoView + use<> {
    // What was given back stands below, so the bar is higher than its sum.
    let at = |sum: Cents| reached + (sum - paid);
    let rest = (expected.mean > paid).then(|| piece("piece ahead", place, scale.piece(reached, at(expected.mean))));
    let middle = place[1].clone();
    let (low, high) = (scale.y(at(expected.low)).to_string(), scale.y(at(expected.high)).to_string());
    view! { {rest}<line class="interval" x1=middle.clone() x2=middle y1=low y2=high></line> }
}

/// The picture in words: its first, its last, its ends.
fn says(
    told: &Told<'_>,
    ledger: &Ledger,
    stacks: &Stacks,
    expected: Option<Expected>,
    budget: Option<Cents>,
) -> String {
    let whole = |cents: Cents| told.currency.whole(cents);
    let known = ledger
        .months
        .iter()
        .zip(&stacks.months)
        .filter_map(|(coverage, stack)| Some((coverage.month, stack.as_ref()?.total())));
    let told_months = known.map(|(month, total)| format!("{} {}", short(month), whole(total))).collect::<Vec<_>>();
    let mut says =
        if told_months.is_empty() { "Nothing was read.".to_owned() } else { format!("{}.", told_months.join(", ")) };
    if let Some(expected) = expected {
        says.push_str(&format!(" Expected for {}: {}.", expected.month.title(), whole(expected.mean)));
    }
    if let Some(budget) = budget {
        says.push_str(&format!(" The budget is {} a month.", whole(budget)));
    }
    says
}

/// What is what, the services from below as the bars are.
fn legend(
    told: &Told<'_>,
    ledger: &Ledger,
    stacks: &Stacks,
    expected: bool,
    budget: Option<Cents>,
) -> impl IntoView + use<> {
    let entry = |class: &'static str, name: String| {
        view! {
            <li>
                <svg class="key" width="14" height="14" aria-hidden="true" focusable="false">
                    <rect class=class fill=fill(class) x="1" y="1" width="12" height="12"></rect>
                </svg>
                {name}
            </li>
        }
    };
    let line = |class: &'static str, name: String| {
        view! {
            <li>
                <svg class="key" width="14" height="14" aria-hidden="true" focusable="false">
                    <line class=class x1="0" x2="14" y1="7" y2="7"></line>
                </svg>
                {name}
            </li>
        }
    };
    let own = stacks.names.iter().zip(FILLS).map(|(name, class)| entry(class, name.clone())).collect_view();
    let rest = stacks.rest.then(|| entry(FILLS[OWN], "Other services".to_owned()));
    let below = stacks.months.iter().flatten().any(|stack| stack.below.0 < 0);
    let below = below.then(|| entry("piece below", "Credits and refunds".to_owned()));
    let ahead = expected.then(|| entry("piece ahead", "Expected; the stroke: 8 times in 10 within it".to_owned()));
    let budget = budget.map(|budget| line("budget", format!("Budget, {} a month", told.currency.whole(budget))));
    let part = ledger.months.iter().any(|coverage| i64::from(coverage.read) < coverage.month.days());
    let part = part.then(|| view! { <li class="told">"26/30: so many of its days were read"</li> });
    view! { <ul class="legend" aria-label="What is what">{own}{rest}{below}{ahead}{budget}{part}</ul> }
}
