//! A switch, from the command line and over the server, each against the bare calls.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use aws_sdk_ssm::{Client as Ssm, types::ParameterType};
use teal_server::aws::{Place, sdk_config};

use crate::{
    http::Client,
    process::{Server, binary, config},
    table::{Table, median},
};

const RUNS: usize = 15;

/// What many switch scripts do: read, put, read.
const BOTO3: &str = "
import boto3, os, sys
ssm = boto3.client('ssm')
name, to = sys.argv[1], sys.argv[2]
ssm.get_parameter(Name=name)
ssm.put_parameter(Name=name, Value=to, Type='String', Overwrite=True)
assert ssm.get_parameter(Name=name)['Parameter']['Value'] == to
";

async fn ssm() -> Ssm {
    Ssm::new(&sdk_config(&Place { region: "us-east-2".into(), role: None }, std::time::Duration::from_secs(5)).await)
}

async fn fresh(ssm: &Ssm, flag: &str) {
    ssm.put_parameter().name(flag).value("blue").r#type(ParameterType::String).send().await.expect("a flag");
}

/// `teal switch --confirm …` against a boto3 script, whole processes.
pub async fn command(table: &mut Table) {
    let (ssm, folder) = (ssm().await, tempfile::tempdir().expect("a folder"));
    let python = std::env::var("TEAL_BENCH_PYTHON").expect("run this with `make bench`");
    let script = folder.path().join("switch.py");
    std::fs::write(&script, BOTO3).expect("written");
    fresh(&ssm, "/bench/command").await;
    fresh(&ssm, "/bench/boto3").await;
    let config = config(folder.path(), &folder.path().join("teal.db"), "/bench/command");
    let (mut ratios, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let to = if run % 2 == 0 { "green" } else { "blue" };
        let a = timed(
            Command::new(binary())
                .args(["switch", "--to", to, "--reason", "bench", "--confirm"])
                .arg(format!("{to}@{}", run + 1))
                .arg("--config")
                .arg(&config),
        );
        let b = timed(Command::new(&python).arg(&script).args(["/bench/boto3", to]));
        // The first run fills caches and makes the store.
        if run > 0 {
            ratios.push(a / b);
            ours.push(a);
            theirs.push(b);
        }
    }
    let note = format!("{:.0} ms against {:.0} ms, {RUNS} runs", median(&mut ours), median(&mut theirs));
    table.at_most("teal switch, whole process, against boto3", median(&mut ratios), "x", 0.2, note);
}

fn timed(command: &mut Command) -> f64 {
    let began = Instant::now();
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    began.elapsed().as_secs_f64() * 1e3
}

/// From the confirming POST to the answer, against get, put and get with the SDK in one process.
pub async fn server(table: &mut Table) {
    let (ssm, folder) = (ssm().await, tempfile::tempdir().expect("a folder"));
    fresh(&ssm, "/bench/server").await;
    fresh(&ssm, "/bench/bare").await;
    let teal = Server::start(&config(folder.path(), &folder.path().join("teal.db"), "/bench/server"), &[]);
    let mut client = Client::connect(&teal.address).await;
    let (mut ratios, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..=RUNS * 2 {
        let to = if run % 2 == 0 { "green" } else { "blue" };
        let confirmation = confirmation(&mut client, to).await;
        let form = format!("pair=dev&to={to}&confirmation={confirmation}&typed={to}&reason=bench");
        // What goes on behind the switch before (reading the parameter's history) keeps the emulator busy, which
        // answers one request at a time.
        quiet().await;
        let began = Instant::now();
        let answer = client.post_form("/api/fn/switch", &form).await;
        let a = began.elapsed().as_secs_f64() * 1e3;
        assert!(answer.head.contains("location: /p/dev/history/"), "{}", answer.head);
        quiet().await;
        let began = Instant::now();
        bare(&ssm, to).await;
        let b = began.elapsed().as_secs_f64() * 1e3;
        if run > 0 {
            ratios.push(a / b);
            ours.push(a);
            theirs.push(b);
        }
    }
    let note = format!("{:.1} ms against {:.1} ms, {} runs", median(&mut ours), median(&mut theirs), RUNS * 2);
    table.at_most("switch over the server, against get, put, get", median(&mut ratios), "x", 1.5, note);
}

/// Opens the switch page until it offers the way to `to` on the latest version, and takes the confirmation.
async fn confirmation(client: &mut Client, to: &str) -> String {
    loop {
        let page = client.get(&format!("/p/dev/switch?to={to}")).await;
        let html = String::from_utf8_lossy(&page.body).into_owned();
        let found = html
            .split("name=\"confirmation\"")
            .nth(1)
            .and_then(|rest| rest.split("value=\"").nth(1))
            .and_then(|rest| rest.split('"').next());
        // Without a side to come from, or with the target live already, the page has not caught up yet.
        let other = if to == "green" { ".blue." } else { ".green." };
        if let Some(confirmation) = found.filter(|text| text.contains(other)) {
            return confirmation.to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn quiet() {
    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
}

async fn bare(ssm: &Ssm, to: &str) {
    ssm.get_parameters().names("/bench/bare").send().await.expect("read");
    ssm.put_parameter().name("/bench/bare").value(to).overwrite(true).send().await.expect("put");
    ssm.get_parameters().names("/bench/bare").send().await.expect("read");
}
