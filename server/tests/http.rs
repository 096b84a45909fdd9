//! What Teal answers over HTTP: pages, forms, files and streams, over fakes.

#[path = "support/house.rs"]
mod house;
mod support;

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use futures::StreamExt as _;
use house::{Answer, House, ORIGIN, form, get, post};
use teal_app::desk::{Desk, DeskError, Identity, Offer, RecordDetail, SwitchForm};
use teal_domain::{
    Color, PairId, Snapshot, Timestamp,
    history::{HistoryPage, HistoryQuery, Record},
    switch::Plan,
};
use teal_server::{desk::EngineDesk, engine::watch::take_flag};
use tower::ServiceExt as _;

/// Every route that a GET may ask for, with what it answers.
const ROUTES: [(&str, u16); 19] = [
    ("/", 307),
    ("/p/dev", 200),
    ("/p/dev?anything=else", 200),
    ("/p/dev/switch", 200),
    ("/p/dev/switch?to=green", 200),
    ("/p/dev/switch?to=blue", 200),
    ("/p/dev/history", 200),
    ("/p/dev/history?kind=imported&color=blue", 200),
    ("/p/dev/history/31", 200),
    ("/p/dev/history.csv", 200),
    ("/health", 200),
    ("/favicon.svg", 200),
    ("/pkg/teal-abc123.js", 200),
    ("/pkg/teal-abc123_bg.wasm", 200),
    ("/pkg/missing.js", 404),
    ("/p/prod", 404),
    ("/p/dev/history/999", 404),
    ("/nowhere", 404),
    ("/api/fn/switch", 405),
];

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
    answer.header(header::LOCATION)
}

fn problem(location: &str) -> (Option<String>, Option<String>) {
    let query = location.split_once('?').expect("a query").1;
    (teal_app::paths::get(query, "problem"), teal_app::paths::get(query, "reason"))
}

#[tokio::test]
async fn row_7_every_answer_carries_the_headers_that_keep_the_browser_safe() {
    let house = House::new().await;
    for (path, status) in ROUTES {
        let answer = house.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", String::from_utf8_lossy(&answer.body));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {path}");
        }
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!answer.header("x-request-id").is_empty(), "{path} cannot be found in the log");
        let kind = answer.header(header::CONTENT_TYPE);
        assert!(
            !kind.starts_with("text/") || kind.contains("charset=utf-8") || path.starts_with("/pkg/"),
            "{path}: {kind}"
        );
    }
}

#[tokio::test]
async fn row_14_no_page_is_kept_by_the_browser() {
    let house = House::new().await;
    for path in [
        "/p/dev",
        "/p/dev/switch?to=green",
        "/p/dev/history",
        "/p/dev/history/31",
        "/p/dev/history.csv",
        "/nowhere",
        "/p/prod",
        "/p/dev/history/999",
    ] {
        assert_eq!(house.get(path).await.header(header::CACHE_CONTROL), "no-store", "{path}");
    }
}

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
async fn what_is_not_there_is_a_page_that_says_so_without_echoing_markup() {
    let house = House::new().await;
    for (path, says) in [
        ("/nowhere", "There is no page at /nowhere"),
        ("/p/prod", "There is no pair"),
        ("/p/DEV%20%3Cscript%3E", "There is no pair"),
        ("/p/dev/history/999", "no record 999"),
        ("/p/dev/history/%3Cimg%20src=x%3E", "is not the number of a record"),
        ("/p/prod/history.csv", "There is no such pair"),
        ("/p/prod/switch", "There is no pair"),
        ("/p/prod/history", "There is no pair"),
        ("/p/dev/nothing", "There is no page"),
    ] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let text = answer.text();
        assert!(text.contains(says), "{path}: {text}");
        assert!(!text.contains("<img src=x") && !text.contains("<script>"), "{path}");
    }
    assert_eq!(house.get("/p/prod/live").await.status, StatusCode::NOT_FOUND);
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
                !path.starts_with("/api/") || answer.status == StatusCode::METHOD_NOT_ALLOWED,
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
async fn a_form_sent_without_script_leads_to_the_record_of_the_switch() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let answer = house.switch(&confirmation, " Green ", "upgrade of blue").await;
    let address = location(&answer).to_owned();
    assert!(address.starts_with("/p/dev/history/"), "{address}");
    assert_eq!(house.flag().color(), Some(Color::Green));
    let page = house.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("upgrade of blue") && text.contains("ana"), "{text}");
    assert!(text.contains(&house.world.ssm.puts()[0].to_string()), "the operation's id is on the page");
}

