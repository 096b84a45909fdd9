//! The checks before a switch: what blocks first, then what warns, and what passes folded away; each with what was
//! seen, how old that is, and what to do about it.

use super::{
    mark::{Mark, Tone},
    when::Ago,
};
use leptos::prelude::*;
use teal_domain::{
    Timestamp,
    preflight::{Check, Group, Verdict},
};

/// The checks.
pub fn checks(checks: &[Check], now: Timestamp) -> AnyView {
    let of = |verdict: Verdict| {
        let mut found: Vec<&Check> = checks.iter().filter(|check| check.verdict == verdict).collect();
        // Within a group they keep their order.
        found.sort_by_key(|check| check.group);
        found
    };
    let (block, warn, pass) = (of(Verdict::Block), of(Verdict::Warn), of(Verdict::Pass));
    let summary = summary(block.len(), warn.len(), pass.len());
    let list = |checks: &[&Check]| {
        let rows = checks.iter().map(|check| row(check, now)).collect_view();
        (!checks.is_empty()).then(|| view! { <ul>{rows}</ul> })
    };
    let passing = pass.len();
    let passes = list(&pass).map(|rows| {
        view! {
            <details class="passes">
                <summary>
                    {match passing {
                        1 => "The one that passes".to_owned(),
                        many => format!("The {many} that pass"),
                    }}
                </summary>
                {rows}
            </details>
        }
    });
    view! {
        <section class="card checks" aria-labelledby="checks">
            <header><h2 id="checks">"Checks"</h2><span class="summary">{summary}</span></header>
            {list(&block)}
            {list(&warn)}
            {passes}
        </section>
    }
    .into_any()
}

fn row(check: &Check, now: Timestamp) -> impl IntoView + use<> {
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
    let mend = Some(&check.mend).filter(|mend| !mend.is_empty()).map(|mend| linked(mend));
    let read = check.read_at.map(|at| view! { ", read " <Ago at now /> });
    view! {
        <li class="check">
            <div class="about">
                <Mark tone text=title(&check.name) />
                <span class="group">{about(check.group)}{read}</span>
            </div>
            <span class="word">{word}</span>
            <p class="evidence">{coded(&check.evidence)}</p>
            {mend.map(|mend| view! { <p class="mend">{mend}</p> })}
        </li>
    }
}

/// A text in which names to be typed stand between backquotes.
fn coded(text: &str) -> impl IntoView + use<> {
    typed(text, |part| part.to_owned().into_any())
}

/// The same, in which addresses can be followed. Only for what Teal itself says.
fn linked(text: &str) -> impl IntoView + use<> {
    typed(text, |part| addresses(part).into_any())
}

fn typed(text: &str, plain: fn(&str) -> AnyView) -> impl IntoView + use<> {
    let parts = text.split('`').enumerate().map(|(number, part)| {
        if number % 2 == 1 { view! { <code>{part.to_owned()}</code> }.into_any() } else { plain(part) }
    });
    parts.collect_view()
}

fn addresses(text: &str) -> impl IntoView + use<> {
    let mut views = Vec::new();
    let mut plain = String::new();
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        if bare.starts_with("https://") || bare.starts_with("http://") {
            views.push(std::mem::take(&mut plain).into_any());
            let (href, shown) = (bare.to_owned(), bare.to_owned());
            views.push(view! { <a href=href rel="noreferrer">{shown}</a> }.into_any());
            plain.push_str(&word[bare.len()..]);
        } else {
            plain.push_str(word);
        }
    }
    views.push(plain.into_any());
    views.collect_view()
}

/// What a group is called.
const fn about(group: Group) -> &'static str {
    match group {
        Group::Flag => "Flag",
        Group::Target => "Target",
        Group::Work => "Work",
        Group::Pair => "Pair",
        Group::Policy => "Policy",
    }
}

/// What a check is called on the page; a name that is not known here is shown as it is.
pub fn title(name: &str) -> String {
    match name {
        "flag" => "The flag",
        "label" => "Labels",
        "under-way" => "Other switches",
        "store" => "The journal",
        "target" => "Target environment",
        "update" => "Updates",
        "maintenance-window" => "AWS maintenance",
        "surroundings" => "Surroundings",
        "airflow" => "Airflow",
        "heartbeat" => "Scheduler heartbeat",
        "import-errors" => "Import errors",
        "guard" => "Guards",
        "permissions" => "Permissions",
        "smoke" => "Smoke test",
        "tasks" => "Tasks under way",
        "ticks" => "DAGs due",
        "environment-color" => "Environment colour",
        "airflow-version" => "Airflow version",
        "class" => "Environment class",
        "workers" => "Workers",
        "options" => "Options",
        "requirements" => "Requirements",
        "plugins" => "Plugins",
        "startup" => "Start-up script",
        "dag-files" => "DAG files",
        "dag-set" => "DAGs",
        "paused-set" => "Paused DAGs",
        "schedules" => "Schedules",
        "keys" => "Keys",
        "freeze" => "Freeze",
        "anti-flap" => "Wait between switches",
        "proven-on" => "Tried elsewhere",
        "change-ref" => "Change reference",
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
    use super::{summary, title};
    use teal_domain::preflight::catalogue::CATALOGUE;

    #[test]
    fn the_summary_counts_what_there_is() {
        assert_eq!(summary(1, 2, 1), "1 blocks · 2 warn · 1 passes");
        assert_eq!(summary(0, 0, 5), "5 pass");
    }

    #[test]
    fn every_check_of_the_catalogue_has_a_title_of_its_own() {
        let mut titles: Vec<String> = CATALOGUE.iter().map(|(name, _)| title(name)).collect();
        for ((name, _), title) in CATALOGUE.iter().zip(&titles) {
            assert_ne!(*name, title);
        }
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), CATALOGUE.len());
    }
}
