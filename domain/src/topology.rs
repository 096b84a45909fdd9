//! The platform as a picture: its parts, how each of them is and why, and what reads what. It is worked out from what was
//! found, by nothing but what was found.

use crate::{Color, Timestamp};

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
    /// The three figures that matter for it: what, and how much of it in words.
    pub figures: Vec<(&'static str, String)>,
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
    /// What for, in a few words.
    pub what: &'static str,
}

/// Something that would take both sides down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// What, in a few words.
    pub what: String,
    /// Why it would, by what was found.
    pub because: String,
    /// What mends it.
    pub mend: String,
}
