//! Idempotency keys: the same answer for a repeat, and nothing done twice.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use futures::future::join_all;
use serde_json::json;
use teal_app::desk::Identity;
use teal_domain::{Actor, Grants, Subject, switch::Plan};
use teal_server::{
    auth::SignIn,
    desk::EngineDesk,
    http::{self, App},
    store::idempotency::{HELD, KEPT},
};
use tower::ServiceExt as _;

use crate::{
    api::{PLANS, SWITCHES, confirmed, problem, read, sent},
    hindered::Hindered,
    house::{Answer, House},
    support::{self, ssm::PutFate},
};

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == "true"
}

fn pass(house: &House, span: teal_domain::Millis) {
    house.world.clock.pass(Duration::from_millis(span.0 + 1));
}

#[tokio::test]
async fn row_41_a_repeat_gets_the_same_answer_and_switches_nothing() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    let first = house.send(sent(SWITCHES, Some("one"), body.clone())).await;
    assert_eq!((first.status, replayed(&first)), (StatusCode::CREATED, false), "{}", first.text());
    // Somebody else switches meanwhile, and the confirmation has long run out: the answer stays what it was.
    house.world.ssm.outsider_puts("blue", None);
    house.world.clock.pass(Duration::from_secs(3600));
    for spaced in [body.clone(), body.replace(',', " ,\n ")] {
        let again = house.send(sent(SWITCHES, Some("one"), spaced)).await;
        assert_eq!((again.status, again.text(), replayed(&again)), (first.status, first.text(), true));
        assert_eq!(again.header(header::LOCATION), first.header(header::LOCATION));
        assert_eq!(again.header(header::CONTENT_TYPE), "application/json");
    }
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_41_a_switch_that_was_refused_is_told_again_as_it_was() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    house.world.ssm.puts_will([PutFate::Refused]);
    let first = house.send(sent(SWITCHES, Some("one"), body.clone())).await;
    assert_eq!((first.status, &problem(&first)["code"]), (StatusCode::CONFLICT, &json!("refused")));
    let again = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!((again.status, again.text(), replayed(&again)), (first.status, first.text(), true));
    assert_eq!(again.header(header::CONTENT_TYPE), "application/problem+json");
    assert_eq!(house.world.ssm.puts().len(), 1, "the one that was refused");
}

#[tokio::test]
async fn row_41_the_same_key_for_something_else_is_refused() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    assert_eq!(house.send(sent(SWITCHES, Some("one"), body.clone())).await.status, StatusCode::CREATED);
    for changed in [body.replace("why", "another reason"), confirmed(&house, "why").await] {
        let answer = house.send(sent(SWITCHES, Some("one"), changed)).await;
        assert_eq!(
            (answer.status, &problem(&answer)["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused"))
        );
        assert!(!replayed(&answer));
    }
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_41_a_key_is_needed_and_is_a_short_word() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    let answer = house.send(sent(SWITCHES, None, body.clone())).await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::BAD_REQUEST, &json!("key_missing")));
    assert!(problem(&answer)["mend"].as_str().is_some_and(|text| text.contains("Idempotency-Key")));
    for key in ["", "a b", "ä", &*"x".repeat(65)] {
        let answer = house.send(sent(SWITCHES, Some(key), body.clone())).await;
        assert_eq!(
            (answer.status, &problem(&answer)["code"]),
            (StatusCode::BAD_REQUEST, &json!("key_malformed")),
            "{key}"
        );
    }
    let mut twice = sent(SWITCHES, Some("one"), body.clone());
    twice.headers_mut().append("idempotency-key", "two".parse().expect("a key"));
    assert_eq!(problem(&house.send(twice).await)["code"], "key_malformed");
    assert!(house.world.ssm.puts().is_empty());
    let longest = "!".repeat(64);
    assert_eq!(house.send(sent(SWITCHES, Some(&longest), body)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn row_41_a_hundred_at_once_under_one_key_are_one_put_and_one_answer() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    let answers = join_all((0..100).map(|_| house.send(sent(SWITCHES, Some("one"), body.clone())))).await;
    let mut first = 0;
    let mut texts = std::collections::HashSet::new();
    for answer in &answers {
        match answer.status {
            StatusCode::CREATED => {
                first += usize::from(!replayed(answer));
                texts.insert(answer.text());
            }
            StatusCode::CONFLICT => {
                assert_eq!(problem(answer)["code"], "key_in_use");
                assert!(!answer.header(header::RETRY_AFTER).is_empty());
            }
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert_eq!((first, texts.len()), (1, 1));
    assert!(answers.iter().any(|answer| answer.status == StatusCode::CONFLICT), "they came at once");
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_41_a_hundred_at_once_under_a_hundred_keys_are_still_one_put() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    let keys: Vec<String> = (0..100).map(|key| format!("key-{key}")).collect();
    let answers = join_all(keys.iter().map(|key| house.send(sent(SWITCHES, Some(key), body.clone())))).await;
    let mut operations = std::collections::HashSet::new();
    for answer in &answers {
        assert!(answer.status.is_success(), "{}: {}", answer.status, answer.text());
        operations.insert(read(answer)["operation"].to_string());
    }
    assert_eq!((operations.len(), house.world.ssm.puts().len()), (1, 1), "the confirmation is one operation");
}

#[tokio::test]
async fn row_41_somebody_elses_key_is_another_one() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    assert_eq!(house.send(sent(SWITCHES, Some("one"), body.clone())).await.status, StatusCode::CREATED);
    let ben = Identity::trusted(Actor::page("ben"), Grants::everything());
    let app = App { limits: Arc::default(), sign_in: SignIn::Local(ben), ..house.app.clone() };
    let router = http::router(app, &house.folder.path().join("site")).expect("a router");
    let bens = House { router, ..house };
    let answer = bens.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!(problem(&answer)["code"], "confirmation", "he is not told what she was answered");
    let file = house_file(&bens);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("a connection");
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT id, asked FROM idempotency").fetch_all(&pool).await.expect("rows");
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|(id, asked)| id.len() == 64 && asked.len() == 64), "hashes only: {rows:?}");
}

