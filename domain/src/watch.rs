//! Judging a switch while it is watched: what is red, and whether Teal may take it back by itself.

use crate::{
    Millis, Timestamp,
    airflow::Part,
    policy::Policy,
    surroundings::{Alarm, AlarmState},
    switch::Kind,
};

/// How long a scheduler may be silent.
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
}

/// Something red: what it is, and in words for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Red {
    /// The same finding has the same name each time it is looked at.
    pub what: String,
    /// What was found.
    pub because: String,
}

/// What is red.
pub fn red(policy: &Policy, seen: Seen<'_>, failed_before: Option<u32>, landed: Timestamp, now: Timestamp) -> Vec<Red> {
    let mut red = Vec::new();
    for guard in policy.guards.iter().filter(|guard| guard.after) {
        let alarm = seen.alarms.iter().find(|alarm| alarm.name == guard.alarm);
        // What was in alarm before the flip already is not of its making.
        if let Some(alarm) = alarm.filter(|alarm| alarm.state == AlarmState::Alarm)
            && alarm.since.is_none_or(|since| since >= landed)
        {
            let because = format!("The guard {} is in alarm: {}", alarm.name, alarm.reason);
            red.push(Red { what: format!("guard {}", alarm.name), because });
        }
    }
    for part in seen.parts.unwrap_or_default() {
        if part.healthy == Some(false) && matches!(part.name.as_str(), "scheduler" | "metadatabase") {
            let because = format!("The {} of the new side is unhealthy.", part.name);
            red.push(Red { what: part.name.clone(), because });
        }
    }
    // A scheduler that has only just begun to matter is given its time.
    if let Some(heartbeat) = seen.heartbeat
        && now.since(landed) > SILENT
        && heartbeat.is_none_or(|at| now.since(at) > SILENT)
    {
        let minutes = SILENT.as_secs() / 60;
        let because = format!("The scheduler of the new side has given no sign of life for {minutes} minutes.");
        red.push(Red { what: "heartbeat".to_owned(), because });
    }
    if let Some(failures) = seen.failures {
        let before = failed_before.unwrap_or(0);
        if failures > before.saturating_add(policy.watch.failures) {
            let before = failed_before.map_or_else(|| "an unknown number".to_owned(), |count| count.to_string());
            let because =
                format!("{failures} tasks have failed since the flip; before it, in as long a time, {before}.");
            red.push(Red { what: "failures".to_owned(), because });
        }
    }
    red
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
