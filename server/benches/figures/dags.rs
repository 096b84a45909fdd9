//! Five hundred DAGs paused on a side, against one call after another, with the time that MWAA takes for a call.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use teal_server::aws::{
    AwsError,
    airflow::{AirflowRest, Call, Dialect, client::Airflow},
};

use crate::{
    support::{airflow::FakeAirflow, clock::TestClock},
    table::Table,
};

const DAGS: usize = 500;
/// What `InvokeRestApi` takes for a call, give or take.
const A_CALL: Duration = Duration::from_millis(250);
/// How many are paused one after another, to know how long all would take.
const ONE_BY_ONE: usize = 20;

/// An Airflow that takes its time.
#[derive(Debug)]
struct Slow(FakeAirflow);

#[async_trait::async_trait]
impl AirflowRest for Slow {
    async fn invoke(&self, environment: &str, call: Call) -> Result<Value, AwsError> {
        tokio::time::sleep(A_CALL).await;
        self.0.invoke(environment, call).await
    }
}

/// All DAGs of a side; and all but one, so that no call for many may be made.
pub async fn paused(table: &mut Table) {
    for (name, others) in [("500 DAGs paused, all that there are", 0), ("500 DAGs paused, singly, of 501", 1)] {
        let fake = FakeAirflow::new(Arc::new(TestClock::default()));
        let rest = Slow(fake.side("bench", Dialect::Three, |side| {
            for number in 0..DAGS + others {
                side.dag(&id(number));
            }
        }));
        let airflow = Airflow::new(&rest, "bench", Some("3.0.6"));
        let began = Instant::now();
        for number in 0..ONE_BY_ONE {
            let call = Call::patch(format!("/dags/{}", id(number)), json!({"is_paused": false}));
            rest.invoke("bench", call.with("update_mask", "is_paused")).await.expect("an answer");
        }
        let one_by_one = began.elapsed().as_secs_f64() / ONE_BY_ONE as f64 * DAGS as f64;
        let began = Instant::now();
        let known = airflow.dags().await.expect("DAGs");
        let ids: Vec<String> = (0..DAGS).map(id).collect();
        let changed = airflow.set_paused(&known, &ids, true).await;
        let ours = began.elapsed().as_secs_f64();
        assert_eq!((changed.done.len(), changed.failed.len()), (DAGS, 0));
        let note = format!("{ours:.1} s against {one_by_one:.0} s one by one, at {} ms a call", A_CALL.as_millis());
        // 20 s of the 125 s that one by one takes.
        table.at_most(name, ours / one_by_one, "x", 0.16, note);
    }
}

fn id(number: usize) -> String {
    format!("dag_{number:03}")
}
