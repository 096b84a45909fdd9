//! The history page of a long history against that of a short one.

use std::{path::Path, time::Instant};

use teal_domain::{Actor, FlagValue, FlagVersion, Incarnation, Timestamp, VersionRecord, journal::Body};
use teal_server::store::{Draft, Store};

use crate::{
    http::Client,
    process::{Server, config},
    table::{Table, median},
};

const LONG: u64 = 1_000_000;
const SHORT: u64 = 1_000;
const AT_ONCE: u64 = 20_000;

/// Pages of a journal with a million entries against one with a thousand.
pub async fn pages(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut servers = Vec::new();
    for (name, entries) in [("short", SHORT), ("long", LONG)] {
        let place = folder.path().join(name);
        std::fs::create_dir(&place).expect("a folder");
        fill(&place.join("teal.db"), entries).await;
        // A flag of its own: what the journal holds is not compared with the seeded one.
        servers.push(Server::start(&config(&place, &place.join("teal.db"), &format!("/bench/{name}")), &[]));
    }
    let (mut short, mut long) =
        (Client::connect(&servers[0].address).await, Client::connect(&servers[1].address).await);
    for (name, path) in [
        ("history page, 1,000,000 entries against 1,000", "/p/dev/history"),
        ("the same, one person's", "/p/dev/history?actor=person-7"),
        ("the same, an old page", "/p/dev/history?before=900"),
    ] {
        let (mut ratios, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..40 {
            let (a, b) = (timed(&mut long, path).await, timed(&mut short, path).await);
            if run > 4 {
                ratios.push(a / b);
                ours.push(a);
                theirs.push(b);
            }
        }
        let note = format!("{:.1} ms against {:.1} ms", median(&mut ours), median(&mut theirs));
        table.at_most(name, median(&mut ratios), "x", 2.0, note);
    }
}

async fn timed(client: &mut Client, path: &str) -> f64 {
    let began = Instant::now();
    let answer = client.get(path).await;
    assert!(answer.is_ok(), "{}", answer.head);
    began.elapsed().as_secs_f64() * 1e3
}

async fn fill(path: &Path, entries: u64) {
    let store = Store::open(path).await.expect("a store");
    let mut written = 0;
    while written < entries {
        let batch = (written..(written + AT_ONCE).min(entries)).map(draft).collect::<Vec<_>>();
        written += batch.len() as u64;
        store.append_all(batch).await.expect("written");
    }
    store.close().await;
}

fn draft(number: u64) -> Draft {
    let at = Timestamp(1_700_000_000_000 + i64::try_from(number).unwrap() * 60_000);
    let value = if number.is_multiple_of(2) { "blue" } else { "green" };
    let record = VersionRecord {
        version: FlagVersion(number + 1),
        value: FlagValue::parse(value),
        modified_at: at,
        modified_by: Some("arn:aws:iam::123456789012:user/switch-script".into()),
        description: Some("nightly".into()),
        labels: vec![],
    };
    Draft {
        at,
        pair: "dev".parse().unwrap(),
        actor: Actor::outside(Some(&format!("person-{}", number % 50))),
        body: Body::Version {
            incarnation: Incarnation(0),
            record,
            previous: None,
            first_with: None,
            wrote: None,
            imported: false,
            carried_over: false,
        },
        parameter: Some("us-east-2:/elsewhere".into()),
    }
}
