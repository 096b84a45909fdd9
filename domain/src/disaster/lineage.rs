//! The lineage service: one of its instances, and the primary of its database. DAGs run without either.

use super::{Case, Known, Now, Scenario, ToDo, Way};
use crate::{
    platform::{Database, Group},
    topology::{Health, PLATFORM_IS_OLD_AFTER, Part, counted, fresh, has_standby, serving, targets, works},
};

/// What nobody writes down so far.
const INSTANCE_UNMEASURED: &str = "How long a single instance was missing is not written down: drills will measure it.";
const DATABASE_UNMEASURED: &str = "Not measured yet: drills will measure it.";
/// What it means for the work.
const MEANS: &str = "Lineage is not needed to switch; whether DAGs wait for it depends on them.";

/// The group of instances, where it was read lately.
fn group<'a>(known: &Known<'a>) -> Option<&'a Group> {
    fresh(&known.pair.platform.group, PLATFORM_IS_OLD_AFTER, known.now).ok().and_then(|found| found.it())
}

pub(super) fn instance_state(known: &Known<'_>) -> Now {
    let Known { pair, topology, now, .. } = known;
    let platform = &pair.platform;
    let balancer = fresh(&platform.balancer, PLATFORM_IS_OLD_AFTER, *now).ok().and_then(|found| found.it());
    let targets = balancer.map(targets).unwrap_or_default();
    let answer = targets.iter().filter(|target| target.state == "healthy").count();
    let missing = group(known).is_some_and(|group| missing(group) > 0);
    let health = known.health(Part::Lineage);
    match topology.node(Part::Lineage) {
        None => Now::NotHere,
        Some(_) if missing || answer < targets.len() || health == Health::Down => Now::Happening,
        Some(_) if health == Health::Unknown => Now::Unknown,
        Some(_) => Now::Calm,
    }
}

pub(super) fn instance(known: &Known<'_>) -> Scenario {
    let Known { pair, topology, .. } = known;
    let (platform, group, state) = (&pair.platform, group(known), instance_state(known));
    // A group of one has nothing in reserve, and still replaces it.
    let grouped = platform.group.value().is_some_and(|found| found.it().is_some());
    let by_itself = match (state, grouped, topology.node(Part::Balancer).is_some()) {
        (Now::NotHere, ..) => vec!["No lineage service was found here.".to_owned()],
        (_, true, balanced) => {
            let others = if balanced { "The load balancer sends what comes to those that answer. " } else { "" };
            vec![format!("{others}The Auto Scaling group starts another instance in its place."), MEANS.to_owned()]
        }
        (_, false, _) => vec![
            "Nothing replaces it: there is no Auto Scaling group. What is sent to it meanwhile is lost, unless whoever sends \
             it tries again."
                .to_owned(),
            MEANS.to_owned(),
        ],
    };
    Scenario {
        case: Case::Instance,
        now: state,
        seen: known.seen(&[Part::Lineage, Part::Balancer]),
        zones: Vec::new(),
        by_itself,
        claim: (grouped && state != Now::NotHere).then_some("about 5 minutes until the new instance answers"),
        measured: known.past.and_then(super::Past::lineage).into_iter().collect(),
        unmeasured: (state != Now::NotHere).then_some(INSTANCE_UNMEASURED),
        to_do: instance_to_do(state, group, grouped),
    }
}

fn missing(group: &Group) -> usize {
    let wanted = usize::try_from(group.sizes.1).unwrap_or(usize::MAX);
    wanted.saturating_sub(serving(group).count())
}

fn instance_to_do(state: Now, group: Option<&Group>, grouped: bool) -> ToDo {
    let none_serves = group.is_some_and(|group| serving(group).count() == 0);
    match (state, grouped) {
        (Now::NotHere, _) => ToDo::new("Nothing.", Way::Wait),
        (Now::Happening, true) if none_serves => ToDo::new(
            "Look at the group's activity in the console: it says why no instance comes into service.",
            Way::Console(Part::Lineage),
        ),
        (Now::Happening, true) => match group.map_or(0, missing) {
            0 => ToDo::new(
                "All instances are in service, and not all of them answer: Troubleshooting says why their checks fail.",
                Way::Trouble,
            ),
            missing => ToDo::new(
                format!(
                    "Wait for {}: the group sees to it. If none comes, look at its activity in the console.",
                    counted(missing, "instance")
                ),
                Way::Console(Part::Lineage),
            ),
        },
        (_, true) => ToDo::new(
            "Wait: the group sees to it. If no new instance comes, look at its activity in the console.",
            Way::Console(Part::Lineage),
        ),
        (_, false) => ToDo::new("Start the instance again in the console.", Way::Console(Part::Lineage)),
    }
}

pub(super) fn database_state(known: &Known<'_>) -> Now {
    let Known { pair, topology, now, .. } = known;
    let read = fresh(&pair.platform.database, PLATFORM_IS_OLD_AFTER, *now).ok().and_then(|found| found.it());
    let health = known.health(Part::Database);
    match (topology.node(Part::Database), read) {
        (None, _) => Now::NotHere,
        (Some(_), Some(database)) if ill(database) => Now::Happening,
        (Some(_), _) if health == Health::Down => Now::Happening,
        (Some(_), _) if health == Health::Unknown => Now::Unknown,
        (Some(_), _) => Now::Calm,
    }
}

pub(super) fn database(known: &Known<'_>) -> Scenario {
    let (reading, state) = (&known.pair.platform.database, database_state(known));
    let has_standby = reading.value().and_then(|found| found.it()).is_some_and(has_standby);
    let (by_itself, to_do) = match (state, has_standby) {
        (Now::NotHere, _) => {
            (vec!["No database of the lineage service was found here.".to_owned()], ToDo::new("Nothing.", Way::Wait))
        }
        (_, true) => (
            vec![
                "RDS makes its standby in another zone the primary, under the same address.".to_owned(),
                MEANS.to_owned(),
            ],
            ToDo::new(
                "Wait for RDS, then see that the lineage service answers again. If it does not, look at its instances: they \
                 may hold connections to the old primary.",
                Way::Lineage,
            ),
        ),
        (_, false) => (
            vec!["Nothing takes over: it has no standby in another zone.".to_owned(), MEANS.to_owned()],
            ToDo::new(
                "Look at it in the console: start it, or restore its latest backup. Before that happens, make it Multi-AZ.",
                Way::Console(Part::Database),
            ),
        ),
    };
    Scenario {
        case: Case::Database,
        now: state,
        seen: known.seen(&[Part::Database]),
        zones: Vec::new(),
        by_itself,
        claim: (has_standby && state != Now::NotHere).then_some("about 30 seconds until the standby takes writes"),
        measured: Vec::new(),
        unmeasured: (state != Now::NotHere).then_some(DATABASE_UNMEASURED),
        to_do,
    }
}

/// Whether its primary does not take writes as it should: a reader that is ill is none of it.
fn ill(database: &Database) -> bool {
    let writer = database.members.iter().find(|member| member.writer);
    let without = database.cluster && writer.is_none();
    without || database.status == "failing-over" || writer.is_some_and(|writer| !works(&writer.status))
}
