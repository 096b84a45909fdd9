//! The watch: what is looked at after the flip, and what comes of it.

use teal_domain::{
    Timestamp,
    airflow::{Part, Task},
    steps::{Step, WatchEnd},
    surroundings::Alarm,
    watch::{self, Seen},
};

use super::{Walk, in_time};
use crate::{aws::AwsError, store::StoreError};

impl Walk<'_> {
    pub(super) async fn watch(&mut self) -> Result<(), StoreError> {
        if self.course.watched().is_some() || self.overtaken {
            return Ok(());
        }
        let lasts = self.pair.config.policy.watch.lasts;
        let (until, failed_before) = if let Some(known) = self.course.watching() {
            known
        } else {
            let (old, until) = (self.airflow(self.switch.target.other()), self.landed_at + lasts);
            let failed_before = in_time(old.ask().failures(self.landed_at - lasts, self.landed_at)).await.ok();
            if !self.take(Step::Watching { until, failed_before }).await? {
                return Ok(());
            }
            (until, failed_before)
        };
        let now = self.engine.clock.now();
        let look = self.look(now).await;
        if let Some(first) =
            look.first(&self.pair.config.policy.dags.guard_task).filter(|_| self.course.picked_up().is_none())
        {
            let at = first.began.unwrap_or(now);
            self.take(Step::PickedUp { dag: first.dag.clone(), at }).await?;
        }
        let known: Vec<String> = self.course.red().into_iter().map(|(what, _)| what.to_owned()).collect();
        let red = watch::red(&self.pair.config.policy, look.seen(), failed_before, self.landed_at, now);
        for red in red.into_iter().filter(|red| !known.contains(&red.what)) {
            self.turned_red(red).await?;
            if self.overtaken {
                return Ok(());
            }
        }
        if now >= until {
            let end = if self.course.red().is_empty() { WatchEnd::Good } else { WatchEnd::Red };
            let coverage = self.coverage(until).await;
            self.take(Step::Watched { end, coverage }).await?;
        }
        Ok(())
    }

    async fn look(&self, now: Timestamp) -> Look {
        let (target, landed) = (self.airflow(self.switch.target), self.landed_at);
        let airflow = target.ask();
        let guards = self.pair.config.policy.guards.iter().filter(|guard| guard.after);
        let guards: Vec<String> = guards.map(|guard| guard.alarm.clone()).collect();
        let alarms = async {
            if guards.is_empty() { Ok(Vec::new()) } else { in_time(self.around.alarms.alarms(&guards)).await }
        };
        let (alarms, parts, heartbeat, failures, begun) = tokio::join!(
            alarms,
            in_time(airflow.health()),
            in_time(self.around.alarms.heartbeat(target.name, now - watch::SILENT - watch::SILENT)),
            in_time(airflow.failures(landed, now)),
            in_time(airflow.tasks_begun(landed, now)),
        );
        Look {
            alarms: alarms.unwrap_or_default(),
            parts: parts.ok(),
            heartbeat,
            failures: failures.ok(),
            begun: begun.unwrap_or_default(),
        }
    }
}

struct Look {
    alarms: Vec<Alarm>,
    parts: Option<Vec<Part>>,
    heartbeat: Result<Option<Timestamp>, AwsError>,
    failures: Option<u32>,
    begun: Vec<Task>,
}

impl Look {
    fn seen(&self) -> Seen<'_> {
        let parts = self.parts.as_deref();
        Seen { alarms: &self.alarms, parts, heartbeat: self.heartbeat.as_ref().ok().copied(), failures: self.failures }
    }

    /// The first task that did something; to ask the flag is nothing yet.
    fn first(&self, guard: &str) -> Option<&Task> {
        self.begun.iter().filter(|task| task.task != guard && task.worked()).min_by_key(|task| task.began)
    }
}
