//! `dag_id_pattern`: what it matches, and whether that is what is wanted.

use std::collections::BTreeSet;

use teal_domain::airflow::Dag;

/// All DAGs, in both dialects.
pub(super) const EVERYTHING: &str = "~";

/// Whether a pattern matches an id: SQL's `ILIKE '%pattern%'`, in which `_` is any character and `%` any text, and there
/// is no way to say otherwise.
pub(super) fn matches(pattern: &str, id: &str) -> bool {
    let pattern: Vec<char> = format!("%{}%", pattern.to_lowercase()).chars().collect();
    let id: Vec<char> = id.to_lowercase().chars().collect();
    // For each beginning of the id: whether the pattern so far can match it.
    let mut reached = vec![false; id.len() + 1];
    reached[0] = true;
    for symbol in pattern {
        if symbol == '%' {
            let first = reached.iter().position(|yes| *yes).unwrap_or(reached.len());
            reached.iter_mut().skip(first).for_each(|place| *place = true);
            continue;
        }
        for at in (1..=id.len()).rev() {
            reached[at] = reached[at - 1] && (symbol == '_' || symbol == id[at - 1]);
        }
        reached[0] = false;
    }
    reached[id.len()]
}

/// The DAGs that a pattern would pause or unpause although nobody wants it.
pub(super) fn touched<'d>(pattern: &str, known: &'d [Dag], wanted: &BTreeSet<&str>, paused: bool) -> Vec<&'d str> {
    let all = pattern == EVERYTHING;
    let others = known
        .iter()
        .filter(|dag| dag.paused != paused && !wanted.contains(dag.id.as_str()) && (all || matches(pattern, &dag.id)));
    others.map(|dag| dag.id.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_contained_whatever_the_case_and_its_underscores_are_any_character() {
        for (pattern, id, yes) in [
            ("orders", "daily_ORDERS_eu", true),
            ("a_c", "xabcx", true),
            ("a_c", "ac", false),
            ("a%d", "abcd", true),
            ("abc", "ab", false),
            ("%", "anything", true),
            ("", "anything", true),
            ("aab", "aaab", true),
            ("a/b", "a_b", false),
        ] {
            assert_eq!(matches(pattern, id), yes, "{pattern} in {id}");
        }
    }
}
