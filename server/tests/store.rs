//! What the store promises: the journal only grows, what was changed behind its back is named, and two
//! processes on one file never get into each other's way.

#[path = "store/following.rs"]
mod following;
#[path = "store/observations.rs"]
mod observations;
mod support;

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
};

use proptest::prelude::*;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use support::{GRACE, World, folder, ssm::seeded};
use teal_domain::{
    Actor, Base, Color, FlagValue, FlagVersion, Incarnation, OperationId, PairId, Reason, Timestamp, VersionRecord,
    history::{HistoryQuery, Record, What},
    journal::{
        Body, Entry, Listed,
        chain::{Broken, Head},
    },
    switch::{Interleaving, Kind, Outcome, Plan, Verification},
};
use teal_server::store::{
    Draft, Store,
    lease::{LIVES, Lease},
    operations::{Intent, Mark},
    verify::Verdict,
};

const FLAG: &str = "us-east-2:/dev/active";

fn dev() -> PairId {
    "dev".parse().expect("a pair")
}

fn reason(text: &str) -> Reason {
    Reason::parse(text).expect("a reason")
}

async fn a_store(folder: &Path) -> Store {
    Store::open(&folder.join("teal.db")).await.expect("a store")
}

fn draft(actor: Actor, at: i64, body: Body) -> Draft {
    let parameter = matches!(body, Body::Version { .. }).then(|| FLAG.to_owned());
    Draft { at: Timestamp(at), pair: dev(), actor, body, parameter }
}

fn version(number: u64, value: &str, at: i64) -> Body {
    Body::Version {
        incarnation: Incarnation(0),
        record: VersionRecord {
            version: FlagVersion(number),
            value: FlagValue::parse(value),
            modified_at: Timestamp(at),
            modified_by: Some("arn:somebody".into()),
            description: None,
            labels: vec![],
        },
        previous: None,
        wrote: None,
        first_with: None,
        imported: false,
        carried_over: false,
    }
}

fn plan(number: u128, kind: Kind, target: Color) -> Plan {
    let now = Timestamp(1_000_000);
    Plan {
        operation: OperationId::new(now, number),
        pair: dev(),
        kind,
        from: Some(target.other()),
        target,
        base: Base::Version { version: FlagVersion(31), modified_at: None },
        actor: Actor::page("ana"),
        reason: reason("because"),
        confirmed_at: now,
        expires_at: now + Plan::CONFIRMATION_LIVES,
        approval: None,
        unproven: false,
        change_ref: None,
        overridden: Vec::new(),
        reverts: None,
        maintenance: None,
        drill: None,
        flag_only: false,
        preflight: None,
    }
}

const fn landed(version: u64) -> Outcome {
    Outcome::Landed {
        version: FlagVersion(version),
        interleaving: Interleaving::None,
        verification: Verification::Read,
    }
}

/// A journal with one of each sort of column filled: external versions, a switch with its steps, a note.
async fn filled(store: &Store) -> Head {
    for number in 1..=4_u64 {
        let color = if number.is_multiple_of(2) { "green" } else { "blue" };
        let at = i64::try_from(number).expect("few") * 1000;
        store
            .append(draft(Actor::outside(Some("arn:somebody")), at, version(number, color, at)))
            .await
            .expect("appended");
    }
    let plan = plan(1, Kind::Planned, Color::Blue);
    store.record_intent(&plan, plan.confirmed_at, false).await.expect("recorded");
    store.mark_put(&plan, plan.confirmed_at).await.expect("marked");
    store.record_outcome(&plan, landed(5), None, plan.confirmed_at).await.expect("recorded");
    store
        .record_note(&dev(), 2, &Actor::page("ben"), reason("that was me"), plan.confirmed_at)
        .await
        .expect("noted")
        .expect("a record");
    store.head().await.expect("a head")
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.expect("the file")
}

