//! Stopping the real program while people use it: streams end with a hint when to come back, a switch under way
//! gets to its end or is told as unknown, and nobody is cut off.

#[path = "support/collector.rs"]
mod collector;
#[path = "support/program.rs"]
mod program;
#[path = "support/slow_aws.rs"]
#[allow(dead_code, reason = "each test file uses its own part of this")]
mod slow_aws;

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use collector::{Answers, Collector, parts, the};
use program::teal;
use reqwest::{Client, Response, header, redirect};
use rustix::process::{Pid, Signal, kill_process};
use slow_aws::{Puts, SlowAws};
use teal_domain::history::{HistoryQuery, Progress, SwitchRecord};
use teal_server::store::{Store, verify::Verdict};

const SECOND: Duration = Duration::from_secs(1);

/// `teal serve` over an AWS that takes its time.
struct Served {
    folder: tempfile::TempDir,
    child: Child,
    url: String,
    client: Client,
    aws: SlowAws,
}

impl Served {
    /// `patience`: how long it waits for AWS.
    async fn start(puts: Puts, patience: &str) -> Self {
        Self::told(puts, patience, "").await
    }

    /// Its traces go to a collector.
    async fn traced(puts: Puts, collector: &Collector) -> Self {
        Self::told(puts, "5s", &format!("[traces]\nendpoint = \"{}\"\n", collector.address)).await
    }

