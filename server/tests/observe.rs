//! What surrounds the flag: each thing is read for itself, keeps what was good, and holds up nothing else.

#[path = "observe/platform.rs"]
mod platform;
#[path = "observe/ports.rs"]
mod ports;
mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ports::{ALARM, Fakes, Will};
use support::{World, folder};
use teal_domain::{
    Color, EnvironmentStatus, Reading, SnapshotId, Surroundings,
    policy::Guard,
    surroundings::{AlarmState, SideFacts},
};
use teal_server::engine::{Around, Engine, Pair, Ports, Settings, observe, watch};
use tokio::sync::Notify;

/// One engine over fakes of all that surrounds the flag, which is looked at every so often.
struct Teal {
    engine: Arc<Engine>,
    pair: Arc<Pair>,
    world: World,
    fakes: Arc<Fakes>,
    _folder: tempfile::TempDir,
}

impl Teal {
    async fn new(every: Duration) -> Self {
        let folder = folder();
        let mut world = World::new(folder.path()).await;
        let guard = Guard { alarm: ALARM.into(), before: true, after: true, runbook_url: None };
        world.policy.guards = vec![guard];
        world.policy.dags.strategy = teal_domain::dags::Strategy::PauseStandby;
        let fakes = Arc::new(Fakes::default());
        let around = Around {
            airflow: fakes.clone(),
            alarms: fakes.clone(),
            files: fakes.clone(),
            targets: fakes.clone(),
            metrics: Arc::new(support::nothing::Nothing),
            logs: Arc::new(support::nothing::Nothing),
            roles: Arc::new(support::nothing::Nothing),
            parts: None,
        };
        let ports = Ports {
            flag: world.ssm.clone(),
            environments: fakes.clone(),
            trail: None,
            around: Some(around),
            bill: None,
            prices: None,
        };
        let pair = Arc::new(Pair::new(world.config(), ports, Arc::new(Notify::new())));
        let settings = Settings {
            flag_interval: Duration::from_secs(600),
            environment_interval: every,
            surroundings_interval: every,
            grace: support::GRACE,
            spool: None,
        };
        let engine = Engine::new(vec![pair.clone()], world.store.clone(), world.clock.clone(), settings)
            .await
            .expect("an engine");
        Self { engine, pair, world, fakes, _folder: folder }
    }

    fn known(&self) -> Arc<Surroundings> {
        self.engine.board.snapshot().pairs[0].surroundings.clone()
    }

    fn seq(&self) -> SnapshotId {
        self.engine.board.snapshot().id
    }

    async fn look(&self, patience: Duration) -> Duration {
        let began = Instant::now();
        observe::look(&self.engine, &self.pair, patience).await;
        began.elapsed()
    }

    /// Time passes, so that the last look serves nobody any longer.
    fn later(&self) {
        self.world.clock.pass(Duration::from_secs(60));
    }

