//! What a record says, in words: what happened, how it ended, and the marks it keeps.

mod since;

use super::{drill, smoke};
use crate::components::mark::Tone;
use std::borrow::Cow;
use teal_domain::{
    Color, Flag, FlagValue, FlagVersion, Millis, OperationId, Reason, Via,
    approval::{Answer, Decision},
    history::{ExternalRecord, MaintenanceRecord, Progress, Record, RequestRecord, SwitchRecord, What},
    journal::Listed,
    switch::{Interleaving, Kind, Outcome, Refusal, Verification},
    time::minute,
};

/// What stood in the flag, on one side of the arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stood {
    /// A side.
    Side(Color),
    /// Something else, in words.
    Other(String),
}

impl Stood {
    fn value(value: &FlagValue) -> Self {
        match value {
            FlagValue::Color(color) => Self::Side(*color),
            FlagValue::Invalid(text) => Self::Other(format!("“{}”", clipped(text, 24))),
        }
    }

    /// In words.
    pub fn words(&self) -> &str {
        match self {
            Self::Side(color) => color.title(),
            Self::Other(text) => text,
        }
    }
}

/// What happened, as the row's first words: to, and from where that is known.
pub fn moved(record: &Record) -> (Stood, Option<Stood>) {
    let other = |text: &str| (Stood::Other(text.to_owned()), None);
    match &record.what {
        What::Switch(switch) => {
            let from = switch.from.map_or_else(
                || Stood::Other(if switch.base.version().is_none() { "missing" } else { "invalid" }.to_owned()),
                Stood::Side,
            );
            (Stood::Side(switch.target), Some(from))
        }
        What::External(external) => (Stood::value(&external.value), external.previous.as_ref().map(Stood::value)),
        What::MadeAnew { .. } => other("Parameter made anew"),
        What::Gap { from, to } if from == to => other(&format!("Version {from} lost")),
        What::Gap { from, to } => other(&format!("Versions {from} to {to} lost")),
        What::Gone { .. } => other("Parameter missing"),
        What::Request(asked) => (Stood::Side(asked.request.target), asked.request.from.map(Stood::Side)),
        What::Maintenance(declared) => (Stood::Side(declared.maintenance.side), None),
        What::Smoke(test) => other(&format!("Smoke test of {}", test.run.side.title())),
        What::Drill(drill) => other(&format!("Drill: {}", drill.run.plan.name)),
        What::Plan(written) => other(&format!("Drill plan {}: {}", written.change.as_str(), written.plan.name)),
    }
}

/// What is said before the side, where nothing moved: what was asked for is not what happened.
pub const fn before_side(record: &Record) -> Option<&'static str> {
    match record.what {
        What::Request(_) => Some("Asks for "),
        What::Maintenance(_) => Some("Maintenance of "),
        _ => None,
    }
}

/// The record as a sentence, for titles: `Green ← Blue`.
pub fn title(record: &Record) -> String {
    let before = before_side(record).unwrap_or_default();
    match moved(record) {
        (to, Some(from)) => format!("{before}{} ← {}", to.words(), from.words()),
        (to, None) => format!("{before}{}", to.words()),
    }
}

/// The sort of thing, as the filter names it.
pub const fn kind(kind: Listed) -> &'static str {
    match kind {
        Listed::Switch => "Switches",
        Listed::Emergency => "Emergency switches",
        Listed::Repair => "Repairs",
        Listed::External => "External changes",
        Listed::Imported => "From before Teal",
        Listed::Incident => "Incidents",
        Listed::Request => "Requests for approval",
        Listed::Maintenance => "Declared maintenances",
        Listed::Smoke => "Smoke tests",
        Listed::Drill => "Drills",
        Listed::Plan => "Drill plans",
    }
}

/// The door somebody came in by.
pub const fn via(via: Via) -> &'static str {
    match via {
        Via::Page => "on a page",
        Via::Cli => "at the command line",
        Via::Api => "by a script",
        Via::Teal => "by itself",
        Via::Outside => "past Teal",
    }
}

/// How it ended and, of a switch, what came after its flip: in a few words, for a column.
pub fn outcome(record: &Record) -> (Tone, String) {
    let (tone, said) = flipped(record);
    let after = since::since(record);
    let tone = after.iter().map(|(tone, _)| *tone).fold(tone, graver);
    (tone, std::iter::once(said).chain(after.into_iter().map(|(_, said)| said)).collect::<Vec<_>>().join("; "))
}

