//! Declared maintenance: somebody changes one side on purpose, so that the two differ for a while.

use crate::{Actor, Color, Reason, Timestamp};
use serde::{Deserialize, Serialize};

/// What somebody said about a side that is being changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// The side that is changed.
    pub side: Color,
    /// What is done, such as `2.11 to 3.0.6`.
    pub what: Reason,
    /// The names of the checks whose differences are expected.
    pub expects: Vec<String>,
    /// Until when they are.
    pub until: Timestamp,
    /// Who said so.
    pub by: Actor,
    /// Since when.
    pub since: Timestamp,
}

impl Maintenance {
    /// Whether a difference that this check finds is expected at `now`.
    pub fn expects(&self, check: &str, now: Timestamp) -> bool {
        now < self.until && self.expects.iter().any(|name| name == check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_expected_by_name_and_until_a_moment() {
        let declared = Maintenance {
            side: Color::Blue,
            what: Reason::parse("2.11 to 3.0.6").expect("a reason"),
            expects: vec!["airflow-version".into()],
            until: Timestamp(100),
            by: Actor::page("ana"),
            since: Timestamp(0),
        };
        assert!(declared.expects("airflow-version", Timestamp(99)));
        assert!(!declared.expects("airflow-version", Timestamp(100)));
        assert!(!declared.expects("class", Timestamp(99)));
    }
}
