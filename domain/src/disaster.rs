//! What to do if something fails: for each scenario what is seen of it now, what happens by itself and how long that takes,
//! and the one thing to do. Worked out of what is known anyway; nothing is asked for it.
//!
//! How a part is, `topology` judges; what stands against a switch, `preflight`. Here it is put together by what may fail.

mod lineage;
mod past;
mod sides;
mod teal;
#[cfg(test)]
mod tests;
mod zone;

pub use past::{Measurement, Outages, Past, Switched};
pub use teal::{Command, Commands};
pub use zone::{Loss, Zone};

use crate::{
    Color, PairSnapshot, Timestamp,
    topology::{Health, Node, Part, Topology},
};

/// What may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// The side that is live.
    Active,
    /// The side that stands by.
    Standby,
    /// One instance of the lineage service.
    Instance,
    /// The member of the lineage database that takes writes.
    Database,
    /// An Availability Zone.
    Zone,
    /// Teal itself.
    Teal,
}

impl Case {
    /// All of them, in the order in which they stand while none is happening.
    pub const ALL: [Self; 6] = [Self::Active, Self::Standby, Self::Instance, Self::Database, Self::Zone, Self::Teal];

    /// The word in addresses within the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Standby => "standby",
            Self::Instance => "instance",
            Self::Database => "database",
            Self::Zone => "zone",
            Self::Teal => "teal",
        }
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Active => "The active side fails",
            Self::Standby => "The standby fails",
            Self::Instance => "One Marquez instance fails",
            Self::Database => "The primary of the lineage database fails",
            Self::Zone => "A zone fails",
            Self::Teal => "Teal fails, or its store or sign-in",
        }
    }
}

/// Whether it is happening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Now {
    /// It is, by what was read.
    Happening,
    /// Nothing of it is seen.
    Calm,
    /// It cannot be told.
    Unknown,
    /// There is nothing here that it could happen to.
    NotHere,
}

/// Something that is seen of it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Of what.
    pub what: &'static str,
    /// The part, where it is one of the platform.
    pub part: Option<Part>,
    /// How it is.
    pub health: Health,
    /// Why, as a sentence.
    pub says: String,
    /// When that was so.
    pub at: Option<Timestamp>,
    /// Whether reading it has failed since then.
    pub failing: bool,
}

/// Something to be done before the one thing can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// What stands in the way.
    pub what: String,
    /// What mends it.
    pub mend: String,
}

/// Where the one thing is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// On the page that switches to this side.
    Switch(Color),
    /// On the page that sets the flag to one of these.
    Repair(Vec<Color>),
    /// On the page that declares what is being done to a side.
    Declare,
    /// In the AWS console, at this part.
    Console(Part),
    /// On the page *Troubleshooting*.
    Trouble,
    /// On the page *Lineage*.
    Lineage,
    /// On the command line.
    CommandLine(Commands),
    /// Nowhere: one waits.
    Wait,
}

/// The one thing to do, as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToDo {
    /// What, in a sentence or two.
    pub says: String,
    /// What stands in the way.
    pub first: Vec<First>,
    /// Where.
    pub way: Way,
}

impl ToDo {
    fn new(says: impl Into<String>, way: Way) -> Self {
        Self { says: says.into(), first: Vec::new(), way }
    }
}

/// Something that may fail, as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What.
    pub case: Case,
    /// Whether it is happening.
    pub now: Now,
    /// What is seen of it now.
    pub seen: Vec<Seen>,
    /// What is lost with each zone, where it is about zones.
    pub zones: Vec<Zone>,
    /// What happens by itself, in sentences.
    pub by_itself: Vec<String>,
    /// How long that takes by the guides of the platform (docs/disaster.md names them), where they say so of what exists here.
    pub claim: Option<&'static str>,
    /// What was measured here.
    pub measured: Vec<Measurement>,
    /// What was not measured, as a sentence.
    pub unmeasured: Option<&'static str>,
    /// The one thing to do.
    pub to_do: ToDo,
}

/// Whether the identity provider answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Provider {
    /// It does, as far as is known.
    #[default]
    Answers,
    /// It does not.
    Away,
}

/// What the guide is made from.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The pair.
    pub pair: &'a PairSnapshot,
    /// Its platform, judged at the same moment.
    pub topology: &'a Topology,
    /// When the pair that policy names was last switched and found good: [`crate::Snapshot::proof`].
    pub proof: Option<Timestamp>,
    /// Whether the identity provider answers.
    pub provider: Provider,
    /// What was measured; none where that could not be read.
    pub past: Option<&'a Past>,
    /// Now.
    pub now: Timestamp,
}

/// The guide: what is happening first, then the others in their order.
pub fn guide(known: &Known<'_>) -> Vec<Scenario> {
    let mut scenarios = vec![
        sides::active(known),
        sides::standby(known),
        lineage::instance(known),
        lineage::database(known),
        zone::zone(known),
        teal::teal(known),
    ];
    scenarios.sort_by_key(|scenario| scenario.now != Now::Happening);
    scenarios
}

/// Those that are happening: without what to do, which takes every check before a switch.
pub fn happening(pair: &PairSnapshot, topology: &Topology, now: Timestamp) -> Vec<Case> {
    let known = Known { pair, topology, proof: None, provider: Provider::Answers, past: None, now };
    Case::ALL.into_iter().filter(|case| known.state(*case) == Now::Happening).collect()
}

impl Known<'_> {
    /// Whether something is happening.
    fn state(&self, case: Case) -> Now {
        match case {
            Case::Active => sides::active_state(self),
            Case::Standby => sides::standby_state(self),
            Case::Instance => lineage::instance_state(self),
            Case::Database => lineage::database_state(self),
            Case::Zone => zone::state(self),
            Case::Teal => teal::state(&teal::seen(self)),
        }
    }

    /// Parts as they are seen, those that are there.
    fn seen(&self, parts: &[Part]) -> Vec<Seen> {
        parts.iter().filter_map(|part| self.topology.node(*part)).map(Seen::of).collect()
    }

    /// How a part is; unknown where there is none.
    fn health(&self, part: Part) -> Health {
        self.topology.node(part).map_or(Health::Unknown, |node| node.health)
    }
}

impl Seen {
    fn of(node: &Node) -> Self {
        Self {
            what: node.part.title(),
            part: Some(node.part),
            health: node.health,
            says: node.reason.clone(),
            at: node.read_at,
            failing: node.failing,
        }
    }
}
