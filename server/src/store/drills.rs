//! Drills: what is planned, which run is under way, and which dates have had theirs. Each of these is one transaction.

use sqlx::SqliteConnection;
use teal_domain::{
    Actor, Millis, OperationId, PairId, Timestamp,
    drill::{End, Ended, Measured, Plan, PlansChange, Run, Skipped, Step},
    history::{HistoryQuery, Record},
    journal::{Body, Listed},
};

use super::{Draft, Result, Store, Write, append, reading};

/// How long whoever drives a run is believed to be at it.
const HELD: Millis = Millis::from_secs(60);

/// What came of writing a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It stands so now.
    Stands,
    /// Somebody has changed it, or taken it away, since it was looked at.
    Changed,
    /// The pair has as many as it may have.
    TooMany,
}

/// What came of beginning a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is journalled, with this entry.
    Recorded(u64),
    /// This date has had its run.
    Had,
    /// Another run is under way, which began with this entry.
    Running(u64),
}

impl Store {
    /// The plans of a pair that stand.
    pub async fn drill_plans(&self, pair: &PairId) -> Result<Vec<Plan>> {
        let rows: Vec<String> =
            sqlx::query_scalar("SELECT plan FROM drill_plan WHERE pair = $1 AND gone = 0 ORDER BY id")
                .bind(pair.as_str())
                .fetch_all(self.reading()?)
                .await?;
        rows.iter().map(|text| parsed(text)).collect()
    }

    /// Writes a plan, as the next revision of the one that whoever changes it saw.
    pub async fn save_drill(&self, plan: &Plan, change: PlansChange, at: Timestamp) -> Result<Saved> {
        let mut write = self.write().await?;
        let known: Option<(String, i64)> = sqlx::query_as("SELECT plan, gone FROM drill_plan WHERE id = $1")
            .bind(plan.id.to_string())
            .fetch_optional(&mut *write)
            .await?;
        let known = known.map(|(text, gone)| parsed(&text).map(|plan| (plan.revision, gone != 0))).transpose()?;
        let follows = match known {
            None => plan.revision == 1 && change == PlansChange::Made,
            Some((revision, gone)) => !gone && plan.revision == revision + 1,
        };
        if !follows {
            return Ok(Saved::Changed);
        }
        if known.is_none() {
            let many: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM drill_plan WHERE pair = $1 AND gone = 0")
                .bind(plan.pair.as_str())
                .fetch_one(&mut *write)
                .await?;
            if usize::try_from(many).unwrap_or(usize::MAX) >= Plan::MOST {
                return Ok(Saved::TooMany);
            }
        }
        let text = serde_json::to_string(plan)?;
        sqlx::query(
            "INSERT INTO drill_plan (id, pair, plan, gone) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET plan = $3, gone = $4",
        )
        .bind(plan.id.to_string())
        .bind(plan.pair.as_str())
        .bind(text)
        .bind(i64::from(change == PlansChange::Removed))
        .execute(&mut *write)
        .await?;
        let body = Body::DrillPlanned { plan: Box::new(plan.clone()), change };
        let actor = plan.changed_by.clone();
        append(&mut write, Draft { at, pair: plan.pair.clone(), actor, body, parameter: None }).await?;
        write.commit().await?;
        Ok(Saved::Stands)
    }

    /// Journals that a run begins, unless its date has had one or another run is under way.
    pub async fn begin_drill(&self, run: &Run, at: Timestamp) -> Result<Begun> {
        let mut write = self.write().await?;
        if let Some(record) = under_way(&mut write, &run.plan.pair).await? {
            return Ok(Begun::Running(record.seq));
        }
        let Some(seq) = begun(&mut write, run, at).await? else { return Ok(Begun::Had) };
        sqlx::query("INSERT INTO drill_run (pair, run) VALUES ($1, $2)")
            .bind(run.plan.pair.as_str())
            .bind(run.id.to_string())
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(Begun::Recorded(seq))
    }

    /// Journals that a date is skipped. Nothing where it has had its run.
    pub async fn skip_drill(&self, run: &Run, why: Skipped, at: Timestamp) -> Result<Option<u64>> {
        let mut write = self.write().await?;
        let Some(seq) = begun(&mut write, run, at).await? else { return Ok(None) };
        let ended = Ended { end: End::Skipped { why }, measured: Measured::default(), stranded: None };
        ends(&mut write, &run.plan.pair, run.id, ended, at).await?;
        write.commit().await?;
        Ok(Some(seq))
    }

    /// Whether a date of a plan has had its run.
    pub async fn drill_had(&self, plan: OperationId, due: Timestamp) -> Result<bool> {
        let had: Option<i64> = sqlx::query_scalar("SELECT 1 FROM drill_due WHERE plan = $1 AND due = $2")
            .bind(plan.to_string())
            .bind(due.0)
            .fetch_optional(self.reading()?)
            .await?;
        Ok(had.is_some())
    }

