//! What to do if something fails: with what was measured here, and for whoever may look.

use std::time::Duration;

use axum::{body::Body, http::StatusCode};
use teal_app::desk::Identity;
use teal_domain::{
    Actor, Color, Grants, Role,
    access::{Grant, Scope},
    disaster::Past,
};
use tower::ServiceExt as _;

use crate::{
    house::{House, get},
    location,
};

#[tokio::test]
async fn a_switch_that_landed_is_what_was_measured_and_one_that_did_not_is_not() {
    let house = House::new().await;
    let page = house.get("/p/dev/guide").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("No switch through Teal has been measured yet"), "{}", page.text());
    assert!(page.text().contains("Not measured yet"), "{}", page.text());

    let confirmation = house.confirmation("green").await;
    let switched = house.switch(&confirmation, "green", "upgrade tonight").await;
    let record = location(&switched);
    house.poll().await;
    house.teal.reconcile().await;
    let page = house.get("/p/dev/guide").await.text();
    assert!(page.contains(&format!("href=\"{record}\"")), "{record} is not in {page}");
    assert!(!page.contains("No switch through Teal has been measured yet"), "{page}");
    // One that was refused took no time that would count: the flag is where it would lead.
    let refused = house.switch(&confirmation, "green", "once more").await;
    assert_ne!(location(&refused), "");
    let past = house.app.desk.past(&somebody(Role::Viewer), house.teal.pair.id()).await.expect("measured");
    assert_eq!(past.switches.len(), 1, "{past:?}");
    assert!(past.switches[0].flip.is_some(), "{past:?}");
}

#[tokio::test]
async fn how_long_a_side_was_down_is_counted_from_what_was_observed() {
    let house = House::new().await;
    let (engine, pair) = (&house.teal.engine, house.teal.pair.id());
    // MWAA says so at four looks, a minute apart. Of a side that is up nothing is told here: no heartbeat is read.
    for down in [false, true, true, true, true, false] {
        if down {
            house.world.environments.down(Color::Green);
        } else {
            house.world.environments.up_again();
        }
        house.poll().await;
        engine.observe(engine.clock.now()).await.expect("written");
        house.world.clock.pass(Duration::from_secs(60));
    }
    let past = house.app.desk.past(&somebody(Role::Viewer), pair).await.expect("measured");
    let page = house.get("/p/dev/guide").await.text();
    assert!(page.contains("was down 1 time in the last 90 days, the longest for 3 min"), "{page}");
    assert_eq!(past.from, engine.clock.now() - Past::SPAN);
}

fn somebody(role: Role) -> Identity {
    Identity::trusted(Actor::page("vera"), Grants::from_iter([Grant { role, scope: Scope::All }]))
}

#[tokio::test]
async fn whoever_may_only_look_reads_what_to_do_and_finds_the_button_off() {
    let house = House::new().await;
    let router = house.behind(somebody(Role::Viewer));
    let request = get("/p/dev/guide").body(Body::empty()).expect("a request");
    let answer = router.oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let page = axum::body::to_bytes(answer.into_body(), 1_000_000).await.expect("a body");
    let page = String::from_utf8_lossy(&page);
    // The menu leads everybody to the switch page, which is off for them too.
    let page = page.split("<main").nth(1).expect("the page itself");
    assert!(page.contains("Switching needs the role operator or admin"), "{page}");
    assert!(!page.contains("href=\"/p/dev/switch?"), "{page}");
}
