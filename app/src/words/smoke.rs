//! Smoke tests in words.

use crate::{components::mark::Tone, words::after::named};
use teal_domain::smoke::{Fate, SmokeRecord};

/// How it ended, in a few words, for a column.
pub fn outcome(test: &SmokeRecord) -> (Tone, String) {
    let Some((_, end)) = &test.end else { return (Tone::Busy, "under way".into()) };
    let (all, bad) = (end.results.len(), test.bad());
    match bad.as_slice() {
        [] => (Tone::Good, format!("{all} of {all} ran well")),
        [only] => (Tone::Down, format!("1 of {all} {}", short(&only.fate))),
        many => (Tone::Down, format!("{} of {all} did not run well", many.len())),
    }
}

/// What became of a run, in a word or two.
pub const fn short(fate: &Fate) -> &'static str {
    match fate {
        Fate::Success => "ran well",
        Fate::Failed { .. } => "failed",
        Fate::Skipped => "did nothing",
        Fate::TimeOver { .. } => "had not ended in time",
        Fate::NotRun { .. } => "did not run",
    }
}

/// How it looks.
pub const fn tone(fate: &Fate) -> Tone {
    match fate {
        Fate::Success => Tone::Good,
        Fate::Failed { .. } => Tone::Down,
        Fate::Skipped | Fate::TimeOver { .. } => Tone::Attention,
        Fate::NotRun { .. } => Tone::Unknown,
    }
}

/// What came of it, in full sentences.
pub fn told(test: &SmokeRecord) -> String {
    let side = test.run.side.title();
    let Some((_, end)) = &test.end else {
        return format!(
            "Runs of {} on {side} are rehearsed: they read what they need and write nothing.",
            named(&test.run.dags)
        );
    };
    let mut said: Vec<String> = Vec::new();
    if test.good() {
        said.push(format!("Each run did its work on {side}, as a rehearsal."));
    } else {
        said.extend(test.bad().into_iter().map(|result| format!("{} {}.", result.dag, dotless(&result.fate.told()))));
    }
    if !end.awake.is_empty() {
        let because = end.because.as_deref().unwrap_or_default();
        said.push(format!("{} had been paused on {side} and is unpaused still. {because}", named(&end.awake)));
    } else if !test.run.woken.is_empty() {
        said.push(format!("{} was unpaused for it and is paused again.", named(&test.run.woken)));
    }
    said.join(" ")
}

fn dotless(text: &str) -> &str {
    text.trim_end_matches('.')
}
