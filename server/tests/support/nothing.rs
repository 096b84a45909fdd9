//! Alarms, files, load balancers and logs of which there are none.

use teal_domain::{
    Timestamp,
    surroundings::{Alarm, DagFile},
};
use teal_server::aws::{
    AwsError,
    cloudwatch::AlarmPort,
    elb::{Target, TargetPort},
    logs::LogPort,
    s3::FilePort,
};

#[derive(Debug)]
pub struct Nothing;

#[async_trait::async_trait]
impl AlarmPort for Nothing {
    async fn alarms(&self, _: &[String]) -> Result<Vec<Alarm>, AwsError> {
        Ok(Vec::new())
    }

    async fn heartbeat(&self, _: &str, _: Timestamp) -> Result<Option<Timestamp>, AwsError> {
        Ok(None)
    }
}

#[async_trait::async_trait]
impl FilePort for Nothing {
    async fn files(&self, _: &str, _: &str) -> Result<Vec<DagFile>, AwsError> {
        Ok(Vec::new())
    }

    async fn file(&self, _: &str, _: &str) -> Result<Option<DagFile>, AwsError> {
        Ok(None)
    }
}

#[async_trait::async_trait]
impl TargetPort for Nothing {
    async fn targets(&self, _: &str) -> Result<Option<Vec<Target>>, AwsError> {
        Ok(None)
    }
}

#[async_trait::async_trait]
impl LogPort for Nothing {
    async fn end_of(&self, group: &str, stream: &str) -> Result<String, AwsError> {
        let code = Some("ResourceNotFoundException".to_owned());
        Err(AwsError { code, message: format!("There is no log stream `{stream}` in `{group}`."), refused: true })
    }
}
