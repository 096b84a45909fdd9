//! What the platform is made of beside the flag and the two environments, as it was found in AWS. Each part is a reading
//! of its own: what could not be read is old or missing, and is never guessed.

use crate::{Color, Reading, Timestamp};
use serde::{Deserialize, Serialize};

/// The parts, as they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// The network that the environments stand in.
    pub network: Reading<Network>,
    /// The load balancer in front of the lineage service.
    pub balancer: Reading<Found<Balancer>>,
    /// The group of instances behind it.
    pub group: Reading<Found<Group>>,
    /// The one instance of the lineage service, where no group runs it.
    pub instance: Reading<Found<Instance>>,
    /// The database of the lineage service.
    pub database: Reading<Found<Database>>,
    /// The secret with which the lineage service reaches its database. Its value is never read.
    pub secret: Reading<Found<Secret>>,
    /// The bucket of the blue environment.
    pub blue_bucket: Reading<Bucket>,
    /// The bucket of the green environment.
    pub green_bucket: Reading<Bucket>,
    /// The log groups of the blue environment.
    #[serde(default)]
    pub blue_logs: Reading<Vec<LogGroup>>,
    /// The log groups of the green environment.
    #[serde(default)]
    pub green_logs: Reading<Vec<LogGroup>>,
    /// How much of both environments is used.
    #[serde(default)]
    pub load: Reading<Load>,
}

impl Platform {
    /// The bucket of one side.
    pub const fn bucket(&self, color: Color) -> &Reading<Bucket> {
        match color {
            Color::Blue => &self.blue_bucket,
            Color::Green => &self.green_bucket,
        }
    }

    /// The log groups of one side.
    pub const fn logs(&self, color: Color) -> &Reading<Vec<LogGroup>> {
        match color {
            Color::Blue => &self.blue_logs,
            Color::Green => &self.green_logs,
        }
    }

    /// When each part was last read of those that can be read now, by the names under which the stream tells it.
    pub fn read(&self) -> impl Iterator<Item = (&'static str, Timestamp)> + use<> {
        fn at<T>(reading: &Reading<T>) -> Option<Timestamp> {
            reading.read_at().filter(|_| reading.error().is_none())
        }
        let read = [
            ("network", at(&self.network)),
            ("balancer", at(&self.balancer)),
            ("group", at(&self.group)),
            ("instance", at(&self.instance)),
            ("database", at(&self.database)),
            ("secret", at(&self.secret)),
            ("blue-bucket", at(&self.blue_bucket)),
            ("green-bucket", at(&self.green_bucket)),
        ];
        read.into_iter().filter_map(|(name, at)| Some((name, at?)))
    }

    /// Whether both say the same, whenever it was read.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.network.says_the_same(&other.network)
            && self.balancer.says_the_same(&other.balancer)
            && self.group.says_the_same(&other.group)
            && self.instance.says_the_same(&other.instance)
            && self.database.says_the_same(&other.database)
            && self.secret.says_the_same(&other.secret)
            && self.blue_bucket.says_the_same(&other.blue_bucket)
            && self.green_bucket.says_the_same(&other.green_bucket)
            && self.blue_logs.says_the_same(&other.blue_logs)
            && self.green_logs.says_the_same(&other.green_logs)
            && self.load.says_the_same(&other.load)
    }
}

/// Something that is looked for by the names that it may have: the field's guides and its code disagree on some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found<T> {
    /// The names that were tried, in order.
    pub tried: Vec<String>,
    /// The one that matched, and what it is; none where nothing has any of the names.
    pub found: Option<(String, T)>,
}

impl<T> Found<T> {
    /// What was found.
    pub fn it(&self) -> Option<&T> {
        self.found.as_ref().map(|(_, it)| it)
    }
}

