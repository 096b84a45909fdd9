//! The switch protocol as a pure state machine.
//!
//! [`Switch::begin`] and [`Switch::on`] each answer with the one [`Effect`] to carry out next; what came of
//! it goes back in as an [`Event`]. Nothing here waits, reads a clock or talks to anybody, so the model
//! checker walks the same code that moves the flag.

use super::{Found, Interleaving, Kind, Outcome, Plan, Refusal, Verification};
use crate::{Base, Flag, FlagVersion};

/// A switch on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Switch {
    plan: Plan,
    state: State,
}

/// How far a switch has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The intent is being journalled.
    Recording,
    /// Waiting for the pair's lease.
    Queuing,
    /// Reading the flag again.
    Rereading,
    /// Journalling that the put is about to be sent.
    Marking,
    /// The put is on its way.
    Putting,
    /// The creation was refused because the parameter exists: reading what is there.
    LosingTheRace,
    /// The put was answered; reading until the version shows.
    Verifying {
        /// The version that the put was given.
        version: FlagVersion,
        /// How many more reads may be made.
        reads_left: u8,
    },
    /// The intent is journalled, the put is not marked, and whoever drove it is gone.
    Abandoned,
    /// The put was sent and nobody knows what came of it.
    Unknown,
    /// The outcome is known and is being journalled.
    Settling(Outcome),
    /// The outcome is journalled.
    Settled(Outcome),
    /// The journalled outcome proved wrong: a correction is being journalled.
    Correcting {
        /// The version that landed after all.
        version: FlagVersion,
    },
    /// The intent was journalled before, by an earlier request with the same confirmation.
    Duplicate,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Journal the intent. Answer: [`Event::IntentRecorded`], [`Event::IntentKnown`], [`Event::StoreFailed`].
    RecordIntent,
    /// Take the pair's lease and ask for switches whose outcome is unknown. Answer: [`Event::LeaseTaken`],
    /// [`Event::LeaseHeld`], [`Event::StoreFailed`].
    TakeLease,
    /// Read the flag. Answer: [`Event::FlagRead`], [`Event::FlagUnreadable`].
    ReadFlag,
    /// Journal that the put is about to be sent; refuse where the operation is settled or the confirmation
    /// has run out. Answer: [`Event::PutMarked`], [`Event::MarkRefused`], [`Event::StoreFailed`].
    MarkPut,
    /// Send the put, once, without retries. Answer: [`Event::PutReturned`], [`Event::PutConflicted`],
    /// [`Event::PutRejected`], [`Event::PutUnclear`].
    Put,
    /// Journal that the outcome is unknown. Answer: [`Event::UnknownRecorded`] or [`Event::StoreFailed`].
    RecordUnknown {
        /// What happened instead of an answer.
        cause: String,
    },
    /// Journal the outcome. Answer: [`Event::OutcomeRecorded`] or [`Event::StoreFailed`].
    RecordOutcome(Outcome),
    /// Journal that a switch landed whose record says otherwise. Answer: [`Event::CorrectionRecorded`].
    RecordCorrection {
        /// The version that landed.
        version: FlagVersion,
    },
    /// Nothing more, for now: give the lease back.
    Rest,
}

/// What came of an effect, or was learned otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The intent is journalled.
    IntentRecorded,
    /// An intent with this operation id was journalled before.
    IntentKnown,
    /// The store did not do it.
    StoreFailed(String),
    /// The lease is ours.
    LeaseTaken {
        /// Another switch of the pair whose outcome is unknown, if there is one.
        waits_for: Option<crate::OperationId>,
    },
    /// The lease is somebody else's, and stayed so for as long as we waited.
    LeaseHeld {
        /// Whose.
        holder: String,
    },
    /// The flag, as one read gave it; it may be stale.
    FlagRead(Flag),
    /// The flag could not be read.
    FlagUnreadable(String),
    /// The mark is journalled.
    PutMarked,
    /// The operation is settled already, or the confirmation has run out.
    MarkRefused,
    /// SSM answered with the version that the put was given.
    PutReturned(FlagVersion),
    /// The parameter was to be created and exists.
    PutConflicted,
    /// SSM answered that it did not do it.
    PutRejected {
        /// Its error code.
        code: String,
        /// Its message.
        message: String,
    },
    /// No answer, or one that does not say (a timeout, a 5xx, a broken connection).
    PutUnclear(String),
    /// That the outcome is unknown is journalled.
    UnknownRecorded,
    /// The outcome is journalled (or one was before, which then stands).
    OutcomeRecorded(Outcome),
    /// The correction is journalled.
    CorrectionRecorded,
    /// The parameter's history was searched for the operation's id.
    Looked {
        /// What it says.
        found: Found,
        /// Whether a put that was sent could still land (no), counted from the mark.
        grace_over: bool,
        /// Whether the confirmation has run out.
        expired: bool,
    },
}

