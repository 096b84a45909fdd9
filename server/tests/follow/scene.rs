//! A pair under `pause-standby`: blue works, green stands by.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use teal_domain::{
    Color, Flag, Timestamp,
    history::{HistoryQuery, Record},
    platform::Balancer,
    policy::{Guard, Policy},
    snapshot::Following,
    steps::{Course, Step},
    surroundings::{Alarm, AlarmState, DagFile},
    switch::{Kind, Plan},
};
use teal_server::{
    aws::{AwsError, airflow::Dialect, cloudwatch::AlarmPort, elb::TargetPort, s3::FilePort},
    engine::{Around, clock::Clock as _},
};

use crate::support::{Instance, World, airflow::FakeAirflow, folder};

pub const BLUE: &str = "mwaa-openlineage-blue-dev";
pub const GREEN: &str = "mwaa-openlineage-green-dev";
pub const HOUR: Duration = Duration::from_secs(3600);
/// What a DAG is at when it works: longer than any step of a test.
pub const GUARD: &str = "teal_guard";

/// CloudWatch in the test's hands.
#[derive(Debug, Default)]
pub struct Alarms {
    pub ringing: Mutex<Vec<(String, Timestamp)>>,
    pub silent: Mutex<bool>,
    /// Nobody may read them.
    pub denied: Mutex<bool>,
    /// What those say that do not ring, if not that all is fine.
    pub others: Mutex<Option<AlarmState>>,
    /// Why they ring, if not for the usual reason.
    pub reason: Mutex<Option<String>>,
}

impl Alarms {
    fn allowed(&self) -> Result<(), AwsError> {
        let message = "cloudwatch:DescribeAlarms is not allowed for these credentials.".to_owned();
        let error = AwsError { code: Some("AccessDenied".into()), message, refused: true };
        if *self.denied.lock().expect("alarms") { Err(error) } else { Ok(()) }
    }
}

#[async_trait::async_trait]
impl AlarmPort for Alarms {
    async fn alarms(&self, names: &[String]) -> Result<Vec<Alarm>, AwsError> {
        self.allowed()?;
        let ringing = self.ringing.lock().expect("alarms").clone();
        let others = self.others.lock().expect("alarms").unwrap_or(AlarmState::Fine);
        let reason = self.reason.lock().expect("alarms").clone();
        let reason = reason.unwrap_or_else(|| "3 datapoints were above 5".into());
        let told = names.iter().map(|name| {
            let since = ringing.iter().find(|(rings, _)| rings == name).map(|(_, since)| *since);
            let state = if since.is_some() { AlarmState::Alarm } else { others };
            Alarm { name: name.clone(), state, since, reason: reason.clone() }
        });
        Ok(told.collect())
    }

    async fn heartbeat(&self, _: &str, since: Timestamp) -> Result<Option<Timestamp>, AwsError> {
        self.allowed()?;
        Ok((!*self.silent.lock().expect("alarms")).then_some(Timestamp(since.0 + 540_000)))
    }
}

#[async_trait::async_trait]
impl FilePort for Alarms {
    async fn files(&self, _: &str, _: &str) -> Result<Vec<DagFile>, AwsError> {
        Ok(Vec::new())
    }

    async fn file(&self, _: &str, _: &str) -> Result<Option<DagFile>, AwsError> {
        Ok(None)
    }
}

#[async_trait::async_trait]
impl TargetPort for Alarms {
    async fn balancer(&self, _: &str) -> Result<Option<Balancer>, AwsError> {
        Ok(None)
    }
}

pub struct Scene {
    pub world: World,
    pub teal: Instance,
    pub airflow: Arc<FakeAirflow>,
    pub alarms: Arc<Alarms>,
    _folder: tempfile::TempDir,
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// `orders` and `customers` ask the flag, `exports` does not, `legacy` is paused on purpose.
    pub async fn with(policy: impl FnOnce(&mut Policy)) -> Self {
        let folder = folder();
        let mut world = World::new(folder.path()).await;
        world.policy.dags.strategy = teal_domain::dags::Strategy::PauseStandby;
        let guard = Guard { alarm: "errors".into(), before: true, after: true, runbook_url: None };
        world.policy.guards.push(guard);
        policy(&mut world.policy);
        let next = Timestamp(world.clock.now().0 + 600_000);
        let side = |standby: bool| {
            move |side: &mut crate::support::airflow::world::Side| {
                for (id, guarded) in [("orders", true), ("customers", true), ("exports", false)] {
                    let dag = side.dag(id).every(HOUR, next);
                    if guarded {
                        dag.tagged("teal").guarded_by(GUARD);
                    }
                    if standby {
                        dag.paused();
                    }
                }
                side.dag("legacy").paused().tagged("teal");
            }
        };
        let airflow = FakeAirflow::new(world.clock.clone());
        let airflow = airflow.side(BLUE, Dialect::Three, side(false)).side(GREEN, Dialect::Two, side(true));
        let airflow = Arc::new(airflow);
        airflow.make_live(BLUE);
        let alarms = Arc::new(Alarms::default());
        world.around = Some(Around {
            airflow: airflow.clone(),
            alarms: alarms.clone(),
            files: alarms.clone(),
            targets: alarms.clone(),
            metrics: Arc::new(crate::support::nothing::Nothing),
            logs: Arc::new(crate::support::nothing::Nothing),
            roles: Arc::new(crate::support::nothing::Nothing),
            parts: None,
        });
        world.ssm.outsider_puts("blue", None);
        let teal = world.instance().await;
        teal.reconcile().await;
        let scene = Self { world, teal, airflow, alarms, _folder: folder };
        scene.look().await;
        scene
    }

