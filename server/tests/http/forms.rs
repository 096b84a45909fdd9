//! Forms: what is taken, what leads back, what is refused.

use std::{sync::Arc, time::Duration};

use axum::http::{StatusCode, header};
use futures::StreamExt as _;
use teal_app::{desk::DeskError, functions::Reply};
use teal_domain::{Color, switch::Plan};

use crate::{
    house::{House, ORIGIN, form, post},
    location,
};

fn problem(location: &str) -> (Option<String>, Option<String>) {
    let query = location.split_once('?').expect("a query").1;
    (teal_app::paths::get(query, "problem"), teal_app::paths::get(query, "reason"))
}

#[tokio::test]
async fn a_form_sent_without_script_leads_to_the_record_of_the_switch() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let answer = house.switch(&confirmation, " Green ", "upgrade of blue").await;
    let address = location(&answer).to_owned();
    assert!(address.starts_with("/p/dev/history/"), "{address}");
    assert_eq!(house.flag().color(), Some(Color::Green));
    let page = house.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("upgrade of blue") && text.contains("ana"), "{text}");
    assert!(text.contains(&house.world.ssm.puts()[0].to_string()), "the operation's id is on the page");
}

#[tokio::test]
async fn a_name_typed_wrongly_leads_back_to_the_form_with_the_reason_kept() {
    let house = House::new().await;
    let head = house.world.store.head().await.expect("a head");
    let reason = "drain & <b>upgrade</b> = 100 %";
    for typed in ["", "blue", "gren", "green!", "gre en"] {
        let confirmation = house.confirmation("green").await;
        let answer = house.switch(&confirmation, typed, reason).await;
        let address = location(&answer).to_owned();
        assert!(address.starts_with("/p/dev/switch?"), "{address}");
        assert_eq!(problem(&address), (Some("typed".into()), Some(reason.into())));
        let page = house.get(&address).await.text();
        assert!(
            page.contains("drain &amp; &lt;b&gt;upgrade&lt;/b&gt; = 100 %"),
            "the reason is back in its box, inert"
        );
        assert!(page.contains("Nothing was switched"), "{page}");
    }
    assert!(house.world.ssm.puts().is_empty());
    assert_eq!(house.world.store.head().await.expect("a head"), head);
}

#[tokio::test]
async fn a_reason_that_is_missing_too_long_or_hides_something_leads_back_to_the_form() {
    let house = House::new().await;
    for reason in [String::new(), "x".repeat(10_000), "up\u{202E}grade".into(), "bell\u{7}".into()] {
        let confirmation = house.confirmation("green").await;
        let answer = house.switch(&confirmation, "green", &reason).await;
        assert_eq!(problem(location(&answer)).0.as_deref(), Some("reason"), "{reason:?}");
        assert!(answer.header(header::LOCATION).len() < 4000, "an address that a proxy carries");
    }
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_37_a_confirmation_that_ran_out_or_was_forged_leads_back_and_puts_nothing() {
    let house = House::new().await;
    let good = house.confirmation("green").await;
    let forged = good.replacen(".green.", ".blue.", 1);
    assert_ne!(forged, good);
    for confirmation in [&*forged, "", "nonsense", &good[..good.len() - 1]] {
        let answer = house.switch(confirmation, "green", "why").await;
        assert_eq!(problem(location(&answer)), (Some("confirmation".into()), Some("why".into())), "{confirmation}");
    }
    house.world.clock.pass(Duration::from_millis(Plan::CONFIRMATION_LIVES.0 + 1));
    let answer = house.switch(&good, "green", "why").await;
    assert_eq!(problem(location(&answer)).0.as_deref(), Some("confirmation"));
    assert!(house.world.ssm.puts().is_empty());
    // Somebody else's is no good either.
    let other = House::with_desk("ben", |desk| Arc::new(desk)).await;
    let bens = other.confirmation("green").await;
    let answer = house.switch(&bens, "green", "why").await;
    assert_eq!(problem(location(&answer)).0.as_deref(), Some("confirmation"));
    assert!(house.world.ssm.puts().is_empty());
}

#[tokio::test]
async fn row_41_the_same_confirmation_sent_twice_is_one_switch_and_one_record() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let (first, second) =
        tokio::join!(house.switch(&confirmation, "green", "why"), house.switch(&confirmation, "green", "why"));
    let third = house.switch(&confirmation, "green", "why").await;
    assert_eq!(location(&first), location(&second));
    assert_eq!(location(&first), location(&third));
    assert_eq!(house.world.ssm.puts().len(), 1);
}

#[tokio::test]
async fn row_40_a_hundred_confirmations_at_once_are_one_put() {
    let house = House::new().await;
    let confirmations: Vec<String> =
        futures::stream::iter(0..100).then(|_| house.confirmation("green")).collect().await;
    let sent = confirmations.iter().map(|confirmation| house.switch(confirmation, "green", "why"));
    for answer in futures::future::join_all(sent).await {
        assert!(answer.status == StatusCode::FOUND, "{}", answer.status);
    }
    assert_eq!(house.world.ssm.puts().len(), 1);
    assert_eq!(house.flag().version().map(|version| version.0), Some(32));
}

