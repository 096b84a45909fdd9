//! Sending spans: a batch at a time, again for a while if the collector is away, and one line in the log about that.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry_proto::{
    tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    transform::{common::tonic::ResourceAttributesWithSchema, trace::tonic::group_spans_by_resource_and_scope},
};
use opentelemetry_sdk::{Resource, trace::SpanData};
use prost::Message as _;
use reqwest::{StatusCode, header};
use teal_domain::reason::plain;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until},
};

use super::Counts;
use crate::config::TracesConfig;

/// So many spans are sent at once, at most.
const AT_ONCE: usize = 512;
/// How long spans are gathered for.
const GATHERED: Duration = Duration::from_secs(2);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a batch is kept for a collector that is away.
const KEPT: Duration = Duration::from_secs(60);
/// Between two tries, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// No answer of a collector is longer than that.
const MOST: usize = 64 * 1024;
/// As much of what a collector says is told.
const TOLD: usize = 200;

/// Why a collector did not take something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It could not be reached, or did not answer in time.
    #[error("it could not be reached: {0}")]
    Away(String),
    /// It asks for patience.
    #[error("it answered HTTP {0}")]
    Busy(u16),
    /// It does not take it, and will not.
    #[error("it answered HTTP {0}")]
    Refused(u16),
}

/// A collector, to be sent traces.
#[derive(Debug)]
pub struct Collector {
    client: reqwest::Client,
    address: String,
}

impl Collector {
    /// The one of the config.
    ///
    /// # Errors
    /// If there can be no client.
    pub fn new(config: &TracesConfig) -> Result<Self, NotTaken> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        for (name, value) in &config.headers {
            // Config has looked at them.
            if let (Ok(name), Ok(mut value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value.0)) {
                value.set_sensitive(true);
                headers.append(name, value);
            }
        }
        let client = reqwest::Client::builder()
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            // What is sent every two seconds keeps its connection; behind a load balancer another one closes first.
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(why)?;
        Ok(Self { client, address: config.address.clone() })
    }

    /// Asks whether it would take traces, by sending none.
    pub async fn probe(&self) -> Result<(), NotTaken> {
        self.send(ExportTraceServiceRequest::default().encode_to_vec()).await.map(|_| ())
    }

    /// Sends a message; how many of its spans were not wanted, and why.
    async fn send(&self, message: Vec<u8>) -> Result<Option<(u64, String)>, NotTaken> {
        let mut response = self.client.post(&self.address).body(message).send().await.map_err(why)?;
        let status = response.status();
        if !status.is_success() {
            let busy = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
            return Err(if busy { NotTaken::Busy(status.as_u16()) } else { NotTaken::Refused(status.as_u16()) });
        }
        let mut answer = Vec::new();
        while let Some(part) = response.chunk().await.map_err(why)? {
            if answer.len() + part.len() > MOST {
                return Ok(None);
            }
            answer.extend_from_slice(&part);
        }
        // It has taken them, whatever else it says.
        let said = ExportTraceServiceResponse::decode(&*answer).unwrap_or_default().partial_success;
        Ok(said.and_then(|said| {
            let rejected = u64::try_from(said.rejected_spans).ok().filter(|count| *count > 0)?;
            Some((rejected, short(&said.error_message)))
        }))
    }
}

