//! The lineage service: its load balancer, its instances, its database and the secret of that.

use super::{Figure, Health, Much, counted, distinct, listed, part::Judged};
use crate::{
    PairSnapshot,
    console::{self, encoded},
    platform::{Balancer, Database, Group, Instance, Secret, Target, TargetGroup, not_allowed},
};

/// Where the lineage service stands, as far as that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// In the network of the environments.
    Inside,
    /// In another network: its id, where that is told.
    Elsewhere(Option<String>),
    /// Nobody said.
    NotKnown,
}

impl Stands {
    /// By the subnets of its group; else by what its load balancer or its instance says.
    pub(super) fn of(pair: &PairSnapshot) -> Self {
        let platform = &pair.platform;
        let Some(network) = platform.network.value() else { return Self::NotKnown };
        let group = platform.group.value().and_then(|found| found.it());
        if let Some(group) = group.filter(|group| !group.subnets.is_empty()) {
            let inside = |id: &String| network.subnets.iter().any(|subnet| subnet.id == *id);
            return if group.subnets.iter().all(inside) { Self::Inside } else { Self::Elsewhere(None) };
        }
        let balancer = platform.balancer.value().and_then(|found| found.it()).and_then(|it| it.vpc.as_ref());
        let instance = platform.instance.value().and_then(|found| found.it()).and_then(|it| it.vpc.as_ref());
        match balancer.or(instance) {
            Some(vpc) if *vpc == network.vpc => Self::Inside,
            Some(vpc) => Self::Elsewhere(Some(vpc.clone())),
            None => Self::NotKnown,
        }
    }
}

/// The targets that should be reached: what leaves, or was never in use, is none of them.
fn wanted(group: &TargetGroup) -> impl Iterator<Item = &Target> {
    group.targets.iter().filter(|target| !matches!(target.state.as_str(), "draining" | "unused"))
}

fn answers(target: &Target) -> bool {
    target.state == "healthy"
}

/// The targets that a load balancer should reach.
pub(crate) fn targets(balancer: &Balancer) -> Vec<&Target> {
    balancer.groups.iter().flat_map(wanted).collect()
}

/// The first group behind which nobody answers, and why: its port leads nowhere.
pub(super) fn silent(balancer: &Balancer) -> Option<String> {
    let group = balancer.groups.iter().find(|group| wanted(group).all(|target| !answers(target)))?;
    let port = group.port.map(|port| format!(" (port {port})")).unwrap_or_default();
    let why = match wanted(group).next() {
        Some(target) => format!("{}.", told(target)),
        None => "No target is registered with it.".to_owned(),
    };
    Some(format!("Nobody answers behind {}{port}. {why}", group.name))
}

/// A target that does not answer, and why.
fn told(target: &Target) -> String {
    let why = if target.reason.is_empty() { &target.state } else { &target.reason };
    format!("{}: {why}", target.id)
}

/// The zones of the targets that answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TargetZones {
    /// These.
    These(Vec<String>),
    /// Of some it is not told, and they may be in the same one as the others.
    NotTold,
}

/// In which zones targets answer, behind the group of which that is so in the fewest: by the targets' own word, or by that
/// of the group that they are instances of.
pub(super) fn target_zones(pair: &PairSnapshot, balancer: &Balancer) -> TargetZones {
    let members = pair.platform.group.value().and_then(|found| found.it()).map(|group| group.instances.as_slice());
    let zone = |target: &Target| -> Option<String> {
        let id = target.id.split(':').next().unwrap_or_default();
        let member = || members.into_iter().flatten().find(|member| member.id == id).map(|member| member.zone.as_str());
        target.zone.as_deref().filter(|zone| *zone != "all").or_else(member).map(str::to_owned)
    };
    let of_group = |group: &TargetGroup| {
        let zones: Vec<Option<String>> = wanted(group).filter(|target| answers(target)).map(&zone).collect();
        let known = distinct(zones.iter().flatten().map(String::as_str));
        if known.len() < 2 && zones.contains(&None) { TargetZones::NotTold } else { TargetZones::These(known) }
    };
    let told = balancer.groups.iter().filter(|group| wanted(group).any(answers)).map(of_group);
    let fewest = told.min_by_key(|zones| match zones {
        TargetZones::These(zones) if zones.len() == 1 => 0,
        TargetZones::NotTold => 1,
        TargetZones::These(_) => 2,
    });
    fewest.unwrap_or(TargetZones::NotTold)
}

