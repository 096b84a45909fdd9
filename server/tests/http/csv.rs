//! The history as CSV.

use std::{collections::HashSet, sync::Arc};

use axum::http::header;

use crate::{house::House, location};

#[tokio::test]
async fn row_17_the_csv_has_one_row_a_record_and_no_cell_that_a_spreadsheet_would_run() {
    let house = House::with_desk("+ana", |desk| Arc::new(desk)).await;
    for (number, reason) in ["=HYPERLINK(\"http://evil\")", "+1+1", "-2+3", "@SUM(A1)", "a, \"quoted\" one\nand a line"]
        .into_iter()
        .enumerate()
    {
        let color = if number % 2 == 0 { "green" } else { "blue" };
        let confirmation = house.confirmation(color).await;
        let fields =
            [("pair", "dev"), ("to", color), ("confirmation", &*confirmation), ("typed", color), ("reason", reason)];
        location(&house.post("/api/fn/switch", &fields).await);
        house.poll().await;
    }
    house.world.ssm.outsider_puts("=1+1", Some("=cmd"));
    house.teal.reconcile().await;
    let answer = house.get("/p/dev/history.csv").await;
    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/csv"));
    assert!(answer.header(header::CONTENT_DISPOSITION).contains("attachment; filename=\"teal-dev-history.csv\""));
    let mut reader = csv::Reader::from_reader(&*answer.body);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 31 + 5 + 1, "each record once");
    for cell in rows.iter().flat_map(csv::StringRecord::iter) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
    }
    let all = answer.text();
    assert!(all.contains("'=HYPERLINK(") && all.contains("'+ana"), "what was escaped is still there");
    let entries: HashSet<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(entries.len(), rows.len());
    let some = house.get("/p/dev/history.csv?kind=switch").await;
    assert_eq!(csv::Reader::from_reader(&*some.body).records().count(), 5, "the filters apply");
}

#[tokio::test]
async fn the_csv_holds_a_history_of_many_pages() {
    let house = House::new().await;
    for _ in 0..90 {
        house.world.ssm.outsider_puts("green", None);
        house.teal.reconcile().await;
    }
    let answer = house.get("/p/dev/history.csv").await;
    assert_eq!(csv::Reader::from_reader(&*answer.body).records().count(), 121);
}
