//! What will be done with the DAGs, before the click.

use crate::{
    components::{
        mark::{Mark, Tone},
        when::Ago,
    },
    words::{
        after,
        dags::{self, Group},
    },
};
use leptos::prelude::*;
use teal_domain::{
    Color, PairSnapshot, Timestamp,
    preview::{Lists, Preview, Unread, preview},
};

/// A group that is not folded away shows no more than these.
const SHOWN: usize = 12;

/// The card.
pub fn card(pair: &PairSnapshot, target: Color, now: Timestamp) -> Option<AnyView> {
    let preview = preview(pair, target, now)?;
    let rest = dags::at_rest(&preview).map(|rest| view! { <p>{rest}</p> });
    let body = match &preview.lists {
        Ok(lists) => told(&preview, lists, now),
        Err(side) => unread(side),
    };
    Some(
        view! {
            <section class="card dags-card" aria-labelledby="dags">
                <header><h2 id="dags">"DAGs"</h2><span class="summary">{preview.strategy.as_str()}</span></header>
                {rest}
                {body}
            </section>
        }
        .into_any(),
    )
}

fn unread(unread: &Unread) -> AnyView {
    view! {
        <p class="lead-line"><Mark tone=Tone::Unknown text=dags::unread(unread) /></p>
        <p>{unread.because.clone()}</p>
        <p class="hint">"They are read again right after the flip, and what was to be done is told on the record."</p>
    }
    .into_any()
}

fn told(preview: &Preview, lists: &Lists, now: Timestamp) -> AnyView {
    // Where nothing is moved by policy, nothing was read for it.
    let Some(read) = lists.read_at else { return ().into_any() };
    let unknown = dags::unknown(lists, preview.target).map(|unknown| {
        view! { <p class="lead-line"><Mark tone=Tone::Unknown text=format!("Not known: {unknown}") /></p> }
    });
    let groups = dags::groups(lists, preview.target).into_iter().map(group).collect_view();
    view! {
        {unknown}
        <div class="dag-groups">{groups}</div>
        <p class="freshness">"Read " <Ago at=read now /> "; read again right after the flip."</p>
    }
    .into_any()
}

fn group(Group { title, why, dags, calls }: Group) -> impl IntoView {
    let count = after::count(dags.len());
    // What would not run as before, or wait for ever, is not folded away.
    let open = calls && dags.len() <= SHOWN;
    let label = title.clone();
    let name = if calls {
        view! { <Mark tone=Tone::Attention text=title /> }.into_any()
    } else {
        view! { <span>{title}</span> }.into_any()
    };
    let names = dags.into_iter().map(|dag| view! { <li><code>{dag}</code></li> }).collect_view();
    view! {
        <details class="dag-group" open=open>
            <summary>{name}<span class="summary">{count}</span></summary>
            <p class="hint">{why}</p>
            // A long list scrolls, by keyboard too.
            <ul class="names" tabindex="0" aria-label=label>
                {names}
            </ul>
        </details>
    }
}
