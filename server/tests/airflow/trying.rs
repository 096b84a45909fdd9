//! What Teal may do there, tried without changing anything.

use teal_domain::airflow::Wish;

use crate::{BOTH, ENV, an_airflow, support::airflow::Fault, teal};

#[tokio::test]
async fn every_wish_is_tried_and_nothing_is_changed_by_it() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("running");
            side.dag("teal_tries");
            side.dag("asleep").paused();
        });
        let tried = teal(&fake, dialect).tried().await;
        assert_eq!(tried.iter().map(|tried| tried.wish).collect::<Vec<_>>(), Wish::ALL);
        assert!(tried.iter().all(|tried| tried.refused.is_none()), "{dialect:?}: {tried:?}");
        assert_eq!(fake.paused(ENV), ["asleep"]);
        assert_eq!(fake.unpaused(ENV), ["running", "teal_tries"]);
        for call in fake.calls().iter().filter(|call| !call.contains(" GET ") && !call.contains("/list")) {
            assert!(call.contains(" /dags/teal~tries"), "it could change something: {call}");
        }
        let longest = fake.calls().iter().filter_map(|call| call.split(&[' ', '?']).nth(2)).map(str::len).max();
        assert!(longest <= Some(64), "{longest:?}");
    }
}

#[tokio::test]
async fn what_is_refused_is_told_for_that_wish_alone() {
    for dialect in BOTH {
        for (pattern, wish, word) in [
            ("*PATCH /dags/teal~tries", Wish::PauseDags, "DAGs.can_edit"),
            ("*GET /dags/*/details", Wish::ReadDags, "DAGs.can_read"),
            ("*GET /dags/*/tasks", Wish::ReadDags, "Task Instances.can_read"),
            ("*POST /dags/*/dagRuns", Wish::BeginRuns, "DAG Runs.can_create"),
            ("*PATCH /dags/*/dagRuns/*", Wish::EndRuns, "DAG Runs.can_edit"),
            ("*/logs/1", Wish::ReadLogs, "Task Logs.can_read"),
            ("*/taskInstances/list", Wish::ListTasks, "Task Instances.can_read"),
            ("*/dagRuns/list", Wish::ListTasks, "DAG Runs.can_read"),
            ("*GET /pools", Wish::ListKeys, "Pools.can_read"),
            ("*GET /importErrors", Wish::ListImportErrors, "ImportError.can_read"),
        ] {
            let fake = an_airflow(dialect, |_| {});
            fake.fail(pattern, Fault::Status(403), usize::MAX);
            for tried in teal(&fake, dialect).tried().await {
                let refused = tried.refused.unwrap_or_default();
                assert_eq!(refused.contains(word), tried.wish == wish, "{pattern}: {:?} {refused}", tried.wish);
            }
        }
    }
}

#[tokio::test]
async fn what_nobody_answered_is_not_taken_for_granted() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |_| {});
        fake.fail("*", Fault::TimesOut, usize::MAX);
        for tried in teal(&fake, dialect).tried().await {
            assert!(tried.refused.is_some_and(|why| why.starts_with("It could not be tried:")), "{:?}", tried.wish);
        }
    }
}
