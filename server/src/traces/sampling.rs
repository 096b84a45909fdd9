//! Which traces are sent.

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceId},
};
use opentelemetry_sdk::trace::{Sampler, SamplingResult, ShouldSample};

/// What is part of something is sent with it. Of all else so many of a hundred are, and each request that may change
/// something.
pub(super) fn sampler(percent: u32) -> Sampler {
    Sampler::ParentBased(Box::new(Share(Sampler::TraceIdRatioBased(f64::from(percent.min(100)) / 100.0))))
}

#[derive(Clone, Debug)]
struct Share(Sampler);

impl ShouldSample for Share {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        span_kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let changes = |said: &KeyValue| said.key.as_str() == "http.request.method" && said.value.as_str() == "POST";
        let share = if attributes.iter().any(changes) { &Sampler::AlwaysOn } else { &self.0 };
        share.should_sample(parent_context, trace_id, name, span_kind, attributes, links)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceState};
    use opentelemetry_sdk::trace::SamplingDecision;

    use super::*;

    fn sent(percent: u32, method: &'static str, trace: u128, parent: Option<&Context>) -> bool {
        let said = [KeyValue::new("http.request.method", method)];
        let id = TraceId::from(trace);
        let result = sampler(percent).should_sample(parent, id, "a name", &SpanKind::Server, &said, &[]);
        result.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn a_share_of_what_only_reads_is_sent_and_all_that_may_change_something() {
        // Spread over all ids that there are.
        let ids = |count: u128| (0..count).map(move |at| (u128::MAX / count * at).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let share = |percent, method| ids(1000).filter(|id| sent(percent, method, *id, None)).count();
        assert_eq!((share(100, "GET"), share(10, "POST")), (1000, 1000));
        let tenth = share(10, "GET");
        assert!((50..=150).contains(&tenth), "{tenth}");
    }

    #[test]
    fn whoever_it_is_part_of_decides() {
        let parent = |flags| {
            let context =
                SpanContext::new(TraceId::from(1_u128), SpanId::from(1_u64), flags, true, TraceState::default());
            Context::new().with_remote_span_context(context)
        };
        assert!(sent(1, "GET", u128::MAX, Some(&parent(TraceFlags::SAMPLED))));
        assert!(!sent(100, "POST", 0, Some(&parent(TraceFlags::default()))));
    }
}
