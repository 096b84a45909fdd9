//! Walking the whole chain: `teal history verify`.

use futures::TryStreamExt as _;
use sqlx::{Row as _, sqlite::SqliteRow};
use teal_domain::journal::chain::{Broken, Hash, Head, Sealed, Verifier};

use super::{Columns, Result, Store, StoreError, reading, unsigned};

/// What verifying said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The chain holds from its first entry to this head.
    Holds(Head),
    /// It is broken.
    Broken(Broken),
}

impl Store {
    /// The entry that has this hash.
    pub async fn seq_of(&self, hash: Hash) -> Result<Option<u64>> {
        let seq: Option<i64> = sqlx::query_scalar("SELECT seq FROM journal WHERE hash = $1")
            .bind(hash.to_string())
            .fetch_optional(self.reading()?)
            .await?;
        Ok(seq.map(unsigned))
    }

    /// Verifies the chain; `kept` is a head that was kept outside the store.
    pub async fn verify(&self, kept: Option<Head>) -> Result<Verdict> {
        let mut rows = sqlx::query("SELECT * FROM journal ORDER BY seq").fetch(self.reading()?);
        let mut verifier = Verifier::new(kept);
        while let Some(row) = rows.try_next().await? {
            // What cannot even be read back was never written by us: an edit like any other.
            let seq = unsigned(row.try_get("seq")?);
            let (Ok(sealed), Ok(columns)) = (sealed(&row), columns(&row)) else {
                return Ok(Verdict::Broken(Broken::Edited(seq)));
            };
            if let Err(broken) = verifier.check(&sealed) {
                return Ok(Verdict::Broken(broken));
            }
            // The columns repeat the body for the indices; an edit of theirs would hide or move an entry.
            if reading::body(sealed.seq, &sealed.body).map(|body| Columns::of(&body)).ok() != Some(columns) {
                return Ok(Verdict::Broken(Broken::Edited(sealed.seq)));
            }
        }
        Ok(match verifier.finish() {
            Ok(head) => Verdict::Holds(head),
            Err(broken) => Verdict::Broken(broken),
        })
    }
}

fn sealed(row: &SqliteRow) -> Result<Sealed> {
    let seq = unsigned(row.try_get("seq")?);
    let hash = |column: &str| -> Result<_> {
        row.try_get::<&str, _>(column)?
            .parse()
            .map_err(|why: teal_domain::journal::chain::NotAHash| StoreError::Unreadable { seq, why: why.to_string() })
    };
    Ok(Sealed {
        seq,
        at: row.try_get("at")?,
        pair: row.try_get("pair")?,
        actor: row.try_get("actor")?,
        via: row.try_get("via")?,
        subject: row.try_get("subject")?,
        body: row.try_get("body")?,
        parameter: row.try_get("parameter")?,
        prev: hash("prev")?,
        hash: hash("hash")?,
    })
}

fn columns(row: &SqliteRow) -> Result<Columns> {
    Ok(Columns {
        kind: row.try_get("kind")?,
        listed: row.try_get("listed")?,
        color: row.try_get("color")?,
        operation: row.try_get("operation")?,
        about: row.try_get("about")?,
        incarnation: row.try_get("incarnation")?,
        version: row.try_get("version")?,
        modified_at: row.try_get("modified_at")?,
    })
}
