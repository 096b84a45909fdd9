//! The switch: an operator's intent to move the flag, from request to one true outcome.
//!
//! [`machine`] is the protocol of the design, step by step, as a pure state machine; the process drives it
//! with real effects, the model checker and the property tests with imagined ones.

pub mod machine;
pub mod outcome;
pub mod plan;

pub use machine::{Effect, Event, State, Switch};
pub use outcome::{Found, Interleaving, Outcome, Refusal, Verification};
pub use plan::{Kind, Plan};
