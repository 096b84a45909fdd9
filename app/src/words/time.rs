//! Moments and spans in words. The server and the browser print the same UTC text from the same few lines,
//! so the calendar library stays out of the WASM; it is the yardstick in the tests.

use teal_domain::{Millis, Timestamp};

pub use teal_domain::time::{Civil, age, stamp};

const DAY: i64 = 86_400_000;

/// For `datetime` attributes: `2026-11-27T09:14:02Z`.
pub fn iso(at: Timestamp) -> String {
    let Civil { year, month, day, clock: [h, m, s, _], .. } = Civil::of(at);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}Z")
}

/// The day, for date fields: `2026-11-27`.
pub fn date(at: Timestamp) -> String {
    let Civil { year, month, day, .. } = Civil::of(at);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The midnight (UTC) at which a day of a date field begins.
pub fn midnight(date: &str) -> Option<Timestamp> {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    let at = Timestamp(days * DAY);
    let there = Civil::of(at);
    // The 31st of a shorter month is no day at all.
    ((there.year, there.month, there.day) == (year, month, day)).then_some(at)
}

/// A moment in UTC as somebody typed it or a field for date and time sends it: `2026-11-27T18:00`, with seconds or
/// without, a space instead of the `T`, `Z` or `UTC` behind.
pub fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let text = text.strip_suffix("UTC").or_else(|| text.strip_suffix('Z')).unwrap_or(text).trim_end();
    let (day, clock) = text.split_once(['T', ' '])?;
    let mut parts = clock.splitn(3, ':').map(|part| {
        let whole = part.split('.').next().unwrap_or_default();
        let digits = (1..=2).contains(&whole.len()) && whole.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| whole.parse::<i64>().ok()).flatten()
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let good = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    good.then(|| midnight(day)).flatten().map(|at| Timestamp(at.0 + (hour * 3600 + minute * 60 + second) * 1000))
}

/// A moment as a field for date and time has it: `2026-11-27T18:00`.
pub fn field(at: Timestamp) -> String {
    let [h, m, ..] = Civil::of(at).clock;
    format!("{}T{h:02}:{m:02}", date(at))
}

/// As short as it can be told apart from now: `09:14` today, `Fri 09:14` this week, else `27 Nov` or
/// `27 Nov 2025`.
pub fn short(at: Timestamp, now: Timestamp) -> String {
    let (civil, today) = (Civil::of(at), Civil::of(now));
    let [h, m, ..] = civil.clock;
    let days = now.0.div_euclid(DAY) - at.0.div_euclid(DAY);
    if days == 0 {
        format!("{h:02}:{m:02}")
    } else if (1..7).contains(&days) {
        format!("{} {h:02}:{m:02}", civil.day_name())
    } else if civil.year == today.year {
        format!("{} {} {h:02}:{m:02}", civil.day, civil.month_name())
    } else {
        format!("{} {} {}", civil.day, civil.month_name(), civil.year)
    }
}

/// The time of day with seconds: `09:14:02`.
pub fn clock(at: Timestamp) -> String {
    let [h, m, s, _] = Civil::of(at).clock;
    format!("{h:02}:{m:02}:{s:02}")
}

/// The time of day with milliseconds: `09:14:02.120`.
pub fn precise(at: Timestamp) -> String {
    let [h, m, s, ms] = Civil::of(at).clock;
    format!("{h:02}:{m:02}:{s:02}.{ms:03}")
}

/// How long ago: `just now`, `3 s ago`, `2 d 3 h ago`; a moment to come is `in 3 s`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    if at > now + Millis(999) {
        format!("in {}", age(at.since(now)))
    } else if now.since(at) < Millis(1000) {
        "just now".to_owned()
    } else {
        format!("{} ago", age(now.since(at)))
    }
}

/// A measured duration: `180 ms`, `1.24 s`, `12.3 s`, `2 min 5 s`.
pub fn span(span: Millis) -> String {
    let ms = span.0;
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..10_000 => format!("{}.{:02} s", ms / 1000, ms % 1000 / 10),
        10_000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms / 1000 % 60),
    }
}

