//! The parts, judged one by one. What they share is here: how a reading becomes a judgement, and when it is too old for
//! one.

use super::{
    Figure, Health, Node, Part, lineage,
    mode::{Deployed, Runs, There},
    network, sides,
};
use crate::{Color, Flag, Millis, PairSnapshot, Reading, Timestamp, platform::Found};

/// What is older than this says nothing about now.
pub(crate) const ENVIRONMENT_IS_OLD_AFTER: Millis = Millis::from_secs(5 * 60);
/// The same of what changes less often, and is read less often.
pub(crate) const PLATFORM_IS_OLD_AFTER: Millis = Millis::from_secs(15 * 60);

/// What is said of a part.
#[derive(Debug)]
pub(super) struct Judged {
    pub name: String,
    pub health: Health,
    pub reason: String,
    pub figures: Vec<Figure>,
    pub zones: Vec<String>,
    pub console: Option<String>,
}

impl Judged {
    pub fn new(name: impl Into<String>, health: Health, reason: impl Into<String>) -> Self {
        Self { name: name.into(), health, reason: reason.into(), figures: Vec::new(), zones: Vec::new(), console: None }
    }

    /// The same, with another sentence.
    pub fn besides(mut self, sentence: Option<String>) -> Self {
        if let Some(sentence) = sentence {
            self.reason = format!("{} {sentence}", self.reason);
        }
        self
    }
}

/// A part, if the platform has it or somebody said that it has.
pub(super) fn judge(part: Part, pair: &PairSnapshot, deployed: &Deployed, now: Timestamp) -> Option<Node> {
    let has_group = deployed.said().is_some_and(super::Mode::has_group);
    let (judged, When { read_at, failing, told_as }) = match part {
        Part::Flag => {
            // One that could not be read may be there all the same.
            if deployed.one_sided() && pair.flag.value() == Some(&Flag::Missing) {
                return None;
            }
            (sides::flag(pair, now), when(&pair.flag, "flag"))
        }
        Part::Environment(color) => {
            if !wanted(color, deployed) {
                return None;
            }
            (sides::environment(pair, color, now), when(pair.side(color), color.as_str()))
        }
        Part::Bucket(color) => {
            // The bucket of an environment that is missed may be there all the same.
            let missed = || deployed.said().is_some_and(super::Mode::has_two_sides);
            if !wanted(color, deployed) || (deployed.side(color) == There::No && !missed()) {
                return None;
            }
            let name = match color {
                Color::Blue => "blue-bucket",
                Color::Green => "green-bucket",
            };
            (sides::bucket(pair, color, now), when(pair.platform.bucket(color), name))
        }
        Part::Nat => (network::nat(pair, now), when(&pair.platform.network, "network")),
        Part::Balancer => {
            let (reading, expected) =
                (&pair.platform.balancer, says(has_group, "load balancer", &pair.names.load_balancer));
            (found(reading, expected, now, |name, it| lineage::balancer(pair, name, it))?, when(reading, "balancer"))
        }
        Part::Lineage => lineage_service(pair, deployed, has_group, now)?,
        Part::Database => {
            let (reading, expected) = (&pair.platform.database, says(has_group, "database", ""));
            (found(reading, expected, now, |name, it| lineage::database(pair, name, it))?, when(reading, "database"))
        }
        Part::Secret => {
            let (reading, expected) = (&pair.platform.secret, says(has_group, "secret", ""));
            (found(reading, expected, now, |name, it| lineage::secret(pair, name, it))?, when(reading, "secret"))
        }
    };
    let lit = part.side().is_some_and(|color| pair.live().or(deployed.only()) == Some(color));
    let Judged { name, health, reason, mut figures, zones, console } = judged;
    figures.truncate(3);
    Some(Node { part, name, health, reason, read_at, failing, told_as, figures, zones, console, lit })
}

/// When something was read, whether reading it has failed since, and the name under which the stream tells it.
struct When {
    read_at: Option<Timestamp>,
    failing: bool,
    told_as: &'static str,
}

fn when<T>(reading: &Reading<T>, told_as: &'static str) -> When {
    When { read_at: reading.read_at(), failing: reading.error().is_some(), told_as }
}

/// The names by which a part was looked for, and not found.
pub(super) fn tried(part: Part, pair: &PairSnapshot) -> Option<Vec<String>> {
    fn of<T>(reading: &Reading<Found<T>>) -> Option<&Vec<String>> {
        reading.value().map(|found| &found.tried)
    }
    let platform = &pair.platform;
    let tried: Vec<String> = match part {
        Part::Balancer => of(&platform.balancer)?.clone(),
        Part::Lineage => {
            [of(&platform.group), of(&platform.instance)].into_iter().flatten().flatten().cloned().collect()
        }
        Part::Database => of(&platform.database)?.clone(),
        Part::Secret => of(&platform.secret)?.clone(),
        _ => return None,
    };
    (!tried.is_empty()).then_some(tried)
}

