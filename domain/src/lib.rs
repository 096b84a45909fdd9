//! The words and the rules of Teal. No I/O, no async, no clock of its own.
//!
//! Everything here is pure: time and randomness come in as arguments, so that the same code runs in the
//! process, in the browser, in property tests and under the model checker.
#![warn(missing_docs)]

pub mod access;
pub mod actor;
pub mod airflow;
pub mod alarms;
pub mod approval;
pub mod availability;
pub mod bill;
pub mod color;
pub mod confirmation;
pub mod console;
pub mod cost;
pub mod dags;
pub mod denial;
pub mod disaster;
pub mod drill;
pub mod environment;
pub mod flag;
pub mod freeze;
pub mod history;
pub mod home;
pub mod journal;
pub mod lineage;
pub mod maintenance;
pub mod metrics;
pub mod monitoring;
pub mod operation;
pub mod pair;
pub mod platform;
pub mod policy;
pub mod posture;
pub mod preflight;
pub mod preview;
pub mod reading;
pub mod reason;
pub mod reconcile;
pub mod smoke;
pub mod snapshot;
pub mod steps;
pub mod surroundings;
pub mod switch;
pub mod ticks;
pub mod time;
pub mod topology;
pub mod trouble;
pub mod upgrade;
pub mod watch;

pub use access::{Action, Denied, Grants, On, Role};
pub use actor::{Actor, Subject, Via};
pub use color::Color;
pub use confirmation::{Base, Confirm};
pub use environment::{Environment, EnvironmentStatus};
pub use flag::{Flag, FlagValue, FlagVersion, Incarnation, VersionRecord};
pub use operation::OperationId;
pub use pair::{PairId, PairNames};
pub use reading::Reading;
pub use reason::Reason;
pub use snapshot::{LivePair, PairSnapshot, Pulse, Snapshot, SnapshotId};
pub use surroundings::Surroundings;
pub use time::{Millis, Timestamp};
