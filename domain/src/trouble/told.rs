//! How things are told: a task, a few names out of many, how long after something.

use super::{Finding, Side};
use crate::{
    Color, Flag, FlagValue, Timestamp,
    airflow::Task,
    time::{age, stamp},
};

/// So many names are told, and how many more there are.
const NAMES: usize = 6;
/// So many tasks are told.
pub(super) const TASKS: usize = 5;

/// Where the flag points.
pub(super) enum Points {
    /// To a side, since then.
    To(Color, Timestamp),
    /// To none, in words.
    Nowhere(String),
    /// It could not be read.
    Unread(String),
}

impl Points {
    pub(super) fn of(flag: &Result<Flag, String>) -> Self {
        match flag {
            Ok(Flag::Present { value: FlagValue::Color(color), modified_at, .. }) => Self::To(*color, *modified_at),
            Ok(Flag::Present { value: FlagValue::Invalid(_), .. }) => {
                Self::Nowhere("The flag holds neither blue nor green".to_owned())
            }
            Ok(Flag::Missing) => Self::Nowhere("The flag does not exist".to_owned()),
            Err(why) => Self::Unread(format!("The flag could not be read: {why}")),
        }
    }
}

/// A few of many names.
pub(super) fn some<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    let told = names.join(", ");
    if more == 0 { told } else { format!("{told} and {more} more") }
}

/// A number of things: `1 task`, `2 tasks`.
pub(super) fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// A task, and what became of it.
pub(super) fn task(task: &Task) -> String {
    let state = if task.state.is_empty() { "no state" } else { &task.state };
    let began = task.began.map_or_else(|| "not begun".to_owned(), |began| format!("began {}", stamp(began)));
    format!("{} of {}, run {}: {state}, {began}", task.task, task.dag, task.run)
}

/// The same, and how long that was after the flag was written.
pub(super) fn task_after(found: &Task, written: Timestamp) -> String {
    match found.began {
        Some(began) if began >= written => {
            format!("{}, {} after the flag was written", task(found), age(began.since(written)))
        }
        _ => task(found),
    }
}

/// Quotes the logs of these tasks, as far as they were read, or says why they were not.
pub(super) fn logs(finding: &mut Finding, side: &Side, tasks: &[&Task], most: usize) {
    for found in tasks.iter().filter(|task| side.log(task).is_some()).take(most) {
        match side.log(found) {
            Some(Ok(said)) => finding.quotes(format!("The log of {} of {} ends:", found.task, found.dag), &said.last),
            Some(Err(why)) => finding.shows(why.clone()),
            None => {}
        }
    }
}
