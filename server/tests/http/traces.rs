//! What a collector of traces is sent, and what it never is; and that one that is away holds up nothing.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, Request, StatusCode, header},
};
use teal_server::{
    config::{Hidden, TracesConfig},
    http::{self, App, Proxies},
    log::Format,
    traces::About,
};

use crate::{
    collector::{Answers, Collector, Span, config, parts, the},
    door::{Browser, send},
    house::{House, ORIGIN, form, get, post},
    log::Log,
};

const LONG: Duration = Duration::from_secs(30);

/// Whatever people write, and whatever lets them in, has this in it.
const CANARY: &str = "zq-canary-7";

async fn traced(collector: &Collector) -> House {
    traced_by(&collector.config()).await
}

async fn traced_by(config: &TracesConfig) -> House {
    let house = House::with_desk("zq-canary-7 ana@example.com", |desk| Arc::new(desk)).await;
    house.teal.engine.traces.begin(config, "an-instance").expect("a client");
    house
}

/// What has been sent once the last of it is.
async fn sent(house: &House, collector: &Collector) -> Vec<Span> {
    house.teal.engine.traces.finish(LONG).await;
    collector.spans()
}

/// A span that ends at once.
async fn one(house: &House) {
    house.teal.engine.traces.cycle("a test", About::nothing).around(async {}).await;
}

#[tokio::test]
async fn a_switch_is_told_as_part_of_its_request_step_by_step() {
    let collector = Collector::start(Answers::Takes).await;
    let house = traced(&collector).await;
    let confirmation = house.confirmation("green").await;
    let answer = house.switch(&confirmation, "green", "because").await;
    let spans = sent(&house, &collector).await;

    let request = the(&spans, "POST /api/fn/{name}");
    assert_eq!((request.kind, request.parent.len(), request.failed.as_str()), (2, 0, ""));
    let told = ["http.request.method", "http.route", "http.response.status_code", "teal.function", "teal.pair"];
    assert_eq!(told.map(|key| request.says(key)), ["POST", "/api/fn/{name}", "302", "switch", "dev"]);
    assert_eq!(request.says("teal.request_id"), answer.header("x-request-id"));

    let switch = the(&spans, "switch");
    assert_eq!((&switch.parent, &switch.trace), (&request.id, &request.trace));
    let told = ["teal.pair", "teal.kind", "teal.to", "teal.state"];
    assert_eq!(told.map(|key| switch.says(key)), ["dev", "planned", "green", "landed"]);
    assert_eq!(switch.says("teal.operation").len(), 26, "{switch:?}");
    let steps: Vec<&str> = parts(&spans, switch).iter().map(|step| step.name.as_str()).collect();
    let [intent, lease, read, mark, put] =
        ["record the intent", "take the lease", "read the flag", "mark the put", "put"];
    assert_eq!(steps, [intent, lease, read, mark, put, read, "record the outcome"]);
    for span in &spans {
        assert!(span.began <= span.ended && span.state.is_empty(), "{span:?}");
    }

    let sender = collector.sender();
    let told = ["service.name", "service.instance.id", "service.version"].map(|key| sender[key].as_str());
    assert_eq!(told, ["teal", "an-instance", env!("CARGO_PKG_VERSION")]);
    assert_eq!(sender.len(), 3, "nothing of the machine: {sender:?}");
}

