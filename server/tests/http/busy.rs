//! A store that is there and does not answer: somebody holds it, and all connections wait for them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
    middleware,
    routing::get,
};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use teal_app::{desk::DeskError, functions::Reply};
use teal_server::{http, store::Store};
use tower::ServiceExt as _;

use crate::{
    door::Door,
    house::{House, ORIGIN, form, post},
    location,
    support::folder,
};

/// As many as the store has.
const CONNECTIONS: usize = 8;
/// At once, on a machine that does other things too.
const AT_ONCE: Duration = Duration::from_secs(2);
/// A connection is waited for for five seconds, and the machine does other things too.
const BOUND: Duration = Duration::from_secs(9);

/// A store whose connections wait longer for a lock than any test lasts.
async fn house() -> House {
    let folder = folder();
    let file = folder.path().join("teal.db");
    let store = Store::open_with(&file, |options| options.busy_timeout(Duration::from_secs(120)));
    let store = store.await.expect("a store");
    House::in_store(folder, store, "ana", |desk| Arc::new(desk)).await
}

/// Somebody who holds the store's lock, with all connections of the pool waiting for it.
struct Held {
    lock: SqliteConnection,
    waiting: Vec<tokio::task::JoinHandle<()>>,
}

impl Held {
    async fn all_of(house: &House) -> Self {
        let file = SqliteConnectOptions::new().filename(house.folder.path().join("teal.db"));
        let mut lock = SqliteConnection::connect_with(&file).await.expect("the file");
        sqlx::query("BEGIN IMMEDIATE").execute(&mut lock).await.expect("the lock");
        let waiting = (0..CONNECTIONS).map(|_| {
            let store = house.world.store.clone();
            tokio::spawn(async move { store.probe().await.expect("written in the end") })
        });
        let waiting = waiting.collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        Self { lock, waiting }
    }

    async fn let_go(mut self) {
        sqlx::query("ROLLBACK").execute(&mut self.lock).await.expect("let go");
        self.lock.close().await.expect("closed");
        for waiting in self.waiting {
            waiting.await.expect("it was written");
        }
    }
}

async fn timed<T>(asked: impl Future<Output = T>) -> (Duration, T) {
    let began = Instant::now();
    let answer = asked.await;
    (began.elapsed(), answer)
}

#[tokio::test]
async fn row_50_while_all_connections_are_taken_each_answer_comes_in_time_says_what_to_do_and_it_mends_itself() {
    let house = house().await;
    let confirmation = house.confirmation("green").await;
    let held = Held::all_of(&house).await;

    for path in ["/p/dev", "/p/dev/switch?to=green", "/health", "/favicon.svg", "/nowhere"] {
        let (took, answer) = timed(house.get(path)).await;
        assert!(took < AT_ONCE, "{path} needs no store and took {took:?}");
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
    }

    // What to do if something fails is told without what would have to be read from it.
    let guide = house.get("/p/dev/guide").await;
    assert_eq!(guide.status, StatusCode::OK);
    for says in ["The store did not answer within two seconds.", "aws ssm put-parameter", "/p/dev/switch?to=green"] {
        assert!(guide.text().contains(says), "the guide does not say {says}: {}", guide.text());
    }

    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "why")];
    let mut script = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&fields)).expect("a request");
    script.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
    // All at once: the waits do not add up behind one another.
    let (history, record, csv, switch, told, note) = tokio::join!(
        timed(house.get("/p/dev/history")),
        timed(house.get("/p/dev/history/31")),
        timed(house.get("/p/dev/history.csv")),
        timed(house.switch(&confirmation, "green", "why")),
        timed(house.send(script)),
        timed(house.post("/api/fn/note", &[("pair", "dev"), ("about", "31"), ("text", "it was me")])),
    );
    for (what, (took, answer)) in [("history", &history), ("record", &record), ("csv", &csv)] {
        assert!(*took < BOUND, "{what} took {took:?}");
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{what}");
        for says in ["The journal is away", "Try again in a moment", "teal doctor", answer.header("x-request-id")] {
            assert!(answer.text().contains(says), "{what} does not say {says}: {}", answer.text());
        }
    }
    for (what, (took, answer)) in [("switch", &switch), ("note", &note)] {
        assert!(*took < BOUND, "{what} took {took:?}");
        assert!(location(answer).contains("problem=store"), "{what}: {:?}", answer.headers);
    }
    let (took, told) = told;
    assert!(took < BOUND, "{took:?}");
    let reply: Reply = serde_json::from_slice(&told.body).expect("a reply");
    let Reply::Refused(DeskError::StoreAway { message, commands }) = reply else { panic!("{reply:?}") };
    assert!(message.contains("nothing was switched") && message.contains("Try again in a moment"), "{message}");
    assert!(commands[0].contains("--emergency --spool"), "{commands:?}");
    assert!(house.world.ssm.puts().is_empty(), "nothing is switched that cannot be recorded");

    held.let_go().await;
    assert_eq!(house.get("/p/dev/history").await.status, StatusCode::OK);
    let confirmation = house.confirmation("green").await;
    location(&house.switch(&confirmation, "green", "why").await);
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_50_whoever_is_signed_in_is_not_kept_waiting_and_nobody_else_comes_in() {
    let door = Door::at(house().await).await;
    let mut browser = door.signed_in().await;
    assert_eq!(door.ask(&mut browser, "/p/dev").await.status, StatusCode::OK);
    let held = Held::all_of(&door.house).await;
    // Longer than what the store said is believed without asking it.
    door.pass(Duration::from_secs(90));
    for path in ["/p/dev", "/p/dev/switch?to=green"] {
        let (took, answer) = timed(door.ask(&mut browser, path)).await;
        assert!(took < AT_ONCE, "{path} took {took:?}");
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    let mut made_up = browser.clone();
    made_up.0[0].1 = "0".repeat(64);
    let (took, answer) = timed(door.ask(&mut made_up, "/p/dev")).await;
    assert!(took < BOUND, "{took:?}");
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().contains("nobody can be recognised"), "{}", answer.text());
    held.let_go().await;
    assert_eq!(door.ask(&mut made_up, "/p/dev").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn row_50_an_answer_that_takes_too_long_is_a_page_that_says_what_goes_on() {
    let house = house().await;
    let never = get(std::future::pending::<&'static str>);
    let patience =
        middleware::from_fn_with_state((Arc::new(house.app.clone()), Duration::from_millis(50)), http::within);
    let router: Router = Router::new().route("/slow", never).layer(patience);
    let request = Request::get("/slow").header("x-request-id", "abc-1").body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    let page = to_bytes(response.into_body(), 100_000).await.expect("a body");
    let page = String::from_utf8(page.to_vec()).expect("text");
    for says in ["No answer in time", "goes on by itself", "Look at the history", "abc-1"] {
        assert!(page.contains(says), "{says} is not in {page}");
    }
}
