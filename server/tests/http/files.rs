//! Files and pages as they travel: kept or not, compressed or not, and none from outside the folder.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{StatusCode, header},
};

use teal_app::desk::Identity;
use teal_domain::{Actor, Grants};
use teal_server::{
    auth::SignIn,
    http::{self, App},
};
use tower::ServiceExt as _;

use crate::{
    house::{House, get},
    support::folder,
};

#[tokio::test]
async fn built_files_are_kept_for_ever_and_sent_as_small_as_the_browser_can_take_them() {
    let house = House::new().await;
    for (accepts, encoding, body) in [
        ("gzip, deflate, br", "br", "brotli of pkg/teal-abc123.js"),
        ("gzip", "gzip", "gzip of pkg/teal-abc123.js"),
        ("br;q=0, gzip", "gzip", "gzip of pkg/teal-abc123.js"),
        ("identity", "", "plain js"),
    ] {
        let answer = house
            .send(
                get("/pkg/teal-abc123.js")
                    .header(header::ACCEPT_ENCODING, accepts)
                    .body(Body::empty())
                    .expect("a request"),
            )
            .await;
        assert_eq!(
            (answer.status, answer.header(header::CONTENT_ENCODING), answer.text().as_str()),
            (StatusCode::OK, encoding, body),
            "{accepts}"
        );
        assert_eq!(answer.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert!(answer.header(header::CONTENT_TYPE).contains("javascript"));
    }
    assert_eq!(house.get("/pkg/teal-abc123_bg.wasm").await.header(header::CONTENT_TYPE), "application/wasm");
    assert_eq!(
        house.get("/pkg/missing.js").await.header(header::CACHE_CONTROL),
        "no-store",
        "what is missing now may be there tomorrow"
    );
    assert!(
        !house.get("/favicon.svg").await.header(header::CACHE_CONTROL).contains("immutable"),
        "its name says nothing of what is in it"
    );
}

#[tokio::test]
async fn no_file_is_served_from_outside_the_folder_or_from_its_workings() {
    let house = House::new().await;
    for path in [
        "/assets.json",
        "/teal.db",
        "/pkg/../../teal.db",
        "/pkg/%2e%2e/%2e%2e/teal.db",
        "/pkg/..%2f..%2fteal.db",
        "/pkg//etc/passwd",
        "/pkg/",
        "/pkg",
    ] {
        let answer = house.get(path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        assert!(!answer.body.starts_with(b"SQLite"), "{path}");
    }
}

#[tokio::test]
async fn pages_are_compressed_but_for_the_one_that_holds_a_secret() {
    let house = House::new().await;
    let sent = async |path: &str| {
        house.send(get(path).header(header::ACCEPT_ENCODING, "gzip, br").body(Body::empty()).expect("a request")).await
    };
    for path in ["/p/dev", "/p/dev/history", "/p/dev/history/31", "/p/dev/history.csv"] {
        let (small, whole) = (sent(path).await, house.get(path).await);
        assert_eq!(
            (small.header(header::CONTENT_ENCODING), whole.header(header::CONTENT_ENCODING)),
            ("br", ""),
            "{path}"
        );
        assert!(small.header(header::VARY).contains("accept-encoding"), "{path}");
        assert!(small.body.len() * 2 < whole.body.len(), "{path}: {} of {}", small.body.len(), whole.body.len());
    }
    let switch = sent("/p/dev/switch?to=green").await;
    assert_eq!((switch.status, switch.header(header::CONTENT_ENCODING)), (StatusCode::OK, ""));
}

#[tokio::test]
async fn plain_names_are_served_too_but_looked_up_again_each_time() {
    let site = folder();
    let write = |name: &str| std::fs::write(site.path().join(name), name).expect("written");
    std::fs::create_dir(site.path().join("pkg")).expect("a folder");
    let missing = http::manifest(site.path()).expect_err("nothing was built").to_string();
    assert!(missing.contains("make build"), "{missing}");
    for name in ["pkg/teal.js", "pkg/teal.wasm", "pkg/teal.css"] {
        write(name);
    }
    let assets = http::manifest(site.path()).expect("what cargo-leptos leaves");
    let router = http::router(App { assets: Arc::new(assets.clone()), ..House::new().await.app }, site.path())
        .expect("a router");
    for address in [assets.js, assets.wasm, assets.css] {
        let request = get(&address).body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{address}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache", "{address}");
    }
}

#[tokio::test]
async fn a_page_drawn_for_one_person_is_never_sent_to_another_nor_after_a_change() {
    let house = House::new().await;
    let ben = App {
        sign_in: SignIn::Local(Identity::trusted(Actor::page("ben"), Grants::everything())),
        ..house.app.clone()
    };
    let ben = http::router(ben, &house.folder.path().join("site")).expect("a router");
    let asked = async |router: &axum::Router| {
        let request = get("/p/dev").body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("an answer");
        let body = axum::body::to_bytes(response.into_body(), 1_000_000).await.expect("a body");
        String::from_utf8(body.to_vec()).expect("text")
    };
    for _ in 0..3 {
        let (hers, his) = (asked(&house.router).await, asked(&ben).await);
        assert!(hers.contains("ana") && !hers.contains("ben"), "{hers}");
        assert!(his.contains("ben") && !his.contains(">ana<"), "{his}");
    }
    let before = asked(&house.router).await;
    house
        .teal
        .engine
        .board
        .update(house.teal.pair.id(), house.teal.engine.clock.now(), |known| known.title = "Renamed".into());
    let after = asked(&house.router).await;
    assert!(!before.contains("Renamed") && after.contains("Renamed"), "{after}");
}
