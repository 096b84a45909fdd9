//! The engine: what Teal does, whoever asks for it. Pages, API and command line come in by the same door.
//!
//! [`watch`] reads AWS on its own clock, [`observe`] what surrounds the flag, [`switch`] drives the protocol, [`reconcile`] brings the journal
//! into line with the parameter's history, [`board`] publishes what is known, [`spool`] records while the
//! store is away.

pub mod approval;
pub mod bill;
pub mod board;
pub mod clock;
pub mod denials;
pub mod drills;
pub mod follow;
pub mod freezes;
pub mod going_back;
pub mod grace;
pub mod lease;
pub mod lineage;
pub mod maintenance;
pub mod monitoring;
pub mod observe;
pub mod offer;
pub mod prices;
pub mod reconcile;
pub mod recorder;
pub mod skipping;
pub mod smoke;
pub mod spool;
pub mod switch;
pub mod trouble;
pub mod uptime;
pub mod watch;
pub mod why;

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use teal_domain::{Actor, OperationId, PairId, PairSnapshot, Reading, Timestamp, home::Home, lineage::Lineage};
use tokio::sync::Notify;

use crate::{
    aws::{
        Place,
        airflow::AirflowRest,
        autoscaling::GroupPort,
        bill::BillPort,
        cloudtrail::TrailPort,
        cloudwatch::AlarmPort,
        counted::Calls,
        ec2::NetworkPort,
        elb::TargetPort,
        iam::RolePort,
        logs::LogPort,
        metrics::MetricPort,
        mwaa::EnvironmentPort,
        price_list::PricePort,
        rds::DatabasePort,
        s3::{BucketPort, FilePort},
        secrets::SecretPort,
        ssm::FlagPort,
    },
    config::PairConfig,
    store::{Store, parameter_key},
};
use board::Board;
use clock::Clock;
use grace::Grace;

/// The ports to one place in AWS.
#[derive(Clone, Debug)]
pub struct Ports {
    /// SSM.
    pub flag: Arc<dyn FlagPort>,
    /// MWAA.
    pub environments: Arc<dyn EnvironmentPort>,
    /// CloudTrail, where it may be asked.
    pub trail: Option<Arc<dyn TrailPort>>,
    /// What surrounds the flag; none where nothing of it is looked at.
    pub around: Option<Around>,
    /// Cost Explorer, where it may be asked.
    pub bill: Option<Arc<dyn BillPort>>,
    /// The AWS Price List, where it may be asked.
    pub prices: Option<Arc<dyn PricePort>>,
}

/// The ports to what surrounds the flag.
#[derive(Clone, Debug)]
pub struct Around {
    /// The Airflows, through MWAA.
    pub airflow: Arc<dyn AirflowRest>,
    /// CloudWatch.
    pub alarms: Arc<dyn AlarmPort>,
    /// S3.
    pub files: Arc<dyn FilePort>,
    /// Load balancers.
    pub targets: Arc<dyn TargetPort>,
    /// CloudWatch, while somebody looks at alarms and charts.
    pub metrics: Arc<dyn MetricPort>,
    /// CloudWatch Logs.
    pub logs: Arc<dyn LogPort>,
    /// What roles may do.
    pub roles: Arc<dyn RolePort>,
    /// The other parts of the platform; none where they are not looked at.
    pub parts: Option<Parts>,
}

/// The ports to what the platform is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Groups of instances.
    pub groups: Arc<dyn GroupPort>,
    /// Databases.
    pub databases: Arc<dyn DatabasePort>,
    /// Networks and instances.
    pub network: Arc<dyn NetworkPort>,
    /// Secrets, without what they hold.
    pub secrets: Arc<dyn SecretPort>,
    /// Buckets.
    pub buckets: Arc<dyn BucketPort>,
}

