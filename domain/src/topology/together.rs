//! What would take both sides down together. Each is judged only by what was read, and read lately; what was not is told
//! as not checked.

use super::{
    Node, Part, counted, distinct,
    lineage::{self, TargetZones},
    listed,
    mode::{Deployed, Runs},
    network::{self, Through},
    part::{ENVIRONMENT_IS_OLD_AFTER, PLATFORM_IS_OLD_AFTER, fresh},
};
use crate::{
    Color, Environment, Flag, PairSnapshot, Timestamp,
    platform::{Network, not_allowed},
    preflight::FLAG_IS_STALE_AFTER,
};

/// Something that may take both sides down, and whether it would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// What, in a few words.
    pub what: &'static str,
    /// Whether it would.
    pub verdict: Verdict,
    /// Why, by what was found; or why that cannot be told.
    pub because: String,
}

/// Whether something would take both sides down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It would.
    Risk {
        /// What mends it.
        mend: &'static str,
    },
    /// It would not.
    Fine,
    /// It could not be read.
    NotChecked,
}

/// What the risk of one execution role for both sides is called.
pub const ROLES: &str = "Execution roles";
/// That of one bucket.
pub const BUCKETS: &str = "Buckets";
/// That of one key.
pub const KEYS: &str = "Encryption keys";

impl Risk {
    pub(super) fn found(what: &'static str, because: impl Into<String>, mend: &'static str) -> Self {
        Self { what, verdict: Verdict::Risk { mend }, because: because.into() }
    }

    pub(super) fn fine(what: &'static str, because: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Fine, because: because.into() }
    }

    pub(super) fn not_checked(what: &'static str, because: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::NotChecked, because: because.into() }
    }
}

pub(super) fn of(pair: &PairSnapshot, deployed: &Deployed, nodes: &[Node], now: Timestamp) -> Vec<Risk> {
    let has = |part: Part| nodes.iter().any(|node| node.part == part);
    let mut told = Vec::new();
    if has(Part::Flag) {
        told.push(flag(pair, now));
    }
    told.push(nat(pair, now));
    if !deployed.one_sided() {
        told.extend([zones(pair, now), window(pair, now)]);
        told.extend([shared_role(pair, now), shared_bucket(pair, now), shared_key(pair, now)]);
    }
    if has(Part::Lineage) {
        told.push(one_instance(pair, deployed, now));
    }
    if has(Part::Balancer) {
        told.push(targets(pair, now));
    }
    if has(Part::Database) {
        told.push(database(pair, now));
    }
    // What was found comes first, then what nobody knows; within that they keep their order.
    told.sort_by_key(|risk| match risk.verdict {
        Verdict::Risk { .. } => 0,
        Verdict::NotChecked => 1,
        Verdict::Fine => 2,
    });
    told
}

fn flag(pair: &PairSnapshot, now: Timestamp) -> Risk {
    let what = "The flag";
    let repair = "Repair it on the page Switch.";
    match fresh(&pair.flag, FLAG_IS_STALE_AFTER, now) {
        Ok(Flag::Missing) => Risk::found(what, "It is missing: no DAG that asks it works on either side.", repair),
        Ok(flag) if flag.color().is_none() => {
            Risk::found(what, "It names no side: no DAG that asks it works on either side.", repair)
        }
        Ok(_) => Risk::fine(what, "It can be read, and names a side. Both sides ask this one parameter."),
        Err(why) if pair.flag.error().is_some() => Risk::found(
            what,
            format!("Teal cannot read it, and perhaps the DAGs cannot either. {why}"),
            "Look whether the DAGs' own question for it succeeds, in the log of their first task.",
        ),
        Err(why) => Risk::not_checked(what, why),
    }
}

