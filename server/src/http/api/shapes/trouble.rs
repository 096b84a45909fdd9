//! What is wrong with a pair, as somebody last found it.

use serde::Serialize;
use teal_domain::{
    Color,
    trouble::{self, Verdict},
};

use super::when;

/// One look at everything.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    at: String,
    took_ms: u64,
    live: Option<Color>,
    findings: Vec<Finding>,
    links: Vec<Link>,
}

#[derive(Clone, Debug, Serialize)]
struct Finding {
    trouble: &'static str,
    title: &'static str,
    verdict: Verdict,
    says: String,
    evidence: Vec<Evidence>,
    mend: Vec<String>,
    /// A statement for a policy in IAM, where that is the mend.
    statement: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Evidence {
    says: String,
    /// Lines of a log.
    lines: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Link {
    side: Color,
    label: String,
    address: String,
}

impl Diagnosis {
    /// From what was found.
    pub fn of(found: &trouble::Diagnosis) -> Self {
        Self {
            at: when(found.at),
            took_ms: found.took.0,
            live: found.live,
            findings: found.findings.iter().map(Finding::of).collect(),
            links: found
                .links
                .iter()
                .map(|link| Link { side: link.side, label: link.label.clone(), address: link.address.clone() })
                .collect(),
        }
    }
}

impl Finding {
    fn of(found: &trouble::Finding) -> Self {
        let evidence = found.evidence.iter();
        Self {
            trouble: found.trouble.as_str(),
            title: found.trouble.title(),
            verdict: found.verdict,
            says: found.says.clone(),
            evidence: evidence.map(|seen| Evidence { says: seen.says.clone(), lines: seen.lines.clone() }).collect(),
            mend: found.mend.clone(),
            statement: found.statement.clone(),
        }
    }
}
