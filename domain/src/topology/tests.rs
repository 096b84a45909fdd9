//! A full-HA platform about which all is known and all is well, and what becomes of the picture when something is not.

use super::{Aged, Health, Mode, Much, Node, Part, Stands, Topology, Verdict};
use crate::{
    Color, Flag, FlagValue, FlagVersion, PairSnapshot, Reading, Timestamp,
    environment::NO_SUCH,
    platform::{
        Balancer, Bucket, Database, DatabaseMember, Found, Group, Instance, Member, NatGateway, Network, Platform,
        Secret, Subnet, Target, TargetGroup,
    },
    preflight::tests::fixture::{self, NOW, around, change, in_secs, open, part, secs_ago},
};
use std::sync::Arc;

fn read<T>(value: T) -> Reading<T> {
    Reading::good(value, secs_ago(40))
}

fn is<T>(name: &str, it: T) -> Reading<Found<T>> {
    read(Found { tried: vec![name.into()], found: Some((name.into(), it)) })
}

pub(crate) fn is_not<T>(names: &[&str]) -> Reading<Found<T>> {
    read(Found { tried: names.iter().map(|name| (*name).to_owned()).collect(), found: None })
}

fn subnet(id: &str, zone: &str, public: bool) -> Subnet {
    let nat = (!public).then(|| format!("nat-{zone}"));
    Subnet { id: id.into(), name: None, zone: format!("us-east-2{zone}"), public: Some(public), nat }
}

pub(crate) fn gateway(id: &str, subnet: &str) -> NatGateway {
    NatGateway { id: id.into(), subnet: subnet.into(), state: "available".into() }
}

fn network() -> Network {
    Network {
        vpc: "vpc-1".into(),
        cidr: Some("10.0.0.0/16".into()),
        subnets: vec![
            subnet("pub-a", "a", true),
            subnet("pub-b", "b", true),
            subnet("priv-a", "a", false),
            subnet("priv-b", "b", false),
        ],
        nat_gateways: vec![gateway("nat-a", "pub-a"), gateway("nat-b", "pub-b")],
        denied: vec![],
    }
}

fn target(id: &str, zone: &str) -> Target {
    Target { id: id.into(), zone: Some(format!("us-east-2{zone}")), state: "healthy".into(), reason: String::new() }
}

fn balancer() -> Balancer {
    Balancer {
        arn: "arn:aws:elasticloadbalancing:us-east-2:1:loadbalancer/app/m/1".into(),
        dns: "internal-m.elb".into(),
        internal: true,
        state: "active".into(),
        zones: vec!["us-east-2a".into(), "us-east-2b".into()],
        vpc: Some("vpc-1".into()),
        groups: vec![TargetGroup {
            name: "api".into(),
            arn: "arn:tg".into(),
            port: Some(5000),
            targets: vec![target("i-1:5000", "a"), target("i-2:5000", "b")],
        }],
    }
}

fn member(id: &str, zone: &str) -> Member {
    Member {
        id: id.into(),
        class: Some("t3.medium".into()),
        zone: format!("us-east-2{zone}"),
        lifecycle: "InService".into(),
        healthy: true,
    }
}

fn group() -> Group {
    Group {
        sizes: (2, 2, 4),
        zones: vec!["us-east-2a".into(), "us-east-2b".into()],
        instances: vec![member("i-1", "a"), member("i-2", "b")],
        refresh: None,
        subnets: vec!["priv-a".into(), "priv-b".into()],
        denied: vec![],
    }
}

fn database() -> Database {
    let member = |id: &str, zone: &str, writer| DatabaseMember {
        id: id.into(),
        class: Some("db.t3.medium".into()),
        zone: Some(format!("us-east-2{zone}")),
        writer,
        status: "available".into(),
    };
    Database {
        arn: None,
        cluster: true,
        engine: "aurora-postgresql".into(),
        version: None,
        status: "available".into(),
        multi_az: true,
        members: vec![member("db-1", "a", true), member("db-2", "b", false)],
        encrypted: Some(true),
        protected: Some(true),
        backup_days: Some(7),
    }
}

fn bucket(name: &str) -> Bucket {
    Bucket {
        name: name.into(),
        exists: true,
        versioned: Some(true),
        lifecycle: Some(true),
        encrypted: Some("AES256".into()),
        denied: vec![],
    }
}

pub(crate) fn full_ha() -> PairSnapshot {
    let mut pair = fixture::pair();
    for (color, window) in [(Color::Blue, "SUN:03:30"), (Color::Green, "WED:03:30")] {
        setup(&mut pair, color, |setup| {
            setup.maintenance_window = Some(window.into());
            setup.execution_role = Some(format!("arn:aws:iam::1:role/{color}"));
            setup.subnets = vec!["priv-a".into(), "priv-b".into()];
            setup.deployment_mode = Some("FullHA".into());
        });
    }
    pair.platform = Arc::new(Platform {
        network: read(network()),
        balancer: is("mwaa-marquez-prod", balancer()),
        group: is("mwaa-marquez-asg", group()),
        instance: is_not(&["mwaa-marquez-prod"]),
        database: is("mwaa-marquez-db", database()),
        secret: is("marquez/db", Secret { rotates: Some(true), changed_at: Some(secs_ago(86_400)), deleted: false }),
        blue_bucket: read(bucket("mwaa-blue-prod")),
        green_bucket: read(bucket("mwaa-green-prod")),
        ..Platform::default()
    });
    pair
}

/// Two environments and one instance, which is all that there is of the lineage service.
pub(crate) fn blue_green() -> PairSnapshot {
    let mut pair = full_ha();
    for color in Color::BOTH {
        setup(&mut pair, color, |setup| setup.deployment_mode = Some("BlueGreen".into()));
    }
    let found = platform(&mut pair);
    found.balancer = is_not(&["mwaa-marquez-prod"]);
    found.group = is_not(&["mwaa-marquez-asg"]);
    found.database = is_not(&["mwaa-marquez-db"]);
    found.secret = is_not(&["marquez/db"]);
    let instance = Instance {
        id: "i-9".into(),
        class: Some("t3.small".into()),
        zone: Some("us-east-2a".into()),
        state: "running".into(),
        vpc: Some("vpc-1".into()),
    };
    found.instance = is("mwaa-marquez-prod", instance);
    pair
}

