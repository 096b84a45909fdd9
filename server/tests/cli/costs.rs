//! What the doctor says of what was paid.

use serde_json::Value;
use teal_domain::bill::Trouble;
use teal_server::{
    engine::clock::{Clock as _, System},
    store::{
        Store,
        bills::{Asking, Claim, Counts, Ended},
    },
};

use super::{Desk, finding, found};

#[tokio::test]
async fn the_estimate_is_the_same_as_text_as_json_and_as_csv_and_for_each_mode() {
    let desk = Desk::new(&["blue"]).await;
    let json = desk.run(&["cost", "--json"]).ends(0).json();
    let total = json["total"].as_str().expect("a total").to_owned();
    let text = desk.run(&["cost"]).ends(0).out;
    let last = text.lines().find(|line| line.starts_with("together")).expect("a total");
    assert!(last.ends_with(&format!(" {total}")), "{text}");
    let csv = desk.run(&["cost", "--csv"]).ends(0).out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let month = reader.headers().expect("a head").iter().position(|name| name == "month").expect("a column");
    let cents = |cell: &str| cell.replace('.', "").parse::<i64>().expect("cents");
    let sum: i64 = reader.records().map(|row| cents(&row.expect("a row")[month])).sum();
    assert_eq!(sum, cents(&total));
    let standard = desk.run(&["cost", "--json", "--mode", "standard"]).ends(0).json();
    assert_eq!((&standard["mode"], &standard["mode_found"]), (&"standard".into(), &json["mode_found"]));
    assert_eq!(standard["total"], standard["modes"][0]["total"]);
    assert!(cents(standard["total"].as_str().expect("a total")) < cents(&total));
    assert!(desk.run(&["cost", "--mode", "half"]).ends(2).err.contains("standard, blue-green, ha-marquez, full-ha"));
    desk.run(&["cost", "--csv", "--json"]).ends(2);
}

#[tokio::test]
async fn doctor_says_how_often_cost_explorer_was_asked_and_what_is_missing_and_asks_nothing() {
    let desk = Desk::new(&["blue"]).await;
    let actual = || finding(&desk.run(&["doctor", "--json"]).ends(0).json(), "actual");
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(word(&actual(), "verdict"), "not_tried");
    assert!(word(&actual(), "says").contains("each request costs $0.01"), "{}", actual());
    desk.told("[costs]\nactual = true\n");
    assert!(word(&actual(), "says").contains("was not asked yet"), "{}", actual());

    let store = Store::open(&desk.store()).await.expect("the store");
    let scope = r#"[["Project","mwaa-openlineage"],["Environment","dev"],"Color"]"#;
    let question = format!("services recent {scope}");
    let asking = Asking { account: "own credentials".into(), action: "ce:GetCostAndUsage", question };
    let now = System::default().now();
    let Claim::Taken(seq) = store.claim_bill(&asking, 1, now).await.expect("a claim") else { panic!("none left") };
    let requests = || found(&desk.run(&["doctor", "--json"]).ends(0).json(), "requests").1;
    assert!(requests().contains("asked 1 of 4 times today"), "{}", requests());
    let denied = Ended::Held(Trouble::NotAllowed("ce:GetCostAndUsage".into()), None);
    store.end_bill(&asking, seq, &denied, Counts::No, None, now).await.expect("written");
    assert_eq!(word(&actual(), "verdict"), "warning");
    assert_eq!(word(&actual(), "mend"), "Allow ce:GetCostAndUsage in the policy of Teal's role.");
    assert!(requests().contains("asked 0 of 4 times today"), "{}", requests());
}

#[tokio::test]
async fn whoever_has_read_enough_stops_nothing() {
    use std::process::Stdio;
    let desk = Desk::new(&["blue"]).await;
    for arguments in [&["cost", "--json"] as &[&str], &["cost"], &["status"]] {
        let mut child = desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it ran");
        // As `| head -0` would.
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("an end");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && err.is_empty(), "{arguments:?}: {:?} {err}", output.status);
    }
    // A disk that is full is another matter: the answer is not there.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has one");
    let output = desk.command(&["status"]).stdout(full).stderr(Stdio::piped()).output().expect("it ran");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the answer could not be written"), "{output:?}");
}