/// Whether an environment is there, or is missed.
fn wanted(color: Color, deployed: &Deployed) -> bool {
    match deployed.side(color) {
        There::Yes => true,
        // Of two that were not read, one-sided or not, one stands for what is not known.
        There::NotRead => !deployed.one_sided() || (deployed.only().is_none() && color == Color::Blue),
        There::No => deployed.said().is_some_and(super::Mode::has_two_sides) || deployed.only().is_none(),
    }
}

/// What runs the lineage service: a group, or where there is none a single instance.
fn lineage_service(
    pair: &PairSnapshot,
    deployed: &Deployed,
    has_group: bool,
    now: Timestamp,
) -> Option<(Judged, When)> {
    let (group, instance) = (&pair.platform.group, &pair.platform.instance);
    let by_instance = match deployed.runs {
        Runs::Nothing => {
            deployed.said()?;
            let judged = read(group, PLATFORM_IS_OLD_AFTER, now, "", |_| lineage::nothing(pair));
            // That there is none rests on both readings.
            return Some(if judged.health == Health::Unknown || instance.read_at() >= group.read_at() {
                (judged, when(group, "group"))
            } else {
                (read(instance, PLATFORM_IS_OLD_AFTER, now, "", |_| judged), when(instance, "instance"))
            });
        }
        Runs::Group => false,
        Runs::Instance => true,
        Runs::NotRead => group.value().is_some(),
    };
    if by_instance {
        let mut judged =
            found(instance, says(true, "instance", ""), now, |name, it| lineage::instance(pair, name, it))?;
        if has_group && judged.health == Health::Healthy {
            judged.health = Health::Degraded;
            judged.reason = format!("{} There is no Auto Scaling group that would replace it.", judged.reason);
        }
        return Some((judged, when(instance, "instance")));
    }
    let judged =
        found(group, says(has_group, "Auto Scaling group", ""), now, |name, it| lineage::group(pair, name, it))?;
    Some((judged, when(group, "group")))
}

/// What something is called, by its kind and its name, and whether somebody said that there is one.
#[derive(Clone, Copy)]
struct Says<'a> {
    expected: bool,
    what: &'static str,
    name: &'a str,
}

const fn says<'a>(expected: bool, what: &'static str, name: &'a str) -> Says<'a> {
    Says { expected, what, name }
}

/// What is looked for by its names. None where nothing has them, and nobody said that something would.
fn found<T>(
    reading: &Reading<Found<T>>,
    says: Says<'_>,
    now: Timestamp,
    judge: impl FnOnce(&str, &T) -> Judged,
) -> Option<Judged> {
    if !says.expected && reading.value().is_some_and(|found| found.it().is_none()) {
        return None;
    }
    Some(read(reading, PLATFORM_IS_OLD_AFTER, now, says.name, |found| {
        if let Some((name, it)) = &found.found {
            return judge(name, it);
        }
        let names = found.tried.join(" or ");
        let reason = format!("There is no {} named {names}.", says.what);
        Judged::new(names, Health::Down, reason)
    }))
}

/// A judgement by a reading: nothing is known where there is none, and where it is too old what it said is told as such.
pub(super) fn read<T>(
    reading: &Reading<T>,
    old_after: Millis,
    now: Timestamp,
    name: &str,
    judge: impl FnOnce(&T) -> Judged,
) -> Judged {
    let Some(value) = reading.value() else {
        let reason =
            reading.error().map_or_else(|| "It has not been read yet.".to_owned(), |error| error.message.clone());
        return Judged::new(name, Health::Unknown, reason);
    };
    let mut judged = judge(value);
    let old = reading.age(now).is_some_and(|age| age > old_after);
    if old {
        judged.reason = format!("What is known is too old. When it was read: {}", judged.reason);
        judged.health = Health::Unknown;
    }
    if let Some(error) = reading.error() {
        judged.reason = format!("{} Since then: {}", judged.reason, error.message);
    }
    judged
}

/// What was read, if it is no older than it may be; else why it cannot be judged by.
pub(crate) fn fresh<T>(reading: &Reading<T>, old_after: Millis, now: Timestamp) -> Result<&T, String> {
    match (reading.value(), reading.error()) {
        (Some(value), _) if reading.age(now).is_some_and(|age| age <= old_after) => Ok(value),
        (_, Some(error)) => Err(error.message.clone()),
        (Some(_), None) => Err("What was read is too old.".to_owned()),
        (None, None) => Err("It has not been read yet.".to_owned()),
    }
}
