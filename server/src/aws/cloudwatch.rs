//! CloudWatch: alarms, and the heartbeat of a scheduler.

use async_trait::async_trait;
use teal_domain::{Timestamp, surroundings::Alarm};

use super::AwsError;

/// CloudWatch, as far as Teal reads it.
#[async_trait]
pub trait AlarmPort: Send + Sync + std::fmt::Debug {
    /// The alarms of these names, in their order; one that does not exist is told as missing.
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, AwsError>;
    /// The latest minute, not before `since`, in which the scheduler of an environment gave a sign of life.
    async fn heartbeat(&self, environment: &str, since: Timestamp) -> Result<Option<Timestamp>, AwsError>;
}
