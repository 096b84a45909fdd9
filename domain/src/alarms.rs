//! The alarms that one should have over a pair, and those that exist: matched by the metric that they look at, not by
//! name.
//!
//! The field's guides recommend these and create none. What is recommended, and why, is in `recommended`; the snippet of
//! `CloudFormation` that makes a missing one is in `snippet`.

mod recommended;
mod snippet;
#[cfg(test)]
mod tests;

pub use recommended::{Recommended, Wanted, wanted};
pub use snippet::template;

use crate::{Color, Timestamp, metrics::Metric, monitoring::Why, surroundings::AlarmState};

/// The alarms that exist, as far as they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// Those that look at anything that matters here.
    pub existing: Vec<Existing>,
    /// There are more alarms in the account than Teal reads.
    pub cut_off: bool,
}

/// An alarm that exists, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Its name.
    pub name: String,
    /// What it says.
    pub state: AlarmState,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The metrics that it looks at.
    pub watches: Vec<Metric>,
    /// What sets it off; none where that is a band, or was not told.
    pub direction: Option<Direction>,
    /// Whether anybody is told: it has an action for `ALARM`, and its actions are not switched off.
    pub tells: bool,
}

/// What sets an alarm off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// More than the threshold.
    Above,
    /// Less than the threshold.
    Below,
}

/// A recommended alarm, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is about.
    pub title: String,
    /// The side, where it is about one.
    pub side: Option<Color>,
    /// How it stands.
    pub standing: Standing,
}

/// How a recommended alarm stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing looks at its metric.
    Missing(Recommended),
    /// There is one, or there are several; this is the one that rings, if one does.
    There {
        /// The alarm.
        alarm: Existing,
        /// How many more look at the same metric.
        more: usize,
    },
    /// It cannot be told, or there is nothing to look at.
    Not(Why),
}

impl Standing {
    /// Its place in a list: what asks for something comes first.
    pub const fn rank(&self) -> u8 {
        match self {
            Self::There { alarm: Existing { state: AlarmState::Alarm, .. }, .. } => 0,
            Self::Missing(_) => 1,
            Self::Not(Why::Unread(_)) => 2,
            Self::There { alarm: Existing { state: AlarmState::Fine, tells: true, .. }, .. } => 4,
            Self::There { .. } => 3,
            Self::Not(Why::NotApplicable(_)) => 5,
        }
    }
}

/// How each wanted alarm stands among those that exist, in the order in which they were wanted.
pub fn compare(wanted: Vec<Wanted>, alarms: &Alarms) -> Vec<Entry> {
    wanted.into_iter().map(|wanted| entry(wanted, alarms)).collect()
}

fn entry(wanted: Wanted, alarms: &Alarms) -> Entry {
    let Wanted { title, side, what } = wanted;
    let recommended = match what {
        Ok(recommended) => recommended,
        Err(why) => return Entry { title, side, standing: Standing::Not(why) },
    };
    let mut fits: Vec<&Existing> = alarms.existing.iter().filter(|alarm| recommended.is_met_by(alarm)).collect();
    // The one that rings is the one to tell of; else the one that knows something and tells somebody.
    fits.sort_by_key(|alarm| {
        let state = match alarm.state {
            AlarmState::Alarm => 0,
            AlarmState::Fine => 1,
            AlarmState::NoData | AlarmState::Missing => 2,
        };
        (state, !alarm.tells)
    });
    let standing = match fits.first() {
        Some(alarm) => Standing::There { alarm: (*alarm).clone(), more: fits.len() - 1 },
        // It may be among those that were not read.
        None if alarms.cut_off => Standing::Not(Why::Unread(
            "There are more alarms in this account than Teal reads, and none of the first looks at it.".to_owned(),
        )),
        None => Standing::Missing(recommended),
    };
    Entry { title, side, standing }
}

impl Recommended {
    /// Whether an alarm that exists looks at the same, in the same direction. Its threshold is its owner's business.
    pub fn is_met_by(&self, alarm: &Existing) -> bool {
        let looks = |metric: &Metric| alarm.watches.contains(metric);
        let same_way = alarm.direction.is_none_or(|direction| direction == self.direction);
        same_way && (looks(&self.metric) || self.also.iter().any(looks))
    }
}
