//! How many calls Teal makes to AWS, counted by a proxy in between.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{
    process::{Server, config},
    table::Table,
};

const WATCHED: Duration = Duration::from_secs(60);
const STREAMS: usize = 1000;

/// Calls a minute with no stream open, and with a thousand.
pub async fn streams(table: &mut Table) {
    let Between { address: proxy, count } = Between::counting(b" HTTP/1.1\r\n").await;
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path(), &folder.path().join("teal.db"), "/mwaa/blue-green/active-environment");
    let teal = Server::start(&config, &[("AWS_ENDPOINT_URL", proxy)]);
    tokio::time::sleep(Duration::from_secs(5)).await;

    let without = watched(&count).await;
    let mut open = Vec::with_capacity(STREAMS);
    for _ in 0..STREAMS {
        open.push(tokio::spawn(follow(teal.address.clone())));
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let with = watched(&count).await;
    let memory = teal.memory();
    let alive = open.iter().filter(|stream| !stream.is_finished()).count();
    assert_eq!(alive, STREAMS, "all streams stay open");
    let ratio = with as f64 / without as f64;
    // The pauses between polls are jittered by up to a fifth, so two minutes differ by a call or two.
    table.at_most(
        "AWS calls a minute, 1,000 streams against none",
        ratio,
        "x",
        1.1,
        format!("{with} against {without}; {memory:.0} MB with the streams"),
    );
}

/// A proxy before the emulated AWS.
pub struct Between {
    pub address: String,
    pub count: Arc<AtomicU64>,
}

impl Between {
    /// It counts how often something stands in what is asked.
    pub async fn counting(what: &'static [u8]) -> Self {
        let endpoint = std::env::var("AWS_ENDPOINT_URL").expect("the emulated AWS");
        let upstream = endpoint.trim_start_matches("http://").replace("localhost", "127.0.0.1");
        let count = Arc::new(AtomicU64::new(0));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        tokio::spawn(serve(listener, upstream, what, count.clone()));
        Self { address, count }
    }
}

async fn watched(count: &AtomicU64) -> u64 {
    let before = count.load(Ordering::Relaxed);
    tokio::time::sleep(WATCHED).await;
    count.load(Ordering::Relaxed) - before
}

async fn follow(address: String) {
    let mut stream = TcpStream::connect(&address).await.expect("connected");
    let request = format!("GET /p/dev/live HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}

async fn serve(listener: TcpListener, upstream: String, what: &'static [u8], count: Arc<AtomicU64>) {
    loop {
        let Ok((mut client, _)) = listener.accept().await else { return };
        let (upstream, count) = (upstream.clone(), count.clone());
        tokio::spawn(async move {
            let Ok(mut server) = TcpStream::connect(upstream).await else { return };
            let (mut from_client, mut to_client) = client.split();
            let (mut from_server, mut to_server) = server.split();
            let up = async {
                let mut buffer = [0; 16 * 1024];
                while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
                    let requests = buffer[..read].windows(what.len()).filter(|window| *window == what).count();
                    count.fetch_add(requests as u64, Ordering::Relaxed);
                    if to_server.write_all(&buffer[..read]).await.is_err() {
                        break;
                    }
                }
            };
            let down = tokio::io::copy(&mut from_server, &mut to_client);
            tokio::select! {
                () = up => {}
                _ = down => {}
            }
        });
    }
}
