//! A platform becomes lines, and lines a sum.

use super::{Cents, Environment, Good, HOURS, Price, Prices, Quantity, Shape, Source};
use crate::Color;

/// What a platform costs a month by list prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Its lines, in order.
    pub lines: Vec<Line>,
}

/// To what a line belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// An environment; of a platform that has one only, without a side.
    Environment(Option<Color>),
    /// The network of both.
    Network,
    /// The lineage service.
    Lineage,
    /// What keeps watch over it.
    Watching,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// To what it belongs.
    pub group: Group,
    /// What it is, in words.
    pub what: String,
    /// What is paid for.
    pub good: Good,
    /// How much of it.
    pub quantity: Quantity,
    /// Its price; none where it is not known for the region.
    pub price: Option<Priced>,
}

/// The price of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The price of one unit.
    pub price: Price,
    /// Where it was read.
    pub source: Source,
    /// Whether it was not read for this region, but for another one or at second hand.
    pub assumed: bool,
    /// What the line comes to.
    pub cents: Cents,
}

impl Estimate {
    /// The sum of all lines whose price is known. Where one is not, it is the least that it costs.
    pub fn total(&self) -> Cents {
        self.sum(|_| true)
    }

    /// The sum of some lines.
    pub fn sum(&self, of: impl Fn(&Line) -> bool) -> Cents {
        self.lines.iter().filter(|line| of(line)).filter_map(|line| Some(line.price.as_ref()?.cents)).sum()
    }

    /// The sum of a group.
    pub fn of_group(&self, group: Group) -> Cents {
        self.sum(|line| line.group == group)
    }

    /// The lines whose price is not known.
    pub fn missing(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.price.is_none())
    }

    /// Whether there is more to it than its total.
    pub fn is_at_least(&self) -> bool {
        self.missing().next().is_some()
    }

    /// Whether a price was not read for its region.
    pub fn is_assumed(&self) -> bool {
        self.lines.iter().any(|line| line.price.as_ref().is_some_and(|price| price.assumed))
    }
}

impl Shape {
    /// What it costs a month.
    pub fn estimate(&self, prices: &Prices) -> Estimate {
        let mut lines = Lines { prices, region: &self.region, made: Vec::new() };
        for environment in &self.environments {
            environment.lines(&mut lines);
        }
        self.network(&mut lines);
        self.lineage(&mut lines);
        lines.add(Group::Watching, "Alarms", Good::Alarm, Quantity::whole(self.alarms));
        Estimate { lines: lines.made }
    }

    fn network(&self, lines: &mut Lines<'_>) {
        let hours = Quantity::each(self.nat_gateways, HOURS);
        lines.add(Group::Network, "NAT gateways", Good::Nat, hours);
        lines.add(Group::Network, "Public addresses of the NAT gateways", Good::Address, hours);
        lines.add(Group::Network, "Traffic through NAT", Good::NatTraffic, Quantity::whole(self.nat_gb));
    }

    fn lineage(&self, lines: &mut Lines<'_>) {
        let group = Group::Lineage;
        if let Some(capacity) = self.balancer {
            lines.add(group, "Load balancer", Good::Balancer, Quantity::whole(HOURS));
            let used = Quantity(capacity.0 * u64::from(HOURS));
            lines.add(group, "Capacity units of the load balancer", Good::Capacity, used);
        }
        let instances = &self.instances;
        let what = if instances.count == 1 { "Instance of Marquez" } else { "Instances of Marquez" };
        let good = Good::Instance(instances.class.clone());
        lines.add(group, what, good, Quantity::each(instances.count, HOURS));
        lines.add(group, "Their volumes", Good::Volume, Quantity::each(instances.count, instances.volume_gb));
        if let Some(database) = &self.database {
            let class = database.class.clone();
            let (instance, storage) = if database.aurora {
                (Good::AuroraInstance(class), Good::AuroraStorage)
            } else {
                (Good::RdsInstance(class), Good::RdsStorage)
            };
            lines.add(group, "Database instances", instance, Quantity::each(database.members, HOURS));
            // A cluster of Aurora has one storage for all; each instance of RDS and its standby have their own.
            let times = if database.aurora { 1 } else { database.members };
            lines.add(group, "Storage of the database", storage, Quantity::each(times, database.storage_gb));
            if database.aurora {
                let requests = Quantity::whole(database.million_requests);
                lines.add(group, "Requests to its storage", Good::AuroraRequests, requests);
            }
        }
        lines.add(group, "Secrets", Good::Secret, Quantity::whole(self.secrets));
    }
}

impl Environment {
    fn lines(&self, lines: &mut Lines<'_>) {
        let (group, class) = (Group::Environment(self.side), || self.class.clone());
        let beside = |all: u32, included: u32| Quantity::each(all.saturating_sub(included), self.hours);
        lines.add(group, "Environment", Good::Environment(class()), Quantity::whole(self.hours));
        lines.add(group, "Workers beside the first", Good::Worker(class()), beside(self.workers, 1));
        lines.add(group, "Schedulers beside the first two", Good::Scheduler(class()), beside(self.schedulers, 2));
        lines.add(group, "Web servers beside the first two", Good::WebServer(class()), beside(self.web_servers, 2));
        lines.add(group, "Metadata", Good::Metadata, Quantity::whole(self.metadata_gb));
        lines.add(group, "Bucket", Good::Bucket, Quantity::whole(self.bucket_gb));
        lines.add(group, "Logs that come in", Good::LogsIn, Quantity::whole(self.logs_gb));
        lines.add(group, "Logs that are kept", Good::LogsKept, Quantity::whole(self.logs_gb));
    }
}

struct Lines<'p> {
    prices: &'p Prices,
    region: &'p str,
    made: Vec<Line>,
}

impl Lines<'_> {
    /// A line; none where there is nothing of it.
    fn add(&mut self, group: Group, what: &str, good: Good, quantity: Quantity) {
        if quantity.is_nothing() {
            return;
        }
        let price = self.prices.of(self.region, &good).map(|(price, source, assumed)| Priced {
            price,
            source: source.clone(),
            assumed,
            cents: price.times(quantity),
        });
        self.made.push(Line { group, what: what.to_owned(), good, quantity, price });
    }
}