fn nat(pair: &PairSnapshot, now: Timestamp) -> Risk {
    let what = "NAT gateways";
    let network = match fresh(&pair.platform.network, PLATFORM_IS_OLD_AFTER, now) {
        Ok(network) => network,
        Err(why) => return Risk::not_checked(what, why),
    };
    let working = network::working(network);
    let zones = distinct(working.iter().filter_map(|(_, zone)| *zone));
    let unplaced = working.iter().any(|(_, zone)| zone.is_none());
    let mend = "Add one in another zone, and lead that zone's private subnets through it.";
    let through = network::through(pair, network);
    match (working.len(), zones.as_slice()) {
        _ if matches!(through, Through::Elsewhere(_)) => not_through(what, &through, network),
        (0, _) if network.nat_gateways.is_empty() => {
            Risk::not_checked(what, "There is none. Whether endpoints lead to AWS instead was not read.")
        }
        _ if matches!(&through, Through::Gateways(ways) if ways.is_empty()) => not_through(what, &through, network),
        (0, _) => {
            Risk::found(what, "None of them works: no DAG reaches what is outside.", "Look at them in the console.")
        }
        _ if network::leads_nowhere(&through, &working) => Risk::found(
            what,
            "None of those works that the environments' subnets lead through: no DAG reaches what is outside.",
            "Lead the private subnets through one that works.",
        ),
        (1, _) => Risk::found(what, "There is one. Without it no DAG reaches AWS, not even to ask the flag.", mend),
        (_, _) if unplaced => Risk::not_checked(what, "In which zones they stand could not be read."),
        (count, [zone]) => Risk::found(what, format!("All {count} stand in one zone, {zone}."), mend),
        (count, zones) => match (&through, network::only_way(&through, &working)) {
            (Through::NotKnown, _) => not_through(what, &through, network),
            (_, Some(only)) => Risk::found(
                what,
                format!("{count} of them work, and all subnets of the environments lead through one, {only}."),
                "Lead the private subnets of each zone through the gateway in that zone.",
            ),
            _ => Risk::fine(
                what,
                format!("{count} of them work, in {}, and the environments lead through several.", listed(zones)),
            ),
        },
    }
}

/// Whether the environments lead through a NAT gateway is not known, or not through any of this network.
fn not_through(what: &'static str, through: &Through<'_>, network: &Network) -> Risk {
    let why = match through {
        Through::Elsewhere(color) => {
            format!("{} stands in another network than {}, which was not read.", color.title(), network.vpc)
        }
        Through::Gateways(_) => {
            "No subnet of the environments leads through one. Whether endpoints lead to AWS instead was not read."
                .to_owned()
        }
        Through::NotKnown => {
            let why = not_allowed(&network.denied).map(|why| format!(" {why}")).unwrap_or_default();
            format!("Through which of them the environments lead is not known.{why}")
        }
    };
    Risk::not_checked(what, why)
}

/// The zones that the environments stand in.
fn zones(pair: &PairSnapshot, now: Timestamp) -> Risk {
    let what = "Zones of the environments";
    let network = match fresh(&pair.platform.network, PLATFORM_IS_OLD_AFTER, now) {
        Ok(network) => network,
        Err(why) => return Risk::not_checked(what, why),
    };
    let sides = match both(pair, now) {
        Ok(sides) => sides,
        Err(why) => return Risk::not_checked(what, why),
    };
    let ids: Vec<&String> = sides.into_iter().flat_map(|side| &side.setup.subnets).collect();
    let zone = |id: &String| network.subnets.iter().find(|subnet| subnet.id == *id).map(|subnet| subnet.zone.as_str());
    let told: Option<Vec<&str>> = ids.iter().map(|id| zone(id)).collect();
    match told.map(distinct).as_deref() {
        None | Some([]) => Risk::not_checked(what, "In which zones their subnets are is not told."),
        Some([zone]) => Risk::found(
            what,
            format!("All subnets of both sides are in one zone, {zone}."),
            "Give the environments subnets in two zones.",
        ),
        Some(zones) => Risk::fine(what, format!("Their subnets are in {}.", listed(zones))),
    }
}

/// Both environments, where both were read lately.
fn both(pair: &PairSnapshot, now: Timestamp) -> Result<[&Environment; 2], String> {
    let of = |color: Color| {
        let read = fresh(pair.side(color), ENVIRONMENT_IS_OLD_AFTER, now);
        read.map_err(|why| format!("{} was not read. {why}", color.title()))
    };
    Ok([of(Color::Blue)?, of(Color::Green)?])
}

