//! One look at the new side, and what could not be read of it.

use teal_domain::{
    Color, EnvironmentStatus, Timestamp,
    airflow::{Part, Task},
    surroundings::{Alarm, AlarmState},
    watch::{self, Ledger, Rang, Seen, Source, Window},
};

use super::super::{Walk, in_time};
use crate::aws::AwsError;

/// What one look saw.
pub(super) struct Look {
    guards: Option<Result<Vec<Alarm>, AwsError>>,
    parts: Result<Vec<Part>, AwsError>,
    heartbeat: Result<Option<Timestamp>, AwsError>,
    failures: Result<u32, AwsError>,
    begun: Result<Vec<Task>, AwsError>,
    environment: Option<EnvironmentStatus>,
    silent: Option<(teal_domain::Millis, String)>,
}

impl Walk<'_> {
    /// Looks at the new side as it is now, and at its tasks in the window.
    pub(super) async fn look(&self, at: Window) -> Look {
        let (target, landed, upto) = (self.airflow(self.switch.target), self.landed_at, at.now.min(at.until));
        let airflow = target.ask();
        let guards = self.pair.config.policy.guards.iter().filter(|guard| guard.after);
        let guards: Vec<String> = guards.map(|guard| guard.alarm.clone()).collect();
        let alarms =
            async { if guards.is_empty() { None } else { Some(in_time(self.around.alarms.alarms(&guards)).await) } };
        let (guards, parts, heartbeat, failures, begun) = tokio::join!(
            alarms,
            in_time(airflow.health()),
            in_time(self.around.alarms.heartbeat(target.name, at.now - watch::SILENT - watch::SILENT)),
            in_time(airflow.failures(landed, upto)),
            in_time(airflow.tasks_begun(landed, upto)),
        );
        let environment = self.environment(self.switch.target);
        Look { guards, parts, heartbeat, failures, begun, environment, silent: None }
    }

    /// What MWAA said of an environment since the flip.
    fn environment(&self, side: Color) -> Option<EnvironmentStatus> {
        let snapshot = self.engine.board.snapshot();
        let reading = snapshot.pair(self.pair.id())?.side(side);
        let fresh = reading.error().is_none() && reading.read_at().is_some_and(|at| at > self.landed_at);
        reading.value().filter(|_| fresh).map(|environment| environment.status.clone())
    }
}

impl Look {
    /// For each source nothing if it was read, else why not.
    pub(super) fn answers(&self) -> Vec<(Source, Option<String>)> {
        let why = |error: &AwsError| error.message.clone();
        let tasks = self.failures.as_ref().err().or(self.begun.as_ref().err());
        let guards = self.guards.as_ref().map(|guards| (Source::Guards, not_all(guards)));
        let rest = [
            (Source::Health, self.parts.as_ref().err().map(why)),
            (Source::Tasks, tasks.map(why)),
            (Source::Heartbeat, self.heartbeat.as_ref().err().map(why)),
        ];
        guards.into_iter().chain(rest).collect()
    }

    /// Takes in how long the Airflow has not answered. One that refuses is there; and where nothing else of AWS answers
    /// either, it may be Teal that is cut off.
    pub(super) fn hears(&mut self, ledger: &Ledger, at: Window) {
        let reached = self.heartbeat.is_ok() || matches!(self.guards, Some(Ok(_)));
        let silent = [self.parts.as_ref().err(), self.failures.as_ref().err()];
        let [Some(health), Some(tasks)] = silent else { return };
        if reached && !health.refused && !tasks.refused {
            self.silent = Some((ledger.silent(at), health.message.clone()));
        }
    }

    pub(super) fn seen(&self) -> Seen<'_> {
        Seen {
            alarms: self.alarms(),
            parts: self.parts.as_deref().ok(),
            heartbeat: self.heartbeat.as_ref().ok().copied(),
            failures: self.failures.as_ref().ok().copied(),
            silent: self.silent.as_ref().map(|(span, said)| (*span, said.as_str())),
            environment: self.environment.as_ref(),
        }
    }

    fn alarms(&self) -> &[Alarm] {
        self.guards.as_ref().and_then(|guards| guards.as_deref().ok()).unwrap_or_default()
    }

    /// The guards that ring, where they could be read.
    pub(super) fn ringing(&self) -> Option<Vec<Rang>> {
        match &self.guards {
            None => Some(Vec::new()),
            Some(Ok(alarms)) => Some(alarms.iter().filter_map(Rang::of).collect()),
            Some(Err(_)) => None,
        }
    }

    /// The guards that have no data, and so say nothing.
    pub(super) fn without_data(&self) -> impl Iterator<Item = &str> {
        let mute = self.alarms().iter().filter(|alarm| alarm.state == AlarmState::NoData);
        mute.map(|alarm| alarm.name.as_str())
    }

    /// The first task that did something; to ask the flag is nothing yet.
    pub(super) fn first(&self, guard: &str) -> Option<&Task> {
        let begun = self.begun.as_deref().unwrap_or_default();
        begun.iter().filter(|task| task.task != guard && task.worked()).min_by_key(|task| task.began)
    }
}

/// Guards are read only if each of them is there.
fn not_all(guards: &Result<Vec<Alarm>, AwsError>) -> Option<String> {
    let alarms = match guards {
        Ok(alarms) => alarms,
        Err(error) => return Some(error.message.clone()),
    };
    let missing = alarms.iter().filter(|alarm| alarm.state == AlarmState::Missing);
    let missing: Vec<&str> = missing.map(|alarm| alarm.name.as_str()).collect();
    let said =
        format!("CloudWatch has no alarm named {}: make it, or name another guard in the policy.", missing.join(", "));
    (!missing.is_empty()).then_some(said)
}
