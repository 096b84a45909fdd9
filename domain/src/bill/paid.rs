//! All that is known of what was paid.

use super::{Budget, FromCostExplorer, Ledger, REQUEST, Stands};
use crate::{Timestamp, bill::Forecast, cost::Cents, time::Day};
use serde::{Deserialize, Serialize};

/// The tags by which what is paid is told apart, as their keys are in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tags {
    /// The key that tells the project, and what the pair's says.
    pub project: (String, String),
    /// The key that tells the environment, and what the pair's says.
    pub environment: (String, String),
    /// The key that tells the side.
    pub side: String,
}

impl Tags {
    /// The keys that the field's platform gives, of a pair's project and environment.
    pub fn by_convention(project: &str, environment: &str) -> Self {
        Self {
            project: ("Project".to_owned(), project.to_owned()),
            environment: ("Environment".to_owned(), environment.to_owned()),
            side: "Color".to_owned(),
        }
    }
}

/// How often Cost Explorer was asked, by all instances and for all pairs of the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Today, in UTC.
    pub today: u32,
    /// This month.
    pub month: u32,
    /// When it will be asked again at the earliest; none where it is due now.
    pub next: Option<Timestamp>,
}

impl Asked {
    /// What this month's requests cost.
    pub fn cost(&self) -> Cents {
        Cents(REQUEST.0.saturating_mul(i64::from(self.month)))
    }
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Config does not turn it on: nothing is asked. What was read before stays.
    Off,
    /// A permission is missing: the action by which policies call it.
    NotAllowed(String),
    /// The account is too young, or Cost Explorer was never turned on there.
    NotAvailable,
    /// Amounts came in more than one currency: they cannot be added up.
    Currencies(Vec<String>),
    /// Something else, in words.
    Other(String),
}

/// What is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// What was paid, by month; none where nothing was read yet.
    pub ledger: Option<Ledger>,
    /// What Cost Explorer expects, where it answered.
    pub expected: Option<FromCostExplorer>,
    /// When something was read last.
    pub read_at: Option<Timestamp>,
    /// How often it was asked.
    pub asked: Asked,
    /// Why something is not answered, and since when: the newest of what stands. None where each question was answered when
    /// it was asked last.
    pub trouble: Option<(Timestamp, Trouble)>,
    /// By which tags it is told apart.
    pub tags: Tags,
    /// What was planned, where config says so.
    pub budget: Option<Budget>,
    /// What an hour of failure costs, where config says so.
    pub failed_hour: Option<Cents>,
}

impl Paid {
    /// What is to be expected: Cost Explorer's where it answered, else one's own.
    pub fn forecast(&self, today: Day) -> Option<Forecast> {
        let ledger = self.ledger.as_ref()?;
        let theirs = self.expected.as_ref().and_then(|expected| expected.forecast(ledger, today));
        theirs.or_else(|| Forecast::of_our_own(ledger, today))
    }

    /// How it stands to the budget. None without one, or before anything was read.
    pub fn stands(&self, today: Day) -> Option<Stands> {
        let (budget, ledger) = (self.budget?, self.ledger.as_ref()?);
        Some(budget.stands(ledger, self.forecast(today).as_ref(), today))
    }
}
