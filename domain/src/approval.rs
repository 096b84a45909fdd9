//! The rule of two people: who asked for a switch, who said yes, and what exactly they said yes to.

mod dags;

use crate::{
    Actor, Base, Color, OperationId, PairId, PairSnapshot, Reason, Timestamp,
    preflight::{self, Check, Verdict},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use dags::{AskedDags, Counts, Since, planned};

/// A switch as somebody wants it. It is what an approver approves, to the letter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// Its identity.
    pub id: OperationId,
    /// The pair.
    pub pair: PairId,
    /// The side that is live, if one is.
    pub from: Option<Color>,
    /// The side to make live.
    pub target: Color,
    /// Where the flag stood.
    pub base: Base,
    /// Who asks, and will switch.
    pub actor: Actor,
    /// Who is behind a script that asks, by the names that the journal knows them by: they do not approve it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Why.
    pub reason: Reason,
    /// The change (the ticket) that it belongs to, if it belongs to one. The switch then belongs to the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_ref: Option<Reason>,
    /// SHA-256 over the checks as they stood, in hexadecimal.
    pub preflight: String,
    /// What was to be done with the DAGs. A Teal of before did not keep it; what was asked there is approved no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dags: Option<AskedDags>,
    /// When.
    pub asked_at: Timestamp,
    /// Until when it may be approved and carried out.
    pub expires_at: Timestamp,
}

/// What somebody is about to do, to be held against what was approved.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Who.
    pub who: &'a Actor,
    /// To which side.
    pub target: Color,
    /// Where the flag stands for them.
    pub base: Base,
    /// Why, where they have said so already.
    pub reason: Option<&'a Reason>,
    /// The change that it belongs to, where they have said so already.
    pub change_ref: Option<&'a Reason>,
}

/// What an approver said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Approved,
    /// No.
    Declined,
}

/// Who said it, when, and with which words.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub answer: Answer,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// A comment, if they made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Reason>,
}

/// A request that stands, and what was said to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OpenRequest {
    /// The entry that it begins with.
    pub seq: u64,
    /// The request.
    pub request: Request,
    /// The decision, once there is one.
    pub decision: Option<Decision>,
}

/// The approval that a switch rested on, as its intent keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Approval {
    /// The request that was approved.
    pub request: OperationId,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// Why a request cannot be decided by somebody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDecided {
    /// It is one's own.
    #[error("You asked for this switch yourself. Somebody else approves it.")]
    Own,
    /// It was asked for by a script that they are behind.
    #[error("You are one of those behind {script}, which asked for this switch. Somebody else approves it.")]
    Behind {
        /// The script.
        script: Actor,
    },
    /// Too late.
    #[error("The request has run out. Whoever still wants the switch asks again.")]
    RanOut,
    /// Somebody was quicker.
    #[error("{by} has decided already.")]
    Before {
        /// Who.
        by: Actor,
    },
    /// What was looked at is not what is asked.
    #[error("The request is another one than the one that you looked at. Look again, then decide.")]
    Another,
    /// The flag moved.
    #[error("The flag has moved since this was asked for. Whoever still wants the switch asks again.")]
    Moved,
    /// What is to be done with the DAGs is another thing now.
    #[error("{what} Whoever still wants the switch asks again.")]
    Dags {
        /// What has changed, in a sentence.
        what: String,
    },
}

impl Request {
    /// SHA-256 over what is asked: pair, target, base, who, why, what is to be done with the DAGs, the change, and who is
    /// behind a script. Whoever changes any of it has another request.
    pub fn digest(&self) -> String {
        let mut sha = Sha256::new();
        let base = serde_json::to_string(&self.base).unwrap_or_default();
        let subject = self.actor.subject.as_ref().map_or("", |subject| subject.as_str());
        let id = self.id.to_string();
        let fields =
            [&*id, self.pair.as_str(), self.target.as_str(), &base, &self.actor.name, subject, self.reason.as_str()];
        // What a request of before has nothing of leaves its digest as it was. Each of these says what it is.
        let plan = self.dags.iter().map(|dags| dags.plan.as_str());
        let change = self.change_ref.iter().flat_map(|change| ["change", change.as_str()]);
        let people = self.people.iter().flat_map(|name| ["behind", name.as_str()]);
        for field in fields.into_iter().chain(plan).chain(change).chain(people) {
            sha.update((field.len() as u64).to_be_bytes());
            sha.update(field.as_bytes());
        }
        sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether somebody may be the one who asks, or be behind the script that does: whoever approves must surely be
    /// somebody else.
    pub fn may_be_of(&self, somebody: &Actor) -> bool {
        self.actor.may_be(somebody) || self.is_behind(somebody)
    }

    fn is_behind(&self, somebody: &Actor) -> bool {
        self.people.iter().any(|name| somebody.goes_by(name))
    }

    /// Whether another says the same in every word, whenever it was asked: then the one that stands will do.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.rests_on_the_same(other)
            && self.target == other.target
            && self.actor.is(&other.actor)
            && self.people == other.people
            && self.reason == other.reason
            && self.change_ref == other.change_ref
    }

    /// Whether both rest on the same state of the flag and the same plan for the DAGs: then one takes the other's place
    /// only once that is over.
    pub fn rests_on_the_same(&self, other: &Self) -> bool {
        self.base == other.base && self.dags == other.dags
    }
}

