//! Elastic Load Balancing: whether the targets behind a load balancer answer.

use async_trait::async_trait;

use super::AwsError;

/// A target behind a load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its target group.
    pub group: String,
    /// The instance or address, with its port.
    pub target: String,
    /// `healthy`, `unhealthy`, `initial`, `draining`, `unused` …
    pub state: String,
    /// The reason's code, such as `Target.Timeout`, and its description; empty where it is healthy.
    pub reason: String,
}

/// Load balancers, as far as Teal reads them.
#[async_trait]
pub trait TargetPort: Send + Sync + std::fmt::Debug {
    /// The targets behind the load balancer of that name; none where there is no such load balancer.
    async fn targets(&self, load_balancer: &str) -> Result<Option<Vec<Target>>, AwsError>;
}