/// The tone that matters more.
const fn graver(one: Tone, other: Tone) -> Tone {
    const fn weight(tone: Tone) -> u8 {
        match tone {
            Tone::Down => 3,
            Tone::Attention => 2,
            Tone::Unknown | Tone::Busy => 1,
            Tone::Good | Tone::Plain => 0,
        }
    }
    if weight(other) > weight(one) { other } else { one }
}

/// How it ended: of a switch, its flip alone.
pub fn flipped(record: &Record) -> (Tone, String) {
    let switch = match &record.what {
        What::Switch(switch) => switch,
        What::External(external) if external.imported => return (Tone::Plain, "imported".into()),
        What::External(external) if external.value.color().is_none() => {
            return (Tone::Down, "no side works".into());
        }
        What::External(_) => return (Tone::Plain, "set past Teal".into()),
        What::MadeAnew { .. } => return (Tone::Attention, "versions began again at 1".into()),
        What::Gap { .. } => return (Tone::Attention, "not readable any more".into()),
        What::Gone { .. } => return (Tone::Down, "no side works".into()),
        What::Request(asked) => return of_request(asked),
        What::Maintenance(declared) => return of_maintenance(declared),
        What::Smoke(test) => return smoke::outcome(test),
        What::Drill(drill) => return drill::outcome(drill),
        What::Plan(written) => return (Tone::Plain, written.change.as_str().to_owned()),
    };
    if let Some(version) = switch.landed_late {
        return (Tone::Attention, format!("landed late, as version {version}"));
    }
    match &switch.progress {
        Progress::Begun => (Tone::Busy, "under way".into()),
        Progress::Unknown { .. } => (Tone::Unknown, "outcome unknown".into()),
        Progress::Ended { outcome, .. } => short(outcome, switch),
    }
}

fn of_request(asked: &RequestRecord) -> (Tone, String) {
    match (&asked.decision, asked.withdrawn_at) {
        (_, Some(_)) => (Tone::Plain, "taken back".into()),
        (Some(Decision { answer: Answer::Approved, by, .. }), None) => {
            (Tone::Good, format!("approved by {}", who(&by.name)))
        }
        (Some(Decision { answer: Answer::Declined, by, .. }), None) => {
            (Tone::Attention, format!("declined by {}", who(&by.name)))
        }
        (None, None) => (Tone::Plain, "asked for approval".into()),
    }
}

fn of_maintenance(declared: &MaintenanceRecord) -> (Tone, String) {
    match &declared.lifted {
        Some((_, by)) => (Tone::Plain, format!("lifted by {}", who(&by.name))),
        None => (Tone::Plain, format!("until {}", minute(declared.maintenance.until))),
    }
}

fn short(outcome: &Outcome, switch: &SwitchRecord) -> (Tone, String) {
    match outcome {
        Outcome::Landed { verification, interleaving, .. } => match (verification, interleaving) {
            (Verification::AnswerOnly { .. }, _) => (Tone::Attention, "switched, not yet read back".into()),
            (Verification::WrittenOver { .. }, _) => (Tone::Attention, "switched, then written over".into()),
            (_, Interleaving::SomebodyWrote) => (Tone::Attention, "switched; somebody wrote in between".into()),
            (_, Interleaving::MadeAnew) => (Tone::Attention, "switched; the parameter was made anew".into()),
            (Verification::History { .. }, Interleaving::None) => (Tone::Good, "switched, found in the history".into()),
            (Verification::Read, Interleaving::None) => (Tone::Good, "verified".into()),
        },
        Outcome::NothingToDo => (Tone::Plain, format!("{} was live already", switch.target.title())),
        Outcome::Moved { .. } => (Tone::Attention, "not switched: the flag had moved".into()),
        Outcome::Refused { refusal } => (Tone::Down, format!("refused: {}", because(refusal))),
        Outcome::Expired => (Tone::Attention, "not switched: the confirmation ran out".into()),
        Outcome::NotLanded => (Tone::Down, "not switched: the put never landed".into()),
        Outcome::Undetermined { .. } => (Tone::Unknown, "can no longer be known".into()),
    }
}

