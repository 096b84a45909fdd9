//! What is found, and what a missing reading means.

use super::*;
use crate::{
    monitoring::fixture,
    platform::{Busy, Load, NatGateway, Network, Platform, Subnet, Used},
    preflight::tests::fixture::NOW,
};
use std::sync::Arc;

fn platform(pair: &mut PairSnapshot) -> &mut Platform {
    Arc::make_mut(&mut pair.platform)
}

fn busy(cpu: u32, memory: u32) -> Busy {
    Busy { cpu: Some(cpu), memory: Some(memory) }
}

fn used(schedulers: Busy, workers: Busy) -> Used {
    Used { schedulers, workers, web_servers: busy(5, 20), bucket_bytes: Some(10 * GB) }
}

/// A pair in us-east-1 on mw1.large of which everything was read and nothing is to be saved.
fn pair() -> PairSnapshot {
    let mut pair = fixture::pair();
    pair.region = "us-east-1".into();
    for side in [&mut pair.blue, &mut pair.green] {
        let mut environment = side.value().expect("read").clone();
        (environment.class, environment.workers) = (Some("mw1.large".into()), Some((1, 10)));
        side.succeed(environment, NOW);
    }
    let found = platform(&mut pair);
    let network = Network {
        subnets: ["a", "b"].map(subnet).into(),
        nat_gateways: vec![gateway("1", "a"), gateway("2", "b")],
        ..Network::default()
    };
    found.network.succeed(network, NOW);
    let full = used(busy(60, 55), busy(70, 40));
    found.load.succeed(Load { blue: full, green: full }, NOW);
    for (bucket, logs) in
        [(&mut found.blue_bucket, &mut found.blue_logs), (&mut found.green_bucket, &mut found.green_logs)]
    {
        let kept = Bucket {
            name: "b".into(),
            exists: true,
            versioned: Some(true),
            lifecycle: Some(true),
            ..Bucket::default()
        };
        bucket.succeed(kept, NOW);
        logs.succeed(vec![group("Task", Some(30), 7 * GB)], NOW);
    }
    pair
}

fn subnet(zone: &str) -> Subnet {
    Subnet { id: format!("subnet-{zone}"), name: None, zone: format!("us-east-1{zone}"), public: Some(true), nat: None }
}

fn gateway(id: &str, zone: &str) -> NatGateway {
    NatGateway { id: format!("nat-{id}"), subnet: format!("subnet-{zone}"), state: "available".into() }
}

fn group(part: &str, retention_days: Option<u32>, bytes: u64) -> LogGroup {
    LogGroup { name: format!("airflow-x-{part}"), retention_days, bytes }
}

fn find(pair: &PairSnapshot) -> Findings {
    Findings::of(pair, Some(Mode::FullHa), Prices::built_in())
}

fn one(pair: &PairSnapshot) -> (Kind, Option<Cents>, String) {
    let Findings { found, unread } = find(pair);
    assert_eq!(unread, Vec::<String>::new());
    let [only] = found.try_into().expect("one finding");
    (only.kind, only.saves, only.what)
}

#[test]
fn of_a_platform_that_is_as_it_should_be_nothing_is_found() {
    assert_eq!(find(&pair()), Findings::default());
}

#[test]
fn nothing_that_was_not_read_is_a_saving() {
    let mut unread = fixture::pair();
    unread.region = "us-east-1".into();
    unread.platform = Arc::default();
    let Findings { found, unread } = find(&unread);
    assert_eq!(found, []);
    assert!(unread.iter().any(|what| what.starts_with("Whether NAT gateways could be shared: it was not read yet")));
    let mut never = pair();
    platform(&mut never).load = Reading::default();
    platform(&mut never).load.fail("cloudwatch:GetMetricData is not allowed for these credentials.", NOW);
    let found = find(&never);
    assert_eq!(found.found, []);
    assert_eq!(
        found.unread,
        ["Whether the class is larger than it need be: cloudwatch:GetMetricData is not allowed for these credentials."]
    );
}

#[test]
fn a_class_is_too_large_where_half_of_it_would_do_for_the_busier_side() {
    let mut pair = pair();
    let (idle, busier) = (used(busy(2, 9), busy(1, 8)), used(busy(31, 22), busy(12, 40)));
    platform(&mut pair).load.succeed(Load { blue: idle, green: busier }, NOW);
    let (kind, saves, what) = one(&pair);
    // Two of mw1.large at 0.99 against two of mw1.medium at 0.74, of which each hour is 0.25 less.
    assert_eq!((kind, saves), (Kind::Class, Some(Cents(2 * 18_250))));
    assert!(what.contains("40 % at the most"), "{what}");
    let fuller = used(busy(31, 22), busy(12, 41));
    platform(&mut pair).load.succeed(Load { blue: idle, green: fuller }, NOW);
    assert_eq!(find(&pair).found, [], "41 % of the larger one is 82 % of the smaller one");
}

