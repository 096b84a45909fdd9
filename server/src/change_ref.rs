//! The change (the ticket) that a switch belongs to: whether it is needed, and what it must look like.

use regex::{Regex, RegexBuilder};
use teal_domain::{OperationId, Reason, policy::ChangeRefRule, switch::Kind};

/// How large a pattern may become when it is compiled: far more than any ticket's needs.
const LARGEST: usize = 1 << 18;

/// What is wrong with a reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAChange {
    /// None was given.
    #[error("A planned switch of this pair names the change that it belongs to{}. An emergency does not.", like(.pattern.as_ref()))]
    Needed {
        /// What it must look like.
        pattern: Option<String>,
    },
    /// It does not look as policy has it.
    #[error("The change `{given}` does not look as this pair's policy has it: the whole of it must match `{pattern}`.")]
    Unlike {
        /// What was given.
        given: String,
        /// What it must match.
        pattern: String,
    },
    /// It is no line of text.
    #[error("The change cannot be taken: {0}.")]
    NoText(String),
}

fn like(pattern: Option<&String>) -> String {
    pattern.map(|pattern| format!(", which matches `{pattern}`")).unwrap_or_default()
}

/// The pattern, for a whole text.
pub fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    // By itself first: `a)(b` must not become good by what is put around it.
    RegexBuilder::new(pattern).size_limit(LARGEST).build()?;
    RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(LARGEST).build()
}

/// Reads what was typed. What is empty is none; whether one is needed depends on the sort of switch.
pub fn parse(rule: &ChangeRefRule, typed: &str, needed: Needed) -> Result<Option<Reason>, NotAChange> {
    if typed.trim().is_empty() {
        return match needed {
            Needed::AsPolicySays if rule.required => Err(NotAChange::Needed { pattern: rule.pattern.clone() }),
            Needed::AsPolicySays | Needed::IfGiven | Needed::Never => Ok(None),
        };
    }
    let given = Reason::parse(typed).map_err(|error| NotAChange::NoText(error.to_string()))?;
    match &rule.pattern {
        // An emergency is not stopped by a ticket in the wrong form: it is written down as it was given.
        Some(pattern) if needed != Needed::Never && !fits(pattern, given.as_str()) => {
            Err(NotAChange::Unlike { given: given.to_string(), pattern: pattern.clone() })
        }
        _ => Ok(Some(given)),
    }
}

fn fits(pattern: &str, given: &str) -> bool {
    // It was checked at start.
    whole(pattern).is_ok_and(|regex| regex.is_match(given))
}

/// Whether a switch must name its change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// A planned one.
    AsPolicySays,
    /// One that is only planned: it may be named later, but what is named must be right.
    IfGiven,
    /// An emergency, a repair, or one that takes another back.
    Never,
}

impl Needed {
    /// For a sort of switch, and the one that it takes back. What held for that one was answered when it was made.
    pub const fn of(kind: Kind, reverts: Option<OperationId>) -> Self {
        match (kind, reverts) {
            (Kind::Planned, None) => Self::AsPolicySays,
            (Kind::Planned, Some(_)) | (Kind::Emergency | Kind::Repair, _) => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(required: bool, pattern: Option<&str>) -> ChangeRefRule {
        ChangeRefRule { required, pattern: pattern.map(str::to_owned) }
    }

    fn planned(rule: &ChangeRefRule, typed: &str) -> Result<Option<String>, NotAChange> {
        parse(rule, typed, Needed::AsPolicySays).map(|given| given.map(|given| given.to_string()))
    }

    #[test]
    fn the_whole_reference_must_match() {
        let rule = rule(true, Some("CHG[0-9]{7}|INC[0-9]+"));
        assert_eq!(planned(&rule, " CHG0012345 "), Ok(Some("CHG0012345".into())));
        assert_eq!(planned(&rule, "INC7"), Ok(Some("INC7".into())));
        for unlike in ["CHG001234", "CHG00123456", "see CHG0012345", "chg0012345", "CHG0012345 INC7"] {
            let error = planned(&rule, unlike).expect_err(unlike);
            assert!(error.to_string().contains("must match `CHG[0-9]{7}|INC[0-9]+`"), "{error}");
        }
    }

    #[test]
    fn none_is_asked_for_where_one_is_needed_only() {
        let error = planned(&rule(true, Some("CHG[0-9]{7}")), "  ").expect_err("needed");
        assert!(error.to_string().contains("names the change") && error.to_string().contains("`CHG[0-9]{7}`"));
        assert_eq!(planned(&rule(false, Some("CHG[0-9]{7}")), ""), Ok(None));
        assert!(planned(&rule(false, Some("CHG[0-9]{7}")), "x").is_err(), "what is given must be right all the same");
        assert_eq!(planned(&rule(false, None), "whatever it is"), Ok(Some("whatever it is".into())));
        assert!(matches!(planned(&rule(false, None), "up\u{202E}grade"), Err(NotAChange::NoText(_))));
    }

    #[test]
    fn no_emergency_waits_for_a_ticket_or_for_its_form() {
        let rule = rule(true, Some("CHG[0-9]{7}"));
        assert_eq!(parse(&rule, "", Needed::Never), Ok(None));
        let given = parse(&rule, "will follow", Needed::Never).expect("taken");
        assert_eq!(given.map(|given| given.to_string()).as_deref(), Some("will follow"));
    }

    #[test]
    fn a_plan_may_leave_the_change_out_but_not_name_a_wrong_one() {
        let rule = rule(true, Some("CHG[0-9]{7}"));
        assert_eq!(parse(&rule, "", Needed::IfGiven), Ok(None));
        assert!(parse(&rule, "CHG1", Needed::IfGiven).is_err());
    }

    #[test]
    fn only_a_planned_switch_that_takes_none_back_must_name_its_change() {
        let another = Some(OperationId::new(teal_domain::Timestamp(1), 1));
        assert_eq!(Needed::of(Kind::Planned, None), Needed::AsPolicySays);
        assert_eq!(Needed::of(Kind::Planned, another), Needed::Never);
        assert_eq!(Needed::of(Kind::Emergency, None), Needed::Never);
    }

    #[test]
    fn a_pattern_that_is_wrong_or_grows_without_measure_is_refused() {
        for pattern in ["CHG[0-9", "a)(b", "(", "*", "(?:a{1000}){1000}", "\\w{5000}"] {
            assert!(whole(pattern).is_err(), "{pattern}");
        }
    }
}
