//! What Marquez told, in the gallery.

use super::{NOW, back, green_is_live};
use std::sync::Arc;
use teal_domain::{
    Color, Millis, PairSnapshot, Reading, Timestamp,
    lineage::{
        Dataset, Day, Health, Job, Jobs, Kinds, Lineage, Name, Namespaces, Run, RunState, Setup, Told, WebAddress,
    },
    platform::{Balancer, Found, Group, Member},
};

/// The switch of the gallery's pair, in seconds back.
const SWITCH: i64 = 183_989;

/// Every state of the page, by name.
pub fn states() -> Vec<(&'static str, PairSnapshot)> {
    let with = |change: fn(&mut Lineage)| {
        let mut pair = green_is_live();
        well(&mut pair);
        change(Arc::make_mut(&mut pair.lineage));
        pair
    };
    let mut behind = with(|lineage| lineage.setup.public = None);
    load_balancer(&mut behind);
    let mut fresh = with(|_| ());
    fresh.live_since = Some(back(900));
    vec![
        ("well", with(|_| ())),
        ("all-went-on", with(all_went_on)),
        ("just-switched", fresh),
        ("not-configured", green_is_live()),
        ("unread", with(|lineage| *lineage = Lineage::unread(lineage.setup.clone()))),
        ("away", with(away)),
        ("away-from-the-first", with(away_from_the_first)),
        ("stale", with(stale)),
        ("ill", with(ill)),
        ("empty", with(empty)),
        ("health-only", with(health_only)),
        ("early", with(early)),
        ("cut", with(cut)),
        ("one-namespace", with(one_namespace)),
        ("hostile", with(hostile)),
        ("load-balancer", behind),
    ]
}

pub fn name(text: &str) -> Name {
    Name::of(text).unwrap()
}

pub fn setup() -> Setup {
    Setup {
        public: WebAddress::parse("https://marquez.example.com"),
        api: WebAddress::parse("http://marquez.internal:5000"),
        health: Some("http://marquez.internal:5001/healthcheck".into()),
        blue: "mwaa-openlineage-blue-dev".into(),
        green: "mwaa-openlineage-green-dev".into(),
    }
}

pub fn job(text: &str, state: RunState, ago: i64, took: u64) -> Job {
    let began = back(ago);
    let dataset = |kind: &str| Dataset { namespace: name("s3://lake"), name: name(&format!("{kind}/{text}")) };
    let ended = (state != RunState::Running).then(|| began + Millis::from_secs(took));
    let took = ended.map(|_| Millis(took * 1000 + 420));
    Job {
        name: name(text),
        first_seen: Some(back(9_000_000)),
        run: Some(Run { state, began: Some(began), ended, took }),
        earlier: Vec::new(),
        reads: vec![dataset("raw")],
        writes: vec![dataset("marts")],
    }
}

const DAGS: [&str; 12] = [
    "orders",
    "orders.load",
    "orders.publish",
    "sales.customers",
    "sales.daily",
    "clickstream",
    "clickstream.sessions",
    "exchange_rates",
    "inventory",
    "ledger_close",
    "marketing.attribution",
    "returns",
];

/// Blue was live until the switch; nine of its twelve jobs have run under Green since.
pub fn well(pair: &mut PairSnapshot) {
    let blue = DAGS.iter().zip(0..).map(|(dag, n)| {
        let state = if *dag == "inventory" { RunState::Failed } else { RunState::Completed };
        job(dag, state, SWITCH + 600 * (n + 1), 40 + 7 * n.unsigned_abs())
    });
    let green = DAGS[..9].iter().zip(0..).map(|(dag, n)| {
        let state = match *dag {
            "clickstream.sessions" => RunState::Failed,
            "sales.daily" => RunState::Running,
            "inventory" => RunState::Aborted,
            _ => RunState::Completed,
        };
        job(dag, state, 60 + 1700 * n, 38 + 6 * n.unsigned_abs())
    });
    let green = green.chain([job("ledger_close", RunState::Completed, SWITCH + 90_000, 12)]);
    let jobs = |jobs: Vec<Job>| Jobs { total: Some(jobs.len().try_into().unwrap()), jobs, ..Jobs::default() };
    let days = [1_204, 1_190, 402, 377, 1_260, 1_333, 610].into_iter().zip(0..);
    let days = days.map(|(all, n)| {
        let fail = [3, 0, 0, 12, 5, 41, 2][usize::try_from(n).unwrap()];
        let kinds = Kinds { start: all / 2, complete: all - all / 2 - fail - 1, fail, abort: 1 };
        Day { from: day(6 - n), all, kinds: Some(kinds) }
    });
    let health = Health { by: Told::Admin, database: Some(true), message: String::new() };
    pair.lineage = Arc::new(Lineage {
        setup: setup(),
        health: Reading::good(health, back(21)),
        namespaces: Reading::good(
            Namespaces { blue: true, green: true, others: vec![name("default"), name("s3://lake")], more: false },
            back(21),
        ),
        blue: Reading::good(jobs(blue.collect()), back(96)),
        green: Reading::good(jobs(green.collect()), back(95)),
        days: Reading::good(days.collect(), back(94)),
    });
}

fn day(ago: i64) -> Timestamp {
    let length = 24 * 60 * 60 * 1000;
    Timestamp((NOW.0.div_euclid(length) - ago) * length)
}

