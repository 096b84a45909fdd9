//! What was observed of the pairs over time, as spans: from these a month's availability is counted.

use sqlx::{Row as _, sqlite::SqliteRow};
use teal_domain::{
    Millis, PairId, Timestamp,
    availability::{Observation, Seen, State, Subject},
};

use super::{Result, Store, StoreError, Write};

/// How long a span is kept after its end: a year, and a month to look at it.
const KEPT: Millis = Millis::from_secs(400 * 86_400);

impl Store {
    /// Writes down what was observed at a moment. A span goes on while the state stays the same and the look before was no
    /// longer ago than `gap`; where the state changed, the old one is taken to have lasted until now.
    pub async fn observe(&self, seen: &[(PairId, Observation)], at: Timestamp, gap: Millis) -> Result<()> {
        let mut write = self.write().await?;
        for (pair, seen) in seen {
            extend(&mut write, pair, seen, at, gap).await?;
        }
        sqlx::query("DELETE FROM observation WHERE ended < $1").bind((at - KEPT).0).execute(&mut *write).await?;
        Ok(write.commit().await?)
    }

    /// What was observed of a pair between two moments.
    pub async fn observed(&self, pair: &PairId, from: Timestamp, to: Timestamp) -> Result<Vec<Seen>> {
        let rows = sqlx::query(
            "SELECT subject, state, why, begun, ended FROM observation
             WHERE pair = $1 AND ended > $2 AND begun < $3 ORDER BY begun",
        )
        .bind(pair.as_str())
        .bind(from.0)
        .bind(to.0)
        .fetch_all(self.reading()?)
        .await?;
        // What another version of Teal observed in its own words tells nothing here.
        let seen = rows.iter().map(seen).collect::<Result<Vec<_>>>()?;
        Ok(seen.into_iter().flatten().collect())
    }
}

async fn extend(write: &mut Write, pair: &PairId, seen: &Observation, at: Timestamp, gap: Millis) -> Result<()> {
    let subject = seen.subject.as_str();
    // A clock that was ahead and was set right has left spans that are yet to come: nothing could go on after them.
    sqlx::query("DELETE FROM observation WHERE pair = $1 AND subject = $2 AND begun > $3")
        .bind(pair.as_str())
        .bind(subject)
        .bind((at + gap).0)
        .execute(&mut **write)
        .await?;
    let last = sqlx::query(
        "SELECT begun, ended, state, why FROM observation WHERE pair = $1 AND subject = $2 ORDER BY begun DESC LIMIT 1",
    )
    .bind(pair.as_str())
    .bind(subject)
    .fetch_optional(&mut **write)
    .await?;
    if let Some(last) = last {
        let (begun, ended) = (last.try_get::<i64, _>("begun")?, last.try_get::<i64, _>("ended")?);
        // Another instance has looked since, or the clock was set back a little.
        if ended >= at.0 {
            return Ok(());
        }
        if at.since(Timestamp(ended)) <= gap {
            sqlx::query("UPDATE observation SET ended = $4 WHERE pair = $1 AND subject = $2 AND begun = $3")
                .bind(pair.as_str())
                .bind(subject)
                .bind(begun)
                .bind(at.0)
                .execute(&mut **write)
                .await?;
            let same =
                last.try_get::<&str, _>("state")? == seen.state.as_str() && last.try_get::<&str, _>("why")? == seen.why;
            if same {
                return Ok(());
            }
        }
    }
    sqlx::query("INSERT INTO observation (pair, subject, begun, ended, state, why) VALUES ($1, $2, $3, $3, $4, $5)")
        .bind(pair.as_str())
        .bind(subject)
        .bind(at.0)
        .bind(seen.state.as_str())
        .bind(&seen.why)
        .execute(&mut **write)
        .await?;
    Ok(())
}

fn seen(row: &SqliteRow) -> Result<Option<Seen>, StoreError> {
    let (subject, state) = (Subject::parse(row.try_get("subject")?), State::parse(row.try_get("state")?));
    let Some((subject, state)) = subject.zip(state) else { return Ok(None) };
    let why = row.try_get("why")?;
    let (from, to) = (Timestamp(row.try_get("begun")?), Timestamp(row.try_get("ended")?));
    Ok(Some(Seen { subject, state, why, from, to }))
}