#[tokio::test]
async fn a_name_typed_wrongly_leads_back_to_the_form_with_the_reason_kept() {
    let house = House::new().await;
    let head = house.world.store.head().await.expect("a head");
    let reason = "drain & <b>upgrade</b> = 100 %";
    for typed in ["", "blue", "gren", "green!", "gre en"] {
        let confirmation = house.confirmation("green").await;
        let answer = house.switch(&confirmation, typed, reason).await;
        let address = location(&answer).to_owned();
        assert!(address.starts_with("/p/dev/switch?"), "{address}");
        assert_eq!(problem(&address), (Some("typed".into()), Some(reason.into())));
        let page = house.get(&address).await.text();
        assert!(
            page.contains("drain &amp; &lt;b&gt;upgrade&lt;/b&gt; = 100 %"),
            "the reason is back in its box, inert"
        );
        assert!(page.contains("Nothing was switched"), "{page}");
    }
    assert!(house.world.ssm.puts().is_empty());
    assert_eq!(house.world.store.head().await.expect("a head"), head);
}

#[tokio::test]
async fn a_reason_that_is_missing_too_long_or_hides_something_leads_back_to_the_form() {
    let house = House::new().await;
    for reason in [String::new(), "x".repeat(10_000), "up\u{202E}grade".into(), "bell\u{7}".into()] {
        let confirmation = house.confirmation("green").await;
        let answer = house.switch(&confirmation, "green", &reason).await;
        assert_eq!(problem(location(&answer)).0.as_deref(), Some("reason"), "{reason:?}");
        assert!(answer.header(header::LOCATION).len() < 4000, "an address that a proxy carries");
    }
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_37_a_confirmation_that_ran_out_or_was_forged_leads_back_and_puts_nothing() {
    let house = House::new().await;
    let good = house.confirmation("green").await;
    let forged = good.replacen(".green.", ".blue.", 1);
    assert_ne!(forged, good);
    for confirmation in [&*forged, "", "nonsense", &good[..good.len() - 1]] {
        let answer = house.switch(confirmation, "green", "why").await;
        assert_eq!(problem(location(&answer)), (Some("confirmation".into()), Some("why".into())), "{confirmation}");
    }
    house.world.clock.pass(Duration::from_millis(Plan::CONFIRMATION_LIVES.0 + 1));
    let answer = house.switch(&good, "green", "why").await;
    assert_eq!(problem(location(&answer)).0.as_deref(), Some("confirmation"));
    assert!(house.world.ssm.puts().is_empty());
    // Somebody else's is no good either.
    let other = House::with_desk("ben", |desk| Arc::new(desk)).await;
    let bens = other.confirmation("green").await;
    let answer = house.switch(&bens, "green", "why").await;
    assert_eq!(problem(location(&answer)).0.as_deref(), Some("confirmation"));
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_41_the_same_confirmation_sent_twice_is_one_switch_and_one_record() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let (first, second) =
        tokio::join!(house.switch(&confirmation, "green", "why"), house.switch(&confirmation, "green", "why"));
    let third = house.switch(&confirmation, "green", "why").await;
    assert_eq!(location(&first), location(&second));
    assert_eq!(location(&first), location(&third));
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_40_a_hundred_confirmations_at_once_are_one_put() {
    let house = House::new().await;
    let confirmations: Vec<String> =
        futures::stream::iter(0..100).then(|_| house.confirmation("green")).collect().await;
    let sent = confirmations.iter().map(|confirmation| house.switch(confirmation, "green", "why"));
    for answer in futures::future::join_all(sent).await {
        assert!(answer.status == StatusCode::FOUND, "{}", answer.status);
    }
    assert_eq!(house.world.ssm.puts().len(), 1);
    assert_eq!(house.flag().version().map(|version| version.0), Some(32));
}

#[tokio::test]
async fn a_flag_that_moved_meanwhile_leads_back_to_be_asked_again() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    house.world.ssm.outsider_puts("blue", Some("deploy"));
    let answer = house.switch(&confirmation, "green", "why").await;
    let address = location(&answer).to_owned();
    assert_eq!(problem(&address), (Some("moved".into()), Some("why".into())));
    assert!(house.world.ssm.puts().is_empty());
    let page = house.get(&address).await.text();
    assert!(page.contains("had moved"), "{page}");
    let after =
        teal_app::paths::get(address.split_once('?').expect("a query").1, "after").expect("the record of the attempt");
    assert_eq!(house.get(&format!("/p/dev/history/{after}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn row_39_without_a_store_a_switch_is_refused_and_the_pages_say_what_still_works() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    std::fs::remove_file(house.folder.path().join("teal.db")).expect("removed");
    let answer = house.switch(&confirmation, "green", "at three in the morning").await;
    let address = location(&answer).to_owned();
    assert_eq!(problem(&address), (Some("store".into()), Some("at three in the morning".into())));
    assert!(house.world.ssm.puts().is_empty(), "nothing is switched that cannot be recorded");
    // Whoever lands there needs the commands now, not after the next look at the store.
    let page = house.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("teal switch --pair dev --to green --confirm green@31 --emergency --spool"), "{text}");
    assert!(
        text.contains("aws ssm put-parameter --region us-east-2 --name /dev/active --value green --overwrite"),
        "{text}"
    );
    // With script, the answer itself holds them.
    let confirmation = house.confirmation("green").await;
    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "why")];
    let mut request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&fields)).expect("a request");
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
    let told = house.send(request).await.text();
    assert!(told.contains("store_away") && told.contains("--confirm green@31 --emergency"), "{told}");
    for path in ["/p/dev", "/p/dev/switch?to=green", "/p/dev/history", "/health"] {
        assert_eq!(house.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert!(house.get("/p/dev").await.text().contains("Blue"), "the last reading is still shown");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let house = House::new().await;
    let answer = house.post("/api/fn/switch", &[("pair", "dev"), ("reason", &"x".repeat(70_000))]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{:?}", answer.headers);
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn forms_that_cannot_be_read_are_refused_and_put_nothing() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let cases: [&[(&str, &str)]; 4] = [
        &[],
        &[("pair", "dev")],
        &[
            ("pair", "NOT A PAIR"),
            ("to", "green"),
            ("confirmation", &confirmation),
            ("typed", "green"),
            ("reason", "why"),
        ],
        &[("pair", "dev"), ("to", "purple"), ("confirmation", &confirmation), ("typed", "green"), ("reason", "why")],
    ];
    for fields in cases {
        let answer = house.post("/api/fn/switch", fields).await;
        // Back to where the form came from, never on to a record.
        assert!(location(&answer).starts_with(&format!("{ORIGIN}/p/dev?")), "{fields:?}: {:?}", answer.headers);
    }
    assert!(house.world.ssm.puts().is_empty());
    let unknown = house.post("/api/fn/drop_everything", &[]).await;
    assert!(unknown.status.is_client_error(), "{}", unknown.status);
}

#[tokio::test]
async fn row_17_the_csv_has_one_row_a_record_and_no_cell_that_a_spreadsheet_would_run() {
    let house = House::with_desk("+ana", |desk| Arc::new(desk)).await;
    for (number, reason) in ["=HYPERLINK(\"http://evil\")", "+1+1", "-2+3", "@SUM(A1)", "a, \"quoted\" one\nand a line"]
        .into_iter()
        .enumerate()
    {
        let color = if number % 2 == 0 { "green" } else { "blue" };
        let confirmation = house.confirmation(color).await;
        let fields =
            [("pair", "dev"), ("to", color), ("confirmation", &*confirmation), ("typed", color), ("reason", reason)];
        location(&house.post("/api/fn/switch", &fields).await);
        house.poll().await;
    }
    house.world.ssm.outsider_puts("=1+1", Some("=cmd"));
    house.teal.reconcile().await;
    let answer = house.get("/p/dev/history.csv").await;
    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/csv"));
    assert!(answer.header(header::CONTENT_DISPOSITION).contains("attachment; filename=\"teal-dev-history.csv\""));
    let mut reader = csv::Reader::from_reader(&*answer.body);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 31 + 5 + 1, "each record once");
    for cell in rows.iter().flat_map(csv::StringRecord::iter) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
    }
    let all = answer.text();
    assert!(all.contains("'=HYPERLINK(") && all.contains("'+ana"), "what was escaped is still there");
    let entries: HashSet<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(entries.len(), rows.len());
    let some = house.get("/p/dev/history.csv?kind=switch").await;
    assert_eq!(csv::Reader::from_reader(&*some.body).records().count(), 5, "the filters apply");
}

