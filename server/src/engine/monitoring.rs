//! Alarms and charts are read while somebody looks at them, and serve everybody who does: a page never waits for them.
//!
//! A page that is opened, or that fetches itself anew since something changed, is a look. What was read is published,
//! which makes open pages fetch themselves anew: so reading goes on while a page is open, and ends with the last one.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use teal_domain::{
    PairSnapshot,
    alarms::Alarms,
    metrics::{Drawn, plan},
    monitoring::{Monitoring, Span},
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{Around, Engine, Pair, observe::silence};
use crate::{
    aws::AwsError,
    traces::{self, About},
};

/// How long CloudWatch may take. Nobody waits for it.
const LIMIT: Duration = Duration::from_secs(20);
/// How long the alarms that were read serve everybody.
const ALARMS_KEEP: Duration = Duration::from_secs(60);
/// What could not be read is tried again for so long after the last look.
const PATIENCE: Duration = Duration::from_secs(600);
/// Where another part of the platform has been found since, the charts are read anew, but no sooner than this.
const SOON: Duration = Duration::from_secs(15);

/// Who looks.
#[derive(Debug, Default)]
pub struct Looks {
    /// When somebody last looked at each span, on the monotonic clock.
    last: Mutex<[Option<Duration>; 3]>,
    now: Notify,
}

