//! How the platform is prepared: what is met, what is not, with what mends it, and what nobody could check.

use crate::components::{
    mark::{Mark, Tone},
    when::Ago,
};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot, Timestamp,
    posture::{self, Finding, Group, Verdict},
    topology::Topology,
};

/// The card.
pub fn card(pair: &PairSnapshot, topology: &Topology, now: Timestamp) -> AnyView {
    let found = posture::of(pair, topology, now);
    let groups = Group::ALL.into_iter().filter_map(|group| section(group, &found, now)).collect_view();
    view! {
        <section class="card posture" id="posture" aria-labelledby="posture-title">
            <header><h2 id="posture-title">"How it is prepared"</h2><p class="summary">{summary(&found)}</p></header>
            <div class="groups">{groups}</div>
            <p class="hint">
                "By what was read anyway; nothing was asked for it. What was not read, or not lately, is not checked."
            </p>
        </section>
    }
    .into_any()
}

fn summary(found: &[Finding]) -> impl IntoView + use<> {
    let count = |of: fn(&Verdict) -> bool| found.iter().filter(|finding| of(&finding.verdict)).count();
    let words = [
        (count(|is| matches!(is, Verdict::NotMet { .. })), "not met"),
        (count(|is| matches!(is, Verdict::NotChecked)), "not checked"),
        (count(|is| matches!(is, Verdict::Met)), "met"),
    ];
    let told = words.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    told.collect::<Vec<_>>().join(" · ")
}

fn section(group: Group, found: &[Finding], now: Timestamp) -> Option<AnyView> {
    let mut of: Vec<&Finding> = found.iter().filter(|finding| finding.group == group).collect();
    if of.is_empty() {
        return None;
    }
    // What is not met comes first, then what nobody knows; within that they keep their order.
    of.sort_by_key(|finding| match finding.verdict {
        Verdict::NotMet { .. } => 0,
        Verdict::NotChecked => 1,
        Verdict::Met => 2,
    });
    let rows = of.into_iter().map(|finding| row(finding, now)).collect_view();
    Some(view! { <section class="group"><h3>{group.title()}</h3><ul class="risks">{rows}</ul></section> }.into_any())
}

fn row(finding: &Finding, now: Timestamp) -> impl IntoView + use<> {
    let (tone, word, mend) = match finding.verdict {
        Verdict::Met => (Tone::Good, "met", None),
        Verdict::NotMet { mend } => (Tone::Attention, "not met", Some(mend)),
        Verdict::NotChecked => (Tone::Unknown, "not checked", None),
    };
    let age = finding.read_at.map(|at| view! { " " <span class="hint"><Ago at now /></span> });
    view! {
        <li>
            <span class="what"><b>{finding.what}</b><Mark tone text=word /></span>
            <p>{finding.because.clone()}{age}</p>
            {mend.map(|mend| view! { <p class="mend">{mend}</p> })}
        </li>
    }
}
