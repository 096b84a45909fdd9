//! What counts as up, and what is no observation at all.
//!
//! A side is up while MWAA says that its environment works (`AVAILABLE`, or a change during which it goes on working) and
//! its scheduler gave a sign of life within the last five minutes. The lineage service is up while its load balancer works
//! and every target group has a healthy target; where there is no load balancer, while its instance runs. A reading that
//! is too old, or that has never been good, tells nothing.

use super::{State, Subject};
use crate::{
    Color, EnvironmentStatus, Flag, Millis, PairSnapshot, Reading, Timestamp,
    monitoring::Part,
    platform::{Balancer, Instance},
    watch::SILENT,
};

/// How old a reading may be to tell how something is now: three polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// That of the flag.
    pub flag: Millis,
    /// Those of the environments.
    pub environments: Millis,
    /// Those of what surrounds the flag.
    pub surroundings: Millis,
}

/// Something that was observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Of what.
    pub subject: Subject,
    /// What.
    pub state: State,
    /// Why it is down; empty where it is not.
    pub why: String,
}

impl Observation {
    fn new(subject: Subject, state: State, why: impl Into<String>) -> Self {
        Self { subject, state, why: why.into() }
    }
}

/// What can be told of a pair now. What cannot be told is left out.
pub fn observe(pair: &PairSnapshot, fresh: Fresh, now: Timestamp) -> Vec<Observation> {
    let sides = Color::BOTH.map(|color| side(pair, color, fresh, now));
    let all = [flag(pair, fresh, now), lineage(pair, fresh, now)].into_iter().chain(sides);
    all.flatten().collect()
}

/// The value of a reading that is young enough.
fn young<T>(reading: &Reading<T>, limit: Millis, now: Timestamp) -> Option<&T> {
    reading.value().filter(|_| reading.age(now).is_some_and(|age| age <= limit))
}

fn flag(pair: &PairSnapshot, fresh: Fresh, now: Timestamp) -> Option<Observation> {
    let flag = young(&pair.flag, fresh.flag, now)?;
    Some(match (flag.color(), flag) {
        (Some(color), _) => Observation::new(Subject::Flag, State::Live(color), ""),
        (None, Flag::Missing) => Observation::new(Subject::Flag, State::Down, "The flag did not exist."),
        (None, _) => Observation::new(Subject::Flag, State::Down, "The flag named neither side."),
    })
}

fn side(pair: &PairSnapshot, color: Color, fresh: Fresh, now: Timestamp) -> Option<Observation> {
    let subject = Subject::Side(color);
    let down = |why: String| Some(Observation::new(subject, State::Down, why));
    let environment = young(pair.side(color), fresh.environments, now)?;
    match &environment.status {
        status @ EnvironmentStatus::Down(_) => return down(format!("The environment was {status}.")),
        EnvironmentStatus::Other(_) => return None,
        EnvironmentStatus::Available | EnvironmentStatus::Changing(_) => {}
    }
    let heartbeat = young(&pair.surroundings.side(color).heartbeat, fresh.surroundings, now)?;
    if heartbeat.is_some_and(|at| now.since(at) <= SILENT) {
        return Some(Observation::new(subject, State::Up, ""));
    }
    down(format!("The scheduler gave no sign of life for {} minutes.", SILENT.as_secs() / 60))
}

fn lineage(pair: &PairSnapshot, fresh: Fresh, now: Timestamp) -> Option<Observation> {
    let down = |why: String| Some(Observation::new(Subject::Lineage, State::Down, why));
    let up = Some(Observation::new(Subject::Lineage, State::Up, ""));
    let platform = &pair.platform;
    young(&platform.balancer, fresh.surroundings, now)?;
    let balancer: Part<'_, Balancer> = Part::of(&platform.balancer);
    if let Some(balancer) = balancer.it() {
        if !matches!(balancer.state.as_str(), "active" | "active_impaired") {
            return down(format!("The load balancer was {}.", balancer.state));
        }
        if balancer.groups.is_empty() {
            return down("The load balancer had no target group.".to_owned());
        }
        let empty = balancer.groups.iter().find(|group| !group.targets.iter().any(|target| target.state == "healthy"));
        return match empty {
            Some(group) => down(format!("No target of {} was healthy.", group.name)),
            None => up,
        };
    }
    young(&platform.instance, fresh.surroundings, now)?;
    let instance: Part<'_, Instance> = Part::of(&platform.instance);
    let instance = instance.it()?;
    if instance.state == "running" { up } else { down(format!("The instance was {}.", instance.state)) }
}
