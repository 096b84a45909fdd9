//! What Airflow answers, in Teal's words. Both dialects are read here; what one of them lacks is empty.

use jiff::Timestamp as Moment;
use serde_json::Value;
use teal_domain::{
    Timestamp,
    airflow::{Dag, ImportError, Part, Task},
};

/// A text; empty where there is none.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A moment, such as `2026-11-24T00:00:00+00:00`.
pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse::<Moment>().ok().map(|moment| Timestamp(moment.as_millisecond()))
}

/// A moment for a filter, in RFC 3339.
pub(super) fn told(moment: Timestamp) -> String {
    Moment::from_millisecond(moment.0).unwrap_or_default().to_string()
}

/// The last moment before another, for filters that include their end: Airflow counts microseconds.
pub(super) fn just_before(moment: Timestamp) -> String {
    let micros = moment.0.saturating_mul(1000).saturating_sub(1);
    Moment::from_microsecond(micros).unwrap_or_default().to_string()
}

/// A DAG, or what is wrong with it, in words. A path of its own leads to each.
pub(super) fn dag(row: &Value) -> Result<Dag, String> {
    let id = text(&row["dag_id"]);
    if ["", ".", ".."].contains(&&*id) {
        return Err(format!("with the id `{id}`"));
    }
    let Some(paused) = row["is_paused"].as_bool() else {
        return Err(format!("`{id}` without `is_paused`"));
    };
    let tags = row["tags"].as_array().into_iter().flatten();
    Ok(Dag {
        id,
        paused,
        schedule: schedule(row),
        next_run: moment(&row["next_dagrun_run_after"]).or_else(|| moment(&row["next_dagrun_create_after"])),
        next_logical: moment(&row["next_dagrun_logical_date"]).or_else(|| moment(&row["next_dagrun"])),
        tags: tags.map(|tag| text(&tag["name"])).collect(),
        broken: row["has_import_errors"].as_bool().unwrap_or_default(),
    })
}

/// The schedule: a text in Airflow 3, a cron expression or a span in Airflow 2.
fn schedule(row: &Value) -> Option<String> {
    let schedule = match (&row["timetable_summary"], &row["schedule_interval"]) {
        (Value::String(summary), _) | (_, Value::String(summary)) => summary.clone(),
        (_, span @ Value::Object(_)) if span["__type"] != "CronExpression" && span["value"].is_null() => {
            let part = |name: &str| span[name].as_i64().unwrap_or_default();
            let (days, seconds) = (part("days"), part("seconds"));
            match days {
                0 => format!("every {seconds} s"),
                _ => format!("every {days} d {seconds} s"),
            }
        }
        (_, cron) => text(&cron["value"]),
    };
    Some(schedule).filter(|words| !words.is_empty() && words != "None")
}

/// A task of a run.
pub(super) fn task(row: &Value) -> Task {
    Task {
        dag: text(&row["dag_id"]),
        run: text(&row["dag_run_id"]),
        task: text(&row["task_id"]),
        state: text(&row["state"]),
        attempt: row["try_number"].as_u64().and_then(|attempt| u32::try_from(attempt).ok()).unwrap_or_default(),
        began: moment(&row["start_date"]),
        ended: moment(&row["end_date"]),
        logical: moment(&row["logical_date"]).or_else(|| moment(&row["execution_date"])),
    }
}

/// A file that could not be imported.
pub(super) fn import_error(row: &Value) -> ImportError {
    let trace = row["stack_trace"].as_str().unwrap_or_default();
    let last = trace.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    ImportError { file: text(&row["filename"]), error: last.trim().to_owned(), at: moment(&row["timestamp"]) }
}

