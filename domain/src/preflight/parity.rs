//! What should be the same on both sides, and what differs, by name. Values are never shown.

mod dags;
mod setup;

use super::{
    Check, Scene, Verdict,
    made::{named, pass, warn},
    said,
};
use crate::time::minute;
use std::collections::BTreeSet;

pub(super) use dags::checks as of_dags;
pub(super) use setup::checks as of_environments;

/// A difference: a warning, unless somebody declared that it is expected for a while. What policy lets block goes on
/// blocking then, but where whoever declared it may override what blocks: nobody lifts it by declaring alone.
fn differs(Scene { pair, now, .. }: Scene<'_>, name: &str, evidence: impl Into<String>, mend: &str) -> Check {
    let evidence = evidence.into();
    let Some(declared) = pair.maintenance.as_ref().filter(|declared| declared.expects(name, now)) else {
        return warn(name, evidence, mend);
    };
    let (by, side) = (&declared.by, declared.side.title());
    let expected =
        format!("Expected until {}, since {by} declared for {side}: {}.", minute(declared.until), declared.what);
    if said(pair, name) == Some(Verdict::Block) && !declared.overrides {
        let evidence =
            format!("{expected} Policy lets it block all the same, since {by} may not override it. {evidence}");
        let mend = format!("{mend} Or let somebody who may override what blocks declare the maintenance.");
        return warn(name, evidence, mend);
    }
    pass(name, format!("{expected} {evidence}"))
}

/// Why files whose hashes differ may still be the same.
const ENCRYPTED: &str =
    "of one size, and not comparable by hash, since a bucket encrypts with KMS or does not tell how";

/// How many names of a kind are listed.
const LISTED: usize = 3;

/// What is on one side only, in words; none where both have the same.
fn only<'a>(
    kind: &str,
    blue: impl IntoIterator<Item = &'a str>,
    green: impl IntoIterator<Item = &'a str>,
) -> Vec<String> {
    let (blue, green): (BTreeSet<&str>, BTreeSet<&str>) = (blue.into_iter().collect(), green.into_iter().collect());
    let kind = if kind.is_empty() { String::new() } else { format!("{kind} ") };
    let says = |side: &str, names: Vec<&str>| {
        (!names.is_empty()).then(|| format!("{kind}only on {side}: {}", named(&names, LISTED)))
    };
    let found = [
        says("Blue", blue.difference(&green).copied().collect()),
        says("Green", green.difference(&blue).copied().collect()),
    ];
    found.into_iter().flatten().collect()
}

/// Findings as one sentence.
fn sentence(found: &[String]) -> String {
    let text = found.join("; ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
