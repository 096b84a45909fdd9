//! What the engine knows at the moment in which somebody asks.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};
use teal_domain::{Color, Flag, PairSnapshot, Reading, Timestamp, environment::Readiness, time::Millis};

use super::{Fraction, PREFIX};
use crate::{
    aws::counted::{Calls, Service},
    engine::{Engine, bill::Told},
    traces::Counts,
};

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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfService {
    pair: String,
    service: &'static str,
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
    calls: Family<OfService, Counter>,
    last_minute: Family<OfService, Gauge>,
    beside_the_flag: Family<OfPair, Gauge>,
    costs_asked: Family<OfPair, Gauge>,
    costs_age: Family<OfPair, Fraction>,
    costs_failing: Family<OfPair, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Span {
    /// `sent` or `lost`.
    fate: &'static str,
}

/// What became of traces.
fn register_traces(registry: &mut Registry, counts: &Counts) {
    let (spans, failing) = (Family::<Span, Counter>::default(), Gauge::<i64>::default());
    for (fate, count) in [("sent", counts.sent()), ("lost", counts.lost())] {
        spans.get_or_create(&Span { fate }).inc_by(count);
    }
    failing.set(i64::from(counts.failing()));
    registry.register("trace_spans", "Spans that the collector took, and those that it never got", spans);
    registry.register("traces_failing", "Whether the collector did not take what was sent last", failing);
}

/// What is known now, to be written once.
pub(super) fn registry(engine: &Engine) -> Registry {
    let (figures, now) = (Figures::default(), engine.clock.now());
    for pair in &engine.board.snapshot().pairs {
        figures.take(pair, now);
    }
    for pair in &engine.pairs {
        figures.called(pair.id().as_str(), &pair.calls);
        if let Some(told) = pair.bills.told() {
            figures.paid(pair.id().as_str(), &told, now);
        }
    }
    let mut registry = figures.registered();
    if let Some(counts) = engine.traces.counts() {
        register_traces(&mut registry, counts);
    }
    registry
}

impl Figures {
    fn registered(self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register("live", "Whether the flag says that a side is live, as last read", self.live);
        registry.register(
            "side_ready",
            "Whether a side could take over, or works: by what MWAA says of it",
            self.ready,
        );
        registry.register("flag_version", "The version of the flag, as last read", self.version);
        registry.register("switch_open", "Whether a switch is under way, or its outcome not known", self.open);
        registry.register("dags_owed", "DAGs that are still to be paused or unpaused after a switch", self.owed);
        registry.register("journal_writable", "Whether the journal can be written", self.writable);
        registry.register_with_unit("read_age", "How old what is known is", Unit::Seconds, self.age);
        registry.register("read_failing", "Whether the latest read failed", self.failing);
        registry.register("aws_calls", "Calls of AWS that were made for a pair, each try", self.calls);
        registry.register(
            "aws_calls_last_minute",
            "Those of the last minute that is over, counted from the start",
            self.last_minute,
        );
        registry.register(
            "aws_calls_beside_the_flag",
            "Those of the last minute but the flag's, and but what MWAA hands on to the Airflows",
            self.beside_the_flag,
        );
        registry.register(
            "costs_requests_today",
            "Requests of Cost Explorer that were made today for the account, by all instances",
            self.costs_asked,
        );
        registry.register_with_unit(
            "costs_age",
            "How old what was last read of what was paid is",
            Unit::Seconds,
            self.costs_age,
        );
        registry.register(
            "costs_failing",
            "Whether a question of Cost Explorer was not answered last",
            self.costs_failing,
        );
        registry
    }

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

    /// A service that was never called is not there, and of the last minute nothing is as long as none is over.
    fn called(&self, pair: &str, calls: &Calls) {
        for service in Service::ALL.into_iter().filter(|service| calls.total(*service) > 0) {
            let of_service = OfService { pair: pair.to_owned(), service: service.as_str() };
            self.calls.get_or_create(&of_service).inc_by(calls.total(service));
            if let Some(count) = calls.last_minute(service) {
                self.last_minute.get_or_create(&of_service).set(i64::try_from(count).unwrap_or(i64::MAX));
            }
        }
        if let Some(count) = calls.beside_the_flag() {
            let of_pair = OfPair { pair: pair.to_owned() };
            self.beside_the_flag.get_or_create(&of_pair).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// Where it is turned on, as somebody last looked.
    fn paid(&self, pair: &str, told: &Told, now: Timestamp) {
        let of_pair = OfPair { pair: pair.to_owned() };
        self.costs_asked.get_or_create(&of_pair).set(i64::from(told.today));
        self.costs_failing.get_or_create(&of_pair).set(i64::from(told.failing));
        if let Some(read_at) = told.read_at {
            let age = std::time::Duration::from_millis(now.since(read_at).0);
            self.costs_age.get_or_create(&of_pair).set(age.as_secs_f64());
        }
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

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text;

    use super::*;

    fn told(calls: &Calls) -> String {
        let figures = Figures::default();
        figures.called("dev", calls);
        let mut out = String::new();
        text::encode_registry(&mut out, &figures.registered()).expect("text");
        out
    }

    #[test]
    fn of_the_last_full_minute_each_service_is_told_and_what_counts_against_the_budget() {
        let calls = [(Service::Rds, 0), (Service::Rds, 1), (Service::Rds, 1), (Service::Ec2, 1), (Service::Iam, 2)];
        let flags = [(Service::Ssm, 1), (Service::Airflow, 1), (Service::Airflow, 1)];
        let told = told(&Calls::after(2, &[&calls[..], &flags[..]].concat()));
        for line in [
            "teal_aws_calls_total{pair=\"dev\",service=\"rds\"} 3",
            "teal_aws_calls_last_minute{pair=\"dev\",service=\"rds\"} 2",
            "teal_aws_calls_last_minute{pair=\"dev\",service=\"airflow\"} 2",
            "teal_aws_calls_last_minute{pair=\"dev\",service=\"iam\"} 0",
            "teal_aws_calls_beside_the_flag{pair=\"dev\"} 3",
        ] {
            assert!(told.lines().any(|told| told == line), "{line}: {told}");
        }
    }

    #[test]
    fn a_quiet_minute_is_told_as_none_and_one_that_is_not_over_not_at_all() {
        assert!(told(&Calls::after(3, &[(Service::S3, 0)])).contains("beside_the_flag{pair=\"dev\"} 0\n"));
        assert!(!told(&Calls::after(0, &[(Service::S3, 0)])).contains("beside_the_flag{"));
    }
}
