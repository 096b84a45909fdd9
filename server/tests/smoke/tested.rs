//! A pair whose standby is smoke-tested, and what a test asks of it.

use teal_domain::{
    Actor,
    policy::SmokeRules,
    smoke::{Fate, SmokeEnd, SmokeRecord},
};
use teal_server::engine::smoke::NotTested;

use crate::{
    scene::{GREEN, Scene},
    support::Instance,
};

/// `orders` and `customers` are tested on green, where both are paused.
pub async fn scene() -> Scene {
    scene_of(&["orders", "customers"]).await
}

pub async fn scene_of(dags: &[&str]) -> Scene {
    let dags = dags.iter().map(|dag| (*dag).to_owned()).collect();
    Scene::with(|policy| policy.smoke = SmokeRules { dags, ..SmokeRules::default() }).await
}

/// The DAGs of green are unpaused there, as under `flag-only`.
pub fn awake(scene: &Scene) {
    scene.airflow.change(GREEN, |side| {
        for dag in ["orders", "customers"] {
            side.dag(dag).paused = false;
        }
    });
}

pub async fn begin(scene: &Scene) -> Result<u64, NotTested> {
    scene.teal.engine.begin_smoke(&scene.teal.pair, &Actor::page("ana")).await.expect("a store")
}

pub async fn look(scene: &Scene) {
    look_on(&scene.teal).await;
}

pub async fn look_on(teal: &Instance) {
    teal.engine.go_on_with_smoke(&teal.pair).await.expect("a store");
}

pub async fn test(scene: &Scene, seq: u64) -> SmokeRecord {
    let found = scene.world.store.record(&scene.world.pair, seq).await.expect("a store").expect("a record");
    found.0.smoke().expect("a smoke test").clone()
}

pub async fn end(scene: &Scene, seq: u64) -> SmokeEnd {
    test(scene, seq).await.end.expect("it has ended").1
}

pub fn fates(end: &SmokeEnd) -> Vec<(&str, &Fate)> {
    end.results.iter().map(|result| (result.dag.as_str(), &result.fate)).collect()
}

/// Whether a run of the test is there.
pub fn begun(scene: &Scene, dag: &str) -> bool {
    scene.airflow.change(GREEN, |side| side.dag(dag).runs.iter().any(|run| run.id.starts_with("teal_smoke__")))
}
