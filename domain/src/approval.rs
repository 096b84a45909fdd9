//! The rule of two people: who asked for a switch, who said yes, and what exactly they said yes to.

use crate::{
    Actor, Base, Color, OperationId, PairId, PairSnapshot, Reason, Timestamp,
    preflight::{self, Check, Verdict},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

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
    /// Why.
    pub reason: Reason,
    /// SHA-256 over the checks as they stood, in hexadecimal.
    pub preflight: String,
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
}

impl Request {
    /// SHA-256 over what is asked: pair, target, base, who and why. Whoever changes any of it has another request.
    pub fn digest(&self) -> String {
        let mut sha = Sha256::new();
        let base = serde_json::to_string(&self.base).unwrap_or_default();
        let subject = self.actor.subject.as_ref().map_or("", |subject| subject.as_str());
        let id = self.id.to_string();
        for field in
            [&*id, self.pair.as_str(), self.target.as_str(), &base, &self.actor.name, subject, self.reason.as_str()]
        {
            sha.update((field.len() as u64).to_be_bytes());
            sha.update(field.as_bytes());
        }
        sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
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

    /// The approval for what somebody wants, if it was given for exactly that.
    pub fn approval(&self, wanted: Wanted<'_>, now: Timestamp) -> Option<Approval> {
        let decision = self.decision.as_ref().filter(|decision| decision.answer == Answer::Approved)?;
        let request = &self.request;
        let same = request.actor.is(wanted.who)
            && request.target == wanted.target
            && request.base == wanted.base
            && wanted.reason.is_none_or(|reason| *reason == request.reason)
            && now <= request.expires_at
            && !decision.by.may_be(wanted.who);
        same.then(|| Approval { request: request.id, by: decision.by.clone(), at: decision.at })
    }
}

/// What mends it, mostly.
const ASK: &str = "Ask for approval here; somebody else with the role approver then approves.";

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
    if let Some(approval) = open.approval(wanted, now) {
        return made(Verdict::Pass, format!("{} approved it.", approval.by), "");
    }
    if now > request.expires_at {
        return block(format!("The request of {} ran out.", request.actor), ASK);
    }
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
        Some(Decision { by, .. }) => block(
            format!("What {by} approved is not this: another side or another reason."),
            "Switch as it was approved, or ask again.",
        ),
        None => {
            block("Nobody has approved this switch yet.".to_owned(), "Wait for an approver, or ask one to look here.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FlagVersion, Subject};

    const NOW: Timestamp = Timestamp(1_000_000);

    fn at(name: &str, subject: &str) -> Actor {
        Actor::page(name).known_as(Subject::new("https://issuer.example", subject))
    }

    fn olga() -> Actor {
        at("olga", "1")
    }

    fn base(version: u64) -> Base {
        Base::Version { version: FlagVersion(version), modified_at: Some(Timestamp(900)) }
    }

    fn reason(text: &str) -> Reason {
        Reason::parse(text).expect("a reason")
    }

    fn open() -> OpenRequest {
        let request = Request {
            id: OperationId::new(NOW, 7),
            pair: "dev".parse().expect("a pair"),
            from: Some(Color::Blue),
            target: Color::Green,
            base: base(31),
            actor: olga(),
            reason: reason("upgrade"),
            preflight: "ab".into(),
            asked_at: NOW,
            expires_at: NOW + crate::Millis::from_secs(60),
        };
        OpenRequest { seq: 9, request, decision: None }
    }

    fn approved() -> OpenRequest {
        let decision = Decision { answer: Answer::Approved, by: at("anton", "2"), at: NOW, comment: None };
        OpenRequest { decision: Some(decision), ..open() }
    }

    #[test]
    fn row_36_nobody_approves_their_own() {
        let open = open();
        let digest = open.request.digest();
        assert_eq!(open.decide(&olga(), &digest, NOW), Err(NotDecided::Own));
        assert_eq!(open.decide(&at("Olga M.", "1"), &digest, NOW), Err(NotDecided::Own), "under another name");
        assert_eq!(open.decide(&Actor::cli("olga"), &digest, NOW), Err(NotDecided::Own), "at another door");
        assert_eq!(open.decide(&at("anton", "2"), &digest, NOW), Ok(()));
    }

    #[test]
    fn row_36_an_approval_is_for_exactly_what_was_asked() {
        let (approved, olga, why) = (approved(), olga(), reason("upgrade"));
        let wanted = Wanted { who: &olga, target: Color::Green, base: base(31), reason: Some(&why) };
        let good = approved.approval(wanted, NOW).expect("approved");
        assert_eq!((good.by.name.as_str(), good.request), ("anton", approved.request.id));
        let (another, ben) = (reason("something else"), at("ben", "3"));
        for wrong in [
            Wanted { who: &ben, ..wanted },
            Wanted { target: Color::Blue, ..wanted },
            Wanted { base: base(32), ..wanted },
            Wanted { base: Base::Version { version: FlagVersion(31), modified_at: Some(Timestamp(901)) }, ..wanted },
            Wanted { reason: Some(&another), ..wanted },
        ] {
            assert_eq!(approved.approval(wrong, NOW), None, "{wrong:?}");
        }
        assert_eq!(approved.approval(wanted, NOW + crate::Millis::from_secs(61)), None, "for a while only");
        assert_eq!(open().approval(wanted, NOW), None, "nobody has said anything");
        let mut declined = approved.clone();
        declined.decision.as_mut().expect("one").answer = Answer::Declined;
        assert_eq!(declined.approval(wanted, NOW), None);
        let mut own = approved;
        own.decision.as_mut().expect("one").by = olga.clone();
        assert_eq!(own.approval(wanted, NOW), None, "even if it was written down somehow");
    }

    #[test]
    fn row_36_a_changed_request_has_another_digest() {
        let digest = open().request.digest();
        let changed: [fn(&mut Request); 5] = [
            |request| request.target = Color::Blue,
            |request| request.base = base(32),
            |request| request.reason = reason("something else"),
            |request| request.actor = at("olga", "9"),
            |request| request.pair = "prod".parse().expect("a pair"),
        ];
        for change in changed {
            let mut open = open();
            change(&mut open.request);
            assert_ne!(open.request.digest(), digest);
            assert_eq!(open.decide(&at("anton", "2"), &digest, NOW), Err(NotDecided::Another));
        }
    }

    #[test]
    fn a_request_is_decided_once_and_in_time() {
        let anton = at("anton", "2");
        let digest = open().request.digest();
        let late = NOW + crate::Millis::from_secs(61);
        assert_eq!(open().decide(&anton, &digest, late), Err(NotDecided::RanOut));
        let ada = at("ada", "4");
        assert_eq!(approved().decide(&ada, &digest, NOW), Err(NotDecided::Before { by: anton }));
    }
}
