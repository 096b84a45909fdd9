//! Signing in, and what being signed in costs a page, with few sessions in the store and with many.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use teal_server::store::Store;

use crate::{
    http::{Client, load},
    process::{Server, config},
    provider::{CLIENT, Provider, SECRET},
    table::{Table, median},
};

const FLAG: &str = "/mwaa/blue-green/active-environment";
const SESSIONS: u32 = 10_000;
/// An address may set out to sign in sixty times at once, and each way is two requests under that limit.
const RUNS: usize = 25;
const PAGE: &str = "/p/dev";

/// Teal behind a provider in this process.
struct Door {
    teal: Server,
    provider: Provider,
}

impl Door {
    async fn open(folder: &Path, sessions: u32) -> Self {
        let provider = Provider::start().await;
        fs::create_dir(folder).expect("a folder");
        let store = folder.join("teal.db");
        fill(&store, sessions).await;
        let path = config(folder, &store, FLAG);
        // Its own name must be known before it listens.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let text = fs::read_to_string(&path).expect("the config").replace("127.0.0.1:0", &format!("127.0.0.1:{port}"));
        let sign_in = format!(
            "[sign_in]\nkind = \"oidc\"\npublic_url = \"http://127.0.0.1:{port}\"\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\n\
             [[sign_in.role]]\ngroup = \"ops\"\nrole = \"operator\"\n",
            provider.issuer
        );
        fs::write(&path, format!("{text}{sign_in}")).expect("the config");
        let teal = Server::start(&path, &[("TEAL_CLIENT_SECRET", SECRET.to_owned())]);
        Self { teal, provider }
    }

    /// The way to the provider and back, in milliseconds without what the provider took, and the session.
    async fn sign_in(&self, client: &mut Client) -> (f64, String) {
        let before = self.provider.facts().spent;
        let began = Instant::now();
        let there = client.get("/sign-in?next=/p/dev").await;
        let there_took = began.elapsed();
        let address: reqwest::Url = there.field("location").parse().expect("an address");
        let said = |name: &str| address.query_pairs().find(|(key, _)| key == name).expect("it").1.into_owned();
        {
            let mut facts = self.provider.facts();
            (facts.nonce, facts.challenge) = (said("nonce"), said("code_challenge"));
        }
        client.cookie = there.cookie();
        let way = format!("/sign-in/back?code=a-code&state={}", said("state"));
        let began = Instant::now();
        let back = client.get(&way).await;
        let took = there_took + began.elapsed();
        assert_eq!(back.field("location"), PAGE);
        client.cookie.clear();
        let spent = self.provider.facts().spent.saturating_sub(before);
        (took.saturating_sub(spent).as_secs_f64() * 1e3, back.cookie())
    }
}

/// The round trip, and the overview of whoever is signed in against the open one; with one session and with many.
pub async fn figures(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| -> PathBuf { folder.path().join(name) };
    let (few, many) = (Door::open(&place("few"), 0).await, Door::open(&place("many"), SESSIONS).await);
    fs::create_dir(place("open")).expect("a folder");
    let open = Server::start(&config(&place("open"), &place("open").join("teal.db"), FLAG), &[]);
    tokio::time::sleep(Duration::from_secs(3)).await;

    let (mut to_few, mut to_many) =
        (Client::connect(&few.teal.address).await, Client::connect(&many.teal.address).await);
    // The first asks the provider what it is.
    let (one, another) = (few.sign_in(&mut to_few).await.1, many.sign_in(&mut to_many).await.1);
    let (mut with_few, mut with_many) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        with_few.push(few.sign_in(&mut to_few).await.0);
        with_many.push(many.sign_in(&mut to_many).await.0);
    }
    let (a, b) = (median(&mut with_few), median(&mut with_many));
    let name = "sign-in there and back, without the provider's time";
    table.at_most(name, a, "ms", 20.0, format!("{RUNS} runs, one person"));
    table.at_most("the same, 10,000 sessions stored", b, "ms", 20.0, format!("{RUNS} runs"));
    table.at_most("the same, 10,000 sessions against few", b / a, "x", 1.2, format!("{b:.1} ms against {a:.1} ms"));

    let span = Duration::from_secs(2);
    let (mut signed, mut crowded, mut figures) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        let plain = load(&open.address, PAGE, "", 32, span).await;
        let known = load(&few.teal.address, PAGE, &one, 32, span).await;
        let among_many = load(&many.teal.address, PAGE, &another, 32, span).await;
        signed.push(plain / known);
        crowded.push(known / among_many);
        figures.push(known);
    }
    let note = format!("{:.0}/s signed in, 32 connections", median(&mut figures));
    table.at_most("overview, signed in against open, cost", median(&mut signed), "x", 1.2, note.clone());
    table.at_most("the same, 10,000 sessions against few", median(&mut crowded), "x", 1.2, note);
}

/// Sessions of other people, used a moment ago, in one transaction.
async fn fill(path: &Path, sessions: u32) {
    Store::open(path).await.expect("a store").close().await;
    let mut file = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.expect("the file");
    sqlx::query(
        "INSERT INTO session (id, handle, issuer, subject, name, groups, authenticated_at, created_at, seen_at, vouched_at, away_since, refresh)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
         SELECT printf('%064x', i), printf('%016x', i), 'https://issuer.example', 'sub-' || i, 'person-' || i, '[\"ops\"]', $2, $2, $2, $2, NULL, NULL
         FROM n WHERE $1 > 0",
    )
    .bind(sessions)
    .bind(jiff::Timestamp::now().as_millisecond())
    .execute(&mut file)
    .await
    .expect("filled");
    file.close().await.expect("closed");
}
