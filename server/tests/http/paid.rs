//! What was paid is for managers and admins: nobody else learns of it, in whichever way they look.

use axum::body::{Body, to_bytes};
use teal_app::desk::{DeskError, Identity};
use teal_domain::{
    Actor, Grants, Role,
    access::{Grant, Scope},
    bill::{Cut, Entry, Micros},
    time::Day,
};
use teal_server::store::bills::{Asking, Claim, Counts, Ended, Told};
use tower::ServiceExt as _;

use crate::{
    house::{House, get},
    live::Stream,
};

/// A service that nothing else is called like.
const SERVICE: &str = "Amazon Veiled Ledger";

fn somebody(role: Role) -> Identity {
    Identity::trusted(Actor::page("vera"), Grants::from_iter([Grant { role, scope: Scope::All }]))
}

/// A house in which something was paid yesterday.
async fn house() -> House {
    let house = House::new().await;
    let (store, now) = (&house.teal.engine.store, house.teal.engine.clock.now());
    let tags = &house.world.costs.tags;
    let scope = serde_json::json!([tags.project, tags.environment, tags.side]).to_string();
    let asking = Asking {
        account: "own credentials".into(),
        action: "ce:GetCostAndUsage",
        question: format!("services recent {scope}"),
    };
    let Claim::Taken(seq) = store.claim_bill(&asking, 1, now).await.expect("a claim") else { panic!("none left") };
    let day = Day::of(now).plus(-1);
    let entry = Entry { day, first: SERVICE.into(), second: "USE2-Veil".into(), micros: Micros(7_777_770_000) };
    let days = [(day, vec![entry])];
    let told = Told { scope: &scope, cut: Cut::Services, currency: Some("USD"), days: &days };
    store.end_bill(&asking, seq, &Ended::Answered(None), Counts::Yes, Some(told), now).await.expect("kept");
    house
}

#[tokio::test]
async fn managers_and_admins_are_told_what_was_paid_and_nobody_else() {
    let house = house().await;
    for role in Role::ALL {
        let told = house.app.desk.paid(&somebody(role), house.teal.pair.id()).await;
        if matches!(role, Role::Manager | Role::Admin) {
            let ledger = told.expect("may see").ledger.expect("a ledger");
            assert_eq!(ledger.services.rows[0].key.name, SERVICE, "{role}");
        } else {
            assert!(matches!(told, Err(DeskError::Forbidden { .. })), "{role}: {told:?}");
        }
    }
}

#[tokio::test]
async fn what_was_paid_is_nowhere_in_what_others_are_sent() {
    let house = house().await;
    for role in [Role::Viewer, Role::Operator, Role::Approver, Role::Auditor] {
        let router = house.behind(somebody(role));
        for path in [
            "/",
            "/p/dev",
            "/p/dev/costs",
            "/p/dev/topology",
            "/p/dev/monitoring",
            "/p/dev/history",
            "/embed/dev",
            "/api/v1/pairs",
            "/api/v1/pairs/dev",
        ] {
            let answer = router.clone().oneshot(get(path).body(Body::empty()).expect("a request")).await;
            let body = to_bytes(answer.expect("an answer").into_body(), 10_000_000).await.expect("a body");
            let text = String::from_utf8_lossy(&body);
            for hidden in [SERVICE, "Veil", "7,777.77", "7777.77", "777777"] {
                assert!(!text.contains(hidden), "{role} reads {hidden} at {path}");
            }
        }
        let mut stream = Stream::at(&router, get("/p/dev/live").body(Body::empty()).expect("a request")).await;
        let first = stream.text().await.expect("an event");
        assert!(!first.contains("Veil") && !first.contains("7777"), "{role}: {first}");
    }
}
