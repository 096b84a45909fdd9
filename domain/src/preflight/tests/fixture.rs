//! A pair about which all is known and all is well: blue is live, and green is to take over.

use super::super::{Check, Given, Verdict, checks};
use crate::{
    Actor, Base, Color, Environment, EnvironmentStatus, Flag, FlagValue, FlagVersion, Incarnation, Millis, OperationId,
    PairNames, PairSnapshot, Reading, Reason, Surroundings, Timestamp,
    airflow::{Dag, Keys, Part, Tried, Wish, Work},
    environment::{LastUpdate, OptionValue, Setup},
    freeze::Freeze,
    history::{ExternalRecord, Progress, Record, SwitchRecord, What},
    journal::chain::Hash,
    policy::{ChangeRefRule, Guard, Policy, ProvenOn, SmokeRules},
    smoke::{Fate, SmokeEnd, SmokeRecord, SmokeResult, SmokeRun, Smoked},
    snapshot::{Following, OpenSwitch},
    steps::{Course, Step},
    surroundings::{Alarm, AlarmState, DagFile, Mark, SideFacts},
    switch::{Interleaving, Kind, Outcome, Verification},
};
use std::sync::Arc;

/// Tuesday 24 November 2026, 12:00 UTC.
pub const NOW: Timestamp = Timestamp(1_795_521_600_000);
pub const GIVEN: Given<'static> =
    Given { change_ref: None, proof: Some(Timestamp(NOW.0 - 86_400_000)), reverts: None, drill: None };

pub fn secs_ago(secs: u64) -> Timestamp {
    NOW - Millis::from_secs(secs)
}

pub fn in_secs(secs: u64) -> Timestamp {
    NOW + Millis::from_secs(secs)
}

fn read<T>(value: T) -> Reading<T> {
    Reading::good(value, secs_ago(20))
}

/// As the port would keep it; a mark could be anything.
pub fn option(name: &str, value: &str) -> OptionValue {
    OptionValue::of(name, value, str::to_owned)
}

fn environment(color: Color) -> Environment {
    let options = [("core.parallelism", "32"), ("custom.environment_color", color.as_str())];
    Environment {
        name: format!("mwaa-{color}-dev"),
        status: EnvironmentStatus::Available,
        airflow_version: Some("3.0.6".into()),
        class: Some("mw1.small".into()),
        workers: Some((1, 10)),
        schedulers: Some(2),
        web_address: None,
        last_update: Some(LastUpdate { status: "SUCCESS".into(), created_at: Some(secs_ago(86_400)), error: None }),
        setup: Setup {
            bucket: Some(format!("mwaa-{color}-dev")),
            requirements: Some(("requirements.txt".into(), Some(format!("v-{color}")))),
            options: options.map(|(key, value)| (key.to_owned(), option(key, value))).into(),
            maintenance_window: Some("SUN:03:30".into()),
            ..Setup::default()
        },
    }
}

pub fn dag(id: &str, paused: bool) -> Dag {
    Dag {
        id: id.into(),
        paused,
        schedule: Some("0 6 * * *".into()),
        next_run: Some(in_secs(3600)),
        tags: vec!["teal".into()],
        broken: false,
        next_logical: None,
    }
}

pub fn file(key: &str, etag: &str) -> DagFile {
    DagFile { key: key.into(), etag: etag.into(), bytes: 10, mark: Mark::Content }
}

fn side() -> SideFacts {
    let part = |name: &str| Part { name: name.into(), healthy: Some(true), heartbeat: None };
    SideFacts {
        health: read(vec![part("metadatabase"), part("scheduler"), part("triggerer"), part("dag_processor")]),
        heartbeat: read(Some(secs_ago(60))),
        import_errors: read(vec![]),
        dags: read(vec![dag("load", false), dag("old", true)]),
        depends_on_past: read(vec![]),
        work: read(Work::default()),
        files: read(vec![file("load.py", "a"), file("old.py", "b")]),
        artifacts: read(vec![file("requirements.txt", "r")]),
        keys: read(Keys {
            connections: vec!["db".into()],
            variables: vec!["v".into()],
            pools: vec!["default_pool".into()],
        }),
        tried: read(Wish::ALL.map(|wish| Tried { wish, refused: None }).into()),
    }
}

