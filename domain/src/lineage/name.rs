//! A name that somebody else chose.

use crate::reason::is_hidden;
use std::borrow::Cow;

/// A name in the lineage service: of a job, a dataset, a namespace. Whoever writes lineage chooses it, so it can hold
/// anything. It is kept as it is, since addresses are made of it, and shown by [`Name::short`] only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The most characters of a name that is kept.
    pub const MOST: usize = 1024;

    /// The name; none where it is empty or longer than any that can be kept.
    pub fn of(text: &str) -> Option<Self> {
        let bytes = text.len();
        // Nobody counts the characters of a megabyte.
        let fits = bytes > 0 && bytes <= Self::MOST * 4 && text.chars().count() <= Self::MOST;
        fits.then(|| Self(text.to_owned()))
    }

    /// As it is: for addresses and comparisons, never for a page.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// As it may be shown: at most so many characters, and a sign in place of each that hides or turns others around.
    pub fn short(&self, most: usize) -> Cow<'_, str> {
        let long = self.0.chars().count() > most;
        if !long && !self.0.chars().any(unseen) {
            return Cow::Borrowed(&self.0);
        }
        let kept = if long { most.saturating_sub(1) } else { most };
        let seen = |sign| if unseen(sign) { char::REPLACEMENT_CHARACTER } else { sign };
        self.0.chars().map(seen).take(kept).chain(long.then_some('…')).collect::<String>().into()
    }
}

/// In a log a name is no more to be trusted than on a page.
impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.short(120))
    }
}

fn unseen(sign: char) -> bool {
    is_hidden(sign)
        || matches!(sign, '\u{061C}' | '\u{200C}' | '\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_around_is_seen_as_a_sign_and_stays_in_the_name() {
        let name = Name::of("ord\u{202e}ers\u{0}\u{200b}").expect("a name");
        assert_eq!(name.short(80), "ord\u{fffd}ers\u{fffd}\u{fffd}");
        assert_eq!(name.raw(), "ord\u{202e}ers\u{0}\u{200b}");
        assert!(!format!("{name:?}").contains('\u{202e}'));
    }

    #[test]
    fn a_long_name_is_cut_by_characters_and_one_without_end_is_none() {
        assert_eq!(Name::of("größere").expect("a name").short(6), "größe…");
        assert_eq!(Name::of("größer").expect("a name").short(6), "größer");
        assert!(Name::of(&"ü".repeat(1024)).is_some());
        assert_eq!((Name::of(&"ü".repeat(1025)), Name::of(&"x".repeat(5_000_000)), Name::of("")), (None, None, None));
    }
}
