//! What was read stands on the board, from where pages take it.

use std::sync::Arc;

use teal_domain::{Color, lineage::Lineage};
use teal_server::{
    engine::{
        Engine, Pair, Ports, Settings,
        lineage::{Part, read},
    },
    marquez::Marquez,
};

use super::{
    BLUE, Served, Version, marquez, setup,
    support::{GRACE, World, folder},
};

struct Teal {
    engine: Arc<Engine>,
    pair: Arc<Pair>,
    client: Marquez,
    _folder: tempfile::TempDir,
}

impl Teal {
    async fn asking(address: &str) -> Self {
        let folder = folder();
        let world = World::new(folder.path()).await;
        let mut config = world.config();
        config.lineage = setup(address);
        let client = Marquez::new(&config.lineage).expect("a client");
        let ports = Ports {
            flag: world.ssm.clone(),
            environments: world.environments.clone(),
            trail: None,
            around: None,
            bill: None,
            prices: None,
        };
        let pair = Arc::new(Pair::new(config, ports, Arc::default()));
        let every = std::time::Duration::from_secs(600);
        let settings = Settings {
            flag_interval: every,
            environment_interval: every,
            surroundings_interval: every,
            grace: GRACE,
            spool: None,
        };
        let engine = Engine::new(vec![pair.clone()], world.store.clone(), world.clock.clone(), settings);
        Self { engine: engine.await.expect("an engine"), pair, client, _folder: folder }
    }

    async fn reads(&self, part: Part) -> bool {
        read(&self.engine, &self.pair, &self.client, part).await
    }

    fn known(&self) -> Arc<Lineage> {
        self.engine.board.snapshot().pair(self.pair.id()).expect("a pair").lineage.clone()
    }
}

#[tokio::test]
async fn what_was_good_stays_with_the_error_beside_it_when_the_service_goes_away() {
    let runs: &[&str] = &["2026-11-27T11:00:00Z"];
    let served = Served::new(marquez(Version::Later, &[(BLUE, &[("orders", "FAILED", runs)])])).await;
    let teal = Teal::asking(&served.address).await;
    assert_eq!(teal.known().setup.namespace(Color::Blue), BLUE, "what config says is there from the first");
    assert!(teal.reads(Part::Health).await && teal.reads(Part::Work).await);
    let known = teal.known();
    assert_eq!(known.blue.value().expect("jobs").failed().len(), 1);
    assert_eq!((known.green.value().expect("none").jobs.len(), known.days.value().expect("days").len()), (0, 7));
    assert!(known.health.value().is_some() && known.namespaces.value().expect("namespaces").blue);
    served.end().await;
    assert!(!teal.reads(Part::Health).await && !teal.reads(Part::Work).await);
    let after = teal.known();
    assert_eq!(after.blue.value(), known.blue.value());
    for error in [after.health.error(), after.namespaces.error(), after.blue.error(), after.days.error()] {
        assert!(error.expect("an error").message.starts_with("it could not be reached"), "{error:?}");
    }
}

#[tokio::test]
async fn reading_the_same_again_is_nothing_new_to_whoever_follows_and_stays_on_the_server() {
    let runs: &[&str] = &["2026-11-27T11:00:00Z"];
    let served = Served::new(marquez(Version::Early, &[(BLUE, &[("orders", "COMPLETED", runs)])])).await;
    let teal = Teal::asking(&served.address).await;
    let before = teal.engine.board.snapshot().id;
    assert!(teal.reads(Part::Work).await);
    let published = teal.engine.board.subscribe().borrow().clone();
    assert!(published.snapshot.id > before, "pages draw themselves anew");
    let (_, live) = &published.live[teal.pair.id()];
    assert!(!live.contains("orders"), "{live}");
    assert!(teal.reads(Part::Work).await);
    assert_eq!(teal.engine.board.snapshot().id, published.snapshot.id);
}
