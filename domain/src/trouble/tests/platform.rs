//! The lineage service.

use super::fixture::{after, balancer, says, target};
use crate::{
    platform,
    trouble::{
        Health, Trouble,
        Verdict::{CannotBeTold, Found, NotFound},
    },
};

#[test]
fn a_target_that_fails_its_check_is_told_with_its_reason() {
    let found = after(Trouble::LoadBalancer, |gathered| {
        let timeout = target("i-2:5000", "unhealthy", "Target.Timeout: Request timed out");
        gathered.balancer = Ok(balancer(vec![target("i-1:5000", "healthy", ""), timeout]));
    });
    says(&found, Found, &["fail their check: 1 of 2", "i-2:5000 in api: unhealthy, Target.Timeout", "security group"]);
    let healthy = after(Trouble::LoadBalancer, |_| {});
    says(&healthy, NotFound, &["fails its check: 1 asked"]);
}

#[test]
fn a_group_in_which_nobody_is_healthy_and_one_without_targets_are_found() {
    let found = after(Trouble::LoadBalancer, |gathered| {
        gathered.balancer = Ok(balancer(vec![target("i-1:5000", "unused", "Target.NotInUse")]));
    });
    says(&found, Found, &["No target of api", "Target.NotInUse"]);
    says(
        &after(Trouble::LoadBalancer, |gathered| gathered.balancer = Ok(balancer(Vec::new()))),
        Found,
        &["no targets at all"],
    );
}

#[test]
fn a_load_balancer_that_is_not_there_is_no_part_of_the_platform() {
    let tried = ["acme-marquez-dev", "acme-marquez-ha-dev-alb"].map(str::to_owned).to_vec();
    let none = platform::Found { tried, found: None };
    let found = after(Trouble::LoadBalancer, |gathered| gathered.balancer = Ok(none));
    let named = "no load balancer named acme-marquez-dev or acme-marquez-ha-dev-alb in us-east-2";
    says(&found, CannotBeTold, &[named, "`load_balancer`"]);
    let found = after(Trouble::LoadBalancer, |gathered| gathered.balancer = Err("not allowed".into()));
    says(&found, CannotBeTold, &["not allowed"]);
}

#[test]
fn the_lineage_database_is_told_by_the_service_itself() {
    let with = |told: Option<Result<Health, String>>| {
        after(Trouble::LineageDatabase, |gathered| {
            gathered.lineage = told.map(|told| ("http://marquez:5001/healthcheck".to_owned(), told));
        })
    };
    let health = |database, message: &str| Some(Ok(Health { database, message: message.into() }));
    says(&with(health(Some(true), "")), NotFound, &["reaches its database"]);
    says(&with(health(Some(false), "Connection refused")), Found, &["Connection refused", "security group"]);
    says(&with(health(None, "")), CannotBeTold, &["says nothing of `postgres`"]);
    says(&with(Some(Err("it did not answer in 3 s.".into()))), CannotBeTold, &["did not answer in 3 s."]);
    says(&with(None), CannotBeTold, &["`health_url` into [pair.lineage]"]);
}
