//! What Teal knows at one moment. Immutable: pollers make a new one, pages and streams only read.

use crate::{
    Color, Environment, Flag, FlagVersion, OperationId, PairId, PairNames, Reading, Surroundings, Timestamp,
    approval::OpenRequest,
    cost::Prices,
    drill::Drills,
    environment::Readiness,
    freeze::Freeze,
    history::{Progress, Record},
    home::Home,
    lineage::Lineage,
    maintenance::Maintenance,
    monitoring::Monitoring,
    platform::Platform,
    policy::Policy,
    smoke::Smoked,
    steps::Course,
    switch::Kind,
    topology::Mode,
    trouble::Diagnosis,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which snapshot it is. Ordered: a page never goes back to a lower one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SnapshotId {
    /// When the process that made it was started, in milliseconds: a later process counts from 1 again.
    pub epoch: u64,
    /// Its number within that process.
    pub seq: u64,
}

impl std::fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

impl std::str::FromStr for SnapshotId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (epoch, seq) = text.split_once('-').ok_or(())?;
        Ok(Self { epoch: epoch.parse().map_err(|_| ())?, seq: seq.parse().map_err(|_| ())? })
    }
}

/// Everything that Teal knows at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Which one it is.
    pub id: SnapshotId,
    /// When it was made.
    pub at: Timestamp,
    /// The pairs, in the order of the config.
    pub pairs: Vec<Arc<PairSnapshot>>,
}

impl Snapshot {
    /// The pair of that id.
    pub fn pair(&self, id: &PairId) -> Option<&PairSnapshot> {
        self.pairs.iter().find(|pair| pair.id == *id).map(Arc::as_ref)
    }

    /// When the pair that this one's policy names was last switched and found good.
    pub fn proof(&self, pair: &PairSnapshot) -> Option<Timestamp> {
        self.pair(&pair.policy.proven_on.as_ref()?.pair)?.proved_at
    }
}

/// What Teal knows of one pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairSnapshot {
    /// Its id, as it stands in addresses.
    pub id: PairId,
    /// Its name, for people.
    pub title: String,
    /// Its AWS region.
    pub region: String,
    /// The names of its resources.
    pub names: PairNames,
    /// The flag. Its version never goes down within a life of the parameter.
    pub flag: Reading<Flag>,
    /// Since when the live side has been live, by the clock of AWS.
    pub live_since: Option<Timestamp>,
    /// The blue environment.
    pub blue: Reading<Environment>,
    /// The green environment.
    pub green: Reading<Environment>,
    /// The version that the next put would drop from the history carries a label, which makes that put fail.
    pub label: Option<LabelOnOldest>,
    /// The switch under way, if there is one.
    pub open: Option<OpenSwitch>,
    /// What the pair asks of whoever switches it.
    pub policy: Policy,
    /// The switch that somebody has asked an approver for, if there is one.
    pub request: Option<OpenRequest>,
    /// How the current version came about.
    pub current: Option<Record>,
    /// The latest switch that landed, as long as something follows it: its number, and where it stands.
    #[serde(skip)]
    pub following: Option<Following>,
    /// What the latest switch that moved DAGs did with them.
    #[serde(skip)]
    pub moved: Option<Arc<Course>>,
    /// What somebody declared that is being done to one side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Maintenance>,
    /// What was found when somebody last asked what is wrong, since this process began.
    #[serde(skip)]
    pub diagnosis: Option<Arc<Diagnosis>>,
    /// When this pair was last switched and the watch found nothing wrong, where another pair's policy asks for that.
    #[serde(skip)]
    pub proved_at: Option<Timestamp>,
    /// The latest smoke test of each side that has had one.
    #[serde(skip)]
    pub smoke: Vec<Smoked>,
    /// The drills that are planned and the runs of late. They stay on the server: pages are drawn from them there.
    #[serde(skip)]
    pub drills: Arc<Drills>,
    /// When the next freezes are, and the one that is now.
    #[serde(skip)]
    pub freezes: Arc<[Freeze]>,
    /// What surrounds the flag. It stays on the server: pages are drawn from it there.
    #[serde(skip)]
    pub surroundings: Arc<Surroundings>,
    /// What the platform is made of beside the flag and the environments. It stays on the server likewise.
    #[serde(skip)]
    pub platform: Arc<Platform>,
    /// How the platform is deployed, as config says it; none where it says nothing.
    #[serde(skip)]
    pub mode: Option<Mode>,
    /// The list prices that its estimates are made of. They stay on the server likewise.
    #[serde(skip)]
    pub prices: Arc<Prices>,
    /// Where Teal itself stands, as far as config says so. It stays on the server likewise.
    #[serde(skip)]
    pub home: Arc<Home>,
    /// What is known of the lineage service. It stays on the server likewise.
    #[serde(skip)]
    pub lineage: Arc<Lineage>,
    /// The alarms and charts, as they were read for whoever looked last. They stay on the server likewise.
    #[serde(skip)]
    pub monitoring: Arc<Monitoring>,
    /// What happened last, newest first.
    pub recent: Vec<Record>,
    /// Whether the store answers: what it said last, and since when it has not. While it is away nothing
    /// can be switched here.
    pub store: Reading<()>,
}

/// A switch that landed, and what follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Following {
    /// The number of its record.
    pub seq: u64,
    /// The operation.
    pub operation: OperationId,
    /// Planned, emergency or repair.
    pub kind: Kind,
    /// Where it went.
    pub target: Color,
    /// The version that it wrote.
    pub version: FlagVersion,
    /// When it landed.
    pub landed_at: Timestamp,
    /// The switch that it took back, if it did.
    pub reverts: Option<OperationId>,
    /// How far it has come since.
    pub course: Course,
}

