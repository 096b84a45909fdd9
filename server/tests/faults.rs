//! What happens to a switch when things go wrong. Each ends with the true outcome in the journal.

mod support;

use std::{sync::Arc, time::Duration};

use support::{
    GRACE, Instance, World, folder,
    ssm::{PutFate, ReadFate, seeded},
};
use teal_domain::{
    Color, Flag, FlagValue, FlagVersion,
    history::{HistoryQuery, Progress, Record, What},
    journal::Listed,
    switch::{Effect, Interleaving, Outcome, Refusal, Verification},
};
use teal_server::{
    engine::switch::Witness,
    store::{Store, verify::Verdict},
};
use tokio::sync::Notify;

fn outcome(record: &Record) -> &Outcome {
    match &record.switch().expect("a switch").progress {
        Progress::Ended { outcome, .. } => outcome,
        other => panic!("it has not ended: {other:?}"),
    }
}

fn landed(record: &Record) -> (u64, Interleaving) {
    match outcome(record) {
        Outcome::Landed { version, interleaving, .. } => (version.0, *interleaving),
        other => panic!("it did not land: {other:?}"),
    }
}

async fn history(instance: &Instance) -> Vec<Record> {
    instance.engine.store.history(instance.pair.id(), &HistoryQuery::default(), 100).await.expect("history").records
}

async fn again(instance: &Instance, record: &Record) -> Record {
    instance.engine.store.record(instance.pair.id(), record.seq).await.expect("a store").expect("a record").0
}

async fn a_world() -> (tempfile::TempDir, World, Instance) {
    let folder = folder();
    let world = World::new(folder.path()).await;
    seeded(&world.ssm, 31);
    let teal = world.instance().await;
    teal.reconcile().await;
    (folder, world, teal)
}

#[tokio::test]
async fn a_switch_that_goes_well_is_one_version_with_its_author_and_its_times() {
    let (_folder, world, teal) = a_world().await;
    let plan = teal.plan(&world.ssm.flag());
    let record = teal.engine.switch(&teal.pair, plan.clone()).await.expect("recorded");
    assert_eq!(landed(&record), (32, Interleaving::None));
    assert!(record.flip().is_some());
    teal.reconcile().await;
    assert_eq!(world.ssm.puts(), [plan.operation]);
    let current = teal.engine.store.current(&teal.pair.parameter).await.expect("a store").expect("a record");
    assert_eq!(current.seq, record.seq, "the version belongs to the switch");
    assert!(!history(&teal).await.iter().any(Record::unexplained));
}

#[tokio::test]
async fn row_45_a_put_from_outside_appears_once_and_is_marked_external() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.outsider_puts("green", None);
    teal.reconcile().await;
    teal.reconcile().await;
    let external: Vec<_> = history(&teal).await.into_iter().filter(Record::unexplained).collect();
    assert_eq!(external.len(), 1);
    assert_eq!(external[0].version(), Some(FlagVersion(32)));
}

#[tokio::test]
async fn an_outsider_who_omits_the_description_does_not_pass_for_teal() {
    let (_folder, world, teal) = a_world().await;
    let plan = teal.plan(&world.ssm.flag());
    teal.engine.switch(&teal.pair, plan).await.expect("recorded");
    world.ssm.outsider_puts("blue", None);
    assert!(world.ssm.log().last().expect("a write").record.operation().is_some(), "SSM carried the description over");
    teal.reconcile().await;
    let newest = &history(&teal).await[0];
    assert!(matches!(newest.what, What::External(_)) && newest.unexplained());
}

#[tokio::test]
async fn a_switch_to_the_live_side_puts_nothing_and_says_so() {
    let (_folder, world, teal) = a_world().await;
    let flag = world.ssm.flag();
    let plan = teal.plan_to(&flag, flag.color().expect("a side"));
    let record = teal.engine.switch(&teal.pair, plan).await.expect("recorded");
    assert_eq!(*outcome(&record), Outcome::NothingToDo);
    assert!(world.ssm.puts().is_empty());
}

