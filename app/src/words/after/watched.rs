//! The watch in words: what was red and what Teal does about it, what could not be seen, and how it ended.

use super::{super::time, named};
use crate::components::mark::Tone;
use teal_domain::{
    Millis, Timestamp,
    steps::{Course, Coverage, Gap, Step, WatchEnd},
    watch::Source,
};

/// A step of the watch, as [`super::step`] tells it.
pub(super) fn step(course: &Course, step: &Step) -> (Tone, String, String) {
    match step {
        Step::Unread { what, since, because } => {
            let more = format!("since {} UTC: {because}", time::clock(*since));
            (Tone::Unknown, sentence(&format!("{} cannot be read", what.name())), more)
        }
        Step::ReadAgain { what, since } => {
            let more = format!("after no answer since {} UTC", time::clock(*since));
            (Tone::Good, sentence(&format!("{} can be read again", what.name())), more)
        }
        Step::Unwatched { from, to } => {
            let (from, to) = (time::clock(*from), time::clock(*to));
            let more = format!("from {from} to {to} UTC no process of Teal looked; from then on it is watched");
            (Tone::Unknown, "Nobody watched".to_owned(), more)
        }
        Step::NoData { guard } => {
            (Tone::Attention, format!("Guard {guard} has no data"), "so it says nothing either way".to_owned())
        }
        Step::Red { what, because, reverts, held } => {
            let then = match (reverts, held) {
                (true, _) => "Teal takes the switch back.".to_owned(),
                (false, Some(held)) => format!("Teal does not take it back: {held}"),
                (false, None) => "Take it back, unless you know better.".to_owned(),
            };
            let (title, because) = red(what, because);
            (Tone::Down, title, format!("{} {then}", stopped(because)))
        }
        Step::TakingBack { by } => (Tone::Busy, "Teal takes it back".to_owned(), format!("by operation {by}")),
        Step::Held { because } => {
            (Tone::Attention, "Teal does not take it back".to_owned(), format!("{because} It is looked at again."))
        }
        Step::Reverted { by } => {
            let by =
                course.linked.taken_back_by.map_or_else(|| format!("operation {by}"), |seq| format!("record {seq}"));
            (Tone::Attention, "Taken back".to_owned(), format!("by {by}"))
        }
        Step::Watched { end, coverage } => {
            let (tone, said, more) = ended(course, *end);
            let covered = coverage.as_ref().map(covered);
            (tone, said, [more, covered].into_iter().flatten().collect::<Vec<_>>().join("; "))
        }
        other => (Tone::Plain, other.as_str().to_owned(), String::new()),
    }
}

fn ended(course: &Course, end: WatchEnd) -> (Tone, String, Option<String>) {
    let span = course.window().map(|(from, until)| time::age(until.since(from)));
    match (end, span) {
        (WatchEnd::Good, Some(span)) => (Tone::Good, format!("Watched for {span}: nothing was red"), None),
        (WatchEnd::Good, None) => (Tone::Good, "Watched to the end: nothing was red".to_owned(), None),
        (WatchEnd::Red, _) => (Tone::Down, "The watch ended red, and nobody took it back".to_owned(), None),
        (WatchEnd::Unseen, _) => (Tone::Attention, sentence(in_part(course)), Some(unseen(course))),
        (WatchEnd::Overtaken, _) if course.reverted_by().is_some() => {
            (Tone::Plain, "The watch ended: it was taken back".to_owned(), None)
        }
        (WatchEnd::Overtaken, _) => (Tone::Plain, "The watch ended: the flag moved on".to_owned(), None),
    }
}

/// What is red, as a title, and what was found. Guards tell theirs in the words of CloudWatch.
fn red<'a>(what: &str, because: &'a str) -> (String, &'a str) {
    if let Some(guard) = what.strip_prefix("guard ") {
        let said = because.strip_prefix(&format!("The guard {guard} is in alarm: ")).unwrap_or(because);
        return (format!("Guard {guard} is in alarm"), said);
    }
    let title = match what {
        "failures" => "Too many tasks fail on the new side",
        "heartbeat" => "The new side's scheduler gives no sign of life",
        "scheduler" => "The new side's scheduler is unhealthy",
        "metadatabase" => "The new side's database is unhealthy",
        "airflow" => "The new side's Airflow does not answer",
        "environment" => "The new side's environment is down",
        "revert" => "Taking it back did not work",
        _ => "Something is red",
    };
    (title.to_owned(), because)
}