/// The network: as far as EC2 tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The id of the VPC.
    pub vpc: String,
    /// Its block of addresses.
    pub cidr: Option<String>,
    /// Its subnets, by id.
    pub subnets: Vec<Subnet>,
    /// Its NAT gateways that lead to the internet and are not deleted, by id.
    pub nat_gateways: Vec<NatGateway>,
    /// The actions that Teal's policy lacks to know the rest of it.
    #[serde(default)]
    pub denied: Vec<String>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// Its name, by its tag.
    pub name: Option<String>,
    /// Its Availability Zone.
    pub zone: String,
    /// Whether its route to everywhere is an internet gateway; none where its routes could not be read.
    pub public: Option<bool>,
    /// The NAT gateway that its route to everywhere leads through; none where it leads elsewhere or nowhere.
    #[serde(default)]
    pub nat: Option<String>,
}

/// A NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NatGateway {
    /// Its id.
    pub id: String,
    /// The subnet that it stands in.
    pub subnet: String,
    /// `pending`, `available`, `failed`, `deleting`: the words of EC2.
    pub state: String,
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balancer {
    /// Its ARN.
    pub arn: String,
    /// The name under which it is reached.
    pub dns: String,
    /// Whether it is reached from inside its network only.
    pub internal: bool,
    /// `active`, `provisioning`, `active_impaired`, `failed`: the words of ELB.
    pub state: String,
    /// Its Availability Zones.
    pub zones: Vec<String>,
    /// The network that it stands in.
    pub vpc: Option<String>,
    /// Its target groups, by name.
    pub groups: Vec<TargetGroup>,
}

/// A target group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The port of its targets.
    pub port: Option<u16>,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// A target behind a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The instance or address, with its port.
    pub id: String,
    /// Its Availability Zone, where it is told.
    pub zone: Option<String>,
    /// `healthy`, `unhealthy`, `initial`, `draining`, `unused` …
    pub state: String,
    /// The reason's code and its description; empty where it is healthy.
    pub reason: String,
}

/// An Auto Scaling group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The fewest, the wanted and the most instances.
    pub sizes: (u32, u32, u32),
    /// Its Availability Zones.
    pub zones: Vec<String>,
    /// Its instances, by id.
    pub instances: Vec<Member>,
    /// The instance refresh that is under way: its status and how many per cent are done.
    pub refresh: Option<(String, Option<u32>)>,
    /// The subnets that it starts instances in, by id.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// The actions that Teal's policy lacks to know the rest of it.
    #[serde(default)]
    pub denied: Vec<String>,
}

/// An instance of an Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// Its type, such as `t3.medium`.
    pub class: Option<String>,
    /// Its Availability Zone.
    pub zone: String,
    /// `InService`, `Pending`, `Terminating` …: the words of Auto Scaling.
    pub lifecycle: String,
    /// Whether Auto Scaling takes it to be healthy.
    pub healthy: bool,
}

/// An instance of EC2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// Its type.
    pub class: Option<String>,
    /// Its Availability Zone.
    pub zone: Option<String>,
    /// `running`, `stopped` …: the words of EC2.
    pub state: String,
    /// The network that it stands in.
    #[serde(default)]
    pub vpc: Option<String>,
}

/// A database of RDS: a cluster (Aurora, or multi-AZ with two readable standbys), or an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// Its ARN.
    pub arn: Option<String>,
    /// Whether it is a cluster.
    pub cluster: bool,
    /// `aurora-postgresql`, `postgres` …
    pub engine: String,
    /// Its version.
    pub version: Option<String>,
    /// `available`, `failing-over`, `backing-up` …: the words of RDS.
    pub status: String,
    /// Whether it has a standby in another zone.
    pub multi_az: bool,
    /// Its members: of a cluster its instances, of an instance itself.
    pub members: Vec<DatabaseMember>,
    /// Whether its storage is encrypted.
    pub encrypted: Option<bool>,
    /// Whether it is protected from being deleted.
    pub protected: Option<bool>,
    /// For how many days its backups are kept; none are made at 0.
    pub backup_days: Option<u32>,
}

