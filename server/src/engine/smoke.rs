//! The smoke test of the standby: some of its DAGs are run there as rehearsals. What is to be done is in the journal
//! before the first run is begun, and each run has the id of the test, so whoever comes after a crash goes on from there.

mod runs;

use std::{sync::Arc, time::Duration};

use teal_domain::{Actor, Color, Flag, airflow::Dag, history::What, smoke::SmokeRun};
use tokio::time::timeout;

use super::{Engine, Pair, follow::in_time};
use crate::{
    aws::airflow::client::Airflow,
    store::{Result, StoreError, smoke::Begun},
    traces::About,
};

/// How often it is looked whether there is a test to drive.
const IDLE: Duration = Duration::from_secs(5);
/// How often the runs of a test are looked at.
const AGAIN: Duration = Duration::from_secs(10);

/// Why nothing was tested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTested {
    /// Policy names no DAGs.
    #[error("No DAG is named for it: name some that ask the flag with `smoke = [\"…\"]` in the policy of the pair.")]
    NoneNamed,
    /// Nothing of what surrounds the flag can be reached here.
    #[error("The Airflows of this pair are not looked at from here.")]
    NotLookedAt,
    /// There is no standby.
    #[error("The flag names no side, so none stands by. Set the flag first.")]
    NoStandby,
    /// Something could not be read.
    #[error("{0} Nothing was begun: try again once it answers.")]
    Unreadable(String),
    /// One runs already.
    #[error("A smoke test is under way already: see record {seq}.")]
    Running {
        /// Its record.
        seq: u64,
    },
    /// A switch is under way.
    #[error("A switch of this pair is under way. Test once it has ended.")]
    Switching,
    /// A switch is still followed.
    #[error("A switch of this pair is still followed: its DAGs, or its watch. Test once that has ended.")]
    Following,
    /// A drill is under way.
    #[error("A drill of this pair is under way. Test once it has ended, or stop it.")]
    Drilling,
    /// Some DAGs are not there.
    #[error("{side} has no DAG {dags}. Deploy it there, or take it out of `smoke` in the policy.")]
    NotThere {
        /// Where.
        side: &'static str,
        /// Which.
        dags: String,
    },
    /// Some would really work.
    #[error(
        "{dags} on {side} does not bear the tag `{tag}`: it does not ask the flag, so a run of it would not be a rehearsal but \
         real work. Guard it, or take it out of `smoke` in the policy."
    )]
    Unguarded {
        /// Where.
        side: &'static str,
        /// Which.
        dags: String,
        /// What they lack.
        tag: String,
    },
}

/// Drives the smoke tests of a pair until the process ends.
pub async fn keep(engine: Arc<Engine>, pair: Arc<Pair>) {
    if pair.ports.around.is_none() {
        return;
    }
    loop {
        let next = match engine.go_on_with_smoke(&pair).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(pair = %pair.id(), %error, "a smoke test waits for the store");
                AGAIN
            }
        };
        let _nudged_or_due = timeout(next, pair.smoke.notified()).await;
    }
}

impl Engine {
    /// Somebody smoke-tests the standby. Answers with the number of the record; the runs are begun right after.
    pub async fn begin_smoke(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        who: &Actor,
    ) -> Result<std::result::Result<u64, NotTested>> {
        let (side, known) = match self.standby(pair).await {
            Ok(found) => found,
            Err(not) => return Ok(Err(not)),
        };
        let rules = &pair.config.policy;
        let named = |keep: &dyn Fn(Option<&Dag>) -> bool| {
            let found = |id: &String| keep(known.iter().find(|dag| dag.id == *id));
            rules.smoke.dags.iter().filter(|id| found(id)).cloned().collect::<Vec<_>>()
        };
        let absent = named(&|dag| dag.is_none());
        if !absent.is_empty() {
            return Ok(Err(NotTested::NotThere { side: side.title(), dags: absent.join(", ") }));
        }
        let tag = &rules.dags.guarded_tag;
        let unguarded = named(&|dag| dag.is_some_and(|dag| !dag.tags.contains(tag)));
        if !unguarded.is_empty() {
            let (dags, tag) = (unguarded.join(", "), tag.clone());
            return Ok(Err(NotTested::Unguarded { side: side.title(), dags, tag }));
        }
        let now = self.clock.now();
        let run = SmokeRun {
            id: self.new_operation(),
            side,
            dags: rules.smoke.dags.clone(),
            woken: named(&|dag| dag.is_some_and(|dag| dag.paused)),
            begun_at: now,
            ends_by: now + rules.smoke.lasts,
        };
        let begun = self.store.begin_smoke(pair.id(), &run, who).await?;
        self.refresh_records(pair).await;
        Ok(match begun {
            Begun::Recorded(seq) => {
                tracing::info!(pair = %pair.id(), seq, by = %who, %side, dags = ?run.dags, "a smoke test begins");
                pair.smoke.notify_one();
                Ok(seq)
            }
            Begun::Running(seq) => Err(NotTested::Running { seq }),
            Begun::Switching => Err(NotTested::Switching),
            Begun::Following => Err(NotTested::Following),
            Begun::Drilling => Err(NotTested::Drilling),
        })
    }

