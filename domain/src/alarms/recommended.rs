//! What is recommended, with thresholds that fit what the pair is made of, and why.

use super::Direction;
use crate::{
    Color, Environment, PairSnapshot,
    metrics::{
        Amount, Metric, Statistic, Unit,
        names::{balancer_dimension, group_dimension, lag, purpose},
    },
    monitoring::{Part, Why},
    platform::{Balancer, Database, Platform, TargetGroup},
};

/// An alarm that one should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommended {
    /// A short name of `a-z`, `0-9` and `-`, one for each alarm of a pair.
    pub key: String,
    /// What it tells.
    pub says: String,
    /// The metric.
    pub metric: Metric,
    /// Others that tell the same.
    pub also: Vec<Metric>,
    /// How the values of a period become one.
    pub statistic: Statistic,
    /// The period, in seconds.
    pub period: u32,
    /// For how many periods in a row.
    pub periods: u32,
    /// What sets it off.
    pub direction: Direction,
    /// The threshold.
    pub threshold: Amount,
    /// Whether a period without a value sets it off as well.
    pub silence: Silence,
    /// Why this threshold.
    pub why: String,
}

/// What a period without a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Silence {
    /// The worst.
    Breaching,
    /// That nothing happened.
    NotBreaching,
}

/// A recommended alarm for something that may or may not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is about.
    pub title: String,
    /// The side, where it is about one.
    pub side: Option<Color>,
    /// The alarm; or why there is none to recommend.
    pub what: Result<Recommended, Why>,
}

/// The alarms that a pair should have.
pub fn wanted(pair: &PairSnapshot) -> Vec<Wanted> {
    let mut all: Vec<Wanted> = Color::BOTH.into_iter().flat_map(|color| side(pair, color)).collect();
    all.extend(balancer(&pair.platform));
    all.extend(database(&pair.platform));
    all
}

/// How many tasks all workers of an environment take at once, by the defaults of its class
/// (<https://docs.aws.amazon.com/mwaa/latest/userguide/environment-class.html>).
pub(super) fn room(environment: &Environment) -> Option<u32> {
    let (_, most) = environment.workers?;
    let each = match environment.class.as_deref()? {
        "mw1.micro" => 3,
        "mw1.small" => 5,
        "mw1.medium" => 10,
        "mw1.large" => 20,
        "mw1.xlarge" => 40,
        "mw1.2xlarge" => 80,
        _ => return None,
    };
    Some(most.saturating_mul(each)).filter(|room| *room > 0)
}

fn side(pair: &PairSnapshot, color: Color) -> [Wanted; 4] {
    use Direction::{Above, Below};
    use Silence::{Breaching, NotBreaching};
    let environment = pair.names.environment(color);
    let room = pair.side(color).value().and_then(room);
    let function = |name: &str, function: &str| {
        Metric::new("AmazonMWAA", name, &[("Environment", environment), ("Function", function)])
    };
    let failures = Metric::new(
        "AmazonMWAA",
        "TaskInstanceFailures",
        &[("Environment", environment), ("DAG", "All"), ("Task", "All")],
    );
    let (queued, running, reckoned) = match room {
        Some(room) => {
            let reckoned = format!("All workers of this environment together take {room} tasks at once");
            // Rounded down: what is above it must be possible.
            (room, room * 9 / 10, reckoned)
        }
        None => {
            (50, 45, "The class and the workers of this environment are not known; 50 tasks at once are assumed".into())
        }
    };
    let alarm =
        |key: &str, says: &str, metric, statistic, (period, periods), direction, threshold, silence, why: String| {
            let recommended = Recommended {
                key: format!("{color}-{key}"),
                says: format!("{says} on {color} ({environment})"),
                metric,
                also: Vec::new(),
                statistic,
                period,
                periods,
                direction,
                threshold: Amount::whole(threshold),
                silence,
                why,
            };
            let title = match key {
                "scheduler-heartbeat" => "Scheduler heartbeat",
                "queued-tasks" => "Queued tasks",
                "running-tasks" => "Running tasks",
                _ => "Failed tasks",
            };
            Wanted { title: title.to_owned(), side: Some(color), what: Ok(recommended) }
        };
    [
        alarm(
            "scheduler-heartbeat",
            "No scheduler beats",
            function("SchedulerHeartbeat", "Scheduler"),
            Statistic::Sum,
            (60, 5),
            Below,
            1,
            Breaching,
            "Schedulers beat every few seconds: five minutes without a beat are no hiccup. A scheduler that is gone writes \
             nothing, so no data counts as an alarm."
                .to_owned(),
        ),
        alarm(
            "queued-tasks",
            "Tasks wait for workers",
            function("QueuedTasks", "Executor"),
            Statistic::Minimum,
            (300, 3),
            Above,
            queued,
            NotBreaching,
            format!("{reckoned}. Where more than that wait for a quarter of an hour, more workers would not be enough."),
        ),
        alarm(
            "running-tasks",
            "The workers are full",
            function("RunningTasks", "Executor"),
            Statistic::Minimum,
            (300, 6),
            Above,
            running,
            NotBreaching,
            format!("{reckoned}. Nine tenths of that for half an hour leave nothing for a peak, or for the other side's work."),
        ),
        alarm(
            "failed-tasks",
            "Many tasks fail",
            failures,
            Statistic::Sum,
            (300, 3),
            Above,
            5,
            NotBreaching,
            "A task that fails once in a while is for whoever owns it. More than five in five minutes, three times in a row, \
             is the environment."
                .to_owned(),
        ),
    ]
}

