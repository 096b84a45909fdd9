//! How long a put without an answer may still land.
//!
//! A wall clock that jumps forward must not cut the grace period short. So the time that this process lived
//! through is taken from the monotonic clock, and the wall clock counts only for the time before.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use teal_domain::{OperationId, Timestamp};

use super::clock::Clock;

/// The grace periods that are running.
#[derive(Debug)]
pub struct Grace {
    period: Duration,
    seen: Mutex<HashMap<OperationId, Seen>>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    at: Duration,
    before: Duration,
}

impl Grace {
    /// Grace periods of this length.
    pub fn new(period: Duration) -> Self {
        Self { period, seen: Mutex::default() }
    }

    /// How much is left for an operation whose put was marked at `marked_at`. The first call for an
    /// operation starts this process's own count.
    pub fn left(&self, operation: OperationId, marked_at: Timestamp, clock: &dyn Clock) -> Duration {
        let now = clock.monotonic();
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = *all.entry(operation).or_insert_with(|| Seen {
            at: now,
            before: Duration::from_millis(clock.now().since(marked_at).0).min(self.period),
        });
        self.period.saturating_sub(seen.before).saturating_sub(now.saturating_sub(seen.at))
    }

    /// The operation is settled.
    pub fn forget(&self, operation: OperationId) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&operation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default)]
    struct Hands {
        wall: Mutex<i64>,
        monotonic: Mutex<u64>,
    }

    impl Hands {
        fn turn(&self, wall: i64, monotonic: u64) {
            *self.wall.lock().expect("a clock") += wall * 1000;
            *self.monotonic.lock().expect("a clock") += monotonic;
        }
    }

    #[async_trait::async_trait]
    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            Timestamp(*self.wall.lock().expect("a clock"))
        }
        fn monotonic(&self) -> Duration {
            Duration::from_secs(*self.monotonic.lock().expect("a clock"))
        }
        async fn sleep(&self, _: Duration) {}
        fn random(&self) -> [u8; 32] {
            [0; 32]
        }
    }

    fn op() -> OperationId {
        OperationId::new(Timestamp(1), 1)
    }

    #[test]
    fn a_wall_clock_that_jumps_an_hour_ahead_does_not_cut_the_grace_period_short() {
        let (grace, clock) = (Grace::new(Duration::from_secs(600)), Hands::default());
        assert_eq!(grace.left(op(), Timestamp(0), &clock), Duration::from_secs(600));
        clock.turn(3600, 1);
        assert_eq!(grace.left(op(), Timestamp(0), &clock), Duration::from_secs(599));
    }

    #[test]
    fn a_wall_clock_that_is_set_back_does_not_stretch_it() {
        let (grace, clock) = (Grace::new(Duration::from_secs(600)), Hands::default());
        clock.turn(100, 0);
        assert_eq!(grace.left(op(), Timestamp(100_000), &clock), Duration::from_secs(600));
        clock.turn(-90, 600);
        assert_eq!(grace.left(op(), Timestamp(100_000), &clock), Duration::ZERO);
    }

    #[test]
    fn the_time_before_this_process_counts_by_the_wall_clock() {
        let (grace, clock) = (Grace::new(Duration::from_secs(600)), Hands::default());
        clock.turn(200, 0);
        assert_eq!(grace.left(op(), Timestamp(0), &clock), Duration::from_secs(400));
    }
}
