//! Drills, as the desk answers for them: who may, what was typed, and what came of it.

use teal_app::desk::{DeskError, DrillDeed, DrillForm, DrillPreview, DrillReport, Identity, RecordDetail};
use teal_domain::{
    Action, On, OperationId, PairId, Timestamp,
    drill::{Drills, Plan, PlansChange},
};

use super::{EngineDesk, away, pair_id};
use crate::{
    engine::drills::{NotDone, calendar, form},
    store::StoreError,
};

fn refused(not: &NotDone) -> DeskError {
    DeskError::Refused { message: not.to_string() }
}

fn bad((field, message): calendar::Mistake) -> DeskError {
    DeskError::BadInput { field: field.to_owned(), message }
}

fn plan_id(text: &str) -> Result<OperationId, DeskError> {
    text.parse().map_err(|_| DeskError::NotFound { message: NotDone::NoPlan.to_string() })
}

impl EngineDesk {
    pub(super) fn preview_of(&self, who: &Identity, typed: &DrillForm) -> Result<DrillPreview, DeskError> {
        let id = pair_id(&typed.pair)?;
        self.may(who, Action::See, On::Pair(&id), "preview-drill")?;
        let pair = self.pair(&id)?;
        let (snapshot, now) = (self.0.board.snapshot(), self.0.clock.now());
        let known =
            snapshot.pair(&id).ok_or_else(|| DeskError::NotFound { message: "There is no pair here.".into() })?;
        let given = form::Given {
            pair: &pair.config,
            before: None,
            id: typed.plan.parse().unwrap_or_else(|_| self.0.new_operation()),
            who: &who.actor,
            now,
        };
        let read = form::read(typed, &given);
        let dates = form::schedule(typed).map_err(bad).map(|(_, schedule)| {
            let to = Timestamp(now.0 + 5 * 366 * 86_400_000);
            let dates = schedule.dates(now, to, Drills::NEXT);
            // How long it takes matters for what is in the way; where the rest is not right yet, the shortest run does.
            let plan = read.clone().unwrap_or_else(|_| form::at_least(typed, &given, schedule.zone()));
            let others: Vec<(Plan, Vec<Timestamp>)> = known
                .drills
                .plans
                .iter()
                .map(|other| (other.plan.clone(), calendar::next(&other.plan, now, 100)))
                .collect();
            calendar::due(known, &plan, &dates, &others)
        });
        Ok(DrillPreview { dates, wrong: read.err().map(bad) })
    }

    pub(super) async fn saved(&self, who: &Identity, typed: DrillForm) -> Result<OperationId, DeskError> {
        let id = pair_id(&typed.pair)?;
        self.may(who, Action::Drill, On::Pair(&id), "save-drill")?;
        self.proven(who, &id, "save-drill")?;
        let pair = self.pair(&id)?;
        let before = match typed.plan.trim() {
            "" => None,
            text => {
                let found = self.0.drill_plan(pair, plan_id(text)?).await.map_err(|error| away(&error))?;
                Some(found.ok_or_else(|| refused(&NotDone::NoPlan))?)
            }
        };
        if before.as_ref().is_some_and(|plan| typed.revision.trim() != plan.revision.to_string()) {
            return Err(refused(&NotDone::Changed));
        }
        let given = form::Given {
            pair: &pair.config,
            before: before.as_ref(),
            id: self.0.new_operation(),
            who: &who.actor,
            now: self.0.clock.now(),
        };
        let plan = form::read(&typed, &given).map_err(bad)?;
        let change = if before.is_some() { PlansChange::Changed } else { PlansChange::Made };
        let saved = self.0.save_drill(pair, &plan, change).await.map_err(|error| away(&error))?;
        saved.map(|()| plan.id).map_err(|not| refused(&not))
    }

    pub(super) async fn done(
        &self,
        who: &Identity,
        id: &PairId,
        plan: OperationId,
        deed: DrillDeed,
    ) -> Result<Option<u64>, DeskError> {
        self.may(who, Action::Drill, On::Pair(id), "drill")?;
        self.proven(who, id, "drill")?;
        let (pair, actor) = (self.pair(id)?, &who.actor);
        let changed =
            async |change| self.0.change_drill(pair, actor, plan, change).await.map(|done| done.map(|()| None));
        let done = match deed {
            DrillDeed::Run => self.0.run_drill(pair, actor, plan).await.map(|done| done.map(Some)),
            DrillDeed::Skip { due } => self.0.skip_drill(pair, actor, plan, due).await.map(|done| done.map(Some)),
            DrillDeed::Pause => changed(PlansChange::Paused).await,
            DrillDeed::Resume => changed(PlansChange::Resumed).await,
            DrillDeed::Remove => changed(PlansChange::Removed).await,
        };
        done.map_err(|error: StoreError| away(&error))?.map_err(|not| refused(&not))
    }

    pub(super) async fn stopped(&self, who: &Identity, id: &PairId, run: OperationId) -> Result<(), DeskError> {
        self.may(who, Action::Drill, On::Pair(id), "stop-drill")?;
        let stopped = self.0.stop_drill(self.pair(id)?, &who.actor, run).await.map_err(|error| away(&error))?;
        stopped.map_err(|not| refused(&not))
    }

    pub(super) async fn report_of(&self, who: &Identity, id: &PairId, seq: u64) -> Result<DrillReport, DeskError> {
        self.may(who, Action::See, On::Pair(id), "drill-report")?;
        self.report(id, seq).await
    }

    /// One run with what belongs to it, for whoever has the store.
    pub async fn report(&self, id: &PairId, seq: u64) -> Result<DrillReport, DeskError> {
        let run = self.read(id, seq).await?;
        let Some(drill) = run.record.drill() else {
            return Err(DeskError::NotFound { message: format!("Record {seq} is no drill.") });
        };
        let (over, back) = (drill.flip(), drill.way_back());
        let of = async |begun: Option<(OperationId, _, _)>| -> Result<Option<RecordDetail>, DeskError> {
            let Some((operation, ..)) = begun else { return Ok(None) };
            match self.0.store.record_of(operation).await.map_err(|error| away(&error))? {
                Some(record) => self.read(id, record.seq).await.map(Some),
                None => Ok(None),
            }
        };
        Ok(DrillReport { over: of(over).await?, back: of(back).await?, run })
    }
}
