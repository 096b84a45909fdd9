//! Taking a switch back because it turned red, where policy says so. What stands on record is derived from it anew at each
//! look until the watch ends: a crash, a store that was away or a side that was silent for a moment decide nothing for good.

use teal_domain::{
    Actor, Base, EnvironmentStatus, Flag, OperationId, Reason, Timestamp,
    history::{Progress, Record},
    steps::Step,
    switch::{Kind, Outcome, Plan},
    watch::{self, OtherSide, Red},
};

use super::{Walk, in_time};
use crate::store::StoreError;

/// How long to wait after the first attempt that did not work, in seconds; after each further one twice as long.
const WAITS: u64 = 30;

impl Walk<'_> {
    /// What has just turned red goes on record; and as long as anything is red, Teal takes the switch back if policy says
    /// so and nothing speaks against it, or says why it does not.
    pub(super) async fn turned_red(&mut self, red: Vec<Red>) -> Result<(), StoreError> {
        if self.overtaken || (red.is_empty() && self.course.red().is_empty()) {
            return Ok(());
        }
        let asked = self.pair.config.policy.watch.reverts;
        let held = if asked { self.held().await } else { None };
        let reverts = asked && held.is_none();
        for Red { what, because } in red {
            tracing::error!(pair = %self.pair.id(), operation = %self.switch.operation, red = because, reverts, "a switch turned red");
            if !self.take(Step::Red { what, because, reverts, held: held.clone() }).await? {
                return Ok(());
            }
        }
        match held {
            Some(because) => self.hold(because).await,
            None if reverts => self.take_back().await,
            None if self.course.is_promised() => self.hold("Policy does not say so any longer.".to_owned()).await,
            None => Ok(()),
        }
    }

    /// Says why it is not taken back, unless that was said last.
    async fn hold(&mut self, because: String) -> Result<(), StoreError> {
        if self.course.held() == Some(because.as_str()) {
            return Ok(());
        }
        tracing::warn!(pair = %self.pair.id(), operation = %self.switch.operation, because, "a red switch is not taken back");
        self.take(Step::Held { because }).await.map(drop)
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

    /// A switch like any other, through the same protocol, by Teal. Its operation is on record before it is begun, so
    /// after a crash the same one goes on and no second one is made.
    async fn take_back(&mut self) -> Result<(), StoreError> {
        let mut begun = None;
        if let Some((at, by)) = self.course.attempts().pop() {
            match self.engine.store.record_of(by).await? {
                None => begun = Some(by),
                Some(record) if self.is_settled(&record, at).await? => {}
                Some(_) => return Ok(()),
            }
        }
        let name = &self.pair.config.names.flag;
        let base = match in_time(self.pair.ports.flag.read_one(name)).await {
            Ok(flag) if flag.version() == Some(self.version) => Base::of(&flag),
            Ok(flag) => return self.moved(&flag).await,
            Err(error) => return self.hold(format!("The flag cannot be read: {}", error.message)).await,
        };
        let by = begun.unwrap_or_else(|| self.engine.new_operation());
        if begun.is_none() && !self.take(Step::TakingBack { by }).await? {
            return Ok(());
        }
        let Some(plan) = self.way_back(by, base) else { return Ok(()) };
        let record = self.engine.switch(self.pair, plan).await?;
        self.is_settled(&record, self.engine.clock.now()).await.map(drop)
    }

    /// Whether an attempt came to an end without having worked, so long ago that another one may be made. One that is
    /// under way, or of which nobody knows what came of it, is brought to its end by reconciliation.
    async fn is_settled(&mut self, record: &Record, begun: Timestamp) -> Result<bool, StoreError> {
        match record.switch().map(|switch| &switch.progress) {
            Some(Progress::Ended { outcome: Outcome::Landed { .. }, .. }) => {
                self.overtaken = true;
                Ok(false)
            }
            Some(Progress::Ended { .. }) => {
                let because =
                    format!("Taking it back did not work: record {} says why. It is tried again.", record.seq);
                self.hold(because).await?;
                let more = u32::try_from(self.course.attempts().len().saturating_sub(1)).unwrap_or(u32::MAX);
                let waits = WAITS.saturating_mul(2_u64.saturating_pow(more));
                Ok(self.engine.clock.now().since(begun).as_secs() >= waits)
            }
            _ => Ok(false),
        }
    }

    /// The flag is not as the switch left it: whoever wrote it since had a reason that Teal does not know.
    async fn moved(&mut self, flag: &Flag) -> Result<(), StoreError> {
        let target = self.switch.target;
        let because = match (flag.color(), flag.version()) {
            (Some(color), Some(version)) if color == target => {
                let title = target.title();
                format!(
                    "Somebody has set the flag to {title} once more, as version {version}: Teal leaves it to people."
                )
            }
            // It is seen in a moment that the switch is over.
            (Some(_), _) => return Ok(()),
            (None, _) => "The flag names no side any more.".to_owned(),
        };
        self.hold(because).await
    }

    fn way_back(&self, operation: OperationId, base: Base) -> Option<Plan> {
        let now = self.engine.clock.now();
        let because = self.course.red().last().map(|(_, because)| *because).unwrap_or_default();
        // The words of an alarm may hold what no reason may.
        let reason = Reason::quoting(&format!("Taken back by policy. {because}"))?;
        Some(Plan {
            operation,
            pair: self.pair.id().clone(),
            kind: Kind::Planned,
            from: Some(self.switch.target),
            target: self.switch.target.other(),
            base,
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
            drill: None,
            flag_only: false,
        })
    }
}