/// The parts of an Airflow. A part that is not in the answer does not run there.
pub(super) fn parts(answer: &Value) -> Vec<Part> {
    let parts = ["metadatabase", "scheduler", "triggerer", "dag_processor"].into_iter().map(|name| {
        let part = &answer[name];
        Part {
            name: name.to_owned(),
            healthy: part["status"].as_str().map(|status| status == "healthy"),
            heartbeat: moment(&part[format!("latest_{name}_heartbeat")]),
        }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_dialects_tell_the_same_of_a_dag() {
        let three = json!({"dag_id": "a", "is_paused": true, "timetable_summary": "0 6 * * *",
            "next_dagrun_run_after": "2026-11-24T06:00:00Z", "tags": [{"name": "teal", "dag_id": "a"}],
            "has_import_errors": false});
        let two = json!({"dag_id": "a", "is_paused": true,
            "schedule_interval": {"__type": "CronExpression", "value": "0 6 * * *"},
            "next_dagrun_create_after": "2026-11-24T06:00:00+00:00", "tags": [{"name": "teal"}],
            "has_import_errors": false});
        assert_eq!(dag(&three), dag(&two));
        assert_eq!(dag(&two).expect("a DAG").next_run, Some(Timestamp(1_795_500_000_000)));
    }

    #[test]
    fn what_does_not_say_which_dag_it_is_and_whether_it_is_paused_is_none() {
        for row in [
            json!({"dag_id": "a"}),
            json!({"dag_id": "a", "is_paused": null}),
            json!({"dag_id": "a", "is_paused": "false"}),
            json!({"is_paused": false}),
            json!({"dag_id": "", "is_paused": false}),
            json!({"dag_id": ".", "is_paused": false}),
            json!({"dag_id": "..", "is_paused": true}),
            json!({"dag_id": 7, "is_paused": true}),
        ] {
            assert!(dag(&row).is_err(), "{row}");
        }
        assert!(dag(&json!({"dag_id": "...", "is_paused": true})).is_ok());
    }

    #[test]
    fn a_schedule_is_cron_or_a_span_or_none() {
        let of = |row: Value| schedule(&row);
        let span = json!({"schedule_interval": {"__type": "TimeDelta", "days": 0, "seconds": 600, "microseconds": 0}});
        assert_eq!(of(span).as_deref(), Some("every 600 s"));
        assert_eq!(of(json!({"timetable_summary": "Asset"})).as_deref(), Some("Asset"));
        assert_eq!(of(json!({"timetable_summary": null})), None);
        assert_eq!(of(json!({"schedule_interval": null})), None);
        assert_eq!(of(json!({"timetable_summary": "None"})), None);
    }

    #[test]
    fn of_a_stack_trace_the_last_line_is_kept() {
        let row = json!({"filename": "a.py", "timestamp": "2026-11-24T06:00:00Z",
            "stack_trace": "Traceback (most recent call last):\n  File \"a.py\"\nNameError: name 'x' is not defined\n\n"});
        assert_eq!(import_error(&row).error, "NameError: name 'x' is not defined");
    }

    #[test]
    fn a_part_that_does_not_run_is_neither_healthy_nor_unhealthy() {
        let answer = json!({"metadatabase": {"status": "healthy"},
            "scheduler": {"status": "unhealthy", "latest_scheduler_heartbeat": "2026-11-24T06:00:00+00:00"},
            "triggerer": {"status": null, "latest_triggerer_heartbeat": null}});
        let told: Vec<_> = parts(&answer).into_iter().map(|part| (part.name, part.healthy)).collect();
        let expected =
            [("metadatabase", Some(true)), ("scheduler", Some(false)), ("triggerer", None), ("dag_processor", None)];
        assert_eq!(told, expected.map(|(name, healthy)| (name.to_owned(), healthy)));
        assert_eq!(parts(&answer)[1].heartbeat, Some(Timestamp(1_795_500_000_000)));
    }

    #[test]
    fn the_end_of_a_filter_is_a_microsecond_before_the_moment() {
        assert_eq!(told(Timestamp(1_795_500_000_000)), "2026-11-24T06:00:00Z");
        assert_eq!(just_before(Timestamp(1_795_500_000_000)), "2026-11-24T05:59:59.999999Z");
    }
}
