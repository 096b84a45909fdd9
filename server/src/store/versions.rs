//! What is known of a parameter, and taking in what is discovered.

use std::collections::{BTreeMap, HashSet};

use sqlx::Row as _;
use teal_domain::{
    Actor, FlagValue, FlagVersion, Incarnation, OperationId, PairId, Timestamp,
    journal::{Body, Entry},
    reconcile::{Discovery, Known, look},
    switch::Found,
};

use super::{Draft, Result, Store, Write, append, operations::Operation, reading, unsigned};

/// How many of the latest versions are compared with SSM's history, which keeps 100.
const COMPARED: i64 = 120;

impl Store {
    /// What the journal knows of a parameter.
    pub async fn known(&self, parameter: &str) -> Result<Known> {
        let mut connection = self.reading()?.acquire().await?;
        known(&mut connection, parameter).await
    }

    /// Which of these operation ids versions of the journal carry already.
    pub async fn carried(&self, ids: &HashSet<OperationId>) -> Result<HashSet<OperationId>> {
        let mut carried = HashSet::new();
        for id in ids {
            let seen: Option<i64> =
                sqlx::query_scalar("SELECT seq FROM journal WHERE operation = $1 AND kind = 'version' LIMIT 1")
                    .bind(id.to_string())
                    .fetch_optional(self.reading()?)
                    .await?;
            if seen.is_some() {
                carried.insert(*id);
            }
        }
        Ok(carried)
    }

    /// Journals what was discovered. `None` where the journal has moved on since `known` was read (another
    /// instance was quicker): read again and discover again.
    pub async fn import(
        &self,
        pair: &PairId,
        parameter: &str,
        known_before: &Known,
        found: &[Discovery],
        at: Timestamp,
    ) -> Result<Option<Vec<Entry>>> {
        let mut write = self.write().await?;
        if known(&mut write, parameter).await? != *known_before {
            return Ok(None);
        }
        let imported = known_before.versions.is_empty() && known_before.incarnation == Incarnation(0);
        let mut entries = Vec::with_capacity(found.len());
        for discovery in found {
            let (body, actor) = match discovery {
                Discovery::MadeAnew { incarnation, last } => {
                    (Body::MadeAnew { incarnation: *incarnation, last: *last }, Actor::teal())
                }
                Discovery::Gap { incarnation, from, to } => {
                    (Body::Gap { incarnation: *incarnation, from: *from, to: *to }, Actor::teal())
                }
                Discovery::Version { incarnation, record, previous, first_with, carried_over } => {
                    let writer = match first_with {
                        Some(id) => intent_of(&mut write, *id).await?,
                        None => None,
                    };
                    let actor = writer
                        .as_ref()
                        .map_or_else(|| Actor::outside(record.modified_by.as_deref()), |op| op.plan.actor.clone());
                    let wrote = writer.map(|op| op.plan.operation);
                    (
                        Body::Version {
                            incarnation: *incarnation,
                            record: record.clone(),
                            previous: previous.clone(),
                            first_with: *first_with,
                            wrote,
                            imported: imported && wrote.is_none(),
                            carried_over: *carried_over,
                        },
                        actor,
                    )
                }
            };
            let draft = Draft { at, pair: pair.clone(), actor, body, parameter: Some(parameter.to_owned()) };
            entries.push(append(&mut write, draft).await?);
        }
        write.commit().await?;
        Ok(Some(entries))
    }

    /// Journals that the parameter was found missing, unless that is the latest thing known of it.
    pub async fn record_gone(&self, pair: &PairId, parameter: &str, at: Timestamp) -> Result<Option<Entry>> {
        let mut write = self.write().await?;
        let latest: Option<String> =
            sqlx::query_scalar("SELECT kind FROM journal WHERE parameter = $1 ORDER BY seq DESC LIMIT 1")
                .bind(parameter)
                .fetch_optional(&mut *write)
                .await?;
        if latest.as_deref() == Some("gone") {
            return Ok(None);
        }
        let known = known(&mut write, parameter).await?;
        let last = known.versions.last_key_value().map(|(version, _)| *version);
        let body = Body::Gone { incarnation: known.incarnation, last };
        let draft = Draft { at, pair: pair.clone(), actor: Actor::teal(), body, parameter: Some(parameter.to_owned()) };
        let entry = append(&mut write, draft).await?;
        write.commit().await?;
        Ok(Some(entry))
    }

