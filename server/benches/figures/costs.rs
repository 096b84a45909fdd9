//! The page of costs with all that may be on it: thirteen months, fifteen services.

use std::{path::Path, time::Duration};

use teal_domain::{
    Timestamp,
    bill::{Cut, Entry, Micros, Tags},
    time::Day,
};
use teal_server::{
    engine::clock::{Clock as _, System},
    store::{
        Store,
        bills::{Asking, Claim, Counts, Ended, Told},
    },
};

use crate::{
    pages::drawn,
    process::{Server, config},
    table::Table,
};

const MONTHS: i64 = 13;
const SERVICES: usize = 15;
/// Each service has so many types of usage.
const USAGE_TYPES: usize = 4;

/// How long it takes to draw.
pub async fn page(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("teal.db");
    fill(&store).await;
    let teal = Server::start(&config(folder.path(), &store, "/mwaa/blue-green/active-environment"), &[]);
    // The keeper has added up what it found in the store, and all parts of the platform were read.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (took, note) = drawn(&teal, "/p/dev/costs").await;
    let note = format!("{MONTHS} months, {SERVICES} services, {} types of usage; {note}", SERVICES * USAGE_TYPES);
    table.at_most("costs, drawn anew", took, "ms", 10.0, note);
}

/// What Cost Explorer would have told by now.
async fn fill(path: &Path) {
    let (store, now) = (Store::open(path).await.expect("a store"), System::default().now());
    let tags = Tags::by_convention("mwaa-openlineage", "dev");
    let pair = serde_json::json!([tags.project, tags.environment, tags.side]).to_string();
    let account = serde_json::json!([tags.project.0]).to_string();
    for (cut, scope) in [(Cut::Services, &pair), (Cut::Sides, &pair), (Cut::Account, &account)] {
        let asking = Asking {
            account: "own credentials".into(),
            action: "ce:GetCostAndUsage",
            question: format!("{} recent {scope}", cut.as_str()),
        };
        let Claim::Taken(seq) = store.claim_bill(&asking, 1, now).await.expect("a claim") else { panic!("none left") };
        let days = days(cut, now);
        let told = Told { scope, cut, currency: Some("USD"), days: &days };
        store.end_bill(&asking, seq, &Ended::Answered(None), Counts::Yes, Some(told), now).await.expect("kept");
    }
    store.close().await;
}

fn days(cut: Cut, now: Timestamp) -> Vec<(Day, Vec<Entry>)> {
    let today = Day::of(now);
    (1..MONTHS * 31).map(|ago| today.plus(-ago)).map(|day| (day, entries(cut, day))).collect()
}

fn entries(cut: Cut, day: Day) -> Vec<Entry> {
    let all = (0..SERVICES).flat_map(|service| (0..USAGE_TYPES).map(move |usage| (service, usage)));
    all.map(|(service, usage)| {
        let service_name = format!("Amazon Service {service}");
        let (first, second) = match cut {
            Cut::Services => (service_name, format!("USE2-Usage-{service}-{usage}")),
            Cut::Sides => (["blue", "green", ""][usage % 3].to_owned(), service_name),
            Cut::Account => (["mwaa-openlineage", "another", ""][usage % 3].to_owned(), service_name),
        };
        let micros = Micros(1_000_000 + i64::try_from(service * usage).expect("few") * 37_000);
        Entry { day, first, second, micros }
    })
    .collect()
}
