//! What goes wrong on demand.

use super::world::Side;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Airflow answers with this status.
    Status(u16),
    /// MWAA asks for fewer requests.
    Throttled,
    /// Nothing is done, and nobody answers.
    TimesOut,
    /// It is done, and nobody answers.
    LandsUnanswered,
    /// Lists come with the rows of their first page only, though they say that they have more.
    OnlyTheFirstPage,
}

type Change = Box<dyn FnOnce(&mut Side) + Send>;

/// What happens past Teal in the moment before a call.
pub(super) struct Meanwhile {
    pattern: String,
    well: usize,
    pub(super) environment: String,
    change: Option<Change>,
}

impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meanwhile").field("pattern", &self.pattern).finish_non_exhaustive()
    }
}

impl Meanwhile {
    pub(super) fn new(
        well: usize,
        pattern: &str,
        environment: &str,
        change: impl FnOnce(&mut Side) + Send + 'static,
    ) -> Self {
        let (pattern, environment) = (pattern.to_owned(), environment.to_owned());
        Self { pattern, well, environment, change: Some(Box::new(change)) }
    }

    /// The change, if its moment has come.
    pub(super) fn comes(&mut self, call: &str) -> Option<Change> {
        let path = call.split('?').next().unwrap_or_default();
        if self.change.is_none() || !glob(&self.pattern, path) {
            return None;
        }
        if self.well > 0 {
            self.well -= 1;
            return None;
        }
        self.change.take()
    }
}

/// A fault that waits for its call.
#[derive(Debug)]
pub(super) struct Armed {
    pattern: String,
    fault: Fault,
    first_well: usize,
    left: usize,
}

impl Armed {
    pub(super) fn new(pattern: &str, fault: Fault, first_well: usize, left: usize) -> Self {
        Self { pattern: pattern.to_owned(), fault, first_well, left }
    }

    /// The fault, if it strikes this call.
    pub(super) fn strikes(&mut self, call: &str) -> Option<Fault> {
        let path = call.split('?').next().unwrap_or_default();
        if self.left == 0 || !glob(&self.pattern, path) {
            return None;
        }
        if self.first_well > 0 {
            self.first_well -= 1;
            return None;
        }
        self.left -= 1;
        Some(self.fault)
    }
}

/// Whether a text is as the pattern says, in which `*` stands for anything.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    (0..=rest.len()).any(|at| rest.is_char_boundary(at) && glob(after, &rest[at..]))
}
