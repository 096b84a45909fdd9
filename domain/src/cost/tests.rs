//! The four modes to the cent, as reckoned by hand from the list prices of us-east-1, and what holds for every shape.

use super::*;
use crate::{
    Color, PairSnapshot, Reading,
    alarms::Alarms,
    monitoring::fixture,
    platform::{NatGateway, Network, Platform},
    preflight::tests::fixture::NOW,
    time::Day,
    topology::Mode,
};
use proptest::prelude::*;
use std::sync::Arc;

fn prices() -> &'static Prices {
    Prices::built_in()
}

fn change(pair: &mut PairSnapshot, change: impl FnOnce(&mut Platform)) {
    change(Arc::make_mut(&mut pair.platform));
}

fn working(id: &str) -> NatGateway {
    NatGateway { id: id.into(), subnet: "subnet-1".into(), state: "available".into() }
}

/// A pair in us-east-1 on mw1.small with one worker each, one NAT gateway, two t3.medium and Aurora's two db.t3.medium.
fn pair() -> PairSnapshot {
    let mut pair = fixture::pair();
    pair.region = "us-east-1".into();
    for side in [&mut pair.blue, &mut pair.green] {
        let mut environment = side.value().expect("read").clone();
        (environment.class, environment.workers, environment.schedulers) =
            (Some("mw1.small".into()), Some((1, 10)), Some(2));
        side.succeed(environment, NOW);
    }
    change(&mut pair, |platform| {
        platform.network.succeed(Network { nat_gateways: vec![working("nat-1")], ..Network::default() }, NOW);
    });
    pair
}

fn total(pair: &PairSnapshot, mode: Mode) -> Cents {
    Shape::of(pair, mode).estimate(prices()).total()
}

#[test]
fn the_four_modes_cost_what_they_come_to_by_hand() {
    // An environment: 0.49 x 730 = 357.70, metadata 5 x 0.10 = 0.50, bucket 10 x 0.023 = 0.23, logs 10 x 0.50 = 5.00 and
    // 10 x 0.03 = 0.30: 363.73. The network: 0.045 x 730 = 32.85, 0.005 x 730 = 3.65, 20 x 0.045 = 0.90: 37.40.
    // One instance: 0.0416 x 730 = 30.368, 30 x 0.08 = 2.40: 32.77.
    assert_eq!(total(&pair(), Mode::Standard), Cents(36_373 + 3_740 + 3_277));
    assert_eq!(total(&pair(), Mode::BlueGreen), Cents(2 * 36_373 + 3_740 + 3_277));
    // High availability: 0.0225 x 730 = 16.425, 0.008 x 730 = 5.84, 0.0416 x 1460 = 60.736, 60 x 0.08 = 4.80, 0.082 x 1460 =
    // 119.72, 20 x 0.10 = 2.00, 10 x 0.20 = 2.00, a secret 0.40: 211.93.
    assert_eq!(total(&pair(), Mode::HaMarquez), Cents(36_373 + 3_740 + 21_193));
    assert_eq!(total(&pair(), Mode::FullHa), Cents(2 * 36_373 + 3_740 + 21_193));
}

#[test]
fn a_database_that_is_no_aurora_is_paid_for_twice_where_it_has_a_standby() {
    let mut pair = pair();
    change(&mut pair, |platform| {
        let mut database = platform.database.value().expect("read").clone();
        let found = &mut database.found.as_mut().expect("a database").1;
        (found.cluster, found.engine, found.multi_az) = (false, "postgres".into(), true);
        found.members.truncate(1);
        found.members[0].class = Some("db.t4g.medium".into());
        platform.database.succeed(database, NOW);
    });
    // Against Aurora's 119.72, 2.00 and 2.00: 0.065 x 1460 = 94.90 and 40 x 0.115 = 4.60.
    assert_eq!(total(&pair, Mode::FullHa), Cents(2 * 36_373 + 3_740 + 21_193 - 12_372 + 9_490 + 460));
}

