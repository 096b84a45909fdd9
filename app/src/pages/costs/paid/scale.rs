//! Where things stand in a picture of bars. Across in hundredths of its width, so that a picture is as wide as there is room
//! while its words keep their size; down in tenths of a pixel. Whole numbers all the way.

use std::fmt;
use teal_domain::cost::Cents;

/// The scale beside the bars: from the lowest sum, at most nought, to a round one that nothing is above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    low: i64,
    high: i64,
    /// Between two lines across.
    step: i64,
    /// Where the highest sum stands, and how far below it the lowest: in pixels.
    top: i64,
    height: i64,
}

/// A place or length in tenths of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tenths(i64);

/// At most so many lines lie across, besides the one at nought.
const LINES: i64 = 4;

impl Scale {
    /// For sums between these, drawn from `top` down over `height` pixels.
    pub(super) fn of(low: Cents, high: Cents, top: i64, height: i64) -> Self {
        // Sums of a bill are far below this; what is not is cut off and told in the table.
        let most = i64::MAX / 64;
        let (low, high) = (low.0.clamp(-most, 0), high.0.clamp(100, most));
        let wanted = (high - low).div_euclid(LINES).max(1);
        let mut step = 100;
        for figure in [2, 5, 10].iter().cycle() {
            if step >= wanted {
                break;
            }
            // From 1 to 2 to 5 to 10, and again.
            step = if *figure == 5 { step / 2 * 5 } else { step * 2 };
        }
        let high = (high + step - 1) / step * step;
        Self { low, high, step, top, height }
    }

    /// Where a sum stands.
    pub(super) fn y(&self, sum: Cents) -> Tenths {
        let sum = i128::from(sum.0.clamp(self.low, self.high));
        let (span, height) = (i128::from(self.high - self.low), i128::from(self.height) * 10);
        let down = (i128::from(self.high) - sum) * height / span;
        Tenths(self.top * 10 + i64::try_from(down).unwrap_or_default())
    }

    /// The place and the height of a piece between two sums.
    pub(super) fn piece(&self, one: Cents, other: Cents) -> (Tenths, Tenths) {
        let (above, below) = (self.y(one.max(other)), self.y(one.min(other)));
        (above, Tenths(below.0 - above.0))
    }

    /// The sums at which lines lie across, from below.
    pub(super) fn ticks(&self) -> impl Iterator<Item = Cents> + use<> {
        let step = self.step;
        (self.low / step..=self.high / step).map(move |tick| Cents(tick * step))
    }
}

impl Tenths {
    /// So many pixels lower.
    pub(super) const fn plus(self, pixels: i64) -> Self {
        Self(self.0 + pixels * 10)
    }
}

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// The left edge, the middle and the width of one of so many bars that stand side by side.
pub(super) fn place(index: usize, count: usize) -> [String; 3] {
    // A bar takes 70 of the 100 that are its own.
    [100 * index + 15, 100 * index + 50, 70].map(|part| {
        let hundredths = part * 100 / count.max(1);
        format!("{}.{:02}%", hundredths / 100, hundredths % 100)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(low: i64, high: i64) -> Scale {
        Scale::of(Cents(low), Cents(high), 10, 100)
    }

    #[test]
    fn a_scale_ends_at_round_sums_and_has_few_lines() {
        let ticks = |low, high| scale(low, high).ticks().map(|tick| tick.0 / 100).collect::<Vec<_>>();
        assert_eq!(ticks(0, 98_500), [0, 500, 1_000]);
        assert_eq!(ticks(0, 120_000), [0, 500, 1_000, 1_500]);
        assert_eq!(ticks(-12_000, 98_500), [0, 500, 1_000], "a small credit takes little room");
        assert_eq!(ticks(-62_000, 98_500), [-500, 0, 500, 1_000]);
        assert_eq!(ticks(0, 3_300), [0, 10, 20, 30, 40]);
        assert_eq!(ticks(0, 0), [0, 1], "where all is nought there is still a scale");
        for high in (0..60).map(|power| 1_i64 << power) {
            let ticks = scale(-high / 3, high).ticks().count();
            assert!((2..=7).contains(&ticks), "{high}: {ticks}");
        }
    }

    #[test]
    fn sums_stand_in_order_and_inside_the_picture() {
        let scale = scale(-50_000, 100_000);
        assert_eq!(scale.y(Cents(100_000)).to_string(), "10.0");
        assert_eq!(scale.y(Cents(-50_000)).to_string(), "110.0");
        assert_eq!(scale.y(Cents(i64::MAX)), scale.y(Cents(100_000)));
        let (y, height) = scale.piece(Cents(0), Cents(50_000));
        assert_eq!((y.to_string(), height.to_string()), ("43.3".to_owned(), "33.3".to_owned()));
        assert_eq!(scale.piece(Cents(50_000), Cents(0)), (y, height), "whichever is named first");
    }

    #[test]
    fn bars_stand_side_by_side_and_fill_the_width() {
        assert_eq!(place(0, 10), ["1.50%", "5.00%", "7.00%"]);
        assert_eq!(place(9, 10), ["91.50%", "95.00%", "7.00%"]);
    }
}
