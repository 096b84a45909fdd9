//! The scheduler and the workers, in steps that the test makes.

use serde_json::Value;
use teal_domain::{Millis, Timestamp};

use super::world::{FakeDag, FakeRun, Side};

impl Side {
    /// Starts a run of each DAG that is due and not paused.
    pub(super) fn start_due(&mut self, now: Timestamp) {
        let live = self.live;
        self.dags.values_mut().for_each(|dag| dag.start_if_due(live, now));
    }

    /// Ends what runs, of one DAG or of all.
    pub(super) fn end_tasks(&mut self, state: &str, only: Option<&str>, now: Timestamp) {
        for dag in self.dags.values_mut().filter(|dag| only.is_none_or(|id| id == dag.id)) {
            let (paused, names) = (dag.paused, dag.tasks.clone());
            for run in dag.runs.iter_mut().filter(|run| run.state == "running") {
                for task in run.tasks.iter_mut().filter(|task| task.state == "running") {
                    (task.state, task.ended) = (state.to_owned(), Some(now));
                }
                // The scheduler does not look at the runs of a paused DAG: they stay as they are.
                if !paused {
                    run.go_on(&names, now);
                }
            }
        }
    }
}

impl FakeDag {
    /// Starts one run if one is due: the one that was planned, and after it the latest, or with `catchup` each. Where
    /// there is a run for a tick already, the scheduler goes on to the next.
    pub(super) fn start_if_due(&mut self, live: bool, now: Timestamp) {
        let Some((_, span)) = self.schedule.clone() else { return };
        let span = Millis(u64::try_from(span.as_millis()).expect("a span that fits"));
        if self.paused || self.gone || self.runs.iter().any(|run| run.state == "running") {
            return;
        }
        while let Some(tick) = self.next_run.filter(|due| *due <= now) {
            let mut next = tick + span;
            while !self.catchup && next + span <= now {
                next = next + span;
            }
            self.next_run = Some(next);
            if self.runs.iter().any(|run| run.logical == Some(self.logical_of(tick))) {
                continue;
            }
            let mut run = FakeRun::new(&format!("scheduled__{}", super::rows::at(tick)));
            run.of(self.logical_of(tick));
            run.due = Some(tick);
            self.begin(run, live, now);
            return;
        }
    }

    /// Begins a run: the guard first, and where it says so, nothing else.
    pub(super) fn begin(&mut self, mut run: FakeRun, live: bool, now: Timestamp) {
        run.running(now);
        match &self.guard {
            Some(guard) if !live && run.conf["teal_rehearsal"] != Value::Bool(true) => {
                run.task(guard, "skipped", Some(now), Some(now));
                for task in &self.tasks {
                    run.task(task, "skipped", None, None);
                }
                run.ended("success", now, now);
            }
            guard => {
                if let Some(guard) = guard {
                    run.task(guard, "success", Some(now), Some(now));
                }
                run.go_on(&self.tasks, now);
            }
        }
        self.runs.push(run);
    }
}

impl FakeRun {
    /// Begins the next task, or ends with the last one.
    fn go_on(&mut self, names: &[String], now: Timestamp) {
        if self.tasks.iter().any(|task| task.state == "failed") {
            (self.state, self.ended) = ("failed".to_owned(), Some(now));
        } else if let Some(next) = names.iter().find(|name| self.tasks.iter().all(|task| task.task != **name)) {
            self.task(next, "running", Some(now), None);
        } else if self.tasks.iter().all(|task| task.ended.is_some()) {
            (self.state, self.ended) = ("success".to_owned(), Some(now));
        }
    }
}
