//! What a platform is made of, as far as it costs: as it was found, or as it would be in another mode.

use super::{HOURS, Quantity};
use crate::{
    Color, PairSnapshot,
    platform::{Database as FoundDatabase, Found, Group},
    topology::Mode,
};

/// What a platform is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How it is deployed.
    pub mode: Mode,
    /// The region.
    pub region: String,
    /// Its environments.
    pub environments: Vec<Environment>,
    /// How many NAT gateways there are.
    pub nat_gateways: u32,
    /// What goes through them in a month, in GB.
    pub nat_gb: u32,
    /// The instances of the lineage service.
    pub instances: Instances,
    /// The capacity units that its load balancer uses on the average; none where it has no load balancer.
    pub balancer: Option<Quantity>,
    /// Its database; none where it runs on the instance itself.
    pub database: Option<Database>,
    /// How many secrets there are.
    pub secrets: u32,
    /// How many alarms there are.
    pub alarms: u32,
    /// What was not read and is taken to be so, each in a sentence.
    pub assumed: Vec<String>,
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its side; none where there is one only.
    pub side: Option<Color>,
    /// Its class.
    pub class: String,
    /// How many workers there always are.
    pub workers: u32,
    /// How many schedulers there are.
    pub schedulers: u32,
    /// How many web servers there are.
    pub web_servers: u32,
    /// For how many hours of a month it is up.
    pub hours: u32,
    /// Its metadata, in GB.
    pub metadata_gb: u32,
    /// Its logs of a month, in GB.
    pub logs_gb: u32,
    /// What is in its bucket, in GB.
    pub bucket_gb: u32,
}

/// The instances of the lineage service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instances {
    /// How many.
    pub count: u32,
    /// Their type.
    pub class: String,
    /// The volume of each, in GB.
    pub volume_gb: u32,
}

/// The database of the lineage service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Whether it is Aurora PostgreSQL; else RDS for PostgreSQL.
    pub aurora: bool,
    /// The class of its members.
    pub class: String,
    /// How many members it has; of an instance with a standby in another zone two.
    pub members: u32,
    /// Its storage, in GB.
    pub storage_gb: u32,
    /// How often its storage is read and written in a month, in millions.
    pub million_requests: u32,
}

/// What nobody can read off the platform, and is taken for every one of them.
const USUAL: &str = "By the month 5 GB of metadata, 10 GB of logs and 10 GB in the bucket of each environment, 20 GB through NAT, a volume of \
     30 GB for each instance.";
const USUAL_DATABASE: &str =
    "One capacity unit of the load balancer, 20 GB in the database and 10 million requests to its storage.";
const CLASS: &str = "mw1.small";
const INSTANCE: &str = "t3.medium";
const DATABASE: &str = "db.t3.medium";

impl Shape {
    /// What the pair's platform is made of; in a mode that it is not in, what it would be made of.
    pub fn of(pair: &PairSnapshot, mode: Mode) -> Self {
        let mut assumed = vec![USUAL.to_owned()];
        let environments = environments(pair, mode, &mut assumed);
        let balancer = mode.has_group().then_some(Quantity::whole(1));
        let database = mode.has_group().then(|| database(pair, &mut assumed));
        let instances = instances(pair, mode, &mut assumed);
        let nat_gateways = nat_gateways(pair, &mut assumed);
        if balancer.is_some() {
            assumed.push(USUAL_DATABASE.to_owned());
        }
        let alarms = pair.monitoring.alarms.value().map(|alarms| alarms.existing.len());
        if alarms.is_none() {
            assumed.push("The alarms were not read: none is counted.".to_owned());
        }
        Self {
            mode,
            region: pair.region.clone(),
            environments,
            nat_gateways,
            nat_gb: 20,
            instances,
            balancer,
            secrets: u32::from(database.is_some()),
            database,
            alarms: alarms.map_or(0, number),
            assumed,
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// One environment or two. Of one that was not read, the other's class; of one alone, the live side's.
fn environments(pair: &PairSnapshot, mode: Mode, assumed: &mut Vec<String>) -> Vec<Environment> {
    let read = |color: Color| pair.side(color).value();
    let live = pair.live().unwrap_or(Color::Blue);
    let sides: Vec<(Color, Option<Color>)> = if mode.has_two_sides() {
        Color::BOTH.map(|color| (color, Some(color))).into()
    } else {
        vec![(if read(live).is_some() { live } else { live.other() }, None)]
    };
    sides
        .into_iter()
        .map(|(color, side)| {
            let found = read(color).or_else(|| read(color.other()));
            let class = found.and_then(|found| found.class.clone());
            if read(color).is_none() && found.is_some() {
                assumed.push(format!("{} is taken to be like {}.", color.title(), color.other().title()));
            }
            if class.is_none() {
                assumed.push(format!("The class of {} is not known: {CLASS} is assumed.", color.title()));
            }
            Environment {
                side,
                class: class.unwrap_or_else(|| CLASS.to_owned()),
                workers: found.and_then(|found| found.workers).map_or(1, |(fewest, _)| fewest),
                schedulers: found.and_then(|found| found.schedulers).unwrap_or(2),
                web_servers: found.and_then(|found| found.setup.web_servers).map_or(2, |(fewest, _)| fewest),
                hours: HOURS,
                metadata_gb: 5,
                logs_gb: 10,
                bucket_gb: 10,
            }
        })
        .collect()
}

fn nat_gateways(pair: &PairSnapshot, assumed: &mut Vec<String>) -> u32 {
    let Some(network) = pair.platform.network.value() else {
        assumed.push("The network was not read: one NAT gateway is assumed.".to_owned());
        return 1;
    };
    number(network.nat_gateways.iter().filter(|nat| nat.state == "available").count())
}

/// The instances: of a group as many as it wants to have, of one over several zones at least two.
fn instances(pair: &PairSnapshot, mode: Mode, assumed: &mut Vec<String>) -> Instances {
    let group = pair.platform.group.value().and_then(Found::it);
    let alone = pair.platform.instance.value().and_then(Found::it);
    let of_group = |group: &Group| group.instances.iter().find_map(|member| member.class.clone());
    let class = group.and_then(of_group).or_else(|| alone.and_then(|instance| instance.class.clone()));
    if class.is_none() {
        assumed.push(format!("The type of the lineage service's instances is not known: {INSTANCE} is assumed."));
    }
    let count = if mode.has_group() { group.map_or(2, |group| group.sizes.1) } else { 1 };
    Instances { count, class: class.unwrap_or_else(|| INSTANCE.to_owned()), volume_gb: 30 }
}

/// The database as it was found; where there is none, Aurora with a writer and a reader.
fn database(pair: &PairSnapshot, assumed: &mut Vec<String>) -> Database {
    let found: Option<&FoundDatabase> = pair.platform.database.value().and_then(Found::it);
    let class = found.and_then(|found| found.members.iter().find_map(|member| member.class.clone()));
    if class.is_none() {
        assumed.push(format!("The class of the lineage database is not known: {DATABASE} is assumed."));
    }
    let members = match found {
        Some(found) if found.cluster => number(found.members.len()).max(1),
        Some(found) => 1 + u32::from(found.multi_az),
        None => 2,
    };
    Database {
        aurora: found.is_none_or(|found| found.engine.starts_with("aurora")),
        class: class.unwrap_or_else(|| DATABASE.to_owned()),
        members,
        storage_gb: 20,
        million_requests: 10,
    }
}
