//! Each stage: whether it is done, and how that is known.

use super::{Declared, Part, Seen, State, take_over};
use crate::{
    Color, EnvironmentStatus, Timestamp,
    history::{Record, What},
    maintenance::{Maintenance, is_version},
    preflight::{self, Check, Given, Verdict, catalogue::PARITY},
    steps::WatchEnd,
    time::{age, minute},
};

/// How a stage stands by itself, what is known of it, and since when. `Later`: it is not done.
type Told = (State, String, Option<Timestamp>);

const fn not_yet(evidence: String) -> Told {
    (State::Later, evidence, None)
}

/// How a stage stands by itself.
pub(super) fn stage(part: Part, first: Color, declared: Option<Declared<'_>>, seen: Seen<'_>) -> Told {
    let Some(declared) = declared else {
        return not_yet(format!("Say what is done to {}, from which version to which, and until when.", first.title()));
    };
    let words = &declared.first.maintenance;
    match part {
        Part::Declare => (State::Done, format!("{}.", words.told()), Some(words.since)),
        Part::Update if behind(seen, words) => {
            (State::Done, format!("{} is live with {}.", first.title(), runs(seen, first)), None)
        }
        Part::Update if seen.pair.live() == Some(first) => not_yet(format!(
            "{} is live and has not been updated: switch to {} first, so that nothing live is updated.",
            first.title(),
            first.other().title()
        )),
        Part::Update => updated(first, words, seen),
        Part::Look | Part::Smoke if behind(seen, words) => {
            let said = format!("{} has taken over since. Its checks of that moment are behind.", first.title());
            (State::Skipped, said, None)
        }
        Part::Look => looked_at(first, seen),
        Part::Smoke => smoke(first, seen),
        Part::Switch => switched(first, words, seen),
        Part::Watch => watched(words, seen),
        Part::Other => other(first, declared, seen),
        Part::Lift => lifted(declared, seen),
    }
}

/// What a stage waits for.
pub(super) fn waits_for(part: Part, first: Color) -> String {
    let (first, other) = (first.title(), first.other().title());
    match part {
        Part::Declare => String::new(),
        Part::Update => format!("Waits until the maintenance of {first} is declared."),
        Part::Look | Part::Smoke => format!("Waits until {first} is updated."),
        Part::Switch => format!("Waits until {first} is updated and looked at."),
        Part::Watch => format!("Waits for the switch to {first}."),
        Part::Other => format!("Waits until {first} has proved itself: until then {other} stays as it is."),
        Part::Lift => "Waits until both sides are updated.".to_owned(),
    }
}

/// The first side took over, as it was to: what came before that is behind.
fn behind(seen: Seen<'_>, words: &Maintenance) -> bool {
    seen.pair.live() == Some(words.side) && take_over(seen, words).is_some() && has_arrived(words.side, words, seen)
}

/// Whether the side runs what was declared, or, where no version was, another one than the other side, or has been
/// updated since.
fn has_arrived(color: Color, words: &Maintenance, seen: Seen<'_>) -> bool {
    let version = |color| seen.pair.side(color).value().and_then(|side| side.airflow_version.as_deref());
    if let Some(to) = words.to_version() {
        return version(color).is_some_and(|version| is_version(version, to));
    }
    let differs = version(color).zip(version(color.other())).is_some_and(|(this, other)| this != other);
    let update = seen.pair.side(color).value().and_then(|side| side.last_update.as_ref());
    let updated = update.is_some_and(|update| {
        update.status == "SUCCESS" && update.created_at.is_some_and(|begun| begun >= words.since)
    });
    differs || updated
}

/// The version of a side, in words.
fn runs(seen: Seen<'_>, color: Color) -> String {
    let version = seen.pair.side(color).value().and_then(|side| side.airflow_version.clone());
    version.map_or_else(|| "an unknown Airflow".to_owned(), |version| format!("Airflow {version}"))
}

/// How a side's update stands.
fn updated(color: Color, words: &Maintenance, seen: Seen<'_>) -> Told {
    let (reading, title) = (seen.pair.side(color), color.title());
    let Some(side) = reading.value() else {
        let why = reading.error().map_or("It has not been read yet.", |error| error.message.as_str());
        return not_yet(format!("{title} could not be read. {why}"));
    };
    let runs = runs(seen, color);
    let begun = side.last_update.as_ref().and_then(|update| update.created_at).filter(|begun| *begun >= words.since);
    if let Some(error) = reading.error() {
        return not_yet(format!("{title} was {} with {runs} when it last answered. {}", side.status, error.message));
    }
    if side.status != EnvironmentStatus::Available {
        let since = side.changing_for(seen.now).map(|span| format!(" for {}", age(span))).unwrap_or_default();
        let failed = side.last_update.as_ref().and_then(|update| update.error.as_ref());
        let failed = failed.map(|error| format!(" {error}")).unwrap_or_default();
        return not_yet(format!("{title} is {}{since}, with {runs}.{failed}", side.status));
    }
    if has_arrived(color, words, seen) {
        return (State::Done, format!("{title} is {} with {runs}.", side.status), begun);
    }
    let failed = side.last_update.as_ref().filter(|update| update.status == "FAILED" && begun.is_some());
    let failed = failed.map(|update| {
        let why = update.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
        format!(" The update that was begun on {} failed{why}.", begun.map(minute).unwrap_or_default())
    });
    let wanted = words.to_version().map(|to| format!(", not yet {to}")).unwrap_or_default();
    not_yet(format!("{title} is {} with {runs}{wanted}.{}", side.status, failed.unwrap_or_default()))
}

