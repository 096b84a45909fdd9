//! Airflows in memory, as MWAA lets them be reached: an environment each, in the dialect of version 2 or 3. They keep
//! the truth, schedule and run what the test lets them, count what they are asked, and fail on demand.

mod api;
mod bodies;
mod faults;
mod listing;
mod pausing;
mod rows;
mod scheduling;
pub mod world;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::Value;
use teal_domain::Timestamp;
use teal_server::{
    aws::{
        AwsError,
        airflow::{AirflowRest, Call, Dialect, refusal},
    },
    engine::clock::Clock as _,
};

use super::clock::TestClock;
pub use faults::Fault;
use faults::{Armed, Meanwhile};
use world::Side;

#[derive(Default)]
struct State {
    sides: BTreeMap<String, Side>,
    armed: Vec<Armed>,
    /// What happens when a call that matches arrives, once.
    happens: Vec<(String, Box<dyn FnOnce() + Send>)>,
    meanwhile: Vec<Meanwhile>,
    calls: Vec<String>,
    under_way: usize,
    most_under_way: usize,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("sides", &self.sides).finish_non_exhaustive()
    }
}

/// All Airflows of a test.
#[derive(Debug)]
pub struct FakeAirflow {
    state: Mutex<State>,
    clock: Arc<TestClock>,
}

impl FakeAirflow {
    pub fn new(clock: Arc<TestClock>) -> Self {
        Self { state: Mutex::default(), clock }
    }

    /// With an environment, set up by `build`.
    pub fn side(self, environment: &str, dialect: Dialect, build: impl FnOnce(&mut Side)) -> Self {
        let mut side = Side::new(environment, dialect);
        build(&mut side);
        self.state().sides.insert(environment.to_owned(), side);
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the fake Airflows")
    }

    /// What time it is there.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Somebody changes something past Teal, or the test lets something happen.
    pub fn change<T>(&self, environment: &str, change: impl FnOnce(&mut Side) -> T) -> T {
        change(self.state().sides.get_mut(environment).expect("an environment of that name"))
    }

    /// The ids of the DAGs that are paused.
    pub fn paused(&self, environment: &str) -> Vec<String> {
        self.change(environment, |side| side.dags.values().filter(|dag| dag.paused).map(|dag| dag.id.clone()).collect())
    }

    /// The ids of the DAGs that are not.
    pub fn unpaused(&self, environment: &str) -> Vec<String> {
        self.change(environment, |side| {
            side.dags.values().filter(|dag| !dag.paused).map(|dag| dag.id.clone()).collect()
        })
    }

    /// The scheduler starts what is due and not paused.
    pub fn start_due_runs(&self, environment: &str) {
        let now = self.now();
        self.change(environment, |side| side.start_due(now));
    }

    /// What runs succeeds, and what comes after it begins, unless the DAG is paused.
    pub fn let_tasks_end(&self, environment: &str) {
        let now = self.now();
        self.change(environment, |side| side.end_tasks("success", None, now));
    }

    /// The tasks of a DAG that run fail, and its runs with them.
    pub fn let_tasks_fail(&self, environment: &str, dag: &str) {
        let now = self.now();
        self.change(environment, |side| side.end_tasks("failed", Some(dag), now));
    }

    /// From now on this environment's guarded DAGs find that it is the live one, and those of all others that it is not.
    pub fn make_live(&self, environment: &str) {
        for (name, side) in &mut self.state().sides {
            side.live = name == environment;
        }
    }

    /// The next `times` calls that match fail. `pattern` is an environment, a method and a path, in which `*` stands
    /// for anything: `green-env PATCH /dags/*`.
    pub fn fail(&self, pattern: &str, fault: Fault, times: usize) {
        self.state().armed.push(Armed::new(pattern, fault, 0, times));
    }

    /// After `well` calls that match and go well, all others fail.
    pub fn fail_after(&self, well: usize, pattern: &str, fault: Fault) {
        self.state().armed.push(Armed::new(pattern, fault, well, usize::MAX));
    }

    /// Something happens as soon as a call that matches arrives, before it is answered.
    pub fn when(&self, pattern: &str, happens: impl FnOnce() + Send + 'static) {
        self.state().happens.push((pattern.to_owned(), Box::new(happens)));
    }