pub fn alarm(name: &str, state: AlarmState) -> Alarm {
    Alarm { name: name.into(), state, since: Some(secs_ago(120)), reason: "Threshold crossed".into() }
}

pub fn policy() -> Policy {
    Policy {
        anti_flap: Some(Millis::from_secs(1800)),
        change_ref: ChangeRefRule { required: true, pattern: Some("CHG[0-9]{7}".into()) },
        proven_on: Some(ProvenOn {
            pair: "dev".parse().expect("a pair"),
            within: Millis::from_secs(30 * 86_400),
            otherwise: Verdict::Warn,
        }),
        guards: vec![Guard {
            alarm: "green-failures".into(),
            before: true,
            after: true,
            runbook_url: Some("https://wiki.example/failures".into()),
        }],
        smoke: SmokeRules { dags: vec!["load".into()], ..SmokeRules::default() },
        ..Policy::default()
    }
}

pub fn pair() -> PairSnapshot {
    let value = FlagValue::Color(Color::Blue);
    let alarms = read(vec![alarm("green-failures", AlarmState::Fine)]);
    PairSnapshot {
        id: "prod".parse().expect("a pair"),
        title: "Payroll · prod".into(),
        region: "us-east-2".into(),
        names: PairNames::by_convention("mwaa", "prod"),
        flag: Reading::good(
            Flag::Present { value, version: FlagVersion(9), modified_at: secs_ago(86_400) },
            secs_ago(1),
        ),
        live_since: Some(secs_ago(86_400)),
        blue: read(environment(Color::Blue)),
        green: read(environment(Color::Green)),
        label: None,
        open: None,
        policy: policy(),
        request: None,
        current: None,
        following: None,
        moved: None,
        maintenance: None,
        diagnosis: None,
        proved_at: None,
        smoke: vec![smoked()],
        drills: Arc::default(),
        freezes: Arc::default(),
        surroundings: Arc::new(Surroundings { blue: side(), green: side(), alarms }),
        platform: Arc::default(),
        mode: None,
        prices: crate::cost::Prices::built_in().clone(),
        home: Arc::default(),
        lineage: Arc::default(),
        monitoring: Arc::default(),
        recent: Vec::new(),
        store: Reading::good((), secs_ago(1)),
    }
}

/// A pair about which nothing good can be said.
pub fn hopeless() -> PairSnapshot {
    let mut pair = pair();
    pair.store.fail("the disk is full", NOW);
    pair.open = Some(open(Some(NOW)));
    change(&mut pair.green, |green| {
        green.status = "UNAVAILABLE".to_owned().into();
        green.setup.options.insert("custom.environment_color".into(), OptionValue::Plain("blue".into()));
    });
    pair.freezes = Arc::new([freeze(3600)]);
    pair.live_since = Some(NOW);
    part(&mut pair, "scheduler", Some(false));
    around(&mut pair).alarms = read(vec![alarm("green-failures", AlarmState::Alarm)]);
    pair
}

pub fn freeze(ends_in: u64) -> Freeze {
    Freeze { because: "month end".into(), from: secs_ago(60), to: in_secs(ends_in), zone: "Europe/Berlin".into() }
}

/// A smoke test of green that went well an hour ago.
pub fn smoked() -> Smoked {
    let dags = vec!["load".to_owned()];
    let (begun_at, ends_by) = (secs_ago(3660), secs_ago(2760));
    let run = SmokeRun { id: OperationId::new(NOW, 5), side: Color::Green, dags, woken: Vec::new(), begun_at, ends_by };
    let results = vec![SmokeResult { dag: "load".into(), fate: Fate::Success }];
    let end = Some((secs_ago(3600), SmokeEnd { results, awake: Vec::new(), because: None }));
    Smoked { seq: 40, by: Actor::page("ana"), test: SmokeRecord { run, end } }
}

