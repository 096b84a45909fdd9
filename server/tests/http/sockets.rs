//! What comes over a real connection and is not quite a request: refused, closed, and never taken for two.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use teal_domain::journal::chain::Head;
use teal_server::http;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::house::{HOST, House, ORIGIN};

struct Served {
    house: House,
    address: SocketAddr,
    head: Head,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Served {
    async fn new(head_time: Duration) -> Self {
        let house = House::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (stop, stopped) = oneshot::channel();
        let router = house.router.clone();
        let serving = tokio::spawn(http::serve(listener, router, head_time, async { drop(stopped.await) }));
        let head = house.world.store.head().await.expect("a head");
        Self { house, address, head, stop, serving }
    }

    /// Sends bytes, and reads until the connection is closed; an error: it stays open.
    async fn sent(&self, bytes: &[u8]) -> Result<String, String> {
        let mut stream = TcpStream::connect(self.address).await.expect("connected");
        // Whoever is refused early may find the connection closed while still sending.
        drop(stream.write_all(bytes).await);
        let mut answer = Vec::new();
        let read = async {
            // What was not read of the request makes the close a reset.
            while stream.read_buf(&mut answer).await.is_ok_and(|read| read > 0) {}
        };
        let closed = tokio::time::timeout(Duration::from_secs(3), read).await.is_ok();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        if closed { Ok(answer) } else { Err(answer) }
    }

    async fn nothing_was_done(&self, what: &str) {
        assert_eq!(self.house.world.store.head().await.expect("a head"), self.head, "{what}: something was journalled");
        assert!(self.house.world.ssm.puts().is_empty(), "{what}: something was put");
    }
}

/// A whole request that would be taken if it stood by itself.
fn smuggled() -> String {
    let body = "pair=dev&about=31&text=smuggled";
    format!("POST /api/fn/note HTTP/1.1\r\n{}Content-Length: {}\r\n\r\n{body}", ours(), body.len())
}

fn ours() -> String {
    format!(
        "Host: {HOST}\r\nOrigin: {ORIGIN}\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n"
    )
}

fn post(fields: &str, body: &str) -> String {
    format!("POST /api/fn/note HTTP/1.1\r\n{}{fields}\r\n{body}", ours())
}

#[tokio::test]
async fn row_58_what_could_be_read_as_two_requests_is_refused_and_the_connection_closed() {
    let served = Served::new(Duration::from_secs(30)).await;
    let hidden = smuggled();
    let length = hidden.len() + 5;
    let chunked = format!("0\r\n\r\n{hidden}");
    let cases = [
        ("both lengths", post(&format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"), &chunked)),
        (
            "both, the other way round",
            post(&format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"), &chunked),
        ),
        ("two lengths", post(&format!("Content-Length: 0\r\nContent-Length: {}\r\n", hidden.len()), &hidden)),
        ("a list of lengths", post("Content-Length: 0, 5\r\n", &hidden)),
        ("a negative length", post("Content-Length: -1\r\n", &hidden)),
        ("a length with a sign", post("Content-Length: +0\r\n", &hidden)),
        ("a length in hexadecimal", post("Content-Length: 0x0\r\n", &hidden)),
        ("a length over 64 bits", post("Content-Length: 18446744073709551616\r\n", &hidden)),
        ("a space before the colon", post("Transfer-Encoding : chunked\r\n", &chunked)),
        ("chunks", post("Transfer-Encoding: chunked\r\n", &chunked)),
        ("chunks, spelt otherwise", post("Transfer-Encoding: xchunked\r\n", &chunked)),
        ("chunks within something", post("Transfer-Encoding: chunked, identity\r\n", &chunked)),
        ("chunks twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", &chunked)),
        ("a chunk of no size", post("Transfer-Encoding: chunked\r\n", &format!("zz\r\n{hidden}"))),
        ("a chunk over 64 bits", post("Transfer-Encoding: chunked\r\n", &format!("1ffffffffffffffff\r\n{hidden}"))),
        ("a folded line", post("X-A: b\r\n Transfer-Encoding: chunked\r\n", &chunked)),
        ("a line that begins with a space", post(" Content-Length: 0\r\n", &hidden)),
        ("a lone CR", post("X-A: b\rTransfer-Encoding: chunked\r\n", &chunked)),
        ("a zero byte", post("X-A: \0\r\n", &hidden)),
        ("a line without a colon", post("nothing\r\n", &hidden)),
        (
            "lone LFs",
            post("", "").replace("\r\n", "\n").trim_end().to_owned()
                + "\nTransfer-Encoding: chunked\n\n0\n\n"
                + &hidden,
        ),
        ("two hosts", post("Host: evil.example\r\n", &hidden)),
        ("another host in the address", post("", &hidden).replacen("/api", "http://evil.example/api", 1)),
        ("HTTP/1.0 with chunks", post("Transfer-Encoding: chunked\r\n", &chunked).replacen("HTTP/1.1", "HTTP/1.0", 1)),
        ("HTTP/0.9", format!("GET /p/dev\r\n\r\n{hidden}")),
        ("HTTP/2", format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{hidden}")),
        ("no request", format!("\u{16}\u{3}\u{1}\0\u{5}\u{1}\r\n\r\n{hidden}")),
        ("a method of its own", post("Content-Length: 0\r\n", &hidden).replacen("POST", "DESTROY", 1)),
        ("TRACE", format!("TRACE /p/dev HTTP/1.1\r\nHost: {HOST}\r\n\r\n{hidden}")),
        ("CONNECT", format!("CONNECT {HOST} HTTP/1.1\r\nHost: {HOST}\r\n\r\n{hidden}")),
        ("a head of 200 KB", post(&format!("X-A: {}\r\n", "x".repeat(200_000)), &hidden)),
        ("two hundred fields", post(&"X-A: b\r\n".repeat(200), &hidden)),
    ];
    let answers = cases.iter().map(|(_, bytes)| served.sent(bytes.as_bytes()));
    for ((what, _), answer) in cases.iter().zip(futures::future::join_all(answers).await) {
        let answer = answer.unwrap_or_else(|answer| panic!("{what}: the connection stays open after {answer:?}"));
        assert_eq!(answer.matches("HTTP/1.1 ").count(), usize::from(!answer.is_empty()), "{what}: {answer}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{what}: {answer}");
    }
    served.nothing_was_done("any of them").await;
    // By itself it is taken: it was where it stood.
    let answer = served.sent(smuggled().replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes()).await;
    assert!(answer.as_ref().is_ok_and(|answer| answer.contains("location: /p/dev/history/31#notes")), "{answer:?}");
}

#[tokio::test]
async fn row_58_what_a_request_brings_as_its_body_is_not_a_request() {
    let served = Served::new(Duration::from_secs(30)).await;
    let hidden = smuggled();
    for method in ["GET", "HEAD"] {
        let fields = format!("Host: {HOST}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", hidden.len());
        let answer = served.sent(format!("{method} /health HTTP/1.1\r\n{fields}{hidden}").as_bytes()).await;
        let answer = answer.expect("closed");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.matches("HTTP/1.1 ").count() == 1, "{method}: {answer}");
    }
    // Nor is what is behind a request that upgrades.
    let upgrade = format!("GET /health HTTP/1.1\r\nHost: {HOST}\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n");
    let answer = served.sent((upgrade + &hidden).as_bytes()).await.expect("closed");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    served.nothing_was_done("a body").await;
}

#[tokio::test]
async fn row_58_whoever_sends_a_byte_at_a_time_or_nothing_is_closed_and_nobody_else_is_held_up() {
    let served = Served::new(Duration::from_secs(1)).await;
    let (address, began) = (served.address, Instant::now());
    let slow = (0..50).map(|number| async move {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        let head = format!("GET /p/dev HTTP/1.1\r\nHost: {HOST}\r\nX-A: {}", "x".repeat(1000));
        let silent = number % 2 == 0;
        let mut bytes = head.bytes();
        loop {
            if !silent && stream.write_all(&[bytes.next().expect("more")]).await.is_err() {
                return;
            }
            let read = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut [0; 512])).await;
            if matches!(read, Ok(Ok(0) | Err(_))) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "it is still open");
        }
    });
    let others = async {
        let asked = format!("GET /p/dev HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
        for _ in 0..5 {
            assert!(served.sent(asked.as_bytes()).await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")));
        }
    };
    tokio::join!(futures::future::join_all(slow), others);
    // The wait between two requests of one connection counts likewise.
    let kept = served.sent(format!("GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n").as_bytes()).await;
    assert!(kept.is_ok_and(|answer| answer.ends_with("ok\n")));
}

#[tokio::test]
async fn a_stream_goes_on_for_longer_than_a_head_may_take() {
    let served = Served::new(Duration::from_secs(1)).await;
    let mut stream = TcpStream::connect(served.address).await.expect("connected");
    let asked = format!("GET /p/dev/live HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.expect("sent");
    let mut events = Vec::new();
    let pulses = async {
        while String::from_utf8_lossy(&events).matches("event: pulse").count() < 2 {
            assert!(stream.read_buf(&mut events).await.expect("read") > 0, "it was closed");
        }
    };
    tokio::time::timeout(Duration::from_secs(10), pulses).await.expect("a pulse every two seconds");
}

#[tokio::test]
async fn row_58_a_script_is_told_what_of_its_request_has_more_than_one_meaning() {
    let served = Served::new(Duration::from_secs(30)).await;
    let api = |method: &str, fields: &str| {
        format!("{method} /api/v1/pairs/dev/plans HTTP/1.1\r\nHost: {HOST}\r\nOrigin: {ORIGIN}\r\n{fields}\r\n")
    };
    for (request, status, code) in [
        (api("POST", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", "411", "length"),
        (api("POST", "Host: evil.example\r\nContent-Length: 0\r\n"), "400", "host"),
        (api("TRACE", ""), "405", "method"),
    ] {
        let answer = served.sent(request.as_bytes()).await.expect("it is closed");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{code}: {answer}");
        assert!(answer.contains("content-type: application/problem+json"), "{code}: {answer}");
        assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{code}: {answer}");
    }
    served.nothing_was_done("any of them").await;
}

#[tokio::test]
async fn what_is_under_way_is_answered_when_the_server_stops_and_idle_connections_are_closed() {
    let served = Served::new(Duration::from_secs(30)).await;
    let mut idle = TcpStream::connect(served.address).await.expect("connected");
    idle.write_all(format!("GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n").as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        assert!(idle.read_buf(&mut answer).await.expect("read") > 0);
    }
    // Half a request, whose other half comes after the stop.
    let mut under_way = TcpStream::connect(served.address).await.expect("connected");
    let body = "pair=dev&about=31&text=late";
    let head = format!("POST /api/fn/note HTTP/1.1\r\n{}Content-Length: {}\r\n\r\n", ours(), body.len());
    under_way.write_all(head.as_bytes()).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(200)).await;
    served.stop.send(()).expect("it listens");
    assert_eq!(idle.read(&mut [0; 16]).await.expect("closed in good order"), 0);
    under_way.write_all(body.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    under_way.read_to_end(&mut answer).await.expect("answered");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.contains("location: /p/dev/history/31#notes"), "{answer}");
    tokio::time::timeout(Duration::from_secs(3), served.serving).await.expect("it ends").expect("without a panic");
    assert!(TcpStream::connect(served.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn row_58_there_is_no_address_for_machines_that_look_inside() {
    let house = House::new().await;
    for path in [
        "/metrics",
        "/debug/pprof",
        "/debug/vars",
        "/actuator",
        "/server-status",
        "/.env",
        "/.git/config",
        "/teal.toml",
        "/teal.db",
    ] {
        assert_eq!(house.get(path).await.status.as_u16(), 404, "{path}");
    }
}