/// Takes the second environment away, and the flag with it.
pub(crate) fn one_sided(mut pair: PairSnapshot, tag: &str) -> PairSnapshot {
    setup(&mut pair, Color::Blue, |setup| setup.deployment_mode = Some(tag.into()));
    pair.green = Reading::default();
    pair.green.fail(format!("{NO_SUCH}mwaa-green-prod: correct the name."), secs_ago(40));
    pair.flag = Reading::good(Flag::Missing, secs_ago(1));
    pair.live_since = None;
    pair
}

pub(crate) fn platform(pair: &mut PairSnapshot) -> &mut Platform {
    Arc::make_mut(&mut pair.platform)
}

pub(crate) fn setup(pair: &mut PairSnapshot, color: Color, with: impl FnOnce(&mut crate::environment::Setup)) {
    let side = if color == Color::Blue { &mut pair.blue } else { &mut pair.green };
    change(side, |side| with(&mut side.setup));
}

pub(crate) fn alter<T: Clone>(reading: &mut Reading<Found<T>>, with: impl FnOnce(&mut T)) {
    let mut found = reading.value().expect("read").clone();
    with(&mut found.found.as_mut().expect("found").1);
    *reading = read(found);
}

fn of(pair: &PairSnapshot) -> Topology {
    Topology::of(pair, NOW)
}

fn node(pair: &PairSnapshot, part: Part) -> Node {
    of(pair).node(part).unwrap_or_else(|| panic!("no {part:?}")).clone()
}

fn how(pair: &PairSnapshot, part: Part) -> (Health, String) {
    let node = node(pair, part);
    (node.health, node.reason)
}

fn figure(node: &Node, what: &str) -> String {
    let found = node.figures.iter().find(|figure| figure.what == what).unwrap_or_else(|| panic!("no {what}: {node:?}"));
    match &found.much {
        Much::Words(words) => words.clone(),
        Much::Ago(at) => format!("{} s ago", NOW.since(*at).as_secs()),
        Much::Since(at) => format!("for {} s", NOW.since(*at).as_secs()),
    }
}

fn verdict(topology: &Topology, what: &str) -> (Verdict, String) {
    let risk = topology.together.iter().find(|risk| risk.what == what).unwrap_or_else(|| panic!("no {what}"));
    (risk.verdict.clone(), risk.because.clone())
}

#[track_caller]
fn at_risk(pair: &PairSnapshot, what: &str, because: &str) {
    let (verdict, told) = verdict(&of(pair), what);
    assert!(matches!(verdict, Verdict::Risk { .. }), "{what}: {verdict:?}: {told}");
    assert!(told.contains(because), "{what}: {told}");
}

#[test]
fn a_platform_about_which_all_is_good_is_all_well_and_nothing_takes_both_sides_down() {
    let topology = of(&full_ha());
    assert_eq!(topology.summary(), (Health::Healthy, "all well".to_owned()), "{topology:#?}");
    assert!(topology.together.iter().all(|risk| risk.verdict == Verdict::Fine), "{:#?}", topology.together);
    assert_eq!(topology.nodes.iter().map(|node| node.part).collect::<Vec<_>>(), Part::ALL);
    assert!(topology.absent.is_empty() && topology.differences.is_empty() && topology.added.is_none());
    assert!(topology.nodes.iter().all(|node| node.console.is_some() && node.figures.len() <= 3), "{topology:#?}");
}

#[test]
fn each_mode_is_found_from_what_exists() {
    for (pair, mode, absent) in [
        (full_ha(), Mode::FullHa, vec![]),
        (blue_green(), Mode::BlueGreen, vec![Part::Balancer, Part::Database, Part::Secret]),
        (
            one_sided(full_ha(), "HAMarquez"),
            Mode::HaMarquez,
            vec![Part::Flag, Part::Environment(Color::Green), Part::Bucket(Color::Green)],
        ),
        (
            one_sided(blue_green(), "Standard"),
            Mode::Standard,
            vec![
                Part::Flag,
                Part::Environment(Color::Green),
                Part::Bucket(Color::Green),
                Part::Balancer,
                Part::Database,
                Part::Secret,
            ],
        ),
    ] {
        let topology = of(&pair);
        assert_eq!((topology.found, topology.by_tag), (Some(mode), Some(mode)), "{}", topology.seen);
        assert_eq!(topology.absent, absent, "{mode}");
        assert!(topology.differences.is_empty(), "{:?}", topology.differences);
        assert!(topology.added.is_some() != mode.has_two_sides(), "{mode}");
        let parts: Vec<Part> = topology.nodes.iter().map(|node| node.part).collect();
        assert!(topology.links.iter().all(|link| parts.contains(&link.from) && parts.contains(&link.to)), "{mode}");
        assert_eq!(Mode::parse(mode.as_str()), Some(mode));
        assert_eq!(Mode::of_tag(mode.tag()), Some(mode));
    }
}

#[test]
fn an_instance_of_a_group_does_not_pass_for_the_only_one() {
    let mut pair = full_ha();
    platform(&mut pair).instance = blue_green().platform.instance.clone();
    assert_eq!(of(&pair).found, Some(Mode::FullHa));
    // Nor while the group cannot be read: then nobody knows.
    platform(&mut pair).group = Reading::default();
    assert_eq!(of(&pair).found, None);
    assert!(of(&pair).seen.contains("could not be read"), "{}", of(&pair).seen);
}

