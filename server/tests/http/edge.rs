//! What keeps strangers out: headers, origins, names, methods, limits, panics.

use std::{collections::HashSet, sync::Arc};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};

use crate::{
    crawl::ROUTES,
    hindered::Hindered,
    house::{House, ORIGIN, form, get, post},
    location,
};

#[tokio::test]
async fn row_6_each_page_has_its_own_nonce_and_its_scripts_carry_it() {
    let house = House::new().await;
    let mut nonces = HashSet::new();
    for path in ["/p/dev", "/p/dev", "/p/dev/switch?to=green", "/p/dev/history", "/p/dev/history/31", "/nowhere"] {
        let page = house.get(path).await;
        let policy = page.header(header::CONTENT_SECURITY_POLICY).to_owned();
        let nonce = policy.split("'nonce-").nth(1).expect("a nonce").split('\'').next().expect("its end").to_owned();
        assert!(nonce.len() >= 16, "{nonce}");
        assert!(policy.contains("object-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
        let text = page.text();
        let scripts: Vec<&str> =
            text.split("<script").skip(1).map(|rest| rest.split('>').next().expect("a tag")).collect();
        assert!(!scripts.is_empty());
        for script in scripts {
            assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{path}: <script{script}> is not under {nonce}");
        }
        assert!(nonces.insert(nonce), "{path} repeats a nonce");
    }
}

#[tokio::test]
async fn row_5_a_hostile_origin_is_never_reflected() {
    let house = House::new().await;
    for path in ["/p/dev", "/health", "/pkg/teal-abc123.js", "/p/dev/history.csv"] {
        let answer = house
            .send(get(path).header(header::ORIGIN, "https://evil.example").body(Body::empty()).expect("a request"))
            .await;
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
        assert!(!format!("{:?}", answer.headers).contains("evil.example"), "{path}");
    }
}

#[tokio::test]
async fn row_10_a_form_sent_from_another_site_is_forbidden_and_puts_nothing() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "why")];
    let note = [("pair", "dev"), ("about", "1"), ("text", "it was me")];
    let head = house.world.store.head().await.expect("a head");
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "http://127.0.0.1:3001"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"] {
            for (path, fields) in [("/api/fn/switch", &fields[..]), ("/api/fn/note", &note[..])] {
                let mut request = post(path).header(name, value).body(form(fields)).expect("a request");
                request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().expect("a type"));
                let answer = house.send(request).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with {name}: {value} as {kind}");
            }
        }
    }
    assert!(house.world.ssm.puts().is_empty());
    assert_eq!(house.world.store.head().await.expect("a head"), head, "nothing was journalled either");
    // What says nothing of where it comes from is no page of ours.
    for (path, fields) in [("/api/fn/switch", &fields[..]), ("/api/fn/note", &note[..])] {
        let answer = house.send(post(path).body(form(fields)).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} without an origin");
        assert!(answer.text().contains("Origin"), "{}", answer.text());
    }
    assert_eq!(house.world.store.head().await.expect("a head"), head, "nothing was journalled either");
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
        let mut request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&fields)).expect("a request");
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().expect("a type"));
        assert_eq!(house.send(request).await.status, StatusCode::FORBIDDEN, "from our own page as {kind:?}");
    }
    assert!(house.world.ssm.puts().is_empty());
    // The very same form from our own page is taken: it was the origin that was wrong.
    location(&house.switch(&confirmation, "green", "why").await);
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn a_name_that_somebody_points_at_this_machine_reads_nothing_and_puts_nothing() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "why")];
    for name in ["evil.example:3000", "127.0.0.1.evil.example", "10.0.0.7:3000", "a b", ""] {
        // A load balancer asks for the health of a process by its address; it tells nothing.
        for (path, _) in ROUTES.into_iter().filter(|(path, _)| *path != "/health") {
            let mut request = get(path).body(Body::empty()).expect("a request");
            request.headers_mut().insert(header::HOST, name.parse().expect("a value"));
            let answer = house.send(request).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{path} as {name:?}");
            assert!(answer.text().contains("http://localhost"), "it says where Teal is");
        }
        // To the browser it is the same origin, so nothing else would stop it.
        let mut request = post("/api/fn/switch").body(form(&fields)).expect("a request");
        let headers = request.headers_mut();
        headers.insert(header::HOST, name.parse().expect("a value"));
        headers.insert(header::ORIGIN, format!("http://{name}").parse().expect("a value"));
        headers.insert("sec-fetch-site", "same-origin".parse().expect("a value"));
        assert_eq!(house.send(request).await.status, StatusCode::MISDIRECTED_REQUEST, "a form as {name:?}");
    }
    assert!(house.world.ssm.puts().is_empty());
    for name in ["localhost:3000", "127.0.0.1", "teal.localhost:3000", "[::1]:3000"] {
        let mut request = get("/p/dev").body(Body::empty()).expect("a request");
        request.headers_mut().insert(header::HOST, name.parse().expect("a value"));
        assert_eq!(house.send(request).await.status, StatusCode::OK, "{name}");
    }
}

