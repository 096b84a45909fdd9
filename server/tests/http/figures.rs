//! What Teal tells of itself, on its own port.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use teal_server::{aws::counted::Service, metrics};
use tower::ServiceExt as _;

use crate::house::{Answer, House};

fn beside(house: &House) -> Router {
    metrics::router(house.teal.engine.clone(), house.app.stopping.clone(), true)
}

async fn asked(router: &Router, path: &str, host: &str) -> Answer {
    let request = Request::get(path).header(header::HOST, host).body(Body::empty()).expect("a request");
    let (parts, body) = router.clone().oneshot(request).await.expect("the router never fails").into_parts();
    let body = to_bytes(body, 10_000_000).await.expect("a body").to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub async fn figures(house: &House) -> String {
    let answer = asked(&beside(house), "/metrics", "127.0.0.1:9464").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header(header::CONTENT_TYPE).starts_with("application/openmetrics-text"));
    answer.text()
}

#[track_caller]
fn tells(figures: &str, line: &str) {
    assert!(figures.lines().any(|told| told == line), "{line:?} is not in:\n{figures}");
}

#[tokio::test]
async fn the_figures_tell_which_side_is_live_and_how_old_that_is() {
    let house = House::new().await;
    house.world.clock.pass(std::time::Duration::from_millis(2500));
    let told = figures(&house).await;
    tells(&told, "teal_live{pair=\"dev\",side=\"blue\"} 1");
    tells(&told, "teal_live{pair=\"dev\",side=\"green\"} 0");
    tells(&told, "teal_side_ready{pair=\"dev\",side=\"green\"} 1");
    tells(&told, "teal_flag_version{pair=\"dev\"} 31");
    tells(&told, "teal_read_age_seconds{pair=\"dev\",read=\"flag\"} 2.5");
    tells(&told, "teal_read_failing{pair=\"dev\",read=\"flag\"} 0");
    tells(&told, "teal_journal_writable{pair=\"dev\"} 1");
    tells(&told, "teal_switch_open{pair=\"dev\"} 0");
    assert!(told.ends_with("# EOF\n"), "it is whole");
}

#[tokio::test]
async fn what_could_not_be_read_is_told_as_failing_and_what_never_was_has_no_age() {
    let house = House::new().await;
    let now = house.teal.engine.clock.now();
    let id = house.teal.pair.id();
    house.teal.engine.board.update(id, now, |known| {
        known.flag.fail("SSM did not answer.", now);
        known.green = teal_domain::Reading::default();
        known.store.fail("the disk is full", now);
    });
    let told = figures(&house).await;
    tells(&told, "teal_read_failing{pair=\"dev\",read=\"flag\"} 1");
    tells(&told, "teal_journal_writable{pair=\"dev\"} 0");
    assert!(!told.contains("teal_read_age_seconds{pair=\"dev\",read=\"green\"}"), "{told}");
}

#[tokio::test]
async fn switches_and_requests_are_counted_by_how_they_ended() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "why")];
    house.post("/api/fn/switch", &fields).await;
    house.get("/p/nowhere").await;
    let told = figures(&house).await;
    tells(&told, "teal_switches_total{pair=\"dev\",kind=\"planned\",outcome=\"landed\"} 1");
    tells(&told, "teal_flip_duration_seconds_count 1");
    tells(&told, "teal_http_requests_total{class=\"4xx\"} 1");
}

#[tokio::test]
async fn calls_of_aws_are_told_by_pair_and_service_and_of_a_minute_nothing_before_one_is_over() {
    let house = House::new().await;
    let calls = &house.teal.pair.calls;
    (0..3).for_each(|_| calls.count(Service::Rds));
    calls.count(Service::Airflow);
    let told = figures(&house).await;
    tells(&told, "teal_aws_calls_total{pair=\"dev\",service=\"rds\"} 3");
    tells(&told, "teal_aws_calls_total{pair=\"dev\",service=\"airflow\"} 1");
    for early in ["teal_aws_calls_last_minute{", "teal_aws_calls_beside_the_flag{", "service=\"iam\""] {
        assert!(!told.contains(early), "{early}: {told}");
    }
}

#[tokio::test]
async fn it_is_ready_once_each_flag_was_asked_for_and_until_it_stops() {
    let house = House::new().await;
    let router = beside(&house);
    assert_eq!(asked(&router, "/ready", "localhost").await.status, StatusCode::OK);
    assert_eq!(asked(&router, "/live", "localhost").await.status, StatusCode::OK);

    let now = house.teal.engine.clock.now();
    let id = house.teal.pair.id();
    house.teal.engine.board.update(id, now, |known| known.flag.fail("SSM did not answer.", now));
    assert_eq!(asked(&router, "/ready", "localhost").await.status, StatusCode::OK, "the pages say so");
    house.teal.engine.board.update(id, now, |known| known.flag = teal_domain::Reading::default());
    let early = asked(&router, "/ready", "localhost").await;
    assert_eq!(early.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(early.text(), "not ready: the flag of dev has not been asked for yet\n");

    house.teal.engine.board.update(id, now, |known| known.store.fail("the disk is full", now));
    assert!(
        asked(&router, "/ready", "localhost").await.text().contains("the journal cannot be written: the disk is full")
    );
    house.app.stopping.begin();
    assert!(asked(&router, "/ready", "localhost").await.text().starts_with("not ready: it is stopping"));
    assert_eq!(asked(&router, "/live", "localhost").await.status, StatusCode::OK);
}

#[tokio::test]
async fn on_loopback_it_answers_to_names_of_this_machine_only() {
    let house = House::new().await;
    for path in ["/metrics", "/ready", "/live"] {
        let stranger = asked(&beside(&house), path, "rebound.example:9464").await;
        assert_eq!(stranger.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
    let elsewhere = metrics::router(house.teal.engine.clone(), house.app.stopping.clone(), false);
    assert_eq!(asked(&elsewhere, "/metrics", "teal.internal:9464").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_figures_are_no_part_of_the_pages_and_tell_nothing_that_people_wrote() {
    let house = House::new().await;
    assert_eq!(house.get("/metrics").await.status, StatusCode::NOT_FOUND);
    let told = figures(&house).await;
    for word in ["ana", "version 31", "123456789012", "arn:"] {
        assert!(!told.contains(word), "{word}: {told}");
    }
}
