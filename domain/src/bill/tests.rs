//! Sums by hand.

use super::*;
use crate::{
    Timestamp,
    cost::Cents,
    time::{Day, Month},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn month(text: &str) -> Month {
    Month::parse(text).expect("a month")
}

fn entry(on: &str, first: &str, second: &str, dollars: &str) -> Entry {
    let micros = Micros::parse(dollars).expect("an amount");
    Entry { day: day(on), first: first.into(), second: second.into(), micros }
}

fn read(days: impl IntoIterator<Item = Day>, entries: Vec<Entry>) -> Read {
    Read { days: days.into_iter().collect(), entries }
}

fn days(from: &str, to: &str) -> BTreeSet<Day> {
    (day(from).0..day(to).0).map(Day).collect()
}

/// A ledger of a pair that costs the same each day of a span.
fn steady(from: &str, to: &str, dollars: &str, today: &str) -> Ledger {
    let days = days(from, to);
    let entries = days.iter().map(|day| entry(&day.to_string(), "MWAA", "Env", dollars)).collect();
    Ledger::of("USD".into(), &read(days, entries), &Read::default(), &Read::default(), "acme", day(today))
}

#[test]
fn a_ledger_adds_up_by_month_what_costs_most_first() {
    let services = read(
        days("2026-10-30", "2026-11-03"),
        vec![
            entry("2026-10-30", "MWAA", "Env", "11.76"),
            entry("2026-10-31", "MWAA", "Worker", "1.3249"),
            entry("2026-11-01", "MWAA", "Env", "11.76"),
            entry("2026-11-01", "EC2", "Box", "2.00"),
            entry("2026-11-02", "EC2", "Box", "2.006"),
            entry("2026-11-02", "Credits", "Refund", "-3.50"),
        ],
    );
    let ledger = Ledger::of("USD".into(), &services, &Read::default(), &Read::default(), "acme", day("2026-11-05"));
    assert_eq!(ledger.months.len(), MONTHS);
    let at = |text: &str| ledger.months.iter().position(|coverage| coverage.month == month(text)).expect("shown");
    let (october, november) = (at("2026-10"), at("2026-11"));
    assert_eq!((november, ledger.months[0].month), (12, month("2025-11")));
    let rows: Vec<_> = ledger.services.rows.iter().map(|row| (row.key.name.as_str(), row.total())).collect();
    assert_eq!(rows, [("MWAA", Cents(2_484)), ("EC2", Cents(401)), ("Credits", Cents(-350))]);
    assert_eq!(ledger.services.month(october), Some(Cents(1_308)), "11.76 and 1.3249");
    assert_eq!(ledger.services.month(november), Some(Cents(1_176 + 401 - 350)));
    assert_eq!(ledger.services.month(october - 1), None, "not read is not nothing");
    assert_eq!((ledger.months[october].read, ledger.months[october].of), (2, 31));
    assert_eq!((ledger.months[november].read, ledger.months[november].of), (2, 4), "two of the four that are over");
    let usage: Vec<_> =
        ledger.usage.rows.iter().map(|row| (row.key.of.as_deref(), row.key.name.as_str(), row.total().0)).collect();
    assert_eq!(
        usage,
        [
            (Some("MWAA"), "Env", 2_352),
            (Some("EC2"), "Box", 401),
            (Some("MWAA"), "Worker", 132),
            (Some("Credits"), "Refund", -350)
        ]
    );
    assert_eq!(ledger.days.len(), 4, "each day that was read, also one that cost nothing");
}

#[test]
fn a_day_that_was_not_read_to_its_end_counts_for_nothing() {
    let services =
        read([day("2026-11-01")], vec![entry("2026-11-01", "A", "a", "1"), entry("2026-11-02", "A", "a", "7")]);
    let ledger = Ledger::of("USD".into(), &services, &Read::default(), &Read::default(), "acme", day("2026-11-05"));
    assert_eq!(ledger.services.total(), Cents(100));
    assert_eq!(ledger.days.iter().map(|total| total.micros.cents().0).collect::<Vec<_>>(), [100]);
}

#[test]
fn what_has_no_tag_is_told_apart_from_what_is_others_and_neither_is_the_pairs() {
    let account = read(
        [day("2026-11-01")],
        vec![
            entry("2026-11-01", "", "S3", "4"),
            entry("2026-11-01", "acme", "MWAA", "10"),
            entry("2026-11-01", "other", "MWAA", "20"),
            entry("2026-11-01", "other", "S3", "1"),
        ],
    );
    let sides =
        read([day("2026-11-01")], vec![entry("2026-11-01", "blue", "MWAA", "6"), entry("2026-11-01", "", "MWAA", "4")]);
    let ledger = Ledger::of("USD".into(), &Read::default(), &sides, &account, "acme", day("2026-11-05"));
    let told =
        |table: &Table| -> Vec<_> { table.rows.iter().map(|row| (row.key.name.clone(), row.total().0)).collect() };
    assert_eq!(told(&ledger.untagged), [("S3".to_owned(), 400)]);
    assert_eq!(told(&ledger.others), [("other".to_owned(), 2_100)]);
    assert_eq!(told(&ledger.sides), [("blue".to_owned(), 600), (String::new(), 400)]);
    assert_eq!(ledger.services.month(12), None, "of the pair nothing was read");
}

#[test]
fn our_own_forecast_takes_each_day_of_the_week_at_its_average() {
    // Mondays cost 20, other days 10; the last two days are not whole yet and are left out.
    let days = days("2026-10-19", "2026-11-23");
    let cost = |day: Day| match (day >= Day::parse("2026-11-21").expect("a day"), day.weekday()) {
        (true, _) => "1",
        (_, 0) => "20",
        _ => "10",
    };
    let entries = days.iter().map(|day| entry(&day.to_string(), "MWAA", "Env", cost(*day))).collect();
    let today = day("2026-11-23");
    let ledger = Ledger::of("USD".into(), &read(days, entries), &Read::default(), &Read::default(), "acme", today);
    let forecast = Forecast::of_our_own(&ledger, today).expect("enough days");
    assert_eq!(forecast.by, ByWhom::Teal(28));
    let mean = |text: &str| forecast.days.iter().find(|ahead| ahead.day == day(text)).map(|ahead| ahead.mean.cents().0);
    assert_eq!([mean("2026-11-23"), mean("2026-11-24"), mean("2026-11-30")], [Some(2_000), Some(1_000), Some(2_000)]);
    let months = forecast.months(&ledger, today);
    let told: Vec<_> = months.iter().map(|expected| (expected.month.to_string(), expected.mean.0)).collect();
    // November so far: 22 days, of these three Mondays at 20 (2, 9, 16), seventeen at 10 and two at 1: 232. To come: two Mondays
    // and six days: 100. December has four Mondays and January four.
    assert_eq!(
        told,
        [("2026-11".into(), 33_200), ("2026-12".into(), 8_000 + 27_000), ("2027-01".into(), 8_000 + 27_000)]
    );
    assert!(months.iter().all(|expected| expected.low == expected.mean), "nothing varied, so the interval is nothing");
}

#[test]
fn what_varied_widens_the_interval_with_the_root_of_the_days() {
    // By turns 8 and 12 from week to week: off by 2 from an average of 10.
    let days = days("2026-10-24", "2026-11-23");
    let cost = |day: Day| if day.0 / 7 % 2 == 0 { "8" } else { "12" };
    let entries = days.iter().map(|day| entry(&day.to_string(), "MWAA", "Env", cost(*day))).collect();
    let today = day("2026-11-23");
    let ledger = Ledger::of("USD".into(), &read(days, entries), &Read::default(), &Read::default(), "acme", today);
    let december = Forecast::of_our_own(&ledger, today).and_then(|forecast| forecast.month(&ledger, month("2026-12")));
    let december = december.expect("expected");
    assert_eq!(december.mean, Cents(31_000));
    // 1.28 times 2, times the root of 31.
    assert_eq!((december.low, december.high), (Cents(29_575), Cents(32_425)));
}

#[test]
fn a_young_account_has_no_forecast_of_ours() {
    let today = "2026-11-23";
    assert!(
        Forecast::of_our_own(&steady("2026-11-07", "2026-11-23", "10", today), day(today)).is_some(),
        "14 whole days"
    );
    assert!(Forecast::of_our_own(&steady("2026-11-08", "2026-11-23", "10", today), day(today)).is_none(), "13");
}

fn theirs(today: &str, days: i64, currency: &str) -> FromCostExplorer {
    let ahead = (0..days).map(|count| DayAhead {
        day: day(today).plus(count),
        mean: Micros(10_000_000),
        low: Micros(9_000_000),
        high: Micros(12_000_000),
    });
    FromCostExplorer { at: Timestamp(1), currency: currency.into(), days: ahead.collect() }
}

fn paid(ledger: Ledger, expected: Option<FromCostExplorer>, budget: i64) -> Paid {
    Paid {
        ledger: Some(ledger),
        expected,
        read_at: None,
        asked: Asked::default(),
        trouble: None,
        tags: Tags::by_convention("acme", "dev"),
        budget: Some(Budget { month: Cents(budget) }),
        failed_hour: None,
    }
}

#[test]
fn cost_explorers_forecast_goes_before_ours_unless_it_is_of_another_currency_or_over() {
    let (today, ledger) = ("2026-11-23", steady("2026-10-01", "2026-11-23", "10", "2026-11-23"));
    let by = |expected| paid(ledger.clone(), expected, 1).forecast(day(today)).map(|forecast| forecast.by);
    assert_eq!(by(Some(theirs(today, 30, "USD"))), Some(ByWhom::CostExplorer(Timestamp(1))));
    assert_eq!(by(Some(theirs(today, 30, "EUR"))), Some(ByWhom::Teal(28)));
    assert_eq!(by(Some(theirs("2026-11-01", 10, "USD"))), Some(ByWhom::Teal(28)), "all its days are past");
    assert_eq!(by(None), Some(ByWhom::Teal(28)));
}

#[test]
fn the_ends_of_cost_explorers_days_are_added_up_and_days_that_were_read_are_not_expected_again() {
    // Read up to the 22nd, forecast from the 20th on.
    let ledger = steady("2026-11-01", "2026-11-23", "10", "2026-11-23");
    let forecast = paid(ledger.clone(), Some(theirs("2026-11-20", 11, "USD")), 1).forecast(day("2026-11-23"));
    let expected =
        forecast.and_then(|forecast| forecast.month(&ledger, month("2026-11"))).expect("all its days are known");
    assert_eq!((expected.mean, expected.low, expected.high), (Cents(30_000), Cents(29_200), Cents(31_600)));
}

#[test]
fn a_month_with_a_day_that_is_neither_read_nor_expected_is_not_projected() {
    let ledger = steady("2026-11-01", "2026-11-23", "10", "2026-11-23");
    let forecast =
        paid(ledger.clone(), Some(theirs("2026-11-23", 7, "USD")), 1).forecast(day("2026-11-23")).expect("theirs");
    assert_eq!(forecast.month(&ledger, month("2026-11")), None, "the 30th is missing");
    assert!(forecast.months(&ledger, day("2026-11-23")).is_empty());
}

fn stands(budget: i64, dollars: &str, to: &str) -> Stands {
    let today = "2026-11-23";
    paid(steady("2026-10-01", to, dollars, today), Some(theirs(today, 60, "USD")), budget)
        .stands(day(today))
        .expect("stands")
}

#[test]
fn a_budget_is_passed_on_a_day_or_will_be_or_holds() {
    let at = |passed_on: Option<&str>, will_pass_on: Option<&str>, planned| Stands::At {
        planned: Cents(planned),
        to_date: Cents(22_000),
        through: Some(day("2026-11-22")),
        projected: Some(Cents(30_000)),
        passed_on: passed_on.map(day),
        will_pass_on: will_pass_on.map(day),
    };
    assert_eq!(stands(20_000, "10", "2026-11-23"), at(Some("2026-11-21"), None, 20_000), "to the dollar is not over");
    assert_eq!(stands(25_000, "10", "2026-11-23"), at(None, Some("2026-11-26"), 25_000));
    assert_eq!(stands(30_000, "10", "2026-11-23"), at(None, None, 30_000));
}

#[test]
fn a_refund_brings_a_month_below_its_budget_again() {
    let mut ledger = steady("2026-11-01", "2026-11-23", "10", "2026-11-23");
    ledger.days[20].micros = Micros(-100_000_000);
    let Stands::At { to_date, passed_on, .. } =
        (Budget { month: Cents(15_000) }).stands(&ledger, None, day("2026-11-23"))
    else {
        panic!("dollars")
    };
    assert_eq!((to_date, passed_on), (Cents(11_000), None));
}

#[test]
fn on_the_first_of_a_month_nothing_is_paid_yet() {
    let today = "2026-12-01";
    let paid = paid(steady("2026-10-01", "2026-11-30", "10", today), None, 20_000);
    let Some(Stands::At { to_date, through, projected, passed_on, will_pass_on, .. }) = paid.stands(day(today)) else {
        panic!("dollars")
    };
    assert_eq!((to_date, through, projected), (Cents(0), None, Some(Cents(31_000))));
    assert_eq!((passed_on, will_pass_on), (None, Some(day("2026-12-21"))));
}

#[test]
fn a_bill_in_another_currency_is_not_compared() {
    let mut ledger = steady("2026-11-01", "2026-11-23", "10", "2026-11-23");
    ledger.currency = "CNY".into();
    assert_eq!(Budget { month: Cents(1) }.stands(&ledger, None, day("2026-11-23")), Stands::OtherCurrency);
}

#[test]
fn what_was_never_asked_comes_first_then_what_was_asked_longest_ago_and_nothing_twice_a_day() {
    let forecast = |id: &str| Question::Forecast { pair: id.parse().expect("a pair") };
    let today = day("2026-11-23");
    let wanted = [
        (forecast("a"), Some(today.plus(-1))),
        (forecast("b"), None),
        (forecast("c"), Some(today)),
        (forecast("d"), Some(today.plus(-2))),
        (forecast("e"), Some(today.plus(-1))),
    ];
    assert_eq!(next(&wanted, today, 4), ["b", "d", "a", "e"].map(forecast));
    assert_eq!(next(&wanted, today, 1), [forecast("b")]);
    assert_eq!(next(&wanted, today, 0), []);
}

proptest! {
    #[test]
    fn a_table_is_the_sum_of_its_rows_and_a_ledger_never_loses_a_day(
        amounts in proptest::collection::vec((0_i64..400, 0_usize..5, -5_000_000_i64..50_000_000), 0..200)
    ) {
        let today = day("2026-11-23");
        let entries: Vec<Entry> = amounts.iter().map(|(ago, service, micros)| Entry {
            day: today.plus(-ago - 1),
            first: format!("s{service}"),
            second: "u".into(),
            micros: Micros(*micros),
        }).collect();
        let days: BTreeSet<Day> = entries.iter().map(|entry| entry.day).collect();
        let services = read(days.clone(), entries.clone());
        let ledger = Ledger::of("USD".into(), &services, &Read::default(), &Read::default(), "acme", today);
        let by_month: i64 = (0..MONTHS).filter_map(|index| ledger.services.month(index)).map(|sum| sum.0).sum();
        prop_assert_eq!(by_month, ledger.services.total().0);
        prop_assert_eq!(ledger.days.len(), days.len());
        let exact: i64 = entries.iter().map(|entry| entry.micros.0).sum();
        prop_assert_eq!(ledger.days.iter().map(|total| total.micros.0).sum::<i64>(), exact);
        // Each cell is off by half a cent at most.
        let first = ledger.months[0].month;
        let shown: i64 = entries.iter().filter(|entry| entry.day.month() >= first).map(|entry| entry.micros.0).sum();
        prop_assert!((ledger.services.total().0 * 10_000 - shown).abs() <= 5_000 * 5 * 13);
    }

    #[test]
    fn a_forecast_never_falls_outside_its_interval(costs in proptest::collection::vec(0_i64..100_000_000, 30)) {
        let today = day("2026-11-23");
        let days: Vec<Day> = (0..30).map(|ago| today.plus(-1 - ago)).collect();
        let entries = days.iter().zip(&costs).map(|(day, micros)| Entry {
            day: *day, first: "s".into(), second: "u".into(), micros: Micros(*micros),
        }).collect();
        let ledger = Ledger::of("USD".into(), &read(days, entries), &Read::default(), &Read::default(), "acme", today);
        let forecast = Forecast::of_our_own(&ledger, today).expect("28 days");
        for expected in forecast.months(&ledger, today) {
            prop_assert!(expected.low <= expected.mean && expected.mean <= expected.high, "{expected:?}");
        }
    }
}

#[test]
fn metadata_is_told_of_the_last_whole_month_and_only_where_a_type_of_usage_names_it() {
    const MWAA: &str = "Amazon Managed Workflows for Apache Airflow";
    let days = days("2026-10-01", "2026-11-05");
    let of =
        |usage: &'static str, service: &'static str| move |day: &Day| entry(&day.to_string(), service, usage, "0.50");
    let ledger = |usage, service| {
        let entries = days.iter().map(of(usage, service)).collect();
        Ledger::of(
            "USD".into(),
            &read(days.clone(), entries),
            &Read::default(),
            &Read::default(),
            "acme",
            day("2026-11-05"),
        )
    };
    let known = ledger("USE2-Airflow-MetadataStorage", MWAA).metadata().expect("named");
    assert_eq!((known.month, known.paid), (month("2026-10"), Cents(1_550)), "31 days, and not the five of November");
    assert_eq!(known.usage, ["USE2-Airflow-MetadataStorage"]);
    assert_eq!(ledger("USE2-Airflow-SmallEnvironment", MWAA).metadata(), None);
    assert_eq!(ledger("USE2-MetadataStorage", "AWS Glue").metadata(), None, "another service keeps metadata too");
}
