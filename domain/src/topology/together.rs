//! What would take both sides down together. Each is judged only by what was read, and read lately; what was not is told
//! as not checked.

use super::{
    Node, Part, counted, distinct, lineage, listed,
    mode::{Deployed, Runs},
    network,
    part::{ENVIRONMENT_IS_OLD_AFTER, PLATFORM_IS_OLD_AFTER, fresh},
};
use crate::{Color, Environment, Flag, PairSnapshot, Timestamp, preflight::FLAG_IS_STALE_AFTER};

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

impl Risk {
    fn found(what: &'static str, because: impl Into<String>, mend: &'static str) -> Self {
        Self { what, verdict: Verdict::Risk { mend }, because: because.into() }
    }

    fn fine(what: &'static str, because: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Fine, because: because.into() }
    }

    fn not_checked(what: &'static str, because: impl Into<String>) -> Self {
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
        told.extend([window(pair, now), shared_role(pair, now), shared_bucket(pair, now)]);
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
    match (working.len(), zones.as_slice()) {
        (0, _) if network.nat_gateways.is_empty() => {
            Risk::not_checked(what, "There is none. Whether endpoints lead to AWS instead was not read.")
        }
        (0, _) => {
            Risk::found(what, "None of them works: no DAG reaches what is outside.", "Look at them in the console.")
        }
        (1, _) => Risk::found(
            what,
            "There is one. Without it no DAG of either side reaches AWS, not even to ask the flag.",
            mend,
        ),
        (_, _) if unplaced => Risk::not_checked(what, "In which zones they stand could not be read."),
        (count, [zone]) => Risk::found(what, format!("All {count} stand in one zone, {zone}."), mend),
        (count, zones) => Risk::fine(what, format!("{count} of them work, in {}.", listed(zones))),
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

fn window(pair: &PairSnapshot, now: Timestamp) -> Risk {
    in_common(
        pair,
        now,
        "Maintenance windows",
        |side| side.setup.maintenance_window.as_deref(),
        (
            |window| format!("AWS may do its maintenance on both sides at the same time, {window} UTC."),
            "Give the sides different windows, a day apart.",
        ),
        "AWS does its maintenance on the two sides at different times.",
    )
}

fn shared_role(pair: &PairSnapshot, now: Timestamp) -> Risk {
    in_common(
        pair,
        now,
        "Execution roles",
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
        "Buckets",
        |side| side.setup.bucket.as_deref(),
        (
            |bucket| format!("Both sides read their DAGs from {bucket}: what breaks there breaks on both."),
            "Give each side a bucket of its own.",
        ),
        "Each side has a bucket of its own.",
    )
}

/// What is said where the lineage service falls: DAGs need not fall with it.
const LINEAGE_FALLS: &str = "Lineage of both sides ends with it; whether DAGs wait for it depends on them.";

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
    let healthy = lineage::targets(balancer).iter().filter(|target| target.state == "healthy").count();
    let zones = lineage::target_zones(pair, balancer);
    match (healthy, zones.as_slice()) {
        (0, _) => {
            Risk::found(what, format!("None answers. {LINEAGE_FALLS}"), "Troubleshooting tells why the checks fail.")
        }
        (_, []) => Risk::not_checked(what, "In which zones they are is not told."),
        (_, [zone]) => Risk::found(
            what,
            format!("All that answer are in one zone, {zone}. {LINEAGE_FALLS}"),
            "Run instances of the lineage service in two zones.",
        ),
        (_, zones) => Risk::fine(what, format!("They answer in {}.", counted(zones.len(), "zone"))),
    }
}

fn database(pair: &PairSnapshot, now: Timestamp) -> Risk {
    let what = "Lineage database";
    match fresh(&pair.platform.database, PLATFORM_IS_OLD_AFTER, now).map(|found| found.it()) {
        Ok(Some(database)) if database.multi_az => Risk::fine(what, "It has a standby in another zone."),
        Ok(Some(_)) => Risk::found(
            what,
            format!("It stands in one zone. {LINEAGE_FALLS}"),
            "Make it Multi-AZ, or add a reader in another zone.",
        ),
        Ok(None) => Risk::not_checked(what, "There is no database by any of its names."),
        Err(why) => Risk::not_checked(what, why),
    }
}
