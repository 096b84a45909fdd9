//! What stands in the way of a planned switch: the calendar.

use serde::Serialize;
use teal_domain::{Timestamp, freeze};

use super::when;
use crate::engine::freezes::on_the_clock;

/// Whether the calendar is closed, or when it closes next.
#[derive(Clone, Debug, Serialize)]
pub struct Freeze {
    closed: bool,
    because: String,
    from: String,
    /// When it opens; of the next one, when that will open.
    opens: String,
}

impl Freeze {
    /// From the calendar: the one that is now, else the next one.
    pub(super) fn of(windows: &[freeze::Freeze], now: Timestamp) -> Option<Self> {
        if let Some((window, opens)) = freeze::closed(windows, now) {
            let (because, from) = (window.because.clone(), when(window.from));
            return Some(Self { closed: true, because, from, opens: when(opens) });
        }
        let next = windows.iter().filter(|window| window.from > now).min_by_key(|window| window.from)?;
        let (because, from) = (next.because.clone(), when(next.from));
        Some(Self { closed: false, because, from, opens: when(next.to) })
    }
}

/// The calendar of a stretch of time.
#[derive(Clone, Debug, Serialize)]
pub struct Calendar {
    now: String,
    /// Whether it is closed, or when it closes next.
    freeze: Option<Freeze>,
    /// What is told of: from then, until then.
    from: String,
    to: String,
    freezes: Vec<Window>,
}

/// A freeze, and what the clock of its zone says at both ends.
#[derive(Clone, Debug, Serialize)]
struct Window {
    because: String,
    from: String,
    opens: String,
    zone: String,
    from_there: String,
    opens_there: String,
}

impl Calendar {
    /// Of the windows that touch the stretch.
    pub fn of(windows: &[freeze::Freeze], (from, to): (Timestamp, Timestamp), now: Timestamp) -> Self {
        let touching = windows.iter().filter(|window| window.from < to && window.to > from);
        let freezes = touching.map(|window| Window {
            because: window.because.clone(),
            from: when(window.from),
            opens: when(window.to),
            zone: window.zone.clone(),
            from_there: on_the_clock(window.from, &window.zone),
            opens_there: on_the_clock(window.to, &window.zone),
        });
        let freezes = freezes.collect();
        Self { now: when(now), freeze: Freeze::of(windows, now), from: when(from), to: when(to), freezes }
    }
}
