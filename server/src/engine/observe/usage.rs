//! How much of the platform is used: what only the costs are judged by.

use std::time::Duration;

use teal_domain::{
    Color, Millis,
    cost::{load, load_series},
    platform::{Load, LogGroup},
};

use super::read::Reader;
use crate::aws::AwsError;

const HOUR: Millis = Millis::from_secs(3600);
const LOOKED_BACK: Millis = Millis::from_secs(Load::DAYS * 86_400);
/// How long a reading waits for the buckets, without which it goes on.
const WAITS: Duration = Duration::from_secs(5);

impl Reader<'_> {
    /// The log groups that MWAA gives to an environment, by their names: they stay when it is removed.
    pub(super) async fn logs(self, color: Color) -> Result<Vec<LogGroup>, AwsError> {
        let environment = self.pair.config.names.environment(color);
        self.around.logs.groups(&format!("airflow-{environment}-")).await
    }

    /// The busiest hour of the last two weeks, of both environments.
    pub(super) async fn load(self) -> Result<Load, AwsError> {
        let mut buckets = [None, None];
        for (bucket, color) in buckets.iter_mut().zip(Color::BOTH) {
            let name = async {
                let found = self.settled(|all| all.bucket(color)).await.ok()?;
                found.exists.then_some(found.name)
            };
            *bucket = tokio::time::timeout(WAITS, name).await.ok().flatten();
        }
        let (names, buckets) = (&self.pair.config.names, buckets.each_ref().map(Option::as_deref));
        let (series, now) = (load_series(names, buckets), self.clock.now());
        let answer = self.around.metrics.data(&series, HOUR, now - LOOKED_BACK, now).await?;
        Ok(load(names, buckets, &answer))
    }
}
