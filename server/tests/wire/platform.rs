//! What the platform is made of, over the real SDK and the Query protocol, against the seeded world.

use std::sync::Arc;

use aws_sdk_mwaa::types::NetworkConfiguration;
use teal_app::{
    desk::Identity,
    render::{self, Assets, View},
};
use teal_domain::{
    Actor, Color, Grants, PairNames, PairSnapshot, Snapshot, Timestamp,
    platform::{DatabaseMember, Platform},
    policy::{Guard, Policy},
    topology::{Health, Mode, Part, Topology},
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
        clock::{Clock as _, System},
        observe::{Airflows, survey},
    },
};

use super::PATIENCE;
use super::emulators::{Answers, REGION, Server, fresh_name, ministack, sdk};

const MARQUEZ: &str = "mwaa-openlineage-marquez-dev";
const DATABASE: &str = "mwaa-openlineage-marquez-db-dev";
const BLUE_BUCKET: &str = "mwaa-openlineage-mwaa-blue-dev-us-east-2-123456789012";

/// The private subnets of the seeded network.
const SUBNETS: [&str; 2] = ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"];

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
    assert_eq!(group.subnets, SUBNETS);
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
    let nat = Some("nat-0a1b2c3d4e5f60741");
    let ways: Vec<_> = network.subnets.iter().map(|subnet| subnet.nat.as_deref()).collect();
    assert_eq!(ways, [nat, nat, None, None], "the private ones lead through it");
    assert!(network.denied.is_empty(), "{:?}", network.denied);
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

/// What may be asked of a part is answered, and the rest is not allowed.
fn partly_allowed(request: &str) -> (u16, String) {
    let empty = |what: &str, list: &str| (200, format!("<{what}Response><{list}/></{what}Response>"));
    let asks = |what: &str| request.contains(what);
    if asks("Action=DescribeSubnets&") {
        return empty("DescribeSubnets", "subnetSet");
    }
    if asks("Action=DescribeNatGateways&") {
        return empty("DescribeNatGateways", "natGatewaySet");
    }
    if asks("Action=DescribeAutoScalingGroups&") {
        let group = "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>\
                     <AutoScalingGroupName>any</AutoScalingGroupName></member></AutoScalingGroups>\
                     </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>";
        return (200, group.into());
    }
    if request.starts_with("HEAD ") {
        return (200, String::new());
    }
    let denied = if request.starts_with("GET ") {
        "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    } else if asks("Version=2016-11-15") {
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>"
    } else {
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    };
    (403, denied.into())
}

#[tokio::test]
async fn what_is_not_allowed_of_a_part_is_noted_by_its_action_and_the_rest_of_it_is_told() {
    let server = Server::start(Answers::By(partly_allowed));
    let config = sdk(&server.url(), PATIENCE).await;
    let network = Ec2::new(&config).network("vpc-1").await.expect("a network");
    assert_eq!((network.vpc.as_str(), network.cidr), ("vpc-1", None));
    assert_eq!(network.denied, ["ec2:DescribeRouteTables", "ec2:DescribeVpcs"]);
    let bucket = S3::new(&config).bucket("any").await.expect("a bucket");
    assert_eq!((bucket.exists, bucket.versioned, bucket.encrypted), (true, None, None));
    assert_eq!(bucket.denied, ["s3:GetBucketVersioning", "s3:GetEncryptionConfiguration"]);
    let (_, group) = AutoScaling::new(&config).group(&names(&["any"])).await.expect("an answer").expect("a group");
    assert_eq!((group.refresh, group.denied), (None, names(&["autoscaling:DescribeInstanceRefreshes"])));
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
    let guard = |alarm: &&str| Guard { alarm: (*alarm).into(), before: true, after: true, runbook_url: None };
    pair_of("mwaa-openlineage", Policy { guards: guards.iter().map(guard).collect(), ..Policy::default() }, |_| {})
        .await
}

