//! What was paid is asked of Cost Explorer by the clock: at most four times a day and account, by all instances together, and
//! what it told is kept.

#[path = "costs/asked.rs"]
mod asked;
#[path = "costs/explorer.rs"]
mod explorer;
#[path = "costs/kept.rs"]
mod kept;
#[path = "costs/listed.rs"]
mod listed;
mod support;

use std::{sync::Arc, time::Duration};

use explorer::Explorer;
use support::{Instance, World, folder};
use teal_domain::{bill::Paid, time::Day};
use teal_server::store::Store;

/// A pair whose bill may be asked for. It is the 18th of November 2026, around noon.
struct Scene {
    world: World,
    teal: Instance,
    explorer: Arc<Explorer>,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|world| world).await
    }

    async fn with(change: impl FnOnce(World) -> World) -> Self {
        let folder = folder();
        let explorer = Arc::new(Explorer::default());
        let mut world = change(World::new(folder.path()).await);
        world.bill = Some(explorer.clone());
        let teal = world.instance().await;
        Self { world, teal, explorer, folder }
    }

    /// Another process on the same file, with connections of its own.
    async fn another(&self) -> Instance {
        let store = Store::open(&self.folder.path().join("teal.db")).await.expect("a store");
        self.world.instance_on(store).await
    }

    /// Teal looks whether something is due, some times within an hour.
    async fn look(&self) {
        for _ in 0..3 {
            self.teal.engine.ask_bills().await;
        }
    }

    async fn paid(&self) -> Paid {
        self.teal.engine.paid(&self.teal.pair).await.expect("what was paid")
    }

    /// So many days go by, in each of which Teal looks.
    async fn days(&self, days: u64) {
        for _ in 0..days {
            self.pass(24);
            self.look().await;
        }
    }

    fn pass(&self, hours: u64) {
        self.world.clock.pass(Duration::from_secs(hours * 3600));
    }

    /// What was asked since the last time that somebody wanted to know.
    fn asked(&self) -> Vec<String> {
        self.explorer.asked()
    }
}

fn day(word: &str) -> Day {
    Day::parse(word).expect("a day")
}
