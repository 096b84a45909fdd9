//! What surrounds the flag is looked at here: both Airflows, their files, CloudWatch, and the parts that the platform is
//! made of. Pollers do it on their own clock;
//! [`look`] does it at once, for whoever is about to decide something.
//!
//! Everything is read for itself, with a time limit of its own: what is slow or broken leaves its last good value with
//! an error beside it, and holds up nothing else.

mod names;
mod platform;
mod poll;
mod read;
mod subject;
mod survey;
mod usage;

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::join;
use teal_domain::Color;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

use super::{Engine, Pair, watch::take_environment};
use read::Reader;
use subject::Subject;

pub(super) use platform::balancer;
pub(super) use poll::start;
pub(super) use read::silence;
pub use survey::{Airflows, Survey, survey};

/// How long one reading may take.
const LIMIT: Duration = Duration::from_secs(8);
/// A look that was begun so recently serves the next one who asks.
const FRESH: Duration = Duration::from_secs(2);

/// Who looks at what surrounds a pair's flag, and what was seen last.
#[derive(Debug, Default)]
pub struct Looking {
    /// Wakes the pollers.
    now: Notify,
    /// One look at a time; when the last one was begun, on the monotonic clock.
    one: tokio::sync::Mutex<Option<Duration>>,
    /// Readings begun so far.
    begun: AtomicU64,
    /// The number of the latest reading that was written down, by what was read.
    written: Mutex<HashMap<Subject, u64>>,
}

impl Looking {
    fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Writes a reading down, unless one that was begun later is there already.
    fn write(&self, subject: Subject, number: u64, write: impl FnOnce()) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = written.entry(subject).or_default();
        if *latest <= number {
            *latest = number;
            write();
        }
    }
}

/// Asks the pollers to read now what they have not read in the last seconds. It does not wait for them.
pub fn nudge(pair: &Pair) {
    pair.looking.now.notify_waiters();
}

/// Reads everything of both sides and the alarms, all at once, and comes back when all have answered or `patience` is
/// over. What did not answer by then is written down as failed. Those who ask at the same time share one look.
pub async fn look(engine: &Engine, pair: &Pair, patience: Duration) {
    let (asked, until) = (engine.clock.monotonic(), Instant::now() + patience);
    // Whoever is in front looks for us as well.
    let Ok(mut last) = timeout(patience, pair.looking.one.lock()).await else { return };
    if last.is_some_and(|last| asked.saturating_sub(last) < FRESH) {
        return;
    }
    *last = Some(engine.clock.monotonic());
    let limit = until.saturating_duration_since(Instant::now()).min(LIMIT);
    let environments = Color::BOTH.map(|color| environment(engine, pair, color, limit));
    let around = async {
        if let Some(around) = &pair.ports.around {
            let reader = Reader { board: &engine.board, clock: &*engine.clock, pair, around, limit };
            futures::future::join_all(
                Subject::all().filter(|subject| subject.is_quick()).map(|subject| reader.read(subject)),
            )
            .await;
        }
    };
    pair.calls.counting(join(futures::future::join_all(environments), around)).await;
}

async fn environment(engine: &Engine, pair: &Pair, color: Color, limit: Duration) {
    let name = pair.config.names.environment(color);
    let read = match timeout(limit, pair.ports.environments.read(name)).await {
        Ok(read) => read.map_err(|error| error.message),
        Err(_) => Err(silence("MWAA", limit)),
    };
    take_environment(&engine.board, engine.clock.now(), pair, color, read);
}
