//! What differs between the sides, by name.

use super::{
    Verdict::{Block, Pass, Warn},
    fixture::{self, NOW, around, change, dag, file, finds, one, option, secs_ago, switch_to_green},
};
use crate::{
    Actor, Color, PairSnapshot, Reading, Reason, dags::Strategy, environment::Setup, maintenance::Maintenance,
    surroundings::Mark,
};

#[test]
fn what_mwaa_tells_of_both_sides_is_compared() {
    finds("airflow-version", Warn, "Blue runs Airflow 2.11.0, Green 3.0.6.", |pair| {
        change(&mut pair.blue, |blue| blue.airflow_version = Some("2.11.0".into()));
    });
    finds("airflow-version", Warn, "does not tell", |pair| change(&mut pair.blue, |blue| blue.airflow_version = None));
    finds("class", Warn, "Blue is mw1.large, Green mw1.small.", |pair| {
        change(&mut pair.blue, |blue| blue.class = Some("mw1.large".into()));
    });
    finds("workers", Warn, "Blue has 1 to 5 workers and 2 schedulers, Green 1 to 10", |pair| {
        change(&mut pair.blue, |blue| blue.workers = Some((1, 5)));
    });
}

#[test]
fn options_are_compared_by_name_and_their_values_never_shown() {
    let set = |key: &'static str, value: &'static str| {
        move |pair: &mut PairSnapshot| {
            change(&mut pair.green, |green| {
                green.setup.options.insert(key.into(), option(key, value));
            });
        }
    };
    finds("options", Warn, "Set to something else: core.parallelism.", set("core.parallelism", "64"));
    finds("options", Warn, "Only on Green: smtp.smtp_password.", set("smtp.smtp_password", "hunter2"));
    let mut pair = fixture::pair();
    set("smtp.smtp_password", "hunter2")(&mut pair);
    assert!(switch_to_green(&pair).iter().all(|check| !format!("{check:?}").contains("hunter2")));
}

#[test]
fn files_in_two_buckets_are_compared_by_their_hash_alone() {
    let set = |of: fn(&mut Setup)| move |pair: &mut PairSnapshot| change(&mut pair.green, |green| of(&mut green.setup));
    finds("requirements", Pass, "the same requirements file, by its hash", |_| ());
    finds(
        "requirements",
        Warn,
        "Only Blue has a requirements file: requirements.txt.",
        set(|green| green.requirements = None),
    );
    finds("requirements", Warn, "Green other.txt", set(|green| green.requirements = Some(("other.txt".into(), None))));
    finds("requirements", Warn, "The requirements files differ", |pair| {
        change(&mut around(pair).green.artifacts, |files| *files = vec![file("requirements.txt", "another")]);
    });
    finds("requirements", Warn, "not comparable by hash", |pair| {
        change(&mut around(pair).green.artifacts, |files| {
            (files[0].etag, files[0].mark) = ("x".into(), Mark::Encrypted)
        });
    });
    let says = "cannot be told without their hashes";
    finds("requirements", Warn, says, |pair| around(pair).green.artifacts = Reading::default());
    finds("requirements", Warn, says, |pair| {
        let files = vec![file("requirements.txt", "r")];
        around(pair).green.artifacts = Reading::good(files, secs_ago(3600));
    });
    finds("plugins", Warn, "Only Green has a plugins file", set(|green| green.plugins = Some(("p.zip".into(), None))));
    finds(
        "startup",
        Warn,
        "Only Green has a start-up script",
        set(|green| green.startup = Some(("s.sh".into(), None))),
    );
}

#[test]
fn in_one_bucket_the_version_of_a_file_decides() {
    let one_bucket = |version: &'static str| {
        move |pair: &mut PairSnapshot| {
            around(pair).green.artifacts = Reading::default();
            let file = |version: &str| Some(("requirements.txt".to_owned(), Some(version.to_owned())));
            change(&mut pair.blue, |blue| (blue.setup.bucket, blue.setup.requirements) = (Some("b".into()), file("1")));
            change(&mut pair.green, |green| {
                (green.setup.bucket, green.setup.requirements) = (Some("b".into()), file(version));
            });
        }
    };
    finds("requirements", Pass, "in the same version", one_bucket("1"));
    finds("requirements", Warn, "in two versions", one_bucket("2"));
}

