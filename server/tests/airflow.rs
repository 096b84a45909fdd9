//! Teal's hands in an Airflow, of either version, and what becomes of them when it does not answer.

#[path = "airflow/long_ids.rs"]
mod long_ids;
#[path = "airflow/many.rs"]
mod many;
#[path = "airflow/one_run.rs"]
mod one_run;
#[path = "airflow/pausing.rs"]
mod pausing;
#[path = "airflow/reading.rs"]
mod reading;
#[path = "airflow/runs.rs"]
mod runs;
mod support;
#[path = "airflow/trying.rs"]
mod trying;
#[path = "airflow/wire.rs"]
mod wire;

use std::sync::Arc;

use support::{
    airflow::{FakeAirflow, world::Side},
    clock::TestClock,
};
use teal_domain::{Millis, Timestamp};
use teal_server::aws::airflow::{Dialect, client::Airflow};

/// When the test clock begins.
const BEGIN: Timestamp = Timestamp(1_795_000_000_000);
const ENV: &str = "blue-env";
const BOTH: [Dialect; 2] = [Dialect::Two, Dialect::Three];

fn minutes(count: u64) -> Millis {
    Millis::from_secs(count * 60)
}

fn an_airflow(dialect: Dialect, build: impl FnOnce(&mut Side)) -> FakeAirflow {
    FakeAirflow::new(Arc::new(TestClock::default())).side(ENV, dialect, build)
}

fn teal(fake: &FakeAirflow, dialect: Dialect) -> Airflow<'_> {
    Airflow::new(fake, ENV, Some(if dialect == Dialect::Two { "2.10.3" } else { "3.0.6" }))
}

fn names(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}