#[test]
fn what_config_and_the_tag_say_is_compared_with_what_exists_and_the_difference_is_told() {
    let mut pair = blue_green();
    pair.mode = Some(Mode::FullHa);
    setup(&mut pair, Color::Green, |setup| setup.deployment_mode = Some("FullHA".into()));
    let told = of(&pair).differences.join("\n");
    assert!(
        told.contains(
            "Config says full-ha, and what exists is blue-green: one instance for the lineage service, and no group."
        ),
        "{told}"
    );
    assert!(told.contains("The tag DeploymentMode says BlueGreen on Blue and FullHA on Green."), "{told}");
    setup(&mut pair, Color::Green, |setup| setup.deployment_mode = Some("Fancy".into()));
    let told = of(&pair).differences.join("\n");
    assert!(told.contains("of Green says Fancy, which is none of Standard, BlueGreen, HAMarquez, FullHA."), "{told}");

    let mut pair = one_sided(full_ha(), "HAMarquez");
    pair.mode = Some(Mode::Standard);
    let told = of(&pair).differences.join("\n");
    assert!(
        told.contains(
            "Config says standard, and what exists is ha-marquez: a group of instances for the lineage service."
        ),
        "{told}"
    );
}

#[test]
fn what_somebody_said_there_is_and_nobody_finds_is_down_and_no_gap() {
    let mut pair = blue_green();
    pair.mode = Some(Mode::FullHa);
    platform(&mut pair).balancer = is_not(&["a-marquez", "a-marquez-ha-alb"]);
    let (health, reason) = how(&pair, Part::Balancer);
    assert_eq!(
        (health, reason.as_str()),
        (Health::Down, "There is no load balancer named a-marquez or a-marquez-ha-alb.")
    );
    assert_eq!(how(&pair, Part::Database).0, Health::Down);
    let (health, reason) = how(&pair, Part::Lineage);
    assert_eq!(health, Health::Degraded, "{reason}");

    let mut pair = one_sided(full_ha(), "FullHA");
    pair.flag = full_ha().flag;
    let (health, reason) = how(&pair, Part::Environment(Color::Green));
    assert_eq!(health, Health::Down);
    assert!(reason.starts_with(NO_SUCH), "{reason}");
    assert_eq!(of(&pair).found, Some(Mode::HaMarquez));
}

#[test]
fn where_nothing_was_read_nothing_is_known_and_nothing_is_checked() {
    let mut pair = full_ha();
    pair.platform = Arc::default();
    (pair.flag, pair.blue, pair.green) = (Reading::default(), Reading::default(), Reading::default());
    let topology = of(&pair);
    assert_eq!(topology.summary(), (Health::Unknown, "not read yet".to_owned()));
    assert_eq!(topology.mode(), None);
    assert!(topology.nodes.iter().all(|node| node.reason == "It has not been read yet."), "{:#?}", topology.nodes);
    assert_eq!(topology.nodes.len(), Part::ALL.len(), "what may be there keeps its place");
    assert!(topology.together.iter().all(|risk| risk.verdict == Verdict::NotChecked), "{:#?}", topology.together);
}

#[test]
fn a_missing_permission_makes_its_part_unknown_and_names_the_action() {
    let mut pair = full_ha();
    let mut network = Reading::default();
    network
        .fail("ec2:DescribeNatGateways is not allowed for these credentials: add it to Teal's policy.", secs_ago(10));
    platform(&mut pair).network = network;
    let (health, reason) = how(&pair, Part::Nat);
    assert_eq!(health, Health::Unknown);
    assert!(reason.contains("ec2:DescribeNatGateways"), "{reason}");
    let (verdict, because) = verdict(&of(&pair), "NAT gateways");
    assert_eq!(verdict, Verdict::NotChecked);
    assert!(because.contains("ec2:DescribeNatGateways"), "{because}");
    assert_eq!(of(&pair).summary(), (Health::Unknown, "1 unknown: NAT gateways".to_owned()));
}

#[test]
fn what_was_read_too_long_ago_is_unknown_whatever_it_said() {
    let mut pair = full_ha();
    let later = in_secs(3600);
    pair.flag.fail("SSM answered ThrottlingException.", NOW);
    let topology = Topology::of(&pair, later);
    assert!(topology.nodes.iter().all(|node| node.health == Health::Unknown), "{:#?}", topology.nodes);
    let flag = topology.node(Part::Flag).expect("a flag");
    assert_eq!(flag.read_at, pair.flag.read_at());
    assert_eq!(
        flag.reason,
        "What is known is too old. When it was read: It says that Blue is live. Since then: SSM answered ThrottlingException."
    );
    let fine = topology.together.iter().filter(|risk| risk.verdict == Verdict::Fine).count();
    assert_eq!(fine, 0, "{:#?}", topology.together);
    // A failure a moment ago takes nothing back that was read a moment before.
    platform(&mut pair).database.fail("rds:DescribeDBClusters did not answer in time.", NOW);
    let (health, reason) = how(&pair, Part::Database);
    assert_eq!(health, Health::Healthy);
    assert!(reason.ends_with("Since then: rds:DescribeDBClusters did not answer in time."), "{reason}");
    assert!(node(&pair, Part::Database).failing && !node(&pair, Part::Secret).failing);
}

#[test]
fn the_live_side_is_lit_and_the_other_is_not() {
    let mut pair = full_ha();
    let lit = |pair: &PairSnapshot| -> Vec<Part> {
        of(pair).nodes.iter().filter(|node| node.lit).map(|node| node.part).collect()
    };
    assert_eq!(lit(&pair), [Part::Environment(Color::Blue), Part::Bucket(Color::Blue)]);
    let value = FlagValue::Color(Color::Green);
    pair.flag = Reading::good(Flag::Present { value, version: FlagVersion(10), modified_at: secs_ago(5) }, secs_ago(1));
    assert_eq!(lit(&pair), [Part::Environment(Color::Green), Part::Bucket(Color::Green)]);
    pair.flag = Reading::good(Flag::Missing, secs_ago(1));
    assert_eq!(lit(&pair), []);
    let only = one_sided(blue_green(), "Standard");
    assert_eq!(
        lit(&only),
        [Part::Environment(Color::Blue), Part::Bucket(Color::Blue)],
        "the only side is the live one"
    );
}

