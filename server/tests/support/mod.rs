//! What the engine's tests share: a clock in the test's hands, an SSM that can lose, delay and serve stale,
//! and a desk set with both.
#![allow(dead_code, reason = "each test file uses its own part of this")]

pub mod airflow;
pub mod clock;
pub mod crash;
pub mod nothing;
pub mod ssm;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use teal_domain::{
    Actor, Base, Color, Environment, EnvironmentStatus, Flag, PairId, PairNames, Reason,
    policy::Policy,
    switch::{Kind, Plan},
};
use teal_server::{
    aws::{AwsError, bill::BillPort, mwaa::EnvironmentPort, price_list::PricePort},
    config::{PairConfig, PairCosts},
    engine::{Around, Engine, Pair, Ports, Settings},
    store::Store,
};
use tokio::sync::Notify;

use clock::TestClock;
use ssm::FakeSsm;

pub const GRACE: Duration = Duration::from_secs(600);

/// A folder that goes away with the test; in memory where the machine has such a place, since tests fsync a
/// lot.
pub fn folder() -> tempfile::TempDir {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() }.expect("a folder")
}

/// Both environments are up, until one is said to be down.
#[derive(Debug, Default)]
pub struct Up(Mutex<Option<Color>>);

impl Up {
    pub fn down(&self, color: Color) {
        *self.0.lock().expect("environments") = Some(color);
    }

    pub fn up_again(&self) {
        *self.0.lock().expect("environments") = None;
    }
}

#[async_trait::async_trait]
impl EnvironmentPort for Up {
    async fn read(&self, name: &str) -> Result<Environment, AwsError> {
        let down = self.0.lock().expect("environments").is_some_and(|color| name.contains(color.as_str()));
        let status = if down { EnvironmentStatus::Down("UNAVAILABLE".into()) } else { EnvironmentStatus::Available };
        Ok(Environment {
            name: name.to_owned(),
            status,
            airflow_version: Some("3.0.6".into()),
            class: Some("mw1.small".into()),
            workers: Some((1, 2)),
            schedulers: Some(2),
            web_address: None,
            last_update: None,
            setup: teal_domain::environment::Setup {
                execution_role: Some(format!("arn:aws:iam::123456789012:role/{name}-execution")),
                ..teal_domain::environment::Setup::default()
            },
        })
    }
}

/// One pair over one SSM (or two over two), with as many engines (instances of Teal) as a test wants.
pub struct World {
    pub ssm: Arc<FakeSsm>,
    pub clock: Arc<TestClock>,
    pub store: Store,
    pub pair: PairId,
    pub environments: Arc<Up>,
    pub policy: Policy,
    /// What surrounds the flag, if the test wants something to.
    pub around: Option<Around>,
    /// Cost Explorer, if the test wants it to be asked.
    pub bill: Option<Arc<dyn BillPort>>,
    pub prices: Option<Arc<dyn PricePort>>,
    /// What config says of what both pairs cost.
    pub costs: PairCosts,
    /// What it says of the second one, where that is something else.
    pub costs_of_other: Option<PairCosts>,
    /// A second pair, if the test wants one.
    pub other: Option<(PairId, Arc<FakeSsm>)>,
    spool: Option<PathBuf>,
}

impl World {
    pub async fn new(folder: &std::path::Path) -> Self {
        let store = Store::open(&folder.join("teal.db")).await.expect("a store");
        Self::in_store(store, "dev")
    }

    pub fn in_store(store: Store, pair: &str) -> Self {
        let clock = Arc::new(TestClock::default());
        let ssm = Arc::new(FakeSsm::new(clock.clone()));
        let pair = pair.parse().expect("a pair");
        Self {
            ssm,
            clock,
            store,
            pair,
            environments: Arc::default(),
            policy: Policy::default(),
            around: None,
            bill: None,
            prices: None,
            costs: PairCosts::by_convention("mwaa-openlineage", "dev"),
            costs_of_other: None,
            other: None,
            spool: None,
        }
    }

