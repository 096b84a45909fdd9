//! The frame: who may show it, what its cookies may do, and that nothing else may be framed.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{StatusCode, header},
};
use teal_app::desk::Identity;
use teal_domain::{Actor, Grants, Timestamp, platform::Found};
use teal_server::{
    auth::SignIn,
    config::EmbedConfig,
    http::{self, App},
};

use crate::{
    crawl::ROUTES,
    door::{self, Browser, Door},
    hindered::Hindered,
    house::{Answer, HOST, House, ORIGIN, form, get, post},
    provider::Provider,
};

const PARENT: &str = "https://portal.example.com";
/// What may be framed.
const FRAMES: [&str; 3] = ["/embed/dev", "/embed/dev/topology", "/embed/dev/lineage"];

fn parents() -> EmbedConfig {
    EmbedConfig { parents: vec![PARENT.into(), "https://*.intra.example.com:8443".into()], cross_site: false }
}

fn embedded(house: &House, embed: EmbedConfig) -> Router {
    http::router(App { embed: Arc::new(embed), ..house.app.clone() }, &house.folder.path().join("site"))
        .expect("a router")
}

/// Teal behind a provider.
async fn door(embed: EmbedConfig) -> Door {
    let (mut house, provider) = (House::new().await, Provider::start().await);
    house.app.embed = Arc::new(embed);
    let router = door::router(&house, &provider);
    Door { house, provider, router }
}

fn policy(answer: &Answer) -> &str {
    answer.header(header::CONTENT_SECURITY_POLICY)
}

#[tokio::test]
async fn row_8_only_the_frame_may_be_framed_and_only_by_whom_config_names() {
    let house = House::new().await;
    let framed = House { router: embedded(&house, parents()), ..house };
    for frame in FRAMES {
        let answer = framed.get(frame).await;
        assert_eq!(answer.status, StatusCode::OK, "{frame}");
        let list = format!("frame-ancestors {PARENT} https://*.intra.example.com:8443");
        assert!(policy(&answer).ends_with(&list), "{frame}: {}", policy(&answer));
        assert!(!answer.headers.contains_key(header::X_FRAME_OPTIONS), "{frame}: it knows no list");
    }
    for (path, _) in ROUTES {
        if path.starts_with("/embed/") {
            continue;
        }
        let answer = framed.get(path).await;
        assert!(policy(&answer).contains("frame-ancestors 'none'"), "{path}: {}", policy(&answer));
        assert_eq!(answer.header(header::X_FRAME_OPTIONS), "DENY", "{path}");
    }
    // What is below it and is nothing is no frame.
    let nothing =
        ["/embed", "/embed/", "/embed/dev/switch", "/embed/dev/live", "/embed//topology", "/embed/dev/topology/x"];
    for path in nothing {
        let answer = framed.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(policy(&answer).contains("frame-ancestors 'none'"), "{path}: {}", policy(&answer));
    }
}

#[tokio::test]
async fn row_8_without_a_list_nobody_may_frame_the_frame_either() {
    let house = House::new().await;
    for frame in FRAMES {
        let answer = house.get(frame).await;
        assert_eq!(answer.status, StatusCode::OK, "{frame}");
        assert!(policy(&answer).ends_with("frame-ancestors 'none'"), "{frame}: {}", policy(&answer));
        assert_eq!(answer.header(header::X_FRAME_OPTIONS), "DENY", "{frame}");
    }
}

#[tokio::test]
async fn row_6_the_frame_has_a_nonce_of_its_own_and_no_form_leads_out_of_it() {
    let house = House::new().await;
    let framed = House { router: embedded(&house, parents()), ..house };
    for frame in FRAMES {
        let (first, second) = (framed.get(frame).await, framed.get(frame).await);
        let nonce = |answer: &Answer| {
            policy(answer).split("'nonce-").nth(1).expect("a nonce").split('\'').next().expect("its end").to_owned()
        };
        assert_ne!(nonce(&first), nonce(&second));
        for part in ["default-src 'none'", "form-action 'none'", "base-uri 'none'", "object-src 'none'"] {
            assert!(policy(&first).contains(part), "{}", policy(&first));
        }
        assert!(!policy(&first).contains("unsafe-inline"));
        let page = first.text();
        let scripts: Vec<&str> =
            page.split("<script").skip(1).map(|rest| rest.split('>').next().expect("a tag")).collect();
        assert!(!scripts.is_empty(), "it follows");
        for script in scripts {
            assert!(script.contains(&format!("nonce=\"{}\"", nonce(&first))), "{script}");
        }
        assert!(page.contains(&format!("&quot;{frame}&quot;")), "it follows itself: {page}");
    }
}

