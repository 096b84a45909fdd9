//! What is known of bills and of the requests that were made.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row as _;
use teal_domain::{
    Timestamp,
    bill::{Cut, Entry, FromCostExplorer, Micros, Read, Trouble},
    time::{Day, Month},
};

use super::{DEAD, HOLDS, Result, Store};

/// What was read of a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The days and what was paid on them.
    pub read: Read,
    /// The currencies, each with the last day on which something was paid in it.
    pub currencies: BTreeMap<String, Day>,
    /// When each day was read.
    pub at: BTreeMap<Day, Timestamp>,
    /// The currency of each day that has one.
    of: BTreeMap<Day, String>,
}

impl Known {
    /// Only what was paid in that currency: a day in another one counts as not read.
    #[must_use]
    pub fn only(mut self, currency: &str) -> Self {
        let other = |day: &Day| self.of.get(day).is_some_and(|known| known != currency);
        self.read.days.retain(|day| !other(day));
        self.read.entries.retain(|entry| !other(&entry.day));
        self
    }
}

/// How a question was answered when it was asked last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// When.
    pub at: Timestamp,
    /// The action of IAM by which it was asked.
    pub action: String,
    /// The day on which it was last asked to an end, well or not.
    pub asked: Option<Day>,
    /// From when on a further page would have told more.
    pub rest: Option<Day>,
    /// Why it was not answered.
    pub trouble: Option<Trouble>,
}

/// The requests of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Today.
    pub today: u32,
    /// This month.
    pub month: u32,
    /// What was asked last of each question.
    pub last: BTreeMap<String, Answered>,
    /// Until when nothing is asked by an action, since it was turned away.
    pub held: BTreeMap<String, Timestamp>,
    /// The questions that somebody is asking just now.
    pub under_way: BTreeSet<String>,
}

impl Store {
    /// What was read of a scope, from a day on.
    pub async fn bill(&self, account: &str, scope: &str, cut: Cut, from: Day) -> Result<Known> {
        let rows = sqlx::query(
            "SELECT day, currency, entries, read_at FROM bill_day WHERE account = $1 AND scope = $2 AND cut = $3 AND day >= $4
             ORDER BY day",
        )
        .bind(account)
        .bind(scope)
        .bind(cut.as_str())
        .bind(from.0)
        .fetch_all(self.reading()?)
        .await?;
        let mut known = Known::default();
        for row in rows {
            let day = Day(row.try_get("day")?);
            // What another version of Teal wrote in another way is asked for again.
            let Ok(kept) = serde_json::from_str::<Rows>(row.try_get("entries")?) else { continue };
            known.read.days.insert(day);
            known.at.insert(day, Timestamp(row.try_get("read_at")?));
            known.read.entries.extend(kept.into_iter().map(|(first, second, micros)| Entry {
                day,
                first,
                second,
                micros: Micros(micros),
            }));
            if let Some(currency) = row.try_get::<Option<String>, _>("currency")? {
                known.currencies.insert(currency.clone(), day);
                known.of.insert(day, currency);
            }
        }
        Ok(known)
    }