fn balancer(platform: &Platform) -> Vec<Wanted> {
    let part: Part<'_, Balancer> = Part::of(&platform.balancer);
    let titles = ["Unhealthy hosts", "Response time", "Answers with 5xx"];
    let off = |why: Why| titles.map(|title| nothing(title, why.clone())).into();
    let Some(found) = part.it() else {
        return part.why_not("load balancer").map(off).unwrap_or_default();
    };
    if found.groups.is_empty() {
        return off(Why::NotApplicable("The load balancer has no target group.".to_owned()));
    }
    found.groups.iter().flat_map(|group| group_alarms(found, group)).collect()
}

fn group_alarms(balancer: &Balancer, group: &TargetGroup) -> [Wanted; 3] {
    let (whole, part) = (balancer_dimension(&balancer.arn), group_dimension(&group.arn));
    let purpose = purpose(group);
    let key: String = purpose
        .to_ascii_lowercase()
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' })
        .collect();
    let alarm = |title: &str, name: &str, says: &str, statistic, (period, periods), threshold, why: &str| {
        let metric = Metric::new("AWS/ApplicationELB", name, &[("LoadBalancer", whole), ("TargetGroup", part)]);
        // One over the whole load balancer sees it too, but for hosts, which are counted by group only.
        let also = if name == "UnHealthyHostCount" {
            Vec::new()
        } else {
            vec![Metric::new("AWS/ApplicationELB", name, &[("LoadBalancer", whole)])]
        };
        let recommended = Recommended {
            key: format!("lineage-{key}-{}", title.to_ascii_lowercase().replace(' ', "-")),
            says: format!("{says} ({})", group.name),
            metric,
            also,
            statistic,
            period,
            periods,
            direction: Direction::Above,
            threshold: Amount::whole(threshold),
            silence: Silence::NotBreaching,
            why: why.to_owned(),
        };
        Wanted { title: format!("{title}, {purpose}"), side: None, what: Ok(recommended) }
    };
    [
        alarm(
            "Unhealthy hosts",
            "UnHealthyHostCount",
            "A host of the lineage service is unhealthy",
            Statistic::Maximum,
            (60, 3),
            0,
            "Where two hosts serve, one less leaves nothing in reserve. Three minutes let a host that is being replaced pass.",
        ),
        alarm(
            "Response time",
            "TargetResponseTime",
            "The lineage service answers slowly",
            Statistic::P95,
            (300, 3),
            1,
            "Tasks send their lineage before they end: where one answer of twenty takes more than a second, DAGs take longer.",
        ),
        alarm(
            "Answers with 5xx",
            "HTTPCode_Target_5XX_Count",
            "The lineage service answers with errors",
            Statistic::Sum,
            (300, 1),
            10,
            "An event that is answered with an error may be lost. A load balancer writes nothing where there is none.",
        ),
    ]
}

fn nothing(title: &str, why: Why) -> Wanted {
    Wanted { title: title.to_owned(), side: None, what: Err(why) }
}

/// The memory of a class of RDS, in MiB (<https://aws.amazon.com/rds/instance-types/>).
fn memory(class: &str) -> Option<u32> {
    let (family, size) = class.strip_prefix("db.")?.split_once('.')?;
    let gib = match (family, size) {
        ("t3" | "t4g", "micro") => 1,
        ("t3" | "t4g", "small") => 2,
        ("t3" | "t4g", "medium") => 4,
        ("t3" | "t4g" | "m5" | "m6g" | "m6i" | "m7g", "large") => 8,
        ("t3" | "t4g" | "m5" | "m6g" | "m6i" | "m7g", "xlarge") | ("r5" | "r6g" | "r6i" | "r7g", "large") => 16,
        ("t3" | "t4g" | "m5" | "m6g" | "m6i" | "m7g", "2xlarge") | ("r5" | "r6g" | "r6i" | "r7g", "xlarge") => 32,
        ("r5" | "r6g" | "r6i" | "r7g", "2xlarge") => 64,
        _ => return None,
    };
    Some(gib * 1024)
}

