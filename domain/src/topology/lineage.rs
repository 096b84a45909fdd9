//! The lineage service: its load balancer, its instances, its database and the secret of that.

use super::{Figure, Health, Much, counted, distinct, listed, part::Judged};
use crate::{
    PairSnapshot,
    console::{self, encoded},
    platform::{Balancer, Database, Group, Instance, Secret, Target},
};

/// The targets that a load balancer should reach: what leaves, or was never in use, is none of them.
pub(super) fn targets(balancer: &Balancer) -> Vec<&Target> {
    let all = balancer.groups.iter().flat_map(|group| &group.targets);
    all.filter(|target| !matches!(target.state.as_str(), "draining" | "unused")).collect()
}

/// The zones of the targets that answer: by their own word, or by that of the group that they are instances of.
pub(super) fn target_zones(pair: &PairSnapshot, balancer: &Balancer) -> Vec<String> {
    let members = pair.platform.group.value().and_then(|found| found.it()).map(|group| group.instances.as_slice());
    let healthy = targets(balancer).into_iter().filter(|target| target.state == "healthy");
    distinct(healthy.filter_map(|target| {
        let id = target.id.split(':').next().unwrap_or_default();
        let member = || members.into_iter().flatten().find(|member| member.id == id).map(|member| member.zone.as_str());
        target.zone.as_deref().filter(|zone| *zone != "all").or_else(member)
    }))
}

pub(super) fn balancer(pair: &PairSnapshot, name: &str, balancer: &Balancer) -> Judged {
    let targets = targets(balancer);
    let healthy = targets.iter().filter(|target| target.state == "healthy").count();
    let zones = target_zones(pair, balancer);
    let failing = targets.iter().find(|target| target.state != "healthy").map(|target| {
        let why = if target.reason.is_empty() { target.state.clone() } else { target.reason.clone() };
        format!("{}: {why}", target.id)
    });
    let of_all = format!("{healthy} of {} targets answer", targets.len());
    let (health, reason) = match (balancer.state.as_str(), healthy, failing) {
        ("failed", ..) => (Health::Down, "ELB says that it failed.".to_owned()),
        (_, 0, None) => (Health::Down, "No target is registered with it.".to_owned()),
        (_, 0, Some(failing)) => {
            (Health::Down, format!("None of its {} answers. {failing}.", counted(targets.len(), "target")))
        }
        (_, _, Some(failing)) => (Health::Degraded, format!("Only {of_all}. {failing}.")),
        ("active", ..) if zones.len() == 1 => {
            (Health::Degraded, format!("All targets that answer are in one zone, {}.", zones[0]))
        }
        ("active", ..) => (Health::Healthy, "It is active, and all its targets answer.".to_owned()),
        (state, ..) => (Health::Degraded, format!("ELB says {state}; {of_all}.")),
    };
    let mut judged = Judged::new(name, health, reason);
    let reached = if balancer.internal { "from its network only" } else { "from the internet" };
    judged.figures = vec![
        Figure::of("Targets", format!("{healthy} of {} healthy", targets.len())),
        Figure::of(
            "Zones",
            if balancer.zones.is_empty() { "not told".to_owned() } else { balancer.zones.len().to_string() },
        ),
        Figure::of("Reached", reached),
    ];
    judged.zones.clone_from(&balancer.zones);
    judged.console =
        Some(console::home(&pair.region, "ec2", &format!("LoadBalancer:loadBalancerArn={}", encoded(&balancer.arn))));
    judged
}

/// The instances of a group that are in service and healthy.
pub(super) fn serving(group: &Group) -> impl Iterator<Item = &crate::platform::Member> {
    group.instances.iter().filter(|member| member.lifecycle == "InService" && member.healthy)
}

pub(super) fn group(pair: &PairSnapshot, name: &str, group: &Group) -> Judged {
    let serving: Vec<_> = serving(group).collect();
    let zones = distinct(serving.iter().map(|member| member.zone.as_str()));
    let (_, wanted, _) = group.sizes;
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    let refresh = group.refresh.as_ref().map(|(status, percent)| match percent {
        Some(percent) => format!("{status}, {percent} %"),
        None => status.clone(),
    });
    let (health, reason) = match (serving.len(), &refresh) {
        (0, _) => (Health::Down, format!("None of {} wanted is in service.", counted(wanted, "instance"))),
        (_, Some(refresh)) => (Health::Degraded, format!("Its instances are being replaced ({refresh}).")),
        (count, _) if count < wanted => {
            (Health::Degraded, format!("Only {count} of {wanted} wanted instances are in service."))
        }
        (1, _) => (Health::Degraded, "One instance is in service, and nothing in reserve for it.".to_owned()),
        _ if zones.len() == 1 => (Health::Degraded, format!("All its instances are in one zone, {}.", zones[0])),
        (count, _) => {
            (Health::Healthy, format!("{count} instances are in service, in {}.", counted(zones.len(), "zone")))
        }
    };
    let mut judged = Judged::new(name, health, reason);
    judged.figures = vec![
        Figure::of("In service", format!("{} of {wanted} wanted", serving.len())),
        Figure::of("Zones", if zones.is_empty() { "none".to_owned() } else { zones.join(", ") }),
        Figure::of("Refresh", refresh.unwrap_or_else(|| "none".to_owned())),
    ];
    judged.zones = zones;
    let fragment = format!("AutoScalingGroupDetails:id={};view=details", encoded(name));
    judged.console = Some(console::home(&pair.region, "ec2", &fragment));
    judged
}

