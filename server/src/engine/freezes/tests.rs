use jiff::civil::DateTime;
use teal_domain::freeze::closed;

use super::*;
use crate::config::{FreezeRule, example_freezes};

fn utc(text: &str) -> Timestamp {
    let at: DateTime = text.parse().expect("a time");
    Timestamp(at.to_zoned(TimeZone::UTC).expect("a moment").timestamp().as_millisecond())
}

fn shown(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).expect("a moment").to_string();
    at.replace(":00Z", "Z")
}

/// What the calendar of a `[[pair.policy.freeze]]` with these lines is at a moment: from and to, in UTC.
fn calendar(lines: &str, now: &str) -> Vec<(String, String)> {
    let rules = example_freezes(&format!("[[pair.policy.freeze]]\nbecause = \"closed\"\n{lines}\n"));
    expand(&rules, utc(now)).iter().map(|window| (shown(window.from), shown(window.to))).collect()
}

#[track_caller]
fn is(lines: &str, now: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
    assert_eq!(calendar(lines, now), expected, "{lines}");
}

#[test]
fn the_last_day_of_each_month_is_found_by_rule_and_by_cron() {
    let windows = [
        ("2025-12-31T18:00Z", "2026-01-01T06:00Z"),
        ("2026-01-31T18:00Z", "2026-02-01T06:00Z"),
        ("2026-02-28T18:00Z", "2026-03-01T06:00Z"),
    ];
    let rule = "rrule = \"FREQ=MONTHLY;BYMONTHDAY=-1\"\nstarts = \"2025-01-31T18:00\"\nlasts = \"12h\"";
    is(rule, "2026-01-15T12:00", &windows);
    is("cron = \"0 18 L * *\"\nlasts = \"12h\"", "2026-01-15T12:00", &windows);
}

#[test]
fn a_rule_keeps_its_local_time_when_the_clock_is_changed() {
    // Berlin went to summer time on 29 March 2026 and left it on 25 October; New York on 8 March and 1 November.
    let daily = |zone: &str| {
        format!("rrule = \"FREQ=WEEKLY;BYDAY=SA,SU\"\nstarts = \"2026-01-03T18:00\"\nlasts = \"1h\"\nzone = \"{zone}\"")
    };
    let berlin = calendar(&daily("Europe/Berlin"), "2026-03-20T00:00");
    assert!(berlin.contains(&("2026-03-28T17:00Z".into(), "2026-03-28T18:00Z".into())), "{berlin:?}");
    assert!(berlin.contains(&("2026-03-29T16:00Z".into(), "2026-03-29T17:00Z".into())), "{berlin:?}");
    let berlin = calendar(&daily("Europe/Berlin"), "2026-10-20T00:00");
    assert!(berlin.contains(&("2026-10-24T16:00Z".into(), "2026-10-24T17:00Z".into())), "{berlin:?}");
    assert!(berlin.contains(&("2026-10-25T17:00Z".into(), "2026-10-25T18:00Z".into())), "{berlin:?}");
    let york = calendar(&daily("America/New_York"), "2026-03-05T00:00");
    assert!(york.contains(&("2026-03-07T23:00Z".into(), "2026-03-08T00:00Z".into())), "{york:?}");
    assert!(york.contains(&("2026-03-08T22:00Z".into(), "2026-03-08T23:00Z".into())), "{york:?}");
    let york = calendar(&daily("America/New_York"), "2026-10-30T00:00");
    assert!(york.contains(&("2026-10-31T22:00Z".into(), "2026-10-31T23:00Z".into())), "{york:?}");
    assert!(york.contains(&("2026-11-01T23:00Z".into(), "2026-11-02T00:00Z".into())), "{york:?}");
}

