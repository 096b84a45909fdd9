//! What the platform is made of beside the flag and the environments: what of it is found, and how often AWS is asked.

use teal_domain::{
    Color, Reading,
    platform::{Balancer, Bucket, Database, Found, Group, Instance, Network, Platform, Secret, not_allowed},
};

use super::{Findings, Verdict};
use crate::{
    aws::counted::{BUDGET, Service},
    config::Config,
    engine::{
        Pair,
        clock::System,
        observe::{Airflows, Survey, survey},
    },
};

/// Looks once at all that the pollers read, and says what came of it. The Airflows are asked only where a pair is named.
pub(super) async fn look(findings: &mut Findings, pair: &Pair, config: &Config, airflows: Airflows) {
    let found = survey(pair, &System::default(), &config.polling, airflows).await;
    parts(findings, pair.id().as_str(), &found.known.platform);
    calls(findings, pair.id().as_str(), &found, airflows);
}

fn parts(findings: &mut Findings, about: &str, platform: &Platform) {
    let (hosts, host) = (&platform.group, &platform.instance);
    said(findings, about, "network", &platform.network, |it| lacking(&it.denied, network(it)));
    found(findings, about, "balancer", &platform.balancer, "load_balancer", balancer);
    // One of the two runs the lineage service.
    if !is_there(host) || hosts.error().is_some() {
        found(findings, about, "group", hosts, "group", group);
        // What it could not tell of itself is a finding of its own.
        let lacks = hosts.value().and_then(|looked| looked.it()).and_then(|it| not_allowed(&it.denied));
        if let Some(lacks) = lacks {
            findings.add(about, "group", Verdict::Warning, "not all of it is readable", lacks);
        }
    }
    if !is_there(hosts) {
        found(findings, about, "instance", host, "instance", instance);
    }
    found(findings, about, "database", &platform.database, "database", database);
    found(findings, about, "secret", &platform.secret, "secret", secret);
    for (color, check) in [(Color::Blue, "blue-bucket"), (Color::Green, "green-bucket")] {
        said(findings, about, check, platform.bucket(color), |it| {
            if it.exists {
                return lacking(&it.denied, bucket(it));
            }
            (Verdict::Bad, bucket(it), "Create it, or correct the environment's own setting.".to_owned())
        });
    }
}

/// What was read, and which permissions are missing to know the rest.
fn lacking(denied: &[String], says: String) -> (Verdict, String, String) {
    match not_allowed(denied) {
        None => (Verdict::Good, says, String::new()),
        Some(lacks) => (Verdict::Warning, says, lacks),
    }
}

fn is_there<T>(reading: &Reading<Found<T>>) -> bool {
    reading.value().is_some_and(|looked| looked.found.is_some())
}

/// A part that is looked for by its names.
fn found<T>(
    findings: &mut Findings,
    about: &str,
    check: &'static str,
    reading: &Reading<Found<T>>,
    key: &str,
    words: fn(&str, &T) -> String,
) {
    said(findings, about, check, reading, |looked| match &looked.found {
        Some((name, it)) => (Verdict::Good, words(name, it), String::new()),
        None => (
            Verdict::Warning,
            format!("not found; tried: {}", looked.tried.join(", ")),
            format!("If the pair has one by another name, write it as `{key}` into [pair.names]."),
        ),
    });
}

/// What was read, or why it could not be.
fn said<T>(
    findings: &mut Findings,
    about: &str,
    check: &'static str,
    reading: &Reading<T>,
    words: impl FnOnce(&T) -> (Verdict, String, String),
) {
    let (verdict, says, mend) = match (reading.value(), reading.error()) {
        (Some(value), _) => words(value),
        (None, Some(error)) => (Verdict::Warning, format!("not readable: {}", error.message), String::new()),
        (None, None) => (Verdict::NotTried, "not looked at".to_owned(), String::new()),
    };
    findings.add(about, check, verdict, says, mend);
}

fn network(network: &Network) -> String {
    let count = |public| network.subnets.iter().filter(|subnet| subnet.public == public).count();
    let gateways = network.nat_gateways.iter().filter(|gateway| gateway.state == "available").count();
    let cidr = network.cidr.as_ref().map_or_else(String::new, |cidr| format!(" ({cidr})"));
    let unknown = match count(None) {
        0 => String::new(),
        unknown => format!(", {unknown} whose routes are not known"),
    };
    format!(
        "{}{cidr}: private subnets {}, public ones {}{unknown}; NAT gateways that work: {gateways}",
        network.vpc,
        count(Some(false)),
        count(Some(true)),
    )
}

