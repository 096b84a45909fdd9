//! What could be saved, from what was read of the platform. What was not read saves nothing.

use super::{Cents, Good, HOURS, Prices, Quantity, WhatIf};
use crate::{
    Color, PairSnapshot, Reading,
    environment::NO_SUCH,
    platform::{Bucket, LogGroup},
    topology::Mode,
};
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// Something that could be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of which kind.
    pub kind: Kind,
    /// What was found, in a sentence.
    pub what: String,
    /// How it is mended.
    pub mend: String,
    /// What it saves a month by list prices, at the most; none where there is no price for the region.
    pub saves: Option<Cents>,
}

/// The kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A class that is larger than what runs on it.
    Class,
    /// Web servers that two could stand in for.
    WebServers,
    /// More than one NAT gateway in a zone.
    Nat,
    /// Logs that are kept for ever.
    Retention,
    /// A bucket that keeps old versions for ever.
    Lifecycle,
    /// What a removed side left behind.
    Leftovers,
}

impl Kind {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::WebServers => "web_servers",
            Self::Nat => "nat",
            Self::Retention => "retention",
            Self::Lifecycle => "lifecycle",
            Self::Leftovers => "leftovers",
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The findings, what saves most first.
    pub found: Vec<Finding>,
    /// What could not be looked at, and why, each in a sentence.
    pub unread: Vec<String>,
}

/// A smaller class has half of the processors and of the memory: what is used then stays below this many per cent.
const FULL: u32 = 80;
/// How long logs are kept, where somebody asks for a number.
const KEEP_DAYS: u32 = 90;
const GB: u64 = 1_000_000_000;

impl Findings {
    /// Of a pair that is deployed in this mode, as far as that is known.
    pub fn of(pair: &PairSnapshot, mode: Option<Mode>, prices: &Prices) -> Self {
        let mut all = Look { pair, prices, found: Vec::new(), unread: Vec::new() };
        all.class();
        all.web_servers();
        all.nat();
        let removed = |color: Color| is_removed(pair, color, mode);
        for color in Color::BOTH {
            if !removed(color) {
                all.retention(color);
                all.lifecycle(color);
            }
        }
        for color in Color::BOTH.into_iter().filter(|color| removed(*color)) {
            all.leftovers(color);
        }
        let Look { mut found, mut unread, .. } = all;
        found.sort_by_key(|finding| (std::cmp::Reverse(finding.saves), finding.kind));
        unread.dedup();
        Self { found, unread }
    }

    /// What all of it saves, at the most.
    pub fn total(&self) -> Cents {
        self.found.iter().filter_map(|finding| finding.saves).sum()
    }
}

/// Whether a side was removed for good: there is no environment of its name, and the platform has one side.
fn is_removed(pair: &PairSnapshot, color: Color, mode: Option<Mode>) -> bool {
    let gone = pair.side(color).error().is_some_and(|error| error.message.starts_with(NO_SUCH));
    gone && mode.is_some_and(|mode| !mode.has_two_sides())
}

struct Look<'a> {
    pair: &'a PairSnapshot,
    prices: &'a Prices,
    found: Vec<Finding>,
    unread: Vec<String>,
}

