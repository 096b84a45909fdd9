//! What may be wished for as a colour: two words, in a form and from a script.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use proptest::prelude::*;
use serde_json::{Value, json};
use teal_domain::Color;
use teal_server::http::{self, App};

use crate::{
    api::{PLANS, SWITCHES, confirmed, problem, sent},
    door::{self, Browser},
    house::{House, ORIGIN, form, post},
};

/// What looks like a colour, and anything else.
fn words() -> impl Strategy<Value = String> {
    let near = ("(?i)(blue|green|purple|b|[01])", "[ \t\n\0/@;,&=%]{0,2}", any::<bool>());
    let near = near.prop_map(|(word, more, first)| if first { more + &word } else { word + &more });
    let wrong = |word: &String| word.parse::<Color>().is_err();
    prop_oneof![near, any::<String>()].prop_filter("it is no colour", wrong)
}

/// What JSON can say in place of a word.
fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => words().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!(["green"])),
        1 => Just(json!({"green": null})),
        1 => Just(json!({"color": "green"})),
    ]
}

#[test]
fn row_38_a_form_or_a_script_that_wants_no_colour_is_refused_and_puts_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let house = runtime.block_on(House::new());
    // All else about them is right.
    let confirmation = runtime.block_on(house.confirmation("green"));
    let switch: Value = runtime.block_on(confirmed(&house, "why")).parse().expect("JSON");
    let head = runtime.block_on(house.world.store.head()).expect("a head");
    let forms: [(&str, &[(&str, &str)]); 4] = [
        ("switch", &[("pair", "dev"), ("confirmation", &confirmation), ("typed", "green"), ("reason", "why")]),
        ("ask", &[("pair", "dev"), ("seen", "green@31"), ("reason", "why")]),
        ("withdraw", &[("pair", "dev"), ("request", "01KAZZ4J1N3V9T5M8Q2X7C6B4D")]),
        ("decide", &[("pair", "dev"), ("digest", "ab"), ("answer", "approved")]),
    ];
    let config = ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(word in words(), value in values())| {
        // It is not their number that is refused here.
        let app = App { limits: Arc::default(), ..house.app.clone() };
        let router = http::router(app, &house.folder.path().join("site")).expect("a router");
        let send = |request| runtime.block_on(door::send(&router, &mut Browser::default(), request));
        for (name, fields) in forms {
            let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("to", &*word)]).collect();
            let mut request = post(&format!("/api/fn/{name}"))
                .header(header::ORIGIN, ORIGIN)
                .body(form(&fields))
                .expect("a request");
            request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
            let answer = send(request);
            prop_assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{} {}", name, answer.text());
        }
        // What is typed to confirm is held against the side that is sealed in the confirmation.
        let typed = word.trim().to_ascii_lowercase();
        if typed != "green" {
            let mut body = switch.clone();
            body["typed"] = json!(word);
            let answer = send(sent(SWITCHES, Some("key"), body.to_string()));
            prop_assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        }
        let answer = send(sent(PLANS, None, json!({ "target": value }).to_string()));
        prop_assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        prop_assert_eq!(&problem(&answer)["field"], "target");
    });
    assert!(house.world.ssm.puts().is_empty());
    assert_eq!(runtime.block_on(house.world.store.head()).expect("a head"), head, "nothing was journalled");
    // It was the word that was wrong.
    let answer = runtime.block_on(house.send(sent(SWITCHES, Some("key"), switch.to_string())));
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
}
