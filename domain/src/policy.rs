//! What a pair asks of whoever switches it, beyond a role, and what is done around the flip.

use crate::{Millis, PairId, Role, dags::Strategy, preflight::Verdict};
use serde::{Deserialize, Serialize};

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
