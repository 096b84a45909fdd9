//! What people do with plans and runs.

use std::sync::Arc;

use teal_domain::{
    Actor, OperationId, Timestamp,
    drill::{Plan, PlansChange, Run, Skipped, Step},
};

use super::{
    super::{Engine, Pair},
    calendar,
};
use crate::store::{
    Result,
    drills::{Begun, Saved},
};

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// There is no such plan.
    #[error("There is no such plan: somebody may have taken it away.")]
    NoPlan,
    /// Somebody was quicker.
    #[error("Somebody has changed the plan since you looked at it. Look again, then change it.")]
    Changed,
    /// There are too many.
    #[error("The pair has {} plans, and more are not kept: take one away first.", Plan::MOST)]
    TooMany,
    /// Another run is under way.
    #[error("A drill of this pair is under way already: see record {seq}.")]
    Running {
        /// Its record.
        seq: u64,
    },
    /// That date is not the next one any more.
    #[error("That date has had its run, or is none of the plan's any more. Look again.")]
    NoDate,
    /// It has ended.
    #[error("That drill is not under way any more.")]
    Over,
}

impl Engine {
    /// The plan of that id, if it stands.
    pub async fn drill_plan(&self, pair: &Pair, plan: OperationId) -> Result<Option<Plan>> {
        Ok(self.store.drill_plans(pair.id()).await?.into_iter().find(|known| known.id == plan))
    }

    /// Writes a plan: a new one, or the next revision of one.
    pub async fn save_drill(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        plan: &Plan,
        change: PlansChange,
    ) -> Result<std::result::Result<(), NotDone>> {
        let saved = self.store.save_drill(plan, change, self.clock.now()).await?;
        if saved == Saved::Stands {
            tracing::info!(pair = %pair.id(), plan = %plan.name, by = %plan.changed_by, change = change.as_str(), "a drill was planned");
        }
        self.looked_at(pair).await?;
        Ok(match saved {
            Saved::Stands => Ok(()),
            Saved::Changed => Err(NotDone::Changed),
            Saved::TooMany => Err(NotDone::TooMany),
        })
    }

    /// Pauses a plan, lets it go on, or takes it away.
    pub async fn change_drill(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        who: &Actor,
        plan: OperationId,
        change: PlansChange,
    ) -> Result<std::result::Result<(), NotDone>> {
        let Some(known) = self.drill_plan(pair, plan).await? else { return Ok(Err(NotDone::NoPlan)) };
        let paused = match change {
            PlansChange::Paused => true,
            PlansChange::Resumed => false,
            PlansChange::Made | PlansChange::Changed | PlansChange::Removed => known.paused,
        };
        let (revision, changed_by, changed_at) = (known.revision + 1, who.clone(), self.clock.now());
        self.save_drill(pair, &Plan { paused, revision, changed_by, changed_at, ..known }, change).await
    }

    /// Runs a plan now, outside its schedule. Answers with the number of the record.
    pub async fn run_drill(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        who: &Actor,
        plan: OperationId,
    ) -> Result<std::result::Result<u64, NotDone>> {
        let Some(plan) = self.drill_plan(pair, plan).await? else { return Ok(Err(NotDone::NoPlan)) };
        let now = self.clock.now();
        let run = Run { id: self.new_operation(), plan, due: now, asked_by: Some(who.clone()) };
        let begun = self.store.begin_drill(&run, now).await?;
        self.looked_at(pair).await?;
        Ok(match begun {
            Begun::Recorded(seq) => {
                tracing::info!(pair = %pair.id(), seq, plan = %run.plan.name, by = %who, "a drill begins now");
                Ok(seq)
            }
            Begun::Had => Err(NotDone::NoDate),
            Begun::Running(seq) => Err(NotDone::Running { seq }),
        })
    }

    /// Skips the next date of a plan, which must be the one that the person saw. Answers with the number of the record.
    pub async fn skip_drill(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        who: &Actor,
        plan: OperationId,
        due: Timestamp,
    ) -> Result<std::result::Result<u64, NotDone>> {
        let Some(plan) = self.drill_plan(pair, plan).await? else { return Ok(Err(NotDone::NoPlan)) };
        let now = self.clock.now();
        if due < now || !calendar::next(&plan, due, 1).contains(&due) {
            return Ok(Err(NotDone::NoDate));
        }
        let run = Run { id: self.new_operation(), plan, due, asked_by: Some(who.clone()) };
        let skipped = self.store.skip_drill(&run, Skipped::Asked { by: who.clone() }, now).await?;
        self.looked_at(pair).await?;
        Ok(skipped.ok_or(NotDone::NoDate))
    }

    /// Stops a run: the flag goes back first, if it has gone over.
    pub async fn stop_drill(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        who: &Actor,
        run: OperationId,
    ) -> Result<std::result::Result<(), NotDone>> {
        let open = self.store.drill_under_way(pair.id()).await?;
        let known = open.as_ref().and_then(|record| record.drill()).filter(|drill| drill.run.id == run);
        let Some(drill) = known else { return Ok(Err(NotDone::Over)) };
        if drill.stopped().is_some() {
            return Ok(Ok(()));
        }
        let stop = Step::Stopped { by: who.clone() };
        let taken = self.store.take_drill_step(pair.id(), run, None, who, stop, self.clock.now()).await?;
        self.looked_at(pair).await?;
        Ok(if taken { Ok(()) } else { Err(NotDone::Over) })
    }

    /// What was done shows at once, and whoever drives looks at once.
    async fn looked_at(self: &Arc<Self>, pair: &Arc<Pair>) -> Result<()> {
        self.refresh_drills(pair).await?;
        self.refresh_records(pair).await;
        pair.drill.notify_one();
        Ok(())
    }
}
