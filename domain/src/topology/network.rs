//! The network: the ground that the picture stands on, and the NAT gateways.

use super::{
    Figure, Health, counted, distinct, listed,
    part::{Judged, PLATFORM_IS_OLD_AFTER, read},
};
use crate::{
    Color, PairSnapshot, Timestamp, console,
    platform::{Network, not_allowed},
};
use std::collections::BTreeSet;

/// What the platform stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The id of the VPC.
    pub vpc: String,
    /// Its block of addresses.
    pub cidr: Option<String>,
    /// Its zones, by name.
    pub zones: Vec<Zone>,
    /// When that was read, if that is too long ago to be told as the present.
    pub long_ago: Option<Timestamp>,
}

/// An Availability Zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its name.
    pub name: String,
    /// How many of its subnets are public.
    pub public: usize,
    /// How many are private.
    pub private: usize,
    /// Of how many the routes could not be read.
    pub untold: usize,
    /// How many NAT gateways work there.
    pub gateways: usize,
}

impl Zone {
    /// What is in it, in words.
    pub fn holds(&self) -> String {
        let kinds = [(self.public, "public"), (self.private, "private"), (self.untold, "unknown")];
        let kinds: Vec<String> =
            kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}")).collect();
        let gateways = (self.gateways > 0).then(|| format!(", {}", counted(self.gateways, "NAT gateway")));
        let subnets = if kinds.is_empty() { "no".to_owned() } else { listed(&kinds) };
        let last = kinds.last().is_some_and(|last| last.starts_with("1 "));
        format!("{subnets} {}{}", if last { "subnet" } else { "subnets" }, gateways.unwrap_or_default())
    }
}

impl Ground {
    pub(super) fn of(pair: &PairSnapshot, now: Timestamp) -> Option<Self> {
        let reading = &pair.platform.network;
        let network = reading.value()?;
        let working = working(network);
        let zones = distinct(network.subnets.iter().map(|subnet| subnet.zone.as_str())).into_iter().map(|name| {
            let here = |public: Option<bool>| {
                network.subnets.iter().filter(|subnet| subnet.zone == name && subnet.public == public).count()
            };
            let gateways = working.iter().filter(|(_, zone)| *zone == Some(name.as_str())).count();
            Zone { public: here(Some(true)), private: here(Some(false)), untold: here(None), gateways, name }
        });
        let zones = zones.collect();
        let long_ago = reading.read_at().filter(|at| now.since(*at) > PLATFORM_IS_OLD_AFTER);
        Some(Self { vpc: network.vpc.clone(), cidr: network.cidr.clone(), zones, long_ago })
    }
}

/// Through what the subnets of the environments lead to everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Through<'a> {
    /// The subnets or their routes are not known.
    NotKnown,
    /// A side stands in another network than the one that was read.
    Elsewhere(Color),
    /// Through these NAT gateways, by id. There may be none, and one of them may not work.
    Gateways(BTreeSet<&'a str>),
}

pub(super) fn through<'a>(pair: &'a PairSnapshot, network: &'a Network) -> Through<'a> {
    let sides = Color::BOTH.into_iter().filter_map(|color| Some((color, pair.side(color).value()?)));
    let ids = sides.flat_map(|(color, side)| side.setup.subnets.iter().map(move |id| (color, id)));
    let (mut gateways, mut known) = (BTreeSet::new(), false);
    for (color, id) in ids {
        let Some(subnet) = network.subnets.iter().find(|subnet| subnet.id == *id) else {
            return Through::Elsewhere(color);
        };
        if subnet.public.is_none() {
            return Through::NotKnown;
        }
        gateways.extend(subnet.nat.as_deref());
        known = true;
    }
    if known { Through::Gateways(gateways) } else { Through::NotKnown }
}

/// Whether the environments' subnets lead through NAT gateways of which none works.
pub(super) fn leads_nowhere(through: &Through<'_>, working: &[(&str, Option<&str>)]) -> bool {
    let Through::Gateways(gateways) = through else { return false };
    !gateways.is_empty() && !gateways.iter().any(|id| working.iter().any(|(works, _)| works == id))
}

/// Of several NAT gateways that work, the only one through which the environments' subnets lead.
pub(super) fn only_way<'a>(through: &Through<'a>, working: &[(&str, Option<&str>)]) -> Option<&'a str> {
    let Through::Gateways(gateways) = through else { return None };
    let mut ways = gateways.iter().filter(|id| working.iter().any(|(works, _)| works == *id));
    ways.next().filter(|_| ways.next().is_none()).copied()
}

/// The NAT gateways that work, each with its zone where its subnet is known.
pub(crate) fn working(network: &Network) -> Vec<(&str, Option<&str>)> {
    let zone = |id: &str| network.subnets.iter().find(|subnet| subnet.id == id).map(|subnet| subnet.zone.as_str());
    let working = network.nat_gateways.iter().filter(|gateway| gateway.state == "available");
    working.map(|gateway| (gateway.id.as_str(), zone(&gateway.subnet))).collect()
}

pub(super) fn nat(pair: &PairSnapshot, now: Timestamp) -> Judged {
    let mut judged = read(&pair.platform.network, PLATFORM_IS_OLD_AFTER, now, "", |network| {
        let working = working(network);
        let zones = distinct(working.iter().filter_map(|(_, zone)| *zone));
        let others: Vec<String> = network
            .nat_gateways
            .iter()
            .filter(|gateway| gateway.state != "available")
            .map(|gateway| format!("{} is {}", gateway.id, gateway.state))
            .collect();
        let (health, reason) = match (working.len(), zones.as_slice(), others.is_empty()) {
            (0, _, true) => (
                Health::Unknown,
                "The VPC has no NAT gateway. Whether the environments reach AWS another way was not read.".to_owned(),
            ),
            (0, ..) => (Health::Down, format!("No NAT gateway works: {}.", listed(&others))),
            _ if leads_nowhere(&through(pair, network), &working) => {
                (Health::Down, "None of those works that the environments' subnets lead through.".to_owned())
            }
            (_, _, false) => (Health::Degraded, format!("Not all of them work: {}.", listed(&others))),
            (1, ..) => (Health::Degraded, "There is one, and nothing in reserve for it.".to_owned()),
            (_, [zone], _) => (Health::Degraded, format!("All of them stand in one zone, {zone}.")),
            (count, zones, _) => match only_way(&through(pair, network), &working) {
                Some(only) => (
                    Health::Degraded,
                    format!("{count} of them work, and all subnets of the environments lead through one, {only}."),
                ),
                None => (Health::Healthy, format!("{count} of them work, in {}.", counted(zones.len(), "zone"))),
            },
        };
        let names: Vec<&str> = network.nat_gateways.iter().map(|gateway| gateway.id.as_str()).collect();
        let mut judged = Judged::new(names.join(", "), health, reason).besides(not_allowed(&network.denied));
        judged.figures = vec![
            Figure::of("Working", format!("{} of {}", working.len(), network.nat_gateways.len())),
            Figure::of("Zones", if zones.is_empty() { "not known".to_owned() } else { zones.join(", ") }),
        ];
        judged.zones = zones;
        judged
    });
    judged.console = Some(console::home(&pair.region, "vpcconsole", "NatGateways:"));
    judged
}
