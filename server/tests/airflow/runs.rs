//! What is under way, what began, what failed.

use std::{collections::BTreeSet, time::Duration};

use teal_domain::{Timestamp, airflow::Task, ticks::Tick};

use crate::{BEGIN, BOTH, ENV, an_airflow, minutes, teal};

fn told(tasks: &[Task]) -> Vec<(&str, &str, &str)> {
    tasks.iter().map(|task| (task.dag.as_str(), task.task.as_str(), task.state.as_str())).collect()
}

#[tokio::test]
async fn work_is_what_runs_and_waits_with_how_long_it_usually_takes() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            let orders = side.dag("orders");
            for (number, took) in [4, 6, 5].into_iter().enumerate() {
                let began = BEGIN - minutes(100 + 10 * number as u64);
                orders.run(&format!("r{number}")).ended("success", began, began + minutes(took)).of(began);
            }
            orders.run("failed").ended("failed", BEGIN - minutes(60), BEGIN - minutes(10));
            let open = orders.run("open").running(BEGIN - minutes(3)).of(BEGIN - minutes(3));
            open.task("extract", "success", Some(BEGIN - minutes(3)), Some(BEGIN - minutes(2)));
            open.task("load", "running", Some(BEGIN - minutes(2)), None);
            open.task("publish", "scheduled", None, None);
            side.dag("fresh").run("first").running(BEGIN - minutes(9)).task(
                "work",
                "up_for_retry",
                Some(BEGIN - minutes(9)),
                None,
            );
        });
        let teal = teal(&fake, dialect);
        let work = teal.work().await.expect("an answer");
        let expected =
            [("fresh", "work", "up_for_retry"), ("orders", "load", "running"), ("orders", "publish", "scheduled")];
        assert_eq!(told(&work.tasks), expected, "{dialect:?}");
        assert_eq!(work.count(), (1, 2));
        assert_eq!(work.usual, [("orders".to_owned(), minutes(5))]);
        let runs = [("fresh".to_owned(), BEGIN - minutes(9)), ("orders".to_owned(), BEGIN - minutes(3))];
        assert_eq!(work.runs, runs);
        assert_eq!(work.ends(BEGIN), None, "one of them has never succeeded");
        fake.change(ENV, |side| drop(side.dags.remove("fresh")));
        assert_eq!(teal.work().await.expect("an answer").ends(BEGIN), Some(BEGIN + minutes(2)));
    }
}

#[tokio::test]
async fn a_dag_that_runs_often_does_not_hide_how_long_another_takes() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            let often = side.dag("often");
            for number in 0..150 {
                let began = BEGIN - minutes(1 + number);
                often.run(&format!("r{number}")).ended("success", began, began + minutes(1));
            }
            often.run("open").running(BEGIN);
            let seldom = side.dag("seldom");
            let began = BEGIN - minutes(3000);
            seldom.run("old").ended("success", began, began + minutes(30));
            seldom.run("open").running(BEGIN);
        });
        let work = teal(&fake, dialect).work().await.expect("an answer");
        assert_eq!(work.usual, [("often".to_owned(), minutes(1)), ("seldom".to_owned(), minutes(30))]);
    }
}

#[tokio::test]
async fn tasks_that_began_in_a_span_come_oldest_first_and_its_end_is_not_in_it() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            let mut run = |dag: &str, began: Timestamp| {
                side.dag(dag).run("r").running(began).task("work", "success", Some(began), Some(began + minutes(1)));
            };
            run("before", Timestamp(BEGIN.0 - 1));
            run("late", Timestamp(BEGIN.0 + 59_999));
            run("first", BEGIN);
            run("after", BEGIN + minutes(1));
        });
        let tasks = teal(&fake, dialect).tasks_begun(BEGIN, BEGIN + minutes(1)).await.expect("an answer");
        assert_eq!(told(&tasks), [("first", "work", "success"), ("late", "work", "success")], "{dialect:?}");
        assert_eq!((tasks[0].began, tasks[0].ended, tasks[0].attempt), (Some(BEGIN), Some(BEGIN + minutes(1)), 1));
    }
}