impl Look<'_> {
    fn price(&self, good: &Good, quantity: Quantity) -> Option<Cents> {
        self.prices.of(&self.pair.region, good).map(|(price, ..)| price.times(quantity))
    }

    fn not_read(&mut self, what: &str, why: Option<&str>) {
        let why = why.unwrap_or("it was not read yet.");
        self.unread.push(format!("{what}: {why}"));
    }

    fn add(&mut self, kind: Kind, what: String, mend: String, saves: Option<Cents>) {
        self.found.push(Finding { kind, what, mend, saves });
    }

    /// The sides that stand, each with its class.
    fn standing(&self) -> Vec<(Color, String)> {
        let class = |color: Color| self.pair.side(color).value().and_then(|side| Some((color, side.class.clone()?)));
        Color::BOTH.into_iter().filter_map(class).collect()
    }

    /// Both sides need the same class: whichever is busier decides, since the other must be able to take over from it.
    fn class(&mut self) {
        let standing = self.standing();
        let Some(class) = standing.first().map(|(_, class)| class.clone()) else { return };
        if standing.iter().any(|(_, other)| *other != class) {
            return;
        }
        let at = WhatIf::CLASSES.iter().position(|known| **known == *class);
        // mw1.micro is of another kind: one scheduler, and no more than three workers.
        let Some(smaller) = at.and_then(|at| at.checked_sub(1)).filter(|at| *at > 0).map(|at| WhatIf::CLASSES[at])
        else {
            return;
        };
        let Some(load) = self.pair.platform.load.value() else {
            return self.not_read("Whether the class is larger than it need be", why(&self.pair.platform.load));
        };
        let most = |color: Color| {
            let used = load.of(color);
            Some(used.schedulers.most()?.max(used.workers.most()?))
        };
        let busiest = standing.iter().map(|(color, _)| most(*color)).collect::<Option<Vec<_>>>();
        let Some(busiest) = busiest.and_then(|all| all.into_iter().max()) else {
            return self.not_read(
                "Whether the class is larger than it need be",
                Some("CloudWatch has no figures of its containers."),
            );
        };
        if busiest * 2 > FULL {
            return;
        }
        let price = |class: &str| {
            let workers = |side: &crate::Environment| side.workers.map_or(0, |(fewest, _)| fewest.saturating_sub(1));
            let sides = standing.iter().filter_map(|(color, _)| self.pair.side(*color).value());
            sides
                .map(|side| {
                    let environment = self.price(&Good::Environment(class.to_owned()), Quantity::whole(HOURS))?;
                    let workers = Quantity::each(workers(side), HOURS);
                    let workers = if workers.is_nothing() {
                        Cents(0)
                    } else {
                        self.price(&Good::Worker(class.to_owned()), workers)?
                    };
                    Some(environment + workers)
                })
                .sum::<Option<Cents>>()
        };
        let saves = price(&class).zip(price(smaller)).map(|(now, then)| now - then);
        let what = format!(
            "{class} is used to {busiest} % at the most: the busiest hour of two weeks, schedulers and workers, processors and memory."
        );
        let mend = format!(
            "Try {smaller} on the standby, smoke-test it, switch, then change the other side. A worker of it runs half as many \
             tasks at a time."
        );
        self.add(Kind::Class, what, mend, saves);
    }

    fn web_servers(&mut self) {
        for (color, class) in self.standing() {
            let fewest =
                self.pair.side(color).value().and_then(|side| side.setup.web_servers).map_or(2, |(fewest, _)| fewest);
            if fewest <= 2 {
                continue;
            }
            let title = color.title();
            let what = format!("Whether {title} needs {fewest} web servers");
            let Some(load) = self.pair.platform.load.value() else {
                self.not_read(&what, why(&self.pair.platform.load));
                continue;
            };
            let Some(busiest) = load.of(color).web_servers.most() else {
                self.not_read(&what, Some("CloudWatch has no figures of them."));
                continue;
            };
            // What two would have to do.
            if busiest * fewest / 2 > FULL {
                continue;
            }
            let saves = self.price(&Good::WebServer(class), Quantity::each(fewest - 2, HOURS));
            let what = format!(
                "{title} always has {fewest} web servers, used to {busiest} % at the most in two weeks: two would do."
            );
            self.add(
                Kind::WebServers,
                what,
                "Set MinWebservers to 2: MWAA adds more when they are needed.".into(),
                saves,
            );
        }
    }

    /// One gateway a zone is worth having; a second one in a zone is not.
    fn nat(&mut self) {
        let Some(network) = self.pair.platform.network.value() else {
            return self.not_read("Whether NAT gateways could be shared", why(&self.pair.platform.network));
        };
        let mut zones: BTreeMap<&str, u32> = BTreeMap::new();
        for gateway in network.nat_gateways.iter().filter(|gateway| gateway.state == "available") {
            let zone =
                network.subnets.iter().find(|subnet| subnet.id == gateway.subnet).map(|subnet| subnet.zone.as_str());
            // One whose zone is not known may be the only one there.
            if let Some(zone) = zone.filter(|zone| !zone.is_empty()) {
                *zones.entry(zone).or_default() += 1;
            }
        }
        let spare: Vec<_> = zones.into_iter().filter(|(_, count)| *count > 1).collect();
        for (zone, count) in spare {
            let hours = Quantity::each(count - 1, HOURS);
            let saves = self
                .price(&Good::Nat, hours)
                .zip(self.price(&Good::Address, hours))
                .map(|(nat, address)| nat + address);
            let what = format!("{count} NAT gateways stand in {zone}: one serves all subnets of a zone.");
            let mend = "Let both environments' subnets of the zone lead through one of them, and delete the other with its address.";
            self.add(Kind::Nat, what, mend.into(), saves);
        }
    }

    fn retention(&mut self, color: Color) {
        let title = color.title();
        let Some(groups) = self.pair.platform.logs(color).value() else {
            return self.not_read(&format!("How long {title}’s logs are kept"), why(self.pair.platform.logs(color)));
        };
        let for_ever: Vec<_> = groups.iter().filter(|group| group.retention_days.is_none()).collect();
        let bytes: u64 = for_ever.iter().map(|group| group.bytes).sum();
        if bytes == 0 {
            return;
        }
        let count = for_ever.len();
        let (groups, they) = if count == 1 { ("log group", "keeps") } else { ("log groups", "keep") };
        let what = format!("{count} {groups} of {title} {they} {} for ever, and more each day.", size(bytes));
        let names = for_ever.iter().map(|group| group.name.as_str()).collect::<Vec<_>>().join(", ");
        let mend = format!("Set a retention, such as {KEEP_DAYS} days, on {names}.");
        let saves = self.price(&Good::LogsKept, gigabytes(bytes));
        self.add(Kind::Retention, what, mend, saves);
    }

    fn lifecycle(&mut self, color: Color) {
        let title = color.title();
        let about = format!("Whether {title}’s bucket keeps old versions for ever");
        let reading = self.pair.platform.bucket(color);
        let Some(bucket) = reading.value() else { return self.not_read(&about, why(reading)) };
        let Bucket { name, exists: true, versioned: Some(true), lifecycle, .. } = bucket else { return };
        match lifecycle {
            Some(true) => {}
            None => self.not_read(&about, Some("s3:GetLifecycleConfiguration is not allowed for these credentials.")),
            Some(false) => match self.pair.platform.load.value().and_then(|load| load.of(color).bucket_bytes) {
                None => self.not_read(&about, Some("how much is in it is not known yet.")),
                Some(0) => {}
                Some(bytes) => {
                    let what = format!("{name} keeps all versions of all files for ever: {} by now.", size(bytes));
                    let mend = format!("Add a rule that expires noncurrent versions, such as after {KEEP_DAYS} days.");
                    let saves = self.price(&Good::Bucket, gigabytes(bytes));
                    self.add(Kind::Lifecycle, what, mend, saves);
                }
            },
        }
    }

    /// What stays when an environment is deleted: its bucket, its log groups, and the flag that nobody asks any longer.
    fn leftovers(&mut self, color: Color) {
        let (title, platform) = (color.title(), &self.pair.platform);
        let mut left = Vec::new();
        let mut saves = Some(Cents(0));
        let groups = platform.logs(color).value().map(Vec::as_slice).unwrap_or_default();
        let bytes: u64 = groups.iter().map(|group: &LogGroup| group.bytes).sum();
        if !groups.is_empty() {
            let several = if groups.len() == 1 { "" } else { "s" };
            left.push(format!("{} log group{several} with {}", groups.len(), size(bytes)));
            saves = saves.zip(self.price(&Good::LogsKept, gigabytes(bytes))).map(|(one, other)| one + other);
        }
        if let Some(bucket) = platform.bucket(color).value().filter(|bucket| bucket.exists) {
            // Of the bucket of an environment that is gone only its size is looked at.
            let bytes = platform.load.value().and_then(|load| load.of(color).bucket_bytes);
            let holds = bytes.map_or_else(|| "of unknown size".to_owned(), |bytes| format!("with {}", size(bytes)));
            left.push(format!("the bucket {} {holds}", bucket.name));
            let price = bytes.and_then(|bytes| self.price(&Good::Bucket, gigabytes(bytes)));
            saves = saves.zip(price.or(Some(Cents(0)))).map(|(one, other)| one + other);
        }
        if left.is_empty() {
            for (what, why) in [("log groups", why(platform.logs(color))), ("bucket", why(platform.bucket(color)))] {
                if let Some(why) = why {
                    self.not_read(&format!("Whether {title} left its {what} behind"), Some(why));
                }
            }
            return;
        }
        if self.pair.flag.value().is_some() {
            left.push(format!("the parameter {}, which costs nothing", self.pair.names.flag));
        }
        let what = format!("{title} is gone, and left behind: {}.", left.join(", "));
        self.add(Kind::Leftovers, what, "Delete what nobody needs, once nothing points to it.".into(), saves);
    }
}

fn why<T>(reading: &Reading<T>) -> Option<&str> {
    reading.error().map(|error| error.message.as_str())
}

/// As a quantity, to the thousandth of a GB, rounded up.
fn gigabytes(bytes: u64) -> Quantity {
    Quantity(bytes.div_ceil(GB / 1000))
}

/// As people read it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..GB => format!("{} MB", bytes / 1_000_000),
        _ => format!("{}.{} GB", bytes / GB, bytes % GB / (GB / 10)),
    }
}