#[test]
fn a_flag_that_names_no_side_is_down_and_takes_both_sides_with_it() {
    let mut pair = full_ha();
    pair.flag = Reading::good(Flag::Missing, secs_ago(1));
    assert_eq!(how(&pair, Part::Flag).0, Health::Down);
    at_risk(&pair, "The flag", "missing");
    let value = FlagValue::Invalid("pur\u{202E}ple".into());
    pair.flag = Reading::good(Flag::Present { value, version: FlagVersion(10), modified_at: NOW }, secs_ago(1));
    assert!(how(&pair, Part::Flag).1.contains("“purple”"));
    at_risk(&pair, "The flag", "names no side");
    pair.flag = Reading::default();
    pair.flag.fail("ssm:GetParameters is not allowed.", secs_ago(9));
    at_risk(&pair, "The flag", "Teal cannot read it");
}

#[test]
fn a_switch_under_way_is_told_at_the_flag() {
    let mut pair = full_ha();
    pair.open = Some(open(None));
    assert!(how(&pair, Part::Flag).1.starts_with("A switch to Blue is under way."), "{:?}", how(&pair, Part::Flag));
    pair.open = Some(open(Some(in_secs(60))));
    assert!(how(&pair, Part::Flag).1.contains("not known yet"));
    assert_eq!(figure(&node(&pair, Part::Flag), "Version"), "9");
    assert_eq!(figure(&node(&pair, Part::Flag), "Live"), "for 86400 s");
}

#[test]
fn an_environment_is_judged_by_its_status_its_airflow_and_its_heartbeat() {
    let blue = Part::Environment(Color::Green);
    for (status, health) in [
        ("AVAILABLE", Health::Healthy),
        ("UPDATING", Health::Degraded),
        ("UPDATE_FAILED", Health::Degraded),
        ("UNAVAILABLE", Health::Down),
        ("SOMETHING_NEW", Health::Unknown),
    ] {
        let mut pair = full_ha();
        change(&mut pair.green, |side| side.status = status.to_owned().into());
        assert_eq!(how(&pair, blue).0, health, "{status}");
    }
    let mut pair = full_ha();
    part(&mut pair, "scheduler", Some(false));
    let (health, reason) = how(&pair, blue);
    assert_eq!(health, Health::Degraded);
    assert!(reason.contains("scheduler is unhealthy"), "{reason}");
    let mut pair = full_ha();
    around(&mut pair).green.heartbeat = read(Some(secs_ago(400)));
    assert!(how(&pair, blue).1.contains("sends no heartbeat"), "{:?}", how(&pair, blue));
    let node = node(&full_ha(), blue);
    assert_eq!(figure(&node, "Airflow"), "3.0.6, mw1.small, 1–10 workers");
    assert_eq!(figure(&node, "Heartbeat"), "60 s ago");
    assert_eq!(figure(&node, "Tasks"), "0 running, 0 waiting");
    assert_eq!(node.zones, ["us-east-2a", "us-east-2b"]);
}

#[test]
fn one_nat_gateway_or_all_in_one_zone_takes_both_sides_down() {
    let mut pair = full_ha();
    let with = |pair: &mut PairSnapshot, gateways: Vec<NatGateway>| {
        platform(pair).network = read(Network { nat_gateways: gateways, ..network() });
    };
    with(&mut pair, vec![gateway("nat-a", "pub-a")]);
    assert_eq!(how(&pair, Part::Nat).0, Health::Degraded);
    at_risk(&pair, "NAT gateways", "There is one");
    with(&mut pair, vec![gateway("nat-a", "pub-a"), gateway("nat-b", "priv-a")]);
    at_risk(&pair, "NAT gateways", "in one zone, us-east-2a");
    with(&mut pair, vec![NatGateway { state: "failed".into(), ..gateway("nat-a", "pub-a") }]);
    assert_eq!(how(&pair, Part::Nat).0, Health::Down);
    at_risk(&pair, "NAT gateways", "None of them works");
    with(&mut pair, vec![]);
    assert_eq!(how(&pair, Part::Nat).0, Health::Unknown, "endpoints may lead to AWS: nobody looked");
    assert_eq!(verdict(&of(&pair), "NAT gateways").0, Verdict::NotChecked);
    with(&mut pair, vec![gateway("nat-a", "pub-a"), gateway("nat-b", "elsewhere")]);
    assert_eq!(verdict(&of(&pair), "NAT gateways").0, Verdict::NotChecked, "a zone that is not known is no other zone");
}

#[test]
fn the_ground_counts_subnets_and_gateways_by_zone() {
    let ground = of(&full_ha()).ground.expect("a network");
    let zones: Vec<(String, String)> = ground.zones.iter().map(|zone| (zone.name.clone(), zone.holds())).collect();
    let holds = "1 public and 1 private subnet, 1 NAT gateway";
    assert_eq!(zones, [("us-east-2a".to_owned(), holds.to_owned()), ("us-east-2b".to_owned(), holds.to_owned())]);
}

#[test]
fn the_load_balancer_is_as_well_as_its_targets() {
    let mut pair = full_ha();
    let answers = |pair: &mut PairSnapshot, states: [&str; 2]| {
        alter(&mut platform(pair).balancer, |balancer| {
            for (target, state) in balancer.groups[0].targets.iter_mut().zip(states) {
                target.state = state.into();
                if state == "unhealthy" {
                    target.reason = "Target.Timeout: Request timed out".into();
                }
            }
        });
    };
    answers(&mut pair, ["healthy", "unhealthy"]);
    let (health, reason) = how(&pair, Part::Balancer);
    assert_eq!(health, Health::Degraded);
    assert!(reason.contains("Only 1 of 2 targets answer. i-2:5000: Target.Timeout"), "{reason}");
    at_risk(&pair, "Targets of the load balancer", "in one zone, us-east-2a");
    answers(&mut pair, ["unhealthy", "unhealthy"]);
    assert_eq!(how(&pair, Part::Balancer).0, Health::Down);
    at_risk(&pair, "Targets of the load balancer", "None answers");
    answers(&mut pair, ["healthy", "draining"]);
    assert_eq!(figure(&node(&pair, Part::Balancer), "Targets"), "1 of 1 healthy");
    assert_eq!(how(&pair, Part::Balancer).0, Health::Degraded, "one zone is no reserve");
    alter(&mut platform(&mut pair).balancer, |balancer| balancer.groups.clear());
    assert_eq!(how(&pair, Part::Balancer).0, Health::Down);
}

