//! The platform as a picture: its parts, how each of them is and why, and what reads what. It is worked out from what was
//! found, by nothing but what was found: what could not be read is not known, and never passes for good.
//!
//! Here are the words. `mode` finds out how the platform is deployed, `part` judges the parts one by one, `reads` says
//! who reads what, `together` what would take both sides down.

mod added;
mod aged;
mod lineage;
mod mode;
mod network;
mod part;
mod reads;
mod sides;
mod teal;
#[cfg(test)]
pub(crate) mod tests;
mod together;

pub use added::Added;
pub use aged::Aged;
pub use lineage::Stands;
pub use network::{Ground, Zone};
pub use together::{BUCKETS, KEYS, ROLES, Risk, Verdict};

pub(crate) use lineage::{has_standby, serving, targets, works, writes_in};
pub(crate) use network::working;
pub(crate) use part::{ENVIRONMENT_IS_OLD_AFTER, PLATFORM_IS_OLD_AFTER, fresh};
pub(crate) use sides::fails;

use crate::{Color, PairSnapshot, Timestamp, preflight::FLAG_IS_STALE_AFTER};
use mode::Deployed;

/// How the platform is deployed. The field's tag `DeploymentMode` names the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One environment, one instance of the lineage service.
    Standard,
    /// Two environments, one instance of the lineage service.
    BlueGreen,
    /// One environment, the lineage service over several zones.
    HaMarquez,
    /// Two environments, the lineage service over several zones.
    FullHa,
}

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// It does what it is there for.
    Healthy,
    /// It works, but not as it should, or with nothing in reserve.
    Degraded,
    /// It does not work.
    Down,
    /// It could not be read, or not for long.
    Unknown,
}

impl Health {
    /// All of them, the worst first; what is not known comes after what is known to be wrong.
    pub const WORST_FIRST: [Self; 4] = [Self::Down, Self::Degraded, Self::Unknown, Self::Healthy];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }
}

/// A part of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The flag.
    Flag,
    /// An environment.
    Environment(Color),
    /// The bucket of an environment.
    Bucket(Color),
    /// The NAT gateways.
    Nat,
    /// The load balancer of the lineage service.
    Balancer,
    /// The instances of the lineage service.
    Lineage,
    /// Its database.
    Database,
    /// The secret of its database.
    Secret,
}

impl Part {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 10] = [
        Self::Flag,
        Self::Environment(Color::Blue),
        Self::Environment(Color::Green),
        Self::Bucket(Color::Blue),
        Self::Bucket(Color::Green),
        Self::Nat,
        Self::Balancer,
        Self::Lineage,
        Self::Database,
        Self::Secret,
    ];

    /// The word in addresses within the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment(Color::Blue) => "blue-environment",
            Self::Environment(Color::Green) => "green-environment",
            Self::Bucket(Color::Blue) => "blue-bucket",
            Self::Bucket(Color::Green) => "green-bucket",
            Self::Nat => "nat",
            Self::Balancer => "balancer",
            Self::Lineage => "lineage",
            Self::Database => "database",
            Self::Secret => "secret",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Flag => "Flag",
            Self::Environment(Color::Blue) => "Blue environment",
            Self::Environment(Color::Green) => "Green environment",
            Self::Bucket(Color::Blue) => "Blue bucket",
            Self::Bucket(Color::Green) => "Green bucket",
            Self::Nat => "NAT gateways",
            Self::Balancer => "Load balancer",
            Self::Lineage => "Lineage service",
            Self::Database => "Lineage database",
            Self::Secret => "Database secret",
        }
    }

    /// The side that it belongs to, where it belongs to one.
    pub const fn side(self) -> Option<Color> {
        match self {
            Self::Environment(color) | Self::Bucket(color) => Some(color),
            _ => None,
        }
    }
}

/// A figure that matters for a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Of what.
    pub what: &'static str,
    /// How much of it.
    pub much: Much,
    /// The name under which the stream tells a younger moment, where there is one.
    pub told_as: Option<&'static str>,
}

/// How much. A moment stays one, so that a page can count on from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Much {
    /// In words.
    Words(String),
    /// When it was.
    Ago(Timestamp),
    /// Since when it has been so.
    Since(Timestamp),
}

impl Figure {
    const fn new(what: &'static str, much: Much) -> Self {
        Self { what, much, told_as: None }
    }

    fn of(what: &'static str, words: impl Into<String>) -> Self {
        Self::new(what, Much::Words(words.into()))
    }
}

/// A part, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which.
    pub part: Part,
    /// What it is called in AWS; what it would be called where it was not found.
    pub name: String,
    /// How it is.
    pub health: Health,
    /// Why, as a sentence; where a permission is missing, the action to add.
    pub reason: String,
    /// When that was so.
    pub read_at: Option<Timestamp>,
    /// Whether reading it has failed since then.
    pub failing: bool,
    /// The name under which the stream tells that it was read again.
    pub told_as: &'static str,
    /// At most three figures that matter for it.
    pub figures: Vec<Figure>,
    /// The Availability Zones that it stands in, as far as they are known.
    pub zones: Vec<String>,
    /// The page of the AWS console in its region.
    pub console: Option<String>,
    /// Whether it is of the side that is live.
    pub lit: bool,
}

/// One part reads, writes or goes through another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Who.
    pub from: Part,
    /// What.
    pub to: Part,
    /// What for, in a few words that follow the name of who does it.
    pub what: &'static str,
}

