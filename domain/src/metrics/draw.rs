//! An answer becomes charts.

use super::{Amount, Answer, Chart, Drawn, Line, Of, Plan, Point, Series};
use crate::Timestamp;
use std::collections::BTreeMap;

impl Plan {
    /// The charts, from what was answered to [`Plan::series`].
    pub fn draw(self, answer: &Answer, from: Timestamp, to: Timestamp) -> Drawn {
        let asked = self.series().len();
        let charts = self.charts.into_iter().map(|planned| {
            let lines = planned.lines.into_iter().map(|(name, of)| Line { name, points: of.points(answer, from, to) });
            Chart {
                topic: planned.topic,
                title: planned.title,
                unit: planned.unit,
                source: planned.source,
                hint: planned.hint,
                absent: planned.absent,
                lines: lines.collect(),
            }
        });
        Drawn { from, to, asked, left_out: self.left_out, charts: charts.collect() }
    }
}

impl Of {
    fn points(&self, answer: &Answer, from: Timestamp, to: Timestamp) -> Vec<Point> {
        let values = match self {
            Self::One(series) => together(answer, std::slice::from_ref(series), f64::max),
            Self::Most(series) => together(answer, series, f64::max),
            Self::Share { good, bad } => {
                let (good, bad) = (sum(answer, good), sum(answer, bad));
                let moments: Vec<Timestamp> = good.keys().chain(bad.keys()).copied().collect();
                let share = |at: Timestamp| {
                    let of = |values: &BTreeMap<Timestamp, f64>| values.get(&at).copied().unwrap_or_default();
                    // Where nothing ended there is no share.
                    let all = of(&good) + of(&bad);
                    (all > 0.0).then(|| (at, of(&good) / all * 100.0))
                };
                moments.into_iter().filter_map(share).collect()
            }
            Self::Mean { sums, counts } => {
                let counts = sum(answer, counts);
                let mean = |(at, total): (Timestamp, f64)| {
                    let count = counts.get(&at).copied().filter(|count| *count > 0.0)?;
                    Some((at, total / count))
                };
                sum(answer, sums).into_iter().filter_map(mean).collect()
            }
        };
        let inside = values.into_iter().filter(|(at, _)| (from..to).contains(at));
        inside.filter_map(|(at, value)| Some(Point { at, value: Amount::new(value)? })).collect()
    }
}

fn sum(answer: &Answer, of: &[Series]) -> BTreeMap<Timestamp, f64> {
    together(answer, of, |one, another| one + another)
}

/// The values of several series by their moments.
fn together(answer: &Answer, of: &[Series], put: impl Fn(f64, f64) -> f64) -> BTreeMap<Timestamp, f64> {
    let mut all = BTreeMap::new();
    for point in of.iter().filter_map(|series| answer.get(series)).flatten() {
        let value = point.value.get();
        all.entry(point.at).and_modify(|known| *known = put(*known, value)).or_insert(value);
    }
    all
}
