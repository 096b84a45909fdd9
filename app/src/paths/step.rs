//! Why a button of what follows a switch came back: the record's page says it, and keeps what was typed.

use super::{Query, kept, record};
use teal_domain::PairId;

/// A fixed set: an address never puts words onto the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepProblem {
    /// More is at work than whoever pressed it had seen.
    Grown,
    /// The reason is missing, too long, or holds what a line of text may not hold.
    Reason,
    /// The sign-in is too old.
    Prove,
    /// There is nothing to do any more.
    Nothing,
    /// The journal is away.
    Store,
    /// The form could not be taken at all.
    Form,
}

impl StepProblem {
    const ALL: [Self; 6] = [Self::Grown, Self::Reason, Self::Prove, Self::Nothing, Self::Store, Self::Form];

    /// The word in the address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Grown => "grown",
            Self::Reason => "reason",
            Self::Prove => "prove",
            Self::Nothing => "nothing",
            Self::Store => "store",
            Self::Form => "form",
        }
    }

    /// Parses the word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }
}

/// The address of a record's page with what follows it, why a button there came back, and the reason as it was typed.
pub fn step_again(pair: &PairId, seq: u64, reason: &str, problem: StepProblem) -> String {
    let mut out = Query::new(record(pair, seq));
    out.put("step", Some(problem.code()));
    out.put("reason", Some(&kept(reason)).filter(|reason| !reason.is_empty()).map(String::as_str));
    out.0.push_str("#after");
    out.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_read_back_from_its_word() {
        assert!(StepProblem::ALL.into_iter().all(|problem| StepProblem::parse(problem.code()) == Some(problem)));
        assert_eq!(StepProblem::parse("<b>"), None);
        let dev: PairId = "dev".parse().expect("a pair");
        assert_eq!(step_again(&dev, 7, "a b", StepProblem::Grown), "/p/dev/history/7?step=grown&reason=a%20b#after");
        assert_eq!(step_again(&dev, 7, "", StepProblem::Nothing), "/p/dev/history/7?step=nothing#after");
    }
}