#[tokio::test]
async fn a_flag_that_moved_meanwhile_leads_back_to_be_asked_again() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    house.world.ssm.outsider_puts("blue", Some("deploy"));
    let answer = house.switch(&confirmation, "green", "why").await;
    let address = location(&answer).to_owned();
    assert_eq!(problem(&address), (Some("moved".into()), Some("why".into())));
    assert!(house.world.ssm.puts().is_empty());
    let page = house.get(&address).await.text();
    assert!(page.contains("had moved"), "{page}");
    let after =
        teal_app::paths::get(address.split_once('?').expect("a query").1, "after").expect("the record of the attempt");
    assert_eq!(house.get(&format!("/p/dev/history/{after}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn row_39_without_a_store_a_switch_is_refused_and_the_pages_say_what_still_works() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    std::fs::remove_file(house.folder.path().join("teal.db")).expect("removed");
    let answer = house.switch(&confirmation, "green", "at three in the morning").await;
    let address = location(&answer).to_owned();
    assert_eq!(problem(&address), (Some("store".into()), Some("at three in the morning".into())));
    assert!(house.world.ssm.puts().is_empty(), "nothing is switched that cannot be recorded");
    // Whoever lands there needs the commands now, not after the next look at the store.
    let page = house.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("teal switch --pair dev --to green --confirm green@31 --emergency --spool"), "{text}");
    assert!(
        text.contains("aws ssm put-parameter --region us-east-2 --name /dev/active --value green --overwrite"),
        "{text}"
    );
    // With script, the answer itself holds them.
    let confirmation = house.confirmation("green").await;
    let fields =
        [("pair", "dev"), ("to", "green"), ("confirmation", &*confirmation), ("typed", "green"), ("reason", "why")];
    let mut request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&fields)).expect("a request");
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
    let told = house.send(request).await.text();
    assert!(told.contains("store_away") && told.contains("--confirm green@31 --emergency"), "{told}");
    for path in ["/p/dev", "/p/dev/switch?to=green", "/health"] {
        assert_eq!(house.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(house.get("/p/dev/history").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(house.get("/p/dev").await.text().contains("Blue"), "the last reading is still shown");
}

#[tokio::test]
async fn forms_that_cannot_be_read_are_refused_and_put_nothing() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let cases: [&[(&str, &str)]; 4] = [
        &[],
        &[("pair", "dev")],
        &[
            ("pair", "NOT A PAIR"),
            ("to", "green"),
            ("confirmation", &confirmation),
            ("typed", "green"),
            ("reason", "why"),
        ],
        &[("pair", "dev"), ("to", "purple"), ("confirmation", &confirmation), ("typed", "green"), ("reason", "why")],
    ];
    for fields in cases {
        // A browser without script gets a page, never Leptos's own words in an address.
        let answer = house.post("/api/fn/switch", fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}: {:?}", answer.headers);
        assert!(answer.header(header::LOCATION).is_empty());
        let page = answer.text();
        for says in ["could not be read, so nothing was done", "send it from there", answer.header("x-request-id")] {
            assert!(page.contains(says), "{says} is not in {page}");
        }
        // A script gets the same as an answer that it can show.
        let mut request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(fields)).expect("a request");
        request.headers_mut().insert(header::ACCEPT, "application/json".parse().expect("a type"));
        let answer = house.send(request).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let reply: Reply = serde_json::from_slice(&answer.body).expect("a reply");
        assert!(
            matches!(&reply, Reply::Refused(DeskError::BadInput { field, message }) if field == "form" && message.contains("nothing was done")),
            "{reply:?}"
        );
    }
    let unknown = house.post("/api/fn/drop_everything", &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.text().contains("There is no function at /api/fn/drop_everything"), "{}", unknown.text());
}

#[tokio::test]
async fn row_35_a_field_that_is_misspelt_or_there_twice_is_not_passed_over() {
    let house = House::new().await;
    let confirmation = house.confirmation("green").await;
    let good: [(&str, &str); 5] =
        [("pair", "dev"), ("to", "green"), ("confirmation", &confirmation), ("typed", "green"), ("reason", "why")];
    for (extra, says) in [
        (("emergancy", "true"), "no field called `emergancy`"),
        (("emergency[]", "true"), "no field called `emergency[]`"),
        (("to", "blue"), "`to` is there twice"),
    ] {
        let answer = house.post("/api/fn/switch", &[&good[..], &[extra]].concat()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{extra:?}");
        assert!(answer.text().contains(says), "{}", answer.text());
    }
    let answer = house.post("/api/fn/switch?emergency=true", &good).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "a field in the address");
    assert!(house.world.ssm.puts().is_empty());
    location(&house.post("/api/fn/switch", &good).await);
    assert_eq!(house.world.ssm.puts().len(), 1, "without it, it is a switch");
}

#[tokio::test]
async fn a_note_is_added_by_a_form_and_shown_inert() {
    let house = House::new().await;
    let answer = house
        .post("/api/fn/note", &[("pair", "dev"), ("about", "31"), ("text", "that was <script>alert(1)</script>")])
        .await;
    assert_eq!(location(&answer), "/p/dev/history/31#notes");
    let page = house.get("/p/dev/history/31").await.text();
    assert!(page.contains("that was &lt;script&gt;"), "{page}");
    assert!(!page.contains("<script>alert"));
    let empty = house.post("/api/fn/note", &[("pair", "dev"), ("about", "31"), ("text", "")]).await;
    assert!(location(&empty).contains("problem=reason"));
}