#[tokio::test]
async fn of_two_operators_at_once_one_switches_and_the_other_is_asked_again() {
    let (_folder, world, teal) = a_world().await;
    let other = world.instance().await;
    let flag = world.ssm.flag();
    let (mine, theirs) = (teal.plan(&flag), other.plan(&flag));
    let (a, b) = tokio::join!(teal.engine.switch(&teal.pair, mine), other.engine.switch(&other.pair, theirs));
    let outcomes = [a.expect("recorded"), b.expect("recorded")];
    assert_eq!(world.ssm.puts().len(), 1);
    assert_eq!(outcomes.iter().filter(|record| matches!(outcome(record), Outcome::Landed { .. })).count(), 1);
    assert_eq!(outcomes.iter().filter(|record| matches!(outcome(record), Outcome::Moved { .. })).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_40_a_hundred_confirmations_of_one_form_over_two_instances_put_once() {
    let (_folder, world, teal) = a_world().await;
    let other = world.instance().await;
    let plan = teal.plan(&world.ssm.flag());
    let clicks = (0..100).map(|n| {
        let instance = if n % 2 == 0 { &teal } else { &other };
        instance.engine.switch(&instance.pair, plan.clone())
    });
    for record in futures::future::join_all(clicks).await {
        assert_eq!(record.expect("recorded").switch().expect("a switch").operation, plan.operation);
    }
    assert_eq!(world.ssm.puts(), [plan.operation]);
}

#[tokio::test]
async fn row_43_a_timeout_that_landed_is_found_in_the_history() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.puts_will([PutFate::LandsUnanswered]);
    let record = teal
        .engine
        .switch_witnessed(&teal.pair, teal.plan(&world.ssm.flag()), &teal_server::engine::switch::Nobody)
        .await
        .expect("recorded");
    assert!(matches!(record.switch().expect("a switch").progress, Progress::Unknown { .. }), "the page says unknown");
    teal.reconcile().await;
    let record = again(&teal, &record).await;
    assert!(matches!(
        outcome(&record),
        Outcome::Landed { version: FlagVersion(32), verification: Verification::History { .. }, .. }
    ));
    assert_eq!(world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_43_a_timeout_that_was_lost_is_settled_after_the_grace_period_and_not_before() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.puts_will([PutFate::Lost]);
    let record = teal.engine.switch(&teal.pair, teal.plan(&world.ssm.flag())).await.expect("recorded");
    teal.reconcile().await;
    world.clock.pass(GRACE.saturating_sub(Duration::from_secs(5)));
    teal.reconcile().await;
    assert!(matches!(again(&teal, &record).await.switch().expect("a switch").progress, Progress::Unknown { .. }));
    world.clock.pass(Duration::from_secs(6));
    teal.reconcile().await;
    assert_eq!(*outcome(&again(&teal, &record).await), Outcome::NotLanded);
}

#[tokio::test]
async fn row_43_a_timeout_that_lands_late_corrects_the_record() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.puts_will([PutFate::Late]);
    let record = teal.engine.switch(&teal.pair, teal.plan(&world.ssm.flag())).await.expect("recorded");
    teal.reconcile().await;
    world.clock.pass(GRACE * 2);
    teal.reconcile().await;
    assert_eq!(*outcome(&again(&teal, &record).await), Outcome::NotLanded);
    world.ssm.late_ones_land();
    teal.reconcile().await;
    let corrected = again(&teal, &record).await;
    assert_eq!(corrected.switch().expect("a switch").landed_late, Some(FlagVersion(32)));
    assert_eq!(corrected.version(), Some(FlagVersion(32)));
    assert!(!history(&teal).await.iter().any(Record::unexplained), "the version is the switch's own");
}

#[tokio::test]
async fn a_clock_that_jumps_an_hour_does_not_settle_an_unknown_outcome() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.puts_will([PutFate::Late]);
    let record = teal.engine.switch(&teal.pair, teal.plan(&world.ssm.flag())).await.expect("recorded");
    teal.reconcile().await;
    world.clock.jump(3600);
    teal.reconcile().await;
    assert!(matches!(again(&teal, &record).await.switch().expect("a switch").progress, Progress::Unknown { .. }));
    world.clock.jump(-7200);
    world.ssm.late_ones_land();
    teal.reconcile().await;
    assert_eq!(landed(&again(&teal, &record).await).0, 32);
}

