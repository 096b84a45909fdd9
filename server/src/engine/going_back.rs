//! Going back while a switch is watched: it belongs to that switch. What held before it was answered when it was made.

use std::sync::Arc;

use teal_domain::{
    Actor, Color, OperationId, PairSnapshot, Timestamp,
    preflight::{Check, Verdict},
    snapshot::Following,
    steps::Step,
};

use super::{Engine, Pair};
use crate::store::Result;

/// These checks hold for a switch, not for taking it back while it is watched.
const EASED: [&str; 4] = ["approval", "freeze", "anti-flap", "change-ref"];

/// The switch that one to `target` takes back: the one that is watched now, if it came from there.
fn watched(known: &PairSnapshot, target: Color, now: Timestamp) -> Option<&Following> {
    let following = known.following.as_ref().filter(|following| following.target == target.other())?;
    let watched = following.course.watched().is_none();
    let until = following.course.watching().map(|(until, _)| until);
    let ours = known.live() == Some(following.target);
    (watched && ours && until.is_none_or(|until| now < until)).then_some(following)
}

/// Its operation.
pub fn taken_back(known: &PairSnapshot, target: Color, now: Timestamp) -> Option<OperationId> {
    watched(known, target, now).map(|following| following.operation)
}

/// What does not hold for taking back is said to be so.
pub fn ease(checks: &mut [Check], known: &PairSnapshot, target: Color, now: Timestamp) {
    let Some(following) = watched(known, target, now) else { return };
    for check in checks.iter_mut().filter(|check| EASED.contains(&&*check.name) && check.verdict == Verdict::Block) {
        check.verdict = Verdict::Pass;
        check.evidence = format!("This takes back switch {} while it is watched, so it does not hold.", following.seq);
        check.mend.clear();
    }
}

impl Engine {
    /// Somebody says not to wait for the old side any longer. `false`: nothing waits.
    pub async fn skip_drain(self: &Arc<Self>, pair: &Arc<Pair>, by: &Actor, operation: OperationId) -> Result<bool> {
        let Some(record) = self.store.following(pair.id()).await? else { return Ok(false) };
        let Some(switch) = record.switch().filter(|switch| switch.operation == operation) else { return Ok(false) };
        let course = &switch.course;
        let left = course.left(true);
        if left.is_empty() || course.skipped() {
            return Ok(false);
        }
        let snapshot = self.board.snapshot();
        let old = snapshot.pair(pair.id()).map(|known| known.surroundings.side(switch.target.other()));
        let tasks = old
            .and_then(|old| old.work.value())
            .map_or(0, |work| work.tasks.iter().filter(|task| left.contains(&task.dag)).count());
        let now = self.clock.now();
        let took = now.since(record.at);
        let step = Step::Drained { left: u32::try_from(tasks).unwrap_or(u32::MAX), skipped: true, took };
        let taken = self.store.record_step(pair.id(), operation, by, step, now).await?;
        tracing::warn!(pair = %pair.id(), %operation, %by, tasks, "nobody waits for the old side any longer");
        pair.follow.notify_one();
        Ok(taken)
    }
}