impl Switch {
    /// How many reads may be made to see the new version. Reads may be stale; the put's answer is not.
    const VERIFYING_READS: u8 = 5;

    /// A confirmed switch, and its first effect.
    pub const fn begin(plan: Plan) -> (Self, Effect) {
        (Self { plan, state: State::Recording }, Effect::RecordIntent)
    }

    /// A switch as the journal tells it: for whoever finds it after a crash.
    pub fn recovered(plan: Plan, put_marked: bool, outcome: Option<Outcome>) -> Self {
        let state = match outcome {
            Some(outcome) => State::Settled(outcome),
            None if put_marked => State::Unknown,
            None => State::Abandoned,
        };
        Self { plan, state }
    }

    /// What was confirmed.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How far it has come.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Takes an event and answers with the next effect. An event that does not belong to the state changes
    /// nothing.
    pub fn on(&mut self, event: Event) -> Effect {
        let emergency = self.plan.kind == Kind::Emergency;
        match (&self.state, event) {
            (State::Recording, Event::IntentRecorded) => self.go(State::Queuing, Effect::TakeLease),
            (State::Recording, Event::IntentKnown) => self.go(State::Duplicate, Effect::Rest),
            // The intent is not in the journal, so there is nothing whose outcome could be journalled.
            (State::Recording, Event::StoreFailed(message)) => {
                self.go(State::Settled(Outcome::Refused { refusal: Refusal::StoreAway { message } }), Effect::Rest)
            }

            (State::Queuing, Event::LeaseTaken { waits_for: Some(operation) }) if !emergency => {
                self.refuse(Refusal::WaitsFor { operation })
            }
            (State::Queuing, Event::LeaseTaken { .. }) => self.go(State::Rereading, Effect::ReadFlag),
            // The lease is a courtesy between instances; an emergency does not wait for it.
            (State::Queuing, Event::LeaseHeld { .. } | Event::StoreFailed(_)) if emergency => {
                self.go(State::Rereading, Effect::ReadFlag)
            }
            (State::Queuing, Event::LeaseHeld { holder }) => self.refuse(Refusal::LeaseHeld { holder }),
            (State::Queuing | State::Marking, Event::StoreFailed(message)) => {
                self.refuse(Refusal::StoreAway { message })
            }

            (State::Rereading, Event::FlagRead(found)) if !self.is_behind(&found) => self.compare(found),
            (State::Rereading, Event::FlagRead(_) | Event::FlagUnreadable(_)) if emergency => {
                self.go(State::Marking, Effect::MarkPut)
            }
            (State::Rereading, Event::FlagRead(found)) => {
                let message = format!("reads still show {}, older than what was confirmed", describe(&found));
                self.refuse(Refusal::Unreadable { message })
            }
            (State::Rereading, Event::FlagUnreadable(message)) => self.refuse(Refusal::Unreadable { message }),

            (State::Marking, Event::PutMarked) => self.go(State::Putting, Effect::Put),
            (State::Marking, Event::MarkRefused) => self.refuse(Refusal::TooLate),

            (State::Putting, Event::PutReturned(version)) => {
                self.go(State::Verifying { version, reads_left: Self::VERIFYING_READS - 1 }, Effect::ReadFlag)
            }
            (State::Putting, Event::PutConflicted) => self.go(State::LosingTheRace, Effect::ReadFlag),
            (State::Putting, Event::PutRejected { code, message }) => self.refuse(Refusal::Rejected { code, message }),
            (State::Putting, Event::PutUnclear(cause)) => self.go(State::Unknown, Effect::RecordUnknown { cause }),

            (State::LosingTheRace, Event::FlagRead(found)) if !self.plan.base.holds(&found) => {
                self.settle(Outcome::Moved { found })
            }
            // SSM says that the parameter exists, the read that it does not: the read is stale.
            (State::LosingTheRace, Event::FlagRead(_)) => self.refuse(Refusal::Rejected {
                code: "ParameterAlreadyExists".into(),
                message: "the parameter exists, but reads do not show it yet".into(),
            }),
            (State::LosingTheRace, Event::FlagUnreadable(message)) => {
                self.refuse(Refusal::Rejected { code: "ParameterAlreadyExists".into(), message })
            }

            (State::Verifying { version, reads_left }, Event::FlagRead(found)) => {
                let (version, reads_left) = (*version, *reads_left);
                match self.verify(version, &found) {
                    Some(verification) => self.land(version, verification),
                    None => self.read_on(version, reads_left, format!("reads still show {}", describe(&found))),
                }
            }
            (State::Verifying { version, reads_left }, Event::FlagUnreadable(why)) => {
                let (version, reads_left) = (*version, *reads_left);
                self.read_on(version, reads_left, why)
            }

            (State::Settling(_), Event::OutcomeRecorded(outcome)) => self.go(State::Settled(outcome), Effect::Rest),
            (State::Correcting { version }, Event::CorrectionRecorded) => {
                let (version, written) = (*version, self.interleaving(*version));
                let verification = Verification::AnswerOnly { why: "it landed late".into() };
                self.go(State::Settled(Outcome::Landed { version, interleaving: written, verification }), Effect::Rest)
            }

            (State::Unknown | State::Abandoned, Event::Looked { found: Found::Landed { version, written_at }, .. }) => {
                self.land(version, Verification::History { written_at })
            }
            (State::Unknown, Event::Looked { found: Found::Nowhere, grace_over: true, .. }) => {
                self.settle(Outcome::NotLanded)
            }
            (State::Unknown, Event::Looked { found: Found::HistoryGone(why), grace_over: true, .. }) => {
                self.settle(Outcome::Undetermined { why })
            }
            (State::Abandoned, Event::Looked { expired: true, .. }) => self.settle(Outcome::Expired),
            (State::Settled(outcome), Event::Looked { found: Found::Landed { version, .. }, .. })
                if outcome.landed().is_none() =>
            {
                self.go(State::Correcting { version }, Effect::RecordCorrection { version })
            }

            // The outcome could not be journalled, or the event does not belong here: whoever reconciles
            // next finds the intent open and brings it to its end.
            _ => Effect::Rest,
        }
    }

