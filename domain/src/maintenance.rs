//! Declared maintenance: somebody changes one side on purpose, so that the two differ for a while.

use crate::{
    Actor, Color, Millis, OperationId, Reason, Timestamp,
    preflight::catalogue::PARITY,
    time::{age, minute},
};
use serde::{Deserialize, Serialize};

/// What somebody said about a side that is being changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// By this the journal and whoever lifts it know it.
    pub id: OperationId,
    /// The side that is changed.
    pub side: Color,
    /// What is done, such as `2.11 → 3.0.6`.
    pub what: Reason,
    /// The names of the checks whose differences are expected.
    pub expects: Vec<String>,
    /// Until when they are.
    pub until: Timestamp,
    /// Who said so.
    pub by: Actor,
    /// Since when.
    pub since: Timestamp,
    /// Whoever declared it could override what blocks, by the policy of then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overrides: bool,
}

/// Why a maintenance was not declared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDeclared {
    /// Its end is not ahead.
    #[error("{} is over already: name an end that is still to come", minute(*.until))]
    Past {
        /// The end that was named.
        until: Timestamp,
    },
    /// Its end is too far away.
    #[error(
        "{} is {} away, and a maintenance ends after 14 days at the latest: name {} or an earlier end, and declare it anew if it takes longer",
        minute(*.until),
        age(.until.since(*.now)),
        minute(*.now + Maintenance::LONGEST)
    )]
    TooFar {
        /// The end that was named.
        until: Timestamp,
        /// When it was declared.
        now: Timestamp,
    },
    /// A name that is none of a check between the sides.
    #[error("`{name}` is no check that compares the two sides: write {}", PARITY.join(", "))]
    NoSuchCheck {
        /// The name.
        name: String,
    },
    /// Another one stands.
    #[error(
        "{} declared this already: {}. One maintenance stands at a time: lift that one, then declare the next",
        .standing.by,
        .standing.told()
    )]
    Stands {
        /// The one that stands.
        standing: Box<Maintenance>,
    },
}

impl Maintenance {
    /// It ends by itself after this at the latest: what nobody looks after must not be silent for ever.
    pub const LONGEST: Millis = Millis::from_secs(14 * 86_400);

    /// Whether it still stands, if nobody lifted it.
    pub fn stands(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Whether a difference that this check finds is expected at `now`.
    pub fn expects(&self, check: &str, now: Timestamp) -> bool {
        self.stands(now) && self.expects.iter().any(|name| name == check)
    }

    /// Whether it may be declared at the moment from which it is to stand.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), NotDeclared> {
        if self.until <= self.since {
            return Err(NotDeclared::Past { until: self.until });
        }
        if self.until > self.since + Self::LONGEST {
            return Err(NotDeclared::TooFar { until: self.until, now: self.since });
        }
        match self.expects.iter().find(|name| !PARITY.contains(&name.as_str())) {
            Some(name) => Err(NotDeclared::NoSuchCheck { name: name.chars().take(40).collect() }),
            None => Ok(()),
        }
    }

    /// In a line: `Green: 2.11 → 3.0.6, until Fri 27 Nov 2026, 18:00 UTC (by ana)`.
    pub fn told(&self) -> String {
        format!("{}: {}, until {} (by {})", self.side.title(), self.what, minute(self.until), self.by)
    }

    /// The version of Airflow that the side goes to, where the words name one: the last that looks like a version.
    pub fn to_version(&self) -> Option<&str> {
        self.versions().last()
    }

    /// The one that it comes from, where the words name two.
    pub fn from_version(&self) -> Option<&str> {
        let mut named = self.versions();
        let first = named.next();
        named.next().and(first)
    }

    fn versions(&self) -> impl Iterator<Item = &str> {
        let parts =
            self.what.as_str().split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '+'));
        parts
            .map(|part| part.trim_start_matches('v').trim_matches(['.', '-']))
            .filter(|part| part.starts_with(|c: char| c.is_ascii_digit()) && part.contains('.'))
    }
}

/// Whether a side that runs `found` runs what was declared: `3.0` is any 3.0.
pub fn is_version(found: &str, declared: &str) -> bool {
    let mut found = found.split('.');
    declared.split('.').all(|part| found.next() == Some(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(what: &str) -> Maintenance {
        Maintenance {
            id: OperationId::new(Timestamp(0), 1),
            side: Color::Blue,
            what: Reason::parse(what).expect("a reason"),
            expects: vec!["airflow-version".into()],
            until: Timestamp(100),
            by: Actor::page("ana"),
            since: Timestamp(0),
            overrides: false,
        }
    }

    #[test]
    fn a_difference_is_expected_by_name_and_until_a_moment() {
        let declared = declared("2.11 to 3.0.6");
        assert!(declared.expects("airflow-version", Timestamp(99)));
        assert!(!declared.expects("airflow-version", Timestamp(100)));
        assert!(!declared.expects("class", Timestamp(99)));
    }

    #[test]
    fn it_ends_ahead_and_within_a_fortnight() {
        let until = |until| Maintenance { until, ..declared("2.11 to 3.0.6") }.check();
        assert_eq!(until(Timestamp(0)), Err(NotDeclared::Past { until: Timestamp(0) }));
        assert_eq!(until(Timestamp(1)), Ok(()));
        let last = Timestamp(0) + Maintenance::LONGEST;
        assert_eq!(until(last), Ok(()));
        let late = until(Timestamp(last.0 + 1)).expect_err("too far").to_string();
        assert!(late.contains("name Thu 15 Jan 1970, 00:00 UTC or an earlier end"), "{late}");
    }

    #[test]
    fn only_checks_that_compare_the_sides_can_be_expected() {
        let expects = |name: &str| Maintenance { expects: vec![name.into()], ..declared("new class") }.check();
        assert_eq!(expects("class"), Ok(()));
        for name in ["target", "environment-color", "Class", ""] {
            assert_eq!(expects(name), Err(NotDeclared::NoSuchCheck { name: name.into() }));
        }
    }

    #[test]
    fn the_versions_are_read_out_of_the_words() {
        for (what, from, to) in [
            ("2.11 → 3.0.6", Some("2.11"), Some("3.0.6")),
            ("2.11->3.0.6", Some("2.11"), Some("3.0.6")),
            ("Airflow v2.11.0 to v4.0.0.", Some("2.11.0"), Some("4.0.0")),
            ("to 4.0.0rc1 for a try", None, Some("4.0.0rc1")),
            ("a larger class, ticket 4711", None, None),
        ] {
            let declared = declared(what);
            assert_eq!((declared.from_version(), declared.to_version()), (from, to), "{what}");
        }
    }

    #[test]
    fn a_version_is_told_by_as_many_parts_as_were_declared() {
        assert!(is_version("3.0.6", "3.0.6") && is_version("3.0.6", "3.0") && is_version("4.0.0", "4"));
        assert!(!is_version("3.0.6", "3.0.7") && !is_version("3.0", "3.0.6") && !is_version("3.10.1", "3.1"));
    }
}
