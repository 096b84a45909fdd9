//! Sums, prices and quantities: whole numbers, so that what is added up twice comes to the same.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{fmt, iter, ops};

/// A sum in US dollars, in whole cents. Credits and refunds are below nought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cents(pub i64);

impl ops::Add for Cents {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::Sub for Cents {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl iter::Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self(0), ops::Add::add)
    }
}

/// As a plain number: `1234.05`, `-0.50`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

/// The price of one unit, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(u64);

impl Price {
    /// How many places behind the point there are.
    const PLACES: usize = 6;
    /// What costs nothing.
    pub const FREE: Self = Self(0);

    /// Reads a price like `0.0416`: dollars, without a sign, with at most six places behind the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > Self::PLACES {
            return None;
        }
        let part: u64 = format!("{part:0<6}").parse().ok()?;
        whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(part).map(Self)
    }

    /// What so much of it costs, rounded to the cent, half a cent up.
    pub fn times(self, quantity: Quantity) -> Cents {
        // Millionths of a dollar, times thousandths of a unit; a cent is ten million of them.
        let exact = u128::from(self.0) * u128::from(quantity.0);
        Cents(i64::try_from((exact + 5_000_000) / 10_000_000).unwrap_or(i64::MAX))
    }
}

/// As a plain number without needless noughts, but with cents: `0.49`, `0.0416`, `2.00`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = format!("{:06}", self.0 % 1_000_000);
        let (cents, rest) = part.split_at(2);
        write!(f, "{}.{cents}{}", self.0 / 1_000_000, rest.trim_end_matches('0'))
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("{text:?} is no price: write dollars like \"0.0416\", with at most six places"))
        })
    }
}

/// So many units, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(pub u64);

impl Quantity {
    /// Whole units.
    pub const fn whole(units: u32) -> Self {
        Self(units as u64 * 1000)
    }

    /// So many things, each with so many units: three instances for 730 hours.
    pub const fn each(things: u32, units: u32) -> Self {
        Self(things as u64 * units as u64 * 1000)
    }

    /// Whether there is nothing of it.
    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }
}

/// `730`, `1.5`.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = format!("{:03}", self.0 % 1000);
        match part.trim_end_matches('0') {
            "" => write!(f, "{}", self.0 / 1000),
            part => write!(f, "{}.{part}", self.0 / 1000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn price(text: &str) -> Price {
        Price::parse(text).expect("a price")
    }

    #[test]
    fn a_price_is_read_to_the_millionth_and_told_as_it_was_written() {
        for told in ["0.49", "0.0416", "2.00", "0.000001", "12345.67"] {
            assert_eq!(price(told).to_string(), told);
        }
        assert_eq!((price("2"), price("0.5").to_string()), (price("2.00"), "0.50".to_owned()));
        for wrong in ["", ".", "1.", ".5", "-1", "+1", "1,5", "0.0000001", "1e3", " 1", "99999999999999999999"] {
            assert_eq!(Price::parse(wrong), None, "{wrong}");
        }
        let error = serde_json::from_str::<Price>("\"free\"").expect_err("no price").to_string();
        assert!(error.contains("free") && error.contains("write dollars like"), "{error}");
    }

    #[test]
    fn half_a_cent_is_rounded_up_and_less_is_not() {
        assert_eq!(price("0.49").times(Quantity::whole(730)), Cents(35_770));
        assert_eq!(price("0.0416").times(Quantity::each(2, 730)), Cents(6074), "60.736");
        assert_eq!(price("0.005").times(Quantity::whole(1)), Cents(1));
        assert_eq!(price("0.004999").times(Quantity::whole(1)), Cents(0));
        assert_eq!(price("0.008").times(Quantity(500)), Cents(0), "half a unit");
    }

    #[test]
    fn a_sum_is_told_with_its_sign_and_its_cents() {
        let told = [0, 5, 100, 123_405, -50, -12_300].map(|cents| Cents(cents).to_string());
        assert_eq!(told, ["0.00", "0.05", "1.00", "1234.05", "-0.50", "-123.00"]);
        assert_eq!([Quantity::whole(730), Quantity(1500), Quantity(0)].map(|it| it.to_string()), ["730", "1.5", "0"]);
    }

    proptest! {
        #[test]
        fn more_of_it_never_costs_less(micros in 0_u64..10_000_000, one in 0_u64..1_000_000_000, more in 0_u64..1_000_000_000) {
            let price = Price(micros);
            prop_assert!(price.times(Quantity(one)) <= price.times(Quantity(one + more)));
        }

        #[test]
        fn whatever_is_told_of_a_price_is_read_as_the_same(micros in 0_u64..10_000_000_000) {
            prop_assert_eq!(Price::parse(&Price(micros).to_string()), Some(Price(micros)));
        }
    }
}