fn why(error: reqwest::Error) -> NotTaken {
    if error.is_timeout() {
        return NotTaken::Away(format!("there was no answer in {} s", PATIENCE.as_secs()));
    }
    let error = error.without_url();
    let mut cause: &(dyn std::error::Error + 'static) = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    NotTaken::Away(short(&cause.to_string()))
}

fn short(text: &str) -> String {
    plain(text).trim_end_matches('.').chars().take(TOLD).collect()
}

/// Whoever sends, and what is to be sent.
pub(super) struct Sending {
    collector: Collector,
    resource: ResourceAttributesWithSchema,
    spans: mpsc::Receiver<SpanData>,
    counts: Arc<Counts>,
    stop: watch::Receiver<bool>,
    stopping: bool,
    pause: Duration,
    /// Spans lost before it was told that the collector is away.
    lost_before: Option<u64>,
    told_unwanted: bool,
}

impl Sending {
    pub fn new(
        collector: Collector,
        resource: &Resource,
        spans: mpsc::Receiver<SpanData>,
        counts: Arc<Counts>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let resource = ResourceAttributesWithSchema::from(resource);
        let (stopping, pause, lost_before, told_unwanted) = (false, PAUSE.0, None, false);
        Self { collector, resource, spans, counts, stop, stopping, pause, lost_before, told_unwanted }
    }

    /// Sends until it is told to stop, then what is left.
    pub async fn go_on(mut self) {
        while let Some(batch) = self.gathered().await {
            self.deliver(batch).await;
        }
    }

    /// The next spans to be sent together; none when there will be none any more.
    async fn gathered(&mut self) -> Option<Vec<SpanData>> {
        let (mut batch, mut until) = (Vec::new(), None::<Instant>);
        while batch.len() < AT_ONCE {
            let enough = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let room = AT_ONCE - batch.len();
            tokio::select! {
                biased;
                () = told(&mut self.stop), if !self.stopping => self.close(),
                taken = self.spans.recv_many(&mut batch, room) => {
                    if taken == 0 {
                        break;
                    }
                    until.get_or_insert_with(|| Instant::now() + GATHERED);
                }
                () = enough => break,
            }
        }
        (!batch.is_empty()).then_some(batch)
    }

    /// No more spans come in; those that have are sent.
    fn close(&mut self) {
        self.stopping = true;
        self.spans.close();
    }

    async fn deliver(&mut self, batch: Vec<SpanData>) {
        let (count, began) = (batch.len() as u64, Instant::now());
        let resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
        let message = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
        loop {
            let failure = match self.collector.send(message.clone()).await {
                Ok(unwanted) => return self.taken(count, unwanted),
                Err(failure) => failure,
            };
            self.tell(&failure);
            let hopeless = matches!(failure, NotTaken::Refused(_));
            if hopeless || self.stopping || began.elapsed() >= KEPT {
                self.counts.lost.fetch_add(count, Ordering::Relaxed);
                return;
            }
            tokio::select! {
                () = sleep(self.pause) => {}
                // It is tried once more.
                () = told(&mut self.stop) => self.close(),
            }
            self.pause = (self.pause * 2).min(PAUSE.1);
        }
    }

    fn taken(&mut self, count: u64, unwanted: Option<(u64, String)>) {
        let rejected = unwanted.as_ref().map_or(0, |(rejected, _)| (*rejected).min(count));
        self.counts.sent.fetch_add(count - rejected, Ordering::Relaxed);
        self.counts.lost.fetch_add(rejected, Ordering::Relaxed);
        self.counts.failing.store(false, Ordering::Relaxed);
        self.pause = PAUSE.0;
        if let Some(before) = self.lost_before.take() {
            let lost = self.counts.lost() - before;
            tracing::info!(lost, "the collector takes traces again");
        }
        if let Some((rejected, why)) = unwanted
            && !std::mem::replace(&mut self.told_unwanted, true)
        {
            tracing::warn!(rejected, why, "the collector does not want some spans; this is told once");
        }
    }

    /// Told when it begins. What follows is counted.
    fn tell(&mut self, failure: &NotTaken) {
        self.counts.failing.store(true, Ordering::Relaxed);
        if self.lost_before.is_none() {
            self.lost_before = Some(self.counts.lost());
            tracing::warn!(collector = %self.collector.address, error = %failure, "the collector does not take traces; it is told again when it does");
        }
    }
}

/// Waits until it is said to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    // Whoever could say so is gone: then there is nothing to send either.
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
