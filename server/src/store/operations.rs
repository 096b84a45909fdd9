//! What may be written about a switch, and when. Each of these is one transaction.

use sqlx::SqliteConnection;
use teal_domain::{
    Actor, OperationId, PairId, Reason, Timestamp,
    journal::{Body, Entry, Timings},
    switch::{Outcome, Plan, Switch},
};

use super::{Draft, Result, Store, StoreError, Write, append, following, lease, reading, requests};

/// What came of journalling an intent.
#[derive(Clone, Debug)]
pub enum Intent {
    /// It is journalled.
    Recorded(Box<Entry>, Turn),
    /// One with this operation id was journalled before.
    Known,
}

/// Whose turn it is, as far as the intent's own transaction could tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The lease was free: it is this operation's now.
    Ours {
        /// Another operation of the pair whose put was sent and whose outcome is unknown.
        waits_for: Option<OperationId>,
    },
    /// Somebody else holds the lease.
    Theirs,
}

/// What came of marking a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is journalled that the put is about to be sent.
    Marked,
    /// The operation is settled, marked already, or its confirmation has run out.
    Refused,
}

/// An operation as the journal tells it.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What was confirmed.
    pub plan: Plan,
    /// When the put was marked, if it was.
    pub marked_at: Option<Timestamp>,
    /// Its end, if it has one.
    pub outcome: Option<Outcome>,
    /// A correction of that end is journalled.
    pub corrected: bool,
    /// The entry with its intent.
    pub seq: u64,
}

impl Operation {
    /// The state machine as whoever finds the operation goes on with it.
    pub fn recover(&self) -> Switch {
        Switch::recovered(self.plan.clone(), self.marked_at.is_some(), self.outcome.clone())
    }
}

impl Store {
    /// Step 1: journals the intent, and takes the lease if it is free.
    pub async fn record_intent(&self, plan: &Plan, at: Timestamp, spooled: bool) -> Result<Intent> {
        let mut write = self.write().await?;
        if operation(&mut write, plan.operation).await?.is_some() {
            return Ok(Intent::Known);
        }
        let body = Body::Intent { plan: plan.clone(), spooled };
        let entry = append(&mut write, draft(plan, plan.actor.clone(), at, body)).await?;
        sqlx::query("INSERT INTO open_operation (operation, pair) VALUES ($1, $2)")
            .bind(plan.operation.to_string())
            .bind(plan.pair.as_str())
            .execute(&mut *write)
            .await?;
        // A spooled intent is merged long after its switch.
        let ours = !spooled && lease::take(&mut write, &plan.pair, &lease::holder(plan), at).await?;
        let turn = if ours { Turn::Ours { waits_for: unknown(&mut write, plan).await? } } else { Turn::Theirs };
        write.commit().await?;
        Ok(Intent::Recorded(Box::new(entry), turn))
    }

    /// Before step 4: journals that the put is about to be sent. Refused once the operation is settled or
    /// its confirmation has run out, so that whoever finds it unmarked after that knows that nothing was
    /// put.
    pub async fn mark_put(&self, plan: &Plan, at: Timestamp) -> Result<Mark> {
        let mut write = self.write().await?;
        let open = operation(&mut write, plan.operation).await?;
        let markable = open.is_some_and(|op| op.outcome.is_none() && op.marked_at.is_none()) && at <= plan.expires_at;
        if !markable {
            return Ok(Mark::Refused);
        }
        let body = Body::Put { operation: plan.operation, overwrite: plan.overwrites() };
        append(&mut write, draft(plan, plan.actor.clone(), at, body)).await?;
        write.commit().await?;
        Ok(Mark::Marked)
    }

    /// Step 6: journals that the put had no answer.
    pub async fn record_unknown(&self, plan: &Plan, cause: String, at: Timestamp) -> Result<()> {
        let body = Body::Unknown { operation: plan.operation, cause };
        self.append(draft(plan, Actor::teal(), at, body)).await.map(drop)
    }

    /// Journals the outcome and gives the lease back; where one is journalled already, that one stands and is
    /// the answer.
    pub async fn record_outcome(
        &self,
        plan: &Plan,
        outcome: Outcome,
        timings: Option<Timings>,
        at: Timestamp,
    ) -> Result<Outcome> {
        let mut write = self.write().await?;
        let known = operation(&mut write, plan.operation).await?;
        if let Some(standing) = known.as_ref().and_then(|op| op.outcome.clone()) {
            lease::give_back(&mut write, &plan.pair, &lease::holder(plan)).await?;
            write.commit().await?;
            return Ok(standing);
        }
        // Whoever found it unmarked a moment ago may find that its driver was only slow.
        if outcome == Outcome::Expired && known.is_some_and(|op| op.marked_at.is_some()) {
            return Err(StoreError::Sent(plan.operation));
        }
        let body = Body::Outcome { operation: plan.operation, outcome: outcome.clone(), timings };
        append(&mut write, draft(plan, Actor::teal(), at, body)).await?;
        let given_up = matches!(outcome, Outcome::NotLanded | Outcome::Undetermined { .. });
        let rest = if given_up {
            "UPDATE open_operation SET given_up = 1 WHERE operation = $1"
        } else {
            "DELETE FROM open_operation WHERE operation = $1"
        };
        sqlx::query(rest).bind(plan.operation.to_string()).execute(&mut *write).await?;
        lease::give_back(&mut write, &plan.pair, &lease::holder(plan)).await?;
        if let (Some(approval), Outcome::Landed { .. }) = (&plan.approval, &outcome) {
            requests::used(&mut write, approval.request).await?;
        }
        if let Outcome::Landed { version, .. } = &outcome {
            following::begin(&mut write, plan, *version, at).await?;
        }
        write.commit().await?;
        Ok(outcome)
    }

