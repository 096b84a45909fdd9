//! Driving a switch: carries out what the state machine asks for and tells it what came of it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use teal_domain::{
    Flag, Millis, PairSnapshot,
    history::{Progress, Record, SwitchRecord},
    journal::Timings,
    snapshot::Following,
    switch::{Effect, Event, Outcome, Plan, Refusal, State, Switch},
};

use tracing::Instrument as _;

use super::{Engine, Pair, clock::Clock, lease, reconcile::RECENT, recorder::Recorder, watch};
use crate::{
    aws::ssm::{Put, PutAnswer},
    store::{StoreError, lease::holder, operations::Turn},
    traces::{self, About},
};

/// Between two reads that should show the new version.
const BETWEEN_READS: Duration = Duration::from_millis(100);

/// Watches each step. Tests stop the driver there, as a crash would; the process watches for nothing.
#[async_trait]
pub trait Witness: Send + Sync {
    /// Before an effect is carried out.
    async fn before(&self, effect: &Effect);
    /// After it was carried out, before its event is taken.
    async fn after(&self, effect: &Effect);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

#[async_trait]
impl Witness for Nobody {
    async fn before(&self, _: &Effect) {}
    async fn after(&self, _: &Effect) {}
}

/// What is needed to carry out the effects of one switch.
#[derive(Clone, Copy)]
pub struct Hands<'a> {
    /// Where it is recorded.
    pub recorder: &'a dyn Recorder,
    /// The pair.
    pub pair: &'a Pair,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Who watches.
    pub witness: &'a dyn Witness,
}

impl std::fmt::Debug for Hands<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hands").field("pair", self.pair.id()).finish_non_exhaustive()
    }
}

/// Drives a confirmed switch as far as it goes now: to its outcome, or to knowing that it is unknown.
pub async fn drive(plan: Plan, hands: Hands<'_>) -> Driven {
    let (switch, effect) = Switch::begin(plan);
    carry_out(switch, effect, hands).await
}

/// Goes on with a switch from an effect of its machine.
pub async fn carry_out(switch: Switch, effect: Effect, hands: Hands<'_>) -> Driven {
    let plan = switch.plan();
    let (kind, target) = (plan.kind.as_str(), plan.target.as_str());
    let about = || About::pair(&plan.pair).operation(plan.operation).word("teal.kind", kind).word("teal.to", target);
    let open = traces::part("switch", about);
    open.around(steps(switch, effect, hands)).await
}

async fn steps(mut switch: Switch, mut effect: Effect, hands: Hands<'_>) -> Driven {
    let mut stopwatch = Stopwatch::new(hands.clock);
    let mut turn = Turn::Theirs;
    let mut given_back = false;
    let (mut seen, mut never_began) = (None, None);
    while effect != Effect::Rest {
        hands.witness.before(&effect).await;
        let open = traces::part(word(&effect), About::nothing);
        let event = match open.around(one(&switch, &effect, hands, &mut stopwatch, &mut turn)).await {
            Ok(event) => event,
            Err(error) => {
                tracing::error!(operation = %switch.plan().operation, %error, "the journal did not take a step of a switch");
                let event = Event::StoreFailed(error.to_string());
                if effect == Effect::RecordIntent {
                    never_began = Some(error);
                }
                event
            }
        };
        hands.witness.after(&effect).await;
        match &event {
            Event::FlagRead(flag) => seen = Some(flag.clone()),
            // The end gives the lease back as it is recorded.
            Event::OutcomeRecorded(_) => given_back = true,
            _ => {}
        }
        effect = switch.on(event);
    }
    // Without an intent there is no lease, and a store that just failed is not asked to take it back. One that was
    // begun before holds its own.
    if !given_back
        && *switch.state() != State::Duplicate
        && never_began.is_none()
        && let Err(error) = hands.recorder.give_back(switch.plan(), &holder(switch.plan())).await
    {
        tracing::warn!(%error, "the lease was not given back; it runs out by itself");
    }
    traces::say(|| About::nothing().word("teal.state", stands(switch.state())));
    Driven { switch, seen, never_began }
}

/// An effect as a trace calls it.
const fn word(effect: &Effect) -> &'static str {
    match effect {
        Effect::RecordIntent => "record the intent",
        Effect::TakeLease => "take the lease",
        Effect::ReadFlag => "read the flag",
        Effect::MarkPut => "mark the put",
        Effect::Put => "put",
        Effect::RecordUnknown { .. } => "record that it is unknown",
        Effect::RecordOutcome(_) => "record the outcome",
        Effect::RecordCorrection { .. } => "record a correction",
        Effect::Rest => "rest",
    }
}

