//! Whoever answers is not well, is not Marquez, or means ill.

use axum::{
    body::Body,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde_json::json;
use teal_server::marquez::{MarquezError, health};

use super::{BLUE, NOON, Served, Version, client, fixture, setup};

/// What is said of everything that can be asked, where it always answers like this.
async fn said(answer: impl Fn() -> Response + Send + Sync + 'static) -> Vec<MarquezError> {
    let served = Served::new(move |_| answer()).await;
    let client = client(&served);
    vec![
        client.health().await.expect_err("no health"),
        client.jobs(BLUE).await.expect_err("no jobs"),
        client.days(NOON, &[]).await.expect_err("no days"),
        client.namespaces(&setup(&served.address)).await.expect_err("no namespaces"),
    ]
}

#[tokio::test]
async fn an_error_of_the_service_is_told_by_its_number() {
    for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::BAD_GATEWAY, StatusCode::FORBIDDEN] {
        for error in said(move || (status, "<h1>secret</h1>").into_response()).await {
            assert_eq!(error, MarquezError::Status(status.as_u16()));
            assert_eq!(error.to_string(), format!("it answered HTTP {}.", status.as_u16()));
        }
    }
}

#[tokio::test]
async fn nobody_is_followed_to_another_place() {
    let elsewhere =
        Served::new(|_| json!({"namespaces": [], "jobs": [], "postgres": {}}).to_string().into_response()).await;
    let to = elsewhere.address.clone();
    for error in said(move || Redirect::temporary(&to).into_response()).await {
        assert_eq!(error.to_string(), "it answered HTTP 307, and redirects are not followed.");
    }
    assert!(elsewhere.asked().is_empty(), "{:?}", elsewhere.asked());
    let to = elsewhere.address.clone();
    let served = Served::new(move |_| Redirect::temporary(&to).into_response()).await;
    let told = health(&format!("{}/healthcheck", served.address)).await;
    assert_eq!(told, Err("it answered HTTP 307 without saying how it is.".into()));
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn what_is_no_answer_of_this_api_is_said_to_be_none() {
    for body in ["<html>", "", "7", "{\"jobs\": 7, \"namespaces\": 7}", "{\"error\": \"x\"}"] {
        for error in said(move || body.into_response()).await {
            assert!(matches!(error, MarquezError::Odd(_)), "{body}: {error}");
        }
    }
}

#[tokio::test]
async fn a_nest_of_brackets_is_no_answer_either() {
    let deep = format!("{{\"jobs\": {}", "[".repeat(200_000));
    for error in said(move || deep.clone().into_response()).await {
        assert!(matches!(error, MarquezError::Odd(_)), "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_to_its_end() {
    let endless = || {
        let chunk = || Ok::<_, std::convert::Infallible>(vec![b' '; 64 * 1024]);
        Body::from_stream(futures::stream::repeat_with(chunk)).into_response()
    };
    let served = Served::new(move |_| endless()).await;
    let error = client(&served).days(NOON, &[]).await.expect_err("too long");
    assert_eq!(error, MarquezError::TooLong(4 * 1024));
    let told = health(&format!("{}/healthcheck", served.address)).await.expect_err("too long");
    assert_eq!(told, "its answer is far too long to be one about its health.");
    // Of jobs a shorter page is asked for each time, and then one is left out after the other: that ends as well.
    let read = client(&served).jobs(BLUE).await.expect("none can be read");
    assert!(read.cut && read.jobs.is_empty() && read.left_out > 0, "{read:?}");
}

#[tokio::test]
async fn a_job_with_facets_of_any_length_costs_no_other_job() {
    let jobs: Vec<serde_json::Value> = (0..60)
        .map(|n| {
            let mut job =
                fixture::job(Version::Later, BLUE, &format!("job_{n}"), "COMPLETED", &["2026-11-27T11:00:00Z"]);
            let length = if n == 30 { 5 * 1024 * 1024 } else { 100 * 1024 };
            job["facets"] = json!({"sourceCode": "x".repeat(length)});
            job
        })
        .collect();
    let served = Served::new(move |path| {
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let given = |key: &str| {
            let found = query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
            found.and_then(|text| text.parse::<usize>().ok()).expect("a number")
        };
        let page: Vec<_> = jobs.iter().skip(given("offset")).take(given("limit")).collect();
        json!({"jobs": page, "totalCount": jobs.len()}).to_string().into_response()
    })
    .await;
    let read = client(&served).jobs(BLUE).await.expect("jobs");
    assert_eq!((read.jobs.len(), read.left_out, read.cut), (59, 1, false));
}

#[tokio::test]
async fn one_that_does_not_turn_its_pages_is_not_asked_for_ever() {
    let jobs: Vec<_> =
        (0..50).map(|n| fixture::job(Version::Early, BLUE, &format!("job_{n}"), "COMPLETED", &[])).collect();
    let served = Served::new(move |_| json!({"jobs": jobs, "totalCount": 900}).to_string().into_response()).await;
    let read = client(&served).jobs(BLUE).await.expect("jobs");
    assert_eq!((read.jobs.len(), read.cut, served.asked().len()), (50, true, 2));
}

#[tokio::test]
async fn whoever_takes_the_connection_and_says_nothing_is_waited_for_three_seconds() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            held.push(socket);
        }
    });
    let client = teal_server::marquez::Marquez::new(&setup(&address)).expect("a client");
    let error = client.health().await.expect_err("nothing is said");
    assert_eq!(error.to_string(), "it did not answer in 3 s.");
    held.abort();
}

#[tokio::test]
async fn names_that_mean_ill_are_kept_as_they_are_and_shown_as_they_cannot_hurt() {
    let hostile = "<img src=x onerror=alert(1)>\u{202e}gnp.\u{0}../../x";
    let jobs = vec![fixture::job(Version::Later, BLUE, hostile, "<b>\u{202e}", &["2026-11-27T11:00:00Z"])];
    let served = Served::new(move |_| json!({"jobs": jobs}).to_string().into_response()).await;
    let read = client(&served).jobs(BLUE).await.expect("jobs");
    let job = &read.jobs[0];
    assert_eq!(job.name.raw(), hostile);
    assert!(!job.name.short(200).contains(['\u{202e}', '\u{0}']));
    assert!(!job.run.as_ref().expect("a run").state.word().contains('\u{202e}'));
}
