//! A pair with a lineage service behind a load balancer, and its database on Aurora.

use crate::{
    PairSnapshot, Reading,
    platform::{Balancer, Database, DatabaseMember, Found, Group, Platform, Target, TargetGroup},
    preflight::tests::fixture::{self, NOW},
};
use std::sync::Arc;

pub fn found<T>(name: &str, it: T) -> Reading<Found<T>> {
    Reading::good(Found { tried: vec![name.to_owned()], found: Some((name.to_owned(), it)) }, NOW)
}

pub fn absent<T>(name: &str) -> Reading<Found<T>> {
    Reading::good(Found { tried: vec![name.to_owned()], found: None }, NOW)
}

fn target_group(name: &str, port: u16) -> TargetGroup {
    let target = |id: &str| Target { id: id.into(), zone: None, state: "healthy".into(), reason: String::new() };
    TargetGroup {
        name: name.into(),
        arn: format!("arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/{name}/73e2"),
        port: Some(port),
        targets: vec![target("i-1:5000"), target("i-2:5000")],
    }
}

pub fn balancer() -> Balancer {
    Balancer {
        arn: "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/marquez/50dc".into(),
        dns: "internal-marquez.elb.amazonaws.com".into(),
        internal: true,
        state: "active".into(),
        zones: vec!["us-east-2a".into(), "us-east-2b".into()],
        vpc: None,
        groups: vec![target_group("marquez-api", 5000), target_group("marquez-web", 3000)],
    }
}

pub fn database(cluster: bool, engine: &str, multi_az: bool, members: &[(&str, bool)]) -> Database {
    let member = |(id, writer): &(&str, bool)| DatabaseMember {
        id: (*id).to_owned(),
        class: Some("db.t3.medium".into()),
        zone: None,
        writer: *writer,
        status: "available".into(),
    };
    Database {
        arn: None,
        cluster,
        engine: engine.into(),
        version: None,
        status: "available".into(),
        multi_az,
        members: members.iter().map(member).collect(),
        encrypted: None,
        protected: None,
        backup_days: None,
    }
}

pub fn pair() -> PairSnapshot {
    let aurora = database(true, "aurora-postgresql", true, &[("db-1", true), ("db-2", false)]);
    let group = Group { sizes: (2, 2, 4), zones: vec!["us-east-2a".into()], ..Group::default() };
    let platform = Platform {
        balancer: found("marquez", balancer()),
        group: found("marquez-asg", group),
        instance: absent("marquez"),
        database: found("db", aurora),
        ..Platform::default()
    };
    PairSnapshot { platform: Arc::new(platform), ..fixture::pair() }
}
