//! The platform in all four modes, in the gallery: well, ill, partly denied, and read long ago.

use super::{around, back, under_way};
use std::sync::Arc;
use teal_domain::{
    Color, Flag, PairSnapshot, Reading,
    environment::{NO_SUCH, Setup},
    platform::{
        Balancer, Bucket, Busy, Database, DatabaseMember, Found, Group, Instance, Load, LogGroup, Member, NatGateway,
        Network, Platform, Secret, Subnet, Target, TargetGroup, Used,
    },
    topology::Mode,
};

const ZONES: [&str; 3] = ["us-east-2a", "us-east-2b", "us-east-2c"];

fn read<T>(value: T) -> Reading<T> {
    Reading::good(value, back(38))
}

fn is<T>(name: &str, it: T) -> Reading<Found<T>> {
    read(Found { tried: vec![name.into()], found: Some((name.into(), it)) })
}

fn is_not<T>(names: &[&str]) -> Reading<Found<T>> {
    read(Found { tried: names.iter().map(|name| (*name).to_owned()).collect(), found: None })
}

fn network(gateways: usize) -> Network {
    let subnet = |kind: &str, n: usize, public| Subnet {
        id: format!("subnet-0{kind}{n}"),
        name: Some(format!("mwaa-openlineage-{kind}-dev-{n}")),
        zone: ZONES[n].into(),
        public: Some(public),
        nat: (!public).then(|| gateway_id(n.min(gateways.saturating_sub(1)))),
    };
    let subnets = (0..3).flat_map(|n| [subnet("public", n, true), subnet("private", n, false)]);
    let gateway =
        |n: usize| NatGateway { id: gateway_id(n), subnet: format!("subnet-0public{n}"), state: "available".into() };
    Network {
        vpc: "vpc-0c2f4d8e91ab37560".into(),
        cidr: Some("10.0.0.0/16".into()),
        subnets: subnets.collect(),
        nat_gateways: (0..gateways).map(gateway).collect(),
        denied: Vec::new(),
    }
}

fn gateway_id(n: usize) -> String {
    format!("nat-0a{n}4c77e1b2d90f35")
}

fn instance_id(n: usize) -> String {
    format!("i-0f3{n}a9c77be41d20{n}")
}

fn balancer() -> Balancer {
    let arn = "arn:aws:elasticloadbalancing:us-east-2:123456789012";
    let group = |name: &str, port: u16| TargetGroup {
        name: format!("mwaa-openlineage-{name}-dev"),
        arn: format!("{arn}:targetgroup/{name}/1"),
        port: Some(port),
        targets: (0..2)
            .map(|n| Target {
                id: format!("{}:{port}", instance_id(n)),
                zone: Some(ZONES[n].into()),
                state: "healthy".into(),
                reason: String::new(),
            })
            .collect(),
    };
    Balancer {
        arn: format!("{arn}:loadbalancer/app/mwaa-openlineage-marquez-dev/50dc6c495c0c9188"),
        dns: "internal-mwaa-openlineage-marquez-dev-1234.us-east-2.elb.amazonaws.com".into(),
        internal: true,
        state: "active".into(),
        zones: ZONES[..2].iter().map(|zone| (*zone).to_owned()).collect(),
        vpc: Some("vpc-0c2f4d8e91ab37560".into()),
        groups: vec![group("api", 5000), group("web", 3000)],
    }
}

fn group() -> Group {
    let member = |n: usize| Member {
        id: instance_id(n),
        class: Some("t3.medium".into()),
        zone: ZONES[n].into(),
        lifecycle: "InService".into(),
        healthy: true,
    };
    Group {
        sizes: (2, 2, 4),
        zones: balancer().zones,
        instances: vec![member(0), member(1)],
        refresh: None,
        subnets: vec!["subnet-0private0".into(), "subnet-0private1".into()],
        denied: Vec::new(),
    }
}

fn database() -> Database {
    let member = |n: usize| DatabaseMember {
        id: format!("mwaa-openlineage-marquez-db-dev-{n}"),
        class: Some("db.t3.medium".into()),
        zone: Some(ZONES[n].into()),
        writer: n == 0,
        status: "available".into(),
    };
    Database {
        arn: None,
        cluster: true,
        engine: "aurora-postgresql".into(),
        version: Some("15.4".into()),
        status: "available".into(),
        multi_az: true,
        members: vec![member(0), member(1)],
        encrypted: Some(true),
        protected: Some(true),
        backup_days: Some(7),
    }
}

fn platform(pair: &mut PairSnapshot) -> &mut Platform {
    Arc::make_mut(&mut pair.platform)
}

