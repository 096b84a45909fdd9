//! How the lineage service is asked: no proxy, no redirect, an end to waiting and to reading.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use teal_domain::{
    reason::plain,
    trouble::{Excerpt, Health},
};

use super::{MarquezError, PATIENCE, SHORT};

/// The client.
#[derive(Debug)]
pub(super) struct Http(reqwest::Client);

impl Http {
    pub fn new() -> Result<Self, MarquezError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(PATIENCE)
            // Load balancers close what is idle for a minute; we ask once a minute.
            .pool_idle_timeout(Duration::from_secs(10))
            .build();
        client.map(Self).map_err(|error| MarquezError::Away(error.to_string()))
    }

    /// What is there, if it comes in time and is no longer than `most` bytes.
    pub async fn get(
        &self,
        address: &str,
        limit: Duration,
        most: usize,
    ) -> Result<(StatusCode, Vec<u8>), MarquezError> {
        let why = |error: &reqwest::Error| why(error, limit);
        let mut response = self.0.get(address).timeout(limit).send().await.map_err(|error| why(&error))?;
        let too_long = MarquezError::TooLong(most / 1024);
        if response.content_length().is_some_and(|length| length > u64::try_from(most).unwrap_or(u64::MAX)) {
            return Err(too_long);
        }
        let (status, mut body) = (response.status(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
            if body.len() + chunk.len() > most {
                return Err(too_long);
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, body))
    }

    /// What the admin port says: `{"postgres": {"healthy": true}, …}`, with HTTP 500 where something is ill.
    pub async fn health(&self, address: &str) -> Result<Health, MarquezError> {
        let (status, body) = self.get(address, PATIENCE, SHORT).await?;
        match serde_json::from_slice::<Value>(&body) {
            Ok(answer @ Value::Object(_)) if status.is_success() || status.is_server_error() => Ok(read(&answer)),
            _ => Err(MarquezError::Status(status.as_u16())),
        }
    }
}

fn read(answer: &Value) -> Health {
    let database = &answer["postgres"];
    let said = database["message"].as_str().or_else(|| database["error"]["message"].as_str()).unwrap_or_default();
    Health { database: database["healthy"].as_bool(), message: Excerpt::of(said).last.join(" ") }
}

fn why(error: &reqwest::Error, limit: Duration) -> MarquezError {
    if error.is_timeout() {
        return MarquezError::Silent(if error.is_connect() { PATIENCE.min(limit) } else { limit }.as_secs());
    }
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let cause = plain(&cause.to_string());
    MarquezError::Away(cause.trim_end_matches('.').chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_ways_of_telling_a_failure_are_read() {
        let of = |answer: Value| read(&answer);
        let ill = Health { database: Some(false), message: "Connection refused".into() };
        assert_eq!(of(json!({"postgres": {"healthy": false, "message": "Connection refused"}})), ill);
        assert_eq!(of(json!({"postgres": {"healthy": false, "error": {"message": "Connection refused"}}})), ill);
        assert_eq!(of(json!({"postgres": {"healthy": true}})), Health { database: Some(true), message: String::new() });
        assert_eq!(of(json!({"deadlocks": {"healthy": true}})).database, None);
    }
}