#[test]
fn what_was_found_is_what_is_paid_for() {
    let mut pair = pair();
    let before = total(&pair, Mode::FullHa);
    change(&mut pair, |platform| {
        let both = Network { nat_gateways: vec![working("nat-1"), working("nat-2")], ..Network::default() };
        platform.network.succeed(both, NOW);
    });
    assert_eq!(total(&pair, Mode::FullHa) - before, Cents(3285 + 365), "a second NAT gateway with its address");
    change(&mut pair, |platform| {
        let mut group = platform.group.value().expect("read").clone();
        group.found.as_mut().expect("a group").1.sizes = (2, 4, 4);
        platform.group.succeed(group, NOW);
    });
    assert_eq!(Shape::of(&pair, Mode::FullHa).instances.count, 4);
    assert_eq!(Shape::of(&pair, Mode::BlueGreen).instances.count, 1, "without a group there is one");
    let mut environment = pair.blue.value().expect("read").clone();
    (environment.workers, environment.schedulers) = (Some((3, 10)), Some(4));
    pair.blue.succeed(environment, NOW);
    let lines = Shape::of(&pair, Mode::FullHa).estimate(prices()).lines;
    let told: Vec<_> =
        lines.iter().filter(|line| line.what.contains("beside")).map(|line| (&*line.what, line.quantity)).collect();
    let both = [("Workers beside the first", 2), ("Schedulers beside the first two", 2)];
    assert_eq!(told, both.map(|(what, count)| (what, Quantity::each(count, HOURS))), "of blue only");
}

#[test]
fn what_was_not_read_is_assumed_in_so_many_words() {
    let mut unread = pair();
    unread.blue = Reading::default();
    change(&mut unread, |platform| *platform = Platform::default());
    let shape = Shape::of(&unread, Mode::FullHa);
    for word in ["Blue is taken to be like Green", "NAT gateway", "t3.medium", "db.t3.medium", "alarms were not read"] {
        assert!(shape.assumed.iter().any(|told| told.contains(word)), "{word}: {:?}", shape.assumed);
    }
    assert_eq!(shape.estimate(prices()).total(), total(&pair(), Mode::FullHa));
    unread.green = Reading::default();
    let shape = Shape::of(&unread, Mode::Standard);
    assert!(
        shape.assumed.iter().any(|told| told == "The class of Green is not known: mw1.small is assumed."),
        "{:?}",
        shape.assumed
    );
    let mut read = pair();
    let mut monitoring = (*read.monitoring).clone();
    monitoring.alarms.succeed(Arc::new(Alarms::default()), NOW);
    read.monitoring = Arc::new(monitoring);
    assert!(!Shape::of(&read, Mode::FullHa).assumed.iter().any(|told| told.contains("alarms")));
}

#[test]
fn a_price_that_is_missing_makes_the_total_the_least_that_it_costs() {
    let mut there = pair();
    there.region = "sa-east-1".into();
    let estimate = Shape::of(&there, Mode::FullHa).estimate(prices());
    let missing: Vec<String> = estimate.missing().map(|line| line.good.to_string()).collect();
    assert!(estimate.is_at_least() && missing.contains(&"ec2 instance t3.medium".to_owned()), "{missing:?}");
    // 0.842 x 730, for each side.
    assert_eq!(estimate.sum(|line| matches!(line.good, Good::Environment(_))), Cents(2 * 61_466));
    there.region = "mars-north-1".into();
    let nowhere = Shape::of(&there, Mode::FullHa).estimate(prices());
    assert_eq!((nowhere.total(), nowhere.missing().count()), (Cents(0), nowhere.lines.len()));
    assert!(!Shape::of(&pair(), Mode::FullHa).estimate(prices()).is_at_least());
}

#[test]
fn a_price_of_another_region_is_marked_and_one_that_was_looked_at_is_not() {
    let mut ohio = pair();
    ohio.region = "us-east-2".into();
    let estimate = Shape::of(&ohio, Mode::FullHa).estimate(prices());
    assert!(estimate.is_assumed() && !estimate.is_at_least());
    let assumed = |good: &Good| prices().of("us-east-2", good).expect("a price").2;
    assert!(assumed(&Good::Nat) && !assumed(&Good::Instance("t3.medium".into())));
    assert!(!Shape::of(&pair(), Mode::FullHa).estimate(prices()).is_assumed());
    assert_eq!(estimate.total(), total(&pair(), Mode::FullHa));
}

