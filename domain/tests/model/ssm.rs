//! The parameter as it truly is: everything that ever happened to it, in order. Only the checks see who
//! really wrote a version; the protocol sees what SSM's answers show.

use teal_domain::{Color, Flag, FlagValue, FlagVersion, OperationId, Timestamp, VersionRecord};

/// Who really wrote a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    Op(usize),
    Outsider,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Side(Color),
    Purple,
}

impl Value {
    pub fn flag(self) -> FlagValue {
        match self {
            Self::Side(color) => FlagValue::Color(color),
            Self::Purple => FlagValue::Invalid("purple".into()),
        }
    }
}

/// What a put says in its description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Describes {
    Op(usize),
    /// Words of its own, without an operation id.
    Otherwise,
    /// Nothing, so that SSM carries the description over from the version before.
    Omitted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Written {
    pub life: u64,
    pub version: u64,
    pub value: Value,
    pub carries: Option<usize>,
    pub origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happened {
    Wrote(Written),
    Deleted,
}

/// The true history. A *point* is a number of things that have happened: a read that is stale shows the
/// parameter as it was at an earlier point.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ssm {
    pub log: Vec<Happened>,
}

impl Ssm {
    pub fn now(&self) -> usize {
        self.log.len()
    }

    /// The life of the parameter at a point; the time between a deletion and the next creation belongs to
    /// the life to come.
    pub fn life_at(&self, point: usize) -> u64 {
        self.log[..point].iter().map(|happened| u64::from(*happened == Happened::Deleted)).sum()
    }

    pub fn written(&self) -> impl Iterator<Item = (usize, &Written)> {
        self.log.iter().enumerate().filter_map(|(at, happened)| match happened {
            Happened::Wrote(written) => Some((at, written)),
            Happened::Deleted => None,
        })
    }

    pub fn by(&self, op: usize) -> impl Iterator<Item = (usize, &Written)> {
        self.written().filter(move |(_, written)| written.origin == Origin::Op(op))
    }

    pub fn latest_at(&self, point: usize) -> Option<&Written> {
        match self.log[..point].last() {
            Some(Happened::Wrote(written)) => Some(written),
            Some(Happened::Deleted) | None => None,
        }
    }

    pub fn flag_at(&self, point: usize) -> Flag {
        self.latest_at(point).map_or(Flag::Missing, |written| Flag::Present {
            value: written.value.flag(),
            version: FlagVersion(written.version),
            modified_at: moment(point - 1),
        })
    }

    /// What `GetParameterHistory` answers: the last versions of the present life, or nothing where there is
    /// no parameter.
    pub fn history_at(&self, point: usize, keeps: usize) -> Vec<VersionRecord> {
        self.readable_at(point, keeps).iter().map(|(at, written)| record(*at, written)).collect()
    }

    pub fn readable_at(&self, point: usize, keeps: usize) -> Vec<(usize, &Written)> {
        let life = self.life_at(point);
        let mut all: Vec<_> = self.written().filter(|(at, written)| *at < point && written.life == life).collect();
        all.split_off(all.len().saturating_sub(keeps))
    }

    /// A put that arrives. `None`: it was not to overwrite, and the parameter exists.
    pub fn put(&mut self, value: Value, says: Describes, origin: Origin, overwrite: bool) -> Option<FlagVersion> {
        let before = self.latest_at(self.now()).copied();
        if before.is_some() && !overwrite {
            return None;
        }
        let carries = match says {
            Describes::Op(op) => Some(op),
            Describes::Otherwise => None,
            Describes::Omitted => before.and_then(|before| before.carries),
        };
        let version = before.map_or(1, |before| before.version + 1);
        let life = self.life_at(self.now());
        self.log.push(Happened::Wrote(Written { life, version, value, carries, origin }));
        Some(FlagVersion(version))
    }
}

/// AWS's clock. Things happen ten minutes apart: its hosts may disagree about seconds.
pub fn moment(at: usize) -> Timestamp {
    Timestamp(i64::try_from(at).expect("a model is short") * MINUTES_10)
}

/// The place in the log that a moment stands for.
pub fn at(moment: Timestamp) -> usize {
    usize::try_from(moment.0 / MINUTES_10).expect("nothing happens before the beginning")
}

const MINUTES_10: i64 = 600_000;

fn record(at: usize, written: &Written) -> VersionRecord {
    VersionRecord {
        version: FlagVersion(written.version),
        value: written.value.flag(),
        modified_at: moment(at),
        modified_by: None,
        description: written.carries.map(|op| operation(op).description()),
        labels: Vec::new(),
    }
}

pub const fn operation(op: usize) -> OperationId {
    OperationId::new(Timestamp(1), op as u128)
}

pub fn operator(operation_id: OperationId) -> usize {
    usize::from(operation_id != operation(0))
}
