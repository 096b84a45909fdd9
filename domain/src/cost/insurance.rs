//! The price of insurance: what the second environment and the lineage service's second zone cost, and from when on they
//! pay for themselves.

use super::{Cents, Estimate, HOURS, Prices, Shape};
use crate::{PairSnapshot, topology::Mode};

/// What is paid so that something may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insurance {
    /// For the second environment, a month.
    pub standby: Share,
    /// For the lineage service over several zones, a month.
    pub lineage: Share,
}

/// A share of what is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// A month.
    pub month: Cents,
    /// Whether it is paid; else it is what it would cost.
    pub paid: bool,
    /// Whether a price was missing, so that it is more than that.
    pub at_least: bool,
}

/// How often the second side was of use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Switches that landed in the last [`Made::DAYS`] days; a drill that moves the flag makes switches too.
    pub switches: u32,
}

impl Made {
    /// How many days it looks back: a month.
    pub const DAYS: u64 = 30;
}

impl Insurance {
    /// What a pair that is deployed in this mode pays for it, or would.
    pub fn of(pair: &PairSnapshot, mode: Mode, prices: &Prices) -> Self {
        let estimate = |two_sides: bool, group: bool| Shape::of(pair, Mode::of(two_sides, group)).estimate(prices);
        let share = |with: &Estimate, without: &Estimate, paid: bool| Share {
            month: with.total() - without.total(),
            paid,
            at_least: with.is_at_least(),
        };
        let (two_sides, group) = (mode.has_two_sides(), mode.has_group());
        Self {
            standby: share(&estimate(true, group), &estimate(false, group), two_sides),
            lineage: share(&estimate(two_sides, true), &estimate(two_sides, false), group),
        }
    }
}

impl Share {
    /// For an hour.
    pub fn hour(&self) -> Cents {
        Cents(rounded(self.month.0, i64::from(HOURS)))
    }

    /// For each of so many switches or drills that were made in a month; none where none was.
    pub fn each(&self, made: u32) -> Option<Cents> {
        (made > 0).then(|| Cents(rounded(self.month.0, i64::from(made))))
    }

    /// How many minutes of failure a month it must spare to pay for itself, where an hour of failure costs so much; rounded
    /// up. None where failure costs nothing.
    pub fn breaks_even_at(&self, failed_hour: Cents) -> Option<u64> {
        let (month, hour) = (u64::try_from(self.month.0).ok()?, u64::try_from(failed_hour.0).ok()?);
        (hour > 0).then(|| u64::try_from((u128::from(month) * 60).div_ceil(u128::from(hour))).unwrap_or(u64::MAX))
    }
}

/// A sum by so many, to the cent, half a cent away from nought.
const fn rounded(cents: i64, by: i64) -> i64 {
    let half = if cents < 0 { -(by / 2) } else { by / 2 };
    (cents + half) / by
}
