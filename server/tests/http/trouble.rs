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

use crate::{
    house::{House, ORIGIN, form, post},
    location,
};

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
