//! The checks on a terminal: what blocks first, then what warns, then what passes.

use serde_json::json;
use teal_app::{components::checks::title, words::ago};
use teal_domain::{
    Base, Timestamp, policy,
    preflight::{Check, Verdict},
    preview::Preview,
};

use super::{Arguments, dags};
use crate::{
    cli::{Common, End, output},
    engine::Pair,
    http::api::shapes::{Checked, Dags},
};

/// What is told before somebody confirms.
pub struct Told<'a> {
    /// What is wanted.
    pub arguments: &'a Arguments,
    /// Where the flag stands.
    pub base: Base,
    /// What the checks say.
    pub checks: &'a [Check],
    /// What would be done with the DAGs.
    pub dags: Option<Preview>,
    /// The pair.
    pub pair: &'a Pair,
    /// Whether whoever is here may override what blocks.
    pub may_override: bool,
    /// Now.
    pub now: Timestamp,
}

impl Told<'_> {
    /// All of them, as the only thing that was asked for.
    pub fn all(&self, common: &Common) -> End {
        let way = Way::of(self.arguments);
        if common.json {
            output::json(&self.plan());
        } else {
            for line in text(self.checks, way, &[Verdict::Block, Verdict::Warn, Verdict::Pass], self.now) {
                output::say!("{line}");
            }
            for line in self.dags().into_iter().chain(self.lifts()).chain(self.runbook()) {
                output::say!("{line}");
            }
        }
        let blocks = self.checks.iter().any(|check| way.stops(check));
        if blocks { End::NotSwitched } else { End::Done }
    }

    /// What was found.
    pub fn findings(&self) {
        for line in text(self.checks, Way::of(self.arguments), &[Verdict::Block, Verdict::Warn], self.now) {
            output::tell!("{line}");
        }
        for line in self.dags().into_iter().chain(self.lifts()).chain(self.runbook()) {
            output::tell!("{line}");
        }
    }

    fn dags(&self) -> Vec<String> {
        self.dags.as_ref().map(|preview| dags::text(preview, self.now)).unwrap_or_default()
    }

    /// All of it for programs, as a plan of the API has it.
    fn plan(&self) -> serde_json::Value {
        json!({
            "target": self.arguments.to,
            "base": self.base.version().map(|version| version.0),
            "checks": self.checks.iter().map(Checked::of).collect::<Vec<_>>(),
            "may_override": self.may_override,
            "who_overrides": self.overridable().map(|_| self.pair.config.policy.who_overrides(self.pair.id())),
            "dags": self.dags.as_ref().map(Dags::of),
        })
    }

    /// What to read, where something blocks.
    fn runbook(&self) -> Option<String> {
        let blocks = self.checks.iter().any(|check| check.verdict == Verdict::Block);
        let address = self.pair.config.policy.runbook_url.as_ref().filter(|_| blocks)?;
        Some(format!("Runbook: {address}"))
    }

    /// Who may lift what blocks, if somebody may.
    fn lifts(&self) -> Option<String> {
        self.overridable()?;
        Some(if self.may_override {
            "You may override what blocks, with --override; the record says so for ever.".to_owned()
        } else {
            self.pair.config.policy.who_overrides(self.pair.id())
        })
    }
}

impl Told<'_> {
    /// What blocks, where it may be overridden.
    fn overridable(&self) -> Option<Vec<String>> {
        let stops = self.checks.iter().filter(|check| Way::of(self.arguments).stops(check));
        policy::overridable(&stops.map(|check| check.name.clone()).collect::<Vec<_>>())
    }
}

/// What becomes of a check that blocks, by how somebody wants to switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It blocks.
    Planned,
    /// It does not, as far as it may be overridden.
    InSpite,
    /// It does not.
    Emergency,
}

impl Way {
    const fn of(arguments: &Arguments) -> Self {
        match (arguments.emergency, arguments.in_spite) {
            (true, _) => Self::Emergency,
            (false, true) => Self::InSpite,
            (false, false) => Self::Planned,
        }
    }

    fn stops(self, check: &Check) -> bool {
        check.verdict == Verdict::Block && self.word(check) == BLOCKS
    }

    /// The word for it.
    fn word(self, check: &Check) -> &'static str {
        match (check.verdict, self) {
            (Verdict::Pass, _) => "ok",
            (Verdict::Warn, _) => "warning",
            (Verdict::Block, Self::Emergency) => "skipped",
            (Verdict::Block, Self::InSpite) if policy::may_be_overridden(&check.name) => "in spite",
            (Verdict::Block, _) => BLOCKS,
        }
    }
}

const BLOCKS: &str = "BLOCKS";

fn text(checks: &[Check], way: Way, verdicts: &[Verdict], now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    for verdict in verdicts {
        for check in checks.iter().filter(|check| check.verdict == *verdict) {
            let read = check.read_at.map_or_else(String::new, |at| format!(" (read {})", ago(at, now)));
            let (word, group, title) = (way.word(check), check.group.as_str(), title(&check.name));
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

    const ALL: [Verdict; 3] = [Verdict::Block, Verdict::Warn, Verdict::Pass];

    fn check(name: &str, verdict: Verdict, mend: &str) -> Check {
        let (name, evidence, mend) = (name.to_owned(), "seen".to_owned(), mend.to_owned());
        Check { name, group: Group::Target, verdict, evidence, mend, read_at: Some(Timestamp(0)) }
    }

    #[test]
    fn what_blocks_stands_first_and_each_says_how_old_it_is_and_what_mends_it() {
        let checks = [check("update", Verdict::Pass, ""), check("target", Verdict::Block, "Mend it.")];
        let lines = text(&checks, Way::Planned, &ALL, Timestamp(12_000));
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
    fn what_does_not_block_is_not_said_to_block() {
        let checks = [check("freeze", Verdict::Block, ""), check("approval", Verdict::Block, "")];
        let words = |way| checks.iter().map(move |check| Way::word(way, check)).collect::<Vec<_>>();
        assert_eq!(words(Way::Planned), ["BLOCKS", "BLOCKS"]);
        assert_eq!(words(Way::InSpite), ["in spite", "BLOCKS"], "another person's word is not overridden");
        assert_eq!(words(Way::Emergency), ["skipped", "skipped"]);
        assert!(!Way::Emergency.stops(&checks[0]) && Way::InSpite.stops(&checks[1]));
    }
}
