//! The pollers: they read AWS on their own clock and budget, and write to the board.
//!
//! Pairs of one place share a poller of flags, which asks for ten at a time. However many pairs there are,
//! it takes at most a quarter of the 40 requests a second that SSM allows an account and region, since the
//! DAGs ask out of the same 40.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use teal_domain::{Color, Environment, Flag, Millis, PairSnapshot, Timestamp};
use tokio::{sync::Notify, time::timeout};

use super::{Engine, Pair, board::Board};
use crate::{
    aws::Place,
    traces::{self, About},
};

/// Names in one `GetParameters`.
const NAMES_A_CALL: usize = 10;
/// A quarter of what SSM allows.
const CALLS_A_SECOND: u32 = 10;
/// The longest pause after failures in a row.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The whole history is read at least this often, whatever the versions say.
const FULL_LOOK_EVERY: Duration = Duration::from_secs(300);
/// How often an open switch is looked for.
const OPEN_LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often it is tried whether the store can be written.
const STORE_PROBE_EVERY: Duration = Duration::from_secs(15);
/// How often it is looked whether a reading has become too old.
const AGES_EVERY: Duration = Duration::from_secs(2);
/// The head of the journal is printed at least this often.
const HEAD_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often the flags of a place are read: as configured, but never so often that the calls exceed the
/// budget.
pub fn interval(configured: Duration, pairs: usize) -> Duration {
    let calls = u32::try_from(pairs.div_ceil(NAMES_A_CALL)).unwrap_or(u32::MAX);
    configured.max(Duration::from_secs(1) * calls / CALLS_A_SECOND)
}

/// Starts all pollers. They run until the process ends.
pub fn start(engine: &Arc<Engine>) {
    let mut places: HashMap<Place, Vec<Arc<Pair>>> = HashMap::new();
    for pair in &engine.pairs {
        places.entry(pair.place.clone()).or_default().push(pair.clone());
    }
    for pairs in places.into_values() {
        tokio::spawn(flags(engine.clone(), pairs));
    }
    for pair in &engine.pairs {
        for color in Color::BOTH {
            tokio::spawn(environment(engine.clone(), pair.clone(), color));
        }
    }
    for pair in &engine.pairs {
        tokio::spawn(pair.calls.counting(super::follow::keep(engine.clone(), pair.clone())));
        tokio::spawn(pair.calls.counting(super::smoke::keep(engine.clone(), pair.clone())));
        tokio::spawn(pair.calls.counting(super::drills::keep(engine.clone(), pair.clone())));
        tokio::spawn(pair.calls.counting(super::monitoring::keep(engine.clone(), pair.clone())));
    }
    super::observe::start(engine);
    super::lineage::start(engine);
    tokio::spawn(ages(engine.clone()));
    tokio::spawn(store(engine.clone()));
    tokio::spawn(super::denials::keep(engine.clone()));
    tokio::spawn(super::freezes::keep(engine.clone()));
    tokio::spawn(super::uptime::keep(engine.clone()));
    tokio::spawn(super::bill::keep(engine.clone()));
    tokio::spawn(super::prices::keep(engine.clone()));
}

async fn flags(engine: Arc<Engine>, pairs: Vec<Arc<Pair>>) {
    let every = interval(engine.settings.flag_interval, pairs.len());
    let nudge = pairs[0].nudge.clone();
    let mut watched: Vec<Watched> = pairs.into_iter().map(Watched::new).collect();
    let mut pause = Pause::new(every);
    loop {
        let about = || About::nothing().region(&watched[0].pair.place.region).number("teal.pairs", watched.len());
        let open = engine.traces.cycle("poll flags", about);
        let good = open.around(read_flags(&engine, &mut watched)).await;
        wait(pause.after(good, &engine), &nudge).await;
    }
}

async fn wait(pause: Duration, nudge: &Notify) {
    let _nudged_or_due = timeout(pause, nudge.notified()).await;
}

/// A pair, as the poller of flags remembers it.
struct Watched {
    pair: Arc<Pair>,
    /// Reads in a row that found no parameter.
    missing: u32,
    /// That it is missing is journalled.
    told_gone: bool,
    /// When the history was last read, on the monotonic clock.
    looked: Option<Duration>,
    /// What the flag said when the history was last read.
    looked_at: Option<Flag>,
}