/// Why nothing was put, in a few words.
fn because(refusal: &Refusal) -> String {
    match refusal {
        Refusal::StoreAway { .. } => "the journal could not be written".into(),
        Refusal::LeaseHeld { .. } => "another switch was under way".into(),
        Refusal::WaitsFor { .. } => "another outcome was unknown".into(),
        Refusal::Unreadable { .. } => "the flag could not be read".into(),
        Refusal::TooLate => "the confirmation ran out".into(),
        Refusal::Blocked { checks } => format!("blocked by {}", checks.join(", ")),
        Refusal::Rejected { code, .. } => format!("SSM said {code}"),
    }
}

/// How a switch stands, in full sentences: what is, then what to do.
pub fn told(switch: &SwitchRecord) -> String {
    let target = switch.target.title();
    if let Some(version) = switch.landed_late {
        return format!(
            "The put landed as version {version} after Teal had given it up. The record was corrected when it showed."
        );
    }
    let outcome = match &switch.progress {
        Progress::Begun => return "Under way: nothing has been put yet.".into(),
        Progress::Unknown { cause: Some(cause), .. } => {
            return format!(
                "The put was sent and no answer came: {cause}. Teal looks for it in the flag's history until it is \
                 settled."
            );
        }
        Progress::Unknown { cause: None, .. } => {
            return "The put was sent and no answer is known. Teal looks for it in the flag's history until it is \
                    settled."
                .into();
        }
        Progress::Ended { outcome, .. } => outcome,
    };
    match outcome {
        Outcome::Landed { version, interleaving, verification } => {
            let (landed, since) = (landed(target, *version, verification), since::told(switch));
            format!("{landed}{}{since}", between(*interleaving))
        }
        Outcome::NothingToDo => format!("The flag said {target} already, so nothing was put."),
        Outcome::Moved { found } => {
            format!("The flag had moved since the confirmation: {}. Nothing was put.", stands(found))
        }
        Outcome::Refused { refusal } => format!("Nothing was put. {}", refused(refusal)),
        Outcome::Expired => {
            "The confirmation ran out before the put was begun, so nothing was put. Confirm again if it is still \
             wanted."
                .into()
        }
        Outcome::NotLanded => {
            "The put was sent, no answer came, and the flag's history did not hold it after the grace period: it did \
             not land."
                .into()
        }
        Outcome::Undetermined { why } => format!("Whether the put landed can no longer be known: {why}."),
    }
}

fn landed(target: &str, version: FlagVersion, verification: &Verification) -> String {
    match verification {
        Verification::Read => format!("The flag says {target} since version {version}, and a read has shown it."),
        Verification::WrittenOver { found } => {
            format!("Version {version} set the flag to {target}; it has been written over since: {}.", stands(found))
        }
        Verification::AnswerOnly { why } => {
            format!("SSM answered with version {version}; no read has shown it yet: {why}.")
        }
        Verification::History { .. } => {
            format!("No answer came, but the flag's history holds the put as version {version}: it landed.")
        }
    }
}

const fn between(interleaving: Interleaving) -> &'static str {
    match interleaving {
        Interleaving::None => "",
        Interleaving::SomebodyWrote => " Somebody else wrote between the confirmation and the put.",
        Interleaving::MadeAnew => " The parameter had been deleted meanwhile; the put made it anew.",
    }
}

/// Where the flag stands.
pub fn stands(flag: &Flag) -> String {
    match flag {
        Flag::Missing => "the parameter is missing".into(),
        Flag::Present { value: FlagValue::Color(color), version, .. } => {
            format!("it says {} at version {version}", color.title())
        }
        Flag::Present { value: FlagValue::Invalid(text), version, .. } => {
            format!("it holds “{}” at version {version}", clipped(text, 60))
        }
    }
}

fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::StoreAway { message } => format!("The journal could not be written: {message}."),
        Refusal::LeaseHeld { holder } => format!("Another switch of the pair was under way ({holder})."),
        Refusal::WaitsFor { operation } => format!("The outcome of operation {operation} was unknown."),
        Refusal::Unreadable { message } => format!("The flag could not be read again: {message}."),
        Refusal::TooLate => "The confirmation ran out before the put.".into(),
        Refusal::Blocked { checks } => format!("Blocked by {}.", checks.join(", ")),
        Refusal::Rejected { code, message } => format!("SSM refused the put: {code}, {message}."),
    }
}