#[tokio::test]
async fn while_an_outcome_is_unknown_others_wait_unless_it_is_an_emergency() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.puts_will([PutFate::Lost]);
    let unknown = teal.engine.switch(&teal.pair, teal.plan(&world.ssm.flag())).await.expect("recorded");
    let refused = teal.engine.switch(&teal.pair, teal.plan(&world.ssm.flag())).await.expect("recorded");
    let waits_for = unknown.switch().expect("a switch").operation;
    assert_eq!(*outcome(&refused), Outcome::Refused { refusal: Refusal::WaitsFor { operation: waits_for } });
    let mut emergency = teal.plan(&world.ssm.flag());
    emergency.kind = teal_domain::switch::Kind::Emergency;
    let record = teal.engine.switch(&teal.pair, emergency).await.expect("recorded");
    assert_eq!(landed(&record).0, 32);
}

#[tokio::test]
async fn row_42_throttling_and_server_errors_never_write_twice_for_one_click() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.puts_will([PutFate::Refused]);
    let record = teal.engine.switch(&teal.pair, teal.plan(&world.ssm.flag())).await.expect("recorded");
    assert!(
        matches!(outcome(&record), Outcome::Refused { refusal: Refusal::Rejected { code, .. } } if code == "ThrottlingException")
    );
    assert_eq!(world.ssm.puts().len(), 1, "the put is not tried again");
    assert_eq!(world.ssm.flag().version(), Some(FlagVersion(31)));
}

#[tokio::test]
async fn a_flag_that_cannot_be_read_again_stops_the_switch() {
    let (_folder, world, teal) = a_world().await;
    let plan = teal.plan(&world.ssm.flag());
    world.ssm.reads_will([ReadFate::Fails]);
    let record = teal.engine.switch(&teal.pair, plan).await.expect("recorded");
    assert!(matches!(outcome(&record), Outcome::Refused { refusal: Refusal::Unreadable { .. } }));
    assert!(world.ssm.puts().is_empty());
}

#[tokio::test]
async fn somebody_who_writes_between_reading_again_and_the_put_is_told_of() {
    let (_folder, world, teal) = a_world().await;
    let plan = teal.plan(&world.ssm.flag());
    world.ssm.outsider_puts("blue", Some("deploy"));
    // The read before the put is stale: it does not show the outsider's version.
    world.ssm.reads_will([ReadFate::Stale(1)]);
    let record = teal.engine.switch(&teal.pair, plan).await.expect("recorded");
    assert_eq!(landed(&record), (33, Interleaving::SomebodyWrote));
}

#[tokio::test]
async fn a_flag_that_holds_purple_is_repaired_by_a_confirmed_switch() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.outsider_puts("purple", Some("oops"));
    teal.reconcile().await;
    let flag = world.ssm.flag();
    assert!(matches!(&flag, Flag::Present { value: FlagValue::Invalid(text), .. } if text == "purple"));
    let record = teal.engine.switch(&teal.pair, teal.plan_to(&flag, Color::Green)).await.expect("recorded");
    assert_eq!(landed(&record).0, 33);
    assert_eq!(world.ssm.flag().color(), Some(Color::Green));
}

#[tokio::test]
async fn a_deleted_flag_is_created_and_whoever_creates_it_first_wins() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.outsider_deletes();
    let (mine, theirs) = (teal.plan_to(&Flag::Missing, Color::Green), teal.plan_to(&Flag::Missing, Color::Blue));
    let record = teal.engine.switch(&teal.pair, mine).await.expect("recorded");
    assert_eq!(landed(&record), (1, Interleaving::None));
    // The second one's read is stale and still finds nothing: only `Overwrite=false` stops it.
    world.ssm.reads_will([ReadFate::Stale(1)]);
    let lost = teal.engine.switch(&teal.pair, theirs).await.expect("recorded");
    assert!(matches!(outcome(&lost), Outcome::Moved { .. }), "{:?}", outcome(&lost));
    assert_eq!(world.ssm.flag().color(), Some(Color::Green));
    teal.reconcile().await;
    assert!(
        history(&teal).await.iter().any(|record| matches!(record.what, What::MadeAnew { .. })),
        "a version that went down is a new life of the parameter"
    );
}

