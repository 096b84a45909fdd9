use super::*;
use crate::{
    PairSnapshot, Reading,
    monitoring::fixture,
    preflight::tests::fixture::{NOW, around, change},
    time::Civil,
    watch::SILENT,
};
use std::sync::Arc;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

fn november() -> Month {
    Month::parse("2026-11").expect("a month")
}

/// Minutes after the beginning of November.
fn at(minute: i64) -> Timestamp {
    Timestamp(november().begins().0 + minute * MINUTE)
}

fn seen(subject: Subject, state: State, from: i64, to: i64) -> Seen {
    let why = if state == State::Down { format!("down at {from}") } else { String::new() };
    Seen { subject, state, why, from: at(from), to: at(to) }
}

fn flag(color: Color, from: i64, to: i64) -> Seen {
    seen(Subject::Flag, State::Live(color), from, to)
}

fn side(color: Color, state: State, from: i64, to: i64) -> Seen {
    seen(Subject::Side(color), state, from, to)
}

fn minutes(account: &Account) -> (u64, u64, u64) {
    let of = |span: Millis| span.as_secs() / 60;
    (of(account.up), of(account.down), of(account.unobserved()))
}

const BLUE: Color = Color::Blue;
const GREEN: Color = Color::Green;

#[test]
fn a_month_begins_and_ends_where_the_calendar_says() {
    let mut month = Month::parse("1999-12").expect("a month");
    for _ in 0..400 {
        let (begins, ends) = (month.begins(), month.ends());
        assert_eq!(Month::of(begins), month);
        assert_eq!(Month::of(ends - Millis(1)), month);
        assert_eq!(Civil::of(begins).day, 1);
        assert_eq!(month.next().previous(), month);
        assert_eq!(Month::parse(&month.to_string()), Some(month));
        month = month.next();
    }
    assert_eq!(november().title(), "November 2026");
    for wrong in ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "+026-11", "9999-12", "2026-11-01"] {
        assert_eq!(Month::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn what_nobody_observed_is_neither_up_nor_down() {
    let account = live(&[flag(BLUE, 10, 40), side(BLUE, State::Up, 0, 30)], november(), at(60));
    assert_eq!(minutes(&account), (20, 0, 40));
    assert_eq!((account.hundredths(), account.incidents.len()), (Some(10_000), 0));
    assert_eq!(live(&[], november(), at(60)).hundredths(), None);
}

#[test]
fn the_side_that_is_not_live_may_be_down_and_nothing_is_lost() {
    let both = [flag(BLUE, 0, 60), side(BLUE, State::Up, 0, 60), side(GREEN, State::Down, 0, 60)];
    assert_eq!(minutes(&live(&both, november(), at(60))), (60, 0, 0));
}

#[test]
fn a_switch_carries_the_account_over_to_the_other_side() {
    // Blue falls ill at 20, is switched away from at 30, and stays ill.
    let observed = [
        flag(BLUE, 0, 30),
        flag(GREEN, 30, 60),
        side(BLUE, State::Up, 0, 20),
        side(BLUE, State::Down, 20, 60),
        side(GREEN, State::Up, 0, 60),
    ];
    let account = live(&observed, november(), at(60));
    assert_eq!(minutes(&account), (50, 10, 0));
    assert_eq!(account.incidents.len(), 1);
    let incident = &account.incidents[0];
    assert_eq!((incident.from, incident.lost(), incident.side), (at(20), Millis::from_secs(600), Some(BLUE)));
    assert_eq!(incident.why, "down at 20");
}

#[test]
fn an_incident_whose_reason_changes_is_one_and_one_after_a_gap_is_another() {
    let observed = [
        flag(BLUE, 0, 60),
        side(BLUE, State::Down, 0, 10),
        side(BLUE, State::Down, 10, 20),
        side(BLUE, State::Down, 30, 40),
        side(BLUE, State::Up, 40, 60),
    ];
    let account = live(&observed, november(), at(60));
    let lost: Vec<u64> = account.incidents.iter().map(|incident| incident.lost().as_secs() / 60).collect();
    assert_eq!((lost, minutes(&account)), (vec![20, 10], (20, 30, 10)));
}

#[test]
fn a_flag_that_names_no_side_is_lost_time_whatever_the_sides_do() {
    let observed =
        [flag(BLUE, 0, 10), seen(Subject::Flag, State::Down, 10, 15), flag(BLUE, 15, 20), side(BLUE, State::Up, 0, 20)];
    let account = live(&observed, november(), at(20));
    assert_eq!((minutes(&account), account.incidents[0].side), ((15, 5, 0), None));
}

#[test]
fn only_what_lies_in_the_month_counts_and_nothing_that_is_yet_to_come() {
    let month = 30 * DAY / MINUTE;
    let observed = [
        seen(Subject::Lineage, State::Up, -100, 10),
        seen(Subject::Lineage, State::Down, 10, 20),
        seen(Subject::Lineage, State::Up, 20, month + 500),
    ];
    let whole = lineage(&observed, november(), at(month + 1000));
    assert_eq!(minutes(&whole), (u64::try_from(month).expect("positive") - 10, 10, 0));
    assert_eq!(minutes(&lineage(&observed, november(), at(30))), (20, 10, 0), "the clock of whoever counts");
    assert_eq!(minutes(&lineage(&observed, november().next(), at(month + 1000))), (500, 0, 500));
    assert_eq!(minutes(&lineage(&observed, november().next(), at(10))), (0, 0, 0), "a month to come");
}

#[test]
fn what_two_instances_observed_at_the_same_time_counts_once() {
    let observed = [
        flag(BLUE, 0, 30),
        flag(BLUE, 10, 60),
        side(BLUE, State::Up, 0, 40),
        side(BLUE, State::Up, 20, 60),
        seen(Subject::Lineage, State::Up, 0, 40),
        seen(Subject::Lineage, State::Down, 20, 60),
    ];
    assert_eq!(minutes(&live(&observed, november(), at(60))), (60, 0, 0));
    assert_eq!(minutes(&lineage(&observed, november(), at(60))), (40, 20, 0));
}

#[test]
fn a_minute_that_was_lost_never_rounds_away() {
    let observed = [seen(Subject::Lineage, State::Down, 0, 1), seen(Subject::Lineage, State::Up, 1, 43_200)];
    assert_eq!(lineage(&observed, november(), at(43_200)).hundredths(), Some(9999));
}

// What counts as an observation.

fn fresh() -> Fresh {
    Fresh { flag: Millis::from_secs(60), environments: Millis::from_secs(180), surroundings: Millis::from_secs(180) }
}

fn told(pair: &PairSnapshot, subject: Subject) -> Option<(State, String)> {
    let mut all = observe(pair, fresh(), NOW).into_iter();
    all.find(|seen| seen.subject == subject).map(|seen| (seen.state, seen.why))
}

fn state(pair: &PairSnapshot, subject: Subject) -> Option<State> {
    told(pair, subject).map(|(state, _)| state)
}

#[test]
fn a_pair_about_which_all_is_well_is_up() {
    let pair = fixture::pair();
    assert_eq!(state(&pair, Subject::Flag), Some(State::Live(BLUE)));
    for subject in [Subject::Side(BLUE), Subject::Side(GREEN), Subject::Lineage] {
        assert_eq!(told(&pair, subject), Some((State::Up, String::new())), "{subject:?}");
    }
}

#[test]
fn an_environment_that_is_changed_works_and_one_that_is_not_up_is_down() {
    for (word, expected) in [
        ("UPDATING", Some(State::Up)),
        ("MAINTENANCE", Some(State::Up)),
        ("UNAVAILABLE", Some(State::Down)),
        ("SOMETHING_NEW", None),
    ] {
        let mut pair = fixture::pair();
        change(&mut pair.blue, |blue| blue.status = word.to_owned().into());
        assert_eq!(state(&pair, Subject::Side(BLUE)), expected, "{word}");
    }
}

#[test]
fn a_scheduler_that_is_silent_is_down_and_one_that_was_not_asked_is_not_observed() {
    let mut pair = fixture::pair();
    let silent = NOW - SILENT - Millis(1);
    around(&mut pair).blue.heartbeat.succeed(Some(silent), NOW);
    assert!(
        told(&pair, Subject::Side(BLUE)).is_some_and(|(state, why)| state == State::Down && why.contains("5 minutes"))
    );
    around(&mut pair).blue.heartbeat.succeed(None, NOW);
    assert_eq!(state(&pair, Subject::Side(BLUE)), Some(State::Down));
    around(&mut pair).blue.heartbeat = Reading::default();
    assert_eq!(state(&pair, Subject::Side(BLUE)), None);
    around(&mut pair).blue.heartbeat = Reading::good(Some(NOW), NOW - Millis::from_secs(181));
    assert_eq!(state(&pair, Subject::Side(BLUE)), None, "older than three polls");
}

#[test]
fn an_old_reading_tells_nothing_even_if_it_was_good() {
    let mut pair = fixture::pair();
    let old = NOW - Millis::from_secs(181);
    pair.flag = Reading::good(pair.flag.value().cloned().expect("a flag"), NOW - Millis::from_secs(61));
    pair.green = Reading::good(pair.green.value().cloned().expect("green"), old);
    Arc::make_mut(&mut pair.platform).balancer =
        Reading::good(pair.platform.balancer.value().cloned().expect("a balancer"), old);
    for subject in [Subject::Flag, Subject::Side(GREEN), Subject::Lineage] {
        assert_eq!(told(&pair, subject), None, "{subject:?}");
    }
}

#[test]
fn lineage_is_down_where_a_target_group_has_no_healthy_target_left() {
    let mut pair = fixture::pair();
    let mut balancer = fixture::balancer();
    balancer.groups[0].targets[0].state = "unhealthy".into();
    Arc::make_mut(&mut pair.platform).balancer = fixture::found("marquez", balancer.clone());
    assert_eq!(state(&pair, Subject::Lineage), Some(State::Up), "one of two is enough");
    balancer.groups[0].targets[1].state = "draining".into();
    Arc::make_mut(&mut pair.platform).balancer = fixture::found("marquez", balancer);
    assert!(told(&pair, Subject::Lineage).is_some_and(|(_, why)| why.contains("marquez-api")));
}

#[test]
fn without_a_load_balancer_the_instance_counts_and_without_either_nothing_is_observed() {
    let mut pair = fixture::pair();
    let platform = Arc::make_mut(&mut pair.platform);
    platform.balancer = fixture::absent("marquez");
    assert_eq!(state(&pair, Subject::Lineage), None);
    let instance =
        |state: &str| crate::platform::Instance { id: "i-1".into(), state: state.into(), ..Default::default() };
    for (word, expected) in [("running", State::Up), ("stopped", State::Down)] {
        Arc::make_mut(&mut pair.platform).instance = fixture::found("marquez", instance(word));
        assert_eq!(state(&pair, Subject::Lineage), Some(expected));
    }
}
