//! What each month was paid for: the services that cost most, the rest together, and what was given back.

use teal_domain::{bill::Ledger, cost::Cents};

/// So many services have a piece of their own; the rest is one.
pub(super) const OWN: usize = 4;

/// The pieces of all months.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stacks {
    /// The services that have a piece of their own, from below.
    pub(super) names: Vec<String>,
    /// Whether there is anything else.
    pub(super) rest: bool,
    /// By month; none where nothing of it was read.
    pub(super) months: Vec<Option<Stack>>,
}

/// The pieces of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stack {
    /// From below: each service of its own, and the rest.
    pub(super) above: [Cents; OWN + 1],
    /// Credits and refunds, below nought.
    pub(super) below: Cents,
}

impl Stack {
    /// Up to where it reaches.
    pub(super) fn top(&self) -> Cents {
        self.above.iter().copied().sum()
    }

    /// What it comes to.
    pub(super) fn total(&self) -> Cents {
        self.top() + self.below
    }
}

impl Stacks {
    pub(super) fn of(ledger: &Ledger) -> Self {
        let rows = &ledger.services.rows;
        // What costs most stands first in a table.
        let own: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].total().0 > 0).take(OWN).collect();
        let months = (0..ledger.months.len()).map(|month| {
            ledger.services.month(month)?;
            let mut stack = Stack::default();
            for (index, row) in rows.iter().enumerate() {
                let cell = row.cells.get(month).copied().unwrap_or_default();
                let piece = own.iter().position(|row| *row == index).unwrap_or(OWN);
                let sum = if cell.0 < 0 { &mut stack.below } else { &mut stack.above[piece] };
                *sum = *sum + cell;
            }
            Some(stack)
        });
        let months: Vec<_> = months.collect();
        let rest = months.iter().flatten().any(|stack| stack.above[OWN].0 > 0);
        Self { names: own.into_iter().map(|row| rows[row].key.name.clone()).collect(), rest, months }
    }

    /// The lowest and the highest sum that is drawn.
    pub(super) fn span(&self) -> (Cents, Cents) {
        let all = || self.months.iter().flatten();
        (all().map(|stack| stack.below).min().unwrap_or_default(), all().map(Stack::top).max().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use teal_domain::{
        bill::{Entry, Micros, Read},
        time::Day,
    };

    #[test]
    fn the_largest_stand_for_themselves_the_rest_together_and_credits_below() {
        let day = Day::parse("2026-11-02").expect("a day");
        let entry = |first: &str, dollars: i64| Entry {
            day,
            first: first.to_owned(),
            second: String::new(),
            micros: Micros(dollars * 1_000_000),
        };
        let entries = [("f", 6), ("a", 60), ("b", 50), ("e", 20), ("c", 40), ("d", 30), ("credit", -7)];
        let entries = entries.map(|(name, dollars)| entry(name, dollars)).into();
        let read = Read { days: [day].into(), entries };
        let ledger = Ledger::of("USD".into(), &read, &Read::default(), &Read::default(), "p", day.plus(3));
        let stacks = Stacks::of(&ledger);
        assert_eq!(stacks.names, ["a", "b", "c", "d"]);
        assert!(stacks.rest && stacks.months[..12].iter().all(Option::is_none));
        let stack = stacks.months[12].as_ref().expect("November");
        assert_eq!(stack.above.map(|sum| sum.0), [6_000, 5_000, 4_000, 3_000, 2_600]);
        assert_eq!((stack.below, stack.total()), (Cents(-700), Cents(19_900)));
        assert_eq!(stacks.span(), (Cents(-700), Cents(20_600)));
    }
}
