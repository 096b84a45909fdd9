//! What Marquez answers, in Teal's words. Fields that are not known are passed over, and one that is not as it should be
//! is taken for missing: no single row spoils the others.

use std::collections::BTreeMap;

use jiff::Timestamp as Moment;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use teal_domain::{
    Millis, Timestamp,
    lineage::{Dataset, Day, Job, Kinds, Name, Run, RunState},
};

/// A day, in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;
/// So many datasets of a job are kept, of each kind.
const DATASETS: usize = 5;
/// So many earlier runs of a job are kept.
const RUNS: usize = 20;

/// A page of jobs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JobsPage {
    /// How many rows there were.
    pub rows: usize,
    /// Those that could be read.
    pub jobs: Vec<Job>,
    /// How many jobs there are in all.
    pub total: Option<u64>,
}

/// A page of namespaces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NamespacesPage {
    /// How many rows there were.
    pub rows: usize,
    /// Those that could be read and are not hidden.
    pub names: Vec<Name>,
}

impl<'de> Deserialize<'de> for JobsPage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Page {
            jobs: Vec<Row>,
            #[serde(default, rename = "totalCount")]
            total: Value,
        }
        /// Read one by one: a job with all its facets is long, and none of them is kept.
        #[derive(Deserialize)]
        #[serde(from = "Value")]
        struct Row(Option<Job>);
        impl From<Value> for Row {
            fn from(row: Value) -> Self {
                Self(job(&row))
            }
        }
        let page = Page::deserialize(deserializer)?;
        let (rows, total) = (page.jobs.len(), page.total.as_u64());
        Ok(Self { rows, jobs: page.jobs.into_iter().filter_map(|row| row.0).collect(), total })
    }
}

impl<'de> Deserialize<'de> for NamespacesPage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Page {
            namespaces: Vec<Value>,
        }
        let rows = Page::deserialize(deserializer)?.namespaces;
        let shown = rows.iter().filter(|row| row["isHidden"] != true);
        Ok(Self { rows: rows.len(), names: shown.filter_map(|row| name(&row["name"])).collect() })
    }
}

fn name(value: &Value) -> Option<Name> {
    Name::of(value.as_str()?)
}

/// A job; none where it has no name that can be kept.
fn job(row: &Value) -> Option<Job> {
    let runs: Vec<&Value> = row["latestRuns"].as_array().into_iter().flatten().collect();
    let latest = Some(&row["latestRun"]).filter(|run| run.is_object()).or_else(|| runs.first().copied());
    let run = latest.and_then(run);
    let earlier = runs.iter().filter(|run| latest.is_none_or(|latest| run["id"] != latest["id"]));
    let datasets = |key: &str| row[key].as_array().into_iter().flatten().filter_map(dataset).take(DATASETS).collect();
    Some(Job {
        name: name(&row["name"]).or_else(|| name(&row["id"]["name"]))?,
        first_seen: at(&row["createdAt"]),
        run,
        earlier: earlier.filter_map(|run| began(run)).take(RUNS).collect(),
        reads: datasets("inputs"),
        writes: datasets("outputs"),
    })
}

fn dataset(row: &Value) -> Option<Dataset> {
    Some(Dataset { namespace: name(&row["namespace"])?, name: name(&row["name"])? })
}

fn run(row: &Value) -> Option<Run> {
    Some(Run {
        state: RunState::parse(row["state"].as_str()?)?,
        began: began(row),
        ended: at(&row["endedAt"]),
        took: row["durationMs"].as_u64().map(Millis),
    })
}

/// When a run began; of one that was only heard of, when that was.
fn began(run: &Value) -> Option<Timestamp> {
    at(&run["startedAt"]).or_else(|| at(&run["createdAt"]))
}

fn at(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse::<Moment>().ok().map(|moment| Timestamp(moment.as_millisecond()))
}

/// A moment as its filters take it.
pub(super) fn moment(at: Timestamp) -> String {
    Moment::from_millisecond(at.0).unwrap_or_default().to_string()
}