/// Where a switch stands, in a word.
const fn stands(state: &State) -> &'static str {
    match state {
        State::Settled(outcome) => outcome.as_str(),
        State::Duplicate => "duplicate",
        _ => "unknown",
    }
}

/// How far a switch was driven.
#[derive(Debug)]
pub struct Driven {
    /// The switch.
    pub switch: Switch,
    /// The flag as it was read last on the way.
    pub seen: Option<Flag>,
    /// Why its intent was not recorded, if that is why it ended.
    pub never_began: Option<StoreError>,
}

async fn one(
    switch: &Switch,
    effect: &Effect,
    hands: Hands<'_>,
    stopwatch: &mut Stopwatch<'_>,
    turn: &mut Turn,
) -> Result<Event, StoreError> {
    let (plan, recorder, clock) = (switch.plan(), hands.recorder, hands.clock);
    let flag = &hands.pair.ports.flag;
    let name = &hands.pair.config.names.flag;
    Ok(match effect {
        Effect::RecordIntent => match recorder.intent(plan, clock.now()).await? {
            Some(taken) => {
                *turn = taken;
                Event::IntentRecorded
            }
            None => Event::IntentKnown,
        },
        Effect::TakeLease => {
            let event = match *turn {
                Turn::Ours { waits_for } => Event::LeaseTaken { waits_for },
                Turn::Theirs => lease::wait(recorder, plan, clock).await,
            };
            stopwatch.lap(|timings| &mut timings.queue);
            event
        }
        Effect::ReadFlag => {
            let verifying = matches!(switch.state(), State::Verifying { .. });
            if matches!(switch.state(), State::Verifying { reads_left, .. } if *reads_left < 4) {
                clock.sleep(BETWEEN_READS).await;
            }
            let event =
                flag.read_one(name).await.map_or_else(|error| Event::FlagUnreadable(error.message), Event::FlagRead);
            stopwatch.lap(|timings| if verifying { &mut timings.verify } else { &mut timings.reread });
            event
        }
        Effect::MarkPut if recorder.mark(plan, clock.now()).await? => Event::PutMarked,
        Effect::MarkPut => Event::MarkRefused,
        Effect::Put => {
            let put = Put { color: plan.target, operation: plan.operation, overwrite: plan.overwrites() };
            stopwatch.restart();
            let answer = flag.put(name, put).await;
            stopwatch.lap(|timings| &mut timings.put);
            match answer {
                PutAnswer::Done(version) => Event::PutReturned(version),
                PutAnswer::Exists => Event::PutConflicted,
                PutAnswer::Refused(error) => {
                    Event::PutRejected { code: error.code.unwrap_or_default(), message: error.message }
                }
                PutAnswer::Unclear(cause) => Event::PutUnclear(cause),
            }
        }
        Effect::RecordUnknown { cause } => {
            recorder.record_unknown(plan, cause.clone(), clock.now()).await?;
            Event::UnknownRecorded
        }
        Effect::RecordOutcome(outcome) => {
            let timings = stopwatch.finish(outcome);
            Event::OutcomeRecorded(recorder.outcome(plan, outcome.clone(), timings, clock.now()).await?)
        }
        Effect::RecordCorrection { version } => {
            recorder.correction(plan, *version, clock.now()).await?;
            Event::CorrectionRecorded
        }
        Effect::Rest => Event::UnknownRecorded,
    })
}

/// Measures the steps on the monotonic clock.
#[derive(Debug)]
struct Stopwatch<'a> {
    clock: &'a dyn Clock,
    began: Duration,
    lap: Duration,
    timings: Timings,
}

impl<'a> Stopwatch<'a> {
    fn new(clock: &'a dyn Clock) -> Self {
        let now = clock.monotonic();
        Self { clock, began: now, lap: now, timings: Timings::default() }
    }

    fn restart(&mut self) {
        self.lap = self.clock.monotonic();
    }

    fn lap(&mut self, step: impl FnOnce(&mut Timings) -> &mut Millis) {
        let now = self.clock.monotonic();
        let span = step(&mut self.timings);
        *span = Millis(span.0 + millis(now.saturating_sub(self.lap)));
        self.lap = now;
    }

    /// The timings of a switch that put something; the others have none worth keeping.
    fn finish(&mut self, outcome: &Outcome) -> Option<Timings> {
        let put = matches!(outcome, Outcome::Landed { .. }) && self.timings.put != Millis(0);
        self.timings.total = Millis(millis(self.clock.monotonic().saturating_sub(self.began)));
        put.then_some(self.timings)
    }
}

fn millis(span: Duration) -> u64 {
    // Rounded up: a step that took something never shows as nothing.
    u64::try_from(span.as_micros().div_ceil(1000)).unwrap_or(u64::MAX)
}

