//! Another shape than the present one: what it would cost.

use super::{Cents, Estimate, Good, HOURS, Shape};
use crate::{Color, PairSnapshot, topology::Mode};

/// What is changed; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// Another mode.
    pub mode: Option<Mode>,
    /// Another region.
    pub region: Option<String>,
    /// Another class of all environments.
    pub class: Option<String>,
    /// How many workers each environment always has.
    pub workers: Option<u32>,
    /// For how many hours a month the standby is up. One that was deleted meanwhile is made anew before a switch, which takes
    /// MWAA about half an hour: it is no standby for a failure.
    pub standby_hours: Option<u32>,
    /// How many NAT gateways there are.
    pub nat_gateways: Option<u32>,
}

impl WhatIf {
    /// The classes of MWAA, the smallest first.
    pub const CLASSES: [&str; 6] = ["mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge"];

    /// Whether nothing is changed.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The shape that a pair in this mode would have.
    pub fn shape(&self, pair: &PairSnapshot, mode: Mode) -> Shape {
        let mut shape = Shape::of(pair, self.mode.unwrap_or(mode));
        if let Some(region) = &self.region {
            shape.region.clone_from(region);
        }
        // While no side is live, either would stand by.
        let standby = pair.live().unwrap_or(Color::Blue).other();
        for environment in &mut shape.environments {
            if let Some(class) = &self.class {
                environment.class.clone_from(class);
            }
            environment.workers = self.workers.unwrap_or(environment.workers);
            if let Some(hours) = self.standby_hours.filter(|_| environment.side == Some(standby)) {
                environment.hours = hours.min(HOURS);
            }
        }
        shape.nat_gateways = self.nat_gateways.unwrap_or(shape.nat_gateways);
        shape
    }
}

/// How much of what is paid a Savings Plan touches. MWAA has none, and plans for databases leave t3 out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Savings {
    /// What is eligible: instances of EC2.
    pub eligible: Cents,
    /// Of a hundred hundredths of all, rounded down.
    pub hundredths: u64,
}

impl Savings {
    /// Of an estimate.
    pub fn of(estimate: &Estimate) -> Self {
        let eligible = estimate.sum(|line| matches!(line.good, Good::Instance(_)));
        let of = |cents: Cents| u128::from(cents.0.unsigned_abs());
        let share = (of(eligible) * 10_000).checked_div(of(estimate.total())).unwrap_or_default();
        Self { eligible, hundredths: u64::try_from(share).unwrap_or_default() }
    }
}
