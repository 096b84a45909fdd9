//! Values of metrics as people read them, and the scale beside a chart.

use teal_domain::metrics::Unit;

/// By how much a value is divided to be read, and what is written behind it.
fn reading(unit: Unit, size: f64) -> (f64, &'static str) {
    const KIB: f64 = 1024.0;
    let of = |steps: &[(f64, &'static str)]| {
        steps.iter().rev().find(|(from, _)| size >= *from).or(steps.first()).copied().unwrap_or((1.0, ""))
    };
    match unit {
        Unit::Count | Unit::Each(_) => (1.0, ""),
        Unit::Percent => (1.0, " %"),
        Unit::Millis => of(&[(1.0, " ms"), (1000.0, " s"), (60_000.0, " min"), (3_600_000.0, " h")]),
        Unit::Seconds if size < 1.0 => (0.001, " ms"),
        Unit::Seconds => of(&[(1.0, " s"), (60.0, " min"), (3600.0, " h")]),
        Unit::Bytes | Unit::BytesEach(_) => {
            of(&[(1.0, " B"), (KIB, " KiB"), (KIB * KIB, " MiB"), (KIB * KIB * KIB, " GiB")])
        }
    }
}

/// A value: `14`, `1,240`, `71 %`, `1.24 s`, `1.4 GiB`.
pub fn amount(unit: Unit, value: f64) -> String {
    let (by, behind) = reading(unit, value.abs());
    format!("{}{behind}", number(value / by))
}

/// What one value counts for, to stand behind a title: `a minute`; nothing where it is of a moment.
pub const fn each(unit: Unit) -> &'static str {
    match unit {
        Unit::Each(each) | Unit::BytesEach(each) => each,
        Unit::Count | Unit::Percent | Unit::Millis | Unit::Seconds | Unit::Bytes => "",
    }
}

/// Three figures, and no more noughts than it takes.
fn number(value: f64) -> String {
    let places = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    if out == "-0" { "0".to_owned() } else { out }
}

/// The scale of a chart: from nought to a round value that nothing is above.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Its end.
    pub top: f64,
    /// The lines across, from below, with what is written beside them.
    pub ticks: Vec<(f64, String)>,
}

impl Scale {
    /// A scale for values up to `highest`.
    pub fn of(unit: Unit, highest: f64) -> Self {
        if unit == Unit::Percent && highest <= 100.0 {
            return Self::in_steps(unit, 1.0, 50.0, 2);
        }
        // Where all is nought there is still a scale.
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let (by, _) = reading(unit, highest);
        // Things are whole; a scale of halves would promise more than there is.
        let least = if matches!(unit, Unit::Count | Unit::Each(_)) { 1.0 } else { 0.01 };
        let (mut step, mut tens): (f64, f64) = (least, least);
        let wanted = (highest / by / 3.0).max(least);
        loop {
            let Some(next) = [1.0, 2.0, 5.0].iter().map(|figure| figure * tens).find(|step| *step >= wanted) else {
                tens *= 10.0;
                continue;
            };
            step = step.max(next);
            break;
        }
        let count = (highest / by / step).ceil().clamp(1.0, 3.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 1, 2 or 3")]
        Self::in_steps(unit, by, step, count as u32)
    }

    fn in_steps(unit: Unit, by: f64, step: f64, count: u32) -> Self {
        let top = step * f64::from(count) * by;
        let (_, behind) = reading(unit, top);
        let told = |value: f64| {
            if value == 0.0 { "0".to_owned() } else { format!("{}{}", number(value / reading(unit, top).0), behind) }
        };
        let ticks = (0..=count).map(|tick| step * f64::from(tick) * by).map(|value| (value, told(value))).collect();
        Self { top, ticks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_in_three_figures_and_in_the_unit_that_fits() {
        for (unit, value, told) in [
            (Unit::Count, 14.0, "14"),
            (Unit::Count, 0.0, "0"),
            (Unit::Count, -0.001, "0"),
            (Unit::Each("a minute"), 1240.0, "1,240"),
            (Unit::Each("a minute"), 12_345_678.0, "12,345,678"),
            (Unit::Percent, 71.23, "71.2 %"),
            (Unit::Percent, 100.0, "100 %"),
            (Unit::Millis, 180.4, "180 ms"),
            (Unit::Millis, 1240.0, "1.24 s"),
            (Unit::Millis, 150_000.0, "2.5 min"),
            (Unit::Seconds, 0.042, "42 ms"),
            (Unit::Seconds, 90.0, "1.5 min"),
            (Unit::Bytes, 1_500_000_000.0, "1.4 GiB"),
            (Unit::BytesEach("an hour"), 512.0, "512 B"),
        ] {
            assert_eq!(amount(unit, value), told);
        }
    }

    #[test]
    fn a_scale_ends_at_a_round_value_that_nothing_is_above() {
        let ticks =
            |unit, highest| Scale::of(unit, highest).ticks.into_iter().map(|(_, told)| told).collect::<Vec<_>>();
        assert_eq!(ticks(Unit::Count, 14.0), ["0", "5", "10", "15"]);
        assert_eq!(ticks(Unit::Count, 0.0), ["0", "1"]);
        assert_eq!(ticks(Unit::Count, 2.0), ["0", "1", "2"]);
        assert_eq!(ticks(Unit::Percent, 3.0), ["0", "50 %", "100 %"]);
        assert_eq!(ticks(Unit::Seconds, 1.87), ["0", "1 s", "2 s"]);
        assert_eq!(ticks(Unit::Bytes, 1_600_000_000.0), ["0", "0.5 GiB", "1 GiB", "1.5 GiB"]);
        for highest in [0.0, 0.004, 0.3, 1.0, 9.0, 10.0, 11.0, 99.0, 1234.5, 987_654_321.0] {
            for unit in [Unit::Count, Unit::Millis, Unit::Seconds, Unit::Bytes] {
                let scale = Scale::of(unit, highest);
                assert!(scale.top >= highest && (2..=4).contains(&scale.ticks.len()), "{unit:?} {highest}: {scale:?}");
            }
        }
    }
}
