//! A clock in the test's hands. Waiting takes no time but moves it on.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use teal_domain::Timestamp;
use teal_server::engine::clock::Clock;

#[derive(Debug)]
pub struct TestClock {
    wall: AtomicI64,
    monotonic: AtomicU64,
    chance: AtomicU64,
}

impl Default for TestClock {
    fn default() -> Self {
        Self { wall: AtomicI64::new(1_795_000_000_000), monotonic: AtomicU64::new(0), chance: AtomicU64::new(1) }
    }
}

impl TestClock {
    /// Time passes.
    pub fn pass(&self, span: Duration) {
        let millis = u64::try_from(span.as_millis()).expect("short");
        self.monotonic.fetch_add(millis, Ordering::SeqCst);
        self.wall.fetch_add(i64::try_from(millis).expect("short"), Ordering::SeqCst);
    }

    /// The clock of AWS, which nobody here can set.
    pub fn aws_now(&self) -> Timestamp {
        Timestamp(1_795_000_000_000 + i64::try_from(self.monotonic.load(Ordering::SeqCst)).expect("short"))
    }

    /// Somebody sets the wall clock.
    pub fn jump(&self, seconds: i64) {
        self.wall.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

#[async_trait::async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.wall.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.monotonic.load(Ordering::SeqCst))
    }

    async fn sleep(&self, span: Duration) {
        self.pass(span);
        tokio::task::yield_now().await;
    }

    fn random(&self) -> [u8; 32] {
        let next = self.chance.fetch_add(1, Ordering::SeqCst);
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&next.to_le_bytes());
        bytes
    }
}
