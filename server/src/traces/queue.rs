//! Spans on their way to whoever sends them. It has an end, and nobody waits for room in it.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use tokio::sync::mpsc;

use super::Counts;

/// So many spans wait at most, about two megabytes of them.
const ROOM: usize = 2048;

/// Takes spans that have ended.
#[derive(Debug)]
pub(super) struct Queue {
    spans: mpsc::Sender<SpanData>,
    counts: Arc<Counts>,
}

pub(super) fn new(counts: Arc<Counts>) -> (Queue, mpsc::Receiver<SpanData>) {
    let (spans, taken) = mpsc::channel(ROOM);
    (Queue { spans, counts }, taken)
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() && self.spans.try_send(span).is_err() {
            self.counts.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    // What is left is sent by `Traces::finish`, which nothing has to stand still for.
    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
