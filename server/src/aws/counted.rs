//! How many calls Teal makes, for which pair and of which service.
//!
//! Clients are shared by all pairs of a place, so whoever acts for a pair says so around what it does:
//! [`Calls::counting`]. What is done outside of it, such as reading the flags of many pairs in one call, is nobody's.

use std::{
    array,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        connector_metadata::ConnectorMetadata,
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::HttpRequest,
        runtime_components::{RuntimeComponents, RuntimeComponentsBuilder},
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

tokio::task_local! {
    static FOR: Arc<Calls>;
}

/// A service of AWS, and Airflow, which is asked by way of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Parameter Store: the flag.
    Ssm,
    /// MWAA itself.
    Mwaa,
    /// The Airflows, through MWAA's `InvokeRestApi`.
    Airflow,
    /// CloudWatch.
    CloudWatch,
    /// CloudWatch Logs.
    Logs,
    /// S3.
    S3,
    /// Elastic Load Balancing.
    Elb,
    /// Auto Scaling.
    AutoScaling,
    /// RDS.
    Rds,
    /// EC2.
    Ec2,
    /// Secrets Manager.
    Secrets,
    /// IAM.
    Iam,
    /// CloudTrail.
    CloudTrail,
    /// Cost Explorer.
    CostExplorer,
    /// Any other.
    Other,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Ssm,
        Self::Mwaa,
        Self::Airflow,
        Self::CloudWatch,
        Self::Logs,
        Self::S3,
        Self::Elb,
        Self::AutoScaling,
        Self::Rds,
        Self::Ec2,
        Self::Secrets,
        Self::Iam,
        Self::CloudTrail,
        Self::CostExplorer,
        Self::Other,
    ];

    /// Its word, as it stands beside a figure.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ssm => "ssm",
            Self::Mwaa => "mwaa",
            Self::Airflow => "airflow",
            Self::CloudWatch => "cloudwatch",
            Self::Logs => "logs",
            Self::S3 => "s3",
            Self::Elb => "elb",
            Self::AutoScaling => "autoscaling",
            Self::Rds => "rds",
            Self::Ec2 => "ec2",
            Self::Secrets => "secretsmanager",
            Self::Iam => "iam",
            Self::CloudTrail => "cloudtrail",
            Self::CostExplorer => "costexplorer",
            Self::Other => "other",
        }
    }

    /// The service by its name in signatures; MWAA hands on to Airflow what it is asked at a path of its own.
    fn of(signed_as: &str, path: &str) -> Self {
        match signed_as {
            "ssm" => Self::Ssm,
            "airflow" if path.starts_with("/restapi/") => Self::Airflow,
            "airflow" => Self::Mwaa,
            "monitoring" => Self::CloudWatch,
            "logs" => Self::Logs,
            "s3" => Self::S3,
            "elasticloadbalancing" => Self::Elb,
            "autoscaling" => Self::AutoScaling,
            "rds" => Self::Rds,
            "ec2" => Self::Ec2,
            "secretsmanager" => Self::Secrets,
            "iam" => Self::Iam,
            "cloudtrail" => Self::CloudTrail,
            "ce" => Self::CostExplorer,
            _ => Self::Other,
        }
    }
}

/// No more calls a minute than these are made for one pair, beside the flag's.
pub const BUDGET: u64 = 20;

/// The calls of one pair, each try of each request, by service. Counting takes no lock.
#[derive(Debug)]
pub struct Calls {
    began: Instant,
    counts: [Count; Service::ALL.len()],
}

impl Default for Calls {
    fn default() -> Self {
        Self { began: Instant::now(), counts: array::from_fn(|_| Count::default()) }
    }
}

impl Calls {
    /// Counts what is called within a future, and is not handed to another task there.
    pub fn counting<F: Future>(self: &Arc<Self>, within: F) -> impl Future<Output = F::Output> + use<F> {
        FOR.scope(self.clone(), within)
    }

    /// The calls of a service since the beginning.
    pub fn total(&self, service: Service) -> u64 {
        self.of(service).total.load(Ordering::Relaxed)
    }

    /// The calls of a service in the last minute that is over; none as long as none is.
    pub fn last_minute(&self, service: Service) -> Option<u64> {
        self.before(self.minute(), service)
    }

    /// The calls of all services but the flag's in the last minute that is over; none as long as none is. What MWAA hands
    /// on to the Airflows is no part of it: [`Service::Airflow`] has it.
    pub fn beside_the_flag(&self) -> Option<u64> {
        self.all_before(self.minute())
    }

    /// The calls of a service in the minute before this one.
    fn before(&self, minute: u64, service: Service) -> Option<u64> {
        Some(self.of(service).in_minute(minute.checked_sub(1)?))
    }

    fn all_before(&self, minute: u64) -> Option<u64> {
        let counts = |service: &Service| !matches!(service, Service::Ssm | Service::Airflow);
        Service::ALL.into_iter().filter(counts).map(|service| self.before(minute, service)).sum()
    }

    /// One more call of a service.
    pub fn count(&self, service: Service) {
        self.of(service).add(self.minute());
    }

    /// As if it had begun so many minutes ago, with these calls in minutes of their own.
    #[cfg(test)]
    pub(crate) fn after(minutes: u64, called: &[(Service, u64)]) -> Self {
        let span = std::time::Duration::from_secs(minutes * 60);
        let began = Instant::now().checked_sub(span).expect("the machine runs for longer");
        let calls = Self { began, ..Self::default() };
        called.iter().for_each(|(service, minute)| calls.of(*service).add(*minute));
        calls
    }