impl Watched {
    const fn new(pair: Arc<Pair>) -> Self {
        Self { pair, missing: 0, told_gone: false, looked: None, looked_at: None }
    }
}

async fn read_flags(engine: &Arc<Engine>, watched: &mut [Watched]) -> bool {
    let mut good = true;
    for chunk in watched.chunks_mut(NAMES_A_CALL) {
        let names: Vec<String> = chunk.iter().map(|watched| watched.pair.config.names.flag.clone()).collect();
        match chunk[0].pair.ports.flag.read(&names).await {
            Ok(mut found) => {
                for watched in chunk {
                    let flag = found.remove(&watched.pair.config.names.flag).unwrap_or(Flag::Missing);
                    take(engine, watched, flag).await;
                }
            }
            Err(error) => {
                good = false;
                traces::failed("not read");
                let now = engine.clock.now();
                for watched in chunk {
                    engine.board.update(watched.pair.id(), now, |known| known.flag.fail(error.message.clone(), now));
                }
            }
        }
    }
    good
}

async fn take(engine: &Arc<Engine>, watched: &mut Watched, flag: Flag) {
    let now = engine.clock.now();
    let pair = watched.pair.clone();
    let missing = flag == Flag::Missing;
    watched.missing = if missing { watched.missing + 1 } else { 0 };
    let shown = engine.board.snapshot().pair(pair.id()).and_then(|known| known.flag.value().cloned());
    // One read that finds nothing where something was may be stale; two in a row are believed.
    if missing && watched.missing < 2 && shown.is_some_and(|shown| shown != Flag::Missing) {
        return;
    }
    engine.board.update(pair.id(), now, |known| take_flag(known, flag.clone(), now));
    watched.told_gone &= missing;
    if missing && !watched.told_gone {
        match engine.store.record_gone(pair.id(), &pair.parameter, now).await {
            Ok(journalled) => {
                watched.told_gone = true;
                if journalled.is_some() {
                    tracing::error!(pair = %pair.id(), "the flag is missing: no guarded DAG works on either side");
                }
            }
            Err(error) => {
                tracing::error!(pair = %pair.id(), %error, "the flag is missing, and that could not be journalled")
            }
        }
        engine.refresh_records(&pair).await;
    }
    let moment = engine.clock.monotonic();
    let known = engine.board.snapshot().pair(pair.id()).is_some_and(|known| known.open.is_some());
    let due = match watched.looked {
        None => true,
        Some(looked) => {
            let since = moment.saturating_sub(looked);
            since >= FULL_LOOK_EVERY || (known && since >= OPEN_LOOK_EVERY)
        }
    };
    if due || watched.looked_at.as_ref() != Some(&flag) {
        match engine.reconcile(&pair).await {
            Ok(()) => {
                watched.looked = Some(moment);
                watched.looked_at = Some(flag);
            }
            Err(error) => {
                tracing::warn!(pair = %pair.id(), %error, "the journal could not be brought into line; the next poll tries again")
            }
        }
    }
}

/// Puts a reading of the flag onto the board, unless it is older than what is shown.
pub fn take_flag(known: &mut PairSnapshot, flag: Flag, now: Timestamp) {
    match known.flag.value() {
        Some(shown) if !flag.supersedes(shown) => {}
        _ => known.flag.succeed(flag, now),
    }
}

async fn environment(engine: Arc<Engine>, pair: Arc<Pair>, color: Color) {
    let mut pause = Pause::new(engine.settings.environment_interval);
    let name = pair.config.names.environment(color).to_owned();
    loop {
        let open = engine.traces.cycle("poll environment", || About::pair(pair.id()).side(color));
        let read = async {
            let read = pair.calls.counting(pair.ports.environments.read(&name)).await;
            if read.is_err() {
                traces::failed("not read");
            }
            read
        };
        let read = open.around(read).await;
        let good = read.is_ok();
        take_environment(&engine.board, engine.clock.now(), &pair, color, read.map_err(|error| error.message));
        tokio::time::sleep(pause.after(good, &engine)).await;
    }
}

