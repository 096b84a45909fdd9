//! A month of the calendar, in UTC.

use super::{Civil, Timestamp};
use std::fmt;

const DAY: i64 = 86_400_000;

/// A month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i64,
    /// From 1.
    month: i64,
}

impl Month {
    /// The month of a moment.
    pub const fn of(at: Timestamp) -> Self {
        let civil = Civil::of(at);
        Self { year: civil.year, month: civil.month }
    }

    /// Parses `2026-11`.
    pub fn parse(word: &str) -> Option<Self> {
        let (year, month) = word.split_once('-')?;
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        ((1970..=9998).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// Its first moment.
    pub const fn begins(self) -> Timestamp {
        // Howard Hinnant's `days_from_civil`, of the first day.
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * (if self.month > 2 { self.month - 3 } else { self.month + 9 }) + 2) / 5;
        let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
        Timestamp(days * DAY)
    }

    /// The first moment of the next one.
    pub const fn ends(self) -> Timestamp {
        self.next().begins()
    }

    /// How many days it has.
    pub const fn days(self) -> i64 {
        (self.ends().0 - self.begins().0) / DAY
    }

    /// The one before.
    pub const fn previous(self) -> Self {
        match self.month {
            1 => Self { year: self.year - 1, month: 12 },
            month => Self { year: self.year, month: month - 1 },
        }
    }

    /// The one after.
    pub const fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { year: self.year, month: month + 1 },
        }
    }

    /// As people say it: `November 2026`.
    pub fn title(self) -> String {
        const NAMES: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let name = usize::try_from(self.month - 1).ok().and_then(|index| NAMES.get(index)).copied().unwrap_or("?");
        format!("{name} {}", self.year)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}
