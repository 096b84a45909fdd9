//! Alarms, files, load balancers and logs of which there are none.

use teal_domain::{
    Millis, Timestamp,
    alarms::Alarms,
    metrics::{Answer, Series},
    platform::{Balancer, LogGroup},
    surroundings::{Alarm, DagFile},
    trouble::Allowed,
};
use teal_server::aws::{
    AwsError, cloudwatch::AlarmPort, elb::TargetPort, iam::RolePort, logs::LogPort, metrics::MetricPort, s3::FilePort,
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
impl MetricPort for Nothing {
    async fn existing(&self) -> Result<Alarms, AwsError> {
        Ok(Alarms::default())
    }

    async fn data(&self, _: &[Series], _: Millis, _: Timestamp, _: Timestamp) -> Result<Answer, AwsError> {
        Ok(Answer::new())
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
    async fn balancer(&self, _: &str) -> Result<Option<Balancer>, AwsError> {
        Ok(None)
    }
}

#[async_trait::async_trait]
impl LogPort for Nothing {
    async fn end_of(&self, group: &str, stream: &str) -> Result<String, AwsError> {
        let code = Some("ResourceNotFoundException".to_owned());
        Err(AwsError { code, message: format!("There is no log stream `{stream}` in `{group}`."), refused: true })
    }

    async fn groups(&self, _: &str) -> Result<Vec<LogGroup>, AwsError> {
        Ok(Vec::new())
    }
}

#[async_trait::async_trait]
impl RolePort for Nothing {
    async fn may(&self, _: &str, _: &str, _: &str) -> Result<Allowed, AwsError> {
        let message = "iam:SimulatePrincipalPolicy is not allowed for these credentials: add it to Teal's policy.";
        Err(AwsError { code: Some("AccessDenied".to_owned()), message: message.to_owned(), refused: true })
    }
}
