//! Who is signed in, and who is on the way. Ids come in hashed.

use sqlx::{Row as _, sqlite::SqliteRow};
use teal_domain::{Millis, Timestamp};

use super::{Result, Store, StoreError};

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The hash of what the browser holds.
    pub id: String,
    /// The name by which it is listed and ended.
    pub handle: String,
    /// Who vouched for them.
    pub issuer: String,
    /// Whom that means.
    pub subject: String,
    /// What the journal calls them.
    pub name: String,
    /// Their groups at the provider.
    pub groups: Vec<String>,
    /// When they last proved who they are.
    pub authenticated_at: Timestamp,
    /// When the session began.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub seen_at: Timestamp,
    /// When the provider vouched for them last.
    pub vouched_at: Timestamp,
    /// Since when the provider could not be asked.
    pub away_since: Option<Timestamp>,
    /// The token to ask again with, sealed.
    pub refresh: Option<String>,
}

/// A browser on its way to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The hash of what comes back with it.
    pub state: String,
    /// The hash of what this very browser holds.
    pub browser: String,
    /// What comes back inside the token.
    pub nonce: String,
    /// What proves that we are who set out.
    pub verifier: String,
    /// Where it wanted to go.
    pub next: String,
    /// When it set out.
    pub at: Timestamp,
}

/// How many browsers are on the way at once, at most. Then the one that set out first begins anew.
pub const MOST_ATTEMPTS: i64 = 10_000;
/// How long the way to the provider and back may take.
pub const ATTEMPT_LIVES: Millis = Millis::from_secs(600);

impl Store {
    /// Begins a session.
    pub async fn begin_session(&self, session: &Session) -> Result<()> {
        let mut write = self.write().await?;
        let text = groups(session)?;
        sqlx::query(
            "INSERT INTO session (id, handle, issuer, subject, name, groups, authenticated_at, created_at, seen_at, vouched_at, away_since, refresh)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&session.id)
        .bind(&session.handle)
        .bind(&session.issuer)
        .bind(&session.subject)
        .bind(&session.name)
        .bind(text)
        .bind(session.authenticated_at.0)
        .bind(session.created_at.0)
        .bind(session.seen_at.0)
        .bind(session.vouched_at.0)
        .bind(session.away_since.map(|at| at.0))
        .bind(&session.refresh)
        .execute(&mut *write)
        .await?;
        Ok(write.commit().await?)
    }

    /// The session of an id, whatever its age.
    pub async fn session(&self, id: &str) -> Result<Option<Session>> {
        let row = sqlx::query("SELECT * FROM session WHERE id = $1").bind(id).fetch_optional(self.reading()?).await?;
        row.as_ref().map(session).transpose()
    }

    /// The session that is listed under a handle.
    pub async fn listed_session(&self, handle: &str) -> Result<Option<Session>> {
        let row =
            sqlx::query("SELECT * FROM session WHERE handle = $1").bind(handle).fetch_optional(self.reading()?).await?;
        row.as_ref().map(session).transpose()
    }

    /// All sessions, the ones used last first; of one person, or of everybody.
    pub async fn sessions(&self, of: Option<(&str, &str)>) -> Result<Vec<Session>> {
        let (issuer, subject) = of.unzip();
        let rows = sqlx::query(
            "SELECT * FROM session WHERE $1 IS NULL OR (issuer = $1 AND subject = $2) ORDER BY seen_at DESC, handle LIMIT 500",
        )
        .bind(issuer)
        .bind(subject)
        .fetch_all(self.reading()?)
        .await?;
        rows.iter().map(session).collect()
    }

    /// It was used.
    pub async fn session_seen(&self, id: &str, at: Timestamp) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE session SET seen_at = $2 WHERE id = $1").bind(id).bind(at.0).execute(&mut *write).await?;
        Ok(write.commit().await?)
    }

