//! What was paid in fact, as Cost Explorer tells it: what is asked of it, what its answers come to, what is to be expected,
//! and how that stands to a budget.
//!
//! `amount` holds exact sums, `question` what is asked and when, `ledger` the answers added up by month, `forecast` what is to
//! come, `budget` how it stands to what was planned, `paid` all of it together, with what went wrong. Cost Explorer costs
//! money by the request, so it is asked at most [`MOST_REQUESTS`] times a day and account, whoever looks.

mod amount;
mod budget;
mod forecast;
mod ledger;
mod paid;
mod question;
#[cfg(test)]
mod tests;

pub use amount::Micros;
pub use budget::{Budget, Stands};
pub use forecast::{ByWhom, DayAhead, Expected, Forecast, FromCostExplorer};
pub use ledger::{Coverage, DayTotal, Key, Ledger, Metadata, Read, Row, Table};
pub use paid::{Asked, Paid, Tags, Trouble};
pub use question::{Cut, Entry, Question, Span, next, settled};

use crate::cost::Cents;

/// So often Cost Explorer is asked in a day, for each account; a page of an answer is a request.
pub const MOST_REQUESTS: u32 = 4;
/// What a request costs: <https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/>.
pub const REQUEST: Cents = Cents(1);
/// So many months are shown, the present one among them.
pub const MONTHS: usize = 13;
