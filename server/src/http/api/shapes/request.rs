//! A request for approval: what somebody asked an approver for, and what was said to it.

use serde::Serialize;
use teal_domain::{
    Color, Timestamp,
    approval::{Answer, AskedDags, Counts, Decision, OpenRequest, Request},
    history::RequestRecord,
};

use super::{base, when};

/// A request.
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    seq: u64,
    id: String,
    /// `waiting`, `approved`, `declined`, `withdrawn`, `ran_out`, or `used` once something was switched on it.
    state: &'static str,
    target: Color,
    base: Option<u64>,
    by: String,
    via: &'static str,
    /// Who is behind the script that asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    people: Vec<String>,
    reason: String,
    /// The change (the ticket) that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    change_ref: Option<String>,
    /// What was to be done with the DAGs.
    dags: Option<Dags>,
    digest: String,
    asked_at: String,
    expires_at: String,
    decision: Option<Decided>,
    href: String,
}

#[derive(Clone, Debug, Serialize)]
struct Decided {
    answer: &'static str,
    by: String,
    at: String,
    comment: Option<String>,
}

/// How many DAGs; null where those of a side had not been read.
#[derive(Clone, Debug, Serialize)]
struct Dags {
    strategy: &'static str,
    unpause: Option<usize>,
    unpause_later: Option<usize>,
    pause: Option<usize>,
    stay_paused: Option<usize>,
    missing: Option<usize>,
}

/// Whether somebody may still switch on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It has the pair's place.
    Yes,
    /// Something else has.
    No,
}

/// Where a request of the API is.
pub fn address(request: &Request) -> String {
    format!("/api/v1/pairs/{}/requests/{}", request.pair, request.id)
}

impl Asked {
    /// The one that stands for a pair, as long as something can come of it.
    pub(super) fn standing(open: &OpenRequest, now: Timestamp) -> Option<Self> {
        let state = state(&open.request, open.decision.as_ref(), now);
        (!open.is_over(now)).then(|| Self::told(open.seq, &open.request, open.decision.as_ref(), state))
    }

    /// Any, as the journal has it.
    pub fn of(seq: u64, asked: &RequestRecord, stands: Stands, now: Timestamp) -> Self {
        let state = match (asked.withdrawn_at, stands, state(&asked.request, asked.decision.as_ref(), now)) {
            (Some(_), ..) => "withdrawn",
            (None, Stands::No, "approved") => "used",
            (None, _, state) => state,
        };
        Self::told(seq, &asked.request, asked.decision.as_ref(), state)
    }

    fn told(seq: u64, request: &Request, decision: Option<&Decision>, state: &'static str) -> Self {
        Self {
            seq,
            id: request.id.to_string(),
            state,
            target: request.target,
            base: base(request.base),
            by: request.actor.name.clone(),
            via: request.actor.via.as_str(),
            people: request.people.clone(),
            reason: request.reason.to_string(),
            change_ref: request.change_ref.as_ref().map(ToString::to_string),
            dags: request.dags.as_ref().map(Dags::of),
            digest: request.digest(),
            asked_at: when(request.asked_at),
            expires_at: when(request.expires_at),
            decision: decision.map(|decision| Decided {
                answer: word(decision.answer),
                by: decision.by.name.clone(),
                at: when(decision.at),
                comment: decision.comment.as_ref().map(ToString::to_string),
            }),
            href: address(request),
        }
    }
}

const fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Approved => "approved",
        Answer::Declined => "declined",
    }
}

fn state(request: &Request, decision: Option<&Decision>, now: Timestamp) -> &'static str {
    match decision.map(|decision| decision.answer) {
        Some(Answer::Declined) => word(Answer::Declined),
        _ if now > request.expires_at => "ran_out",
        Some(Answer::Approved) => word(Answer::Approved),
        None => "waiting",
    }
}

impl Dags {
    fn of(asked: &AskedDags) -> Self {
        let count = |count: fn(&Counts) -> usize| asked.counts.as_ref().map(count);
        Self {
            strategy: asked.strategy.as_str(),
            unpause: count(|counts| counts.at_once),
            unpause_later: count(|counts| counts.later),
            pause: count(|counts| counts.pause),
            stay_paused: count(|counts| counts.stay),
            missing: count(|counts| counts.missing),
        }
    }
}