#[tokio::test]
async fn row_44_after_a_crash_at_any_step_the_true_outcome_is_found() {
    for fate in [PutFate::Lands, PutFate::LandsUnanswered, PutFate::Lost, PutFate::Late] {
        for step in 0..14 {
            let (_folder, world, teal) = a_world().await;
            world.ssm.puts_will([fate]);
            let plan = teal.plan(&world.ssm.flag());
            let finished = teal.switch_and_crash(plan.clone(), step).await.is_some();
            let next = world.instance().await;
            next.reconcile().await;
            world.clock.pass(GRACE * 2);
            next.reconcile().await;
            world.ssm.late_ones_land();
            next.reconcile().await;
            let written =
                world.ssm.log().iter().find(|write| write.by == Some(plan.operation)).map(|write| write.record.version);
            let record = next.engine.store.record_of(plan.operation).await.expect("a store");
            let context = format!("{fate:?} at step {step} (finished: {finished}): {record:?}");
            match record {
                // The crash came before the intent was on disk: then nothing was put.
                None => assert_eq!(written, None, "{context}"),
                Some(record) => {
                    assert!(matches!(record.switch().expect("a switch").progress, Progress::Ended { .. }), "{context}");
                    assert_eq!(record.version(), written, "{context}");
                }
            }
            assert!(world.ssm.puts().len() <= 1, "{context}");
        }
    }
}

#[tokio::test]
async fn row_39_when_the_stores_file_is_gone_a_switch_is_refused_and_the_board_still_shows_the_flag() {
    let (folder, world, teal) = a_world().await;
    let now = world.ssm.flag();
    teal.engine.board.update(teal.pair.id(), teal.engine.clock.now(), |known| {
        known.flag.succeed(now.clone(), teal_domain::Timestamp(1))
    });
    std::fs::remove_file(folder.path().join("teal.db")).expect("removed");
    let plan = teal.plan(&now);
    teal.engine.switch(&teal.pair, plan).await.expect_err("it was refused");
    assert!(world.ssm.puts().is_empty());
    assert_eq!(teal.engine.board.snapshot().pairs[0].flag.value(), Some(&now));
}

#[tokio::test]
async fn row_39_when_the_disk_is_full_a_switch_is_refused() {
    let folder = folder();
    let path = folder.path().join("teal.db");
    let world = World::new(folder.path()).await;
    seeded(&world.ssm, 31);
    world.instance().await.reconcile().await;
    world.store.close().await;
    // A disk on which what is there fits, and nothing more.
    let pages = std::fs::metadata(&path).expect("a file").len() / 4096;
    let full =
        Store::open_with(&path, |options| options.pragma("max_page_count", pages.to_string())).await.expect("a store");
    let teal = world.instance_on(full).await;
    for _ in 0..200 {
        let sent = world.ssm.puts().len();
        let switched = teal.engine.switch(&teal.pair, teal.plan(&world.ssm.flag())).await;
        if let Err(error) = switched {
            assert!(error.to_string().contains("full"), "{error}");
            assert_eq!(world.ssm.puts().len(), sent, "nothing is switched that cannot be recorded");
            return;
        }
    }
    panic!("the disk never got full");
}

#[tokio::test]
async fn row_48_a_label_on_the_oldest_version_blocks_before_the_click() {
    let (_folder, world, teal) = a_world().await;
    world.ssm.label_oldest("keep");
    teal.reconcile().await;
    let snapshot = teal.engine.board.snapshot();
    let label = snapshot.pairs[0].label.clone().expect("a label");
    assert_eq!((label.version, label.puts_left), (FlagVersion(1), 69));
}

#[tokio::test]
async fn row_46_a_stale_read_never_moves_the_board_backwards() {
    let (_folder, world, teal) = a_world().await;
    let old = world.ssm.flag();
    world.ssm.outsider_puts("green", None);
    let new = world.ssm.flag();
    let now = teal.engine.clock.now();
    for flag in [old.clone(), new.clone(), old] {
        teal.engine.board.update(teal.pair.id(), now, |known| teal_server::engine::watch::take_flag(known, flag, now));
    }
    assert_eq!(teal.engine.board.snapshot().pairs[0].flag.value(), Some(&new));
}

