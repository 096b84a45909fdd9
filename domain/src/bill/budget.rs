//! How what is paid stands to what was planned.

use super::{Forecast, Ledger, Micros};
use crate::{cost::Cents, time::Day};

/// What was planned for a month, in US dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    /// For each month.
    pub month: Cents,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// The bill is in another currency: nothing is compared.
    OtherCurrency,
    /// Of the present month.
    At {
        /// What was planned.
        planned: Cents,
        /// What was paid so far.
        to_date: Cents,
        /// Up to which day; none where nothing of this month was read yet.
        through: Option<Day>,
        /// What the month will come to; none where nothing can be told.
        projected: Option<Cents>,
        /// The day on which it was passed.
        passed_on: Option<Day>,
        /// The day on which it is expected to be passed.
        will_pass_on: Option<Day>,
    },
}

impl Budget {
    /// How a ledger stands to it.
    pub fn stands(self, ledger: &Ledger, forecast: Option<&Forecast>, today: Day) -> Stands {
        if ledger.currency != "USD" {
            return Stands::OtherCurrency;
        }
        let month = today.month();
        let read = || ledger.days.iter().filter(|total| total.day.month() == month);
        let expected = forecast.into_iter().flat_map(|forecast| &forecast.days).filter(|day| day.day.month() == month);
        // A day that was read is not expected any longer.
        let through = read().map(|total| total.day).max();
        let expected = expected.filter(|day| through.is_none_or(|through| day.day > through));
        let mut sum = Micros::default();
        let mut passes = |micros: Micros, day: Day| {
            let before = sum.cents() > self.month;
            sum += micros;
            (!before && sum.cents() > self.month).then_some(day)
        };
        // A refund may bring it below again: the last time counts.
        let passed_on = read().filter_map(|total| passes(total.micros, total.day)).last();
        let will_pass_on = expected.filter_map(|day| passes(day.mean, day.day)).last();
        let to_date: Micros = read().map(|total| total.micros).sum();
        let over = to_date.cents() > self.month;
        Stands::At {
            planned: self.month,
            to_date: to_date.cents(),
            through,
            projected: forecast.and_then(|forecast| forecast.month(ledger, month)).map(|expected| expected.mean),
            passed_on: passed_on.filter(|_| over),
            will_pass_on: will_pass_on.filter(|_| !over),
        }
    }
}