    /// What the journal, brought into line with the parameter's history, says about an operation's put;
    /// `None` where that history was older than what was confirmed. `exists`: there is a parameter.
    pub async fn found(&self, operation: &Operation, parameter: &str, exists: bool) -> Result<Option<Found>> {
        let rows = sqlx::query(
            "SELECT * FROM journal WHERE operation = $1 AND kind = 'version' AND parameter = $2 ORDER BY seq",
        )
        .bind(operation.plan.operation.to_string())
        .bind(parameter)
        .fetch_all(self.reading()?)
        .await?;
        let mut wrote = None;
        for entry in rows.iter().map(reading::entry) {
            match entry?.body {
                Body::Version { first_with: Some(id), record, .. }
                    if id == operation.plan.operation && wrote.is_none() =>
                {
                    wrote = Some((record.version, record.modified_at));
                }
                _ => {}
            }
        }
        let known = if exists { Some(self.known(parameter).await?) } else { None };
        Ok(look(wrote, operation.plan.base, known.as_ref()))
    }

    /// Since when the parameter has held what it holds.
    pub async fn held_since(&self, parameter: &str) -> Result<Option<Timestamp>> {
        let since: Option<i64> = sqlx::query_scalar(
            "WITH latest AS (SELECT incarnation, color FROM journal WHERE parameter = $1 AND kind = 'version' ORDER BY incarnation DESC, version DESC LIMIT 1)
             SELECT MIN(modified_at) FROM journal WHERE parameter = $1 AND kind = 'version' AND incarnation = (SELECT incarnation FROM latest)
             AND version > COALESCE((SELECT MAX(version) FROM journal WHERE parameter = $1 AND kind = 'version'
                 AND incarnation = (SELECT incarnation FROM latest) AND COALESCE(color, '') <> COALESCE((SELECT color FROM latest), '')), 0)",
        )
        .bind(parameter)
        .fetch_one(self.reading()?)
        .await?;
        Ok(since.map(Timestamp))
    }
}

async fn intent_of(write: &mut Write, id: OperationId) -> Result<Option<Operation>> {
    let row = sqlx::query("SELECT * FROM journal WHERE operation = $1 AND kind = 'intent'")
        .bind(id.to_string())
        .fetch_optional(&mut **write)
        .await?;
    let Some(entry) = row.as_ref().map(reading::entry).transpose()? else { return Ok(None) };
    Ok(match entry.body {
        Body::Intent { plan, .. } => {
            Some(Operation { plan, marked_at: None, outcome: None, corrected: false, seq: entry.seq })
        }
        _ => None,
    })
}

async fn known(connection: &mut sqlx::SqliteConnection, parameter: &str) -> Result<Known> {
    let incarnation: Option<i64> =
        sqlx::query_scalar("SELECT MAX(incarnation) FROM journal WHERE parameter = $1 AND kind = 'version'")
            .bind(parameter)
            .fetch_one(&mut *connection)
            .await?;
    let Some(incarnation) = incarnation else { return Ok(Known::default()) };
    let rows = sqlx::query(
        "SELECT seq, version, modified_at, body FROM journal WHERE parameter = $1 AND kind = 'version' AND incarnation = $2 ORDER BY version DESC LIMIT $3",
    )
    .bind(parameter)
    .bind(incarnation)
    .bind(COMPARED)
    .fetch_all(&mut *connection)
    .await?;
    let mut versions = BTreeMap::new();
    let mut latest = None;
    for row in &rows {
        let version = FlagVersion(unsigned(row.try_get("version")?));
        if latest.is_none() {
            latest = Some(value_of(row)?);
        }
        versions.insert(version, Timestamp(row.try_get("modified_at")?));
    }
    Ok(Known { incarnation: Incarnation(unsigned(incarnation)), versions, latest })
}

fn value_of(row: &sqlx::sqlite::SqliteRow) -> Result<FlagValue> {
    let seq = unsigned(row.try_get("seq")?);
    match reading::body(seq, row.try_get("body")?)? {
        Body::Version { record, .. } => Ok(record.value),
        _ => Err(super::StoreError::Unreadable { seq, why: "it is not a version".into() }),
    }
}