pub fn open(unknown_until: Option<Timestamp>) -> OpenSwitch {
    let operation = OperationId::new(NOW, 3);
    OpenSwitch { operation, target: Color::Blue, actor: "ana".into(), since: secs_ago(2), unknown_until }
}

pub fn watched() -> Following {
    let mut course = Course::default();
    course.take(secs_ago(300), Step::Watching { until: in_secs(600), failed_before: None, from: None, ringing: None });
    let operation = OperationId::new(NOW, 4);
    let landed_at = secs_ago(300);
    let (kind, version) = (Kind::Planned, FlagVersion(9));
    Following { seq: 7, operation, kind, target: Color::Blue, version, landed_at, reverts: None, course }
}

/// Something that happened.
pub fn record(seq: u64, what: What) -> Record {
    let (pair, actor) = ("dev".parse().expect("a pair"), Actor::page("ana"));
    Record { seq, at: secs_ago(3600), pair, actor, hash: Hash::GENESIS, what, notes: Vec::new() }
}

/// A switch from blue to green that landed an hour ago.
pub fn landed(version: u64) -> SwitchRecord {
    let (interleaving, verification) = (Interleaving::None, Verification::Read);
    let outcome = Outcome::Landed { version: FlagVersion(version), interleaving, verification };
    SwitchRecord {
        operation: OperationId::new(NOW, 9),
        kind: Kind::Planned,
        from: Some(Color::Blue),
        target: Color::Green,
        base: Base::Version { version: FlagVersion(version - 1), modified_at: None },
        reason: Reason::parse("upgrade").expect("a reason"),
        spooled: false,
        progress: Progress::Ended { at: secs_ago(3600), outcome },
        timings: None,
        landed_late: None,
        approval: None,
        unproven: false,
        change_ref: None,
        overridden: Vec::new(),
        reverts: None,
        maintenance: None,
        drill: None,
        flag_only: false,
        course: Box::default(),
    }
}

/// The flag, set to green past Teal.
pub fn by_hand(version: u64) -> ExternalRecord {
    ExternalRecord {
        incarnation: Incarnation(0),
        version: FlagVersion(version),
        value: FlagValue::Color(Color::Green),
        previous: None,
        written_at: secs_ago(3600),
        description: None,
        carried_over: false,
        foreign: None,
        imported: false,
    }
}

pub fn change<T: Clone>(reading: &mut Reading<T>, change: impl FnOnce(&mut T)) {
    let mut value = reading.value().cloned().expect("a value");
    change(&mut value);
    *reading = read(value);
}

pub fn around(pair: &mut PairSnapshot) -> &mut Surroundings {
    Arc::make_mut(&mut pair.surroundings)
}

/// How a part of green's Airflow is.
pub fn part(pair: &mut PairSnapshot, name: &str, healthy: Option<bool>) {
    change(&mut around(pair).green.health, |parts| {
        parts.iter_mut().filter(|part| part.name == name).for_each(|part| part.healthy = healthy);
    });
}

pub fn switch_to_green(pair: &PairSnapshot) -> Vec<Check> {
    let change = Reason::parse("CHG0004711").expect("a reference");
    checks(pair, Color::Green, Given { change_ref: Some(&change), ..GIVEN }, NOW)
}

pub fn one<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no check {name}: {checks:?}"))
}

/// After a change of the good pair, one check says so and why, and what to do.
#[track_caller]
pub fn finds(name: &str, verdict: Verdict, says: &str, change: impl FnOnce(&mut PairSnapshot)) {
    let mut pair = pair();
    change(&mut pair);
    let checks = switch_to_green(&pair);
    let check = one(&checks, name);
    assert_eq!(check.verdict, verdict, "{check:?}");
    assert!(check.evidence.contains(says), "{check:?}");
    assert_eq!(check.mend.is_empty(), verdict == Verdict::Pass, "{check:?}");
}
