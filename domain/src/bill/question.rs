//! What is asked of Cost Explorer, and what comes next.

use super::{MONTHS, Micros};
use crate::{PairId, Timestamp, time::Day};
use serde::{Deserialize, Serialize};

/// By what the days of an answer are cut up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cut {
    /// By service and by type of usage, of what has the pair's tags.
    Services,
    /// By the tag that tells the side, and by service, of what has the pair's tags.
    Sides,
    /// By the tag that tells the project, and by service, of all that the account pays: the pair's share, others', and what
    /// has no tag.
    Account,
}

impl Cut {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Services, Self::Sides, Self::Account];

    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Sides => "sides",
            Self::Account => "account",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cut| cut.as_str() == word)
    }
}

/// Which days are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// Those that may still change.
    Recent,
    /// Those before, as far as they were never read.
    Past,
}

/// Until this day of a month the one before may still change.
const CLOSED: i64 = 10;

impl Span {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Recent, Self::Past];

    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recent => "recent",
            Self::Past => "past",
        }
    }

    /// Its first day, and the first one after it. Today is in neither: it is not over.
    pub fn days(self, today: Day) -> (Day, Day) {
        let first = Day::of(today.month().begins());
        let settled = today.0 - first.0 >= CLOSED;
        let recent = if settled { first } else { Day::of(today.month().previous().begins()) };
        match self {
            Self::Recent => (recent, today),
            Self::Past => {
                let shown = std::iter::successors(Some(today.month()), |month| Some(month.previous()));
                (shown.take(MONTHS).last().map_or(recent, |month| Day::of(month.begins())), recent)
            }
        }
    }
}

/// So many days after a month is over, what is read of it is taken to be all of it.
const SETTLES: i64 = 3;

/// Whether a day that was read then is read for good: not if its month was still going on, or had just ended.
pub fn settled(day: Day, read_at: Timestamp) -> bool {
    read_at >= Day::of(day.month().ends()).plus(SETTLES).begins()
}

/// Something that is asked. A question about the account has no pair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// What was paid.
    Paid {
        /// For which pair.
        pair: Option<PairId>,
        /// Cut up by what.
        cut: Cut,
        /// Of which days.
        span: Span,
    },
    /// What will be paid.
    Forecast {
        /// For which pair.
        pair: PairId,
    },
}

/// One amount of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The day.
    pub day: Day,
    /// The first key: the service; for `Sides` and `Account` what the tag says, empty where there is no such tag.
    pub first: String,
    /// The second key: the type of usage; for `Sides` and `Account` the service.
    pub second: String,
    /// How much.
    pub micros: Micros,
}

/// What to ask now: whatever was not asked today, what was asked longest ago first, what was never asked before all; among
/// equals in the order given. At most `left`.
pub fn next(wanted: &[(Question, Option<Day>)], today: Day, left: u32) -> Vec<Question> {
    let mut due: Vec<_> = wanted.iter().filter(|(_, asked)| asked.is_none_or(|asked| asked < today)).collect();
    due.sort_by_key(|(_, asked)| *asked);
    due.into_iter().take(usize::try_from(left).unwrap_or_default()).map(|(question, _)| question.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(span: Span, today: &str) -> (String, String) {
        let (from, to) = span.days(Day::parse(today).expect("a day"));
        (from.to_string(), to.to_string())
    }

    #[test]
    fn the_month_before_is_asked_for_again_until_the_tenth_and_today_never_is() {
        let told = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(days(Span::Recent, "2026-11-30"), told("2026-11-01", "2026-11-30"));
        assert_eq!(days(Span::Recent, "2026-12-01"), told("2026-11-01", "2026-12-01"));
        assert_eq!(days(Span::Recent, "2026-12-10"), told("2026-11-01", "2026-12-10"));
        assert_eq!(days(Span::Recent, "2026-12-11"), told("2026-12-01", "2026-12-11"));
        assert_eq!(days(Span::Recent, "2027-01-05"), told("2026-12-01", "2027-01-05"));
        assert_eq!(days(Span::Past, "2026-12-11"), told("2025-12-01", "2026-12-01"), "thirteen months with this one");
        assert_eq!(days(Span::Past, "2026-12-01"), told("2025-12-01", "2026-11-01"));
    }

    #[test]
    fn a_day_is_read_for_good_when_its_month_has_been_over_for_three_days() {
        let day = |word: &str| Day::parse(word).expect("a day");
        let read = |on: &str| settled(day("2026-11-02"), day(on).begins());
        assert_eq!(["2026-11-03", "2026-12-03", "2026-12-04", "2027-05-01"].map(read), [false, false, true, true]);
    }

    #[test]
    fn whatever_is_past_and_read_today_is_read_for_good() {
        for number in 0..800 {
            let today = Day::parse("2026-01-01").expect("a day").plus(number);
            let (from, to) = Span::Past.days(today);
            assert!(from < to, "{today}");
            assert!(settled(to.plus(-1), today.begins()), "{today}: it would be asked for again and again");
        }
    }
}
