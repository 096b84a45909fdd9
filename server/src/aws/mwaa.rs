//! MWAA: the two environments.

use async_trait::async_trait;
use aws_sdk_mwaa::{
    Client, config::Builder, operation::get_environment::GetEnvironmentError, types::LoggingConfiguration,
};
use teal_domain::{
    Environment, EnvironmentStatus,
    environment::{LastUpdate, NO_SUCH, OptionValue, Setup},
};

use super::{AwsError, seal, ssm::timestamp, traced::Traced};

/// An environment, as far as Teal reads it.
#[async_trait]
pub trait EnvironmentPort: Send + Sync + std::fmt::Debug {
    /// Reads an environment by name.
    async fn read(&self, name: &str) -> Result<Environment, AwsError>;
}

/// MWAA through the SDK.
#[derive(Clone, Debug)]
pub struct Mwaa(Client);

impl Mwaa {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Client::from_conf(Builder::from(config).interceptor(Traced).build()))
    }

    /// The client, for what else is asked of MWAA.
    pub(super) const fn client(&self) -> &Client {
        &self.0
    }
}

#[async_trait]
impl EnvironmentPort for Mwaa {
    async fn read(&self, name: &str) -> Result<Environment, AwsError> {
        let answer = self.0.get_environment().name(name).send().await.map_err(|error| {
            if error.as_service_error().is_some_and(GetEnvironmentError::is_resource_not_found_exception) {
                return AwsError {
                    code: Some("ResourceNotFoundException".into()),
                    message: format!("{NO_SUCH}{name}: correct the name in the pair's config, or create it."),
                    refused: true,
                };
            }
            AwsError::from_sdk("airflow:GetEnvironment", &error)
        })?;
        let Some(found) = answer.environment else {
            return Err(AwsError {
                code: None,
                message: "airflow:GetEnvironment answered without an environment.".into(),
                refused: false,
            });
        };
        Ok(told(found, name))
    }
}

/// An environment in Teal's words. What may be secret of it goes no further than here.
pub fn told(found: aws_sdk_mwaa::types::Environment, name: &str) -> Environment {
    let count = |number: Option<i32>| number.and_then(|n| u32::try_from(n).ok());
    let setup = setup(&found);
    Environment {
        name: found.name.unwrap_or_else(|| name.to_owned()),
        status: EnvironmentStatus::from(found.status.map(|status| status.as_str().to_owned()).unwrap_or_default()),
        airflow_version: found.airflow_version,
        class: found.environment_class,
        workers: count(found.min_workers).zip(count(found.max_workers)),
        schedulers: count(found.schedulers),
        web_address: found.webserver_url,
        last_update: found.last_update.map(|update| LastUpdate {
            status: update.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
            created_at: update.created_at.as_ref().map(timestamp),
            error: update.error.and_then(|error| error.error_message),
        }),
        setup,
    }
}

/// What an environment is set up with, as far as the answer says so.
fn setup(found: &aws_sdk_mwaa::types::Environment) -> Setup {
    let said = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let count = |number: Option<i32>| number.and_then(|n| u32::try_from(n).ok());
    let file = |path, version| said(path).map(|path| (path, said(version)));
    let options = found.airflow_configuration_options().into_iter().flatten();
    Setup {
        bucket: said(found.source_bucket_arn().and_then(|arn| arn.rsplit(':').next())),
        dag_path: said(found.dag_s3_path()),
        requirements: file(found.requirements_s3_path(), found.requirements_s3_object_version()),
        plugins: file(found.plugins_s3_path(), found.plugins_s3_object_version()),
        startup: file(found.startup_script_s3_path(), found.startup_script_s3_object_version()),
        options: options.map(|(name, value)| (name.clone(), option(name, value, found.name()))).collect(),
        maintenance_window: said(found.weekly_maintenance_window_start()),
        execution_role: said(found.execution_role_arn()),
        log_groups: found.logging_configuration().map(log_groups).unwrap_or_default(),
        subnets: found.network_configuration().map(|network| network.subnet_ids().to_vec()).unwrap_or_default(),
        kms_key: said(found.kms_key()),
        deployment_mode: said(found.tags().and_then(|tags| tags.get("DeploymentMode")).map(String::as_str)),
        web_servers: count(found.min_webservers()).zip(count(found.max_webservers())),
        web_access: said(found.webserver_access_mode().map(aws_sdk_mwaa::types::WebserverAccessMode::as_str)),
    }
}

/// Options hold passwords and keys as often as not. One that names its own environment, such as a namespace of the
/// lineage, differs on both sides as it should: the name is left out before they are compared.
fn option(name: &str, value: &str, environment: Option<&str>) -> OptionValue {
    let own = environment.filter(|own| !own.is_empty());
    OptionValue::of(name, value, |value| match own {
        Some(own) => seal::mark(name, &value.replace(own, "{environment}")),
        None => seal::mark(name, value),
    })
}

