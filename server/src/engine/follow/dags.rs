//! The DAGs: unpaused on the new side, paused on the old one as each has finished what it had begun.

use std::sync::PoisonError;

use teal_domain::{
    Color, Millis,
    airflow::Work,
    dags::{DagPlan, Strategy},
    steps::{Course, Step},
    switch::Kind,
};

use super::{GLANCE, PATIENCE, Walk, in_time, ticks::NotYet, within};
use crate::{
    aws::{
        AwsError,
        airflow::client::{Changed, parts},
    },
    store::StoreError,
};

/// How long the old side may be silent before nothing waits for it.
const OUT_OF_REACH: Millis = Millis::from_secs(120);
/// How many DAGs are changed before what was done is journalled.
const AT_ONCE: usize = 100;
impl Walk<'_> {
    /// What is to be done, worked out once, before the first DAG is touched. `false`: it cannot be told yet.
    pub(super) async fn plan(&mut self) -> Result<bool, StoreError> {
        if self.course.plan.is_some() {
            return Ok(true);
        }
        let plan = match self.switch.reverts {
            Some(reverts) => self.back(reverts).await?,
            None => self.forth().await?,
        };
        match plan {
            Ok(plan) => self.take(Step::Planned { plan }).await,
            Err((side, pause, because)) => {
                self.owe(side, pause, Vec::new(), because).await?;
                Ok(false)
            }
        }
    }

    async fn forth(&self) -> Result<Result<DagPlan, (Color, bool, String)>, StoreError> {
        let before = self.engine.moved(self.pair).await?;
        Ok(self.plan_on_what_stands(before.as_ref()).await)
    }

    async fn plan_on_what_stands(&self, before: Option<&Course>) -> Result<DagPlan, (Color, bool, String)> {
        let (target, old) = (self.switch.target, self.switch.target.other());
        let rules = &self.pair.config.policy.dags;
        if rules.strategy != Strategy::PauseStandby || self.switch.flag_only {
            return Ok(DagPlan::nothing(rules.strategy, target));
        }
        let (new_side, old_side) = (self.airflow(target), self.airflow(old));
        let emergency = self.switch.kind == Kind::Emergency;
        let patience = if emergency { GLANCE } else { PATIENCE };
        let work = async { within(patience, old_side.ask().work()).await.ok() };
        let there = async { if emergency { old_side.dags_quickly().await } else { old_side.dags().await } };
        let (new, there, work) = tokio::join!(new_side.dags(), there, work);
        let new = new.map_err(|error| (target, false, error.message))?;
        let at_once = emergency || there.is_err();
        let there = match there {
            Ok(there) => there,
            // What it looked like when it was last seen.
            Err(error) => {
                let snapshot = self.engine.board.snapshot();
                let seen = snapshot.pair(self.pair.id()).and_then(|known| known.surroundings.side(old).dags.value());
                let unknown = format!(
                    "Which DAGs {} worked on is not known: it does not answer ({}), and was never read.",
                    old.title(),
                    error.message
                );
                seen.cloned().ok_or((target, false, unknown))?
            }
        };
        let now = self.engine.clock.now();
        let plan = DagPlan::pause_standby(target, Some(&there), Some(&new), work.as_ref(), before, rules, now);
        Ok(DagPlan { at_once, ..plan })
    }

    /// The way back of a switch that this one takes back.
    async fn back(
        &self,
        reverts: teal_domain::OperationId,
    ) -> Result<Result<DagPlan, (Color, bool, String)>, StoreError> {
        let (target, old) = (self.switch.target, self.switch.target.other());
        let nothing = || DagPlan::nothing(self.pair.config.policy.dags.strategy, target);
        let Some(record) = self.engine.store.record_of(reverts).await? else { return Ok(Ok(nothing())) };
        let Some(switch) = record.switch() else { return Ok(Ok(nothing())) };
        if switch.course.plan.as_ref().is_none_or(|plan| plan.moves.is_empty()) {
            return Ok(Ok(nothing()));
        }
        let (new_side, old_side) = (self.airflow(target), self.airflow(old));
        let emergency = self.switch.kind == Kind::Emergency;
        let there = async { if emergency { old_side.dags_quickly().await } else { old_side.dags().await } };
        let (new, there) = tokio::join!(new_side.dags(), there);
        let new = match new {
            Ok(new) => new,
            Err(error) => return Ok(Err((target, false, error.message))),
        };
        let at_once = emergency || there.is_err();
        let stands = |side: Color, id: &str| {
            let dags = if side == target { Some(&new) } else { there.as_ref().ok() }?;
            dags.iter().find(|dag| dag.id == id).map(|dag| dag.paused)
        };
        let plan = DagPlan::back(&switch.course, stands);
        Ok(Ok(plan.map_or_else(nothing, |plan| DagPlan { at_once, ..plan })))
    }

    /// Does what can be done now. Answers whether it is worth looking again soon.
    pub(super) async fn dags(&mut self) -> Result<bool, StoreError> {
        if self.course.dags_done() || self.overtaken {
            return Ok(false);
        }
        let target = self.switch.target;
        let ready = self.course.may_unpause();
        let mut well = self.change(target, false, ready).await?;
        well &= self.pause_old().await?;
        // The old side of these has just been paused.
        let ready = self.course.may_unpause();
        well &= self.change(target, false, ready).await?;
        if self.overtaken || !self.course.left(true).is_empty() || !self.course.left(false).is_empty() {
            return Ok(well);
        }
        if !self.nothing_is_frozen().await? {
            return Ok(true);
        }
        self.take(Step::DagsDone).await?;
        Ok(false)
    }

    async fn pause_old(&mut self) -> Result<bool, StoreError> {
        let old = self.switch.target.other();
        let left = self.course.left(true);
        if left.is_empty() || self.overtaken {
            return Ok(true);
        }
        let skipped = self.course.skipped();
        let work = in_time(self.airflow(old).ask().work()).await;
        let work = match work {
            Ok(work) => work,
            Err(error) => {
                self.owe(old, true, left, error.message).await?;
                self.out_of_reach(old).await?;
                return Ok(false);
            }
        };
        self.silence(false);
        // A paused DAG freezes what it is at: each is paused only once it is at nothing.
        let idle = left.iter().filter(|dag| skipped || !busy(&work, dag)).cloned().collect::<Vec<_>>();
        let well = self.change(old, true, idle.clone()).await?;
        if !skipped && !idle.is_empty() {
            self.let_run_on(old, &idle).await?;
        }
        self.drained(&work).await?;
        Ok(well)
    }

    /// Whoever says not to wait for the old side, or waits for it in vain, has the new side work.
    async fn out_of_reach(&mut self, old: Color) -> Result<(), StoreError> {
        let long = self.silence(true) >= OUT_OF_REACH;
        if !self.course.at_once() && !self.overtaken && (long || self.course.skipped()) {
            self.take(Step::OutOfReach { side: old }).await?;
        }
        Ok(())
    }

    /// For how long the old side has been silent without a break. That is known to this process only: whoever goes on
    /// after it waits anew.
    fn silence(&self, silent: bool) -> Millis {
        let (now, operation) = (self.engine.clock.now(), self.switch.operation);
        let mut known = self.pair.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let since = known.filter(|(of, _)| silent && *of == operation).map_or(now, |(_, since)| since);
        *known = silent.then_some((operation, since));
        now.since(since)
    }

    /// Before all is said to be done: no DAG of the old side was paused in the middle of a run. Where the look after the
    /// pause failed, or nobody came to make it, it is made here.
    async fn nothing_is_frozen(&mut self) -> Result<bool, StoreError> {
        let old = self.switch.target.other();
        let paused = self.course.plan.as_ref().map(DagPlan::pause).unwrap_or_default();
        if paused.is_empty() || self.course.skipped() {
            return Ok(true);
        }
        match in_time(self.airflow(old).ask().work()).await {
            Ok(work) => {
                let frozen = paused.into_iter().filter(|dag| busy(&work, dag)).collect::<Vec<_>>();
                let all_well = frozen.is_empty();
                self.change(old, false, frozen).await?;
                Ok(all_well)
            }
            Err(error) => {
                let because = format!("Whether a run was frozen by pausing cannot be told: {}", error.message);
                self.owe(old, true, Vec::new(), because).await?;
                Ok(self.course.at_once())
            }
        }
    }

    /// A run that began between the look and the pause would be frozen: it is let run on, and paused later.
    async fn let_run_on(&mut self, old: Color, paused: &[String]) -> Result<(), StoreError> {
        let Ok(work) = in_time(self.airflow(old).ask().work()).await else { return Ok(()) };
        let frozen = paused.iter().filter(|dag| busy(&work, dag) && self.course.is_done(old, true, dag));
        let frozen = frozen.cloned().collect::<Vec<_>>();
        self.change(old, false, frozen).await.map(drop)
    }

    /// Says once that the old side has finished, or that its time is over.
    async fn drained(&mut self, work: &Work) -> Result<(), StoreError> {
        let (old, left) = (self.switch.target.other(), self.course.left(true));
        let took = self.engine.clock.now().since(self.landed_at);
        let over = took > self.pair.config.policy.dags.drain;
        if self.course.drained().is_none() && (left.is_empty() || over) {
            let tasks = work.tasks.iter().filter(|task| left.contains(&task.dag)).count();
            let tasks = if left.is_empty() { 0 } else { u32::try_from(tasks).unwrap_or(u32::MAX) };
            self.take(Step::Drained { left: tasks, skipped: false, took }).await?;
        }
        if over && !left.is_empty() {
            let minutes = Millis::as_secs(self.pair.config.policy.dags.drain) / 60;
            let because = format!(
                "They have not finished what they had begun within {minutes} minutes. Each is paused as it ends, or now if you say so."
            );
            self.owe(old, true, left, because).await?;
        }
        Ok(())
    }

    /// Pauses or unpauses, and journals what was done and what was not.
    async fn change(&mut self, side: Color, pause: bool, mut ids: Vec<String>) -> Result<bool, StoreError> {
        if ids.is_empty() || self.overtaken {
            return Ok(true);
        }
        let known = match self.airflow(side).dags().await {
            Ok(known) => known,
            Err(error) => {
                self.owe(side, pause, ids, error.message).await?;
                return Ok(false);
            }
        };
        let mut not_yet = NotYet::default();
        // On the old side a DAG is unpaused only for what it is at; its ticks are its own.
        if !pause && side == self.switch.target {
            not_yet = self.cover(&known, &ids).await;
            ids.retain(|dag| !not_yet.holds(dag));
            if let Some((dags, because)) = told_together(std::mem::take(&mut not_yet.uncovered)) {
                self.say_once(Step::Uncovered { dags, because }).await?;
            }
        }
        for some in parts(&known, &ids, pause, AT_ONCE) {
            if !self.may_touch().await? {
                return Ok(false);
            }
            let Changed { done, failed, put_back } = self.airflow(side).ask().set_paused(&known, some, pause).await;
            self.tell_put_back(side, !pause, put_back).await?;
            if !done.is_empty() {
                let dags = done;
                let step = if pause { Step::Paused { side, dags } } else { Step::Unpaused { side, dags } };
                if !self.take(step).await? {
                    return Ok(false);
                }
            }
            if let Some((_, error)) = failed.first() {
                let because = error.message.clone();
                let left = ids.iter().filter(|dag| !self.course.is_done(side, pause, dag)).cloned().collect();
                self.owe(side, pause, left, because).await?;
                return Ok(false);
            }
        }
        if let Some((dags, because)) = told_together([not_yet.refused, not_yet.held].concat()) {
            self.owe(side, pause, dags, because).await?;
            return Ok(false);
        }
        Ok(true)
    }

    /// What nobody wanted to be touched is told, also where it is as it was.
    async fn tell_put_back(
        &mut self,
        side: Color,
        pause: bool,
        touched: Vec<(String, Option<AwsError>)>,
    ) -> Result<(), StoreError> {
        let (good, bad): (Vec<_>, Vec<_>) = touched.into_iter().partition(|(_, error)| error.is_none());
        let dags: Vec<String> = good.into_iter().map(|(dag, _)| dag).collect();
        if !dags.is_empty() {
            self.take(Step::PutBack { side, pause, dags, failed: None }).await?;
        }
        let bad = bad.into_iter().filter_map(|(dag, error)| Some((dag, error?.message))).collect();
        if let Some((dags, because)) = told_together(bad) {
            self.take(Step::PutBack { side, pause, dags, failed: Some(because) }).await?;
        }
        Ok(())
    }

    /// What could not be done is owed: it is said once, and again when it is another.
    async fn owe(&mut self, side: Color, pause: bool, dags: Vec<String>, because: String) -> Result<(), StoreError> {
        let step = Step::Owed { side, pause, dags, because };
        let last = self.course.steps.iter().rev().map(|(_, step)| step);
        let mut last = last
            .filter(|step| matches!(step, Step::Owed { side: on, pause: what, .. } if (*on, *what) == (side, pause)));
        if last.next() == Some(&step) || self.overtaken {
            return Ok(());
        }
        tracing::warn!(pair = %self.pair.id(), operation = %self.switch.operation, ?step, "a step after a switch is owed");
        self.take(step).await.map(drop)
    }

    async fn say_once(&mut self, step: Step) -> Result<(), StoreError> {
        if self.overtaken || self.course.steps.iter().any(|(_, said)| *said == step) {
            return Ok(());
        }
        self.take(step).await.map(drop)
    }
}

/// DAGs of which different things are told, and what is told, each once.
fn told_together(told: Vec<(String, String)>) -> Option<(Vec<String>, String)> {
    let (dags, mut because): (Vec<_>, Vec<_>) = told.into_iter().unzip();
    because.dedup();
    because.truncate(3);
    (!dags.is_empty()).then(|| (dags, because.join(" ")))
}

fn busy(work: &Work, dag: &str) -> bool {
    work.runs.iter().any(|(known, _)| known == dag) || work.tasks.iter().any(|task| task.dag == dag)
}
