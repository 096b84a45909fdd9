//! What is read, each for itself.

use teal_domain::{Color, PairId};

use crate::traces::About;

/// One thing that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// The alarms that policy names as guards.
    Alarms,
    /// Something of one side.
    Of(Color, Fact),
    /// A part of the platform.
    Part(Part),
}

/// A part of the platform beside the flag and the environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Network,
    Balancer,
    Group,
    Instance,
    Database,
    Secret,
    Bucket(Color),
    Logs(Color),
    Load,
}

/// Something of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fact {
    Health,
    Heartbeat,
    ImportErrors,
    Dags,
    DependsOnPast,
    Work,
    Files,
    Artifacts,
    Keys,
    Tried,
}

/// How often something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// A guard must be seen soon.
    Twice,
    /// As configured.
    Once,
    /// What changes with a deployment, or never.
    ATenth,
    /// What only the costs are judged by.
    FourTimesADay,
}

impl Fact {
    const ALL: [Self; 10] = [
        Self::Health,
        Self::Heartbeat,
        Self::ImportErrors,
        Self::Dags,
        Self::DependsOnPast,
        Self::Work,
        Self::Files,
        Self::Artifacts,
        Self::Keys,
        Self::Tried,
    ];
}

impl Part {
    const ALL: [Self; 11] = [
        Self::Network,
        Self::Balancer,
        Self::Group,
        Self::Instance,
        Self::Database,
        Self::Secret,
        Self::Bucket(Color::Blue),
        Self::Bucket(Color::Green),
        Self::Logs(Color::Blue),
        Self::Logs(Color::Green),
        Self::Load,
    ];
}

impl Subject {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let sides = Color::BOTH.into_iter().flat_map(|color| Fact::ALL.map(|fact| Self::Of(color, fact)));
        std::iter::once(Self::Alarms).chain(sides).chain(Self::parts())
    }

    /// The parts of the platform.
    pub fn parts() -> impl Iterator<Item = Self> {
        Part::ALL.into_iter().map(Self::Part)
    }

    /// Whether it is worth reading anew for one look: what takes a call a DAG is not, nor what no switch is decided by.
    pub const fn is_quick(self) -> bool {
        !matches!(self, Self::Of(_, Fact::DependsOnPast) | Self::Part(_))
    }

    /// How often it is read.
    pub const fn pace(self) -> Pace {
        match self {
            Self::Alarms => Pace::Twice,
            Self::Of(_, Fact::Artifacts | Fact::DependsOnPast | Fact::Files | Fact::Keys | Fact::Tried) => Pace::ATenth,
            // The month's availability is counted from these.
            Self::Part(Part::Balancer | Part::Group | Part::Instance | Part::Database) | Self::Of(..) => Pace::Once,
            Self::Part(Part::Logs(_) | Part::Load) => Pace::FourTimesADay,
            Self::Part(_) => Pace::ATenth,
        }
    }

    /// What a trace says of it.
    pub fn about(self, pair: &PairId) -> About {
        let about = About::pair(pair).word("teal.read", self.word());
        match self {
            Self::Of(color, _) | Self::Part(Part::Bucket(color) | Part::Logs(color)) => about.side(color),
            Self::Alarms | Self::Part(_) => about,
        }
    }

    /// What is read, in a word.
    const fn word(self) -> &'static str {
        match self {
            Self::Alarms => "alarms",
            Self::Of(_, Fact::Health) => "health",
            Self::Of(_, Fact::Heartbeat) => "heartbeat",
            Self::Of(_, Fact::ImportErrors) => "import_errors",
            Self::Of(_, Fact::Dags) => "dags",
            Self::Of(_, Fact::DependsOnPast) => "depends_on_past",
            Self::Of(_, Fact::Work) => "work",
            Self::Of(_, Fact::Files) => "files",
            Self::Of(_, Fact::Artifacts) => "artifacts",
            Self::Of(_, Fact::Keys) => "keys",
            Self::Of(_, Fact::Tried) => "permissions",
            Self::Part(Part::Network) => "network",
            Self::Part(Part::Balancer) => "load_balancer",
            Self::Part(Part::Group) => "group",
            Self::Part(Part::Instance) => "instance",
            Self::Part(Part::Database) => "database",
            Self::Part(Part::Secret) => "secret",
            Self::Part(Part::Bucket(_)) => "bucket",
            Self::Part(Part::Logs(_)) => "log_groups",
            Self::Part(Part::Load) => "load",
        }
    }

    /// Who is asked.
    pub const fn who(self) -> &'static str {
        match self {
            Self::Alarms | Self::Of(_, Fact::Heartbeat) | Self::Part(Part::Load) => "CloudWatch",
            Self::Part(Part::Logs(_)) => "CloudWatch Logs",
            Self::Of(_, Fact::Files | Fact::Artifacts) | Self::Part(Part::Bucket(_)) => "S3",
            Self::Of(..) => "Airflow",
            Self::Part(Part::Balancer) => "Elastic Load Balancing",
            Self::Part(Part::Group) => "Auto Scaling",
            Self::Part(Part::Database) => "RDS",
            Self::Part(Part::Network | Part::Instance) => "EC2",
            Self::Part(Part::Secret) => "Secrets Manager",
        }
    }
}
