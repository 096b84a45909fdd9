#![allow(missing_docs, unused, clippy::all, clippy::pedantic)]
use super::*;
use teal_domain::{Timestamp, airflow::*};
#[derive(Debug)]
pub struct Airflow<'a> {
    rest: &'a dyn AirflowRest,
    environment: &'a str,
    version: Option<&'a str>,
}
#[derive(Debug)]
pub struct Changed {
    pub done: Vec<String>,
    pub failed: Vec<(String, AwsError)>,
}
impl<'a> Airflow<'a> {
    pub fn new(rest: &'a dyn AirflowRest, environment: &'a str, version: Option<&'a str>) -> Self {
        Self { rest, environment, version }
    }
    pub async fn health(&self) -> Result<Vec<Part>, AwsError> {
        panic!()
    }
    pub async fn dags(&self) -> Result<Vec<Dag>, AwsError> {
        panic!()
    }
    pub async fn work(&self) -> Result<Work, AwsError> {
        panic!()
    }
    pub async fn tasks_begun(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Task>, AwsError> {
        panic!()
    }
    pub async fn failures(&self, from: Timestamp, until: Timestamp) -> Result<u32, AwsError> {
        panic!()
    }
    pub async fn set_paused(&self, known: &[Dag], ids: &[String], paused: bool) -> Changed {
        panic!()
    }
}
