//! The checks before a switch: each passes, warns or blocks, each with what was seen, when, and what to do about it.
//!
//! Every check is a pure function over what the snapshot tells. What could not be read never passes: it warns, or
//! blocks where policy says so.

mod airflow;
mod around;
pub mod catalogue;
mod environment;
mod flag;
mod made;
mod pair;
mod parity;
mod rules;
mod smoke;
#[cfg(test)]
pub(crate) mod tests;
mod work;

use crate::{Color, OperationId, PairSnapshot, Reason, Timestamp, policy};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use catalogue::{Group, group};
pub use flag::FLAG_IS_STALE_AFTER;

/// One check, made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its short name, fixed: policy and records refer to it.
    pub name: String,
    /// What it is about.
    #[serde(default)]
    pub group: Group,
    /// What it says.
    pub verdict: Verdict,
    /// What was seen.
    pub evidence: String,
    /// What to do about it; empty where it passes.
    pub mend: String,
    /// When that was read, where it was read from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
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

impl Verdict {
    /// The word in config, answers and digests of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }
}

/// What is given beside the snapshot of the pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given<'a> {
    /// The change that the switch belongs to, where whoever switches has named one.
    pub change_ref: Option<&'a Reason>,
    /// When the pair of `proven_on` was last switched and found good: [`crate::Snapshot::proof`].
    pub proof: Option<Timestamp>,
    /// The switch that this one takes back. What holds up new plans holds up no return.
    pub reverts: Option<OperationId>,
    /// The run of a drill that it belongs to: that one holds itself up.
    pub drill: Option<OperationId>,
}

/// What every check is made from.
#[derive(Clone, Copy, Debug)]
struct Scene<'a> {
    pair: &'a PairSnapshot,
    target: Color,
    given: Given<'a>,
    now: Timestamp,
}

/// The checks of a switch of `pair` to `target`, on what the snapshot tells at `now`.
pub fn checks(pair: &PairSnapshot, target: Color, given: Given<'_>, now: Timestamp) -> Vec<Check> {
    let scene = Scene { pair, target, given, now };
    let mut checks = vec![flag::flag(scene), flag::label(pair), flag::under_way(scene), flag::store(pair)];
    checks.extend(environment::checks(scene));
    checks.extend(around::checks(scene));
    checks.extend(pair::checks(scene));
    checks.extend(rules::checks(scene));
    checks.extend(smoke::smoke(scene));
    for check in &mut checks {
        by_policy(check, pair);
    }
    checks.sort_by_key(|check| catalogue::place(&check.name));
    // No check ever blocks a repair: while the flag names no side, no guarded DAG works anywhere.
    if is_repair(pair) {
        for check in &mut checks {
            check.verdict = check.verdict.min(Verdict::Warn);
        }
    }
    checks
}

/// Whether what is planned now would be a repair.
fn is_repair(pair: &PairSnapshot) -> bool {
    pair.flag.value().is_some_and(|flag| flag.color().is_none())
}

/// What policy says of a check that found something. It never makes that pass.
fn by_policy(check: &mut Check, pair: &PairSnapshot) {
    if check.verdict == Verdict::Pass {
        return;
    }
    match said(pair, &check.name) {
        Some(Verdict::Block) => check.verdict = Verdict::Block,
        Some(Verdict::Warn) if !policy::FIRM.contains(&&*check.name) => check.verdict = Verdict::Warn,
        _ => {}
    }
}

fn said(pair: &PairSnapshot, name: &str) -> Option<Verdict> {
    pair.policy.says.iter().find(|(check, _)| check == name).map(|(_, verdict)| *verdict)
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
