//! Traces: what each request, switch, poll and call of AWS took, and what was part of what, sent to a collector as
//! OpenTelemetry has it. Off unless config names one.
//!
//! A span says what whoever begins it has it say, by [`About`]: words of Teal's own, ids and numbers. Nothing that people
//! wrote can be said by it, and nothing that the log says gets into one (decision 20).

mod about;
mod queue;
mod sampling;
mod sending;

use std::{
    borrow::Cow,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::Either;
use opentelemetry::{
    Context, KeyValue,
    context::FutureExt as _,
    trace::{SpanContext, SpanKind, Status, TraceContextExt as _, Tracer as _, TracerProvider as _},
};
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider},
};
use teal_domain::PairId;
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use crate::config::TracesConfig;

pub use about::About;
pub use sending::{Collector, NotTaken};

/// Whether there are traces, and where they go.
#[derive(Debug, Default)]
pub struct Traces(OnceLock<On>);

/// Traces that are on. Whatever is part of something finds it in its context.
#[derive(Clone, Debug)]
struct On(Arc<Inner>);

/// Whether a request has said which pair it is about.
#[derive(Debug)]
struct Named(AtomicBool);

#[derive(Debug)]
struct Inner {
    tracer: SdkTracer,
    counts: Arc<Counts>,
    parents: bool,
    stop: watch::Sender<bool>,
    sender: Mutex<Option<JoinHandle<()>>>,
}

/// What became of spans.
#[derive(Debug, Default)]
pub struct Counts {
    sent: AtomicU64,
    lost: AtomicU64,
    failing: AtomicBool,
}

impl Counts {
    /// Spans that the collector took.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Spans that it never got: there was no room for them, it refused them, or it was away for too long.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Whether what was sent last was not taken.
    pub fn failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }
}

impl Traces {
    /// Begins to trace, for as long as the process lives. `instance` tells several of them apart. Within a runtime.
    ///
    /// # Errors
    /// If there can be no client for the collector.
    pub fn begin(&self, config: &TracesConfig, instance: &str) -> Result<(), NotTaken> {
        let resource = Resource::builder_empty()
            .with_service_name(config.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new("service.instance.id", instance.to_owned()))
            .build();
        let counts = Arc::<Counts>::default();
        let (queue, spans) = queue::new(counts.clone());
        let (stop, told) = watch::channel(false);
        let sending = sending::Sending::new(Collector::new(config)?, &resource, spans, counts.clone(), told);
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(sampling::sampler(config.percent))
            .with_span_processor(queue)
            .build();
        let tracer = provider.tracer("teal");
        let sender = Mutex::new(Some(tokio::spawn(sending.go_on())));
        let on = On(Arc::new(Inner { tracer, counts, parents: config.parents, stop, sender }));
        // Begun twice, the first one counts; the second one's sender ends with its queue.
        let _ = self.0.set(on);
        Ok(())
    }

    /// Sends what is left, as far as that goes within the limit. What ends later is lost.
    pub async fn finish(&self, limit: Duration) {
        let Some(On(inner)) = self.0.get() else { return };
        let _nobody_listens = inner.stop.send(true);
        let sender = inner.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut sender) = sender else { return };
        if timeout(limit, &mut sender).await.is_err() {
            sender.abort();
            tracing::warn!("the last traces were not sent: the collector took too long");
        }
    }

    /// What became of spans; none where nothing is traced.
    pub fn counts(&self) -> Option<&Counts> {
        self.0.get().map(|on| &*on.0.counts)
    }

    /// Whether a proxy may say what a request is part of.
    pub fn takes_parents(&self) -> bool {
        self.0.get().is_some_and(|on| on.0.parents)
    }

    /// A request, by its method and route. It may be part of something elsewhere.
    pub fn request(
        &self,
        name: impl FnOnce() -> String,
        about: impl FnOnce() -> About,
        parent: impl FnOnce() -> Option<SpanContext>,
    ) -> Open {
        let Some(on) = self.0.get() else { return Open(None) };
        let about = about();
        let named = Named(AtomicBool::new(about.names_a_pair()));
        let root = Context::new().with_value(on.clone()).with_value(named);
        let under = match parent() {
            Some(parent) => root.with_remote_span_context(parent),
            None => root,
        };
        on.open(name(), SpanKind::Server, about, &under)
    }

    /// What Teal does by itself, again and again.
    pub fn cycle(&self, name: &'static str, about: impl FnOnce() -> About) -> Open {
        let Some(on) = self.0.get() else { return Open(None) };
        on.open(name, SpanKind::Internal, about(), &Context::new().with_value(on.clone()))
    }
}

