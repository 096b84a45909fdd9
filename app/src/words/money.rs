//! Sums of money as people read them.

use super::grouped;
use teal_domain::cost::Cents;

/// What stands before a sum: the sign of its currency, or the three letters of one that has no sign of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency(String);

impl Currency {
    /// The currency with this code of ISO 4217.
    pub fn of(code: &str) -> Self {
        let sign = match code {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "INR" => "₹",
            "CNY" => "CN¥",
            _ => return Self(format!("{}\u{a0}", code.chars().take(8).collect::<String>())),
        };
        Self(sign.to_owned())
    }

    /// To the whole unit: `€986`, `−€12`, for what is looked over. Half of one is rounded away from nought.
    pub fn whole(&self, sum: Cents) -> String {
        let whole = (sum.0.unsigned_abs() + 50) / 100;
        format!("{}{}{}", if sum.0 < 0 && whole > 0 { "−" } else { "" }, self.0, grouped(whole))
    }

    /// To the hundredth: `€1,234.05`, for what is added up.
    pub fn exact(&self, sum: Cents) -> String {
        let (sign, rest) = signed(sum);
        format!("{sign}{}{rest}", self.0)
    }
}

/// To the dollar: `$986`, `−$12`.
pub fn dollars(sum: Cents) -> String {
    Currency::of("USD").whole(sum)
}

/// To the cent: `$1,234.05`.
pub fn exact(sum: Cents) -> String {
    Currency::of("USD").exact(sum)
}

/// Without its currency, for tables whose head names it: `1,234.05`, `−0.50`.
pub fn figure(sum: Cents) -> String {
    let (sign, rest) = signed(sum);
    format!("{sign}{rest}")
}

fn signed(sum: Cents) -> (&'static str, String) {
    let cents = sum.0.unsigned_abs();
    (if sum.0 < 0 { "−" } else { "" }, format!("{}.{:02}", grouped(cents / 100), cents % 100))
}

/// A difference, always with its sign: `+$365.00`, `−$308.70`, `no change`.
pub fn difference(from: Cents, to: Cents) -> String {
    let by = to - from;
    match by.0 {
        0 => "no change".to_owned(),
        more if more > 0 => format!("+{}", exact(by)),
        _ => exact(by),
    }
}

/// How much of another sum it is, to a tenth of a hundredth: `0.9 %`, which stays on its line. None of nothing.
pub fn share(part: Cents, of: Cents) -> Option<String> {
    let (part, of) = (u128::from(part.0.unsigned_abs()), u128::from(of.0.unsigned_abs()));
    let permille = (part * 1000 + of / 2).checked_div(of)?;
    Some(format!("{}.{}\u{a0}%", permille / 10, permille % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_grouped_by_thousands_and_rounded_to_the_dollar_or_told_to_the_cent() {
        assert_eq!(
            [0, 98_549, 98_550, 123_456_789].map(|cents| dollars(Cents(cents))),
            ["$0", "$985", "$986", "$1,234,568"]
        );
        assert_eq!([5, 98_574, -1_250].map(|cents| exact(Cents(cents))), ["$0.05", "$985.74", "−$12.50"]);
        assert_eq!([-40, -1_250].map(|cents| dollars(Cents(cents))), ["$0", "−$13"]);
        assert_eq!([-40, 123_405].map(|cents| figure(Cents(cents))), ["−0.40", "1,234.05"]);
    }

    #[test]
    fn another_currency_stands_before_the_sum_by_its_sign_or_its_letters() {
        let told = |code| Currency::of(code).exact(Cents(-123_405));
        assert_eq!(["EUR", "GBP", "CHF"].map(told), ["−€1,234.05", "−£1,234.05", "−CHF\u{a0}1,234.05"]);
        assert_eq!(Currency::of("CNY").whole(Cents(98_550)), "CN¥986");
        assert!(Currency::of(&"X".repeat(900)).whole(Cents(0)).chars().count() < 12, "whatever AWS calls it");
    }

    #[test]
    fn a_difference_has_its_sign() {
        let by = |to| difference(Cents(1_000), Cents(to));
        assert_eq!([by(1_000), by(1_250), by(50)], ["no change", "+$2.50", "−$9.50"]);
    }

    #[test]
    fn a_share_is_rounded_and_there_is_none_of_nothing() {
        let told = |part, of| share(Cents(part), Cents(of));
        assert_eq!(told(895, 97_679).as_deref(), Some("0.9\u{a0}%"));
        assert_eq!(told(-200, 100).as_deref(), Some("200.0\u{a0}%"));
        assert_eq!(told(1, 0), None);
    }
}