/// A pair of a project.
async fn pair_of(project: &str, policy: Policy, change: impl FnOnce(&mut PairNames)) -> Pair {
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
    let mut names = PairNames::by_convention(project, "dev");
    change(&mut names);
    let config = PairConfig {
        id: "dev".parse().expect("a pair"),
        title: "Analytics · dev".into(),
        project: project.into(),
        environment: "dev".into(),
        region: REGION.into(),
        account: None,
        assume_role_arn: None,
        lineage: teal_domain::lineage::Setup::default(),
        mode: None,
        names,
        policy,
        freezes: Vec::new(),
        costs: teal_server::config::PairCosts::by_convention(project, "dev"),
    };
    Pair::new(
        config,
        Ports { flag, environments: mwaa, trail: None, around: Some(around), bill: None, prices: None },
        Arc::default(),
    )
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

/// Somebody starts an instance of that name in the seeded network, as the stack of the field does. Answers with its id.
async fn start_instance(name: &str) -> String {
    let fields = [
        ("Action", "RunInstances"),
        ("Version", "2016-11-15"),
        ("ImageId", "ami-0abcdef1234567890"),
        ("InstanceType", "t3.small"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("SubnetId", SUBNETS[0]),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", name),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let scope =
        format!("AWS4-HMAC-SHA256 Credential=test/20261130/{REGION}/ec2/aws4_request, SignedHeaders=host, Signature=0");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(ministack()).header("authorization", scope);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.expect("an answer").text().await.expect("a text");
    let id = answer.split("<instanceId>").nth(1).unwrap_or_else(|| panic!("{answer}"));
    id.split('<').next().expect("its end").to_owned()
}

/// Somebody makes an environment in the seeded network. It is there at once.
async fn make_environment(client: &aws_sdk_mwaa::Client, name: &str, mode: Mode) {
    let network = NetworkConfiguration::builder()
        .set_subnet_ids(Some(names(&SUBNETS)))
        .security_group_ids("sg-0f1e2d3c4b5a69780");
    let made = client
        .create_environment()
        .name(name)
        .execution_role_arn("arn:aws:iam::123456789012:role/any")
        .source_bucket_arn(format!("arn:aws:s3:::{BLUE_BUCKET}"))
        .dag_s3_path("dags")
        .airflow_version("3.0.6")
        .environment_class("mw1.small")
        .network_configuration(network.build())
        .tags("DeploymentMode", mode.tag());
    made.send().await.unwrap_or_else(|error| panic!("{name} was not made: {error:?}"));
}

#[tokio::test]
async fn a_platform_of_one_instance_is_found_and_shown_in_both_of_its_modes() {
    let client = aws_sdk_mwaa::Client::new(&world().await);
    let fresh: String = fresh_name("one").chars().filter(char::is_ascii_digit).collect();
    let project = format!("one{}", &fresh[fresh.len() - 12..]);
    let (only, sides) = (format!("{project}-dev"), Color::BOTH.map(|color| format!("{project}-{color}-dev")));
    let host = format!("{project}-marquez-dev/Host");
    let instance = start_instance(&host).await;
    make_environment(&client, &only, Mode::Standard).await;
    for side in &sides {
        make_environment(&client, side, Mode::BlueGreen).await;
    }
    let one_name = |names: &mut PairNames| (names.blue, names.green) = (only.clone(), only.clone());
    let standard = pair_of(&project, Policy::default(), one_name).await;
    let blue_green = pair_of(&project, Policy::default(), |_| {}).await;
    for (pair, mode) in [(standard, Mode::Standard), (blue_green, Mode::BlueGreen)] {
        let known = survey(&pair, &System::default(), &POLLING, Airflows::Spared).await.known;
        let found = known.platform.instance.value().and_then(|found| found.found.as_ref()).expect("an instance");
        assert_eq!((found.0.as_str(), &found.1.id, found.1.state.as_str()), (host.as_str(), &instance, "running"));
        assert!(known.platform.group.value().is_some_and(|group| group.found.is_none()), "{:?}", known.platform.group);
        let now = System::default().now();
        let topology = Topology::of(&known, now);
        assert_eq!((topology.found, topology.by_tag), (Some(mode), Some(mode)), "{}", topology.seen);
        let lineage = topology.node(Part::Lineage).expect("a lineage service");
        assert_eq!((lineage.health, lineage.reason.as_str()), (Health::Healthy, "EC2 says that it runs."));
        assert_eq!(lineage.name, host);
        assert_eq!(topology.added.is_some(), mode == Mode::Standard);
        assert!(topology.not_found.iter().any(|(part, _)| *part == Part::Balancer), "{:?}", topology.not_found);
        let page = page(&known, now);
        assert!(page.contains(&host) && page.contains(mode.means()), "{page}");
    }
    for name in sides.iter().chain([&only]) {
        client.delete_environment().name(name).send().await.expect("deleted");
    }
}

/// Somebody sets log groups up, as MWAA and whoever pays for them do.
async fn ask_logs(action: &str, body: serde_json::Value) {
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential=test/20261130/{REGION}/logs/aws4_request, SignedHeaders=host, Signature=0"
    );
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request =
        client.post(ministack()).header("authorization", scope).header("content-type", "application/x-amz-json-1.1");
    let answer = request.header("x-amz-target", format!("Logs_20140328.{action}")).body(body.to_string()).send().await;
    let answer = answer.expect("an answer");
    assert!(answer.status().is_success(), "{action}: {answer:?}");
}

#[tokio::test]
async fn log_groups_tell_what_they_keep_and_buckets_whether_they_forget() {
    use aws::logs::LogPort as _;
    let config = world().await;
    let prefix = format!("airflow-{}-", fresh_name("kept"));
    for part in ["Scheduler", "Task"] {
        ask_logs("CreateLogGroup", serde_json::json!({"logGroupName": format!("{prefix}{part}")})).await;
    }
    let policy = serde_json::json!({"logGroupName": format!("{prefix}Task"), "retentionInDays": 30});
    ask_logs("PutRetentionPolicy", policy).await;
    let groups = aws::logs::Logs::new(&config).groups(&prefix).await.expect("an answer");
    let told: Vec<_> =
        groups.iter().map(|group| (group.name.trim_start_matches(&prefix), group.retention_days)).collect();
    assert_eq!(told, [("Scheduler", None), ("Task", Some(30))]);
    assert_eq!(aws::logs::Logs::new(&config).groups("airflow-nobody-").await.expect("an answer"), []);

    let (s3, name) = (S3::new(&config), "mwaa-openlineage-mwaa-green-dev-us-east-2-123456789012");
    let client =
        aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
    let lifecycle = async || s3.bucket(name).await.expect("an answer").lifecycle;
    assert_eq!(lifecycle().await, Some(false), "it was never given one");
    let expire = aws_sdk_s3::types::NoncurrentVersionExpiration::builder().noncurrent_days(90).build();
    let rule = |status| {
        aws_sdk_s3::types::LifecycleRule::builder()
            .id("old")
            .status(status)
            .filter(aws_sdk_s3::types::LifecycleRuleFilter::builder().prefix("").build())
            .noncurrent_version_expiration(expire.clone())
            .build()
            .expect("a rule")
    };
    for (status, forgets) in
        [(aws_sdk_s3::types::ExpirationStatus::Disabled, false), (aws_sdk_s3::types::ExpirationStatus::Enabled, true)]
    {
        let rules =
            aws_sdk_s3::types::BucketLifecycleConfiguration::builder().rules(rule(status)).build().expect("rules");
        let put = client.put_bucket_lifecycle_configuration().bucket(name).lifecycle_configuration(rules).send().await;
        put.expect("put");
        assert_eq!(lifecycle().await, Some(forgets));
    }
}

/// The page of the topology, as whoever may look sees it.
fn page(known: &Arc<PairSnapshot>, now: Timestamp) -> String {
    let snapshot = Snapshot { pairs: vec![known.clone()], at: now, ..Snapshot::default() };
    let assets = Assets { js: "/a.js".into(), wasm: "/a.wasm".into(), css: "/a.css".into(), reports: "/b.css".into() };
    let view = View {
        assets: &assets,
        who: &Identity::trusted(Actor::page("vera"), Grants::default()),
        snapshot: Arc::new(snapshot),
        pair: known.id.clone(),
        now,
        path: "/p/dev/topology",
        query: "",
    };
    render::topology(&view).html
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
