//! What is drawn of CloudWatch: which series, by which names, in which units, and how points become lines.
//!
//! `plan` says what is asked for, `draw` makes charts of the answer. Nothing here asks anybody.

mod draw;
mod plan;
#[cfg(test)]
mod tests;

pub use plan::{DAGS_ASKED, Of, Plan, Planned, plan};

/// By which names CloudWatch knows the parts of the lineage service.
pub(crate) mod names {
    pub(crate) use super::plan::{balancer_dimension, group_dimension, lag, purpose};
}

use crate::{Color, Timestamp};
use std::{collections::BTreeMap, fmt};

/// The most series in one `GetMetricData`.
pub const MOST_SERIES: usize = 500;

/// A metric of CloudWatch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric {
    /// Its namespace, such as `AmazonMWAA`.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its dimensions. Another set of them is another metric.
    pub dimensions: BTreeMap<String, String>,
}

impl Metric {
    /// A metric.
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Self {
        let dimensions = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { namespace: namespace.to_owned(), name: name.to_owned(), dimensions }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.namespace, self.name)?;
        for (number, (name, value)) in self.dimensions.iter().enumerate() {
            write!(f, "{}{name}={value}", if number == 0 { " " } else { ", " })?;
        }
        Ok(())
    }
}

/// How the values of a period become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// All of them together.
    Sum,
    /// The mean.
    Average,
    /// The lowest.
    Minimum,
    /// The highest.
    Maximum,
    /// How many there were.
    SampleCount,
    /// The one that 95 of 100 are not above.
    P95,
}

impl Statistic {
    /// As CloudWatch writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "Sum",
            Self::Average => "Average",
            Self::Minimum => "Minimum",
            Self::Maximum => "Maximum",
            Self::SampleCount => "SampleCount",
            Self::P95 => "p95",
        }
    }
}

/// What is asked for: a metric, and how its values are put together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// The metric.
    pub metric: Metric,
    /// The statistic.
    pub statistic: Statistic,
}

/// A number that is one: neither infinite nor none at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amount(f64);

impl Amount {
    /// The number, if it is one.
    pub const fn new(value: f64) -> Option<Self> {
        if value.is_finite() { Some(Self(value)) } else { None }
    }

    /// A whole number.
    pub fn whole(value: u32) -> Self {
        Self(f64::from(value))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Amount {}

/// One value of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When its period begins.
    pub at: Timestamp,
    /// The value.
    pub value: Amount,
}

/// What CloudWatch answered, by what was asked for. What it has no points of is there without any.
pub type Answer = BTreeMap<Series, Vec<Point>>;

/// In what a chart counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Things, at a moment.
    Count,
    /// Things, in the time of one point.
    Each(&'static str),
    /// Per cent, from 0 to 100.
    Percent,
    /// Milliseconds.
    Millis,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes, in the time of one point.
    BytesEach(&'static str),
}

/// Where a chart belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What both Airflows do.
    Airflow,
    /// What their environments are made of.
    Environments,
    /// The lineage service.
    Lineage,
    /// Its database.
    Database,
}

impl Topic {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Airflow, Self::Environments, Self::Lineage, Self::Database];

    /// As a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Airflow => "Airflow",
            Self::Environments => "Environments",
            Self::Lineage => "Lineage service",
            Self::Database => "Lineage database",
        }
    }
}

/// Whose line it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// That of a side.
    Side(Color),
    /// Another's.
    Called(String),
}

/// A chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Where it belongs.
    pub topic: Topic,
    /// What it is of.
    pub title: String,
    /// In what it counts.
    pub unit: Unit,
    /// From which metric, by which statistic.
    pub source: String,
    /// What one must know to read it; may be empty.
    pub hint: &'static str,
    /// Why there is nothing to draw, where that was known before anybody was asked.
    pub absent: Option<String>,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Chart {
    /// Whether no line has a point.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.points.is_empty())
    }
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose.
    pub name: Name,
    /// Its points, the oldest first.
    pub points: Vec<Point>,
}

impl Line {
    /// Its pieces without a gap. There is a gap where the next point is later than two and a half of the usual steps of
    /// the line, or of `period`, whichever is longer: some metrics are written every minute, others every five.
    pub fn pieces(&self, period: crate::Millis) -> Vec<&[Point]> {
        let mut steps: Vec<u64> = self.points.windows(2).map(|two| two[1].at.since(two[0].at).0).collect();
        steps.sort_unstable();
        // Of an even number the shorter one: a gap is no usual step.
        let usual = steps.get(steps.len().saturating_sub(1) / 2).copied().unwrap_or_default().max(period.0);
        let longest = crate::Millis(usual.saturating_mul(5) / 2);
        self.points.chunk_by(|one, next| next.at.since(one.at) <= longest).collect()
    }

    /// Its latest point.
    pub fn last(&self) -> Option<Point> {
        self.points.last().copied()
    }
}

/// The charts of a span, as they were drawn from one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// From when.
    pub from: Timestamp,
    /// To when.
    pub to: Timestamp,
    /// How many series were asked for.
    pub asked: usize,
    /// What was left out, in a sentence.
    pub left_out: Option<String>,
    /// The charts.
    pub charts: Vec<Chart>,
}
