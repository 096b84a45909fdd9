//! What was read from elsewhere, and how far it can be trusted now.

use crate::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// The last good value of something, when it was read, and the error since, if any.
///
/// A failed read never erases the value: a page shows old data as old, never as current and never as a blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading<T> {
    value: Option<(T, Timestamp)>,
    error: Option<ReadError>,
}

/// Why the latest read failed, and since when reads have been failing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadError {
    /// What happened and what to do, in words for a page.
    pub message: String,
    /// The first of the failures in a row.
    pub since: Timestamp,
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self { value: None, error: None }
    }
}

impl<T> Reading<T> {
    /// A reading that was good at `at`.
    pub const fn good(value: T, at: Timestamp) -> Self {
        Self { value: Some((value, at)), error: None }
    }

    /// Takes a fresh value.
    pub fn succeed(&mut self, value: T, at: Timestamp) {
        *self = Self::good(value, at);
    }

    /// Takes a failure; the last good value stays.
    pub fn fail(&mut self, message: impl Into<String>, at: Timestamp) {
        let since = self.error.as_ref().map_or(at, |error| error.since);
        self.error = Some(ReadError { message: message.into(), since });
    }

    /// The last good value, however old.
    pub const fn value(&self) -> Option<&T> {
        match &self.value {
            Some((value, _)) => Some(value),
            None => None,
        }
    }

    /// Whether both say the same, whenever it was read.
    pub fn says_the_same(&self, other: &Self) -> bool
    where
        T: PartialEq,
    {
        self.alike(other, T::eq)
    }

    /// Whether both say the same, whenever it was read, where `same` tells that of two values.
    pub fn alike(&self, other: &Self, same: impl Fn(&T, &T) -> bool) -> bool {
        let values = match (self.value(), other.value()) {
            (Some(one), Some(another)) => same(one, another),
            (one, another) => one.is_none() && another.is_none(),
        };
        values && self.error == other.error
    }

    /// When the last good value was read.
    pub fn read_at(&self) -> Option<Timestamp> {
        self.value.as_ref().map(|(_, at)| *at)
    }

    /// Moves the time of the last good value forward: it was read again and was the same.
    pub fn refresh(&mut self, at: Timestamp) {
        if let Some((_, read_at)) = &mut self.value {
            *read_at = (*read_at).max(at);
            self.error = None;
        }
    }

    /// The failure since the last good value, if any.
    pub const fn error(&self) -> Option<&ReadError> {
        self.error.as_ref()
    }

    /// How old the last good value is at `now`.
    pub fn age(&self, now: Timestamp) -> Option<Millis> {
        self.read_at().map(|at| now.since(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_the_last_good_value_and_the_first_moment_of_failing() {
        let mut reading = Reading::good("blue", Timestamp(10));
        reading.fail("timed out", Timestamp(20));
        reading.fail("refused", Timestamp(30));
        assert_eq!(reading.value(), Some(&"blue"));
        assert_eq!(reading.read_at(), Some(Timestamp(10)));
        assert_eq!(reading.error().map(|e| e.since), Some(Timestamp(20)));
        assert_eq!(reading.error().map(|e| e.message.as_str()), Some("refused"));
    }

    #[test]
    fn a_fresh_value_clears_the_failure() {
        let mut reading = Reading::good("blue", Timestamp(10));
        reading.fail("timed out", Timestamp(20));
        reading.succeed("green", Timestamp(40));
        assert_eq!(reading.error(), None);
        assert_eq!(reading.age(Timestamp(90)), Some(Millis(50)));
    }
}
