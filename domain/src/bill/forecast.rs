//! What is to be expected.

use super::{Ledger, Micros};
use crate::{
    Timestamp,
    cost::Cents,
    time::{Day, Month},
};
use serde::{Deserialize, Serialize};

/// Whose forecast it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByWhom {
    /// Cost Explorer's, made at that moment.
    CostExplorer(Timestamp),
    /// Teal's own, from so many days.
    Teal(u32),
}

/// What is to be expected of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayAhead {
    /// The day.
    pub day: Day,
    /// What is most likely.
    pub mean: Micros,
    /// The lower end of the interval.
    pub low: Micros,
    /// Its upper end.
    pub high: Micros,
}

/// What Cost Explorer answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FromCostExplorer {
    /// When.
    pub at: Timestamp,
    /// In which currency.
    pub currency: String,
    /// The days, in order.
    pub days: Vec<DayAhead>,
}

/// What is to be expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Whose.
    pub by: ByWhom,
    /// The days ahead, in order.
    pub days: Vec<DayAhead>,
    /// Whether the ends of several days' intervals may be added up (Cost Explorer says nothing of how they hang together), or
    /// the square of the interval grows with the days.
    independent: bool,
}

/// What is to be expected of a month: what was paid and what is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The month.
    pub month: Month,
    /// What is most likely.
    pub mean: Cents,
    /// The lower end of the interval, of 80 in a hundred cases.
    pub low: Cents,
    /// Its upper end.
    pub high: Cents,
}

/// How many days back one's own forecast looks: whole weeks.
const BACK: i64 = 28;
/// With fewer days than this there is none.
const FEWEST: usize = 14;
/// The last days are not yet whole: Cost Explorer is a day or two behind.
const BEHIND: i64 = 2;
/// Eight in ten of a normal distribution lie within so many hundredths of its standard deviation.
const EIGHT_IN_TEN: u128 = 128;
/// How many months ahead, the present one among them.
pub(super) const AHEAD: usize = 3;

impl FromCostExplorer {
    /// As a forecast. None where it is in another currency than the bill, or is over.
    pub(super) fn forecast(&self, ledger: &Ledger, today: Day) -> Option<Forecast> {
        let fits = self.currency == ledger.currency && self.days.last().is_some_and(|last| last.day >= today);
        fits.then(|| Forecast { by: ByWhom::CostExplorer(self.at), days: self.days.clone(), independent: false })
    }
}

impl Forecast {
    /// A simple one: each day ahead costs what its day of the week cost on the average of the last four weeks.
    pub fn of_our_own(ledger: &Ledger, today: Day) -> Option<Self> {
        let (from, to) = (today.plus(-BEHIND - BACK), today.plus(-BEHIND));
        let known: Vec<_> = ledger.days.iter().filter(|total| (from..to).contains(&total.day)).collect();
        if known.len() < FEWEST {
            return None;
        }
        let average = |of: &dyn Fn(Day) -> bool| {
            let some: Vec<i64> = known.iter().filter(|total| of(total.day)).map(|total| total.micros.0).collect();
            let count = i64::try_from(some.len()).ok().filter(|count| *count > 0)?;
            Some(some.iter().fold(0_i64, |sum, micros| sum.saturating_add(*micros)) / count)
        };
        let all = average(&|_| true)?;
        let mean = |weekday: usize| average(&|day| day.weekday() == weekday).unwrap_or(all);
        let means: [i64; 7] = std::array::from_fn(mean);
        let squares = known.iter().map(|total| {
            let off = u128::from((total.micros.0 - means[total.day.weekday()]).unsigned_abs());
            off.saturating_mul(off)
        });
        let count = u128::try_from(known.len()).ok()?;
        let variance = squares.fold(0_u128, u128::saturating_add) / count;
        let half = i64::try_from(variance.isqrt().saturating_mul(EIGHT_IN_TEN) / 100).unwrap_or(i64::MAX);
        let last = (1..AHEAD).fold(today.month(), |month, _| month.next());
        let behind = ledger.days.last().map_or(today, |last| last.day.plus(1)).min(today);
        let days = (behind.0..Day::of(last.ends()).0).map(Day).map(|day| {
            let mean = means[day.weekday()];
            DayAhead {
                day,
                mean: Micros(mean),
                low: Micros(mean.saturating_sub(half)),
                high: Micros(mean.saturating_add(half)),
            }
        });
        let by = ByWhom::Teal(u32::try_from(known.len()).ok()?);
        Some(Self { by, days: days.collect(), independent: true })
    }

    /// What a month will come to: its days that were read, and those that are ahead. None where a day of it is neither.
    pub fn month(&self, ledger: &Ledger, month: Month) -> Option<Expected> {
        let read = ledger.days.iter().filter(|total| total.day.month() == month);
        let mut sum = read.clone().map(|total| total.micros).sum::<Micros>();
        let through = read.map(|total| total.day).max();
        let ahead =
            self.days.iter().filter(|day| day.day.month() == month && through.is_none_or(|last| day.day > last));
        let (mut count, mut halves) = (0_i64, (0_u128, 0_i64, 0_i64));
        for day in ahead {
            sum += day.mean;
            count += 1;
            let half = u128::from((day.high.0 - day.mean.0).unsigned_abs());
            halves.0 = halves.0.saturating_add(half.saturating_mul(half));
            halves.1 = halves.1.saturating_add(day.mean.0 - day.low.0);
            halves.2 = halves.2.saturating_add(day.high.0 - day.mean.0);
        }
        let first = Day::of(month.begins());
        let read_days = through.map_or(0, |last| last.0 - first.0 + 1);
        if read_days + count < month.days() {
            return None;
        }
        let (below, above) = if self.independent {
            let root = i64::try_from(halves.0.isqrt()).unwrap_or(i64::MAX);
            (root, root)
        } else {
            (halves.1, halves.2)
        };
        Some(Expected {
            month,
            mean: sum.cents(),
            low: Micros(sum.0.saturating_sub(below)).cents(),
            high: Micros(sum.0.saturating_add(above)).cents(),
        })
    }

    /// The present month and those ahead, as far as every day of them is known or expected.
    pub fn months(&self, ledger: &Ledger, today: Day) -> Vec<Expected> {
        let months = std::iter::successors(Some(today.month()), |month| Some(month.next())).take(AHEAD);
        months.map_while(|month| self.month(ledger, month)).collect()
    }
}
