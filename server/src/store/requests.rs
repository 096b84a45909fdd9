//! Requests for approval: at most one stands for a pair. Each of these is one transaction.

use sqlx::SqliteConnection;
use teal_domain::{
    Actor, OperationId, PairId, Reason, Timestamp,
    approval::{Answer, NotDecided, OpenRequest, Request},
    history::{Record, What},
    journal::Body,
};

use super::{Draft, Result, Store, Write, append, reading};

/// What came of asking.
#[derive(Clone, Debug)]
pub enum Asked {
    /// It stands, and begins with this entry.
    Stands(u64),
    /// Somebody else's stands.
    Taken(Box<OpenRequest>),
}

impl Store {
    /// Somebody asks. What they asked before, and what is over, makes room.
    pub async fn ask(&self, request: &Request) -> Result<Asked> {
        let mut write = self.write().await?;
        if let Some(standing) = standing(&mut write, &request.pair).await? {
            let own = standing.request.actor.is(&request.actor);
            // Sent again, since no answer came perhaps: what stands, and was said to it, stays.
            if !standing.is_over(request.asked_at) && standing.request.says_the_same(request) {
                return Ok(Asked::Stands(standing.seq));
            }
            if !own && !standing.is_over(request.asked_at) && standing.request.rests_on_the_same(request) {
                return Ok(Asked::Taken(Box::new(standing)));
            }
            // One that is displaced has an end in the journal too.
            if !standing.is_over(request.asked_at) {
                let by = if own { request.actor.clone() } else { Actor::teal() };
                take_back(&mut write, &standing, &by, request.asked_at).await?;
            }
        }
        let body = Body::Asked { request: request.clone() };
        let draft = Draft {
            at: request.asked_at,
            pair: request.pair.clone(),
            actor: request.actor.clone(),
            body,
            parameter: None,
        };
        let entry = append(&mut write, draft).await?;
        sqlx::query(
            "INSERT INTO open_request (pair, request) VALUES ($1, $2)
             ON CONFLICT (pair) DO UPDATE SET request = excluded.request",
        )
        .bind(request.pair.as_str())
        .bind(request.id.to_string())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(Asked::Stands(entry.seq))
    }

    /// Somebody decides, who looked at `digest`. Refused where they may not, or where it is too late.
    pub async fn decide(
        &self,
        pair: &PairId,
        by: &Actor,
        digest: &str,
        answer: Answer,
        comment: Option<Reason>,
        at: Timestamp,
    ) -> Result<Result<u64, NotDecided>> {
        let mut write = self.write().await?;
        let Some(open) = standing(&mut write, pair).await? else { return Ok(Err(NotDecided::Another)) };
        if let Err(not) = open.decide(by, digest, at) {
            return Ok(Err(not));
        }
        let body = Body::Decided { request: open.request.id, digest: digest.to_owned(), answer, comment };
        let draft = Draft { at, pair: pair.clone(), actor: by.clone(), body, parameter: None };
        append(&mut write, draft).await?;
        write.commit().await?;
        Ok(Ok(open.seq))
    }

    /// Somebody takes a request back. `false`: it does not stand any more.
    pub async fn withdraw(&self, pair: &PairId, request: OperationId, by: &Actor, at: Timestamp) -> Result<bool> {
        let mut write = self.write().await?;
        let Some(open) = standing(&mut write, pair).await?.filter(|open| open.request.id == request) else {
            return Ok(false);
        };
        take_back(&mut write, &open, by, at).await?;
        sqlx::query("DELETE FROM open_request WHERE pair = $1").bind(pair.as_str()).execute(&mut *write).await?;
        write.commit().await?;
        Ok(true)
    }

    /// What became of a request, whenever it was asked.
    pub async fn request(&self, id: OperationId) -> Result<Option<Record>> {
        let rows = sqlx::query(
            "SELECT * FROM journal WHERE operation = $1 AND kind IN ('asked', 'decided', 'withdrawn') ORDER BY seq",
        )
        .bind(id.to_string())
        .fetch_all(self.reading()?)
        .await?;
        let entries = rows.iter().map(reading::entry).collect::<Result<Vec<_>>>()?;
        Ok(entries.first().and_then(|first| Record::fold(first, &entries[1..])))
    }

    /// The request that stands for a pair, over or not.
    pub async fn open_request(&self, pair: &PairId) -> Result<Option<OpenRequest>> {
        let mut connection = self.reading()?.acquire().await?;
        standing(&mut connection, pair).await
    }
}

/// A switch that rested on a request has landed: nothing more can come of that.
pub(super) async fn used(write: &mut Write, request: OperationId) -> Result<()> {
    sqlx::query("DELETE FROM open_request WHERE request = $1").bind(request.to_string()).execute(&mut **write).await?;
    Ok(())
}

async fn take_back(write: &mut Write, open: &OpenRequest, by: &Actor, at: Timestamp) -> Result<()> {
    let body = Body::Withdrawn { request: open.request.id };
    let draft = Draft { at, pair: open.request.pair.clone(), actor: by.clone(), body, parameter: None };
    append(write, draft).await.map(drop)
}

async fn standing(connection: &mut SqliteConnection, pair: &PairId) -> Result<Option<OpenRequest>> {
    let rows = sqlx::query(
        "SELECT * FROM journal WHERE operation = (SELECT request FROM open_request WHERE pair = $1)
         AND kind IN ('asked', 'decided', 'withdrawn') ORDER BY seq",
    )
    .bind(pair.as_str())
    .fetch_all(connection)
    .await?;
    let entries = rows.iter().map(reading::entry).collect::<Result<Vec<_>>>()?;
    let Some(record) = entries.first().and_then(|first| Record::fold(first, &entries[1..])) else { return Ok(None) };
    let What::Request(asked) = record.what else { return Ok(None) };
    Ok(Some(OpenRequest { seq: record.seq, request: asked.request, decision: asked.decision }))
}
