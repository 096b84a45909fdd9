//! Why somebody did something, in their own words.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A reason or a note: one line, 1 to 500 characters, without control characters.
///
/// Markup is kept as typed (pages escape it); line breaks and tabs become spaces; characters that would
/// change how the line is shown or logged are refused rather than dropped, so that nothing is recorded that
/// the person did not type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

/// What was wrong with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReasonError {
    /// Nothing but white space.
    #[error("say why: a reason is needed")]
    Empty,
    /// Longer than the limit.
    #[error("the reason has {0} characters; at most {max} fit", max = Reason::MAX_CHARS)]
    TooLong(usize),
    /// A character that has no place in one line of text.
    #[error("the reason holds a control character (U+{code:04X}) at position {position}: remove it", code = u32::from(*.character))]
    Control {
        /// The character.
        character: char,
        /// Its place, counted in characters from 1.
        position: usize,
    },
}

impl Reason {
    /// The most characters that a reason may have.
    pub const MAX_CHARS: usize = 500;

    /// Parses what somebody typed.
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        let line: String = text.trim().chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
        if line.is_empty() {
            return Err(ReasonError::Empty);
        }
        if let Some((at, character)) = line.chars().enumerate().find(|(_, c)| is_hidden(*c)) {
            return Err(ReasonError::Control { character, position: at + 1 });
        }
        match line.chars().count() {
            count if count > Self::MAX_CHARS => Err(ReasonError::TooLong(count)),
            _ => Ok(Self(line)),
        }
    }

    /// A reason of Teal's own, made of words that came from elsewhere: what [`Reason::parse`] refuses is left out, and what
    /// does not fit is cut off. None where nothing is left.
    pub fn quoting(text: &str) -> Option<Self> {
        let clean = plain(text);
        let short = if clean.chars().count() <= Self::MAX_CHARS {
            clean
        } else {
            clean.chars().take(Self::MAX_CHARS - 1).chain(['…']).collect()
        };
        Self::parse(&short).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody else's words on one line, without the characters that would change how it is shown.
pub fn plain(text: &str) -> String {
    let line = text.trim().chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    line.filter(|c| !is_hidden(*c)).collect()
}

/// Control characters, and the ones that reorder or hide the text around them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Reason {
    type Error = ReasonError;

    fn try_from(text: String) -> Result<Self, ReasonError> {
        Self::parse(&text)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_ten_thousand_characters_is_refused_with_its_length() {
        assert_eq!(Reason::parse(&"x".repeat(10_000)), Err(ReasonError::TooLong(10_000)));
        assert!(Reason::parse(&"é".repeat(500)).is_ok());
    }

    #[test]
    fn control_and_reordering_characters_are_refused_and_named() {
        let error = Reason::parse("up\u{202E}grade").expect_err("passed");
        assert_eq!(error, ReasonError::Control { character: '\u{202E}', position: 3 });
        assert!(error.to_string().contains("U+202E"));
        assert!(Reason::parse("bell\u{7}").is_err());
    }

    #[test]
    fn line_breaks_become_spaces_and_markup_stays_as_typed() {
        let reason = Reason::parse("  one\r\n<b>two</b>\t ").expect("a good reason");
        assert_eq!(reason.as_str(), "one  <b>two</b>");
    }

    #[test]
    fn words_from_elsewhere_are_cleaned_and_cut_until_they_are_a_reason() {
        let quoted = Reason::quoting("5xx\u{202E} of\u{200B} \u{1b}[2Korders\nrose").expect("a reason");
        assert_eq!(quoted.as_str(), "5xx of [2Korders rose");
        let long = Reason::quoting(&"é".repeat(700)).expect("a reason");
        assert_eq!((long.as_str().chars().count(), long.as_str().chars().last()), (500, Some('…')));
        assert_eq!(Reason::quoting("\u{200B}\u{feff} "), None);
    }

    #[test]
    fn white_space_alone_is_no_reason() {
        assert_eq!(Reason::parse(" \n\t"), Err(ReasonError::Empty));
    }
}
