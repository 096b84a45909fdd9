//! Both Airflows and their environments: a line for each side in one chart.

use super::{DAGS_ASKED, Of, Planned, both, series, source};
use crate::{
    Color, PairSnapshot,
    metrics::{Name, Series, Statistic, Topic, Unit},
};

/// Apache Airflow's own metrics: <https://docs.aws.amazon.com/mwaa/latest/userguide/access-metrics-cw.html>.
const AIRFLOW: &str = "AmazonMWAA";
/// Those of containers, queue and database:
/// <https://docs.aws.amazon.com/mwaa/latest/userguide/accessing-metrics-cw-container-queue-db.html>.
const MWAA: &str = "AWS/MWAA";

/// What both Airflows do; and what was left out.
pub(super) fn charts(pair: &PairSnapshot, each: &'static str) -> (Vec<Planned>, Option<String>) {
    use Statistic::{Average, Maximum, Minimum, SampleCount, Sum};
    let one = |title: &str, unit, name: &'static str, statistic, dimension: (&'static str, &'static str), hint| {
        let of =
            |environment: &str| Of::One(series(statistic, AIRFLOW, name, &[("Environment", environment), dimension]));
        Planned { hint, ..chart(title, unit, source(AIRFLOW, name, statistic), both(pair, of)) }
    };
    let tasks = |name, environment: &str| {
        vec![series(Sum, AIRFLOW, name, &[("Environment", environment), ("DAG", "All"), ("Task", "All")])]
    };
    let ended = |title: &str, name: &'static str| {
        let of = |environment: &str| Of::Most(tasks(name, environment));
        chart(title, Unit::Each(each), source(AIRFLOW, name, Sum), both(pair, of))
    };
    let (scheduler, executor) = (("Function", "Scheduler"), ("Function", "Executor"));
    let share = |environment: &str| Of::Share {
        good: tasks("TaskInstanceSuccesses", environment),
        bad: tasks("TaskInstanceFailures", environment),
    };
    let mut charts = vec![
        Planned {
            hint: "Two schedulers beat every few seconds. A gap is a time without a beat.",
            ..one("Scheduler heartbeats", Unit::Each(each), "SchedulerHeartbeat", Sum, scheduler, "")
        },
        one("Queued tasks", Unit::Count, "QueuedTasks", Maximum, executor, "The most that waited at one time."),
        one("Running tasks", Unit::Count, "RunningTasks", Maximum, executor, "The most at one time."),
        ended("Failed tasks", "TaskInstanceFailures"),
        ended("Succeeded tasks", "TaskInstanceSuccesses"),
        chart(
            "Tasks that succeeded, of those that ended",
            Unit::Percent,
            format!("{AIRFLOW} TaskInstanceSuccesses and TaskInstanceFailures, Sum"),
            both(pair, share),
        ),
        one("Open worker slots", Unit::Count, "OpenSlots", Minimum, executor, "At 0 every worker is full."),
        Planned {
            hint: "How long the task that has waited longest had waited.",
            ..chart(
                "Age of the oldest waiting task",
                Unit::Seconds,
                source(MWAA, "ApproximateAgeOfOldestTask", Maximum),
                both(pair, |environment| {
                    Of::One(series(Maximum, MWAA, "ApproximateAgeOfOldestTask", &[("Environment", environment)]))
                }),
            )
        },
    ];
    let (dags, left_out) = dags(pair);
    let of_dags = |color: Color, name, statistic| -> Vec<Series> {
        let environment = pair.names.environment(color);
        let of = |dag: &String| series(statistic, AIRFLOW, name, &[("Environment", environment), ("DAG", dag)]);
        dags[usize::from(color == Color::Green)].iter().map(of).collect()
    };
    let lines = |of: &dyn Fn(Color) -> Of| Color::BOTH.map(|color| (Name::Side(color), of(color))).into();
    let unknown = (dags[0].is_empty() && dags[1].is_empty())
        .then(|| "The DAGs of neither side are known: their metrics go by the names of the DAGs.".to_owned());
    let runs = [
        chart(
            "DAG runs that succeeded, of those that ended",
            Unit::Percent,
            format!("{AIRFLOW} DAGDurationSuccess and DAGDurationFailed, SampleCount"),
            lines(&|color| Of::Share {
                good: of_dags(color, "DAGDurationSuccess", SampleCount),
                bad: of_dags(color, "DAGDurationFailed", SampleCount),
            }),
        ),
        chart(
            "Mean duration of a DAG run",
            Unit::Millis,
            source(AIRFLOW, "DAGDurationSuccess", Average),
            lines(&|color| Of::Mean {
                sums: of_dags(color, "DAGDurationSuccess", Sum),
                counts: of_dags(color, "DAGDurationSuccess", SampleCount),
            }),
        ),
        Planned {
            hint: "How late a DAG run began after it was due: the latest of all.",
            ..chart(
                "Scheduler lag",
                Unit::Millis,
                source(AIRFLOW, "DAGScheduleDelay", Maximum),
                lines(&|color| Of::Most(of_dags(color, "DAGScheduleDelay", Maximum))),
            )
        },
    ];
    charts.extend(runs.map(|chart| match &unknown {
        Some(why) => Planned { absent: Some(why.clone()), lines: Vec::new(), ..chart },
        None => chart,
    }));
    (charts, left_out)
}

