//! The dates of plans: each on the clock of its zone, by the same rules as freezes (decision 16), and what stands in the way of
//! them by the calendar.

use jiff::{
    Timestamp as Moment, ToSpan as _,
    civil::{DateTime, Weekday},
    tz::TimeZone,
};
use teal_domain::{
    Color, Millis, PairSnapshot, Timestamp,
    drill::{Drills, Due, Plan, Planned, When},
};

use crate::{
    config::{Wrong, any_cron, any_rule, local, zone},
    engine::freezes::on_the_clock,
};

/// So many dates of a plan are looked at at the most: whoever asks for a stretch of time gets no more.
const MOST: usize = 2_000;
/// The weekly maintenance of an environment may take so long.
const MAINTENANCE: Millis = Millis::from_secs(2 * 3600);

/// When a plan runs, read from what was written.
#[derive(Debug)]
pub struct Schedule {
    zone: TimeZone,
    when: Read,
}

#[derive(Debug)]
enum Read {
    Once(DateTime),
    Cron(crate::config::Cron),
    Rule(crate::config::Rule),
}

/// What is wrong with a schedule: the field of the form, what, and how it is mended.
pub type Mistake = (&'static str, String);

impl Schedule {
    /// Reads what was written.
    pub fn read(when: &When, zone_name: &str) -> Result<Self, Mistake> {
        let told = |field: &'static str| move |wrong: Wrong| (field, format!("{}: {}.", wrong.what, wrong.mend));
        let zone = zone(zone_name.trim()).map_err(told("zone"))?;
        let when = match when {
            When::Once { at } => Read::Once(local(at.trim()).map_err(told("at"))?),
            When::Cron { pattern } => Read::Cron(any_cron(pattern.trim()).map_err(told("cron"))?),
            When::Rule { rrule, starts } => {
                let starts = local(starts.trim()).map_err(told("at"))?;
                Read::Rule(any_rule(rrule, starts, &zone).map_err(told("rrule"))?)
            }
        };
        Ok(Self { zone, when })
    }

    /// The name of its zone, as the database of time zones spells it.
    pub fn zone(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    /// The dates from `from` on and before `to`, the first one first, and no more than `most`.
    pub fn dates(&self, from: Timestamp, to: Timestamp, most: usize) -> Vec<Timestamp> {
        let (Ok(first), Ok(last)) = (Moment::from_millisecond(from.0), Moment::from_millisecond(to.0)) else {
            return Vec::new();
        };
        // A day to spare on both sides, for clocks that are changed.
        let first = self.zone.to_datetime(first).checked_sub(1.day()).unwrap_or(DateTime::MIN);
        let last = self.zone.to_datetime(last).checked_add(1.day()).unwrap_or(DateTime::MAX);
        let moment = |at: DateTime| {
            let moment = self.zone.to_ambiguous_zoned(at).compatible().ok()?.timestamp();
            Some(Timestamp(moment.as_millisecond()))
        };
        let within = |at: &Timestamp| from <= *at && *at < to;
        let taken = |all: &mut dyn Iterator<Item = DateTime>| -> Vec<Timestamp> {
            let all = all.take_while(|at| *at <= last).take(MOST);
            let mut dates: Vec<Timestamp> = all.filter_map(moment).filter(within).collect();
            // Two local times may be one moment, where the clock is set forward over them.
            dates.sort();
            dates.dedup();
            dates.truncate(most);
            dates
        };
        match &self.when {
            Read::Once(at) => taken(&mut std::iter::once(*at)),
            Read::Cron(cron) => taken(&mut cron.closes(first)),
            Read::Rule(rule) => taken(&mut rule.closes(first)),
        }
    }
}

/// The next dates of a plan from `from` on; none of one that is paused, or that cannot be read any more.
pub fn next(plan: &Plan, from: Timestamp, most: usize) -> Vec<Timestamp> {
    if plan.paused {
        return Vec::new();
    }
    // A plan that runs less often than each fourth year is none.
    let to = from + Millis::from_secs(5 * 366 * 86_400);
    Schedule::read(&plan.when, &plan.zone).map(|schedule| schedule.dates(from, to, most)).unwrap_or_default()
}

/// The dates of a plan as pages show them.
pub fn due(pair: &PairSnapshot, plan: &Plan, dates: &[Timestamp], others: &[(Plan, Vec<Timestamp>)]) -> Vec<Due> {
    let due = |at: &Timestamp| Due {
        at: *at,
        there: on_the_clock(*at, &plan.zone),
        conflicts: conflicts(pair, plan, *at, others),
    };
    dates.iter().map(due).collect()
}

/// Plans with their next dates, those that are due first in front.
pub fn planned(pair: &PairSnapshot, plans: &[Plan], from: Timestamp) -> Vec<Planned> {
    // Conflicts are looked for a little beyond what is shown of each.
    let all: Vec<(Plan, Vec<Timestamp>)> =
        plans.iter().map(|plan| (plan.clone(), next(plan, from, 4 * Drills::NEXT))).collect();
    let mut planned: Vec<Planned> = all
        .iter()
        .map(|(plan, dates)| {
            let shown = &dates[..dates.len().min(Drills::NEXT)];
            Planned { plan: plan.clone(), next: due(pair, plan, shown, &all) }
        })
        .collect();
    planned.sort_by_key(|planned| planned.next.first().map_or(Timestamp(i64::MAX), |due| due.at));
    planned
}

fn conflicts(pair: &PairSnapshot, plan: &Plan, at: Timestamp, others: &[(Plan, Vec<Timestamp>)]) -> Vec<String> {
    let ends = at + plan.spans();
    let mut told: Vec<String> = Vec::new();
    for freeze in pair.freezes.iter().filter(|freeze| freeze.from < ends && at < freeze.to) {
        told.push(format!("It is frozen then: {}.", freeze.because));
    }
    for (other, dates) in others.iter().filter(|(other, _)| other.id != plan.id) {
        if dates.iter().any(|date| *date < ends && at < *date + other.spans()) {
            told.push(format!("The drill “{}” is due then too.", other.name));
        }
    }
    if let Some(declared) = pair.maintenance.as_ref().filter(|declared| declared.since < ends && at < declared.until) {
        told.push(format!("{} is declared to be under maintenance then.", declared.side.title()));
    }
    for color in Color::BOTH {
        let window = pair.side(color).value().and_then(|side| side.setup.maintenance_window.as_deref());
        if window.and_then(weekly).is_some_and(|begins| meets(begins, at, ends)) {
            told.push(format!("{}'s weekly maintenance by AWS may be under way then.", color.title()));
        }
    }
    told
}

/// `TUE:03:30`, in UTC.
fn weekly(text: &str) -> Option<(Weekday, i64)> {
    let (day, time) = text.split_once(':')?;
    let (hour, minute) = time.split_once(':')?;
    let days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
    let day = days.iter().position(|known| day.eq_ignore_ascii_case(known))?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let day = Weekday::from_monday_zero_offset(i8::try_from(day).ok()?).ok()?;
    Some((day, (hour * 60 + minute) * 60_000))
}

fn meets((day, into): (Weekday, i64), from: Timestamp, to: Timestamp) -> bool {
    const DAY: i64 = 86_400_000;
    // The day before the first may reach into it.
    (from.0.div_euclid(DAY) - 1..=to.0.div_euclid(DAY)).any(|number| {
        let midnight = number * DAY;
        // 1970 began on a Thursday.
        let weekday = i8::try_from((number + 3).rem_euclid(7)).unwrap_or_default();
        let begins = Timestamp(midnight + into);
        weekday == day.to_monday_zero_offset() && begins < to && from < begins + MAINTENANCE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<Moment>().expect("a moment").as_millisecond())
    }

    fn dates(when: &When, zone: &str, from: &str, most: usize) -> Vec<String> {
        let from = at(from);
        let schedule = Schedule::read(when, zone).expect("a schedule");
        let dates = schedule.dates(from, from + Millis::from_secs(400 * 86_400), most);
        dates.into_iter().map(|at| Moment::from_millisecond(at.0).expect("a moment").to_string()).collect()
    }

    fn cron(pattern: &str) -> When {
        When::Cron { pattern: pattern.into() }
    }

    fn rule(rrule: &str, starts: &str) -> When {
        When::Rule { rrule: rrule.into(), starts: starts.into() }
    }

    #[test]
    fn a_drill_at_ten_is_at_ten_in_summer_and_in_winter() {
        let tuesdays = dates(&cron("0 10 * * TUE"), "Europe/Berlin", "2026-10-19T00:00:00Z", 2);
        assert_eq!(tuesdays, ["2026-10-20T08:00:00Z", "2026-10-27T09:00:00Z"]);
        let first =
            dates(&rule("FREQ=MONTHLY;BYDAY=1TU", "2026-03-03T10:00"), "Europe/Berlin", "2026-03-01T00:00:00Z", 2);
        assert_eq!(first, ["2026-03-03T09:00:00Z", "2026-04-07T08:00:00Z"]);
    }

    #[test]
    fn a_time_that_the_clock_leaves_out_is_as_much_later_and_one_that_it_has_twice_is_the_first() {
        let spring = dates(&When::Once { at: "2027-03-28T02:30".into() }, "Europe/Berlin", "2027-03-01T00:00:00Z", 5);
        assert_eq!(spring, ["2027-03-28T01:30:00Z"], "03:30 in summer time");
        let autumn = dates(&When::Once { at: "2026-10-25T02:30".into() }, "Europe/Berlin", "2026-10-01T00:00:00Z", 5);
        assert_eq!(autumn, ["2026-10-25T00:30:00Z"]);
        // Both are half past three then.
        let twice = dates(&cron("30 2,3 28 3 *"), "Europe/Berlin", "2027-03-01T00:00:00Z", 2);
        assert_eq!(twice, ["2027-03-28T01:30:00Z", "2028-03-28T00:30:00Z"], "one moment is one date");
    }

    #[test]
    fn what_never_comes_to_pass_has_no_dates_and_ends() {
        assert_eq!(dates(&cron("0 0 30 2 *"), "UTC", "2026-01-01T00:00:00Z", 5), [""; 0]);
        assert_eq!(dates(&When::Once { at: "2020-01-01T10:00".into() }, "UTC", "2026-01-01T00:00:00Z", 5), [""; 0]);
        assert_eq!(dates(&rule("FREQ=DAILY;COUNT=3", "2020-01-01T10:00"), "UTC", "2026-01-01T00:00:00Z", 5), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_field_and_how_it_is_mended() {
        let wrong = |when: &When, zone: &str| Schedule::read(when, zone).expect_err("wrong");
        let (field, said) = wrong(&cron("0 10 * * TUE"), "Europe/Berlim");
        assert!(field == "zone" && said.contains("did you mean \"Europe/Berlin\"?"), "{said}");
        assert_eq!(wrong(&cron("99 10 * * TUE"), "UTC").0, "cron");
        assert_eq!(wrong(&rule("FREQ=SOMETIMES", "2026-01-01T10:00"), "UTC").0, "rrule");
        assert_eq!(wrong(&rule("FREQ=SECONDLY", "2026-01-01T10:00"), "UTC").0, "rrule");
        let (field, said) = wrong(&When::Once { at: "2026-02-30T10:00".into() }, "UTC");
        assert!(field == "at" && said.contains("is on no calendar"), "{said}");
    }

    #[test]
    fn the_weekly_maintenance_of_an_environment_meets_what_overlaps_it() {
        let tuesday = weekly("TUE:23:30").expect("a window");
        // Tuesday 2 February 2027.
        let meets = |from: &str, minutes: u64| meets(tuesday, at(from), at(from) + Millis::from_secs(minutes * 60));
        assert!(meets("2027-02-02T23:00:00Z", 60) && meets("2027-02-03T01:00:00Z", 10));
        assert!(
            !meets("2027-02-02T22:00:00Z", 90)
                && !meets("2027-02-03T01:30:00Z", 10)
                && !meets("2027-02-01T23:30:00Z", 10)
        );
        assert_eq!(weekly("SOMEDAY:03:00"), None);
    }
}
