//! What is to be done with the DAGs is part of what is approved.

use std::sync::Arc;

use teal_domain::{dags::Strategy, policy::DagRules};
use teal_server::{aws::airflow::Dialect, engine::observe};

use super::*;
use crate::support::airflow::{FakeAirflow, world::Side};

const BLUE: &str = "mwaa-openlineage-blue-dev";
const GREEN: &str = "mwaa-openlineage-green-dev";
const HOUR: Duration = Duration::from_secs(3600);

/// `orders` and `customers` work on blue, `legacy` is paused on purpose.
async fn house() -> (House, Arc<FakeAirflow>) {
    let dags = DagRules { strategy: Strategy::PauseStandby, ..DagRules::default() };
    let (house, airflow) = House::with_airflows(Policy { dags, ..two() }, |airflow| {
        let next = airflow.now() + Millis::from_secs(600);
        let side = |standby: bool| {
            move |side: &mut Side| {
                for id in ["orders", "customers"] {
                    let dag = side.dag(id).every(HOUR, next).tagged("teal");
                    if standby {
                        dag.paused();
                    }
                }
                side.dag("legacy").paused();
            }
        };
        airflow.side(BLUE, Dialect::Three, side(false)).side(GREEN, Dialect::Three, side(true))
    })
    .await;
    look(&house).await;
    (house, airflow)
}

/// What the pollers do.
async fn look(house: &House) {
    house.world.clock.pass(Duration::from_secs(10));
    observe::look(&house.teal.engine, &house.teal.pair, Duration::from_secs(5)).await;
    house.poll().await;
}

/// Somebody pauses a DAG past Teal.
fn paused_by_hand(airflow: &FakeAirflow) {
    airflow.change(BLUE, |side| {
        side.dag("orders").paused();
    });
}

const CHANGED: &str = "What is to be done with the DAGs has changed since anton approved it: 1 DAG fewer to unpause on \
                       Green at once, 1 DAG fewer to pause on Blue, 1 DAG more to stay paused.";

#[tokio::test]
async fn row_36_the_approver_sees_what_is_to_be_done_with_the_dags_and_it_is_kept_with_the_request() {
    let (house, _) = house().await;
    let (olga, anton) = (olga(&house), anton(&house));
    assert_eq!(olga.ask("upgrade").await, Reply::Taken);
    let page = anton.page("/p/dev/switch?to=green").await;
    assert!(page.contains("2 to unpause on Green at once, 2 to pause on Blue, 1 to stay paused"), "{page}");
    assert!(page.contains("Paused on Blue, each as it has finished") && page.contains("<code>orders</code>"), "{page}");
    assert_eq!(anton.decide("approved").await, Reply::Taken);
    let page = olga.page(&format!("/p/dev/history/{}", latest(&house).await.seq)).await;
    assert!(page.contains("<dt>DAGs</dt>") && page.contains("2 to pause on Blue"), "{page}");
    // A task that runs meanwhile, and time that passes, are nothing new.
    house.world.clock.pass(Duration::from_secs(900));
    look(&house).await;
    assert!(olga.page("/p/dev/switch?to=green").await.contains("anton approved it."));
    assert_eq!(olga.switch("upgrade", false).await, Reply::Taken);
    assert_eq!(house.flag().color(), Some(Color::Green));
    assert!(matches!(house.world.store.verify(None).await.expect("verified"), Verdict::Holds(_)));
}

#[tokio::test]
async fn row_36_an_approval_does_not_outlive_a_change_of_what_is_to_be_done_with_the_dags() {
    let (house, airflow) = house().await;
    let (olga, anton) = (olga(&house), anton(&house));
    olga.ask("upgrade").await;
    anton.decide("approved").await;
    let confirmation = sealed(&olga.page("/p/dev/switch?to=green").await);
    paused_by_hand(&airflow);
    house.world.clock.pass(Duration::from_secs(10));
    // Nobody has seen it yet: it is found as the switch is about to be made.
    assert_eq!(olga.confirm(&confirmation, "upgrade", false).await, Reply::Taken);
    let record = latest(&house).await;
    let Progress::Ended { outcome, .. } = &record.switch().expect("a switch").progress else { panic!("{record:?}") };
    assert_eq!(*outcome, Outcome::Refused { refusal: Refusal::Blocked { checks: vec!["approval".into()] } });
    assert!(house.world.ssm.puts().is_empty());

    // Page and API say why, and the page asks again.
    let page = olga.page("/p/dev/switch?to=green").await;
    assert!(page.contains(CHANGED) && page.contains("It must be asked for again"), "{page}");
    let answer = olga.0.clone().oneshot(sent(PLANS, None, r#"{"target":"green"}"#)).await.expect("an answer");
    let body = to_bytes(answer.into_body(), 1_000_000).await.expect("a body");
    let plan: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let check = plan["checks"].as_array().expect("a list").iter().find(|check| check["name"] == "approval");
    assert_eq!(check.map(|check| (&check["verdict"], &check["evidence"])), Some((&"block".into(), &CHANGED.into())));

    assert_eq!(olga.ask("upgrade").await, Reply::Taken);
    assert_eq!(anton.decide("approved").await, Reply::Taken);
    assert_eq!(olga.switch("upgrade", false).await, Reply::Taken);
    assert_eq!(house.flag().color(), Some(Color::Green));
}

#[tokio::test]
async fn row_36_what_has_changed_since_it_was_asked_for_is_declined_and_not_approved() {
    let (house, airflow) = house().await;
    let (olga, anton) = (olga(&house), anton(&house));
    olga.ask("upgrade").await;
    let open = house.world.store.open_request(&house.world.pair).await.expect("read").expect("it stands");
    let digest = open.request.digest();
    paused_by_hand(&airflow);
    look(&house).await;
    let decide = async |answer: &str| {
        let fields = [("pair", "dev"), ("to", "green"), ("digest", &*digest), ("answer", answer), ("comment", "go")];
        anton.send("decide", &fields).await
    };
    let reply = decide("approved").await;
    let why = "What is to be done with the DAGs has changed since olga asked for it: 1 DAG fewer to unpause";
    assert!(refused(&reply).starts_with(why), "{reply:?}");
    let open = house.world.store.open_request(&house.world.pair).await.expect("read").expect("it stands");
    assert_eq!(open.decision, None);
    assert_eq!(decide("declined").await, Reply::Taken);
}

#[tokio::test]
async fn row_36_a_request_that_the_dags_made_void_keeps_nobody_else_from_asking() {
    let (house, airflow) = house().await;
    let (olga, ben) = (olga(&house), Person::new(&house, "ben", "3", &[Role::Operator]));
    olga.ask("upgrade").await;
    assert!(refused(&ben.ask("mine").await).contains("olga has asked already"));
    paused_by_hand(&airflow);
    look(&house).await;
    assert_eq!(ben.ask("mine").await, Reply::Taken);
    let open = house.world.store.open_request(&house.world.pair).await.expect("read").expect("it stands");
    assert_eq!(open.request.actor.name, "ben");
}

#[tokio::test]
async fn row_36_an_emergency_asks_nobody_whatever_became_of_the_dags() {
    let (house, airflow) = house().await;
    let olga = olga(&house);
    olga.ask("upgrade").await;
    paused_by_hand(&airflow);
    assert_eq!(olga.switch("blue is down", true).await, Reply::Taken);
    assert_eq!(house.flag().color(), Some(Color::Green));
}