    /// The run of the pair that is under way, if one is.
    pub async fn drill_under_way(&self, pair: &PairId) -> Result<Option<Record>> {
        let mut connection = self.reading()?.acquire().await?;
        under_way(&mut connection, pair).await
    }

    /// Takes it upon `holder` to drive it, for a minute. `false`: somebody else is at it, or it is not under way.
    pub async fn hold_drill(&self, pair: &PairId, run: OperationId, holder: &str, now: Timestamp) -> Result<bool> {
        let mut write = self.write().await?;
        let held = sqlx::query(
            "UPDATE drill_run SET holder = $3, until = $4
             WHERE pair = $1 AND run = $2 AND (holder IS NULL OR holder = $3 OR until < $5 OR until > $4)",
        )
        .bind(pair.as_str())
        .bind(run.to_string())
        .bind(holder)
        .bind((now + HELD).0)
        .bind(now.0)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(held.rows_affected() == 1)
    }

    /// Journals a step of a run, by whoever holds it; or by somebody's button, who holds nothing. `false`: it has ended, or
    /// somebody else has taken it over.
    pub async fn take_drill_step(
        &self,
        pair: &PairId,
        run: OperationId,
        holder: Option<&str>,
        actor: &Actor,
        did: Step,
        at: Timestamp,
    ) -> Result<bool> {
        let mut write = self.write().await?;
        let held: Option<Option<String>> =
            sqlx::query_scalar("SELECT holder FROM drill_run WHERE pair = $1 AND run = $2")
                .bind(pair.as_str())
                .bind(run.to_string())
                .fetch_optional(&mut *write)
                .await?;
        let Some(held) = held else { return Ok(false) };
        if holder.is_some_and(|holder| held.as_deref() != Some(holder)) {
            return Ok(false);
        }
        let body = Body::DrillStep { run, did };
        append(&mut write, Draft { at, pair: pair.clone(), actor: actor.clone(), body, parameter: None }).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Journals how a run ended. `false`: it has ended already.
    pub async fn end_drill(&self, pair: &PairId, run: OperationId, ended: Ended, at: Timestamp) -> Result<bool> {
        let mut write = self.write().await?;
        let gone = sqlx::query("DELETE FROM drill_run WHERE pair = $1 AND run = $2")
            .bind(pair.as_str())
            .bind(run.to_string())
            .execute(&mut *write)
            .await?;
        if gone.rows_affected() == 0 {
            return Ok(false);
        }
        ends(&mut write, pair, run, ended, at).await?;
        write.commit().await?;
        Ok(true)
    }

    /// The latest runs of a pair, newest first.
    pub async fn drill_runs(&self, pair: &PairId, most: usize) -> Result<Vec<Record>> {
        let query = HistoryQuery { kind: Some(Listed::Drill), ..HistoryQuery::default() };
        Ok(self.history(pair, &query, most).await?.records)
    }
}

/// Journals that a run begins and takes its date; none where that date has had one.
async fn begun(write: &mut Write, run: &Run, at: Timestamp) -> Result<Option<u64>> {
    let taken = sqlx::query("INSERT INTO drill_due (plan, due, run) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(run.plan.id.to_string())
        .bind(run.due.0)
        .bind(run.id.to_string())
        .execute(&mut **write)
        .await?;
    if taken.rows_affected() == 0 {
        return Ok(None);
    }
    let actor = run.asked_by.clone().unwrap_or_else(Actor::teal);
    let body = Body::DrillBegun { run: Box::new(run.clone()) };
    let entry = append(write, Draft { at, pair: run.plan.pair.clone(), actor, body, parameter: None }).await?;
    Ok(Some(entry.seq))
}

async fn ends(write: &mut Write, pair: &PairId, run: OperationId, ended: Ended, at: Timestamp) -> Result<()> {
    let body = Body::DrillEnded { run, ended: Box::new(ended) };
    append(write, Draft { at, pair: pair.clone(), actor: Actor::teal(), body, parameter: None }).await.map(drop)
}

async fn under_way(connection: &mut SqliteConnection, pair: &PairId) -> Result<Option<Record>> {
    let rows = sqlx::query(
        "SELECT * FROM journal WHERE operation = (SELECT run FROM drill_run WHERE pair = $1)
         AND kind IN ('drill_begun', 'drill_step', 'drill_ended') ORDER BY seq",
    )
    .bind(pair.as_str())
    .fetch_all(connection)
    .await?;
    let entries = rows.iter().map(reading::entry).collect::<Result<Vec<_>>>()?;
    Ok(entries.first().and_then(|first| Record::fold(first, &entries[1..])))
}

fn parsed(text: &str) -> Result<Plan> {
    Ok(serde_json::from_str(text)?)
}