    /// After `well` calls that match, and before the next one is answered, something happens past Teal, once.
    pub fn meanwhile(
        &self,
        well: usize,
        pattern: &str,
        environment: &str,
        change: impl FnOnce(&mut Side) + Send + 'static,
    ) {
        self.state().meanwhile.push(Meanwhile::new(well, pattern, environment, change));
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        self.state().armed.clear();
    }

    /// What was asked, in order: `green-env PATCH /dags/orders?update_mask=is_paused`.
    pub fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    /// How many calls match a pattern.
    pub fn count(&self, pattern: &str) -> usize {
        self.state().calls.iter().filter(|call| faults::glob(pattern, call)).count()
    }

    /// Forgets what was asked.
    pub fn forget_calls(&self) {
        self.state().calls.clear();
    }

    /// How many calls were under way at the same time, at most.
    pub fn most_at_once(&self) -> usize {
        self.state().most_under_way
    }

    fn answer(&self, environment: &str, call: &Call) -> Result<Value, AwsError> {
        let now = self.now();
        let mut state = self.state();
        let Some(side) = state.sides.get_mut(environment) else {
            return Err(AwsError {
                code: Some("ResourceNotFoundException".into()),
                message: format!("There is no MWAA environment named {environment}."),
                refused: true,
            });
        };
        side.answer(call, now)
            .map_err(|(status, detail)| refusal(environment, call, status, &serde_json::json!({"detail": detail})))
    }
}

#[async_trait::async_trait]
impl AirflowRest for FakeAirflow {
    async fn invoke(&self, environment: &str, call: Call) -> Result<Value, AwsError> {
        if let Err(error) = call.check() {
            // Nobody should come so far: MWAA's own word for it.
            return Err(AwsError { code: Some("ValidationException".into()), ..error });
        }
        let query: Vec<_> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let line = format!("{environment} {} {}?{}", call.method, call.path, query.join("&"));
        let line = line.trim_end_matches('?').to_owned();
        let happens = {
            let mut state = self.state();
            let path = line.split('?').next().unwrap_or_default();
            let at = state.happens.iter().position(|(pattern, _)| faults::glob(pattern, path));
            at.map(|at| state.happens.remove(at).1)
        };
        if let Some(happens) = happens {
            happens();
        }
        let fault = {
            let mut state = self.state();
            let State { meanwhile, sides, .. } = &mut *state;
            for one in meanwhile {
                if let Some(change) = one.comes(&line) {
                    change(sides.get_mut(&one.environment).expect("an environment of that name"));
                }
            }
            let fault = state.armed.iter_mut().find_map(|armed| armed.strikes(&line));
            state.calls.push(line);
            state.under_way += 1;
            state.most_under_way = state.most_under_way.max(state.under_way);
            fault
        };
        // A real call gives others a turn.
        tokio::task::yield_now().await;
        let answer = match fault {
            None => self.answer(environment, &call),
            Some(Fault::OnlyTheFirstPage) => self.answer(environment, &call).map(|mut answer| {
                if listing::is_later(&call) {
                    answer
                        .as_object_mut()
                        .into_iter()
                        .flatten()
                        .filter_map(|(_, rows)| rows.as_array_mut())
                        .for_each(Vec::clear);
                }
                answer
            }),
            Some(Fault::Status(status)) => Err(refusal(environment, &call, status, &Value::Null)),
            Some(Fault::Throttled) => Err(AwsError {
                code: Some("ThrottlingException".into()),
                message: "airflow:InvokeRestApi answered ThrottlingException: Rate exceeded".into(),
                refused: true,
            }),
            Some(Fault::TimesOut | Fault::LandsUnanswered) => {
                if fault == Some(Fault::LandsUnanswered) {
                    self.answer(environment, &call).ok();
                }
                self.clock.sleep(Duration::from_secs(10)).await;
                Err(AwsError {
                    code: None,
                    message: "airflow:InvokeRestApi did not answer in time.".into(),
                    refused: false,
                })
            }
        };
        self.state().under_way -= 1;
        answer
    }
}