impl OpenRequest {
    /// Whether somebody may decide it now, who looked at `digest`.
    ///
    /// # Errors
    /// Why they may not.
    pub fn decide(&self, by: &Actor, digest: &str, now: Timestamp) -> Result<(), NotDecided> {
        if self.request.actor.may_be(by) {
            return Err(NotDecided::Own);
        }
        if self.request.is_behind(by) {
            return Err(NotDecided::Behind { script: self.request.actor.clone() });
        }
        if let Some(decision) = &self.decision {
            return Err(NotDecided::Before { by: decision.by.clone() });
        }
        if now > self.request.expires_at {
            return Err(NotDecided::RanOut);
        }
        if self.request.digest() != digest {
            return Err(NotDecided::Another);
        }
        Ok(())
    }

    /// Whether nothing can come of it any more: then another may take its place.
    pub fn is_over(&self, now: Timestamp) -> bool {
        let declined = self.decision.as_ref().is_some_and(|decision| decision.answer == Answer::Declined);
        declined || now > self.request.expires_at
    }

    /// The change that a switch of somebody to `target` belongs to, where this is their request for it and says so.
    pub fn carries(&self, who: &Actor, target: Color, now: Timestamp) -> Option<&Reason> {
        let own = self.request.actor.is(who) && self.request.target == target && !self.is_over(now);
        self.request.change_ref.as_ref().filter(|_| own)
    }

    /// Who had the last word on it, in words that go on with what has changed since.
    pub fn last_word(&self) -> String {
        match &self.decision {
            Some(Decision { answer: Answer::Approved, by, .. }) => format!("{by} approved it"),
            _ => format!("{} asked for it", self.request.actor),
        }
    }

    /// The approval for what somebody wants, if it was given for exactly that. `plan` is the digest of what is to be done
    /// with the DAGs, as it is known now.
    pub fn approval(&self, wanted: Wanted<'_>, plan: &str, now: Timestamp) -> Option<Approval> {
        let decision = self.decision.as_ref().filter(|decision| decision.answer == Answer::Approved)?;
        let request = &self.request;
        let same = request.actor.is(wanted.who)
            && request.target == wanted.target
            && request.base == wanted.base
            && request.dags.as_ref().is_some_and(|dags| dags.plan == plan)
            && wanted.reason.is_none_or(|reason| *reason == request.reason)
            && wanted.change_ref.is_none_or(|change| Some(change) == request.change_ref.as_ref())
            && now <= request.expires_at
            && !decision.by.may_be(wanted.who)
            && !request.may_be_of(&decision.by);
        same.then(|| Approval { request: request.id, by: decision.by.clone(), at: decision.at })
    }
}

/// What mends it, mostly.
const ASK: &str =
    "Ask for approval on the switch page or by the API; somebody else with the role approver then approves.";

/// The check, where the pair's policy asks for two people.
pub fn check(pair: &PairSnapshot, wanted: Wanted<'_>, now: Timestamp) -> Option<Check> {
    pair.policy.two_person?;
    // A repair is never held up. What was confirmed tells whether it is one, not only what is read now.
    if pair.flag.value().is_some_and(|flag| flag.color().is_none() && wanted.base.holds(flag)) {
        return None;
    }
    let made = |verdict, evidence: String, mend: &str| {
        let (name, group) = ("approval".to_owned(), preflight::group("approval"));
        Some(Check { name, group, verdict, evidence, mend: mend.to_owned(), read_at: None })
    };
    let block = |evidence: String, mend: &str| made(Verdict::Block, evidence, mend);
    let Some(open) = &pair.request else {
        return block("Two people switch this pair, and nobody has approved this switch.".to_owned(), ASK);
    };
    let request = &open.request;
    let plan = planned(pair, wanted.target, now).digest();
    if let Some(approval) = open.approval(wanted, &plan, now) {
        return made(Verdict::Pass, format!("{} approved it.", approval.by), "");
    }
    if now > request.expires_at {
        return block(format!("The request of {} ran out.", request.actor), ASK);
    }
    let since = request.dags_since(pair, now).filter(|_| request.target == wanted.target);
    match &open.decision {
        Some(Decision { answer: Answer::Declined, by, .. }) => {
            block(format!("{by} declined what {} asked for.", request.actor), ASK)
        }
        _ if !request.actor.is(wanted.who) => block(
            format!(
                "{} asked for the switch to {}, and whoever asked switches.",
                request.actor,
                request.target.title()
            ),
            "Leave it to them, or ask yourself once their request is withdrawn, declined or run out.",
        ),
        _ if request.base != wanted.base => block("The flag has moved since this was asked for.".to_owned(), ASK),
        decision => match (since, decision) {
            (Some(since), _) => block(since.said(&open.last_word()), since.mend()),
            (None, Some(Decision { by, .. })) => block(
                format!("What {by} approved is not this: another side, another reason or another change."),
                "Switch as it was approved, or ask again.",
            ),
            (None, None) => {
                let mend = "Wait for an approver, or ask one to look here.";
                block("Nobody has approved this switch yet.".to_owned(), mend)
            }
        },
    }
}

#[cfg(test)]
mod tests;
