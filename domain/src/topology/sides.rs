//! The flag, and what each side has for itself: its environment and its bucket.

use super::{
    Figure, Health, Much, listed,
    part::{ENVIRONMENT_IS_OLD_AFTER, Judged, PLATFORM_IS_OLD_AFTER, fresh, read},
};
use crate::{
    Color, Environment, EnvironmentStatus, Flag, FlagValue, Millis, PairSnapshot, Reading, Timestamp,
    console::{self, encoded},
    environment::{Change, NO_SUCH},
    platform::{Bucket, not_allowed},
    preflight::FLAG_IS_STALE_AFTER,
    reason::plain,
    surroundings::SideFacts,
    watch::SILENT,
};

/// How long a scheduler may be silent.
const SILENT_AFTER: Millis = Millis::from_secs(3 * 60);

pub(super) fn flag(pair: &PairSnapshot, now: Timestamp) -> Judged {
    let name = pair.names.flag.as_str();
    let mut judged = read(&pair.flag, FLAG_IS_STALE_AFTER, now, name, |flag| {
        let (health, reason) = match flag {
            Flag::Missing => {
                (Health::Down, "The parameter does not exist: no DAG that asks it works anywhere.".to_owned())
            }
            Flag::Present { value: FlagValue::Invalid(text), .. } => {
                let text: String = plain(text).chars().take(40).collect();
                (Health::Down, format!("It says “{text}”, which is no side: no DAG that asks it works anywhere."))
            }
            Flag::Present { value: FlagValue::Color(color), .. } => match &pair.label {
                Some(label) if label.puts_left == 0 => {
                    let reason =
                        format!("It says {}, and a label on an old version makes the next switch fail.", color.title());
                    (Health::Degraded, reason)
                }
                _ => (Health::Healthy, format!("It says that {} is live.", color.title())),
            },
        };
        let mut judged = Judged::new(name, health, reason);
        if let Some(version) = flag.version() {
            judged.figures.push(Figure::of("Version", version.to_string()));
        }
        if let Some(since) = pair.live_since {
            judged.figures.push(Figure::new("Live", Much::Since(since)));
        }
        judged
    });
    if let Some(open) = &pair.open {
        let way = if open.unknown_until.is_some() {
            "was sent, and what came of it is not known yet"
        } else {
            "is under way"
        };
        judged.reason = format!("A switch to {} {way}. {}", open.target.title(), judged.reason);
    }
    // The console wants the name encoded twice where it stands in the path.
    let path =
        format!("systems-manager/parameters/{}/description?region={}", encoded(&encoded(name)), encoded(&pair.region));
    judged.console = Some(console::page(&pair.region, &path));
    judged
}

pub(super) fn environment(pair: &PairSnapshot, color: Color, now: Timestamp) -> Judged {
    let (reading, facts) = (pair.side(color), pair.surroundings.side(color));
    let name = pair.names.environment(color);
    let gone = reading.error().filter(|error| error.message.starts_with(NO_SUCH));
    let mut judged = match gone {
        Some(error) => Judged::new(name, Health::Down, &*error.message),
        None => read(reading, ENVIRONMENT_IS_OLD_AFTER, now, name, |environment| {
            let mut judged = works(environment, facts, color, now);
            if let Some(declared) = pair.maintained(color, now).filter(|_| pair.live() != Some(color)) {
                // What somebody is at is no outage of the side that does not hold the flag.
                if judged.health == Health::Down {
                    judged.health = Health::Degraded;
                }
                judged.reason = format!("{} Declared: {}.", judged.reason, declared.told());
            }
            judged.figures = figures(environment, facts, color, now);
            judged.zones = zones(pair, &environment.setup.subnets);
            judged
        }),
    };
    judged.console = Some(console::home(&pair.region, "mwaa", &format!("environments/{}", encoded(name))));
    judged
}

fn works(environment: &Environment, facts: &SideFacts, color: Color, now: Timestamp) -> Judged {
    let title = color.title();
    let (health, reason) = match &environment.status {
        EnvironmentStatus::Available => ailing(facts, title, now).map_or_else(
            || (Health::Healthy, "MWAA says that it is available.".to_owned()),
            |why| (Health::Degraded, why),
        ),
        EnvironmentStatus::Changing(Change::UpdateFailed) => {
            (Health::Degraded, "Its update failed; it works as before.".to_owned())
        }
        EnvironmentStatus::Changing(_) => {
            let status = &environment.status;
            (Health::Degraded, format!("It works while it is being changed ({status}); tasks may be interrupted."))
        }
        EnvironmentStatus::Down(status) => (Health::Down, format!("MWAA says {status}: it runs nothing.")),
        EnvironmentStatus::Other(status) => {
            let status: String = plain(status).chars().take(40).collect();
            (Health::Unknown, format!("MWAA says “{status}”, a word that this version of Teal does not know."))
        }
    };
    Judged::new(&*environment.name, health, reason)
}

/// Whether a side runs nothing, by what was read lately: MWAA says that it is down, its scheduler or the database of its
/// Airflow is unhealthy, or its scheduler sends no heartbeat.
pub(crate) fn fails(pair: &PairSnapshot, color: Color, now: Timestamp) -> bool {
    let (side, facts) = (pair.side(color), pair.surroundings.side(color));
    if side.error().is_some_and(|error| error.message.starts_with(NO_SUCH)) {
        return true;
    }
    let Ok(environment) = fresh(side, ENVIRONMENT_IS_OLD_AFTER, now) else { return false };
    match environment.status {
        EnvironmentStatus::Down(_) => true,
        EnvironmentStatus::Available => {
            let vital = ["scheduler", "metadatabase"];
            let ill = fresh(&facts.health, ENVIRONMENT_IS_OLD_AFTER, now).is_ok_and(|parts| {
                parts.iter().any(|part| part.healthy == Some(false) && vital.contains(&part.name.as_str()))
            });
            ill || is_silent(facts, SILENT, now)
        }
        EnvironmentStatus::Changing(_) | EnvironmentStatus::Other(_) => false,
    }
}

