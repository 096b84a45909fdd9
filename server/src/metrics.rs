//! What Teal tells of itself to whoever watches it: figures in the text format of Prometheus, whether the process lives,
//! and whether it can be sent requests. On a port of its own, since none of it is for people who sign in.

mod known;
mod routes;

use std::{sync::atomic::AtomicU64, time::Duration};

use axum::http::StatusCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};
use teal_domain::history::{Progress, Record};

use crate::engine::Engine;

pub use routes::router;

/// What stands before every name.
const PREFIX: &str = "teal";
/// The edges between requests that were quick and slow, in seconds: a page is drawn in milliseconds.
const REQUESTS: [f64; 8] = [0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];
/// The edges between flips, in seconds, from the click to the look that found it there.
const FLIPS: [f64; 8] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    /// `2xx`, `3xx`, `4xx`, `5xx`.
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Switched {
    pair: String,
    kind: &'static str,
    outcome: &'static str,
}

/// What is counted while the process lives.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    took: Histogram,
    switched: Family<Switched, Counter>,
    flips: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let (answered, switched) = (Family::default(), Family::default());
        let (took, flips) = (Histogram::new(REQUESTS), Histogram::new(FLIPS));
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "Which Teal this is", Info::new(version));
        registry.register("http_requests", "Requests that were answered, by the class of the status", answered.clone());
        registry.register_with_unit(
            "http_request_duration",
            "How long it took to answer them, streams until their first byte",
            Unit::Seconds,
            took.clone(),
        );
        registry.register("switches", "Switches that this process drove to an end", switched.clone());
        registry.register_with_unit(
            "flip_duration",
            "From the confirmation to the flag being read where it was put",
            Unit::Seconds,
            flips.clone(),
        );
        Self { registry, answered, took, switched, flips }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, status: StatusCode, took: Duration) {
        let class = match status.as_u16() {
            ..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            _ => "5xx",
        };
        self.answered.get_or_create(&Answered { class }).inc();
        self.took.observe(took.as_secs_f64());
    }

    /// A switch came to an end, or to where its outcome is not known.
    pub fn switched(&self, record: &Record) {
        let Some(switch) = record.switch() else { return };
        let outcome = match &switch.progress {
            Progress::Begun => "begun",
            Progress::Unknown { .. } => "unknown",
            Progress::Ended { outcome, .. } => outcome.as_str(),
        };
        let (pair, kind) = (record.pair.to_string(), switch.kind.as_str());
        self.switched.get_or_create(&Switched { pair, kind, outcome }).inc();
        if let Some(flip) = record.flip() {
            self.flips.observe(Duration::from_millis(flip.0).as_secs_f64());
        }
    }

    /// All of it, and what the engine knows now.
    ///
    /// # Errors
    /// If a figure cannot be written as text.
    pub fn text(&self, engine: &Engine) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        text::encode_registry(&mut out, &self.registry)?;
        text::encode_registry(&mut out, &known::registry(engine))?;
        text::encode_eof(&mut out)?;
        Ok(out)
    }
}

/// A figure that is no whole number.
type Fraction = Gauge<f64, AtomicU64>;
