//! A hundred pairs in one account and region: what their pages cost, and how often SSM is asked for their flags.

use std::{fmt::Write as _, path::Path, sync::atomic::Ordering, time::Duration};

use aws_sdk_ssm::{Client as Ssm, types::ParameterType};
use teal_server::aws::{Place, sdk_config};

use crate::{
    calls::Between,
    http::Client,
    pages::drawn,
    process::{Server, config},
    table::Table,
};

const PAIRS: usize = 100;
const WATCHED: Duration = Duration::from_secs(60);
/// SSM answers 40 a second in an account and region, the DAGs' own included.
const A_QUARTER: f64 = 10.0;

fn flag(number: usize) -> String {
    format!("/bench/fleet/{number:03}")
}

/// Each with a flag of its own, as often asked for as by default.
pub async fn figures(table: &mut Table) {
    let place = Place { region: "us-east-2".into(), role: None };
    let ssm = Ssm::new(&sdk_config(&place, Duration::from_secs(5)).await);
    for number in 0..PAIRS {
        let value = if number.is_multiple_of(2) { "blue" } else { "green" };
        let put = ssm.put_parameter().name(flag(number)).value(value).r#type(ParameterType::String).overwrite(true);
        put.send().await.expect("a flag");
    }
    let folder = tempfile::tempdir().expect("a folder");
    // Reads of flags and of their history alike.
    let Between { address, count } = Between::counting(b"AmazonSSM.GetParameter").await;
    let teal = Server::start(&fleet(folder.path()), &[("AWS_ENDPOINT_URL", address)]);
    all_read(&teal).await;

    let before = count.load(Ordering::Relaxed);
    tokio::time::sleep(WATCHED).await;
    let asked = count.load(Ordering::Relaxed) - before;
    let a_second = asked as f64 / WATCHED.as_secs_f64();
    let note = format!("{asked} in {} s, as by default every 2 s", WATCHED.as_secs());
    table.at_most("100 pairs, calls of SSM a second", a_second, "/s", A_QUARTER, note);

    let (page, note) = drawn(&teal, "/p/f050").await;
    table.at_most("100 pairs, overview of one, drawn anew", page, "ms", 15.0, note);
    let (list, note) = drawn(&teal, "/api/v1/pairs").await;
    table.at_most("100 pairs, the state of all of them", list, "ms", 15.0, format!("by the API; {note}"));
}

/// What is not about flags is read as seldom as may be: the emulator answers one request at a time.
fn fleet(folder: &Path) -> std::path::PathBuf {
    let path = config(folder, &folder.join("teal.db"), &flag(0));
    let head = format!(
        "listen = \"127.0.0.1:0\"\n[store]\npath = \"{}\"\n[polling]\nenvironments = \"1h\"\nsurroundings = \"30m\"\n",
        folder.join("teal.db").display()
    );
    let pairs = (0..PAIRS).fold(head, |mut text, number| {
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "[[pair]]\nid = \"f{number:03}\"\nproject = \"fleet\"\nenvironment = \"f{number:03}\"\nregion = \"us-east-2\"\n\
             [pair.names]\nflag = \"{}\"\n",
            flag(number)
        );
        text
    });
    std::fs::write(&path, pairs).expect("a config");
    path
}

/// Waits until every flag has been read, and what is read at the start only is over.
async fn all_read(teal: &Server) {
    let mut client = Client::connect(&teal.address).await;
    let until = std::time::Instant::now() + Duration::from_secs(180);
    loop {
        let answer = client.get("/api/v1/pairs").await;
        let pairs: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        let pairs = pairs["pairs"].as_array().expect("pairs");
        let read = pairs.iter().filter(|pair| pair["live"].is_string()).count();
        if read == PAIRS {
            break;
        }
        assert!(std::time::Instant::now() < until, "{read} of {PAIRS} flags were read");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
}
