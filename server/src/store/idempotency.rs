//! Requests with an idempotency key: what was asked for, and what was answered. Keys come in hashed.
//!
//! This keeps answers the same and repeats apart. That nothing is done twice does not rest on it: a confirmation is
//! one operation, and the journal takes one intent an operation.

use sqlx::Row as _;
use teal_domain::{Millis, Timestamp};

use super::{Result, Store, Write};

/// How long an answer is kept.
pub const KEPT: Millis = Millis::from_secs(24 * 3600);
/// How long whoever began is believed to be at it: longer than a request may take.
pub const HELD: Millis = Millis::from_secs(40);

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its status.
    pub status: u16,
    /// Where it led to.
    pub location: Option<String>,
    /// What it said.
    pub body: String,
}

/// Whose the request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has asked for it yet: it is the caller's to do.
    Ours,
    /// Somebody began it and gave no answer: it is the caller's to find out what came of it.
    LeftBehind,
    /// Somebody is at it.
    Theirs,
    /// It was answered.
    Answered(Kept),
    /// The key was used for something else.
    Other,
}

impl Store {
    /// Claims a key for a request.
    pub async fn claim_key(&self, id: &str, asked: &str, now: Timestamp) -> Result<Claim> {
        let mut write = self.write().await?;
        sweep(&mut write, now).await?;
        let begun = sqlx::query(
            "INSERT INTO idempotency (id, asked, began_at, held_until) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id)
        .bind(asked)
        .bind(now.0)
        .bind((now + HELD).0)
        .execute(&mut *write)
        .await?;
        if begun.rows_affected() == 1 {
            write.commit().await?;
            return Ok(Claim::Ours);
        }
        let row = sqlx::query("SELECT asked, held_until, status, location, body FROM idempotency WHERE id = $1")
            .bind(id)
            .fetch_one(&mut *write)
            .await?;
        if row.try_get::<&str, _>("asked")? != asked {
            return Ok(Claim::Other);
        }
        if let Some(status) = row.try_get::<Option<i64>, _>("status")? {
            let status = u16::try_from(status).unwrap_or(500);
            let body = row.try_get::<Option<String>, _>("body")?.unwrap_or_default();
            return Ok(Claim::Answered(Kept { status, location: row.try_get("location")?, body }));
        }
        let until: i64 = row.try_get("held_until")?;
        // A clock that was set back must not lengthen it.
        if (now.0..=(now + HELD).0).contains(&until) {
            return Ok(Claim::Theirs);
        }
        sqlx::query("UPDATE idempotency SET held_until = $2 WHERE id = $1")
            .bind(id)
            .bind((now + HELD).0)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(Claim::LeftBehind)
    }

    /// Keeps the answer to a claimed request.
    pub async fn keep_answer(&self, id: &str, answer: &Kept) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE idempotency SET status = $2, location = $3, body = $4 WHERE id = $1 AND status IS NULL")
            .bind(id)
            .bind(i64::from(answer.status))
            .bind(&answer.location)
            .bind(&answer.body)
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    /// Leaves a claimed request to whoever comes next: what came of it is not known yet.
    pub async fn leave_key(&self, id: &str) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE idempotency SET held_until = 0 WHERE id = $1 AND status IS NULL")
            .bind(id)
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    /// Lets go of a claimed request of which nothing was done.
    pub async fn let_go_of_key(&self, id: &str) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM idempotency WHERE id = $1 AND status IS NULL").bind(id).execute(&mut *write).await?;
        Ok(write.commit().await?)
    }
}

/// Forgets what is older than a day, in what is written anyway.
async fn sweep(write: &mut Write, now: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM idempotency WHERE began_at <= $1").bind((now - KEPT).0).execute(&mut **write).await?;
    Ok(())
}
