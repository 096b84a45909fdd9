//! Drills: begun when they are due, driven from the journal, and put onto the board. What a run does next is the domain's to
//! say (`drill::next`, decision 23); here what is seen is gathered and what comes out is carried out.

pub mod calendar;
mod drive;
pub mod form;
mod plans;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use teal_domain::{
    Millis, OperationId, Timestamp,
    drill::{Drills, Late, Plan, Run, Skipped},
    history::Record,
};
use tokio::time::timeout;

use super::{Engine, Pair};
use crate::{
    store::{Result, drills::Begun},
    traces::About,
};

pub use plans::NotDone;

/// How often it is looked whether something is due, and how often a run is looked at.
const IDLE: Duration = Duration::from_secs(5);
const BUSY: Duration = Duration::from_secs(2);
/// Where the store does not answer.
const AGAIN: Duration = Duration::from_secs(10);
/// Dates that Teal missed are told as skipped as far back as this.
const MISSED: Millis = Millis::from_secs(7 * 86_400);

/// What is remembered of a pair's plans between two looks.
#[derive(Debug, Default)]
pub struct Shelf {
    /// The next date of each plan, by its revision: to work one out anew at each look would be waste.
    next: Mutex<HashMap<OperationId, (u32, Option<Timestamp>)>>,
    /// What was put onto the board last was made of this.
    shown: Mutex<Option<Shown>>,
}

/// What the board's share is made of: the plans, the latest runs, and the minute.
type Shown = (Vec<Plan>, Vec<Record>, i64);

/// Begins and drives the drills of a pair until the process ends.
pub async fn keep(engine: Arc<Engine>, pair: Arc<Pair>) {
    loop {
        let next = match engine.go_on_with_drills(&pair).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(pair = %pair.id(), %error, "drills wait for the store");
                AGAIN
            }
        };
        let _nudged_or_due = timeout(next, pair.drill.notified()).await;
    }
}

impl Engine {
    /// Does what can be done now: begins what is due, drives the run that is under way; and says when to look again.
    pub async fn go_on_with_drills(self: &Arc<Self>, pair: &Arc<Pair>) -> Result<Duration> {
        let plans = self.store.drill_plans(pair.id()).await?;
        let mut until_next = IDLE;
        for plan in plans.iter().filter(|plan| !plan.paused) {
            while let Some(due) = self.next_date(pair, plan) {
                let now = self.clock.now();
                if due > now {
                    let wait = Duration::from_millis(due.since(now).0);
                    until_next = until_next.min(wait.max(Duration::from_millis(50)));
                    break;
                }
                if !self.is_begun(pair, plan, due, now).await? {
                    // Another one is in the way: this date waits, and so do the later ones of its plan.
                    break;
                }
                Self::past(pair, plan, due);
            }
        }
        let busy = self.drive_drill(pair).await?;
        self.refresh_drills(pair).await?;
        Ok(if busy { BUSY.min(until_next) } else { until_next })
    }

    /// The next date of a plan that has not had its run as far as this process knows.
    fn next_date(&self, pair: &Pair, plan: &Plan) -> Option<Timestamp> {
        let mut known = pair.drills.next.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.get(&plan.id).copied().filter(|(revision, _)| *revision == plan.revision);
        let (_, next) = entry.unwrap_or_else(|| {
            // What it was to do before it was written so is nothing that was missed.
            let from = plan.changed_at.max(self.clock.now() - MISSED);
            let found = (plan.revision, calendar::next(plan, from, 1).first().copied());
            known.insert(plan.id, found);
            found
        });
        next
    }

    /// A date has had its run: the one after it is next.
    fn past(pair: &Pair, plan: &Plan, due: Timestamp) {
        let next = calendar::next(plan, due + Millis(1), 1).first().copied();
        pair.drills.next.lock().unwrap_or_else(PoisonError::into_inner).insert(plan.id, (plan.revision, next));
    }

    /// Begins the run of a date, or says why it is skipped. `false`: neither, since another run is under way.
    async fn is_begun(self: &Arc<Self>, pair: &Arc<Pair>, plan: &Plan, due: Timestamp, now: Timestamp) -> Result<bool> {
        let run = Run { id: self.new_operation(), plan: plan.clone(), due, asked_by: None };
        let late = now.since(due);
        if late > plan.window || (late > Late::STILL_IN_TIME && plan.late == Late::Skip) {
            // Whoever was here and could not begin it says so; else nobody was.
            let another =
                self.store.drill_under_way(pair.id()).await?.is_some_and(|record| record.at < due + plan.window);
            let why = if another && late > plan.window {
                Skipped::Window { because: "Another drill was under way.".to_owned() }
            } else if another {
                return Ok(false);
            } else {
                Skipped::Late
            };
            if let Some(seq) = self.store.skip_drill(&run, why.clone(), now).await? {
                tracing::warn!(pair = %pair.id(), seq, plan = %plan.name, because = why.told(), "a drill was skipped");
                self.refresh_records(pair).await;
            }
            return Ok(true);
        }
        match self.store.begin_drill(&run, now).await? {
            Begun::Recorded(seq) => {
                tracing::info!(pair = %pair.id(), seq, plan = %plan.name, "a drill begins");
                self.refresh_records(pair).await;
                Ok(true)
            }
            Begun::Had => Ok(true),
            Begun::Running(_) => Ok(false),
        }
    }

    async fn drive_drill(self: &Arc<Self>, pair: &Arc<Pair>) -> Result<bool> {
        let Some(record) = self.store.drill_under_way(pair.id()).await? else { return Ok(false) };
        let Some(drill) = record.drill().cloned() else { return Ok(false) };
        if !self.store.hold_drill(pair.id(), drill.run.id, &self.name, self.clock.now()).await? {
            return Ok(true);
        }
        let about = || About::pair(pair.id()).operation(drill.run.id);
        let open = self.traces.cycle("drive a drill", about);
        open.around(drive::drive(self, pair, drill.clone())).await?;
        self.refresh_records(pair).await;
        Ok(true)
    }

    /// Puts onto the board what is planned, what is under way, and the runs of late.
    pub async fn refresh_drills(&self, pair: &Pair) -> Result<()> {
        let plans = self.store.drill_plans(pair.id()).await?;
        let all = self.store.drill_runs(pair.id(), Drills::TOLD + 1).await?;
        let now = self.clock.now();
        // Dates go by: once a minute it is made anew in any case.
        let of = (plans, all, now.0.div_euclid(60_000));
        {
            let mut shown = pair.drills.shown.lock().unwrap_or_else(PoisonError::into_inner);
            if shown.as_ref() == Some(&of) {
                return Ok(());
            }
            *shown = Some(of.clone());
        }
        let (plans, all, _) = of;
        let ended = |record: &Record| record.drill().is_some_and(|drill| drill.end.is_some());
        let (mut runs, open): (Vec<Record>, Vec<Record>) = all.into_iter().partition(ended);
        runs.truncate(Drills::TOLD);
        let proved_at = runs.iter().find_map(|record| record.drill()?.proves());
        self.board.update(pair.id(), now, |known| {
            let planned = calendar::planned(known, &plans, now);
            known.drills = Arc::new(Drills { plans: planned, open: open.into_iter().next(), runs, proved_at });
        });
        Ok(())
    }
}
