//! What the platform costs by list prices: built up from lines of quantity times unit price, each with its source.
//!
//! `money` holds the words for sums, `prices` the table of list prices, `shape` what a platform is made of, `estimate` the
//! lines, `choice` the four modes as a choice, `insurance` what the second side is worth, `what_if` another shape, `load` how much of it is used, `finding` what could be saved. Sums are of whole cents; nothing here counts in floating point.

mod choice;
mod estimate;
mod finding;
mod good;
mod insurance;
mod load;
mod money;
mod prices;
mod shape;
#[cfg(test)]
mod tests;
mod what_if;

pub use choice::Choice;
pub use estimate::{Estimate, Group, Line, Priced};
pub use finding::{Finding, Findings, Kind};
pub use good::Good;
pub use insurance::{Insurance, Made, Share};
pub use load::{load, series as load_series};
pub use money::{Cents, Price, Quantity};
pub use prices::{Listed, Prices, Region, Source};
pub use shape::{Database, Environment, Instances, Shape};
pub use what_if::{Savings, WhatIf};

/// The hours of a month, as AWS's own examples count them.
pub const HOURS: u32 = 730;
