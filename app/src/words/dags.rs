//! What a switch would do with the DAGs, in the groups in which it is told on the page and on a terminal.

use teal_domain::{
    Color,
    dags::Strategy,
    preview::{Lists, Preview, Unread},
};

/// A group of DAGs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What becomes of them.
    pub title: String,
    /// Why.
    pub why: &'static str,
    /// Which.
    pub dags: Vec<String>,
    /// They would not run as before, or wait for ever.
    pub calls: bool,
}

/// The groups that have any.
pub fn groups(lists: &Lists, target: Color) -> Vec<Group> {
    let (new, old) = (target.title(), target.other().title());
    let group = |title: String, why: &'static str, dags: Vec<String>| Group { title, why, dags, calls: false };
    let calling = |title: String, why: &'static str, dags: Vec<String>| Group { title, why, dags, calls: true };
    let at_work = lists.at_work.iter().flatten().map(|(dag, _)| dag.clone()).collect();
    let groups = [
        group(
            format!("Unpaused on {new} at once"),
            "They ask the flag by themselves, so both sides may be unpaused for a while.",
            lists.at_once.clone(),
        ),
        group(
            format!("Unpaused on {new} once {old} has finished with them"),
            "They do not ask the flag: unpaused on both sides they would run twice.",
            lists.later.clone(),
        ),
        group(
            format!("Paused on {old}, each as it has finished"),
            "A paused DAG freezes what it is at, so none is paused before it is idle.",
            lists.pause.clone(),
        ),
        group(
            "Likely to begin a run at once".to_owned(),
            "They were due already. What the old side has run is marked as done first, so only what it has not run begins.",
            lists.fires.clone(),
        ),
        group(format!("At work on {old} now"), "Their tasks run or wait; the switch lets them end.", at_work),
        calling(
            "Wait for the run before".to_owned(),
            "With depends_on_past a first run on the other side waits for ever, unless it ran there before.",
            lists.waits.clone().unwrap_or_default(),
        ),
        calling(
            format!("Paused on {old} only"),
            "They are left as they are, so they run on the new side. Pause them there too if nobody is to run them.",
            lists.only_there.clone(),
        ),
        group("Stay paused on both".to_owned(), "Somebody paused them on purpose.", lists.stay.clone()),
        calling(format!("Not on {new}"), "They work now and would not work after the switch.", lists.missing.clone()),
    ];
    groups.into_iter().filter(|group| !group.dags.is_empty()).collect()
}

/// What could not be read of the old side, in words that go on after "Not known:".
pub fn unknown(lists: &Lists, target: Color) -> Option<String> {
    let work = lists.at_work.is_none().then(|| format!("what runs on {} now", target.other().title()));
    let waits = lists.waits.is_none().then(|| "which DAGs wait for the run before".to_owned());
    let unknown = work.into_iter().chain(waits).collect::<Vec<_>>().join(", and ");
    (!unknown.is_empty()).then_some(unknown)
}

/// What stands in the place of the groups where nothing is paused or unpaused.
pub fn at_rest(preview: &Preview) -> Option<String> {
    let (new, old) = (preview.target.title(), preview.target.other().title());
    match (preview.strategy, &preview.lists) {
        (Strategy::FlagOnly, _) => Some(format!(
            "Nothing is paused or unpaused. Each DAG asks the flag as it begins: those of {new} work from then on, those of {old} skip."
        )),
        (Strategy::SeparateDags, _) => Some("Nothing is paused or unpaused: each side has DAGs of its own.".to_owned()),
        (Strategy::PauseStandby, Ok(lists)) if lists.moves == 0 => {
            Some(format!("No DAG works on {old}, so none moves."))
        }
        (Strategy::PauseStandby, _) => None,
    }
}

/// That the DAGs of a side have not been read.
pub fn unread(unread: &Unread) -> String {
    format!("The DAGs of {} have not been read", unread.side.title())
}
