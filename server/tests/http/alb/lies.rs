//! What does not hold lets nobody in: each field of what the load balancer signs, and of the access token beside it.

use std::time::Duration;

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use serde_json::{Value, json};

use super::{ARN, Balancer, Door, KID, Lie, NOTE, TRUTH, send, with};
use crate::house::{ORIGIN, form, get, post};

#[tokio::test]
async fn rows_27_to_30_what_the_load_balancer_did_not_sign_for_us_lets_nobody_in() {
    let lies: [(&str, Lie); 24] = [
        ("another load balancer", |_, header, _| header["signer"] = json!(format!("{ARN}0"))),
        ("no load balancer", |_, header, _| header["signer"] = Value::Null),
        ("load balancers", |_, header, _| header["signer"] = json!([ARN])),
        ("another client", |_, header, _| header["client"] = json!("another")),
        ("no client", |_, header, _| header["client"] = Value::Null),
        ("another provider", |_, header, _| header["iss"] = json!("https://evil.example")),
        ("a provider with a slash more", |_, header, _| {
            header["iss"] = json!(format!("{}/", header["iss"].as_str().unwrap_or_default()))
        }),
        ("no provider", |_, header, _| header["iss"] = Value::Null),
        ("another provider among the claims", |_, _, claims| claims["iss"] = json!("https://evil.example")),
        ("run out", |now, header, _| header["exp"] = json!(now)),
        ("run out among the claims", |now, _, claims| claims["exp"] = json!(now - 1)),
        ("without an end", |_, header, _| header["exp"] = Value::Null),
        ("with an end in words", |_, header, _| header["exp"] = json!("4000000000")),
        ("unsigned", |_, header, _| header["alg"] = json!("none")),
        ("signed with a shared secret", |_, header, _| header["alg"] = json!("HS256")),
        ("signed as others do", |_, header, _| header["alg"] = json!("RS256")),
        ("signed in small letters", |_, header, _| header["alg"] = json!("es256")),
        ("asking for more", |_, header, _| header["crit"] = json!(["exp"])),
        ("a key that there is not", |_, header, _| header["kid"] = json!("87654321-1234-1234-1234-123456789012")),
        ("no key", |_, header, _| header["kid"] = Value::Null),
        ("a way to another place", |_, header, _| header["kid"] = json!(format!("../keys/{KID}"))),
        ("an address", |_, header, _| header["kid"] = json!("@evil.example/")),
        ("of nobody", |_, _, claims| claims["sub"] = Value::Null),
        ("of an empty somebody", |_, _, claims| claims["sub"] = json!("")),
    ];
    let door = Door::new().await;
    let access = door.access(TRUTH);
    let head = door.house.world.store.head().await.expect("a head");
    let refused = async |data: &str, what: &str| {
        let answer = door.ask(data, Some(&access)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}: {}", answer.text());
        assert!(answer.text().contains("does not hold") && !answer.text().contains("olga"), "{what}");
        let note = with(post("/api/fn/note"), data, Some(&access)).header(header::ORIGIN, ORIGIN).body(form(&NOTE));
        assert_eq!(send(&door.router, note.expect("a request")).await.status, StatusCode::FORBIDDEN, "{what}");
    };
    for (what, lie) in lies {
        refused(&door.data(lie), what).await;
    }
    let good = door.data(TRUTH);
    assert_eq!(door.ask(&good, Some(&access)).await.status, StatusCode::OK, "without a lie it is taken");
    let other = Balancer::start().await;
    let parts: Vec<&str> = good.split('.').collect();
    let vera = URL_SAFE.encode(json!({"sub": "sub-of-vera", "username": "vera"}).to_string());
    let read = |part: &str| serde_json::from_slice(&URL_SAFE.decode(part).expect("base64")).expect("JSON");
    for (what, data) in [
        ("another key under the same name", other.sign(&read(parts[0]), &read(parts[1]))),
        ("other claims", format!("{}.{vera}.{}", parts[0], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("half a signature", format!("{}.{}.{}", parts[0], parts[1], &parts[2][..40])),
        ("no token", "nonsense".to_owned()),
        ("nothing", String::new()),
    ] {
        refused(&data, what).await;
    }
    let request = with(with(get("/p/dev"), &good, Some(&access)), &good, None).body(Body::empty()).expect("a request");
    assert_eq!(send(&door.router, request).await.status, StatusCode::FORBIDDEN, "twice");
    door.house.world.clock.pass(Duration::from_secs(120));
    refused(&good, "later").await;
    assert_eq!(door.house.world.store.head().await.expect("a head"), head, "nothing was written");
}

#[tokio::test]
async fn rows_27_to_30_the_groups_come_from_an_access_token_of_the_same_person_or_from_nowhere() {
    let lies: [(&str, Lie); 9] = [
        ("somebody else's", |_, _, claims| claims["sub"] = json!("sub-of-ada")),
        ("another client's", |_, _, claims| claims["client_id"] = json!("another")),
        ("another provider's", |_, _, claims| claims["iss"] = json!("https://evil.example")),
        ("an ID token", |_, _, claims| claims["token_use"] = json!("id")),
        ("run out", |now, _, claims| claims["exp"] = json!(now)),
        ("made in the future", |now, _, claims| claims["iat"] = json!(now + 61)),
        ("unsigned", |_, header, _| header["alg"] = json!("none")),
        ("signed with what both know", |_, header, _| header["alg"] = json!("HS256")),
        ("an unknown key's", |_, header, _| header["kid"] = json!("mine")),
    ];
    let door = Door::new().await;
    for (what, lie) in lies {
        let answer = door.ask(&door.data(TRUTH), Some(&door.access(lie))).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}: {}", answer.text());
    }
    assert_eq!(door.ask(&door.data(TRUTH), None).await.status, StatusCode::FORBIDDEN, "none");
    let in_none = door.access(|_, _, claims| claims["cognito:groups"] = json!([]));
    let answer = door.ask(&door.data(TRUTH), Some(&in_none)).await;
    assert!(
        answer.status == StatusCode::FORBIDDEN && answer.text().contains("You have none here"),
        "{}",
        answer.text()
    );
    let claimed = door.data(|_, _, claims| claims["cognito:groups"] = json!(["ops"]));
    assert_eq!(door.ask(&claimed, Some(&in_none)).await.status, StatusCode::FORBIDDEN, "not from anywhere else");
}
