//! Which charts there are, and what is asked for to draw them.

mod airflow;
mod lineage;

pub(crate) use lineage::{balancer_dimension, group_dimension, lag, purpose};

use super::{Metric, Name, Series, Statistic, Topic, Unit};
use crate::{Color, PairSnapshot, monitoring::Span};
use std::collections::BTreeSet;

/// How many DAGs of a side are asked about: each takes four series.
pub const DAGS_ASKED: usize = 40;

/// The charts, before anybody was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The charts.
    pub charts: Vec<Planned>,
    /// What was left out, in a sentence.
    pub left_out: Option<String>,
}

/// A chart, before anybody was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
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
    /// Why there is nothing to ask for.
    pub absent: Option<String>,
    /// Whose lines, and what they are of.
    pub lines: Vec<(Name, Of)>,
}

/// What a line is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// A series as it is.
    One(Series),
    /// The highest of several.
    Most(Vec<Series>),
    /// How many of a hundred are good.
    Share {
        /// Those that are.
        good: Vec<Series>,
        /// Those that are not.
        bad: Vec<Series>,
    },
    /// The mean over several.
    Mean {
        /// All together.
        sums: Vec<Series>,
        /// How many there were.
        counts: Vec<Series>,
    },
}

impl Of {
    fn series(&self) -> impl Iterator<Item = &Series> {
        let (one, another): (&[Series], &[Series]) = match self {
            Self::One(series) => (std::slice::from_ref(series), &[]),
            Self::Most(series) => (series, &[]),
            Self::Share { good, bad } => (good, bad),
            Self::Mean { sums, counts } => (sums, counts),
        };
        one.iter().chain(another)
    }
}

impl Plan {
    /// What is asked for, each once.
    pub fn series(&self) -> Vec<Series> {
        let all = self.charts.iter().flat_map(|chart| chart.lines.iter().flat_map(|(_, of)| of.series()));
        all.cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// What is to be drawn of a pair, by what is known of its platform.
pub fn plan(pair: &PairSnapshot, span: Span) -> Plan {
    let each = span.each();
    let (mut charts, left_out) = airflow::charts(pair, each);
    charts.extend(airflow::environments(pair));
    charts.extend(lineage::service(&pair.platform, each));
    charts.extend(lineage::database(&pair.platform));
    Plan { charts, left_out }
}

fn series(statistic: Statistic, namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Series {
    Series { metric: Metric::new(namespace, name, dimensions), statistic }
}

fn source(namespace: &str, name: &str, statistic: Statistic) -> String {
    format!("{namespace} {name}, {}", statistic.as_str())
}

/// A chart with a line for each side.
fn both(pair: &PairSnapshot, of: impl Fn(&str) -> Of) -> Vec<(Name, Of)> {
    Color::BOTH.map(|color| (Name::Side(color), of(pair.names.environment(color)))).into()
}
