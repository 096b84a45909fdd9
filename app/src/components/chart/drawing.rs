//! Where a value stands in the picture, and the strokes.

use crate::words::{amount::Scale, time::Civil};
use std::fmt::Write as _;
use teal_domain::{
    Millis, Timestamp,
    metrics::{Line, Point},
    monitoring::Span,
};

/// The size of the picture, in its own units.
pub(super) const WIDTH: u32 = 360;
/// Likewise.
pub(super) const HEIGHT: u32 = 148;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 352.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 124.0;
/// Marks stand this far apart along a line, so that it is known by them.
const MARKS_APART: f64 = 50.0;

/// The shape of a line's marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Circle,
    Diamond,
    Square,
    Triangle,
}

impl Mark {
    /// The shape around a point.
    pub(super) fn path(self, x: f64, y: f64, r: f64) -> String {
        match self {
            Self::Circle => {
                format!("M{:.1} {y:.1}a{r} {r} 0 1 0 {} 0a{r} {r} 0 1 0 -{} 0Z", x - r, r * 2.0, r * 2.0)
            }
            Self::Diamond => format!("M{x:.1} {:.1}l{r} {r}l-{r} {r}l-{r} -{r}Z", y - r),
            Self::Square => format!("M{:.1} {:.1}h{w}v{w}h-{w}Z", x - r, y - r, w = r * 2.0),
            Self::Triangle => format!("M{x:.1} {:.1}l{r} {w}h-{w}Z", y - r, w = r * 2.0),
        }
    }
}

/// What the picture shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) top: f64,
}

impl Plot {
    #[expect(clippy::cast_precision_loss, reason = "a span is at most a week of milliseconds")]
    fn x(&self, at: Timestamp) -> f64 {
        let whole = self.to.since(self.from).0.max(1) as f64;
        LEFT + (RIGHT - LEFT) * (at.since(self.from).0 as f64 / whole)
    }

    /// Where a value stands. Nothing is below nought.
    pub(super) fn y(&self, value: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * (value / self.top).clamp(0.0, 1.0)
    }

    /// The lines of the scale, and a short one below each moment that is named.
    pub(super) fn grid(&self, scale: &Scale, span: Span) -> String {
        let mut out = String::new();
        for (value, _) in &scale.ticks {
            // Writing into a string cannot fail.
            let _ = write!(out, "M{LEFT} {:.1}H{RIGHT}", self.y(*value));
        }
        for (x, _) in self.moments(span) {
            let _ = write!(out, "M{x:.1} {BOTTOM}v4");
        }
        out
    }

    /// The moments that are named below, by the clock of UTC.
    pub(super) fn moments(&self, span: Span) -> Vec<(f64, String)> {
        const MINUTE: i64 = 60_000;
        let step = match span {
            Span::Hour => 15 * MINUTE,
            Span::Day => 6 * 60 * MINUTE,
            Span::Week => 24 * 60 * MINUTE,
        };
        let first = (self.from.0 + step - 1).div_euclid(step) * step;
        let mut at = Timestamp(first);
        let mut found = Vec::new();
        while at <= self.to {
            let civil = Civil::of(at);
            let [h, m, ..] = civil.clock;
            let told = match span {
                Span::Hour | Span::Day => format!("{h:02}:{m:02}"),
                Span::Week => format!("{} {}", civil.day_name(), civil.day),
            };
            let x = self.x(at);
            // What would stand out over the edge is not named.
            if (LEFT..=RIGHT - 8.0).contains(&x) {
                found.push((x, told));
            }
            at = Timestamp(at.0 + step);
        }
        found
    }

    /// The stroke of a line and its marks. Where there is a gap, the stroke breaks; a point that stands alone is a mark.
    pub(super) fn line(&self, line: &Line, period: Millis, mark: Mark) -> (String, String) {
        let (mut stroke, mut marks) = (String::new(), String::new());
        let place = |point: &Point| (self.x(point.at), self.y(point.value.get()));
        let last = line.last().map(|point| point.at);
        let mut marked = f64::NEG_INFINITY;
        for piece in line.pieces(period) {
            for (number, point) in piece.iter().enumerate() {
                let (x, y) = place(point);
                let _ = write!(stroke, "{}{x:.1} {y:.1}", if number == 0 { 'M' } else { 'L' });
                let ends = Some(point.at) == last;
                if piece.len() == 1 || ends || x - marked >= MARKS_APART {
                    marks.push_str(&mark.path(x, y, if ends { 3.5 } else { 2.5 }));
                    marked = x;
                }
            }
        }
        (stroke, marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use teal_domain::{
        Color,
        metrics::{Amount, Name},
    };

    const PLOT: Plot = Plot { from: Timestamp(0), to: Timestamp(3_600_000), top: 10.0 };

    fn line(values: &[(i64, f64)]) -> Line {
        let point = |(minute, value): &(i64, f64)| Point {
            at: Timestamp(minute * 60_000),
            value: Amount::new(*value).expect("finite"),
        };
        Line { name: Name::Side(Color::Blue), points: values.iter().map(point).collect() }
    }

    #[test]
    fn a_gap_is_a_gap_and_a_point_that_stands_alone_is_still_seen() {
        let (stroke, marks) =
            PLOT.line(&line(&[(0, 0.0), (1, 10.0), (30, 5.0), (58, 1.0), (59, 1.0)]), Millis(60_000), Mark::Circle);
        assert_eq!(stroke.matches('M').count(), 3);
        assert!(stroke.starts_with("M52.0 124.0L57.0 10.0M202.0 67.0M"), "{stroke}");
        assert_eq!(marks.matches('M').count(), 4, "the first, the lonely one, the next piece, and the last");
    }

    #[test]
    fn moments_are_named_at_round_times_inside_the_picture() {
        let told: Vec<String> = PLOT.moments(Span::Hour).into_iter().map(|(_, told)| told).collect();
        assert_eq!(told, ["00:00", "00:15", "00:30", "00:45"]);
        let week = Plot { to: Timestamp(7 * 86_400_000), ..PLOT };
        assert_eq!(week.moments(Span::Week).len(), 7);
        assert_eq!(week.moments(Span::Week)[0].1, "Thu 1");
    }

    #[test]
    fn a_value_below_nought_or_above_the_scale_stays_inside() {
        assert!((PLOT.y(-5.0) - BOTTOM).abs() < f64::EPSILON && (PLOT.y(99.0) - TOP).abs() < f64::EPSILON);
    }
}
