//! What was denied is written down for auditors, and costs whoever is denied nothing to be waited for.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use teal_app::desk::Identity;
use teal_domain::{
    Action, Actor, Grants, Role, Subject,
    access::{Grant, Scope},
    denial::Wanted,
};
use tower::ServiceExt as _;

use crate::house::{House, ORIGIN, form, get, post};

fn vera() -> Identity {
    let actor = Actor::page("vera").known_as(Subject::new("https://issuer.example", "7"));
    Identity::trusted(actor, Grants::from_iter([Grant { role: Role::Viewer, scope: Scope::All }]))
}

async fn written(house: &House) -> Vec<teal_domain::denial::Denial> {
    let engine = &house.teal.engine;
    engine.denials.flush(&engine.store).await.expect("written");
    engine.store.denials(None, 100).await.expect("read").into_iter().map(|(_, denial)| denial).collect()
}

#[tokio::test]
async fn row_52_who_was_denied_what_when_and_where_is_written_down() {
    let house = House::new().await;
    let router = house.behind(vera());
    let at = house.teal.engine.clock.now();
    let ask = |request: axum::http::Request<Body>| router.clone().oneshot(request);
    let answer = ask(get("/p/dev/history.csv").body(Body::empty()).expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let id = answer.headers()["x-request-id"].to_str().expect("an id").to_owned();
    let fields = [("pair", "dev"), ("to", "green"), ("confirmation", "x"), ("typed", "green"), ("reason", "why")];
    let request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&fields)).expect("a request");
    ask(request).await.expect("an answer");

    let denials = written(&house).await;
    let [switch, export] = &denials[..] else { panic!("{denials:#?}") };
    assert_eq!((export.wanted, &*export.place), (Wanted::ToDo(Action::Export), "/p/dev/history.csv"));
    assert_eq!((export.who.clone(), export.times), (vera().actor, 1));
    assert_eq!(export.request.as_deref(), Some(&*id), "the log and the page have the same id");
    assert!(export.first_at >= at && export.why.contains("needs the role auditor or admin for dev"), "{export:?}");
    assert_eq!((switch.wanted, &*switch.place), (Wanted::ToDo(Action::Switch), "switch"));
    assert!(switch.request.is_some());
}

#[tokio::test]
async fn row_52_the_same_again_is_one_line_that_counts_and_nobody_fills_the_list() {
    let house = House::new().await;
    let router = house.behind(vera());
    for n in 0..50 {
        let path = if n % 2 == 0 { "/p/dev/history.csv".to_owned() } else { format!("/p/made-up-{n}/history.csv") };
        let request = get(&path).body(Body::empty()).expect("a request");
        router.clone().oneshot(request).await.expect("an answer");
        if n == 20 {
            written(&house).await;
        }
    }
    let denials = written(&house).await;
    assert_eq!(denials.iter().map(|denial| denial.times).sum::<u64>(), 50);
    assert_eq!(denials.len(), 2, "one for the pair, one for all that are none: {denials:#?}");
    house.world.clock.pass(std::time::Duration::from_secs(601));
    router.oneshot(get("/p/dev/history.csv").body(Body::empty()).expect("a request")).await.expect("an answer");
    assert_eq!(written(&house).await.len(), 3, "later it is another one");
}

#[tokio::test]
async fn looking_at_the_switch_page_without_the_role_to_switch_is_no_attempt() {
    let house = House::new().await;
    let request = get("/p/dev/switch?to=green").body(Body::empty()).expect("a request");
    let answer = house.behind(vera()).oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(written(&house).await, []);
}

#[tokio::test]
async fn denials_wait_while_the_store_is_away_and_the_answer_does_not() {
    let house = House::new().await;
    let path = house.world.store.path().to_owned();
    let aside = path.with_extension("aside");
    std::fs::rename(&path, &aside).expect("moved");
    let request = get("/p/dev/history.csv").body(Body::empty()).expect("a request");
    let answer = house.behind(vera()).oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let engine = &house.teal.engine;
    assert!(engine.denials.flush(&engine.store).await.is_err());
    std::fs::rename(&aside, &path).expect("back");
    assert_eq!(written(&house).await.len(), 1);
}

#[tokio::test]
async fn an_auditor_reads_what_was_denied_page_by_page() {
    let house = House::new().await;
    for n in 0..120 {
        let who = Actor::page(format!("person {n}"));
        house.teal.engine.deny(&who, Wanted::ToDo(Action::Switch), None, "switch", "<b>no</b>");
    }
    written(&house).await;
    let first = house.get("/denials").await.text();
    assert!(first.contains("person 119") && first.contains("person 70") && !first.contains("person 69"), "{first}");
    assert!(first.contains("&lt;b&gt;no") && !first.contains("<b>no"), "what somebody else made up stays text");
    assert!(first.contains("/denials?before=71"), "the way to the older ones");
    let last = house.get("/denials?before=21").await.text();
    assert!(last.contains("person 19") && last.contains(">Newest<") && !last.contains(">Older<"), "{last}");
    assert!(house.get("/denials?before=1").await.text().contains("Nothing older."));
}

#[tokio::test]
async fn row_52_a_confirmation_of_somebody_else_is_written_down_and_one_that_ran_out_is_not() {
    let house = House::new().await;
    let anas = house.confirmation("green").await;
    let ben = Identity::trusted(Actor::page("ben"), Grants::everything());
    let bens = house.behind(ben);
    for (router, confirmation) in [(&bens, &*anas), (&bens, "made up")] {
        let fields =
            [("pair", "dev"), ("to", "green"), ("confirmation", confirmation), ("typed", "green"), ("reason", "why")];
        let request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&fields)).expect("a request");
        router.clone().oneshot(request).await.expect("an answer");
    }
    let [denial] = &written(&house).await[..] else { panic!("one line") };
    assert_eq!((&*denial.who.name, denial.times, &*denial.place), ("ben", 2, "switch"));
    house.world.clock.pass(std::time::Duration::from_secs(121));
    house.switch(&anas, "green", "why").await;
    assert_eq!(written(&house).await.len(), 1, "to be slow is no attempt");
    assert!(house.world.ssm.puts().is_empty());
}
