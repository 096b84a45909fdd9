//! What an Airflow holds, and how a test sets it up.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use teal_domain::Timestamp;
use teal_server::aws::airflow::Dialect;

/// The Airflow of an environment.
#[derive(Debug)]
pub struct Side {
    pub name: String,
    pub dialect: Dialect,
    pub dags: BTreeMap<String, FakeDag>,
    pub import_errors: Vec<(String, String, Timestamp)>,
    pub connections: Vec<String>,
    pub variables: Vec<String>,
    pub pools: Vec<(String, i64)>,
    /// The parts that are ill.
    pub ill: Vec<String>,
    /// The parts that do not run.
    pub absent: Vec<String>,
    /// What guarded DAGs find when they ask the flag.
    pub live: bool,
    /// A call for many changes all that match, not only the page that is answered: so from some 3.x on.
    pub changes_all: bool,
}

impl Side {
    pub(super) fn new(name: &str, dialect: Dialect) -> Self {
        Self {
            name: name.to_owned(),
            dialect,
            dags: BTreeMap::new(),
            import_errors: Vec::new(),
            connections: Vec::new(),
            variables: Vec::new(),
            pools: vec![("default_pool".to_owned(), 128)],
            ill: Vec::new(),
            absent: Vec::new(),
            live: true,
            changes_all: false,
        }
    }

    /// The DAG of that id, made where there is none: unpaused, never scheduled, of one task.
    pub fn dag(&mut self, id: &str) -> &mut FakeDag {
        self.dags.entry(id.to_owned()).or_insert_with(|| FakeDag {
            id: id.to_owned(),
            paused: false,
            tags: Vec::new(),
            schedule: None,
            by_interval: false,
            next_run: None,
            broken: false,
            gone: false,
            depends_on_past: false,
            catchup: false,
            guard: None,
            tasks: vec!["work".to_owned()],
            runs: Vec::new(),
            starts_when_paused: false,
        })
    }

    /// A file could not be imported.
    pub fn import_error(&mut self, file: &str, trace: &str, at: Timestamp) -> &mut Self {
        self.import_errors.push((file.to_owned(), trace.to_owned(), at));
        self
    }

    /// A part is ill.
    pub fn ill(&mut self, part: &str) -> &mut Self {
        self.ill.push(part.to_owned());
        self
    }

    /// A part does not run.
    pub fn without(&mut self, part: &str) -> &mut Self {
        self.absent.push(part.to_owned());
        self
    }

    pub fn connection(&mut self, id: &str) -> &mut Self {
        self.connections.push(id.to_owned());
        self
    }

    pub fn variable(&mut self, key: &str) -> &mut Self {
        self.variables.push(key.to_owned());
        self
    }

    pub fn pool(&mut self, name: &str, slots: i64) -> &mut Self {
        self.pools.push((name.to_owned(), slots));
        self
    }
}

/// A DAG.
#[derive(Debug)]
pub struct FakeDag {
    pub id: String,
    pub paused: bool,
    pub tags: Vec<String>,
    /// The schedule, and how far apart its runs are.
    pub schedule: Option<(String, Duration)>,
    /// Its runs are for the span before they are due, as is Airflow 2's way.
    pub by_interval: bool,
    pub next_run: Option<Timestamp>,
    pub broken: bool,
    pub gone: bool,
    pub depends_on_past: bool,
    /// Every tick that it has missed is run, not only the latest.
    pub catchup: bool,
    /// The task by which it asks the flag.
    pub guard: Option<String>,
    /// Its tasks, one after the other.
    pub tasks: Vec<String>,
    pub runs: Vec<FakeRun>,
    /// A run of it begins in the moment before it is paused.
    pub starts_when_paused: bool,
}

impl FakeDag {
    pub fn paused(&mut self) -> &mut Self {
        self.paused = true;
        self
    }

    pub fn tagged(&mut self, tag: &str) -> &mut Self {
        self.tags.push(tag.to_owned());
        self
    }

    /// It asks the flag first, by this task, and does nothing where its side is not live.
    pub fn guarded_by(&mut self, task: &str) -> &mut Self {
        self.guard = Some(task.to_owned());
        self
    }

    /// It runs by a schedule, next at that time.
    pub fn every(&mut self, span: Duration, next: Timestamp) -> &mut Self {
        self.schedule = Some((format!("every {} s", span.as_secs()), span));
        self.next_run = Some(next);
        self
    }

    /// Its runs are for the span before they are due.
    pub fn by_interval(&mut self) -> &mut Self {
        self.by_interval = true;
        self
    }

    /// The moment that a run which is due then is for.
    pub(super) fn logical_of(&self, due: Timestamp) -> Timestamp {
        match &self.schedule {
            Some((_, span)) if self.by_interval => Timestamp(due.0 - i64::try_from(span.as_millis()).expect("short")),
            _ => due,
        }
    }

    /// It has these tasks, one after the other.
    pub fn tasks(&mut self, tasks: &[&str]) -> &mut Self {
        self.tasks = tasks.iter().map(|task| (*task).to_owned()).collect();
        self
    }

    pub fn catches_up(&mut self) -> &mut Self {
        self.catchup = true;
        self
    }

    pub fn depends_on_past(&mut self) -> &mut Self {
        self.depends_on_past = true;
        self
    }

    /// Its file could not be imported at the last look.
    pub fn broken(&mut self) -> &mut Self {
        self.broken = true;
        self
    }

    /// Its file is gone.
    pub fn gone(&mut self) -> &mut Self {
        self.gone = true;
        self
    }

    /// The run of that id, made where there is none: queued.
    pub fn run(&mut self, id: &str) -> &mut FakeRun {
        let at = self.runs.iter().position(|run| run.id == id).unwrap_or_else(|| {
            self.runs.push(FakeRun::new(id));
            self.runs.len() - 1
        });
        &mut self.runs[at]
    }
}

/// A run of a DAG.
#[derive(Clone, Debug)]
pub struct FakeRun {
    pub id: String,
    pub state: String,
    pub logical: Option<Timestamp>,
    pub due: Option<Timestamp>,
    pub began: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub conf: Value,
    pub tasks: Vec<FakeTask>,
}

impl FakeRun {
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            state: "queued".to_owned(),
            logical: None,
            due: None,
            began: None,
            ended: None,
            conf: Value::Null,
            tasks: Vec::new(),
        }
    }

    /// The moment that it is for.
    pub fn of(&mut self, logical: Timestamp) -> &mut Self {
        self.logical = Some(logical);
        self
    }

    pub fn running(&mut self, since: Timestamp) -> &mut Self {
        (self.state, self.began, self.ended) = ("running".to_owned(), Some(since), None);
        self
    }

    /// It ended so.
    pub fn ended(&mut self, state: &str, began: Timestamp, ended: Timestamp) -> &mut Self {
        (self.state, self.began, self.ended) = (state.to_owned(), Some(began), Some(ended));
        self
    }

    /// With a task.
    pub fn task(&mut self, name: &str, state: &str, began: Option<Timestamp>, ended: Option<Timestamp>) -> &mut Self {
        let (task, state) = (name.to_owned(), state.to_owned());
        self.tasks.push(FakeTask { task, state, attempt: 1, began, ended, log: Vec::new() });
        self
    }
}

/// A task of a run.
#[derive(Clone, Debug)]
pub struct FakeTask {
    pub task: String,
    pub state: String,
    pub attempt: u32,
    pub began: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub log: Vec<String>,
}
