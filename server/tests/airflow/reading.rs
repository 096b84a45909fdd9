//! What is read of a side as a whole.

use std::time::Duration;

use teal_domain::airflow::ImportError;
use teal_server::aws::airflow::{Dialect, client::Airflow};

use crate::{BEGIN, BOTH, ENV, an_airflow, minutes, names, support::airflow::Fault, teal};

#[tokio::test]
async fn a_version_that_is_not_known_is_spoken_to_as_a_new_one() {
    let fake = an_airflow(Dialect::Three, |_| {});
    for (version, dialect) in [
        (Some("2.7.2"), Dialect::Two),
        (Some("2.11.0"), Dialect::Two),
        (Some("3.0.6"), Dialect::Three),
        (Some("4.1.0"), Dialect::Three),
        (Some("20.1"), Dialect::Three),
        (None, Dialect::Three),
    ] {
        assert_eq!(Airflow::new(&fake, ENV, version).dialect(), dialect, "{version:?}");
    }
}

#[tokio::test]
async fn health_names_each_part_and_says_which_is_ill_or_absent() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.ill("scheduler").without("triggerer");
        });
        let parts = teal(&fake, dialect).health().await.expect("an answer");
        let told: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.healthy, part.heartbeat)).collect();
        let expected = [
            ("metadatabase", Some(true), None),
            ("scheduler", Some(false), Some(BEGIN)),
            ("triggerer", None, None),
            ("dag_processor", Some(true), Some(BEGIN)),
        ];
        assert_eq!(told, expected, "{dialect:?}");
    }
}

#[tokio::test]
async fn dags_come_with_all_that_is_asked_of_them_and_without_those_whose_file_is_gone() {
    for dialect in BOTH {
        let due = BEGIN + minutes(10);
        let fake = an_airflow(dialect, |side| {
            side.dag("orders").tagged("teal").tagged("daily").paused().every(Duration::from_secs(600), due);
            side.dag("adhoc").broken();
            side.dag("old").gone();
        });
        let dags = teal(&fake, dialect).dags().await.expect("an answer");
        let [adhoc, orders] = dags.as_slice() else { panic!("{dags:?}") };
        assert_eq!((adhoc.id.as_str(), adhoc.paused, adhoc.broken, &adhoc.schedule), ("adhoc", false, true, &None));
        assert_eq!((orders.id.as_str(), orders.paused, orders.broken), ("orders", true, false));
        assert_eq!((&orders.tags, orders.next_run), (&names(&["teal", "daily"]), Some(due)));
        assert_eq!(orders.schedule.as_deref(), Some("every 600 s"));
    }
}

#[tokio::test]
async fn more_dags_than_a_page_are_read_page_by_page() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            for number in 0..250 {
                side.dag(&format!("dag_{number:03}"));
            }
        });
        let dags = teal(&fake, dialect).dags().await.expect("an answer");
        assert_eq!(dags.len(), 250);
        assert!(dags.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert_eq!(fake.count("*GET /dags?*"), 3, "{:?}", fake.calls());
    }
}

#[tokio::test]
async fn a_page_that_fails_fails_the_list_rather_than_shortening_it() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            for number in 0..250 {
                side.dag(&format!("dag_{number:03}"));
            }
        });
        fake.fail_after(2, "*GET /dags", Fault::Status(503));
        let error = teal(&fake, dialect).dags().await.expect_err("the third page failed");
        assert_eq!((error.code.as_deref(), error.refused), (Some("503"), false));
        assert!(error.message.contains("airflow-blue-env-WebServer"), "{error}");
    }
}

#[tokio::test]
async fn import_errors_come_by_file_with_the_last_line_of_the_trace() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.import_error("z.py", "Traceback\n  line\nKeyError: 'x'\n", BEGIN);
            side.import_error("a.py", "SyntaxError: invalid syntax", BEGIN);
        });
        let errors = teal(&fake, dialect).import_errors().await.expect("an answer");
        let told = |file: &str, error: &str| ImportError { file: file.into(), error: error.into(), at: Some(BEGIN) };
        assert_eq!(errors, [told("a.py", "SyntaxError: invalid syntax"), told("z.py", "KeyError: 'x'")]);
    }
}