/// The log groups that are written to.
fn log_groups(logging: &LoggingConfiguration) -> Vec<(String, String)> {
    let parts = [
        ("scheduler", logging.scheduler_logs()),
        ("DAG processing", logging.dag_processing_logs()),
        ("tasks", logging.task_logs()),
        ("workers", logging.worker_logs()),
        ("web server", logging.webserver_logs()),
    ];
    let written = parts.into_iter().filter_map(|(part, log)| {
        let log = log.filter(|log| log.enabled() == Some(true))?;
        let (_, group) = log.cloud_watch_log_group_arn()?.split_once(":log-group:")?;
        Some((part.to_owned(), group.trim_end_matches(":*").to_owned()))
    });
    written.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_mwaa::types::{Environment as Found, ModuleLoggingConfiguration as Log};

    #[test]
    fn what_the_answer_leaves_out_or_leaves_empty_is_not_known() {
        assert_eq!(setup(&Found::builder().build()), Setup::default());
        let empty = Found::builder().plugins_s3_path("").requirements_s3_object_version("v1").dag_s3_path("");
        assert_eq!(setup(&empty.build()), Setup::default());
    }

    #[test]
    fn where_it_stands_how_it_encrypts_and_how_it_is_deployed_and_reached_is_told() {
        use aws_sdk_mwaa::types::{NetworkConfiguration, WebserverAccessMode};
        let network = NetworkConfiguration::builder().subnet_ids("subnet-a").subnet_ids("subnet-b").build();
        let found = Found::builder()
            .network_configuration(network)
            .kms_key("arn:aws:kms:us-east-2:123456789012:key/k")
            .webserver_access_mode(WebserverAccessMode::PrivateOnly)
            .tags("DeploymentMode", "FullHA")
            .tags("Team", "data");
        let setup = setup(&found.build());
        assert_eq!(setup.subnets, ["subnet-a", "subnet-b"]);
        assert_eq!(setup.kms_key.as_deref(), Some("arn:aws:kms:us-east-2:123456789012:key/k"));
        assert_eq!(setup.deployment_mode.as_deref(), Some("FullHA"));
        assert_eq!(setup.web_access.as_deref(), Some("PRIVATE_ONLY"));
    }

    #[test]
    fn files_come_with_their_versions_and_the_bucket_without_its_arn() {
        let found = Found::builder()
            .source_bucket_arn("arn:aws:s3:::dags-of-blue")
            .dag_s3_path("dags")
            .requirements_s3_path("requirements.txt")
            .requirements_s3_object_version("v7")
            .startup_script_s3_path("startup.sh")
            .airflow_configuration_options("core.parallelism", "32")
            .airflow_configuration_options("custom.environment_color", "blue");
        let setup = setup(&found.build());
        assert_eq!((setup.bucket.as_deref(), setup.dag_path.as_deref()), (Some("dags-of-blue"), Some("dags")));
        assert_eq!(setup.requirements, Some(("requirements.txt".into(), Some("v7".into()))));
        assert_eq!((setup.plugins.clone(), setup.startup.clone()), (None, Some(("startup.sh".into(), None))));
        assert_eq!(setup.option("custom.environment_color"), Some("blue"));
        assert_eq!(setup.options["core.parallelism"], option("core.parallelism", "32", None));
        assert_ne!(setup.options["core.parallelism"], option("core.parallelism", "64", None));
        assert!(matches!(&setup.options["core.parallelism"], OptionValue::Sealed(_)));
    }

    #[test]
    fn only_log_groups_that_are_written_to_are_told_and_by_name() {
        let log = |enabled, group: &str| {
            let arn = format!("arn:aws:logs:us-east-2:123456789012:log-group:{group}");
            Log::builder().enabled(enabled).cloud_watch_log_group_arn(arn).build()
        };
        let logging = LoggingConfiguration::builder()
            .scheduler_logs(log(true, "airflow-blue-Scheduler:*"))
            .task_logs(log(true, "airflow-blue-Task"))
            .worker_logs(log(false, "airflow-blue-Worker"))
            .build();
        assert_eq!(
            log_groups(&logging),
            [
                ("scheduler".to_owned(), "airflow-blue-Scheduler".to_owned()),
                ("tasks".into(), "airflow-blue-Task".into())
            ]
        );
    }

    #[test]
    fn an_option_that_names_its_own_environment_is_the_same_on_both_sides() {
        let (blue, green) = ("acme-blue-dev", "acme-green-dev");
        let namespace = |own: &str, value: &str| option("openlineage.namespace", value, Some(own));
        assert_eq!(namespace(blue, blue), namespace(green, green));
        assert_ne!(namespace(blue, blue), namespace(green, blue), "the other one's name is a difference");
    }
}