/// Somebody with the file in hand removes what protects it, and changes it.
async fn tamper(path: &Path, sql: &[&'static str]) {
    let mut file = raw(path).await;
    for statement in ["DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete"].iter().chain(sql) {
        let done =
            sqlx::query(*statement).execute(&mut file).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert!(statement.starts_with("DROP") || done.rows_affected() > 0, "{statement} changed nothing");
    }
    file.close().await.expect("closed");
}

async fn verdict_after(sql: &[&'static str]) -> Verdict {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let head = filled(&store).await;
    assert_eq!(store.verify(None).await.expect("read"), Verdict::Holds(head), "it held before");
    tamper(store.path(), sql).await;
    store.verify(None).await.unwrap_or_else(|error| panic!("{sql:?}: {error}"))
}

#[tokio::test]
async fn the_journal_refuses_updates_and_deletes_from_whoever_opens_the_file() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let head = filled(&store).await;
    let mut file = raw(store.path()).await;
    for statement in [
        "UPDATE journal SET actor = 'nobody' WHERE seq = 1",
        "UPDATE journal SET seq = 100 WHERE seq = 8",
        "DELETE FROM journal WHERE seq = 8",
        "DELETE FROM journal",
    ] {
        let refused = sqlx::query(statement).execute(&mut file).await.expect_err(statement);
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
    assert_eq!(store.verify(Some(head)).await.expect("read"), Verdict::Holds(head));
}

#[tokio::test]
async fn row_54_an_edited_entry_is_named() {
    for (sql, seq) in [
        ("UPDATE journal SET body = replace(body, 'because', 'no reason') WHERE seq = 5", 5),
        ("UPDATE journal SET body = 'not json' WHERE seq = 5", 5),
        ("UPDATE journal SET actor = 'eve' WHERE seq = 3", 3),
        ("UPDATE journal SET at = at - 1 WHERE seq = 1", 1),
        ("UPDATE journal SET pair = 'prod' WHERE seq = 8", 8),
        ("UPDATE journal SET via = 'page' WHERE seq = 2", 2),
        (
            "UPDATE journal SET hash = substr(hash, 1, 63) || CASE substr(hash, 64) WHEN '0' THEN '1' ELSE '0' END WHERE seq = 8",
            8,
        ),
        // What is not even of the right sort is an edit like any other, and its entry is named too.
        ("UPDATE journal SET hash = 'gone' WHERE seq = 4", 4),
        ("UPDATE journal SET hash = upper(hash) WHERE seq = 4", 4),
        ("UPDATE journal SET prev = '' WHERE seq = 4", 4),
        ("UPDATE journal SET at = 'yesterday' WHERE seq = 6", 6),
        ("UPDATE journal SET version = 'two' WHERE seq = 2", 2),
    ] {
        assert_eq!(verdict_after(&[sql]).await, Verdict::Broken(Broken::Edited(seq)), "{sql}");
    }
}

#[tokio::test]
async fn row_54_a_column_edited_without_its_body_is_found() {
    for (sql, seq) in [
        ("UPDATE journal SET listed = NULL WHERE seq = 5", 5),
        ("UPDATE journal SET listed = 'repair' WHERE seq = 5", 5),
        ("UPDATE journal SET kind = 'unknown' WHERE seq = 6", 6),
        ("UPDATE journal SET color = 'blue' WHERE seq = 2", 2),
        ("UPDATE journal SET operation = NULL WHERE seq = 7", 7),
        ("UPDATE journal SET about = 3 WHERE seq = 8", 8),
        ("UPDATE journal SET incarnation = 1 WHERE seq = 1", 1),
        ("UPDATE journal SET version = 40 WHERE seq = 4", 4),
        ("UPDATE journal SET modified_at = 0 WHERE seq = 4", 4),
        ("UPDATE journal SET parameter = 'elsewhere' WHERE seq = 4", 4),
        ("UPDATE journal SET parameter = NULL WHERE seq = 4", 4),
        ("UPDATE journal SET parameter = '' WHERE seq = 8", 8),
    ] {
        assert_eq!(verdict_after(&[sql]).await, Verdict::Broken(Broken::Edited(seq)), "{sql}");
    }
}

#[tokio::test]
async fn row_54_a_deleted_entry_is_named() {
    let first = verdict_after(&["DELETE FROM journal WHERE seq = 1"]).await;
    assert_eq!(first, Verdict::Broken(Broken::Missing { expected: 1, found: 2 }));
    let middle = verdict_after(&["DELETE FROM journal WHERE seq IN (4, 5)"]).await;
    assert_eq!(middle, Verdict::Broken(Broken::Missing { expected: 4, found: 6 }));
    let closed_up = verdict_after(&[
        "DELETE FROM journal WHERE seq = 5",
        "UPDATE journal SET seq = seq - 1 WHERE seq = 6",
        "UPDATE journal SET seq = seq - 1 WHERE seq = 7",
        "UPDATE journal SET seq = seq - 1 WHERE seq = 8",
    ])
    .await;
    assert_eq!(closed_up, Verdict::Broken(Broken::Unlinked(5)), "closing the gap does not hide it");
}

#[tokio::test]
async fn row_54_reordered_entries_are_named() {
    let swapped = verdict_after(&[
        "UPDATE journal SET seq = 100 WHERE seq = 3",
        "UPDATE journal SET seq = 3 WHERE seq = 4",
        "UPDATE journal SET seq = 4 WHERE seq = 100",
    ])
    .await;
    assert_eq!(swapped, Verdict::Broken(Broken::Unlinked(3)));
}

#[tokio::test]
async fn row_54_a_journal_cut_off_at_its_end_is_found_only_against_a_head_that_was_kept() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let kept = filled(&store).await;
    tamper(store.path(), &["DELETE FROM journal WHERE seq > 6"]).await;
    assert!(
        matches!(store.verify(None).await.expect("read"), Verdict::Holds(head) if head.seq == 6),
        "nobody can tell from what is left"
    );
    assert_eq!(store.verify(Some(kept)).await.expect("read"), Verdict::Broken(Broken::Truncated { end: 6, seq: 8 }));
    // Growing past the old length again does not help either.
    for _ in 0..3 {
        store
            .append(draft(Actor::page("eve"), 1, Body::Note { about: 1, text: reason("nothing to see") }))
            .await
            .expect("appended");
    }
    assert_eq!(store.verify(Some(kept)).await.expect("read"), Verdict::Broken(Broken::Rewritten(8)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn row_54_whichever_byte_of_whichever_body_is_changed_the_entry_is_named(seq in 1_i64..=8, at in 0_usize..2000, to in prop::char::range('!', '~')) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let verdict: Result<_, TestCaseError> = runtime.block_on(async {
            let folder = folder();
            let store = a_store(folder.path()).await;
            filled(&store).await;
            tamper(store.path(), &[]).await;
            let mut file = raw(store.path()).await;
            let body: String = sqlx::query_scalar("SELECT body FROM journal WHERE seq = $1").bind(seq).fetch_one(&mut file).await.expect("a body");
            let mut bytes: Vec<char> = body.chars().collect();
            let at = at % bytes.len();
            bytes[at] = to;
            let changed: String = bytes.into_iter().collect();
            prop_assume!(changed != body);
            sqlx::query("UPDATE journal SET body = $1 WHERE seq = $2").bind(changed).bind(seq).execute(&mut file).await.expect("changed");
            Ok(store.verify(None).await.expect("read"))
        });
        prop_assert_eq!(verdict?, Verdict::Broken(Broken::Edited(u64::try_from(seq).expect("positive"))));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_that_append_at_once_keep_one_chain_without_gaps() {
    let folder = folder();
    // Each has its own pool, as two processes have.
    let stores = [a_store(folder.path()).await, a_store(folder.path()).await];
    let writers = (0..4_usize).map(|writer| {
        let store = stores[writer % 2].clone();
        tokio::spawn(async move {
            let mut seqs = Vec::new();
            for number in 0..100 {
                let body = Body::Note { about: 1, text: reason(&format!("{writer}-{number}")) };
                seqs.push(store.append(draft(Actor::page("ana"), number, body)).await.expect("appended").seq);
            }
            seqs
        })
    });
    let mut seqs = Vec::new();
    for writer in futures::future::join_all(writers).await {
        let own = writer.expect("it ran");
        assert!(own.is_sorted(), "each writer's entries are in the order in which it wrote them");
        seqs.extend(own);
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=400).collect::<Vec<u64>>());
    let head = stores[0].head().await.expect("a head");
    assert_eq!(head.seq, 400);
    assert_eq!(stores[1].verify(Some(head)).await.expect("read"), Verdict::Holds(head));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn row_45_two_instances_that_import_at_once_journal_each_version_exactly_once() {
    let folder = folder();
    let world = World::new(folder.path()).await;
    seeded(&world.ssm, 20);
    let instances = [world.instance().await, world.instance_on(a_store(folder.path()).await).await];
    for round in 0..10 {
        let [one, two] = &instances;
        tokio::join!(one.reconcile(), async {
            world.ssm.outsider_puts("blue", Some("deploy"));
            two.reconcile().await;
            world.ssm.outsider_puts("green", None);
        });
        let (a, b) = tokio::join!(one.engine.reconcile(&one.pair), two.engine.reconcile(&two.pair));
        a.and(b).unwrap_or_else(|error| panic!("round {round}: {error}"));
    }
    let mut file = raw(world.store.path()).await;
    let versions: Vec<i64> = sqlx::query_scalar("SELECT version FROM journal WHERE kind = 'version' ORDER BY version")
        .fetch_all(&mut file)
        .await
        .expect("versions");
    assert_eq!(versions, (1..=40).collect::<Vec<i64>>());
    let head = world.store.head().await.expect("a head");
    assert_eq!(world.store.verify(Some(head)).await.expect("read"), Verdict::Holds(head));
}

#[tokio::test]
async fn the_file_itself_refuses_the_same_version_twice() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    store.append(draft(Actor::teal(), 1, version(1, "blue", 1))).await.expect("appended");
    store.append(draft(Actor::teal(), 2, version(1, "blue", 1))).await.expect_err("twice");
    assert_eq!(store.head().await.expect("a head").seq, 1);
}

#[tokio::test]
async fn a_lease_is_one_holders_until_it_is_given_back_or_runs_out() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let (now, pair) = (Timestamp(1_000_000), dev());
    let held = |holder: &str| Lease::Held { holder: holder.to_owned() };
    assert_eq!(store.take_lease(&pair, "one", now).await.expect("asked"), Lease::Taken);
    assert_eq!(store.take_lease(&pair, "one", now).await.expect("asked"), Lease::Taken, "it stays its holder's");
    assert_eq!(store.take_lease(&pair, "two", now).await.expect("asked"), held("one"));
    assert_eq!(
        store.take_lease(&"prod".parse().expect("a pair"), "two", now).await.expect("asked"),
        Lease::Taken,
        "another pair's is free"
    );
    // Only its holder gives it back.
    store.give_lease_back(&pair, "two").await.expect("asked");
    assert_eq!(store.lease_holder(&pair, now).await.expect("asked").as_deref(), Some("one"));
    store.give_lease_back(&pair, "one").await.expect("asked");
    assert_eq!(store.lease_holder(&pair, now).await.expect("asked"), None);
    assert_eq!(store.take_lease(&pair, "two", now).await.expect("asked"), Lease::Taken);
    // A holder that died keeps it until it runs out, and no longer.
    assert_eq!(store.take_lease(&pair, "three", now + LIVES).await.expect("asked"), held("two"));
    let later = Timestamp((now + LIVES).0 + 1);
    assert_eq!(store.lease_holder(&pair, later).await.expect("asked"), None);
    assert_eq!(store.take_lease(&pair, "three", later).await.expect("asked"), Lease::Taken);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_lock_a_lease_for_ever() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let now = Timestamp(1_000_000_000);
    assert_eq!(store.take_lease(&dev(), "died", now).await.expect("asked"), Lease::Taken);
    let a_day_before = Timestamp(now.0 - 86_400_000);
    assert_eq!(store.lease_holder(&dev(), a_day_before).await.expect("asked"), None, "no lease is made for that long");
    assert_eq!(store.take_lease(&dev(), "next", a_day_before).await.expect("asked"), Lease::Taken);
}

#[tokio::test]
async fn an_outcome_is_recorded_once_and_the_first_one_stands() {
    let folder = folder();
    let stores = [a_store(folder.path()).await, a_store(folder.path()).await];
    let plan = plan(1, Kind::Planned, Color::Green);
    assert!(matches!(
        stores[0].record_intent(&plan, plan.confirmed_at, false).await.expect("asked"),
        Intent::Recorded(..)
    ));
    assert!(matches!(stores[1].record_intent(&plan, plan.confirmed_at, false).await.expect("asked"), Intent::Known));
    assert_eq!(stores[0].open_operations(&dev()).await.expect("asked").len(), 1);
    let (first, second) = tokio::join!(
        stores[0].record_outcome(&plan, landed(32), None, plan.confirmed_at),
        stores[1].record_outcome(&plan, Outcome::NotLanded, None, plan.confirmed_at),
    );
    let (first, second) = (first.expect("recorded"), second.expect("recorded"));
    assert_eq!(first, second, "whoever was later is told what stands");
    let record = stores[0].record_of(plan.operation).await.expect("asked").expect("a record");
    assert!(
        matches!(&record.switch().expect("a switch").progress, teal_domain::history::Progress::Ended { outcome, .. } if *outcome == first)
    );
    assert_eq!(stores[0].head().await.expect("a head").seq, 2, "an intent and one outcome");
    assert!(stores[1].open_operations(&dev()).await.expect("asked").is_empty());
    // A correction is once, too.
    for _ in 0..2 {
        stores[0].record_correction(&plan, FlagVersion(33), plan.confirmed_at).await.expect("recorded");
    }
    assert_eq!(stores[0].head().await.expect("a head").seq, 3);
}

#[tokio::test]
async fn row_37_a_put_is_marked_once_and_not_after_its_confirmation_ran_out_or_its_outcome_is_known() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let [good, late, settled, unheard] = [1, 2, 3, 4].map(|number| plan(number, Kind::Planned, Color::Green));
    for plan in [&good, &late, &settled] {
        store.record_intent(plan, plan.confirmed_at, false).await.expect("recorded");
    }
    assert_eq!(store.mark_put(&good, good.expires_at).await.expect("asked"), Mark::Marked);
    assert_eq!(store.mark_put(&good, good.confirmed_at).await.expect("asked"), Mark::Refused, "never twice");
    assert_eq!(store.mark_put(&late, Timestamp(late.expires_at.0 + 1)).await.expect("asked"), Mark::Refused);
    store.record_outcome(&settled, Outcome::Expired, None, settled.confirmed_at).await.expect("recorded");
    assert_eq!(store.mark_put(&settled, settled.confirmed_at).await.expect("asked"), Mark::Refused);
    assert_eq!(
        store.mark_put(&unheard, unheard.confirmed_at).await.expect("asked"),
        Mark::Refused,
        "no intent, no put"
    );
    let puts = store.head().await.expect("a head").seq - 4;
    assert_eq!(puts, 1, "three intents, one outcome, one mark");
}

/// What is in the journal for the filters: who, what, when.
async fn a_history(store: &Store) {
    for (number, (kind, target)) in
        [(Kind::Planned, Color::Green), (Kind::Emergency, Color::Blue), (Kind::Repair, Color::Green)]
            .into_iter()
            .enumerate()
    {
        let mut plan = plan(number as u128, kind, target);
        plan.actor = Actor::page(["ana", "ben", "ana"][number]);
        let at = Timestamp(i64::try_from(number).expect("few") * 1000);
        store.record_intent(&plan, at, false).await.expect("recorded");
    }
    // Written before Teal noticed: what counts is when it was written.
    store.append(draft(Actor::outside(Some("ana")), 9000, version(7, "blue", 500))).await.expect("appended");
    store.append(draft(Actor::outside(Some("eve")), 9000, version(8, "purple", 8000))).await.expect("appended");
    store
        .append(draft(Actor::teal(), 9500, Body::Gone { incarnation: Incarnation(0), last: Some(FlagVersion(8)) }))
        .await
        .expect("appended");
}

#[tokio::test]
async fn the_filters_of_the_history_take_kind_person_side_and_time() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    a_history(&store).await;
    let all = HistoryQuery::default();
    let kind = |kind| HistoryQuery { kind: Some(kind), ..all.clone() };
    let cases = [
        (all.clone(), vec![6, 5, 4, 3, 2, 1]),
        (kind(Listed::Switch), vec![1]),
        (kind(Listed::Emergency), vec![2]),
        (kind(Listed::Repair), vec![3]),
        (kind(Listed::External), vec![5, 4]),
        (kind(Listed::Imported), vec![]),
        (kind(Listed::Incident), vec![6]),
        (kind(Listed::Maintenance), vec![]),
        (HistoryQuery { actor: Some("ana".into()), ..all.clone() }, vec![4, 3, 1]),
        (HistoryQuery { actor: Some("an".into()), ..all.clone() }, vec![]),
        (HistoryQuery { color: Some(Color::Blue), ..all.clone() }, vec![4, 2]),
        (HistoryQuery { from: Some(Timestamp(1000)), ..all.clone() }, vec![6, 5, 3, 2]),
        (HistoryQuery { until: Some(Timestamp(1000)), ..all.clone() }, vec![4, 1]),
        (HistoryQuery { from: Some(Timestamp(500)), until: Some(Timestamp(8001)), ..all.clone() }, vec![5, 4, 3, 2]),
        (
            HistoryQuery {
                actor: Some("ana".into()),
                color: Some(Color::Green),
                kind: Some(Listed::Repair),
                ..all.clone()
            },
            vec![3],
        ),
        (HistoryQuery { before: Some(4), ..all.clone() }, vec![3, 2, 1]),
    ];
    for (query, expected) in cases {
        let page = store.history(&dev(), &query, 50).await.expect("a page");
        assert_eq!(page.records.iter().map(|record| record.seq).collect::<Vec<_>>(), expected, "{query:?}");
        assert_eq!(page.older, None);
    }
    assert!(
        store.history(&"prod".parse().expect("a pair"), &all, 50).await.expect("a page").records.is_empty(),
        "another pair's history is its own"
    );
}

