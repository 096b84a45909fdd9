//! What came after the flip of a switch, for the places that tell how it ended: its outcome stays true, and this stands
//! beside it.

use crate::{components::mark::Tone, words::after};
use teal_domain::{
    history::{After, Record, SwitchRecord},
    steps::Coverage,
};

/// In a few words each, for a column.
pub(super) fn since(record: &Record) -> Vec<(Tone, String)> {
    let Some(switch) = record.switch() else { return Vec::new() };
    let course = &switch.course;
    let mut said = Vec::new();
    if !course.red().is_empty() {
        said.push((Tone::Down, "red".to_owned()));
    }
    match switch.after() {
        Some(After::TakenBack) => {
            let by = switch.linked().taken_back_by.map_or_else(String::new, |seq| format!(" by record {seq}"));
            said.push((Tone::Attention, format!("taken back{by}")));
        }
        Some(After::InPart) => said.push((Tone::Attention, after::in_part(&switch.course).to_owned())),
        Some(After::Watched | After::Good | After::Red | After::Overtaken) | None => {}
    }
    if let Some(gaps) = gaps(switch) {
        said.push((Tone::Attention, after::gaps(gaps, false)));
    }
    said
}

fn gaps(switch: &SwitchRecord) -> Option<&Coverage> {
    let (_, _, coverage) = switch.course.watched()?;
    coverage.filter(|coverage| !coverage.is_whole())
}

/// In full sentences, each with a space before it.
pub(super) fn told(switch: &SwitchRecord) -> String {
    let course = &switch.course;
    let mut said = String::new();
    if let Some((_, because)) = course.red().last() {
        let because = because.trim_end_matches('.');
        said.push_str(&format!(" It turned red: {because}."));
    }
    match switch.after() {
        Some(After::TakenBack) => {
            let by = switch.linked().taken_back_by.map_or_else(String::new, |seq| format!(" by record {seq}"));
            said.push_str(&format!(" It was taken back{by}."));
        }
        Some(After::InPart) => {
            said.push_str(&format!(" It was {}: {}.", after::in_part(course), after::unseen(course)));
        }
        Some(After::Watched | After::Good | After::Red | After::Overtaken) | None => {}
    }
    if let Some(gaps) = gaps(switch) {
        said.push_str(&format!(" {}.", after::gaps(gaps, true)));
    }
    said
}

/// That it takes another switch back, or was to.
pub(super) fn takes_back(record: &Record, switch: &SwitchRecord) -> Option<String> {
    switch.reverts?;
    let other = switch.linked().takes_back.map_or_else(|| "a switch".to_owned(), |seq| format!("record {seq}"));
    Some(if record.version().is_some() { format!("takes back {other}") } else { format!("was to take back {other}") })
}
