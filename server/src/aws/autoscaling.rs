//! Auto Scaling: the group of instances of the lineage service.
//! <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html>

use async_trait::async_trait;
use teal_domain::platform::{Group, Member};

use super::{
    AwsError,
    query::{Element, Mark, Query, list},
    unless_denied,
};

const GROUPS: &str = "autoscaling:DescribeAutoScalingGroups";
const REFRESHES: &str = "autoscaling:DescribeInstanceRefreshes";
const INSTANCES: &str = "autoscaling:DescribeAutoScalingInstances";
const PAGE: Mark = Mark("NextToken", "NextToken");
/// One call answers for so many instances.
const AT_ONCE: usize = 50;

/// Auto Scaling, as far as Teal reads it.
#[async_trait]
pub trait GroupPort: Send + Sync + std::fmt::Debug {
    /// The group that has the first of these names that any has, and its name.
    async fn group(&self, names: &[String]) -> Result<Option<(String, Group)>, AwsError>;
    /// The name of the group that any of these instances belongs to.
    async fn group_of(&self, instances: &[String]) -> Result<Option<String>, AwsError>;
}

/// Auto Scaling over the SDK's signer.
#[derive(Clone, Debug)]
pub struct AutoScaling(Query);

impl AutoScaling {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Query::new(config, "autoscaling", "2011-01-01", "AWS_ENDPOINT_URL_AUTO_SCALING"))
    }
}

#[async_trait]
impl GroupPort for AutoScaling {
    async fn group(&self, names: &[String]) -> Result<Option<(String, Group)>, AwsError> {
        // Without a name all groups there are would be told.
        if names.is_empty() {
            return Ok(None);
        }
        let fields = list("AutoScalingGroupNames.member", names.iter().map(String::as_str));
        let found = self.0.pages(GROUPS, &fields, PAGE, groups).await?;
        let first = names.iter().find_map(|name| found.iter().find(|(known, _)| known == name));
        let Some((name, mut group)) = first.cloned() else { return Ok(None) };
        let fields = vec![("AutoScalingGroupName".to_owned(), name.clone()), ("MaxRecords".into(), "10".into())];
        let asked = self.0.ask(REFRESHES, &fields, refresh).await;
        group.refresh = unless_denied(asked, REFRESHES, &mut group.denied)?.flatten();
        Ok(Some((name, group)))
    }

    async fn group_of(&self, instances: &[String]) -> Result<Option<String>, AwsError> {
        if instances.is_empty() {
            return Ok(None);
        }
        let fields = list("InstanceIds.member", instances.iter().take(AT_ONCE).map(String::as_str));
        let read = |answer: Element<'_, '_>| {
            answer.each("AutoScalingInstances").find_map(|instance| instance.text("AutoScalingGroupName"))
        };
        self.0.ask(INSTANCES, &fields, read).await
    }
}

fn groups(answer: Element<'_, '_>) -> Vec<(String, Group)> {
    answer
        .each("AutoScalingGroups")
        .filter_map(|found| Some((found.text("AutoScalingGroupName")?, group(found))))
        .collect()
}

fn group(found: Element<'_, '_>) -> Group {
    let size = |name: &str| found.number(name).unwrap_or_default();
    let mut zones: Vec<String> = found.each("AvailabilityZones").filter_map(Element::says).collect();
    zones.sort();
    let mut instances: Vec<Member> = found.each("Instances").filter_map(member).collect();
    instances.sort();
    let subnets = found.text("VPCZoneIdentifier").unwrap_or_default();
    let mut subnets: Vec<String> =
        subnets.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    subnets.sort();
    Group {
        sizes: (size("MinSize"), size("DesiredCapacity"), size("MaxSize")),
        zones,
        instances,
        refresh: None,
        subnets,
        denied: Vec::new(),
    }
}

