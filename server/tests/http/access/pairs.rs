//! Row 34: two pairs, and people who have their roles on one of them.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};
use teal_app::{
    desk::{DeskError, Identity},
    functions::Reply,
};
use teal_domain::{Actor, Grants, Role};

use super::{FUNCTIONS, ROUTES, confirmation, fields, for_pair, reply, router, somebody, status_on};
use crate::{
    api::{problem, read, sent},
    door::{self, Browser},
    house::{Answer, House, get},
};

const PAIRS: [(&str, &str); 2] = [("dev", "prod"), ("prod", "dev")];

/// The same person, who may do everything everywhere.
fn omnipotent() -> Identity {
    Identity::trusted(Actor::page("vera"), Grants::everything())
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    door::send(router, &mut Browser::default(), request).await
}

async fn page(router: &Router, path: &str) -> Answer {
    send(router, get(path).body(Body::empty()).expect("a request")).await
}

/// A switch that is confirmed for a pair, as a script sends it.
async fn planned(router: &Router, pair: &str) -> String {
    let plan = send(router, sent(&format!("/api/v1/pairs/{pair}/plans"), None, r#"{"target":"green"}"#)).await;
    assert_eq!(plan.status, StatusCode::OK, "{}", plan.text());
    json!({"confirmation": read(&plan)["confirmation"], "typed": "green", "reason": "why"}).to_string()
}

fn puts(house: &House) -> [usize; 2] {
    [&house.world.ssm, &house.world.other.as_ref().expect("a second pair").1].map(|ssm| ssm.puts().len())
}

async fn head(house: &House) -> impl PartialEq + std::fmt::Debug {
    house.world.store.head().await.expect("a head")
}

#[tokio::test]
async fn row_34_a_role_on_one_pair_opens_no_route_of_another_that_is_there() {
    let house = House::of_two_pairs().await;
    let before = head(&house).await;
    for (own, other) in PAIRS {
        for role in Role::ALL {
            let limited = router(&house, somebody(role, for_pair(own)));
            for (method, path, roles) in ROUTES.into_iter().filter(|(_, path, _)| path.contains("{pair}")) {
                for (pair, may) in [(own, roles.contains(&role)), (other, false)] {
                    let denied = status_on(&limited, method, path, pair).await == StatusCode::FORBIDDEN;
                    assert_eq!(denied, !may, "{role} of {own}: {method} {path} of {pair}");
                }
            }
        }
    }
    assert_eq!(puts(&house), [0, 0]);
    assert_eq!(head(&house).await, before, "nothing was written");
}

#[tokio::test]
async fn row_34_a_role_on_one_pair_does_nothing_on_another_that_is_there() {
    for (own, other) in PAIRS {
        for role in Role::ALL {
            let house = House::of_two_pairs().await;
            let all = router(&house, omnipotent());
            let (here, there) = (confirmation(&all, own).await, confirmation(&all, other).await);
            let limited = router(&house, somebody(role, for_pair(own)));
            let before = head(&house).await;
            for (function, _) in FUNCTIONS {
                for sealed in [&here, &there] {
                    let reply = reply(&limited, function, &fields(function, other, sealed)).await;
                    let denied = matches!(reply, Reply::Refused(DeskError::Forbidden { .. }));
                    assert!(denied, "{role} of {own}: {function} of {other}: {reply:?}");
                }
            }
            assert_eq!((puts(&house), head(&house).await), ([0, 0], before), "{role} of {own}");
            for (function, roles) in FUNCTIONS {
                let reply = reply(&limited, function, &fields(function, own, &here)).await;
                let denied = matches!(reply, Reply::Refused(DeskError::Forbidden { .. }));
                assert_eq!(denied, !roles.contains(&role), "{role} of {own}: {function}: {reply:?}");
            }
            let switches = [Role::Operator, Role::Admin].contains(&role);
            let put = PAIRS.map(|(pair, _)| usize::from(switches && pair == own));
            assert_eq!(puts(&house), put, "{role} of {own} switched that one only");
        }
    }
}

#[tokio::test]
async fn row_34_what_was_made_for_one_pair_is_nothing_on_another_even_for_whoever_may_both() {
    let house = House::of_two_pairs().await;
    let before = head(&house).await;
    let all = router(&house, omnipotent());
    for (own, other) in PAIRS {
        for router in [&all, &router(&house, somebody(Role::Operator, for_pair(other)))] {
            let sealed = confirmation(&all, own).await;
            let reply = reply(router, "switch", &fields("switch", other, &sealed)).await;
            assert!(matches!(reply, Reply::Refused(DeskError::Confirmation { .. })), "{own} on {other}: {reply:?}");
            let request = sent(&format!("/api/v1/pairs/{other}/switches"), Some("key"), planned(&all, own).await);
            let answer = send(router, request).await;
            assert_eq!(problem(&answer)["code"], "confirmation", "{own} on {other}: {}", answer.text());
        }
        let status = read(&page(&all, &format!("/api/v1/pairs/{own}")).await);
        let seq = status["recent"][0]["seq"].as_u64().expect("a number");
        for (pair, expected) in [(own, StatusCode::OK), (other, StatusCode::NOT_FOUND)] {
            for path in [format!("/p/{pair}/history/{seq}"), format!("/api/v1/pairs/{pair}/records/{seq}")] {
                assert_eq!(page(&all, &path).await.status, expected, "record {seq} of {own} at {path}");
            }
        }
        let about = seq.to_string();
        let reply = reply(&all, "note", &[("pair", other), ("about", &about), ("text", "it was me")]).await;
        assert!(matches!(reply, Reply::Refused(DeskError::NotFound { .. })), "{own} on {other}: {reply:?}");
    }
    assert_eq!((puts(&house), head(&house).await), ([0, 0], before));
}

#[tokio::test]
async fn row_34_whoever_may_see_one_pair_is_told_of_no_other() {
    let house = House::of_two_pairs().await;
    let all = router(&house, omnipotent());
    let listed = |answer: &Answer| -> Vec<Value> {
        read(answer)["pairs"].as_array().expect("a list").iter().map(|pair| pair["id"].clone()).collect()
    };
    assert_eq!(listed(&page(&all, "/api/v1/pairs").await), ["dev", "prod"]);
    for (own, other) in PAIRS {
        for role in Role::ALL {
            let limited = router(&house, somebody(role, for_pair(own)));
            assert_eq!(listed(&page(&limited, "/api/v1/pairs").await), [own], "{role}");
            assert_eq!(page(&limited, "/").await.header(header::LOCATION), format!("/p/{own}"), "{role}");
            for path in ["", "/history", "/history/31", "/switch?to=green"] {
                let text = page(&limited, &format!("/p/{own}{path}")).await.text();
                for secret in [format!("/p/{other}"), format!("/{other}/active")] {
                    assert!(!text.contains(&secret), "{role} of {own} at {path} reads of {secret}: {text}");
                }
            }
            let answer =
                send(&limited, sent(&format!("/api/v1/pairs/{other}/plans"), None, r#"{"target":"green"}"#)).await;
            assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")));
            let body = planned(&all, other).await;
            let answer = send(&limited, sent(&format!("/api/v1/pairs/{other}/switches"), Some("key"), body)).await;
            assert_eq!((answer.status, &problem(&answer)["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")));
        }
    }
    assert_eq!(puts(&house), [0, 0]);
}
