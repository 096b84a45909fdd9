//! Which switch of a pair is followed: the one that made the flag what it is. One that is found to have landed after
//! another has taken its place (its put came late, or it was recorded beside the store) is not.

use sqlx::SqliteConnection;
use teal_domain::{
    Actor, Base, Color, FlagVersion, PairId, Timestamp,
    journal::Body,
    steps::{Step, WatchEnd},
    switch::{Interleaving, Outcome, Plan},
};

use super::{
    super::{Result, StoreError, Write, signed},
    followed, step,
};

/// A switch has landed under a version: it is followed from now on, and the one before no longer.
pub(in crate::store) async fn begin(write: &mut Write, plan: &Plan, version: FlagVersion, at: Timestamp) -> Result<()> {
    let teal = Actor::teal();
    if let Some(reverts) = plan.reverts {
        let did = Step::Reverted { by: plan.operation };
        step(write, &plan.pair, &reverts.to_string(), &teal, did, at).await?;
    }
    let overtaken = || Step::Watched { end: WatchEnd::Overtaken, coverage: None };
    let id = plan.operation.to_string();
    let before = followed(write, &plan.pair).await?.filter(|before| *before != id);
    if is_past(write, plan, version, before.as_deref()).await? {
        return step(write, &plan.pair, &id, &teal, overtaken(), at).await;
    }
    if let Some(before) = before {
        // What nobody has begun to follow needs no end.
        let begun: Option<i64> =
            sqlx::query_scalar("SELECT seq FROM journal WHERE operation = $1 AND kind = 'step' LIMIT 1")
                .bind(&before)
                .fetch_optional(&mut **write)
                .await?;
        if begun.is_some() {
            step(write, &plan.pair, &before, &teal, overtaken(), at).await?;
        }
    }
    // Whoever holds it goes on holding it: calls of theirs for the switch before may be under way still.
    sqlx::query(
        "INSERT INTO following (pair, operation) VALUES ($1, $2)
         ON CONFLICT (pair) DO UPDATE SET operation = excluded.operation",
    )
    .bind(plan.pair.as_str())
    .bind(id)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// Whether the flag has gone past a switch: a later one of Teal's made it what it is, or somebody made it say something
/// else.
async fn is_past(write: &mut Write, plan: &Plan, version: FlagVersion, before: Option<&str>) -> Result<bool> {
    let own: Option<i64> = sqlx::query_scalar(
        "SELECT incarnation FROM journal WHERE kind = 'version' AND pair = $1 AND operation = $2 AND version = $3
         ORDER BY incarnation LIMIT 1",
    )
    .bind(plan.pair.as_str())
    .bind(plan.operation.to_string())
    .bind(signed(version.0))
    .fetch_optional(&mut **write)
    .await?;
    let made_anew = match plan.base {
        Base::Missing => true,
        Base::Version { version: base, .. } => Interleaving::between(Some(base), version) == Interleaving::MadeAnew,
    };
    // A life of the parameter that the journal does not know yet has nothing later in it.
    let incarnation = match own {
        Some(own) => own,
        None if made_anew => return Ok(false),
        None => latest_life(write, &plan.pair).await?,
    };
    if let Some(before) = before
        && !made_anew
        && landed_as(write, before).await?.is_some_and(|other| other > version)
    {
        return Ok(true);
    }
    let later: Option<i64> = sqlx::query_scalar(
        "SELECT seq FROM journal WHERE kind = 'version' AND pair = $1
         AND (incarnation > $2 OR (incarnation = $2 AND version > $3))
         AND (color IS NULL OR color <> $4 OR (operation IS NOT NULL AND operation <> $5)) LIMIT 1",
    )
    .bind(plan.pair.as_str())
    .bind(incarnation)
    .bind(signed(version.0))
    .bind(Color::as_str(plan.target))
    .bind(plan.operation.to_string())
    .fetch_optional(&mut **write)
    .await?;
    Ok(later.is_some())
}

async fn latest_life(connection: &mut SqliteConnection, pair: &PairId) -> Result<i64> {
    let latest: Option<i64> =
        sqlx::query_scalar("SELECT MAX(incarnation) FROM journal WHERE kind = 'version' AND pair = $1")
            .bind(pair.as_str())
            .fetch_one(connection)
            .await?;
    Ok(latest.unwrap_or_default())
}

/// The version under which an operation landed, as far as the journal says.
async fn landed_as(connection: &mut SqliteConnection, operation: &str) -> Result<Option<FlagVersion>> {
    let bodies: Vec<String> = sqlx::query_scalar(
        "SELECT body FROM journal WHERE operation = $1 AND kind IN ('outcome', 'correction') ORDER BY seq",
    )
    .bind(operation)
    .fetch_all(connection)
    .await?;
    let mut landed = None;
    for body in bodies {
        let body: Body =
            serde_json::from_str(&body).map_err(|why| StoreError::Unreadable { seq: 0, why: why.to_string() })?;
        landed = match body {
            Body::Outcome { outcome: Outcome::Landed { version, .. }, .. } | Body::Correction { version, .. } => {
                Some(version)
            }
            _ => landed,
        };
    }
    Ok(landed)
}
