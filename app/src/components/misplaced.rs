//! DAGs that work on the wrong side, with how it came to that and what mends it.

use crate::{paths, words::after};
use leptos::prelude::*;
use teal_domain::{PairSnapshot, dags::Misplaced, history::What};

/// The notice, where there are any.
pub fn notice(pair: &PairSnapshot) -> Option<AnyView> {
    let Misplaced { live, dags } = Misplaced::of(pair)?;
    let (live, standby) = (live.title(), live.other());
    let past = pair.origin().is_some_and(|record| matches!(record.what, What::External(_)));
    let one = dags.len() == 1;
    let (work, are) = if one { ("works", "is") } else { ("work", "are") };
    let (it, itself, it_does) = if one { ("it", "it asks", "it does") } else { ("them", "they ask", "they do") };
    Some(
        view! {
            <section class="notice" aria-labelledby="misplaced">
                <h2 id="misplaced">{format!("{} {work} on the wrong side", after::count(dags.len()))}</h2>
                <p>
                    {format!("{} {are} unpaused on {}, which stands by, and paused on {live}, which is live. ", after::named(&dags), standby.title())}
                    {past.then_some("The flag was set past Teal, so Teal moved no DAGs. ")}
                    {format!("Where {itself} the flag, nobody works on {it}; where {it_does} not, {} does.", standby.title())}
                </p>
                <p>
                    {format!("Unpause {it} on {live} and then pause {it} on {} in the two Airflows. Or ", standby.title())}
                    <a href=paths::switch(&pair.id, standby)>{format!("switch to {}", standby.title())}</a>
                    {format!(" and from there to {live} again: a switch through Teal takes the DAGs along.")}
                </p>
            </section>
        }
        .into_any(),
    )
}
