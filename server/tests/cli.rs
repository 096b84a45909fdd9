//! The real program at the command line, against emulated AWS: what it prints, how it ends, what it leaves
//! in SSM and in the journal, and that no `kill -9` makes the two differ.

#[path = "support/collector.rs"]
mod collector;
#[path = "cli/costs.rs"]
mod costs;
#[path = "support/emulators.rs"]
#[allow(dead_code, reason = "each test file uses its own part of this")]
mod emulators;
#[path = "support/marquez.rs"]
mod marquez;
#[path = "support/program.rs"]
mod program;
#[path = "support/slow_aws.rs"]
#[allow(dead_code, reason = "each test file uses its own part of this")]
mod slow_aws;
mod support;

use std::{
    collections::BTreeMap,
    net::{SocketAddr, ToSocketAddrs as _},
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_ssm::Client;
use collector::{Answers, Collector};
use emulators::{Chance, REGION, SlowWay, fresh_name, ministack, put, sdk, ssm};
use marquez::{Served, Version};
use program::teal;
use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use support::{Up, folder};
use teal_domain::{
    OperationId, PairNames, Timestamp,
    history::{HistoryQuery, Progress},
};
use teal_server::{
    aws::ssm::Ssm,
    config::PairConfig,
    engine::{
        Engine, Pair, Ports, Settings,
        clock::{Clock, System},
    },
    store::{Store, verify::Verdict},
};
use tokio::sync::Notify;

/// A config of its own over a flag of its own.
struct Desk {
    folder: tempfile::TempDir,
    flag: String,
    client: Client,
    endpoint: String,
}

/// How a command ended and what it said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Desk {
    /// A flag that holds `values`, one version each.
    async fn new(values: &[&str]) -> Self {
        let endpoint = ministack();
        let (client, flag) = (ssm(&endpoint).await, fresh_name("cli"));
        for value in values {
            put(&client, &flag, value, "seeded").await;
        }
        let desk = Self { folder: folder(), flag, client, endpoint };
        let config = format!(
            "[store]\npath = \"{}\"\n\n[[pair]]\nid = \"dev\"\nproject = \"mwaa-openlineage\"\nenvironment = \"dev\"\nregion = \"{REGION}\"\n\n[pair.names]\nflag = \"{}\"\n",
            desk.store().display(),
            desk.flag
        );
        std::fs::write(desk.config(), config).expect("written");
        desk
    }

    /// More in its config.
    fn told(&self, more: &str) {
        let text = std::fs::read_to_string(self.config()).expect("its config");
        std::fs::write(self.config(), format!("{text}{more}")).expect("written");
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("teal.toml")
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("teal.db")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = teal(&self.endpoint);
        command.current_dir(self.folder.path()).arg("--config").arg(self.config()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().expect("it ran"))
    }

    fn switch(&self, to: &str, confirm: &str) -> Said {
        self.run(&["switch", "--to", to, "--confirm", confirm, "--reason", "a rehearsal"])
    }

    /// The parameter's own history: version, value, description.
    async fn versions(&self) -> Vec<(i64, String, String)> {
        versions(&self.client, &self.flag).await
    }

    /// Changes the journal behind its back.
    async fn tamper(&self, sql: &'static str) {
        let mut file = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(self.store()))
            .await
            .expect("the file");
        for statement in ["DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete", sql] {
            sqlx::query(statement).execute(&mut file).await.expect(statement);
        }
        file.close().await.expect("closed");
    }
}

async fn versions(client: &Client, flag: &str) -> Vec<(i64, String, String)> {
    let mut pages = client.get_parameter_history().name(flag).max_results(50).into_paginator().send();
    let mut versions = Vec::new();
    while let Some(page) = pages.next().await {
        let Ok(page) = page else { break };
        versions.extend(
            page.parameters
                .unwrap_or_default()
                .into_iter()
                .map(|one| (one.version, one.value.unwrap_or_default(), one.description.unwrap_or_default())),
        );
    }
    versions.sort_unstable();
    versions
}

#[tokio::test]
async fn status_says_which_side_is_live_to_people_and_to_programs() {
    let desk = Desk::new(&["green", "blue"]).await;
    let said = desk.run(&["status"]).ends(0);
    assert!(said.out.contains("Blue is live (version 2)") && said.out.contains("AVAILABLE"), "{said:?}");
    let json = desk.run(&["status", "--json"]).ends(0).json();
    assert_eq!(
        (&json[0]["pair"], &json[0]["live"], &json[0]["version"], &json[0]["missing"]),
        (&"dev".into(), &"blue".into(), &2.into(), &false.into())
    );
    assert_eq!(json[0]["environments"]["green"]["status"], "AVAILABLE");
    desk.run(&["status", "--pair", "prod"]).ends(2);

    for (values, says) in [(&["purple"][..], "holds \"purple\""), (&[], "the flag is missing")] {
        let desk = Desk::new(values).await;
        let said = desk.run(&["status"]).ends(1);
        assert!(said.out.contains("no side is working") && said.out.contains(says), "{said:?}");
        assert_eq!(desk.run(&["status", "--json"]).ends(1).json()[0]["live"], Value::Null);
    }
}