/// The marks that a record keeps.
pub fn tags(record: &Record) -> Vec<(Tone, Cow<'static, str>)> {
    let mut tags: Vec<(Tone, Cow<'static, str>)> = Vec::new();
    match &record.what {
        What::Switch(switch) => {
            match switch.kind {
                Kind::Emergency => tags.push((Tone::Down, "emergency".into())),
                Kind::Repair => tags.push((Tone::Attention, "repair".into())),
                Kind::Planned => {}
            }
            if !switch.overridden.is_empty() {
                tags.push((Tone::Attention, format!("overridden: {}", switch.overridden.join(", ")).into()));
            }
            if switch.unproven {
                tags.push((Tone::Attention, "without proof".into()));
            }
            if switch.spooled {
                tags.push((Tone::Attention, "spooled".into()));
            }
            if switch.landed_late.is_some() {
                tags.push((Tone::Attention, "landed late".into()));
            }
            tags.extend(since::takes_back(record, switch).map(|said| (Tone::Plain, said.into())));
        }
        What::External(external) => {
            if external.imported {
                tags.push((Tone::Plain, "before Teal".into()));
            } else {
                tags.push((Tone::Plain, "external".into()));
            }
            if external.foreign.is_some() {
                tags.push((Tone::Attention, "foreign id".into()));
            }
            if record.unexplained() {
                tags.push((Tone::Attention, "unexplained".into()));
            }
        }
        What::MadeAnew { .. } | What::Gap { .. } | What::Gone { .. } => tags.push((Tone::Attention, "incident".into())),
        What::Request(_) => tags.push((Tone::Plain, "request".into())),
        What::Maintenance(_) => tags.push((Tone::Plain, "maintenance".into())),
        What::Drill(drill) => {
            if drill.end.as_ref().is_some_and(|(_, ended)| ended.stranded.is_some()) {
                tags.push((Tone::Down, "not brought back".into()));
            }
        }
        What::Plan(_) => {}
        What::Smoke(test) => {
            if test.end.as_ref().is_some_and(|(_, end)| !end.awake.is_empty()) {
                tags.push((Tone::Attention, "left unpaused".into()));
            }
        }
    }
    tags
}

/// Why, in the words of whoever did it: the reason, else the latest note, else the description.
pub fn why(record: &Record) -> Option<&str> {
    match &record.what {
        What::Switch(switch) => Some(switch.reason.as_str()),
        What::Request(asked) => Some(asked.request.reason.as_str()),
        What::Maintenance(declared) => Some(declared.maintenance.what.as_str()),
        What::External(external) => record.notes.last().map(|note| note.text.as_str()).or_else(|| said(external)),
        _ => record.notes.last().map(|note| note.text.as_str()),
    }
}

/// The operation that a record is of: a switch, a smoke test, or the run of a drill.
pub fn operation(record: &Record) -> Option<OperationId> {
    let switch = record.switch().map(|switch| switch.operation);
    switch.or_else(|| record.smoke().map(|test| test.run.id)).or_else(|| record.drill().map(|drill| drill.run.id))
}

/// The change (the ticket) that a switch belongs to, or would belong to that was asked for.
pub fn change(record: &Record) -> Option<&str> {
    let change_ref = match &record.what {
        What::Switch(switch) => &switch.change_ref,
        What::Request(asked) => &asked.request.change_ref,
        _ => return None,
    };
    change_ref.as_ref().map(Reason::as_str)
}

/// What whoever wrote past Teal said of it. A description that was carried over belongs to another version.
pub fn said(external: &ExternalRecord) -> Option<&str> {
    external.description.as_deref().filter(|_| !external.carried_over)
}

/// How long the flip took, where there was one: a refusal takes time too, but flips nothing.
pub fn flip(record: &Record) -> Option<Millis> {
    record.flip().filter(|_| record.version().is_some())
}

/// Who, short enough for a column: of an ARN, what follows the account.
pub fn who(name: &str) -> &str {
    if name.starts_with("arn:") { name.splitn(6, ':').last().unwrap_or(name) } else { name }
}

/// The first characters of a text, with an ellipsis where some are left off.
pub fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_told_by_what_follows_the_account() {
        assert_eq!(who("arn:aws:sts::123456789012:assumed-role/deploy/pipeline:7"), "assumed-role/deploy/pipeline:7");
        assert_eq!(who("ana"), "ana");
        assert_eq!(who("arn:odd"), "odd");
    }

    #[test]
    fn a_text_is_clipped_by_characters_not_bytes() {
        assert_eq!(clipped("größer", 6), "größer");
        assert_eq!(clipped("größere", 6), "größe…");
    }
}
