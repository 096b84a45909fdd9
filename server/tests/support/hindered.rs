//! A desk that fails in a way of its own, and does everything else as it should.

use std::sync::Arc;

use teal_app::desk::{
    AskForm, DecideForm, DeclareForm, DenialPage, Desk, DeskError, DrillDeed, DrillForm, DrillPreview, DrillReport,
    Identity, Offer, RecordDetail, SkipForm, SwitchForm,
};
use teal_domain::{
    Color, OperationId, PairId, Snapshot, Timestamp,
    availability::{Availability, Month},
    bill::Paid,
    cost::Made,
    disaster::Past,
    history::{HistoryPage, HistoryQuery, Record},
    maintenance::Maintenance,
};
use teal_server::desk::EngineDesk;

/// How it fails.
pub enum Hindered {
    /// It panics when a switch or the history is asked for.
    Panics(EngineDesk),
    /// It takes a switch and is never heard of again: a process that dies over it.
    Dies(EngineDesk),
    /// It panics when it is asked how things stand.
    Blind(EngineDesk),
}

impl Hindered {
    fn desk(&self) -> &EngineDesk {
        match self {
            Self::Panics(desk) | Self::Dies(desk) | Self::Blind(desk) => desk,
        }
    }
}

#[async_trait::async_trait]
impl Desk for Hindered {
    fn snapshot(&self) -> Arc<Snapshot> {
        match self {
            Self::Blind(_) => panic!("the inner secret of the snapshot"),
            Self::Panics(desk) | Self::Dies(desk) => desk.snapshot(),
        }
    }
    fn now(&self) -> Timestamp {
        self.desk().now()
    }
    fn offer(&self, who: &Identity, pair: &PairId, target: Color, change_ref: &str) -> Result<Offer, DeskError> {
        self.desk().offer(who, pair, target, change_ref)
    }
    async fn switch(&self, who: &Identity, form: SwitchForm) -> Result<Record, DeskError> {
        match self {
            Self::Blind(desk) => desk.switch(who, form).await,
            Self::Panics(_) => panic!("the inner secret of the switch"),
            Self::Dies(_) => std::future::pending().await,
        }
    }
    async fn history(&self, who: &Identity, pair: &PairId, query: &HistoryQuery) -> Result<HistoryPage, DeskError> {
        match self {
            Self::Panics(_) => panic!("the inner secret of the history"),
            Self::Dies(desk) | Self::Blind(desk) => desk.history(who, pair, query).await,
        }
    }
    async fn record(&self, who: &Identity, pair: &PairId, seq: u64) -> Result<RecordDetail, DeskError> {
        self.desk().record(who, pair, seq).await
    }
    async fn note(&self, who: &Identity, pair: &PairId, about: u64, text: &str) -> Result<(), DeskError> {
        self.desk().note(who, pair, about, text).await
    }
    async fn ask(&self, who: &Identity, form: AskForm) -> Result<u64, DeskError> {
        self.desk().ask(who, form).await
    }
    async fn decide(&self, who: &Identity, form: DecideForm) -> Result<u64, DeskError> {
        self.desk().decide(who, form).await
    }
    async fn withdraw(&self, who: &Identity, pair: &PairId, request: OperationId) -> Result<(), DeskError> {
        self.desk().withdraw(who, pair, request).await
    }
    async fn declare(&self, who: &Identity, form: DeclareForm) -> Result<Maintenance, DeskError> {
        self.desk().declare(who, form).await
    }
    async fn lift(&self, who: &Identity, pair: &PairId, declared: OperationId) -> Result<(), DeskError> {
        self.desk().lift(who, pair, declared).await
    }
    async fn skip_drain(&self, who: &Identity, form: SkipForm) -> Result<(), DeskError> {
        self.desk().skip_drain(who, form).await
    }
    async fn go_on(&self, who: &Identity, pair: &PairId, operation: OperationId) -> Result<(), DeskError> {
        self.desk().go_on(who, pair, operation).await
    }
    async fn smoke(&self, who: &Identity, pair: &PairId) -> Result<u64, DeskError> {
        self.desk().smoke(who, pair).await
    }
    async fn diagnose(&self, who: &Identity, pair: &PairId) -> Result<(), DeskError> {
        self.desk().diagnose(who, pair).await
    }
    async fn availability(&self, who: &Identity, pair: &PairId, month: Month) -> Result<Availability, DeskError> {
        self.desk().availability(who, pair, month).await
    }
    async fn past(&self, who: &Identity, pair: &PairId) -> Result<Past, DeskError> {
        self.desk().past(who, pair).await
    }
    async fn paid(&self, who: &Identity, pair: &PairId) -> Result<Paid, DeskError> {
        self.desk().paid(who, pair).await
    }
    async fn made(&self, who: &Identity, pair: &PairId) -> Result<Made, DeskError> {
        self.desk().made(who, pair).await
    }
    fn preview_drill(&self, who: &Identity, form: &DrillForm) -> Result<DrillPreview, DeskError> {
        self.desk().preview_drill(who, form)
    }
    async fn save_drill(&self, who: &Identity, form: DrillForm) -> Result<OperationId, DeskError> {
        self.desk().save_drill(who, form).await
    }
    async fn drill(
        &self,
        who: &Identity,
        pair: &PairId,
        plan: OperationId,
        deed: DrillDeed,
    ) -> Result<Option<u64>, DeskError> {
        self.desk().drill(who, pair, plan, deed).await
    }
    async fn stop_drill(&self, who: &Identity, pair: &PairId, run: OperationId) -> Result<(), DeskError> {
        self.desk().stop_drill(who, pair, run).await
    }
    async fn drill_report(&self, who: &Identity, pair: &PairId, seq: u64) -> Result<DrillReport, DeskError> {
        self.desk().drill_report(who, pair, seq).await
    }
    async fn denials(&self, who: &Identity, before: Option<u64>) -> Result<DenialPage, DeskError> {
        self.desk().denials(who, before).await
    }
}
