//! The checks before a switch: each passes, warns or blocks, each with what to do about it.

use crate::{Color, EnvironmentStatus, Flag, FlagValue, Millis, PairSnapshot, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One check, made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its short name, fixed: policy and records refer to it.
    pub name: String,
    /// What it says.
    pub verdict: Verdict,
    /// What was seen.
    pub evidence: String,
    /// What to do about it; empty where it passes.
    pub mend: String,
}

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// In order.
    Pass,
    /// Worth knowing, or could not be checked.
    Warn,
    /// A planned switch is refused.
    Block,
}

/// The checks of a switch of `pair` to `target`, on what the snapshot tells at `now`.
pub fn checks(pair: &PairSnapshot, target: Color, now: Timestamp) -> Vec<Check> {
    let mut checks = vec![flag(pair, now), side(pair, target), label(pair), under_way(pair), store(pair)];
    // No check ever blocks a repair: while the flag names no side, no guarded DAG works anywhere.
    if matches!(pair.flag.value(), Some(value) if value.color().is_none()) {
        for check in &mut checks {
            check.verdict = check.verdict.min(Verdict::Warn);
        }
    }
    checks
}

/// SHA-256 over names and verdicts, in hexadecimal: what the person saw when they confirmed.
pub fn digest(checks: &[Check]) -> String {
    let mut sha = Sha256::new();
    for check in checks {
        sha.update(format!("{}={:?}\n", check.name, check.verdict));
    }
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The names of the checks that block.
pub fn blocking(checks: &[Check]) -> Vec<String> {
    checks.iter().filter(|check| check.verdict == Verdict::Block).map(|check| check.name.clone()).collect()
}

fn check(name: &str, verdict: Verdict, evidence: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { name: name.to_owned(), verdict, evidence: evidence.into(), mend: mend.into() }
}

/// How old a reading of the flag may be before it no longer counts as current.
pub const FLAG_IS_STALE_AFTER: Millis = Millis::from_secs(30);

fn flag(pair: &PairSnapshot, now: Timestamp) -> Check {
    let name = "flag";
    match pair.flag.value() {
        None => check(
            name,
            Verdict::Block,
            "The flag has not been read yet.",
            "See `teal doctor` for what keeps Teal from reading it.",
        ),
        Some(_) if pair.flag.age(now).is_some_and(|age| age > FLAG_IS_STALE_AFTER) => check(
            name,
            Verdict::Warn,
            format!("The flag was last read {} s ago.", pair.flag.age(now).unwrap_or_default().as_secs()),
            "The switch reads it again before it writes; if SSM is away, it stops there.",
        ),
        Some(Flag::Missing) => check(
            name,
            Verdict::Warn,
            "The parameter does not exist: no guarded DAG works on either side.",
            "Set the flag to the side that should work.",
        ),
        Some(Flag::Present { value: FlagValue::Invalid(text), .. }) => check(
            name,
            Verdict::Warn,
            format!("The flag holds `{text}`, which is neither blue nor green."),
            "Set the flag to the side that should work.",
        ),
        Some(Flag::Present { value: FlagValue::Color(color), version, .. }) => {
            check(name, Verdict::Pass, format!("The flag says {color}, version {version}."), "")
        }
    }
}

fn side(pair: &PairSnapshot, target: Color) -> Check {
    let (name, side, title) = ("target", pair.side(target), target.title());
    let Some(environment) = side.value() else {
        let why = side.error().map_or("It has not been read yet.", |error| error.message.as_str());
        return check(
            name,
            Verdict::Warn,
            format!("{title} could not be read. {why}"),
            "Look at the environment in the MWAA console before you go on.",
        );
    };
    let status = &environment.status;
    match status {
        EnvironmentStatus::Available if side.error().is_none() => {
            check(name, Verdict::Pass, format!("{title} is {status}."), "")
        }
        EnvironmentStatus::Available => check(
            name,
            Verdict::Warn,
            format!("{title} was {status} when it last answered."),
            "Look at the environment in the MWAA console before you go on.",
        ),
        EnvironmentStatus::Changing(_) => check(
            name,
            Verdict::Warn,
            format!("{title} is {status}: tasks may be interrupted while it changes."),
            "Wait until it is AVAILABLE, or go on if you know what is being changed.",
        ),
        EnvironmentStatus::Down(_) => check(
            name,
            Verdict::Block,
            format!("{title} is {status}: it cannot run anything."),
            "Bring the environment up in the MWAA console, or choose emergency and say why.",
        ),
        EnvironmentStatus::Other(_) => check(
            name,
            Verdict::Warn,
            format!("{title} reports the status {status}, which this version of Teal does not know."),
            "Look at the environment in the MWAA console before you go on.",
        ),
    }
}

fn label(pair: &PairSnapshot) -> Check {
    let name = "label";
    match &pair.label {
        None => check(name, Verdict::Pass, "No label keeps an old version of the parameter in place.", ""),
        Some(label) => {
            let (version, labels) = (label.version, label.labels.join(", "));
            let mend = format!("Move the label off version {version} with `aws ssm unlabel-parameter-version`.");
            if label.puts_left == 0 {
                check(
                    name,
                    Verdict::Block,
                    format!(
                        "Version {version}, the oldest of 100, carries the label {labels}: SSM will refuse the put."
                    ),
                    mend,
                )
            } else {
                check(
                    name,
                    Verdict::Warn,
                    format!(
                        "Version {version}, the oldest, carries the label {labels}: in {} more puts SSM will refuse one.",
                        label.puts_left
                    ),
                    mend,
                )
            }
        }
    }
}

fn under_way(pair: &PairSnapshot) -> Check {
    let name = "under-way";
    match &pair.open {
        None => check(name, Verdict::Pass, "No other switch is under way.", ""),
        Some(open) if open.unknown_until.is_some() => check(
            name,
            Verdict::Block,
            format!("The outcome of the switch to {} by {} is unknown.", open.target, open.actor),
            "Wait until it is settled (10 minutes at most), or choose emergency and say why.",
        ),
        Some(open) => check(
            name,
            Verdict::Warn,
            format!("A switch to {} by {} is under way.", open.target, open.actor),
            "Wait for it: this one would find the flag moved.",
        ),
    }
}

fn store(pair: &PairSnapshot) -> Check {
    let name = "store";
    match pair.store.error() {
        None => check(name, Verdict::Pass, "The journal can be written.", ""),
        Some(error) => check(
            name,
            Verdict::Block,
            format!("The journal cannot be written: {}", error.message),
            "Mend the store, or use the emergency command line, which records to a file.",
        ),
    }
}
