//! Elastic Load Balancing: a load balancer, and whether the targets behind it answer.

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::{
    Client,
    config::Builder,
    operation::describe_load_balancers::DescribeLoadBalancersError,
    types::{LoadBalancer, LoadBalancerSchemeEnum, TargetGroup as Group, TargetHealthDescription},
};
use futures::future::try_join_all;
use teal_domain::platform::{Balancer, Target, TargetGroup};

use super::{AwsError, traced::Traced};

/// Load balancers, as far as Teal reads them.
#[async_trait]
pub trait TargetPort: Send + Sync + std::fmt::Debug {
    /// The load balancer of that name with the targets behind it; none where there is no such load balancer.
    async fn balancer(&self, name: &str) -> Result<Option<Balancer>, AwsError>;
}

/// Elastic Load Balancing through the SDK.
#[derive(Clone, Debug)]
pub struct Elb(Client);

impl Elb {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::from_conf(Builder::from(config).interceptor(Traced).build()))
    }

    async fn groups(&self, load_balancer: &str) -> Result<Vec<Group>, AwsError> {
        let mut pages = self.0.describe_target_groups().load_balancer_arn(load_balancer).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("elasticloadbalancing:DescribeTargetGroups", &error))?;
            groups.extend(page.target_groups.unwrap_or_default());
        }
        Ok(groups)
    }

    async fn health(&self, group: Group) -> Result<TargetGroup, AwsError> {
        let answer = self
            .0
            .describe_target_health()
            .set_target_group_arn(group.target_group_arn.clone())
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("elasticloadbalancing:DescribeTargetHealth", &error))?;
        let mut targets: Vec<Target> =
            answer.target_health_descriptions.unwrap_or_default().into_iter().map(target).collect();
        // They come in no order, and what only moved has not changed.
        targets.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(TargetGroup {
            name: group.target_group_name.unwrap_or_default(),
            arn: group.target_group_arn.unwrap_or_default(),
            port: group.port.and_then(|port| u16::try_from(port).ok()),
            targets,
        })
    }
}

#[async_trait]
impl TargetPort for Elb {
    async fn balancer(&self, name: &str) -> Result<Option<Balancer>, AwsError> {
        let answer = match self.0.describe_load_balancers().names(name).send().await {
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
        let Some(found) = answer.load_balancers.unwrap_or_default().into_iter().next() else { return Ok(None) };
        let mut balancer = balancer(found);
        let groups = self.groups(&balancer.arn).await?;
        balancer.groups = try_join_all(groups.into_iter().map(|group| self.health(group))).await?;
        balancer.groups.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Some(balancer))
    }
}

/// A load balancer, whose groups are not known yet.
fn balancer(found: LoadBalancer) -> Balancer {
    let zones = found.availability_zones.unwrap_or_default();
    let mut zones: Vec<String> = zones.into_iter().filter_map(|zone| zone.zone_name).collect();
    zones.sort();
    zones.dedup();
    Balancer {
        arn: found.load_balancer_arn.unwrap_or_default(),
        dns: found.dns_name.unwrap_or_default(),
        internal: found.scheme == Some(LoadBalancerSchemeEnum::Internal),
        state: found.state.and_then(|state| state.code).map(|code| code.as_str().to_owned()).unwrap_or_default(),
        zones,
        vpc: found.vpc_id,
        groups: Vec::new(),
    }
}

fn target(described: TargetHealthDescription) -> Target {
    let target = described.target;
    let (id, port) = target.as_ref().map(|target| (target.id.clone(), target.port)).unwrap_or_default();
    let (id, health) = (id.unwrap_or_default(), described.target_health);
    let (state, code, says) =
        health.map(|health| (health.state, health.reason, health.description)).unwrap_or_default();
    let code = code.map(|code| code.as_str().to_owned());
    Target {
        id: port.map_or_else(|| id.clone(), |port| format!("{id}:{port}")),
        // `all` stands for targets outside the network.
        zone: target.and_then(|target| target.availability_zone).filter(|zone| zone != "all"),
        state: state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        reason: [code, says].into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_elasticloadbalancingv2::types::{
        AvailabilityZone, LoadBalancerState, LoadBalancerStateEnum, TargetDescription, TargetHealth,
        TargetHealthReasonEnum, TargetHealthStateEnum,
    };

    #[test]
    fn an_unhealthy_target_says_why() {
        let health = TargetHealth::builder()
            .state(TargetHealthStateEnum::Unhealthy)
            .reason(TargetHealthReasonEnum::Timeout)
            .description("Request timed out");
        let described = TargetHealthDescription::builder()
            .target(TargetDescription::builder().id("i-1").port(5000).availability_zone("us-east-2b").build())
            .target_health(health.build())
            .build();
        let expected = Target {
            id: "i-1:5000".into(),
            zone: Some("us-east-2b".into()),
            state: "unhealthy".into(),
            reason: "Target.Timeout: Request timed out".into(),
        };
        assert_eq!(target(described), expected);
    }

    #[test]
    fn a_load_balancer_says_where_it_is_and_who_reaches_it() {
        let zone = |name: &str| AvailabilityZone::builder().zone_name(name).build();
        let found = LoadBalancer::builder()
            .load_balancer_arn("arn:marquez")
            .dns_name("internal-marquez.us-east-2.elb.amazonaws.com")
            .scheme(LoadBalancerSchemeEnum::Internal)
            .state(LoadBalancerState::builder().code(LoadBalancerStateEnum::ActiveImpaired).build())
            .availability_zones(zone("us-east-2b"))
            .availability_zones(zone("us-east-2a"))
            .vpc_id("vpc-1");
        let told = balancer(found.build());
        assert_eq!((told.internal, told.state.as_str(), told.vpc.as_deref()), (true, "active_impaired", Some("vpc-1")));
        assert_eq!(told.zones, ["us-east-2a", "us-east-2b"]);
        assert!(!balancer(LoadBalancer::builder().build()).internal, "what is not said to be internal is not");
    }
}