fn balancer(name: &str, balancer: &Balancer) -> String {
    let targets = || balancer.groups.iter().flat_map(|group| &group.targets);
    let healthy = targets().filter(|target| target.state == "healthy").count();
    format!("{name} is {}, {healthy} of {} targets healthy", balancer.state, targets().count())
}

fn group(name: &str, group: &Group) -> String {
    let (fewest, wanted, most) = group.sizes;
    let serve = group.instances.iter().filter(|one| one.healthy && one.lifecycle == "InService").count();
    format!("{name} has {serve} of {wanted} instances in service ({fewest} to {most})")
}

fn instance(name: &str, instance: &Instance) -> String {
    format!("{name} is {} ({})", instance.state, instance.id)
}

fn database(name: &str, database: &Database) -> String {
    let kind = if database.cluster { "cluster" } else { "instance" };
    let standby = if database.multi_az { "with a standby in another zone" } else { "in one zone" };
    format!("{name}, {} {kind}, is {}, {standby}", database.engine, database.status)
}

fn secret(name: &str, secret: &Secret) -> String {
    format!("{name} {}", if secret.deleted { "is to be deleted" } else { "is there" })
}

fn bucket(bucket: &Bucket) -> String {
    let versions = match bucket.versioned {
        Some(true) => ", with versions",
        Some(false) => ", without versions",
        None => ", of its versions nothing is known",
    };
    if bucket.exists {
        format!("{} is there{versions}", bucket.name)
    } else {
        format!("{} does not exist", bucket.name)
    }
}

fn calls(findings: &mut Findings, about: &str, survey: &Survey, airflows: Airflows) {
    let each: Vec<String> = survey
        .rates
        .iter()
        .filter(|(service, _)| *service != Service::Airflow)
        .map(|(service, rate)| format!("{} {rate:.1}", service.as_str()))
        .collect();
    let besides = match airflows {
        Airflows::Asked => format!("; MWAA hands on {} more to its Airflows", survey.airflows_a_minute()),
        Airflows::Spared => "; what MWAA hands on to its Airflows is counted where a pair is named".to_owned(),
    };
    let calls = survey.calls_a_minute();
    let says = format!("AWS calls for this pair: {calls} a minute beside the flag's ({}){besides}", each.join(", "));
    let (verdict, mend) = if calls > BUDGET {
        (Verdict::Warning, format!("That is more than {BUDGET}: lengthen `surroundings` in [polling]."))
    } else {
        (Verdict::Good, String::new())
    };
    findings.add(about, "calls", verdict, says, mend);
}

#[cfg(test)]
mod tests {
    use super::*;
    use teal_domain::Timestamp;

    #[test]
    fn a_permission_that_is_missing_for_some_of_a_part_is_a_warning_that_names_it() {
        let (mut platform, at) = (Platform::default(), Timestamp(1));
        let denied = |action: &str| vec![action.to_owned()];
        platform.network.succeed(Network { denied: denied("ec2:DescribeRouteTables"), ..Network::default() }, at);
        let bucket = Bucket { exists: true, denied: denied("s3:GetBucketVersioning"), ..Bucket::default() };
        platform.blue_bucket.succeed(bucket, at);
        platform.green_bucket.succeed(Bucket { exists: true, ..Bucket::default() }, at);
        let group = Group { denied: denied("autoscaling:DescribeInstanceRefreshes"), ..Group::default() };
        platform.group.succeed(Found { tried: vec![], found: Some(("any".into(), group)) }, at);
        let mut findings = Findings(Vec::new());
        parts(&mut findings, "dev", &platform);
        let of = |check: &str| -> Vec<(Verdict, &str)> {
            let found = findings.0.iter().filter(|finding| finding.check == check);
            found.map(|finding| (finding.verdict, finding.mend.as_str())).collect()
        };
        for (check, action) in [
            ("network", "ec2:DescribeRouteTables"),
            ("blue-bucket", "s3:GetBucketVersioning"),
            ("group", "autoscaling:DescribeInstanceRefreshes"),
        ] {
            let told = format!("{action} is not allowed for these credentials: add it to Teal's policy.");
            assert!(of(check).contains(&(Verdict::Warning, &*told)), "{check}: {:?}", of(check));
        }
        assert_eq!(of("green-bucket"), [(Verdict::Good, "")]);
    }
}