#[tokio::test]
async fn pages_of_the_history_hold_each_record_exactly_once_while_new_ones_arrive() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    for number in 1..=57_u64 {
        let at = i64::try_from(number).expect("few");
        let entry = store.append(draft(Actor::outside(None), at, version(number, "blue", at))).await.expect("appended");
        // Steps and notes in between are no records and take no place on a page.
        store
            .append(draft(Actor::page("ana"), at, Body::Note { about: entry.seq, text: reason("known") }))
            .await
            .expect("appended");
    }
    for limit in [1, 7, 57, 58] {
        let (mut seen, mut pages, mut next): (Vec<Record>, u64, _) = (Vec::new(), 0, HistoryQuery::default());
        loop {
            let page = store.history(&dev(), &next, limit).await.expect("a page");
            assert!(page.records.len() <= limit);
            seen.extend(page.records);
            pages += 1;
            assert!(pages <= 200, "the pages never end");
            let number = 100 * u64::try_from(limit).expect("few") + pages;
            store.append(draft(Actor::outside(None), 1, version(number, "green", 1))).await.expect("appended");
            let Some(older) = page.older else { break };
            next.before = Some(older);
        }
        let seqs: Vec<u64> = seen.iter().map(|record| record.seq).collect();
        assert!(seqs.is_sorted_by(|a, b| a > b), "newest first, none twice: {seqs:?}");
        let original: Vec<u64> =
            seen.iter().filter_map(Record::version).map(|version| version.0).filter(|version| *version <= 57).collect();
        assert_eq!(original, (1..=57).rev().collect::<Vec<_>>(), "with pages of {limit}");
        assert!(
            seen.iter()
                .filter(|record| record.version().is_some_and(|version| version.0 <= 57))
                .all(|record| record.notes.len() == 1),
            "each with its note"
        );
    }
}