#[tokio::test]
async fn of_connections_and_variables_only_names_are_kept_and_of_pools_their_slots_too() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            side.connection("warehouse").connection("mail").variable("threshold").pool("narrow", 2).pool("wide", -1);
        });
        let keys = teal(&fake, dialect).keys().await.expect("an answer");
        assert_eq!(keys.connections, ["mail", "warehouse"]);
        assert_eq!(keys.variables, ["threshold"]);
        assert_eq!(keys.pools, ["default_pool (128)", "narrow (2)", "wide (no limit)"]);
        assert!(!format!("{keys:?}").contains("planted"));
    }
}

#[tokio::test]
async fn a_403_on_one_endpoint_names_the_permission_and_leaves_the_others_alone() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |_| {});
        fake.fail("*GET /variables", Fault::Status(403), usize::MAX);
        let teal = teal(&fake, dialect);
        let error = teal.keys().await.expect_err("it is refused");
        assert_eq!((error.code.as_deref(), error.refused), (Some("403"), true));
        assert!(
            error.message.contains("Variables.can_read") && error.message.contains("role/blue-env/ROLE"),
            "{error}"
        );
        assert!(teal.dags().await.is_ok());
    }
}

#[tokio::test]
async fn where_fewer_requests_are_asked_for_it_waits_a_little_and_asks_again() {
    let fake = an_airflow(Dialect::Three, |side| {
        side.dag("a");
    });
    fake.fail("*GET /dags", Fault::Throttled, 2);
    assert_eq!(teal(&fake, Dialect::Three).dags().await.expect("the third time").len(), 1);
    assert_eq!(fake.calls().len(), 3);
}

#[tokio::test]
async fn a_list_from_which_one_goes_between_two_pages_is_read_once_more() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            for number in 0..150 {
                side.dag(&format!("dag_{number:03}"));
            }
        });
        fake.meanwhile(1, "*GET /dags", ENV, |side| drop(side.dags.remove("dag_007")));
        let dags = teal(&fake, dialect).dags().await.expect("the second look");
        assert_eq!(dags.len(), 149, "{dialect:?}");
        assert!(dags.iter().any(|dag| dag.id == "dag_100"), "it had moved to the page that was read already");
        assert_eq!(fake.count("*GET /dags?*"), 4);
    }
}

#[tokio::test]
async fn a_list_to_which_one_comes_between_two_pages_is_read_once_more() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            for number in 0..150 {
                side.dag(&format!("dag_{number:03}"));
            }
        });
        fake.meanwhile(1, "*GET /dags", ENV, |side| {
            side.dag("a_new_one").paused();
        });
        let dags = teal(&fake, dialect).dags().await.expect("the second look");
        assert_eq!(dags.len(), 151, "{dialect:?}");
        assert_eq!(dags[0].id, "a_new_one");
    }
}

#[tokio::test]
async fn a_list_with_gaps_is_an_error_and_never_taken_for_whole() {
    for dialect in BOTH {
        let fake = an_airflow(dialect, |side| {
            for number in 0..150 {
                let dag = side.dag(&format!("dag_{number:03}"));
                dag.run("r").running(BEGIN).task("work", "running", Some(BEGIN), None);
            }
        });
        for (list, pattern) in [("/dags", "*GET /dags"), ("/taskInstances/list", "*/taskInstances/list")] {
            fake.fail(pattern, Fault::OnlyTheFirstPage, usize::MAX);
            let teal = teal(&fake, dialect);
            let error = match list {
                "/dags" => teal.dags().await.expect_err("fifty are missing"),
                _ => teal.work().await.expect_err("fifty are missing"),
            };
            assert!(error.message.contains("lists 100 of 150") && error.message.contains(list), "{dialect:?} {error}");
            assert!(!error.refused);
        }
    }
}