    /// What the provider said of it now, or that it said nothing. A session that was ended meanwhile stays ended.
    pub async fn session_vouched(&self, session: &Session) -> Result<()> {
        let mut write = self.write().await?;
        let text = groups(session)?;
        sqlx::query(
            "UPDATE session SET name = $2, groups = $3, authenticated_at = $4, vouched_at = $5, away_since = $6, refresh = $7 WHERE id = $1",
        )
        .bind(&session.id)
        .bind(&session.name)
        .bind(text)
        .bind(session.authenticated_at.0)
        .bind(session.vouched_at.0)
        .bind(session.away_since.map(|at| at.0))
        .bind(&session.refresh)
        .execute(&mut *write)
        .await?;
        Ok(write.commit().await?)
    }

    /// Ends it.
    pub async fn end_session(&self, id: &str) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM session WHERE id = $1").bind(id).execute(&mut *write).await?;
        Ok(write.commit().await?)
    }

    /// Forgets what is too old to be of use: sessions not used since, or begun before.
    pub async fn sweep_sessions(&self, unused_since: Timestamp, begun_before: Timestamp, now: Timestamp) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM session WHERE seen_at < $1 OR created_at < $2")
            .bind(unused_since.0)
            .bind(begun_before.0)
            .execute(&mut *write)
            .await?;
        sqlx::query("DELETE FROM attempt WHERE at < $1")
            .bind(now.0 - ATTEMPT_LIVES.as_i64())
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    /// Somebody sets out to the provider.
    pub async fn begin_attempt(&self, attempt: &Attempt) -> Result<()> {
        let mut write = self.write().await?;
        // Anybody may set out, as often as they like: those who never come back must not fill the disk.
        sqlx::query(
            "DELETE FROM attempt WHERE at < $1 OR at <= (SELECT at FROM attempt ORDER BY at DESC LIMIT 1 OFFSET $2)",
        )
        .bind(attempt.at.0 - ATTEMPT_LIVES.as_i64())
        .bind(MOST_ATTEMPTS - 1)
        .execute(&mut *write)
        .await?;
        sqlx::query("INSERT INTO attempt (state, browser, nonce, verifier, next, at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(&attempt.state)
            .bind(&attempt.browser)
            .bind(&attempt.nonce)
            .bind(&attempt.verifier)
            .bind(&attempt.next)
            .bind(attempt.at.0)
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    /// Somebody is back. An attempt is good once, in the browser that set out, and not for long.
    pub async fn take_attempt(&self, state: &str, browser: &str, now: Timestamp) -> Result<Option<Attempt>> {
        let mut write = self.write().await?;
        let row =
            sqlx::query("DELETE FROM attempt WHERE state = $1 AND browser = $2 AND at <= $3 AND at >= $4 RETURNING *")
                .bind(state)
                .bind(browser)
                .bind(now.0)
                .bind(now.0 - ATTEMPT_LIVES.as_i64())
                .fetch_optional(&mut *write)
                .await?;
        write.commit().await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Attempt {
            state: row.try_get("state")?,
            browser: row.try_get("browser")?,
            nonce: row.try_get("nonce")?,
            verifier: row.try_get("verifier")?,
            next: row.try_get("next")?,
            at: Timestamp(row.try_get("at")?),
        }))
    }
}

fn groups(session: &Session) -> Result<String> {
    serde_json::to_string(&session.groups).map_err(|why| StoreError::Away(why.to_string()))
}

fn session(row: &SqliteRow) -> Result<Session> {
    let text: String = row.try_get("groups")?;
    let away: Option<i64> = row.try_get("away_since")?;
    Ok(Session {
        id: row.try_get("id")?,
        handle: row.try_get("handle")?,
        issuer: row.try_get("issuer")?,
        subject: row.try_get("subject")?,
        name: row.try_get("name")?,
        // Groups that cannot be read bring nothing.
        groups: serde_json::from_str(&text).unwrap_or_default(),
        authenticated_at: Timestamp(row.try_get("authenticated_at")?),
        created_at: Timestamp(row.try_get("created_at")?),
        seen_at: Timestamp(row.try_get("seen_at")?),
        vouched_at: Timestamp(row.try_get("vouched_at")?),
        away_since: away.map(Timestamp),
        refresh: row.try_get("refresh")?,
    })
}
