//! Exact sums.

use crate::cost::Cents;
use serde::{Deserialize, Serialize};
use std::{iter, ops};

/// A sum in millionths of a currency. Credits and refunds are below nought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// Reads an amount as Cost Explorer writes it: `12.3456789012`, `-0.5`, `4.1E-8`. What is less than a millionth is
    /// rounded, half of one away from nought.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let digits: Vec<u8> = whole.bytes().chain(part.bytes()).collect();
        if whole.is_empty() || digits.len() > 40 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        // Where the point stands among the digits, counted in millionths.
        let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?.checked_add(6)?;
        let kept = usize::try_from(point.max(0)).ok()?;
        if kept > 60 {
            return digits.iter().all(|digit| *digit == b'0').then_some(Self(0));
        }
        let digit = |index: usize| digits.get(index).map_or(0, |digit| i64::from(digit - b'0'));
        let mut micros = (0..kept).try_fold(0_i64, |sum, index| sum.checked_mul(10)?.checked_add(digit(index)))?;
        if point >= 0 && digit(kept) >= 5 {
            micros = micros.checked_add(1)?;
        }
        Some(Self(sign * micros))
    }

    /// To the cent, half a cent away from nought.
    pub const fn cents(self) -> Cents {
        let half = if self.0 < 0 { -5_000 } else { 5_000 };
        Cents(self.0.saturating_add(half) / 10_000)
    }
}

impl ops::Add for Micros {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::AddAssign for Micros {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl iter::Sum for Micros {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self(0), ops::Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_amount_is_read_to_the_millionth_whatever_its_length() {
        for (text, micros) in [
            ("0", 0),
            ("12.3456789012", 12_345_679),
            ("-0.5", -500_000),
            ("716.4", 716_400_000),
            ("4.1E-8", 0),
            ("6E-7", 1),
            ("5.5E-7", 1),
            ("1.5E3", 1_500_000_000),
            ("0.0000005", 1),
            ("0.00000049999", 0),
            ("0E-10", 0),
            ("0E+99", 0),
        ] {
            assert_eq!(Micros::parse(text), Some(Micros(micros)), "{text}");
        }
        for wrong in ["", "-", ".", ".5", "1,5", "1.2.3", "NaN", "1e", "9E99", "99999999999999999", "--1", "٣"] {
            assert_eq!(Micros::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn half_a_cent_is_rounded_away_from_nought() {
        let cents = [4_999, 5_000, 14_999, -4_999, -5_000].map(|micros| Micros(micros).cents().0);
        assert_eq!(cents, [0, 1, 1, 0, -1]);
    }

    proptest! {
        #[test]
        fn what_is_written_in_full_is_read_as_it_was(micros in -1_000_000_000_000_i64..1_000_000_000_000) {
            let sign = if micros < 0 { "-" } else { "" };
            let all = micros.unsigned_abs();
            let text = format!("{sign}{}.{:06}0000", all / 1_000_000, all % 1_000_000);
            prop_assert_eq!(Micros::parse(&text), Some(Micros(micros)));
        }
    }
}