#[test]
fn a_target_that_tells_no_zone_is_where_its_instance_is() {
    let mut pair = full_ha();
    alter(&mut platform(&mut pair).balancer, |balancer| {
        balancer.groups[0].targets.iter_mut().for_each(|target| target.zone = None);
    });
    assert_eq!(verdict(&of(&pair), "Targets of the load balancer").0, Verdict::Fine);
    platform(&mut pair).group = Reading::default();
    assert_eq!(verdict(&of(&pair), "Targets of the load balancer").0, Verdict::NotChecked);
}

#[test]
fn instances_that_are_too_few_in_one_zone_or_being_replaced_are_told() {
    let mut pair = full_ha();
    alter(&mut platform(&mut pair).group, |group| group.instances[1].lifecycle = "Pending".into());
    assert_eq!(
        how(&pair, Part::Lineage),
        (Health::Degraded, "Only 1 of 2 wanted instances are in service.".to_owned())
    );
    at_risk(&pair, "Instances of the lineage service", "One is in service");
    alter(&mut platform(&mut pair).group, |group| {
        group.instances[1] = member("i-2", "a");
    });
    at_risk(&pair, "Instances of the lineage service", "in one zone, us-east-2a");
    alter(&mut platform(&mut pair).group, |group| group.refresh = Some(("InProgress".into(), Some(50))));
    assert!(how(&pair, Part::Lineage).1.contains("InProgress, 50 %"));
    alter(&mut platform(&mut pair).group, |group| group.instances.clear());
    assert_eq!(how(&pair, Part::Lineage).0, Health::Down);

    let single = blue_green();
    assert_eq!(how(&single, Part::Lineage).0, Health::Healthy);
    at_risk(&single, "Instances of the lineage service", "There is one");
}

#[test]
fn a_database_in_one_zone_works_with_nothing_in_reserve() {
    let mut pair = full_ha();
    let with = |pair: &mut PairSnapshot, change: fn(&mut Database)| alter(&mut platform(pair).database, change);
    with(&mut pair, |database| database.multi_az = false);
    assert_eq!(how(&pair, Part::Database).0, Health::Degraded);
    at_risk(&pair, "Lineage database", "one zone");
    for (status, health) in [
        ("backing-up", Health::Healthy),
        ("failing-over", Health::Degraded),
        ("modifying", Health::Degraded),
        ("stopped", Health::Down),
        ("incompatible-network", Health::Down),
    ] {
        let mut pair = full_ha();
        alter(&mut platform(&mut pair).database, |database| database.status = status.into());
        assert_eq!(how(&pair, Part::Database).0, health, "{status}");
    }
    let mut pair = full_ha();
    with(&mut pair, |database| database.members[0].writer = false);
    assert_eq!(how(&pair, Part::Database).0, Health::Down, "nobody takes writes");
}

#[test]
fn what_both_sides_have_in_common_takes_both_down() {
    let same = |with: fn(&mut crate::environment::Setup)| {
        let mut pair = full_ha();
        Color::BOTH.into_iter().for_each(|color| setup(&mut pair, color, with));
        pair
    };
    at_risk(&same(|setup| setup.maintenance_window = Some("TUE:03:30".into())), "Maintenance windows", "TUE:03:30 UTC");
    at_risk(
        &same(|setup| setup.subnets = vec!["priv-a".into()]),
        "Zones of the environments",
        "in one zone, us-east-2a",
    );
    at_risk(&same(|setup| setup.execution_role = Some("arn:role/one".into())), "Execution roles", "arn:role/one");
    at_risk(&same(|setup| setup.bucket = Some("one".into())), "Buckets", "from one");
    let untold = same(|setup| setup.maintenance_window = None);
    assert_eq!(verdict(&of(&untold), "Maintenance windows").0, Verdict::NotChecked);
    let mut away = full_ha();
    away.green = Reading::default();
    away.green.fail("airflow:GetEnvironment is not allowed.", secs_ago(9));
    let (verdict, because) = verdict(&of(&away), "Execution roles");
    assert_eq!(verdict, Verdict::NotChecked);
    assert!(because.contains("Green was not read. airflow:GetEnvironment"), "{because}");
}

#[test]
fn a_bucket_that_keeps_no_versions_or_is_gone_is_told() {
    let mut pair = full_ha();
    let with = |pair: &mut PairSnapshot, bucket: Bucket| platform(pair).green_bucket = read(bucket);
    with(&mut pair, Bucket { versioned: Some(false), ..bucket("b") });
    assert_eq!(how(&pair, Part::Bucket(Color::Green)).0, Health::Degraded);
    with(&mut pair, Bucket { versioned: None, encrypted: None, ..bucket("b") });
    assert_eq!(how(&pair, Part::Bucket(Color::Green)).0, Health::Healthy, "what was not read is not held against it");
    assert_eq!(figure(&node(&pair, Part::Bucket(Color::Green)), "Versions"), "not read");
    with(&mut pair, Bucket { exists: false, ..bucket("b") });
    assert_eq!(how(&pair, Part::Bucket(Color::Green)).0, Health::Down);
}

#[test]
fn the_summary_tells_the_worst_first() {
    let mut pair = full_ha();
    platform(&mut pair).network = Reading::default();
    alter(&mut platform(&mut pair).group, |group| group.instances.clear());
    alter(&mut platform(&mut pair).database, |database| database.multi_az = false);
    assert_eq!(
        of(&pair).summary(),
        (Health::Down, "1 down: Lineage service · 1 degraded: Lineage database · 1 unknown: NAT gateways".to_owned())
    );
}

