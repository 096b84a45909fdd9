//! What stands in the way of a planned switch, or is asked for: the calendar, and a request for approval.

use serde::Serialize;
use teal_domain::{Color, PairSnapshot, Timestamp, approval::OpenRequest, freeze};

use super::{base, when};

/// Whether the calendar is closed, or when it closes next.
#[derive(Clone, Debug, Serialize)]
pub struct Freeze {
    closed: bool,
    because: String,
    from: String,
    /// When it opens; of the next one, when that will open.
    opens: String,
}

impl Freeze {
    /// From the calendar: the one that is now, else the next one.
    pub(super) fn of(pair: &PairSnapshot, now: Timestamp) -> Option<Self> {
        if let Some((window, opens)) = freeze::closed(&pair.freezes, now) {
            let (because, from) = (window.because.clone(), when(window.from));
            return Some(Self { closed: true, because, from, opens: when(opens) });
        }
        let next = pair.freezes.iter().filter(|window| window.from > now).min_by_key(|window| window.from)?;
        let (because, from) = (next.because.clone(), when(next.from));
        Some(Self { closed: false, because, from, opens: when(next.to) })
    }
}

/// A request for approval that stands.
#[derive(Clone, Debug, Serialize)]
pub struct Wanted {
    seq: u64,
    id: String,
    target: Color,
    base: Option<u64>,
    by: String,
    reason: String,
    asked_at: String,
    expires_at: String,
    decision: Option<Decision>,
}

#[derive(Clone, Debug, Serialize)]
struct Decision {
    answer: String,
    by: String,
    at: String,
    comment: Option<String>,
}

impl Wanted {
    /// From what was asked, as long as something can come of it.
    pub(super) fn of(open: &OpenRequest, now: Timestamp) -> Option<Self> {
        if open.is_over(now) {
            return None;
        }
        let request = &open.request;
        Some(Self {
            seq: open.seq,
            id: request.id.to_string(),
            target: request.target,
            base: base(request.base),
            by: request.actor.name.clone(),
            reason: request.reason.to_string(),
            asked_at: when(request.asked_at),
            expires_at: when(request.expires_at),
            decision: open.decision.as_ref().map(|decision| Decision {
                answer: super::after::word(&decision.answer),
                by: decision.by.name.clone(),
                at: when(decision.at),
                comment: decision.comment.as_ref().map(ToString::to_string),
            }),
        })
    }
}