#[tokio::test]
async fn row_11_get_and_head_change_nothing_and_call_no_aws() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let function = format!("/api/fn/switch?pair=dev&to=green&confirmation={confirmation}&typed=green&reason=why");
    let (head, calls, snapshot) =
        (house.world.store.head().await.expect("a head"), house.world.ssm.calls(), house.teal.engine.board.snapshot());
    for (path, _) in ROUTES.into_iter().chain([(&*function, 405), ("/api/fn/note?pair=dev&about=1&text=hi", 405)]) {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let answer = house.send(get(path).method(method.clone()).body(Body::empty()).expect("a request")).await;
            assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}");
            assert!(
                !path.starts_with("/api/fn/") || answer.status == StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}: {}",
                answer.status
            );
        }
    }
    assert!(house.world.ssm.puts().is_empty());
    assert_eq!(house.world.store.head().await.expect("a head"), head);
    assert_eq!(*house.teal.engine.board.snapshot(), *snapshot);
    assert_eq!(house.world.ssm.calls(), calls, "no page calls AWS");
}

#[tokio::test]
async fn row_58_methods_that_no_route_has_are_refused() {
    let house = House::new().await;
    for method in ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT"] {
        for path in ["/p/dev", "/p/dev/history/1", "/api/fn/switch"] {
            let request =
                get(path).method(method).header(header::ORIGIN, ORIGIN).body(Body::empty()).expect("a request");
            let status = house.send(request).await.status;
            assert!(status.is_client_error(), "{method} {path}: {status}");
        }
    }
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let house = House::new().await;
    let answer = house.post("/api/fn/switch", &[("pair", "dev"), ("reason", &"x".repeat(70_000))]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{:?}", answer.headers);
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_32_what_a_proxy_might_say_is_not_believed() {
    let house = House::new().await;
    let plain = house.get("/p/dev").await.text();
    let request = get("/p/dev")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("x-amzn-oidc-identity", "root")
        .header("x-amzn-oidc-data", "e30.e30.e30")
        .header("x-forwarded-user", "root")
        .body(Body::empty())
        .expect("a request");
    let text = house.send(request).await.text();
    assert!(!text.contains("evil.example") && !text.contains("root"), "{text}");
    assert!(plain.contains("ana") && text.contains("ana"));
    // Nor does it turn another site into our own.
    let confirmation = house.confirmation("green").await;
    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "why")];
    let request = post("/api/fn/switch")
        .header(header::ORIGIN, "https://evil.example")
        .header("x-forwarded-host", "evil.example")
        .body(form(&fields))
        .expect("a request");
    assert_eq!(house.send(request).await.status, StatusCode::FORBIDDEN);
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_56_a_panic_is_an_answer_without_its_words_and_the_process_goes_on() {
    let house = House::with_desk("ana", |desk| Arc::new(Hindered::Panics(desk))).await;
    let confirmation = house.confirmation("green").await;
    for answer in [
        house.get("/p/dev/history").await,
        house.get("/p/dev/history.csv").await,
        house.switch(&confirmation, "green", "why").await,
    ] {
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.text().contains("secret"), "{}", answer.text());
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "its headers are those of every answer");
        let id = answer.header("x-request-id");
        assert!(!id.is_empty() && answer.text().contains(id), "{id} is not in {}", answer.text());
    }
    let page = house.get("/p/dev/history").await;
    assert!(page.header(header::CONTENT_TYPE).starts_with("text/html"), "a page for who shows pages");
    // The form's script takes no page.
    let mut request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&[])).expect("a request");
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
    *request.uri_mut() = "/p/dev/history".parse().expect("an address");
    *request.method_mut() = Method::GET;
    let answer = house.send(request).await;
    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/plain"), "{}", answer.text());
    assert!(answer.text().contains(answer.header("x-request-id")), "{}", answer.text());
    assert_eq!(house.get("/p/dev").await.status, StatusCode::OK);
}

#[tokio::test]
async fn row_56_whatever_is_refused_in_plain_words_shows_its_id() {
    let house = House::new().await;
    let note = |name: &'static str, value: &str| {
        let mut request = post("/api/fn/note").header(header::ORIGIN, ORIGIN).body(form(&[])).expect("a request");
        request.headers_mut().insert(name, value.parse().expect("a value"));
        request
    };
    let mut silent = note("x-nothing", "said");
    silent.headers_mut().remove(header::ORIGIN);
    let mut long = note("x-nothing", "said");
    *long.body_mut() = form(&[("text", &"x".repeat(70_000))]);
    let mut other = note("x-nothing", "said");
    *other.method_mut() = Method::TRACE;
    let mut answers = vec![];
    for (request, status) in [
        (note("origin", "https://evil.example"), 403),
        (silent, 403),
        (note("content-type", "text/plain"), 403),
        (long, 413),
        (note("host", "evil.example"), 421),
        (note("transfer-encoding", "chunked"), 411),
        (other, 405),
    ] {
        let answer = house.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
        answers.push(answer);
    }
    for _ in 0..240 {
        house.send(note("x-nothing", "said")).await;
    }
    answers.push(house.send(note("x-nothing", "said")).await);
    assert_eq!(answers[7].status, StatusCode::TOO_MANY_REQUESTS);
    for answer in answers {
        let (id, text) = (answer.header("x-request-id"), answer.text());
        assert!(!id.is_empty() && text.lines().count() == 2, "{}: {text}", answer.status);
        assert!(text.ends_with(&format!("The log knows this request as {id}.\n")), "{}: {text}", answer.status);
    }
}
