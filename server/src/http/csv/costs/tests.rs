//! The files, opened with a reader of CSV.

use super::*;
use teal_domain::{
    bill::{Asked, Entry, Ledger, Micros, Read, Tags},
    cost::{Cents, Finding, Kind},
};

const HOSTILE: &str = "=HYPERLINK(\"http://evil\"), \"a\"\nb";

fn day(told: &str) -> Day {
    Day::parse(told).expect("a day")
}

/// Forty days, each the same, with a credit on one of them.
fn paid() -> Paid {
    let (today, first) = (day("2026-12-01"), day("2026-10-22"));
    let days: Vec<Day> = (first.0..today.0).map(Day).collect();
    let entry = |day: &Day, first: &str, second: &str, cents: i64| Entry {
        day: *day,
        first: first.to_owned(),
        second: second.to_owned(),
        micros: Micros(cents * 10_000),
    };
    let read = |cells: &[(&str, &str, i64)]| {
        let of_day = |day: &Day| cells.iter().map(|(one, two, cents)| entry(day, one, two, *cents)).collect::<Vec<_>>();
        Read { days: days.iter().copied().collect(), entries: days.iter().flat_map(of_day).collect() }
    };
    let mut services = read(&[("AmazonMWAA", "USE2-Environment", 2_352), (HOSTILE, "+1", 10), ("Tax", "@x", -20)]);
    services.entries.push(entry(&day("2026-11-30"), "AmazonMWAA", "Credit", -123_405));
    let sides = read(&[("blue", "AmazonMWAA", 1_176), ("", "Tax", -20)]);
    let account = read(&[("", "Amazon S3", 5), ("=other", "Amazon S3", 7), ("teal", "AmazonMWAA", 2_352)]);
    let ledger = Ledger::of("EUR".into(), &services, &sides, &account, "teal", today);
    Paid {
        ledger: Some(ledger),
        expected: None,
        read_at: None,
        asked: Asked::default(),
        trouble: None,
        tags: Tags::by_convention("teal", "dev"),
        budget: None,
        failed_hour: None,
    }
}

fn read(which: Which) -> (Vec<String>, Vec<Vec<String>>) {
    let table = of_paid(&paid(), which, day("2026-12-01")).expect("a table");
    let csv = written(&table).expect("a file");
    let mut reader = csv::Reader::from_reader(&*csv);
    let head = reader.headers().expect("a head").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
    (head, rows.collect())
}

#[test]
fn row_17_names_that_others_chose_do_nothing_in_a_spreadsheet_and_numbers_stay_numbers() {
    for which in Which::ALL.into_iter().filter(|which| !matches!(which, Which::Estimate | Which::Findings)) {
        let (head, rows) = read(which);
        assert!(!rows.is_empty(), "{which:?}");
        let numbers = ["amount", "days_read", "days", "expected", "low", "high"];
        for (name, cell) in rows.iter().flat_map(|row| head.iter().zip(row)) {
            if numbers.contains(&&**name) {
                assert!(cell.parse::<f64>().is_ok(), "{which:?}: {name} is {cell:?}");
            } else {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{which:?}: {name} is {cell:?}");
            }
        }
        assert!(rows.iter().all(|row| row.contains(&"EUR".to_owned())), "{which:?}");
    }
    let (_, rows) = read(Which::Services);
    assert!(rows.iter().any(|row| row[1] == format!("'{HOSTILE}")), "what was escaped is still there: {rows:?}");
}

#[test]
fn a_sum_is_a_plain_number_with_its_month_and_how_much_of_that_was_read() {
    let (head, rows) = read(Which::Services);
    assert_eq!(head, ["month", "service", "amount", "currency", "days_read", "days"]);
    // Thirty days of 23.52, less a credit of 1234.05.
    assert!(
        rows.contains(&["2026-11", "AmazonMWAA", "-528.45", "EUR", "30", "30"].map(str::to_owned).to_vec()),
        "{rows:?}"
    );
    assert!(
        rows.contains(&["2026-10", "AmazonMWAA", "235.20", "EUR", "10", "31"].map(str::to_owned).to_vec()),
        "{rows:?}"
    );
    assert!(!rows.iter().any(|row| row[0] == "2026-09"), "what was not read is no row of nought");
}

#[test]
fn the_rows_of_a_month_come_to_what_the_ledger_says() {
    let paid = paid();
    let ledger = paid.ledger.as_ref().expect("a ledger");
    for (which, table) in
        [(Which::Services, &ledger.services), (Which::Usage, &ledger.usage), (Which::Sides, &ledger.sides)]
    {
        let (head, rows) = read(which);
        let amount = head.iter().position(|name| name == "amount").expect("an amount");
        let cents = |cell: &str| Micros::parse(cell).expect("a number").cents();
        let all: Cents = rows.iter().map(|row| cents(&row[amount])).sum();
        assert_eq!(all, table.total(), "{which:?}");
    }
    let (_, rows) = read(Which::Untagged);
    let kinds = |kind: &str| rows.iter().filter(|row| row[1] == kind).count();
    assert_eq!((kinds("service"), kinds("other_project")), (2, 2), "two months of each: {rows:?}");
    assert_eq!(read(Which::Days).1.len(), 40);
}

#[test]
fn the_forecast_has_its_months_its_days_and_whose_it_is() {
    let (_, rows) = read(Which::Forecast);
    let months: Vec<&str> = rows.iter().filter(|row| row[0] == "month").map(|row| &*row[1]).collect();
    assert_eq!(months, ["2026-12", "2027-01", "2027-02"]);
    assert_eq!(rows.iter().filter(|row| row[0] == "day").count(), 31 + 31 + 28);
    assert!(rows.iter().all(|row| row[6] == "teal"), "{rows:?}");
}

#[test]
fn there_is_no_file_of_what_was_not_read() {
    let nothing = Paid { ledger: None, ..paid() };
    for which in Which::ALL {
        assert!(of_paid(&nothing, which, day("2026-12-01")).is_none(), "{which:?}");
    }
}

#[test]
fn what_could_be_saved_is_a_row_a_finding_and_one_without_a_price_has_an_empty_cell() {
    let finding = |what: &str, saves: Option<Cents>| Finding {
        kind: Kind::Nat,
        what: what.to_owned(),
        mend: "Share one.".to_owned(),
        saves,
    };
    let found = vec![finding(HOSTILE, Some(Cents(123_405))), finding("Two in a zone.", None)];
    let csv = written(&tables::findings(&Findings { found, unread: Vec::new() })).expect("a file");
    let mut reader = csv::Reader::from_reader(&*csv);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows[0], vec!["nat", &format!("'{HOSTILE}"), "Share one.", "1234.05", "USD"]);
    assert_eq!(rows[1], vec!["nat", "Two in a zone.", "Share one.", "", "USD"]);
}
