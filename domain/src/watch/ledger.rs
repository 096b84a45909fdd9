//! Whether a watch has seen what it is there to see: each source that it reads, and how long it was not read.

use super::SILENT;
use crate::{
    Millis, Timestamp,
    steps::{Course, Step, WatchEnd},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest time in which nothing need be seen of a source.
const GAP: Millis = Millis::from_secs(120);

/// So many looks in a row without an answer are told.
const LOOKS: u32 = 3;

/// Something that a watch reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The alarms that guard the pair: each of them, found by its name.
    Guards,
    /// The word of the new side's Airflow on its parts.
    Health,
    /// Which tasks have begun and failed there.
    Tasks,
    /// The heartbeat of its scheduler.
    Heartbeat,
}

impl Source {
    /// As people name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guards => "the alarms",
            Self::Health => "the health of Airflow",
            Self::Tasks => "the tasks",
            Self::Heartbeat => "the heartbeat of the scheduler",
        }
    }
}

/// One look, in the window that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The flip.
    pub from: Timestamp,
    /// The end of the watch.
    pub until: Timestamp,
    /// When it is looked.
    pub now: Timestamp,
}

impl Window {
    /// The longest time in which a source need not be read: two minutes, or a third of a short window.
    fn longest(self) -> Millis {
        GAP.min(Millis(self.until.since(self.from).0 / 3))
    }

    /// Whether the end is so long past that what is seen now says nothing of the window any more.
    pub fn is_long_past(self) -> bool {
        self.now.since(self.until) > self.longest()
    }
}

/// When each source was last read. It is kept beside the journal, since it changes with every look; what it is found to
/// lack becomes a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The last look, by whichever process.
    looked: Option<Timestamp>,
    /// Since when it has been looked without a gap; none where that is since the flip.
    kept_from: Option<Timestamp>,
    sources: BTreeMap<Source, Answered>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Answered {
    good: Option<Timestamp>,
    missed: u32,
    because: String,
}

impl Ledger {
    /// Takes a look: for each source nothing if it was read, else why not. Answers with what is to be journalled.
    pub fn take(&mut self, course: &Course, answers: &[(Source, Option<String>)], at: Window) -> Vec<Step> {
        let mut steps = Vec::new();
        let looked = self.looked.unwrap_or(at.from);
        if at.now.since(looked) > at.longest() {
            steps.push(Step::Unwatched { from: looked, to: at.now });
            self.kept_from = Some(at.now);
            // That nobody asked is no fault of theirs.
            self.sources.values_mut().for_each(|answered| answered.missed = 0);
        }
        self.looked = Some(at.now);
        let kept = self.kept_from.unwrap_or(at.from);
        for (source, failed) in answers {
            let told = course.unread(*source).map(|(since, _)| since);
            steps.append(&mut self.sources.entry(*source).or_default().take(
                *source,
                failed.as_deref(),
                told,
                kept,
                at,
            ));
        }
        steps
    }

    /// How long the new side's Airflow has not answered.
    pub fn silent(&self, at: Window) -> Millis {
        let good = |source| self.sources.get(&source).and_then(|answered| answered.good);
        let last = good(Source::Health).max(good(Source::Tasks)).max(self.kept_from);
        at.now.since(last.unwrap_or(at.from))
    }

    /// How a watch ends that nobody ended before its time. `course` holds what [`Ledger::take`] answered with.
    pub fn end(&self, course: &Course, at: Window) -> WatchEnd {
        if !course.red().is_empty() {
            return WatchEnd::Red;
        }
        let gaps = course.gaps(at.until);
        let too_long = gaps.iter().any(|gap| gap.lasts() > at.longest());
        let never = self.sources.values().any(|answered| answered.good.is_none());
        // Many short ones are a long one.
        let in_all = |what| gaps.iter().filter(|gap| gap.what == what).map(|gap| gap.lasts().0).sum::<u64>();
        let often = gaps.iter().any(|gap| in_all(gap.what) > at.until.since(at.from).0 / 3);
        if too_long || never || often || self.sources.is_empty() { WatchEnd::Unseen } else { WatchEnd::Good }
    }
}

impl Answered {
    fn take(
        &mut self,
        what: Source,
        failed: Option<&str>,
        told: Option<Timestamp>,
        kept: Timestamp,
        at: Window,
    ) -> Vec<Step> {
        let since = self.good.map_or(kept, |good| good.max(kept));
        let too_long = at.now.since(since) > at.longest();
        let unread = |because: &str| Step::Unread { what, since, because: because.to_owned() };
        match failed {
            None => {
                let missed = std::mem::replace(self, Self { good: Some(at.now), ..Self::default() });
                match told {
                    Some(since) => vec![Step::ReadAgain { what, since }],
                    None if missed.missed > 0 && too_long => {
                        vec![unread(&missed.because), Step::ReadAgain { what, since }]
                    }
                    None => Vec::new(),
                }
            }
            Some(because) => {
                self.missed += 1;
                because.clone_into(&mut self.because);
                let last = at.now >= at.until && self.good.is_none();
                let tell = told.is_none() && (self.missed >= LOOKS || too_long || last);
                if tell { vec![unread(because)] } else { Vec::new() }
            }
        }
    }
}

const _: () = assert!(SILENT.0 > GAP.0, "what is silent is unread before it is red");

#[cfg(test)]
mod tests;
