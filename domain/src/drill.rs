//! Drills: the failover, rehearsed on a schedule. A [`Plan`] says what is rehearsed, when, and what counts as good; a
//! [`Run`] is one rehearsal, with its own copy of the plan. What a run does next follows from what is on record of it and
//! what is seen now ([`next()`]), so whoever comes after a crash goes on from there.

mod calendar;
mod machine;
mod measured;
mod plan;
mod run;
#[cfg(test)]
mod tests;

pub use calendar::{Drills, Due, Planned, PlansChange};
pub use machine::{Half, Next, Seen, Side, next};
pub use measured::{Judged, Measured, judge, seconds};
pub use plan::{Before, Criteria, Guard, Kind, Late, Plan, When};
pub use run::{Checked, DrillRecord, End, Ended, PlanRecord, Run, Skipped, State, Step};
