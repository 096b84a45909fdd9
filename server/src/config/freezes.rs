//! `[[pair.policy.freeze]]`: when planned switches and drills are refused, once or again and again.

mod recurrence;

use jiff::{Span, ToSpan as _, civil::DateTime, tz::TimeZone};

use super::{
    mistake::{Findings, Found, Reported, Wrong, quoted},
    near::nearest,
    reader::Section,
};

pub use self::recurrence::{Cron, Rule};
pub(crate) use self::recurrence::{any_cron, any_rule};

/// One entry of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreezeRule {
    /// Why it is closed.
    pub because: String,
    /// The time zone in which it is written.
    pub zone: TimeZone,
    /// When.
    pub when: When,
}

/// When it is closed, in local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Once.
    Once {
        /// It closes.
        from: DateTime,
        /// It opens.
        to: DateTime,
    },
    /// By a rule of RFC 5545.
    Rule(Rule, Lasts),
    /// By a cron pattern.
    Cron(Cron, Lasts),
}

/// How long a window is: days go by the calendar, hours by the clock, as RFC 5545 has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasts {
    /// Days, each as long as it is.
    pub days: i32,
    /// What comes on top, in seconds.
    pub seconds: i64,
}

impl Lasts {
    /// As a span of the calendar.
    pub fn span(self) -> Span {
        self.days.days().seconds(self.seconds)
    }
}

/// The shortest and the longest window, in seconds of whole days.
const LEAST: i64 = 60;
const MOST: i64 = 366 * 86_400;

pub(super) fn read(
    sections: Result<Vec<Section<'_, '_>>, Reported>,
    findings: &Findings,
) -> Result<Vec<FreezeRule>, Reported> {
    let read: Vec<_> = sections?.into_iter().map(|section| one(section, findings)).collect();
    read.into_iter().collect()
}

fn one(mut section: Section<'_, '_>, findings: &Findings) -> Result<FreezeRule, Reported> {
    let origin = section.origin.clone();
    let because = section.needed("because", "The books are closed", because);
    let zone = section.optional("zone", zone);
    let from = section.optional("from", moment);
    let to = section.optional("to", moment);
    let rrule = section.optional("rrule", |text| Ok(text.to_owned()));
    let starts = section.optional("starts", moment);
    let cron = section.optional("cron", recurrence::cron);
    let lasts = section.optional("lasts", lasts);
    section.finish();
    let zone = zone.map(|zone| zone.map_or(TimeZone::UTC, |found| found.value));
    let (because, zone, from, to) = (because?, zone?, from?, to?);
    let (rrule, starts, cron, lasts) = (rrule?, starts?, cron?, lasts?);
    let wrong = |at: &super::Origin, what: &str, mend: &str| Err(findings.add(at, Wrong::new(what, mend)));
    let when = match (from, to, rrule, starts, cron, lasts) {
        (Some(from), Some(to), None, None, None, None) => {
            let (closes, opens) = (from.value.at, to.value.end());
            if opens <= closes {
                return wrong(&to.origin, "the freeze ends before it begins", "write a later `to`");
            }
            When::Once { from: closes, to: opens }
        }
        (None, None, Some(rule), Some(starts), None, Some(lasts)) => {
            let read = recurrence::rule(&rule.value, starts.value.at, &zone)
                .map_err(|wrong| findings.add(&rule.origin, wrong))?;
            When::Rule(read, lasts.value)
        }
        (None, None, None, None, Some(cron), Some(lasts)) => When::Cron(cron.value, lasts.value),
        (None, None, Some(_), None, None, _) => {
            return wrong(&origin, "a freeze with `rrule` has no `starts`", "add `starts = \"2026-01-31T18:00\"`");
        }
        (None, None, Some(Found { origin, .. }), Some(_), None, None)
        | (None, None, None, None, Some(Found { origin, .. }), None) => {
            return wrong(&origin, "the freeze does not say how long it lasts", "add `lasts = \"12h\"`");
        }
        (Some(Found { origin, .. }), None, None, None, None, None) => {
            return wrong(&origin, "the freeze has no `to`", "add `to = \"2027-01-03\"`");
        }
        (None, Some(Found { origin, .. }), None, None, None, None) => {
            return wrong(&origin, "the freeze has no `from`", "add `from = \"2026-12-20T18:00\"`");
        }
        (None, None, None, None, None, None) => {
            return wrong(&origin, "the freeze does not say when", WAYS);
        }
        _ => return wrong(&origin, "the freeze says when in two ways, or half of one", WAYS),
    };
    Ok(FreezeRule { because: because.value, zone, when })
}

