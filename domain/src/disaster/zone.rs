//! An Availability Zone: what stands in each, and what is lost with it.

use super::{Case, First, Known, Now, Scenario, ToDo, Way};
use crate::{
    Color,
    platform::{Balancer, Database, Group, Network},
    topology::{
        ENVIRONMENT_IS_OLD_AFTER, Health, PLATFORM_IS_OLD_AFTER, Part, Verdict, distinct, fresh, has_standby, listed,
        serving, targets, working, works, writes_in,
    },
};

/// What becomes of a part without a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Of which.
    pub part: Part,
    /// Down, or degraded.
    pub health: Health,
    /// Why, in a sentence.
    pub says: String,
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its name.
    pub name: String,
    /// What is lost with it, the worst first.
    pub losses: Vec<Loss>,
    /// Whether everything in it that Teal sees is ill, while elsewhere something is well.
    pub now: Now,
}

/// What was read lately of what stands in zones.
struct Standing<'a> {
    network: Option<&'a Network>,
    balancer: Option<&'a Balancer>,
    group: Option<&'a Group>,
    database: Option<&'a Database>,
    instance: Option<&'a str>,
    sides: [Vec<String>; 2],
}

impl<'a> Standing<'a> {
    fn of(known: &Known<'a>) -> Self {
        let Known { pair, topology, now, .. } = *known;
        let platform = &pair.platform;
        let network = fresh(&platform.network, PLATFORM_IS_OLD_AFTER, now).ok();
        let side = |color: Color| {
            let read = fresh(pair.side(color), ENVIRONMENT_IS_OLD_AFTER, now).is_ok() && network.is_some();
            let node = topology.node(Part::Environment(color)).filter(|_| read);
            node.map(|node| node.zones.clone()).unwrap_or_default()
        };
        let group = fresh(&platform.group, PLATFORM_IS_OLD_AFTER, now).ok().and_then(|found| found.it());
        let instance = fresh(&platform.instance, PLATFORM_IS_OLD_AFTER, now).ok().and_then(|found| found.it());
        Self {
            network,
            balancer: fresh(&platform.balancer, PLATFORM_IS_OLD_AFTER, now).ok().and_then(|found| found.it()),
            database: fresh(&platform.database, PLATFORM_IS_OLD_AFTER, now).ok().and_then(|found| found.it()),
            // An instance of a group may bear the name that a single one would have.
            instance: instance.filter(|_| group.is_none()).and_then(|instance| instance.zone.as_deref()),
            group,
            sides: Color::BOTH.map(side),
        }
    }

    fn zones(&self) -> Vec<String> {
        let subnets = self.network.into_iter().flat_map(|network| &network.subnets).map(|subnet| subnet.zone.as_str());
        let members = self.group.into_iter().flat_map(|group| &group.instances).map(|member| member.zone.as_str());
        let databases = self.database.into_iter().flat_map(|database| &database.members);
        let databases = databases.filter_map(|member| member.zone.as_deref());
        let balancer = self.balancer.into_iter().flat_map(|balancer| &balancer.zones).map(String::as_str);
        distinct(subnets.chain(members).chain(databases).chain(balancer).chain(self.instance))
    }

    /// The zones of the targets that it should reach, each with whether it answers: by their own word, or by that of the
    /// group that they are instances of.
    fn targets(&self) -> Vec<(Option<&'a str>, bool)> {
        let members = self.group.map(|group| group.instances.as_slice()).unwrap_or_default();
        let all = self.balancer.map(targets).unwrap_or_default().into_iter();
        all.map(|target| {
            let id = target.id.split(':').next().unwrap_or_default();
            let member = || members.iter().find(|member| member.id == id).map(|member| member.zone.as_str());
            let zone = target.zone.as_deref().filter(|zone| *zone != "all").or_else(member);
            (zone, target.state == "healthy")
        })
        .collect()
    }

    /// Everything that stands in one zone, as far as that is known, and whether it is well.
    fn things(&self) -> Vec<(Part, &'a str, bool)> {
        let members = self.group.into_iter().flat_map(|group| &group.instances);
        let members = members
            .map(|member| (Part::Lineage, member.zone.as_str(), member.lifecycle == "InService" && member.healthy));
        let targets = self.targets().into_iter().filter_map(|(zone, well)| Some((Part::Balancer, zone?, well)));
        let databases = self.database.into_iter().flat_map(|database| &database.members);
        let databases =
            databases.filter_map(|member| Some((Part::Database, member.zone.as_deref()?, works(&member.status))));
        let gateways = self.network.into_iter().flat_map(|network| {
            network.nat_gateways.iter().filter_map(move |gateway| {
                let subnet = network.subnets.iter().find(|subnet| subnet.id == gateway.subnet)?;
                Some((Part::Nat, subnet.zone.as_str(), gateway.state == "available"))
            })
        });
        members.chain(targets).chain(databases).chain(gateways).collect()
    }

