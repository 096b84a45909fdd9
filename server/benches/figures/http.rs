//! A small HTTP client over one connection: the same for everything that is measured.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

pub struct Client {
    stream: TcpStream,
    address: String,
    buffer: Vec<u8>,
    /// What it holds for the server, as the header has it; empty: nothing.
    pub cookie: String,
}

pub struct Answer {
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// A field of the head.
    pub fn field(&self, name: &str) -> &str {
        self.fields(name).next().unwrap_or_default()
    }

    /// The cookie that it sets to something.
    pub fn cookie(&self) -> String {
        let set = self.fields("set-cookie").map(|set| set.split(';').next().unwrap_or_default());
        set.filter(|set| !set.ends_with('=')).collect()
    }

    fn fields(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().filter_map(move |line| {
            line.split_once(": ").filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        })
    }

    pub fn is_ok(&self) -> bool {
        self.head.starts_with("HTTP/1.1 200")
    }
}

impl Client {
    pub async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("connected");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Self { stream, address: address.to_owned(), buffer: Vec::with_capacity(64 * 1024), cookie: String::new() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let cookie = if self.cookie.is_empty() { String::new() } else { format!("cookie: {}\r\n", self.cookie) };
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{cookie}\r\n", self.address);
        self.send(request.as_bytes()).await
    }

    /// How many bytes of body come when the answer may be compressed. The connection is used up by it.
    pub async fn transferred(mut self, path: &str) -> u64 {
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\naccept-encoding: br\r\nconnection: close\r\n\r\n",
            self.address
        );
        self.stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).await.expect("read");
        let at = find(&answer, b"\r\n\r\n").expect("a head");
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..at]));
        (answer.len() - at - 4) as u64
    }

    pub async fn post_form(&mut self, path: &str, body: &str) -> Answer {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\naccept: text/html\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {1}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.send(request.as_bytes()).await
    }

    async fn send(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).await.expect("sent");
        self.buffer.clear();
        let head_end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.stream.read_buf(&mut self.buffer).await.expect("read") > 0, "the connection was closed");
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).into_owned();
        let length: usize = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
            .map_or(0, |n| n.trim().parse().expect("a length"));
        while self.buffer.len() < head_end + length {
            assert!(self.stream.read_buf(&mut self.buffer).await.expect("read") > 0, "the connection was closed");
        }
        Answer { head, body: self.buffer[head_end..head_end + length].to_vec() }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Requests a second for `path` over so many connections, by whoever holds the cookie.
pub async fn load(address: &str, path: &str, cookie: &str, connections: usize, span: Duration) -> f64 {
    let began = Instant::now();
    let workers = (0..connections).map(|_| {
        let (address, path, cookie) = (address.to_owned(), path.to_owned(), cookie.to_owned());
        tokio::spawn(async move {
            let mut client = Client::connect(&address).await;
            client.cookie = cookie;
            let mut done = 0_u32;
            while began.elapsed() < span {
                let answer = client.get(&path).await;
                assert!(answer.is_ok(), "{}", answer.head);
                done += 1;
            }
            done
        })
    });
    let done: u32 = futures::future::join_all(workers).await.into_iter().map(|count| count.expect("a worker")).sum();
    f64::from(done) / began.elapsed().as_secs_f64()
}