/// A pair, and what is needed to act on it.
#[derive(Debug)]
pub struct Pair {
    /// Its config.
    pub config: PairConfig,
    /// Where its resources are.
    pub place: Place,
    /// The key under which the journal keeps its flag's versions.
    pub parameter: String,
    /// The ports to that place.
    pub ports: Ports,
    /// One reconciliation at a time.
    reconciling: tokio::sync::Mutex<()>,
    /// Asks the poller to read now.
    pub nudge: Arc<Notify>,
    /// Asks whoever follows its switches to go on now.
    pub follow: Notify,
    /// Asks whoever drives its smoke tests to go on now.
    pub smoke: Notify,
    /// Asks whoever drives its drills to go on now.
    pub drill: Notify,
    /// What is remembered of its plans of drills.
    pub drills: drills::Shelf,
    /// Who looks at what surrounds the flag, and what was seen last.
    pub looking: observe::Looking,
    /// Who looks at its alarms and charts.
    monitoring: monitoring::Looks,
    /// What is kept of its bill.
    pub bills: bill::Shelf,
    /// The calls that are made for it.
    pub calls: Arc<Calls>,
    /// Where Teal itself stands.
    home: Arc<Home>,
    /// One diagnosis at a time; when the last one was begun, on the monotonic clock.
    diagnosing: tokio::sync::Mutex<Option<Duration>>,
    /// Since when the old side of a switch has not answered whoever follows it.
    silent: Mutex<Option<(OperationId, Timestamp)>>,
}

impl Pair {
    /// A pair over its ports. Pairs of one place share one `nudge`, since they share a poller.
    pub fn new(config: PairConfig, ports: Ports, nudge: Arc<Notify>) -> Self {
        let place = Place { region: config.region.clone(), role: config.assume_role_arn.clone() };
        let parameter = parameter_key(&config.region, &config.names.flag);
        Self {
            config,
            place,
            parameter,
            ports,
            reconciling: tokio::sync::Mutex::new(()),
            nudge,
            follow: Notify::new(),
            smoke: Notify::new(),
            drill: Notify::new(),
            drills: drills::Shelf::default(),
            looking: observe::Looking::default(),
            monitoring: monitoring::Looks::default(),
            bills: bill::Shelf::default(),
            calls: Arc::default(),
            home: Arc::default(),
            diagnosing: tokio::sync::Mutex::default(),
            silent: Mutex::default(),
        }
    }

    /// The same, of a Teal that knows where it stands.
    #[must_use]
    pub fn at_home(self, home: Arc<Home>) -> Self {
        Self { home, ..self }
    }

    /// Its id.
    pub const fn id(&self) -> &PairId {
        &self.config.id
    }

    fn first_snapshot(&self, now: Timestamp) -> PairSnapshot {
        PairSnapshot {
            id: self.config.id.clone(),
            title: self.config.title.clone(),
            region: self.config.region.clone(),
            names: self.config.names.clone(),
            flag: Reading::default(),
            live_since: None,
            blue: Reading::default(),
            green: Reading::default(),
            label: None,
            open: None,
            policy: self.config.policy.clone(),
            request: None,
            following: None,
            moved: None,
            maintenance: None,
            diagnosis: None,
            proved_at: None,
            smoke: Vec::new(),
            drills: Arc::default(),
            freezes: self.freezes(now),
            surroundings: Arc::default(),
            platform: Arc::default(),
            mode: self.config.mode,
            prices: teal_domain::cost::Prices::built_in().clone(),
            home: self.home.clone(),
            lineage: Arc::new(Lineage::unread(self.config.lineage.clone())),
            monitoring: monitoring::unread(self.ports.around.as_ref(), now),
            current: None,
            recent: Vec::new(),
            store: Reading::default(),
        }
    }
}

/// How the engine is set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often the flag is read.
    pub flag_interval: Duration,
    /// How often each environment is read.
    pub environment_interval: Duration,
    /// How often what surrounds the flag is looked at.
    pub surroundings_interval: Duration,
    /// How long a put without an answer may still land.
    pub grace: Duration,
    /// Where spool files of emergency switches are looked for, to be merged.
    pub spool: Option<std::path::PathBuf>,
}

