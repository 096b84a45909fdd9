//! One look at all that the pollers read of a pair, for whoever wants to know what is there and what it takes to read it.

use std::{sync::Arc, time::Duration};

use futures::future::{join, join_all};
use teal_domain::{Color, PairSnapshot};
use tokio::time::timeout;

use super::{
    LIMIT,
    poll::every,
    read::{Reader, silence},
    subject::Subject,
};
use crate::{
    aws::counted::{Calls, Service},
    config::Polling,
    engine::{Pair, board::Board, clock::Clock, watch::take_environment},
};

/// Whether the Airflows are asked too: it takes seconds, and work of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Airflows {
    /// They are.
    Asked,
    /// They are left alone.
    Spared,
}

/// What was found, and what it takes to go on looking.
#[derive(Clone, Debug)]
pub struct Survey {
    /// What is known of the pair now. The flag is not part of it.
    pub known: Arc<PairSnapshot>,
    /// The calls that the pollers make for the pair, a minute and service.
    pub rates: Vec<(Service, f64)>,
}

impl Survey {
    /// All calls a minute but those that MWAA hands on to the Airflows, rounded up.
    pub fn calls_a_minute(&self) -> u64 {
        self.up(|service| service != Service::Airflow)
    }

    /// The calls a minute that MWAA hands on to the Airflows, rounded up.
    pub fn airflows_a_minute(&self) -> u64 {
        self.up(|service| service == Service::Airflow)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a handful, and none below zero")]
    fn up(&self, which: impl Fn(Service) -> bool) -> u64 {
        self.rates.iter().filter(|(service, _)| which(*service)).map(|(_, rate)| rate).sum::<f64>().ceil() as u64
    }
}

/// Reads once, beside the board and the store, all that the pollers read of a pair but the flag, and counts.
pub async fn survey(pair: &Pair, clock: &dyn Clock, polling: &Polling, airflows: Airflows) -> Survey {
    let board = Board::new(clock.now(), vec![pair.first_snapshot(clock.now())]);
    let environments = Color::BOTH.map(|color| {
        let board = &board;
        async move {
            let calls = Arc::new(Calls::default());
            let read =
                calls.counting(timeout(LIMIT, pair.ports.environments.read(pair.config.names.environment(color))));
            let read = match read.await {
                Ok(read) => read.map_err(|error| error.message),
                Err(_) => Err(silence("MWAA", LIMIT)),
            };
            take_environment(board, clock.now(), pair, color, read);
            (calls, polling.environments)
        }
    });
    let around = async {
        let Some(around) = &pair.ports.around else { return Vec::new() };
        let reader = Reader { board: &board, clock, pair, around, limit: LIMIT };
        let subjects = Subject::all().filter(|subject| airflows == Airflows::Asked || subject.who() != "Airflow");
        let asked = subjects.map(|subject| async move {
            let calls = Arc::new(Calls::default());
            calls.counting(reader.read(subject)).await;
            (calls, every(polling.surroundings, subject))
        });
        join_all(asked).await
    };
    let (environments, around) = join(join_all(environments), around).await;
    let counted: Vec<(Arc<Calls>, Duration)> = environments.into_iter().chain(around).collect();
    let rate =
        |service: Service| -> f64 { counted.iter().map(|(calls, every)| a_minute(calls.total(service), *every)).sum() };
    let rates =
        Service::ALL.into_iter().map(|service| (service, rate(service))).filter(|(_, rate)| *rate > 0.0).collect();
    // There is one pair on this board.
    let known = board.snapshot().pairs[0].clone();
    Survey { known, rates }
}

/// How many calls a minute it is if so many are made every so often.
fn a_minute(calls: u64, every: Duration) -> f64 {
    let calls = f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
    calls * 60.0 / every.as_secs_f64().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_seldom_counts_little() {
        let rate = |calls, seconds| format!("{:.2}", a_minute(calls, Duration::from_secs(seconds)));
        assert_eq!([rate(4, 60), rate(1, 30), rate(5, 600)], ["4.00", "2.00", "0.50"]);
    }
}
