//! Drills over the engine that production runs: begun when they are due, driven from the journal, and whatever happens
//! meanwhile.

#[path = "drills/begun.rs"]
mod begun;
#[path = "drills/crashed.rs"]
mod crashed;
#[path = "drills/planned.rs"]
mod planned;
#[path = "drills/run.rs"]
mod run;
#[path = "follow/scene.rs"]
#[allow(dead_code, reason = "its own tests use more of it")]
mod scene;
mod support;

use std::time::Duration;

use scene::{BLUE, GREEN, Scene};
use support::Instance;
use teal_domain::{
    Actor, Color, Flag, Millis, OperationId, Reason, Timestamp,
    drill::{Criteria, DrillRecord, Ended, Kind, Late, Plan, PlansChange, When},
    history::{HistoryQuery, Record},
    journal::Listed,
    policy::Policy,
};

/// A pair with drills. What stands by is as it should be, so that a planned switch goes through.
struct Desk {
    scene: Scene,
}

impl Desk {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(policy: impl FnOnce(&mut Policy)) -> Self {
        Self { scene: Scene::with(policy).await }
    }

    fn now(&self) -> Timestamp {
        self.scene.teal.engine.clock.now()
    }

    fn pass(&self, span: Duration) {
        self.scene.world.clock.pass(span);
    }

    /// A plan of that kind, at ten minutes from now.
    fn plan(&self, kind: Kind) -> Plan {
        let now = self.now();
        let due = jiff::Timestamp::from_millisecond(now.0 + 600_000).expect("a moment");
        Plan {
            id: self.scene.teal.engine.new_operation(),
            pair: self.scene.world.pair.clone(),
            revision: 1,
            name: Reason::parse("Tuesday failover").expect("a name"),
            kind,
            when: When::Once { at: due.strftime("%Y-%m-%dT%H:%M:%S").to_string() },
            zone: "UTC".into(),
            window: Millis::from_secs(1_800),
            late: Late::Skip,
            hold: Millis::from_secs(300),
            flag_only: false,
            guards: Vec::new(),
            criteria: Criteria::default(),
            owner: Reason::parse("olga").expect("an owner"),
            notify: Vec::new(),
            change_ref: None,
            paused: false,
            changed_at: now,
            changed_by: Actor::page("olga"),
        }
    }

    async fn save(&self, plan: &Plan) {
        let teal = &self.scene.teal;
        let saved = teal.engine.save_drill(&teal.pair, plan, PlansChange::Made).await.expect("a store");
        saved.expect("it stands");
    }

    /// What the process does in ten seconds.
    async fn go_on(&self) {
        self.go_on_as(&self.scene.teal).await;
        self.pass(Duration::from_secs(10));
    }

    async fn go_on_as(&self, teal: &Instance) {
        self.scene.look_on(teal).await;
        teal.engine.go_on_with_drills(&teal.pair).await.expect("a store");
        let live = if self.live().await == Some(Color::Green) { GREEN } else { BLUE };
        self.scene.airflow.make_live(live);
        self.scene.look_on(teal).await;
        self.scene.follow_on(teal).await;
    }

    async fn go_on_for(&self, span: Duration) {
        let until = self.now() + Millis(u64::try_from(span.as_millis()).expect("short"));
        while self.now() < until {
            self.go_on().await;
        }
    }

    /// Until a run has ended, two hours at the most.
    async fn to_the_end(&self) -> Ended {
        for _ in 0..720 {
            self.go_on().await;
            if let Some((_, ended)) = self.latest().await.and_then(|drill| drill.end) {
                return ended;
            }
        }
        panic!("it never ended: {:?}", self.latest().await);
    }

    async fn until(&self, so: impl AsyncFn(&DrillRecord) -> bool) {
        for _ in 0..720 {
            self.go_on().await;
            if let Some(drill) = self.latest().await
                && so(&drill).await
            {
                return;
            }
        }
        panic!("it never came to pass: {:?}", self.latest().await);
    }

    async fn records(&self) -> Vec<Record> {
        let query = HistoryQuery { kind: Some(Listed::Drill), ..HistoryQuery::default() };
        self.scene.world.store.history(&self.scene.world.pair, &query, 100).await.expect("a store").records
    }

    /// The latest run.
    async fn latest(&self) -> Option<DrillRecord> {
        self.records().await.first().and_then(|record| record.drill().cloned())
    }

    async fn flag(&self) -> Flag {
        self.scene.flag().await
    }

    async fn live(&self) -> Option<Color> {
        self.flag().await.color()
    }

    /// How often Teal wrote the flag.
    fn writes(&self) -> usize {
        self.scene.world.ssm.log().iter().filter(|write| write.by.is_some()).count()
    }

    /// The switches of the latest run.
    async fn switches(&self) -> Vec<OperationId> {
        let drill = self.latest().await.expect("a run");
        drill.flip().into_iter().chain(drill.way_back()).map(|(operation, ..)| operation).collect()
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}