    async fn told(puts: Puts, patience: &str, more: &str) -> Self {
        let (folder, aws) = (tempfile::tempdir().expect("a folder"), SlowAws::start(puts).await);
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("site/pkg")).expect("a folder");
        let assets =
            r#"{"js":"/pkg/teal.js","wasm":"/pkg/teal.wasm","css":"/pkg/teal.css","reports":"/pkg/reports.css"}"#;
        std::fs::write(at("site/assets.json"), assets).expect("written");
        let config = format!(
            "listen = \"127.0.0.1:0\"\nsite = \"{}\"\n\n[store]\npath = \"{}\"\n\n[polling]\nrequest_timeout = \"{patience}\"\n\n\
             [[pair]]\nid = \"dev\"\nproject = \"mwaa-openlineage\"\nenvironment = \"dev\"\nregion = \"us-east-2\"\n{more}",
            at("site").display(),
            at("teal.db").display()
        );
        std::fs::write(at("teal.toml"), config).expect("written");
        let log = std::fs::File::create(at("log")).expect("a log");
        let mut child = teal(&aws.url)
            .arg("serve")
            .arg("--config")
            .arg(at("teal.toml"))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("it began");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let url = line.trim().strip_prefix("Teal is ready at ").map(|url| url.trim_end_matches('/').to_owned());
        let url = url.unwrap_or_else(|| panic!("{line}"));
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().expect("a client");
        let served = Self { folder, child, url, client, aws };
        let began = Instant::now();
        while !served.page("/p/dev").await.contains("Blue is live") {
            assert!(began.elapsed() < 20 * SECOND, "the flag was not read: {}", served.log());
            tokio::time::sleep(SECOND / 20).await;
        }
        served
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    async fn page(&self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.url)).header(header::ACCEPT, "text/html");
        request.send().await.expect("an answer").text().await.expect("a page")
    }

    /// A stream that has begun.
    async fn stream(&self) -> Response {
        let request = self.client.get(format!("{}/p/dev/live", self.url)).header(header::ACCEPT, "text/event-stream");
        let mut stream = request.send().await.expect("an answer");
        let first = stream.chunk().await.expect("a chunk").expect("an open stream");
        assert!(String::from_utf8_lossy(&first).contains("event: snapshot"));
        stream
    }

    /// Confirms a switch to green; answers with where its answer leads.
    async fn switch(&self) -> tokio::task::JoinHandle<Result<String, reqwest::Error>> {
        let page = self.page("/p/dev/switch?to=green").await;
        let tag = page.split("<input").find(|tag| tag.contains("name=\"confirmation\"")).expect("a confirmation");
        let sealed = tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("its value");
        let body = format!("pair=dev&to=green&confirmation={sealed}&typed=green&reason=stop+me&emergency=true");
        let request = self
            .client
            .post(format!("{}/api/fn/switch", self.url))
            .header(header::ORIGIN, &self.url)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let answered = tokio::spawn(async move {
            let answer = request.send().await?;
            let leads = answer.headers().get(header::LOCATION).and_then(|way| way.to_str().ok());
            Ok(leads.unwrap_or_default().to_owned())
        });
        tokio::time::timeout(20 * SECOND, self.aws.put_came()).await.expect("the put was sent");
        answered
    }

    fn told_to_stop(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("its id");
        kill_process(pid, Signal::TERM).expect("told");
    }

    async fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status;
            }
            assert!(began.elapsed() < 30 * SECOND, "it does not end: {}", self.log());
            tokio::time::sleep(SECOND / 50).await;
        }
    }

    /// The one switch that the journal tells of, once the process is gone.
    async fn journal(&self) -> SwitchRecord {
        let path: PathBuf = self.folder.path().join("teal.db");
        let store = Store::open(&path).await.expect("the store");
        let head = store.head().await.expect("a head");
        assert_eq!(store.verify(Some(head)).await.expect("read"), Verdict::Holds(head));
        let query = HistoryQuery::default();
        let page = store.history(&"dev".parse().expect("a pair"), &query, 10).await.expect("a page");
        let mut switches = page.records.iter().filter_map(|record| record.switch().cloned());
        let switch = switches.next().expect("a switch");
        assert!(switches.next().is_none(), "one only");
        switch
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Only what a failed test leaves behind: it is this very child.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What comes of a stream until its end, which comes at once. A connection that is cut off is no end.
async fn rest_of(mut stream: Response) -> String {
    let mut text = String::new();
    let all = async {
        while let Some(chunk) = stream.chunk().await.expect("a stream that ends in good order") {
            text += &String::from_utf8_lossy(&chunk);
        }
    };
    tokio::time::timeout(2 * SECOND, all).await.expect("the end of the stream");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_end_in_good_order_with_a_hint_when_to_come_back_and_hold_up_nothing() {
    let mut served = Served::start(Puts::Never, "5s").await;
    let mut streams = Vec::new();
    for _ in 0..30 {
        streams.push(served.stream().await);
    }
    let began = Instant::now();
    served.told_to_stop();
    let mut hints = std::collections::BTreeSet::new();
    for stream in streams {
        let text = rest_of(stream).await;
        let hint = text.lines().find_map(|line| line.strip_prefix("retry:")).unwrap_or_else(|| panic!("{text}"));
        hints.insert(hint.trim().to_owned());
    }
    assert!(hints.len() > 10, "not all at once: {hints:?}");
    assert_eq!(served.ended().await.code(), Some(0), "{}", served.log());
    assert!(began.elapsed() < 3 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switch_under_way_is_finished_and_answered_before_the_process_ends() {
    let mut served = Served::start(Puts::After(3 * SECOND), "5s").await;
    let stream = served.stream().await;
    let answered = served.switch().await;
    served.told_to_stop();
    assert!(rest_of(stream).await.contains("retry:"));
    assert!(!answered.is_finished(), "the stream does not wait for it");
    let leads = answered.await.expect("it ran").expect("an answer");
    assert!(leads.starts_with("/p/dev/history/"), "{leads}");
    assert_eq!(served.ended().await.code(), Some(0), "{}", served.log());
    let progress = served.journal().await.progress;
    let Progress::Ended { outcome, .. } = &progress else { panic!("{progress:?}") };
    assert_eq!(outcome.as_str(), "landed", "{progress:?}");
    assert_eq!(served.aws.versions(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switch_that_aws_does_not_answer_is_in_the_journal_as_unknown_before_the_process_ends() {
    let mut served = Served::start(Puts::Never, "2s").await;
    let answered = served.switch().await;
    served.told_to_stop();
    let leads = answered.await.expect("it ran").expect("an answer");
    assert!(leads.starts_with("/p/dev/history/"), "{leads}");
    assert_eq!(served.ended().await.code(), Some(0), "{}", served.log());
    let progress = served.journal().await.progress;
    assert!(matches!(progress, Progress::Unknown { cause: Some(_), .. }), "{progress:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_says_stop_twice_does_not_wait_and_the_journal_still_holds_what_was_begun() {
    let mut served = Served::start(Puts::Never, "30s").await;
    let answered = served.switch().await;
    let began = Instant::now();
    served.told_to_stop();
    tokio::time::sleep(SECOND / 2).await;
    assert!(served.child.try_wait().expect("its state").is_none(), "it waits for the switch");
    served.told_to_stop();
    assert_eq!(served.ended().await.code(), Some(0), "{}", served.log());
    assert!(began.elapsed() < 5 * SECOND, "{:?}", began.elapsed());
    assert!(answered.await.expect("it ran").is_err(), "nobody is told what nobody knows");
    let progress = served.journal().await.progress;
    assert!(
        matches!(progress, Progress::Unknown { cause: None, .. }),
        "its put was marked, so it is looked for: {progress:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switch_is_traced_down_to_the_calls_of_aws_and_the_last_of_it_is_sent_before_the_process_ends() {
    let collector = Collector::start(Answers::Takes).await;
    let mut served = Served::traced(Puts::After(SECOND / 20), &collector).await;
    let polls = [
        ("poll flags", "SSM.GetParameters"),
        ("poll environment", "MWAA.GetEnvironment"),
        ("poll surroundings", "rds.DescribeDBClusters"),
        ("bring the journal into line", "SSM.GetParameterHistory"),
    ];
    let holds = |spans: &[collector::Span], (poll, calls): (&str, &str)| {
        let mut polls = spans.iter().filter(|span| span.name == poll);
        polls.any(|poll| parts(spans, poll).iter().any(|part| part.name == calls))
    };
    collector.until(|spans| polls.into_iter().all(|poll| holds(spans, poll))).await;
    let answered = served.switch().await;
    answered.await.expect("it ran").expect("an answer");
    served.page("/p/dev/history/1").await;
    served.told_to_stop();
    assert_eq!(served.ended().await.code(), Some(0), "{}", served.log());
    let spans = collector.spans();
    the(&spans, "GET /p/{pair}/history/{seq}");
    let switch = the(&spans, "switch");
    let request = the(&spans, "POST /api/fn/{name}");
    assert_eq!(switch.parent, request.id);
    let put = the(&spans, "put");
    assert_eq!(put.parent, switch.id);
    let [call] = parts(&spans, put)[..] else { panic!("{spans:#?}") };
    let told = ["rpc.system", "rpc.service", "rpc.method", "http.response.status_code", "cloud.region"];
    assert_eq!(told.map(|key| call.says(key)), ["aws-api", "SSM", "PutParameter", "200", "us-east-2"]);
    assert_eq!((call.name.as_str(), call.kind, call.failed.as_str()), ("SSM.PutParameter", 3, ""));

    // This AWS knows no load balancers and no databases: it refuses.
    assert!(spans.iter().any(|span| span.name == "poll surroundings" && span.failed == "not read"), "{spans:#?}");
    assert!(spans.iter().any(|span| span.kind == 3 && span.failed == "refused"), "{spans:#?}");
    let bytes = String::from_utf8_lossy(&collector.bytes()).into_owned();
    for word in ["stop me", "stop+me", "Credential", "AWS4", "mwaa-openlineage", "active-environment", "arn:"] {
        assert!(!bytes.contains(word), "{word} is in {spans:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_hangs_keeps_neither_a_switch_nor_the_end_of_the_process() {
    let collector = Collector::start(Answers::Never).await;
    let mut served = Served::traced(Puts::After(SECOND / 20), &collector).await;
    collector.until(|spans| !spans.is_empty()).await;
    let answered = served.switch().await;
    let leads = answered.await.expect("it ran").expect("an answer");
    assert!(leads.starts_with("/p/dev/history/"), "{leads}");
    served.told_to_stop();
    assert_eq!(served.ended().await.code(), Some(0), "{}", served.log());
    assert!(served.log().contains("the last traces were not sent"), "{}", served.log());
    let progress = served.journal().await.progress;
    assert!(matches!(&progress, Progress::Ended { outcome, .. } if outcome.as_str() == "landed"), "{progress:?}");
}