    /// Whether everything in a zone is ill, of at least two sorts, while elsewhere something is well.
    fn falls(&self, zone: &str) -> bool {
        let things = self.things();
        let (here, elsewhere): (Vec<_>, Vec<_>) = things.into_iter().partition(|(_, at, _)| *at == zone);
        let mut parts: Vec<Part> = here.iter().map(|(part, ..)| *part).collect();
        parts.sort_unstable();
        parts.dedup();
        parts.len() >= 2 && here.iter().all(|(.., well)| !well) && elsewhere.iter().any(|(.., well)| *well)
    }

    fn losses(&self, zone: &str) -> Vec<Loss> {
        let sides = Color::BOTH.into_iter().zip(&self.sides).filter_map(|(color, zones)| side(color, zones, zone));
        let mut losses: Vec<Loss> = sides
            .chain(self.nat(zone))
            .chain(self.reached(zone))
            .chain(self.serving(zone))
            .chain(self.single(zone))
            .chain(self.data(zone))
            .collect();
        losses.sort_by_key(|loss| loss.health != Health::Down);
        losses
    }

    fn nat(&self, zone: &str) -> Option<Loss> {
        let working = working(self.network?);
        let here = working.iter().filter(|(_, at)| *at == Some(zone)).count();
        let left = working.len() - here;
        let loss = |health, says: String| Some(Loss { part: Part::Nat, health, says });
        match (here, left) {
            (0, _) => None,
            (_, 0) => {
                let all = if here == 1 { "The only one that works stands here" } else { "All that work stand here" };
                loss(Health::Down, format!("{all}: no DAG of either side reaches AWS, not even to ask the flag."))
            }
            (_, left) => loss(
                Health::Degraded,
                format!("{left} elsewhere go on. Whether each zone's subnets go through their own was not read."),
            ),
        }
    }

    fn reached(&self, zone: &str) -> Option<Loss> {
        let answer: Vec<Option<&str>> = self.targets().iter().filter(|(_, well)| *well).map(|(at, _)| *at).collect();
        let here = answer.iter().filter(|at| **at == Some(zone)).count();
        lost(Part::Balancer, here, answer.len(), "target that answers", "targets that answer")
    }

    fn serving(&self, zone: &str) -> Option<Loss> {
        let serving: Vec<_> = serving(self.group?).collect();
        let here = serving.iter().filter(|member| member.zone == zone).count();
        lost(Part::Lineage, here, serving.len(), "instance in service", "instances in service")
    }

    fn single(&self, zone: &str) -> Option<Loss> {
        let says = "The one instance stands here, and nothing replaces it.".to_owned();
        (self.instance == Some(zone)).then_some(Loss { part: Part::Lineage, health: Health::Down, says })
    }

    fn data(&self, zone: &str) -> Option<Loss> {
        let database = self.database?;
        let here = database.members.iter().any(|member| member.zone.as_deref() == Some(zone));
        let (health, says) = match (writes_in(database) == Some(zone), has_standby(database)) {
            (true, true) => (Health::Degraded, "Its primary stands here: RDS fails over to another zone."),
            (true, false) => (Health::Down, "It takes writes here, and has no standby in another zone."),
            (false, _) if here => (Health::Degraded, "A reader stands here: meanwhile nothing is in reserve."),
            (false, _) => return None,
        };
        Some(Loss { part: Part::Database, health, says: says.to_owned() })
    }
}

/// What an environment loses, by the zones of its subnets.
fn side(color: Color, zones: &[String], zone: &str) -> Option<Loss> {
    let part = Part::Environment(color);
    let loss = |health, says: String| Some(Loss { part, health, says });
    match zones {
        [only] if only == zone => loss(Health::Down, "All its subnets are here.".to_owned()),
        [] | [_] => None,
        many if many.iter().any(|one| one == zone) => {
            let left: Vec<&String> = many.iter().filter(|one| *one != zone).collect();
            loss(
                Health::Degraded,
                format!("Its subnets in {} are left; tasks that ran here may be cut off.", listed(&left)),
            )
        }
        _ => None,
    }
}

fn lost(part: Part, here: usize, all: usize, one: &str, many: &str) -> Option<Loss> {
    let left = all - here;
    match (here, left) {
        (0, _) => None,
        (1, 0) => Some(Loss { part, health: Health::Down, says: format!("The only {one} is here.") }),
        (_, 0) => Some(Loss { part, health: Health::Down, says: format!("All {all} {many} are here.") }),
        (_, left) => {
            let are = if left == 1 { "is" } else { "are" };
            Some(Loss { part, health: Health::Degraded, says: format!("{left} of {all} {many} {are} left.") })
        }
    }
}