/// The statistics by day, the oldest first, as many as `most`; none where they are none. Hours are summed up.
pub(super) fn days(rows: &Value, most: usize) -> Option<Vec<Day>> {
    let mut days: BTreeMap<i64, Kinds> = BTreeMap::new();
    for row in rows.as_array()? {
        let Some(from) = at(&row["startInterval"]) else { continue };
        let day = days.entry(from.0.div_euclid(DAY)).or_default();
        let add = |sum: u64, key: &str| sum.saturating_add(row[key].as_u64().unwrap_or_default());
        *day = Kinds {
            start: add(day.start, "start"),
            complete: add(day.complete, "complete"),
            fail: add(day.fail, "fail"),
            abort: add(day.abort, "abort"),
        };
    }
    let told = |(day, kinds): (i64, Kinds)| Day {
        from: Timestamp(day.saturating_mul(DAY)),
        all: kinds.sum(),
        kinds: Some(kinds),
    };
    let skipped = days.len().saturating_sub(most);
    Some(days.into_iter().skip(skipped).map(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(row: Value) -> JobsPage {
        serde_json::from_value(json!({"jobs": [row], "totalCount": 1, "new": {"field": []}})).expect("a page")
    }

    #[test]
    fn a_job_of_an_early_version_has_its_last_run_and_one_of_a_later_version_those_before_too() {
        let early = json!({"id": {"namespace": "b", "name": "orders"}, "type": "BATCH", "name": "orders",
            "createdAt": "2026-01-01T00:00:00Z", "inputs": [{"namespace": "s3://lake", "name": "raw"}], "outputs": [],
            "latestRun": {"id": "1", "state": "FAILED", "startedAt": "2026-11-27T12:00:00.123456Z", "durationMs": 1500}});
        let page = read(early.clone());
        let [job] = &page.jobs[..] else { panic!("{page:?}") };
        assert_eq!((job.name.raw(), page.rows, page.total), ("orders", 1, Some(1)));
        let run = job.run.as_ref().expect("a run");
        assert_eq!((&run.state, run.began, run.ended), (&RunState::Failed, Some(Timestamp(1_795_780_800_123)), None));
        assert_eq!((run.took, job.reads[0].namespace.raw()), (Some(Millis(1500)), "s3://lake"));
        let mut later = early;
        later["latestRuns"] = json!([
            {"id": "1", "state": "FAILED", "startedAt": "2026-11-27T12:00:00Z"},
            {"id": "0", "state": "COMPLETED", "startedAt": "2026-11-26T12:00:00Z"},
        ]);
        assert_eq!(read(later.clone()).jobs[0].earlier, [Timestamp(1_795_694_400_000)]);
        later["latestRun"] = Value::Null;
        assert_eq!(read(later).jobs[0].run.as_ref().map(|run| run.state.clone()), Some(RunState::Failed));
    }

    #[test]
    fn a_field_that_is_wrong_is_missing_and_a_row_without_a_name_is_left_out() {
        let odd = json!({"name": "odd", "createdAt": 7, "latestRun": "none", "latestRuns": {}, "inputs": [1, {}]});
        let page = read(odd);
        let expected = (None, None, 0, 0);
        let job = &page.jobs[0];
        assert_eq!((job.first_seen, job.run.clone(), job.earlier.len(), job.reads.len()), expected);
        for unnamed in [json!({}), json!({"name": 7}), json!(null), json!({"name": "x".repeat(9000)})] {
            let page = read(unnamed);
            assert_eq!((page.rows, page.jobs.len()), (1, 0));
        }
        let running = json!({"name": "a", "latestRun": {"state": "PAUSED", "createdAt": "2026-11-27T12:00:00Z"}});
        let run = read(running).jobs.remove(0).run.expect("a run");
        assert_eq!((run.state.word().into_owned(), run.began.is_some()), ("paused".to_owned(), true));
    }

    #[test]
    fn what_is_no_page_is_none() {
        for wrong in ["[]", "{}", "{\"jobs\": {}}", "<html>", ""] {
            assert!(serde_json::from_str::<JobsPage>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn statistics_by_the_hour_are_summed_up_to_days_and_the_latest_are_kept() {
        let row = |at: &str, complete: u64| json!({"startInterval": at, "endInterval": at, "fail": 1, "start": 2, "complete": complete, "abort": null});
        let rows = json!([
            row("2026-11-25T00:00:00Z", 9),
            row("2026-11-26T22:00:00Z", 3),
            row("2026-11-26T23:00:00Z", 4),
            row("2026-11-27T00:00:00Z", 5),
            {"startInterval": "no moment"},
        ]);
        let found = days(&rows, 2).expect("days");
        assert_eq!(found.iter().map(|day| day.all).collect::<Vec<_>>(), [13, 8]);
        assert_eq!(found[0].kinds, Some(Kinds { start: 4, complete: 7, fail: 2, abort: 0 }));
        assert_eq!(days(&json!({}), 2), None);
    }

    #[test]
    fn hidden_namespaces_are_none() {
        let page = json!({"namespaces": [{"name": "a", "isHidden": true}, {"name": "b"}, {"name": 7}]});
        let page: NamespacesPage = serde_json::from_value(page).expect("a page");
        assert_eq!((page.rows, page.names), (3, vec![Name::of("b").expect("a name")]));
    }
}
