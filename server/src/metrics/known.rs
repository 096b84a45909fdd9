//! What the engine knows at the moment in which somebody asks.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};
use teal_domain::{Color, Flag, PairSnapshot, Reading, Timestamp, environment::Readiness, time::Millis};

use super::{Fraction, PREFIX};
use crate::engine::Engine;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPair {
    pair: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSide {
    pair: String,
    side: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRead {
    pair: String,
    read: &'static str,
}

/// The figures of all pairs.
#[derive(Debug, Default)]
struct Figures {
    live: Family<OfSide, Gauge>,
    ready: Family<OfSide, Gauge>,
    version: Family<OfPair, Gauge>,
    open: Family<OfPair, Gauge>,
    owed: Family<OfPair, Gauge>,
    writable: Family<OfPair, Gauge>,
    age: Family<OfRead, Fraction>,
    failing: Family<OfRead, Gauge>,
}

/// What is known now, to be written once.
pub(super) fn registry(engine: &Engine) -> Registry {
    let (figures, now) = (Figures::default(), engine.clock.now());
    for pair in &engine.board.snapshot().pairs {
        figures.take(pair, now);
    }
    let mut registry = Registry::with_prefix(PREFIX);
    registry.register("live", "Whether the flag says that a side is live, as last read", figures.live);
    registry.register("side_ready", "Whether a side could take over, or works: by what MWAA says of it", figures.ready);
    registry.register("flag_version", "The version of the flag, as last read", figures.version);
    registry.register("switch_open", "Whether a switch is under way, or its outcome not known", figures.open);
    registry.register("dags_owed", "DAGs that are still to be paused or unpaused after a switch", figures.owed);
    registry.register("journal_writable", "Whether the journal can be written", figures.writable);
    registry.register_with_unit("read_age", "How old what is known is", Unit::Seconds, figures.age);
    registry.register("read_failing", "Whether the latest read failed", figures.failing);
    registry
}

impl Figures {
    fn take(&self, pair: &PairSnapshot, now: Timestamp) {
        let of_pair = OfPair { pair: pair.id.to_string() };
        for color in Color::BOTH {
            let of_side = OfSide { pair: pair.id.to_string(), side: color.as_str() };
            self.live.get_or_create(&of_side).set(i64::from(pair.live() == Some(color)));
            self.ready.get_or_create(&of_side).set(i64::from(pair.readiness(color) == Readiness::Ready));
            self.read(pair, color.as_str(), pair.side(color), now);
        }
        self.read(pair, "flag", &pair.flag, now);
        if let Some(version) = pair.flag.value().and_then(Flag::version) {
            self.version.get_or_create(&of_pair).set(i64::try_from(version.0).unwrap_or(i64::MAX));
        }
        self.open.get_or_create(&of_pair).set(i64::from(pair.open.is_some()));
        let owed = pair.following.as_ref().map(|following| following.course.owed());
        let owed: usize = owed.into_iter().flatten().map(|(_, _, dags, _)| dags.len()).sum();
        self.owed.get_or_create(&of_pair).set(i64::try_from(owed).unwrap_or(i64::MAX));
        self.writable.get_or_create(&of_pair).set(i64::from(pair.store.error().is_none()));
    }

    /// What was never read has no age: a figure that is not there is an alert of its own.
    fn read<T>(&self, pair: &PairSnapshot, read: &'static str, reading: &Reading<T>, now: Timestamp) {
        let of_read = OfRead { pair: pair.id.to_string(), read };
        if let Some(Millis(age)) = reading.age(now) {
            self.age.get_or_create(&of_read).set(std::time::Duration::from_millis(age).as_secs_f64());
        }
        self.failing.get_or_create(&of_read).set(i64::from(reading.error().is_some()));
    }
}