#[tokio::test]
async fn since_when_the_flag_holds_what_it_holds_is_the_date_of_the_first_version_in_a_row() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let since = async || store.held_since(FLAG).await.expect("asked").map(|since| since.0);
    assert_eq!(since().await, None);
    let history = [
        ("blue", 100),
        ("blue", 200),
        ("green", 300),
        ("green", 400),
        ("green", 500),
        ("purple", 600),
        ("blue", 700),
        ("blue", 800),
    ];
    for ((number, (value, at)), expected) in (1..).zip(history).zip([100, 100, 300, 300, 300, 600, 700, 700]) {
        store.append(draft(Actor::teal(), at, version(number, value, at))).await.expect("appended");
        assert_eq!(since().await, Some(expected), "after version {number}");
    }
    // Another life of the parameter begins anew.
    let Body::Version { record, .. } = version(1, "blue", 900) else { unreachable!() };
    let anew = Body::Version {
        incarnation: Incarnation(1),
        record,
        previous: None,
        wrote: None,
        first_with: None,
        imported: false,
        carried_over: false,
    };
    store.append(draft(Actor::teal(), 900, anew)).await.expect("appended");
    assert_eq!(since().await, Some(900));
    assert_eq!(store.held_since("us-east-2:/other").await.expect("asked"), None);
}

