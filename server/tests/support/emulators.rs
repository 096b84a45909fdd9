//! The emulated AWS that `make test` starts, and small servers that misbehave on demand.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use aws_sdk_ssm::{
    Client,
    config::{Credentials, SharedCredentialsProvider},
    types::ParameterType,
};
use teal_server::aws::{Place, sdk_config};

pub const REGION: &str = "us-east-2";

/// The address in a variable that `make test` sets.
fn told(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: these tests need the emulated AWS. Run `make test`"))
}

pub fn ministack() -> String {
    told("TEAL_TEST_MINISTACK").replace("127.0.0.1", "localhost")
}

pub fn moto() -> String {
    told("TEAL_TEST_MOTO").replace("127.0.0.1", "localhost")
}

/// The emulated Cost Explorer that has the seeded bill.
pub fn costs() -> String {
    told("TEAL_TEST_COSTS").replace("127.0.0.1", "localhost")
}

/// The SDK as production sets it, but for where it goes and as whom.
pub async fn sdk(endpoint: &str, request_timeout: Duration) -> aws_config::SdkConfig {
    let place = Place { region: REGION.into(), role: None };
    let credentials = SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "tests"));
    sdk_config(&place, request_timeout)
        .await
        .into_builder()
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .build()
}

pub async fn ssm(endpoint: &str) -> Client {
    Client::new(&sdk(endpoint, Duration::from_secs(20)).await)
}

/// Somebody writes a parameter past Teal.
pub async fn put(client: &Client, name: &str, value: &str, description: &str) -> u64 {
    let put = client
        .put_parameter()
        .name(name)
        .value(value)
        .description(description)
        .r#type(ParameterType::String)
        .overwrite(true);
    put.send().await.unwrap_or_else(|error| panic!("{name} was not put: {error:?}")).version.unsigned_abs()
}

/// A name that no other test, and no other run on the same emulator, has.
pub fn fresh_name(test: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_nanos();
    format!("/teal-test/{test}/{}-{now}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What a server answers to every request.
#[derive(Clone, Debug)]
pub enum Answers {
    With {
        status: u16,
        body: String,
    },
    /// By what the request says.
    By(fn(&str) -> (u16, String)),
    /// Nothing, and the connection stays open.
    Silence,
    /// Nothing, and the connection is closed.
    HangUp,
}

/// A server that counts what it is asked.
pub struct Server {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, answers) = (log.clone(), answers.clone());
                thread::spawn(move || serve(stream, &log, &answers));
            }
        });
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// The actions that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("the log").clone()
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>, answers: &Answers) {
    let mut buffer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let end = buffer.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let field = |name: &str| {
                head.lines().find_map(|line| {
                    line.to_ascii_lowercase()
                        .starts_with(name)
                        .then(|| line.split_once(':').map_or("", |(_, value)| value.trim()).to_owned())
                })
            };
            let length: usize = field("content-length:").and_then(|length| length.parse().ok()).unwrap_or(0);
            if buffer.len() >= end + 4 + length {
                let asked: Vec<u8> = buffer.drain(..end + 4 + length).collect();
                log.lock()
                    .expect("the log")
                    .push(field("x-amz-target:").unwrap_or_else(|| head.lines().next().unwrap_or_default().to_owned()));
                let told = match answers {
                    Answers::With { status, body } => Some((*status, body.clone())),
                    Answers::By(answer) => Some(answer(&String::from_utf8_lossy(&asked))),
                    Answers::Silence => None,
                    Answers::HangUp => return,
                };
                if let Some((status, body)) = told {
                    let head = format!(
                        "HTTP/1.1 {status} Told\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n",
                        body.len()
                    );
                    if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_err() {
                        return;
                    }
                }
                continue;
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(read) => buffer.extend_from_slice(&chunk[..read]),
        }
    }
}

/// A slow way to a server: each piece of each direction is delayed, and answers may be dropped.
pub struct SlowWay {
    pub address: SocketAddr,
    open: Arc<AtomicUsize>,
    drop_answers: Arc<AtomicBool>,
}

impl SlowWay {
    /// A way to `to` on which each piece takes up to `most`, by `seed`.
    pub fn start(to: SocketAddr, most: Duration, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (open, drop_answers) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (counting, dropping) = (open.clone(), drop_answers.clone());
        thread::spawn(move || {
            let mut chance = Chance(seed);
            for near in listener.incoming().map_while(Result::ok) {
                let far = TcpStream::connect(to).expect("the emulator");
                let back = (far.try_clone().expect("a stream"), near.try_clone().expect("a stream"));
                let gone = Arc::new(AtomicBool::new(false));
                counting.fetch_add(2, Ordering::SeqCst);
                for ((from, to), drops) in [((near, far), None), (back, Some(dropping.clone()))] {
                    let (counting, gone, chance) = (counting.clone(), gone.clone(), Chance(chance.next()));
                    thread::spawn(move || {
                        carry(from, to, most, chance, &gone, drops.as_deref());
                        counting.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            }
        });
        Self { address, open, drop_answers }
    }

    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// From now on answers are dropped, or no longer.
    pub fn drop_answers(&self, on: bool) {
        self.drop_answers.store(on, Ordering::SeqCst);
    }

    /// Waits until everything that was on its way has arrived or is lost.
    pub fn wait_until_empty(&self) {
        let until = std::time::Instant::now() + Duration::from_secs(30);
        while self.open.load(Ordering::SeqCst) > 0 {
            assert!(std::time::Instant::now() < until, "something is still on its way");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// For how long a server is listened to whose client is gone.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Carries one direction. `gone` says that the client's end is closed; `drops` is given on the way back.
fn carry(
    mut from: TcpStream,
    mut to: TcpStream,
    most: Duration,
    mut chance: Chance,
    gone: &AtomicBool,
    drops: Option<&AtomicBool>,
) {
    let mut chunk = [0; 8192];
    if drops.is_some() {
        from.set_read_timeout(Some(LAST_WORDS)).expect("a time limit");
    }
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            // Some servers leave a connection open whose client is gone.
            Err(error) if error.kind() == ErrorKind::WouldBlock && !gone.load(Ordering::SeqCst) => continue,
            Err(_) => break,
        };
        thread::sleep(chance.within(most));
        let dropped = drops.is_some_and(|drops| drops.load(Ordering::SeqCst));
        if !dropped && to.write_all(&chunk[..read]).is_err() {
            break;
        }
    }
    if drops.is_some() {
        // The other direction waits for a client that may never close.
        drop(from.shutdown(Shutdown::Both));
        drop(to.shutdown(Shutdown::Both));
    } else {
        gone.store(true, Ordering::SeqCst);
        drop(to.shutdown(Shutdown::Write));
    }
}

/// Chance that can be repeated.
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn within(&mut self, most: Duration) -> Duration {
        Duration::from_micros(self.next() % u64::try_from(most.as_micros().max(1)).expect("short"))
    }
}
