//! Words and numbers as people read them. Pure, and the same in the process and in the browser.

pub mod after;
pub mod amount;
pub mod dags;
pub mod drill;
#[cfg(feature = "ssr")]
pub mod lineage;
#[cfg(feature = "ssr")]
pub mod money;
pub mod record;
pub mod smoke;
pub mod time;

pub use time::{age, ago, iso, span, stamp};

use teal_domain::{Flag, Reading, Timestamp, preflight::FLAG_IS_STALE_AFTER};

/// "1 worker", "2 workers": the noun follows the number.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `1,234,567`
#[cfg(feature = "ssr")]
pub fn grouped(number: u64) -> String {
    let mut text = number.to_string();
    let mut at = text.len();
    while at > 3 {
        at -= 3;
        text.insert(at, ',');
    }
    text
}

/// Whether the last good reading of the flag is too old to be told as the present.
pub fn is_stale(flag: &Reading<Flag>, now: Timestamp) -> bool {
    flag.error().is_some() || flag.age(now).is_some_and(|age| age > FLAG_IS_STALE_AFTER)
}

/// Text as it must stand inside a `<textarea>`, where Leptos can only put raw HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn one_is_singular_and_everything_else_plural() {
        assert_eq!(counted(1, "put", "puts"), "1 put");
        assert_eq!(counted(0, "put", "puts"), "0 puts");
        assert_eq!(counted(2, "put", "puts"), "2 puts");
    }
}
