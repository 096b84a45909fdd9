//! Bringing the journal into line with the parameter's own history, and open switches to their end.

use std::{collections::HashSet, sync::Arc};

use teal_domain::{
    FlagVersion, OperationId, PairSnapshot, Timestamp, VersionRecord,
    dags::Strategy,
    drill::Drills,
    history::{HistoryQuery, Record},
    journal::{Body, Entry, Listed},
    reconcile::discover,
    snapshot::{Following, LabelOnOldest, OpenSwitch},
    steps::Course,
    switch::{Effect, Event, State},
};

use super::{
    Engine, Pair,
    switch::{Hands, Nobody, carry_out},
};
use crate::{
    aws::AwsError,
    store::{StoreError, lease::holder, operations::Operation},
    traces::{self, About},
};

/// How many versions of a parameter SSM keeps.
const SSM_KEEPS: u64 = 100;
/// How many things that happened last the overview shows.
pub(super) const RECENT: usize = 6;

/// Why the journal was not brought into line.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// AWS did not answer.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Reads the parameter's history, journals what is new in it, and brings every open switch of the pair
    /// as far as that tells.
    pub async fn reconcile(self: &Arc<Self>, pair: &Arc<Pair>) -> Result<(), ReconcileError> {
        let open = traces::part("bring the journal into line", || About::pair(pair.id()));
        open.around(self.brought_into_line(pair)).await
    }

    async fn brought_into_line(self: &Arc<Self>, pair: &Arc<Pair>) -> Result<(), ReconcileError> {
        let _one_at_a_time = pair.reconciling.lock().await;
        let history = pair.ports.flag.history(&pair.config.names.flag).await?;
        self.import(pair, &history).await?;
        self.bring_to_an_end(pair, !history.is_empty()).await?;
        let label = label_on_oldest(&history);
        self.board.update(pair.id(), self.clock.now(), |known| known.label = label);
        self.refresh_records(pair).await;
        Ok(())
    }

    async fn import(self: &Arc<Self>, pair: &Arc<Pair>, history: &[VersionRecord]) -> Result<(), StoreError> {
        let ids: HashSet<OperationId> = history.iter().filter_map(VersionRecord::operation).collect();
        loop {
            let known = self.store.known(&pair.parameter).await?;
            let found = discover(&known, history, &self.store.carried(&ids).await?);
            if found.is_empty() {
                return Ok(());
            }
            let now = self.clock.now();
            // Nothing came back: another instance journalled something in between. Look again.
            let Some(entries) = self.store.import(pair.id(), &pair.parameter, &known, &found, now).await? else {
                continue;
            };
            for entry in &entries {
                announce(pair, entry);
                super::why::ask_later(self, pair, entry);
            }
            return Ok(());
        }
    }

    /// Each open switch, as far as the journal now tells. Whoever drives one just now is left alone. Switches
    /// that were given up are looked for as well: if one landed after all, its record is corrected.
    async fn bring_to_an_end(self: &Arc<Self>, pair: &Arc<Pair>, exists: bool) -> Result<(), StoreError> {
        for operation in self.store.given_up_operations(pair.id()).await? {
            self.look(pair, &operation, exists).await?;
        }
        let open = self.store.open_operations(pair.id()).await?;
        if open.is_empty() {
            return Ok(());
        }
        let holding = self.store.lease_holder(pair.id(), self.clock.now()).await?;
        for operation in open {
            let id = operation.plan.operation;
            let driven_elsewhere = holding.as_deref() == Some(holder(&operation.plan).as_str());
            if !self.is_driving(id) && !driven_elsewhere {
                self.look(pair, &operation, exists).await?;
            }
        }
        Ok(())
    }

    async fn look(self: &Arc<Self>, pair: &Arc<Pair>, operation: &Operation, exists: bool) -> Result<(), StoreError> {
        let Some(found) = self.store.found(operation, &pair.parameter, exists).await? else { return Ok(()) };
        let id = operation.plan.operation;
        let grace_over = operation.marked_at.is_some_and(|at| self.grace.left(id, at, &*self.clock).is_zero());
        let expired = self.clock.now() > operation.plan.expires_at;
        let mut switch = operation.recover();
        let effect = switch.on(Event::Looked { found, grace_over, expired });
        if effect == Effect::Rest {
            return Ok(());
        }
        let corrected = matches!(effect, Effect::RecordCorrection { .. });
        let hands = Hands { recorder: &self.store, pair, clock: &*self.clock, witness: &Nobody };
        let driven = carry_out(switch, effect, hands).await;
        if let State::Settled(outcome) = driven.switch.state() {
            self.grace.forget(id);
            let (pair, outcome) = (pair.id(), outcome.as_str());
            if corrected {
                tracing::error!(%pair, operation = %id, "a switch that had been given up landed after all; its record is corrected");
            } else {
                tracing::info!(%pair, operation = %id, outcome, "a switch was brought to its end");
            }
        }
        Ok(())
    }

    /// Puts onto the board what the journal says: what happened last, how the current version came about,
    /// which switch is under way.
    pub async fn refresh_records(self: &Arc<Self>, pair: &Arc<Pair>) {
        // What went wrong stands on the board.
        let _told: Result<(), StoreError> = self.refreshed_records(pair).await;
    }

    /// The same, for whoever goes on only with what the journal says now.
    pub async fn refreshed_records(self: &Arc<Self>, pair: &Arc<Pair>) -> Result<(), StoreError> {
        let result = self.read_records(pair).await;
        let now = self.clock.now();
        match result {
            Ok(change) => {
                self.board.update(pair.id(), now, change);
                Ok(())
            }
            Err(error) => {
                tracing::warn!(pair = %pair.id(), %error, "the journal could not be read");
                self.board.update(pair.id(), now, |known| known.store.fail(error.outside().to_owned(), now));
                Err(error)
            }
        }
    }

    async fn read_records(&self, pair: &Pair) -> Result<impl FnOnce(&mut PairSnapshot) + use<>, StoreError> {
        let everything = HistoryQuery::default();
        let recent = self.store.history(pair.id(), &everything, RECENT).await?.records;
        let current = self.store.current(&pair.parameter).await?;
        let live_since = self.store.held_since(&pair.parameter).await?;
        let open =
            self.store.open_operations(pair.id()).await?.into_iter().next_back().map(|operation| self.open(&operation));
        let request = match self.pair(pair.id()).and_then(|pair| pair.config.policy.two_person) {
            Some(_) => self.store.open_request(pair.id()).await?,
            None => None,
        };
        let following = self.store.following(pair.id()).await?.as_ref().and_then(Following::of);
        let moved = self.moved(pair).await?.map(Arc::new);
        let proved_at = self.proved_at(pair).await?;
        let maintenance = self.store.maintenance(pair.id(), self.clock.now()).await?;
        let smoke = self.store.smoked(pair.id()).await?;
        Ok(move |known: &mut PairSnapshot| {
            known.following = following;
            known.moved = moved;
            known.request = request;
            known.maintenance = maintenance;
            known.proved_at = proved_at;
            known.smoke = smoke;
            known.recent = recent;
            known.current = current;
            known.live_since = live_since;
            known.open = open;
        })
    }

    /// What the latest switch that moved DAGs did with them, where DAGs are moved at all.
    pub(super) async fn moved(&self, pair: &Pair) -> Result<Option<Course>, StoreError> {
        if pair.config.policy.dags.strategy != Strategy::PauseStandby {
            return Ok(None);
        }
        self.store.moved(pair.id()).await
    }

    /// When this pair was last switched and its watch found nothing wrong, or a drill of it went well, if another pair's policy asks for that.
    async fn proved_at(&self, pair: &Pair) -> Result<Option<Timestamp>, StoreError> {
        let asks = self.pairs.iter().filter_map(|other| other.config.policy.proven_on.as_ref());
        let Some(within) = asks.filter(|rule| rule.pair == *pair.id()).map(|rule| rule.within).max() else {
            return Ok(None);
        };
        let drilled = self.store.drill_runs(pair.id(), Drills::TOLD).await?;
        let drilled = drilled.iter().find_map(|record| record.drill()?.proves());
        let mut query = HistoryQuery {
            kind: Some(Listed::Switch),
            from: Some(self.clock.now() - within),
            ..HistoryQuery::default()
        };
        loop {
            let page = self.store.history(pair.id(), &query, RECENT).await?;
            if let Some(at) = page.records.iter().find_map(Record::proved_at) {
                return Ok(Some(at).max(drilled));
            }
            match page.older {
                Some(older) => query.before = Some(older),
                None => return Ok(drilled),
            }
        }
    }

    fn open(&self, operation: &Operation) -> OpenSwitch {
        let plan = &operation.plan;
        let unknown = operation.marked_at.filter(|_| !self.is_driving(plan.operation));
        let ends = unknown.map(|marked_at| {
            marked_at + teal_domain::Millis(u64::try_from(self.settings.grace.as_millis()).unwrap_or(u64::MAX))
        });
        OpenSwitch {
            operation: plan.operation,
            target: plan.target,
            actor: plan.actor.name.clone(),
            since: plan.confirmed_at,
            unknown_until: ends,
        }
    }
}

