//! What follows a flip: the DAGs go to the new side, the old side finishes what it has begun and is paused, the switch is
//! watched, and taken back where policy says so. Each step is in the journal before the next is thought of, so whoever
//! comes after a crash, or is asked by a button, goes on from there.

mod dags;
mod revert;
mod ticks;
mod watching;

use std::{sync::Arc, time::Duration};

use teal_domain::{
    Color, Flag, FlagVersion, Timestamp,
    airflow::Dag,
    history::{Progress, Record, SwitchRecord},
    steps::{Course, Step, WatchEnd},
};
use tokio::time::timeout;

use super::{Around, Engine, Pair};
use crate::{
    aws::{AwsError, airflow::client::Airflow},
    store::StoreError,
    traces::About,
};

/// How often it is looked whether a switch is to be followed.
const IDLE: Duration = Duration::from_secs(5);
/// How often what is under way is looked at.
const BUSY: Duration = Duration::from_secs(2);
/// How often what could not be done is tried again, and a watch looks.
const AGAIN: Duration = Duration::from_secs(10);
/// How long the flag may take to answer before what is known of it must do.
const GLANCE: Duration = Duration::from_secs(2);
/// How long one question to an Airflow or to AWS may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// Follows the switches of a pair until the process ends.
pub async fn keep(engine: Arc<Engine>, pair: Arc<Pair>) {
    if pair.ports.around.is_none() {
        return;
    }
    loop {
        let next = match engine.follow(&pair).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(pair = %pair.id(), %error, "what follows a switch waits for the store");
                AGAIN
            }
        };
        let _nudged_or_due = timeout(next, pair.follow.notified()).await;
    }
}

impl Engine {
    /// Does what can be done now for the switch that is followed, and says when to look again.
    pub async fn follow(self: &Arc<Self>, pair: &Arc<Pair>) -> Result<Duration, StoreError> {
        let Some(around) = &pair.ports.around else { return Ok(IDLE) };
        let Some(record) = self.store.following(pair.id()).await? else { return Ok(IDLE) };
        let Some(mut walk) = Walk::of(self, pair, around, &record) else { return Ok(IDLE) };
        let mut next = IDLE;
        if self.store.hold_following(pair.id(), &self.name, self.clock.now()).await? {
            let about = || About::pair(pair.id()).operation(walk.switch.operation);
            let open = self.traces.cycle("follow a switch", about);
            next = open.around(walk.go()).await?;
        }
        if walk.course.is_over() {
            let operation = walk.switch.operation;
            self.store.end_following(pair.id(), operation).await?;
            tracing::info!(pair = %pair.id(), %operation, "nothing follows a switch any more");
        }
        self.refresh_records(pair).await;
        Ok(next)
    }
}

/// One look at what follows a switch.
struct Walk<'a> {
    engine: &'a Arc<Engine>,
    pair: &'a Arc<Pair>,
    around: &'a Around,
    switch: SwitchRecord,
    landed_at: Timestamp,
    version: FlagVersion,
    course: Course,
    /// Another switch has taken its place: nothing more is done for this one.
    overtaken: bool,
}

impl<'a> Walk<'a> {
    fn of(engine: &'a Arc<Engine>, pair: &'a Arc<Pair>, around: &'a Around, record: &Record) -> Option<Self> {
        let (switch, version) = (record.switch()?.clone(), record.version()?);
        let Progress::Ended { at: landed_at, .. } = switch.progress else { return None };
        let course = Course::clone(&switch.course);
        Some(Self { engine, pair, around, switch, landed_at, version, course, overtaken: false })
    }

    async fn go(&mut self) -> Result<Duration, StoreError> {
        if self.moved_on().await {
            self.leave_off().await?;
            return Ok(IDLE);
        }
        if !self.plan().await? {
            // Without a plan the watch goes on all the same.
            self.watch().await?;
            return Ok(AGAIN);
        }
        let busy = self.dags().await?;
        self.watch().await?;
        Ok(if busy { BUSY } else { AGAIN })
    }