#[tokio::test]
async fn the_csv_holds_a_history_of_many_pages() {
    let house = House::new().await;
    for _ in 0..90 {
        house.world.ssm.outsider_puts("green", None);
        house.teal.reconcile().await;
    }
    let answer = house.get("/p/dev/history.csv").await;
    assert_eq!(csv::Reader::from_reader(&*answer.body).records().count(), 121);
}

/// The events of a stream, as they come.
struct Stream(std::pin::Pin<Box<dyn futures::Stream<Item = String> + Send>>);

#[derive(Debug)]
struct Event {
    name: String,
    id: Option<String>,
    data: serde_json::Value,
}

impl Stream {
    async fn open(house: &House, last: Option<&str>) -> Self {
        let mut request = get("/p/dev/live");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response =
            house.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        Self(Box::pin(
            response
                .into_body()
                .into_data_stream()
                .map(|chunk| String::from_utf8(chunk.expect("a chunk").to_vec()).expect("text")),
        ))
    }

    async fn next(&mut self) -> Event {
        let text = tokio::time::timeout(Duration::from_secs(10), self.0.next())
            .await
            .expect("an event in time")
            .expect("an open stream");
        let field =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
        Event {
            name: field("event:").unwrap_or_else(|| panic!("no event: {text}")),
            id: field("id:"),
            data: serde_json::from_str(&field("data:").expect("data")).expect("JSON"),
        }
    }
}