#[test]
fn events_of_the_lineage_go_through_the_load_balancer_where_there_is_one() {
    let to = |pair: &PairSnapshot| {
        let links = of(pair).links;
        links.iter().find(|link| link.what.starts_with("sends lineage")).map(|link| link.to)
    };
    assert_eq!(to(&full_ha()), Some(Part::Balancer));
    assert_eq!(to(&blue_green()), Some(Part::Lineage));
}

#[test]
fn a_platform_of_one_side_is_told_what_a_second_one_adds_and_costs() {
    let mut pair = one_sided(blue_green(), "Standard");
    let added = of(&pair).added.expect("an addition");
    assert!(added.says.contains("about $364 a month more"), "{}", added.says);
    assert!(added.source.contains("mw1.small at $0.49 an hour for 730 hours"), "{}", added.source);
    assert!(added.source.ends_with("It was read for another region than us-east-2."), "{}", added.source);
    change(&mut pair.blue, |side| side.class = Some("mw9.huge".into()));
    let added = of(&pair).added.expect("an addition");
    assert!(
        !added.says.contains('$') && added.source.contains("no list price of a mw9.huge in us-east-2"),
        "{added:?}"
    );
    change(&mut pair.blue, |side| side.class = Some("mw1.small".into()));
    pair.region = "sa-east-1".into();
    let added = of(&pair).added.expect("an addition");
    assert!(
        added.says.contains("at least $625 a month more"),
        "logs that are kept have no price there: {}",
        added.says
    );
    let told: Vec<&str> = of(&pair).together.iter().map(|risk| risk.what).collect();
    assert!(!told.contains(&"Maintenance windows"), "there are no two windows: {told:?}");
}

#[test]
fn each_part_leads_to_its_page_of_the_console_and_no_name_leaves_the_address() {
    let pair = full_ha();
    let at = |part: Part| node(&pair, part).console.expect("a link");
    assert_eq!(
        at(Part::Flag),
        "https://us-east-2.console.aws.amazon.com/systems-manager/parameters/\
         %252Fmwaa%252Fblue-green%252Factive-environment/description?region=us-east-2"
    );
    assert!(at(Part::Environment(Color::Blue)).ends_with("/mwaa/home?region=us-east-2#environments/mwaa-blue-prod"));
    assert!(at(Part::Database).ends_with("#database:id=mwaa-marquez-db;is-cluster=true"));
    let mut pair = full_ha();
    pair.region = "us-gov-west-1".into();
    pair.names.flag = "/a\"><script>".into();
    pair.names.blue = "x#?&\"".into();
    for node in of(&pair).nodes {
        let address = node.console.expect("a link");
        assert!(address.starts_with("https://us-gov-west-1.console.amazonaws-us-gov.com/"), "{address}");
        assert!(!address.contains(['"', '<', '>']) && address.matches('#').count() <= 1, "{address}");
    }
}

#[test]
fn a_standby_that_somebody_works_on_is_degraded_and_not_down() {
    let mut pair = full_ha();
    change(&mut pair.green, |side| side.status = "UNAVAILABLE".to_owned().into());
    pair.maintenance = Some(crate::maintenance::Maintenance {
        id: crate::OperationId::new(Timestamp(1), 1),
        side: Color::Green,
        what: crate::Reason::parse("2.11 → 3.0.6").expect("a reason"),
        expects: vec![],
        until: in_secs(3600),
        by: crate::Actor::page("ana"),
        since: secs_ago(60),
        overrides: false,
    });
    let (health, reason) = how(&pair, Part::Environment(Color::Green));
    assert_eq!(health, Health::Degraded);
    assert!(reason.contains("2.11 → 3.0.6"), "{reason}");
}

#[test]
fn windows_that_begin_within_two_hours_of_each_other_may_take_both_sides_down() {
    let of = |blue: &str, green: &str| {
        let mut pair = full_ha();
        setup(&mut pair, Color::Blue, |setup| setup.maintenance_window = Some(blue.into()));
        setup(&mut pair, Color::Green, |setup| setup.maintenance_window = Some(green.into()));
        pair
    };
    at_risk(
        &of("SUN:23:30", "MON:00:30"),
        "Maintenance windows",
        "less than two hours apart, SUN:23:30 and MON:00:30 UTC",
    );
    assert_eq!(verdict(&self::of(&of("SUN:03:30", "SUN:05:30")), "Maintenance windows").0, Verdict::Fine);
    assert_eq!(verdict(&self::of(&of("SUN:03:30", "sometime")), "Maintenance windows").0, Verdict::NotChecked);
}

#[test]
fn several_nat_gateways_are_no_reserve_where_all_subnets_lead_through_one() {
    let mut pair = full_ha();
    let with = |pair: &mut PairSnapshot, change: fn(&mut Network)| {
        let mut changed = network();
        change(&mut changed);
        platform(pair).network = read(changed);
    };
    let through = |network: &mut Network, nat: Option<&str>| {
        network.subnets.iter_mut().for_each(|subnet| subnet.nat = nat.map(str::to_owned));
    };
    with(&mut pair, |network| network.subnets.iter_mut().for_each(|subnet| subnet.nat = Some("nat-a".into())));
    let (health, reason) = how(&pair, Part::Nat);
    assert_eq!(health, Health::Degraded);
    assert!(reason.contains("all subnets of the environments lead through one, nat-a"), "{reason}");
    at_risk(&pair, "NAT gateways", "lead through one, nat-a");
    with(&mut pair, |network| network.subnets.iter_mut().for_each(|subnet| subnet.nat = Some("nat-c".into())));
    assert_eq!(how(&pair, Part::Nat).0, Health::Down, "what they lead through is none of those that work");
    at_risk(&pair, "NAT gateways", "None of those works");
    let mut none = network();
    through(&mut none, None);
    platform(&mut pair).network = read(none);
    let (verdict_of_none, because) = verdict(&of(&pair), "NAT gateways");
    assert_eq!(verdict_of_none, Verdict::NotChecked);
    assert!(because.contains("No subnet of the environments leads through one"), "{because}");
    // Routes that may not be read are no routes that are good.
    with(&mut pair, |network| {
        network.denied = vec!["ec2:DescribeRouteTables".into()];
        network.subnets.iter_mut().for_each(|subnet| (subnet.public, subnet.nat) = (None, None));
    });
    let (verdict_unread, because) = verdict(&of(&pair), "NAT gateways");
    assert_eq!(verdict_unread, Verdict::NotChecked);
    assert!(because.contains("ec2:DescribeRouteTables is not allowed"), "{because}");
    let mut elsewhere = full_ha();
    setup(&mut elsewhere, Color::Green, |setup| setup.subnets = vec!["of-another-vpc".into()]);
    let (verdict_elsewhere, because) = verdict(&of(&elsewhere), "NAT gateways");
    assert_eq!(verdict_elsewhere, Verdict::NotChecked);
    assert!(because.starts_with("Green stands in another network than vpc-1"), "{because}");
}