#[tokio::test]
async fn nothing_that_people_wrote_and_nothing_that_lets_them_in_is_sent() {
    let collector = Collector::start(Answers::Takes).await;
    let house = traced(&collector).await;
    let hostile = |request: axum::http::request::Builder| {
        let value = HeaderValue::from_static("zq-canary-7");
        let request = request.header(header::COOKIE, "__Host-teal=zq-canary-7; other=zq-canary-7");
        ["x-amzn-oidc-data", "user-agent", "x-forwarded-for", "traceparent", "tracestate", "accept-language"]
            .into_iter()
            .fold(request, |request, name| request.header(name, value.clone()))
    };
    let ids = [("x-request-id", "zq-canary-7@example.com"), ("x-request-id", "zq_canary-7")];
    for path in [
        "/p/dev?secret=zq-canary-7",
        "/p/zq-canary-7",
        "/p/dev/history?actor=zq-canary-7",
        "/sign-in/back?code=zq-canary-7&state=zq-canary-7",
        "/zq-canary-7",
        "/pkg/zq-canary-7.js",
        "/api/v1/pairs/zq-canary-7",
    ] {
        for (name, value) in ids {
            let request = hostile(get(path)).header(name, value).body(Body::empty()).expect("a request");
            house.send(request).await;
        }
    }
    let made_up = Request::builder().method("ZQ-CANARY-7").uri("/p/dev").header(header::HOST, "127.0.0.1:3000");
    assert_eq!(house.send(hostile(made_up).body(Body::empty()).expect("a request")).await.status, 405);
    let confirmation = house.confirmation("green").await;
    let fields = [
        ("pair", "dev"),
        ("to", "green"),
        ("confirmation", &*confirmation),
        ("typed", "green"),
        ("reason", CANARY),
        ("change_ref", CANARY),
    ];
    for (path, fields) in [
        ("/api/fn/switch", &fields[..]),
        ("/api/fn/note", &[("pair", "dev"), ("seq", "1"), ("text", CANARY)]),
        ("/api/fn/zq-canary-7", &[("zq-canary-7", CANARY)]),
        ("/api/fn/note", &[("pair", CANARY), ("zq-canary-7", CANARY)]),
    ] {
        let request = hostile(post(path)).header(header::ORIGIN, ORIGIN).body(form(fields)).expect("a request");
        house.send(request).await;
    }
    assert_eq!(house.flag().color(), Some(teal_domain::Color::Green), "the switch was made");
    let spans = sent(&house, &collector).await;
    assert_eq!(the(&spans, "switch").says("teal.pair"), "dev");
    assert!(spans.iter().any(|span| span.name == "_OTHER /p/{pair}" || span.name == "_OTHER"), "{spans:#?}");

    let bytes = collector.bytes();
    for secret in [CANARY, "ZQ-CANARY-7", "zq_canary", "example.com", &confirmation] {
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} is in {spans:#?}");
    }
    let known = [
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "teal.function",
        "teal.kind",
        "teal.operation",
        "teal.pair",
        "teal.request_id",
        "teal.state",
        "teal.to",
    ];
    for key in spans.iter().flat_map(|span| span.said.keys()) {
        assert!(known.contains(&key.as_str()), "{key} is new: may it be sent?");
    }
}

#[tokio::test]
async fn a_page_goes_by_its_route_and_what_load_balancers_ask_for_is_not_traced() {
    let collector = Collector::start(Answers::Takes).await;
    let house = traced(&collector).await;
    for path in ["/health", "/p/dev/history/31", "/nowhere"] {
        house.get(path).await;
    }
    let spans = sent(&house, &collector).await;
    assert_eq!(spans.len(), 2, "{spans:#?}");
    let record = the(&spans, "GET /p/{pair}/history/{seq}");
    assert_eq!((record.says("teal.pair"), record.says("http.response.status_code")), ("dev", "200"));
    let nowhere = the(&spans, "GET");
    let told = [nowhere.says("http.route"), nowhere.says("http.response.status_code"), &nowhere.failed];
    assert_eq!(told, ["", "404", ""], "that something is not there is no failure of Teal's");
}

