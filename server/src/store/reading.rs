//! Reading the journal back: entries, records and pages of history.

use std::collections::{BTreeSet, HashMap};

use sqlx::{QueryBuilder, Row as _, Sqlite, sqlite::SqliteRow};
use teal_domain::{
    Actor, PairId, Subject, Timestamp, Via,
    history::{HistoryPage, HistoryQuery, Record, SwitchRecord, What},
    journal::{Body, Entry},
};

use super::{Result, Store, StoreError, signed, unsigned};

/// How many records a page of history has.
pub const PAGE: usize = 50;

/// The body of entry `seq`.
pub(crate) fn body(seq: u64, text: &str) -> Result<Body> {
    serde_json::from_str(text).map_err(|why| StoreError::Unreadable { seq, why: why.to_string() })
}

/// The door of a column.
pub(crate) fn via(word: &str) -> Result<Via, String> {
    Via::parse(word).ok_or_else(|| format!("unknown door `{word}`"))
}

/// An entry from its row.
pub(crate) fn entry(row: &SqliteRow) -> Result<Entry> {
    let seq = unsigned(row.try_get("seq")?);
    let unreadable = |why: String| StoreError::Unreadable { seq, why };
    let via = via(row.try_get("via")?).map_err(unreadable)?;
    Ok(Entry {
        seq,
        at: Timestamp(row.try_get("at")?),
        pair: row
            .try_get::<&str, _>("pair")?
            .parse()
            .map_err(|why: teal_domain::pair::NotAPairId| unreadable(why.to_string()))?,
        actor: Actor {
            name: row.try_get("actor")?,
            via,
            subject: row.try_get::<Option<String>, _>("subject")?.map(Subject::kept),
        },
        body: body(seq, row.try_get("body")?)?,
        hash: row
            .try_get::<&str, _>("hash")?
            .parse()
            .map_err(|why: teal_domain::journal::chain::NotAHash| unreadable(why.to_string()))?,
    })
}