/// The DAGs of both sides that are asked about, and what was left out. Those that are not paused come first.
fn dags(pair: &PairSnapshot) -> ([Vec<String>; 2], Option<String>) {
    let mut more = 0;
    let asked = Color::BOTH.map(|color| {
        let known = pair.surroundings.side(color).dags.value().map_or(&[][..], Vec::as_slice);
        let mut known: Vec<_> = known.iter().map(|dag| (dag.paused, dag.id.clone())).collect();
        known.sort();
        more += known.len().saturating_sub(DAGS_ASKED);
        known.into_iter().take(DAGS_ASKED).map(|(_, id)| id).collect()
    });
    let left_out = (more > 0).then(|| {
        format!("Of each side the first {DAGS_ASKED} DAGs count, those first that are not paused; {more} are left out.")
    });
    (asked, left_out)
}

/// What the environments are made of.
pub(super) fn environments(pair: &PairSnapshot) -> Vec<Planned> {
    use Statistic::Average;
    let clusters = [
        ("BaseWorker", "the base workers"),
        ("AdditionalWorker", "the additional workers"),
        ("Scheduler", "the schedulers"),
        ("WebServer", "the web servers"),
    ];
    let mut charts = Vec::new();
    for (name, what) in [("CPUUtilization", "CPU"), ("MemoryUtilization", "Memory")] {
        charts.extend(clusters.map(|(cluster, whose)| {
            let of = |environment: &str| {
                Of::One(series(Average, MWAA, name, &[("Environment", environment), ("Cluster", cluster)]))
            };
            let source = format!("{MWAA} {name} of {cluster}, Average");
            Planned {
                topic: Topic::Environments,
                hint: if cluster == "AdditionalWorker" {
                    "There are points only while there are such workers."
                } else {
                    ""
                },
                ..chart(&format!("{what} of {whose}"), Unit::Percent, source, both(pair, of))
            }
        }));
    }
    for (name, title, unit) in [
        ("CPUUtilization", "CPU of the metadata database", Unit::Percent),
        ("DatabaseConnections", "Connections of the metadata database", Unit::Count),
    ] {
        let of = |environment: &str| {
            Of::One(series(Average, MWAA, name, &[("Environment", environment), ("DatabaseRole", "WRITER")]))
        };
        let source = format!("{MWAA} {name} of WRITER, Average");
        charts.push(Planned { topic: Topic::Environments, ..chart(title, unit, source, both(pair, of)) });
    }
    charts
}

fn chart(title: &str, unit: Unit, source: String, lines: Vec<(Name, Of)>) -> Planned {
    Planned { topic: Topic::Airflow, title: title.to_owned(), unit, source, hint: "", absent: None, lines }
}