/// Puts a reading of an environment onto the board.
pub(super) fn take_environment(
    board: &Board,
    now: Timestamp,
    pair: &Pair,
    color: Color,
    read: Result<Environment, String>,
) {
    board.update(pair.id(), now, |known| {
        let side = match color {
            Color::Blue => &mut known.blue,
            Color::Green => &mut known.green,
        };
        match read {
            Ok(environment) => side.succeed(environment, now),
            Err(message) => side.fail(message, now),
        }
    });
}

/// Readings age by themselves: whoever looks at a page is told when one becomes too old.
async fn ages(engine: Arc<Engine>) {
    loop {
        engine.board.look_at_ages(engine.clock.now());
        tokio::time::sleep(AGES_EVERY).await;
    }
}

/// Watches the store: whether it can be written, what other processes wrote, and that its head leaves it.
async fn store(engine: Arc<Engine>) {
    let mut head = None;
    let mut probed: Option<Duration> = None;
    let mut logged: Option<Duration> = None;
    loop {
        let moment = engine.clock.monotonic();
        if probed.is_none_or(|at| moment.saturating_sub(at) >= STORE_PROBE_EVERY) {
            probed = Some(moment);
            let written = engine.store.probe().await;
            let now = engine.clock.now();
            if let Err(error) = &written {
                tracing::error!(%error, "the journal cannot be written");
            }
            for pair in &engine.pairs {
                engine.board.update(pair.id(), now, |known| match &written {
                    Ok(()) => known.store.succeed((), now),
                    Err(error) => known.store.fail(error.outside().to_owned(), now),
                });
            }
        }
        match engine.store.head().await {
            Ok(latest) => {
                if head.is_some_and(|head| head != latest) {
                    for pair in &engine.pairs {
                        engine.refresh_records(pair).await;
                    }
                }
                head = Some(latest);
                if logged.is_none_or(|at| moment.saturating_sub(at) >= HEAD_EVERY) {
                    logged = Some(moment);
                    engine.log_head("daily").await;
                }
            }
            Err(error) => tracing::warn!(%error, "the store does not answer"),
        }
        // A maintenance ends by itself: whoever looks at a page is told then.
        let (known, now) = (engine.board.snapshot(), engine.clock.now());
        let ran_out = |pair: &&Arc<Pair>| {
            let declared = known.pair(pair.id()).and_then(|known| known.maintenance.as_ref());
            declared.is_some_and(|declared| !declared.stands(now))
        };
        for pair in engine.pairs.iter().filter(ran_out) {
            engine.refresh_records(pair).await;
        }
        super::spool::merge_folder(&engine).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// How long to wait between reads: jittered, and longer after failures in a row.
#[derive(Debug)]
pub(super) struct Pause {
    every: Duration,
    failures: u32,
}

/// Spreads the pollers without asking for real chance: each pause takes the next of these.
static TURN: AtomicU32 = AtomicU32::new(0);

impl Pause {
    pub(super) const fn new(every: Duration) -> Self {
        Self { every, failures: 0 }
    }

    pub(super) fn after(&mut self, good: bool, engine: &Engine) -> Duration {
        self.failures = if good { 0 } else { (self.failures + 1).min(10) };
        let pause = self.every * 2_u32.pow(self.failures);
        let turn = TURN.fetch_add(1, Ordering::Relaxed).wrapping_mul(2_654_435_761);
        let seed = u64::from(turn) ^ Millis(u64::try_from(engine.clock.monotonic().as_nanos() & 0xFFFF).unwrap_or(0)).0;
        let tenths = u32::try_from(seed % 21).unwrap_or(0);
        // Jitter only lengthens: the budget is counted on the interval itself.
        pause.min(LONGEST_PAUSE.max(self.every)) * (100 + tenths) / 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_of_500_pairs_takes_no_more_than_a_quarter_of_what_ssm_allows() {
        for pairs in [1, 9, 10, 11, 100, 500, 1000] {
            let every = interval(Duration::from_secs(2), pairs);
            let calls = f64::from(u32::try_from(pairs.div_ceil(10)).expect("few"));
            assert!(calls / every.as_secs_f64() <= 10.0, "{pairs} pairs: {calls} calls every {every:?}");
        }
        assert_eq!(interval(Duration::from_secs(2), 20), Duration::from_secs(2));
        assert_eq!(interval(Duration::from_secs(2), 500), Duration::from_secs(5));
    }
}
