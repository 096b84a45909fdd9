//! Freezes: windows in which planned switches and drills are refused. The server works out the windows from the
//! calendar of the config; here stands what they mean.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// One window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Why it is closed, in the words of the config.
    pub because: String,
    /// When it closes.
    pub from: Timestamp,
    /// When it opens.
    pub to: Timestamp,
    /// The time zone that it was written in, by its IANA name.
    pub zone: String,
}

/// The window that is closed at `now`, with the moment at which the last of those that touch it opens.
pub fn closed(windows: &[Freeze], now: Timestamp) -> Option<(&Freeze, Timestamp)> {
    let first = windows.iter().find(|window| window.from <= now && now < window.to)?;
    let mut opens = first.to;
    while let Some(later) = windows.iter().find(|window| window.from <= opens && opens < window.to) {
        opens = later.to;
    }
    Some((first, opens))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, to: i64) -> Freeze {
        Freeze { because: "month end".into(), from: Timestamp(from), to: Timestamp(to), zone: "UTC".into() }
    }

    #[test]
    fn a_freeze_closes_at_its_first_moment_and_opens_at_its_last() {
        let windows = [window(10, 20)];
        assert_eq!(closed(&windows, Timestamp(9)), None);
        assert_eq!(closed(&windows, Timestamp(10)).map(|(_, opens)| opens), Some(Timestamp(20)));
        assert_eq!(closed(&windows, Timestamp(20)), None);
    }

    #[test]
    fn windows_that_touch_open_together() {
        let windows = [window(20, 30), window(10, 20), window(25, 40), window(50, 60)];
        assert_eq!(closed(&windows, Timestamp(12)).map(|(_, opens)| opens), Some(Timestamp(40)));
    }
}
