//! Not waiting for the old side any longer: what it is at freezes, so it is said of how much, by whom and why.

use std::sync::Arc;

use teal_domain::{Actor, OperationId, Reason, steps::Step};

use super::{Engine, Pair, follow::in_time};
use crate::{aws::airflow::client::Airflow, store::Result};

/// What is to be skipped, and what whoever says so had seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// The switch.
    pub operation: OperationId,
    /// How many tasks of the DAGs that are still to be paused were at work, where they were told.
    pub seen: Option<u32>,
    /// Why.
    pub reason: Reason,
}

/// Why it was not skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSkipped {
    /// There is nothing to wait for.
    #[error("Nothing follows that switch any more: another one has taken its place, or all is done.")]
    Nothing,
    /// More would freeze than whoever said so had seen.
    #[error(
        "{now} tasks are at work there now, and you saw {seen}. Paused now, all of them freeze half-way. Look again, then decide."
    )]
    Grown {
        /// So many are now.
        now: u32,
        /// So many they had seen.
        seen: u32,
    },
}

impl Engine {
    /// Somebody says not to wait for the old side any longer. The reason stands with the record.
    pub async fn skip_drain(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        by: &Actor,
        skip: Skip,
    ) -> Result<std::result::Result<(), NotSkipped>> {
        let Some(record) = self.store.following(pair.id()).await? else { return Ok(Err(NotSkipped::Nothing)) };
        let Some(switch) = record.switch().filter(|switch| switch.operation == skip.operation) else {
            return Ok(Err(NotSkipped::Nothing));
        };
        let left = switch.course.left(true);
        if left.is_empty() || switch.course.skipped() {
            return Ok(Err(NotSkipped::Nothing));
        }
        let now_at_work = self.at_work(pair, switch.target.other(), &left).await;
        if let (Some(now), Some(seen)) = (now_at_work, skip.seen)
            && now > seen
        {
            return Ok(Err(NotSkipped::Grown { now, seen }));
        }
        let (now, left) = (self.clock.now(), now_at_work.unwrap_or_default());
        let step = Step::Drained { left, skipped: true, took: now.since(record.at) };
        if !self.store.record_step(pair.id(), skip.operation, by, step, now).await? {
            return Ok(Err(NotSkipped::Nothing));
        }
        self.store.record_note(pair.id(), record.seq, by, skip.reason, now).await?;
        tracing::warn!(pair = %pair.id(), operation = %skip.operation, %by, tasks = left, "nobody waits for the old side any longer");
        pair.follow.notify_one();
        self.refresh_records(pair).await;
        Ok(Ok(()))
    }

    /// How many tasks of these DAGs are at work on a side: as it says now, or as it was last seen.
    pub async fn at_work(&self, pair: &Pair, side: teal_domain::Color, dags: &[String]) -> Option<u32> {
        let snapshot = self.board.snapshot();
        let known = snapshot.pair(pair.id())?;
        let seen = known.at_work(side, dags);
        let Some(around) = &pair.ports.around else { return seen };
        let version = known.side(side).value().and_then(|environment| environment.airflow_version.as_deref());
        let airflow = Airflow::new(&*around.airflow, pair.config.names.environment(side), version);
        in_time(airflow.work()).await.map_or(seen, |work| Some(work.tasks_of(dags)))
    }
}