#[tokio::test]
async fn row_12_the_frame_too_is_for_its_own_origin_only() {
    let house = House::new().await;
    let framed = House { router: embedded(&house, parents()), ..house };
    for frame in FRAMES {
        let request = get(frame).header(header::ORIGIN, PARENT).body(Body::empty()).expect("a request");
        let answer = framed.send(request).await;
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{frame}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store", "{frame}");
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "no script of the parent reads it");
    }
}

#[tokio::test]
async fn row_33_what_a_frame_cannot_show_is_told_in_the_frame() {
    let house = House::new().await;
    let app = App {
        embed: Arc::new(parents()),
        sign_in: SignIn::Local(Identity::trusted(Actor::page("vera"), Grants::default())),
        ..house.app.clone()
    };
    let router = http::router(app, &house.folder.path().join("site")).expect("a router");
    let nobody = House { router, ..house };
    for frame in FRAMES {
        let answer = nobody.get(frame).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{frame}");
        assert!(policy(&answer).contains(&format!("frame-ancestors {PARENT}")), "{frame}: {}", policy(&answer));
        assert!(answer.text().contains("Looking needs the role"), "{frame}: {}", answer.text());
    }

    let framed = House { router: embedded(&nobody, parents()), ..nobody };
    for frame in FRAMES.map(|frame| frame.replace("dev", "prod")) {
        let answer = framed.get(&frame).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{frame}");
        assert!(policy(&answer).contains(&format!("frame-ancestors {PARENT}")), "{frame}: {}", policy(&answer));
    }
}

#[tokio::test]
async fn row_8_what_fails_on_the_way_to_a_frame_can_be_shown_in_it_too() {
    let house = House::with_desk("ana", |desk| Arc::new(Hindered::Blind(desk))).await;
    let framed = House { router: embedded(&house, parents()), ..house };
    let panicked = framed.get("/embed/dev").await;
    assert!(!panicked.text().contains("secret"), "{}", panicked.text());
    let mut elsewhere = get("/embed/dev").body(Body::empty()).expect("a request");
    elsewhere.headers_mut().insert(header::HOST, "evil.example".parse().expect("a host"));
    let elsewhere = framed.send(elsewhere).await;

    let never = axum::routing::get(std::future::pending::<&'static str>);
    let app = App { embed: Arc::new(parents()), ..framed.app.clone() };
    let patience = axum::middleware::from_fn_with_state((Arc::new(app), Duration::from_millis(50)), http::within);
    let slow = Router::new().route("/embed/{pair}", never).layer(patience);
    let request = get("/embed/dev").header("x-request-id", "abc-1").body(Body::empty()).expect("a request");
    let mut late = House { router: slow, ..framed }.send(request).await;
    late.headers.insert("x-request-id", "abc-1".parse().expect("an id"));

    for (answer, status) in [(panicked, 500), (elsewhere, 421), (late, 504)] {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
        assert!(policy(&answer).contains(&format!("frame-ancestors {PARENT}")), "{status}: {}", policy(&answer));
        assert!(policy(&answer).contains("form-action 'none'"), "{status}: {}", policy(&answer));
        assert!(!answer.headers.contains_key(header::X_FRAME_OPTIONS), "{status}");
        assert!(answer.text().contains(answer.header("x-request-id")), "{status}: {}", answer.text());
    }
}

#[tokio::test]
async fn nobody_is_led_to_the_provider_inside_a_frame() {
    let door = door(parents()).await;
    let answer = door.ask(&mut Browser::default(), "/embed/dev").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(policy(&answer).ends_with("https://*.intra.example.com:8443"), "{}", policy(&answer));
    assert!(policy(&answer).contains("form-action 'none'"), "{}", policy(&answer));
    let page = answer.text();
    assert!(page.contains("href=\"/sign-in?next=%2Fp%2Fdev\" target=\"_blank\" rel=\"noopener\""), "{page}");
    assert!(!page.contains("inside this frame"), "its cookies do not come into frames of other sites");
    // From the frame of the platform to the page of the platform.
    let platform = door.ask(&mut Browser::default(), "/embed/dev/topology").await;
    assert_eq!(platform.status, StatusCode::UNAUTHORIZED);
    assert!(policy(&platform).ends_with("https://*.intra.example.com:8443"), "{}", policy(&platform));
    let page = platform.text();
    assert!(page.contains("href=\"/sign-in?next=%2Fp%2Fdev%2Ftopology\" target=\"_blank\""), "{page}");
    assert!(page.contains("href=\"/embed/dev/topology\">Look again"), "{page}");
    // Whoever is signed in sees it.
    let mut browser = door.signed_in().await;
    let answer = door.ask(&mut browser, "/embed/dev").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.text().contains("vera"), "no person's menu: {}", answer.text());
}

