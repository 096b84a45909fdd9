//! The checks on a terminal: what blocks first, then what warns, then what passes.

use teal_app::{components::checks::title, words::ago};
use teal_domain::{
    Timestamp,
    policy::Policy,
    preflight::{Check, Verdict},
};

use crate::{
    cli::{Common, End, output},
    http::api::shapes::Checked,
};

/// All of them, as the only thing that was asked for.
pub fn all(common: &Common, checks: &[Check], policy: &Policy, now: Timestamp) -> End {
    if common.json {
        output::json(&checks.iter().map(Checked::of).collect::<Vec<_>>());
    } else {
        let lines = text(checks, &[Verdict::Block, Verdict::Warn, Verdict::Pass], now);
        println!("{}", lines.into_iter().chain(runbook(checks, policy)).collect::<Vec<_>>().join("\n"));
    }
    if blocks(checks) { End::NotSwitched } else { End::Done }
}

/// What was found, before somebody confirms.
pub fn findings(checks: &[Check], policy: &Policy, now: Timestamp) {
    for line in text(checks, &[Verdict::Block, Verdict::Warn], now).into_iter().chain(runbook(checks, policy)) {
        eprintln!("{line}");
    }
}

fn blocks(checks: &[Check]) -> bool {
    checks.iter().any(|check| check.verdict == Verdict::Block)
}

/// What to read, where something blocks.
fn runbook(checks: &[Check], policy: &Policy) -> Option<String> {
    policy.runbook_url.as_ref().filter(|_| blocks(checks)).map(|address| format!("Runbook: {address}"))
}

fn text(checks: &[Check], verdicts: &[Verdict], now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    for verdict in verdicts {
        let word = match verdict {
            Verdict::Block => "BLOCKS",
            Verdict::Warn => "warning",
            Verdict::Pass => "ok",
        };
        for check in checks.iter().filter(|check| check.verdict == *verdict) {
            let read = check.read_at.map_or_else(String::new, |at| format!(" (read {})", ago(at, now)));
            let (group, title) = (check.group.as_str(), title(&check.name));
            lines.push(format!("{word:<8} {group:<7} {title}: {}{read}", check.evidence));
            if !check.mend.is_empty() {
                lines.push(format!("{:17}-> {}", "", check.mend));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use teal_domain::preflight::Group;

    fn check(name: &str, verdict: Verdict, mend: &str) -> Check {
        let (name, evidence, mend) = (name.to_owned(), "seen".to_owned(), mend.to_owned());
        Check { name, group: Group::Target, verdict, evidence, mend, read_at: Some(Timestamp(0)) }
    }

    #[test]
    fn what_blocks_stands_first_and_each_says_how_old_it_is_and_what_mends_it() {
        let checks = [check("update", Verdict::Pass, ""), check("target", Verdict::Block, "Mend it.")];
        let lines = text(&checks, &[Verdict::Block, Verdict::Warn, Verdict::Pass], Timestamp(12_000));
        assert_eq!(
            lines,
            [
                "BLOCKS   target  Target environment: seen (read 12 s ago)",
                "                 -> Mend it.",
                "ok       target  Updates: seen (read 12 s ago)",
            ]
        );
    }

    #[test]
    fn the_pairs_runbook_is_named_where_something_blocks_and_only_there() {
        let policy = Policy { runbook_url: Some("https://wiki.example/r".into()), ..Policy::default() };
        let blocks = [check("target", Verdict::Block, "Mend it.")];
        assert_eq!(runbook(&blocks, &policy).as_deref(), Some("Runbook: https://wiki.example/r"));
        assert_eq!(runbook(&blocks, &Policy::default()), None);
        assert_eq!(runbook(&[check("target", Verdict::Warn, "Mend it.")], &policy), None);
    }
}