const WAYS: &str = "write `from` and `to`, or `rrule`, `starts` and `lasts`, or `cron` and `lasts`";

fn because(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 120 || text.chars().any(char::is_control) {
        let what = format!("{} cannot be why it is closed", quoted(text));
        return Err(Wrong::new(what, "say it in 1 to 120 characters on one line"));
    }
    Ok(text.to_owned())
}

pub(crate) fn zone(text: &str) -> Result<TimeZone, Wrong> {
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    if let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(text))
        && let Ok(zone) = TimeZone::get(name)
    {
        return Ok(zone);
    }
    let small: Vec<String> = known.iter().map(|name| name.to_lowercase().replace('-', "_")).collect();
    let meant = nearest(&text.replace(' ', "_"), &small.iter().map(String::as_str).collect::<Vec<_>>());
    let meant = meant.and_then(|meant| small.iter().position(|name| name == meant)).map(|at| known[at].as_str());
    let mend = match meant {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => "write its IANA name, like \"Europe/Berlin\" or \"UTC\"".to_owned(),
    };
    Err(Wrong::new(format!("{} is no time zone", quoted(text)), mend))
}

/// A local date, or a local date and time.
#[derive(Clone, Copy, Debug)]
struct Moment {
    at: DateTime,
    whole_day: bool,
}

impl Moment {
    /// As an end: a date is closed to its last moment.
    fn end(self) -> DateTime {
        if self.whole_day { self.at.checked_add(1.day()).unwrap_or(self.at) } else { self.at }
    }
}

/// A local date or date and time, as a moment of some clock.
pub(crate) fn local(text: &str) -> Result<DateTime, Wrong> {
    moment(text).map(|moment| moment.at)
}

fn moment(text: &str) -> Result<Moment, Wrong> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let whole_day = shape == "0000-00-00";
    let wrong = |what: &str, mend: &str| Wrong::new(format!("{} {what}", quoted(text)), mend);
    let example = "write local time in the freeze's `zone`, like \"2026-12-20T18:00\", or a date";
    if !whole_day && !["0000-00-00T00:00", "0000-00-00T00:00:00"].contains(&shape.as_str()) {
        return Err(wrong("is no local date or time", example));
    }
    let Ok(at) = text.parse::<DateTime>() else { return Err(wrong("is on no calendar", example)) };
    if !(2000..=2200).contains(&at.year()) {
        return Err(wrong("is too far from now", "write a year from 2000 to 2200"));
    }
    Ok(Moment { at, whole_day })
}

fn lasts(text: &str) -> Result<Lasts, Wrong> {
    let mend = "write a number with its unit (m, h or d), like \"12h\" or \"2d\"";
    let what = format!("lasts {} is not a duration", quoted(text));
    let Ok(span) = text.trim().parse::<Span>() else { return Err(Wrong::new(what, mend)) };
    let whole = span.get_years() == 0 && span.get_months() == 0 && span.get_milliseconds() == 0;
    let whole = whole && span.get_microseconds() == 0 && span.get_nanoseconds() == 0;
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let seconds = i64::from(span.get_hours()) * 3600 + span.get_minutes() * 60 + span.get_seconds();
    let all = days * 86_400 + seconds;
    match i32::try_from(days) {
        Ok(days) if whole && !span.is_negative() && (LEAST..=MOST).contains(&all) => Ok(Lasts { days, seconds }),
        Ok(_) if whole && !span.is_negative() && all < LEAST => {
            let what = format!("lasts {} is too short, because nobody would notice", quoted(text));
            Err(Wrong::new(what, "write 1m or more"))
        }
        Ok(_) if whole && !span.is_negative() => {
            let what =
                format!("lasts {} is too long, because a pair that is always closed is never switched", quoted(text));
            Err(Wrong::new(what, "write 366d or less"))
        }
        _ => Err(Wrong::new(what, mend)),
    }
}
