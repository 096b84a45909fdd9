//! Ids whose path is longer than MWAA takes.

use crate::{BOTH, ENV, an_airflow, names, teal};

/// 59 characters: one more than a path has place for.
const LONG: &str = "warehouse_orders_daily_incremental_with_late_corrections_eu";

#[tokio::test]
async fn a_long_id_goes_by_its_pattern() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag(LONG);
            side.dag("other");
        });
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        for paused in [true, false] {
            let changed = teal.set_paused(&known, &names(&[LONG]), paused).await;
            assert_eq!((changed.done, changed.failed), (names(&[LONG]), vec![]), "{dialect:?}");
            assert_eq!(fake.paused(ENV), if paused { names(&[LONG]) } else { vec![] });
        }
        assert_eq!(fake.count("*dag_id_pattern*"), 2);
    }
}

#[tokio::test]
async fn an_id_of_58_characters_still_has_a_path() {
    for dialect in BOTH {
        let id = &LONG[1..];
        let fake = an_airflow(dialect, |side| {
            side.dag(id);
        });
        let changed = teal(&fake, dialect).set_paused(&[], &names(&[id]), true).await;
        assert_eq!(changed.done, [id]);
        assert_eq!(fake.count("*PATCH /dags/*"), 1);
    }
}

#[tokio::test]
async fn a_pattern_that_would_touch_another_dag_is_not_sent_and_that_one_is_named() {
    // An underscore in a pattern is any character, and an id may be a part of another.
    for other in [format!("{LONG}_copy"), LONG.replacen('_', "-", 1), LONG.to_uppercase()] {
        for dialect in BOTH {
            let fake = an_airflow(dialect, |side| {
                side.dag(LONG).paused();
                side.dag(&other).paused();
                side.dag("short").paused();
            });
            let teal = teal(&fake, dialect);
            let known = teal.dags().await.expect("an answer");
            fake.forget_calls();
            let changed = teal.set_paused(&known, &names(&[LONG, "short"]), false).await;
            assert_eq!(changed.done, ["short"], "{dialect:?}");
            let [(id, error)] = changed.failed.as_slice() else { panic!("{:?}", changed.failed) };
            assert!(id == LONG && error.refused && error.message.contains(&other), "{error}");
            assert_eq!(fake.paused(ENV).len(), 2, "nobody was woken");
            assert_eq!(fake.calls().len(), 1);
        }
    }
}

#[tokio::test]
async fn another_that_is_wanted_too_or_stands_so_already_may_be_touched() {
    let (copy, asleep) = (format!("{LONG}_copy"), format!("{LONG}_old"));
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag(LONG);
            side.dag(&copy);
            side.dag(&asleep).paused();
        });
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        let changed = teal.set_paused(&known, &names(&[LONG, &copy]), true).await;
        assert_eq!((changed.done, changed.failed), (names(&[LONG, &copy]), vec![]), "{dialect:?}");
        let changed = teal.set_paused(&known, &names(&[LONG]), false).await;
        assert_eq!(changed.done, [LONG; 0], "the one that sleeps would be woken");
    }
}

#[tokio::test]
async fn a_long_id_that_the_answer_does_not_name_was_not_done() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("other");
        });
        let changed = teal(&fake, dialect).set_paused(&[], &names(&[LONG]), true).await;
        assert_eq!((changed.done.len(), changed.failed.len()), (0, 1));
        assert!(fake.paused(ENV).is_empty());
    }
}
