//! What surrounds the flag, in the test's hands.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use teal_domain::{
    Environment, EnvironmentStatus, Timestamp,
    environment::Setup,
    platform::Balancer,
    surroundings::{Alarm, AlarmState, DagFile, Mark},
};
use teal_server::aws::{
    AwsError,
    airflow::{AirflowRest, Call},
    cloudwatch::AlarmPort,
    elb::TargetPort,
    mwaa::EnvironmentPort,
    s3::FilePort,
};

/// The one alarm that there is.
pub const ALARM: &str = "mwaa-openlineage-green-dev-scheduler-heartbeat";

/// What a port does when it is asked.
#[derive(Clone, Copy, Debug, Default)]
pub enum Will {
    #[default]
    Answer,
    /// It answers so much later what was true when it was asked.
    Take(Duration),
    Fail(&'static str),
    Hang,
}

impl Will {
    async fn be_done(self) -> Result<(), AwsError> {
        match self {
            Self::Answer => Ok(()),
            Self::Take(span) => {
                tokio::time::sleep(span).await;
                Ok(())
            }
            Self::Fail(message) => Err(AwsError { code: None, message: message.into(), refused: true }),
            Self::Hang => std::future::pending().await,
        }
    }
}

#[derive(Debug, Default)]
pub struct Fakes {
    airflow: Mutex<Will>,
    alarms: Mutex<Will>,
    files: Mutex<Will>,
    alarm: Mutex<Option<AlarmState>>,
    green: Mutex<Option<EnvironmentStatus>>,
    alarms_asked: AtomicUsize,
    asked: Mutex<Vec<(String, String)>>,
}

fn get<T: Clone>(slot: &Mutex<T>) -> T {
    slot.lock().expect("a slot").clone()
}

fn set<T>(slot: &Mutex<T>, value: T) {
    *slot.lock().expect("a slot") = value;
}

impl Fakes {
    pub fn airflow_will(&self, will: Will) {
        set(&self.airflow, will);
    }

    pub fn alarms_will(&self, will: Will) {
        set(&self.alarms, will);
    }

    pub fn files_will(&self, will: Will) {
        set(&self.files, will);
    }

    pub fn alarm_is(&self, state: AlarmState) {
        set(&self.alarm, Some(state));
    }

    pub fn green_is(&self, status: EnvironmentStatus) {
        set(&self.green, Some(status));
    }

    pub fn alarms_asked(&self) -> usize {
        self.alarms_asked.load(Ordering::SeqCst)
    }

    /// The paths that an environment's Airflow was asked for.
    pub fn asked(&self, environment: &str) -> Vec<String> {
        get(&self.asked).into_iter().filter(|(name, _)| name == environment).map(|(_, path)| path).collect()
    }
}

#[async_trait]
impl EnvironmentPort for Fakes {
    async fn read(&self, name: &str) -> Result<Environment, AwsError> {
        let green = name.contains("green").then(|| get(&self.green)).flatten();
        Ok(Environment {
            name: name.to_owned(),
            status: green.unwrap_or(EnvironmentStatus::Available),
            airflow_version: Some("3.0.6".into()),
            class: None,
            workers: None,
            schedulers: None,
            web_address: None,
            last_update: None,
            setup: Setup { bucket: Some(format!("dags-of-{name}")), dag_path: Some("dags".into()), ..Setup::default() },
        })
    }
}

#[async_trait]
impl AirflowRest for Fakes {
    async fn invoke(&self, environment: &str, call: Call) -> Result<Value, AwsError> {
        self.asked.lock().expect("the log").push((environment.to_owned(), call.path.clone()));
        get(&self.airflow).be_done().await?;
        Ok(match call.path.as_str() {
            "/monitor/health" => json!({
                "metadatabase": { "status": "healthy" },
                "scheduler": { "status": "healthy", "latest_scheduler_heartbeat": "2026-11-24T12:00:00+00:00" },
            }),
            "/dags/orders/tasks" => {
                json!({ "tasks": [{ "task_id": "work", "depends_on_past": true }], "total_entries": 1 })
            }
            "/dags" => json!({
                "dags": [{
                    "dag_id": "orders", "dag_display_name": "orders", "is_paused": false, "is_active": true,
                    "is_stale": false, "timetable_summary": "0 * * * *", "timetable_description": "Hourly",
                    "next_dagrun_run_after": null, "tags": [], "has_import_errors": false,
                }],
                "total_entries": 1,
            }),
            _ => json!({
                "import_errors": [], "task_instances": [], "dag_runs": [], "connections": [], "variables": [],
                "pools": [], "total_entries": 0,
            }),
        })
    }
}

#[async_trait]
impl AlarmPort for Fakes {
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, AwsError> {
        self.alarms_asked.fetch_add(1, Ordering::SeqCst);
        let state = get(&self.alarm).unwrap_or(AlarmState::Fine);
        get(&self.alarms).be_done().await?;
        let alarm = |name: &String| Alarm { name: name.clone(), state, since: None, reason: String::new() };
        Ok(names.iter().map(alarm).collect())
    }

    async fn heartbeat(&self, _: &str, since: Timestamp) -> Result<Option<Timestamp>, AwsError> {
        get(&self.alarms).be_done().await?;
        Ok(Some(Timestamp(since.0 + 59 * 60_000)))
    }
}

#[async_trait]
impl FilePort for Fakes {
    async fn files(&self, _: &str, _: &str) -> Result<Vec<DagFile>, AwsError> {
        get(&self.files).be_done().await?;
        Ok(vec![DagFile { key: "orders.py".into(), etag: "abc".into(), bytes: 7, mark: Mark::Content }])
    }

    async fn file(&self, _: &str, key: &str) -> Result<Option<DagFile>, AwsError> {
        Ok(Some(DagFile { key: key.into(), etag: "def".into(), bytes: 9, mark: Mark::Content }))
    }
}

#[async_trait]
impl TargetPort for Fakes {
    async fn balancer(&self, _: &str) -> Result<Option<Balancer>, AwsError> {
        Ok(None)
    }
}