/// How far a watch went that did not see everything.
pub fn in_part(course: &Course) -> &'static str {
    let Some((from, until)) = course.window() else { return "not watched" };
    let nobody = course.gaps(until).iter().any(|gap| gap.what.is_none() && gap.from == from && gap.to == until);
    if nobody { "not watched" } else { "watched in part" }
}

/// What could not be seen of the window of a watch that is over, and for how long.
pub fn unseen(course: &Course) -> String {
    let Some((from, until)) = course.window() else { return "it never began".to_owned() };
    let gaps = course.gaps(until);
    let told = [Source::Guards, Source::Health, Source::Tasks, Source::Heartbeat].map(Some).into_iter().chain([None]);
    let told = told.filter_map(|what| {
        let of: Vec<&Gap> = gaps.iter().filter(|gap| gap.what == what).collect();
        let why = of.last()?.because.trim_end_matches('.');
        let all = Millis(of.iter().map(|gap| gap.lasts().0).sum());
        let (span, whole) = (time::age(all), all >= until.since(from));
        Some(match what {
            Some(source) if whole => format!("{} could not be read at all ({why})", source.name()),
            Some(source) => format!("{} could not be read for {span} ({why})", source.name()),
            None if whole => why.to_owned(),
            None => format!("nobody watched for {span}"),
        })
    });
    let told = told.collect::<Vec<_>>();
    if told.is_empty() { "not all of it could be read".to_owned() } else { told.join("; ") }
}

/// What cannot be seen just now of a switch that is watched.
pub fn unseen_now(course: &Course) -> Option<String> {
    course.watching().filter(|_| course.watched().is_none())?;
    let unread = [Source::Guards, Source::Health, Source::Tasks, Source::Heartbeat].into_iter().filter_map(|source| {
        let (since, _) = course.unread(source)?;
        Some(sentence(&format!("{} cannot be read since {} UTC.", source.name(), time::clock(since))))
    });
    let unread = unread.collect::<Vec<_>>();
    (!unread.is_empty()).then(|| unread.join(" "))
}

/// Whether everything due was run by exactly one side.
pub fn covered(coverage: &Coverage) -> String {
    match coverage.once {
        0 if coverage.is_whole() => "nothing was due".to_owned(),
        1 if coverage.is_whole() => "the one due run ran once".to_owned(),
        once if coverage.is_whole() => format!("every due run ran once: {once} runs"),
        once => format!("{}; {once} ran once", gaps(coverage, true)),
    }
}

/// The coverage as a figure, and what it means.
pub fn coverage(course: &Course) -> (String, String) {
    match course.watched() {
        None => ("not yet".to_owned(), "told when the watch ends".to_owned()),
        Some((_, WatchEnd::Overtaken, _)) => ("not checked".to_owned(), "another switch took its place".to_owned()),
        Some((_, _, None)) => {
            ("could not be checked".to_owned(), "a side did not answer when the watch ended".to_owned())
        }
        Some((_, _, Some(coverage))) if coverage.is_whole() => match coverage.once {
            0 => ("nothing was due".to_owned(), "while it was watched".to_owned()),
            1 => ("the one due run ran once".to_owned(), "on exactly one side".to_owned()),
            once => ("every due run ran once".to_owned(), format!("{once} runs, each on exactly one side")),
        },
        Some((_, _, Some(coverage))) => (gaps(coverage, false), covered(coverage)),
    }
}

/// `2 runs missed, 1 ran twice`.
pub(crate) fn gaps(coverage: &Coverage, by_name: bool) -> String {
    let list = |runs: &[(String, Timestamp)]| {
        let runs = runs.iter().map(|(dag, at)| format!("{dag} for {} UTC", time::clock(*at))).collect::<Vec<_>>();
        if by_name { format!(" ({})", named(&runs)) } else { String::new() }
    };
    let Coverage { twice, missed, .. } = coverage;
    let runs = |count: usize| if count == 1 { "1 run".to_owned() } else { format!("{count} runs") };
    match (missed.len(), twice.len()) {
        (0, 0) => String::new(),
        (0, both) => format!("{} ran twice{}", runs(both), list(twice)),
        (none, 0) => format!("{} missed{}", runs(none), list(missed)),
        (none, both) => format!("{} missed{}, {both} ran twice{}", runs(none), list(missed), list(twice)),
    }
}

fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// Somebody else's words as a sentence.
fn stopped(text: &str) -> String {
    if text.is_empty() || text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests;