/// The engine.
#[derive(Debug)]
pub struct Engine {
    /// The pairs, in the order of the config.
    pub pairs: Vec<Arc<Pair>>,
    /// The store.
    pub store: Store,
    /// What is published.
    pub board: Board,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How it is set.
    pub settings: Settings,
    /// What is counted for whoever watches Teal itself.
    pub metrics: crate::metrics::Metrics,
    /// What its work took, for whoever gathers traces.
    pub traces: crate::traces::Traces,
    /// What was denied lately.
    pub denials: denials::Denials,
    /// What this process is called where instances share work.
    name: String,
    /// The key that seals confirmations, shared by all instances.
    key: [u8; 32],
    /// The operations that this process is driving just now, each with how many drivers: a confirmation that is sent
    /// twice has two, for a moment.
    driving: Mutex<HashMap<OperationId, usize>>,
    grace: Grace,
}

impl Engine {
    /// An engine over its pairs and its store.
    pub async fn new(
        pairs: Vec<Arc<Pair>>,
        store: Store,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Arc<Self>, crate::store::StoreError> {
        let key = store.shared_key(clock.random()).await?;
        let board = Board::new(clock.now(), pairs.iter().map(|pair| pair.first_snapshot(clock.now())).collect());
        let grace = Grace::new(settings.grace);
        Ok(Arc::new(Self {
            pairs,
            store,
            board,
            name: crate::hex::encode(&clock.random()[..8]),
            clock,
            settings,
            metrics: crate::metrics::Metrics::default(),
            traces: crate::traces::Traces::default(),
            denials: denials::Denials::default(),
            key,
            driving: Mutex::default(),
            grace,
        }))
    }

    /// What this process is called where instances share work.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The pair of that id.
    pub fn pair(&self, id: &PairId) -> Option<&Arc<Pair>> {
        self.pairs.iter().find(|pair| pair.id() == id)
    }

    /// A fresh operation id.
    pub fn new_operation(&self) -> OperationId {
        let mut random = [0; 16];
        random.copy_from_slice(&self.clock.random()[..16]);
        OperationId::new(self.clock.now(), u128::from_le_bytes(random))
    }

    /// Seals a confirmation with the key that all instances share.
    pub fn seal(&self, confirmation: &offer::Confirmation, who: &Actor, pair: &PairId) -> String {
        confirmation.seal(&self.key, who, pair)
    }

    /// Opens a sealed confirmation.
    pub fn open_confirmation(
        &self,
        sealed: &str,
        who: &Actor,
        pair: &PairId,
        now: Timestamp,
    ) -> Result<offer::Confirmation, offer::NotConfirmed> {
        offer::Confirmation::open(sealed, &self.key, who, pair, now)
    }

    /// What a sealed confirmation says, also when it has run out: to find what came of it, never to act on it.
    pub fn read_confirmation(&self, sealed: &str, who: &Actor, pair: &PairId) -> Option<offer::Confirmation> {
        offer::Confirmation::read(sealed, &self.key, who, pair)
    }

    /// Marks an operation as driven by this process, until the guard is dropped.
    pub(crate) fn drive(self: &Arc<Self>, operation: OperationId) -> Driving {
        *self.driving.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += 1;
        Driving { engine: self.clone(), operation }
    }

    /// Waits until no switch is under way in this process.
    pub async fn finish_switches(&self) {
        while !self.driving.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) fn is_driving(&self, operation: OperationId) -> bool {
        self.driving.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&operation)
    }
}

/// While it lives, reconciliation leaves the operation to its driver.
#[derive(Debug)]
pub(crate) struct Driving {
    engine: Arc<Engine>,
    operation: OperationId,
}

impl Drop for Driving {
    fn drop(&mut self) {
        let mut driving = self.engine.driving.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut drivers) = driving.entry(self.operation) {
            *drivers.get_mut() -= 1;
            if *drivers.get() == 0 {
                drivers.remove();
            }
        }
    }
}
