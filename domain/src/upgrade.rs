//! The guided upgrade of Airflow: the standby first, then the switch, then the other side. Where it is follows from
//! what is known of the pair and from the journal; nobody ticks anything.

mod stages;
#[cfg(test)]
mod tests;

use crate::{
    Color, Millis, PairSnapshot, Timestamp,
    history::{MaintenanceRecord, Record, What},
    maintenance::Maintenance,
};

/// What stands behind is told for as long as a maintenance may stand, then it is the past.
const RECENTLY: Millis = Maintenance::LONGEST;

/// The stages, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The maintenance of the standby is declared.
    Declare,
    /// The standby is updated.
    Update,
    /// Its checks are looked at.
    Look,
    /// It is smoke-tested.
    Smoke,
    /// It takes over.
    Switch,
    /// The watch after that ended well.
    Watch,
    /// The other side is updated too.
    Other,
    /// The maintenance is lifted.
    Lift,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Declare, Self::Update, Self::Look, Self::Smoke, Self::Switch, Self::Watch, Self::Other, Self::Lift];
}

/// How a stage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is done.
    Done,
    /// There was nothing to do, or it was passed by.
    Skipped,
    /// It is what is to be done now.
    Current,
    /// It waits for those before.
    Later,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub part: Part,
    /// How it stands.
    pub state: State,
    /// What is known of it, or what it waits for.
    pub evidence: String,
    /// When that was.
    pub at: Option<Timestamp>,
}

/// An upgrade, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The side that is upgraded first.
    pub first: Color,
    /// The version that it comes from, as far as somebody said or MWAA tells.
    pub from: Option<String>,
    /// The version that it goes to, as far as somebody said.
    pub to: Option<String>,
    /// The stages, in their order.
    pub stages: Vec<Stage>,
}

/// What is known: the pair, and what the journal has.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The pair.
    pub pair: &'a PairSnapshot,
    /// Its declared maintenances, newest first.
    pub maintenances: &'a [MaintenanceRecord],
    /// What was switched since, newest first.
    pub switches: &'a [Record],
    /// Now.
    pub now: Timestamp,
}

/// What was declared for it: for the first side, and for the other one if it has come as far as that.
#[derive(Clone, Copy, Debug)]
struct Declared<'a> {
    first: &'a MaintenanceRecord,
    second: Option<&'a MaintenanceRecord>,
}

impl Upgrade {
    /// Where the upgrade is.
    pub fn of(seen: Seen<'_>) -> Self {
        let declared = declared(seen);
        let standby = seen.pair.live().map_or(Color::Green, Color::other);
        let first = declared.map_or(standby, |declared| declared.first.maintenance.side);
        let words = declared.map(|declared| &declared.first.maintenance);
        let version = |color| seen.pair.side(color).value().and_then(|side| side.airflow_version.clone());
        let to = words.and_then(Maintenance::to_version).map(str::to_owned);
        let from = words.and_then(Maintenance::from_version).map(str::to_owned).or_else(|| version(first.other()));
        let mut stages = Vec::with_capacity(Part::ALL.len());
        let mut waits = false;
        for part in Part::ALL {
            if waits {
                stages.push(Stage { part, state: State::Later, evidence: stages::waits_for(part, first), at: None });
                continue;
            }
            let (mut state, evidence, at) = stages::stage(part, first, declared, seen);
            if state == State::Later {
                state = State::Current;
            }
            waits = state == State::Current;
            stages.push(Stage { part, state, evidence, at });
        }
        Self { first, from, to, stages }
    }

    /// The stage that is to be done now; none where all is done.
    pub fn current(&self) -> Option<Part> {
        self.stages.iter().find(|stage| stage.state == State::Current).map(|stage| stage.part)
    }

    /// Whether anything of it has been done.
    pub fn has_begun(&self) -> bool {
        self.stages.first().is_some_and(|stage| stage.state == State::Done)
    }

    /// The command by which MWAA updates a side.
    pub fn command(&self, pair: &PairSnapshot, color: Color) -> String {
        format!(
            "aws mwaa update-environment --region {} --name {} --airflow-version {}",
            pair.region,
            pair.names.environment(color),
            self.to.as_deref().unwrap_or("VERSION")
        )
    }
}

/// The maintenances that the upgrade under way rests on, if one is under way or was lately.
fn declared(seen: Seen<'_>) -> Option<Declared<'_>> {
    let latest = seen.maintenances.first()?;
    let before = seen.maintenances.get(1);
    // Once the first side has taken over, the other one's maintenance is declared in the place of its own.
    let second_half = before.filter(|first| {
        first.maintenance.side == latest.maintenance.side.other()
            && first.ended_at(seen.now).is_some_and(|at| latest.maintenance.since.since(at) <= RECENTLY)
            && took_over(seen, first).is_some_and(|at| at <= latest.maintenance.since)
            && seen.pair.live() == Some(first.maintenance.side)
    });
    let declared = match second_half {
        Some(first) => Declared { first, second: Some(latest) },
        None => Declared { first: latest, second: None },
    };
    match latest.ended_at(seen.now) {
        None => Some(declared),
        // It was lifted or ran out. If its side took over meanwhile, the other one is still to follow, or all is done.
        Some(at) if seen.now.since(at) <= RECENTLY => (seen.pair.live() == Some(declared.first.maintenance.side)
            && took_over(seen, declared.first).is_some())
        .then_some(declared),
        Some(_) => None,
    }
}

/// When the side of a maintenance took over since that was declared.
fn took_over(seen: Seen<'_>, declared: &MaintenanceRecord) -> Option<Timestamp> {
    take_over(seen, &declared.maintenance).map(Record::happened_at)
}

/// The switch, or the change past Teal, by which it did: the latest.
fn take_over<'a>(seen: Seen<'a>, declared: &Maintenance) -> Option<&'a Record> {
    seen.switches.iter().find(|record| {
        let to = match &record.what {
            What::Switch(switch) if record.version().is_some() => Some(switch.target),
            What::External(external) => external.value.color(),
            _ => None,
        };
        to == Some(declared.side) && record.happened_at() >= declared.since
    })
}
