//! Airflow's REST API, through MWAA's `InvokeRestApi`.

pub mod client;

use async_trait::async_trait;
use serde_json::Value;

use super::AwsError;

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

/// An Airflow's REST API.
#[async_trait]
pub trait AirflowRest: Send + Sync + std::fmt::Debug {
    /// Makes a call in an environment and answers with its JSON. What Airflow itself refused comes with its status as
    /// the code, such as `403`.
    async fn invoke(&self, environment: &str, call: Call) -> Result<Value, AwsError>;
}