#[tokio::test]
async fn tasks_of_ticks_go_by_what_the_run_is_for_and_not_by_when_it_ran() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            let dag = side.dag("orders");
            let late = BEGIN + minutes(500);
            dag.run("due").running(late).of(BEGIN).task("guard", "skipped", Some(late), Some(late));
            dag.run("due").task("work", "skipped", None, None);
            dag.run("next").running(late).of(BEGIN + minutes(10)).task("guard", "success", Some(late), Some(late));
            dag.run("by hand").running(BEGIN).task("work", "success", Some(BEGIN), Some(BEGIN));
            side.dag("others").run("due").running(late).of(BEGIN).task("work", "success", Some(late), Some(late));
        });
        let ticks = BTreeSet::from([
            Tick { dag: "orders".to_owned(), logical: BEGIN },
            Tick { dag: "others".to_owned(), logical: BEGIN + minutes(10) },
        ]);
        let tasks = teal(&fake, dialect).tasks_of_ticks(&ticks).await.expect("an answer");
        assert_eq!(told(&tasks), [("orders", "guard", "skipped"), ("orders", "work", "skipped")], "{dialect:?}");
        assert!(tasks.iter().all(|task| task.logical == Some(BEGIN) && !task.worked()));
    }
}

#[tokio::test]
async fn three_hundred_tasks_are_read_page_by_page_and_each_is_there_once() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            let run = side.dag("wide").run("r").running(BEGIN);
            for number in 0..301_i64 {
                let began = Timestamp(BEGIN.0 + 1000 - number);
                run.task(&format!("t{number}"), "running", Some(began), None);
            }
        });
        let tasks = teal(&fake, dialect).tasks_begun(BEGIN, BEGIN + minutes(1)).await.expect("an answer");
        assert_eq!(tasks.len(), 301);
        assert!(tasks.windows(2).all(|pair| pair[0].began < pair[1].began));
        assert_eq!(fake.calls().len(), 4);
    }
}

#[tokio::test]
async fn failures_of_a_span_are_counted_with_one_call() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            let run = side.dag("orders").run("r").running(BEGIN);
            let mut ended = |name: &str, state: &str, at| {
                run.task(name, state, Some(BEGIN), Some(at));
            };
            ended("a", "failed", BEGIN);
            ended("b", "up_for_retry", BEGIN + minutes(1));
            ended("c", "success", BEGIN + minutes(1));
            ended("d", "failed", BEGIN + minutes(5));
            ended("e", "failed", Timestamp(BEGIN.0 - 1));
        });
        let teal = teal(&fake, dialect);
        assert_eq!(teal.failures(BEGIN, BEGIN + minutes(5)).await, Ok(2), "{dialect:?}");
        assert_eq!(fake.calls().len(), 1);
        assert_eq!(teal.failures(BEGIN + minutes(6), BEGIN + minutes(7)).await, Ok(0));
    }
}

#[tokio::test]
async fn a_paused_dag_freezes_its_runs_and_an_unpaused_one_that_is_due_starts_one_at_once() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.dag("orders")
                .tasks(&["extract", "load"])
                .every(Duration::from_secs(600), BEGIN - minutes(25))
                .paused();
        });
        let teal = teal(&fake, dialect);
        let known = teal.dags().await.expect("an answer");
        teal.set_paused(&known, &["orders".to_owned()], false).await;
        let begun = teal.tasks_begun(BEGIN - minutes(1), BEGIN + minutes(1)).await.expect("an answer");
        assert_eq!(told(&begun), [("orders", "extract", "running")], "one run, though three were due");
        assert_eq!(begun[0].logical, Some(BEGIN - minutes(25)), "the one that was planned");

        teal.set_paused(&known, &["orders".to_owned()], true).await;
        fake.let_tasks_end(ENV);
        let state = teal.run_state("orders", &begun[0].run).await.expect("an answer");
        assert_eq!(state, "running", "its first task ended, and its second was not begun");
        assert!(teal.work().await.expect("an answer").tasks.is_empty());
    }
}
