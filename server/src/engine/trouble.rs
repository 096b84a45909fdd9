//! Somebody asks what is wrong with a pair: both Airflows, the lineage service and the flag are asked at once, each with
//! a time limit of its own, and `teal_domain::trouble` judges what they told.

use std::{future::Future, time::Duration};

use futures::future::join_all;
use teal_domain::{
    Color, Environment, PairSnapshot, Timestamp,
    trouble::{
        Allowed, Diagnosis, Excerpt, Gathered, Side, access,
        gathered::{FAR_BACK, Told},
    },
};
use tokio::time::{Instant, timeout};

use super::{
    Around, Engine, Pair,
    observe::{balancer, silence},
};
use crate::{
    aws::{
        AwsError,
        airflow::client::{Airflow, Log},
    },
    marquez,
};

/// How long the whole of it may take.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How long one answer may take.
const LIMIT: Duration = Duration::from_secs(8);
/// A diagnosis that was begun so recently serves the next one who asks.
const FRESH: Duration = Duration::from_secs(2);

impl Engine {
    /// Finds out what is wrong with a pair, and publishes it. Those who ask at the same time share one diagnosis.
    pub async fn diagnose(&self, pair: &Pair) {
        let asked = self.clock.monotonic();
        let mut last = pair.diagnosing.lock().await;
        if last.is_some_and(|last| asked.saturating_sub(last) < FRESH) {
            return;
        }
        *last = Some(self.clock.monotonic());
        let snapshot = self.board.snapshot();
        let asked = diagnosis(pair, snapshot.pair(pair.id()), self.clock.now(), PATIENCE);
        let found = pair.calls.counting(asked).await;
        self.board.update(pair.id(), self.clock.now(), |known| known.diagnosis = Some(found.into()));
    }
}

/// The diagnosis of a pair, which needs neither store nor board. What is `known` of its environments serves where MWAA
/// does not answer just now.
pub async fn diagnosis(pair: &Pair, known: Option<&PairSnapshot>, now: Timestamp, patience: Duration) -> Diagnosis {
    let begun = Instant::now();
    let gathered = Box::pin(gather(pair, known, now, begun + patience)).await;
    let took = teal_domain::Millis(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    Diagnosis::of(&gathered, now, took)
}

async fn gather(pair: &Pair, known: Option<&PairSnapshot>, now: Timestamp, until: Instant) -> Gathered {
    let config = &pair.config;
    let [blue, green] = Color::BOTH.map(|color| async move {
        let known = known.and_then(|known| known.side(color).value());
        Asked { pair, color, now, until }.side(known).await
    });
    let flag = within(until, "Parameter Store", pair.ports.flag.read_one(&config.names.flag));
    let balancer = async {
        let Some(around) = &pair.ports.around else { return Err(NOT_ASKED.to_owned()) };
        within(until, "Elastic Load Balancing", balancer(&*around.targets, config, None)).await
    };
    let lineage = async {
        let address = config.lineage.health.as_ref()?;
        Some((address.clone(), marquez::health(address).await))
    };
    let (flag, blue, green, balancer, lineage) = tokio::join!(flag, blue, green, balancer, lineage);
    Gathered {
        region: config.region.clone(),
        account: config.account.clone(),
        names: config.names.clone(),
        rules: config.policy.dags.clone(),
        flag,
        blue,
        green,
        balancer,
        lineage,
    }
}

/// What is said where nothing around the flag is looked at.
const NOT_ASKED: &str = "Teal looks at nothing around the flag here.";

/// One side, and how it is asked.
#[derive(Clone, Copy)]
struct Asked<'a> {
    pair: &'a Pair,
    color: Color,
    now: Timestamp,
    until: Instant,
}

impl Asked<'_> {
    async fn side(self, known: Option<&Environment>) -> Side {
        let Some(around) = &self.pair.ports.around else { return Side::silent(NOT_ASKED) };
        let name = self.pair.config.names.environment(self.color);
        let environment = within(self.until, "MWAA", self.pair.ports.environments.read(name)).await;
        // Which REST API it speaks changes with an upgrade only.
        let version = match (&environment, known) {
            (Ok(environment), _) | (Err(_), Some(environment)) => environment.airflow_version.clone(),
            (Err(why), None) => return Side::silent(&format!("{name} could not be read: {why}")),
        };
        self.airflow(around, name, version.as_deref(), environment).await
    }

    async fn airflow(self, around: &Around, name: &str, version: Option<&str>, environment: Told<Environment>) -> Side {
        let (airflow, until) = (Airflow::new(&*around.airflow, name, version), self.until);
        let (health, import_errors, dags, begun, work) = tokio::join!(
            within(until, AIRFLOW, airflow.health()),
            within(until, AIRFLOW, airflow.import_errors()),
            within(until, AIRFLOW, airflow.dags()),
            within(until, AIRFLOW, airflow.tasks_begun(self.now - FAR_BACK, self.now + AHEAD)),
            within(until, AIRFLOW, airflow.work()),
        );
        let role = Err("It was not asked.".to_owned());
        let mut side = Side { environment, health, import_errors, dags, begun, work, logs: Vec::new(), role };
        let may_read = self.role(around, side.execution_role().map(str::to_owned));
        let tasks = side.worth_reading(&self.pair.config.policy.dags);
        let group = side.task_log_group();
        let logs = join_all(tasks.into_iter().map(|task| async {
            let log = match within(until, AIRFLOW, airflow.log(&task)).await {
                Ok(Log::Told(log)) => Ok(log),
                Ok(Log::Elsewhere { group: usual, stream }) => {
                    let group = group.as_deref().unwrap_or(&usual);
                    within(until, "CloudWatch Logs", around.logs.end_of(group, &stream)).await.map_err(|why| {
                        format!("{why} The log is in CloudWatch: log group `{group}`, stream `{stream}`.")
                    })
                }
                Err(why) => Err(why),
            };
            (task, log.map(|log| Excerpt::of(&log)))
        }));
        (side.logs, side.role) = tokio::join!(logs, may_read);
        side
    }
}

impl Asked<'_> {
    /// Whether the execution role may read the flag.
    async fn role(self, around: &Around, role: Option<String>) -> Told<Allowed> {
        let Some(role) = role else { return Err("MWAA did not say which role it is.".to_owned()) };
        let config = &self.pair.config;
        let flag = access::arn_of(&config.region, config.account.as_deref(), &config.names.flag, Some(&role));
        within(self.until, "IAM", around.roles.may(&role, "ssm:GetParameter", &flag)).await
    }
}

const AIRFLOW: &str = "Airflow";
/// Its clock may be ahead of ours.
const AHEAD: teal_domain::Millis = teal_domain::Millis::from_secs(60);

/// Waits for an answer for as long as there is time, and not for ever.
async fn within<T>(until: Instant, who: &str, asked: impl Future<Output = Result<T, AwsError>>) -> Told<T> {
    let limit = until.saturating_duration_since(Instant::now()).min(LIMIT);
    match timeout(limit, asked).await {
        Ok(found) => found.map_err(|error| error.message),
        Err(_) => Err(silence(who, limit)),
    }
}