#[test]
fn a_local_time_that_does_not_exist_is_moved_on_and_one_that_exists_twice_is_the_first() {
    let night = |zone: &str, day: &str, clock: &str| {
        format!("rrule = \"FREQ=DAILY;COUNT=1\"\nstarts = \"{day}T{clock}\"\nlasts = \"30m\"\nzone = \"{zone}\"")
    };
    // 02:30 is skipped in Berlin: an hour later by the clock, which is the moment at which 02:30 would have been.
    is(
        &night("Europe/Berlin", "2026-03-29", "02:30"),
        "2026-03-20T00:00",
        &[("2026-03-29T01:30Z", "2026-03-29T02:00Z")],
    );
    is(
        &night("Europe/Berlin", "2026-10-25", "02:30"),
        "2026-10-20T00:00",
        &[("2026-10-25T00:30Z", "2026-10-25T01:00Z")],
    );
    is(
        &night("America/New_York", "2026-03-08", "02:30"),
        "2026-03-05T00:00",
        &[("2026-03-08T07:30Z", "2026-03-08T08:00Z")],
    );
    is(
        &night("America/New_York", "2026-11-01", "01:30"),
        "2026-10-30T00:00",
        &[("2026-11-01T05:30Z", "2026-11-01T06:00Z")],
    );
    is(
        "cron = \"30 2 29 3 *\"\nlasts = \"30m\"\nzone = \"Europe/Berlin\"",
        "2026-03-20T00:00",
        &[("2026-03-29T01:30Z", "2026-03-29T02:00Z")],
    );
}

#[test]
fn days_go_by_the_calendar_and_hours_by_the_clock() {
    let weekend = |lasts: &str| {
        format!(
            "rrule = \"FREQ=DAILY;COUNT=1\"\nstarts = \"2026-03-28T18:00\"\nlasts = \"{lasts}\"\nzone = \"Europe/Berlin\""
        )
    };
    is(&weekend("1d"), "2026-03-20T00:00", &[("2026-03-28T17:00Z", "2026-03-29T16:00Z")]);
    is(&weekend("24h"), "2026-03-20T00:00", &[("2026-03-28T17:00Z", "2026-03-29T17:00Z")]);
    is(&weekend("1d 2h"), "2026-03-20T00:00", &[("2026-03-28T17:00Z", "2026-03-29T18:00Z")]);
}

#[test]
fn a_freeze_over_a_change_of_the_clock_opens_by_local_time() {
    is(
        "from = \"2026-10-24T18:00\"\nto = \"2026-10-26T08:00\"\nzone = \"Europe/Berlin\"",
        "2026-10-20T00:00",
        &[("2026-10-24T16:00Z", "2026-10-26T07:00Z")],
    );
    is(
        "from = \"2026-03-28\"\nto = \"2026-03-29\"\nzone = \"Europe/Berlin\"",
        "2026-03-20T00:00",
        &[("2026-03-27T23:00Z", "2026-03-29T22:00Z")],
    );
}