impl Following {
    /// What follows the switch of a record, if it landed.
    pub fn of(record: &Record) -> Option<Self> {
        let switch = record.switch()?;
        let Progress::Ended { at: landed_at, .. } = switch.progress else { return None };
        let version = record.version()?;
        Some(Self {
            seq: record.seq,
            operation: switch.operation,
            kind: switch.kind,
            target: switch.target,
            version,
            landed_at,
            reverts: switch.reverts,
            course: Course::clone(&switch.course),
        })
    }
}

/// A label on the oldest version that SSM keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelOnOldest {
    /// The version.
    pub version: FlagVersion,
    /// Its labels.
    pub labels: Vec<String>,
    /// How many more puts succeed before one fails.
    pub puts_left: u64,
}

/// A switch that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSwitch {
    /// The operation.
    pub operation: OperationId,
    /// The side to make live.
    pub target: Color,
    /// Who confirmed it.
    pub actor: String,
    /// When.
    pub since: Timestamp,
    /// The put was sent and its outcome is not known; it will be settled by this time at the latest.
    pub unknown_until: Option<Timestamp>,
}

impl PairSnapshot {
    /// One side.
    pub const fn side(&self, color: Color) -> &Reading<Environment> {
        match color {
            Color::Blue => &self.blue,
            Color::Green => &self.green,
        }
    }

    /// The live side, as far as the last good reading of the flag tells.
    pub fn live(&self) -> Option<Color> {
        self.flag.value().and_then(Flag::color)
    }

    /// How the version that is shown came about, as far as the journal knows: the flag is read first, and who wrote it
    /// a moment later. Until then it is nobody's, least of all of the one who wrote the version before. Of a switch it
    /// is known with its outcome, before the parameter's own history has been read for it.
    pub fn origin(&self) -> Option<&Record> {
        let version = self.flag.value().and_then(Flag::version)?;
        let imported = self.current.as_ref().filter(|record| record.version() == Some(version));
        imported.or_else(|| {
            // Of two lives of the parameter the same versions are told: what was written in this one comes after the last
            // that was read of it.
            let after = self.current.as_ref().map_or(0, |record| record.seq);
            let newer = self.recent.iter().filter(|record| record.seq > after);
            let latest = newer
                .filter(|record| record.version().is_some() || record.ends_a_life())
                .max_by_key(|record| record.seq)?;
            (latest.version() == Some(version)).then_some(latest)
        })
    }

    /// The switch that one to `target` would take back: the one that is followed, while it is watched. Where nobody has
    /// begun to watch it, that ends as if somebody had. What follows a revert is a new switch and no revert of it, and
    /// a repair came from no side that it could be taken back to.
    pub fn taken_back(&self, target: Color, now: Timestamp) -> Option<&Following> {
        let following = self.following.as_ref()?;
        let course = &following.course;
        let until = course.watching().map_or(following.landed_at + self.policy.watch.lasts, |(until, _)| until);
        let may = following.target == target.other()
            && self.live() == Some(following.target)
            // Whoever wrote the flag since, be it the same side, has made another switch of it.
            && self.flag.value().and_then(Flag::version) == Some(following.version)
            && following.reverts.is_none()
            && following.kind != Kind::Repair
            && course.watched().is_none()
            && now < until;
        may.then_some(following)
    }

    /// How many tasks of these DAGs were at work on a side when it was last asked.
    pub fn at_work(&self, side: Color, dags: &[String]) -> Option<u32> {
        self.surroundings.side(side).work.value().map(|work| work.tasks_of(dags))
    }

    /// What was declared to be done to a side, as long as it stands.
    pub fn maintained(&self, color: Color, now: Timestamp) -> Option<&Maintenance> {
        self.maintenance.as_ref().filter(|declared| declared.side == color && declared.stands(now))
    }

    /// The latest smoke test of a side.
    pub fn smoked(&self, color: Color) -> Option<&Smoked> {
        self.smoke.iter().find(|smoked| smoked.test.run.side == color)
    }

    /// The moments of it that move on without being a change, by the names under which the stream tells them.
    pub fn moments(&self) -> Vec<(String, Timestamp)> {
        let heartbeats = Color::BOTH.into_iter().filter_map(|color| {
            let at = self.surroundings.side(color).heartbeat.value().copied().flatten()?;
            Some((format!("{color}-heartbeat"), at))
        });
        self.platform.read().map(|(name, at)| (name.to_owned(), at)).chain(heartbeats).collect()
    }

    /// Whether a side could take over.
    pub fn readiness(&self, color: Color) -> Readiness {
        Readiness::of(self.side(color))
    }
}

/// What the live stream sends when something changed: event `snapshot`, its id as the event's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LivePair {
    /// Which snapshot it is.
    pub id: SnapshotId,
    /// When it was made, by the server's clock.
    pub at: Timestamp,
    /// The pair.
    pub pair: PairSnapshot,
}

/// What the live stream sends in between, every two seconds: event `pulse`. Nothing changed but the times
/// at which the same was read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// The snapshot that still holds.
    pub id: SnapshotId,
    /// Now, by the server's clock: ages are counted from here, whatever the browser's clock says.
    pub now: Timestamp,
    /// When the flag was last read.
    pub flag: Option<Timestamp>,
    /// When the blue environment was last read.
    pub blue: Option<Timestamp>,
    /// When the green environment was last read.
    pub green: Option<Timestamp>,
    /// Moments that move on by themselves, each by its name: when each part of the platform was last read, and each
    /// scheduler's last heartbeat. A list, since a map costs every browser more to read than it gives.
    #[serde(default)]
    pub moments: Vec<(String, Timestamp)>,
}

#[cfg(test)]
mod tests;
