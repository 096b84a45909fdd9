//! What the platform is made of, over the real SDK and the Query protocol, against the seeded world.

use std::sync::Arc;

use teal_domain::{
    Color, PairNames,
    platform::{DatabaseMember, Platform},
    policy::{Guard, Policy},
};
use teal_server::{
    aws::{
        self, AwsError,
        autoscaling::{AutoScaling, GroupPort as _},
        cloudwatch::CloudWatch,
        counted::{Calls, Service},
        ec2::{Ec2, NetworkPort as _},
        elb::{Elb, TargetPort as _},
        mwaa::Mwaa,
        rds::{DatabasePort as _, Rds},
        s3::{BucketPort as _, S3},
        secrets::{SecretPort as _, Secrets},
    },
    config::{PairConfig, Polling},
    engine::{
        Around, Pair, Parts, Ports,
        clock::System,
        observe::{Airflows, survey},
    },
};

use super::PATIENCE;
use super::emulators::{Answers, REGION, Server, fresh_name, ministack, sdk};

const MARQUEZ: &str = "mwaa-openlineage-marquez-dev";
const DATABASE: &str = "mwaa-openlineage-marquez-db-dev";
const BLUE_BUCKET: &str = "mwaa-openlineage-mwaa-blue-dev-us-east-2-123456789012";

