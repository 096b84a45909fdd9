//! The checks before a switch: what blocks first, each with what was seen and what to do about it.

use super::mark::{Mark, Tone};
use leptos::prelude::*;
use teal_domain::preflight::{Check, Verdict};

/// The checks.
pub fn checks(checks: &[Check]) -> AnyView {
    let mut sorted: Vec<&Check> = checks.iter().collect();
    // Within a verdict they keep their order.
    sorted.sort_by_key(|check| std::cmp::Reverse(check.verdict));
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let summary = summary(count(Verdict::Block), count(Verdict::Warn), count(Verdict::Pass));
    view! {
        <section class="card checks" aria-labelledby="checks">
            <header><h2 id="checks">"Checks"</h2><span class="summary">{summary}</span></header>
            <ul>{sorted.into_iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn row(check: &Check) -> impl IntoView + use<> {
    let tone = match check.verdict {
        Verdict::Pass => Tone::Good,
        Verdict::Warn => Tone::Attention,
        Verdict::Block => Tone::Down,
    };
    let word = match check.verdict {
        Verdict::Pass => "",
        Verdict::Warn => "warns",
        Verdict::Block => "blocks",
    };
    let mend = Some(check.mend.clone()).filter(|mend| !mend.is_empty());
    view! {
        <li class="check">
            <Mark tone text=title(&check.name) />
            <span class="word">{word}</span>
            <p class="evidence">{check.evidence.clone()}</p>
            {mend.map(|mend| view! { <p class="mend">{mend}</p> })}
        </li>
    }
}

/// What a check is called on the page; a name that is not known here is shown as it is.
pub fn title(name: &str) -> String {
    match name {
        "flag" => "The flag",
        "target" => "Target environment",
        "label" => "Labels",
        "under-way" => "Other switches",
        "store" => "The journal",
        "approval" => "Approval",
        other => other,
    }
    .to_owned()
}

fn summary(block: usize, warn: usize, pass: usize) -> String {
    let parts = [(block, "block"), (warn, "warn"), (pass, "pass")];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| {
            format!("{count} {word}{}", if count == 1 { if word == "pass" { "es" } else { "s" } } else { "" })
        })
        .collect();
    said.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn the_summary_counts_what_there_is() {
        assert_eq!(summary(1, 2, 1), "1 blocks · 2 warn · 1 passes");
        assert_eq!(summary(0, 0, 5), "5 pass");
    }
}
