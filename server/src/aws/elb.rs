//! Elastic Load Balancing: whether the targets behind a load balancer answer.

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::{
    Client,
    operation::describe_load_balancers::DescribeLoadBalancersError,
    types::{TargetGroup, TargetHealthDescription},
};
use futures::future::try_join_all;

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

/// Elastic Load Balancing through the SDK.
#[derive(Clone, Debug)]
pub struct Elb(Client);

impl Elb {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::new(config))
    }

    async fn groups(&self, load_balancer: &str) -> Result<Vec<TargetGroup>, AwsError> {
        let mut pages = self.0.describe_target_groups().load_balancer_arn(load_balancer).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("elasticloadbalancing:DescribeTargetGroups", &error))?;
            groups.extend(page.target_groups.unwrap_or_default());
        }
        Ok(groups)
    }

    async fn health(&self, group: TargetGroup) -> Result<Vec<Target>, AwsError> {
        let answer = self
            .0
            .describe_target_health()
            .set_target_group_arn(group.target_group_arn)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("elasticloadbalancing:DescribeTargetHealth", &error))?;
        let name = group.target_group_name.unwrap_or_default();
        Ok(answer.target_health_descriptions.unwrap_or_default().into_iter().map(|one| target(&name, one)).collect())
    }
}

#[async_trait]
impl TargetPort for Elb {
    async fn targets(&self, load_balancer: &str) -> Result<Option<Vec<Target>>, AwsError> {
        let answer = match self.0.describe_load_balancers().names(load_balancer).send().await {
            Ok(answer) => answer,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeLoadBalancersError::is_load_balancer_not_found_exception) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(AwsError::from_sdk("elasticloadbalancing:DescribeLoadBalancers", &error)),
        };
        let found = answer.load_balancers.unwrap_or_default().into_iter().find_map(|one| one.load_balancer_arn);
        let Some(arn) = found else { return Ok(None) };
        let groups = self.groups(&arn).await?;
        let targets = try_join_all(groups.into_iter().map(|group| self.health(group))).await?;
        Ok(Some(targets.into_iter().flatten().collect()))
    }
}

fn target(group: &str, described: TargetHealthDescription) -> Target {
    let (id, port) = described.target.map(|target| (target.id, target.port)).unwrap_or_default();
    let (id, health) = (id.unwrap_or_default(), described.target_health);
    let (state, code, says) =
        health.map(|health| (health.state, health.reason, health.description)).unwrap_or_default();
    let code = code.map(|code| code.as_str().to_owned());
    Target {
        group: group.to_owned(),
        target: port.map_or_else(|| id.clone(), |port| format!("{id}:{port}")),
        state: state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        reason: [code, says].into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_elasticloadbalancingv2::types::{
        TargetDescription, TargetHealth, TargetHealthReasonEnum, TargetHealthStateEnum,
    };

    #[test]
    fn an_unhealthy_target_says_why() {
        let health = TargetHealth::builder()
            .state(TargetHealthStateEnum::Unhealthy)
            .reason(TargetHealthReasonEnum::Timeout)
            .description("Request timed out");
        let described = TargetHealthDescription::builder()
            .target(TargetDescription::builder().id("i-1").port(5000).build())
            .target_health(health.build())
            .build();
        let expected = Target {
            group: "api".into(),
            target: "i-1:5000".into(),
            state: "unhealthy".into(),
            reason: "Target.Timeout: Request timed out".into(),
        };
        assert_eq!(target("api", described), expected);
    }
}
