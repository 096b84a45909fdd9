//! The lines: quantity times unit price, by what they belong to.

use super::files;
use crate::{
    components::side::Side,
    words::{grouped, money},
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    PairSnapshot,
    cost::{Estimate, Group, Line, Shape, Source},
};

/// The card.
pub(super) fn card(pair: &PairSnapshot, shape: &Shape, estimate: &Estimate) -> impl IntoView + use<> {
    let mut groups: Vec<Group> = estimate.lines.iter().map(|line| line.group).collect();
    groups.dedup();
    let live = pair.live();
    let bodies = groups.into_iter().map(|group| {
        let rows = estimate.lines.iter().filter(|line| line.group == group).map(row).collect_view();
        let name = match group {
            Group::Environment(Some(color)) => {
                let standing = if live == Some(color) { " · live" } else { " · standby" };
                Either::Left(view! { <Side color />{live.map(|_| standing)} })
            }
            Group::Environment(None) => Either::Right("Environment"),
            Group::Network => Either::Right("Network of both"),
            Group::Lineage => Either::Right("Lineage service"),
            Group::Watching => Either::Right("Watching"),
        };
        view! {
            <tbody>
                <tr class="group">
                    <th scope="rowgroup" colspan="3">{name}</th>
                    <td class="number">{money::exact(estimate.of_group(group))}</td>
                </tr>
                {rows}
            </tbody>
        }
    });
    let bodies = bodies.collect_view();
    let mut sources: Vec<&Source> =
        estimate.lines.iter().filter_map(|line| Some(&line.price.as_ref()?.source)).collect();
    sources.sort_by_key(|source| &source.title);
    sources.dedup();
    let sources = sources.into_iter().map(|source| {
        let (title, read) = (source.title.clone(), source.read.clone());
        view! { <li><a href=source.url.clone() rel="noopener noreferrer" target="_blank">{title}</a>", "{read}</li> }
    });
    let sources = sources.collect_view();
    let assumed = shape.assumed.iter().map(|told| view! { <li>{told.clone()}</li> }).collect_view();
    let elsewhere = estimate.is_assumed().then(|| {
        view! {
            <p class="hint">"Assumed prices were not read for "{shape.region.clone()}": they are those of another region, or such as others tell."</p>
        }
    });
    let unread = pair.prices.unread().map(|why| {
        view! { <p class="hint">"The AWS Price List told nothing when it was asked last, so that these are the prices that were known before. "{why.to_owned()}</p> }
    });
    let together =
        format!("{}{}", if estimate.is_at_least() { "at least " } else { "" }, money::exact(estimate.total()));
    view! {
        <section class="card estimate" aria-labelledby="estimate" data-region="estimate">
            <header>
                <h2 id="estimate">"What it should cost"</h2>
                <p class="freshness">{shape.mode.as_str()}" in "{shape.region.clone()}</p>
                {files::link(&files::base(&pair.id), "estimate", "the estimate")}
            </header>
            <div class="scrolls" tabindex="0" role="group" aria-labelledby="estimate">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"What"</th>
                            <th scope="col" class="number">"How much"</th>
                            <th scope="col" class="number">"Unit price"</th>
                            <th scope="col" class="number">"A month"</th>
                        </tr>
                    </thead>
                    {bodies}
                    <tfoot>
                        <tr><th scope="row" colspan="3">"Together"</th><td class="number">{together}</td></tr>
                    </tfoot>
                </table>
            </div>
            <p class="hint">
                "Built up from AWS's list prices for what was found, at 730 hours a month, before taxes, discounts and free tiers."
            </p>
            {elsewhere}
            {unread}
            <details>
                <summary>"What was assumed, and where the prices are from"</summary>
                <ul class="plain">{assumed}</ul>
                <ul class="plain">{sources}</ul>
            </details>
        </section>
    }
}

fn row(line: &Line) -> impl IntoView + use<> {
    let unit = line.good.unit();
    let (whole, part) = (line.quantity.0 / 1000, line.quantity.to_string());
    let much = part.split_once('.').map_or_else(|| grouped(whole), |(_, part)| format!("{}.{part}", grouped(whole)));
    let several = if matches!(unit, "GB" | "million requests") || line.quantity.0 == 1000 { "" } else { "s" };
    let priced =
        line.price.as_ref().map(|priced| (priced.price.to_string(), priced.assumed, money::exact(priced.cents)));
    let (price, sum) = match priced {
        Some((price, assumed, sum)) => {
            let mark = assumed.then(|| view! { <span class="assumed">"assumed"</span> });
            (Either::Left(view! { "$"{price}{mark} }), Either::Left(sum))
        }
        None => (Either::Right("not known"), Either::Right("–")),
    };
    view! {
        <tr>
            <th scope="row">{line.what.clone()}<span class="good">{line.good.to_string()}</span></th>
            <td class="number">{much}" "{unit}{several}</td>
            <td class="number">{price}</td>
            <td class="number">{sum}</td>
        </tr>
    }
}
