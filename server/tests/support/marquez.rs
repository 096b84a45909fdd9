//! A lineage service in the test's own process, on loopback: it speaks the API of Marquez, or says whatever the test wants.
#![allow(dead_code, reason = "each test binary takes some")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// Something that listens, and what it was asked.
pub struct Served {
    /// Where: `http://127.0.0.1:…`.
    pub address: String,
    /// Paths with their queries, in order.
    pub asked: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Served {
    /// Answers by `answer`, which is given the path with its query.
    pub async fn new(answer: impl Fn(&str) -> Response + Send + Sync + 'static) -> Self {
        let (asked, answer): (Arc<Mutex<Vec<String>>>, _) = (Arc::default(), Arc::new(answer));
        let heard = asked.clone();
        let router = Router::new().fallback(move |uri: Uri| {
            let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
            heard.lock().expect("asked").push(path.clone());
            let answer = answer.clone();
            // A connection that is kept would outlive whoever listens.
            async move { ([("connection", "close")], answer(&path)) }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Self { address, asked, server }
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("asked").clone()
    }

    /// It goes away.
    pub async fn end(mut self) {
        self.server.abort();
        let _ended = (&mut self.server).await;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Which Marquez it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 0.42: no statistics, no filters, a namespace that is not there is an error.
    Early,
    /// 0.50 and later: statistics, and the runs before the last.
    Later,
}

/// A job: its name, its state, and when its runs began, the last one first.
pub type Job<'j> = (&'j str, &'j str, &'j [&'j str]);

/// Marquez, with these jobs by namespace.
pub fn marquez(version: Version, jobs: &[(&str, &[Job<'_>])]) -> impl Fn(&str) -> Response + use<> {
    let world: BTreeMap<String, Vec<Value>> = jobs
        .iter()
        .map(|(namespace, jobs)| {
            let jobs = jobs.iter().map(|(name, state, runs)| job(version, namespace, name, state, runs));
            ((*namespace).to_owned(), jobs.collect())
        })
        .collect();
    move |path| answer(version, &world, path)
}

/// A job as that version tells it.
pub fn job(version: Version, namespace: &str, name: &str, state: &str, runs: &[&str]) -> Value {
    let run = |began: &&str| {
        json!({"id": began, "createdAt": began, "updatedAt": began, "state": state, "startedAt": began, "endedAt": null,
            "durationMs": 1500, "args": {}, "facets": {"airflow": {"dag": {"dag_id": name}}}})
    };
    let mut job = json!({
        "id": {"namespace": namespace, "name": name}, "type": "BATCH", "name": name, "simpleName": name,
        "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-11-27T00:00:00Z", "namespace": namespace,
        "inputs": [{"namespace": "s3://lake", "name": format!("raw/{name}")}], "outputs": [], "location": null,
        "latestRun": runs.first().map(run), "facets": {}, "currentVersion": null,
    });
    if version == Version::Later {
        job["latestRuns"] = runs.iter().map(run).collect();
        job["labels"] = json!([]);
        job["tags"] = json!([]);
    }
    job
}

fn answer(version: Version, world: &BTreeMap<String, Vec<Value>>, path: &str) -> Response {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let given = |key: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == key).map(|(_, value)| value.to_owned()).next()
    };
    let number = |key: &str, usual: usize| given(key).map_or(usual, |text| text.parse().expect("a number"));
    let (limit, offset) = (number("limit", 100), number("offset", 0));
    let unknown = || (StatusCode::NOT_FOUND, json!({"code": 404}).to_string()).into_response();
    let told = |answer: Value| ([("content-type", "application/json")], answer.to_string()).into_response();
    let namespace =
        |name: &str| json!({"name": name, "createdAt": "2026-01-01T00:00:00Z", "ownerName": "x", "isHidden": false});
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts[..] {
        ["api", "v1", "namespaces"] => {
            let all: Vec<Value> = world.keys().skip(offset).take(limit).map(|name| namespace(name)).collect();
            told(json!({"namespaces": all}))
        }
        ["api", "v1", "namespaces", name] if world.contains_key(name) => told(namespace(name)),
        ["api", "v1", "namespaces", name, "jobs"] => match (world.get(name), version) {
            (Some(jobs), _) => {
                let page: Vec<&Value> = jobs.iter().skip(offset).take(limit).collect();
                told(json!({"jobs": page, "totalCount": jobs.len()}))
            }
            (None, Version::Later) => told(json!({"jobs": [], "totalCount": 0})),
            (None, Version::Early) => unknown(),
        },
        ["api", "v1", "stats", "lineage-events"] if version == Version::Later => {
            let week = given("period").as_deref() == Some("WEEK") && given("timezone").as_deref() == Some("UTC");
            assert!(week, "days are what WEEK tells, and only with a time zone: {query}");
            let day = |n: u64| {
                let (from, to) = (format!("2026-11-{}T00:00:00Z", 20 + n), format!("2026-11-{}T00:00:00Z", 21 + n));
                json!({"startInterval": from, "endInterval": to, "fail": 1, "start": n, "complete": n, "abort": 0})
            };
            told((1..=7).map(day).collect())
        }
        ["api", "v1", "events", "lineage"] => {
            assert_eq!(limit, 0, "whoever only counts asks for no events");
            let (after, before) = (given("after").expect("a moment"), given("before").expect("a moment"));
            assert!(after < before, "{after} {before}");
            told(json!({"events": [], "totalCount": after.len()}))
        }
        _ => unknown(),
    }
}
