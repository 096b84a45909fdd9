//! What the parts of the platform may be called. The field's guides and its code disagree on some names: all are tried,
//! and which one matched is told. A name that config gives is the only one.

use teal_domain::{Color, PairNames};

use crate::config::PairConfig;

/// Elastic Load Balancing takes no longer names.
const LOAD_BALANCER: usize = 32;

/// The load balancer.
pub(super) fn balancers(config: &PairConfig) -> Vec<String> {
    let PairConfig { project, environment, names, .. } = config;
    let mut tried = vec![names.load_balancer.clone()];
    let other = format!("{project}-marquez-ha-{environment}-alb");
    let by_convention = PairNames::by_convention(project, environment).load_balancer == names.load_balancer;
    if by_convention && other.len() <= LOAD_BALANCER {
        tried.push(other);
    }
    tried
}

/// The Auto Scaling group.
pub(super) fn groups(config: &PairConfig) -> Vec<String> {
    given(config.names.group.as_ref(), || both(config).map(|name| format!("{name}-asg")).to_vec())
}

/// The cluster or the instance of RDS.
pub(super) fn databases(config: &PairConfig) -> Vec<String> {
    let PairConfig { project, environment, .. } = config;
    given(config.names.database.as_ref(), || {
        let [standard, ha] = both(config);
        vec![ha, standard, format!("{project}-marquez-db-{environment}")]
    })
}

/// The secret of the database.
pub(super) fn secrets(config: &PairConfig) -> Vec<String> {
    let PairConfig { project, environment, .. } = config;
    given(config.names.secret.as_ref(), || vec![format!("{project}/marquez/database/{environment}")])
}

/// The tags by which the one instance is looked for, in order, each with its values. CDK names it after the stack.
pub(super) fn instances(config: &PairConfig) -> Vec<(&'static str, Vec<String>)> {
    if let Some(name) = &config.names.instance {
        return vec![("Name", vec![name.clone()])];
    }
    let [stack, _] = both(config);
    vec![("Name", vec![stack.clone(), format!("{stack}/*")]), ("aws:cloudformation:stack-name", vec![stack])]
}

/// The bucket of a side, where MWAA does not say; it needs the account.
pub(super) fn buckets(config: &PairConfig, color: Color) -> Vec<String> {
    let PairConfig { project, environment, region, account, .. } = config;
    let Some(account) = account else { return Vec::new() };
    let name = format!("{project}-mwaa-{color}-{environment}");
    vec![format!("{name}-{region}-{account}"), format!("{name}-{account}")]
}

fn both(config: &PairConfig) -> [String; 2] {
    let PairConfig { project, environment, .. } = config;
    [format!("{project}-marquez-{environment}"), format!("{project}-marquez-ha-{environment}")]
}

fn given(name: Option<&String>, usual: impl FnOnce() -> Vec<String>) -> Vec<String> {
    name.map_or_else(usual, |name| vec![name.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use teal_domain::policy::Policy;

    fn config(project: &str) -> PairConfig {
        PairConfig {
            id: "dev".parse().expect("a pair"),
            title: "dev".into(),
            project: project.into(),
            environment: "dev".into(),
            region: "us-east-2".into(),
            account: Some("123456789012".into()),
            assume_role_arn: None,
            lineage: teal_domain::lineage::Setup::default(),
            mode: None,
            names: PairNames::by_convention(project, "dev"),
            policy: Policy::default(),
            freezes: Vec::new(),
            costs: crate::config::PairCosts::by_convention(project, "dev"),
        }
    }

    #[test]
    fn the_names_of_the_guides_and_of_the_code_are_tried() {
        let config = config("acme");
        assert_eq!(balancers(&config), ["acme-marquez-dev", "acme-marquez-ha-dev-alb"]);
        assert_eq!(groups(&config), ["acme-marquez-dev-asg", "acme-marquez-ha-dev-asg"]);
        assert_eq!(databases(&config), ["acme-marquez-ha-dev", "acme-marquez-dev", "acme-marquez-db-dev"]);
        assert_eq!(secrets(&config), ["acme/marquez/database/dev"]);
        assert_eq!(instances(&config)[0], ("Name", vec!["acme-marquez-dev".into(), "acme-marquez-dev/*".into()]));
        assert_eq!(
            buckets(&config, Color::Green),
            ["acme-mwaa-green-dev-us-east-2-123456789012", "acme-mwaa-green-dev-123456789012"]
        );
    }

    #[test]
    fn a_name_that_config_gives_is_the_only_one_that_is_tried() {
        let mut config = config("acme");
        config.names.load_balancer = "lineage".into();
        config.names.group = Some("hosts".into());
        config.names.database = Some("lineage-db".into());
        config.names.secret = Some("lineage/db".into());
        config.names.instance = Some("lineage-host".into());
        assert_eq!(balancers(&config), ["lineage"]);
        assert_eq!((groups(&config), databases(&config)), (vec!["hosts".to_owned()], vec!["lineage-db".to_owned()]));
        assert_eq!(secrets(&config), ["lineage/db"]);
        assert_eq!(instances(&config), [("Name", vec!["lineage-host".to_owned()])]);
    }

    #[test]
    fn a_name_that_is_too_long_for_a_load_balancer_and_a_bucket_of_no_account_are_not_tried() {
        let mut config = config("mwaa-openlineage");
        assert_eq!(balancers(&config), ["mwaa-openlineage-marquez-dev"]);
        config.account = None;
        assert_eq!(buckets(&config, Color::Blue), Vec::<String>::new());
    }
}