fn member(found: Element<'_, '_>) -> Option<Member> {
    Some(Member {
        id: found.text("InstanceId")?,
        class: found.text("InstanceType"),
        zone: found.text("AvailabilityZone").unwrap_or_default(),
        lifecycle: found.text("LifecycleState").unwrap_or_default(),
        // The API's reference writes `Healthy`, some answers `HEALTHY`.
        healthy: found.text("HealthStatus").is_some_and(|status| status.eq_ignore_ascii_case("healthy")),
    })
}

/// The refresh that is under way: those that are over stand in the list too.
fn refresh(answer: Element<'_, '_>) -> Option<(String, Option<u32>)> {
    const UNDER_WAY: [&str; 5] = ["Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"];
    let mut found = answer.each("InstanceRefreshes").filter_map(|one| Some((one.text("Status")?, one)));
    let (status, one) = found.find(|(status, _)| UNDER_WAY.contains(&status.as_str()))?;
    Some((status, one.number("PercentageComplete")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::query::reading;

    /// As the API's reference shows it.
    const GROUP: &str = r#"<DescribeAutoScalingGroupsResult xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
      <AutoScalingGroups><member>
        <HealthCheckType>ELB</HealthCheckType>
        <AutoScalingGroupName>acme-marquez-dev-asg</AutoScalingGroupName>
        <MinSize>2</MinSize><MaxSize>4</MaxSize><DesiredCapacity>3</DesiredCapacity>
        <VPCZoneIdentifier>subnet-b, subnet-a</VPCZoneIdentifier>
        <AvailabilityZones><member>us-east-2b</member><member>us-east-2a</member></AvailabilityZones>
        <Instances>
          <member><InstanceId>i-2</InstanceId><InstanceType>t3.medium</InstanceType>
            <AvailabilityZone>us-east-2b</AvailabilityZone><LifecycleState>Terminating:Wait</LifecycleState>
            <HealthStatus>Unhealthy</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>
          <member><InstanceId>i-1</InstanceId><AvailabilityZone>us-east-2a</AvailabilityZone>
            <LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus></member>
        </Instances>
        <SuspendedProcesses/>
      </member></AutoScalingGroups></DescribeAutoScalingGroupsResult>"#;

    #[test]
    fn a_group_is_told_with_its_instances_by_id() {
        let found = reading(GROUP, groups);
        let [(name, group)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((name.as_str(), group.sizes), ("acme-marquez-dev-asg", (2, 3, 4)));
        assert_eq!(group.zones, ["us-east-2a", "us-east-2b"]);
        assert_eq!(group.subnets, ["subnet-a", "subnet-b"]);
        let member = |id: &str, class: Option<&str>, zone: &str, lifecycle: &str, healthy| Member {
            id: id.into(),
            class: class.map(str::to_owned),
            zone: zone.into(),
            lifecycle: lifecycle.into(),
            healthy,
        };
        let ill = member("i-2", Some("t3.medium"), "us-east-2b", "Terminating:Wait", false);
        assert_eq!(group.instances, [member("i-1", None, "us-east-2a", "InService", true), ill]);
    }

    #[test]
    fn only_a_refresh_that_is_under_way_is_told() {
        let of = |refreshes: &[(&str, &str)]| {
            let members: String = refreshes
                .iter()
                .map(|(status, done)| format!("<member><Status>{status}</Status>{done}</member>"))
                .collect();
            reading(&format!("<R><InstanceRefreshes>{members}</InstanceRefreshes></R>"), refresh)
        };
        let half = "<PercentageComplete>50</PercentageComplete>";
        assert_eq!(of(&[("Successful", half), ("InProgress", half)]), Some(("InProgress".into(), Some(50))));
        assert_eq!(of(&[("Pending", "")]), Some(("Pending".into(), None)));
        assert_eq!(of(&[("Successful", half), ("Cancelled", half), ("Failed", "")]), None);
        assert_eq!(of(&[]), None);
    }
}
