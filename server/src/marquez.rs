//! The lineage service, Marquez, as its API is from version 0.42 on. It is asked at the configured addresses and nowhere
//! else; what it answers is bounded, and what of it cannot be read is left out or said, never guessed.
//!
//! Its API: <https://marquezproject.github.io/marquez/openapi.html>. What differs between versions was read in its source:
//! before 0.50 there are no statistics and a namespace that is not there is an error; from 0.50 on it is an empty list, and a
//! job tells a few runs before its last.

mod answers;
mod http;

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use teal_domain::{
    Color, Timestamp,
    console::encoded,
    lineage::{Day, Health, Job, Jobs, Name, Namespaces, Setup, Told, WebAddress},
    trouble,
};

use answers::{DAY, JobsPage, NamespacesPage};
use http::Http;

/// How long it may take to tell its health.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long another answer may take: it looks up the runs of each job on a page.
const LIMIT: Duration = Duration::from_secs(8);
/// How long all pages of a listing may take.
const LISTING: Duration = Duration::from_secs(60);
/// An answer about its health is short.
const SHORT: usize = 64 * 1024;
/// A page of jobs comes with the facets of their runs.
const LONG: usize = 4 * 1024 * 1024;
/// So many jobs are asked for at once, at most …
const PAGE: usize = 50;
/// … and so many are read of a namespace, …
const JOBS: usize = 1000;
/// … in so many calls.
const CALLS: usize = 60;
/// So many jobs are left out of a listing because they are too long; then nothing more of it is read.
const TOO_LONG: usize = 5;
/// So many namespaces are read beside those of the sides.
const NAMESPACES: usize = 100;
/// So many days are told.
const DAYS: usize = 7;

/// Why it could not be read. Each goes on after "Marquez could not be read:".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarquezError {
    /// It took too long.
    #[error("it did not answer in {0} s.")]
    Silent(u64),
    /// There was no connection.
    #[error("it could not be reached: {0}.")]
    Away(String),
    /// The answer is longer than any that is read.
    #[error("its answer is longer than {0} KB, and was not read.")]
    TooLong(usize),
    /// It refused, failed, or sends elsewhere.
    #[error("it answered HTTP {0}{note}.", note = if (300..400).contains(.0) { ", and redirects are not followed" } else { "" })]
    Status(u16),
    /// The answer is none of this API.
    #[error("it answered something else than Marquez does: {0}.")]
    Odd(&'static str),
}

/// The client of one lineage service.
#[derive(Debug)]
pub struct Marquez {
    http: Http,
    api: Option<WebAddress>,
    admin: Option<String>,
}

