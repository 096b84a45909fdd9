//! Troubles: the page before and after somebody asked, and who may ask.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use teal_app::desk::Identity;
use teal_domain::{
    Actor, Grants, Role,
    access::{Grant, Scope},
};
use tower::ServiceExt as _;

use serde_json::Value;

use crate::{
    api::{problem, read, sent},
    house::{House, ORIGIN, form, post},
    location,
};

const DIAGNOSIS: &str = "/api/v1/pairs/dev/diagnosis";

#[tokio::test]
async fn a_look_leads_back_to_the_page_which_tells_what_was_found() {
    let house = House::new().await;
    assert!(house.get("/p/dev/trouble").await.text().contains("Nobody has looked since Teal was started"));
    let answer = house.post("/api/fn/diagnose", &[("pair", "dev")]).await;
    assert_eq!(location(&answer), "/p/dev/trouble");
    let page = house.get("/p/dev/trouble").await.text();
    assert!(page.contains("7 cannot be told") && page.contains("looks at nothing around the flag"), "{page}");
    let overview = house.get("/p/dev").await.text();
    assert!(overview.contains("href=\"/p/dev/trouble\""), "{overview}");
}

#[tokio::test]
async fn who_may_only_look_asks_in_vain_and_it_is_written_down() {
    let house = House::new().await;
    let grants = Grants::from_iter([Grant { role: Role::Viewer, scope: Scope::All }]);
    let router = house.behind(Identity::trusted(Actor::page("vera"), grants));
    let request = post("/api/fn/diagnose").header(header::ORIGIN, ORIGIN).body(form(&[("pair", "dev")]));
    let answer = router.clone().oneshot(request.expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FOUND);
    let known = house.teal.engine.board.snapshot();
    assert!(known.pair(house.teal.pair.id()).expect("a pair").diagnosis.is_none(), "nobody was asked");
    house.teal.engine.denials.flush(&house.world.store).await.expect("written down");
    let denied = house.world.store.denials(None, 10).await.expect("denials");
    assert_eq!(denied.iter().filter(|(_, denial)| denial.place == "diagnose").count(), 1, "{denied:?}");
    let request = crate::house::get("/p/dev/trouble").body(Body::empty()).expect("a request");
    let page = router.oneshot(request).await.expect("an answer");
    assert_eq!(page.status(), StatusCode::OK, "what was found is there for whoever may look");
}

#[tokio::test]
async fn a_script_is_told_what_the_page_tells_with_evidence_and_mends() {
    let house = House::new().await;
    assert_eq!(read(&house.get(DIAGNOSIS).await)["diagnosis"], Value::Null, "nobody has looked yet");
    let looked = house.send(sent(DIAGNOSIS, None, "{}")).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    let found = read(&looked);
    assert_eq!(read(&house.get(DIAGNOSIS).await), found, "it is kept for whoever looks next");
    let findings = found["diagnosis"]["findings"].as_array().expect("a list");
    let troubles: Vec<_> = findings.iter().map(|finding| finding["trouble"].as_str().expect("a name")).collect();
    let all: Vec<_> = teal_domain::trouble::Trouble::ALL.iter().map(|trouble| trouble.as_str()).collect();
    assert_eq!(troubles, all);
    let page = house.get("/p/dev/trouble").await.text();
    for finding in findings {
        assert_eq!(finding["verdict"], "cannot_be_told", "{finding}");
        assert!(page.contains(finding["title"].as_str().expect("a title")), "{finding}");
        let evidence = finding["evidence"].as_array().expect("a list");
        let told = evidence.iter().all(|one| one["says"].is_string() && one["lines"].is_array());
        assert!(told && finding["says"].is_string() && finding["mend"].is_array(), "{finding}");
    }
    assert_eq!(found["diagnosis"]["live"], "blue");
}

#[tokio::test]
async fn a_script_that_may_only_look_has_nobody_asked_and_reads_what_was_found() {
    let house = House::new().await;
    let grants = Grants::from_iter([Grant { role: Role::Viewer, scope: Scope::All }]);
    let router = house.behind(Identity::trusted(Actor::api("watcher"), grants));
    let viewer = House { router, ..house };
    let refused = viewer.send(sent(DIAGNOSIS, None, "{}")).await;
    assert_eq!((refused.status, &problem(&refused)["code"]), (StatusCode::FORBIDDEN, &"forbidden".into()));
    assert_eq!(read(&viewer.get(DIAGNOSIS).await)["diagnosis"], Value::Null);
}
