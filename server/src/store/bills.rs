//! What Cost Explorer told, and each request that was made of it, so that all instances together make no more than they may.
//!
//! A request is claimed before it is made, in one statement that counts those of the day. It is counted until AWS is known not to
//! charge for it: an instance that dies in between has used its request up.

mod read;

use teal_domain::{
    Millis, Timestamp,
    bill::{Cut, Entry, FromCostExplorer, MOST_REQUESTS, Trouble},
    time::Day,
};

use super::{Result, Store, StoreError, Write, signed};

pub use read::{Answered, Known, Requests};

/// A claim whose answer is not written down after so long is one of a process that is gone.
const DEAD: Millis = Millis::from_secs(10 * 60);
/// After a refusal the same is not asked for so long.
pub const HOLDS: Millis = Millis::from_secs(60 * 60);
/// Days and requests are kept for fourteen months: thirteen are shown.
const KEPT: i64 = 14 * 31;
/// A request that was not charged says little the day after.
const UNCHARGED_KEPT: i64 = 2;

/// What is asked, of which account, and by which action of IAM.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asking {
    /// The account.
    pub account: String,
    /// By which action.
    pub action: &'static str,
    /// The question, in the words of whoever asks: the same question has the same ones.
    pub question: String,
}

/// What claiming a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It may be made, and has this number.
    Taken(u64),
    /// No more of them today.
    NoneLeft,
    /// It was asked today, somebody is asking it now, or it was turned away just now.
    NotNow,
}

/// Days of one cut that were read, with all that was paid on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// What was asked for.
    pub scope: &'a str,
    /// Cut up by what.
    pub cut: Cut,
    /// The currency, where anything was paid.
    pub currency: Option<&'a str>,
    /// The days, each with what was paid.
    pub days: &'a [(Day, Vec<Entry>)],
}

/// How a request ended. Where there is more that was not asked for, with the day from which on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was answered.
    Answered(Option<Day>),
    /// It was not, and is not asked again today.
    Failed(Trouble, Option<Day>),
    /// It was not, and may be asked again soon.
    Held(Trouble, Option<Day>),
}

impl Ended {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Answered(_) => "answered",
            Self::Failed(..) => "failed",
            Self::Held(..) => "held",
        }
    }
}

impl Store {
    /// Claims a page of a question. Only a first page is asked whether it was asked today.
    pub async fn claim_bill(&self, asking: &Asking, page: u32, now: Timestamp) -> Result<Claim> {
        let mut write = self.write().await?;
        let claimed: Option<i64> = sqlx::query_scalar(
            "INSERT INTO bill_request (seq, account, day, at, action, question, page, outcome, charged)
             SELECT (SELECT COALESCE(MAX(seq), 0) + 1 FROM bill_request), $1, $2, $3, $4, $5, $6, 'claimed', 1
             WHERE (SELECT COUNT(*) FROM bill_request WHERE account = $1 AND day = $2 AND charged = 1) < $7
             AND ($6 > 1 OR NOT EXISTS (SELECT 1 FROM bill_request WHERE account = $1 AND question = $5 AND day = $2
                 AND (outcome IN ('answered', 'failed') OR (outcome = 'claimed' AND at > $8))))
             AND NOT EXISTS (SELECT 1 FROM bill_request WHERE account = $1 AND action = $4 AND outcome = 'held'
                 AND at > $9 AND at <= $3)
             RETURNING seq",
        )
        .bind(&asking.account)
        .bind(Day::of(now).0)
        .bind(now.0)
        .bind(asking.action)
        .bind(&asking.question)
        .bind(i64::from(page))
        .bind(i64::from(MOST_REQUESTS))
        .bind((now - DEAD).0)
        .bind((now - HOLDS).0)
        .fetch_optional(&mut *write)
        .await?;
        let Some(seq) = claimed else {
            let made = charged(&mut write, &asking.account, Day::of(now)).await?;
            return Ok(if made >= i64::from(MOST_REQUESTS) { Claim::NoneLeft } else { Claim::NotNow });
        };
        write.commit().await?;
        Ok(Claim::Taken(super::unsigned(seq)))
    }

    /// Writes down how a request ended and what was told, all of it or nothing. A day that was read before is replaced.
    pub async fn end_bill(
        &self,
        asking: &Asking,
        seq: u64,
        ended: &Ended,
        counts: Counts,
        told: Option<Told<'_>>,
        now: Timestamp,
    ) -> Result<()> {
        let mut write = self.write().await?;
        if let Some(told) = told {
            keep_days(&mut write, &asking.account, &told, now).await?;
        }
        end(&mut write, seq, ended, counts).await?;
        sweep(&mut write, now).await?;
        Ok(write.commit().await?)
    }