#[tokio::test]
async fn a_stream_begins_with_the_snapshot_and_brings_each_change_at_once() {
    let house = House::new().await;
    let mut stream = Stream::open(&house, None).await;
    let first = stream.next().await;
    assert_eq!(
        (first.name.as_str(), first.id.as_deref()),
        ("snapshot", Some(&*house.teal.engine.board.snapshot().id.to_string()))
    );
    assert_eq!(first.data["pair"]["id"], "dev");
    assert!(first.data.to_string().contains("\"version\":31"), "{}", first.data);

    // Quicker than any pulse: a change is not waited for.
    house.world.ssm.outsider_puts("green", None);
    let (flag, now) = (house.flag(), house.teal.engine.clock.now());
    let began = std::time::Instant::now();
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| take_flag(known, flag, now));
    let changed = stream.next().await;
    assert_eq!(changed.name, "snapshot");
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    assert!(changed.data.to_string().contains("\"version\":32"), "{}", changed.data);
    assert_ne!(changed.id, first.id);

    // Mere read times are no change: they come with the pulse.
    let now = Timestamp(now.0 + 5000);
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| known.flag.refresh(now));
    let pulse = stream.next().await;
    assert_eq!((pulse.name.as_str(), pulse.id), ("pulse", None));
    assert_eq!(pulse.data["flag"], now.0);
    assert_eq!(stream.next().await.name, "pulse", "and they go on coming");
}

