//! What was observed grows as spans, and a time in which nobody looked is a gap.

use teal_domain::{
    Color, Millis, Timestamp,
    availability::{Observation, State, Subject},
};
use teal_server::{engine::uptime::GAP, store::Store};

use super::{a_store, dev};
use crate::support::folder;

const DAY: i64 = 86_400_000;
const START: Timestamp = Timestamp(20_000 * DAY);

fn at(seconds: i64) -> Timestamp {
    Timestamp(START.0 + seconds * 1000)
}

async fn observe(store: &Store, subject: Subject, state: State, seconds: i64) {
    let why = if state == State::Down { "ill".to_owned() } else { String::new() };
    let seen = [(dev(), Observation { subject, state, why })];
    store.observe(&seen, at(seconds), GAP).await.expect("written");
}

/// The spans of a subject, in seconds after the start.
async fn spans(store: &Store, subject: Subject) -> Vec<(State, i64, i64)> {
    let seen = store.observed(&dev(), Timestamp(0), at(100 * 86_400 * 10)).await.expect("read");
    let seconds = |moment: Timestamp| (moment.0 - START.0) / 1000;
    let of = seen.into_iter().filter(|seen| seen.subject == subject);
    of.map(|seen| (seen.state, seconds(seen.from), seconds(seen.to))).collect()
}

const BLUE: Subject = Subject::Side(Color::Blue);

#[tokio::test]
async fn a_span_grows_while_the_state_stays_and_ends_where_another_begins() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    for (seconds, state) in [(0, State::Up), (60, State::Up), (120, State::Down), (180, State::Down), (240, State::Up)]
    {
        observe(&store, BLUE, state, seconds).await;
        observe(&store, Subject::Flag, State::Live(Color::Blue), seconds).await;
    }
    assert_eq!(
        spans(&store, BLUE).await,
        [(State::Up, 0, 120), (State::Down, 120, 240), (State::Up, 240, 240)],
        "until it was seen down it is taken to have been up"
    );
    assert_eq!(spans(&store, Subject::Flag).await, [(State::Live(Color::Blue), 0, 240)]);
}

#[tokio::test]
async fn what_was_not_looked_at_for_three_minutes_is_a_gap() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    for seconds in [0, 60, 240, 421] {
        observe(&store, BLUE, State::Up, seconds).await;
    }
    observe(&store, BLUE, State::Up, 460).await;
    assert_eq!(spans(&store, BLUE).await, [(State::Up, 0, 240), (State::Up, 421, 460)]);
}

#[tokio::test]
async fn another_instance_and_a_clock_that_is_set_back_count_no_moment_twice() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    for (seconds, state) in [(0, State::Up), (60, State::Up), (59, State::Down), (60, State::Down), (90, State::Up)] {
        observe(&store, BLUE, state, seconds).await;
    }
    assert_eq!(spans(&store, BLUE).await, [(State::Up, 0, 90)]);
}

#[tokio::test]
async fn a_clock_that_was_far_ahead_and_was_set_right_stops_nothing() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    for seconds in [0, 60, 86_400, 86_460, 120, 180] {
        observe(&store, BLUE, State::Up, seconds).await;
    }
    assert_eq!(spans(&store, BLUE).await, [(State::Up, 0, 180)]);
}

#[tokio::test]
async fn what_is_older_than_four_hundred_days_is_swept() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    for seconds in [0, 60] {
        observe(&store, BLUE, State::Up, seconds).await;
    }
    let day = 86_400;
    observe(&store, Subject::Lineage, State::Up, 400 * day).await;
    assert_eq!(spans(&store, BLUE).await.len(), 1, "not yet");
    observe(&store, Subject::Lineage, State::Up, 400 * day + 61).await;
    assert_eq!(spans(&store, BLUE).await, []);
}

#[tokio::test]
async fn only_what_touches_the_time_that_is_asked_for_is_told() {
    let folder = folder();
    let store = a_store(folder.path()).await;
    for seconds in [0, 60, 600, 660, 1200, 1260] {
        observe(&store, BLUE, State::Up, seconds).await;
    }
    let count = |from: i64, to: i64| {
        let store = &store;
        async move { store.observed(&dev(), at(from), at(to)).await.expect("read").len() }
    };
    assert_eq!((count(60, 600).await, count(59, 601).await, count(630, 640).await), (0, 2, 1));
    let other = "prod".parse().expect("a pair");
    assert!(store.observed(&other, Timestamp(0), at(9_999) + Millis(1)).await.expect("read").is_empty());
}
