//! What the platform is made of: each part is read for itself, by the names that it may have.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use teal_domain::{
    Environment, PairNames, Reading,
    platform::{Balancer, Bucket, Database, Found, Group, Instance, Network, Platform, Secret, Target, TargetGroup},
};
use teal_server::{
    aws::{
        AwsError, autoscaling::GroupPort, ec2::NetworkPort, elb::TargetPort, mwaa::EnvironmentPort, rds::DatabasePort,
        s3::BucketPort, secrets::SecretPort,
    },
    config::Polling,
    engine::{
        Around, Engine, Pair, Parts, Ports, Settings,
        clock::System,
        observe::{Airflows, survey},
        watch,
    },
};
use tokio::sync::Notify;

use super::{
    ports::Fakes,
    support::{self, World, folder, nothing::Nothing},
};

/// An AWS in the test's hands, which has what it is told to have.
#[derive(Debug, Default)]
struct Account {
    balancer: Option<&'static str>,
    group: Option<&'static str>,
    instance: Option<&'static str>,
    /// Environments cannot be read.
    blind: bool,
    /// The network that the load balancer says.
    vpc: Option<&'static str>,
    denied: Mutex<Option<&'static str>>,
    asked: Mutex<Vec<String>>,
    balancers: AtomicUsize,
}

impl Account {
    fn ask(&self, action: &'static str, what: String) -> Result<(), AwsError> {
        self.asked.lock().expect("the log").push(what);
        let denied = *self.denied.lock().expect("a slot");
        if denied != Some(action) {
            return Ok(());
        }
        let message = format!("{action} is not allowed for these credentials: add it to Teal's policy.");
        Err(AwsError { code: Some("AccessDenied".into()), message, refused: true })
    }

    fn deny(&self, action: Option<&'static str>) {
        *self.denied.lock().expect("a slot") = action;
    }

    fn asked(&self, what: &str) -> Vec<String> {
        self.asked.lock().expect("the log").iter().filter_map(|one| one.strip_prefix(what)).map(str::to_owned).collect()
    }
}

#[async_trait]
impl TargetPort for Account {
    async fn balancer(&self, name: &str) -> Result<Option<Balancer>, AwsError> {
        self.balancers.fetch_add(1, Ordering::SeqCst);
        self.ask("elasticloadbalancing:DescribeLoadBalancers", format!("balancer {name}"))?;
        let target = Target { id: "i-1:5000".into(), zone: None, state: "healthy".into(), reason: String::new() };
        let group = TargetGroup { name: "api".into(), arn: String::new(), port: Some(5000), targets: vec![target] };
        Ok((self.balancer == Some(name)).then(|| Balancer {
            arn: String::new(),
            dns: String::new(),
            internal: true,
            state: "active".into(),
            zones: Vec::new(),
            vpc: self.vpc.map(str::to_owned),
            groups: vec![group],
        }))
    }
}

#[async_trait]
impl GroupPort for Account {
    async fn group(&self, names: &[String]) -> Result<Option<(String, Group)>, AwsError> {
        self.ask("autoscaling:DescribeAutoScalingGroups", format!("group {}", names.join(" ")))?;
        let group = Group { sizes: (2, 2, 4), ..Group::default() };
        let name = names.iter().find(|name| self.group == Some(name.as_str()));
        Ok(name.map(|name| (name.clone(), group)))
    }

    async fn group_of(&self, instances: &[String]) -> Result<Option<String>, AwsError> {
        self.ask("autoscaling:DescribeAutoScalingInstances", format!("group of {}", instances.join(" ")))?;
        Ok(self.group.map(str::to_owned))
    }
}

#[async_trait]
impl DatabasePort for Account {
    async fn database(&self, names: &[String]) -> Result<Option<(String, Database)>, AwsError> {
        self.ask("rds:DescribeDBClusters", format!("database {}", names.join(" ")))?;
        Ok(None)
    }
}

#[async_trait]
impl NetworkPort for Account {
    async fn network_of(&self, subnets: &[String]) -> Result<Option<String>, AwsError> {
        self.ask("ec2:DescribeSubnets", format!("network of {}", subnets.join(" ")))?;
        Ok(None)
    }

    async fn network(&self, vpc: &str) -> Result<Network, AwsError> {
        self.ask("ec2:DescribeNatGateways", format!("network {vpc}"))?;
        Ok(Network { vpc: vpc.to_owned(), ..Network::default() })
    }

    async fn instance(&self, key: &str, values: &[String]) -> Result<Option<(String, Instance)>, AwsError> {
        self.ask("ec2:DescribeInstances", format!("instance {key} {}", values.join(" ")))?;
        let instance = Instance { id: "i-9".into(), state: "running".into(), ..Instance::default() };
        let value = values.iter().find(|value| self.instance == Some(value.as_str()));
        Ok(value.map(|value| (value.clone(), instance)))
    }
}

