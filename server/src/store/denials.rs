//! What was denied, for auditors. Beside the journal: what is here may be forgotten when it is old.

use sqlx::{Row as _, sqlite::SqliteRow};
use teal_domain::{
    Actor, Millis, Subject, Timestamp,
    denial::{Denial, Wanted},
};

use super::{Result, Store, StoreError, reading, signed, unsigned};

/// The same within this time is one row that counts.
const TOGETHER: Millis = Millis::from_secs(600);
/// How long a denial is kept: a year, and a month to look at it.
const KEPT: Millis = Millis::from_secs(400 * 86_400);
/// And how many, so that nobody fills the disk by being refused.
const MOST: i64 = 100_000;
/// How many are read at once.
pub const PAGE: usize = 50;

impl Store {
    /// Writes these down.
    pub async fn record_denials(&self, denials: &[Denial]) -> Result<()> {
        let Some(latest) = denials.iter().map(|denial| denial.last_at).max() else { return Ok(()) };
        let mut write = self.write().await?;
        for denial in denials {
            let counted = sqlx::query(
                "UPDATE denial SET last_at = $1, times = times + $2, place = $3, why = $4, request = $5 WHERE seq =
                 (SELECT MAX(seq) FROM denial WHERE who = $6 AND via = $7 AND COALESCE(subject, '') = $8 AND wanted = $9
                  AND COALESCE(pair, '') = $10 AND first_at >= $11)",
            )
            .bind(denial.last_at.0)
            .bind(signed(denial.times))
            .bind(&denial.place)
            .bind(&denial.why)
            .bind(&denial.request)
            .bind(&denial.who.name)
            .bind(denial.who.via.as_str())
            .bind(denial.who.subject.as_ref().map_or("", Subject::as_str))
            .bind(denial.wanted.as_str())
            .bind(denial.pair.as_ref().map_or("", |pair| pair.as_str()))
            .bind(denial.first_at.0 - TOGETHER.as_i64())
            .execute(&mut *write)
            .await?;
            if counted.rows_affected() > 0 {
                continue;
            }
            sqlx::query(
                "INSERT INTO denial (seq, first_at, last_at, times, who, via, subject, wanted, pair, place, why, request)
                 SELECT COALESCE(MAX(seq), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM denial",
            )
            .bind(denial.first_at.0)
            .bind(denial.last_at.0)
            .bind(signed(denial.times))
            .bind(&denial.who.name)
            .bind(denial.who.via.as_str())
            .bind(denial.who.subject.as_ref().map(Subject::as_str))
            .bind(denial.wanted.as_str())
            .bind(denial.pair.as_ref().map(|pair| pair.as_str().to_owned()))
            .bind(&denial.place)
            .bind(&denial.why)
            .bind(&denial.request)
            .execute(&mut *write)
            .await?;
        }
        sqlx::query("DELETE FROM denial WHERE last_at < $1 OR seq <= (SELECT MAX(seq) FROM denial) - $2")
            .bind(latest.0 - KEPT.as_i64())
            .bind(MOST)
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    /// What was denied, the latest first; `before` this number, where one is given. With each its number.
    pub async fn denials(&self, before: Option<u64>, limit: usize) -> Result<Vec<(u64, Denial)>> {
        let rows = sqlx::query("SELECT * FROM denial WHERE seq < $1 ORDER BY seq DESC LIMIT $2")
            .bind(before.map_or(i64::MAX, signed))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.reading()?)
            .await?;
        rows.iter().map(denial).collect()
    }
}

fn denial(row: &SqliteRow) -> Result<(u64, Denial)> {
    let seq = unsigned(row.try_get("seq")?);
    let unreadable = |why: String| StoreError::Unreadable { seq, why };
    let wanted: &str = row.try_get("wanted")?;
    let pair: Option<&str> = row.try_get("pair")?;
    let denial = Denial {
        first_at: Timestamp(row.try_get("first_at")?),
        last_at: Timestamp(row.try_get("last_at")?),
        times: unsigned(row.try_get("times")?),
        who: Actor {
            name: row.try_get("who")?,
            via: reading::via(row.try_get("via")?).map_err(unreadable)?,
            subject: row.try_get::<Option<String>, _>("subject")?.map(Subject::kept),
        },
        wanted: Wanted::parse(wanted).ok_or_else(|| unreadable(format!("unknown wish `{wanted}`")))?,
        pair: pair
            .map(str::parse)
            .transpose()
            .map_err(|why: teal_domain::pair::NotAPairId| unreadable(why.to_string()))?,
        place: row.try_get("place")?,
        why: row.try_get("why")?,
        request: row.try_get("request")?,
    };
    Ok((seq, denial))
}