#[tokio::test]
async fn row_2_cookies_go_into_frames_of_other_sites_only_where_config_says_so() {
    for cross_site in [false, true] {
        let door = door(EmbedConfig { cross_site, ..parents() }).await;
        let mut browser = Browser::default();
        let there = door.depart(&mut browser, "/p/dev").await;
        let set_out = door.ask(&mut Browser::default(), "/sign-in").await;
        let back = door.back(&mut browser, &there).await;
        let request = post("/sign-out").header(header::ORIGIN, ORIGIN).body(Body::empty()).expect("a request");
        let out = door::send(&door.router, &mut browser, request).await;
        let mut seen = 0;
        for answer in [&set_out, &back, &out] {
            for set in answer.headers.get_all(header::SET_COOKIE) {
                let set = set.to_str().expect("plain");
                seen += 1;
                assert!(
                    set.starts_with("__Host-teal") && set.contains("; Secure") && set.contains("; HttpOnly"),
                    "{set}"
                );
                assert_eq!(set.contains("; SameSite=None"), cross_site, "{set}");
                assert_eq!(set.contains("; Partitioned"), cross_site, "{set}");
                assert_eq!(set.contains("; SameSite=Lax"), !cross_site, "{set}");
            }
        }
        assert_eq!(seen, 4, "one to set out with, that one taken back, one for the session, that one taken back");
    }
}

#[tokio::test]
async fn row_10_with_cookies_for_frames_a_form_of_another_site_is_still_forbidden_and_puts_nothing() {
    let door = door(EmbedConfig { cross_site: true, ..parents() }).await;
    let mut browser = door.signed_in().await;
    let page = door.ask(&mut browser, "/p/dev/switch?to=green").await.text();
    let confirmation = crate::house::sealed(&page);
    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "why")];
    let head = door.house.world.store.head().await.expect("a head");
    // Those who may show the frame may send nothing either.
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", PARENT),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("x-nothing", "at all"),
    ] {
        for path in ["/api/fn/switch", "/sign-out", "/api/v1/pairs/dev/switches", "/api/v1/pairs/dev/plans"] {
            let request = post(path).header(name, value).body(form(&fields)).expect("a request");
            let answer = door::send(&door.router, &mut browser, request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with {name}: {value}");
        }
    }
    assert!(door.house.world.ssm.puts().is_empty());
    assert_eq!(door.house.world.store.head().await.expect("a head"), head, "nothing was journalled either");
    // It was the origin that was wrong, not the cookie.
    let request = post("/api/fn/switch").header(header::ORIGIN, format!("http://{HOST}")).body(form(&fields));
    assert_eq!(door::send(&door.router, &mut browser, request.expect("a request")).await.status, StatusCode::FOUND);
    assert_eq!(door.house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn in_a_frame_of_another_site_one_signs_in_to_the_frame_that_one_looks_at() {
    let door = door(EmbedConfig { cross_site: true, ..parents() }).await;
    for frame in FRAMES {
        let page = door.ask(&mut Browser::default(), frame).await.text();
        let way = format!("href=\"/sign-in?next={}\">sign in inside this frame", frame.replace('/', "%2F"));
        assert!(page.contains(&way), "{page}");
    }
}

#[tokio::test]
async fn a_page_that_is_left_open_is_told_when_what_it_shows_becomes_too_old() {
    let house = House::new().await;
    let engine = &house.teal.engine;
    let now = engine.clock.now();
    engine.board.update(house.teal.pair.id(), now, |known| {
        let found = Found { tried: vec!["any".into()], found: None };
        Arc::make_mut(&mut known.platform).secret.succeed(found, now);
    });
    let state = |frame: String| frame.contains("unknown") && frame.contains("What is known is too old.");
    engine.board.look_at_ages(now);
    let before = engine.board.snapshot().id;
    engine.board.look_at_ages(Timestamp(now.0 + 10_000));
    assert_eq!(engine.board.snapshot().id, before, "nothing is too old yet");
    house.world.clock.jump(16 * 60);
    let then = engine.clock.now();
    engine.board.look_at_ages(then);
    let after = engine.board.snapshot().id;
    assert!(after > before, "the flag and what is around it are");
    assert!(state(house.get("/embed/dev/topology").await.text()));
    engine.board.look_at_ages(then);
    assert_eq!(engine.board.snapshot().id, after, "once is enough");
    // Read again and found to be the same, which is no change of its own.
    house.poll().await;
    engine.board.look_at_ages(engine.clock.now());
    assert!(engine.board.snapshot().id > after, "what is young again is news too");
}