fn setup(pair: &mut PairSnapshot, color: Color, with: impl FnOnce(&mut Setup)) {
    let side = if color == Color::Blue { &mut pair.blue } else { &mut pair.green };
    let (mut environment, at) = (side.value().cloned().unwrap(), side.read_at().unwrap());
    with(&mut environment.setup);
    *side = Reading::good(environment, at);
}

fn tagged(pair: &mut PairSnapshot, mode: Mode) {
    pair.mode = Some(mode);
    for color in Color::BOTH {
        if pair.side(color).value().is_some() {
            setup(pair, color, |setup| setup.deployment_mode = Some(mode.tag().into()));
        }
    }
}

/// One of them was never told when to forget.
fn log_groups(color: Color) -> Vec<LogGroup> {
    let group = |part: &str, retention_days, bytes| LogGroup {
        name: format!("airflow-mwaa-openlineage-{color}-dev-{part}"),
        retention_days,
        bytes,
    };
    vec![group("Scheduler", Some(30), 2_100_000_000), group("Task", None, 41_300_000_000)]
}

/// Two weeks in which there was not much to do.
fn load() -> Load {
    let busy = |cpu, memory| Busy { cpu: Some(cpu), memory: Some(memory) };
    let used = |bytes| Used {
        schedulers: busy(31, 48),
        workers: busy(54, 37),
        web_servers: busy(6, 41),
        bucket_bytes: Some(bytes),
    };
    Load { blue: used(9_300_000_000), green: used(18_200_000_000) }
}

/// All of it is known, all is well, and nothing would take both sides down.
pub fn full_ha(pair: &mut PairSnapshot) {
    around::looked_at(pair);
    for (color, window) in [(Color::Blue, "SUN:03:30"), (Color::Green, "WED:03:30")] {
        setup(pair, color, |setup| {
            setup.maintenance_window = Some(window.into());
            setup.execution_role = Some(format!("arn:aws:iam::123456789012:role/mwaa-{color}"));
            setup.subnets = vec!["subnet-0private0".into(), "subnet-0private1".into()];
        });
    }
    let bucket = |color: Color| Bucket {
        name: format!("mwaa-openlineage-mwaa-{color}-dev-us-east-2-123456789012"),
        exists: true,
        versioned: Some(true),
        lifecycle: Some(color == Color::Blue),
        encrypted: Some("AES256".into()),
        denied: Vec::new(),
    };
    pair.platform = Arc::new(Platform {
        network: read(network(2)),
        balancer: is("mwaa-openlineage-marquez-dev", balancer()),
        group: is("mwaa-openlineage-marquez-asg-dev", group()),
        instance: is_not(&["mwaa-openlineage-marquez-dev"]),
        database: is("mwaa-openlineage-marquez-db-dev", database()),
        secret: is(
            "mwaa-openlineage/marquez/database/dev",
            Secret { rotates: Some(true), changed_at: Some(back(1_900_000)), deleted: false },
        ),
        blue_bucket: read(bucket(Color::Blue)),
        green_bucket: read(bucket(Color::Green)),
        blue_logs: read(log_groups(Color::Blue)),
        green_logs: read(log_groups(Color::Green)),
        load: read(load()),
    });
    tagged(pair, Mode::FullHa);
}

/// As the field deploys it: one NAT gateway, and what else both sides have in common.
pub fn field(pair: &mut PairSnapshot) {
    full_ha(pair);
    platform(pair).network = read(network(1));
    setup(pair, Color::Green, |setup| setup.maintenance_window = Some("SUN:03:30".into()));
}

/// Of everything something.
pub fn ill(pair: &mut PairSnapshot) {
    field(pair);
    let mut blue = pair.blue.value().cloned().unwrap();
    blue.status = "UPDATING".to_owned().into();
    pair.blue = Reading::good(blue, back(8));
    let found = platform(pair);
    let mut ill = balancer();
    for targets in &mut ill.groups {
        targets.targets[1].state = "unhealthy".into();
        targets.targets[1].reason = "Target.FailedHealthChecks: Health checks failed with these codes: [502]".into();
    }
    found.balancer = is("mwaa-openlineage-marquez-dev", ill);
    let mut fewer = group();
    fewer.instances[1].lifecycle = "Terminating".into();
    fewer.refresh = Some(("InProgress".into(), Some(50)));
    found.group = is("mwaa-openlineage-marquez-asg-dev", fewer);
    found.database = is("mwaa-openlineage-marquez-db-dev", Database { status: "stopped".into(), ..database() });
    let unversioned = Bucket { versioned: Some(false), ..found.green_bucket.value().cloned().unwrap() };
    found.green_bucket = read(unversioned);
}