#[tokio::test]
async fn an_emergency_that_was_spooled_while_the_store_was_away_is_merged_and_explains_its_version() {
    use teal_server::engine::{
        spool,
        switch::{Hands, Nobody, drive},
    };
    let (folder, world, teal) = a_world().await;
    let file = folder.path().join("night.spool");
    let mut plan = teal.plan(&world.ssm.flag());
    plan.kind = teal_domain::switch::Kind::Emergency;
    let spool = spool::Spool::open(&file).expect("a file");
    drive(plan.clone(), Hands { recorder: &spool, pair: &teal.pair, clock: &*world.clock, witness: &Nobody }).await;
    // The journal sees a version with an id that it does not know.
    teal.reconcile().await;
    let stray = history(&teal).await[0].clone();
    assert!(matches!(&stray.what, What::External(change) if change.foreign == Some(plan.operation)));
    for _ in 0..2 {
        assert_eq!(spool::merge(&teal.engine.store, &file).await.expect("merged"), [plan.operation]);
    }
    let record = teal.engine.store.record_of(plan.operation).await.expect("a store").expect("a record");
    assert_eq!(landed(&record).0, 32);
    assert!(record.switch().expect("a switch").spooled);
    assert_eq!(again(&teal, &stray).await.notes.len(), 1, "a second merge adds nothing");
    let emergencies = HistoryQuery { kind: Some(Listed::Emergency), ..HistoryQuery::default() };
    assert_eq!(teal.engine.store.history(teal.pair.id(), &emergencies, 10).await.expect("history").records.len(), 1);
}

#[tokio::test]
async fn after_everything_the_chain_verifies() {
    let (_folder, world, teal) = a_world().await;
    for fate in [PutFate::Lands, PutFate::Lost, PutFate::LandsUnanswered] {
        world.ssm.puts_will([fate]);
        teal.engine.switch(&teal.pair, teal.plan(&world.ssm.flag())).await.expect("recorded");
        world.clock.pass(GRACE * 2);
        teal.reconcile().await;
    }
    let head = teal.engine.store.head().await.expect("a head");
    assert_eq!(teal.engine.store.verify(Some(head)).await.expect("read"), Verdict::Holds(head));
}

/// Holds a switch right before its put, until it is let go.
struct Holds {
    there: Notify,
    go: Notify,
}

#[async_trait::async_trait]
impl Witness for Holds {
    async fn before(&self, effect: &Effect) {
        if *effect == Effect::Put {
            self.there.notify_one();
            self.go.notified().await;
        }
    }
    async fn after(&self, _: &Effect) {}
}

#[tokio::test]
async fn row_42_a_confirmation_that_is_sent_twice_leaves_the_first_its_lease_and_its_driver() {
    let (_folder, world, teal) = a_world().await;
    let plan = teal.plan(&world.ssm.flag());
    let holds = Arc::new(Holds { there: Notify::new(), go: Notify::new() });
    let (engine, pair, first, held) = (teal.engine.clone(), teal.pair.clone(), plan.clone(), holds.clone());
    let driver = tokio::spawn(async move { engine.switch_witnessed(&pair, first, &*held).await });
    holds.there.notified().await;

    let second = teal.engine.switch(&teal.pair, plan.clone()).await.expect("its record");
    assert!(matches!(second.switch().expect("a switch").progress, Progress::Begun | Progress::Unknown { .. }));
    let now = teal.engine.clock.now();
    let holder = world.store.lease_holder(teal.pair.id(), now).await.expect("a store");
    assert_eq!(holder.as_deref(), Some(&*plan.operation.to_string()), "the lease is still the first one's");
    let finished = tokio::time::timeout(Duration::from_millis(300), teal.engine.finish_switches());
    assert!(finished.await.is_err(), "whoever stops the process waits for it");

    holds.go.notify_one();
    let record = driver.await.expect("it ran").expect("recorded");
    assert_eq!(landed(&record), (32, Interleaving::None));
    assert_eq!(world.ssm.puts(), [plan.operation]);
    teal.engine.finish_switches().await;
}