#[tokio::test]
async fn a_stream_taken_up_again_sends_no_snapshot_that_was_seen() {
    let house = House::new().await;
    let seen = Stream::open(&house, None).await.next().await.id.expect("an id");
    let mut again = Stream::open(&house, Some(&seen)).await;
    assert_eq!(again.next().await.name, "pulse", "it has what there is");
    house.world.ssm.outsider_puts("green", None);
    house.poll().await;
    let missed = again.next().await;
    assert_eq!(missed.name, "snapshot");
    // Whoever was away meanwhile gets what was missed; whoever comes from another life of the process, too.
    for last in [&*seen, "1-999999", "nonsense", ""] {
        let first = Stream::open(&house, Some(last)).await.next().await;
        assert_eq!((first.name.as_str(), &first.id), ("snapshot", &missed.id), "after {last:?}");
    }
}

#[tokio::test]
async fn no_page_and_no_stream_calls_aws() {
    let house = House::new().await;
    let calls = house.world.ssm.calls();
    let mut streams = Vec::new();
    for _ in 0..50 {
        let mut stream = Stream::open(&house, None).await;
        stream.next().await;
        streams.push(stream);
    }
    for _ in 0..20 {
        for path in ["/p/dev", "/p/dev/switch?to=green", "/p/dev/history", "/p/dev/history/31", "/p/dev/history.csv"] {
            assert_eq!(house.get(path).await.status, StatusCode::OK);
        }
    }
    for stream in &mut streams {
        assert_eq!(stream.next().await.name, "pulse");
    }
    assert_eq!(house.world.ssm.calls(), calls);
}

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

/// A desk that panics when the history is asked for.
struct Panics(EngineDesk);

#[async_trait::async_trait]
impl Desk for Panics {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot()
    }
    fn now(&self) -> Timestamp {
        self.0.now()
    }
    fn offer(&self, who: &Identity, pair: &PairId, target: Color) -> Result<Offer, DeskError> {
        self.0.offer(who, pair, target)
    }
    async fn switch(&self, _: &Identity, _: SwitchForm) -> Result<Record, DeskError> {
        panic!("the inner secret of the switch")
    }
    async fn history(&self, _: &Identity, _: &PairId, _: &HistoryQuery) -> Result<HistoryPage, DeskError> {
        panic!("the inner secret of the history")
    }
    async fn record(&self, who: &Identity, pair: &PairId, seq: u64) -> Result<RecordDetail, DeskError> {
        self.0.record(who, pair, seq).await
    }
    async fn note(&self, who: &Identity, pair: &PairId, about: u64, text: &str) -> Result<(), DeskError> {
        self.0.note(who, pair, about, text).await
    }
}

#[tokio::test]
async fn row_56_a_panic_is_an_answer_without_its_words_and_the_process_goes_on() {
    let house = House::with_desk("ana", |desk| Arc::new(Panics(desk))).await;
    let confirmation = house.confirmation("green").await;
    for answer in [
        house.get("/p/dev/history").await,
        house.get("/p/dev/history.csv").await,
        house.switch(&confirmation, "green", "why").await,
    ] {
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.text().contains("secret"), "{}", answer.text());
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "its headers are those of every answer");
        assert!(!answer.header("x-request-id").is_empty());
    }
    assert_eq!(house.get("/p/dev").await.status, StatusCode::OK);
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
async fn a_note_is_added_by_a_form_and_shown_inert() {
    let house = House::new().await;
    let answer = house
        .post("/api/fn/note", &[("pair", "dev"), ("about", "31"), ("text", "that was <script>alert(1)</script>")])
        .await;
    assert_eq!(location(&answer), "/p/dev/history/31#notes");
    let page = house.get("/p/dev/history/31").await.text();
    assert!(page.contains("that was &lt;script&gt;"), "{page}");
    assert!(!page.contains("<script>alert"));
    let empty = house.post("/api/fn/note", &[("pair", "dev"), ("about", "31"), ("text", "")]).await;
    assert!(location(&empty).contains("problem=reason"));
}
