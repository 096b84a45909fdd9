//! What the steps say of the watch: what was red, what could not be seen, and what is done about it.

use super::{Course, Coverage, Step, WatchEnd};
use crate::{
    Millis, OperationId, Timestamp,
    watch::{Rang, Source},
};
use serde::{Deserialize, Serialize};

/// A time in which something was not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What; none where nobody looked at anything.
    pub what: Option<Source>,
    /// From.
    pub from: Timestamp,
    /// To.
    pub to: Timestamp,
    /// Why.
    pub because: String,
}

impl Gap {
    /// How long it was.
    pub const fn lasts(&self) -> Millis {
        self.to.since(self.from)
    }
}

/// The records of switches that belong to one another, by their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// The one that it takes back.
    pub takes_back: Option<u64>,
    /// The one that took it back.
    pub taken_back_by: Option<u64>,
}

impl Course {
    /// Until when it is watched, and how many tasks had failed before.
    pub fn watching(&self) -> Option<(Timestamp, Option<u32>)> {
        self.steps.iter().find_map(|(_, step)| match step {
            Step::Watching { until, failed_before, .. } => Some((*until, *failed_before)),
            _ => None,
        })
    }

    /// The time in which it is watched, once that has begun.
    pub fn window(&self) -> Option<(Timestamp, Timestamp)> {
        self.steps.iter().find_map(|(at, step)| match step {
            Step::Watching { until, from, .. } => Some((from.unwrap_or(*at), *until)),
            _ => None,
        })
    }

    /// The guards that were in alarm at the flip, where that is known.
    pub fn ringing(&self) -> Option<&[Rang]> {
        self.steps.iter().find_map(|(_, step)| match step {
            Step::Watching { ringing, .. } => ringing.as_deref(),
            _ => None,
        })
    }

    /// Since when something that is watched cannot be read, if it cannot be now.
    pub fn unread(&self, source: Source) -> Option<(Timestamp, &str)> {
        let last = self.steps.iter().rev().find_map(|(_, step)| match step {
            Step::Unread { what, since, because } if *what == source => Some(Some((*since, because.as_str()))),
            Step::ReadAgain { what, .. } if *what == source => Some(None),
            _ => None,
        });
        last.flatten()
    }

    /// What was not seen of the window until then, in the order in which it was told.
    pub fn gaps(&self, until: Timestamp) -> Vec<Gap> {
        let Some((from, end)) = self.window() else { return Vec::new() };
        let end = end.min(until);
        let mut gaps: Vec<Gap> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for (at, step) in &self.steps {
            match step {
                Step::Unread { what, since, because } => {
                    open.push(gaps.len());
                    gaps.push(Gap { what: Some(*what), from: *since, to: end, because: because.clone() });
                }
                Step::ReadAgain { what, .. } => open.retain(|index| {
                    let same = gaps[*index].what == Some(*what);
                    if same {
                        gaps[*index].to = *at;
                    }
                    !same
                }),
                Step::Unwatched { from, to } => {
                    gaps.push(Gap {
                        what: None,
                        from: *from,
                        to: *to,
                        because: "no process of Teal looked".to_owned(),
                    });
                }
                _ => {}
            }
        }
        for gap in &mut gaps {
            gap.from = gap.from.max(from);
            gap.to = gap.to.min(end);
        }
        gaps.retain(|gap| gap.from < gap.to);
        gaps
    }

    /// Whether it was told already that a guard has no data.
    pub fn has_no_data(&self, alarm: &str) -> bool {
        self.steps.iter().any(|(_, step)| matches!(step, Step::NoData { guard } if guard == alarm))
    }

    /// The first task after the flip: its DAG, and when it began.
    pub fn picked_up(&self) -> Option<(&str, Timestamp)> {
        self.steps.iter().find_map(|(_, step)| match step {
            Step::PickedUp { dag, at } => Some((dag.as_str(), *at)),
            _ => None,
        })
    }

    /// What was found red, the latest last: what it is, and the words.
    pub fn red(&self) -> Vec<(&str, &str)> {
        let red = self.steps.iter().filter_map(|(_, step)| match step {
            Step::Red { what, because, .. } => Some((what.as_str(), because.as_str())),
            _ => None,
        });
        red.collect()
    }

    /// The attempts of Teal to take it back: when each was begun, and by which operation.
    pub fn attempts(&self) -> Vec<(Timestamp, OperationId)> {
        let attempts = self.steps.iter().filter_map(|(at, step)| match step {
            Step::TakingBack { by } => Some((*at, *by)),
            _ => None,
        });
        attempts.collect()
    }

    /// Why Teal does not take it back, as was said last; none where nothing was said, or it has been tried since.
    pub fn held(&self) -> Option<&str> {
        let last = self.steps.iter().rev().find_map(|(_, step)| match step {
            Step::Held { because } => Some(Some(because.as_str())),
            Step::Red { held, .. } => Some(held.as_deref()),
            Step::TakingBack { .. } => Some(None),
            _ => None,
        });
        last.flatten()
    }

    /// Whether it stands on record that Teal takes it back, and nothing about why it does not.
    pub fn is_promised(&self) -> bool {
        let promised = self.steps.iter().any(|(_, step)| matches!(step, Step::Red { reverts: true, .. }));
        promised && self.held().is_none() && self.reverted_by().is_none()
    }

    /// Whether it went wrong, or nobody can say that it did not.
    pub fn is_doubtful(&self) -> bool {
        !self.red().is_empty() || matches!(self.watched(), Some((_, WatchEnd::Unseen, _)))
    }

    /// The switch that took this one back.
    pub fn reverted_by(&self) -> Option<OperationId> {
        self.steps.iter().find_map(|(_, step)| match step {
            Step::Reverted { by } => Some(*by),
            _ => None,
        })
    }

    /// How the watch ended, once it has.
    pub fn watched(&self) -> Option<(Timestamp, WatchEnd, Option<&Coverage>)> {
        self.steps.iter().find_map(|(at, step)| match step {
            Step::Watched { end, coverage } => Some((*at, *end, coverage.as_ref())),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
