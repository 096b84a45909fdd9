//! Ten thousand random schedules of two instances, an outsider, losses, delays, stale reads and crashes,
//! over the engine that production runs. After each, the journal is compared with what really happened.

mod support;

use std::{
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use proptest::prelude::*;
use support::{
    GRACE, Instance, World, folder,
    ssm::{PutFate, ReadFate, seeded},
};
use teal_domain::{
    OperationId,
    history::{HistoryQuery, Progress, What},
    switch::{Interleaving, Outcome},
};
use teal_server::store::{Store, verify::Verdict};

#[derive(Clone, Debug)]
enum Act {
    Click { instance: usize, emergency: bool, crash_at: Option<usize> },
    TwoClicks,
    Outsider { value: &'static str, describes: bool },
    Deletes,
    Reconcile { instance: usize },
    LateOneLands,
    Pass { seconds: u64 },
    Jump { seconds: i64 },
    PutWill(PutFate),
    ReadWill(ReadFate),
    HistoryWill(ReadFate),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let put =
        prop_oneof![Just(PutFate::LandsUnanswered), Just(PutFate::Lost), Just(PutFate::Late), Just(PutFate::Refused)];
    let read = || prop_oneof![(1_usize..3).prop_map(ReadFate::Stale), Just(ReadFate::Fails)];
    let act = prop_oneof![
        5 => (0_usize..2, prop::bool::weighted(0.2), prop::option::weighted(0.3, 0_usize..16))
            .prop_map(|(instance, emergency, crash_at)| Act::Click { instance, emergency, crash_at }),
        1 => Just(Act::TwoClicks),
        2 => (prop::sample::select(vec!["blue", "green", "purple"]), any::<bool>()).prop_map(|(value, describes)| Act::Outsider { value, describes }),
        1 => Just(Act::Deletes),
        2 => (0_usize..2).prop_map(|instance| Act::Reconcile { instance }),
        1 => Just(Act::LateOneLands),
        2 => (1_u64..900).prop_map(|seconds| Act::Pass { seconds }),
        1 => (-4000_i64..4000).prop_map(|seconds| Act::Jump { seconds }),
        3 => put.prop_map(Act::PutWill),
        2 => read().prop_map(Act::ReadWill),
        1 => read().prop_map(Act::HistoryWill),
    ];
    prop::collection::vec(act, 1..12)
}

async fn click(world: &World, teal: &Instance, emergency: bool, crash_at: Option<usize>) {
    let mut plan = teal.plan(&world.ssm.flag());
    if emergency {
        plan.kind = teal_domain::switch::Kind::Emergency;
    }
    let crash_at = crash_at.unwrap_or(usize::MAX);
    if let Some(result) = teal.switch_and_crash(plan, crash_at).await {
        result.expect("recorded");
        teal.engine.after_switch(&teal.pair).await;
    }
}

async fn play(store: Store, pair: &str, acts: &[Act]) -> Result<(), TestCaseError> {
    let world = World::in_store(store, pair);
    seeded(&world.ssm, 3);
    let instances = [world.instance().await, world.instance().await];
    instances[0].reconcile().await;
    for act in acts {
        match act {
            Act::Click { instance, emergency, crash_at } => {
                click(&world, &instances[*instance], *emergency, *crash_at).await
            }
            Act::TwoClicks => {
                tokio::join!(click(&world, &instances[0], false, None), click(&world, &instances[1], false, None));
            }
            Act::Outsider { value, describes } => world.ssm.outsider_puts(value, describes.then_some("deploy")),
            Act::Deletes => world.ssm.outsider_deletes(),
            Act::Reconcile { instance } => {
                drop(instances[*instance].engine.reconcile(&instances[*instance].pair).await)
            }
            Act::LateOneLands => world.ssm.late_one_lands(),
            Act::Pass { seconds } => world.clock.pass(Duration::from_secs(*seconds)),
            Act::Jump { seconds } => world.clock.jump(*seconds),
            Act::PutWill(fate) => world.ssm.puts_will([*fate]),
            Act::ReadWill(fate) => world.ssm.reads_will([*fate]),
            Act::HistoryWill(fate) => world.ssm.histories_will([*fate]),
        }
    }
    // The dust settles: what was delayed lands, time passes, the history can be read.
    world.ssm.heal();
    instances[0].reconcile().await;
    world.ssm.late_ones_land();
    instances[1].reconcile().await;
    world.clock.pass(GRACE * 20);
    for instance in &instances {
        instance.reconcile().await;
        instance.reconcile().await;
    }
    judge(&world, &instances[0]).await
}

async fn judge(world: &World, teal: &Instance) -> Result<(), TestCaseError> {
    let log = world.ssm.log();
    let mut by_operation: HashMap<OperationId, Vec<u64>> = HashMap::new();
    for write in &log {
        if let Some(id) = write.by {
            by_operation.entry(id).or_default().push(write.record.version.0);
            prop_assert!(write.record.value.color().is_some(), "our hand wrote {:?}", write.record.value);
        }
    }
    for (id, versions) in &by_operation {
        prop_assert_eq!(versions.len(), 1, "operation {} wrote {:?}", id, versions);
    }
    let mut sent = world.ssm.puts();
    sent.sort_unstable();
    let count = sent.len();
    sent.dedup();
    prop_assert_eq!(sent.len(), count, "a put was sent twice");

    let query = HistoryQuery::default();
    let records = teal.engine.store.history(teal.pair.id(), &query, 1000).await.expect("history").records;
    let deleted = log.iter().any(|write| write.incarnation > 0) || world.ssm.flag() == teal_domain::Flag::Missing;
    for record in &records {
        let Some(switch) = record.switch() else { continue };
        let Progress::Ended { outcome, .. } = &switch.progress else {
            return Err(TestCaseError::fail(format!("never ended: {record:?}")));
        };
        let written = by_operation.get(&switch.operation).map(|versions| versions[0]);
        let told = record.version().map(|version| version.0);
        match outcome {
            // A version that was deleted before anybody read it leaves no trace; then Teal must not claim
            // to know.
            Outcome::Undetermined { .. } if told.is_none() => {
                prop_assert!(deleted, "undetermined without cause: {:?}", record)
            }
            Outcome::NotLanded if told.is_none() && written.is_some() => {
                prop_assert!(deleted, "said not landed, but it wrote version {:?}: {:?}", written, record);
            }
            _ => prop_assert_eq!(told, written, "{:?}", record),
        }
        if let Outcome::Landed { interleaving: Interleaving::None, version, .. } = outcome {
            let expected = switch.base.version().map_or(1, |base| base.0 + 1);
            prop_assert_eq!(version.0, expected);
        }
        let was_sent = sent.binary_search(&switch.operation).is_ok();
        if matches!(outcome, Outcome::Moved { .. } | Outcome::NothingToDo | Outcome::Expired)
            && switch.base.version().is_some()
        {
            prop_assert!(!was_sent, "says that nothing was put, and a put was sent: {:?}", record);
        }
    }

    // Each version of the life that can still be read is in the journal exactly once, with its author.
    let latest = log.iter().map(|write| write.incarnation).max().unwrap_or(0);
    let mut journalled: BTreeMap<i64, usize> = BTreeMap::new();
    for record in &records {
        if let What::External(change) = &record.what {
            *journalled.entry(change.written_at.0).or_default() += 1;
        }
    }
    let readable = world.ssm.flag() != teal_domain::Flag::Missing;
    for write in log.iter().filter(|write| readable && write.incarnation == latest) {
        let external = journalled.get(&write.record.modified_at.0).copied().unwrap_or(0);
        let switches = records
            .iter()
            .filter(|record| record.switch().is_some_and(|switch| Some(switch.operation) == write.by))
            .count();
        match write.by {
            None => prop_assert_eq!(external, 1, "version {} of somebody else", write.record.version),
            Some(id) => {
                prop_assert_eq!(external, 0, "version {} is {}'s, not an outsider's", write.record.version, id);
                prop_assert_eq!(switches, 1);
            }
        }
    }
    Ok(())
}

/// As many as the issue asks for, over a few threads with a store each.
const SCHEDULES: u32 = 10_000;
const THREADS: u32 = 2;

#[test]
fn ten_thousand_random_fault_schedules_end_with_a_true_record() {
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                let folder = folder();
                let store = runtime.block_on(Store::open(&folder.path().join("teal.db"))).expect("a store");
                let number = AtomicUsize::new(0);
                let config = ProptestConfig {
                    cases: SCHEDULES / THREADS,
                    failure_persistence: None,
                    ..ProptestConfig::default()
                };
                let mut runner = proptest::test_runner::TestRunner::new(config);
                let result = runner.run(&acts(), |acts| {
                    let pair = format!("p{}", number.fetch_add(1, Ordering::Relaxed));
                    runtime.block_on(play(store.clone(), &pair, &acts))
                });
                if let Err(error) = result {
                    panic!("{error}");
                }
                let head = runtime.block_on(store.head()).expect("a head");
                assert_eq!(
                    runtime.block_on(store.verify(Some(head))).expect("read"),
                    Verdict::Holds(head),
                    "the hash chain verifies"
                );
            });
        }
    });
}
