//! Judging a switch while it is watched: what is red, and whether Teal may take it back by itself.

mod ledger;

pub use ledger::{Ledger, Source, Window};

use crate::{
    EnvironmentStatus, Millis, Timestamp,
    airflow::Part,
    policy::Policy,
    reason,
    surroundings::{Alarm, AlarmState},
    switch::Kind,
};
use serde::{Deserialize, Serialize};

/// How long a scheduler, or a whole Airflow, may be silent.
pub const SILENT: Millis = Millis::from_secs(300);

/// What was seen of the new side since the flip. What could not be read is none, and proves nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<'a> {
    /// The alarms that guard the pair.
    pub alarms: &'a [Alarm],
    /// The parts of its Airflow.
    pub parts: Option<&'a [Part]>,
    /// The latest sign of life of its scheduler, if there was one lately.
    pub heartbeat: Option<Option<Timestamp>>,
    /// Task tries that have failed on it since the flip.
    pub failures: Option<u32>,
    /// How long its Airflow has not answered, and what came instead of an answer; none where it answers, refuses to, or
    /// nothing else answers either, so that it may be Teal that is cut off.
    pub silent: Option<(Millis, &'a str)>,
    /// What MWAA says of its environment.
    pub environment: Option<&'a EnvironmentStatus>,
}

/// How it stood before the flip.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// Tasks that failed on the old side in as long a time, where that is known.
    pub failed: Option<u32>,
    /// The guards that were in alarm at the flip, where that is known.
    pub ringing: Option<&'a [Rang]>,
    /// When the flag was written, by the clock of AWS.
    pub flipped: Timestamp,
}

/// An alarm that rang.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rang {
    /// Its name.
    pub alarm: String,
    /// Since when, by the clock of AWS. One that rings since another moment has rung anew.
    pub since: Option<Timestamp>,
}

impl Rang {
    /// The alarm, if it rings.
    pub fn of(alarm: &Alarm) -> Option<Self> {
        let rings = alarm.state == AlarmState::Alarm;
        rings.then(|| Self { alarm: alarm.name.clone(), since: alarm.since })
    }
}

impl Before<'_> {
    /// Whether an alarm that rings began to after the flip. Where it is not known which ones rang at the flip, two moments
    /// by the clock of AWS are compared.
    fn is_new(&self, rings: &Rang) -> bool {
        match self.ringing {
            Some(rang) => !rang.contains(rings),
            None => rings.since.is_none_or(|since| since >= self.flipped),
        }
    }
}

/// Something red: what it is, and in words for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Red {
    /// The same finding has the same name each time it is looked at.
    pub what: String,
    /// What was found.
    pub because: String,
}

impl Red {
    fn new(what: impl Into<String>, because: impl Into<String>) -> Self {
        Self { what: what.into(), because: because.into() }
    }
}

/// What is red.
pub fn red(policy: &Policy, seen: Seen<'_>, before: Before<'_>, landed: Timestamp, now: Timestamp) -> Vec<Red> {
    let minutes = |span: Millis| span.as_secs() / 60;
    let mut red: Vec<Red> = guards(policy, seen.alarms, before).collect();
    if let Some(status @ EnvironmentStatus::Down(_)) = seen.environment {
        red.push(Red::new("environment", format!("The environment of the new side is {status}.")));
    }
    if let Some((span, said)) = seen.silent.filter(|(span, _)| *span > SILENT) {
        let because = format!(
            "The Airflow of the new side has not answered for {} minutes: {}",
            minutes(span),
            reason::plain(said)
        );
        red.push(Red::new("airflow", because));
    }
    for part in seen.parts.unwrap_or_default() {
        if part.healthy == Some(false) && matches!(part.name.as_str(), "scheduler" | "metadatabase") {
            red.push(Red::new(part.name.clone(), format!("The {} of the new side is unhealthy.", part.name)));
        }
    }
    // A scheduler that has only just begun to matter is given its time.
    if let Some(heartbeat) = seen.heartbeat
        && now.since(landed) > SILENT
        && heartbeat.is_none_or(|at| now.since(at) > SILENT)
    {
        let because =
            format!("The scheduler of the new side has given no sign of life for {} minutes.", minutes(SILENT));
        red.push(Red::new("heartbeat", because));
    }
    if let Some(failures) = seen.failures
        && failures > before.failed.unwrap_or(0).saturating_add(policy.watch.failures)
    {
        let before = before.failed.map_or_else(|| "an unknown number".to_owned(), |count| count.to_string());
        let because = format!("{failures} tasks have failed since the flip; before it, in as long a time, {before}.");
        red.push(Red::new("failures", because));
    }
    red
}

/// The guards that have gone into alarm since the flip.
fn guards<'a>(policy: &'a Policy, alarms: &'a [Alarm], before: Before<'a>) -> impl Iterator<Item = Red> + 'a {
    policy.guards.iter().filter(|guard| guard.after).filter_map(move |guard| {
        let alarm = alarms.iter().find(|alarm| alarm.name == guard.alarm)?;
        let rings = Rang::of(alarm).filter(|rings| before.is_new(rings))?;
        // CloudWatch quotes whoever set the alarm off by hand.
        let because = format!("The guard {} is in alarm: {}", rings.alarm, reason::plain(&alarm.reason));
        Some(Red::new(format!("guard {}", rings.alarm), because))
    })
}

/// The side that would become live again.
#[derive(Clone, Copy, Debug, Default)]
pub struct OtherSide<'a> {
    /// Its environment is `AVAILABLE`, as was read just now.
    pub available: bool,
    /// The parts of its Airflow, if it answered just now.
    pub parts: Option<&'a [Part]>,
}

/// Why Teal does not take a switch back by itself, although policy says so; none where it does.
pub fn held(kind: Kind, is_revert: bool, other: OtherSide<'_>) -> Option<String> {
    if kind == Kind::Emergency {
        return Some("It was an emergency: whoever made it knows why the other side must not work.".to_owned());
    }
    if kind == Kind::Repair {
        return Some("It set a flag that named no side: there is none to go back to.".to_owned());
    }
    if is_revert {
        return Some("It took back another switch itself: going to and fro helps nobody.".to_owned());
    }
    if !other.available {
        return Some("The other side is not AVAILABLE.".to_owned());
    }
    let Some(parts) = other.parts else {
        return Some("The other side's Airflow does not answer, so nobody knows whether it is healthier.".to_owned());
    };
    let ill: Vec<&str> =
        parts.iter().filter(|part| part.healthy == Some(false)).map(|part| part.name.as_str()).collect();
    let known = |name: &str| parts.iter().any(|part| part.name == name && part.healthy == Some(true));
    if !ill.is_empty() || !known("scheduler") || !known("metadatabase") {
        let ill =
            if ill.is_empty() { "its parts are not known".to_owned() } else { format!("{} unhealthy", ill.join(", ")) };
        return Some(format!("The other side is not healthier: {ill}."));
    }
    None
}

#[cfg(test)]
mod tests;