fn database(platform: &Platform) -> Vec<Wanted> {
    let part: Part<'_, Database> = Part::of(&platform.database);
    let Some(found) = part.it() else {
        let titles = ["Database CPU", "Database connections", "Database memory", "Replica lag"];
        let off = |why: Why| titles.map(|title| nothing(title, why.clone())).into();
        return part.why_not("database").map(off).unwrap_or_default();
    };
    let mut all = Vec::new();
    // Writers come first; of an instance there is one member, itself.
    let member = found.members.iter().find(|member| member.writer).or_else(|| found.members.first());
    if let Some(member) = member {
        all.extend(member_alarms(&member.id, member.class.as_deref()));
    } else {
        let why = Why::Unread("RDS names no member of the database.".to_owned());
        let titles = ["Database CPU", "Database connections", "Database memory"];
        all.extend(titles.map(|title| nothing(title, why.clone())));
    }
    match lag(found) {
        Err(why) => all.push(nothing("Replica lag", Why::NotApplicable(why.to_owned()))),
        Ok((name, unit)) => {
            let readers = found.members.iter().filter(|member| !member.writer);
            all.extend(readers.map(|reader| lag_alarm(&reader.id, name, unit)));
        }
    }
    all
}

fn rds(name: &str, instance: &str) -> Metric {
    Metric::new("AWS/RDS", name, &[("DBInstanceIdentifier", instance)])
}

fn member_alarms(instance: &str, class: Option<&str>) -> [Wanted; 3] {
    let known = class.and_then(memory);
    // PostgreSQL on RDS takes LEAST(DBInstanceClassMemory / 9531392, 5000) connections, where nobody set it otherwise.
    let most = known.map(|mib| (u64::from(mib) * 1024 * 1024 / 9_531_392).min(5000));
    let (connections, about_connections) = match (most, class) {
        (Some(most), Some(class)) => {
            let four_fifths = u32::try_from(most * 4 / 5).unwrap_or(u32::MAX);
            (four_fifths, format!("A {class} takes {most} connections by default; this is four fifths of it."))
        }
        _ => (80, "The class of the database is not known; a hundred connections are assumed.".to_owned()),
    };
    let (free, about_free) = match (known, class) {
        (Some(mib), Some(class)) => (
            mib / 10,
            format!("A {class} has {mib} MiB; with less than a tenth of it free, PostgreSQL begins to swap."),
        ),
        _ => (256, "The class of the database is not known; 256 MiB are assumed.".to_owned()),
    };
    let alarm = |key: &str, title: &str, says: &str, name: &str, direction, threshold: f64, why: String| {
        let recommended = Recommended {
            key: format!("lineage-{key}"),
            says: format!("{says} ({instance})"),
            metric: rds(name, instance),
            also: Vec::new(),
            statistic: Statistic::Average,
            period: 300,
            periods: 3,
            direction,
            threshold: Amount::new(threshold).unwrap_or_default(),
            silence: Silence::Breaching,
            why,
        };
        Wanted { title: title.to_owned(), side: None, what: Ok(recommended) }
    };
    let cpu =
        "Above 80 per cent for a quarter of an hour queries queue up; on a t3 its credits are soon gone.".to_owned();
    [
        alarm(
            "database-cpu",
            "Database CPU",
            "The lineage database works hard",
            "CPUUtilization",
            Direction::Above,
            80.0,
            cpu,
        ),
        alarm(
            "database-connections",
            "Database connections",
            "The lineage database runs out of connections",
            "DatabaseConnections",
            Direction::Above,
            f64::from(connections),
            about_connections,
        ),
        alarm(
            "database-memory",
            "Database memory",
            "The lineage database runs out of memory",
            "FreeableMemory",
            Direction::Below,
            f64::from(free) * 1024.0 * 1024.0,
            about_free,
        ),
    ]
}

fn lag_alarm(reader: &str, name: &str, unit: Unit) -> Wanted {
    let (threshold, why) = match unit {
        Unit::Millis => {
            (1000, "Aurora's readers are usually less than 100 ms behind; a second, five times in a row, is trouble.")
        }
        _ => (30, "A reader that takes over while it is half a minute behind lacks the lineage of that half minute."),
    };
    let key: String =
        reader.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' }).collect();
    let recommended = Recommended {
        key: format!("lineage-replica-lag-{key}"),
        says: format!("A reader of the lineage database lags ({reader})"),
        metric: rds(name, reader),
        also: Vec::new(),
        statistic: Statistic::Maximum,
        period: 60,
        periods: 5,
        direction: Direction::Above,
        threshold: Amount::whole(threshold),
        silence: Silence::NotBreaching,
        why: why.to_owned(),
    };
    Wanted { title: format!("Replica lag, {reader}"), side: None, what: Ok(recommended) }
}