    fn of(&self, service: Service) -> &Count {
        &self.counts[service as usize]
    }

    fn minute(&self) -> u64 {
        self.began.elapsed().as_secs() / 60
    }
}

/// How many low bits of a minute's word are its count.
const COUNT_BITS: u32 = 32;

/// One count: all there were, and those of this minute and of the one before, each in one word with the minute's number.
#[derive(Debug, Default)]
struct Count {
    total: AtomicU64,
    minutes: [AtomicU64; 2],
}

impl Count {
    fn add(&self, minute: u64) {
        self.total.fetch_add(1, Ordering::Relaxed);
        let slot = &self.minutes[usize::from(minute % 2 == 1)];
        let _always_some = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |word| {
            Some(if word >> COUNT_BITS == minute { word + 1 } else { (minute << COUNT_BITS) + 1 })
        });
    }

    fn in_minute(&self, minute: u64) -> u64 {
        let word = self.minutes[usize::from(minute % 2 == 1)].load(Ordering::Relaxed);
        if word >> COUNT_BITS == minute { word & ((1 << COUNT_BITS) - 1) } else { 0 }
    }
}

/// Counts a call of the pair for which this task acts just now.
pub(super) fn count(signed_as: &str, path: &str) {
    let _of_nobody = FOR.try_with(|calls| calls.count(Service::of(signed_as, path)));
}

/// An HTTP client of the SDK that counts what goes through it.
pub(super) fn http_client(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Counted(client))
}

#[derive(Debug)]
struct Counted<T>(T);

impl HttpClient for Counted<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Counted(self.0.http_connector(settings, components)))
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        HttpClient::validate_base_client_config(&self.0, components, config)
    }

    fn validate_final_config(&self, components: &RuntimeComponents, config: &ConfigBag) -> Result<(), BoxError> {
        HttpClient::validate_final_config(&self.0, components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

impl HttpConnector for Counted<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // What is not signed is asked for the sake of the credentials, and is no call of the service.
        if let Some(service) = request.headers().get("authorization").and_then(signed_as) {
            count(service, path(request.uri()));
        }
        self.0.call(request)
    }
}

/// `AWS4-HMAC-SHA256 Credential={key}/{date}/{region}/{service}/aws4_request, …`
fn signed_as(authorization: &str) -> Option<&str> {
    authorization.split_once("Credential=")?.1.split('/').nth(3)
}

/// The path of an address.
fn path(uri: &str) -> &str {
    let after = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    after.find('/').map_or("", |at| &after[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_by_its_signature_and_one_to_airflow_by_its_path() {
        let signed =
            "AWS4-HMAC-SHA256 Credential=AKID/20261130/us-east-2/elasticloadbalancing/aws4_request, SignedHeaders=host";
        assert_eq!(signed_as(signed), Some("elasticloadbalancing"));
        assert_eq!(signed_as("Bearer x/y/z/ssm"), None);
        let of = |uri: &str| Service::of("airflow", path(uri));
        assert_eq!(of("https://env.airflow.us-east-2.amazonaws.com/restapi/acme-blue-dev"), Service::Airflow);
        assert_eq!(of("https://api.airflow.us-east-2.amazonaws.com/environments/acme-blue-dev"), Service::Mwaa);
        assert_eq!(Service::of("bedrock", ""), Service::Other);
    }

    #[test]
    fn each_service_has_a_place_of_its_own_in_the_table() {
        for (at, service) in Service::ALL.into_iter().enumerate() {
            assert_eq!(service as usize, at, "{}", service.as_str());
        }
    }

    #[test]
    fn the_calls_of_the_last_minute_are_those_of_one_that_is_over() {
        let calls = Calls::default();
        let add = |service, minute| calls.of(service).add(minute);
        for service in [Service::Rds, Service::Rds, Service::Ec2, Service::Ssm, Service::Airflow] {
            add(service, 0);
        }
        assert_eq!((calls.before(0, Service::Rds), calls.all_before(0)), (None, None), "none is over yet");
        add(Service::Rds, 1);
        assert_eq!((calls.before(1, Service::Rds), calls.before(1, Service::Ec2)), (Some(2), Some(1)));
        assert_eq!((calls.before(1, Service::Ssm), calls.before(1, Service::Airflow)), (Some(1), Some(1)));
        assert_eq!(calls.all_before(1), Some(3), "the flag's and the Airflows' are no part of it");
        assert_eq!(calls.before(2, Service::Rds), Some(1));
        assert_eq!(calls.before(3, Service::Rds), Some(0), "what is two minutes old is not told as the last one's");
        assert_eq!((calls.before(4, Service::Rds), calls.total(Service::Rds)), (Some(0), 3));
    }

    #[tokio::test]
    async fn what_is_called_for_no_pair_is_counted_for_none() {
        let (one, other) = (Arc::new(Calls::default()), Arc::new(Calls::default()));
        count("rds", "");
        one.counting(async { count("rds", "") }).await;
        one.counting(other.counting(async { count("rds", "") })).await;
        assert_eq!((one.total(Service::Rds), other.total(Service::Rds)), (1, 1));
    }
}
