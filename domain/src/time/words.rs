//! Moments taken apart and put into words, in UTC. The same few lines on the server, in the browser and in evidence,
//! so that a calendar library stays out of the WASM; it is the yardstick in the tests of the pages.

use super::{Millis, Timestamp};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY: i64 = 86_400_000;

/// A moment, taken apart in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// The month, from 1.
    pub month: i64,
    /// The day of the month, from 1.
    pub day: i64,
    /// The day of the week, Monday is 0.
    pub weekday: usize,
    /// Hours, minutes, seconds, milliseconds.
    pub clock: [i64; 4],
}

impl Civil {
    /// Takes a moment apart: Howard Hinnant's `civil_from_days`
    /// (<https://howardhinnant.github.io/date_algorithms.html>).
    #[expect(clippy::cast_possible_truncation, reason = "a day of the week is below 7")]
    pub const fn of(at: Timestamp) -> Self {
        let (days, ms) = (at.0.div_euclid(DAY), at.0.rem_euclid(DAY));
        let shifted = days.saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Self {
            year: year_of_era + era * 400 + (month <= 2) as i64,
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            weekday: (days + 3).rem_euclid(7).unsigned_abs() as usize,
            clock: [ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000],
        }
    }

    /// The short name of the month.
    pub fn month_name(self) -> &'static str {
        usize::try_from(self.month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("?")
    }

    /// The short name of the day of the week.
    pub const fn day_name(self) -> &'static str {
        DAYS[self.weekday % 7]
    }
}

/// Exactly when: `Fri 27 Nov 2026, 09:14:02 UTC`.
pub fn stamp(at: Timestamp) -> String {
    let civil = Civil::of(at);
    let Civil { year, day, clock: [h, m, s, _], .. } = civil;
    format!("{} {day} {} {year}, {h:02}:{m:02}:{s:02} UTC", civil.day_name(), civil.month_name())
}

/// A length of time that people live through: `3 s`, `12 min`, `2 h 5 min`, `2 d 3 h`, `45 d`.
pub fn age(span: Millis) -> String {
    let s = span.as_secs();
    let (min, h, d) = (s / 60, s / 3600, s / 86_400);
    let two = |a: u64, unit: &str, b: u64, small: &str| {
        if b == 0 { format!("{a} {unit}") } else { format!("{a} {unit} {b} {small}") }
    };
    match s {
        0..60 => format!("{s} s"),
        60..3600 => format!("{min} min"),
        3600..86_400 => two(h, "h", min % 60, "min"),
        86_400..864_000 => two(d, "d", h % 24, "h"),
        _ => format!("{d} d"),
    }
}

/// To the minute: `Fri 27 Nov 2026, 09:14 UTC`.
pub fn minute(at: Timestamp) -> String {
    let civil = Civil::of(at);
    let Civil { year, day, clock: [h, m, ..], .. } = civil;
    format!("{} {day} {} {year}, {h:02}:{m:02} UTC", civil.day_name(), civil.month_name())
}
