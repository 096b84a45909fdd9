//! The checks on a terminal: what blocks first, then what warns, then what passes.

use teal_app::{components::checks::title, words::ago};
use teal_domain::{
    Timestamp,
    preflight::{Check, Verdict},
};

use crate::{
    cli::{Common, End, output},
    http::api::shapes::Checked,
};

/// All of them, as the only thing that was asked for.
pub fn all(common: &Common, checks: &[Check], now: Timestamp) -> End {
    if common.json {
        output::json(&checks.iter().map(Checked::of).collect::<Vec<_>>());
    } else {
        println!("{}", text(checks, &[Verdict::Block, Verdict::Warn, Verdict::Pass], now).join("\n"));
    }
    let blocks = checks.iter().any(|check| check.verdict == Verdict::Block);
    if blocks { End::NotSwitched } else { End::Done }
}

/// What was found, before somebody confirms.
pub fn findings(checks: &[Check], now: Timestamp) {
    for line in text(checks, &[Verdict::Block, Verdict::Warn], now) {
        eprintln!("{line}");
    }
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
}
