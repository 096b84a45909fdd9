//! Drills, as the desk answers for them: who may, what was typed, and what came of it.

use teal_app::desk::{
    DeskError, DrillCalendar, DrillDeed, DrillForm, DrillPreview, DrillReport, Identity, RecordDetail,
};
use teal_domain::{
    Action, On, OperationId, PairId, Timestamp,
    drill::{Drills, Plan, PlansChange},
    history::{HistoryQuery, Record},
    journal::Listed,
};

use super::{EngineDesk, away, pair_id};
use crate::{
    engine::drills::{NotDone, calendar, form},
    store::StoreError,
};

/// More dates are not shown of one stretch of time.
const MOST: usize = 500;
/// The longest stretch that is asked for at once.
const LONGEST: i64 = 100 * 86_400_000;

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

    pub(super) async fn calendar_of(
        &self,
        who: &Identity,
        id: &PairId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<DrillCalendar, DeskError> {
        self.may(who, Action::See, On::Pair(id), "drill-calendar")?;
        self.pair(id)?;
        let (snapshot, now) = (self.0.board.snapshot(), self.0.clock.now());
        let to = Timestamp(to.0.min(from.0.saturating_add(LONGEST)));
        let mut calendar = DrillCalendar { from, to, ..DrillCalendar::default() };
        if let Some(known) = snapshot.pair(id) {
            let begins = from.max(now);
            let dated = |plan: &Plan| {
                let dates = calendar::next(plan, begins, MOST).into_iter().filter(|at| *at < to).collect();
                (plan.clone(), dates)
            };
            let all: Vec<(Plan, Vec<Timestamp>)> =
                known.drills.plans.iter().map(|planned| dated(&planned.plan)).collect();
            let ahead = all.iter().flat_map(|(plan, dates)| {
                calendar::due(known, plan, dates, &all).into_iter().map(|due| (plan.id, due))
            });
            calendar.ahead = ahead.collect();
            calendar.ahead.sort_by_key(|(_, due)| due.at);
            calendar.ahead.truncate(MOST);
        }
        // A run is written down when it begins, soon after it was due; one that was skipped beforehand, earlier.
        let query = HistoryQuery {
            kind: Some(Listed::Drill),
            from: Some(Timestamp(from.0 - LONGEST)),
            ..HistoryQuery::default()
        };
        let page = self.0.store.history(id, &query, MOST).await.map_err(|error| away(&error))?;
        let within = |record: &Record| record.drill().is_some_and(|drill| from <= drill.run.due && drill.run.due < to);
        calendar.runs = page.records.into_iter().filter(within).collect();
        calendar.runs.sort_by_key(|record| record.drill().map(|drill| drill.run.due));
        Ok(calendar)
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

    pub(super) fn feed_of(&self, who: &Identity, id: &PairId) -> Result<String, DeskError> {
        self.may(who, Action::See, On::Pair(id), "drill-feed")?;
        self.pair(id)?;
        Ok(format!("/p/{id}/drills.ics?seal={}", self.0.feed_seal(id)))
    }
}
