//! Pausing and unpausing a few DAGs, and what is told of it when something goes wrong.

use crate::{BOTH, ENV, an_airflow, names, support::airflow::Fault, teal};

#[tokio::test]
async fn exactly_the_wanted_ones_are_changed_and_named() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            for id in ["a", "b", "c", "abc"] {
                side.dag(id);
            }
        });
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        let changed = teal.set_paused(&known, &names(&["b", "abc", "b"]), true).await;
        assert_eq!((changed.done, changed.failed), (names(&["abc", "b"]), vec![]), "{dialect:?}");
        assert_eq!(fake.paused(ENV), ["abc", "b"]);
        let changed = teal.set_paused(&known, &names(&["b"]), false).await;
        assert_eq!(changed.done, ["b"]);
        assert_eq!(fake.paused(ENV), ["abc"]);
        assert_eq!(fake.count("*PATCH /dags/*?update_mask=is_paused"), 3, "{:?}", fake.calls());
    }
}

#[tokio::test]
async fn a_dag_that_is_not_there_fails_and_the_others_are_done() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("a");
        });
        let changed = teal(&fake, dialect).set_paused(&[], &names(&["a", "gone"]), true).await;
        assert_eq!(changed.done, ["a"]);
        let [(id, error)] = changed.failed.as_slice() else { panic!("{:?}", changed.failed) };
        assert_eq!((id.as_str(), error.code.as_deref()), ("gone", Some("404")));
    }
}

#[tokio::test]
async fn a_change_that_landed_without_an_answer_counts_as_done_once_it_was_looked_at() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("a");
            side.dag("b");
        });
        fake.fail("*PATCH /dags/a", Fault::LandsUnanswered, 1);
        fake.fail("*PATCH /dags/b", Fault::TimesOut, 1);
        let changed = teal(&fake, dialect).set_paused(&[], &names(&["a", "b"]), true).await;
        assert_eq!(changed.done, ["a"], "{dialect:?}");
        let [(id, error)] = changed.failed.as_slice() else { panic!("{:?}", changed.failed) };
        assert_eq!((id.as_str(), error.refused), ("b", false));
        assert_eq!(fake.paused(ENV), ["a"], "what is told is true");
    }
}

#[tokio::test]
async fn half_of_them_done_is_told_as_half_and_going_on_does_the_rest() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            for number in 0..40 {
                side.dag(&format!("dag_{number:02}"));
            }
            side.dag("by_purpose");
        });
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        let wanted: Vec<_> = (0..40).map(|number| format!("dag_{number:02}")).collect();
        fake.fail_after(20, "*PATCH*", Fault::Status(502));
        let changed = teal.set_paused(&known, &wanted, true).await;
        assert_eq!(changed.done.len(), 20, "{dialect:?}");
        assert_eq!(changed.done, fake.paused(ENV), "what is told is true");
        assert_eq!(changed.failed.len(), 20);
        assert!(changed.failed.iter().all(|(_, error)| !error.refused));

        fake.heal();
        let rest: Vec<_> = changed.failed.into_iter().map(|(id, _)| id).collect();
        let changed = teal.set_paused(&known, &rest, true).await;
        assert_eq!(changed.done, rest);
        assert_eq!(fake.unpaused(ENV), ["by_purpose"]);
    }
}

#[tokio::test]
async fn a_side_that_is_away_is_not_asked_for_each_of_five_hundred() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            for number in 0..500 {
                side.dag(&format!("dag_{number:03}"));
            }
            side.dag("by_purpose");
        });
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        let wanted: Vec<_> = (0..500).map(|number| format!("dag_{number:03}")).collect();
        fake.forget_calls();
        fake.fail("*", Fault::TimesOut, usize::MAX);
        let changed = teal.set_paused(&known, &wanted, true).await;
        assert_eq!((changed.done.len(), changed.failed.len()), (0, 500));
        assert!(fake.calls().len() < 50, "{} calls", fake.calls().len());
        let (_, last) = changed.failed.last().expect("the last one");
        assert!(last.message.starts_with("Not tried") && last.message.contains("in time"), "{last}");
        assert!(!last.refused);
    }
}
