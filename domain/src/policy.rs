//! What a pair asks of whoever switches it, beyond a role, and what is done around the flip.

use crate::{
    Grants, Millis, PairId, Role,
    dags::Strategy,
    preflight::{Verdict, catalogue::CATALOGUE},
};
use serde::{Deserialize, Serialize};

/// The names of the checks before a switch, as `says` and records know them.
pub const CHECKS: [&str; CATALOGUE.len()] = {
    let mut names = [""; CATALOGUE.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = CATALOGUE[at].0;
        at += 1;
    }
    names
};

/// The checks that say the same under every policy: without them nothing could be switched truthfully.
pub const FIRM: [&str; 4] = ["store", "flag", "label", "approval"];

/// Whether somebody may be allowed to switch in spite of a check. Never of what would make the record untrue, of
/// another person's word, or of what the form itself asks for.
pub fn may_be_overridden(check: &str) -> bool {
    !FIRM.contains(&check) && !matches!(check, "under-way" | "change-ref")
}

/// Of the checks that block, those that may be overridden, if that is all of them.
pub fn overridable(blocking: &[String]) -> Option<Vec<String>> {
    let all = !blocking.is_empty() && blocking.iter().all(|name| may_be_overridden(name));
    all.then(|| blocking.to_vec())
}

/// The policy of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// A planned switch needs somebody else's approval, which is good for so long from the moment it is asked for.
    pub two_person: Option<Millis>,
    /// What checks say here that would say something else by themselves: the name of a check, and whether what it
    /// finds (or that it could not be made) warns or blocks.
    pub says: Vec<(String, Verdict)>,
    /// No planned switch sooner than this after the last one that landed.
    pub anti_flap: Option<Millis>,
    /// Who may switch in spite of a freeze, the wait after a switch, or a check that blocks; nobody where it is none.
    pub overridden_by: Option<Role>,
    /// Whether a planned switch must name its change.
    pub change_ref: ChangeRefRule,
    /// The pair on which the same must have been rehearsed.
    pub proven_on: Option<ProvenOn>,
    /// What to read in trouble.
    pub runbook_url: Option<String>,
    /// The alarms that guard the pair.
    pub guards: Vec<Guard>,
    /// What is done with the DAGs.
    pub dags: DagRules,
    /// How a switch is watched.
    pub watch: WatchRules,
    /// How the standby is smoke-tested.
    #[serde(default)]
    pub smoke: SmokeRules,
}

/// Whether and how a switch names the change (the ticket) that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRefRule {
    /// A planned switch without one is refused.
    pub required: bool,
    /// The regular expression that a whole reference must match.
    pub pattern: Option<String>,
}

/// Test in non-production first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenOn {
    /// The pair.
    pub pair: PairId,
    /// How long a good drill there is good for.
    pub within: Millis,
    /// What it says if there was none.
    pub otherwise: Verdict,
}

/// An alarm that guards the pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// The alarm's name in CloudWatch.
    pub alarm: String,
    /// It stands against a switch while it is in alarm.
    pub before: bool,
    /// It makes the watch after a switch red.
    pub after: bool,
    /// What to read when it is in alarm.
    pub runbook_url: Option<String>,
}

/// What is done with the DAGs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DagRules {
    /// How.
    pub strategy: Strategy,
    /// The tag of DAGs that ask the flag by themselves.
    pub guarded_tag: String,
    /// The task by which they ask; it is skipped on the standby.
    pub guard_task: String,
    /// How long the old side is given to finish what it has begun.
    pub drain: Millis,
}

/// How a switch is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchRules {
    /// For how long.
    pub lasts: Millis,
    /// A red outcome reverts by itself; otherwise it is asked for.
    pub reverts: bool,
    /// So many more failed tasks than before the switch are red.
    pub failures: u32,
}

/// How the standby is smoke-tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmokeRules {
    /// The DAGs of which a run is begun; none: nothing is tested.
    pub dags: Vec<String>,
    /// How long a run may take.
    pub lasts: Millis,
    /// How long a good result counts.
    pub within: Millis,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            two_person: None,
            says: Vec::new(),
            anti_flap: None,
            overridden_by: Some(Role::Admin),
            change_ref: ChangeRefRule::default(),
            proven_on: None,
            runbook_url: None,
            guards: Vec::new(),
            dags: DagRules::default(),
            watch: WatchRules::default(),
            smoke: SmokeRules::default(),
        }
    }
}

impl Policy {
    /// Whether somebody with these roles at the pair may switch in spite of what blocks. An admin may wherever
    /// anybody may.
    pub fn may_override(&self, grants: &Grants, pair: &PairId) -> bool {
        self.overridden_by.is_some_and(|role| grants.holds(role, pair) || grants.holds(Role::Admin, pair))
    }
}

impl Policy {
    /// Who may switch the pair in spite of what blocks, in a sentence.
    pub fn who_overrides(&self, pair: &PairId) -> String {
        match self.overridden_by {
            None => format!("Nobody may override what blocks a switch of {pair}: its policy says so."),
            Some(Role::Admin) => format!("Overriding what blocks a switch of {pair} needs the role admin."),
            Some(role) => format!("Overriding what blocks a switch of {pair} needs the role {role} or admin."),
        }
    }
}

impl Default for DagRules {
    fn default() -> Self {
        Self {
            strategy: Strategy::FlagOnly,
            guarded_tag: "teal".to_owned(),
            guard_task: "teal_guard".to_owned(),
            drain: Millis::from_secs(15 * 60),
        }
    }
}

impl Default for WatchRules {
    fn default() -> Self {
        Self { lasts: Millis::from_secs(15 * 60), reverts: false, failures: 3 }
    }
}

impl Default for SmokeRules {
    fn default() -> Self {
        Self { dags: Vec::new(), lasts: Millis::from_secs(15 * 60), within: Millis::from_secs(24 * 3600) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Grant, Scope};

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_keeps_the_record_true_is_never_overridden() {
        for firm in ["store", "flag", "label", "approval", "under-way", "change-ref"] {
            assert!(!may_be_overridden(firm), "{firm}");
            assert_eq!(overridable(&names(&["freeze", firm])), None, "{firm}");
        }
        assert_eq!(overridable(&names(&["freeze", "anti-flap"])), Some(names(&["freeze", "anti-flap"])));
        assert_eq!(overridable(&[]), None);
    }

    #[test]
    fn every_firm_check_is_a_check() {
        assert!(FIRM.iter().all(|firm| CHECKS.contains(firm)));
    }

    #[test]
    fn whoever_policy_names_may_override_and_an_admin_wherever_anybody_may() {
        let (dev, prod): (PairId, PairId) = ("dev".parse().expect("a pair"), "prod".parse().expect("a pair"));
        let only_dev = |role| Grants::from_iter([Grant { role, scope: Scope::Only([dev.clone()].into()) }]);
        let by = |role| Policy { overridden_by: role, ..Policy::default() };
        for (by, role, may) in [
            (by(Some(Role::Operator)), Role::Operator, true),
            (by(Some(Role::Operator)), Role::Approver, false),
            (by(Some(Role::Operator)), Role::Admin, true),
            (by(Some(Role::Approver)), Role::Operator, false),
            (by(Some(Role::Approver)), Role::Approver, true),
            (by(Some(Role::Admin)), Role::Operator, false),
            (by(None), Role::Admin, false),
        ] {
            assert_eq!(by.may_override(&only_dev(role), &dev), may, "{by:?} {role}");
            assert!(!by.may_override(&only_dev(role), &prod), "a role for one pair gives nothing on another");
        }
    }
}