    /// Somebody wrote the flag since: what follows belongs to another side now. The flag itself is asked, since what the
    /// board tells may be seconds old; where it does not answer, the board tells.
    async fn moved_on(&self) -> bool {
        let elsewhere = |flag: &Flag| flag.version() != Some(self.version) && flag.color() != Some(self.switch.target);
        let name = &self.pair.config.names.flag;
        if let Ok(Ok(flag)) = timeout(GLANCE, self.pair.ports.flag.read_one(name)).await {
            return elsewhere(&flag);
        }
        let snapshot = self.engine.board.snapshot();
        let Some(flag) = snapshot.pair(self.pair.id()).map(|known| &known.flag) else { return false };
        flag.read_at().is_some_and(|at| at > self.landed_at) && flag.value().is_some_and(elsewhere)
    }

    /// Nothing more is done for this switch, and what was left of it is said.
    async fn leave_off(&mut self) -> Result<(), StoreError> {
        let (unpause, pause) = (self.course.left(false), self.course.left(true));
        if !(unpause.is_empty() && pause.is_empty()) {
            self.take(Step::LeftOff { unpause, pause }).await?;
        }
        if self.course.watched().is_none() {
            self.take(Step::Watched { end: WatchEnd::Overtaken, coverage: None }).await?;
        }
        self.overtaken = true;
        Ok(())
    }

    /// Whether DAGs may be touched now: it is still ours to do, and the flag is where this switch has put it.
    async fn may_touch(&mut self) -> Result<bool, StoreError> {
        let now = self.engine.clock.now();
        if self.overtaken
            || !self.engine.store.keep_following(self.pair.id(), self.switch.operation, &self.engine.name, now).await?
        {
            self.overtaken = true;
            return Ok(false);
        }
        if self.moved_on().await {
            self.leave_off().await?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Journals a step. Once the switch is no longer the one that is followed, nothing more is done for it.
    async fn take(&mut self, step: Step) -> Result<bool, StoreError> {
        let now = self.engine.clock.now();
        let id = self.switch.operation;
        if !self.engine.store.take_step(self.pair.id(), id, &self.engine.name, step.clone(), now).await? {
            self.overtaken = true;
            return Ok(false);
        }
        tracing::info!(pair = %self.pair.id(), operation = %id, step = step.as_str(), "a step after a switch");
        self.course.take(now, step);
        Ok(true)
    }

    fn airflow(&self, side: Color) -> OneSide<'a> {
        let config = &self.pair.config;
        let name = if side == Color::Blue { &config.names.blue } else { &config.names.green };
        let snapshot = self.engine.board.snapshot();
        let environment = snapshot.pair(self.pair.id()).and_then(|known| known.side(side).value());
        let version = environment.and_then(|environment| environment.airflow_version.clone());
        OneSide { rest: self.around, name, version }
    }
}

/// One side's Airflow, to be asked.
struct OneSide<'a> {
    rest: &'a Around,
    name: &'a str,
    version: Option<String>,
}

impl OneSide<'_> {
    fn ask(&self) -> Airflow<'_> {
        Airflow::new(&*self.rest.airflow, self.name, self.version.as_deref())
    }

    async fn dags(&self) -> Result<Vec<Dag>, AwsError> {
        in_time(self.ask().dags()).await
    }

    /// The same, where somebody waits for it in an emergency.
    async fn dags_quickly(&self) -> Result<Vec<Dag>, AwsError> {
        within(GLANCE, self.ask().dags()).await
    }
}

/// An answer within its time.
pub(super) async fn in_time<T>(asked: impl Future<Output = Result<T, AwsError>>) -> Result<T, AwsError> {
    within(PATIENCE, asked).await
}

async fn within<T>(patience: Duration, asked: impl Future<Output = Result<T, AwsError>>) -> Result<T, AwsError> {
    timeout(patience, asked).await.unwrap_or_else(|_| {
        let message = format!("It did not answer within {} s.", patience.as_secs());
        Err(AwsError { code: None, message, refused: false })
    })
}
