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
}

impl Platform {
    /// The bucket of one side.
    pub const fn bucket(&self, color: Color) -> &Reading<Bucket> {
        match color {
            Color::Blue => &self.blue_bucket,
            Color::Green => &self.green_bucket,
        }
    }

    /// When the part was read that was read longest ago, of those that can be read now.
    pub fn read_at(&self) -> Option<Timestamp> {
        fn at<T>(reading: &Reading<T>) -> Option<Timestamp> {
            reading.read_at().filter(|_| reading.error().is_none())
        }
        let read = [
            at(&self.network),
            at(&self.balancer),
            at(&self.group),
            at(&self.instance),
            at(&self.database),
            at(&self.secret),
            at(&self.blue_bucket),
            at(&self.green_bucket),
        ];
        read.into_iter().flatten().min()
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
    /// Its NAT gateways that are not deleted, by id.
    pub nat_gateways: Vec<NatGateway>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The fewest, the wanted and the most instances.
    pub sizes: (u32, u32, u32),
    /// Its Availability Zones.
    pub zones: Vec<String>,
    /// Its instances, by id.
    pub instances: Vec<Member>,
    /// The instance refresh that is under way: its status and how many per cent are done.
    pub refresh: Option<(String, Option<u32>)>,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// Its type.
    pub class: Option<String>,
    /// Its Availability Zone.
    pub zone: Option<String>,
    /// `running`, `stopped` …: the words of EC2.
    pub state: String,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub exists: bool,
    /// Whether it keeps versions; none where that could not be read.
    pub versioned: Option<bool>,
    /// With what it encrypts, such as `AES256` or `aws:kms`; none where that could not be read.
    pub encrypted: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_is_as_old_as_what_was_read_longest_ago_of_what_can_be_read() {
        let mut platform = Platform::default();
        assert_eq!(platform.read_at(), None);
        platform.network.succeed(Network::default(), Timestamp(50));
        platform.secret.succeed(Found { tried: vec![], found: None }, Timestamp(40));
        platform.database.succeed(Found { tried: vec![], found: None }, Timestamp(10));
        platform.database.fail("away", Timestamp(45));
        assert_eq!(platform.read_at(), Some(Timestamp(40)));
    }
}
