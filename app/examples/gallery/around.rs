//! What surrounds the flag, in the gallery: a pair about which all is known, and one with much to say about it.

use super::{NOW, back, environment};
use std::sync::Arc;
use teal_domain::{
    Color, Millis, PairSnapshot, Reading, Surroundings, Timestamp,
    airflow::{Dag, ImportError, Keys, Part, Task, Tried, Wish, Work},
    dags::Strategy,
    environment::{OptionValue, Setup},
    freeze::Freeze,
    policy::Guard,
    surroundings::{Alarm, AlarmState, DagFile, Mark, SideFacts},
};

fn read<T>(value: T) -> Reading<T> {
    Reading::good(value, back(12))
}

fn dag(id: &str, paused: bool, minutes: i64) -> Dag {
    let next_run = Some(Timestamp(NOW.0 + minutes * 60_000));
    Dag {
        id: id.into(),
        paused,
        schedule: Some("@daily".into()),
        next_run,
        tags: vec!["teal".into()],
        broken: false,
        next_logical: None,
    }
}

fn file(key: &str, etag: &str) -> DagFile {
    DagFile { key: key.into(), etag: etag.into(), bytes: 812, mark: Mark::Content }
}

fn side() -> SideFacts {
    let part = |name: &str| Part { name: name.into(), healthy: Some(true), heartbeat: Some(back(15)) };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let keys = Keys {
        connections: names(&["warehouse", "lake"]),
        variables: names(&["region"]),
        pools: names(&["default_pool"]),
    };
    SideFacts {
        health: read(["metadatabase", "scheduler", "triggerer", "dag_processor"].map(part).into()),
        heartbeat: read(Some(back(70))),
        import_errors: read(Vec::new()),
        dags: read(vec![dag("load_orders", false, 55), dag("close_month", false, 700), dag("backfill_2019", true, 60)]),
        work: read(Work::default()),
        files: read(vec![file("load_orders.py", "a1"), file("close_month.py", "b2")]),
        depends_on_past: read(Vec::new()),
        artifacts: read(vec![file("requirements.txt", "c3")]),
        keys: read(keys),
        tried: read(Wish::ALL.map(|wish| Tried { wish, refused: None }).into()),
    }
}

/// All of it is known, and all is well.
pub fn looked_at(pair: &mut PairSnapshot) {
    for color in Color::BOTH {
        let mut side = environment(color);
        side.airflow_version = Some("3.0.6".into());
        let options = [("core.parallelism", "32"), ("custom.environment_color", color.as_str())];
        side.setup = Setup {
            bucket: Some(format!("mwaa-openlineage-mwaa-{color}-dev-us-east-2-123456789012")),
            requirements: Some(("requirements.txt".into(), Some(format!("3xKj-{color}")))),
            options: options.map(|(key, value)| (key.to_owned(), OptionValue::of(key, value, str::to_owned))).into(),
            maintenance_window: Some("SUN:03:30".into()),
            ..Setup::default()
        };
        *(if color == Color::Blue { &mut pair.blue } else { &mut pair.green }) = Reading::good(side, back(9));
    }
    pair.policy.guards = vec![Guard {
        alarm: "mwaa-openlineage-blue-dev-tasks-failed".into(),
        before: true,
        after: true,
        runbook_url: Some("https://wiki.example/runbooks/tasks-failed".into()),
    }];
    pair.surroundings =
        Arc::new(Surroundings { blue: side(), green: side(), alarms: read(vec![alarm(AlarmState::Fine)]) });
}

fn alarm(state: AlarmState) -> Alarm {
    let reason = "Threshold Crossed: 1 datapoint [7.0] was greater than the threshold (3.0)".into();
    Alarm { name: "mwaa-openlineage-blue-dev-tasks-failed".into(), state, since: Some(back(840)), reason }
}

/// Much is wrong, old or not known.
pub fn findings(pair: &mut PairSnapshot) {
    looked_at(pair);
    pair.policy.dags.strategy = Strategy::PauseStandby;
    pair.freezes = Arc::new([Freeze {
        because: "month end".into(),
        from: back(3600),
        to: Timestamp(NOW.0 + 7_200_000),
        zone: "Europe/Berlin".into(),
    }]);
    let around = Arc::make_mut(&mut pair.surroundings);
    around.alarms = read(vec![alarm(AlarmState::Alarm)]);
    let error = |file: &str| ImportError { file: file.into(), error: "No module named 'pandas'".into(), at: None };
    around.blue.import_errors = read(
        ["a_very_long_folder_of_the_finance_team/quarterly/close_month.py", "b.py", "c.py", "d.py"].map(error).into(),
    );
    around.blue.health.fail("airflow:InvokeRestApi did not answer in 8 s.", back(95));
    around.blue.files = read(vec![file("load_orders.py", "a9")]);
    around.blue.tried.fail("AccessDeniedException: not authorized to perform airflow:InvokeRestApi.", back(95));
    let task = |state: &str| Task {
        dag: "load_orders".into(),
        run: "scheduled__2026-11-27".into(),
        task: "copy".into(),
        state: state.into(),
        attempt: 1,
        began: Some(back(300)),
        ended: None,
        logical: None,
    };
    around.green.work = read(Work {
        tasks: vec![task("running"), task("running"), task("queued")],
        usual: vec![("load_orders".into(), Millis::from_secs(900))],
        runs: vec![("load_orders".into(), back(320))],
    });
    around.green.dags =
        read(vec![dag("load_orders", false, 3), dag("close_month", false, 700), dag("only_on_green", false, 90)]);
}
