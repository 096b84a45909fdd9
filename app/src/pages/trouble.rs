//! Troubles by name: what was found when somebody last asked, what it was found by, and how to mend it.

use super::shell::{Page, Tab};
use crate::{
    components::{
        allowed,
        icon::{Glyph, Icon},
        mark::{Mark, Tone},
        side::Side,
        when::Ago,
    },
    functions::Diagnose,
    paths,
    render::View,
    words::time,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use teal_domain::{
    Action, Color, Millis, PairSnapshot,
    trouble::{Diagnosis, Evidence, Finding, Link, Trouble, Verdict},
};

/// What is older than this may be another thing by now.
const OLD: Millis = Millis::from_secs(15 * 60);

/// The page.
pub fn page(view: &View<'_>, pair: &PairSnapshot) -> Page {
    let found = match &pair.diagnosis {
        None => nothing_yet().into_any(),
        Some(diagnosis) => told(diagnosis).into_any(),
    };
    let runbook = pair.policy.runbook_url.clone().map(|address| {
        view! { <p class="hint"><a href=address rel="noreferrer">"The pair's own runbook"</a></p> }
    });
    let body = view! {
        <section class="trouble-page" aria-labelledby="trouble" data-region="trouble">
            <header class="page-head">
                <p class="crumb"><a href=paths::overview(&pair.id)>"Overview"</a>" / trouble"</p>
                <h1 id="trouble">"Troubleshooting"</h1>
            </header>
            {ask(view, pair)}
            {runbook}
            <p class="hint">
                "Where a part of the platform fails, or Teal itself: "<a href=paths::guide(&pair.id)>"If something fails"</a>
            </p>
            {found}
        </section>
    };
    Page {
        title: "Troubleshooting".to_owned(),
        tab: Tab::None,
        follows: Some(view.path.to_owned()),
        reports: true,
        refresh: false,
        body: body.into_any(),
    }
}

/// The button, and how old the last look is.
fn ask(view: &View<'_>, pair: &PairSnapshot) -> impl IntoView + use<> {
    let denied = view.denied(Action::Switch);
    let (off, now) = (denied.is_some(), view.now);
    let age = pair.diagnosis.as_ref().map(|diagnosis| {
        let old = now.since(diagnosis.at) > OLD;
        let took = time::span(diagnosis.took);
        view! {
            <p class="freshness">
                "Looked " <Ago at=diagnosis.at now /> ", in "{took}"."
                {old.then(|| view! { " " <Mark tone=Tone::Attention text="Things may be different by now" /> })}
            </p>
        }
    });
    view! {
        <div class="ask">
            <form method="post" action=Diagnose::url()>
                <input type="hidden" name="pair" value=pair.id.to_string() />
                <button type="submit" class="button primary" disabled=off>"Look now"</button>
            </form>
            <p class="hint">
                "Asks both Airflows, the flag and the lineage service, for at most ten seconds. It reads, and changes nothing."
            </p>
            {denied.as_ref().map(allowed::why_not)}
            {age}
        </div>
    }
}

/// Nobody has asked since the process began.
fn nothing_yet() -> impl IntoView {
    let troubles = Trouble::ALL.map(|trouble| view! { <li>{trouble.title()}</li> }).collect_view();
    view! {
        <div class="card empty">
            <p>"Nobody has looked since Teal was started. These are looked for:"</p>
            <ul>{troubles}</ul>
            <p>"On the command line the same is told by "<code>"teal doctor --pair"</code>"."</p>
        </div>
    }
}

fn told(diagnosis: &Diagnosis) -> impl IntoView + use<> {
    let mut findings: Vec<&Finding> = diagnosis.findings.iter().collect();
    // What was found comes first, then what nobody can say; within that they keep their order.
    findings.sort_by_key(|finding| finding.verdict);
    let summary = [Verdict::Found, Verdict::CannotBeTold, Verdict::NotFound]
        .map(|verdict| (diagnosis.count(verdict), verdict.as_str()))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect::<Vec<_>>()
        .join(" · ");
    let live = diagnosis.live.map(|color| view! { <Side color />" was live." });
    view! {
        <p class="lead-line">{summary}". "{live}</p>
        <ol class="troubles">{findings.into_iter().map(card).collect_view()}</ol>
        {links(&diagnosis.links)}
    }
}

fn card(finding: &Finding) -> impl IntoView + use<> {
    let (tone, class) = match finding.verdict {
        Verdict::Found => (Tone::Down, "card trouble found"),
        Verdict::CannotBeTold => (Tone::Unknown, "card trouble"),
        Verdict::NotFound => (Tone::Good, "card trouble"),
    };
    let id = finding.trouble.as_str();
    let evidence = (!finding.evidence.is_empty()).then(|| {
        let rows = finding.evidence.iter().map(evidence).collect_view();
        view! { <h3>"What shows it"</h3><ul class="evidence-list">{rows}</ul> }
    });
    let mend = (!finding.mend.is_empty()).then(|| {
        let steps = finding.mend.iter().map(|step| view! { <li>{coded(step)}</li> }).collect_view();
        view! { <h3>"What to do"</h3><ol class="mends">{steps}</ol> }
    });
    let statement = finding.statement.clone().map(|statement| view! { <pre tabindex="0">{statement}</pre> });
    view! {
        <li class=class id=id>
            <header>
                <h2>{finding.trouble.title()}</h2>
                <Mark tone text=finding.verdict.as_str() />
            </header>
            <p class="says">{coded(&finding.says)}</p>
            {evidence}
            {mend}
            {statement}
        </li>
    }
}

fn evidence(evidence: &Evidence) -> impl IntoView + use<> {
    let lines = (!evidence.lines.is_empty()).then(|| view! { <pre tabindex="0">{evidence.lines.join("\n")}</pre> });
    view! { <li>{coded(&evidence.says)}{lines}</li> }
}

/// A text in which names to be typed stand between backquotes.
fn coded(text: &str) -> impl IntoView + use<> {
    let parts = text.split('`').enumerate().map(|(number, part)| {
        let part = part.to_owned();
        if number % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    });
    parts.collect_view()
}

/// The ways out, side by side.
fn links(links: &[Link]) -> impl IntoView + use<> {
    if links.is_empty() {
        return Either::Left(());
    }
    let of = |color: Color| {
        let rows = links.iter().filter(|link| link.side == color).map(|link| {
            let (address, label) = (link.address.clone(), link.label.clone());
            view! {
                <li>
                    <a href=address rel="noopener noreferrer" target="_blank">{label}<Icon glyph=Glyph::Out /></a>
                </li>
            }
        });
        let rows = rows.collect_view();
        view! { <div><h3><Side color /></h3><ul>{rows}</ul></div> }
    };
    Either::Right(view! {
        <section class="card ways" aria-labelledby="ways">
            <header><h2 id="ways">"Where to look further"</h2></header>
            <div class="both">{Color::BOTH.map(of).collect_view()}</div>
            <p class="hint">"Log groups open in the console of CloudWatch, which asks who you are."</p>
        </section>
    })
}