#[test]
fn the_smallest_class_that_is_like_the_others_is_never_too_large() {
    let mut pair = pair();
    for side in [&mut pair.blue, &mut pair.green] {
        let mut environment = side.value().expect("read").clone();
        environment.class = Some("mw1.small".into());
        side.succeed(environment, NOW);
    }
    let idle = used(busy(1, 1), busy(1, 1));
    platform(&mut pair).load.succeed(Load { blue: idle, green: idle }, NOW);
    assert_eq!(find(&pair).found, []);
}

#[test]
fn web_servers_are_idle_where_two_would_do() {
    let mut pair = pair();
    let mut environment = pair.green.value().expect("read").clone();
    environment.setup.web_servers = Some((4, 5));
    pair.green.succeed(environment, NOW);
    let (kind, saves, what) = one(&pair);
    assert_eq!(kind, Kind::WebServers);
    let each = Prices::built_in().of("us-east-1", &Good::WebServer("mw1.large".into())).expect("a price").0;
    assert_eq!(saves, Some(each.times(Quantity::each(2, HOURS))));
    assert!(what.starts_with("Green always has 4 web servers, used to 20 %"), "{what}");
    let busy_ones = Used { web_servers: busy(41, 20), ..used(busy(60, 60), busy(60, 60)) };
    platform(&mut pair).load.succeed(Load { blue: busy_ones, green: busy_ones }, NOW);
    assert_eq!(find(&pair).found, [], "four at 41 % are two at 82 %");
}

#[test]
fn a_second_nat_gateway_in_a_zone_is_one_too_many_and_one_a_zone_is_not() {
    let mut pair = pair();
    let mut network = platform(&mut pair).network.value().expect("read").clone();
    network.nat_gateways.push(gateway("3", "a"));
    network.nat_gateways.push(NatGateway { state: "deleting".into(), ..gateway("4", "b") });
    network.nat_gateways.push(NatGateway { subnet: "elsewhere".into(), ..gateway("5", "b") });
    platform(&mut pair).network.succeed(network, NOW);
    let (kind, saves, what) = one(&pair);
    // 0.045 x 730 and 0.005 x 730.
    assert_eq!((kind, saves), (Kind::Nat, Some(Cents(3_285 + 365))));
    assert!(what.starts_with("2 NAT gateways stand in us-east-1a"), "{what}");
}

#[test]
fn logs_without_a_retention_cost_what_they_keep() {
    let mut pair = pair();
    let logs =
        vec![group("DAGProcessing", None, 0), group("Scheduler", Some(30), 90 * GB), group("Task", None, 40 * GB)];
    platform(&mut pair).blue_logs.succeed(logs, NOW);
    let (kind, saves, what) = one(&pair);
    assert_eq!((kind, saves), (Kind::Retention, Some(Cents(120))), "40 x 0.03");
    assert!(what.starts_with("2 log groups of Blue keep 40.0 GB for ever"), "{what}");
}

#[test]
fn a_bucket_without_a_lifecycle_is_found_where_its_size_is_known() {
    let mut pair = pair();
    let mut bucket = platform(&mut pair).green_bucket.value().expect("read").clone();
    bucket.lifecycle = Some(false);
    platform(&mut pair).green_bucket.succeed(bucket.clone(), NOW);
    assert_eq!(one(&pair).1, Some(Cents(23)), "10 x 0.023");
    let unsized_one = Used { bucket_bytes: None, ..used(busy(60, 60), busy(60, 60)) };
    platform(&mut pair).load.succeed(Load { blue: unsized_one, green: unsized_one }, NOW);
    let found = find(&pair);
    assert_eq!(found.found, []);
    assert_eq!(
        found.unread,
        ["Whether Green’s bucket keeps old versions for ever: how much is in it is not known yet."]
    );
    bucket.versioned = Some(false);
    platform(&mut pair).green_bucket.succeed(bucket, NOW);
    assert_eq!(find(&pair), Findings::default(), "without versions there is nothing to expire");
}

#[test]
fn a_removed_side_left_behind_what_is_still_there() {
    let mut pair = pair();
    pair.green = Reading::default();
    pair.green.fail(format!("{NO_SUCH}x-green."), NOW);
    let of = |pair: &PairSnapshot, mode| Findings::of(pair, mode, Prices::built_in()).found;
    let found = of(&pair, Some(Mode::Standard));
    let [only] = found.as_slice() else { panic!("{found:?}") };
    // 7 x 0.03 and 10 x 0.023.
    assert_eq!((only.kind, only.saves), (Kind::Leftovers, Some(Cents(21 + 23))));
    assert!(
        only.what.starts_with("Green is gone, and left behind: 1 log group with 7.0 GB, the bucket b with 10.0 GB"),
        "{}",
        only.what
    );
    assert_eq!(of(&pair, Some(Mode::BlueGreen)), [], "a standby that is away for a while needs its bucket");
    assert_eq!(of(&pair, None), [], "nobody knows whether it was meant to go");
}
