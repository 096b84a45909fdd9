//! A collector of traces in the test's own process, on loopback: it reads what it is sent as the protocol has it, and answers
//! as the test wants.
#![allow(dead_code, reason = "each test binary takes some")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse},
    common::v1::{KeyValue, any_value::Value},
};
use prost::Message as _;
use teal_server::config::TracesConfig;
use tokio::{sync::Notify, task::JoinHandle};

/// What it does with what it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    Takes,
    /// It takes all but so many.
    Wants(i64),
    With(u16),
    Never,
}

/// A span, as it came.
#[derive(Clone, Debug)]
pub struct Span {
    pub name: String,
    pub trace: Vec<u8>,
    pub id: Vec<u8>,
    pub parent: Vec<u8>,
    pub state: String,
    /// 1: internal, 2: server, 3: client.
    pub kind: i32,
    pub said: BTreeMap<String, String>,
    /// What it says of its failure; empty where it did not fail.
    pub failed: String,
    pub began: u64,
    pub ended: u64,
}

impl Span {
    /// What it says by a key; empty where it says nothing.
    pub fn says(&self, key: &str) -> &str {
        self.said.get(key).map_or("", String::as_str)
    }
}

#[derive(Debug)]
struct Shared {
    answers: Mutex<Answers>,
    asked: Mutex<Vec<(HeaderMap, Bytes)>>,
    came: Notify,
}

pub struct Collector {
    pub address: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Collector {
    pub async fn start(answers: Answers) -> Self {
        let shared = Arc::new(Shared { answers: Mutex::new(answers), asked: Mutex::default(), came: Notify::new() });
        let router = Router::new().route("/v1/traces", post(take)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Self { address, shared, server }
    }

    pub fn answers(&self, answers: Answers) {
        *self.shared.answers.lock().expect("answers") = answers;
    }

    /// It goes away.
    pub async fn end(mut self) -> String {
        self.server.abort();
        let _ended = (&mut self.server).await;
        self.address.clone()
    }

    /// What config comes to that names it.
    pub fn config(&self) -> TracesConfig {
        config(&self.address)
    }

    /// With what headers it was asked, each time.
    pub fn headers(&self) -> Vec<HeaderMap> {
        self.shared.asked.lock().expect("asked").iter().map(|(headers, _)| headers.clone()).collect()
    }

    /// All that it was sent, as it came.
    pub fn bytes(&self) -> Vec<u8> {
        self.shared.asked.lock().expect("asked").iter().flat_map(|(_, body)| body.to_vec()).collect()
    }

    fn messages(&self) -> Vec<ExportTraceServiceRequest> {
        let asked = self.shared.asked.lock().expect("asked");
        asked.iter().map(|(_, body)| ExportTraceServiceRequest::decode(body.clone()).expect("a message")).collect()
    }

    /// What is said of whoever sends.
    pub fn sender(&self) -> BTreeMap<String, String> {
        let messages = self.messages();
        let sender = messages.iter().flat_map(|message| &message.resource_spans).find_map(|all| all.resource.clone());
        said(&sender.expect("a sender").attributes)
    }

    /// The spans that have come.
    pub fn spans(&self) -> Vec<Span> {
        let messages = self.messages();
        let scopes = messages.iter().flat_map(|message| &message.resource_spans).flat_map(|all| &all.scope_spans);
        let spans = scopes.flat_map(|scope| &scope.spans).map(|span| {
            let failed = span.status.as_ref().filter(|status| status.code == 2);
            assert!(span.events.is_empty() && span.links.is_empty(), "{span:?}");
            Span {
                name: span.name.clone(),
                trace: span.trace_id.clone(),
                id: span.span_id.clone(),
                parent: span.parent_span_id.clone(),
                state: span.trace_state.clone(),
                kind: span.kind,
                said: said(&span.attributes),
                failed: failed.map(|status| status.message.clone()).unwrap_or_default(),
                began: span.start_time_unix_nano,
                ended: span.end_time_unix_nano,
            }
        });
        spans.collect()
    }

    /// Waits until spans have come of which this is true.
    pub async fn until(&self, enough: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let found = tokio::time::timeout(Duration::from_secs(30), async {
            loop {
                let came = self.shared.came.notified();
                let spans = self.spans();
                if enough(&spans) {
                    return spans;
                }
                came.await;
            }
        });
        found.await.unwrap_or_else(|_| panic!("not in {:#?}", self.spans()))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What config comes to that names a collector at an address.
pub fn config(address: &str) -> TracesConfig {
    TracesConfig {
        address: format!("{address}/v1/traces"),
        headers: Vec::new(),
        service_name: "teal".into(),
        percent: 100,
        parents: false,
    }
}

/// The one span of that name.
#[track_caller]
pub fn the<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let mut found = spans.iter().filter(|span| span.name == name);
    match (found.next(), found.next()) {
        (Some(span), None) => span,
        _ => panic!("not one `{name}` in {spans:#?}"),
    }
}

/// What a span consists of, in the order in which it began.
pub fn parts<'a>(spans: &'a [Span], of: &Span) -> Vec<&'a Span> {
    let mut parts: Vec<&Span> = spans.iter().filter(|span| span.parent == of.id).collect();
    parts.sort_by_key(|span| span.began);
    assert!(parts.iter().all(|part| part.trace == of.trace), "{parts:#?}");
    parts
}

fn said(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    for attribute in attributes {
        let value = match attribute.value.as_ref().and_then(|value| value.value.as_ref()).expect("a value") {
            Value::StringValue(text) => text.clone(),
            Value::IntValue(number) => number.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(said.insert(attribute.key.clone(), value).is_none(), "{} is said twice", attribute.key);
    }
    said
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    shared.asked.lock().expect("asked").push((headers, body));
    shared.came.notify_waiters();
    let answers = *shared.answers.lock().expect("answers");
    let rejected_spans = match answers {
        Answers::Takes => 0,
        Answers::Wants(not) => not,
        Answers::With(status) => return StatusCode::from_u16(status).expect("a status").into_response(),
        Answers::Never => std::future::pending().await,
    };
    let error_message = if rejected_spans > 0 { "too\nold".to_owned() } else { String::new() };
    let partial_success = (rejected_spans > 0).then_some(ExportTracePartialSuccess { rejected_spans, error_message });
    let answer = ExportTraceServiceResponse { partial_success };
    ([("content-type", "application/x-protobuf")], answer.encode_to_vec()).into_response()
}
