//! What follows a flip. Each step is an entry; which switch is followed stands beside the journal.

use sqlx::SqliteConnection;
use teal_domain::{
    Actor, Millis, OperationId, PairId, Timestamp,
    history::Record,
    journal::Body,
    steps::{Course, Step, WatchEnd},
    switch::Plan,
};

use super::{Draft, Result, Store, Write, append};

/// How long whoever drives what follows is believed to be at it.
const HELD: Millis = Millis::from_secs(60);

/// A switch has landed: it is followed from now on, and the one before no longer.
pub(super) async fn begin(write: &mut Write, plan: &Plan, at: Timestamp) -> Result<()> {
    if let Some(reverts) = plan.reverts {
        let did = Step::Reverted { by: plan.operation };
        step(write, &plan.pair, &reverts.to_string(), &Actor::teal(), did, at).await?;
    }
    if let Some(before) = followed(write, &plan.pair).await?.filter(|before| *before != plan.operation.to_string()) {
        // What nobody has begun to follow needs no end.
        let begun: Option<i64> =
            sqlx::query_scalar("SELECT seq FROM journal WHERE operation = $1 AND kind = 'step' LIMIT 1")
                .bind(&before)
                .fetch_optional(&mut **write)
                .await?;
        if begun.is_some() {
            let end = Step::Watched { end: WatchEnd::Overtaken, coverage: None };
            step(write, &plan.pair, &before, &Actor::teal(), end, at).await?;
        }
    }
    sqlx::query(
        "INSERT INTO following (pair, operation) VALUES ($1, $2)
         ON CONFLICT (pair) DO UPDATE SET operation = excluded.operation, holder = NULL, until = NULL",
    )
    .bind(plan.pair.as_str())
    .bind(plan.operation.to_string())
    .execute(&mut **write)
    .await?;
    Ok(())
}

async fn followed(connection: &mut SqliteConnection, pair: &PairId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT operation FROM following WHERE pair = $1")
        .bind(pair.as_str())
        .fetch_optional(connection)
        .await?)
}

async fn step(
    write: &mut Write,
    pair: &PairId,
    operation: &str,
    actor: &Actor,
    did: Step,
    at: Timestamp,
) -> Result<()> {
    let body = Body::Step { operation: super::operations::parsed(operation)?, did };
    let draft = Draft { at, pair: pair.clone(), actor: actor.clone(), body, parameter: None };
    append(write, draft).await.map(drop)
}

impl Store {
    /// The switch of the pair that is followed, if one is.
    pub async fn following(&self, pair: &PairId) -> Result<Option<Record>> {
        let mut connection = self.reading()?.acquire().await?;
        let Some(operation) = followed(&mut connection, pair).await? else { return Ok(None) };
        drop(connection);
        self.record_of(super::operations::parsed(&operation)?).await
    }

    /// What the latest switch that moved DAGs did with them.
    pub async fn moved(&self, pair: &PairId) -> Result<Option<Course>> {
        let operation: Option<String> = sqlx::query_scalar("SELECT operation FROM moved WHERE pair = $1")
            .bind(pair.as_str())
            .fetch_optional(self.reading()?)
            .await?;
        let Some(operation) = operation else { return Ok(None) };
        let record = self.record_of(super::operations::parsed(&operation)?).await?;
        Ok(record.as_ref().and_then(Record::switch).map(|switch| Course::clone(&switch.course)))
    }

    /// Takes it upon `holder` to do what follows, for a minute. `false`: somebody else is at it.
    pub async fn hold_following(&self, pair: &PairId, holder: &str, now: Timestamp) -> Result<bool> {
        let mut write = self.write().await?;
        let held = sqlx::query(
            "UPDATE following SET holder = $2, until = $3
             WHERE pair = $1 AND (holder IS NULL OR holder = $2 OR until < $4 OR until > $3)",
        )
        .bind(pair.as_str())
        .bind(holder)
        .bind((now + HELD).0)
        .bind(now.0)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(held.rows_affected() == 1)
    }

    /// Journals a step. `false`: the switch is not followed any more, and nothing further must be done for it.
    pub async fn record_step(
        &self,
        pair: &PairId,
        operation: OperationId,
        actor: &Actor,
        did: Step,
        at: Timestamp,
    ) -> Result<bool> {
        let mut write = self.write().await?;
        let id = operation.to_string();
        if followed(&mut write, pair).await?.as_deref() != Some(id.as_str()) {
            return Ok(false);
        }
        if matches!(&did, Step::Planned { plan } if !plan.moves.is_empty()) {
            sqlx::query(
                "INSERT INTO moved (pair, operation) VALUES ($1, $2)
                 ON CONFLICT (pair) DO UPDATE SET operation = excluded.operation",
            )
            .bind(pair.as_str())
            .bind(&id)
            .execute(&mut *write)
            .await?;
        }
        step(&mut write, pair, &id, actor, did, at).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Nothing follows it any more.
    pub async fn end_following(&self, pair: &PairId, operation: OperationId) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM following WHERE pair = $1 AND operation = $2")
            .bind(pair.as_str())
            .bind(operation.to_string())
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }
}
