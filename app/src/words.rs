//! Words and numbers as people read them. Pure, and the same in the process and in the browser.

pub mod after;
pub mod amount;
pub mod dags;
#[cfg(feature = "ssr")]
pub mod lineage;
pub mod record;
pub mod smoke;
pub mod time;

pub use time::{age, ago, iso, span, stamp};

use teal_domain::{Flag, Reading, Timestamp, preflight::FLAG_IS_STALE_AFTER};

/// "1 worker", "2 workers": the noun follows the number.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
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
    fn one_is_singular_and_everything_else_plural() {
        assert_eq!(counted(1, "put", "puts"), "1 put");
        assert_eq!(counted(0, "put", "puts"), "0 puts");
        assert_eq!(counted(2, "put", "puts"), "2 puts");
    }
}
