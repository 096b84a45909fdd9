//! Drills in words.

use crate::{components::mark::Tone, words};
use teal_domain::drill::{DrillRecord, End, Kind, Skipped, State};

/// How it ended or where it stands, in a few words, for a column.
pub fn outcome(drill: &DrillRecord) -> (Tone, String) {
    match drill.state() {
        State::Waiting { .. } => (Tone::Busy, "waits".into()),
        State::Running { .. } => (Tone::Busy, "under way".into()),
        State::Returning => (Tone::Busy, "returns".into()),
        State::Ended(ended) => {
            let said = match &ended.end {
                End::Skipped { why: Skipped::Late } => "skipped: late".to_owned(),
                End::Skipped { why: Skipped::Asked { .. } } => "skipped on request".to_owned(),
                end => end.as_str().to_owned(),
            };
            (tone(&ended.end), said)
        }
    }
}

/// How an end looks.
pub const fn tone(end: &End) -> Tone {
    match end {
        End::Succeeded => Tone::Good,
        End::Failed { .. } => Tone::Down,
        End::Interrupted { .. } => Tone::Attention,
        End::Skipped { .. } => Tone::Plain,
        End::Unknown { .. } => Tone::Unknown,
    }
}

/// What came of it, in full sentences.
pub fn told(drill: &DrillRecord) -> String {
    let due = words::stamp(drill.run.due);
    match drill.state() {
        State::Waiting { because: Some(because) } => format!("It was due {due} and waits. {because}"),
        State::Waiting { because: None } => format!("It was due {due} and begins."),
        State::Running { until: Some(until) } if drill.run.plan.kind == Kind::SwitchAndReturn => {
            format!("The other side is live until {}; then the flag goes back.", words::stamp(until))
        }
        State::Running { until: Some(until) } => {
            format!("The other side is live, and watched until {}.", words::stamp(until))
        }
        State::Running { until: None } => "It goes through the checks and switches.".to_owned(),
        State::Returning => "The flag is being brought back.".to_owned(),
        State::Ended(ended) => match &ended.end {
            End::Succeeded => "All that counts as good was met.".to_owned(),
            end => end.because(),
        },
    }
}