#[tokio::test]
async fn a_request_that_fails_is_told_as_failed_without_the_reason() {
    let collector = Collector::start(Answers::Takes).await;
    let house = traced(&collector).await;
    std::fs::remove_file(house.folder.path().join("teal.db")).expect("removed");
    assert_eq!(house.get("/p/dev/history").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let spans = sent(&house, &collector).await;
    let page = the(&spans, "GET /p/{pair}/history");
    assert_eq!((page.failed.as_str(), page.says("http.response.status_code")), ("server error", "503"));
}

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Asks for a page as somebody at an address does.
async fn from(router: &Router, peer: &str, parents: &[&str]) {
    let mut request = get("/p/dev").header("tracestate", "zq-canary-7=1").body(Body::empty()).expect("a request");
    let peer: SocketAddr = peer.parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(peer));
    for parent in parents {
        request.headers_mut().append("traceparent", parent.parse().expect("a value"));
    }
    assert_eq!(send(router, &mut Browser::default(), request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_a_request_is_part_of_is_heard_from_a_trusted_proxy_where_config_says_so_and_else_from_nobody() {
    let unsampled = PARENT.replace("-01", "-00");
    let (proxy, stranger) = ("10.0.0.1:1", "198.51.100.7:1");
    let cases: [(bool, &str, &[&str], &str); 6] = [
        (true, proxy, &[PARENT], "heard"),
        (true, stranger, &[PARENT], "not heard"),
        (true, proxy, &[PARENT, PARENT], "not heard"),
        (true, proxy, &["zq-canary-7"], "not heard"),
        (true, proxy, &[&unsampled], "not sent"),
        (false, proxy, &[PARENT], "not heard"),
    ];
    for (parents, peer, headers, says) in cases {
        let collector = Collector::start(Answers::Takes).await;
        let house = traced_by(&TracesConfig { parents, ..collector.config() }).await;
        let proxies = Arc::new(Proxies(vec!["10.0.0.0/8".parse().expect("a block")]));
        let app = App { proxies, ..house.app.clone() };
        let router = http::router(app, &house.folder.path().join("site")).expect("a router");
        from(&router, peer, headers).await;
        let spans = sent(&house, &collector).await;
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let found = match &spans[..] {
            [] => "not sent",
            [page] if hex(&page.parent) == "00f067aa0ba902b7" && PARENT.contains(&hex(&page.trace)) => "heard",
            [page] if page.parent.is_empty() => "not heard",
            other => panic!("{other:#?}"),
        };
        assert_eq!(found, says, "{parents} {peer} {headers:?}");
        assert!(!String::from_utf8_lossy(&collector.bytes()).contains(CANARY), "what travels beside it is dropped");
    }
}

#[tokio::test]
async fn what_lets_teal_in_goes_to_the_collector_and_into_no_log() {
    let collector = Collector::start(Answers::With(401)).await;
    let (log, _guard) = Log::catch("trace", Format::Json);
    let headers = vec![("authorization".to_owned(), Hidden("Bearer zq-canary-7".into()))];
    let house = traced_by(&TracesConfig { headers, ..collector.config() }).await;
    one(&house).await;
    sent(&house, &collector).await;
    let asked = &collector.headers()[..];
    assert_eq!(asked.len(), 1, "what is refused is not sent again");
    assert_eq!(asked[0][header::AUTHORIZATION], "Bearer zq-canary-7");
    assert_eq!(asked[0][header::CONTENT_TYPE], "application/x-protobuf");
    let counts = house.teal.engine.traces.counts().expect("it is on");
    assert_eq!((counts.sent(), counts.lost(), counts.failing()), (0, 1, true));
    let told = log.event("the collector does not take traces; it is told again when it does");
    assert_eq!(told["fields"]["error"], "it answered HTTP 401");
    assert!(!log.text().contains("Bearer"), "{}", log.text());
}

#[tokio::test]
async fn a_collector_that_is_away_holds_up_nothing_and_what_has_no_room_is_counted() {
    // Nobody listens there any more.
    let address = Collector::start(Answers::Takes).await.end().await;
    let (log, _guard) = Log::catch("info", Format::Json);
    let house = traced_by(&config(&address)).await;
    for _ in 0..3000 {
        house.teal.engine.traces.cycle("a test", About::nothing).end();
    }
    let counts = || house.teal.engine.traces.counts().expect("it is on");
    assert_eq!(counts().lost(), 3000 - 2048, "there is room for so many");
    assert_eq!(house.get("/p/dev").await.status, StatusCode::OK);
    let until = tokio::time::Instant::now() + LONG;
    while !counts().failing() {
        assert!(tokio::time::Instant::now() < until, "it was not tried");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(house.get("/p/dev").await.status, StatusCode::OK);
    let told = crate::figures::figures(&house).await;
    assert!(
        told.contains("teal_traces_failing 1\n") && told.contains("teal_trace_spans_total{fate=\"sent\"} 0\n"),
        "{told}"
    );

    house.teal.engine.traces.finish(LONG).await;
    assert!(counts().lost() >= 3000 && counts().sent() == 0, "all of it is accounted for: {}", counts().lost());
    let about = log.events().into_iter().filter(|event| event["target"] == "teal_server::traces::sending");
    assert_eq!(about.count(), 1, "one line, however often: {}", log.text());
}

#[tokio::test]
async fn a_collector_that_comes_back_gets_what_was_kept_for_it() {
    let collector = Collector::start(Answers::With(503)).await;
    let (log, _guard) = Log::catch("info", Format::Json);
    let house = traced(&collector).await;
    one(&house).await;
    collector.until(|spans| !spans.is_empty()).await;
    collector.answers(Answers::Takes);
    // The same once more: that is how it is seen here.
    let spans = collector.until(|spans| spans.len() > 1).await;
    assert_eq!(spans[0].id, spans[1].id);
    house.teal.engine.traces.finish(LONG).await;
    let counts = house.teal.engine.traces.counts().expect("it is on");
    assert_eq!((counts.sent(), counts.lost(), counts.failing()), (1, 0, false));
    assert_eq!(log.event("the collector takes traces again")["fields"]["lost"], 0);
}

#[tokio::test]
async fn what_a_collector_does_not_want_is_counted_as_lost_and_told_once() {
    let collector = Collector::start(Answers::Wants(1)).await;
    let (log, _guard) = Log::catch("info", Format::Json);
    let house = traced(&collector).await;
    for round in 1..=2 {
        one(&house).await;
        one(&house).await;
        collector.until(|spans| spans.len() == round * 2).await;
    }
    house.teal.engine.traces.finish(LONG).await;
    let counts = house.teal.engine.traces.counts().expect("it is on");
    assert_eq!((counts.sent(), counts.lost(), counts.failing()), (2, 2, false));
    let told = log.event("the collector does not want some spans; this is told once");
    assert_eq!(told["fields"]["why"], "too old");
}

#[tokio::test]
async fn a_collector_that_never_answers_does_not_keep_the_process() {
    let collector = Collector::start(Answers::Never).await;
    let (log, _guard) = Log::catch("info", Format::Json);
    let house = traced(&collector).await;
    one(&house).await;
    collector.until(|spans| !spans.is_empty()).await;
    house.teal.engine.traces.finish(Duration::from_millis(50)).await;
    log.event("the last traces were not sent: the collector took too long");
}

#[tokio::test]
async fn what_is_broken_off_is_told_as_given_up() {
    let collector = Collector::start(Answers::Takes).await;
    let house = traced(&collector).await;
    let open = house.teal.engine.traces.cycle("a test", About::nothing);
    let work = open.around(std::future::pending::<()>());
    assert!(tokio::time::timeout(Duration::from_millis(1), work).await.is_err());
    let spans = sent(&house, &collector).await;
    assert_eq!(the(&spans, "a test").failed, "given up");
}

#[tokio::test]
async fn without_a_collector_nothing_is_counted_and_nothing_is_told() {
    let house = House::new().await;
    house.get("/p/dev").await;
    assert!(house.teal.engine.traces.counts().is_none());
    house.teal.engine.traces.finish(LONG).await;
    assert!(!crate::figures::figures(&house).await.contains("trace"));
}