#[tokio::test]
async fn a_confirmed_switch_is_one_version_that_carries_its_operation_and_stands_in_the_history() {
    let desk = Desk::new(&["green", "blue"]).await;
    let said = desk.switch("green", "green@2").ends(0);
    let id: OperationId =
        said.out.lines().find_map(|line| line.strip_prefix("Operation ")).expect("an id").parse().expect("an id");
    let versions = desk.versions().await;
    assert_eq!(versions.last(), Some(&(3, "green".into(), format!("teal op={id}"))));
    assert_eq!(versions.len(), 3);

    let text = desk.run(&["history"]).ends(0).out;
    assert!(
        text.contains("Green ← Blue")
            && text.contains("ana")
            && text.contains("\"a rehearsal\"")
            && text.contains("v3"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 3, "two imported and one switch: {text}");
    let json = desk.run(&["history", "--json", "--kind", "switch"]).ends(0).json();
    let record = &json["records"][0];
    assert_eq!(
        (&record["what"]["operation"], &record["actor"]["name"], &record["actor"]["via"]),
        (&id.to_string().into(), &"ana".into(), &"cli".into())
    );
    assert_eq!(record["what"]["progress"]["outcome"]["is"], "landed");
    assert!(record["what"]["timings"]["total"].as_u64().is_some_and(|millis| millis > 0), "{record}");
    assert_eq!(desk.run(&["history", "--json", "--actor", "nobody"]).ends(0).json()["records"], Value::Array(vec![]));
}

#[tokio::test]
async fn a_switch_says_what_it_did_as_json_too() {
    let desk = Desk::new(&["blue"]).await;
    let json =
        desk.run(&["--json", "switch", "--to", "green", "--confirm", "green@1", "--reason", "why"]).ends(0).json();
    assert_eq!(json["what"]["progress"]["outcome"]["version"], 2);
}

#[tokio::test]
async fn a_dry_run_says_what_is_checked_and_switches_nothing() {
    let desk = Desk::new(&["blue"]).await;
    let said = desk.run(&["switch", "--to", "green", "--dry-run"]);
    let json = desk.run(&["--json", "switch", "--to", "green", "--dry-run"]).json();
    let checks = json["checks"].as_array().expect("a list");
    assert_eq!((&checks[0]["name"], &checks[0]["verdict"]), (&"flag".into(), &"pass".into()), "{json}");
    assert!(said.out.contains("ok       flag    The flag: The flag says blue, version 1."), "{said:?}");
    assert_eq!(
        (&json["target"], &json["base"], &json["dags"]["strategy"]),
        (&"green".into(), &1.into(), &"flag-only".into())
    );
    assert!(said.out.contains("DAGs     flag-only\n         Nothing is paused or unpaused."), "{said:?}");
    assert_eq!(desk.versions().await.len(), 1);
    desk.run(&["switch", "--to", "green", "--dry-run", "--confirm", "green@1"]).ends(2);
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_done_with_the_dags_or_that_nobody_knows() {
    let desk = Desk::new(&["blue"]).await;
    let plain = std::fs::read_to_string(desk.config()).expect("the config");
    std::fs::write(desk.config(), format!("{plain}\n[pair.policy]\nstrategy = \"pause-standby\"\n")).expect("written");
    let said = desk.run(&["switch", "--to", "green", "--dry-run"]);
    let json = desk.run(&["--json", "switch", "--to", "green", "--dry-run"]).json();
    assert!(said.out.contains("DAGs     pause-standby\n"), "{said:?}");
    // What could not be read is no empty list.
    let read = json["dags"]["read_at"].is_string();
    assert_eq!(read, json["dags"]["pause"].is_array(), "{json}");
    assert_eq!(!read, said.out.contains("have not been read"), "{said:?}");
}

#[tokio::test]
async fn the_calendar_says_why_it_is_closed_and_when_it_opens_without_asking_aws() {
    let desk = Desk::new(&[]).await;
    assert_eq!(desk.run(&["freezes"]).ends(0).out, "Open now.\nNothing is frozen in the next two months.\n");
    let plain = std::fs::read_to_string(desk.config()).expect("the config");
    let freeze = "\n[[pair.policy.freeze]]\nbecause = \"all year\"\nrrule = \"FREQ=DAILY\"\nstarts = \"2026-01-01T00:00\"\nlasts = \"1d\"\n";
    std::fs::write(desk.config(), format!("{plain}{freeze}")).expect("written");
    let mut command = desk.command(&["freezes"]);
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let said = Said::of(command.output().expect("it ran")).ends(0);
    assert!(said.out.starts_with("Closed because: all year. Opens "), "{said:?}");
    let json = desk.run(&["--json", "freezes"]).ends(0).json();
    assert_eq!((&json["freeze"]["closed"], &json["freeze"]["because"]), (&true.into(), &"all year".into()));
    assert!(json["freezes"].as_array().is_some_and(|freezes| freezes.len() > 60), "{json}");
    desk.run(&["freezes", "--pair", "prod"]).ends(2);
}

#[tokio::test]
async fn the_pairs_runbook_is_named_where_something_blocks_or_no_side_is_live() {
    let named = "Runbook: https://wiki.example/dev";
    let with_policy = async |values: &[&str]| {
        let desk = Desk::new(values).await;
        let plain = std::fs::read_to_string(desk.config()).expect("the config");
        let policy = "\n[pair.policy]\ntwo_person = true\nrunbook_url = \"https://wiki.example/dev\"\n";
        std::fs::write(desk.config(), format!("{plain}{policy}")).expect("written");
        desk
    };
    let desk = with_policy(&["blue"]).await;
    assert!(!desk.run(&["status"]).ends(0).out.contains("Runbook"));
    assert_eq!(desk.run(&["status", "--json"]).ends(0).json()[0]["runbook_url"], "https://wiki.example/dev");
    let said = desk.run(&["switch", "--to", "green", "--dry-run"]).ends(3);
    assert!(
        said.out.contains("nobody has approved this switch") && said.out.ends_with(&format!("{named}\n")),
        "{said:?}"
    );
    let said = desk.switch("green", "green@1").ends(3);
    assert!(said.err.contains(named), "{said:?}");
    assert_eq!(desk.versions().await.len(), 1);
    let desk = with_policy(&["purple"]).await;
    assert!(desk.run(&["status"]).ends(1).out.contains(named));
}

#[tokio::test]
async fn a_planned_switch_names_its_change_and_an_emergency_does_not() {
    let desk = Desk::new(&["blue"]).await;
    let plain = std::fs::read_to_string(desk.config()).expect("the config");
    let policy = "\n[pair.policy]\nchange_ref = \"required\"\nchange_ref_pattern = \"CHG[0-9]{7}\"\n";
    std::fs::write(desk.config(), format!("{plain}{policy}")).expect("written");
    let switch = |to: &str, confirm: &str, more: &[&str]| {
        desk.run(&[&["--json", "switch", "--to", to, "--confirm", confirm, "--reason", "why"], more].concat())
    };
    let said = switch("green", "green@1", &[]).ends(2);
    assert!(said.err.contains("names the change") && said.err.contains("--change-ref"), "{said:?}");
    let said = switch("green", "green@1", &["--change-ref", "CHG1"]).ends(2);
    assert!(said.err.contains("must match `CHG[0-9]{7}`"), "{said:?}");
    assert_eq!(desk.versions().await.len(), 1);
    let json = switch("green", "green@1", &["--change-ref", "CHG0012345"]).ends(0).json();
    assert_eq!(json["what"]["change_ref"], "CHG0012345");
    assert!(desk.run(&["history"]).ends(0).out.contains("CHG0012345"));
    let json = switch("blue", "blue@2", &["--emergency"]).ends(0).json();
    assert_eq!((&json["what"]["kind"], &json["what"]["change_ref"]), (&"emergency".into(), &Value::Null));
}

#[tokio::test]
async fn a_dry_run_takes_the_change_into_account_and_a_real_one_does_not_cry_wolf() {
    let desk = Desk::new(&["blue"]).await;
    let plain = std::fs::read_to_string(desk.config()).expect("the config");
    let policy = "\n[pair.policy]\nchange_ref = \"required\"\nchange_ref_pattern = \"CHG[0-9]{7}\"\n";
    std::fs::write(desk.config(), format!("{plain}{policy}")).expect("written");
    let dry = |more: &[&str]| desk.run(&[&["switch", "--to", "green", "--dry-run"], more].concat());
    let said = dry(&[]).ends(3);
    assert!(said.out.contains("BLOCKS   policy  Change reference"), "{said:?}");
    let said = dry(&["--change-ref", "CHG0012345"]).ends(0);
    assert!(said.out.contains("It belongs to CHG0012345"), "{said:?}");
    dry(&["--change-ref", "CHG1"]).ends(2);
    let switch = ["switch", "--to", "green", "--confirm", "green@1", "--reason", "why", "--change-ref", "CHG0012345"];
    let said = desk.run(&switch).ends(0);
    assert!(!said.err.contains("BLOCKS"), "{said:?}");
    // To take it back asks for none.
    let back = ["--json", "switch", "--to", "blue", "--confirm", "blue@2", "--reason", "why"];
    let json = desk.run(&back).ends(0).json();
    assert!(json["what"]["reverts"].is_string(), "{json}");
    // And what follows that is a new switch.
    let said = desk.run(&["switch", "--to", "green", "--confirm", "green@3", "--reason", "why"]).ends(2);
    assert!(said.err.contains("names the change"), "{said:?}");
}

#[tokio::test]
async fn what_blocks_says_who_may_lift_it_and_an_emergency_says_that_it_is_skipped() {
    let desk = Desk::new(&["blue"]).await;
    let plain = std::fs::read_to_string(desk.config()).expect("the config");
    let with =
        |policy: &str| std::fs::write(desk.config(), format!("{plain}\n[pair.policy]\n{policy}\n")).expect("written");
    with("says = { import-errors = \"block\" }");
    let said = desk.run(&["switch", "--to", "green", "--dry-run"]).ends(3);
    assert!(
        said.out.contains("BLOCKS") && said.out.contains("You may override what blocks, with --override"),
        "{said:?}"
    );
    with("says = { import-errors = \"block\" }\noverride = \"nobody\"");
    let said = desk.run(&["switch", "--to", "green", "--dry-run"]).ends(3);
    assert!(said.out.contains("Nobody may override"), "{said:?}");
    let emergency = ["switch", "--to", "green", "--confirm", "green@1", "--reason", "why", "--emergency"];
    let said = desk.run(&emergency).ends(0);
    assert!(!said.err.contains("BLOCKS") && said.err.contains("skipped  "), "{said:?}");
}

#[tokio::test]
async fn where_dags_are_moved_a_command_says_who_does_it_and_nothing_is_skipped_that_nobody_follows() {
    let desk = Desk::new(&["blue"]).await;
    let skip = ["follow", "--skip", "3", "--reason", "it hangs"];
    let said = desk.run(&skip).ends(3);
    assert!(said.err.contains("Nothing follows that switch any more"), "{said:?}");
    let plain = std::fs::read_to_string(desk.config()).expect("the config");
    let policy = "\n[pair.policy]\nstrategy = \"pause-standby\"\nsays = { permissions = \"warn\" }\n";
    std::fs::write(desk.config(), format!("{plain}{policy}")).expect("written");
    let said = desk.switch("green", "green@1").ends(0);
    assert!(said.err.contains("nothing follows by itself") && said.err.contains("teal follow --pair dev"), "{said:?}");
    let file = desk.folder.path().join("night.spool");
    let file = file.to_str().expect("a path");
    let spooled =
        ["switch", "--to", "blue", "--confirm", "blue@2", "--emergency", "--spool", file, "--reason", "green is down"];
    let said = desk.run(&spooled).ends(0);
    assert!(said.err.contains("until the file is merged") && said.err.contains("on Green"), "{said:?}");
    desk.run(&["follow", "--skip", "3"]).ends(2);
}

#[tokio::test]
async fn from_a_missing_flag_it_is_a_repair_however_it_is_called() {
    let desk = Desk::new(&[]).await;
    let said = ["--json", "switch", "--to", "green", "--confirm", "green@missing", "--reason", "why", "--emergency"];
    assert_eq!(desk.run(&said).ends(0).json()["what"]["kind"], "repair");
}

/// Nobody says who calls, and the parameter's history does not come.
#[tokio::test]
async fn an_emergency_waits_two_seconds_at_most_for_all_that_is_outside() {
    for spooled in [false, true] {
        let aws = slow_aws::SlowAws::mute(slow_aws::Puts::After(Duration::ZERO)).await;
        let folder = folder();
        let config = format!(
            "[store]\npath = \"{0}/teal.db\"\n\n[[sign_in.caller]]\narn = \"arn:aws:iam::123456789012:*\"\nrole = \"operator\"\n\n[[pair]]\nid = \"dev\"\nproject = \"p\"\nenvironment = \"e\"\nregion = \"{REGION}\"\n",
            folder.path().display()
        );
        std::fs::write(folder.path().join("teal.toml"), config).expect("written");
        let mut words =
            vec!["switch", "--to", "green", "--confirm", "green@1", "--reason", "blue is down", "--emergency"];
        words.extend(spooled.then_some(["--spool", "night.spool"]).into_iter().flatten());
        let mut command = teal(&aws.url);
        command.current_dir(folder.path()).args(words).stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let mut child = command.spawn().expect("it began");
        // A call by itself is given up after ten seconds only.
        let flipped = tokio::time::timeout(Duration::from_secs(7), aws.put_came()).await;
        assert!(flipped.is_ok(), "spooled {spooled}: nothing was put within {:?}", began.elapsed());
        child.kill().expect("killed");
        child.wait().expect("it ended");
    }
}

#[tokio::test]
async fn nobody_overrides_at_the_command_line_what_policy_lets_nobody_override() {
    let desk = Desk::new(&["blue"]).await;
    let plain = std::fs::read_to_string(desk.config()).expect("the config");
    std::fs::write(desk.config(), format!("{plain}\n[pair.policy]\noverride = \"nobody\"\n")).expect("written");
    let switch = ["switch", "--to", "green", "--confirm", "green@1", "--reason", "why", "--override"];
    let said = desk.run(&switch).ends(3);
    assert!(said.err.contains("Nobody may override"), "{said:?}");
    desk.run(&[&switch[..], &["--emergency"]].concat()).ends(2);
    assert_eq!(desk.versions().await.len(), 1);
    // Where somebody may and nothing blocks, nothing is overridden.
    std::fs::write(desk.config(), plain).expect("written");
    let json = desk.run(&[&["--json"], &switch[..]].concat()).ends(0).json();
    assert_eq!((&json["what"]["kind"], &json["what"]["overridden"]), (&"planned".into(), &Value::Null));
}

#[tokio::test]
async fn a_flag_that_moved_since_it_was_seen_is_not_written() {
    let desk = Desk::new(&["blue", "green", "blue"]).await;
    let said = desk.switch("green", "green@2").ends(3);
    assert!(said.out.contains("moved") || said.err.contains("moved"), "{said:?}");
    assert_eq!(desk.versions().await.len(), 3);
    let missing = desk.switch("green", "green@missing").ends(3);
    assert_eq!(desk.versions().await.len(), 3, "{missing:?}");
}

#[tokio::test]
async fn switching_to_the_side_that_is_live_puts_nothing_and_is_no_failure() {
    let desk = Desk::new(&["blue"]).await;
    let said = desk.switch("blue", "blue@1").ends(0);
    assert!(said.out.contains("said Blue already, so nothing was put"), "{said:?}");
    assert_eq!(desk.versions().await.len(), 1);
}

#[tokio::test]
async fn row_37_nothing_is_put_without_a_confirmation_that_fits() {
    let desk = Desk::new(&["blue"]).await;
    for confirm in ["green", "green@", "green@0", "purple@1", "yes", "blue@1"] {
        let said = desk.switch("green", confirm).ends(2);
        assert!(!said.err.is_empty(), "{said:?}");
    }
    // Nobody is at a terminal: it says what to type instead of asking.
    let said = desk.run(&["switch", "--to", "green", "--reason", "why"]).ends(2);
    assert!(said.err.contains("--confirm green@1"), "{said:?}");
    let said = desk.run(&["switch", "--to", "green", "--confirm", "green@1"]).ends(2);
    assert!(said.err.contains("--reason"), "{said:?}");
    desk.run(&["switch", "--to", "green", "--confirm", "green@1", "--reason", " "]).ends(2);
    desk.run(&["switch", "--to", "green", "--confirm", "green@1", "--reason", &"x".repeat(10_000)]).ends(2);
    desk.run(&["switch", "--to", "purple", "--confirm", "green@1", "--reason", "why"]).ends(2);
    desk.run(&["switch", "--to", "green", "--pair", "prod", "--confirm", "green@1", "--reason", "why"]).ends(2);
    desk.run(&["switch", "--to", "green", "--confirm", "green@1", "--reason", "why", "--spool", "file"]).ends(2);
    assert_eq!(desk.versions().await.len(), 1);
}

#[tokio::test]
async fn a_missing_flag_is_created_and_a_purple_one_is_set_by_a_repair() {
    let desk = Desk::new(&[]).await;
    desk.switch("green", "green@1").ends(3);
    assert!(desk.versions().await.is_empty());
    desk.switch("green", "green@missing").ends(0);
    assert_eq!(
        desk.versions().await.iter().map(|(version, value, _)| (*version, value.as_str())).collect::<Vec<_>>(),
        [(1, "green")]
    );
    assert_eq!(
        desk.run(&["history", "--json", "--kind", "repair"]).ends(0).json()["records"].as_array().map(Vec::len),
        Some(2)
    );

    let desk = Desk::new(&["blue", "purple"]).await;
    desk.switch("blue", "blue@2").ends(0);
    assert_eq!(desk.versions().await.last().map(|(version, value, _)| (*version, value.as_str())), Some((3, "blue")));
    assert_eq!(desk.run(&["status"]).ends(0).code, Some(0));
}

#[tokio::test]
async fn row_54_history_verify_proves_the_journal_or_names_what_was_done_to_it() {
    let desk = Desk::new(&["blue"]).await;
    desk.switch("green", "green@1").ends(0);
    let json = desk.run(&["history", "verify", "--json"]).ends(0).json();
    assert_eq!(json["holds"], true);
    let head = json["head"].as_str().expect("a head").to_owned();
    let hash = head.split_once(':').expect("seq:hash").1.to_owned();
    for kept in [&head, &hash] {
        desk.run(&["history", "verify", "--head", kept]).ends(0);
    }
    desk.run(&["history", "verify", "--head", "nonsense"]).ends(2);

    // Cut off at the end: nobody can tell without the head.
    desk.tamper("DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal)").await;
    desk.run(&["history", "verify"]).ends(0);
    for kept in [&head, &hash] {
        let said = desk.run(&["history", "verify", "--head", kept]).ends(5);
        assert!(said.out.contains("cut off"), "{said:?}");
    }
    // Edited: named.
    let desk = Desk::new(&["blue"]).await;
    desk.switch("green", "green@1").ends(0);
    desk.tamper("UPDATE journal SET actor = 'eve' WHERE seq = 2").await;
    let said = desk.run(&["history", "verify"]).ends(5);
    assert!(said.out.contains("entry 2 was edited"), "{said:?}");
    assert_eq!(desk.run(&["history", "verify", "--json"]).ends(5).json()["holds"], false);
}

#[tokio::test]
async fn config_check_names_every_mistake_with_its_line_and_starts_nothing() {
    let desk = Desk::new(&["blue"]).await;
    assert!(desk.run(&["config", "check"]).ends(0).out.contains("in order"));
    std::fs::write(
        desk.config(),
        "listen = \"0.0.0.0:80\"\ngrace = \"soon\"\ncolour = \"teal\"\n\n[[pair]]\nproject = \"p\"\nenvironment = \"e\"\nregoin = \"us-east-2\"\n",
    )
    .expect("written");
    let said = desk.run(&["config", "check"]).ends(2);
    for line in ["teal.toml:1:", "teal.toml:2:", "teal.toml:3:", "teal.toml:8:"] {
        assert!(said.err.contains(line), "{line}: {}", said.err);
    }
    assert!(said.err.contains("did you mean `region`?"), "{}", said.err);
    // Whatever else is asked: the same mistakes, and nothing happens.
    for arguments in [
        &["status"][..],
        &["serve"],
        &["switch", "--to", "green", "--confirm", "green@1", "--reason", "why"],
        &["doctor"],
    ] {
        assert!(desk.run(arguments).ends(2).err.contains("teal.toml:8:"), "{arguments:?}");
    }
    assert!(!desk.store().exists());
    assert_eq!(desk.versions().await.len(), 1);
}

#[tokio::test]
async fn row_33_where_callers_are_configured_only_they_switch_and_the_journal_names_them() {
    let desk = Desk::new(&["blue"]).await;
    let plain = std::fs::read_to_string(desk.config()).expect("the config");
    let with = |arn: &str, role: &str| {
        let caller = format!("\n[[sign_in.caller]]\narn = \"{arn}\"\nrole = \"{role}\"\n");
        std::fs::write(desk.config(), format!("{plain}{caller}")).expect("written");
    };
    for (arn, role) in
        [("arn:aws:iam::123456789012:user/somebody-else", "operator"), ("arn:aws:iam::123456789012:*", "viewer")]
    {
        with(arn, role);
        for emergency in [false, true] {
            let mut words = vec!["switch", "--to", "green", "--confirm", "green@1", "--reason", "why"];
            words.extend(emergency.then_some("--emergency"));
            let said = desk.run(&words).ends(3);
            for says in
                ["Switching needs the role operator or admin", "arn:aws:iam::123456789012:", "[[sign_in.caller]]"]
            {
                assert!(said.err.contains(says), "{says} is not in {said:?}");
            }
        }
        assert_eq!(desk.versions().await.len(), 1);
    }
    with("arn:aws:iam::123456789012:*", "operator");
    desk.switch("green", "green@1").ends(0);
    let history = desk.run(&["history", "--json"]).ends(0);
    assert!(history.out.contains("arn:aws:iam::123456789012:root"), "{history:?}");
}

#[tokio::test]
async fn row_39_while_the_store_is_away_an_emergency_goes_to_a_spool_file_and_is_merged_later() {
    let desk = Desk::new(&["blue"]).await;
    std::fs::create_dir(desk.store()).expect("a folder in the store's place");
    let planned = desk.switch("green", "green@1");
    assert!(matches!(planned.code, Some(1 | 2)), "{planned:?}");
    assert_eq!(desk.versions().await.len(), 1, "nothing is switched that cannot be recorded");
    for says in
        ["store", "teal switch --pair dev --to green --confirm green@1 --emergency --spool", "aws ssm put-parameter"]
    {
        assert!(planned.err.contains(says), "{says} is not in {planned:?}");
    }

    let spool = desk.folder.path().join("night.spool");
    let file = spool.to_str().expect("a path");
    let said = desk
        .run(&[
            "switch",
            "--to",
            "green",
            "--confirm",
            "green@1",
            "--emergency",
            "--spool",
            file,
            "--reason",
            "blue is down",
        ])
        .ends(0);
    assert!(said.err.contains(&format!("teal history merge {file}")), "{said:?}");
    let kinds: Vec<String> = std::fs::read_to_string(&spool)
        .expect("the spool")
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["body"]["kind"].as_str().expect("a kind").to_owned()
        })
        .collect();
    assert_eq!(kinds, ["intent", "put", "outcome"]);
    let versions = desk.versions().await;
    assert_eq!((versions.len(), versions[1].1.as_str()), (2, "green"));

    std::fs::remove_dir(desk.store()).expect("the store's place is free again");
    for _ in 0..2 {
        desk.run(&["history", "merge", file]).ends(0);
    }
    let json = desk.run(&["history", "--json", "--kind", "emergency"]).ends(0).json();
    let records = json["records"].as_array().expect("records");
    assert_eq!(records.len(), 1, "merged twice, told once");
    assert_eq!((&records[0]["what"]["spooled"], &records[0]["what"]["reason"]), (&true.into(), &"blue is down".into()));
    assert_eq!(format!("teal op={}", records[0]["what"]["operation"].as_str().expect("an id")), versions[1].2);
    // The next switch reads the history: the version belongs to the emergency, not to a stranger.
    desk.switch("blue", "blue@2").ends(0);
    assert_eq!(desk.run(&["history", "--json", "--kind", "external"]).ends(0).json()["records"], Value::Array(vec![]));
    desk.run(&["history", "verify"]).ends(0);
}