/// A member of a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DatabaseMember {
    /// Its name.
    pub id: String,
    /// Its class, such as `db.t3.medium`.
    pub class: Option<String>,
    /// Its Availability Zone.
    pub zone: Option<String>,
    /// Whether it takes writes.
    pub writer: bool,
    /// Its status, in the words of RDS.
    pub status: String,
}

/// A secret of Secrets Manager, without what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Whether it is rotated.
    pub rotates: Option<bool>,
    /// When it was changed last.
    pub changed_at: Option<Timestamp>,
    /// Whether it is to be deleted.
    pub deleted: bool,
}

/// A bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub exists: bool,
    /// Whether it keeps versions; none where that could not be read.
    pub versioned: Option<bool>,
    /// Whether it has rules of a lifecycle; none where that could not be read.
    #[serde(default)]
    pub lifecycle: Option<bool>,
    /// With what it encrypts, such as `AES256` or `aws:kms`; none where that could not be read.
    pub encrypted: Option<String>,
    /// The actions that Teal's policy lacks to know the rest of it.
    #[serde(default)]
    pub denied: Vec<String>,
}

/// A log group of CloudWatch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// For how many days its events are kept; for ever, where that was never set.
    pub retention_days: Option<u32>,
    /// How much is kept, in bytes.
    pub bytes: u64,
}

/// How much of both environments was used lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Of blue.
    pub blue: Used,
    /// Of green.
    pub green: Used,
}

/// How much of one environment was used in the busiest hour of the last [`Load::DAYS`] days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// Of the schedulers.
    pub schedulers: Busy,
    /// Of the workers that there always are.
    pub workers: Busy,
    /// Of the web servers.
    pub web_servers: Busy,
    /// How much is in its bucket, all versions, in bytes.
    pub bucket_bytes: Option<u64>,
}

/// The most of a cluster that was used, in per cent, rounded up; none where CloudWatch has no points of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// Of its processors.
    pub cpu: Option<u32>,
    /// Of its memory.
    pub memory: Option<u32>,
}

impl Load {
    /// How many days it looks back: two weeks, so that each day of the week is in it twice.
    pub const DAYS: u64 = 14;

    /// Of one side.
    pub const fn of(&self, color: Color) -> &Used {
        match color {
            Color::Blue => &self.blue,
            Color::Green => &self.green,
        }
    }
}

impl Busy {
    /// Whichever is used more; none unless both are known.
    pub fn most(self) -> Option<u32> {
        Some(self.cpu?.max(self.memory?))
    }
}

/// What is said where permissions are missing, by the actions to add; none where none is.
pub fn not_allowed(actions: &[String]) -> Option<String> {
    let (verb, them) = match actions {
        [] => return None,
        [_] => ("is", "it"),
        _ => ("are", "them"),
    };
    let actions = actions.join(" and ");
    Some(format!("{actions} {verb} not allowed for these credentials: add {them} to Teal's policy."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_part_that_can_be_read_now_it_is_told_when_it_was() {
        let mut platform = Platform::default();
        assert_eq!(platform.read().count(), 0);
        platform.network.succeed(Network::default(), Timestamp(50));
        platform.secret.succeed(Found { tried: vec![], found: None }, Timestamp(40));
        platform.database.succeed(Found { tried: vec![], found: None }, Timestamp(10));
        platform.database.fail("away", Timestamp(45));
        assert_eq!(platform.read().collect::<Vec<_>>(), [("network", Timestamp(50)), ("secret", Timestamp(40))]);
    }

    #[test]
    fn missing_permissions_are_told_by_the_actions_to_add() {
        let told = |actions: &[&str]| not_allowed(&actions.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        assert_eq!(told(&[]), None);
        assert_eq!(
            told(&["a:B"]).as_deref(),
            Some("a:B is not allowed for these credentials: add it to Teal's policy.")
        );
        assert_eq!(
            told(&["a:B", "c:D"]).as_deref(),
            Some("a:B and c:D are not allowed for these credentials: add them to Teal's policy.")
        );
    }
}