    /// Forgets what was read of some days: it turned out not to be whole.
    pub async fn forget_bill(&self, account: &str, scope: &str, cut: Cut, (from, to): (Day, Day)) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM bill_day WHERE account = $1 AND scope = $2 AND cut = $3 AND day >= $4 AND day < $5")
            .bind(account)
            .bind(scope)
            .bind(cut.as_str())
            .bind(from.0)
            .bind(to.0)
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    /// Writes down that a forecast was told; none where there is none to be had.
    pub async fn end_forecast(
        &self,
        asking: &Asking,
        seq: u64,
        scope: &str,
        forecast: Option<&FromCostExplorer>,
        now: Timestamp,
    ) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM bill_forecast WHERE account = $1 AND scope = $2")
            .bind(&asking.account)
            .bind(scope)
            .execute(&mut *write)
            .await?;
        if let Some(forecast) = forecast {
            sqlx::query("INSERT INTO bill_forecast (account, scope, at, forecast) VALUES ($1, $2, $3, $4)")
                .bind(&asking.account)
                .bind(scope)
                .bind(forecast.at.0)
                .bind(json(forecast)?)
                .execute(&mut *write)
                .await?;
        }
        end(&mut write, seq, &Ended::Answered(None), Counts::Yes).await?;
        sweep(&mut write, now).await?;
        Ok(write.commit().await?)
    }
}

/// Whether AWS may charge for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// It may.
    Yes,
    /// It certainly does not.
    No,
}

async fn charged(write: &mut Write, account: &str, day: Day) -> Result<i64> {
    let count = "SELECT COUNT(*) FROM bill_request WHERE account = $1 AND day = $2 AND charged = 1";
    Ok(sqlx::query_scalar(count).bind(account).bind(day.0).fetch_one(&mut **write).await?)
}

async fn keep_days(write: &mut Write, account: &str, told: &Told<'_>, now: Timestamp) -> Result<()> {
    let revision: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(revision), 0) + 1 FROM bill_day WHERE account = $1")
        .bind(account)
        .fetch_one(&mut **write)
        .await?;
    for (day, entries) in told.days {
        sqlx::query(
            "INSERT INTO bill_day (account, scope, cut, day, currency, entries, read_at, revision)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (account, scope, cut, day) DO UPDATE SET currency = excluded.currency,
             entries = excluded.entries, read_at = excluded.read_at, revision = excluded.revision",
        )
        .bind(account)
        .bind(told.scope)
        .bind(told.cut.as_str())
        .bind(day.0)
        .bind(told.currency.filter(|_| !entries.is_empty()))
        .bind(json(&read::rows(entries))?)
        .bind(now.0)
        .bind(revision)
        .execute(&mut **write)
        .await?;
    }
    Ok(())
}

async fn end(write: &mut Write, seq: u64, ended: &Ended, counts: Counts) -> Result<()> {
    let (rest, trouble) = match ended {
        Ended::Answered(rest) => (*rest, None),
        Ended::Failed(trouble, rest) | Ended::Held(trouble, rest) => (*rest, Some(trouble)),
    };
    sqlx::query("UPDATE bill_request SET outcome = $2, charged = $3, rest = $4, trouble = $5 WHERE seq = $1")
        .bind(signed(seq))
        .bind(ended.as_str())
        .bind(i64::from(counts == Counts::Yes))
        .bind(rest.map(|day| day.0))
        .bind(trouble.map(json).transpose()?)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Forgets what is too old to be shown.
async fn sweep(write: &mut Write, now: Timestamp) -> Result<()> {
    let today = Day::of(now);
    for (forget, kept) in [
        ("DELETE FROM bill_day WHERE day < $1", KEPT),
        ("DELETE FROM bill_request WHERE day < $1", KEPT),
        ("DELETE FROM bill_request WHERE day < $1 AND charged = 0", UNCHARGED_KEPT),
    ] {
        sqlx::query(forget).bind(today.plus(-kept).0).execute(&mut **write).await?;
    }
    Ok(())
}

fn json<T: serde::Serialize>(what: &T) -> Result<String> {
    serde_json::to_string(what).map_err(|why| StoreError::Unreadable { seq: 0, why: why.to_string() })
}
