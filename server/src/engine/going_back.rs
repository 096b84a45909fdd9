//! Going back while a switch is watched: it belongs to that switch. What held before it was answered when it was made.

use teal_domain::{
    Color, OperationId, PairSnapshot, Timestamp,
    preflight::{Check, Verdict},
};

/// These checks hold for a switch, not for taking it back while it is watched.
const EASED: [&str; 4] = ["approval", "freeze", "anti-flap", "change-ref"];

/// The switch that one to `target` takes back, if it takes one back.
pub fn taken_back(known: &PairSnapshot, target: Color, now: Timestamp) -> Option<OperationId> {
    known.taken_back(target, now).map(|following| following.operation)
}

/// What does not hold for taking back is said to be so.
pub fn ease(checks: &mut [Check], known: &PairSnapshot, target: Color, now: Timestamp) {
    let Some(following) = known.taken_back(target, now) else { return };
    for check in checks.iter_mut().filter(|check| EASED.contains(&&*check.name) && check.verdict == Verdict::Block) {
        check.verdict = Verdict::Pass;
        check.evidence = format!("This takes back switch {} while it is watched, so it does not hold.", following.seq);
        check.mend.clear();
    }
}
