//! The lineage service is read here, on a clock of its own and in the background: a page asks the board, so that however slow
//! or far away the service is, no page waits for it. Nothing of it keeps anybody from switching.

use std::{sync::Arc, time::Duration};

use teal_domain::{
    Color, Reading,
    lineage::{Lineage, Setup},
};
use tokio::time::sleep;

use super::{Engine, Pair, watch::Pause};
use crate::{
    marquez::{Marquez, MarquezError},
    traces::{self, About},
};

/// How often its health and its namespaces are read.
const OFTEN: Duration = Duration::from_secs(60);
/// How often jobs and events are read: it looks up the runs of each job for that.
const SELDOM: Duration = Duration::from_secs(180);
/// The pairs of a fleet begin one after the other.
const APART: Duration = Duration::from_millis(500);

/// What is read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whether it is well, and which namespaces it has.
    Health,
    /// The jobs of both sides, and the events of the last days.
    Work,
}

/// Starts the pollers of every pair whose lineage service may be asked. They run until the process ends.
pub(super) fn start(engine: &Arc<Engine>) {
    let mut first = Duration::ZERO;
    for pair in engine.pairs.iter().filter(|pair| pair.config.lineage.asks()) {
        for (part, every) in [(Part::Health, OFTEN), (Part::Work, SELDOM)] {
            tokio::spawn(keep(engine.clone(), pair.clone(), part, every, first));
        }
        first += APART;
    }
}

async fn keep(engine: Arc<Engine>, pair: Arc<Pair>, part: Part, every: Duration, first: Duration) {
    let mut pause = Pause::new(every);
    sleep(first).await;
    let client = match Marquez::new(&pair.config.lineage) {
        Ok(client) => client,
        Err(error) => {
            // Nothing that is asked later would be another one's fault.
            tracing::error!(pair = %pair.id(), %error, "the lineage service cannot be asked");
            Reader { engine: &engine, pair: &pair }.write(|all| &mut all.health, Err(error));
            return;
        }
    };
    loop {
        let word = match part {
            Part::Health => "health",
            Part::Work => "work",
        };
        let open = engine.traces.cycle("poll lineage", || About::pair(pair.id()).word("teal.read", word));
        let good = open.around(read(&engine, &pair, &client, part)).await;
        sleep(pause.after(good, &engine)).await;
    }
}

/// Reads a part, and writes it to the board; whether all of it could be read.
pub async fn read(engine: &Engine, pair: &Pair, client: &Marquez, part: Part) -> bool {
    let (setup, reader) = (&pair.config.lineage, Reader { engine, pair });
    let good = match part {
        Part::Health => reader.health(client, setup).await,
        Part::Work => reader.work(client, setup).await,
    };
    if !good {
        traces::failed("not read");
    }
    good
}

struct Reader<'a> {
    engine: &'a Engine,
    pair: &'a Pair,
}

impl Reader<'_> {
    async fn health(&self, client: &Marquez, setup: &Setup) -> bool {
        let well = self.write(|all| &mut all.health, client.health().await);
        if setup.api.is_none() {
            return well;
        }
        self.write(|all| &mut all.namespaces, client.namespaces(setup).await) && well
    }

    /// One after the other: the service has its own work to do.
    async fn work(&self, client: &Marquez, setup: &Setup) -> bool {
        if setup.api.is_none() {
            return true;
        }
        let mut good = true;
        for color in Color::BOTH {
            let jobs = client.jobs(setup.namespace(color)).await;
            good &= self.write(|all| all.jobs_mut(color), jobs);
        }
        let board = self.engine.board.snapshot();
        let known = board.pair(self.pair.id()).and_then(|known| known.lineage.days.value().cloned());
        let days = client.days(self.engine.clock.now(), &known.unwrap_or_default()).await;
        self.write(|all| &mut all.days, days) && good
    }

    fn write<T>(&self, field: impl FnOnce(&mut Lineage) -> &mut Reading<T>, found: Result<T, MarquezError>) -> bool {
        let (good, now) = (found.is_ok(), self.engine.clock.now());
        self.engine.board.update(self.pair.id(), now, |known| {
            let reading = field(Arc::make_mut(&mut known.lineage));
            match found {
                Ok(value) => reading.succeed(value, now),
                Err(error) => reading.fail(error.to_string(), now),
            }
        });
        good
    }
}
