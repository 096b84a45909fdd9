//! The switch page shows the switch that is under way, or was a moment ago; and to open it has everything read anew.

use std::time::{Duration, Instant};

use axum::{body::Body, http::header};
use teal_app::{desk::Identity, paths::FOLLOW};
use teal_domain::{
    Actor, Grants, Millis, Role,
    access::{Grant, Scope},
    policy::Policy,
};
use teal_server::{aws::airflow::Dialect, engine::watch};
use tower::ServiceExt as _;

use crate::{
    house::{House, get},
    support::{airflow::FakeAirflow, ssm::PutFate},
};

const BLUE: &str = "mwaa-openlineage-blue-dev";
const GREEN: &str = "mwaa-openlineage-green-dev";

#[tokio::test]
async fn both_switch_pages_show_the_switch_that_landed_a_moment_ago_and_not_for_ever() {
    let house = House::new().await;
    assert!(!house.get("/p/dev/switch?to=green").await.text().contains("The switch to"));
    let confirmation = house.confirmation("green").await;
    house.switch(&confirmation, "green", "upgrade tonight").await;
    for to in ["green", "blue"] {
        let page = house.get(&format!("/p/dev/switch?to={to}")).await.text();
        for said in ["The switch to", "upgrade tonight", "Outcome written", "Flip, click to verified"] {
            assert!(page.contains(said), "{to}, {said}: {page}");
        }
    }
    house.world.clock.pass(Duration::from_secs(601));
    house.poll().await;
    assert!(!house.get("/p/dev/switch?to=blue").await.text().contains("The switch to"));
}

#[tokio::test]
async fn a_switch_whose_outcome_is_unknown_is_on_the_switch_page_with_its_entries() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    house.world.ssm.puts_will([PutFate::Late]);
    house.switch(&confirmation, "green", "upgrade tonight").await;
    let page = house.get("/p/dev/switch?to=green").await.text();
    assert!(page.contains("The switch to") && page.contains("No answer: outcome unknown"), "{page}");
    house.world.ssm.late_one_lands();
    house.poll().await;
    house.teal.reconcile().await;
    let page = house.get("/p/dev/switch?to=green").await.text();
    assert!(page.contains("The switch to") && page.contains("Outcome written"), "{page}");
}

/// How often each Airflow was asked for its health: by itself, and to try whether it may be asked.
fn asked(airflow: &FakeAirflow) -> [usize; 2] {
    [BLUE, GREEN].map(|side| airflow.count(&format!("{side} GET /monitor/health*")))
}

async fn until(airflow: &FakeAirflow, wanted: usize) {
    let end = Instant::now() + Duration::from_secs(20);
    while asked(airflow) != [wanted; 2] {
        assert!(Instant::now() < end, "{wanted} did not come about: {:?}", asked(airflow));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn open(house: &House, role: Role, path: &str, follow: bool) {
    let grants = Grants::from_iter([Grant { role, scope: Scope::All }]);
    let mut request = get(path);
    if follow {
        request = request.header(FOLLOW, "1");
    }
    let request = request.body(Body::empty()).expect("a request");
    let answer = house.behind(Identity::trusted(Actor::page("olga"), grants)).oneshot(request).await;
    let answer = answer.expect("an answer");
    assert!(answer.status().is_success() && answer.headers().contains_key(header::CONTENT_TYPE));
}

#[tokio::test]
async fn ten_openings_of_the_switch_page_within_a_second_are_one_round_of_readings() {
    let policy = Policy { two_person: Some(Millis::from_secs(3600)), ..Policy::default() };
    let (house, airflow) = House::with_airflows(policy, |airflow| {
        let side = |side: &mut crate::support::airflow::world::Side| {
            side.dag("orders").tagged("teal");
        };
        airflow.side(BLUE, Dialect::Three, side).side(GREEN, Dialect::Three, side)
    })
    .await;
    watch::start(&house.teal.engine);
    until(&airflow, 2).await;
    let path = "/p/dev/switch?to=green";
    // What was read so recently is not read again, whoever comes.
    open(&house, Role::Operator, path, false).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(asked(&airflow), [2; 2]);
    // Nobody decides anything on these.
    open(&house, Role::Viewer, path, false).await;
    open(&house, Role::Operator, path, true).await;
    open(&house, Role::Operator, "/p/dev/switch?to=blue", false).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(asked(&airflow), [2; 2]);
    for role in [Role::Approver, Role::Operator].into_iter().cycle().take(10) {
        open(&house, role, path, false).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    until(&airflow, 4).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(asked(&airflow), [4; 2], "ten openings");
}