/// The platform as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    /// How it is deployed, by what exists; none where too little could be read.
    pub found: Option<Mode>,
    /// What that rests on, in a sentence.
    pub seen: String,
    /// When that was read which was read longest ago of what it rests on, if that is too long ago to be told as the present.
    pub found_long_ago: Option<Timestamp>,
    /// Which side is live was read too long ago to be told as the present.
    pub live_is_old: bool,
    /// How it is deployed, by the tag `DeploymentMode` of its environments.
    pub by_tag: Option<Mode>,
    /// How it is deployed, by config.
    pub by_config: Option<Mode>,
    /// Where these do not agree, each in a sentence.
    pub differences: Vec<String>,
    /// Its parts.
    pub nodes: Vec<Node>,
    /// The parts that it does not have, and that nobody said it had.
    pub absent: Vec<Part>,
    /// Of these, what was looked for by names, and by which.
    pub not_found: Vec<(Part, Vec<String>)>,
    /// Who reads what.
    pub links: Vec<Link>,
    /// The network that it stands in, as far as it was read.
    pub ground: Option<Ground>,
    /// Where the lineage service stands.
    pub lineage_stands: Stands,
    /// What would take both sides down together, what would not, and what could not be checked.
    pub together: Vec<Risk>,
    /// Teal itself, its store and its sign-in: whether what takes the platform down may take them along.
    pub teal: Vec<Risk>,
    /// What a second side would add, where there is none.
    pub added: Option<Added>,
}

impl Topology {
    /// Works it out of what is known of a pair.
    pub fn of(pair: &PairSnapshot, now: Timestamp) -> Self {
        let deployed = Deployed::of(pair);
        let parts = Part::ALL.map(|part| (part, part::judge(part, pair, &deployed, now)));
        let absent: Vec<Part> = parts.iter().filter(|(_, node)| node.is_none()).map(|(part, _)| *part).collect();
        let nodes: Vec<Node> = parts.into_iter().filter_map(|(_, node)| node).collect();
        let links = reads::of(&nodes);
        Self {
            together: together::of(pair, &deployed, &nodes, now),
            teal: teal::of(pair, now),
            added: Added::of(pair, &deployed),
            ground: Ground::of(pair, now),
            lineage_stands: Stands::of(pair),
            found: deployed.found,
            seen: deployed.seen(),
            found_long_ago: deployed.read_at.filter(|at| now.since(*at) > PLATFORM_IS_OLD_AFTER),
            live_is_old: pair.live().is_some() && fresh(&pair.flag, FLAG_IS_STALE_AFTER, now).is_err(),
            not_found: absent.iter().filter_map(|part| Some((*part, part::tried(*part, pair)?))).collect(),
            by_tag: deployed.by_tag,
            by_config: deployed.by_config,
            differences: deployed.differences(pair),
            nodes,
            absent,
            links,
        }
    }

    /// How it is deployed, by the best that is known: what exists, or else what was said.
    pub fn mode(&self) -> Option<Mode> {
        self.found.or(self.by_config).or(self.by_tag)
    }

    /// A part, where it has it.
    pub fn node(&self, part: Part) -> Option<&Node> {
        self.nodes.iter().find(|node| node.part == part)
    }

    /// What is said of something that may take both sides down, by its name.
    pub fn risk(&self, what: &str) -> Option<&Risk> {
        self.together.iter().find(|risk| risk.what == what)
    }

    /// Whether it has one environment only.
    pub fn one_sided(&self) -> bool {
        self.node(Part::Environment(Color::Blue)).is_none() || self.node(Part::Environment(Color::Green)).is_none()
    }

    /// The parts that are so.
    pub fn that_are(&self, health: Health) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.health == health)
    }

    /// What is found wrong, in the order in which it is told.
    pub fn risks(&self) -> impl Iterator<Item = &Risk> {
        self.together.iter().filter(|risk| matches!(risk.verdict, Verdict::Risk { .. }))
    }

    /// How all of it is, and that in a line: `all well`, `1 down: Lineage service · 2 degraded: …`.
    pub fn summary(&self) -> (Health, String) {
        if self.nodes.iter().all(|node| node.read_at.is_none() && !node.failing) {
            return (Health::Unknown, "not read yet".to_owned());
        }
        let wrong = Health::WORST_FIRST.into_iter().filter(|health| *health != Health::Healthy).filter_map(|health| {
            let names: Vec<&str> = self.that_are(health).map(|node| node.part.title()).collect();
            (!names.is_empty()).then(|| (health, format!("{} {}: {}", names.len(), health.as_str(), names.join(", "))))
        });
        let wrong: Vec<(Health, String)> = wrong.collect();
        let Some((worst, _)) = wrong.first() else { return (Health::Healthy, "all well".to_owned()) };
        (*worst, wrong.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(" · "))
    }
}

/// `Blue`, `Blue and Green`, `a, b and c`.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    match names.iter().map(AsRef::as_ref).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

/// `1 zone`, `2 zones`: all the nouns here take an s.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Different zones, in order.
pub(crate) fn distinct<'a>(zones: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut zones: Vec<String> = zones.into_iter().filter(|zone| !zone.is_empty()).map(str::to_owned).collect();
    zones.sort();
    zones.dedup();
    zones
}