    /// The side that stands by, by the flag as it is now, and its DAGs.
    async fn standby(&self, pair: &Pair) -> std::result::Result<(Color, Vec<Dag>), NotTested> {
        if pair.config.policy.smoke.dags.is_empty() {
            return Err(NotTested::NoneNamed);
        }
        if pair.ports.around.is_none() {
            return Err(NotTested::NotLookedAt);
        }
        let flag = in_time(pair.ports.flag.read_one(&pair.config.names.flag)).await;
        let flag = flag.map_err(|error| NotTested::Unreadable(error.message))?;
        let side = Flag::color(&flag).ok_or(NotTested::NoStandby)?.other();
        let version = self.version_of(pair, side).await.map_err(NotTested::Unreadable)?;
        let Some(airflow) = airflow(pair, side, version.as_deref()) else { return Err(NotTested::NotLookedAt) };
        let known = in_time(airflow.dags()).await.map_err(|error| NotTested::Unreadable(error.message))?;
        Ok((side, known))
    }

    /// The version of a side's Airflow, by which it is known how to speak to it.
    async fn version_of(&self, pair: &Pair, side: Color) -> std::result::Result<Option<String>, String> {
        let snapshot = self.board.snapshot();
        if let Some(environment) = snapshot.pair(pair.id()).and_then(|known| known.side(side).value()) {
            return Ok(environment.airflow_version.clone());
        }
        // Nobody has looked yet: Teal was started a moment ago.
        let read = in_time(pair.ports.environments.read(environment(pair, side))).await;
        read.map(|environment| environment.airflow_version).map_err(|error| error.message)
    }

    /// Does what can be done now for the smoke test that is under way, and says when to look again.
    pub async fn go_on_with_smoke(self: &Arc<Self>, pair: &Arc<Pair>) -> std::result::Result<Duration, StoreError> {
        let Some(record) = self.store.smoke_under_way(pair.id()).await? else { return Ok(IDLE) };
        let What::Smoke(test) = record.what else { return Ok(IDLE) };
        if !self.store.hold_smoke(pair.id(), &self.name, self.clock.now()).await? {
            return Ok(AGAIN);
        }
        let about = || About::pair(pair.id()).operation(test.run.id).side(test.run.side);
        let open = self.traces.cycle("drive a smoke test", about);
        let Some(end) = open.around(runs::look(self, pair, &test.run)).await else { return Ok(AGAIN) };
        let (now, id) = (self.clock.now(), test.run.id);
        if self.store.end_smoke(pair.id(), id, end.clone(), now).await? {
            let ended: Vec<_> = end.results.iter().map(|result| (&result.dag, result.fate.as_str())).collect();
            tracing::info!(pair = %pair.id(), run = %id, results = ?ended, awake = ?end.awake, "a smoke test has ended");
        }
        self.refresh_records(pair).await;
        Ok(IDLE)
    }
}

fn environment(pair: &Pair, side: Color) -> &str {
    match side {
        Color::Blue => &pair.config.names.blue,
        Color::Green => &pair.config.names.green,
    }
}

fn airflow<'a>(pair: &'a Pair, side: Color, version: Option<&'a str>) -> Option<Airflow<'a>> {
    let around = pair.ports.around.as_ref()?;
    Some(Airflow::new(&*around.airflow, environment(pair, side), version))
}