    /// Journals that an operation landed after it had been given up.
    pub async fn record_correction(&self, plan: &Plan, version: teal_domain::FlagVersion, at: Timestamp) -> Result<()> {
        let mut write = self.write().await?;
        if operation(&mut write, plan.operation).await?.is_none_or(|op| op.corrected) {
            return Ok(());
        }
        let body = Body::Correction { operation: plan.operation, version };
        append(&mut write, draft(plan, Actor::teal(), at, body)).await?;
        sqlx::query("DELETE FROM open_operation WHERE operation = $1")
            .bind(plan.operation.to_string())
            .execute(&mut *write)
            .await?;
        following::begin(&mut write, plan, version, at).await?;
        Ok(write.commit().await?)
    }

    /// Adds a note to a record of the pair; `None` where there is no such record.
    pub async fn record_note(
        &self,
        pair: &PairId,
        about: u64,
        actor: &Actor,
        text: Reason,
        at: Timestamp,
    ) -> Result<Option<Entry>> {
        let mut write = self.write().await?;
        let listed: Option<i64> =
            sqlx::query_scalar("SELECT seq FROM journal WHERE seq = $1 AND pair = $2 AND listed IS NOT NULL")
                .bind(super::signed(about))
                .bind(pair.as_str())
                .fetch_optional(&mut *write)
                .await?;
        if listed.is_none() {
            return Ok(None);
        }
        let body = Body::Note { about, text };
        let entry =
            append(&mut write, Draft { at, pair: pair.clone(), actor: actor.clone(), body, parameter: None }).await?;
        write.commit().await?;
        Ok(Some(entry))
    }

    /// An operation, if the journal knows it.
    pub async fn operation(&self, id: OperationId) -> Result<Option<Operation>> {
        let rows = sqlx::query("SELECT * FROM journal WHERE operation = $1 ORDER BY seq")
            .bind(id.to_string())
            .fetch_all(self.reading()?)
            .await?;
        rows.iter().map(reading::entry).collect::<Result<Vec<_>>>().map(|entries| fold(&entries))
    }

    /// Another operation of the pair whose put was sent and whose outcome is unknown.
    pub async fn unknown_before(&self, plan: &Plan) -> Result<Option<OperationId>> {
        let mut connection = self.reading()?.acquire().await?;
        unknown(&mut connection, plan).await
    }

    /// The pair's operations that have not ended, oldest first.
    pub async fn open_operations(&self, pair: &PairId) -> Result<Vec<Operation>> {
        self.listed_operations(pair, 0).await
    }

    /// The pair's operations that were given up after their put was sent, and have not been corrected.
    pub async fn given_up_operations(&self, pair: &PairId) -> Result<Vec<Operation>> {
        self.listed_operations(pair, 1).await
    }

    async fn listed_operations(&self, pair: &PairId, given_up: i64) -> Result<Vec<Operation>> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT operation FROM open_operation WHERE pair = $1 AND given_up = $2 ORDER BY operation",
        )
        .bind(pair.as_str())
        .bind(given_up)
        .fetch_all(self.reading()?)
        .await?;
        let mut operations = Vec::with_capacity(ids.len());
        for id in ids {
            operations.extend(self.operation(parsed(&id)?).await?);
        }
        Ok(operations)
    }
}

fn draft(plan: &Plan, actor: Actor, at: Timestamp, body: Body) -> Draft {
    Draft { at, pair: plan.pair.clone(), actor, body, parameter: None }
}

async fn unknown(connection: &mut SqliteConnection, plan: &Plan) -> Result<Option<OperationId>> {
    let id: Option<String> = sqlx::query_scalar(
        "SELECT o.operation FROM open_operation o WHERE o.pair = $1 AND o.given_up = 0 AND o.operation <> $2
         AND EXISTS (SELECT 1 FROM journal j WHERE j.operation = o.operation AND j.kind = 'put')
         ORDER BY o.operation LIMIT 1",
    )
    .bind(plan.pair.as_str())
    .bind(plan.operation.to_string())
    .fetch_optional(connection)
    .await?;
    id.map(|id| parsed(&id)).transpose()
}

pub(super) fn parsed(id: &str) -> Result<OperationId> {
    id.parse().map_err(|why: teal_domain::operation::NotAnOperationId| StoreError::Unreadable {
        seq: 0,
        why: why.to_string(),
    })
}

async fn operation(write: &mut Write, id: OperationId) -> Result<Option<Operation>> {
    let rows = sqlx::query("SELECT * FROM journal WHERE operation = $1 ORDER BY seq")
        .bind(id.to_string())
        .fetch_all(&mut **write)
        .await?;
    rows.iter().map(reading::entry).collect::<Result<Vec<_>>>().map(|entries| fold(&entries))
}

fn fold(entries: &[Entry]) -> Option<Operation> {
    let mut found: Option<Operation> = entries.iter().find_map(|entry| match &entry.body {
        Body::Intent { plan, .. } => {
            Some(Operation { plan: plan.clone(), marked_at: None, outcome: None, corrected: false, seq: entry.seq })
        }
        _ => None,
    });
    if let Some(operation) = &mut found {
        for entry in entries {
            match &entry.body {
                Body::Put { .. } => operation.marked_at = Some(entry.at),
                Body::Outcome { outcome, .. } => operation.outcome = Some(outcome.clone()),
                Body::Correction { .. } => operation.corrected = true,
                _ => {}
            }
        }
    }
    found
}
