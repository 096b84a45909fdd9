//! Declared maintenances: at most one stands for a pair. Each of these is one transaction.

use sqlx::SqliteConnection;
use teal_domain::{
    Actor, OperationId, PairId, Timestamp,
    journal::Body,
    maintenance::{Maintenance, NotDeclared},
};

use super::{Draft, Result, Store, append, reading};

impl Store {
    /// Somebody declares one. Refused while another stands.
    pub async fn declare(&self, pair: &PairId, declared: &Maintenance) -> Result<Result<(), NotDeclared>> {
        let mut write = self.write().await?;
        if let Some(standing) = standing(&mut write, pair, declared.since).await? {
            return Ok(Err(NotDeclared::Stands { standing: Box::new(standing) }));
        }
        let draft = Draft {
            at: declared.since,
            pair: pair.clone(),
            actor: declared.by.clone(),
            body: Body::Declared { maintenance: declared.clone() },
            parameter: None,
        };
        append(&mut write, draft).await?;
        sqlx::query(
            "INSERT INTO open_maintenance (pair, declared) VALUES ($1, $2)
             ON CONFLICT (pair) DO UPDATE SET declared = excluded.declared",
        )
        .bind(pair.as_str())
        .bind(declared.id.to_string())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(Ok(()))
    }

    /// Somebody ends it before its time. `false`: it does not stand any more.
    pub async fn lift(&self, pair: &PairId, declared: OperationId, by: &Actor, at: Timestamp) -> Result<bool> {
        let mut write = self.write().await?;
        if standing(&mut write, pair, at).await?.is_none_or(|standing| standing.id != declared) {
            return Ok(false);
        }
        let body = Body::Lifted { declared };
        append(&mut write, Draft { at, pair: pair.clone(), actor: by.clone(), body, parameter: None }).await?;
        sqlx::query("DELETE FROM open_maintenance WHERE pair = $1").bind(pair.as_str()).execute(&mut *write).await?;
        write.commit().await?;
        Ok(true)
    }

    /// The one that stands for a pair at `now`.
    pub async fn maintenance(&self, pair: &PairId, now: Timestamp) -> Result<Option<Maintenance>> {
        let mut connection = self.reading()?.acquire().await?;
        standing(&mut connection, pair, now).await
    }
}

async fn standing(connection: &mut SqliteConnection, pair: &PairId, now: Timestamp) -> Result<Option<Maintenance>> {
    let row = sqlx::query(
        "SELECT * FROM journal WHERE kind = 'declared'
         AND operation = (SELECT declared FROM open_maintenance WHERE pair = $1)",
    )
    .bind(pair.as_str())
    .fetch_optional(connection)
    .await?;
    let declared = row.as_ref().map(reading::entry).transpose()?.and_then(|entry| match entry.body {
        Body::Declared { maintenance } => Some(maintenance),
        _ => None,
    });
    Ok(declared.filter(|declared| declared.stands(now)))
}
