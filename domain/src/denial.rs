//! What somebody wanted and did not get: who, what, when, where and why, for auditors.

use crate::{Action, Actor, PairId, Timestamp};
use serde::{Deserialize, Serialize};

/// What was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// To do something that their roles do not allow.
    ToDo(Action),
    /// To come in.
    ToSignIn,
}

impl Wanted {
    /// The word for it, in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToDo(action) => action.as_str(),
            Self::ToSignIn => "sign_in",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        let action = Action::ALL.into_iter().find(|action| action.as_str() == word);
        action.map(Self::ToDo).or_else(|| (word == "sign_in").then_some(Self::ToSignIn))
    }

    /// In words: `Switching`, `Signing in`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ToDo(action) => action.title(),
            Self::ToSignIn => "Signing in",
        }
    }
}

/// Something that was denied, once or several times in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// When first.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
    /// How often.
    pub times: u64,
    /// Who.
    pub who: Actor,
    /// What they wanted.
    pub wanted: Wanted,
    /// For which pair, where it is one that there is.
    pub pair: Option<PairId>,
    /// Where they tried last: a path, a function, a command.
    pub place: String,
    /// Why it was refused then.
    pub why: String,
    /// The id of that request, as the log and the page have it.
    pub request: Option<String>,
}

impl Denial {
    /// Whether the other is the same thing, wanted by the same person again: places and reasons do not count, so
    /// that nobody fills the list by trying many.
    pub fn is_like(&self, other: &Self) -> bool {
        (&self.who, self.wanted, &self.pair) == (&other.who, other.wanted, &other.pair)
    }

    /// Takes a later one of the same in.
    pub fn take(&mut self, later: Self) {
        *self = Self { first_at: self.first_at, times: self.times + later.times, ..later };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_wanted_survives_the_store() {
        for wanted in Action::ALL.into_iter().map(Wanted::ToDo).chain([Wanted::ToSignIn]) {
            assert_eq!(Wanted::parse(wanted.as_str()), Some(wanted));
        }
        assert_eq!(Wanted::parse("fly"), None);
    }
}