#[test]
fn a_permission_that_is_missing_for_some_of_a_part_is_named_and_the_rest_is_told() {
    let mut pair = full_ha();
    platform(&mut pair).network = read(Network { cidr: None, denied: vec!["ec2:DescribeVpcs".into()], ..network() });
    let denied = vec!["s3:GetBucketVersioning".to_owned(), "s3:GetEncryptionConfiguration".to_owned()];
    platform(&mut pair).green_bucket = read(Bucket { versioned: None, encrypted: None, denied, ..bucket("b") });
    alter(&mut platform(&mut pair).group, |group| group.denied = vec!["autoscaling:DescribeInstanceRefreshes".into()]);
    let (health, reason) = how(&pair, Part::Nat);
    assert_eq!(health, Health::Healthy);
    assert!(
        reason.ends_with("ec2:DescribeVpcs is not allowed for these credentials: add it to Teal's policy."),
        "{reason}"
    );
    let (health, reason) = how(&pair, Part::Bucket(Color::Green));
    assert_eq!(health, Health::Healthy);
    let both = "It is there. s3:GetBucketVersioning and s3:GetEncryptionConfiguration are not allowed for these credentials: \
                add them to Teal's policy.";
    assert_eq!(reason, both);
    let group = node(&pair, Part::Lineage);
    assert_eq!((group.health, figure(&group, "Refresh").as_str()), (Health::Healthy, "not read"));
    assert!(group.reason.contains("autoscaling:DescribeInstanceRefreshes is not allowed"), "{}", group.reason);
}

#[test]
fn a_group_of_targets_that_nobody_answers_for_is_told_however_many_others_do() {
    let mut pair = full_ha();
    let web = TargetGroup { name: "web".into(), arn: "arn:web".into(), port: Some(3000), targets: vec![] };
    alter(&mut platform(&mut pair).balancer, |balancer| balancer.groups.push(web.clone()));
    assert_eq!(
        how(&pair, Part::Balancer),
        (Health::Degraded, "Nobody answers behind web (port 3000). No target is registered with it.".to_owned())
    );
    at_risk(&pair, "Targets of the load balancer", "Nobody answers behind web (port 3000).");
    let mut pair = full_ha();
    alter(&mut platform(&mut pair).balancer, |balancer| {
        for target in &mut balancer.groups[0].targets {
            (target.state, target.reason) = ("unused".into(), "Target.NotInUse: Zone is not enabled".into());
        }
    });
    let (health, reason) = how(&pair, Part::Balancer);
    assert_eq!(health, Health::Down);
    assert!(reason.contains("None of its targets is in use. i-1:5000: Target.NotInUse"), "{reason}");
}

#[test]
fn targets_of_which_one_tells_no_zone_are_not_said_to_be_in_one() {
    let mut pair = full_ha();
    platform(&mut pair).group = Reading::default();
    alter(&mut platform(&mut pair).balancer, |balancer| balancer.groups[0].targets[1].zone = None);
    assert_eq!(how(&pair, Part::Balancer).0, Health::Healthy);
    assert_eq!(verdict(&of(&pair), "Targets of the load balancer").0, Verdict::NotChecked);
    // Two groups in two zones, each of them in one, are no reserve for each other.
    let mut pair = full_ha();
    let one = |name: &str, zone: &str| TargetGroup {
        name: name.into(),
        arn: String::new(),
        port: None,
        targets: vec![target("i-1", zone), target("i-2", zone)],
    };
    let (api, web) = (one("api", "a"), one("web", "b"));
    alter(&mut platform(&mut pair).balancer, |balancer| balancer.groups = vec![api.clone(), web.clone()]);
    assert_eq!(how(&pair, Part::Balancer).0, Health::Degraded);
    at_risk(&pair, "Targets of the load balancer", "in one zone, us-east-2a");
}

#[test]
fn a_scheduler_of_which_there_is_no_heartbeat_at_all_is_no_healthy_one() {
    let mut pair = full_ha();
    around(&mut pair).green.heartbeat = read(None);
    let (health, reason) = how(&pair, Part::Environment(Color::Green));
    assert_eq!(health, Health::Degraded);
    assert!(reason.contains("sends no heartbeat"), "{reason}");
}

#[test]
fn what_a_side_has_to_do_is_not_told_by_a_reading_that_is_old() {
    let mut pair = full_ha();
    let work = around(&mut pair).green.work.value().cloned().expect("read");
    around(&mut pair).green.work = Reading::good(work, secs_ago(3600));
    assert_eq!(figure(&node(&pair, Part::Environment(Color::Green)), "Tasks"), "not read lately");
}

#[test]
fn a_standby_database_that_does_not_work_is_no_standby() {
    let mut pair = full_ha();
    alter(&mut platform(&mut pair).database, |database| database.members[1].status = "failed".into());
    assert_eq!(how(&pair, Part::Database).0, Health::Degraded);
    at_risk(&pair, "Lineage database", "No member in another zone works");
}