#[test]
fn windows_that_touch_are_kept_apart_and_open_together() {
    let rules = example_freezes(
        "[[pair.policy.freeze]]\nbecause = \"second\"\nfrom = \"2026-06-10T12:00\"\nto = \"2026-06-10T18:00\"\n\
         [[pair.policy.freeze]]\nbecause = \"first\"\nfrom = \"2026-06-10T06:00\"\nto = \"2026-06-10T12:00\"\n",
    );
    let windows = expand(&rules, utc("2026-06-10T07:00"));
    let names: Vec<&str> = windows.iter().map(|window| window.because.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
    let (window, opens) = closed(&windows, utc("2026-06-10T07:00")).expect("closed");
    assert_eq!((window.because.as_str(), opens), ("first", utc("2026-06-10T18:00")));
}

#[test]
fn what_began_long_ago_and_lasts_is_among_the_windows() {
    is("from = \"2026-01-01\"\nto = \"2027-12-31\"", "2026-11-20T00:00", &[("2026-01-01T00:00Z", "2028-01-01T00:00Z")]);
    is(
        "rrule = \"FREQ=YEARLY\"\nstarts = \"2020-08-01T00:00\"\nlasts = \"200d\"",
        "2026-11-20T00:00",
        &[("2026-08-01T00:00Z", "2027-02-17T00:00Z")],
    );
}

#[test]
fn until_is_local_time_unless_it_says_utc() {
    let until = |until: &str| {
        let lines = format!(
            "rrule = \"FREQ=DAILY;UNTIL={until}\"\nstarts = \"2026-06-01T01:00\"\nlasts = \"1h\"\nzone = \"Asia/Tokyo\""
        );
        calendar(&lines, "2026-06-02T00:00").len()
    };
    assert_eq!(until("20260603T010000"), 3);
    assert_eq!(until("20260602T160000Z"), 3, "which is one o'clock of the third in Tokyo");
    assert_eq!(until("20260602T155959Z"), 2);
    assert_eq!(until("20260603"), 3);
}

#[test]
fn the_calendar_reaches_from_the_first_of_the_month_to_two_months_ahead() {
    let daily = calendar("cron = \"0 0 * * *\"\nlasts = \"1h\"", "2026-11-20T00:00");
    assert_eq!(daily.first().expect("one").0, "2026-10-31T00:00Z");
    assert_eq!(daily.last().expect("one").0, "2027-01-20T00:00Z");
}

fn entries(count: usize, lines: &str) -> Vec<FreezeRule> {
    let entry = format!("[[pair.policy.freeze]]\nbecause = \"x\"\n{lines}\n");
    (0..count).flat_map(|_| example_freezes(&entry)).collect()
}

#[test]
fn however_many_windows_there_are_those_of_now_and_the_next_are_kept() {
    let rules = entries(8, "cron = \"0 */6 * * *\"\nlasts = \"1h\"");
    let now = utc("2026-11-20T00:30");
    let windows = expand(&rules, now);
    assert_eq!(windows.len(), MOST + 1);
    assert!(closed(&windows, now).is_some_and(|(_, opens)| opens == utc("2026-11-20T01:00")), "it is closed now");
    assert!(closed(&windows, utc("2026-11-20T02:00")).is_none(), "and open in between");
    assert!(closed(&windows, utc("2026-11-25T12:10")).is_some(), "as far as five hundred reach");
}

#[test]
fn beyond_what_is_kept_the_calendar_is_closed_and_says_that_it_is_not_known() {
    let rules = entries(8, "cron = \"0 */6 * * *\"\nlasts = \"1h\"");
    let windows = expand(&rules, utc("2026-11-20T00:30"));
    let far = utc("2026-12-24T03:00");
    let (window, opens) = closed(&windows, far).expect("nobody knows");
    assert_eq!(window.because, BEYOND);
    assert!(opens > utc("2027-01-20T00:00"), "{}", shown(opens));
    assert!(closed(&expand(&rules, far), far).is_none(), "when it is nearer it is known");
}

#[test]
fn of_what_is_over_only_as_much_is_kept_as_there_is_room_for() {
    let rules = entries(3, "cron = \"0 */4 * * *\"\nlasts = \"1h\"");
    let now = utc("2026-11-28T12:30");
    let windows = expand(&rules, now);
    assert!(closed(&windows, now).is_some());
    assert!(windows.len() <= MOST + 1);
    let rules = entries(1, "cron = \"0 */4 * * *\"\nlasts = \"1h\"");
    let windows = expand(&rules, now);
    assert_eq!(windows.len(), MOST, "so many of this month as there is room for beside those ahead");
    assert!(windows.iter().all(|window| window.because != BEYOND));
    assert!(closed(&windows, now).is_some());
}

#[test]
fn a_moment_is_told_by_the_clock_of_its_zone() {
    assert_eq!(on_the_clock(utc("2026-01-31T17:00"), "Europe/Berlin"), "Sat 31 Jan 2026, 18:00 CET");
    assert_eq!(on_the_clock(utc("2026-07-31T17:00"), "UTC"), "Fri 31 Jul 2026, 17:00 UTC");
}