    fn go(&mut self, state: State, effect: Effect) -> Effect {
        self.state = state;
        effect
    }

    fn settle(&mut self, outcome: Outcome) -> Effect {
        self.go(State::Settling(outcome.clone()), Effect::RecordOutcome(outcome))
    }

    fn refuse(&mut self, refusal: Refusal) -> Effect {
        self.settle(Outcome::Refused { refusal })
    }

    fn interleaving(&self, given: FlagVersion) -> Interleaving {
        Interleaving::between(self.plan.base.version(), given)
    }

    fn land(&mut self, version: FlagVersion, verification: Verification) -> Effect {
        let interleaving = self.interleaving(version);
        self.settle(Outcome::Landed { version, interleaving, verification })
    }

    /// Step 3: the flag must stand where the person saw it.
    fn compare(&mut self, found: Flag) -> Effect {
        if !self.plan.base.holds(&found) {
            return self.settle(Outcome::Moved { found });
        }
        if found.color() == Some(self.plan.target) {
            return self.settle(Outcome::NothingToDo);
        }
        self.go(State::Marking, Effect::MarkPut)
    }

    /// Whether a read is older than what the person saw: then it is stale, and does not say where the flag has
    /// moved since.
    fn is_behind(&self, found: &Flag) -> bool {
        match (self.plan.base, found) {
            (Base::Version { version, modified_at: Some(modified_at) }, Flag::Present { value, .. }) => {
                let seen = Flag::Present { value: value.clone(), version, modified_at };
                !found.supersedes(&seen)
            }
            _ => false,
        }
    }

    /// Step 5: what a read says about the version that the put was given; `None` where it is older than
    /// the put.
    fn verify(&self, ours: FlagVersion, found: &Flag) -> Option<Verification> {
        let shown = found.version()?;
        if shown == ours && found.color() == Some(self.plan.target) {
            return Some(Verification::Read);
        }
        // In a parameter created or made anew, a high number may be a stale read of its former life.
        let comparable = self.plan.base != Base::Missing && self.interleaving(ours) != Interleaving::MadeAnew;
        (comparable && shown > ours).then(|| Verification::WrittenOver { found: found.clone() })
    }

    fn read_on(&mut self, version: FlagVersion, reads_left: u8, why: String) -> Effect {
        match reads_left.checked_sub(1) {
            Some(reads_left) => self.go(State::Verifying { version, reads_left }, Effect::ReadFlag),
            None => self.land(version, Verification::AnswerOnly { why }),
        }
    }
}

fn describe(flag: &Flag) -> String {
    flag.version().map_or_else(|| "no parameter".into(), |version| format!("version {version}"))
}

#[cfg(test)]
mod tests;
