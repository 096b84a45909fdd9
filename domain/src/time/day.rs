//! A day of the calendar, in UTC.

use super::{Civil, Month, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

const MILLIS: i64 = 86_400_000;

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment.
    pub const fn of(at: Timestamp) -> Self {
        Self(at.0.div_euclid(MILLIS))
    }

    /// Parses `2026-11-30`.
    pub fn parse(word: &str) -> Option<Self> {
        let (month, day) = (Month::parse(word.get(..7)?)?, word.get(7..)?.strip_prefix('-')?);
        let number =
            (day.len() == 2 && day.bytes().all(|byte| byte.is_ascii_digit())).then(|| day.parse::<i64>().ok())??;
        (1..=month.days()).contains(&number).then(|| Self(Self::of(month.begins()).0 + number - 1))
    }

    /// Its first moment.
    pub const fn begins(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(MILLIS))
    }

    /// So many days later; earlier, where it is a negative number.
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Its month.
    pub const fn month(self) -> Month {
        Month::of(self.begins())
    }

    /// Its day of the week, Monday is 0.
    pub const fn weekday(self) -> usize {
        Civil::of(self.begins()).weekday
    }
}

/// As `2026-11-30`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = Civil::of(self.begins());
        write!(f, "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_told_and_days_that_are_none_are_not() {
        for told in ["1970-01-01", "2024-02-29", "2026-12-31"] {
            assert_eq!(Day::parse(told).map(|day| day.to_string()).as_deref(), Some(told));
        }
        for wrong in [
            "2026-02-29",
            "2026-13-01",
            "2026-11-31",
            "2026-11-00",
            "2026-1-1",
            "2026-11-3",
            "20261130",
            "ä026-11-30",
            "",
        ] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn days_know_their_neighbours_and_their_month() {
        let last = Day::parse("2026-11-30").expect("a day");
        assert_eq!(last.plus(1).to_string(), "2026-12-01");
        assert_eq!(last.plus(-30).to_string(), "2026-10-31");
        assert_eq!(last.month().to_string(), "2026-11");
        assert_eq!(last.weekday(), 0, "a Monday");
        assert_eq!(Day::of(Timestamp(-1)).to_string(), "1969-12-31");
    }
}
