//! What follows a flip. Each step is an entry; which switch is followed, and who does it, stands beside the journal.
//!
//! Whoever does it holds it for a while, by the clock of their machine. SQLite is one machine's, and all who open it go
//! by the same clock; a database that several machines share has one of its own, and must be asked for that instead.

mod begun;

use sqlx::SqliteConnection;
use teal_domain::{
    Actor, Millis, OperationId, PairId, Timestamp,
    history::Record,
    journal::Body,
    steps::{Course, Step},
};

pub(super) use begun::begin;

use super::{Draft, Result, Store, Write, append};

/// How long whoever drives what follows is believed to be at it.
const HELD: Millis = Millis::from_secs(60);

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

/// Whether it was worked out already what is to be done: once, or what the first did would be taken for how it stood.
async fn is_planned(connection: &mut SqliteConnection, operation: &str) -> Result<bool> {
    // In the text of a body quotes are quotes of JSON's own.
    let planned: Option<i64> = sqlx::query_scalar(
        "SELECT seq FROM journal WHERE operation = $1 AND kind = 'step' AND body LIKE '%\"step\":\"planned\"%' LIMIT 1",
    )
    .bind(operation)
    .fetch_optional(connection)
    .await?;
    Ok(planned.is_some())
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

    /// Goes on holding it, for another minute from `now`: to be asked before each thing that takes a while. `false`:
    /// another switch is followed now, or somebody else has taken it over, and nothing more must be done.
    pub async fn keep_following(
        &self,
        pair: &PairId,
        operation: OperationId,
        holder: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut write = self.write().await?;
        let kept = sqlx::query("UPDATE following SET until = $4 WHERE pair = $1 AND operation = $2 AND holder = $3")
            .bind(pair.as_str())
            .bind(operation.to_string())
            .bind(holder)
            .bind((now + HELD).0)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(kept.rows_affected() == 1)
    }

    /// Journals a step that somebody did by a button, whoever holds it. `false`: the switch is not followed any more.
    pub async fn record_step(
        &self,
        pair: &PairId,
        operation: OperationId,
        actor: &Actor,
        did: Step,
        at: Timestamp,
    ) -> Result<bool> {
        self.journal_step(pair, operation, None, actor, did, at).await
    }

    /// Journals a step of Teal's, by whoever holds it. `false`: the switch is not followed any more, somebody else has
    /// taken it over, or has planned already what is to be planned once. Nothing further must be done then.
    pub async fn take_step(
        &self,
        pair: &PairId,
        operation: OperationId,
        holder: &str,
        did: Step,
        at: Timestamp,
    ) -> Result<bool> {
        self.journal_step(pair, operation, Some(holder), &Actor::teal(), did, at).await
    }

    async fn journal_step(
        &self,
        pair: &PairId,
        operation: OperationId,
        holder: Option<&str>,
        actor: &Actor,
        did: Step,
        at: Timestamp,
    ) -> Result<bool> {
        let mut write = self.write().await?;
        let id = operation.to_string();
        // To write the row keeps all others from it until the step is in the journal.
        let ours = sqlx::query(
            "UPDATE following SET operation = operation
             WHERE pair = $1 AND operation = $2 AND ($3 IS NULL OR holder = $3)",
        )
        .bind(pair.as_str())
        .bind(&id)
        .bind(holder)
        .execute(&mut *write)
        .await?;
        let again = matches!(did, Step::Planned { .. }) && is_planned(&mut write, &id).await?;
        if ours.rows_affected() != 1 || again {
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
