//! The real process, told to log all it can: what it logs, what it keeps, where it listens.

use std::{
    collections::HashSet,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, Response, header, redirect::Policy};
use serde_json::Value;

use crate::{
    door::said,
    house::{HOST, ORIGIN, build, sealed},
    mini_ssm::{self, Versions},
    provider::{CLIENT, Provider, SECRET},
    support::folder,
};

const FLAG: &str = "/mwaa/blue-green/active-environment";
/// As long as those of AWS.
const KEY: &str = "PlantedSecretAccessKey/0123456789abcdefg";
const TOKEN: &str = "PlantedSessionToken//////////0123456789abcdefghijklmnopqrstuvwxyz";

/// A server behind a provider, with a browser. What it says is in a file.
struct Teal {
    folder: tempfile::TempDir,
    provider: Provider,
    versions: Versions,
    child: Child,
    address: String,
    client: Client,
    session: String,
}

impl Drop for Teal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Teal {
    async fn start(arguments: &[&str]) -> Self {
        let (folder, provider) = (folder(), Provider::start().await);
        let (endpoint, versions) = mini_ssm::start(FLAG).await;
        let place = folder.path();
        build(&place.join("site"));
        let config = format!(
            "listen = \"127.0.0.1:0\"\nsite = \"{0}/site\"\n[store]\npath = \"{0}/teal.db\"\n\
             [[pair]]\nid = \"dev\"\nproject = \"mwaa-openlineage\"\nenvironment = \"dev\"\nregion = \"us-east-2\"\n\
             [pair.names]\nflag = \"{FLAG}\"\n\
             [sign_in]\nkind = \"oidc\"\npublic_url = \"{ORIGIN}\"\nissuer = \"{1}\"\nclient_id = \"{CLIENT}\"\nrefresh = \"10s\"\n\
             [[sign_in.role]]\ngroup = \"ops\"\nrole = \"operator\"\n",
            place.display(),
            provider.issuer
        );
        fs::write(place.join("teal.toml"), config).expect("written");
        let log = fs::File::create(place.join("log")).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_teal"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("TEAL_")) {
            command.env_remove(name);
        }
        let child = command
            .args(["serve", "--config"])
            .arg(place.join("teal.toml"))
            .args(arguments)
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", "AKIAPLANTED000000000")
            .env("AWS_SECRET_ACCESS_KEY", KEY)
            .env("AWS_SESSION_TOKEN", TOKEN)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("TEAL_CLIENT_SECRET", SECRET)
            .stdin(Stdio::null())
            .stdout(fs::File::create(place.join("out")).expect("a file"))
            .stderr(log)
            .spawn()
            .expect("teal");
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        let mut teal =
            Self { folder, provider, versions, child, address: String::new(), client, session: String::new() };
        teal.address = teal.listening().await;
        teal
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("log")).expect("the log")).into_owned()
    }

    /// The address, out of the line that says that it is ready.
    async fn listening(&self) -> String {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let log = self.log();
            let ready = log.lines().filter(|line| line.contains("ready")).find_map(|line| {
                let rest = line.split("127.0.0.1:").nth(1)?;
                let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                Some(format!("http://127.0.0.1:{port}"))
            });
            if let Some(address) = ready {
                return address;
            }
            assert!(Instant::now() < until, "it is not ready: {log}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.address));
        let request = request.header(header::HOST, HOST).header(header::ACCEPT, "text/html");
        request.header(header::COOKIE, &self.session).send().await.expect("an answer")
    }

    async fn post(&self, path: &str, body: String) -> Response {
        let request = self.client.post(format!("{}{path}", self.address)).header(header::HOST, HOST);
        let request = request.header(header::ORIGIN, ORIGIN).header(header::ACCEPT, "text/html");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        request.header(header::COOKIE, &self.session).send().await.expect("an answer")
    }

    /// Signs in. Answers with the secrets of the way.
    async fn sign_in(&mut self) -> Vec<String> {
        let answer = self.get("/sign-in?next=/p/dev").await;
        let there: reqwest::Url = header_of(&answer, "location").parse().expect("an address");
        let attempt = cookie(&answer);
        {
            let mut facts = self.provider.facts();
            (facts.nonce, facts.challenge) = (said(&there, "nonce"), said(&there, "code_challenge"));
        }
        self.session.clone_from(&attempt);
        let state = said(&there, "state");
        let answer = self.get(&format!("/sign-in/back?code=a-code&state={state}")).await;
        assert_eq!(header_of(&answer, "location"), "/p/dev");
        self.session = cookie(&answer);
        vec![value(&attempt), value(&self.session), state]
    }

    async fn confirmation(&self) -> String {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let page = self.get("/p/dev/switch?to=green").await.text().await.expect("a page");
            if page.contains("name=\"confirmation\"") {
                return sealed(&page);
            }
            assert!(Instant::now() < until, "the flag is not read: {page}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn header_of(answer: &Response, name: &str) -> String {
    answer.headers().get(name).map(|value| value.to_str().expect("plain").to_owned()).unwrap_or_default()
}

/// The cookie that is set to something, as it goes back.
fn cookie(answer: &Response) -> String {
    let set = answer.headers().get_all(header::SET_COOKIE).iter().map(|set| set.to_str().expect("plain"));
    let set = set.map(|set| set.split(';').next().unwrap_or_default()).find(|set| !set.ends_with('='));
    set.expect("a cookie").to_owned()
}

fn value(cookie: &str) -> String {
    cookie.split_once('=').expect("a cookie").1.to_owned()
}

/// The sockets on which a process listens.
fn listening(child: &Child) -> usize {
    let sockets: HashSet<String> = fs::read_dir(format!("/proc/{}/fd", child.id()))
        .expect("its files")
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok()?.to_str().map(str::to_owned))
        .filter_map(|link| Some(link.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let fields = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    // 0A: it listens. The tenth field is the socket.
    fields.filter(|fields| fields[3] == "0A" && sockets.contains(fields[9])).count()
}

fn everything_below(folder: &Path) -> String {
    let files = fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let files = files.filter(|path| path.is_file() && path.file_name().is_some_and(|name| name != "teal.toml"));
    files.map(|path| String::from_utf8_lossy(&fs::read(path).expect("read")).into_owned()).collect()
}

async fn everything_is_done_and_nothing_told(arguments: &[&str]) {
    let mut teal = Teal::start(arguments).await;
    let mut secrets = teal.sign_in().await;
    let signed_in = Instant::now();
    assert_eq!(listening(&teal.child), 1, "row 58: one port, and none for metrics");
    let confirmation = teal.confirmation().await;
    for (sealed, typed) in [("made-up", "green"), (&*confirmation, "green")] {
        let form = format!("pair=dev&to=green&confirmation={sealed}&typed={typed}&reason=a+rehearsal");
        teal.post("/api/fn/switch", form).await;
    }
    assert_eq!(teal.versions.lock().expect("nobody panicked").last().map(|(value, _)| &**value), Some("green"));
    for path in ["/p/dev/history", "/sign-in/back?code=a-code&state=made-up", "/nowhere", "/sign-in?anew=1"] {
        teal.get(path).await;
    }
    // Until the provider is asked again.
    tokio::time::sleep(Duration::from_secs(11).saturating_sub(signed_in.elapsed())).await;
    assert_eq!(teal.get("/p/dev").await.status(), 200);
    assert!(teal.provider.facts().calls["token"] >= 2, "it was asked again");
    teal.post("/sign-out", String::new()).await;

    secrets.extend(teal.provider.facts().tokens.clone());
    secrets.push(confirmation.rsplit('.').next().expect("a seal").to_owned());
    secrets.extend([KEY, TOKEN, SECRET, "a-code", "an-access-token", "a-refresh-token"].map(str::to_owned));
    // As it goes to the provider, in both of the ways that there are.
    let form: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    secrets.push(base64(&format!("{CLIENT}:{form}")));
    secrets.push(form);
    let log = teal.log();
    assert!(log.contains("signed in") && log.contains("TRACE") | log.contains("DEBUG"), "it does log: {log}");
    let kept = everything_below(teal.folder.path());
    for secret in secrets {
        let line = kept.lines().find(|line| line.contains(&secret)).unwrap_or_default();
        assert!(line.is_empty(), "{secret} is in {}", line.chars().take(800).collect::<String>());
    }
    if arguments.contains(&"json") {
        for line in log.lines() {
            let event: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
            assert!(event["timestamp"].is_string() && event["level"].is_string(), "{event}");
            let from = &event["span"]["from"];
            assert!(event["span"]["name"] != "request" || *from == "127.0.0.1", "row 52: {event}");
        }
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_55_a_process_that_logs_all_it_can_tells_no_secret() {
    // Nor does it for whoever asks for what it is built of by name.
    let by_name = "trace,hyper=trace,hyper_util=trace,reqwest=trace,aws_smithy_runtime=trace,aws_sigv4=trace,aws_config=trace,sqlx=trace,rustls=trace";
    let json = ["--log", by_name, "--log-format", "json"];
    tokio::join!(everything_is_done_and_nothing_told(&["--log", "trace"]), everything_is_done_and_nothing_told(&json),);
}
