//! The four modes as a choice: what each of them can do, what it costs, and when it is the right one.

use crate::topology::Mode;

/// A mode, as somebody chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which.
    pub mode: Mode,
    /// What the field's guides say that it costs a month, in dollars: they do not agree with each other.
    pub guides_say: &'static [u32],
    /// Why what they say differs from the list prices.
    pub differs: &'static str,
    /// How long it takes to deploy, in minutes, as the guides say.
    pub deploys_in: u32,
    /// For what it is ready.
    pub ready_for: &'static str,
    /// When to use it.
    pub use_when: &'static str,
    /// When not to.
    pub not_when: &'static str,
}

impl Choice {
    /// The four, in the order in which they grow.
    pub const ALL: [Self; 4] = [
        Self {
            mode: Mode::Standard,
            guides_say: &[350, 363],
            differs: "They count one environment at $300 or $350 (no class costs $300; mw1.small is $357.70) and NAT at $32 or $45.",
            deploys_in: 30,
            ready_for: "development and tests",
            use_when: "an hour without DAGs costs little, and upgrades can wait for a quiet evening",
            not_when: "an upgrade must not stop the DAGs, or a failed one must be undone at once",
        },
        Self {
            mode: Mode::BlueGreen,
            guides_say: &[700, 664],
            differs: "They double the environment and leave out what is paid by use: logs, metadata, traffic, addresses.",
            deploys_in: 45,
            ready_for: "production, where lineage may pause",
            use_when: "upgrades and faults of Airflow must not stop the DAGs",
            not_when: "lineage must be there at any time: it still stands on one instance",
        },
        Self {
            mode: Mode::HaMarquez,
            guides_say: &[650],
            differs: "They count two instances and a database without the traffic of the load balancer and of the storage.",
            deploys_in: 35,
            ready_for: "production of lineage, not of DAGs",
            use_when: "others depend on lineage at any time, and DAGs may stop for an upgrade",
            not_when: "DAGs must not stop: there is no other side to switch to",
        },
        Self {
            mode: Mode::FullHa,
            guides_say: &[1000],
            differs: "They round up. One NAT gateway serves both sides; with one in each zone it is about $37 more.",
            deploys_in: 60,
            ready_for: "production",
            use_when: "neither DAGs nor lineage may stop",
            not_when: "nobody rehearses the switch: then it is paid for and not had",
        },
    ];

    /// The choice of a mode.
    pub fn of(mode: Mode) -> Self {
        let at = Mode::ALL.iter().position(|known| *known == mode).unwrap_or_default();
        Self::ALL[at]
    }

    /// How many environments it has.
    pub const fn environments(&self) -> u32 {
        if self.mode.has_two_sides() { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_is_one_choice() {
        for mode in Mode::ALL {
            assert_eq!(Choice::of(mode).mode, mode);
        }
        assert_eq!(Choice::ALL.map(|choice| choice.environments()), [1, 2, 1, 2]);
    }
}
