//! What a switch would do with the DAGs, before it is confirmed.

use serde::Serialize;
use teal_app::words::dags as told;
use teal_domain::{
    Color,
    preview::{Lists, Preview},
};

use super::when;

/// Each list is null where it could not be read.
#[derive(Clone, Debug, Serialize)]
pub struct Dags {
    strategy: &'static str,
    /// Right after the flip, on the side that becomes live.
    unpause: Option<Vec<String>>,
    /// Once the old side has finished with them.
    unpause_later: Option<Vec<String>>,
    /// On the old side, each as it has finished.
    pause: Option<Vec<String>>,
    /// Left as they are, since somebody paused them on purpose.
    stay_paused: Option<Vec<String>>,
    /// Paused on the old side only: left as they are, so they run on the new one.
    paused_on_old_only: Option<Vec<String>>,
    /// At work on the old side, and not there on the new one.
    missing: Option<Vec<String>>,
    /// Likely to begin a run as soon as they are unpaused.
    fires_at_once: Option<Vec<String>>,
    depends_on_past: Option<Vec<String>>,
    running: Option<Vec<Running>>,
    read_at: Option<String>,
    /// The side whose DAGs have not been read, where there is one.
    unread: Option<Color>,
    /// What is not as one would wish, or that nothing is done.
    told: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Running {
    dag: String,
    tasks: u32,
}

impl Dags {
    /// From what the page shows.
    pub fn of(preview: &Preview) -> Self {
        let lists = preview.lists.as_ref().ok();
        let list = |list: fn(&Lists) -> &Vec<String>| lists.map(|lists| list(lists).clone());
        let running = lists.and_then(|lists| lists.at_work.as_ref());
        let told = match &preview.lists {
            Ok(lists) => {
                // Where policy moves nothing, nothing was read for it.
                let read = lists.read_at.and(told::unknown(lists, preview.target));
                told::at_rest(preview).or_else(|| read.map(|unknown| format!("Not known: {unknown}.")))
            }
            Err(side) => {
                let because = side.because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
                Some(format!("{}{because}", told::unread(side)))
            }
        };
        Self {
            strategy: preview.strategy.as_str(),
            unpause: list(|lists| &lists.at_once),
            unpause_later: list(|lists| &lists.later),
            pause: list(|lists| &lists.pause),
            stay_paused: list(|lists| &lists.stay),
            paused_on_old_only: list(|lists| &lists.only_there),
            missing: list(|lists| &lists.missing),
            fires_at_once: list(|lists| &lists.fires),
            depends_on_past: lists.and_then(|lists| lists.waits.clone()),
            running: running
                .map(|all| all.iter().map(|(dag, tasks)| Running { dag: dag.clone(), tasks: *tasks }).collect()),
            read_at: lists.and_then(|lists| lists.read_at).map(when),
            unread: preview.lists.as_ref().err().map(|unread| unread.side),
            told,
        }
    }
}