pub(super) fn balancer(pair: &PairSnapshot, name: &str, balancer: &Balancer) -> Judged {
    let targets = targets(balancer);
    let healthy = targets.iter().filter(|target| answers(target)).count();
    let failing = targets.iter().find(|target| !answers(target)).map(|target| told(target));
    let of_all = format!("{healthy} of {} targets answer", targets.len());
    let one_zone = match target_zones(pair, balancer) {
        TargetZones::These(zones) => <[String; 1]>::try_from(zones).ok().map(|[zone]| zone),
        TargetZones::NotTold => None,
    };
    let (health, reason) = match (balancer.state.as_str(), healthy, failing, silent(balancer), one_zone) {
        ("failed", ..) => (Health::Down, "ELB says that it failed.".to_owned()),
        (_, 0, None, ..) => (Health::Down, nobody(balancer)),
        (_, 0, Some(failing), ..) => {
            (Health::Down, format!("None of its {} answers. {failing}.", counted(targets.len(), "target")))
        }
        (_, _, _, Some(silent), _) => (Health::Degraded, silent),
        (_, _, Some(failing), ..) => (Health::Degraded, format!("Only {of_all}. {failing}.")),
        ("active", .., Some(zone)) => (Health::Degraded, format!("All targets that answer are in one zone, {zone}.")),
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

/// Why there is no target that it should reach.
fn nobody(balancer: &Balancer) -> String {
    balancer.groups.iter().find_map(|group| group.targets.first()).map_or_else(
        || "No target is registered with it.".to_owned(),
        |target| format!("None of its targets is in use. {}.", told(target)),
    )
}

/// The instances of a group that are in service and healthy.
pub(crate) fn serving(group: &Group) -> impl Iterator<Item = &crate::platform::Member> {
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
        (0, _) if wanted == 0 => (Health::Down, "It is told to run no instance at all.".to_owned()),
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
    let mut judged = Judged::new(name, health, reason).besides(not_allowed(&group.denied));
    let none = if group.denied.is_empty() { "none" } else { "not read" };
    judged.figures = vec![
        Figure::of("In service", format!("{} of {wanted} wanted", serving.len())),
        Figure::of("Zones", if zones.is_empty() { "none".to_owned() } else { zones.join(", ") }),
        Figure::of("Refresh", refresh.unwrap_or_else(|| none.to_owned())),
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
    let reason = format!("There is no Auto Scaling group named {group}, and no instance with the tag {instance}.");
    Judged::new(group, Health::Down, reason)
}

/// Words of RDS in which a database works as it should.
const WORKS: [&str; 4] = ["available", "backing-up", "storage-optimization", "configuring-log-exports"];
/// Words in which it does not.
const IS_DOWN: [&str; 9] = [
    "stopped",
    "stopping",
    "starting",
    "creating",
    "deleting",
    "failed",
    "storage-full",
    "restore-error",
    "insufficient-capacity",
];

/// Whether somebody would take over in another zone. Of an instance RDS keeps the standby to itself; a member of a cluster
/// that does not work takes nothing over.
pub(crate) fn has_standby(database: &Database) -> bool {
    let zones = || {
        distinct(
            database.members.iter().filter(|member| works(&member.status)).filter_map(|member| member.zone.as_deref()),
        )
    };
    database.multi_az && (!database.cluster || zones().len() > 1)
}

/// Whether a word of RDS says that it works as it should.
pub(crate) fn works(status: &str) -> bool {
    WORKS.contains(&status)
}

/// The zone of the member that takes writes, where it is told.
pub(crate) fn writes_in(database: &Database) -> Option<&str> {
    database.members.iter().find(|member| member.writer)?.zone.as_deref()
}

pub(super) fn database(pair: &PairSnapshot, name: &str, database: &Database) -> Judged {
    let zones = distinct(database.members.iter().filter_map(|member| member.zone.as_deref()));
    let writer = database.members.iter().find(|member| member.writer);
    let status = database.status.as_str();
    let ill: Vec<String> = database
        .members
        .iter()
        .filter(|member| !works(&member.status))
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
        judged.figures.push(Figure::new("Changed", Much::Ago(at)));
    }
    let path = format!("secretsmanager/secret?name={}&region={}", encoded(name), encoded(&pair.region));
    judged.console = Some(console::page(&pair.region, &path));
    judged
}
