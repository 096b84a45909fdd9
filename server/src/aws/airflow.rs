//! Airflow's REST API, through MWAA's `InvokeRestApi`.
//!
//! The port is here, its SDK implementation in `sdk`, and what Teal asks of an Airflow in `client` and beside it.

mod answers;
mod at_once;
pub mod client;
mod document;
mod one_run;
mod paging;
mod path;
mod pattern;
mod pausing;
mod refusal;
mod runs;
mod sdk;
mod trying;

use async_trait::async_trait;
use serde_json::Value;

use super::AwsError;

pub use refusal::refusal;

/// How long a path may be, in characters: MWAA refuses longer ones
/// (<https://docs.aws.amazon.com/mwaa/latest/API/API_InvokeRestApi.html>).
pub const LONGEST_PATH: usize = 64;

/// One call of the REST API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// `GET`, `POST`, `PATCH`.
    pub method: &'static str,
    /// The path below `/api/v1` or `/api/v2`, such as `/dags`; at most 64 characters.
    pub path: String,
    /// The query.
    pub query: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<Value>,
}

impl Call {
    /// A call that reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), ..Self::default() }
    }

    /// A call with a body: most of them write, lists with filters only read.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: "POST", path: path.into(), body: Some(body), ..Self::default() }
    }

    /// A call that changes what is there.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self { method: "PATCH", path: path.into(), body: Some(body), ..Self::default() }
    }

    /// With one more word in the query.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Whether the path is short enough for MWAA.
    pub fn fits(&self) -> bool {
        self.path.chars().count() <= LONGEST_PATH
    }

    /// Refuses what MWAA would refuse: a path that is too long.
    pub fn check(&self) -> Result<(), AwsError> {
        if self.fits() {
            return Ok(());
        }
        let (method, path, length) = (self.method, &self.path, self.path.chars().count());
        Err(AwsError {
            code: None,
            message: format!(
                "{method} {path} was not sent: MWAA takes paths of {LONGEST_PATH} characters at most, and this one has \
                 {length}. Do this by hand in the Airflow web page, or give the DAG a shorter id."
            ),
            refused: true,
        })
    }
}

/// An Airflow's REST API.
#[async_trait]
pub trait AirflowRest: Send + Sync + std::fmt::Debug {
    /// Makes a call in an environment and answers with its JSON. What Airflow itself refused comes with its status as
    /// the code, such as `403`.
    async fn invoke(&self, environment: &str, call: Call) -> Result<Value, AwsError>;
}

/// Which of Airflow's two REST APIs an environment speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Airflow 2, `/api/v1`.
    Two,
    /// Airflow 3 and whatever comes after it, `/api/v2`.
    Three,
}

impl Dialect {
    /// The dialect of a version such as `2.10.3`. A version that is not known is taken for a new one.
    pub fn of(version: Option<&str>) -> Self {
        match version.and_then(|version| version.split('.').next()) {
            Some("2" | "1") => Self::Two,
            _ => Self::Three,
        }
    }
}
