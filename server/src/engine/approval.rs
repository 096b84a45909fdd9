//! Asking for approval, deciding, and what a switch then rests on.

use std::sync::Arc;

use teal_domain::{
    Actor, Color, Confirm, Flag, OperationId, PairSnapshot, Reason, Snapshot, Timestamp,
    approval::{self, Answer, Approval, AskedDags, NotDecided, Request, Wanted},
    preflight::{self, Check, Given},
};

use super::{Engine, Pair, going_back};
use crate::store::{Result, requests::Asked};

/// Why nothing was asked for.
#[derive(Debug, thiserror::Error)]
pub enum NotAsked {
    /// The pair's policy does not ask for two people.
    #[error("One person is enough to switch this pair: nobody needs to approve it.")]
    NotNeeded,
    /// The flag is not where whoever asks saw it.
    #[error("The flag has moved since the page was made. Look again, then ask.")]
    Moved,
    /// There is nothing to switch, or it is a repair, which nobody approves.
    #[error("There is nothing to approve: the flag says that side already, or names none.")]
    Nothing,
    /// Somebody else's request stands.
    #[error("{by} has asked already. One request stands at a time: wait for it, or ask them to withdraw it.")]
    Taken {
        /// Whose.
        by: Actor,
    },
}

/// What somebody asks an approver for.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The side, and where they saw the flag.
    pub confirm: Confirm,
    /// Why.
    pub reason: Reason,
    /// The change that it belongs to.
    pub change_ref: Option<Reason>,
    /// Who is behind the script that asks, if it is one.
    pub people: Vec<String>,
}

impl Engine {
    /// The checks of what somebody wants, on what a snapshot tells: those of the pair, and the approval.
    pub fn checks(known: &PairSnapshot, wanted: Wanted<'_>, given: Given<'_>, now: Timestamp) -> Vec<Check> {
        let mut checks = preflight::checks(known, wanted.target, given, now);
        checks.extend(approval::check(known, wanted, now));
        going_back::ease(&mut checks, known, wanted.target, now);
        checks
    }

    /// What the checks of a switch to `target` are given beside what is known of the pair.
    pub fn given<'a>(
        snapshot: &Snapshot,
        known: &PairSnapshot,
        target: Color,
        change_ref: Option<&'a Reason>,
        now: Timestamp,
    ) -> Given<'a> {
        let (proof, reverts) = (snapshot.proof(known), going_back::taken_back(known, target, now));
        Given { change_ref, proof, reverts, drill: None }
    }

    /// The approval that stands for what somebody wants.
    pub fn approval(known: &PairSnapshot, wanted: Wanted<'_>, now: Timestamp) -> Option<Approval> {
        known.policy.two_person?;
        let plan = approval::planned(known, wanted.target, now).digest();
        known.request.as_ref().and_then(|open| open.approval(wanted, &plan, now))
    }

    /// What is known of a pair, with the request as the store has it now: somebody may have decided on another
    /// instance a moment ago.
    pub(crate) async fn known_now(&self, pair: &Pair) -> Result<Option<PairSnapshot>> {
        let Some(mut known) = self.board.snapshot().pair(pair.id()).cloned() else { return Ok(None) };
        if known.policy.two_person.is_some() {
            known.request = self.store.open_request(pair.id()).await?;
        }
        Ok(Some(known))
    }

    /// Somebody asks for the approval of a switch. Answers with the number of the record.
    pub async fn ask(self: &Arc<Self>, pair: &Arc<Pair>, who: &Actor, asking: Asking) -> Result<Result<u64, NotAsked>> {
        let Asking { confirm, reason, change_ref, people } = asking;
        let Some(lives) = pair.config.policy.two_person else { return Ok(Err(NotAsked::NotNeeded)) };
        let (snapshot, now) = (self.board.snapshot(), self.clock.now());
        let known = snapshot.pair(pair.id());
        let Some((known, flag)) = known.and_then(|known| known.flag.value().map(|flag| (known, flag))) else {
            return Ok(Err(NotAsked::Moved));
        };
        if confirm.base.version() != flag.version() {
            return Ok(Err(NotAsked::Moved));
        }
        let from = Flag::color(flag).filter(|from| *from != confirm.target);
        let Some(from) = from else { return Ok(Err(NotAsked::Nothing)) };
        let given = Self::given(&snapshot, known, confirm.target, change_ref.as_ref(), now);
        let checks = preflight::checks(known, confirm.target, given, now);
        let request = Request {
            id: self.new_operation(),
            pair: pair.id().clone(),
            from: Some(from),
            target: confirm.target,
            base: teal_domain::Base::of(flag),
            actor: who.clone(),
            people,
            reason,
            preflight: preflight::digest(&checks),
            change_ref,
            dags: Some(AskedDags::of(&approval::planned(known, confirm.target, now))),
            asked_at: now,
            expires_at: now + lives,
        };
        let asked = self.store.ask(&request).await?;
        self.refresh_records(pair).await;
        Ok(match asked {
            Asked::Stands(seq) => {
                tracing::info!(pair = %pair.id(), request = %request.id, by = %who, target = %request.target, "approval was asked for");
                Ok(seq)
            }
            Asked::Taken(other) => Err(NotAsked::Taken { by: other.request.actor }),
        })
    }

    /// Somebody decides on what they looked at.
    pub async fn decide(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        by: &Actor,
        digest: &str,
        answer: Answer,
        comment: Option<Reason>,
    ) -> Result<Result<u64, NotDecided>> {
        let now = self.clock.now();
        // What cannot be carried out any more is not approved; to decline it is always right.
        if answer == Answer::Approved
            && let Some(open) = self.store.open_request(pair.id()).await?
            && let Some(known) = self.board.snapshot().pair(pair.id())
        {
            if known.flag.value().is_some_and(|flag| !open.request.base.holds(flag)) {
                return Ok(Err(NotDecided::Moved));
            }
            if let Some(since) = open.request.dags_since(known, now) {
                return Ok(Err(NotDecided::Dags { what: since.said(&open.last_word()) }));
            }
        }
        let decided = self.store.decide(pair.id(), by, digest, answer, comment, now).await?;
        self.refresh_records(pair).await;
        if let Ok(seq) = decided {
            tracing::info!(pair = %pair.id(), seq, %by, ?answer, "a request was decided");
        }
        Ok(decided)
    }

    /// Somebody takes a request back. `false`: it does not stand any more.
    pub async fn withdraw(self: &Arc<Self>, pair: &Arc<Pair>, by: &Actor, request: OperationId) -> Result<bool> {
        let done = self.store.withdraw(pair.id(), request, by, self.clock.now()).await?;
        self.refresh_records(pair).await;
        Ok(done)
    }
}