/// What is left: `1:59`, `0:07`.
pub fn left(span: Millis) -> String {
    let s = span.0.div_ceil(1000);
    format!("{}:{:02}", s / 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRIDAY: Timestamp = Timestamp(1_795_770_842_120); // 27 November 2026, 09:14:02.120 UTC

    #[test]
    fn our_calendar_agrees_with_the_librarys_for_every_day_of_four_centuries() {
        for day in 0..146_097 {
            let at = Timestamp(day * DAY + 34_442_007);
            let theirs = jiff::Timestamp::from_millisecond(at.0).expect("in range").to_string();
            assert_eq!(iso(at), format!("{}Z", &theirs[..19]));
            assert_eq!(midnight(&date(at)), Some(Timestamp(day * DAY)));
        }
    }

    #[test]
    fn a_moment_is_read_in_the_ways_in_which_people_write_it() {
        let at = |text: &str| moment(text).map(iso);
        for text in ["2026-11-27T18:00", "2026-11-27 18:00 UTC", " 2026-11-27T18:00:00Z ", "2026-11-27T18:00:00.000Z"] {
            assert_eq!(at(text).as_deref(), Some("2026-11-27T18:00:00Z"), "{text}");
        }
        let wrong =
            ["", "tomorrow", "2026-11-27", "2026-02-30T18:00", "2026-11-27T24:00", "2026-11-27T18", "2026-11-27T+1:00"];
        for text in wrong {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(moment(&field(FRIDAY)).map(field), Some(field(FRIDAY)));
    }

    #[test]
    fn weekdays_agree_with_the_librarys() {
        for day in 0..15 {
            let at = Timestamp(FRIDAY.0 + day * DAY);
            let theirs = jiff::Timestamp::from_millisecond(at.0).expect("in range").to_zoned(jiff::tz::TimeZone::UTC);
            assert_eq!(stamp(at), theirs.strftime("%a %-d %b %Y, %H:%M:%S UTC").to_string());
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for wrong in ["2026-02-29", "2026-11-31", "2026-13-01", "2026-00-10", "2026-11", "", "x-y-z", "2026-11-27T00"] {
            assert_eq!(midnight(wrong), None, "{wrong:?}");
        }
        assert!(midnight("2028-02-29").is_some());
    }

    #[test]
    fn a_moment_is_told_as_shortly_as_its_distance_allows() {
        let now = FRIDAY;
        assert_eq!(short(Timestamp(now.0 - 3_600_000), now), "08:14");
        assert_eq!(short(Timestamp(now.0 - DAY), now), "Thu 09:14");
        assert_eq!(short(Timestamp(now.0 - 10 * DAY), now), "17 Nov 09:14");
        assert_eq!(short(Timestamp(now.0 - 400 * DAY), now), "23 Oct 2025");
    }

    #[test]
    fn ages_carry_at_most_two_units() {
        let said = |s| age(Millis::from_secs(s));
        assert_eq!(said(0), "0 s");
        assert_eq!(said(59), "59 s");
        assert_eq!(said(60), "1 min");
        assert_eq!(said(7200), "2 h");
        assert_eq!(said(7500), "2 h 5 min");
        assert_eq!(said(2 * 86_400 + 3 * 3600), "2 d 3 h");
        assert_eq!(said(45 * 86_400 + 3600), "45 d");
    }

    #[test]
    fn a_moment_to_come_is_not_called_past() {
        assert_eq!(ago(FRIDAY, FRIDAY), "just now");
        assert_eq!(ago(FRIDAY + Millis(90_000), FRIDAY), "in 1 min");
        assert_eq!(ago(FRIDAY, FRIDAY + Millis(3_400)), "3 s ago");
    }

    #[test]
    fn measured_durations_keep_three_figures() {
        assert_eq!(span(Millis(7)), "7 ms");
        assert_eq!(span(Millis(1_240)), "1.24 s");
        assert_eq!(span(Millis(12_345)), "12.3 s");
        assert_eq!(span(Millis(125_000)), "2 min 5 s");
    }

    #[test]
    fn the_countdown_reaches_zero_only_at_the_end() {
        assert_eq!(left(Millis(120_000)), "2:00");
        assert_eq!(left(Millis(1)), "0:01");
        assert_eq!(left(Millis(0)), "0:00");
    }
}
