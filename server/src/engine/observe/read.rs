//! One reading: who is asked, and where the answer is written down.

use std::{sync::Arc, time::Duration};

use futures::{
    StreamExt as _, TryStreamExt as _,
    future::{BoxFuture, FutureExt as _},
    stream,
};
use teal_domain::{
    Color, Environment, EnvironmentStatus, PairSnapshot, Reading,
    dags::Strategy,
    environment::Change,
    surroundings::{Alarm, DagFile, SideFacts},
};
use tokio::time::timeout;

use super::subject::{Fact, Subject};
use crate::{
    aws::{AwsError, airflow::client::Airflow},
    engine::{Around, Pair, board::Board, clock::Clock},
};

/// A scheduler that has been silent for longer than this has no last sign of life.
const SIGNS_OF_LIFE_WITHIN: Duration = Duration::from_secs(3600);

/// How many DAGs are asked at the same time.
const AT_ONCE: usize = 8;

/// Reads what surrounds one pair's flag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub board: &'a Board,
    pub clock: &'a dyn Clock,
    pub pair: &'a Pair,
    pub around: &'a Around,
    /// How long one reading may take.
    pub limit: Duration,
}

impl Reader<'_> {
    /// Reads one thing and writes down what came of it. Says whether it was good.
    pub async fn read(self, subject: Subject) -> bool {
        let (color, fact) = match subject {
            Subject::Of(color, fact) => (color, fact),
            Subject::Part(part) => return self.part(part).await,
            Subject::Alarms => {
                let asked = self.alarms().boxed();
                return self.take(subject, |known| &mut Arc::make_mut(&mut known.surroundings).alarms, asked).await;
            }
        };
        let side = Side { reader: self, color, subject };
        match fact {
            Fact::Heartbeat => side.take(|facts| &mut facts.heartbeat, side.heartbeat().boxed()).await,
            Fact::Files => side.take(|facts| &mut facts.files, side.files().boxed()).await,
            Fact::Artifacts => side.take(|facts| &mut facts.artifacts, side.artifacts().boxed()).await,
            Fact::Health => {
                let asked = async { side.airflow(&side.awake().await?).health().await }.boxed();
                side.take(|facts| &mut facts.health, asked).await
            }
            Fact::ImportErrors => {
                let asked = async { side.airflow(&side.awake().await?).import_errors().await }.boxed();
                side.take(|facts| &mut facts.import_errors, asked).await
            }
            Fact::Dags => {
                let asked = async { side.airflow(&side.awake().await?).dags().await }.boxed();
                side.take(|facts| &mut facts.dags, asked).await
            }
            Fact::DependsOnPast => {
                let asked = side.depends_on_past().boxed();
                side.take(|facts| &mut facts.depends_on_past, asked).await
            }
            Fact::Work => {
                let asked = async { side.airflow(&side.awake().await?).work().await }.boxed();
                side.take(|facts| &mut facts.work, asked).await
            }
            Fact::Keys => {
                let asked = async { side.airflow(&side.awake().await?).keys().await }.boxed();
                side.take(|facts| &mut facts.keys, asked).await
            }
            Fact::Tried => {
                let asked = async { Ok(side.airflow(&side.awake().await?).tried().await) }.boxed();
                side.take(|facts| &mut facts.tried, asked).await
            }
        }
    }

    /// The guards. Where there are none, nobody is asked.
    async fn alarms(self) -> Result<Vec<Alarm>, AwsError> {
        let names: Vec<String> = self.pair.config.policy.guards.iter().map(|guard| guard.alarm.clone()).collect();
        if names.is_empty() { Ok(Vec::new()) } else { self.around.alarms.alarms(&names).await }
    }

    /// The environment of a side, as it was read last; if it has not been read yet, it is waited for.
    pub(super) async fn environment(&self, color: Color) -> Result<Environment, AwsError> {
        let mut board = self.board.subscribe();
        loop {
            let known = board.borrow_and_update().snapshot.clone();
            let Some(side) = known.pair(self.pair.id()).map(|known| known.side(color)) else { break };
            if let Some(environment) = side.value() {
                return Ok(environment.clone());
            }
            if let Some(error) = side.error() {
                return Err(not_asked(format!("The environment could not be read: {}", error.message)));
            }
            if board.changed().await.is_err() {
                break;
            }
        }
        Err(not_asked("The environment is not known.".into()))
    }

    /// Waits for an answer, but not for ever, and writes it down.
    pub(super) async fn take<T>(
        self,
        subject: Subject,
        field: impl FnOnce(&mut PairSnapshot) -> &mut Reading<T>,
        asked: BoxFuture<'_, Result<T, AwsError>>,
    ) -> bool {
        let number = self.pair.looking.begin();
        let found = match timeout(self.limit, asked).await {
            Ok(found) => found.map_err(|error| error.message),
            Err(_) => Err(silence(subject.who(), self.limit)),
        };
        let (good, now) = (found.is_ok(), self.clock.now());
        self.pair.looking.write(subject, number, || {
            self.board.update(self.pair.id(), now, |known| {
                let reading = field(known);
                match found {
                    Ok(value) => reading.succeed(value, now),
                    Err(message) => reading.fail(message, now),
                }
            });
        });
        good
    }
}

