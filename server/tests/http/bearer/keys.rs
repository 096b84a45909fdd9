//! With which keys tokens are checked, how often those are asked for, and for how long a good token is remembered.

use std::time::Duration;

use axum::http::{StatusCode, header};
use serde_json::json;

use super::{Door, SECOND, refused};

#[tokio::test]
async fn row_29_a_token_is_looked_at_once_a_minute_and_never_good_after_its_end() {
    let door = Door::new().await;
    let now = door.now();
    let (long, short) = (door.token(), door.lying(move |_, claims| claims["exp"] = json!(now + 30)));
    for token in [&long, &short] {
        assert_eq!(door.ask(token).await.status, StatusCode::OK);
    }
    // From here on nothing that the old key signed would be taken anew.
    door.provider.facts().turn_the_key();
    assert_eq!(door.ask(&door.token()).await.status, StatusCode::OK);
    door.house.world.clock.pass(SECOND * 29);
    for token in [&long, &short] {
        assert_eq!(door.ask(token).await.status, StatusCode::OK, "remembered");
    }
    door.house.world.clock.pass(SECOND);
    refused(&door.ask(&short).await, "at its end");
    assert_eq!(door.ask(&long).await.status, StatusCode::OK, "remembered");
    door.house.world.clock.pass(SECOND * 30);
    refused(&door.ask(&long).await, "after a minute it is looked at again");
}

#[tokio::test]
async fn row_31_a_new_key_is_fetched_once_and_made_up_ones_do_not_keep_it_away() {
    let door = Door::new().await;
    let fetched = || door.provider.facts().calls["keys"];
    assert_eq!(door.ask(&door.token()).await.status, StatusCode::OK);
    assert_eq!(fetched(), 1);
    door.provider.facts().turn_the_key();
    // Somebody who makes tokens up is quicker: the one fetch goes on him, but not in vain.
    for number in 0..20 {
        let made_up = door.lying(move |header, _| header["kid"] = json!(format!("made-up-{number}")));
        refused(&door.ask(&made_up).await, "made up");
    }
    assert_eq!(fetched(), 2);
    assert_eq!(door.ask(&door.token()).await.status, StatusCode::OK);
    assert_eq!(fetched(), 2);
}

#[tokio::test]
async fn row_31_many_at_once_after_a_key_turned_are_all_let_in_by_one_fetch() {
    let door = Door::new().await;
    assert_eq!(door.ask(&door.token()).await.status, StatusCode::OK);
    door.provider.facts().turn_the_key();
    let tokens: Vec<String> = (0..20).map(|_| door.token()).collect();
    for answer in futures::future::join_all(tokens.iter().map(|token| door.ask(token))).await {
        assert_eq!(answer.status, StatusCode::OK);
    }
    assert_eq!(door.provider.facts().calls["keys"], 2);
}

#[tokio::test]
async fn row_31_while_the_provider_is_away_known_keys_go_on_and_what_cannot_be_checked_is_not_called_wrong() {
    let door = Door::new().await;
    door.provider.facts().down = true;
    let answer = door.ask(&door.token()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "nothing is known of it yet");
    assert!(answer.text().contains("does not answer") && !answer.header(header::RETRY_AFTER).is_empty());
    door.provider.facts().down = false;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(door.ask(&door.token()).await.status, StatusCode::OK);
    door.provider.facts().down = true;
    assert_eq!(door.ask(&door.token()).await.status, StatusCode::OK, "another token, by the keys that are known");
    refused(
        &door.ask(&door.lying(|_, claims| claims["iss"] = json!("x"))).await,
        "what is wrong is wrong all the same",
    );
    let unknown = door.lying(|header, _| header["kid"] = json!("new"));
    for _ in 0..3 {
        assert_eq!(door.ask(&unknown).await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(door.provider.facts().calls["keys"], 2, "it is not asked each time");
}
