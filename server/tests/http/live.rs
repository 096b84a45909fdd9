//! The live stream.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use futures::StreamExt as _;
use teal_domain::{
    Timestamp,
    platform::{Found, Network},
};
use teal_server::engine::watch::take_flag;
use tower::ServiceExt as _;

use crate::house::{House, get};

/// The events of a stream, as they come.
pub struct Stream(std::pin::Pin<Box<dyn futures::Stream<Item = String> + Send>>);

#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub id: Option<String>,
    /// As JSON, or as the text that it is.
    pub data: serde_json::Value,
}

impl Stream {
    async fn open(house: &House, last: Option<&str>) -> Self {
        let mut request = get("/p/dev/live");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Self::at(&house.router, request.body(Body::empty()).expect("a request")).await
    }

    /// What a request for one is answered with.
    pub async fn at(router: &Router, request: Request<Body>) -> Self {
        let response = router.clone().oneshot(request).await.expect("an answer");
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

    /// The next piece of text; `None`: the stream has ended.
    pub async fn text(&mut self) -> Option<String> {
        tokio::time::timeout(Duration::from_secs(10), self.0.next()).await.expect("an event in time")
    }

    pub async fn next(&mut self) -> Event {
        let text = self.text().await.expect("an open stream");
        let field =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
        let data = field("data:").expect("data");
        Event {
            name: field("event:").unwrap_or_else(|| panic!("no event: {text}")),
            id: field("id:"),
            data: serde_json::from_str(&data).unwrap_or(serde_json::Value::String(data)),
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
async fn each_part_of_the_platform_moves_on_by_a_name_of_its_own() {
    let house = House::new().await;
    let (board, pair) = (&house.teal.engine.board, house.teal.pair.id());
    let read = |at: Timestamp| {
        board.update(pair, at, |known| {
            let platform = Arc::make_mut(&mut known.platform);
            platform.network.succeed(Network::default(), Timestamp(10));
            platform.secret.succeed(Found { tried: Vec::new(), found: None }, at);
            Arc::make_mut(&mut known.surroundings).green.heartbeat.succeed(Some(at), at);
        });
    };
    read(Timestamp(20));
    let mut stream = Stream::open(&house, None).await;
    assert_eq!(stream.next().await.name, "snapshot");
    read(Timestamp(30));
    let pulse = stream.next().await;
    assert_eq!(pulse.name, "pulse", "to be read again is no change");
    let moments = serde_json::json!([["network", 10], ["secret", 30], ["green-heartbeat", 30]]);
    assert_eq!(pulse.data["moments"], moments);
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
async fn streams_end_with_the_process_and_have_browsers_come_back_one_after_the_other() {
    let house = House::new().await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = Stream::open(&house, None).await;
        stream.next().await;
        streams.push(stream);
    }
    house.app.stopping.begin();
    let mut hints = BTreeSet::new();
    for stream in &mut streams {
        let last = stream.text().await.expect("a last word");
        let hint = last.lines().find_map(|line| line.strip_prefix("retry:")).expect("when to come back");
        let hint: u64 = hint.trim().parse().expect("milliseconds");
        assert!((1_000..5_000).contains(&hint), "sooner than the page's own watchdog: {hint}");
        hints.insert(hint);
        assert_eq!(stream.text().await, None, "and that was it");
    }
    assert!(hints.len() > 10, "not all at once: {hints:?}");
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