async fn world() -> aws_config::SdkConfig {
    sdk(&ministack(), PATIENCE).await
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_load_balancer_is_told_with_its_targets_by_group_and_one_that_does_not_exist_is_none() {
    let port = Elb::new(&world().await);
    let balancer = port.balancer(MARQUEZ).await.expect("an answer").expect("a load balancer");
    assert!(balancer.internal && balancer.dns.contains("elb"), "{balancer:?}");
    assert_eq!((balancer.state.as_str(), balancer.zones.as_slice()), ("active", ["us-east-2a".to_owned()].as_slice()));
    let groups: Vec<_> =
        balancer.groups.iter().map(|group| (group.name.as_str(), group.port, group.targets.len())).collect();
    assert_eq!(groups, [("mwaa-openlineage-api-dev", Some(5000), 2), ("mwaa-openlineage-web-dev", Some(3000), 2)]);
    let mut targets = balancer.groups.iter().flat_map(|group| &group.targets);
    assert!(targets.all(|target| target.state == "healthy" && target.id.starts_with("i-")), "{balancer:?}");
    assert_eq!(port.balancer("no-such-balancer").await.expect("an answer"), None);
}

#[tokio::test]
async fn a_group_is_found_by_the_first_of_its_names_or_by_its_instances() {
    let port = AutoScaling::new(&world().await);
    let asked = names(&["no-such-group", "mwaa-openlineage-marquez-dev-asg"]);
    let (name, group) = port.group(&asked).await.expect("an answer").expect("a group");
    assert_eq!((name.as_str(), group.sizes, &group.refresh), ("mwaa-openlineage-marquez-dev-asg", (2, 2, 4), &None));
    assert_eq!(group.zones, ["us-east-2a", "us-east-2b"]);
    assert_eq!(group.instances.len(), 2);
    assert!(group.instances.iter().all(|one| one.healthy && one.lifecycle == "InService"), "{group:?}");
    let instance = group.instances[0].id.clone();
    assert_eq!(port.group_of(&[instance]).await.expect("an answer"), Some(name));
    assert_eq!(port.group_of(&names(&["i-00000000000000000"])).await.expect("an answer"), None);
    assert_eq!(port.group(&names(&["no-such-group"])).await.expect("an answer"), None);
    assert_eq!(port.group(&[]).await.expect("an answer"), None, "without a name it would be any group");
}

#[tokio::test]
async fn a_cluster_is_found_by_its_name_with_its_members_and_nothing_is_found_by_another() {
    let port = Rds::new(&world().await);
    let (name, database) = port.database(&names(&["no-such", DATABASE])).await.expect("an answer").expect("a cluster");
    assert_eq!((name.as_str(), database.cluster, database.engine.as_str()), (DATABASE, true, "aurora-postgresql"));
    assert_eq!((database.status.as_str(), database.version.as_deref()), ("available", Some("16.8")));
    assert!(database.multi_az, "its members are in two zones: {database:?}");
    assert_eq!((database.encrypted, database.protected, database.backup_days), (Some(true), Some(true), Some(7)));
    let member = |number: u8, zone: &str, writer| DatabaseMember {
        id: format!("{DATABASE}-{number}"),
        class: Some("db.t3.medium".into()),
        zone: Some(zone.into()),
        writer,
        status: "available".into(),
    };
    assert_eq!(database.members, [member(1, "us-east-2a", true), member(2, "us-east-2b", false)]);
    assert_eq!(port.database(&names(&["no-such"])).await.expect("an answer"), None);
}

#[tokio::test]
async fn an_instance_of_rds_is_found_where_no_cluster_has_the_name() {
    let port = Rds::new(&world().await);
    let name = format!("{DATABASE}-2");
    let (found, database) = port.database(std::slice::from_ref(&name)).await.expect("an answer").expect("an instance");
    assert_eq!((found, database.cluster, database.members.len()), (name, false, 1));
    assert!(database.members[0].writer && database.members[0].zone.as_deref() == Some("us-east-2b"), "{database:?}");
}

#[tokio::test]
async fn a_network_is_told_with_its_subnets_and_the_way_out() {
    let port = Ec2::new(&world().await);
    let subnets = names(&["subnet-00000000000000000", "subnet-0a1b2c3d4e5f60712"]);
    let vpc = port.network_of(&subnets).await.expect("an answer").expect("a network");
    assert_eq!(vpc, "vpc-0123456789abcdef0");
    let network = port.network(&vpc).await.expect("an answer");
    assert_eq!(network.cidr.as_deref(), Some("10.0.0.0/16"));
    let told: Vec<_> = network
        .subnets
        .iter()
        .map(|subnet| (subnet.name.as_deref().unwrap_or_default(), subnet.zone.as_str(), subnet.public))
        .collect();
    assert_eq!(
        told,
        [
            ("mwaa-openlineage-private-a-dev", "us-east-2a", Some(false)),
            ("mwaa-openlineage-private-b-dev", "us-east-2b", Some(false)),
            ("mwaa-openlineage-public-a-dev", "us-east-2a", Some(true)),
            ("mwaa-openlineage-public-b-dev", "us-east-2b", Some(true)),
        ]
    );
    let gateways: Vec<_> = network.nat_gateways.iter().map(|one| (one.subnet.as_str(), one.state.as_str())).collect();
    assert_eq!(gateways, [("subnet-0a1b2c3d4e5f60721", "available")]);
    assert_eq!(port.network_of(&names(&["subnet-00000000000000000"])).await.expect("an answer"), None);
    assert_eq!(port.instance("Name", &names(&["no-such-instance*"])).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_secret_is_told_without_what_it_holds_and_one_that_does_not_exist_is_none() {
    let port = Secrets::new(&world().await);
    let secret = port.secret("mwaa-openlineage/marquez/database/dev").await.expect("an answer").expect("a secret");
    assert_eq!((secret.rotates, secret.deleted), (Some(false), false));
    assert!(secret.changed_at.is_some_and(|at| at.0 > 1_600_000_000_000), "{secret:?}");
    assert_eq!(port.secret("no/such/secret").await.expect("an answer"), None);
}

#[tokio::test]
async fn a_bucket_says_whether_it_is_there_keeps_versions_and_encrypts() {
    let port = S3::new(&world().await);
    let bucket = port.bucket(BLUE_BUCKET).await.expect("an answer");
    assert_eq!((bucket.exists, bucket.versioned, bucket.encrypted.as_deref()), (true, Some(true), Some("AES256")));
    let none = fresh_name("bucket").trim_start_matches('/').replace('/', "-");
    let bucket = port.bucket(&none).await.expect("an answer");
    assert_eq!((bucket.exists, bucket.versioned), (false, None));
}

/// What each port says of an answer that refuses.
async fn refusals(status: u16, body: &str) -> Vec<AwsError> {
    let server = Server::start(Answers::With { status, body: body.into() });
    let config = sdk(&server.url(), PATIENCE).await;
    let one = names(&["any"]);
    vec![
        Elb::new(&config).balancer("any").await.expect_err("refused"),
        AutoScaling::new(&config).group(&one).await.expect_err("refused"),
        Rds::new(&config).database(&one).await.expect_err("refused"),
        Ec2::new(&config).network("vpc-1").await.expect_err("refused"),
        Ec2::new(&config).instance("Name", &one).await.expect_err("refused"),
        S3::new(&config).bucket("any").await.expect_err("refused"),
    ]
}

#[tokio::test]
async fn what_is_not_allowed_is_said_by_the_permission_that_is_missing() {
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let actions = [
        "elasticloadbalancing:DescribeLoadBalancers",
        "autoscaling:DescribeAutoScalingGroups",
        "rds:DescribeDBClusters",
        "ec2:DescribeSubnets",
        "ec2:DescribeInstances",
        "any: s3:ListBucket",
    ];
    for (error, action) in Box::pin(refusals(403, denied)).await.iter().zip(actions) {
        assert!(error.denied() && error.refused, "{error:?}");
        assert_eq!(error.message, format!("{action} is not allowed for these credentials: add it to Teal's policy."));
    }
    let denied = r#"{"__type":"AccessDeniedException","Message":"User is not authorized"}"#;
    let server = Server::start(Answers::With { status: 400, body: denied.into() });
    let error = Secrets::new(&sdk(&server.url(), PATIENCE).await).secret("any").await.expect_err("refused");
    assert_eq!(
        error.message,
        "secretsmanager:DescribeSecret is not allowed for these credentials: add it to Teal's policy."
    );
}

#[tokio::test]
async fn an_answer_that_is_none_of_the_service_is_an_error_and_never_nothing_there() {
    let server = Server::start(Answers::With { status: 200, body: "<html>a proxy</html>".into() });
    let config = sdk(&server.url(), PATIENCE).await;
    let error = Rds::new(&config).database(&names(&["any"])).await.expect_err("no answer");
    assert!(error.message.starts_with("rds:DescribeDBClusters answered with what cannot be read"), "{error}");
    let error = Secrets::new(&config).secret("any").await.expect_err("no answer");
    assert!(error.message.contains("answered without a secret"), "{error}");
}

/// The seeded pair, over the real ports.
async fn pair(guards: &[&str]) -> Pair {
    let config = world().await;
    let (mwaa, s3) = (Arc::new(Mwaa::new(&config)), Arc::new(S3::new(&config)));
    let around = Around {
        airflow: mwaa.clone(),
        alarms: Arc::new(CloudWatch::new(&config)),
        files: s3.clone(),
        targets: Arc::new(Elb::new(&config)),
        metrics: Arc::new(aws::metrics::Metrics::new(&config)),
        logs: Arc::new(aws::logs::Logs::new(&config)),
        roles: Arc::new(aws::iam::Roles::new(&config)),
        parts: Some(Parts {
            groups: Arc::new(AutoScaling::new(&config)),
            databases: Arc::new(Rds::new(&config)),
            network: Arc::new(Ec2::new(&config)),
            secrets: Arc::new(Secrets::new(&config)),
            buckets: s3,
        }),
    };
    let flag = Arc::new(aws::ssm::Ssm::new(&config));
    let guard = |alarm: &&str| Guard { alarm: (*alarm).into(), before: true, after: true, runbook_url: None };
    let config = PairConfig {
        id: "dev".parse().expect("a pair"),
        title: "Analytics · dev".into(),
        project: "mwaa-openlineage".into(),
        environment: "dev".into(),
        region: REGION.into(),
        account: None,
        assume_role_arn: None,
        lineage: teal_domain::lineage::Setup::default(),
        mode: None,
        names: PairNames::by_convention("mwaa-openlineage", "dev"),
        policy: Policy { guards: guards.iter().map(guard).collect(), ..Policy::default() },
        freezes: Vec::new(),
    };
    Pair::new(config, Ports { flag, environments: mwaa, trail: None, around: Some(around) }, Arc::default())
}

const POLLING: Polling = Polling {
    flag: std::time::Duration::from_secs(2),
    environments: std::time::Duration::from_secs(30),
    surroundings: std::time::Duration::from_secs(60),
    request_timeout: PATIENCE,
};

#[tokio::test]
async fn the_whole_of_the_seeded_platform_is_found_within_the_budget() {
    let pair = pair(&["mwaa-openlineage-green-dev-scheduler-heartbeat"]).await;
    let found = survey(&pair, &System::default(), &POLLING, Airflows::Spared).await;
    let Platform { network, balancer, group, instance, database, secret, .. } = &*found.known.platform;
    assert_eq!(network.value().map(|network| network.subnets.len()), Some(4), "{network:?}");
    let balancer = balancer.value().expect("a load balancer");
    assert_eq!(balancer.found.as_ref().map(|(name, _)| name.as_str()), Some(MARQUEZ));
    assert_eq!(balancer.tried, [MARQUEZ], "the other name is too long for a load balancer");
    let group = group.value().expect("a group");
    assert_eq!(group.found.as_ref().map(|(name, _)| name.as_str()), Some("mwaa-openlineage-marquez-dev-asg"));
    assert_eq!(instance.value().map(|one| (one.tried.len(), one.found.is_some())), Some((0, false)), "a group runs it");
    let database = database.value().expect("a database");
    assert_eq!(database.found.as_ref().map(|(name, _)| name.as_str()), Some(DATABASE));
    assert_eq!(database.tried.last().map(String::as_str), Some(DATABASE));
    assert!(secret.value().is_some_and(|secret| secret.it().is_some()), "{secret:?}");
    for color in Color::BOTH {
        assert!(found.known.platform.bucket(color).value().is_some_and(|bucket| bucket.exists), "{color}");
    }

    let rate = |service| found.rates.iter().find(|(known, _)| *known == service).map(|(_, rate)| *rate);
    // Each minute the load balancer, its groups and the health of both; the group and its refreshes; the cluster and its
    // members.
    for (service, expected) in
        [(Service::Elb, 4.0), (Service::AutoScaling, 2.0), (Service::Rds, 2.0), (Service::Mwaa, 4.0)]
    {
        assert_eq!(rate(service).map(|rate| format!("{rate:.1}")), Some(format!("{expected:.1}")), "{:?}", found.rates);
    }
    assert_eq!(rate(Service::Ssm), None, "the flag is not part of it");
    assert!(found.calls_a_minute() <= 20, "{:?}", found.rates);
}

#[tokio::test]
async fn each_call_is_counted_for_the_pair_that_it_is_made_for() {
    let config = world().await;
    let (one, other) = (Arc::new(Calls::default()), Arc::new(Calls::default()));
    let (elb, rds, secrets) = (Elb::new(&config), Rds::new(&config), Secrets::new(&config));
    let asked = one.counting(async {
        elb.balancer("no-such-balancer").await.expect("an answer");
        rds.database(&names(&["no-such"])).await.expect("an answer");
    });
    let ((), secret) = tokio::join!(asked, other.counting(secrets.secret("no/such/secret")));
    secret.expect("an answer");
    let told = |calls: &Calls| [Service::Elb, Service::Rds, Service::Secrets].map(|service| calls.total(service));
    assert_eq!((told(&one), told(&other)), ([1, 2, 0], [0, 0, 1]));
}