impl Engine {
    /// Switches, and answers with the record of it. The driver runs in a task of its own: somebody who
    /// closes the page does not stop a switch half-way. What need not be waited for goes on behind it.
    pub async fn switch(self: &Arc<Self>, pair: &Arc<Pair>, plan: Plan) -> Result<Record, StoreError> {
        let (engine, pair) = (self.clone(), pair.clone());
        let operation = plan.operation;
        let driven = async move {
            let record = engine.switch_witnessed(&pair, plan, &Nobody).await;
            record.iter().for_each(|record| engine.metrics.switched(record));
            // Whoever is asked again wants to know who moved the flag meanwhile.
            if record.as_ref().is_ok_and(Record::moved) {
                engine.after_switch(&pair).await;
                return record;
            }
            let (engine, pair) = (engine.clone(), pair.clone());
            tokio::spawn(traces::carried(async move { engine.after_switch(&pair).await }.in_current_span()));
            record
        };
        match tokio::spawn(traces::carried(driven.in_current_span())).await {
            Ok(result) => result,
            Err(error) => {
                tracing::error!(%operation, %error, "the driver of a switch stopped; reconciliation goes on with it");
                self.store.record_of(operation).await?.ok_or(StoreError::Database(sqlx::Error::RowNotFound))
            }
        }
    }

    /// [`Engine::switch`] in the caller's own task, with somebody watching each step, up to the outcome.
    pub async fn switch_witnessed(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        plan: Plan,
        witness: &dyn Witness,
    ) -> Result<Record, StoreError> {
        let operation = plan.operation;
        let driving = self.drive(operation);
        let hands = Hands { recorder: &self.store, pair, clock: &*self.clock, witness };
        let Driven { switch, seen, never_began } = drive(plan, hands).await;
        drop(driving);
        if let Some(flag) = seen {
            let now = self.clock.now();
            self.board.update(pair.id(), now, |known| watch::take_flag(known, flag, now));
        }
        if let Some(error) = never_began {
            return Err(error);
        }
        if let State::Settled(Outcome::Refused { refusal: Refusal::StoreAway { message } }) = switch.state()
            && self.store.record_of(operation).await.ok().flatten().is_none()
        {
            return Err(StoreError::Away(message.clone()));
        }
        let record = self.store.record_of(operation).await?;
        let record = record.ok_or(StoreError::Database(sqlx::Error::RowNotFound))?;
        if matches!(record.switch(), Some(SwitchRecord { progress: Progress::Ended { .. }, .. })) {
            // Enough for the page that the answer leads to; reading it all again goes on behind it.
            self.board.update(pair.id(), self.clock.now(), |known| ended(known, &record));
        } else {
            self.refresh_records(pair).await;
        }
        Ok(record)
    }

    /// After a switch: its version goes into the journal, an unknown outcome is looked for without waiting
    /// for the next poll, and the journal's head leaves the store.
    pub async fn after_switch(self: &Arc<Self>, pair: &Arc<Pair>) {
        self.refresh_records(pair).await;
        if let Err(error) = self.reconcile(pair).await {
            tracing::warn!(pair = %pair.id(), %error, "not reconciled after a switch; the next poll tries again");
        }
        self.log_head("after a switch").await;
        pair.nudge.notify_one();
        pair.follow.notify_one();
    }

    /// Prints the head of the journal. Whoever keeps that line can prove later that nothing before it was
    /// changed and nothing cut off.
    pub async fn log_head(&self, when: &str) {
        match self.store.head().await {
            Ok(head) => tracing::info!(target: "teal::journal", %head, when, "journal head"),
            Err(error) => tracing::warn!(%error, "the journal's head could not be read"),
        }
    }
}

/// What the board can be told at once of a switch that has ended.
fn ended(known: &mut PairSnapshot, record: &Record) {
    if known.open.as_ref().map(|open| open.operation) == record.switch().map(|switch| switch.operation) {
        known.open = None;
    }
    // What it rested on is used up.
    let rested = record.switch().and_then(|switch| switch.approval.as_ref()).map(|approval| approval.request);
    if rested.is_some() && known.request.as_ref().map(|open| open.request.id) == rested {
        known.request = None;
    }
    // What follows is in the store with the outcome: whoever comes to the record now is to know that more is to come.
    if let Some(following) = Following::of(record) {
        known.following = Some(following);
    }
    if let Some(listed) = known.recent.iter_mut().find(|listed| listed.seq == record.seq) {
        *listed = record.clone();
    } else {
        known.recent.insert(0, record.clone());
        known.recent.truncate(RECENT);
    }
}
