//! What a watch has seen so far, kept so that another instance can go on with it.

use teal_domain::{OperationId, PairId, watch::Ledger};

use super::{Result, Store};

impl Store {
    /// What the watch of a switch has seen so far; nothing where nobody has looked yet.
    pub async fn watch_ledger(&self, operation: OperationId) -> Result<Ledger> {
        let text: Option<String> = sqlx::query_scalar("SELECT ledger FROM watching WHERE operation = $1")
            .bind(operation.to_string())
            .fetch_optional(self.reading()?)
            .await?;
        // One that another version wrote tells nothing: then it was not watched until now.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Keeps what the watch of a switch has seen. A pair has one watch at a time.
    pub async fn keep_watch_ledger(&self, pair: &PairId, operation: OperationId, ledger: &Ledger) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM watching WHERE pair = $1 AND operation <> $2")
            .bind(pair.as_str())
            .bind(operation.to_string())
            .execute(&mut *write)
            .await?;
        sqlx::query(
            "INSERT INTO watching (operation, pair, ledger) VALUES ($1, $2, $3)
             ON CONFLICT (operation) DO UPDATE SET ledger = excluded.ledger",
        )
        .bind(operation.to_string())
        .bind(pair.as_str())
        .bind(serde_json::to_string(ledger).unwrap_or_default())
        .execute(&mut *write)
        .await?;
        Ok(write.commit().await?)
    }
}
