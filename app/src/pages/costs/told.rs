//! What the page knows of what was paid, made once for all of its parts.

use crate::words::money::Currency;
use teal_domain::{
    Timestamp,
    bill::{Coverage, Expected, Forecast, Ledger, Paid, Stands, Trouble},
    cost::Cents,
    time::{Civil, Day, Month},
};

/// What is known.
pub(super) struct Told<'a> {
    pub(super) paid: &'a Paid,
    pub(super) now: Timestamp,
    pub(super) today: Day,
    /// The bill's.
    pub(super) currency: Currency,
    pub(super) forecast: Option<Forecast>,
    pub(super) stands: Option<Stands>,
}

/// A month of the pair's bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) coverage: Coverage,
    /// None where nothing of it was read.
    pub(super) cents: Option<Cents>,
}

impl Sum {
    /// Whether all of a month that is over was read.
    pub(super) fn is_whole(&self) -> bool {
        i64::from(self.coverage.read) >= self.coverage.month.days()
    }
}

impl<'a> Told<'a> {
    pub(super) fn of(paid: &'a Paid, now: Timestamp) -> Self {
        let today = Day::of(now);
        let code = paid.ledger.as_ref().map_or("USD", |ledger| &ledger.currency);
        let (forecast, stands) = (paid.forecast(today), paid.stands(today));
        Self { paid, now, today, currency: Currency::of(code), forecast, stands }
    }

    pub(super) fn ledger(&self) -> Option<&'a Ledger> {
        self.paid.ledger.as_ref()
    }

    /// Whether sums may be held against prices and a budget in US dollars.
    pub(super) fn is_in_dollars(&self) -> bool {
        self.ledger().is_none_or(|ledger| ledger.currency == "USD")
    }

    /// Whether days were read, and nothing of them is the pair's: then its sums are not known, rather than nothing.
    pub(super) fn lacks_tags(&self) -> bool {
        self.ledger().is_some_and(|ledger| !ledger.days.is_empty() && ledger.services.rows.is_empty())
    }

    /// The ledger, where it says anything of the pair.
    pub(super) fn attributed(&self) -> Option<&'a Ledger> {
        self.ledger().filter(|_| !self.lacks_tags())
    }

    /// A month, where the ledger has it.
    pub(super) fn month(&self, month: Month) -> Option<Sum> {
        let ledger = self.attributed()?;
        let index = ledger.months.iter().position(|coverage| coverage.month == month)?;
        Some(Sum { coverage: ledger.months[index], cents: ledger.services.month(index) })
    }

    /// The one before the present month.
    pub(super) fn last_month(&self) -> Option<Sum> {
        self.month(self.today.month().previous())
    }

    /// The present month, as far as it was read.
    pub(super) fn this_month(&self) -> Option<Sum> {
        self.month(self.today.month())
    }

    /// Up to which day the pair's bill was read.
    pub(super) fn through(&self) -> Option<Day> {
        self.ledger()?.days.last().map(|total| total.day)
    }

    /// What the present month will come to.
    pub(super) fn expected(&self) -> Option<Expected> {
        self.forecast.as_ref()?.month(self.attributed()?, self.today.month())
    }

    /// Why there are no sums, in a few words.
    pub(super) fn why_not(&self) -> &'static str {
        match &self.paid.trouble {
            _ if self.lacks_tags() => "nothing has its tags",
            Some((_, Trouble::Off)) => "not asked for",
            Some((_, Trouble::NotAllowed(_))) => "not allowed by AWS",
            Some((_, Trouble::NotAvailable)) => "the account has no data yet",
            Some((_, Trouble::Currencies(_))) => "in several currencies",
            Some((_, Trouble::Other(_))) => "not answered",
            None => "not read yet",
        }
    }
}

/// A day as people say it, with its day of the week: `Thu 26 Nov`.
pub(super) fn day(day: Day) -> String {
    let civil = Civil::of(day.begins());
    format!("{} {} {}", civil.day_name(), civil.day, civil.month_name())
}

/// A month in the head of a column: `Nov 25`.
pub(super) fn short(month: Month) -> String {
    let civil = Civil::of(month.begins());
    format!("{} {:02}", civil.month_name(), civil.year.rem_euclid(100))
}