/// Whether a scheduler sends no heartbeat, by what was read lately. Where CloudWatch has none at all, the last one was longer
/// ago than anybody looked.
fn is_silent(facts: &SideFacts, after: Millis, now: Timestamp) -> bool {
    let (heartbeat, read_at) = (young(&facts.heartbeat, ENVIRONMENT_IS_OLD_AFTER, now), facts.heartbeat.read_at());
    heartbeat.zip(read_at).is_some_and(|(beat, read_at)| beat.is_none_or(|at| read_at.since(at) > after))
}

/// A side's reading, if it is young enough to say something of now.
fn young<T>(reading: &Reading<T>, old_after: Millis, now: Timestamp) -> Option<&T> {
    reading.value().filter(|_| reading.age(now).is_some_and(|age| age <= old_after))
}

/// What is ill of an environment that is available, by its Airflow's own word and by CloudWatch. What is too old says
/// nothing.
fn ailing(facts: &SideFacts, title: &str, now: Timestamp) -> Option<String> {
    let ill: Vec<String> = young(&facts.health, ENVIRONMENT_IS_OLD_AFTER, now)
        .into_iter()
        .flatten()
        .filter(|part| part.healthy == Some(false))
        .map(|part| plain(&part.name).replace('_', " "))
        .collect();
    if !ill.is_empty() {
        let verb = if ill.len() == 1 { "is" } else { "are" };
        return Some(format!("MWAA says that it is available, but {title}'s {} {verb} unhealthy.", listed(&ill)));
    }
    is_silent(facts, SILENT_AFTER, now)
        .then(|| format!("MWAA says that it is available, but {title}'s scheduler sends no heartbeat."))
}

fn figures(environment: &Environment, facts: &SideFacts, color: Color, now: Timestamp) -> Vec<Figure> {
    let version = environment.airflow_version.as_deref().unwrap_or("version not told");
    let class = environment.class.as_deref().map(|class| format!(", {class}")).unwrap_or_default();
    let workers = environment.workers.map(|(least, most)| match (least, most) {
        (1, 1) => ", 1 worker".to_owned(),
        (least, most) if least == most => format!(", {most} workers"),
        (least, most) => format!(", {least}–{most} workers"),
    });
    let heartbeat = match (facts.heartbeat.value(), facts.heartbeat.error()) {
        (Some(Some(at)), _) => Much::Ago(*at),
        (Some(None), _) => Much::Words("none".to_owned()),
        (None, _) => Much::Words("not read".to_owned()),
    };
    let lately = if facts.work.value().is_some() { "not read lately" } else { "not read" };
    let tasks = young(&facts.work, ENVIRONMENT_IS_OLD_AFTER, now).map_or_else(
        || lately.to_owned(),
        |work| {
            let (running, waiting) = work.count();
            format!("{running} running, {waiting} waiting")
        },
    );
    vec![
        Figure::of("Airflow", format!("{version}{class}{}", workers.unwrap_or_default())),
        Figure {
            told_as: Some(match color {
                Color::Blue => "blue-heartbeat",
                Color::Green => "green-heartbeat",
            }),
            ..Figure::new("Heartbeat", heartbeat)
        },
        Figure::of("Tasks", tasks),
    ]
}

/// The zones of subnets, as far as the network was read.
fn zones(pair: &PairSnapshot, subnets: &[String]) -> Vec<String> {
    let known = pair.platform.network.value().into_iter().flat_map(|network| &network.subnets);
    super::distinct(known.filter(|subnet| subnets.contains(&subnet.id)).map(|subnet| subnet.zone.as_str()))
}

pub(super) fn bucket(pair: &PairSnapshot, color: Color, now: Timestamp) -> Judged {
    let reading = pair.platform.bucket(color);
    let setup = pair.side(color).value().map(|environment| &environment.setup);
    let name = setup.and_then(|setup| setup.bucket.as_deref()).unwrap_or_default();
    let mut judged = read(reading, PLATFORM_IS_OLD_AFTER, now, name, |bucket| {
        let (health, reason) = kept(bucket);
        let mut judged = Judged::new(&*bucket.name, health, reason).besides(not_allowed(&bucket.denied));
        let versions = match bucket.versioned {
            Some(true) => "kept",
            Some(false) => "not kept",
            None => "not read",
        };
        let encrypted = bucket.encrypted.clone().unwrap_or_else(|| "not read".to_owned());
        judged.figures = vec![Figure::of("Versions", versions), Figure::of("Encryption", encrypted)];
        if let Some(files) = young(&pair.surroundings.side(color).files, PLATFORM_IS_OLD_AFTER, now) {
            judged.figures.push(Figure::of("DAG files", files.len().to_string()));
        }
        judged
    });
    if !judged.name.is_empty() {
        let path = format!("s3/buckets/{}?region={}", encoded(&judged.name), encoded(&pair.region));
        judged.console = Some(console::page(&pair.region, &path));
    }
    judged
}

fn kept(bucket: &Bucket) -> (Health, String) {
    match bucket {
        Bucket { exists: false, .. } => {
            (Health::Down, "The bucket does not exist: its environment finds no DAGs.".to_owned())
        }
        Bucket { versioned: Some(false), .. } => (
            Health::Degraded,
            "It keeps no versions: what is overwritten there is lost, and MWAA asks for them.".to_owned(),
        ),
        _ => (Health::Healthy, "It is there.".to_owned()),
    }
}
