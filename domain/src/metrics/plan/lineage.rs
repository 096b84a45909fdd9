//! The lineage service: its load balancer, its instances, its database. Their names come from what was found.

use super::{Of, Planned, series, source};
use crate::{
    metrics::{Name, Statistic, Topic, Unit},
    monitoring::{Part, Why},
    platform::{Balancer, Database, Group, Instance, Platform, TargetGroup},
};

const ALB: &str = "AWS/ApplicationELB";
const EC2: &str = "AWS/EC2";
const RDS: &str = "AWS/RDS";

/// The last part of an ARN, by which CloudWatch knows a load balancer (`app/name/id`).
pub(crate) fn balancer_dimension(arn: &str) -> &str {
    arn.split_once(":loadbalancer/").map_or(arn, |(_, name)| name)
}

/// The last part of an ARN, by which CloudWatch knows a target group (`targetgroup/name/id`).
pub(crate) fn group_dimension(arn: &str) -> &str {
    arn.split_once(":targetgroup/").map_or(arn, |(before, _)| &arn[before.len() + 1..])
}

/// What a target group is for, by the port of the lineage service.
pub(crate) fn purpose(group: &TargetGroup) -> String {
    match group.port {
        Some(5000) => "API".to_owned(),
        Some(3000) => "Web".to_owned(),
        _ => group.name.clone(),
    }
}

/// The load balancer and the instances.
pub(super) fn service(platform: &Platform, each: &'static str) -> Vec<Planned> {
    use Statistic::{Average, P95, Sum};
    let balancer: Part<'_, Balancer> = Part::of(&platform.balancer);
    let why = balancer.why_not("load balancer");
    let sparse = "A load balancer writes no point for what did not happen.";
    let of_balancer = |title: &str, unit, name: &'static str, statistic, hint| {
        let lines = balancer.it().map(|balancer| {
            let line = |group: &TargetGroup| {
                let dimensions =
                    [("LoadBalancer", balancer_dimension(&balancer.arn)), ("TargetGroup", group_dimension(&group.arn))];
                (Name::Called(purpose(group)), Of::One(series(statistic, ALB, name, &dimensions)))
            };
            balancer.groups.iter().map(line).collect()
        });
        planned(
            Topic::Lineage,
            title,
            unit,
            source(ALB, name, statistic),
            hint,
            why.as_ref(),
            lines.unwrap_or_default(),
        )
    };
    let mut charts = vec![
        of_balancer("Requests", Unit::Each(each), "RequestCount", Sum, ""),
        of_balancer("Answers with 5xx", Unit::Each(each), "HTTPCode_Target_5XX_Count", Sum, sparse),
        of_balancer("Response time", Unit::Seconds, "TargetResponseTime", P95, "95 of 100 answers are as quick."),
    ];
    let group: Part<'_, Group> = Part::of(&platform.group);
    let instance: Part<'_, Instance> = Part::of(&platform.instance);
    let (dimension, name) = match (&group, &instance) {
        (Part::There(name, _), _) => (("AutoScalingGroupName", (*name).to_owned()), "Instances".to_owned()),
        (_, Part::There(name, found)) => (("InstanceId", found.id.clone()), (*name).to_owned()),
        _ => (("", String::new()), String::new()),
    };
    let why = match (&group, &instance) {
        (Part::There(..), _) | (_, Part::There(..)) => None,
        // What could not be read may be there.
        (_, Part::Unread(_)) if matches!(group, Part::Absent(_)) => instance.why_not("instance of the lineage service"),
        _ => group.why_not("Auto Scaling group of the lineage service"),
    };
    for (title, unit, metric, statistic) in [
        ("CPU of the instances", Unit::Percent, "CPUUtilization", Average),
        ("Network in", Unit::BytesEach(each), "NetworkIn", Sum),
        ("Network out", Unit::BytesEach(each), "NetworkOut", Sum),
    ] {
        let of = Of::One(series(statistic, EC2, metric, &[(dimension.0, &dimension.1)]));
        let lines = if why.is_none() { vec![(Name::Called(name.clone()), of)] } else { Vec::new() };
        let hint = if metric == "CPUUtilization" {
            "Their memory is not known to EC2: it needs the CloudWatch agent."
        } else {
            ""
        };
        charts.push(planned(Topic::Lineage, title, unit, source(EC2, metric, statistic), hint, why.as_ref(), lines));
    }
    charts
}

/// The database.
pub(super) fn database(platform: &Platform) -> Vec<Planned> {
    use Statistic::{Average, Maximum, Minimum};
    let part: Part<'_, Database> = Part::of(&platform.database);
    let why = part.why_not("database");
    let members = |name: &'static str, statistic, only_readers: bool| {
        let of = |database: &Database| {
            let members = database.members.iter().filter(|member| !(only_readers && member.writer));
            let line = members.map(|member| {
                let role = if member.writer { "writer" } else { "reader" };
                let called = if database.cluster { format!("{} ({role})", member.id) } else { member.id.clone() };
                (Name::Called(called), Of::One(series(statistic, RDS, name, &[("DBInstanceIdentifier", &member.id)])))
            });
            line.collect::<Vec<_>>()
        };
        part.it().map(of).unwrap_or_default()
    };
    let chart = |title: &str, unit, name: &'static str, statistic, hint| {
        let lines = members(name, statistic, false);
        planned(Topic::Database, title, unit, source(RDS, name, statistic), hint, why.as_ref(), lines)
    };
    let mut charts = vec![
        chart("CPU", Unit::Percent, "CPUUtilization", Average, ""),
        chart("Connections", Unit::Count, "DatabaseConnections", Maximum, ""),
        chart("Freeable memory", Unit::Bytes, "FreeableMemory", Minimum, "The least there was."),
    ];
    let lag = part.it().map(lag);
    let (name, unit, absent) = match &lag {
        Some(Ok((name, unit))) => (*name, *unit, None),
        Some(Err(why)) => ("ReplicaLag", Unit::Seconds, Some(Why::NotApplicable((*why).to_owned()))),
        None => ("ReplicaLag", Unit::Seconds, why.clone()),
    };
    let lines = if absent.is_none() { members(name, Maximum, true) } else { Vec::new() };
    charts.push(planned(Topic::Database, "Replica lag", unit, source(RDS, name, Maximum), "", absent.as_ref(), lines));
    charts
}

/// By which metric a database tells how far its readers are behind, and in which unit; or why it does not.
pub(crate) fn lag(database: &Database) -> Result<(&'static str, Unit), &'static str> {
    let readers = database.members.iter().any(|member| !member.writer);
    match (database.cluster, readers) {
        (true, true) if database.engine.starts_with("aurora") => Ok(("AuroraReplicaLag", Unit::Millis)),
        (true, true) => Ok(("ReplicaLag", Unit::Seconds)),
        (true, false) => Err("The cluster has no reader: there is nothing that could lag."),
        (false, _) if database.multi_az => {
            Err("The standby of a multi-AZ instance is written at the same time, and cannot be read: there is no lag.")
        }
        (false, _) => Err("The database is one instance without a replica: there is nothing that could lag."),
    }
}

fn planned(
    topic: Topic,
    title: &str,
    unit: Unit,
    source: String,
    hint: &'static str,
    why: Option<&Why>,
    lines: Vec<(Name, Of)>,
) -> Planned {
    Planned { topic, title: title.to_owned(), unit, source, hint, absent: why.map(|why| why.says().to_owned()), lines }
}