    /// What the pollers would do.
    pub async fn look(&self) {
        self.look_on(&self.teal).await;
    }

    pub async fn look_on(&self, teal: &Instance) {
        let flag = self.flag().await;
        let now = self.world.clock.now();
        let green = Some("2.10.3".to_owned());
        for (color, version) in [(Color::Blue, Some("3.0.6".to_owned())), (Color::Green, green)] {
            let name = if color == Color::Blue { BLUE } else { GREEN };
            let mut environment = teal.pair.ports.environments.read(name).await.expect("an environment");
            environment.airflow_version = version;
            teal.engine.board.update(teal.pair.id(), now, |known| {
                let side = if color == Color::Blue { &mut known.blue } else { &mut known.green };
                side.succeed(environment, now);
            });
        }
        teal.engine.board.update(teal.pair.id(), now, |known| teal_server::engine::watch::take_flag(known, flag, now));
    }

    pub async fn flag(&self) -> Flag {
        let name = &self.teal.pair.config.names.flag;
        self.teal.pair.ports.flag.read_one(name).await.expect("a flag")
    }

    /// Somebody switches to the other side, and the DAGs find out.
    pub async fn switch(&self) -> Record {
        self.switch_as(|_| {}).await
    }

    pub async fn switch_as(&self, change: impl FnOnce(&mut Plan)) -> Record {
        let mut plan = self.teal.plan(&self.flag().await);
        change(&mut plan);
        let target = plan.target;
        let record = self.teal.engine.confirmed(&self.teal.pair, plan).await.expect("a record");
        self.airflow.make_live(if target == Color::Blue { BLUE } else { GREEN });
        self.world.clock.pass(Duration::from_secs(1));
        self.look().await;
        record
    }

    pub async fn emergency(&self) -> Record {
        self.switch_as(|plan| plan.kind = Kind::Emergency).await
    }

    /// One look at what follows.
    pub async fn follow(&self) {
        self.follow_on(&self.teal).await;
    }

    pub async fn follow_on(&self, teal: &Instance) {
        teal.engine.follow(&teal.pair).await.expect("followed");
    }

    /// As long as it takes, with time passing.
    pub async fn follow_for(&self, span: Duration) {
        let until = self.world.clock.now().0 + i64::try_from(span.as_millis()).expect("short");
        while self.world.clock.now().0 < until {
            self.follow().await;
            self.world.clock.pass(Duration::from_secs(10));
        }
        self.follow().await;
    }

    /// A guard goes into alarm.
    pub fn ring(&self) {
        let now = self.world.clock.now();
        self.alarms.ringing.lock().expect("alarms").push(("errors".into(), now));
    }

    /// The latest record.
    pub async fn newest(&self) -> Record {
        let query = HistoryQuery::default();
        self.world.store.history(&self.world.pair, &query, 1).await.expect("history").records.remove(0)
    }

    pub fn following(&self) -> Option<Following> {
        self.teal.engine.board.snapshot().pair(self.teal.pair.id()).expect("a pair").following.clone()
    }

    pub async fn course(&self, seq: u64) -> Course {
        let found = self.world.store.record(&self.world.pair, seq).await.expect("a store").expect("a record");
        found.0.switch().expect("a switch").course.as_ref().clone()
    }

    pub async fn steps(&self, seq: u64) -> Vec<Step> {
        self.course(seq).await.steps.into_iter().map(|(_, step)| step).collect()
    }

    /// A run of a DAG that is under way.
    pub fn at_work(&self, environment: &str, dag: &str) {
        let now = self.world.clock.now();
        self.airflow.change(environment, |side| {
            side.dag(dag).run("manual").running(now).task("work", "running", Some(now), None);
        });
    }
}