#[tokio::test]
async fn row_41_a_key_is_a_persons_whatever_they_are_called_and_not_that_of_a_namesake() {
    let house = House::new().await;
    let send = async |name: &str, subject: &str, request: Request<Body>| {
        let ana = Actor::page(name).known_as(Subject::new("https://issuer.example", subject));
        let sign_in = SignIn::Local(Identity::trusted(ana, Grants::everything()));
        let app = App { limits: Arc::default(), sign_in, ..house.app.clone() };
        let router = http::router(app, &house.folder.path().join("site")).expect("a router");
        let (parts, body) = router.oneshot(request).await.expect("an answer").into_parts();
        let body = to_bytes(body, 100_000).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    };
    let plan = read(&send("ana", "1", sent(PLANS, None, r#"{"target":"green"}"#)).await);
    let body = json!({"confirmation": plan["confirmation"], "typed": "green", "reason": "why"}).to_string();
    let ask = |name, subject| send(name, subject, sent(SWITCHES, Some("one"), body.clone()));
    let first = ask("ana", "1").await;
    assert_eq!((first.status, replayed(&first)), (StatusCode::CREATED, false), "{}", first.text());
    assert!(replayed(&ask("ana", "1").await));
    assert!(replayed(&ask("ana m.", "1").await), "whoever is called otherwise now");
    for (name, subject) in [("ana", "2"), ("1", "ana")] {
        assert!(!replayed(&ask(name, subject).await), "{name} with the subject {subject} is somebody else");
    }
    assert!(!replayed(&house.send(sent(SWITCHES, Some("one"), body.clone())).await), "nor is a name a subject");
    assert_eq!(house.world.ssm.puts().len(), 1);
}

fn house_file(house: &House) -> std::path::PathBuf {
    house.folder.path().join("teal.db")
}

#[tokio::test]
async fn row_41_a_key_is_good_again_for_something_else_after_a_day() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    assert_eq!(house.send(sent(SWITCHES, Some("one"), body)).await.status, StatusCode::CREATED);
    pass(&house, KEPT);
    house.poll().await;
    let body = confirmed(&house, "a day later").await;
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!((answer.status, replayed(&answer)), (StatusCode::OK, false), "green is live already: {}", answer.text());
}

#[tokio::test]
async fn row_41_what_was_not_done_may_be_mended_and_sent_again_under_its_key() {
    let house = House::new().await;
    let body = confirmed(&house, "why").await;
    let wrong = body.replace("\"typed\":\"green\"", "\"typed\":\"gren\"");
    let refused = house.send(sent(SWITCHES, Some("one"), wrong)).await;
    assert_eq!((refused.status, &problem(&refused)["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("typed")));
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!((answer.status, replayed(&answer)), (StatusCode::CREATED, false), "{}", answer.text());
}

/// A house in which a request was begun whose process then died; and the house as it is started again.
async fn died_over_a_switch() -> (House, String) {
    let house = House::with_desk("ana", |desk| Arc::new(Hindered::Dies(desk))).await;
    let body = confirmed(&house, "why").await;
    let waited =
        tokio::time::timeout(Duration::from_millis(300), house.send(sent(SWITCHES, Some("one"), body.clone())));
    assert!(waited.await.is_err(), "nobody answers");
    let desk = Arc::new(EngineDesk(house.teal.engine.clone()));
    let app = App { limits: Arc::default(), desk, ..house.app.clone() };
    let router = http::router(app, &house.folder.path().join("site")).expect("a router");
    (House { router, ..house }, body)
}

#[tokio::test]
async fn row_41_a_process_that_died_before_it_began_does_not_block_the_key() {
    let (house, body) = died_over_a_switch().await;
    let early = house.send(sent(SWITCHES, Some("one"), body.clone())).await;
    assert_eq!((early.status, &problem(&early)["code"]), (StatusCode::CONFLICT, &json!("key_in_use")));
    pass(&house, HELD);
    let answer = house.send(sent(SWITCHES, Some("one"), body.clone())).await;
    assert_eq!(answer.status, StatusCode::CREATED, "the confirmation is still good: {}", answer.text());
    assert_eq!(house.send(sent(SWITCHES, Some("one"), body)).await.text(), answer.text());
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_41_a_confirmation_that_ran_out_unused_meanwhile_is_told_as_that() {
    let (house, body) = died_over_a_switch().await;
    house.world.clock.pass(Duration::from_secs(600));
    let answer = house.send(sent(SWITCHES, Some("one"), body)).await;
    assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("confirmation")));
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_41_a_process_that_died_at_any_step_neither_blocks_the_key_nor_switches_twice() {
    let mut ends = std::collections::BTreeSet::new();
    for step in 0..16 {
        let (house, body) = died_over_a_switch().await;
        let sealed = serde_json::from_str::<serde_json::Value>(&body).expect("JSON")["confirmation"].clone();
        let (teal, ana) = (&house.teal, Actor::page("ana"));
        let sealed = sealed.as_str().expect("a text");
        let confirmed = teal.engine.read_confirmation(sealed, &ana, teal.pair.id()).expect("a confirmation");
        // The driver of the process that died came as far as this.
        let plan = Plan { operation: confirmed.operation, ..teal.plan(&house.flag()) };
        let ended = teal.switch_and_crash(plan, step).await.is_some();
        pass(&house, HELD);
        let first = house.send(sent(SWITCHES, Some("one"), body.clone())).await;
        assert!([201, 202].contains(&first.status.as_u16()), "step {step}: {}: {}", first.status, first.text());
        assert!(!ended || first.status == StatusCode::CREATED, "step {step}: it had ended");
        // Whatever was open is settled in time, and the key then tells the end: every time the same.
        house.world.clock.pass(support::GRACE);
        house.teal.reconcile().await;
        house.world.clock.pass(support::GRACE);
        house.teal.reconcile().await;
        let last = house.send(sent(SWITCHES, Some("one"), body.clone())).await;
        let again = house.send(sent(SWITCHES, Some("one"), body)).await;
        assert_eq!((last.status, last.text()), (again.status, again.text()), "step {step}");
        assert_ne!(last.status, StatusCode::ACCEPTED, "step {step}: {}", last.text());
        let puts = house.world.ssm.puts().len();
        assert!(puts <= 1, "step {step}: {puts} puts");
        assert_eq!(last.status == StatusCode::CREATED, puts == 1, "step {step}: {}", last.text());
        ends.insert(last.status.as_u16());
    }
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), [201, 409], "some landed, and some had not been put");
}
