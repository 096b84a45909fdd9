//! Who is switching a pair just now: a courtesy between instances, so that they queue up.

use teal_domain::{Millis, PairId, Timestamp, switch::Plan};

use super::{Result, Store, Write};

/// What asking for a lease gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lease {
    /// It is ours until then.
    Taken,
    /// It is somebody else's.
    Held {
        /// Whose.
        holder: String,
    },
}

/// How long a lease lives. A driver that dies leaves it for this long.
pub const LIVES: Millis = Millis::from_secs(30);

/// How the holder of a lease is named: by its operation, which no two drivers share.
pub fn holder(plan: &Plan) -> String {
    plan.operation.to_string()
}

/// Takes the lease of a pair, if it is free or has run out, as part of what is written anyway: each
/// transaction waits for the disk.
pub(super) async fn take(write: &mut Write, pair: &PairId, holder: &str, now: Timestamp) -> Result<bool> {
    let taken = sqlx::query(
        "INSERT INTO lease (pair, holder, until) VALUES ($1, $2, $3)
         ON CONFLICT (pair) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE lease.until < $4 OR lease.until > $3 OR lease.holder = excluded.holder",
    )
    .bind(pair.as_str())
    .bind(holder)
    .bind((now + LIVES).0)
    .bind(now.0)
    .execute(&mut **write)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Gives the lease back, if it is still the holder's.
pub(super) async fn give_back(write: &mut Write, pair: &PairId, holder: &str) -> Result<()> {
    sqlx::query("DELETE FROM lease WHERE pair = $1 AND holder = $2")
        .bind(pair.as_str())
        .bind(holder)
        .execute(&mut **write)
        .await?;
    Ok(())
}

impl Store {
    /// Takes the lease of a pair, if it is free or has run out.
    pub async fn take_lease(&self, pair: &PairId, holder: &str, now: Timestamp) -> Result<Lease> {
        // The intent of a switch takes it too, where it can.
        if self.lease_holder(pair, now).await?.as_deref() == Some(holder) {
            return Ok(Lease::Taken);
        }
        let mut write = self.write().await?;
        if take(&mut write, pair, holder, now).await? {
            write.commit().await?;
            return Ok(Lease::Taken);
        }
        let holder = sqlx::query_scalar("SELECT holder FROM lease WHERE pair = $1")
            .bind(pair.as_str())
            .fetch_one(&mut *write)
            .await?;
        Ok(Lease::Held { holder })
    }

    /// Gives the lease back, if it is still ours.
    pub async fn give_lease_back(&self, pair: &PairId, holder: &str) -> Result<()> {
        let held: Option<String> = sqlx::query_scalar("SELECT holder FROM lease WHERE pair = $1")
            .bind(pair.as_str())
            .fetch_optional(self.reading()?)
            .await?;
        if held.as_deref() != Some(holder) {
            return Ok(());
        }
        let mut write = self.write().await?;
        give_back(&mut write, pair, holder).await?;
        Ok(write.commit().await?)
    }

    /// Who holds the lease of a pair at `now`.
    pub async fn lease_holder(&self, pair: &PairId, now: Timestamp) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT holder FROM lease WHERE pair = $1 AND until >= $2 AND until <= $3")
            .bind(pair.as_str())
            .bind(now.0)
            .bind((now + LIVES).0)
            .fetch_optional(self.reading()?)
            .await?)
    }
}