impl Looks {
    fn last(&self) -> [Option<Duration>; 3] {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody looks at a span. It does not wait for what is read.
pub fn look(engine: &Engine, pair: &Pair, span: Span) {
    if pair.ports.around.is_none() {
        return;
    }
    let moment = engine.clock.monotonic();
    {
        let mut last = pair.monitoring.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = Span::ALL.iter().position(|known| *known == span) {
            last[at] = Some(moment);
        }
    }
    pair.monitoring.now.notify_one();
}

/// When something was read last, and whether it was good.
#[derive(Clone, Copy, Debug)]
struct Last {
    at: Duration,
    good: bool,
}

impl Last {
    /// What was read just now, before it is published: whoever fetches it looks later than that.
    fn of<T>(engine: &Engine, read: &Result<T, String>) -> Self {
        Self { at: engine.clock.monotonic(), good: read.is_ok() }
    }
}

/// When it is to be read again, if at all. What nobody has looked at since it was read is not.
fn due(looked: Option<Duration>, last: Option<Last>, keeps: Duration) -> Option<Duration> {
    let looked = looked?;
    let Some(last) = last else { return Some(looked) };
    if last.good {
        return (looked >= last.at).then_some(last.at + keeps);
    }
    let again = last.at + keeps.min(ALARMS_KEEP);
    (looked >= last.at || again <= looked + PATIENCE).then_some(again)
}

/// Until when somebody may still have a page open that looked at a span: an open page looks again when its charts have been
/// read anew, and those are kept for as long.
fn stays_until(looked: &[Option<Duration>; 3]) -> Option<Duration> {
    let stays = |(span, looked): (Span, &Option<Duration>)| looked.map(|at| at + Duration::from_millis(span.keeps().0));
    Span::ALL.into_iter().zip(looked).filter_map(stays).max()
}

/// When the alarms are to be read again. That none of them has changed makes no page look anew: so they are read on for as
/// long as a page may be open.
fn alarms_due(looked: &[Option<Duration>; 3], last: Option<Last>) -> Option<Duration> {
    let latest = looked.iter().flatten().max().copied();
    let again = last.map(|last| last.at + ALARMS_KEEP);
    due(latest, last, ALARMS_KEEP).or_else(|| again.filter(|again| Some(*again) <= stays_until(looked)))
}

/// Reads what somebody looks at, until the process ends.
pub async fn keep(engine: Arc<Engine>, pair: Arc<Pair>) {
    let Some(around) = pair.ports.around.clone() else { return };
    let mut charts: [Option<Last>; 3] = [None; 3];
    let mut alarms: Option<Last> = None;
    loop {
        let looked = pair.monitoring.last();
        let moment = engine.clock.monotonic();
        let mut next: Option<Duration> = None;
        let mut later = |at: Duration| next = Some(next.map_or(at, |next| next.min(at)));
        let ripe = |at: Duration| at <= moment;
        for (number, span) in Span::ALL.into_iter().enumerate() {
            let keeps = Duration::from_millis(span.keeps().0);
            let Some(mut at) = due(looked[number], charts[number], keeps) else { continue };
            if let Some(last) = charts[number].filter(|last| last.good && is_outgrown(&engine, &pair, span)) {
                at = at.min(last.at + SOON);
            }
            if ripe(at) {
                let open = engine.traces.cycle("poll charts", || About::pair(pair.id()));
                let last = open.around(read_charts(&engine, &pair, &around, span)).await;
                charts[number] = Some(last);
                if let Some(at) = due(looked[number], Some(last), keeps) {
                    later(at);
                }
            } else {
                later(at);
            }
        }
        if let Some(at) = alarms_due(&looked, alarms) {
            if ripe(at) {
                let open = engine.traces.cycle("poll alarms", || About::pair(pair.id()));
                alarms = Some(open.around(read_alarms(&engine, &pair, &around)).await);
            }
            if let Some(at) = alarms_due(&looked, alarms) {
                later(at);
            }
        }
        let notified = pair.monitoring.now.notified();
        match next {
            None => notified.await,
            Some(at) => {
                let _looked_or_due = timeout(at.saturating_sub(engine.clock.monotonic()), notified).await;
            }
        }
        // Many who look at the same time are one look.
        sleep(Duration::from_millis(20)).await;
    }
}

/// What is known before anything was read. Where Teal looks at nothing around the flag, that is what the page tells: a look
/// changes nothing there.
pub(super) fn unread(around: Option<&Around>, now: teal_domain::Timestamp) -> Arc<Monitoring> {
    const WHY: &str = "Teal looks at nothing around the flag here.";
    let mut known = Monitoring::default();
    if around.is_none() {
        known.alarms.fail(WHY, now);
        for span in Span::ALL {
            known.charts_mut(span).fail(WHY, now);
        }
    }
    Arc::new(known)
}

/// Whether more is known of the pair now than the charts were drawn with.
fn is_outgrown(engine: &Engine, pair: &Pair, span: Span) -> bool {
    let snapshot = engine.board.snapshot();
    let Some(known) = snapshot.pair(pair.id()) else { return false };
    let drawn = known.monitoring.charts(span).value().map(|drawn| drawn.asked);
    drawn.is_some_and(|asked| asked != plan(known, span).series().len())
}

async fn read_charts(engine: &Engine, pair: &Pair, around: &Around, span: Span) -> Last {
    let snapshot = engine.board.snapshot();
    let read = match snapshot.pair(pair.id()) {
        Some(known) => drawn(engine, known, around, span).await,
        None => Err("Teal does not look after this pair.".to_owned()),
    };
    let last = Last::of(engine, &read);
    publish(engine, pair, |known, now| match read {
        Ok(drawn) => known.charts_mut(span).succeed(Arc::new(drawn), now),
        Err(message) => known.charts_mut(span).fail(message, now),
    });
    last
}

async fn drawn(engine: &Engine, known: &PairSnapshot, around: &Around, span: Span) -> Result<Drawn, String> {
    let plan = plan(known, span);
    let (series, period) = (plan.series(), span.period());
    // Whole periods: what is asked for from the middle of one comes back as something else. The one that is not over is
    // left out, since it would look like a fall.
    let now = engine.clock.now().0;
    let to = teal_domain::Timestamp(now - now.rem_euclid(period.as_i64()));
    let from = to - span.length();
    let answer = within(around.metrics.data(&series, period, from, to)).await?;
    Ok(plan.draw(&answer, from, to))
}

async fn read_alarms(engine: &Engine, pair: &Pair, around: &Around) -> Last {
    let read: Result<Alarms, String> = within(around.metrics.existing()).await;
    let last = Last::of(engine, &read);
    publish(engine, pair, |known, now| match read {
        Ok(alarms) => known.alarms.succeed(Arc::new(alarms), now),
        Err(message) => known.alarms.fail(message, now),
    });
    last
}

async fn within<T>(asked: impl Future<Output = Result<T, AwsError>>) -> Result<T, String> {
    let found = match timeout(LIMIT, asked).await {
        Ok(found) => found.map_err(|error| error.message),
        Err(_) => Err(silence("CloudWatch", LIMIT)),
    };
    if found.is_err() {
        traces::failed("not read");
    }
    found
}

fn publish(engine: &Engine, pair: &Pair, change: impl FnOnce(&mut Monitoring, teal_domain::Timestamp)) {
    let now = engine.clock.now();
    engine.board.update(pair.id(), now, |known| change(Arc::make_mut(&mut known.monitoring), now));
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const fn last(at: u64, good: bool) -> Option<Last> {
        Some(Last { at: s(at), good })
    }

    #[test]
    fn nothing_is_read_while_nobody_looks() {
        assert_eq!(due(None, None, s(60)), None);
        assert_eq!(due(Some(s(10)), last(11, true), s(60)), None, "who looked has got it, and has gone");
    }

    #[test]
    fn the_first_look_is_served_at_once_and_the_next_when_what_was_read_is_old() {
        assert_eq!(due(Some(s(10)), None, s(60)), Some(s(10)));
        assert_eq!(due(Some(s(12)), last(11, true), s(300)), Some(s(311)));
    }

    #[test]
    fn what_could_not_be_read_is_tried_again_each_minute_for_ten_minutes() {
        assert_eq!(due(Some(s(10)), last(11, false), s(1800)), Some(s(71)));
        assert_eq!(due(Some(s(10)), last(540, false), s(1800)), Some(s(600)));
        assert_eq!(due(Some(s(10)), last(560, false), s(1800)), None);
    }

    #[test]
    fn the_alarms_are_read_each_minute_for_as_long_as_a_page_may_be_open() {
        let day = [None, Some(s(10)), None];
        assert_eq!(alarms_due(&day, None), Some(s(10)));
        assert_eq!(alarms_due(&day, last(11, true)), Some(s(71)), "nothing has changed, so nobody looked anew");
        assert_eq!(alarms_due(&day, last(251, true)), None, "the charts of the day are due before that");
        assert_eq!(alarms_due(&[None, None, Some(s(10))], last(251, true)), Some(s(311)));
        assert_eq!(alarms_due(&[None; 3], last(11, true)), None);
    }

    #[test]
    fn what_is_kept_is_kept_no_longer_than_a_look_at_it_may_take() {
        for span in Span::ALL {
            assert!(
                LIMIT < Duration::from_millis(span.keeps().0) && span.keeps() >= teal_domain::Millis::from_secs(60)
            );
        }
    }
}
