//! What came after the flip of a switch. The outcome of the flip stays true; this stands beside it.

use super::{Record, SwitchRecord};
use crate::{
    OperationId, Timestamp,
    steps::{Coverage, Linked, WatchEnd},
    switch::Kind,
};
use serde::{Deserialize, Serialize};

/// What came after the flip of a switch, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// It is watched still, and nothing was red so far.
    Watched,
    /// It was watched to its end, and nothing was red.
    Good,
    /// It turned red.
    Red,
    /// Nothing red was seen, but not all was seen.
    InPart,
    /// Another switch took its place before the end of the watch.
    Overtaken,
    /// It was taken back.
    TakenBack,
}

impl SwitchRecord {
    /// What came after the flip, as far as it has come.
    pub fn after(&self) -> Option<After> {
        let course = &self.course;
        if course.reverted_by().is_some() {
            return Some(After::TakenBack);
        }
        if !course.red().is_empty() {
            return Some(After::Red);
        }
        match course.watched() {
            Some((_, WatchEnd::Good, _)) => Some(After::Good),
            Some((_, WatchEnd::Red, _)) => Some(After::Red),
            Some((_, WatchEnd::Unseen, _)) => Some(After::InPart),
            Some((_, WatchEnd::Overtaken, _)) => Some(After::Overtaken),
            None => course.watching().map(|_| After::Watched),
        }
    }

    /// The records of switches that belong to this one: the one that it takes back, the one that took it back.
    pub fn linked(&self) -> Linked {
        self.course.linked
    }

    /// The operations of those switches.
    pub fn others(&self) -> impl Iterator<Item = OperationId> {
        self.reverts.into_iter().chain(self.course.reverted_by())
    }

    /// Takes in the numbers of their records.
    pub fn link(&mut self, number: impl Fn(OperationId) -> Option<u64>) {
        let takes_back = self.reverts.and_then(&number);
        let taken_back_by = self.course.reverted_by().and_then(&number);
        self.course.linked = Linked { takes_back, taken_back_by };
    }
}

impl Record {
    /// When its watch ended with nothing wrong, if it landed and did. To take another switch back proves nothing, and
    /// neither does one that was taken back, nor one in whose time a run was missed or run twice.
    pub fn proved_at(&self) -> Option<Timestamp> {
        self.version()?;
        let switch = self.switch().filter(|switch| switch.kind == Kind::Planned && switch.reverts.is_none())?;
        let (at, _, coverage) = switch.course.watched()?;
        let whole = coverage.is_none_or(Coverage::is_whole);
        (switch.after() == Some(After::Good) && whole).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        history::What,
        preflight::tests::fixture,
        steps::{Course, Step},
    };

    fn switch(kind: Kind, reverts: Option<OperationId>, steps: Vec<Step>) -> Record {
        let mut course = Course::default();
        let watching =
            Step::Watching { until: Timestamp(900), failed_before: None, from: Some(Timestamp(0)), ringing: None };
        [watching].into_iter().chain(steps).for_each(|step| course.take(Timestamp(900), step));
        let switch = SwitchRecord { kind, reverts, course: course.into(), ..fixture::landed(32) };
        fixture::record(9, What::Switch(switch))
    }

    fn ended(end: WatchEnd) -> Step {
        Step::Watched { end, coverage: None }
    }

    fn red() -> Step {
        Step::Red { what: "failures".into(), because: "9".into(), reverts: false, held: None }
    }

    #[test]
    fn only_a_planned_switch_that_was_seen_to_a_good_end_proves_its_pair() {
        let other = OperationId::new(Timestamp(1), 10);
        let planned = |steps| switch(Kind::Planned, None, steps).proved_at();
        assert_eq!(planned(vec![ended(WatchEnd::Good)]), Some(Timestamp(900)));
        assert_eq!(planned(Vec::new()), None);
        for end in [WatchEnd::Red, WatchEnd::Unseen, WatchEnd::Overtaken] {
            assert_eq!(planned(vec![ended(end)]), None, "{end:?}");
        }
        assert_eq!(planned(vec![red(), ended(WatchEnd::Good)]), None, "it was red");
        assert_eq!(planned(vec![ended(WatchEnd::Good), Step::Reverted { by: other }]), None, "it was taken back");
        assert_eq!(switch(Kind::Planned, Some(other), vec![ended(WatchEnd::Good)]).proved_at(), None, "a revert");
        assert_eq!(switch(Kind::Emergency, None, vec![ended(WatchEnd::Good)]).proved_at(), None);
        let missed = Coverage { missed: vec![("orders".into(), Timestamp(5))], ..Coverage::default() };
        assert_eq!(
            planned(vec![Step::Watched { end: WatchEnd::Good, coverage: Some(missed) }]),
            None,
            "one was missed"
        );
        let whole = Coverage { once: 3, ..Coverage::default() };
        assert!(planned(vec![Step::Watched { end: WatchEnd::Good, coverage: Some(whole) }]).is_some());
    }

    #[test]
    fn what_came_after_is_told_by_the_gravest_of_it() {
        let by = OperationId::new(Timestamp(1), 10);
        let after = |steps| {
            let record = switch(Kind::Planned, None, steps);
            record.switch().expect("a switch").after()
        };
        assert_eq!(after(Vec::new()), Some(After::Watched));
        assert_eq!(after(vec![red()]), Some(After::Red));
        assert_eq!(after(vec![ended(WatchEnd::Unseen)]), Some(After::InPart));
        assert_eq!(after(vec![ended(WatchEnd::Overtaken)]), Some(After::Overtaken));
        assert_eq!(after(vec![red(), Step::Reverted { by }, ended(WatchEnd::Overtaken)]), Some(After::TakenBack));
    }
}
