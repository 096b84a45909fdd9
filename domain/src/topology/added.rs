//! What a second side would add to a platform that has one, and what that would cost.

use super::mode::Deployed;
use crate::{Environment, PairSnapshot};

/// What blue-green would add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// What, and for how much a month, in a sentence.
    pub says: String,
    /// Where the price comes from.
    pub source: String,
}

/// An environment of each class by the hour, in cents: AWS's list prices for us-east-1, November 2026
/// (<https://aws.amazon.com/managed-workflows-for-apache-airflow/pricing/>).
const CENTS_AN_HOUR: [(&str, u64); 6] = [
    ("mw1.micro", 29),
    ("mw1.small", 49),
    ("mw1.medium", 74),
    ("mw1.large", 99),
    ("mw1.xlarge", 198),
    ("mw1.2xlarge", 396),
];
/// Hours of a month.
const HOURS: u64 = 730;
/// 5 GB of metadata at $0.10, 10 GB of logs at $0.50 and $0.03, 10 GB in S3 at $0.023, in cents a month.
const BESIDE: u64 = 50 + 530 + 23;

impl Added {
    pub(super) fn of(pair: &PairSnapshot, deployed: &Deployed) -> Option<Self> {
        let only = deployed.only().filter(|_| deployed.one_sided())?;
        let class = pair.side(only).value().and_then(|side: &Environment| side.class.as_deref());
        let price = CENTS_AN_HOUR.iter().find(|(name, _)| Some(*name) == class);
        let adds = "Blue-green would add a second environment with a bucket of its own, and the flag by which a switch takes \
                    seconds";
        let Some((class, cents)) = price else {
            let source = "Teal knows no list price of this environment's class.".to_owned();
            return Some(Self { says: format!("{adds}."), source });
        };
        let dollars = (cents * HOURS + BESIDE + 50) / 100;
        let elsewhere = match pair.region.as_str() {
            "us-east-1" => String::new(),
            region => format!(" Prices in {region} may differ."),
        };
        let source = format!(
            "By AWS's list prices for us-east-1 of November 2026: {class} at ${}.{:02} an hour for {HOURS} hours, with 5 GB of \
             metadata, 10 GB of logs and 10 GB in S3, without further workers or traffic.{elsewhere}",
            cents / 100,
            cents % 100
        );
        Some(Self { says: format!("{adds}. It would cost about ${dollars} a month more."), source })
    }
}