    /// Waits until what is known is as the test wants it.
    async fn until(&self, what: &str, is_so: impl Fn(&Surroundings) -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !is_so(&self.known()) {
            assert!(Instant::now() < end, "{what} did not come about: {:#?}", self.known());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

const SHORT: Duration = Duration::from_millis(300);

fn error<T>(reading: &Reading<T>) -> Option<&str> {
    reading.error().map(|error| error.message.as_str())
}

/// What stands beside each reading of a side that failed.
fn errors(side: &SideFacts) -> [Option<&str>; 8] {
    [
        error(&side.health),
        error(&side.heartbeat),
        error(&side.import_errors),
        error(&side.dags),
        error(&side.work),
        error(&side.files),
        error(&side.keys),
        error(&side.tried),
    ]
}

#[tokio::test]
async fn a_look_reads_everything_of_both_sides_and_the_alarms() {
    let teal = Teal::new(Duration::from_secs(60)).await;
    teal.look(Duration::from_secs(5)).await;
    let known = teal.known();
    for color in Color::BOTH {
        let side = known.side(color);
        assert_eq!(errors(side), [None; 8], "{color}");
        assert!(side.health.value().is_some_and(|parts| parts.iter().any(|part| part.name == "scheduler")), "{color}");
        assert!(side.heartbeat.value().is_some_and(Option::is_some), "{color}");
        assert_eq!(side.files.value().map(|files| files[0].key.as_str()), Some("orders.py"), "{color}");
        assert_eq!(side.dags.value().map(|dags| dags[0].id.as_str()), Some("orders"), "{color}");
        assert!(side.import_errors.value().is_some() && side.work.value().is_some() && side.keys.value().is_some());
        assert!(side.tried.value().is_some_and(|tried| !tried.is_empty()), "{color}");
    }
    let alarms = known.alarms.value().expect("alarms");
    assert_eq!((alarms[0].name.as_str(), alarms[0].state), (ALARM, AlarmState::Fine));
    assert!(teal.engine.board.snapshot().pairs[0].green.value().is_some(), "the environments too");
}

#[tokio::test]
async fn what_fails_stays_as_it_was_with_its_error_beside_it_and_the_rest_is_fresh() {
    let teal = Teal::new(Duration::from_secs(60)).await;
    teal.look(Duration::from_secs(5)).await;
    let before = teal.known();
    teal.later();
    teal.fakes.files_will(Will::Fail("s3:ListBucket is not allowed for these credentials: add it to Teal's policy."));
    teal.fakes.alarms_will(Will::Fail("cloudwatch:DescribeAlarms answered ThrottlingException: Rate exceeded"));
    teal.look(Duration::from_secs(5)).await;
    let after = teal.known();
    for color in Color::BOTH {
        let (before, after) = (before.side(color), after.side(color));
        assert_eq!(after.files.value(), before.files.value());
        assert_eq!(after.files.read_at(), before.files.read_at(), "old is shown as old");
        assert!(error(&after.files).is_some_and(|message| message.starts_with("s3:ListBucket is not allowed")));
        assert!(after.dags.read_at() > before.dags.read_at(), "what answers is fresh");
    }
    assert_eq!(after.alarms.value(), before.alarms.value());
    assert!(after.alarms.error().is_some());

    teal.later();
    teal.fakes.files_will(Will::Answer);
    teal.look(Duration::from_secs(5)).await;
    assert_eq!(error(&teal.known().blue.files), None, "what works again is told without an error");
}

#[tokio::test]
async fn a_look_ends_at_its_patience_and_says_who_did_not_answer() {
    let teal = Teal::new(Duration::from_secs(60)).await;
    teal.look(Duration::from_secs(5)).await;
    teal.later();
    let dags = teal.known().green.dags.clone();
    teal.fakes.airflow_will(Will::Hang);
    teal.fakes.alarms_will(Will::Hang);
    let took = teal.look(SHORT).await;
    assert!((SHORT..SHORT * 4).contains(&took), "{took:?}");
    let known = teal.known();
    for side in [&known.blue, &known.green] {
        for silent in [error(&side.health), error(&side.import_errors), error(&side.dags), error(&side.work)] {
            assert_eq!(silent, Some("Airflow did not answer in 0.3 s."));
        }
        assert_eq!(error(&side.files), None, "who answers is not held up by those who do not");
    }
    assert_eq!(error(&known.alarms), Some("CloudWatch did not answer in 0.3 s."));
    assert_eq!(known.green.dags.value(), dags.value());
}

#[tokio::test]
async fn an_airflow_whose_environment_is_not_available_is_not_asked() {
    let teal = Teal::new(Duration::from_secs(60)).await;
    teal.fakes.green_is(EnvironmentStatus::from("UPDATING".to_owned()));
    teal.look(Duration::from_secs(5)).await;
    let known = teal.known();
    let words = "The environment is UPDATING: its Airflow is asked again when it is AVAILABLE.";
    assert_eq!(error(&known.green.dags), Some(words));
    assert_eq!(error(&known.green.tried), Some(words));
    assert_eq!(error(&known.green.files), None, "its files can be listed all the same");
    assert_eq!(error(&known.green.heartbeat), None);
    assert_eq!(error(&known.blue.dags), None);
    assert!(teal.fakes.asked("mwaa-openlineage-green-dev").is_empty());
    assert!(!teal.fakes.asked("mwaa-openlineage-blue-dev").is_empty());

    // MWAA says of it that it works as before the update.
    teal.later();
    teal.fakes.green_is(EnvironmentStatus::from("UPDATE_FAILED".to_owned()));
    teal.look(Duration::from_secs(5)).await;
    teal.later();
    teal.look(Duration::from_secs(5)).await;
    assert_eq!(error(&teal.known().green.dags), None);
}

#[tokio::test]
async fn those_who_look_at_the_same_time_share_one_look() {
    let teal = Teal::new(Duration::from_secs(60)).await;
    teal.fakes.alarms_will(Will::Take(Duration::from_millis(50)));
    futures::future::join_all((0..20).map(|_| teal.look(Duration::from_secs(5)))).await;
    assert_eq!(teal.fakes.alarms_asked(), 1);
    teal.look(Duration::from_secs(5)).await;
    assert_eq!(teal.fakes.alarms_asked(), 1, "what is that fresh is not read again");
    teal.later();
    teal.look(Duration::from_secs(5)).await;
    assert_eq!(teal.fakes.alarms_asked(), 2);
}

#[tokio::test]
async fn a_slow_reading_never_replaces_one_that_was_begun_after_it() {
    let teal = Teal::new(Duration::from_secs(600)).await;
    teal.fakes.alarms_will(Will::Take(Duration::from_millis(400)));
    watch::start(&teal.engine);
    // The poller asked when the alarm was fine, and hears of it late.
    let end = Instant::now() + Duration::from_secs(10);
    while teal.fakes.alarms_asked() == 0 {
        assert!(Instant::now() < end, "the poller did not ask");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    teal.fakes.alarm_is(AlarmState::Alarm);
    teal.fakes.alarms_will(Will::Answer);
    teal.look(Duration::from_secs(5)).await;
    let state = || teal.known().alarms.value().map(|alarms| alarms[0].state);
    assert_eq!(state(), Some(AlarmState::Alarm));
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(state(), Some(AlarmState::Alarm));
}

#[tokio::test]
async fn one_port_that_hangs_does_not_delay_the_others() {
    let teal = Teal::new(Duration::from_millis(50)).await;
    teal.fakes.airflow_will(Will::Hang);
    watch::start(&teal.engine);
    teal.until("files, heartbeats and alarms", |known| {
        [&known.blue, &known.green]
            .into_iter()
            .all(|side| side.files.value().is_some() && side.heartbeat.value().is_some())
            && known.alarms.value().is_some()
    })
    .await;
    let asked = teal.fakes.alarms_asked();
    teal.fakes.alarm_is(AlarmState::Alarm);
    teal.until("the alarm", |known| known.alarms.value().is_some_and(|alarms| alarms[0].state == AlarmState::Alarm))
        .await;
    assert!(teal.fakes.alarms_asked() > asked);
    assert!(teal.known().green.dags.value().is_none() && teal.known().green.dags.error().is_none(), "it still hangs");
}

#[tokio::test]
async fn the_same_read_again_is_no_new_snapshot_and_a_change_is_one() {
    let teal = Teal::new(Duration::from_millis(40)).await;
    watch::start(&teal.engine);
    teal.until("all of it", |known| {
        known.alarms.value().is_some()
            && [&known.blue, &known.green].into_iter().all(|side| {
                side.health.value().is_some()
                    && side.heartbeat.value().is_some()
                    && side.import_errors.value().is_some()
                    && side.dags.value().is_some()
                    && side.work.value().is_some()
                    && side.files.value().is_some()
                    && side.artifacts.value().is_some()
                    && side.depends_on_past.value().is_some_and(|waiting| waiting == &["orders"])
                    && side.keys.value().is_some()
                    && side.tried.value().is_some()
            })
    })
    .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (before, asked) = (teal.seq(), teal.fakes.alarms_asked());
    let read_at = teal.known().alarms.read_at();
    // The heartbeat moves on with the clock.
    teal.later();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(teal.fakes.alarms_asked() > asked + 2, "it was read again and again");
    assert!(teal.known().alarms.read_at() > read_at, "and the time of it is kept");
    assert_eq!(teal.seq(), before);
    teal.fakes.alarm_is(AlarmState::NoData);
    teal.until("the change", |known| known.alarms.value().is_some_and(|alarms| alarms[0].state == AlarmState::NoData))
        .await;
    assert!(teal.seq() > before);
}

#[tokio::test]
async fn a_nudge_wakes_the_pollers_from_a_long_pause() {
    let teal = Teal::new(Duration::from_secs(2)).await;
    watch::start(&teal.engine);
    teal.until("the alarms", |known| known.alarms.value().is_some()).await;
    let asked = teal.fakes.alarms_asked();
    // Rest is a tenth of the pause; the pause itself would be a second at least.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(teal.fakes.alarms_asked(), asked);
    observe::nudge(&teal.pair);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(teal.fakes.alarms_asked(), asked + 1);
}

#[tokio::test]
async fn a_nudge_does_not_wake_what_takes_a_call_for_each_dag() {
    let teal = Teal::new(Duration::from_secs(2)).await;
    watch::start(&teal.engine);
    let green = "mwaa-openlineage-green-dev";
    let asked = |path: &str| teal.fakes.asked(green).iter().filter(|asked| *asked == path).count();
    teal.until("what waits for the run before", |known| known.green.depends_on_past.value().is_some()).await;
    // Longer than the rest of those that are read a tenth as often, which is a tenth of twenty seconds.
    tokio::time::sleep(Duration::from_millis(2_600)).await;
    let (connections, tasks) = (asked("/connections"), asked("/dags/orders/tasks"));
    observe::nudge(&teal.pair);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(asked("/connections"), connections + 2, "what is read as seldom is woken: to be read, and to be tried");
    assert_eq!(asked("/dags/orders/tasks"), tasks);
}
