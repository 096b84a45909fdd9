//! What Teal asks of one side's Airflow, in either dialect.
//!
//! Here is what is read of the side as a whole. Runs and their tasks are in `runs`, one run in `one_run`, pausing in
//! `pausing`, and what Teal may do there is found out in `trying`.

use std::time::Duration;

use serde_json::Value;
use teal_domain::airflow::{Dag, ImportError, Keys, Part};

use super::{super::AwsError, AirflowRest, Call, Dialect, answers, answers::text, paging::List};

pub use super::{
    one_run::Log,
    pausing::{Changed, parts},
};

/// One side's Airflow. Cheap to make.
#[derive(Clone, Copy, Debug)]
pub struct Airflow<'a> {
    rest: &'a dyn AirflowRest,
    environment: &'a str,
    dialect: Dialect,
}

/// How long to wait before asking again, where fewer requests were asked for.
const WAITS: [Duration; 3] = [Duration::from_millis(250), Duration::from_millis(700), Duration::from_millis(1500)];

impl<'a> Airflow<'a> {
    /// The Airflow of an environment, whose version says how it is spoken to: 2 by `/api/v1`, any other and one that
    /// is not known by `/api/v2`.
    pub fn new(rest: &'a dyn AirflowRest, environment: &'a str, version: Option<&'a str>) -> Self {
        Self { rest, environment, dialect: Dialect::of(version) }
    }

    /// How it is spoken to.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The name of its environment.
    pub(super) const fn environment(&self) -> &'a str {
        self.environment
    }

    /// Its own word on its parts.
    pub async fn health(&self) -> Result<Vec<Part>, AwsError> {
        let answer = self.ask(self.health_call()).await?;
        if !answer["metadatabase"].is_object() {
            return Err(self.odd("told its health without `metadatabase`".to_owned()));
        }
        Ok(answers::parts(&answer))
    }

    pub(super) fn health_call(&self) -> Call {
        Call::get(match self.dialect {
            Dialect::Two => "/health",
            Dialect::Three => "/monitor/health",
        })
    }

    /// Files that could not be imported, by name.
    pub async fn import_errors(&self) -> Result<Vec<ImportError>, AwsError> {
        let rows = self.all(List::import_errors()).await?;
        let mut errors: Vec<_> = rows.iter().map(answers::import_error).collect();
        errors.sort_by(|one, other| one.file.cmp(&other.file));
        Ok(errors)
    }

    /// Its DAGs, by id. Those whose file is gone are not among them.
    pub async fn dags(&self) -> Result<Vec<Dag>, AwsError> {
        let rows = self.all(List::dags()).await?;
        let mut dags = self.told(&rows)?;
        dags.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(dags)
    }

    /// Rows as DAGs. One that does not say which it is and whether it is paused is no DAG that anything could rest on.
    pub(super) fn told(&self, rows: &[Value]) -> Result<Vec<Dag>, AwsError> {
        let one = |row| answers::dag(row).map_err(|what| self.odd(format!("lists a DAG {what}")));
        rows.iter().map(one).collect()
    }

    /// What its DAGs rely on by name. Values are dropped here.
    pub async fn keys(&self) -> Result<Keys, AwsError> {
        let (connections, variables, pools) = futures::try_join!(
            self.all(List::keys("/connections", "connections", &["connection_id"])),
            self.all(List::keys("/variables", "variables", &["key"])),
            self.all(List::keys("/pools", "pools", &["name"])),
        )?;
        let sorted = |rows: &[Value], name: &dyn Fn(&Value) -> String| {
            let mut names: Vec<_> = rows.iter().map(name).collect();
            names.sort();
            names.dedup();
            names
        };
        Ok(Keys {
            connections: sorted(&connections, &|row| text(&row["connection_id"])),
            variables: sorted(&variables, &|row| text(&row["key"])),
            pools: sorted(&pools, &|row| match row["slots"].as_i64() {
                Some(slots) if slots >= 0 => format!("{} ({slots})", text(&row["name"])),
                _ => format!("{} (no limit)", text(&row["name"])),
            }),
        })
    }

    /// Makes a call. Where fewer requests are asked for it waits a little and asks again: nothing was done then.
    pub(super) async fn ask(&self, call: Call) -> Result<Value, AwsError> {
        call.check()?;
        for wait in WAITS {
            match self.rest.invoke(self.environment, call.clone()).await {
                Err(error) if error.throttled() || error.code.as_deref() == Some("429") => {
                    tokio::time::sleep(wait).await;
                }
                answer => return answer,
            }
        }
        self.rest.invoke(self.environment, call).await
    }
}