/// Some of it may not be read.
pub fn denied(pair: &mut PairSnapshot) {
    full_ha(pair);
    let denied = |action: &str| format!("{action} is not allowed for these credentials: add it to Teal's policy.");
    let found = platform(pair);
    found.network = Reading::default();
    found.network.fail(denied("ec2:DescribeNatGateways"), back(38));
    found.secret = Reading::default();
    found.secret.fail(denied("secretsmanager:DescribeSecret"), back(38));
}

/// Of some parts a little may not be read, and the rest is.
pub fn partly_denied(pair: &mut PairSnapshot) {
    full_ha(pair);
    let found = platform(pair);
    let mut network = found.network.value().cloned().unwrap();
    network.cidr = None;
    network.denied = vec!["ec2:DescribeRouteTables".into(), "ec2:DescribeVpcs".into()];
    network.subnets.iter_mut().for_each(|subnet| (subnet.public, subnet.nat) = (None, None));
    found.network = read(network);
    let mut bucket = found.blue_bucket.value().cloned().unwrap();
    (bucket.versioned, bucket.denied) = (None, vec!["s3:GetBucketVersioning".into()]);
    found.blue_bucket = read(bucket);
    let mut group = group();
    (group.subnets, group.denied) = (Vec::new(), vec!["autoscaling:DescribeInstanceRefreshes".into()]);
    found.group = is("mwaa-openlineage-marquez-asg-dev", group);
    let balancer = Balancer { vpc: None, ..balancer() };
    found.balancer = is("mwaa-openlineage-marquez-dev", balancer);
}

/// All of it was read, an hour ago.
pub fn old(pair: &mut PairSnapshot) {
    full_ha(pair);
    super::stale(pair);
    let error = "rds:DescribeDBClusters could not be reached: connection refused.";
    let found = platform(pair);
    let then = back(4_000);
    // All of it, and the lineage service too.
    found.group = Reading::good(found.group.value().cloned().unwrap(), then);
    found.network = Reading::good(found.network.value().cloned().unwrap(), then);
    found.database = Reading::good(found.database.value().cloned().unwrap(), then);
    found.database.fail(error, back(3_900));
}

/// A switch is under way.
pub fn switching(pair: &mut PairSnapshot) {
    full_ha(pair);
    under_way(pair);
}

fn single(pair: &mut PairSnapshot) {
    let found = platform(pair);
    found.balancer = is_not(&["mwaa-openlineage-marquez-dev", "mwaa-openlineage-marquez-ha-dev-alb"]);
    found.group = is_not(&["mwaa-openlineage-marquez-asg-dev"]);
    found.database = is_not(&["mwaa-openlineage-marquez-ha-dev"]);
    found.secret = is_not(&["mwaa-openlineage/marquez/database/dev"]);
    let instance = Instance {
        id: instance_id(7),
        class: Some("t3.small".into()),
        zone: Some(ZONES[0].into()),
        state: "running".into(),
        vpc: Some("vpc-0c2f4d8e91ab37560".into()),
    };
    found.instance = is("mwaa-openlineage-marquez-dev", instance);
}

fn one_sided(pair: &mut PairSnapshot) {
    pair.green = Reading::default();
    pair.green.fail(
        format!("{NO_SUCH}mwaa-openlineage-green-dev: correct the name in the pair's config, or create it."),
        back(9),
    );
    pair.flag = Reading::good(Flag::Missing, back(1));
    pair.live_since = None;
    pair.current = None;
    pair.recent.clear();
}

/// Two sides, one instance.
pub fn blue_green(pair: &mut PairSnapshot) {
    full_ha(pair);
    single(pair);
    tagged(pair, Mode::BlueGreen);
}

/// One side, and a lineage service over zones.
pub fn ha_marquez(pair: &mut PairSnapshot) {
    full_ha(pair);
    one_sided(pair);
    tagged(pair, Mode::HaMarquez);
}

/// One of each.
pub fn standard(pair: &mut PairSnapshot) {
    field(pair);
    single(pair);
    one_sided(pair);
    tagged(pair, Mode::Standard);
}

/// Config and the tag say what is not so.
pub fn said_otherwise(pair: &mut PairSnapshot) {
    blue_green(pair);
    pair.mode = Some(Mode::FullHa);
    setup(pair, Color::Green, |setup| setup.deployment_mode = Some("FullHA".into()));
}