#[async_trait]
impl SecretPort for Account {
    async fn secret(&self, name: &str) -> Result<Option<Secret>, AwsError> {
        self.ask("secretsmanager:DescribeSecret", format!("secret {name}"))?;
        Ok(None)
    }
}

#[async_trait]
impl BucketPort for Account {
    async fn bucket(&self, name: &str) -> Result<Bucket, AwsError> {
        self.ask("s3:ListBucket", format!("bucket {name}"))?;
        let exists = !name.contains("us-east-2");
        Ok(Bucket { name: name.to_owned(), exists, versioned: Some(true), ..Bucket::default() })
    }
}

#[async_trait]
impl EnvironmentPort for Account {
    async fn read(&self, name: &str) -> Result<Environment, AwsError> {
        if self.blind {
            return Err(AwsError {
                code: None,
                message: "airflow:GetEnvironment did not answer.".into(),
                refused: false,
            });
        }
        Fakes::default().read(name).await
    }
}

/// A pair of `acme` over such an AWS.
fn pair(world: &World, account: &Arc<Account>, change: impl FnOnce(&mut PairNames)) -> Pair {
    let mut config = world.config();
    config.project = "acme".into();
    config.names = PairNames { flag: config.names.flag.clone(), ..PairNames::by_convention("acme", "dev") };
    change(&mut config.names);
    let around = Around {
        airflow: Arc::new(Fakes::default()),
        alarms: Arc::new(Nothing),
        files: Arc::new(Nothing),
        targets: account.clone(),
        metrics: Arc::new(Nothing),
        logs: Arc::new(Nothing),
        roles: Arc::new(Nothing),
        parts: Some(Parts {
            groups: account.clone(),
            databases: account.clone(),
            network: account.clone(),
            secrets: account.clone(),
            buckets: account.clone(),
        }),
    };
    let ports = Ports {
        flag: world.ssm.clone(),
        environments: account.clone(),
        trail: None,
        around: Some(around),
        bill: None,
        prices: None,
    };
    Pair::new(config, ports, Arc::new(Notify::new()))
}

/// What one look at everything finds.
async fn look(account: &Arc<Account>, change: impl FnOnce(&mut PairNames)) -> Arc<Platform> {
    let folder = folder();
    let pair = pair(&World::new(folder.path()).await, account, change);
    let minute = Duration::from_secs(60);
    let polling = Polling { flag: minute, environments: minute, surroundings: minute, request_timeout: minute };
    survey(&pair, &System::default(), &polling, Airflows::Spared).await.known.platform.clone()
}

fn matched<T>(reading: &Reading<Found<T>>) -> Option<&str> {
    reading.value()?.found.as_ref().map(|(name, _)| name.as_str())
}

fn tried<T>(reading: &Reading<Found<T>>) -> &[String] {
    reading.value().map_or(&[], |found| &found.tried)
}

fn error<T>(reading: &Reading<T>) -> &str {
    reading.error().map_or("", |error| error.message.as_str())
}

#[tokio::test]
async fn a_part_is_found_by_the_second_of_its_names_and_both_are_told() {
    let account = Account {
        balancer: Some("acme-marquez-ha-dev-alb"),
        group: Some("acme-marquez-ha-dev-asg"),
        ..Account::default()
    };
    let known = look(&Arc::new(account), |_| {}).await;
    assert_eq!(matched(&known.balancer), Some("acme-marquez-ha-dev-alb"));
    assert_eq!(tried(&known.balancer), ["acme-marquez-dev", "acme-marquez-ha-dev-alb"]);
    assert_eq!(matched(&known.group), Some("acme-marquez-ha-dev-asg"));
    assert_eq!(
        (matched(&known.secret), tried(&known.secret)),
        (None, ["acme/marquez/database/dev".to_owned()].as_slice())
    );
}

#[tokio::test]
async fn a_group_of_another_name_is_found_by_the_targets_of_the_load_balancer() {
    let account = Arc::new(Account {
        balancer: Some("acme-marquez-dev"),
        group: Some("MarquezStack-Hosts-1A2B3C"),
        ..Account::default()
    });
    let known = look(&account, |_| {}).await;
    assert_eq!(matched(&known.group), Some("MarquezStack-Hosts-1A2B3C"));
    assert_eq!(account.asked("group of "), ["i-1"]);
    assert_eq!(tried(&known.group)[2], "the group of i-1");
    assert!(account.asked("instance ").is_empty(), "a group runs it, so no instance is looked for");
    assert_eq!(known.instance.value().map(|found| found.tried.len()), Some(0));

    let named = look(&account, |names| names.group = Some("hosts".into())).await;
    assert_eq!(
        (matched(&named.group), tried(&named.group)),
        (None, ["hosts".to_owned()].as_slice()),
        "config's word is the only one"
    );
}

