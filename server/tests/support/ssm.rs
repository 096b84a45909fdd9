//! An SSM in memory that keeps the truth, and can lose, delay, refuse and serve stale.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use teal_domain::{Color, Flag, FlagValue, FlagVersion, OperationId, VersionRecord};
use teal_server::aws::{
    AwsError,
    ssm::{FlagPort, Put, PutAnswer},
};

use super::clock::TestClock;

/// What becomes of a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutFate {
    /// It lands and is answered.
    Lands,
    /// It lands; the answer is lost.
    LandsUnanswered,
    /// It is lost, and so is the answer.
    Lost,
    /// No answer; it lands when the test says so.
    Late,
    /// It is refused (throttled).
    Refused,
}

/// What becomes of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFate {
    /// It shows the truth.
    Fresh,
    /// It shows the state so many writes ago.
    Stale(usize),
    /// It fails.
    Fails,
}

/// A write, as it really was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub incarnation: u64,
    pub record: VersionRecord,
    /// The operation that sent it; `None`: somebody else.
    pub by: Option<OperationId>,
}

#[derive(Debug, Default)]
struct State {
    /// The parameter's states, oldest first: `None` is missing.
    states: Vec<Option<Vec<VersionRecord>>>,
    log: Vec<Written>,
    incarnation: u64,
    puts: Vec<OperationId>,
    late: VecDeque<(String, Put)>,
    put_fates: VecDeque<PutFate>,
    read_fates: VecDeque<ReadFate>,
    history_fates: VecDeque<ReadFate>,
    calls: u64,
}

#[derive(Debug)]
pub struct FakeSsm {
    state: Mutex<State>,
    clock: Arc<TestClock>,
}

impl FakeSsm {
    pub fn new(clock: Arc<TestClock>) -> Self {
        Self { state: Mutex::new(State { states: vec![None], ..State::default() }), clock }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the fake SSM")
    }

    /// What becomes of the next puts; after these, all land.
    pub fn puts_will(&self, fates: impl IntoIterator<Item = PutFate>) {
        self.state().put_fates.extend(fates);
    }

    /// What becomes of the next reads; after these, all are fresh.
    pub fn reads_will(&self, fates: impl IntoIterator<Item = ReadFate>) {
        self.state().read_fates.extend(fates);
    }

    /// What becomes of the next reads of the history; after these, all are fresh.
    pub fn histories_will(&self, fates: impl IntoIterator<Item = ReadFate>) {
        self.state().history_fates.extend(fates);
    }

    /// Forgets all fates that are still to come.
    pub fn heal(&self) {
        let mut state = self.state();
        state.put_fates.clear();
        state.read_fates.clear();
        state.history_fates.clear();
    }

    /// Somebody writes past Teal. Without a description the one before is carried over, as SSM does.
    pub fn outsider_puts(&self, value: &str, description: Option<&str>) {
        self.write(value, description.map(str::to_owned), None);
    }

    /// Somebody deletes the parameter.
    pub fn outsider_deletes(&self) {
        let mut state = self.state();
        state.states.push(None);
        state.incarnation += 1;
    }

    /// Puts a label on the oldest version.
    pub fn label_oldest(&self, label: &str) {
        let mut state = self.state();
        let mut latest = state.states.last().cloned().flatten().expect("a parameter");
        latest[0].labels.push(label.to_owned());
        state.states.push(Some(latest));
    }

    /// Lets the oldest of the delayed puts land.
    pub fn late_one_lands(&self) {
        let late = self.state().late.pop_front();
        if let Some((_, put)) = late {
            self.land(put);
        }
    }

    pub fn late_ones_land(&self) {
        while !self.state().late.is_empty() {
            self.late_one_lands();
        }
    }

    /// The truth.
    pub fn flag(&self) -> Flag {
        as_flag(self.state().states.last().cloned().flatten().as_deref())
    }

    /// Everything that was ever written.
    pub fn log(&self) -> Vec<Written> {
        self.state().log.clone()
    }

    /// The operations whose put was sent, in order.
    pub fn puts(&self) -> Vec<OperationId> {
        self.state().puts.clone()
    }

