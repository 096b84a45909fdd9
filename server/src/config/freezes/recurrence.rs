//! Again and again: rules of RFC 5545 and cron patterns, both on floating local time. What a local time means where
//! the clock is changed is decided in one place for both of them, when windows are made of it.

mod local;

use croner::{
    Direction,
    parser::{CronParser, Seconds, Year},
};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{DateTime, date},
    tz::TimeZone,
};
use rrule::{Frequency, RRuleSet};

use super::super::mistake::{Wrong, quoted};
use local::Local;

/// More windows than this within [`SPAN_DAYS`] are no calendar.
pub const MOST: usize = 500;
/// As far as the calendar is worked out at once.
pub const SPAN_DAYS: i32 = 64;

/// A rule of RFC 5545 with its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule(RRuleSet);

/// A cron pattern of five fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron(croner::Cron);

impl Rule {
    /// The local times at which it closes, from `from` on.
    pub fn closes(&self, from: DateTime) -> impl Iterator<Item = DateTime> + use<> {
        // The library's own limit ends the search of what never comes.
        let all = (&self.0.clone().limit()).into_iter();
        let local = all.filter_map(|at| Some(utc(Timestamp::from_second(at.timestamp()).ok()?)));
        local.skip_while(move |at| *at < from)
    }
}

impl Cron {
    /// The local times at which it closes, from `from` on.
    pub fn closes(&self, from: DateTime) -> impl Iterator<Item = DateTime> + use<> {
        self.0.iter_from(Local(from), Direction::Forward).map(|local| local.0)
    }
}

fn utc(at: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(at)
}

/// Reads the rule of a freeze.
pub(super) fn rule(text: &str, starts: DateTime, zone: &TimeZone) -> Result<Rule, Wrong> {
    let rule = any_rule(text, starts, zone)?;
    let wrong = |what: String, mend: &str| Wrong::new(format!("rrule {} {what}", quoted(text)), mend);
    bounded(rule.closes(starts), starts).map_err(|(what, mend)| wrong(what, mend))?;
    Ok(rule)
}

/// Reads a rule, however often it fires. It is run on local time as if that were UTC, so that there is one database of time zones
/// only.
pub(crate) fn any_rule(text: &str, starts: DateTime, zone: &TimeZone) -> Result<Rule, Wrong> {
    let example = "write it like \"FREQ=MONTHLY;BYMONTHDAY=-1\"";
    let wrong = |what: String, mend: &str| Wrong::new(format!("rrule {} {what}", quoted(text)), mend);
    let bare = text.trim();
    if bare.contains([':', '\n', '\r']) {
        return Err(wrong("holds more than a rule".to_owned(), example));
    }
    let parts: Result<Vec<String>, Wrong> = bare
        .split(';')
        .filter(|part| !part.is_empty())
        .map(|part| match part.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("UNTIL") => {
                let until = until(value.trim(), zone).ok_or_else(|| {
                    let mend = "write UNTIL like 20261231, 20261231T180000 in local time, or 20261231T170000Z in UTC";
                    wrong("has an UNTIL that is no time".to_owned(), mend)
                })?;
                Ok(format!("UNTIL={}", until.strftime("%Y%m%dT%H%M%SZ")))
            }
            _ => Ok(part.to_owned()),
        })
        .collect();
    let text = format!("DTSTART:{}\nRRULE:{}", starts.strftime("%Y%m%dT%H%M%SZ"), parts?.join(";"));
    let set: RRuleSet = text.parse().map_err(|error| wrong(format!("is no rule of RFC 5545: {error}"), example))?;
    let often = set.get_rrule().iter().any(|rule| matches!(rule.get_freq(), Frequency::Minutely | Frequency::Secondly));
    if often {
        let mend = "write FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY";
        return Err(wrong("fires every minute or every second".to_owned(), mend));
    }
    Ok(Rule(set))
}

/// What an UNTIL says, in local time.
fn until(text: &str, zone: &TimeZone) -> Option<DateTime> {
    if let Some(utc) = text.strip_suffix('Z') {
        let at = DateTime::strptime("%Y%m%dT%H%M%S", utc).ok()?;
        return Some(zone.to_datetime(TimeZone::UTC.to_timestamp(at).ok()?));
    }
    let day = || jiff::civil::Date::strptime("%Y%m%d", text).ok().map(|day| day.at(23, 59, 59, 0));
    DateTime::strptime("%Y%m%dT%H%M%S", text).ok().or_else(day)
}

/// Reads the cron pattern of a freeze.
pub(super) fn cron(text: &str) -> Result<Cron, Wrong> {
    let cron = any_cron(text)?;
    // A leap year with a whole one after it: whatever it does, it has done by then.
    let starts = date(2024, 1, 1).at(0, 0, 0, 0);
    let wrong = |what: String, mend: &str| Wrong::new(format!("cron {} {what}", quoted(text)), mend);
    bounded(cron.closes(starts), starts).map_err(|(what, mend)| wrong(what, mend))?;
    Ok(cron)
}

/// Reads a cron pattern, however often it fires.
pub(crate) fn any_cron(text: &str) -> Result<Cron, Wrong> {
    let wrong = |what: String, mend: &str| Wrong::new(format!("cron {} {what}", quoted(text)), mend);
    let example = "write minute, hour, day, month and weekday, like \"0 18 L * *\"";
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let read = parser.parse(text).map_err(|error| wrong(format!("is no pattern: {error}"), example))?;
    Ok(Cron(read))
}

/// Refuses what closes more often than a calendar has room for, and what never closes.
fn bounded(closes: impl Iterator<Item = DateTime>, starts: DateTime) -> Result<(), (String, &'static str)> {
    let end = starts.checked_add(1.year()).unwrap_or(DateTime::MAX);
    let mut closes = closes.peekable();
    if closes.peek().is_none() {
        return Err(("never closes".to_owned(), "mend it, or remove the freeze"));
    }
    // Whatever closes more often in a year than this does so within some of its spans too.
    let most = MOST * (366 / usize::try_from(SPAN_DAYS).unwrap_or(1) + 1);
    let year: Vec<DateTime> = closes.take_while(|at| *at < end).take(most + 1).collect();
    let crowded = year.windows(MOST + 1).any(|some| {
        let within = some[0].checked_add(SPAN_DAYS.days()).unwrap_or(DateTime::MAX);
        some[MOST] < within
    });
    if crowded {
        let what = format!("closes more than {MOST} times in {SPAN_DAYS} days");
        return Err((what, "let it close less often, and for longer"));
    }
    Ok(())
}
