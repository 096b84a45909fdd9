//! How a check is put together, and what becomes of one whose reading is missing, old or failing.

use super::{Check, Verdict, catalogue};
use crate::{
    Millis, Reading, Timestamp,
    time::{age, stamp},
};

/// How old what is read of an environment may be.
pub(super) const ENVIRONMENT_IS_OLD_AFTER: Millis = Millis::from_secs(5 * 60);
/// How old the state of alarms may be.
pub(super) const ALARMS_ARE_OLD_AFTER: Millis = Millis::from_secs(2 * 60);
/// How old what an Airflow tells of its health, its DAGs and its work may be.
pub(super) const AIRFLOW_IS_OLD_AFTER: Millis = Millis::from_secs(3 * 60);
/// How old may be what changes seldom: files, keys, permissions.
pub(super) const SETUP_IS_OLD_AFTER: Millis = Millis::from_secs(30 * 60);

/// What mends a reading that is missing, old or failing.
const LOOK: &str = "`teal doctor` says what keeps Teal from reading it.";

fn check(name: &str, verdict: Verdict, evidence: impl Into<String>, mend: impl Into<String>) -> Check {
    let group = catalogue::group(name);
    Check { name: name.to_owned(), group, verdict, evidence: evidence.into(), mend: mend.into(), read_at: None }
}

pub(super) fn pass(name: &str, evidence: impl Into<String>) -> Check {
    check(name, Verdict::Pass, evidence, "")
}

pub(super) fn warn(name: &str, evidence: impl Into<String>, mend: impl Into<String>) -> Check {
    check(name, Verdict::Warn, evidence, mend)
}

pub(super) fn block(name: &str, evidence: impl Into<String>, mend: impl Into<String>) -> Check {
    check(name, Verdict::Block, evidence, mend)
}

impl Check {
    /// With the moment at which the evidence was read.
    pub(super) const fn read(mut self, at: Option<Timestamp>) -> Self {
        self.read_at = at;
        self
    }

    /// It rests on something old: then it does not pass, and says so. What blocked goes on blocking.
    fn doubted(mut self, why: &str) -> Self {
        self.verdict = self.verdict.max(Verdict::Warn);
        self.evidence = format!("{} {why}", self.evidence);
        if self.mend.is_empty() {
            LOOK.clone_into(&mut self.mend);
        }
        self
    }
}

/// Why a reading does not count as the present, if it does not.
pub(super) fn doubt<T>(what: &str, reading: &Reading<T>, old_after: Millis, now: Timestamp) -> Option<String> {
    let old = reading.age(now)?;
    match reading.error() {
        Some(error) => Some(format!(
            "That is from {} ago: since {} {what} could not be read. {}",
            age(old),
            stamp(error.since),
            error.message
        )),
        None if old > old_after => Some(format!("That is from {} ago: {what} has not been read since.", age(old))),
        None => None,
    }
}

/// What is said of a reading that was never good.
pub(super) fn unread<T>(name: &str, what: &str, reading: &Reading<T>) -> Check {
    match reading.error() {
        Some(error) => {
            warn(name, format!("Since {} {what} could not be read. {}", stamp(error.since), error.message), LOOK)
        }
        None => warn(name, format!("So far {what} has not been read."), LOOK),
    }
}

/// Judges a reading. Where it does not count as the present, the last good value is judged, and never passes.
pub(super) fn on<T>(
    name: &str,
    what: &str,
    reading: &Reading<T>,
    old_after: Millis,
    now: Timestamp,
    judge: impl FnOnce(&T) -> Check,
) -> Check {
    let Some(value) = reading.value() else { return unread(name, what, reading) };
    let judged = judge(value).read(reading.read_at());
    match doubt(what, reading, old_after, now) {
        Some(why) => judged.doubted(&why),
        None => judged,
    }
}

/// Judges two readings together; the older one says how old the evidence is.
pub(super) fn on_both<T>(
    name: &str,
    (what, reading): (&str, &Reading<T>),
    (other_what, other): (&str, &Reading<T>),
    old_after: Millis,
    now: Timestamp,
    judge: impl FnOnce(&T, &T) -> Check,
) -> Check {
    let mut judged = on(name, what, reading, old_after, now, |value| {
        on(name, other_what, other, old_after, now, |other| judge(value, other))
    });
    judged.read_at = reading.read_at().zip(other.read_at()).map(|(a, b)| a.min(b));
    judged
}

/// Some names, and how many more there are: `a, b, c and 4 more`.
pub(super) fn named<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown = names.iter().take(most).map(AsRef::as_ref).collect::<Vec<_>>();
    match (names.len().saturating_sub(most), shown.as_slice()) {
        (0, [one, two]) => format!("{one} and {two}"),
        (0, [many @ .., last]) if !many.is_empty() => format!("{} and {last}", many.join(", ")),
        (0, _) => shown.join(", "),
        (more, _) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 DAG`, `3 DAGs`: all the nouns here take an s.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `1 DAG is`, `3 DAGs are`.
pub(super) fn are(count: usize, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "is" } else { "are" })
}
