//! The watch: what is looked at after the flip, and what comes of it.

mod look;

use teal_domain::{
    Flag, Millis, Timestamp,
    steps::Step,
    watch::{self, Before, Rang, Window},
};

use super::{Walk, in_time};
use crate::store::StoreError;
use look::Look;

/// What rang so long before the flip rang at the flip.
const AT_THE_FLIP: Millis = Millis::from_secs(90);

/// A first look within this time sees what rang at the flip.
const SOON: Millis = Millis::from_secs(30);

impl Walk<'_> {
    pub(super) async fn watch(&mut self) -> Result<(), StoreError> {
        if self.course.watched().is_some() || self.overtaken {
            return Ok(());
        }
        let (id, from) = (self.switch.operation, self.landed_at);
        let until = self.course.watching().map_or(from + self.pair.config.policy.watch.lasts, |(until, _)| until);
        let at = Window { from, until, now: self.engine.clock.now() };
        let mut look = self.look(at).await;
        if self.course.watching().is_none() && !self.begin(&look, at).await? {
            return Ok(());
        }
        let mut ledger = self.engine.store.watch_ledger(id).await?;
        for step in ledger.take(&self.course, &look.answers(), at) {
            tracing::warn!(pair = %self.pair.id(), operation = %id, ?step, "the watch of a switch does not see everything");
            if !self.take(step).await? {
                return Ok(());
            }
        }
        self.engine.store.keep_watch_ledger(self.pair.id(), id, &ledger).await?;
        self.tell(&look, at.now).await?;
        // What is seen long after the end says nothing of the window.
        if !at.is_long_past() {
            look.hears(&ledger, at);
            self.judge(&look, at.now).await?;
        }
        if at.now >= until && !self.overtaken {
            let end = ledger.end(&self.course, at);
            let coverage = self.coverage(until).await;
            self.take(Step::Watched { end, coverage }).await?;
        }
        Ok(())
    }

    /// The watch begins: until when, and how it stood before. `false`: the switch is not followed any more.
    async fn begin(&mut self, look: &Look, at: Window) -> Result<bool, StoreError> {
        let old = self.airflow(self.switch.target.other());
        let failed_before = in_time(old.ask().failures(at.from - at.until.since(at.from), at.from)).await.ok();
        let ringing = self.rang().or_else(|| look.ringing().filter(|_| at.now.since(at.from) <= SOON));
        self.take(Step::Watching { until: at.until, failed_before, from: Some(at.from), ringing }).await
    }

    /// The guards that rang when they were last read before the flip, if that was just before it.
    fn rang(&self) -> Option<Vec<Rang>> {
        let snapshot = self.engine.board.snapshot();
        let alarms = &snapshot.pair(self.pair.id())?.surroundings.alarms;
        let read_at = alarms.read_at().filter(|at| *at <= self.landed_at)?;
        let known = alarms.value().filter(|_| self.landed_at.since(read_at) <= AT_THE_FLIP)?;
        Some(known.iter().filter_map(Rang::of).collect())
    }

    /// When the flag was written, by the clock of AWS where it was read from there.
    fn flipped(&self) -> Timestamp {
        let snapshot = self.engine.board.snapshot();
        match snapshot.pair(self.pair.id()).and_then(|known| known.flag.value()) {
            Some(Flag::Present { version, modified_at, .. }) if *version == self.version => *modified_at,
            _ => self.landed_at,
        }
    }

    /// What is worth telling once: the first task, a guard without data.
    async fn tell(&mut self, look: &Look, now: Timestamp) -> Result<(), StoreError> {
        let guard = &self.pair.config.policy.dags.guard_task;
        if let Some(first) = look.first(guard).filter(|_| self.course.picked_up().is_none()) {
            let at = first.began.unwrap_or(now);
            self.take(Step::PickedUp { dag: first.dag.clone(), at }).await?;
        }
        for guard in look.without_data() {
            if !self.course.has_no_data(guard) && !self.overtaken {
                self.take(Step::NoData { guard: guard.to_owned() }).await?;
            }
        }
        Ok(())
    }

    async fn judge(&mut self, look: &Look, now: Timestamp) -> Result<(), StoreError> {
        let failed = self.course.watching().and_then(|(_, failed)| failed);
        let before = Before { failed, ringing: self.course.ringing(), flipped: self.flipped() };
        let mut red = watch::red(&self.pair.config.policy, look.seen(), before, self.landed_at, now);
        red.retain(|red| !self.course.red().iter().any(|(what, _)| *what == red.what));
        self.turned_red(red).await
    }
}
