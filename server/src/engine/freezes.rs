//! The calendar of the config, worked out into windows: from the beginning of this month until two months ahead.

use std::{cmp::Ordering, sync::Arc, time::Duration};

use jiff::{
    Span, ToSpan as _,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use teal_domain::{Millis, Timestamp, freeze::Freeze};

use super::{Engine, Pair};
use crate::config::{FreezeRule, FreezeWhen};

/// How often it is worked out anew.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// More windows ahead are not kept of one pair, and none that is over where there are so many: the later ones come
/// when they are nearer.
pub const MOST: usize = 500;
/// What stands in the place of those that are not kept.
pub const BEYOND: &str = "what is not known, since the calendar has more freezes than are kept";

/// The windows that are of interest at `now`, the first one first: those of this month (by any clock on earth), the one
/// that is now, and those of the next 62 days.
pub fn expand(rules: &[FreezeRule], now: Timestamp) -> Vec<Freeze> {
    let Some((from, to)) = of_interest(now) else { return Vec::new() };
    let (mut over, mut ahead) = (Vec::new(), Vec::new());
    for rule in rules {
        for window in windows(rule, from, to) {
            if window.to <= now {
                over.push(window)
            } else {
                ahead.push(window)
            }
            // A rule that closes all the time: what is far ahead is cut off below anyhow.
            if ahead.len() > MOST * 2 {
                nearest(&mut ahead, MOST + 1);
            }
        }
    }
    nearest(&mut ahead, MOST + 1);
    if ahead.len() > MOST {
        // Where nobody knows whether it is open, it is closed.
        let (last, zone) = (ahead[MOST].from, ahead[MOST].zone.clone());
        let to = Timestamp(to.as_millisecond()).max(ahead[MOST].to);
        ahead[MOST] = Freeze { because: BEYOND.to_owned(), from: last, to, zone };
    }
    over.sort_by(in_order);
    let room = MOST.saturating_sub(ahead.len());
    let mut windows = over.split_off(over.len().saturating_sub(room));
    windows.append(&mut ahead);
    windows.sort_by(in_order);
    windows
}

fn in_order(a: &Freeze, b: &Freeze) -> Ordering {
    (a.from, a.to, &a.because).cmp(&(b.from, b.to, &b.because))
}

fn nearest(windows: &mut Vec<Freeze>, most: usize) {
    windows.sort_by(in_order);
    windows.truncate(most);
}

/// From when until when the calendar is whole that was worked out at `now`.
pub fn whole(now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let (from, to) = of_interest(now)?;
    Some((Timestamp(from.as_millisecond()), Timestamp(to.as_millisecond())))
}

/// From when until when the calendar that is kept is whole at `now`: it may be as old as it gets.
pub fn span(now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let (from, _) = whole(now)?;
    let (_, to) = whole(now - Millis::from_secs(EVERY.as_secs()))?;
    Some((from, to))
}

fn of_interest(now: Timestamp) -> Option<(jiff::Timestamp, jiff::Timestamp)> {
    let now = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned(TimeZone::UTC);
    let yesterday = now.checked_sub(1.day()).ok()?;
    let month = now.first_of_month().ok()?.start_of_day().ok()?.checked_sub(1.day()).ok()?;
    let to = now.checked_add(62.days()).ok()?;
    Some((yesterday.min(month).timestamp(), to.timestamp()))
}

/// The windows of one entry that touch a stretch of time.
fn windows(rule: &FreezeRule, from: jiff::Timestamp, to: jiff::Timestamp) -> Vec<Freeze> {
    let window = |closes: jiff::Timestamp, opens: jiff::Timestamp| {
        let zone = rule.zone.iana_name().unwrap_or("UTC").to_owned();
        let (from, to) = (Timestamp(closes.as_millisecond()), Timestamp(opens.as_millisecond()));
        Freeze { because: rule.because.clone(), from, to, zone }
    };
    let touching = |closes: DateTime, opens: Opens| {
        let (closes, opens) = moments(&rule.zone, closes, opens)?;
        (opens > from && closes < to).then(|| window(closes, opens))
    };
    match &rule.when {
        FreezeWhen::Once { from, to } => touching(*from, Opens::At(*to)).into_iter().collect(),
        FreezeWhen::Rule(again, lasts) => {
            let (first, last) = stretch(&rule.zone, from, to, lasts.span());
            let closes = again.closes(first).take_while(|at| *at <= last);
            closes.filter_map(|at| touching(at, Opens::After(lasts.span()))).collect()
        }
        FreezeWhen::Cron(again, lasts) => {
            let (first, last) = stretch(&rule.zone, from, to, lasts.span());
            let closes = again.closes(first).take_while(|at| *at <= last);
            closes.filter_map(|at| touching(at, Opens::After(lasts.span()))).collect()
        }
    }
}

/// When a window opens.
#[derive(Clone, Copy, Debug)]
enum Opens {
    /// At a local time.
    At(DateTime),
    /// So long after it closed.
    After(Span),
}

/// The moments of a window. A local time that does not exist, since the clock was set forward over it, is as much later
/// as the clock jumped; one that exists twice is the first of the two (RFC 5545, section 3.3.5).
fn moments(zone: &TimeZone, closes: DateTime, opens: Opens) -> Option<(jiff::Timestamp, jiff::Timestamp)> {
    let closes = zone.to_ambiguous_zoned(closes).compatible().ok()?;
    let opens = match opens {
        Opens::At(at) => zone.to_ambiguous_zoned(at).compatible().ok()?.timestamp(),
        Opens::After(span) => closes.checked_add(span).ok()?.timestamp(),
    };
    Some((closes.timestamp(), opens))
}

/// The local times between which a window closes that touches the stretch, with a day to spare for changed clocks.
fn stretch(zone: &TimeZone, from: jiff::Timestamp, to: jiff::Timestamp, lasts: Span) -> (DateTime, DateTime) {
    let first = zone.to_datetime(from).checked_sub(lasts).and_then(|at| at.checked_sub(1.day()));
    let last = zone.to_datetime(to).checked_add(1.day());
    (first.unwrap_or(DateTime::MIN), last.unwrap_or(DateTime::MAX))
}

/// A moment on the clock of a zone, as people there write it: `Sat 31 Jan 2026, 18:00 CET`.
pub fn on_the_clock(at: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or_else(|_| TimeZone::fixed(Offset::UTC));
    let at = jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_zoned(zone));
    at.map_or_else(|_| String::new(), |at| at.strftime("%a %-d %b %Y, %H:%M %Z").to_string())
}

impl Pair {
    /// The windows of the pair's calendar at `now`.
    pub fn freezes(&self, now: Timestamp) -> Arc<[Freeze]> {
        expand(&self.config.freezes, now).into()
    }
}

/// Works the calendars out anew, until the process ends.
pub(super) async fn keep(engine: Arc<Engine>) {
    loop {
        tokio::time::sleep(EVERY).await;
        for pair in engine.pairs.iter().filter(|pair| !pair.config.freezes.is_empty()) {
            let (now, own) = (engine.clock.now(), pair.clone());
            // A rule that began long ago is counted from its beginning: that is not for a thread that others wait for.
            if let Ok(freezes) = tokio::task::spawn_blocking(move || own.freezes(now)).await {
                if freezes.last().is_some_and(|last| last.because == BEYOND) {
                    tracing::warn!(pair = %pair.id(), "the calendar has more freezes ahead than are kept: after the last of them it counts as closed until they are nearer");
                }
                engine.board.update(pair.id(), now, |known| known.freezes = freezes);
            }
        }
    }
}

#[cfg(test)]
mod tests;
