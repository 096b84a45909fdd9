//! What is read, each for itself.

use teal_domain::Color;

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
    const ALL: [Self; 8] = [
        Self::Network,
        Self::Balancer,
        Self::Group,
        Self::Instance,
        Self::Database,
        Self::Secret,
        Self::Bucket(Color::Blue),
        Self::Bucket(Color::Green),
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
            Self::Part(Part::Balancer | Part::Group | Part::Database) | Self::Of(..) => Pace::Once,
            Self::Part(_) => Pace::ATenth,
        }
    }

    /// Who is asked.
    pub const fn who(self) -> &'static str {
        match self {
            Self::Alarms | Self::Of(_, Fact::Heartbeat) => "CloudWatch",
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