pub(super) fn instance(pair: &PairSnapshot, name: &str, instance: &Instance) -> Judged {
    let (health, reason) = match instance.state.as_str() {
        "running" => (Health::Healthy, "EC2 says that it runs.".to_owned()),
        "pending" => (Health::Degraded, "EC2 says that it starts.".to_owned()),
        state => (Health::Down, format!("EC2 says {state}: there is no lineage service.")),
    };
    let mut judged = Judged::new(name, health, reason);
    judged.figures = vec![
        Figure::of("Instance", instance.id.clone()),
        Figure::of("Class", instance.class.clone().unwrap_or_else(|| "not told".to_owned())),
        Figure::of("Zone", instance.zone.clone().unwrap_or_else(|| "not told".to_owned())),
    ];
    judged.zones = instance.zone.clone().into_iter().collect();
    let fragment = format!("InstanceDetails:instanceId={}", encoded(&instance.id));
    judged.console = Some(console::home(&pair.region, "ec2", &fragment));
    judged
}

/// Neither a group nor an instance has any of the names.
pub(super) fn nothing(pair: &PairSnapshot) -> Judged {
    let tried = |names: Option<&Vec<String>>| names.into_iter().flatten().cloned().collect::<Vec<_>>();
    let group = tried(pair.platform.group.value().map(|found| &found.tried));
    let instance = tried(pair.platform.instance.value().map(|found| &found.tried));
    let (group, instance) = (group.join(" or "), instance.join(" or "));
    let reason = format!("There is no Auto Scaling group named {group}, and no instance named {instance}.");
    Judged::new(group, Health::Down, reason)
}

/// Words of RDS in which a database works as it should.
const WORKS: [&str; 4] = ["available", "backing-up", "storage-optimization", "configuring-log-exports"];
/// Words in which it does not.
const IS_DOWN: [&str; 8] =
    ["stopped", "stopping", "starting", "creating", "deleting", "failed", "storage-full", "restore-error"];

pub(super) fn database(pair: &PairSnapshot, name: &str, database: &Database) -> Judged {
    let zones = distinct(database.members.iter().filter_map(|member| member.zone.as_deref()));
    let writer = database.members.iter().find(|member| member.writer);
    let status = database.status.as_str();
    let ill: Vec<String> = database
        .members
        .iter()
        .filter(|member| !WORKS.contains(&member.status.as_str()))
        .map(|member| format!("{} is {}", member.id, member.status))
        .collect();
    let down = IS_DOWN.contains(&status) || status.starts_with("incompatible-") || status.starts_with("inaccessible-");
    let (health, reason) = if down {
        (Health::Down, format!("RDS says {status}."))
    } else if database.cluster && writer.is_none() {
        (Health::Down, "The cluster has no member that takes writes.".to_owned())
    } else if status == "failing-over" {
        (Health::Degraded, "It is failing over to another member.".to_owned())
    } else if !WORKS.contains(&status) {
        (Health::Degraded, format!("RDS says {status}."))
    } else if !ill.is_empty() {
        (Health::Degraded, format!("Of its members {}.", listed(&ill)))
    } else if !database.multi_az {
        (Health::Degraded, "It works, with no standby in another zone.".to_owned())
    } else {
        (Health::Healthy, "It works, with a standby in another zone.".to_owned())
    };
    let mut judged = Judged::new(name, health, reason);
    let writer = writer.and_then(|writer| writer.zone.clone()).unwrap_or_else(|| "not told".to_owned());
    judged.figures = vec![
        Figure::of("Writes in", writer),
        Figure::of("Multi-AZ", if database.multi_az { "yes" } else { "no" }),
        Figure::of("Members", database.members.len().to_string()),
    ];
    judged.zones = zones;
    let fragment = format!("database:id={};is-cluster={}", encoded(name), database.cluster);
    judged.console = Some(console::home(&pair.region, "rds", &fragment));
    judged
}

pub(super) fn secret(pair: &PairSnapshot, name: &str, secret: &Secret) -> Judged {
    let (health, reason) = if secret.deleted {
        (Health::Down, "It is to be deleted: the lineage service cannot read it.".to_owned())
    } else {
        (Health::Healthy, "It is there. Teal never reads what it holds.".to_owned())
    };
    let mut judged = Judged::new(name, health, reason);
    let rotates = match secret.rotates {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not told",
    };
    judged.figures.push(Figure::of("Rotates", rotates));
    if let Some(at) = secret.changed_at {
        judged.figures.push(Figure { what: "Changed", much: Much::Ago(at) });
    }
    let path = format!("secretsmanager/secret?name={}&region={}", encoded(name), encoded(&pair.region));
    judged.console = Some(console::page(&pair.region, &path));
    judged
}
