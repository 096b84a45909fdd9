//! Where the steps of a switch are recorded: in the store, or, while it is away, in a spool file.

use async_trait::async_trait;
use teal_domain::{
    FlagVersion, OperationId, Timestamp,
    journal::Timings,
    switch::{Outcome, Plan},
};

use crate::store::{
    Result, Store,
    lease::Lease,
    operations::{Intent, Mark, Turn},
};

/// What the driver of a switch records, and where it asks for its turn.
#[async_trait]
pub trait Recorder: Send + Sync {
    /// Step 1. `None`: an intent with this operation id was recorded before.
    async fn intent(&self, plan: &Plan, at: Timestamp) -> Result<Option<Turn>>;
    /// Step 2.
    async fn lease(&self, plan: &Plan, holder: &str, now: Timestamp) -> Result<Lease>;
    /// Another operation of the pair whose outcome is unknown.
    async fn unknown(&self, plan: &Plan) -> Result<Option<OperationId>>;
    /// Before step 4. `false`: it must not be sent.
    async fn mark(&self, plan: &Plan, at: Timestamp) -> Result<bool>;
    /// Step 6.
    async fn record_unknown(&self, plan: &Plan, cause: String, at: Timestamp) -> Result<()>;
    /// The end. Answers with the outcome that stands.
    async fn outcome(&self, plan: &Plan, outcome: Outcome, timings: Option<Timings>, at: Timestamp) -> Result<Outcome>;
    /// The end was another one.
    async fn correction(&self, plan: &Plan, version: FlagVersion, at: Timestamp) -> Result<()>;
    /// Afterwards.
    async fn give_back(&self, plan: &Plan, holder: &str) -> Result<()>;
}

#[async_trait]
impl Recorder for Store {
    async fn intent(&self, plan: &Plan, at: Timestamp) -> Result<Option<Turn>> {
        Ok(match self.record_intent(plan, at, false).await? {
            Intent::Recorded(_, turn) => Some(turn),
            Intent::Known => None,
        })
    }

    async fn lease(&self, plan: &Plan, holder: &str, now: Timestamp) -> Result<Lease> {
        self.take_lease(&plan.pair, holder, now).await
    }

    async fn unknown(&self, plan: &Plan) -> Result<Option<OperationId>> {
        self.unknown_before(plan).await
    }

    async fn mark(&self, plan: &Plan, at: Timestamp) -> Result<bool> {
        Ok(self.mark_put(plan, at).await? == Mark::Marked)
    }

    async fn record_unknown(&self, plan: &Plan, cause: String, at: Timestamp) -> Result<()> {
        Self::record_unknown(self, plan, cause, at).await
    }

    async fn outcome(&self, plan: &Plan, outcome: Outcome, timings: Option<Timings>, at: Timestamp) -> Result<Outcome> {
        self.record_outcome(plan, outcome, timings, at).await
    }

    async fn correction(&self, plan: &Plan, version: FlagVersion, at: Timestamp) -> Result<()> {
        self.record_correction(plan, version, at).await
    }

    async fn give_back(&self, plan: &Plan, holder: &str) -> Result<()> {
        self.give_lease_back(&plan.pair, holder).await
    }
}