impl Store {
    /// A page of the pair's history, newest first.
    pub async fn history(&self, pair: &PairId, query: &HistoryQuery, limit: usize) -> Result<HistoryPage> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT * FROM journal WHERE listed IS NOT NULL AND pair = ");
        sql.push_bind(pair.as_str().to_owned());
        if let Some(kind) = query.kind {
            sql.push(" AND listed = ").push_bind(kind.as_str());
        }
        if let Some(actor) = &query.actor {
            sql.push(" AND actor = ").push_bind(actor.clone());
        }
        if let Some(color) = query.color {
            sql.push(" AND color = ").push_bind(color.as_str());
        }
        if let Some(from) = query.from {
            sql.push(" AND COALESCE(modified_at, at) >= ").push_bind(from.0);
        }
        if let Some(until) = query.until {
            sql.push(" AND COALESCE(modified_at, at) < ").push_bind(until.0);
        }
        if let Some(before) = query.before {
            sql.push(" AND seq < ").push_bind(signed(before));
        }
        // One more than fits tells whether there is an older page.
        sql.push(" ORDER BY seq DESC LIMIT ").push_bind(i64::try_from(limit + 1).unwrap_or(i64::MAX));
        let rows = sql.build().fetch_all(self.reading()?).await?;
        let mut firsts = rows.iter().map(entry).collect::<Result<Vec<_>>>()?;
        let more = firsts.len() > limit;
        firsts.truncate(limit);
        let older = if more { firsts.last().map(|entry| entry.seq) } else { None };
        Ok(HistoryPage { records: self.records(&firsts).await?, older })
    }

    /// The latest switches of the pair whose version was read back, of every kind, newest first.
    pub async fn landed(&self, pair: &PairId, limit: usize) -> Result<Vec<Record>> {
        let rows = sqlx::query(
            "SELECT * FROM journal WHERE pair = $1 AND listed IN ('switch', 'emergency', 'repair')
             AND EXISTS (SELECT 1 FROM journal AS version
                         WHERE version.operation = journal.operation AND version.kind = 'version')
             ORDER BY seq DESC LIMIT $2",
        )
        .bind(pair.as_str())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reading()?)
        .await?;
        self.records(&rows.iter().map(entry).collect::<Result<Vec<_>>>()?).await
    }

    /// How many switches of the pair landed since a moment.
    pub async fn landed_since(&self, pair: &PairId, since: Timestamp) -> Result<u32> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS landed FROM journal WHERE pair = $1 AND listed IN ('switch', 'emergency', 'repair') AND at >= $2
             AND EXISTS (SELECT 1 FROM journal AS version
                         WHERE version.operation = journal.operation AND version.kind = 'version')",
        )
        .bind(pair.as_str())
        .bind(since.0)
        .fetch_one(self.reading()?)
        .await?;
        Ok(u32::try_from(row.try_get::<i64, _>("landed")?).unwrap_or(u32::MAX))
    }

    /// One record of the pair and all its entries, by the number of its first entry.
    pub async fn record(&self, pair: &PairId, seq: u64) -> Result<Option<(Record, Vec<Entry>)>> {
        let first = sqlx::query("SELECT * FROM journal WHERE seq = $1 AND pair = $2 AND listed IS NOT NULL")
            .bind(signed(seq))
            .bind(pair.as_str())
            .fetch_optional(self.reading()?)
            .await?;
        let Some(first) = first.as_ref().map(entry).transpose()? else { return Ok(None) };
        let mut entries = self.about(std::slice::from_ref(&first)).await?;
        let Some(mut record) = Record::fold(&first, &entries) else { return Ok(None) };
        self.link(std::slice::from_mut(&mut record)).await?;
        entries.insert(0, first);
        Ok(Some((record, entries)))
    }

    /// The record of the pair's switch with this operation id.
    pub async fn record_of(&self, operation: teal_domain::OperationId) -> Result<Option<Record>> {
        let rows = sqlx::query(
            "SELECT * FROM journal WHERE operation = $1 AND kind <> 'version' UNION ALL
             SELECT * FROM journal WHERE about = (SELECT seq FROM journal WHERE operation = $1 AND kind = 'intent')
             ORDER BY seq",
        )
        .bind(operation.to_string())
        .fetch_all(self.reading()?)
        .await?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>>>()?;
        let intent = entries.iter().find(|entry| matches!(entry.body, Body::Intent { .. }));
        let mut record = intent.and_then(|first| Record::fold(first, &entries));
        self.link(record.as_mut_slice()).await?;
        Ok(record)
    }

    /// How the version that the journal knows as the latest came about.
    pub async fn current(&self, parameter: &str) -> Result<Option<Record>> {
        let row = sqlx::query("SELECT * FROM journal WHERE parameter = $1 AND kind = 'version' ORDER BY incarnation DESC, version DESC LIMIT 1")
            .bind(parameter)
            .fetch_optional(self.reading()?)
            .await?;
        let Some(version) = row.as_ref().map(entry).transpose()? else { return Ok(None) };
        match &version.body {
            Body::Version { wrote: Some(operation), .. } => self.record_of(*operation).await,
            _ => Ok(self.records(std::slice::from_ref(&version)).await?.pop()),
        }
    }

    /// Folds records from their first entries.
    async fn records(&self, firsts: &[Entry]) -> Result<Vec<Record>> {
        let rest = self.about(firsts).await?;
        let mut records: Vec<Record> = firsts.iter().filter_map(|first| Record::fold(first, &rest)).collect();
        self.link(&mut records).await?;
        Ok(records)
    }

    /// Tells switches that take another one back, and those that were taken back, the number of the other's record.
    async fn link(&self, records: &mut [Record]) -> Result<()> {
        let others = records.iter().filter_map(Record::switch).flat_map(SwitchRecord::others);
        let others: BTreeSet<String> = others.map(|id| id.to_string()).collect();
        if others.is_empty() {
            return Ok(());
        }
        let mut sql =
            QueryBuilder::<Sqlite>::new("SELECT operation, seq FROM journal WHERE kind = 'intent' AND operation IN (");
        let mut ids = sql.separated(", ");
        for id in others {
            ids.push_bind(id);
        }
        sql.push(")");
        let rows: Vec<(String, i64)> = sql.build_query_as().fetch_all(self.reading()?).await?;
        let known: HashMap<String, u64> = rows.into_iter().map(|(id, seq)| (id, unsigned(seq))).collect();
        for record in records {
            if let What::Switch(switch) = &mut record.what {
                switch.link(|id| known.get(&id.to_string()).copied());
            }
        }
        Ok(())
    }

    /// The entries about these: of their operations, and the notes on them.
    async fn about(&self, firsts: &[Entry]) -> Result<Vec<Entry>> {
        if firsts.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = QueryBuilder::<Sqlite>::new(
            "SELECT * FROM journal WHERE kind NOT IN ('intent', 'asked', 'declared', 'smoke_begun', 'drill_begun') AND operation IN (",
        );
        let mut ids = sql.separated(", ");
        for first in firsts {
            let begins = matches!(
                first.body,
                Body::Intent { .. }
                    | Body::Asked { .. }
                    | Body::Declared { .. }
                    | Body::SmokeBegun { .. }
                    | Body::DrillBegun { .. }
            );
            if let Some(id) = first.body.operation().filter(|_| begins) {
                ids.push_bind(id.to_string());
            }
        }
        sql.push(") UNION ALL SELECT * FROM journal WHERE about IN (");
        let mut seqs = sql.separated(", ");
        for first in firsts {
            seqs.push_bind(signed(first.seq));
        }
        sql.push(") ORDER BY seq");
        sql.build().fetch_all(self.reading()?).await?.iter().map(entry).collect()
    }
}