    /// The days of a scope that were read, from a day on, each with when.
    pub async fn bill_days(&self, account: &str, scope: &str, cut: Cut, from: Day) -> Result<BTreeMap<Day, Timestamp>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT day, read_at FROM bill_day WHERE account = $1 AND scope = $2 AND cut = $3 AND day >= $4",
        )
        .bind(account)
        .bind(scope)
        .bind(cut.as_str())
        .bind(from.0)
        .fetch_all(self.reading()?)
        .await?;
        Ok(rows.into_iter().map(|(day, read_at)| (Day(day), Timestamp(read_at))).collect())
    }

    /// What changes whenever anything of these two scopes is written, by whichever instance: the number of the last writing, and
    /// how many days there are. With it when something was last read.
    pub async fn bill_revision(&self, account: &str, scopes: [&str; 2]) -> Result<((i64, i64), Option<Timestamp>)> {
        let row = sqlx::query(
            "SELECT COALESCE(MAX(revision), 0) AS revision, COUNT(*) AS days, MAX(read_at) AS read_at FROM bill_day
             WHERE account = $1 AND scope IN ($2, $3)",
        )
        .bind(account)
        .bind(scopes[0])
        .bind(scopes[1])
        .fetch_one(self.reading()?)
        .await?;
        let read_at: Option<i64> = row.try_get("read_at")?;
        Ok(((row.try_get("revision")?, row.try_get("days")?), read_at.map(Timestamp)))
    }

    /// What Cost Explorer expected last.
    pub async fn bill_forecast(&self, account: &str, scope: &str) -> Result<Option<FromCostExplorer>> {
        let text: Option<String> =
            sqlx::query_scalar("SELECT forecast FROM bill_forecast WHERE account = $1 AND scope = $2")
                .bind(account)
                .bind(scope)
                .fetch_optional(self.reading()?)
                .await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The requests that were made of an account.
    pub async fn bill_requests(&self, account: &str, now: Timestamp) -> Result<Requests> {
        let (today, month) = (Day::of(now), Day::of(Month::of(now).begins()));
        let counts = sqlx::query(
            "SELECT COUNT(*) AS month, COALESCE(SUM(CASE WHEN day = $2 THEN 1 ELSE 0 END), 0) AS today FROM bill_request
             WHERE account = $1 AND charged = 1 AND day >= $3",
        )
        .bind(account)
        .bind(today.0)
        .bind(month.0)
        .fetch_one(self.reading()?)
        .await?;
        let count =
            |name: &str| Ok::<_, sqlx::Error>(u32::try_from(counts.try_get::<i64, _>(name)?).unwrap_or_default());
        let rows = sqlx::query(
            "SELECT one.question, one.action, one.at, one.rest, one.trouble,
             (SELECT MAX(day) FROM bill_request AS any WHERE any.account = $1 AND any.question = one.question
              AND any.outcome IN ('answered', 'failed')) AS asked
             FROM bill_request AS one JOIN
             (SELECT MAX(seq) AS seq FROM bill_request WHERE account = $1 AND outcome <> 'claimed' GROUP BY question) AS last
             ON last.seq = one.seq",
        )
        .bind(account)
        .fetch_all(self.reading()?)
        .await?;
        let mut last = BTreeMap::new();
        for row in rows {
            let trouble: Option<&str> = row.try_get("trouble")?;
            let answered = Answered {
                at: Timestamp(row.try_get("at")?),
                action: row.try_get("action")?,
                asked: row.try_get::<Option<i64>, _>("asked")?.map(Day),
                rest: row.try_get::<Option<i64>, _>("rest")?.map(Day),
                trouble: trouble.map(|text| {
                    serde_json::from_str(text).unwrap_or_else(|_| Trouble::Other("It was not answered.".to_owned()))
                }),
            };
            last.insert(row.try_get("question")?, answered);
        }
        let held = self.bills_held(account, now).await?;
        let under_way: Vec<String> = sqlx::query_scalar(
            "SELECT question FROM bill_request WHERE account = $1 AND day = $2 AND outcome = 'claimed' AND at > $3",
        )
        .bind(account)
        .bind(today.0)
        .bind((now - DEAD).0)
        .fetch_all(self.reading()?)
        .await?;
        let under_way = under_way.into_iter().collect();
        Ok(Requests { today: count("today")?, month: count("month")?, last, held, under_way })
    }

    async fn bills_held(&self, account: &str, now: Timestamp) -> Result<BTreeMap<String, Timestamp>> {
        let rows = sqlx::query(
            "SELECT action, MAX(at) AS at FROM bill_request WHERE account = $1 AND outcome = 'held' AND at > $2 AND at <= $3
             GROUP BY action",
        )
        .bind(account)
        .bind((now - HOLDS).0)
        .bind(now.0)
        .fetch_all(self.reading()?)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("action")?, Timestamp(row.try_get("at")?) + HOLDS))).collect()
    }
}

/// What was paid on a day, as it is kept: both keys and how much.
pub(super) type Rows = Vec<(String, String, i64)>;

/// The amounts of a day as they are kept.
pub(super) fn rows(entries: &[Entry]) -> Vec<(&str, &str, i64)> {
    entries.iter().map(|entry| (entry.first.as_str(), entry.second.as_str(), entry.micros.0)).collect()
}
