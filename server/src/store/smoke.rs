//! Smoke tests: at most one is under way for a pair, and none while it is being switched. Each of these is one
//! transaction.

use sqlx::SqliteConnection;
use teal_domain::{
    Actor, Color, Millis, OperationId, PairId, Timestamp,
    history::{HistoryQuery, Record, What},
    journal::{Body, Listed},
    smoke::{SmokeEnd, SmokeRun, Smoked},
};

use super::{Draft, Result, Store, append, reading};

/// How long whoever drives a smoke test is believed to be at it.
const HELD: Millis = Millis::from_secs(60);

/// What came of beginning one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is journalled, with this entry.
    Recorded(u64),
    /// Another one is under way, which began with this entry.
    Running(u64),
    /// A switch is under way.
    Switching,
    /// Something still follows a switch.
    Following,
    /// A drill is under way.
    Drilling,
}

impl Store {
    /// Journals that a smoke test begins, unless the pair is being switched or tested.
    pub async fn begin_smoke(&self, pair: &PairId, run: &SmokeRun, actor: &Actor) -> Result<Begun> {
        let mut write = self.write().await?;
        if let Some(record) = under_way(&mut write, pair).await? {
            return Ok(Begun::Running(record.seq));
        }
        for (table, begun) in [
            ("SELECT 1 FROM open_operation WHERE pair = $1 AND given_up = 0 LIMIT 1", Begun::Switching),
            ("SELECT 1 FROM following WHERE pair = $1 LIMIT 1", Begun::Following),
            ("SELECT 1 FROM drill_run WHERE pair = $1 LIMIT 1", Begun::Drilling),
        ] {
            let found: Option<i64> = sqlx::query_scalar(table).bind(pair.as_str()).fetch_optional(&mut *write).await?;
            if found.is_some() {
                return Ok(begun);
            }
        }
        let body = Body::SmokeBegun { run: run.clone() };
        let draft = Draft { at: run.begun_at, pair: pair.clone(), actor: actor.clone(), body, parameter: None };
        let entry = append(&mut write, draft).await?;
        sqlx::query("INSERT INTO smoke_run (pair, run) VALUES ($1, $2)")
            .bind(pair.as_str())
            .bind(run.id.to_string())
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(Begun::Recorded(entry.seq))
    }

    /// The smoke test of the pair that is under way, if one is.
    pub async fn smoke_under_way(&self, pair: &PairId) -> Result<Option<Record>> {
        let mut connection = self.reading()?.acquire().await?;
        under_way(&mut connection, pair).await
    }

    /// Takes it upon `holder` to drive it, for a minute. `false`: somebody else is at it.
    pub async fn hold_smoke(&self, pair: &PairId, holder: &str, now: Timestamp) -> Result<bool> {
        let mut write = self.write().await?;
        let held = sqlx::query(
            "UPDATE smoke_run SET holder = $2, until = $3
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

    /// Journals how it ended. `false`: it has ended already.
    pub async fn end_smoke(&self, pair: &PairId, run: OperationId, end: SmokeEnd, at: Timestamp) -> Result<bool> {
        let mut write = self.write().await?;
        let gone = sqlx::query("DELETE FROM smoke_run WHERE pair = $1 AND run = $2")
            .bind(pair.as_str())
            .bind(run.to_string())
            .execute(&mut *write)
            .await?;
        if gone.rows_affected() == 0 {
            return Ok(false);
        }
        let body = Body::SmokeEnded { run, end };
        append(&mut write, Draft { at, pair: pair.clone(), actor: Actor::teal(), body, parameter: None }).await?;
        write.commit().await?;
        Ok(true)
    }

    /// The latest smoke test of each side that has had one.
    pub async fn smoked(&self, pair: &PairId) -> Result<Vec<Smoked>> {
        let mut latest = Vec::new();
        for color in Color::BOTH {
            let query = HistoryQuery { kind: Some(Listed::Smoke), color: Some(color), ..HistoryQuery::default() };
            let found = self.history(pair, &query, 1).await?.records.pop();
            if let Some(Record { seq, actor: by, what: What::Smoke(test), .. }) = found {
                latest.push(Smoked { seq, by, test });
            }
        }
        Ok(latest)
    }
}

async fn under_way(connection: &mut SqliteConnection, pair: &PairId) -> Result<Option<Record>> {
    let rows = sqlx::query(
        "SELECT * FROM journal WHERE operation = (SELECT run FROM smoke_run WHERE pair = $1)
         AND kind = 'smoke_begun' ORDER BY seq",
    )
    .bind(pair.as_str())
    .fetch_all(connection)
    .await?;
    let entries = rows.iter().map(reading::entry).collect::<Result<Vec<_>>>()?;
    Ok(entries.first().and_then(|first| Record::fold(first, &entries[1..])))
}
