//! The answers, added up by month.

use super::{Entry, MONTHS, Micros};
use crate::{
    cost::Cents,
    time::{Day, Month},
};
use std::collections::{BTreeMap, BTreeSet};

/// What was paid, by month. A cell is rounded to the cent, and sums are of cells, so that every table adds up; it may differ
/// from AWS's bill by a cent for each cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The currency of all sums, such as `USD`.
    pub currency: String,
    /// The months, the oldest first; the present one is the last.
    pub months: Vec<Coverage>,
    /// What has the pair's tags, by service.
    pub services: Table,
    /// The same, by type of usage and its service.
    pub usage: Table,
    /// The same, by what the tag says that tells the side; an empty word is what has no such tag.
    pub sides: Table,
    /// What the account pays and has no tag of a project, by service: it may belong to the pair or not.
    pub untagged: Table,
    /// What the account pays for other projects, one row each.
    pub others: Table,
    /// The days that were read of the pair, in order, each with its total.
    pub days: Vec<DayTotal>,
}

/// How much of a month was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The month.
    pub month: Month,
    /// How many of its days were read of the pair, by service.
    pub read: u32,
    /// How many it has; of the present one, those that are over.
    pub of: u32,
}

/// The total of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTotal {
    /// The day.
    pub day: Day,
    /// How much.
    pub micros: Micros,
}

/// What a row is about: a service, or a type of usage and its service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The name.
    pub name: String,
    /// To what it belongs, where it does.
    pub of: Option<String>,
}

/// Rows by month, what costs most first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The rows.
    pub rows: Vec<Row>,
    /// For each month of the ledger, whether anything of it was read: else its cells are not known rather than nothing.
    pub known: Vec<bool>,
}

/// A row: a cell for each month of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub key: Key,
    /// What was paid, by month.
    pub cells: Vec<Cents>,
}

/// What was read: the days of each cut, and the amounts of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The days that were read, each to its end.
    pub days: BTreeSet<Day>,
    /// The amounts; a day without any cost nothing.
    pub entries: Vec<Entry>,
}

/// What was paid in a month for what environments keep of their past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The month: the last one that was read whole.
    pub month: Month,
    /// The types of usage that it stands under.
    pub usage: Vec<String>,
    /// How much.
    pub paid: Cents,
}

impl Ledger {
    /// What was paid for metadata of MWAA in the last whole month, where a type of usage says so: how much of it there is, MWAA
    /// tells nowhere.
    pub fn metadata(&self) -> Option<Metadata> {
        let (index, month) = self.months.iter().enumerate().rev().skip(1).find(|(_, month)| month.read == month.of)?;
        let names = |row: &&Row| {
            let of = row.key.of.as_deref().unwrap_or_default();
            of.contains("Apache Airflow") && row.key.name.to_ascii_lowercase().contains("metadata")
        };
        let rows: Vec<&Row> = self.usage.rows.iter().filter(names).collect();
        let paid: Cents = rows.iter().filter_map(|row| row.cells.get(index)).copied().sum();
        let usage = rows.into_iter().map(|row| row.key.name.clone()).collect();
        (paid > Cents(0)).then_some(Metadata { month: month.month, usage, paid })
    }
}

impl Row {
    /// Its sum.
    pub fn total(&self) -> Cents {
        self.cells.iter().copied().sum()
    }
}

impl Table {
    /// What all rows come to in a month, by its index; none where nothing of it was read.
    pub fn month(&self, index: usize) -> Option<Cents> {
        let known = self.known.get(index).copied().unwrap_or_default();
        known.then(|| self.rows.iter().filter_map(|row| row.cells.get(index)).copied().sum())
    }

    /// What all rows come to.
    pub fn total(&self) -> Cents {
        self.rows.iter().map(Row::total).sum()
    }

    fn of(read: &Read, months: &[Month], mut key: impl FnMut(&Entry) -> Option<Key>) -> Self {
        let at = |day: Day| months.iter().position(|month| *month == day.month());
        let mut known = vec![false; months.len()];
        for index in read.days.iter().filter_map(|day| at(*day)) {
            known[index] = true;
        }
        let mut sums: BTreeMap<Key, Vec<Micros>> = BTreeMap::new();
        for entry in read.entries.iter().filter(|entry| read.days.contains(&entry.day)) {
            let (Some(index), Some(key)) = (at(entry.day), key(entry)) else { continue };
            sums.entry(key).or_insert_with(|| vec![Micros::default(); months.len()])[index] += entry.micros;
        }
        let rows =
            sums.into_iter().map(|(key, cells)| Row { key, cells: cells.into_iter().map(Micros::cents).collect() });
        // What rounds to nothing in every month says nothing.
        let mut rows: Vec<Row> = rows.filter(|row| row.cells.iter().any(|cell| cell.0 != 0)).collect();
        rows.sort_by(|one, other| other.total().cmp(&one.total()).then_with(|| one.key.cmp(&other.key)));
        Self { rows, known }
    }
}

impl Ledger {
    /// Adds up what was read of a pair whose project is called that.
    pub fn of(currency: String, services: &Read, sides: &Read, account: &Read, project: &str, today: Day) -> Self {
        let mut months: Vec<Month> =
            std::iter::successors(Some(today.month()), |month| Some(month.previous())).take(MONTHS).collect();
        months.reverse();
        let name = |name: &str| Key { name: name.to_owned(), of: None };
        let number = |count: i64| u32::try_from(count).unwrap_or_default();
        let coverage = months.iter().map(|month| {
            let read = services.days.iter().filter(|day| day.month() == *month && **day < today).count();
            let over = Day::of(month.ends()).0.min(today.0) - Day::of(month.begins()).0;
            Coverage { month: *month, read: u32::try_from(read).unwrap_or_default(), of: number(over) }
        });
        let mut days: BTreeMap<Day, Micros> = services.days.iter().map(|day| (*day, Micros::default())).collect();
        for entry in &services.entries {
            if let Some(sum) = days.get_mut(&entry.day) {
                *sum += entry.micros;
            }
        }
        Self {
            currency,
            months: coverage.collect(),
            services: Table::of(services, &months, |entry| Some(name(&entry.first))),
            usage: Table::of(services, &months, |entry| {
                Some(Key { name: entry.second.clone(), of: Some(entry.first.clone()) })
            }),
            sides: Table::of(sides, &months, |entry| Some(name(&entry.first))),
            untagged: Table::of(account, &months, |entry| entry.first.is_empty().then(|| name(&entry.second))),
            others: Table::of(account, &months, |entry| {
                (!entry.first.is_empty() && entry.first != project).then(|| name(&entry.first))
            }),
            days: days.into_iter().map(|(day, micros)| DayTotal { day, micros }).collect(),
        }
    }
}