    /// With a second pair, whose flag is its own.
    pub fn beside(mut self, pair: &str) -> Self {
        self.other = Some((pair.parse().expect("a pair"), Arc::new(FakeSsm::new(self.clock.clone()))));
        self
    }

    pub fn with_spool(mut self, spool: PathBuf) -> Self {
        self.spool = Some(spool);
        self
    }

    pub fn config(&self) -> PairConfig {
        self.config_of(&self.pair)
    }

    fn config_of(&self, pair: &PairId) -> PairConfig {
        PairConfig {
            id: pair.clone(),
            title: "Analytics · dev".into(),
            project: "mwaa-openlineage".into(),
            environment: "dev".into(),
            region: "us-east-2".into(),
            account: None,
            assume_role_arn: None,
            lineage: teal_domain::lineage::Setup::default(),
            mode: None,
            names: PairNames { flag: format!("/{pair}/active"), ..PairNames::by_convention("mwaa-openlineage", "dev") },
            policy: self.policy.clone(),
            freezes: Vec::new(),
            costs: self.costs_of_other.clone().filter(|_| *pair != self.pair).unwrap_or_else(|| self.costs.clone()),
        }
    }

    /// Another instance of Teal on the same store.
    pub async fn instance(&self) -> Instance {
        self.instance_on(self.store.clone()).await
    }

    pub async fn instance_on(&self, store: Store) -> Instance {
        let over = |pair: &PairId, ssm: &Arc<FakeSsm>| {
            let ports = Ports {
                flag: ssm.clone(),
                environments: self.environments.clone(),
                trail: None,
                around: self.around.clone(),
                bill: self.bill.clone(),
                prices: self.prices.clone(),
            };
            Arc::new(Pair::new(self.config_of(pair), ports, Arc::new(Notify::new())))
        };
        let pair = over(&self.pair, &self.ssm);
        let other = self.other.as_ref().map(|(id, ssm)| over(id, ssm));
        let pairs = std::iter::once(pair.clone()).chain(other.clone()).collect();
        let settings = Settings {
            flag_interval: Duration::from_secs(2),
            environment_interval: Duration::from_secs(30),
            surroundings_interval: Duration::from_secs(60),
            grace: GRACE,
            spool: self.spool.clone(),
        };
        let engine = Engine::new(pairs, store, self.clock.clone(), settings).await.expect("an engine");
        Instance { engine, pair, other }
    }
}

/// One process.
pub struct Instance {
    pub engine: Arc<Engine>,
    pub pair: Arc<Pair>,
    pub other: Option<Arc<Pair>>,
}

impl Instance {
    /// What somebody confirms who sees `flag` and wants the other side (or blue, where there is none).
    pub fn plan(&self, flag: &Flag) -> Plan {
        self.plan_to(flag, flag.color().map_or(Color::Blue, Color::other))
    }

    pub fn plan_to(&self, flag: &Flag, target: Color) -> Plan {
        let now = self.engine.clock.now();
        Plan {
            operation: self.engine.new_operation(),
            pair: self.pair.id().clone(),
            kind: if flag.color().is_some() { Kind::Planned } else { Kind::Repair },
            from: flag.color(),
            target,
            base: Base::of(flag),
            actor: Actor::page("ana"),
            reason: Reason::parse("because").expect("a reason"),
            confirmed_at: now,
            expires_at: now + Plan::CONFIRMATION_LIVES,
            approval: None,
            unproven: false,
            change_ref: None,
            overridden: Vec::new(),
            reverts: None,
            maintenance: None,
            drill: None,
            flag_only: false,
            preflight: None,
        }
    }

    pub async fn reconcile(&self) {
        for pair in std::iter::once(&self.pair).chain(&self.other) {
            self.engine.reconcile(pair).await.expect("reconciled");
        }
    }
}
