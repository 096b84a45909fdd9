//! Time and randomness come in through here, so that tests own both.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use teal_domain::Timestamp;

/// What time it is, and some chance.
#[async_trait]
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The wall clock. It may jump.
    fn now(&self) -> Timestamp;
    /// The monotonic clock: the time since some fixed moment of this process. It never jumps.
    fn monotonic(&self) -> Duration;
    /// Waits.
    async fn sleep(&self, span: Duration);
    /// 32 bytes that nobody can guess.
    fn random(&self) -> [u8; 32];
}

/// The machine's clocks.
#[derive(Debug)]
pub struct System {
    started: Instant,
}

impl Default for System {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

#[async_trait]
impl Clock for System {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .expect("the operating system gives random bytes; without them nothing can be sealed");
        bytes
    }
}
