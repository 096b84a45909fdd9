//! What was measured of a run, held against what counts as good.

use super::{Kind, Plan};
use crate::{
    FlagVersion, Millis, Timestamp,
    history::{Progress, SwitchRecord},
    steps::WatchEnd,
};
use serde::{Deserialize, Serialize};

/// What was measured. The three times are the recovery times: until the flag had moved, until work had begun again, and until
/// the flag was back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Measured {
    /// From asking for the flip until it was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flip: Option<Millis>,
    /// From the flip until the first task began on the new side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pickup: Option<Millis>,
    /// From asking for the way back until it was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Millis>,
    /// The version of the flag before, after the flip, and after the way back.
    #[serde(default)]
    pub versions: [Option<FlagVersion>; 3],
    /// How much was due that neither side ran, and that both ran; none where it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_and_twice: Option<(u32, u32)>,
    /// What the watch or an alarm found red, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub red: Vec<String>,
    /// DAGs that were still to be paused or unpaused after the way back when the run ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<String>,
    /// Not all that is watched could be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen: bool,
}

impl Measured {
    /// What is on record of the switch that went over, and of the one that came back.
    pub fn of(over: Option<&SwitchRecord>, back: Option<&SwitchRecord>) -> Self {
        let Some(over) = over else { return Self::default() };
        let mut red: Vec<String> = over.course.red().into_iter().map(|(_, because)| because.to_owned()).collect();
        red.extend(back.iter().flat_map(|back| back.course.red()).map(|(_, because)| because.to_owned()));
        let watched = over.course.watched();
        let coverage = watched.and_then(|(_, _, coverage)| coverage);
        let count = |runs: &[(String, Timestamp)]| u32::try_from(runs.len()).unwrap_or(u32::MAX);
        Self {
            flip: took(over),
            pickup: landed_at(over).and_then(|at| Some(over.course.picked_up()?.1.since(at))),
            back: back.and_then(took),
            versions: [over.base.version(), version(over), back.and_then(version)],
            missed_and_twice: coverage.map(|coverage| (count(&coverage.missed), count(&coverage.twice))),
            red,
            owed: back.map(|back| [true, false].map(|pause| back.course.left(pause)).concat()).unwrap_or_default(),
            unseen: watched.is_some_and(|(_, end, _)| end == WatchEnd::Unseen),
        }
    }
}

/// From asking for a switch until it was verified.
fn took(switch: &SwitchRecord) -> Option<Millis> {
    landed_at(switch)?;
    Some(switch.timings?.total)
}

fn landed_at(switch: &SwitchRecord) -> Option<Timestamp> {
    match &switch.progress {
        Progress::Ended { at, outcome } => outcome.landed().map(|_| *at),
        _ => None,
    }
}

fn version(switch: &SwitchRecord) -> Option<FlagVersion> {
    match &switch.progress {
        Progress::Ended { outcome, .. } => switch.landed_late.or(outcome.landed()),
        _ => switch.landed_late,
    }
}

/// A criterion, what was measured, and whether it is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What counts as good, such as “Flip within 5 s”.
    pub what: String,
    /// What was measured.
    pub measured: String,
    /// Whether it is met. What could not be told is not.
    pub met: bool,
}

impl Judged {
    fn within(what: &str, limit: Millis, took: Option<Millis>) -> Self {
        Self {
            what: format!("{what} within {}", seconds(limit)),
            measured: took.map_or_else(|| "not known".to_owned(), seconds),
            met: took.is_some_and(|took| took <= limit),
        }
    }

    /// As a sentence for the outcome.
    pub fn told(&self) -> String {
        format!("{}: {}.", self.what, self.measured)
    }
}

/// Holds what was measured against what counts as good by the plan.
pub fn judge(plan: &Plan, measured: &Measured) -> Vec<Judged> {
    let criteria = &plan.criteria;
    let mut judged = Vec::new();
    if !plan.kind.flips() {
        return judged;
    }
    if let Some(limit) = criteria.flip {
        judged.push(Judged::within("Flip", limit, measured.flip));
        if plan.kind == Kind::SwitchAndReturn {
            judged.push(Judged::within("Way back", limit, measured.back));
        }
    }
    if let Some(limit) = criteria.pickup {
        judged.push(Judged::within("Pickup", limit, measured.pickup));
    }
    if criteria.nothing_missed {
        let (told, met) = match measured.missed_and_twice {
            Some((0, 0)) => ("nothing was".to_owned(), true),
            Some((missed, twice)) => (format!("{missed} missed, {twice} run twice"), false),
            None => ("could not be told".to_owned(), false),
        };
        judged.push(Judged { what: "Nothing missed or run twice".to_owned(), measured: told, met });
    }
    if criteria.nothing_red {
        let (told, met) = match (measured.red.as_slice(), measured.unseen) {
            ([], false) => ("nothing was".to_owned(), true),
            ([], true) => ("not all could be read".to_owned(), false),
            (red, _) => (red.join(" "), false),
        };
        judged.push(Judged { what: "Nothing red while watched".to_owned(), measured: told, met });
    }
    judged
}

/// A time as reports tell it: `0.18 s`, `41 s`, `3 min 5 s`.
pub fn seconds(span: Millis) -> String {
    match span.0 {
        0..10_000 => format!("{}.{:02} s", span.0 / 1_000, span.0 % 1_000 / 10),
        10_000..120_000 => format!("{} s", span.as_secs()),
        _ => match (span.as_secs() / 60, span.as_secs() % 60) {
            (minutes, 0) => format!("{minutes} min"),
            (minutes, seconds) => format!("{minutes} min {seconds} s"),
        },
    }
}
