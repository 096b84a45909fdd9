//! The pollers: one for each thing that is read, so that none waits for another.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};

use super::{
    LIMIT,
    read::Reader,
    subject::{Pace, Subject},
};
use crate::engine::{Around, Engine, Pair, watch::Pause};

/// What was read so recently is not read again, whoever asks.
const REST: Duration = Duration::from_secs(5);
/// The pairs of a fleet begin one after the other.
const APART: Duration = Duration::from_millis(100);

/// Starts the pollers of every pair of which something is looked at. They run until the process ends.
pub(in crate::engine) fn start(engine: &Arc<Engine>) {
    let mut first = Duration::ZERO;
    for pair in &engine.pairs {
        let Some(around) = &pair.ports.around else { continue };
        let all = Subject::all().filter(|subject| around.parts.is_some() || !matches!(subject, Subject::Part(_)));
        for subject in all {
            tokio::spawn(keep(engine.clone(), pair.clone(), around.clone(), subject, first));
        }
        first += APART;
    }
}

async fn keep(engine: Arc<Engine>, pair: Arc<Pair>, around: Around, subject: Subject, first: Duration) {
    let mut pause = Pause::new(every(engine.settings.surroundings_interval, subject.pace()));
    sleep(first).await;
    loop {
        let reader = Reader { board: &engine.board, clock: &*engine.clock, pair: &pair, around: &around, limit: LIMIT };
        let good = pair.calls.counting(reader.read(subject)).await;
        let pause = pause.after(good, &engine);
        // What is read seldom is not missed for as long as that.
        let pause = if good { pause } else { pause.min(engine.settings.surroundings_interval) };
        let rest = REST.min(pause / 10);
        sleep(rest).await;
        let pause = pause.saturating_sub(rest);
        if subject.is_quick() {
            let _nudged_or_due = timeout(pause, pair.looking.now.notified()).await;
        } else {
            // What takes a call a DAG waits for its time, whoever asks, and so does what no switch is decided by.
            sleep(pause).await;
        }
    }
}

pub(super) fn every(configured: Duration, pace: Pace) -> Duration {
    match pace {
        Pace::Twice => configured / 2,
        Pace::Once => configured,
        Pace::ATenth => configured * 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_are_read_twice_as_often_and_what_hardly_changes_a_tenth_as_often() {
        let minute = Duration::from_secs(60);
        let paces = [Pace::Twice, Pace::Once, Pace::ATenth].map(|pace| every(minute, pace).as_secs());
        assert_eq!(paces, [30, 60, 600]);
    }
}
