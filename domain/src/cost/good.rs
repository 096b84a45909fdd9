//! What has a price.

use std::fmt;

/// Something that AWS charges for, by its unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Good {
    /// An environment of a class, by the hour. A worker, two schedulers and two web servers are part of it.
    Environment(String),
    /// A worker beside the first, by the hour.
    Worker(String),
    /// A scheduler beside the first two, by the hour.
    Scheduler(String),
    /// A web server beside the first two, by the hour.
    WebServer(String),
    /// An environment's metadata, by GB and month.
    Metadata,
    /// A load balancer, by the hour.
    Balancer,
    /// What it does, by capacity unit and hour.
    Capacity,
    /// An instance of EC2 of a type, by the hour.
    Instance(String),
    /// A volume of type gp3, by GB and month.
    Volume,
    /// An instance of Aurora PostgreSQL of a class, by the hour.
    AuroraInstance(String),
    /// Its storage, by GB and month.
    AuroraStorage,
    /// Its reading and writing, by a million requests.
    AuroraRequests,
    /// An instance of RDS for PostgreSQL of a class, by the hour.
    RdsInstance(String),
    /// Its storage, by GB and month.
    RdsStorage,
    /// A NAT gateway, by the hour.
    Nat,
    /// What goes through it, by GB.
    NatTraffic,
    /// A public IPv4 address, by the hour.
    Address,
    /// What is kept in S3, by GB and month.
    Bucket,
    /// Logs that come in, by GB.
    LogsIn,
    /// Logs that are kept, by GB and month.
    LogsKept,
    /// An alarm over one metric, by the month.
    Alarm,
    /// A secret, by the month.
    Secret,
}

impl Good {
    /// By what it is counted.
    pub const fn unit(&self) -> &'static str {
        match self {
            Self::Environment(_)
            | Self::Worker(_)
            | Self::Scheduler(_)
            | Self::WebServer(_)
            | Self::Balancer
            | Self::Instance(_)
            | Self::AuroraInstance(_)
            | Self::RdsInstance(_)
            | Self::Nat
            | Self::Address => "hour",
            Self::Capacity => "LCU-hour",
            Self::Metadata | Self::Volume | Self::AuroraStorage | Self::RdsStorage | Self::Bucket | Self::LogsKept => {
                "GB-month"
            }
            Self::AuroraRequests => "million requests",
            Self::NatTraffic | Self::LogsIn => "GB",
            Self::Alarm | Self::Secret => "month",
        }
    }
}

/// The key in the table of prices.
impl fmt::Display for Good {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(class) => write!(f, "mwaa environment {class}"),
            Self::Worker(class) => write!(f, "mwaa worker {class}"),
            Self::Scheduler(class) => write!(f, "mwaa scheduler {class}"),
            Self::WebServer(class) => write!(f, "mwaa web-server {class}"),
            Self::Metadata => f.write_str("mwaa metadata"),
            Self::Balancer => f.write_str("alb"),
            Self::Capacity => f.write_str("alb lcu"),
            Self::Instance(class) => write!(f, "ec2 instance {class}"),
            Self::Volume => f.write_str("ebs gp3"),
            Self::AuroraInstance(class) => write!(f, "aurora-postgresql instance {class}"),
            Self::AuroraStorage => f.write_str("aurora-postgresql storage"),
            Self::AuroraRequests => f.write_str("aurora-postgresql requests"),
            Self::RdsInstance(class) => write!(f, "rds-postgresql instance {class}"),
            Self::RdsStorage => f.write_str("rds-postgresql storage"),
            Self::Nat => f.write_str("nat"),
            Self::NatTraffic => f.write_str("nat traffic"),
            Self::Address => f.write_str("ipv4"),
            Self::Bucket => f.write_str("s3 standard"),
            Self::LogsIn => f.write_str("logs ingest"),
            Self::LogsKept => f.write_str("logs kept"),
            Self::Alarm => f.write_str("cloudwatch alarm"),
            Self::Secret => f.write_str("secret"),
        }
    }
}
