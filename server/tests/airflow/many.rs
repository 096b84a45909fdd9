//! Five hundred DAGs, counted in calls: at thirty milliseconds a call and eight at once, five hundred take two seconds.

use teal_server::aws::airflow::Dialect;

use crate::{
    BOTH, ENV, an_airflow,
    support::airflow::{FakeAirflow, Fault, world::Side},
    teal,
};

fn five_hundred(dialect: Dialect) -> (FakeAirflow, Vec<String>) {
    let ids: Vec<_> = (0..500).map(|number| format!("dag_{number:03}")).collect();
    let fake = an_airflow(dialect, |side| {
        ids.iter().for_each(|id| {
            side.dag(id);
        })
    });
    (fake, ids)
}

#[tokio::test]
async fn where_all_are_wanted_a_few_calls_do_it() {
    for (dialect, changes_all) in [(Dialect::Two, false), (Dialect::Three, false), (Dialect::Three, true)] {
        let (fake, ids) = five_hundred(dialect);
        fake.change(ENV, |side| side.changes_all = changes_all);
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        fake.forget_calls();
        for paused in [true, false] {
            let changed = teal.set_paused(&known, &ids, paused).await;
            assert_eq!((changed.done, changed.failed), (ids.clone(), vec![]), "{dialect:?} {changes_all}");
            assert_eq!(fake.paused(ENV).len(), if paused { 500 } else { 0 });
        }
        assert_eq!(fake.count("*PATCH /dags/*"), 0);
        assert!(fake.calls().len() <= 32, "{dialect:?} {changes_all}: {} calls", fake.calls().len());
    }
}

#[tokio::test]
async fn those_that_stand_so_already_do_not_matter() {
    for dialect in BOTH {
        let (fake, ids) = five_hundred(dialect);
        fake.change(ENV, |side| side.dag("asleep").paused = true);
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        fake.forget_calls();
        let changed = teal.set_paused(&known, &ids, true).await;
        assert_eq!(changed.done, ids);
        assert!(fake.calls().len() <= 16, "{}", fake.calls().len());
    }
}

#[tokio::test]
async fn where_one_is_paused_on_purpose_each_is_called_by_itself_and_that_one_is_not_woken() {
    for dialect in BOTH {
        let (fake, ids) = five_hundred(dialect);
        fake.change(ENV, |side| {
            side.dags.values_mut().for_each(|dag| dag.paused = true);
            side.dag("asleep").paused = true;
        });
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        fake.forget_calls();
        let changed = teal.set_paused(&known, &ids, false).await;
        assert_eq!((changed.done, changed.failed), (ids, vec![]));
        assert_eq!(fake.paused(ENV), ["asleep"]);
        assert_eq!((fake.calls().len(), fake.most_at_once()), (500, 8), "one each, eight at once");
    }
}

#[tokio::test]
async fn one_that_was_paused_on_purpose_a_moment_ago_is_seen_before_all_are_woken() {
    for dialect in BOTH {
        let (fake, ids) = five_hundred(dialect);
        fake.change(ENV, |side| side.dags.values_mut().for_each(|dag| dag.paused = true));
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        fake.change(ENV, |side| side.dag("just_now").paused = true);
        let changed = teal.set_paused(&known, &ids, false).await;
        assert_eq!(changed.done, ids);
        assert_eq!(fake.paused(ENV), ["just_now"], "{dialect:?}");
    }
}

#[tokio::test]
async fn what_a_call_for_many_leaves_undone_is_done_one_by_one() {
    for dialect in BOTH {
        let (fake, ids) = five_hundred(dialect);
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        fake.fail_after(3, "*PATCH /dags", Fault::Status(500));
        let changed = teal.set_paused(&known, &ids, true).await;
        assert_eq!(changed.done, ids);
        assert_eq!(fake.paused(ENV), ids);
        assert_eq!(fake.count("*PATCH /dags/*"), 200, "{dialect:?}");
    }
}

/// The dialects, with the two ways in which Airflow 3 answers a call for many.
const WAYS: [(Dialect, bool); 3] = [(Dialect::Two, false), (Dialect::Three, false), (Dialect::Three, true)];

fn all_asleep(changes_all: bool) -> impl Fn(&mut Side) {
    move |side| {
        side.changes_all = changes_all;
        side.dags.values_mut().for_each(|dag| dag.paused = true);
    }
}

#[tokio::test]
async fn one_that_comes_in_the_moment_of_the_call_for_all_is_not_left_awake_and_is_told() {
    for (dialect, changes_all) in WAYS {
        let (fake, ids) = five_hundred(dialect);
        fake.change(ENV, all_asleep(changes_all));
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        fake.meanwhile(0, "*PATCH /dags", ENV, |side| {
            side.dag("aaa_just_deployed").paused();
        });
        let changed = teal.set_paused(&known, &ids, false).await;
        assert_eq!((changed.done, changed.failed), (ids, vec![]), "{dialect:?} {changes_all}");
        assert_eq!(fake.paused(ENV), ["aaa_just_deployed"], "{dialect:?} {changes_all}");
        assert_eq!(changed.put_back, [("aaa_just_deployed".to_owned(), None)], "{dialect:?} {changes_all}");
    }
}

#[tokio::test]
async fn one_that_is_paused_on_purpose_in_the_moment_of_the_call_is_put_back_where_airflow_tells() {
    let (fake, ids) = five_hundred(Dialect::Three);
    fake.change(ENV, all_asleep(false));
    fake.change(ENV, |side| side.dag("zzz").paused = false);
    let teal = teal(&fake, Dialect::Three);
    let known = teal.dags().await.expect("an answer");
    fake.meanwhile(0, "*PATCH /dags", ENV, |side| side.dag("zzz").paused = true);
    let changed = teal.set_paused(&known, &ids, false).await;
    assert_eq!(changed.done, ids);
    assert_eq!(fake.paused(ENV), ["zzz"]);
    assert_eq!(changed.put_back, [("zzz".to_owned(), None)]);
}

#[tokio::test]
async fn one_that_is_paused_on_purpose_while_the_pages_are_gone_through_is_never_touched() {
    let (fake, ids) = five_hundred(Dialect::Two);
    fake.change(ENV, all_asleep(false));
    fake.change(ENV, |side| side.dag("zzz").paused = false);
    let teal = teal(&fake, Dialect::Two);
    let known = teal.dags().await.expect("an answer");
    fake.meanwhile(2, "*PATCH /dags", ENV, |side| side.dag("zzz").paused = true);
    let changed = teal.set_paused(&known, &ids, false).await;
    assert_eq!((changed.done, changed.put_back), (ids, vec![]));
    assert_eq!(fake.paused(ENV), ["zzz"]);
}

#[tokio::test]
async fn what_cannot_be_put_back_is_told_with_the_reason() {
    let (fake, ids) = five_hundred(Dialect::Two);
    fake.change(ENV, all_asleep(false));
    let teal = teal(&fake, Dialect::Two);
    let known = teal.dags().await.expect("an answer");
    fake.meanwhile(0, "*PATCH /dags", ENV, |side| {
        side.dag("aaa_just_deployed").paused();
    });
    fake.fail("*PATCH /dags/aaa_just_deployed", Fault::Status(403), 1);
    let changed = teal.set_paused(&known, &ids, false).await;
    let [(id, Some(error))] = changed.put_back.as_slice() else { panic!("{:?}", changed.put_back) };
    assert_eq!((id.as_str(), error.code.as_deref()), ("aaa_just_deployed", Some("403")));
}