#[test]
fn a_table_that_is_wrong_says_where() {
    let table = |regions: &str| {
        let sources = r#"{"s": {"title": "S", "url": "https://example.com", "read": "2026-11"}}"#;
        Prices::parse(&format!(r#"{{"sources": {sources}, "regions": {{{regions}}}}}"#))
    };
    let priced = r#""a": {"name": "A", "prices": {"nat": {"usd": "0.045", "source": "s"}}}"#;
    assert!(table(priced).is_ok());
    for (regions, says) in [
        (
            r#""a": {"name": "A", "prices": {"nat": {"usd": "cheap", "source": "s"}}}"#.to_owned(),
            "\"cheap\" is no price",
        ),
        (r#""a": {"name": "A", "prices": {"nat": {"usd": "1", "source": "t"}}}"#.to_owned(), "which is no source"),
        (r#""a": {"name": "A", "like": "b"}"#.to_owned(), "region a is like b"),
        (format!(r#"{priced}, "b": {{"name": "B", "like": "a", "checked": ["alb"]}}"#), "has checked \"alb\""),
        (r#""a": {"name": "A", "price": {}}"#.to_owned(), "unknown field `price`"),
    ] {
        let wrong = table(&regions).expect_err(&regions);
        assert!(wrong.contains(says), "{wrong}");
    }
}

prop_compose! {
    fn shapes()(
        sides in 1_usize..3, workers in 0_u32..30, schedulers in 0_u32..6, hours in 0..=HOURS, nat_gateways in 0_u32..4,
        nat_gb in 0_u32..500, count in 0_u32..6, group in any::<bool>(), aurora in any::<bool>(), members in 1_u32..4, alarms in 0_u32..40,
        class in prop::sample::select(vec!["mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw9.huge"]),
        region in prop::sample::select(vec!["us-east-1", "us-east-2", "sa-east-1", "nowhere-1"]),
    ) -> Shape {
        let side = |side| Environment {
            side: Some(side), class: class.to_owned(), workers, schedulers, web_servers: schedulers, hours,
            metadata_gb: workers, logs_gb: schedulers, bucket_gb: 10,
        };
        Shape {
            mode: if group { Mode::FullHa } else { Mode::BlueGreen },
            region: region.to_owned(),
            environments: Color::BOTH.into_iter().take(sides).map(side).collect(),
            nat_gateways, nat_gb, alarms,
            instances: Instances { count, class: "t3.medium".into(), volume_gb: 30 },
            balancer: group.then_some(Quantity(1500)),
            database: group.then(|| Database { aurora, class: "db.t3.medium".into(), members, storage_gb: 20, million_requests: 10 }),
            secrets: 1,
            assumed: Vec::new(),
        }
    }
}

proptest! {
    #[test]
    fn the_total_is_the_sum_of_its_lines_and_of_its_groups(shape in shapes()) {
        let estimate = shape.estimate(prices());
        let lines: Cents = estimate.lines.iter().filter_map(|line| line.price.as_ref()).map(|price| price.cents).sum();
        prop_assert_eq!(estimate.total(), lines);
        let sides = [None, Some(Color::Blue), Some(Color::Green)].map(Group::Environment);
        let groups = sides.into_iter().chain([Group::Network, Group::Lineage, Group::Watching]);
        prop_assert_eq!(estimate.total(), groups.map(|group| estimate.of_group(group)).sum());
        prop_assert!(estimate.lines.iter().all(|line| !line.quantity.is_nothing()));
    }

    #[test]
    fn more_of_anything_never_costs_less(shape in shapes(), which in 0_usize..9, more in 1_u32..50) {
        let mut larger = shape.clone();
        let first = &mut larger.environments[0];
        match which {
            0 => first.workers += more,
            1 => first.schedulers += more,
            2 => first.web_servers += more,
            3 => first.logs_gb += more,
            4 => first.hours += more,
            5 => larger.nat_gateways += more,
            6 => larger.instances.count += more,
            7 => larger.alarms += more,
            _ => larger.environments.push(Environment { side: None, ..shape.environments[0].clone() }),
        }
        prop_assert!(larger.estimate(prices()).total() >= shape.estimate(prices()).total());
    }
}

#[test]
fn the_second_side_is_paid_for_by_the_month_the_hour_and_the_switch_and_breaks_even() {
    let insured = Insurance::of(&pair(), Mode::FullHa, prices());
    assert_eq!((insured.standby.month, insured.standby.paid), (Cents(36_373), true));
    assert_eq!((insured.lineage.month, insured.lineage.paid), (Cents(21_193 - 3_277), true));
    assert_eq!(insured.standby.hour(), Cents(50), "363.73 / 730 is 0.498");
    assert_eq!((insured.standby.each(4), insured.standby.each(0)), (Some(Cents(9_093)), None));
    // At $1,000 an hour: 363.73 / 1000 x 60 is 21.8 minutes.
    assert_eq!(insured.standby.breaks_even_at(Cents(100_000)), Some(22));
    assert_eq!(insured.standby.breaks_even_at(Cents(0)), None);
    let alone = Insurance::of(&pair(), Mode::Standard, prices());
    assert_eq!((alone.standby.month, alone.standby.paid, alone.lineage.paid), (Cents(36_373), false, false));
    let mut there = pair();
    there.region = "sa-east-1".into();
    assert!(Insurance::of(&there, Mode::FullHa, prices()).standby.at_least);
}

#[test]
fn what_is_changed_is_changed_and_the_rest_stays_as_it_was_found() {
    let pair = pair();
    let cost = |what_if: &WhatIf| what_if.shape(&pair, Mode::FullHa).estimate(prices()).total();
    let now = cost(&WhatIf::default());
    assert_eq!(now, total(&pair, Mode::FullHa));
    assert!(WhatIf::default().is_nothing());
    // 0.74 - 0.49 = 0.25, x 730 x 2.
    assert_eq!(cost(&WhatIf { class: Some("mw1.medium".into()), ..WhatIf::default() }) - now, Cents(36_500));
    // Two workers more on each side: 0.055 x 1460 x 2.
    assert_eq!(cost(&WhatIf { workers: Some(3), ..WhatIf::default() }) - now, Cents(16_060));
    // The standby up for a hundred hours only: 0.49 x 630 less.
    assert_eq!(now - cost(&WhatIf { standby_hours: Some(100), ..WhatIf::default() }), Cents(30_870));
    assert_eq!(cost(&WhatIf { standby_hours: Some(9_999), ..WhatIf::default() }), now, "a month has no more hours");
    assert_eq!(cost(&WhatIf { nat_gateways: Some(2), ..WhatIf::default() }) - now, Cents(3_650));
    assert_eq!(cost(&WhatIf { mode: Some(Mode::Standard), ..WhatIf::default() }), total(&pair, Mode::Standard));
    let mut nobody = pair.clone();
    nobody.flag = Reading::default();
    let part = WhatIf { standby_hours: Some(100), ..WhatIf::default() };
    let less = part.shape(&nobody, Mode::FullHa).estimate(prices()).total();
    assert_eq!(now - less, Cents(30_870), "while no side is live one of them would stand by");
    let there = WhatIf { region: Some("sa-east-1".into()), ..WhatIf::default() };
    assert!(there.shape(&pair, Mode::FullHa).estimate(prices()).is_at_least());
}

#[test]
fn a_savings_plan_touches_the_instances_and_little_else() {
    let savings = Savings::of(&Shape::of(&pair(), Mode::FullHa).estimate(prices()));
    // 60.74 of 976.79.
    assert_eq!((savings.eligible, savings.hundredths), (Cents(6_074), 621));
    let nothing = Savings::of(&Estimate { lines: Vec::new() });
    assert_eq!((nothing.eligible, nothing.hundredths), (Cents(0), 0));
}

#[test]
fn what_the_price_list_told_takes_the_place_of_what_the_file_says_and_the_rest_stays() {
    let dear = |text: &str| Price::parse(text).expect("a price");
    let (nat, balancer) = (Good::Nat, Good::Balancer);
    let listed = Listed {
        region: "us-east-2".into(),
        read: Day::parse("2026-12-01").expect("a day"),
        prices: vec![(nat.clone(), dear("0.05"))],
    };
    let known = prices().with_listed(&listed);
    let (price, source, assumed) = known.of("us-east-2", &nat).expect("a price");
    assert_eq!((price, assumed, source.read.as_str()), (dear("0.05"), false, "2026-12-01"));
    assert!(source.title.starts_with("AWS Price List for US East (Ohio)"), "{}", source.title);
    assert_eq!(known.of("us-east-2", &balancer), prices().of("us-east-2", &balancer), "what was not told");
    assert_eq!(known.of("us-east-1", &nat), prices().of("us-east-1", &nat), "another region");

    let silent = known.without_list("pricing:GetProducts is not allowed.");
    assert_eq!(silent.of("us-east-2", &nat).map(|(price, ..)| price), Some(dear("0.05")), "what was told once");
    assert_eq!(silent.unread(), Some("pricing:GetProducts is not allowed."));
    assert_eq!(silent.with_listed(&listed).unread(), None);

    let next_day = Day::parse("2026-12-02").expect("a day");
    let later = known.with_listed(&Listed { read: next_day, prices: Vec::new(), ..listed.clone() });
    let (_, source, _) = later.of("us-east-2", &nat).expect("a price");
    assert_eq!(source.read, "2026-12-01", "what was not told again keeps its day");

    let new = Listed { region: "xx-new-1".into(), ..listed };
    assert!(prices().with_listed(&new).of("xx-new-1", &nat).is_some(), "a region that the file does not know");
}