#[tokio::test]
async fn one_instance_is_looked_for_where_there_is_no_group() {
    let account = Arc::new(Account { instance: Some("acme-marquez-dev"), ..Account::default() });
    let known = look(&account, |_| {}).await;
    assert_eq!((matched(&known.group), matched(&known.instance)), (None, Some("acme-marquez-dev")));

    let denied = Arc::new(Account { instance: Some("acme-marquez-dev"), ..Account::default() });
    denied.deny(Some("autoscaling:DescribeAutoScalingGroups"));
    let known = look(&denied, |_| {}).await;
    assert!(known.instance.value().is_none(), "one of a group that cannot be seen would be taken for the only one");
    assert!(error(&known.instance).contains("autoscaling:DescribeAutoScalingGroups is not allowed"), "{known:?}");
}

#[tokio::test]
async fn a_missing_permission_is_the_error_of_that_part_alone_and_names_the_action() {
    let account = Arc::new(Account { balancer: Some("acme-marquez-dev"), vpc: Some("vpc-1"), ..Account::default() });
    account.deny(Some("secretsmanager:DescribeSecret"));
    let known = look(&account, |_| {}).await;
    assert_eq!(
        error(&known.secret),
        "secretsmanager:DescribeSecret is not allowed for these credentials: add it to Teal's policy."
    );
    assert!(known.secret.value().is_none(), "what may not be read is not said to be missing");
    assert!(
        known.database.value().is_some() && known.balancer.value().is_some() && known.blue_bucket.value().is_some()
    );
    assert_eq!(known.network.value().map(|network| network.vpc.as_str()), Some("vpc-1"), "as the load balancer says");
}

#[tokio::test]
async fn a_bucket_is_the_one_that_the_environment_names_and_else_the_one_that_is_there() {
    let account = Arc::new(Account::default());
    let known = look(&account, |_| {}).await;
    assert_eq!(known.blue_bucket.value().map(|bucket| bucket.name.as_str()), Some("dags-of-acme-blue-dev"));
    let account = Arc::new(Account { blind: true, ..Account::default() });
    let known = look(&account, |_| {}).await;
    assert!(known.green_bucket.value().is_none(), "{known:?}");
    let says = error(&known.green_bucket);
    assert!(says.contains("airflow:GetEnvironment did not answer.") && says.contains("`account`"), "{says}");
}

/// Pollers over such an AWS, until the test has seen what it waits for.
async fn until(engine: &Engine, what: &str, is_so: impl Fn(&Platform) -> bool) -> Arc<Platform> {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let known = engine.board.snapshot().pairs[0].platform.clone();
        if is_so(&known) {
            return known;
        }
        assert!(Instant::now() < end, "{what} did not come about: {known:#?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_reading_that_fails_keeps_the_last_good_value_and_what_matched_is_asked_for_first() {
    let folder = folder();
    let world = World::new(folder.path()).await;
    let account = Arc::new(Account { balancer: Some("acme-marquez-ha-dev-alb"), ..Account::default() });
    let every = Duration::from_millis(50);
    let settings = Settings {
        flag_interval: Duration::from_secs(600),
        environment_interval: every,
        surroundings_interval: every,
        grace: support::GRACE,
        spool: None,
    };
    let pair = Arc::new(pair(&world, &account, |_| {}));
    let engine = Engine::new(vec![pair], world.store.clone(), world.clock.clone(), settings).await.expect("an engine");
    watch::start(&engine);
    let before = until(&engine, "the load balancer", |known| known.balancer.value().is_some()).await;
    let asked = account.balancers.load(Ordering::SeqCst);
    until(&engine, "some more readings", |_| account.balancers.load(Ordering::SeqCst) > asked + 2).await;
    let names = account.asked("balancer ");
    assert!(names[2..].iter().all(|name| name == "acme-marquez-ha-dev-alb"), "{names:?}");

    account.deny(Some("elasticloadbalancing:DescribeLoadBalancers"));
    let after = until(&engine, "the refusal", |known| known.balancer.error().is_some()).await;
    assert_eq!(after.balancer.value(), before.balancer.value(), "old is shown as old");
    assert!(error(&after.balancer).starts_with("elasticloadbalancing:DescribeLoadBalancers is not allowed"));
    assert!(after.group.error().is_none() && after.database.error().is_none(), "the others go on: {after:#?}");

    account.deny(None);
    until(&engine, "the answer", |known| known.balancer.error().is_none()).await;
}
