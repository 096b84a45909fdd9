//! Local time for the cron library: a clock that nobody ever changes.

use std::cmp::Ordering;

use croner::{CivilDateTime, CronDateTime, Resolution, Weekday, errors::CronError};
use jiff::{ToSpan as _, civil::DateTime};

/// A local time.
#[derive(Clone, Debug)]
pub(super) struct Local(pub DateTime);

fn small(number: u32) -> Result<i8, CronError> {
    i8::try_from(number).map_err(|_| CronError::InvalidDate)
}

impl CronDateTime for Local {
    fn to_civil(&self) -> CivilDateTime {
        let [month, day, hour, minute, second] =
            [self.0.month(), self.0.day(), self.0.hour(), self.0.minute(), self.0.second()]
                .map(|part| u32::from(part.unsigned_abs()));
        CivilDateTime::from_ymd_hms_opt(i32::from(self.0.year()), month, day, hour, minute, second)
            .expect("both libraries know the same days and seconds")
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(u32::from(self.0.weekday().to_sunday_zero_offset().unsigned_abs()))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let (day, time) = (civil.date(), civil.time());
        let year = i16::try_from(day.year()).map_err(|_| CronError::InvalidDate)?;
        let at = DateTime::new(
            year,
            small(day.month())?,
            small(day.day())?,
            small(time.hour())?,
            small(time.minute())?,
            small(time.second())?,
            0,
        );
        at.map(|at| Resolution::Single(Self(at))).map_err(|_| CronError::InvalidDate)
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(seconds.seconds()).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