/// What has to be well with a side before it takes over.
const LOOKED_AT: [&str; 4] = ["surroundings", "airflow", "heartbeat", "import-errors"];

fn looked_at(first: Color, seen: Seen<'_>) -> Told {
    let checks = preflight::checks(seen.pair, first, Given::default(), seen.now);
    let about = |check: &&Check| LOOKED_AT.contains(&&*check.name) || PARITY.contains(&&*check.name);
    let about: Vec<&Check> = checks.iter().filter(about).collect();
    let found: Vec<&str> =
        about.iter().filter(|check| check.verdict != Verdict::Pass).map(|check| check.name.as_str()).collect();
    if found.is_empty() {
        let read = about.iter().filter_map(|check| check.read_at).min();
        return (State::Done, format!("All {} checks of {} pass.", about.len(), first.title()), read);
    }
    not_yet(format!("To look at on {}: {}.", first.title(), found.join(", ")))
}

fn smoke(first: Color, seen: Seen<'_>) -> Told {
    let checks = preflight::checks(seen.pair, first, Given::default(), seen.now);
    match checks.into_iter().find(|check| check.name == "smoke") {
        None => (State::Skipped, "Not configured: this pair's policy names no DAGs for it.".to_owned(), None),
        Some(check) if check.verdict == Verdict::Pass => (State::Done, check.evidence, check.read_at),
        Some(check) => not_yet(format!("{} {}", check.evidence, check.mend)),
    }
}

fn switched(first: Color, words: &Maintenance, seen: Seen<'_>) -> Told {
    let title = first.title();
    let took = take_over(seen, words).filter(|_| seen.pair.live() == Some(first));
    match took {
        Some(record) => {
            let past = if record.switch().is_none() { ", past Teal" } else { "" };
            (State::Done, format!("{title} took over, by {}{past}.", record.actor), Some(record.happened_at()))
        }
        None => {
            not_yet(format!("{} is live. {title} is ready as far as the stages before tell.", first.other().title()))
        }
    }
}

fn watched(words: &Maintenance, seen: Seen<'_>) -> Told {
    let Some(record) = take_over(seen, words) else { return not_yet(String::new()) };
    let Some(course) = record.switch().map(|switch| &switch.course) else {
        return (State::Skipped, "The flag was set past Teal, so nothing was watched.".to_owned(), None);
    };
    match (course.watched(), course.watching()) {
        (Some((at, WatchEnd::Good, _)), _) => (State::Done, "Nothing was red until its end.".to_owned(), Some(at)),
        (Some((at, WatchEnd::Red, _)), _) => {
            let said = format!("It ended red on {}: {}.", minute(at), because(record));
            not_yet(format!("{said} Find out why, or switch back."))
        }
        (Some((at, WatchEnd::Unseen, _)), _) => {
            let title = record.switch().map_or("the new side", |switch| switch.target.title());
            not_yet(format!(
                "It was watched only in part until {}: its record says what was not seen. See for yourself that {title} \
                 works before the other side is touched, or switch back.",
                minute(at)
            ))
        }
        (Some((at, WatchEnd::Overtaken, _)), _) => {
            (State::Skipped, "Another switch took its place before its end.".to_owned(), Some(at))
        }
        (None, Some((until, _))) if !course.red().is_empty() => {
            not_yet(format!("It is red: {}. It goes on until {}.", because(record), minute(until)))
        }
        (None, Some((until, _))) => not_yet(format!("It goes on until {}.", minute(until))),
        (None, None) => not_yet("It has not begun yet.".to_owned()),
    }
}

fn because(record: &Record) -> String {
    let What::Switch(switch) = &record.what else { return String::new() };
    switch.course.red().last().map_or_else(String::new, |(_, because)| because.trim_end_matches('.').to_owned())
}

/// The same for the other side: it is the standby now.
fn other(first: Color, declared: Declared<'_>, seen: Seen<'_>) -> Told {
    let color = first.other();
    let (told, words) = match declared.second {
        Some(second) => (true, &second.maintenance),
        None => (false, &declared.first.maintenance),
    };
    let version = |color| seen.pair.side(color).value().and_then(|side| side.airflow_version.as_deref());
    let same = version(first).is_some() && version(first) == version(color);
    let (state, evidence, at) = updated(color, words, seen);
    let settled = seen.pair.side(color).value().is_some_and(|side| side.status == EnvironmentStatus::Available)
        && seen.pair.side(color).error().is_none();
    if same && settled {
        return (State::Done, format!("{} runs {} like {}.", color.title(), runs(seen, color), first.title()), at);
    }
    let declares = if told {
        format!(" {}.", words.told())
    } else {
        format!(
            " To keep it quiet meanwhile, lift the maintenance of {} and declare that of {}.",
            first.title(),
            color.title()
        )
    };
    let evidence = if state == State::Done {
        format!("{} runs {}, {} {}.", color.title(), runs(seen, color), first.title(), runs(seen, first))
    } else {
        evidence
    };
    not_yet(format!("{evidence}{declares}"))
}

fn lifted(declared: Declared<'_>, seen: Seen<'_>) -> Told {
    let last = declared.second.unwrap_or(declared.first);
    let at = last.ended_at(seen.now);
    match (&last.lifted, at) {
        (Some((at, by)), _) => (State::Done, format!("{by} lifted it."), Some(*at)),
        (None, Some(at)) => (State::Done, "It ran out.".to_owned(), Some(at)),
        (None, None) => not_yet(format!("{}.", last.maintenance.told())),
    }
}
