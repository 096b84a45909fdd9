//! A mistake in the configuration: where it stands, what is wrong, what mends it.
//!
//! Mistakes are collected, never thrown at the first one: a person wants to mend a file once.

use std::{cell::RefCell, fmt, path::PathBuf};

/// Where a setting, or a mistake in one, comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody said it: Teal's own default.
    Default,
    /// The file as a whole, where no line is to blame.
    WholeFile(PathBuf),
    /// A place in the file.
    File {
        /// The file, named as it was given.
        file: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The character in the line, counted from 1.
        column: usize,
    },
    /// A variable of the environment.
    Variable(&'static str),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("configuration"),
            Self::WholeFile(file) => write!(f, "{}", file.display()),
            Self::File { file, line, column } => write!(f, "{}:{line}:{column}", file.display()),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// One thing that is wrong, and what mends it. Shown as `teal.toml:12:1: what: mend`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{origin}: {what}: {mend}")]
pub struct Mistake {
    /// Where it stands.
    pub origin: Origin,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

/// Every mistake of one configuration, in the order of the file; never empty. Shown one block each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// The mistakes, in the order of the file, then of the environment, then of the command line.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<T> {
    pub value: T,
    pub origin: Origin,
}

/// What a rule says of a value that it refuses; the reader adds the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub what: String,
    pub mend: String,
}

impl Wrong {
    pub fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), mend: mend.into() }
    }
}

/// Proof that a mistake is among the findings: only [`Findings`] makes one, so a value that is missing for
/// this reason can never pass as a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reported(());

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Findings(RefCell<Vec<Mistake>>);

impl Findings {
    pub fn add(&self, origin: &Origin, wrong: Wrong) -> Reported {
        self.0.borrow_mut().push(Mistake { origin: origin.clone(), what: wrong.what, mend: wrong.mend });
        Reported(())
    }

    /// For a value that is missing because of a mistake that is here already.
    pub fn reported_before(&self) -> Reported {
        debug_assert!(!self.0.borrow().is_empty(), "nothing was reported");
        Reported(())
    }

    /// Whether nothing was found so far.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The value if nothing is wrong anywhere, else every mistake.
    pub fn judge<T>(self, value: Result<T, Reported>) -> Result<T, Mistakes> {
        let mut mistakes = self.0.into_inner();
        mistakes.sort();
        mistakes.dedup();
        match value {
            Ok(value) if mistakes.is_empty() => Ok(value),
            _ => Err(Mistakes(mistakes)),
        }
    }
}

/// What somebody wrote, fit to be shown: short, without control characters, in backticks.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 80;
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    // escape_debug escapes quotes too, which would look like something else than what was written.
    shown = shown.replace("\\\"", "\"").replace("\\'", "'");
    let more = if text.chars().nth(MOST).is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize) -> Origin {
        Origin::File { file: "teal.toml".into(), line, column: 1 }
    }

    #[test]
    fn mistakes_come_in_the_order_of_the_file_and_each_once() {
        let findings = Findings::default();
        findings.add(&Origin::Flag("--listen"), Wrong::new("c", "mend it"));
        findings.add(&at(12), Wrong::new("b", "mend it"));
        findings.add(&at(2), Wrong::new("a", "mend it"));
        let reported = findings.add(&at(2), Wrong::new("a", "mend it"));
        let mistakes = findings.judge::<()>(Err(reported)).unwrap_err();
        assert_eq!(mistakes.to_string(), "teal.toml:2:1: a: mend it\nteal.toml:12:1: b: mend it\n--listen: c: mend it");
    }

    #[test]
    fn what_is_shown_of_a_value_is_short_and_cannot_write_over_the_terminal() {
        assert_eq!(quoted("it's \"so\""), "`it's \"so\"`");
        assert_eq!(quoted("a\u{1b}[2Jb\n"), "`a\\u{1b}[2Jb\\n`");
        assert_eq!(quoted(&"x".repeat(500)).chars().count(), 83);
    }
}
