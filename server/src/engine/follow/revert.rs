//! Taking a switch back because it turned red, where policy says so.

use teal_domain::{
    Actor, Base, EnvironmentStatus, Reason,
    history::Progress,
    steps::Step,
    switch::{Kind, Outcome, Plan},
    watch::{self, OtherSide, Red},
};

use super::{Walk, in_time};
use crate::store::StoreError;

impl Walk<'_> {
    /// Something turned red: it is on record, and people are asked, or Teal takes the switch back.
    pub(super) async fn turned_red(&mut self, red: Red) -> Result<(), StoreError> {
        let held = if self.pair.config.policy.watch.reverts { self.held().await } else { None };
        let reverts = self.pair.config.policy.watch.reverts && held.is_none();
        tracing::error!(pair = %self.pair.id(), operation = %self.switch.operation, red = red.because, reverts, "a switch turned red");
        let Red { what, because } = red;
        let step = Step::Red { what, because: because.clone(), reverts, held };
        if !self.take(step).await? || !reverts {
            return Ok(());
        }
        self.take_back(&because).await
    }

    async fn held(&self) -> Option<String> {
        let old = self.switch.target.other();
        let side = self.airflow(old);
        let airflow = side.ask();
        let (environment, parts) =
            tokio::join!(in_time(self.pair.ports.environments.read(side.name)), in_time(airflow.health()));
        let available = environment.is_ok_and(|environment| environment.status == EnvironmentStatus::Available);
        let parts = parts.ok();
        let other = OtherSide { available, parts: parts.as_deref() };
        watch::held(self.switch.kind, self.switch.reverts.is_some(), other)
    }

    /// A switch like any other, through the same protocol, by Teal.
    async fn take_back(&mut self, because: &str) -> Result<(), StoreError> {
        let snapshot = self.engine.board.snapshot();
        let flag = snapshot.pair(self.pair.id()).and_then(|known| known.flag.value());
        let Some(flag) = flag.filter(|flag| flag.version() == Some(self.version)) else { return Ok(()) };
        let now = self.engine.clock.now();
        let reason: String = format!("Taken back by policy. {because}").chars().take(400).collect();
        let reason: String = reason.chars().filter(|character| !character.is_control()).collect();
        let Ok(reason) = Reason::parse(&reason) else { return Ok(()) };
        let plan = Plan {
            operation: self.engine.new_operation(),
            pair: self.pair.id().clone(),
            kind: Kind::Planned,
            from: Some(self.switch.target),
            target: self.switch.target.other(),
            base: Base::of(flag),
            actor: Actor::teal(),
            reason,
            confirmed_at: now,
            expires_at: now + Plan::CONFIRMATION_LIVES,
            preflight: None,
            approval: None,
            unproven: false,
            change_ref: None,
            overridden: Vec::new(),
            reverts: Some(self.switch.operation),
            maintenance: None,
        };
        let record = self.engine.switch(self.pair, plan).await?;
        let ended = record.switch().map(|switch| &switch.progress);
        if let Some(Progress::Ended { outcome: Outcome::Landed { .. }, .. }) = ended {
            self.overtaken = true;
            return Ok(());
        }
        let because = format!("Taking it back did not work: record {} says why. People are asked.", record.seq);
        self.take(Step::Red { what: "revert".into(), because, reverts: false, held: None }).await.map(drop)
    }
}