impl On {
    fn open(&self, name: impl Into<Cow<'static, str>>, kind: SpanKind, about: About, under: &Context) -> Open {
        let tracer = &self.0.tracer;
        let span = tracer.span_builder(name).with_kind(kind).with_attributes(about.0);
        Open(Some(under.with_span(span.start_with_context(tracer, under))))
    }
}

/// A part of whatever goes on here; nothing where that is not traced.
pub fn part(name: &'static str, about: impl FnOnce() -> About) -> Open {
    within(SpanKind::Internal, || (name.into(), about()))
}

/// A call of AWS, as a part of what goes on here.
pub fn call(service: &str, operation: &str) -> Open {
    within(SpanKind::Client, || (format!("{service}.{operation}").into(), About::aws(service, operation)))
}

fn within(kind: SpanKind, what: impl FnOnce() -> (Cow<'static, str>, About)) -> Open {
    let under = Context::current();
    let Some(on) = under.get::<On>() else { return Open(None) };
    let (name, about) = what();
    on.open(name, kind, about, &under)
}

/// What goes on here goes on in another task.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    match Context::map_current(|here| here.get::<On>().map(|_| here.clone())) {
        Some(here) => Either::Left(work.with_context(here)),
        None => Either::Right(work),
    }
}

/// Says more about what goes on here.
pub fn say(about: impl FnOnce() -> About) {
    Context::map_current(|here| {
        let span = here.span();
        if span.is_recording() {
            span.set_attributes(about().0);
        }
    });
}

/// The request that goes on here is about a pair, which its address does not name.
pub fn about(pair: &PairId) {
    Context::map_current(|here| {
        let unsaid = here.get::<Named>().is_some_and(|named| !named.0.swap(true, Ordering::Relaxed));
        if unsaid {
            here.span().set_attributes(About::pair(pair).0);
        }
    });
}

/// What goes on here has failed, in a word.
pub fn failed(word: &'static str) {
    Context::map_current(|here| fail(here, word));
}

fn fail(context: &Context, word: &'static str) {
    let span = context.span();
    if span.is_recording() {
        span.set_status(Status::error(word));
    }
}

/// A span that has begun, where something is traced. It ends with the work around which it is put, or when it is dropped.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct Open(Option<Context>);

impl Open {
    /// None.
    pub const fn nothing() -> Self {
        Self(None)
    }

    /// Does the work within it. Work that is dropped before its end is told as given up.
    pub fn around<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        let Some(context) = self.0.clone() else { return Either::Right(work) };
        // Boxed, so that what is not traced is no larger.
        Either::Left(Box::pin(async move {
            let done = work.with_context(context).await;
            self.end();
            done
        }))
    }

    /// Says more about it.
    pub fn say(&self, about: impl FnOnce() -> About) {
        if let Some(context) = &self.0 {
            let span = context.span();
            if span.is_recording() {
                span.set_attributes(about().0);
            }
        }
    }

    /// It has failed, in a word.
    pub fn fail(&self, word: &'static str) {
        if let Some(context) = &self.0 {
            fail(context, word);
        }
    }

    /// It has come to its end.
    pub fn end(&self) {
        if let Some(context) = &self.0 {
            context.span().end();
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(context) = &self.0
            && context.span().is_recording()
        {
            fail(context, "given up");
            context.span().end();
        }
    }
}