fn all_went_on(lineage: &mut Lineage) {
    let green = DAGS.iter().map(|dag| job(dag, RunState::Completed, 300, 31)).collect();
    lineage.green.succeed(Jobs { jobs: green, ..Jobs::default() }, back(95));
}

fn away(lineage: &mut Lineage) {
    let since = back(700);
    let why = "it did not answer in 3 s.";
    lineage.health.fail(why, since);
    lineage.namespaces.fail(why, since);
    lineage.blue.fail("it did not answer in 8 s.", since);
    lineage.green.fail("it did not answer in 8 s.", since);
    lineage.days.fail("it answered HTTP 502.", since);
}

fn away_from_the_first(lineage: &mut Lineage) {
    *lineage = Lineage::unread(lineage.setup.clone());
    away(lineage);
}

fn stale(lineage: &mut Lineage) {
    let value = lineage.health.value().unwrap().clone();
    lineage.health = Reading::good(value, back(4_000));
    for color in Color::BOTH {
        let jobs = lineage.jobs(color).value().unwrap().clone();
        *lineage.jobs_mut(color) = Reading::good(jobs, back(4_000));
    }
}

fn ill(lineage: &mut Lineage) {
    let message = "Connection to marquez-db.internal:5432 refused.".into();
    lineage.health.succeed(Health { by: Told::Admin, database: Some(false), message }, back(12));
    lineage.blue.fail("it answered HTTP 500.", back(130));
}

fn empty(lineage: &mut Lineage) {
    lineage.health.succeed(Health { by: Told::Api, database: None, message: String::new() }, back(12));
    let others = ["default", "food_delivery"].map(name).into();
    lineage.namespaces.succeed(Namespaces { blue: false, green: false, others, more: false }, back(12));
    lineage.blue.succeed(Jobs::default(), back(12));
    lineage.green.succeed(Jobs::default(), back(12));
    lineage.days.succeed(vec![Day { from: day(0), all: 0, kinds: None }], back(12));
}

fn health_only(lineage: &mut Lineage) {
    let health = lineage.health.clone();
    *lineage = Lineage::unread(Setup { api: None, public: None, ..lineage.setup.clone() });
    lineage.health = health;
}

/// Before its version 0.50 events are only counted.
fn early(lineage: &mut Lineage) {
    let days = lineage.days.value().unwrap().iter().map(|day| Day { kinds: None, ..*day }).collect();
    lineage.days.succeed(days, back(94));
}

/// More jobs than are read, on both sides.
fn cut(lineage: &mut Lineage) {
    for color in Color::BOTH {
        let mut jobs = lineage.jobs(color).value().unwrap().clone();
        jobs.jobs.extend((0..600).map(|n| job(&format!("tenant_{n:04}.refresh"), RunState::Completed, SWITCH + n, 4)));
        jobs.jobs.truncate(if color == Color::Green { 400 } else { 612 });
        (jobs.total, jobs.cut, jobs.left_out) = (Some(4_100), true, 2);
        lineage.jobs_mut(color).succeed(jobs, back(95));
    }
}

fn one_namespace(lineage: &mut Lineage) {
    lineage.setup.green = lineage.setup.blue.clone();
    let mut jobs = lineage.green.value().unwrap().clone();
    jobs.jobs.extend(lineage.blue.value().unwrap().jobs[10..].to_vec());
    lineage.blue.succeed(jobs.clone(), back(95));
    lineage.green.succeed(jobs, back(95));
}

/// Names as whoever writes lineage may choose them.
fn hostile(lineage: &mut Lineage) {
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let turned = "\u{202e}gnp.sredro\u{202c}";
    let long = "a_very_long_name_without_any_place_to_break_".repeat(20);
    let names = [evil, turned, "..", "javascript:alert(1)", "../../admin?x=1#y", &long];
    let jobs: Vec<Job> = names
        .iter()
        .map(|text| {
            let mut odd = job("plain", RunState::parse(evil).unwrap(), SWITCH + 60, 9);
            odd.name = name(text);
            odd.writes = vec![Dataset { namespace: name(evil), name: name(text) }];
            odd
        })
        .collect();
    lineage.blue.succeed(Jobs { jobs, total: None, cut: false, left_out: 1 }, back(95));
    let others = names.map(name).into();
    lineage.namespaces.succeed(Namespaces { blue: true, green: false, others, more: true }, back(12));
    lineage.health.fail(evil, back(4));
}

/// What AWS knows of the load balancer.
pub fn load_balancer(pair: &mut PairSnapshot) {
    let platform = Arc::make_mut(&mut pair.platform);
    let dns = "internal-mwaa-openlineage-marquez-dev-1234567890.us-east-2.elb.amazonaws.com";
    let balancer = Balancer {
        arn: "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/m/1".into(),
        dns: dns.into(),
        internal: true,
        state: "active".into(),
        zones: vec!["us-east-2a".into(), "us-east-2b".into()],
        vpc: None,
        groups: Vec::new(),
    };
    let tried = vec!["mwaa-openlineage-marquez-dev".to_owned()];
    let found = Some((tried[0].clone(), balancer));
    platform.balancer.succeed(Found { tried: tried.clone(), found }, back(30));
    let member = Member {
        id: "i-0a1b2c3d4e5f67890".into(),
        class: None,
        zone: "us-east-2a".into(),
        lifecycle: "InService".into(),
        healthy: true,
    };
    let group = Group { sizes: (2, 2, 4), instances: vec![member], ..Group::default() };
    platform.group.succeed(Found { tried: tried.clone(), found: Some((tried[0].clone(), group)) }, back(30));
}