pub(super) fn state(known: &Known<'_>) -> Now {
    let standing = Standing::of(known);
    let zones = standing.zones();
    if zones.iter().any(|zone| standing.falls(zone)) {
        Now::Happening
    } else if zones.is_empty() {
        Now::Unknown
    } else {
        Now::Calm
    }
}

pub(super) fn zone(known: &Known<'_>) -> Scenario {
    let standing = Standing::of(known);
    let zones: Vec<Zone> = standing
        .zones()
        .into_iter()
        .map(|name| {
            let now = if standing.falls(&name) { Now::Happening } else { Now::Calm };
            Zone { losses: standing.losses(&name), now, name }
        })
        .collect();
    let parts = [Part::Nat, Part::Balancer, Part::Lineage, Part::Database];
    let [blue, green] = Color::BOTH.map(Part::Environment);
    let unknown: Vec<&str> = [blue, green]
        .into_iter()
        .chain(parts)
        .filter(|part| known.topology.node(*part).is_some_and(|node| node.health == Health::Unknown))
        .map(Part::title)
        .collect();
    let mut by_itself = vec!["What stands in the other zones goes on.".to_owned()];
    if standing.group.is_some() {
        by_itself.push("The Auto Scaling group starts instances in a zone that is left.".to_owned());
    }
    if standing.database.is_some_and(has_standby) {
        by_itself.push("RDS makes the standby in another zone the primary.".to_owned());
    }
    if !unknown.is_empty() {
        by_itself.push(format!("Not checked, since it could not be read lately: {}.", listed(&unknown)));
    }
    Scenario {
        case: Case::Zone,
        now: state(known),
        seen: known.seen(&parts),
        by_itself,
        claim: (zones.len() > 1).then_some("about 1 minute until the parts that stand in several zones go on"),
        measured: Vec::new(),
        unmeasured: Some("Not measured yet: drills will measure it."),
        to_do: to_do(known, &standing, &zones),
        zones,
    }
}

fn to_do(known: &Known<'_>, standing: &Standing<'_>, zones: &[Zone]) -> ToDo {
    let falls = zones.iter().find(|zone| zone.now == Now::Happening);
    // A switch helps where the live side stands in that zone alone, and the other one does not.
    let [blue, green] = &standing.sides;
    let of = |color: Color| if color == Color::Blue { blue } else { green };
    let all_in = |color: Color, zone: &Zone| matches!(of(color).as_slice(), [only] if *only == zone.name);
    let apart = known.pair.live().filter(|live| {
        zones.iter().any(|zone| all_in(*live, zone) && !all_in(live.other(), zone) && !of(live.other()).is_empty())
    });
    if let Some(live) = apart {
        let says = format!(
            "{} stands in one zone alone: if that one fails, switch to {}.",
            live.title(),
            live.other().title()
        );
        return ToDo::new(says, Way::Switch(live.other()));
    }
    let nat =
        zones.iter().find(|zone| zone.losses.iter().any(|loss| loss.part == Part::Nat && loss.health == Health::Down));
    if let Some(zone) = zones.iter().find(|zone| Color::BOTH.iter().all(|color| all_in(*color, zone))) {
        let says = format!(
            "Both sides stand in {} alone: without it neither works, and a switch does not help. Give each side subnets in two \
             zones before it happens.",
            zone.name
        );
        return ToDo::new(says, Way::Wait);
    }
    let same = if known.topology.one_sided() {
        "There is no other side to switch to."
    } else if !blue.is_empty() && blue == green {
        "A switch does not help: both sides stand in the same zones."
    } else {
        "A switch helps only where the side that is live does not work any more."
    };
    let mend = known.topology.risk("NAT gateways").and_then(|risk| match risk.verdict {
        Verdict::Risk { mend } => Some(First { what: risk.because.clone(), mend: mend.to_owned() }),
        Verdict::Fine | Verdict::NotChecked => None,
    });
    match (nat, falls) {
        (Some(zone), _) if falls.is_none_or(|falls| falls.name == zone.name) => ToDo {
            says: format!(
                "Without {} no DAG reaches AWS, on neither side. {same} Make a NAT gateway in another zone.",
                zone.name
            ),
            first: mend.into_iter().collect(),
            way: Way::Console(Part::Nat),
        },
        (_, Some(falls)) => ToDo::new(
            format!(
                "All that Teal sees in {} is ill. Wait, and see whether the side that is live goes on. {same}",
                falls.name
            ),
            Way::Wait,
        ),
        _ if zones.is_empty() => {
            ToDo::new("What stands in which zone could not be read: look at the AWS console.", Way::Trouble)
        }
        _ => {
            let known = standing.network.is_some() && zones.len() > 1 && !blue.is_empty() && !green.is_empty();
            let none = if known { "No zone alone takes both sides down. " } else { "" };
            ToDo::new(format!("{none}Wait, and see whether the side that is live goes on. {same}"), Way::Wait)
        }
    }
}