#[tokio::test]
async fn a_store_that_was_closed_opens_again_with_everything_in_it() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    let head = filled(&store).await;
    let key = store.shared_key([7; 32]).await.expect("a key");
    let records = store.history(&dev(), &HistoryQuery::default(), 50).await.expect("a page");
    let entries: Vec<Entry> = store.record(&dev(), 5).await.expect("asked").expect("a record").1;
    store.close().await;
    for _ in 0..2 {
        let store = a_store(folder.path()).await;
        assert_eq!(store.verify(Some(head)).await.expect("read"), Verdict::Holds(head));
        assert_eq!(store.shared_key([8; 32]).await.expect("a key"), key, "all instances share the first one's key");
        assert_eq!(store.history(&dev(), &HistoryQuery::default(), 50).await.expect("a page"), records);
        assert_eq!(store.record(&dev(), 5).await.expect("asked").expect("a record").1, entries);
        let mut file = raw(store.path()).await;
        sqlx::query("DELETE FROM journal").execute(&mut file).await.expect_err("still append-only");
        store.close().await;
    }
}

#[tokio::test]
async fn a_file_that_is_no_store_of_ours_is_refused_and_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("teal.db");
    std::fs::write(
        &path,
        "a letter to a friend, long enough to be looked at as a file of a database, and yet it is none",
    )
    .expect("written");
    Store::open(&path).await.expect_err("no store");
    assert!(std::fs::read_to_string(&path).expect("still text").starts_with("a letter"));
}

