//! A crash between any two steps of a switch: the driver stops there and is dropped, as a killed process
//! would stop.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use teal_domain::{
    history::Record,
    switch::{Effect, Plan},
};
use teal_server::{engine::switch::Witness, store::StoreError};
use tokio::sync::Notify;

use super::Instance;

pub struct CrashAt {
    step: usize,
    seen: AtomicUsize,
    crashed: Arc<Notify>,
}

impl CrashAt {
    async fn tick(&self) {
        if self.seen.fetch_add(1, Ordering::SeqCst) == self.step {
            self.crashed.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait::async_trait]
impl Witness for CrashAt {
    async fn before(&self, _: &Effect) {
        self.tick().await;
    }

    async fn after(&self, _: &Effect) {
        self.tick().await;
    }
}

impl Instance {
    /// Switches, and crashes at a step (each effect has two: before it and after it). `None`: it crashed.
    pub async fn switch_and_crash(&self, plan: Plan, step: usize) -> Option<Result<Record, StoreError>> {
        let crashed = Arc::new(Notify::new());
        let witness = CrashAt { step, seen: AtomicUsize::new(0), crashed: crashed.clone() };
        tokio::select! {
            biased;
            () = crashed.notified() => None,
            result = self.engine.switch_witnessed(&self.pair, plan, &witness) => Some(result),
        }
    }
}