/// What deserves an alert, or at least a line in the log.
fn announce(pair: &Pair, entry: &Entry) {
    let (pair, seq) = (pair.id(), entry.seq);
    match &entry.body {
        Body::Version { imported: true, .. } | Body::Version { wrote: Some(_), .. } => {}
        Body::Version { record, .. } => {
            let (version, operation) = (record.version, record.operation().map(|id| id.to_string()));
            tracing::warn!(%pair, seq, %version, operation, by = %entry.actor, "the flag was written past Teal");
        }
        Body::MadeAnew { last, .. } => tracing::error!(%pair, seq, %last, "the flag was deleted and made anew"),
        Body::Gap { from, to, .. } => {
            tracing::error!(%pair, seq, %from, %to, "versions of the flag are no longer readable")
        }
        _ => {}
    }
}

/// A label on the oldest version makes the put fail that would push it out of the history.
fn label_on_oldest(history: &[VersionRecord]) -> Option<LabelOnOldest> {
    let oldest = history.first().filter(|record| !record.labels.is_empty())?;
    let kept = u64::try_from(history.len()).unwrap_or(SSM_KEEPS);
    Some(LabelOnOldest {
        version: FlagVersion(oldest.version.0),
        labels: oldest.labels.clone(),
        puts_left: SSM_KEEPS.saturating_sub(kept),
    })
}