#[tokio::test]
async fn a_note_belongs_to_a_record_of_its_own_pair() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    filled(&store).await;
    let note = async |pair: &str, about| {
        store
            .record_note(&pair.parse().expect("a pair"), about, &Actor::page("ana"), reason("why"), Timestamp(1))
            .await
            .expect("asked")
            .is_some()
    };
    assert!(!note("prod", 1).await, "another pair's record");
    assert!(!note("dev", 6).await, "a step is no record");
    assert!(!note("dev", 99).await, "not there");
    assert!(note("dev", 1).await);
    let record = store.record(&dev(), 1).await.expect("asked").expect("a record").0;
    assert_eq!(record.notes.len(), 1);
    assert!(!record.unexplained());
}

#[tokio::test]
async fn every_version_keeps_its_author_through_the_journal() {
    let folder = folder();
    let world = World::new(folder.path()).await;
    seeded(&world.ssm, 3);
    let teal = world.instance().await;
    teal.reconcile().await;
    let ours = teal.plan(&world.ssm.flag());
    teal.engine.switch(&teal.pair, ours.clone()).await.expect("recorded");
    world.ssm.outsider_puts("blue", None);
    world.clock.pass(GRACE);
    teal.reconcile().await;
    let page = world.store.history(teal.pair.id(), &HistoryQuery::default(), 50).await.expect("a page");
    let authors: BTreeMap<u64, bool> = page
        .records
        .iter()
        .filter_map(|record| Some((record.version()?.0, matches!(record.what, What::Switch(_)))))
        .collect();
    assert_eq!(authors, [(1, false), (2, false), (3, false), (4, true), (5, false)].into());
    let carried = world.store.carried(&HashSet::from([ours.operation])).await.expect("asked");
    assert_eq!(carried, HashSet::from([ours.operation]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn row_39_a_file_deleted_under_the_process_is_not_made_anew_behind_its_back() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    filled(&store).await;
    std::fs::remove_file(store.path()).expect("removed");
    // More readers at once than there are connections yet: each new one would open the file by its name, and
    // a second file of that name in one process shares the memory of the first.
    let readers = (0..64).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.history(&dev(), &HistoryQuery::default(), 50).await.map(drop) })
    });
    for reader in futures::future::join_all(readers).await {
        // It answers or it fails, but it lives.
        drop(reader.expect("it ran"));
    }
    assert!(!store.path().exists(), "an empty journal in the place of the lost one would look whole");
    store.probe().await.expect_err("what is written now would be lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn row_39_another_file_in_the_place_of_the_store_is_never_read_for_it() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    filled(&store).await;
    let whole = store.history(&dev(), &HistoryQuery::default(), 50).await.expect("a page").records.len();
    std::fs::rename(store.path(), folder.path().join("moved.db")).expect("moved away");
    let other = Store::open(&folder.path().join("teal.db")).await.expect("another, empty store");
    assert!(other.history(&dev(), &HistoryQuery::default(), 50).await.expect("a page").records.is_empty());
    let readers = (0..64).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.history(&dev(), &HistoryQuery::default(), 50).await })
    });
    for reader in futures::future::join_all(readers).await {
        // A history that is suddenly empty would be a lie; an error is none.
        if let Ok(page) = reader.expect("it ran") {
            assert_eq!(page.records.len(), whole);
        }
    }
    store.probe().await.expect_err("what is written now would go into a file without a name");
    assert_eq!(other.head().await.expect("a head"), Head::EMPTY, "and nothing of it went into the other one");
}