#[test]
fn dag_files_dags_schedules_and_keys_are_compared_by_name() {
    finds("dag-files", Warn, "Only on Green: new.py; different content: load.py.", |pair| {
        change(&mut around(pair).green.files, |files| {
            files[0].etag = "another".into();
            files.push(file("new.py", "c"));
        });
    });
    finds("dag-files", Warn, "Uploaded in parts, so not comparable by hash: load.py.", |pair| {
        change(&mut around(pair).green.files, |files| (files[0].etag, files[0].mark) = ("a-2".into(), Mark::Parts));
    });
    let encrypted = |bytes: u64| {
        move |pair: &mut PairSnapshot| {
            change(&mut around(pair).green.files, |files| {
                (files[0].etag, files[0].mark, files[0].bytes) = ("b".into(), Mark::Encrypted, bytes);
            });
        }
    };
    finds("dag-files", Warn, "Of one size, and not comparable by hash, since a bucket encrypts", encrypted(10));
    finds("dag-files", Warn, "Different content: load.py.", encrypted(11));
    finds("dag-set", Warn, "Only on Blue: a, b, c and 1 more.", |pair| {
        change(&mut around(pair).blue.dags, |dags| dags.extend(["a", "b", "c", "d"].map(|id| dag(id, false))));
    });
    finds("schedules", Warn, "load (0 6 * * * on Blue, none on Green)", |pair| {
        change(&mut around(pair).green.dags, |dags| dags[0].schedule = None);
    });
    finds("keys", Warn, "Connections only on Blue: s3; pools only on Green: big.", |pair| {
        change(&mut around(pair).blue.keys, |keys| keys.connections.push("s3".into()));
        change(&mut around(pair).green.keys, |keys| keys.pools.push("big".into()));
    });
}

#[test]
fn what_is_paused_counts_as_a_difference_only_where_nothing_is_paused_on_purpose() {
    let under = |strategy: Strategy| {
        move |pair: &mut PairSnapshot| {
            pair.policy.dags.strategy = strategy;
            change(&mut around(pair).green.dags, |dags| dags[0].paused = true);
        }
    };
    finds("paused-set", Warn, "Paused only on Green: load.", under(Strategy::FlagOnly));
    let moves = "1 DAG is unpaused on Green and 1 paused on Blue; 1 stays paused on both.";
    finds("paused-set", Pass, moves, under(Strategy::PauseStandby));
    finds("paused-set", Warn, "Works on Blue and is not on Green: load.", |pair| {
        pair.policy.dags.strategy = Strategy::PauseStandby;
        change(&mut around(pair).green.dags, |dags| drop(dags.remove(0)));
    });
    finds("dag-set", Pass, "DAGs of its own", |pair| {
        pair.policy.dags.strategy = Strategy::SeparateDags;
        change(&mut around(pair).green.dags, Vec::clear);
    });
}

#[test]
fn a_declared_maintenance_makes_a_difference_expected_until_a_moment_and_nothing_else() {
    let declared = |expects: &str, until| {
        let (expects, what) = (vec![expects.to_owned()], Reason::parse("2.11 to 3.0.6").expect("a reason"));
        let by = Actor::page("ana");
        move |pair: &mut PairSnapshot| {
            pair.maintenance = Some(Maintenance {
                id: crate::OperationId::new(NOW, 1),
                side: Color::Blue,
                what,
                expects,
                until,
                by,
                since: secs_ago(60),
                overrides: false,
            });
            change(&mut pair.blue, |blue| blue.airflow_version = Some("2.11.0".into()));
        }
    };
    let later = fixture::in_secs(3600);
    let says = "Expected until Tue 24 Nov 2026, 13:00 UTC, since ana declared for Blue: 2.11 to 3.0.6. Blue runs Airflow 2.11.0";
    finds("airflow-version", Pass, says, declared("airflow-version", later));
    finds("airflow-version", Warn, "Blue runs", declared("airflow-version", NOW));
    finds("airflow-version", Warn, "Blue runs", declared("class", later));
    let mut pair = fixture::pair();
    declared("airflow-version", later)(&mut pair);
    pair.blue.fail("timed out", NOW);
    assert_eq!(one(&switch_to_green(&pair), "airflow-version").verdict, Warn, "what is not known is not expected");
}

#[test]
fn what_policy_lets_block_is_lifted_by_a_declaration_only_where_whoever_declared_may_override() {
    let declared = |overrides| {
        move |pair: &mut PairSnapshot| {
            pair.policy.says = vec![("class".to_owned(), Block)];
            pair.maintenance = Some(Maintenance {
                id: crate::OperationId::new(NOW, 1),
                side: Color::Blue,
                what: Reason::parse("a larger class").expect("a reason"),
                expects: vec!["class".into()],
                until: fixture::in_secs(3600),
                by: Actor::page("ana"),
                since: secs_ago(60),
                overrides,
            });
            change(&mut pair.blue, |blue| blue.class = Some("mw1.large".into()));
        }
    };
    finds("class", Block, "Policy lets it block all the same, since ana may not override it", declared(false));
    finds("class", Pass, "Expected until", declared(true));
}