/// Something that each environment has of its own, or both have in common.
fn in_common(
    pair: &PairSnapshot,
    now: Timestamp,
    what: &'static str,
    pick: fn(&Environment) -> Option<&str>,
    (shared, mend): (impl FnOnce(&str) -> String, &'static str),
    apart: &'static str,
) -> Risk {
    match both(pair, now).map(|sides| sides.map(pick)) {
        Err(why) => Risk::not_checked(what, why),
        Ok([Some(blue), Some(green)]) if blue == green => Risk::found(what, shared(blue), mend),
        Ok([Some(_), Some(_)]) => Risk::fine(what, apart),
        Ok(_) => Risk::not_checked(what, "MWAA does not tell it of both sides."),
    }
}

/// How long after its beginning maintenance may still go on, at a guess: AWS names no end.
const MAINTENANCE_TAKES: u32 = 2 * 60;
/// Minutes of a week.
const WEEK: u32 = 7 * 24 * 60;

fn window(pair: &PairSnapshot, now: Timestamp) -> Risk {
    let what = "Maintenance windows";
    let mend = "Give the sides different windows, a day apart.";
    let windows = match both(pair, now).map(|sides| sides.map(|side| side.setup.maintenance_window.as_deref())) {
        Ok([Some(blue), Some(green)]) => [blue, green],
        Ok(_) => return Risk::not_checked(what, "MWAA does not tell it of both sides."),
        Err(why) => return Risk::not_checked(what, why),
    };
    let [blue, green] = windows;
    if blue == green {
        let because = format!("AWS may do its maintenance on both sides at the same time, {blue} UTC.");
        return Risk::found(what, because, mend);
    }
    match windows.map(in_week) {
        [Some(one), Some(other)] => {
            let apart = one.abs_diff(other);
            if apart.min(WEEK - apart) < MAINTENANCE_TAKES {
                let because = format!(
                    "AWS begins on the two sides less than two hours apart, {blue} and {green} UTC: both may be down."
                );
                return Risk::found(what, because, mend);
            }
            Risk::fine(what, "AWS does its maintenance on the two sides at different times.")
        }
        _ => Risk::not_checked(what, format!("{blue} and {green} are no times that Teal can read.")),
    }
}

/// The minute of the week of `TUE:03:30`.
fn in_week(window: &str) -> Option<u32> {
    let mut parts = window.split(':');
    let (day, hours, minutes) = (parts.next()?, parts.next()?.parse::<u32>().ok()?, parts.next()?.parse::<u32>().ok()?);
    let days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
    let day = (0..).zip(days).find(|(_, known)| known.eq_ignore_ascii_case(day))?.0;
    (parts.next().is_none() && hours < 24 && minutes < 60).then_some((day * 24 + hours) * 60 + minutes)
}

fn shared_role(pair: &PairSnapshot, now: Timestamp) -> Risk {
    in_common(
        pair,
        now,
        ROLES,
        |side| side.setup.execution_role.as_deref(),
        (
            |role| format!("Both sides run under {role}: one change to it takes the permissions of both."),
            "Give each side an execution role of its own.",
        ),
        "Each side has a role of its own.",
    )
}

fn shared_bucket(pair: &PairSnapshot, now: Timestamp) -> Risk {
    in_common(
        pair,
        now,
        BUCKETS,
        |side| side.setup.bucket.as_deref(),
        (
            |bucket| format!("Both sides read their DAGs from {bucket}: what breaks there breaks on both."),
            "Give each side a bucket of its own.",
        ),
        "Each side has a bucket of its own.",
    )
}

/// A key that is disabled, or whose policy is changed, stops what is encrypted with it.
fn shared_key(pair: &PairSnapshot, now: Timestamp) -> Risk {
    match both(pair, now).map(|sides| sides.map(|side| side.setup.kms_key.as_deref())) {
        Err(why) => Risk::not_checked(KEYS, why),
        Ok([Some(blue), Some(green)]) if blue == green => Risk::found(
            KEYS,
            format!("Both sides encrypt with {blue}: whoever disables it stops both."),
            "Give each side a key of its own, with the next environment that is made anew.",
        ),
        Ok([None, None]) => {
            Risk::fine(KEYS, "Both sides encrypt with keys that AWS owns: nobody here can disable them.")
        }
        Ok(_) => Risk::fine(KEYS, "The two sides do not encrypt with the same key."),
    }
}

/// What is said where the lineage service falls: DAGs need not fall with it.
const LINEAGE_FALLS: &str = "All lineage ends with it; whether DAGs wait for it depends on them.";

fn one_instance(pair: &PairSnapshot, deployed: &Deployed, now: Timestamp) -> Risk {
    let what = "Instances of the lineage service";
    let mend = "Run it from an Auto Scaling group of at least two instances, in two zones.";
    if deployed.runs == Runs::Instance {
        return match fresh(&pair.platform.instance, PLATFORM_IS_OLD_AFTER, now) {
            Ok(_) => Risk::found(what, format!("There is one. {LINEAGE_FALLS}"), mend),
            Err(why) => Risk::not_checked(what, why),
        };
    }
    let group = match fresh(&pair.platform.group, PLATFORM_IS_OLD_AFTER, now).map(|found| found.it()) {
        Ok(Some(group)) => group,
        Ok(None) if deployed.runs == Runs::NotRead => {
            let why = fresh(&pair.platform.instance, PLATFORM_IS_OLD_AFTER, now).err();
            return Risk::not_checked(what, why.unwrap_or_default());
        }
        Ok(None) => return Risk::not_checked(what, "None was found by any of its names."),
        Err(why) => return Risk::not_checked(what, why),
    };
    let serving: Vec<_> = lineage::serving(group).collect();
    let zones = distinct(serving.iter().map(|member| member.zone.as_str()));
    match (serving.len(), zones.as_slice()) {
        (0, _) => Risk::found(
            what,
            format!("None is in service. {LINEAGE_FALLS}"),
            "Look at the group's activity in the console.",
        ),
        (1, _) => Risk::found(what, format!("One is in service. {LINEAGE_FALLS}"), mend),
        (count, [zone]) => Risk::found(what, format!("All {count} are in one zone, {zone}. {LINEAGE_FALLS}"), mend),
        (count, zones) => Risk::fine(what, format!("{count} are in service, in {}.", counted(zones.len(), "zone"))),
    }
}

fn targets(pair: &PairSnapshot, now: Timestamp) -> Risk {
    let what = "Targets of the load balancer";
    let balancer = match fresh(&pair.platform.balancer, PLATFORM_IS_OLD_AFTER, now).map(|found| found.it()) {
        Ok(Some(balancer)) => balancer,
        Ok(None) => return Risk::not_checked(what, "There is no load balancer by any of its names."),
        Err(why) => return Risk::not_checked(what, why),
    };
    let mend = "Troubleshooting tells why the checks fail.";
    if lineage::targets(balancer).iter().all(|target| target.state != "healthy") {
        return Risk::found(what, format!("None answers. {LINEAGE_FALLS}"), mend);
    }
    if let Some(silent) = lineage::silent(balancer) {
        return Risk::found(what, format!("{silent} {LINEAGE_FALLS}"), mend);
    }
    match lineage::target_zones(pair, balancer) {
        TargetZones::NotTold => Risk::not_checked(what, "In which zones they are is not told of all that answer."),
        TargetZones::These(zones) => match zones.as_slice() {
            [zone] => Risk::found(
                what,
                format!("All that answer are in one zone, {zone}. {LINEAGE_FALLS}"),
                "Run instances of the lineage service in two zones.",
            ),
            zones => Risk::fine(what, format!("They answer in {}.", counted(zones.len(), "zone"))),
        },
    }
}

fn database(pair: &PairSnapshot, now: Timestamp) -> Risk {
    let what = "Lineage database";
    match fresh(&pair.platform.database, PLATFORM_IS_OLD_AFTER, now).map(|found| found.it()) {
        Ok(Some(database)) if lineage::has_standby(database) => Risk::fine(what, "It has a standby in another zone."),
        Ok(Some(database)) if database.multi_az => Risk::found(
            what,
            format!("No member in another zone works that could take over. {LINEAGE_FALLS}"),
            "See in the console what its members lack.",
        ),
        Ok(Some(_)) => Risk::found(
            what,
            format!("It stands in one zone. {LINEAGE_FALLS}"),
            "Make it Multi-AZ, or add a reader in another zone.",
        ),
        Ok(None) => Risk::not_checked(what, "There is no database by any of its names."),
        Err(why) => Risk::not_checked(what, why),
    }
}