impl Marquez {
    /// A client for what config says; it connects to nothing yet.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(setup: &Setup) -> Result<Self, MarquezError> {
        let admin = setup.health.clone().or_else(|| usual_admin(setup.api.as_ref()?));
        Ok(Self { http: Http::new()?, api: setup.api.clone(), admin })
    }

    /// How it is: by its admin port, and where that does not tell, by whether its API answers.
    pub async fn health(&self) -> Result<Health, MarquezError> {
        let told = match &self.admin {
            Some(address) => self.http.health(address).await.map(|told| Health {
                by: Told::Admin,
                database: told.database,
                message: told.message,
            }),
            None => Err(MarquezError::Odd("no address of its health is known")),
        };
        if told.is_ok() || self.api.is_none() {
            return told;
        }
        self.page::<NamespacesPage>("namespaces?limit=1&offset=0", PATIENCE).await?;
        Ok(Health { by: Told::Api, database: None, message: String::new() })
    }

    /// Whether there is a namespace of each side, and which others there are.
    pub async fn namespaces(&self, setup: &Setup) -> Result<Namespaces, MarquezError> {
        let path = format!("namespaces?limit={NAMESPACES}&offset=0");
        let page: NamespacesPage = self.page(&path, LIMIT).await?;
        let more = page.rows >= NAMESPACES;
        let [blue, green] = Color::BOTH.map(|color| Name::of(setup.namespace(color)));
        let mut found = Namespaces { more, ..Namespaces::default() };
        for (name, there) in [(&blue, &mut found.blue), (&green, &mut found.green)] {
            let Some(name) = name else { continue };
            *there = page.names.contains(name) || (more && self.is_there(name).await?);
        }
        let of_a_side = |name: &Name| [&blue, &green].into_iter().flatten().any(|side| side == name);
        found.others = page.names.into_iter().filter(|name| !of_a_side(name)).take(NAMESPACES).collect();
        Ok(found)
    }

    async fn is_there(&self, namespace: &Name) -> Result<bool, MarquezError> {
        let path = format!("namespaces/{}", encoded(namespace.raw()));
        match self.page::<Value>(&path, LIMIT).await {
            Ok(found) => Ok(found["isHidden"] != true),
            Err(MarquezError::Status(404)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The jobs of a namespace, as far as they are read; none of one that is not there.
    pub async fn jobs(&self, namespace: &str) -> Result<Jobs, MarquezError> {
        let listed = tokio::time::timeout(LISTING, self.all_jobs(namespace)).await;
        listed.unwrap_or(Err(MarquezError::Silent(LISTING.as_secs())))
    }

    async fn all_jobs(&self, namespace: &str) -> Result<Jobs, MarquezError> {
        let mut known: BTreeMap<Name, Job> = BTreeMap::new();
        let mut jobs = Jobs::default();
        let (mut offset, mut size) = (0, PAGE);
        let mut calls = 0;
        let all = loop {
            if known.len() >= JOBS || calls == CALLS {
                break false;
            }
            calls += 1;
            let path = format!("namespaces/{}/jobs?limit={size}&offset={offset}", encoded(namespace));
            let page = match self.page::<JobsPage>(&path, LIMIT).await {
                // Before 0.50 this is what a namespace gets that nothing has written into yet.
                Err(MarquezError::Status(404)) if offset == 0 => break true,
                // Facets can be of any length: a shorter page is asked for, and a job that is too long by itself goes without.
                Err(MarquezError::TooLong(_)) if size > 1 => {
                    size = (size / 5).max(1);
                    continue;
                }
                Err(MarquezError::TooLong(_)) if jobs.left_out >= TOO_LONG => break false,
                Err(MarquezError::TooLong(_)) => {
                    (jobs.left_out, offset) = (jobs.left_out + 1, offset + 1);
                    continue;
                }
                page => page?,
            };
            let (rows, before, unread) = (page.rows, known.len(), page.rows - page.jobs.len());
            jobs.total = page.total.or(jobs.total);
            jobs.left_out += unread;
            known.extend(page.jobs.into_iter().map(|job| (job.name.clone(), job)));
            if rows < size {
                break true;
            }
            // One that does not turn its pages would be asked for ever.
            if known.len() == before && unread == 0 {
                break false;
            }
            offset += rows;
            size = (size * 2).min(PAGE);
        };
        let counted = u64::try_from(known.len().min(JOBS) + jobs.left_out).unwrap_or(u64::MAX);
        jobs.cut = known.len() > JOBS || !all && jobs.total.is_none_or(|total| total > counted);
        jobs.jobs = known.into_values().take(JOBS).collect();
        Ok(jobs)
    }

    /// How many events came on each of the last days. What is `known` of days that are long over is not asked again where
    /// the service has to count for it.
    pub async fn days(&self, now: Timestamp, known: &[Day]) -> Result<Vec<Day>, MarquezError> {
        match self.page::<Value>("stats/lineage-events?period=WEEK&timezone=UTC", LIMIT).await {
            Ok(rows) => answers::days(&rows, DAYS).ok_or(MarquezError::Odd("statistics that are no list")),
            Err(MarquezError::Status(404)) => self.counted(now, known).await,
            Err(error) => Err(error),
        }
    }

    /// Whether it tells statistics, as it does from 0.50 on.
    pub async fn tells_statistics(&self) -> Result<bool, MarquezError> {
        match self.page::<Value>("stats/lineage-events?period=WEEK&timezone=UTC", LIMIT).await {
            Ok(_) => Ok(true),
            Err(MarquezError::Status(404)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn counted(&self, now: Timestamp, known: &[Day]) -> Result<Vec<Day>, MarquezError> {
        let today = now.0.div_euclid(DAY) * DAY;
        let mut days = Vec::with_capacity(DAYS);
        for back in (0..DAYS).rev() {
            let from = Timestamp(today - i64::try_from(back).unwrap_or_default() * DAY);
            // Events come late at times, but not by a day.
            let over = from.0 + 2 * DAY <= now.0;
            if let Some(day) = known.iter().find(|day| over && day.from == from && day.kinds.is_none()) {
                days.push(*day);
                continue;
            }
            let (after, before) = (answers::moment(from), answers::moment(Timestamp(from.0 + DAY)));
            let path = format!("events/lineage?after={after}&before={before}&limit=0&offset=0");
            let page: Value = self.page(&path, LIMIT).await?;
            let all = page["totalCount"].as_u64().ok_or(MarquezError::Odd("events without their number"))?;
            days.push(Day { from, all, kinds: None });
        }
        Ok(days)
    }

    async fn page<T: serde::de::DeserializeOwned>(&self, path: &str, limit: Duration) -> Result<T, MarquezError> {
        let api = self.api.as_ref().ok_or(MarquezError::Odd("no address of its API is known"))?;
        let (status, body) = self.http.get(&format!("{api}/api/v1/{path}"), limit, LONG).await?;
        if !status.is_success() {
            return Err(MarquezError::Status(status.as_u16()));
        }
        serde_json::from_slice(&body).map_err(|_| MarquezError::Odd("no JSON of the kind that was asked for"))
    }
}

/// What the service at this admin address says of its database.
pub async fn health(address: &str) -> Result<trouble::Health, String> {
    let asked = async { Http::new()?.health(address).await };
    asked.await.map_err(|error| match error {
        MarquezError::Status(status) => format!("it answered HTTP {status} without saying how it is."),
        MarquezError::TooLong(_) => "its answer is far too long to be one about its health.".to_owned(),
        error => error.to_string(),
    })
}

/// Where its own set-up puts the admin port: beside port 5000, in the clear.
fn usual_admin(api: &WebAddress) -> Option<String> {
    let host = api.as_str().strip_suffix(":5000").filter(|host| host.starts_with("http://"))?;
    Some(format!("{host}:5001/healthcheck"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_port_is_looked_for_only_beside_the_usual_one() {
        let of = |api: &str| usual_admin(&WebAddress::parse(api).expect("an address"));
        assert_eq!(of("http://marquez.internal:5000").as_deref(), Some("http://marquez.internal:5001/healthcheck"));
        for other in ["https://marquez.internal:5000", "http://marquez.internal", "http://marquez.internal:5000/api"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