    /// How many calls were made.
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    fn land(&self, put: Put) -> Option<FlagVersion> {
        if !put.overwrite && self.flag() != Flag::Missing {
            return None;
        }
        Some(self.write(put.color.as_str(), Some(put.operation.description()), Some(put.operation)))
    }

    fn write(&self, value: &str, description: Option<String>, by: Option<OperationId>) -> FlagVersion {
        // Two writes never have the same date: SSM allows three a second.
        self.clock.pass(Duration::from_millis(350));
        let now = self.clock.aws_now();
        let mut state = self.state();
        let mut versions = state.states.last().cloned().flatten().unwrap_or_default();
        let last = versions.last();
        let version = FlagVersion(last.map_or(1, |last| last.version.0 + 1));
        let description = description.or_else(|| last.and_then(|last| last.description.clone()));
        let modified_by = Some(if by.is_some() { "arn:teal" } else { "arn:somebody" }.to_owned());
        let record = VersionRecord {
            version,
            value: FlagValue::parse(value),
            modified_at: now,
            modified_by,
            description,
            labels: vec![],
        };
        versions.push(record.clone());
        if versions.len() > 100 {
            versions.remove(0);
        }
        let incarnation = state.incarnation;
        state.log.push(Written { incarnation, record, by });
        state.states.push(Some(versions));
        version
    }

    fn look(&self, fate: Option<ReadFate>) -> Result<Option<Vec<VersionRecord>>, AwsError> {
        let state = self.state();
        let back = match fate.unwrap_or(ReadFate::Fresh) {
            ReadFate::Fresh => 0,
            ReadFate::Stale(back) => back,
            ReadFate::Fails => {
                return Err(AwsError {
                    code: Some("InternalServerError".into()),
                    message: "the read failed".into(),
                    refused: false,
                });
            }
        };
        let at = (state.states.len() - 1).saturating_sub(back);
        Ok(state.states[at].clone())
    }
}

fn as_flag(versions: Option<&[VersionRecord]>) -> Flag {
    versions.and_then(<[_]>::last).map_or(Flag::Missing, |last| Flag::Present {
        value: last.value.clone(),
        version: last.version,
        modified_at: last.modified_at,
    })
}

#[async_trait::async_trait]
impl FlagPort for FakeSsm {
    async fn read(&self, names: &[String]) -> Result<HashMap<String, Flag>, AwsError> {
        let fate = {
            let mut state = self.state();
            state.calls += 1;
            state.read_fates.pop_front()
        };
        // A real call gives others a turn.
        tokio::task::yield_now().await;
        let flag = as_flag(self.look(fate)?.as_deref());
        Ok(if flag == Flag::Missing {
            HashMap::new()
        } else {
            names.iter().map(|name| (name.clone(), flag.clone())).collect()
        })
    }

    async fn history(&self, _: &str) -> Result<Vec<VersionRecord>, AwsError> {
        let fate = {
            let mut state = self.state();
            state.calls += 1;
            state.history_fates.pop_front()
        };
        tokio::task::yield_now().await;
        Ok(self.look(fate)?.unwrap_or_default())
    }

    async fn put(&self, name: &str, put: Put) -> PutAnswer {
        let fate = {
            let mut state = self.state();
            state.calls += 1;
            state.puts.push(put.operation);
            state.put_fates.pop_front().unwrap_or(PutFate::Lands)
        };
        tokio::task::yield_now().await;
        match fate {
            PutFate::Lands => self.land(put).map_or(PutAnswer::Exists, PutAnswer::Done),
            PutFate::LandsUnanswered => {
                self.land(put);
                PutAnswer::Unclear("timed out".into())
            }
            PutFate::Lost => PutAnswer::Unclear("timed out".into()),
            PutFate::Late => {
                self.state().late.push_back((name.to_owned(), put));
                PutAnswer::Unclear("timed out".into())
            }
            PutFate::Refused => PutAnswer::Refused(AwsError {
                code: Some("ThrottlingException".into()),
                message: "Rate exceeded".into(),
                refused: true,
            }),
        }
    }
}

/// A flag in order: `count` versions, blue last.
pub fn seeded(ssm: &FakeSsm, count: usize) {
    let mut color = if count.is_multiple_of(2) { Color::Green } else { Color::Blue };
    for _ in 0..count {
        ssm.outsider_puts(color.as_str(), Some("seeded"));
        color = color.other();
    }
}
