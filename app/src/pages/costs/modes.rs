//! The four modes side by side, as one decision.

use super::total;
use crate::words::grouped;
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot,
    cost::{Choice, Estimate, Prices, Shape},
    topology::Mode,
};

/// The card.
pub(super) fn card(pair: &PairSnapshot, deployed: Mode, prices: &Prices) -> impl IntoView + use<> {
    let all: Vec<(Choice, Estimate)> =
        Choice::ALL.map(|choice| (choice, Shape::of(pair, choice.mode).estimate(prices))).into();
    let class = |choice: &Choice| (choice.mode == deployed).then_some("deployed");
    let heads = all.iter().map(|(choice, _)| {
        let here = (choice.mode == deployed).then(|| view! { <span class="here">"as deployed"</span> });
        view! { <th scope="col" class=class(choice)>{choice.mode.as_str()}{here}</th> }
    });
    let heads = heads.collect_view();
    let row = |name: &'static str, cell: &dyn Fn(&Choice, &Estimate) -> AnyView| {
        let cells =
            all.iter().map(|(choice, estimate)| view! { <td class=class(choice)>{cell(choice, estimate)}</td> });
        view! { <tr><th scope="row">{name}</th>{cells.collect_view()}</tr> }
    };
    let yes = |is: bool| if is { "yes" } else { "no" };
    view! {
        <section class="card decision" aria-labelledby="modes" data-region="modes">
            <header><h2 id="modes">"The four modes"</h2></header>
            <div class="scrolls" tabindex="0" role="group" aria-labelledby="modes">
                <table>
                    <thead><tr><td></td>{heads}</tr></thead>
                    <tbody>
                        {row("A month, by list prices", &|_, estimate| total(estimate).into_any())}
                        {row("A month, by the guides", &|choice, _| guides(choice).into_any())}
                        {row("Environments", &|choice, _| choice.environments().into_any())}
                        {row("Switches without downtime", &|choice, _| yes(choice.mode.has_two_sides()).into_any())}
                        {row("Lineage in several zones", &|choice, _| yes(choice.mode.has_group()).into_any())}
                        {row("Deployed in, by the guides", &|choice, _| format!("{} min", choice.deploys_in).into_any())}
                        {row("Ready for", &|choice, _| choice.ready_for.into_any())}
                        {row("Use it when", &|choice, _| choice.use_when.into_any())}
                        {row("Not when", &|choice, _| choice.not_when.into_any())}
                        {row("Why the guides differ", &|choice, _| choice.differs.into_any())}
                    </tbody>
                </table>
            </div>
            <p class="hint">"The guides are those of the platform; their sums do not agree with each other, so each is shown."</p>
        </section>
    }
}

fn guides(choice: &Choice) -> String {
    let sums: Vec<String> =
        choice.guides_say.iter().map(|dollars| format!("${}", grouped(u64::from(*dollars)))).collect();
    format!("~{}", sums.join(", elsewhere ~"))
}