/// One side, and what is read of it.
#[derive(Clone, Copy, Debug)]
struct Side<'a> {
    reader: Reader<'a>,
    color: Color,
    subject: Subject,
}

impl Side<'_> {
    async fn take<T>(
        &self,
        field: fn(&mut SideFacts) -> &mut Reading<T>,
        asked: BoxFuture<'_, Result<T, AwsError>>,
    ) -> bool {
        let color = self.color;
        self.reader
            .take(self.subject, |known| field(Arc::make_mut(&mut known.surroundings).side_mut(color)), asked)
            .await
    }

    fn airflow<'e>(&'e self, environment: &'e Environment) -> Airflow<'e> {
        let version = environment.airflow_version.as_deref();
        Airflow::new(&*self.reader.around.airflow, &environment.name, version)
    }

    async fn heartbeat(&self) -> Result<Option<teal_domain::Timestamp>, AwsError> {
        let Reader { clock, pair, around, .. } = self.reader;
        let hour = i64::try_from(SIGNS_OF_LIFE_WITHIN.as_millis()).unwrap_or(i64::MAX);
        let since = teal_domain::Timestamp(clock.now().0.saturating_sub(hour));
        around.alarms.heartbeat(pair.config.names.environment(self.color), since).await
    }

    /// Of the DAGs that work here, those with a task that waits for the run before. Only where DAGs move is it asked, since
    /// it takes a call a DAG.
    async fn depends_on_past(&self) -> Result<Vec<String>, AwsError> {
        if self.reader.pair.config.policy.dags.strategy != Strategy::PauseStandby {
            return Ok(Vec::new());
        }
        let environment = self.awake().await?;
        let airflow = self.airflow(&environment);
        let working: Vec<String> =
            airflow.dags().await?.into_iter().filter(|dag| !dag.paused).map(|dag| dag.id).collect();
        let one = |dag: String| {
            let airflow = &airflow;
            async move {
                match airflow.depends_on_past(&dag).await {
                    Ok(waits) => Ok(waits.then_some(dag)),
                    // One whose id is too long for a path was never asked.
                    Err(error) if error.refused && error.code.is_none() => Ok(None),
                    Err(error) => Err(error),
                }
            }
            .boxed()
        };
        let asked: Vec<_> = working.into_iter().map(one).collect();
        let found: Vec<Option<String>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn files(&self) -> Result<Vec<DagFile>, AwsError> {
        let setup = self.reader.environment(self.color).await?.setup;
        let Some(bucket) = setup.bucket else {
            return Err(not_asked("MWAA does not say in which bucket its DAGs are, so they are not listed.".into()));
        };
        self.reader.around.files.files(&bucket, setup.dag_path.as_deref().unwrap_or("dags")).await
    }

    /// What the environment is set up with: requirements, plugins, start-up script.
    async fn artifacts(&self) -> Result<Vec<DagFile>, AwsError> {
        let setup = self.reader.environment(self.color).await?.setup;
        let Some(bucket) = setup.bucket else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (key, _) in [setup.requirements, setup.plugins, setup.startup].into_iter().flatten() {
            found.extend(self.reader.around.files.file(&bucket, &key).await?);
        }
        Ok(found)
    }

    /// The environment, if its Airflow can be asked. MWAA says of one whose update failed that it works as before.
    async fn awake(&self) -> Result<Environment, AwsError> {
        let environment = self.reader.environment(self.color).await?;
        match &environment.status {
            EnvironmentStatus::Available | EnvironmentStatus::Changing(Change::UpdateFailed) => Ok(environment),
            status => {
                Err(not_asked(format!("The environment is {status}: its Airflow is asked again when it is AVAILABLE.")))
            }
        }
    }
}

pub(super) fn not_asked(message: String) -> AwsError {
    AwsError { code: None, message, refused: true }
}

/// What is said of somebody who did not answer.
pub(in crate::engine) fn silence(who: &str, limit: Duration) -> String {
    let tenths = (limit.as_millis() + 50) / 100;
    match tenths % 10 {
        0 => format!("{who} did not answer in {} s.", tenths / 10),
        tenth => format!("{who} did not answer in {}.{tenth} s.", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_told_in_seconds() {
        assert_eq!(silence("S3", Duration::from_secs(8)), "S3 did not answer in 8 s.");
        assert_eq!(silence("S3", Duration::from_millis(1996)), "S3 did not answer in 2 s.");
        assert_eq!(silence("S3", Duration::from_millis(300)), "S3 did not answer in 0.3 s.");
    }
}