/// What a doctor found of one thing.
#[track_caller]
fn finding(json: &Value, check: &str) -> Value {
    let findings = json.as_array().expect("findings");
    findings.iter().find(|one| one["check"] == check).cloned().unwrap_or_else(|| panic!("no {check} in {json}"))
}

/// Its verdict, and what it says.
#[track_caller]
fn found(json: &Value, check: &str) -> (String, String) {
    let finding = finding(json, check);
    let word = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    (word("verdict"), word("says"))
}

#[tokio::test]
async fn doctor_says_of_each_part_of_the_platform_what_is_there_and_how_often_aws_is_asked() {
    let desk = Desk::new(&["blue"]).await;
    let json = desk.run(&["doctor", "--json"]).ends(0).json();
    for (check, says) in [
        ("network", "private subnets 2, public ones 2; NAT gateways that work: 1"),
        ("balancer", "mwaa-openlineage-marquez-dev is active, 4 of 4 targets healthy"),
        ("group", "mwaa-openlineage-marquez-dev-asg has 2 of 2 instances in service (2 to 4)"),
        ("database", "with a standby in another zone"),
        ("secret", "mwaa-openlineage/marquez/database/dev is there"),
        ("blue-bucket", "is there, with versions"),
        ("green-bucket", "is there, with versions"),
    ] {
        let (verdict, told) = found(&json, check);
        assert_eq!(verdict, "good", "{check}: {json}");
        assert!(told.contains(says), "{check}: {told}");
    }
    let (verdict, told) = found(&json, "calls");
    let number = told.strip_prefix("AWS calls for this pair: ").and_then(|rest| rest.split(' ').next());
    let number: u64 = number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{told}"));
    assert_eq!(verdict, "good", "{told}");
    assert!((1..=20).contains(&number) && told.contains("a minute beside the flag's (mwaa 4.0, "), "{told}");
    assert!(told.ends_with("what MWAA hands on to its Airflows is counted where a pair is named"), "{told}");
    let named = found(&desk.run(&["doctor", "--pair", "dev", "--json"]).ends(0).json(), "calls").1;
    assert!(named.contains("; MWAA hands on ") && named.ends_with(" more to its Airflows"), "{named}");

    // Asked four times as often, and for what is not there.
    let desk = Desk::new(&["blue"]).await;
    desk.told("load_balancer = \"nowhere\"\nsecret = \"nowhere/else\"\n[polling]\nsurroundings = \"15s\"\n");
    let json = desk.run(&["doctor", "--json"]).ends(0).json();
    for (check, mend) in [("balancer", "`load_balancer`"), ("secret", "`secret`"), ("calls", "`surroundings`")] {
        let finding = finding(&json, check);
        assert_eq!(finding["verdict"], "warning", "{finding}");
        assert!(finding["mend"].as_str().is_some_and(|says| says.contains(mend)), "{finding}");
    }
    assert_eq!(found(&json, "balancer").1, "not found; tried: nowhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_says_whether_the_collector_takes_traces() {
    let desk = Desk::new(&["blue"]).await;
    let json = desk.run(&["doctor", "--json"]).ends(0).json();
    assert_eq!(found(&json, "collector").0, "not_tried", "{json}");
    let collector = Collector::start(Answers::Takes).await;
    desk.told(&format!("[traces]\nendpoint = \"{}\"\n", collector.address));
    let asked = || {
        let json = desk.run(&["doctor", "--json"]).ends(0).json();
        let (verdict, says) = found(&json, "collector");
        (verdict, says, finding(&json, "collector")["mend"].as_str().unwrap_or_default().to_owned())
    };
    let (verdict, says, _) = asked();
    assert_eq!((verdict, says), ("good".into(), format!("{}/v1/traces takes traces", collector.address)));
    assert!(collector.spans().is_empty(), "a doctor sends none");
    for (answers, says, mend) in [
        (Answers::With(401), "it answered HTTP 401", "correct the headers"),
        (Answers::With(404), "it answered HTTP 404", "Correct `endpoint`"),
        (Answers::With(503), "it answered HTTP 503", "its own log"),
    ] {
        collector.answers(answers);
        let (verdict, told, mends) = asked();
        assert_eq!(verdict, "warning", "{told}");
        assert!(told.ends_with(&format!("does not take traces: {says}")) && mends.contains(mend), "{told} {mends}");
    }
    collector.end().await;
    let (verdict, told, mends) = asked();
    assert_eq!(verdict, "warning", "{told}");
    assert!(told.contains("it could not be reached: ") && mends.contains("4318"), "{told} {mends}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_says_how_the_lineage_service_is_and_which_namespaces_it_knows() {
    let desk = Desk::new(&["blue"]).await;
    let json = desk.run(&["doctor", "--json"]).ends(0).json();
    assert_eq!(found(&json, "lineage").0, "not_tried", "{json}");
    let jobs: &[(&str, &[marquez::Job<'_>])] =
        &[("mwaa-openlineage-blue-dev", &[("orders.load", "COMPLETED", &["2026-11-27T00:00:00Z"])])];
    for (version, statistics) in [(Version::Early, "before 0.50"), (Version::Later, "from 0.50 on")] {
        let service = Served::new(marquez::marquez(version, jobs)).await;
        let desk = Desk::new(&["blue"]).await;
        desk.told(&format!("[pair.lineage]\napi_url = \"{}\"\n", service.address));
        let json = desk.run(&["doctor", "--json"]).ends(0).json();
        let (verdict, says) = found(&json, "lineage");
        assert_eq!((verdict.as_str(), says.starts_with(&service.address)), ("good", true), "{says}");
        let (verdict, says) = found(&json, "lineage-api");
        assert!(verdict == "good" && says.contains(statistics), "{says}");
        let (verdict, says) = found(&json, "namespaces");
        assert_eq!(verdict, "warning");
        assert_eq!(says, "nothing was ever written into mwaa-openlineage-green-dev");
        service.end().await;
        let json = desk.run(&["doctor", "--json"]).ends(0).json();
        let (verdict, says) = found(&json, "lineage");
        assert!(verdict == "warning" && says.contains("could not be reached"), "{says}");
    }
}

#[tokio::test]
async fn doctor_finds_what_is_wrong_and_says_how_to_mend_it() {
    let desk = Desk::new(&["blue"]).await;
    let json = desk.run(&["doctor", "--json"]).ends(0).json();
    for check in ["credentials", "clock", "flag", "history", "labels", "blue", "green", "writable", "journal"] {
        assert_eq!(finding(&json, check)["verdict"], "good", "{check}: {json}");
    }
    desk.client
        .label_parameter_version()
        .name(&desk.flag)
        .parameter_version(1)
        .labels("keep")
        .send()
        .await
        .expect("labelled");
    let labels = finding(&desk.run(&["doctor", "--json"]).ends(0).json(), "labels");
    assert_eq!(labels["verdict"], "warning");
    assert!(labels["mend"].as_str().expect("a mend").contains("unlabel-parameter-version"), "{labels}");
    assert_eq!(desk.versions().await.len(), 1, "a doctor writes no flag");

    for (values, says) in [(&["purple"][..], "purple"), (&[], "does not exist")] {
        let desk = Desk::new(values).await;
        let flag = finding(&desk.run(&["doctor", "--json"]).ends(1).json(), "flag");
        assert_eq!(flag["verdict"], "bad");
        assert!(
            flag["says"].as_str().expect("words").contains(says)
                && flag["mend"].as_str().expect("a mend").contains("teal switch"),
            "{flag}"
        );
    }
    let desk = Desk::new(&["blue"]).await;
    std::fs::create_dir(desk.store()).expect("a folder in the store's place");
    let said = desk.run(&["doctor"]).ends(1);
    assert!(said.out.contains("BAD") && said.out.contains("is a folder"), "{said:?}");
}

#[tokio::test]
async fn doctor_looks_for_the_seven_troubles_of_a_pair_that_is_named() {
    let desk = Desk::new(&["blue"]).await;
    let troubles = |json: &Value| -> Vec<Value> {
        json.as_array().expect("findings").iter().filter(|one| one["trouble"].is_object()).cloned().collect()
    };
    assert!(troubles(&desk.run(&["doctor", "--json"]).ends(0).json()).is_empty(), "not unless a pair is named");
    // The emulated MWAA has no Airflow behind it.
    let json = desk.run(&["doctor", "--pair", "dev", "--json"]).ends(0).json();
    let found = troubles(&json);
    assert_eq!(found.len(), 7, "{json}");
    for one in &found {
        assert!(one["verdict"] != "bad" && one["says"].as_str().is_some_and(|says| !says.is_empty()), "{one}");
    }
    let said = desk.run(&["doctor", "--pair", "dev"]).ends(0);
    assert!(said.out.contains("health_url") && said.out.contains("old-side"), "{said:?}");
}

/// The machine's clock, an hour on: every confirmation has run out, every signed request is dead.
#[derive(Debug, Default)]
struct Later(System);

#[async_trait::async_trait]
impl Clock for Later {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now().0 + 3_600_000)
    }
    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }
    async fn sleep(&self, span: Duration) {
        self.0.sleep(span).await;
    }
    fn random(&self) -> [u8; 32] {
        self.0.random()
    }
}

/// Ten pairs in one store; each is switched three times by a process that is killed on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_44_after_a_kill_at_any_moment_the_journal_tells_what_the_parameter_tells() {
    const PAIRS: usize = 10;
    const ROUNDS: usize = 3;
    let seed = std::env::var("TEAL_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| System::default().now().0.unsigned_abs());
    println!("to repeat the choices: TEAL_TEST_SEED={seed}");
    let mut chance = Chance(seed);
    let endpoint = ministack();
    let client = ssm(&endpoint).await;
    let address: SocketAddr = endpoint
        .trim_start_matches("http://")
        .replace("localhost", "127.0.0.1")
        .to_socket_addrs()
        .expect("an address")
        .next()
        .expect("one");
    let way = SlowWay::start(address, Duration::from_millis(25), chance.next());

    let folder = folder();
    let store = folder.path().join("teal.db");
    let mut config = format!("[store]\npath = \"{}\"\n", store.display());
    let mut pairs = Vec::new();
    for number in 0..PAIRS {
        let flag = fresh_name("kill");
        put(&client, &flag, "blue", "seeded").await;
        let section = format!(
            "\n[[pair]]\nid = \"p{number}\"\nproject = \"p{number}\"\nenvironment = \"dev\"\nregion = \"{REGION}\"\n[pair.names]\nflag = \"{flag}\"\n"
        );
        config += &section;
        pairs.push((format!("p{number}"), flag));
    }
    std::fs::write(folder.path().join("teal.toml"), config).expect("written");
    let switch = |pair: &str, now: &(i64, String, String), emergency: bool| {
        let to = if now.1 == "blue" { "green" } else { "blue" };
        let mut command = teal(&way.url());
        command.current_dir(folder.path()).args([
            "switch",
            "--pair",
            pair,
            "--to",
            to,
            "--confirm",
            &format!("{to}@{}", now.0),
            "--reason",
            "kill me",
        ]);
        if emergency {
            command.arg("--emergency");
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };

    // How long one takes that nobody kills.
    let began = Instant::now();
    assert_eq!(
        switch(&pairs[0].0, &(1, "blue".into(), String::new()), false).status().expect("it ran").code(),
        Some(0)
    );
    let whole = began.elapsed();

    let (mut killed, mut ended) = (0, 0);
    for round in 0..ROUNDS {
        for (pair, flag) in &pairs {
            let now = versions(&client, flag).await.pop().expect("a version");
            way.drop_answers(chance.next().is_multiple_of(5));
            let mut child = switch(pair, &now, round > 0).spawn().expect("it began");
            // This is the chance that the test is about, not a wait for something.
            std::thread::sleep(chance.within(whole * 11 / 10));
            child.kill().expect("killed");
            match child.wait().expect("it ended").code() {
                None => killed += 1,
                Some(_) => ended += 1,
            }
            // A lease outlives its holder by 30 s: as if they had passed.
            if store.exists() {
                let mut file = SqliteConnection::connect_with(
                    &SqliteConnectOptions::new().filename(&store).busy_timeout(Duration::from_secs(5)),
                )
                .await
                .expect("the file");
                sqlx::query("DELETE FROM lease").execute(&mut file).await.expect("deleted");
                file.close().await.expect("closed");
            }
        }
    }
    way.drop_answers(false);
    way.wait_until_empty();
    println!("{killed} killed, {ended} ended before; one takes {whole:?}");
    assert!(killed >= 10, "most were to be killed on their way");

    // Another process comes up, an hour later.
    let kept = Store::open(&store).await.expect("the store opens again");
    let port = Arc::new(Ssm::new(&sdk(&endpoint, Duration::from_secs(10)).await));
    let all = pairs
        .iter()
        .map(|(id, flag)| {
            let config = PairConfig {
                id: id.parse().expect("a pair"),
                title: id.clone(),
                project: id.clone(),
                environment: "dev".into(),
                region: REGION.into(),
                account: None,
                assume_role_arn: None,
                lineage: teal_domain::lineage::Setup::default(),
                mode: None,
                names: PairNames { flag: flag.clone(), ..PairNames::by_convention(id, "dev") },
                policy: teal_domain::policy::Policy::default(),
                freezes: Vec::new(),
                costs: teal_server::config::PairCosts::by_convention(id, "dev"),
            };
            let ports = Ports {
                flag: port.clone(),
                environments: Arc::new(Up::default()),
                trail: None,
                around: None,
                bill: None,
                prices: None,
            };
            Arc::new(Pair::new(config, ports, Arc::new(Notify::new())))
        })
        .collect();
    let settings = Settings {
        flag_interval: Duration::from_secs(2),
        environment_interval: Duration::from_secs(30),
        surroundings_interval: Duration::from_secs(60),
        grace: Duration::from_secs(600),
        spool: None,
    };
    let engine = Engine::new(all, kept, Arc::new(Later::default()), settings).await.expect("an engine");
    let (mut landed, mut not, mut refused) = (0, 0, 0);
    for pair in &engine.pairs {
        engine.reconcile(pair).await.expect("reconciled");
        let mut carried: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let truth = versions(&client, &pair.config.names.flag).await;
        for (version, _, description) in &truth {
            if let Some(id) = description.strip_prefix("teal op=") {
                carried.entry(id.to_owned()).or_default().push(*version);
            }
        }
        let page = engine.store.history(pair.id(), &HistoryQuery::default(), 1000).await.expect("a page");
        for switch in page.records.iter().filter_map(|record| record.switch().map(|switch| (record, switch))) {
            let (record, switch) = switch;
            let really = carried.remove(&switch.operation.to_string()).unwrap_or_default();
            assert!(really.len() <= 1, "two versions for one operation: {really:?} {switch:?}");
            let Progress::Ended { outcome, .. } = &switch.progress else { panic!("it has no end: {switch:?}") };
            let told = record.version().map(|version| i64::try_from(version.0).expect("few"));
            assert_eq!(told, really.first().copied(), "what the journal tells and what happened: {outcome:?}");
            match (told, outcome.as_str()) {
                (Some(_), _) => landed += 1,
                (None, "refused" | "moved" | "nothing_to_do") => refused += 1,
                (None, _) => not += 1,
            }
        }
        assert!(carried.is_empty(), "versions of ours without an intent: {carried:?}");
        let externals = page.records.iter().filter(|record| record.switch().is_none()).count();
        assert_eq!(externals, 1, "only the seeded version is somebody else's: {:?}", page.records);
        assert!(engine.store.open_operations(pair.id()).await.expect("asked").is_empty());
    }
    println!("{landed} landed, {not} did not, {refused} were refused");
    assert!(landed >= 2, "some got through");
    let head = engine.store.head().await.expect("a head");
    assert_eq!(engine.store.verify(Some(head)).await.expect("read"), Verdict::Holds(head));
}
