//! `teal freezes`: the calendar of a pair. It stands in the config, so neither AWS nor the store is asked.

use teal_domain::{
    Timestamp,
    freeze::{self, Freeze},
};

use super::{Common, End, Stop, output, setup};
use crate::{
    engine::{
        clock::{Clock as _, System},
        freezes::{expand, on_the_clock, whole},
    },
    http::api::shapes::Calendar,
};

pub fn run(common: &Common, named: Option<&str>) -> Result<End, Stop> {
    let config = setup::config_without_store(common)?;
    let pair = setup::the_pair(&config.pairs, |pair| pair, named)?;
    let now = System::default().now();
    let windows = expand(&pair.freezes, now);
    if common.json {
        output::json(&Calendar::of(&windows, whole(now).unwrap_or((now, now)), now));
        return Ok(End::Done);
    }
    for line in text(&windows, now) {
        output::say!("{line}");
    }
    Ok(End::Done)
}

fn text(windows: &[Freeze], now: Timestamp) -> Vec<String> {
    let mut lines = vec![match freeze::closed(windows, now) {
        Some((window, opens)) => {
            format!("Closed because: {}. Opens {}.", window.because, both(opens, &window.zone))
        }
        None => "Open now.".to_owned(),
    }];
    let ahead = windows.iter().filter(|window| window.to > now);
    lines.extend(ahead.map(|window| {
        let Freeze { because, from, to, zone } = window;
        format!("closes {}, opens {}: {because}", both(*from, zone), both(*to, zone))
    }));
    if lines.len() == 1 {
        lines.push("Nothing is frozen in the next two months.".to_owned());
    }
    lines
}

/// A moment in UTC, and what the clock of the zone says where that is another.
fn both(at: Timestamp, zone: &str) -> String {
    let there = (zone != "UTC").then(|| format!(" ({})", on_the_clock(at, zone)));
    format!("{}{}", teal_app::words::stamp(at), there.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, to: i64, because: &str, zone: &str) -> Freeze {
        Freeze { because: because.into(), from: Timestamp(from), to: Timestamp(to), zone: zone.into() }
    }

    #[test]
    fn it_is_said_whether_it_is_closed_and_when_it_opens_and_what_is_over_is_left_out() {
        // 2026-11-30 18:00 UTC is 1_796_061_600_000.
        const AT: i64 = 1_796_061_600_000;
        const HOUR: i64 = 3_600_000;
        let windows = [
            window(AT - 9 * HOUR, AT - 8 * HOUR, "over", "UTC"),
            window(AT - HOUR, AT + HOUR, "month end", "Europe/Berlin"),
            window(AT + 24 * HOUR, AT + 25 * HOUR, "release", "UTC"),
        ];
        let lines = text(&windows, Timestamp(AT));
        assert_eq!(
            lines,
            [
                "Closed because: month end. Opens Mon 30 Nov 2026, 19:00:00 UTC (Mon 30 Nov 2026, 20:00 CET).",
                "closes Mon 30 Nov 2026, 17:00:00 UTC (Mon 30 Nov 2026, 18:00 CET), opens Mon 30 Nov 2026, 19:00:00 UTC (Mon 30 Nov 2026, 20:00 CET): month end",
                "closes Tue 1 Dec 2026, 18:00:00 UTC, opens Tue 1 Dec 2026, 19:00:00 UTC: release",
            ]
        );
        assert_eq!(text(&[], Timestamp(AT)), ["Open now.", "Nothing is frozen in the next two months."]);
    }
}