#[tokio::test]
async fn browsers_that_set_out_and_never_come_back_do_not_fill_the_store() {
    use teal_server::store::sessions::{ATTEMPT_LIVES, Attempt, MOST_ATTEMPTS};
    let folder = folder();
    let file = folder.path().join("teal.db");
    let store = Store::open(&file).await.expect("a store");
    let attempt = |n: i64, at: i64| Attempt {
        state: format!("state {n}"),
        browser: "b".into(),
        nonce: "n".into(),
        verifier: "v".into(),
        next: "/".into(),
        at: Timestamp(at),
    };
    let back = async |n: i64, now: i64| {
        store.take_attempt(&format!("state {n}"), "b", Timestamp(now)).await.expect("read").is_some()
    };
    // All but the last, in one go: each of them would wait for the disk.
    let mut straight =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&file)).await.expect("open");
    sqlx::query(
        "WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < $1)
         INSERT INTO attempt (state, browser, nonce, verifier, next, at) SELECT 'state ' || n, 'b', 'n', 'v', '/', 1000 + n FROM n",
    )
    .bind(MOST_ATTEMPTS + 18)
    .execute(&mut straight)
    .await
    .expect("filled");
    store.begin_attempt(&attempt(MOST_ATTEMPTS + 19, 1_000 + MOST_ATTEMPTS + 19)).await.expect("written");
    let now = 1_000 + MOST_ATTEMPTS + 20;
    assert!(!back(0, now).await && !back(19, now).await, "the first ones made room");
    assert!(back(20, now).await && back(MOST_ATTEMPTS + 19, now).await);
    store.begin_attempt(&attempt(-1, now + ATTEMPT_LIVES.as_i64() + 1)).await.expect("written");
    assert!(!back(21, now).await, "nobody comes back after ten minutes, so they are forgotten");
}