#[test]
fn that_there_is_no_lineage_service_is_known_no_longer_than_it_was_read() {
    let mut pair = blue_green();
    platform(&mut pair).instance = is_not(&["Name = mwaa-marquez-prod"]);
    assert_eq!(how(&pair, Part::Lineage).0, Health::Down);
    let later = Topology::of(&pair, in_secs(3600));
    assert_eq!(later.node(Part::Lineage).map(|node| node.health), Some(Health::Unknown));
}

#[test]
fn a_flag_or_a_bucket_that_could_not_be_read_is_not_said_to_be_missing() {
    let mut pair = one_sided(blue_green(), "Standard");
    pair.flag = Reading::default();
    pair.flag.fail("ssm:GetParameters is not allowed.", secs_ago(9));
    assert_eq!(how(&pair, Part::Flag).0, Health::Unknown);
    // The environment is gone, and its bucket is there as before.
    let mut pair = one_sided(full_ha(), "FullHA");
    pair.flag = full_ha().flag;
    assert_eq!(how(&pair, Part::Environment(Color::Green)).0, Health::Down);
    assert_eq!(how(&pair, Part::Bucket(Color::Green)).0, Health::Healthy);
}

#[test]
fn what_fails_from_the_beginning_is_told_as_failing_and_not_as_not_read_yet() {
    let mut pair = full_ha();
    let denied = "is not allowed for these credentials: add it to Teal's policy.";
    pair.platform = Arc::default();
    (pair.flag, pair.blue, pair.green) = (Reading::default(), Reading::default(), Reading::default());
    pair.flag.fail(denied, secs_ago(9));
    assert!(of(&pair).summary().1.contains("unknown: Flag"), "{:?}", of(&pair).summary());
}

#[test]
fn the_lineage_service_stands_where_its_group_its_load_balancer_or_its_instance_says() {
    assert_eq!(of(&full_ha()).lineage_stands, Stands::Inside);
    assert_eq!(of(&blue_green()).lineage_stands, Stands::Inside);
    let mut pair = full_ha();
    alter(&mut platform(&mut pair).group, |group| group.subnets = vec!["of-another".into()]);
    assert_eq!(of(&pair).lineage_stands, Stands::Elsewhere(None));
    alter(&mut platform(&mut pair).group, |group| group.subnets.clear());
    alter(&mut platform(&mut pair).balancer, |balancer| balancer.vpc = Some("vpc-2".into()));
    assert_eq!(of(&pair).lineage_stands, Stands::Elsewhere(Some("vpc-2".into())));
    platform(&mut pair).network = Reading::default();
    assert_eq!(of(&pair).lineage_stands, Stands::NotKnown, "nothing is compared with what was not read");
    platform(&mut pair).network = read(network());
    platform(&mut pair).balancer = Reading::default();
    assert_eq!(of(&pair).lineage_stands, Stands::NotKnown);
}

#[test]
fn what_was_found_long_ago_is_not_told_as_the_present() {
    let pair = full_ha();
    assert!(of(&pair).found_long_ago.is_none() && !of(&pair).live_is_old);
    let later = Topology::of(&pair, in_secs(3600));
    assert_eq!(later.found_long_ago, Some(secs_ago(40)));
    assert!(later.live_is_old);
    assert_eq!(later.ground.expect("a network").long_ago, Some(secs_ago(40)));
}

#[test]
fn what_was_looked_for_and_not_found_is_told_with_its_names() {
    assert_eq!(of(&full_ha()).not_found, []);
    let told = of(&blue_green()).not_found;
    assert_eq!(told[0], (Part::Balancer, vec!["mwaa-marquez-prod".to_owned()]));
    assert_eq!(told.len(), 3, "{told:?}");
}

/// The same, read so many seconds ago.
fn as_of<T: Clone>(reading: &mut Reading<T>, secs: u64) {
    *reading = Reading::good(reading.value().expect("read").clone(), secs_ago(secs));
}

#[test]
fn whenever_a_reading_makes_the_picture_another_by_its_age_alone_that_is_told() {
    // Once the parts are the oldest, once the sides are; each was read at a moment of its own.
    for (sides, parts) in [(20, 40), (200, 40)] {
        let mut pair = full_ha();
        as_of(&mut pair.blue, sides + 1);
        as_of(&mut pair.green, sides + 3);
        let side = &mut around(&mut pair).blue;
        as_of(&mut side.health, 51);
        as_of(&mut side.heartbeat, 53);
        as_of(&mut side.work, 55);
        side.files = Reading::good(vec![], secs_ago(57));
        let found = platform(&mut pair);
        as_of(&mut found.network, parts + 1);
        as_of(&mut found.balancer, parts + 2);
        as_of(&mut found.group, parts + 3);
        as_of(&mut found.instance, parts + 4);
        as_of(&mut found.database, parts + 5);
        as_of(&mut found.secret, parts + 6);
        as_of(&mut found.blue_bucket, parts + 7);
        as_of(&mut found.green_bucket, parts + 8);
        let said = |now: Timestamp| {
            let Topology { nodes, together, found_long_ago, live_is_old, ground, .. } = Topology::of(&pair, now);
            let nodes: Vec<_> = nodes.into_iter().map(|node| (node.health, node.reason, node.figures)).collect();
            (nodes, together, found_long_ago, live_is_old, ground)
        };
        let (mut before, mut aged, mut changes) = (said(NOW), Aged::of(&pair, NOW), 0);
        assert_eq!(aged, Aged::default(), "nothing is too old yet");
        for second in 1..1200 {
            let (after, by_now) = (said(in_secs(second)), Aged::of(&pair, in_secs(second)));
            if after != before {
                changes += 1;
                assert_ne!(by_now, aged, "after {second} s");
            }
            (before, aged) = (after, by_now);
        }
        assert!(changes >= 10, "the flag, the sides and each of the parts: {changes}");
    }
}
