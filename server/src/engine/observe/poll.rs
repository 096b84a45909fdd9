//! The pollers: one for each thing that is read, so that none waits for another.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};

use super::{
    LIMIT,
    read::Reader,
    subject::{Pace, Subject},
};
use crate::{
    engine::{Around, Engine, Pair, watch::Pause},
    traces,
};

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
    let usual = engine.settings.surroundings_interval;
    let (mut pause, mut failures) = (Pause::new(every(usual, subject)), 0_u32);
    sleep(first).await;
    loop {
        let reader = Reader { board: &engine.board, clock: &*engine.clock, pair: &pair, around: &around, limit: LIMIT };
        let read = async {
            let good = reader.read(subject).await;
            if !good {
                traces::failed("not read");
            }
            good
        };
        let open = engine.traces.cycle("poll surroundings", || subject.about(pair.id()));
        let good = open.around(pair.calls.counting(read)).await;
        let pause = pause.after(good, &engine);
        failures = if good { 0 } else { failures.saturating_add(1) };
        let pause = if good { pause } else { pause.min(again(usual, failures)) };
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

/// What is read seldom is not missed for as long as that when reading it failed; what goes on failing, such as for a
/// permission that is missing, is soon asked for no more often than if it succeeded.
fn again(usual: Duration, failures: u32) -> Duration {
    usual * 2_u32.pow(failures.saturating_sub(1).min(10))
}

/// Parts of the platform are read at least this often: what is older than a quarter of an hour says nothing of now.
const PARTS_AT_LEAST: Duration = Duration::from_mins(10);

/// Log groups grow by the day, and two weeks of load are not others an hour later.
const FOUR_TIMES_A_DAY: Duration = Duration::from_hours(6);

pub(super) fn every(configured: Duration, subject: Subject) -> Duration {
    let every = match subject.pace() {
        Pace::Twice => configured / 2,
        Pace::Once => configured,
        Pace::ATenth => configured * 10,
        Pace::FourTimesADay => return FOUR_TIMES_A_DAY,
    };
    if matches!(subject, Subject::Part(_)) { every.min(PARTS_AT_LEAST) } else { every }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::observe::subject::{Fact, Part};
    use teal_domain::Color;

    #[test]
    fn guards_are_read_twice_as_often_and_what_hardly_changes_a_tenth_as_often() {
        let minute = Duration::from_secs(60);
        let subjects = [Subject::Alarms, Subject::Part(Part::Balancer), Subject::Of(Color::Blue, Fact::Files)];
        assert_eq!(subjects.map(|subject| every(minute, subject).as_secs()), [30, 60, 600]);
    }

    #[test]
    fn a_part_is_read_again_before_its_reading_is_too_old_however_seldom_the_rest_is() {
        let long = Duration::from_mins(30);
        for part in [Part::Balancer, Part::Network] {
            assert_eq!(every(long, Subject::Part(part)), Duration::from_mins(10));
        }
        assert_eq!(every(long, Subject::Of(Color::Blue, Fact::Files)), Duration::from_mins(300));
    }

    #[test]
    fn what_goes_on_failing_is_asked_for_less_and_less() {
        let minute = Duration::from_mins(1);
        let pauses = [1, 2, 3, 4, 5].map(|failures| again(minute, failures).as_secs() / 60);
        assert_eq!(pauses, [1, 2, 4, 8, 16]);
        assert!(again(minute, u32::MAX) > Duration::from_mins(600));
    }
}
