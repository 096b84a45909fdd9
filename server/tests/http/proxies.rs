//! Where a request comes from, once there are proxies that are trusted.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, body::Body, extract::ConnectInfo, http::StatusCode};
use teal_server::http::{self, App, Proxies};
use tower::ServiceExt as _;

use crate::house::{House, get};

const PROXY: [u8; 4] = [10, 0, 0, 1];
const SOMEBODY: [u8; 4] = [198, 51, 100, 7];

fn router(house: &House, trusted: &[&str]) -> Router {
    let proxies = Proxies(trusted.iter().map(|block| block.parse().expect("a block")).collect());
    let app = App { limits: Arc::default(), proxies: Arc::new(proxies), ..house.app.clone() };
    http::router(app, &house.folder.path().join("site")).expect("a router")
}

/// How many of so many were refused, each with its own header, from one peer.
async fn refused(router: &Router, peer: [u8; 4], said: impl Fn(usize) -> String) -> usize {
    let mut refused = 0;
    for number in 0..120 {
        let mut request =
            get("/sign-in").header("x-forwarded-for", said(number)).body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 4711))));
        let answer = router.clone().oneshot(request).await.expect("an answer");
        refused += usize::from(answer.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    refused
}

#[tokio::test]
async fn row_57_behind_a_trusted_proxy_each_client_has_a_limit_of_its_own_and_none_dodges_it() {
    let house = House::new().await;
    let router = router(&house, &["10.0.0.0/8"]);
    let one = refused(&router, PROXY, |number| format!("203.0.113.{number}, 192.0.2.1")).await;
    assert!((1..=60).contains(&one), "what a client writes itself does not help it: {one} of 120");
    assert_eq!(refused(&router, PROXY, |number| format!("192.0.2.{}", number + 2)).await, 0, "120 different ones");
}

#[tokio::test]
async fn row_32_who_is_no_trusted_proxy_is_not_believed() {
    let house = House::new().await;
    for trusted in [&[][..], &["10.0.0.0/8"]] {
        let router = router(&house, trusted);
        let one = refused(&router, SOMEBODY, |number| format!("192.0.2.{number}")).await;
        assert!((1..=60).contains(&one), "{trusted:?}: {one} of 120");
    }
    let untrusting = router(&house, &[]);
    let all = refused(&untrusting, PROXY, |number| format!("192.0.2.{number}")).await;
    assert!((1..=60).contains(&all), "a proxy that is not named counts as one client: {all} of 120");
}
