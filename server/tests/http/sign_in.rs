//! Signing in: the way to the provider and back, what its tokens must hold, and how long a session lives.

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, StatusCode, header},
};
use serde_json::json;
use teal_app::desk::Outage;
use teal_domain::Millis;
use teal_server::{config::OidcConfig, http};

use crate::{
    door::{Browser, Door, ask, behind, configured, router, router_at, router_with, said, send},
    house::{HOST, ORIGIN, get, post, sealed},
    provider::{CLIENT, Lie, Provider},
};

/// A lie about header and claims, told at a time.
type LieAt = fn(i64, &mut serde_json::Value, &mut serde_json::Value);

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn somebody_signs_in_and_is_led_on_to_where_they_wanted_to_go() {
    let door = Door::new().await;
    let mut browser = Browser::default();
    let there = door.depart(&mut browser, "/p/dev/history?kind=switch").await;
    assert!(there.as_str().starts_with(&format!("{}/authorize?", door.provider.issuer)));
    assert_eq!(said(&there, "code_challenge_method"), "S256");
    assert_eq!(said(&there, "redirect_uri"), format!("{ORIGIN}/sign-in/back"));
    assert_eq!(said(&there, "response_type"), "code");
    let answer = door.back(&mut browser, &there).await;
    assert_eq!(answer.header(header::LOCATION), "/p/dev/history?kind=switch");
    let page = door.ask(&mut browser, "/p/dev").await;
    assert_eq!(page.status, StatusCode::OK);
    for says in ["vera", "operator", "Sign out"] {
        assert!(page.text().contains(says), "{says} is not on the page");
    }
}

#[tokio::test]
async fn rows_1_to_3_the_cookies_are_for_this_host_over_tls_and_for_no_script() {
    let door = Door::new().await;
    let mut browser = Browser::default();
    let there = door.depart(&mut browser, "/p/dev").await;
    let state = said(&there, "state");
    let answers = [
        door.ask(&mut Browser::default(), "/sign-in").await,
        door.ask(&mut browser, &format!("/sign-in/back?code=a-code&state={state}")).await,
    ];
    let mut seen = 0;
    for answer in &answers {
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().expect("plain");
            seen += 1;
            for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
                assert!(set.contains(part), "{set}");
            }
            assert!(set.starts_with("__Host-teal") && !set.contains("Domain"), "{set}");
        }
    }
    assert_eq!(seen, 3, "one to set out with, that one taken back, one for the session");
}

#[tokio::test]
async fn nobody_gets_in_without_a_session_by_any_way() {
    let door = Door::new().await;
    for door_of in http::doors(&door.house.app).list {
        let path = door_of.path.replace("{pair}", "dev").replace("{seq}", "31").replace("{name}", "switch");
        let open = door_of.need == http::Need::Open;
        for accepts in ["text/html", "application/json"] {
            let request =
                if door_of.method == Method::POST { post(&path).header(header::ORIGIN, ORIGIN) } else { get(&path) };
            let mut request = request.body(Body::empty()).expect("a request");
            request.headers_mut().insert(header::ACCEPT, accepts.parse().expect("a type"));
            let answer = send(&door.router, &mut Browser::default(), request).await;
            let turned_away = answer.status == StatusCode::UNAUTHORIZED
                || answer.status == StatusCode::SEE_OTHER && answer.header(header::LOCATION).starts_with("/sign-in");
            assert_eq!(turned_away, !open, "{} {path}: {}", door_of.method, answer.status);
        }
    }
    for made_up in ["0".repeat(64), "x".into(), "' OR 1=1".into()] {
        let mut browser = Browser(vec![("__Host-teal".into(), made_up)]);
        assert_eq!(door.ask(&mut browser, "/p/dev").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn row_23_people_end_their_own_sessions_and_an_admin_everybodys() {
    let door = Door::new().await;
    let ends = async |browser: &Browser, handle: &str| {
        let request = post(&format!("/sessions/{handle}/end")).header(header::ORIGIN, ORIGIN);
        send(&door.router, &mut browser.clone(), request.body(Body::empty()).expect("a request")).await.status
    };
    let of = |sub: &'static str, groups: &'static [&'static str]| {
        door.provider.facts().lie = Some(Box::new(move |_, claims| {
            claims["sub"] = json!(sub);
            claims["preferred_username"] = json!(sub);
            claims["groups"] = json!(groups);
        }));
    };
    of("vera", &["watchers"]);
    let (vera, phone) = (door.signed_in().await, door.signed_in().await);
    of("olga", &["ops"]);
    let olga = door.signed_in().await;
    of("ada", &["admins"]);
    let ada = door.signed_in().await;

    let seen = async |browser: &Browser| door.ask(&mut browser.clone(), "/sessions").await.text();
    assert_eq!(seen(&vera).await.matches("/end\"").count(), 2, "her own, here and on the phone");
    assert!(!seen(&vera).await.contains("olga"));
    assert_eq!(seen(&ada).await.matches("/end\"").count(), 4);

    let store = &door.house.world.store;
    let handles = |of: &'static str| async move {
        let all = store.sessions(None).await.expect("the sessions");
        all.into_iter().filter(|session| session.name == of).map(|session| session.handle).collect::<Vec<_>>()
    };
    assert_eq!(ends(&vera, &handles("olga").await[0]).await, StatusCode::NOT_FOUND);
    assert_eq!(ends(&olga, &handles("vera").await[0]).await, StatusCode::NOT_FOUND);
    assert_eq!(door.ask(&mut olga.clone(), "/p/dev").await.status, StatusCode::OK);
    for handle in handles("vera").await {
        assert_eq!(ends(&ada, &handle).await, StatusCode::SEE_OTHER);
    }
    for gone in [&vera, &phone] {
        assert_eq!(door.ask(&mut gone.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(ends(&olga, &handles("olga").await[0]).await, StatusCode::SEE_OTHER, "one's own");
    assert_eq!(door.ask(&mut olga.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_provider_that_calls_itself_something_else_is_not_believed() {
    let door = Door::new().await;
    let elsewhere =
        router_at(&door.house, &Provider { issuer: "https://issuer.example".into(), ..door.provider }, ORIGIN);
    let answer = ask(&elsewhere, &mut Browser::default(), "/sign-in").await;
    assert!(answer.status.is_client_error() || answer.status.is_server_error(), "{}", answer.status);
    assert!(answer.headers.get(header::LOCATION).is_none());
}

#[tokio::test]
async fn row_24_a_switch_needs_a_young_sign_in_where_policy_says_so_and_the_plan_is_kept() {
    let mut door = Door::new().await;
    door.router = router_with(&door.house, &door.provider, ORIGIN, Some(Millis::from_secs(600)));
    // The provider's clock, in the test's hands.
    let clock = door.house.world.clock.clone();
    let says = move |age: i64| -> Lie {
        let now = teal_server::engine::clock::Clock::now(&*clock).0 / 1000;
        Box::new(move |_, claims| claims["auth_time"] = json!(now - age))
    };
    door.provider.facts().lie = Some(says(0));
    let mut browser = door.signed_in().await;
    let page = door.ask(&mut browser, "/p/dev/switch?to=green&reason=upgrade").await.text();
    let confirmation = sealed(&page);
    let switch = async |browser: &Browser, emergency: bool| {
        let mut fields = vec![
            ("pair", "dev"),
            ("to", "green"),
            ("confirmation", &*confirmation),
            ("typed", "green"),
            ("reason", "upgrade"),
        ];
        fields.extend(emergency.then_some(("emergency", "true")));
        let request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(crate::house::form(&fields));
        send(&door.router, &mut browser.clone(), request.expect("a request")).await
    };

    // Eleven minutes later the form is not even offered, and what was filled in goes along on the way.
    door.pass(SECOND * 660);
    let page = door.ask(&mut browser, "/p/dev/switch?to=green&reason=upgrade").await.text();
    assert!(!page.contains("name=\"confirmation\"") && page.contains("Prove who you are first"), "{page}");
    let way = "/sign-in?anew=1&amp;next=%2Fp%2Fdev%2Fswitch%3Fto%3Dgreen%26reason%3Dupgrade";
    assert!(page.contains(way), "{page}");
    for emergency in [false, true] {
        let answer = switch(&browser, emergency).await;
        assert!(answer.header(header::LOCATION).contains("problem=prove"), "{:?}", answer.headers);
    }
    assert!(door.house.world.ssm.puts().is_empty());

    // A provider that only says that it asked again, with an old time, does not help.
    let again = async |browser: &mut Browser, age: i64| {
        door.provider.facts().lie = Some(says(age));
        let answer = door.ask(browser, &way.replace("&amp;", "&")).await;
        let there: reqwest::Url = answer.header(header::LOCATION).parse().expect("an address");
        assert_eq!(said(&there, "prompt"), "login");
        door.provider.facts().nonce = said(&there, "nonce");
        door.provider.facts().challenge = said(&there, "code_challenge");
        let answer = door.back(browser, &there).await;
        assert_eq!(answer.header(header::LOCATION), "/p/dev/switch?to=green&reason=upgrade");
        door.ask(browser, "/p/dev/switch?to=green&reason=upgrade").await.text()
    };
    assert!(again(&mut browser, 3600).await.contains("Prove who you are first"));
    let page = again(&mut browser, 0).await;
    assert!(page.contains("name=\"confirmation\"") && page.contains("upgrade"), "{page}");
}

/// Somebody whose sign-in is too old to switch, and a provider that is away. The confirmation is from before.
async fn too_old_in_an_outage(emergency: Outage) -> (Door, Browser, String) {
    let mut door = Door::new().await;
    let config = configured(&door.provider, ORIGIN, Some(Millis::from_secs(600)));
    door.router = behind(&door.house, OidcConfig { in_outage: emergency, ..config });
    let now = teal_server::engine::clock::Clock::now(&*door.house.world.clock).0 / 1000;
    door.provider.facts().lie = Some(Box::new(move |_, claims| claims["auth_time"] = json!(now)));
    let browser = door.signed_in().await;
    door.pass(SECOND * 540);
    door.house.poll().await;
    let page = door.ask(&mut browser.clone(), "/p/dev/switch?to=green").await.text();
    door.provider.facts().down = true;
    door.pass(SECOND * 90);
    (door, browser, sealed(&page))
}

async fn switched(door: &Door, browser: &Browser, confirmation: &str, emergency: bool) -> String {
    let mut fields =
        vec![("pair", "dev"), ("to", "green"), ("confirmation", confirmation), ("typed", "green"), ("reason", "down")];
    fields.extend(emergency.then_some(("emergency", "true")));
    let request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(crate::house::form(&fields));
    let answer = send(&door.router, &mut browser.clone(), request.expect("a request")).await;
    answer.header(header::LOCATION).to_owned()
}

#[tokio::test]
async fn row_24_while_the_provider_is_away_an_emergency_needs_no_younger_sign_in_and_is_marked_for_it() {
    let (door, browser, confirmation) = too_old_in_an_outage(Outage::EmergencyGoes).await;
    assert!(!switched(&door, &browser, &confirmation, false).await.starts_with("/p/dev/history/"));
    assert!(door.house.world.ssm.puts().is_empty());
    let record = switched(&door, &browser, &confirmation, true).await;
    assert!(record.starts_with("/p/dev/history/"), "{record}");
    assert_eq!(door.house.world.ssm.puts().len(), 1);
    let page = door.ask(&mut browser.clone(), &record).await.text();
    assert!(page.contains("without proof") && page.contains("emergency"), "{page}");
}

#[tokio::test]
async fn row_24_where_config_says_so_nothing_is_switched_on_a_page_while_the_provider_is_away() {
    let (door, browser, confirmation) = too_old_in_an_outage(Outage::NothingGoes).await;
    for emergency in [false, true] {
        let there = switched(&door, &browser, &confirmation, emergency).await;
        assert!(there.contains("problem=prove"), "{there}");
    }
    assert!(door.house.world.ssm.puts().is_empty());
    let page = door.ask(&mut browser.clone(), "/p/dev/switch?to=green").await.text();
    assert!(page.contains("for an emergency too") && !page.contains("name=\"confirmation\""), "{page}");
}

#[tokio::test]
async fn row_22_a_provider_that_refuses_teal_itself_or_everybody_sends_nobody_out() {
    for (refusal, stays) in [
        ("invalid_grant", false),
        ("access_denied", false),
        ("invalid_client", true),
        ("temporarily_unavailable", true),
        ("slow_down", true),
    ] {
        let door = Door::new().await;
        let browser = door.signed_in().await;
        {
            let mut facts = door.provider.facts();
            (facts.disabled, facts.refusal) = (true, refusal);
        }
        door.pass(SECOND * 301);
        let answer = door.ask(&mut browser.clone(), "/p/dev").await;
        assert_eq!(answer.status == StatusCode::OK, stays, "{refusal}: {}", answer.status);
    }
}

#[tokio::test]
async fn row_26_the_way_back_is_good_once_in_the_browser_that_set_out_and_not_for_long() {
    let door = Door::new().await;
    let mut browser = Browser::default();
    let there = door.depart(&mut browser, "/p/dev").await;
    let mut other = Browser::default();
    door.depart(&mut other, "/p/dev").await;
    for mut wrong in [Browser::default(), other] {
        let answer = door.back(&mut wrong, &there).await;
        assert_eq!((answer.status, wrong.session()), (StatusCode::FORBIDDEN, None), "another browser");
    }
    door.provider.facts().nonce = said(&there, "nonce");
    door.provider.facts().challenge = said(&there, "code_challenge");
    let mut early = browser.clone();
    assert!(door.back(&mut early, &there).await.status.is_redirection());
    let answer = door.back(&mut browser, &there).await;
    assert_eq!((answer.status, browser.session()), (StatusCode::FORBIDDEN, None), "a second time");
    assert!(answer.text().contains("Sign in"), "{}", answer.text());

    let mut slow = Browser::default();
    let there = door.depart(&mut slow, "/p/dev").await;
    door.pass(SECOND * 601);
    assert_eq!(door.back(&mut slow, &there).await.status, StatusCode::FORBIDDEN, "after ten minutes");
}

#[tokio::test]
async fn rows_27_to_30_a_token_that_does_not_hold_lets_nobody_in() {
    let now = jiff::Timestamp::now().as_second();
    let lies: [(&str, LieAt); 13] = [
        ("another issuer", |_, _, claims| claims["iss"] = json!("https://evil.example")),
        ("an issuer with a slash more", |_, _, claims| {
            claims["iss"] = json!(format!("{}/", claims["iss"].as_str().unwrap_or_default()))
        }),
        ("for another client", |_, _, claims| claims["aud"] = json!("somebody-else")),
        ("for others too", |_, _, claims| claims["aud"] = json!([CLIENT, "somebody-else"])),
        ("another nonce", |_, _, claims| claims["nonce"] = json!("mine")),
        ("no nonce", |_, _, claims| {
            claims.as_object_mut().map(|claims| claims.remove("nonce"));
        }),
        ("an access token", |_, _, claims| claims["token_use"] = json!("access")),
        ("run out", |now, _, claims| claims["exp"] = json!(now - 120)),
        ("not good yet", |now, _, claims| claims["nbf"] = json!(now + 600)),
        ("made in the future", |now, _, claims| claims["iat"] = json!(now + 600)),
        ("unsigned", |_, header, _| header["alg"] = json!("none")),
        ("signed with what both know", |_, header, _| header["alg"] = json!("HS256")),
        ("an unknown key, with an address to fetch it from", |_, header, _| {
            header["kid"] = json!("mine");
            header["jku"] = json!("https://evil.example/keys");
        }),
    ];
    for (what, lie) in lies {
        let door = Door::new().await;
        door.provider.facts().lie = Some(Box::new(move |header, claims| lie(now, header, claims)));
        let mut browser = Browser::default();
        let there = door.depart(&mut browser, "/p/dev").await;
        let answer = door.back(&mut browser, &there).await;
        assert_eq!((answer.status, browser.session()), (StatusCode::FORBIDDEN, None), "{what}");
        assert!(answer.text().contains("does not hold"), "{what}: {}", answer.text());
        assert_eq!(door.ask(&mut browser, "/p/dev").await.status, StatusCode::SEE_OTHER, "{what}");
    }
}

#[tokio::test]
async fn row_30_whoever_takes_over_an_address_is_not_taken_for_whoever_had_it() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    door.provider.facts().lie = Some(Box::new(|_, claims| claims["sub"] = json!("somebody-else")));
    door.pass(SECOND * 301);
    assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn row_19_a_session_gets_a_new_id_at_each_sign_in_and_the_old_one_is_dead() {
    let door = Door::new().await;
    let mut browser = door.signed_in().await;
    let old = browser.clone();
    let answer = door.ask(&mut browser, "/sign-in?next=/p/dev&anew=1").await;
    let there: reqwest::Url = answer.header(header::LOCATION).parse().expect("an address");
    assert_eq!(said(&there, "prompt"), "login");
    door.provider.facts().nonce = said(&there, "nonce");
    door.provider.facts().challenge = said(&there, "code_challenge");
    door.back(&mut browser, &there).await;
    assert_ne!(browser.session(), old.session());
    assert_eq!(door.ask(&mut browser, "/p/dev").await.status, StatusCode::OK);
    door.pass(SECOND * 2);
    assert_eq!(door.ask(&mut old.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn row_20_a_session_ends_when_it_is_not_used_and_ends_in_any_case() {
    let door = Door::new().await;
    let unused = door.signed_in().await;
    door.pass(SECOND * 3601);
    assert_eq!(door.ask(&mut unused.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER, "after an hour unused");

    let used = door.signed_in().await;
    for hour in 1..=24 {
        door.pass(SECOND * 1800);
        assert_eq!(door.ask(&mut used.clone(), "/p/dev").await.status, StatusCode::OK, "in half-hour {hour}");
    }
    door.pass(SECOND * 61);
    assert_eq!(door.ask(&mut used.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER, "after twelve hours");
}

#[tokio::test]
async fn row_21_a_signed_out_cookie_is_nobody_on_every_instance() {
    let door = Door::new().await;
    let mut browser = door.signed_in().await;
    let kept = browser.clone();
    let second = router(&door.house, &door.provider);
    assert_eq!(ask(&second, &mut browser.clone(), "/p/dev").await.status, StatusCode::OK);
    let request = post("/sign-out").header(header::ORIGIN, ORIGIN).body(Body::empty()).expect("a request");
    let answer = send(&door.router, &mut browser, request).await;
    assert_eq!(browser.session(), None, "the cookie is taken back");
    let there: reqwest::Url = answer.header(header::LOCATION).parse().expect("an address");
    assert_eq!(said(&there, "client_id"), CLIENT);
    assert_eq!(said(&there, "post_logout_redirect_uri"), format!("{ORIGIN}/signed-out"));
    assert_eq!(door.ask(&mut kept.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
    door.pass(SECOND * 2);
    assert_eq!(ask(&second, &mut kept.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
    assert_eq!(door.ask(&mut Browser::default(), "/signed-out").await.status, StatusCode::OK);
}

#[tokio::test]
async fn row_22_changed_groups_and_disabled_people_take_effect_within_five_minutes() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    let may_switch = async || {
        let page = door.ask(&mut browser.clone(), "/p/dev/switch?to=green").await;
        page.text().contains("name=\"confirmation\"")
    };
    assert!(may_switch().await);
    door.provider.facts().groups = vec!["watchers".into()];
    door.pass(SECOND * 301);
    assert!(!may_switch().await);
    door.provider.facts().disabled = true;
    door.pass(SECOND * 301);
    assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
    // And not again once they are enabled: they sign in.
    door.provider.facts().disabled = false;
    assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn row_22_whoever_breaks_off_the_request_that_asks_the_provider_is_out_all_the_same() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    door.provider.facts().disabled = true;
    door.provider.facts().slow = Duration::from_millis(300);
    door.pass(SECOND * 301);
    let broken_off = tokio::time::timeout(Duration::from_millis(100), door.ask(&mut browser.clone(), "/p/dev")).await;
    assert!(broken_off.is_err(), "it was still being asked");
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn while_the_provider_does_not_answer_it_is_not_asked_at_each_click() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    door.provider.facts().down = true;
    door.pass(SECOND * 301);
    let asked = |door: &Door| door.provider.facts().calls["token"];
    let before = asked(&door);
    for _ in 0..10 {
        assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::OK);
    }
    assert_eq!(asked(&door), before + 1);
    door.pass(SECOND * 31);
    door.ask(&mut browser.clone(), "/p/dev").await;
    assert_eq!(asked(&door), before + 2);
}

#[tokio::test]
async fn an_outage_of_the_provider_does_not_take_the_control_room_away_at_once() {
    let door = Door::new().await;
    let browser = door.signed_in().await;
    door.provider.facts().down = true;
    for minute in [6, 12, 18, 24, 30] {
        door.pass(SECOND * 360);
        assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::OK, "in minute {minute}");
    }
    door.pass(SECOND * 600);
    assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER, "after its time");
}

#[tokio::test]
async fn row_31_a_new_key_is_fetched_once_and_made_up_ones_do_not_have_it_fetched_each_time() {
    let door = Door::new().await;
    door.signed_in().await;
    let fetched = |door: &Door| door.provider.facts().calls["keys"];
    assert_eq!(fetched(&door), 1);
    door.provider.facts().turn_the_key();
    door.signed_in().await;
    assert_eq!(fetched(&door), 2);
    door.provider.facts().lie = Some(Box::new(|header, _| header["kid"] = json!("made-up")));
    for _ in 0..5 {
        let mut browser = Browser::default();
        let there = door.depart(&mut browser, "/p/dev").await;
        assert_eq!(door.back(&mut browser, &there).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(fetched(&door), 2, "not within half a minute");
}

#[tokio::test]
async fn rows_18_and_25_no_token_leaves_the_server_and_the_store_holds_nothing_that_lets_anybody_in() {
    let door = Door::new().await;
    let mut browser = Browser::default();
    let there = door.depart(&mut browser, "/p/dev").await;
    let mut answers = vec![door.back(&mut browser, &there).await];
    for path in ["/p/dev", "/p/dev/switch?to=green", "/p/dev/history"] {
        answers.push(door.ask(&mut browser, path).await);
    }
    let tokens = door.provider.facts().tokens.clone();
    for answer in &answers {
        let all = format!("{:?}{}", answer.headers, String::from_utf8_lossy(&answer.body));
        for token in tokens.iter().map(String::as_str).chain(["an-access-token", "a-refresh-token"]) {
            assert!(!all.contains(token));
        }
    }
    let kept = door.house.world.store.sessions(None).await.expect("the sessions");
    assert_eq!(kept.len(), 1);
    let kept = format!("{kept:?}");
    assert!(!kept.contains(browser.session().expect("a session")) && !kept.contains("a-refresh-token"), "{kept}");
}

#[tokio::test]
async fn teal_behind_a_provider_answers_only_to_its_public_name() {
    let door = Door::new().await;
    for (name, status) in [(HOST, StatusCode::SEE_OTHER), ("localhost:3000", StatusCode::MISDIRECTED_REQUEST)] {
        let mut request = get("/p/dev").body(Body::empty()).expect("a request");
        request.headers_mut().insert(header::HOST, name.parse().expect("a name"));
        assert_eq!(send(&door.router, &mut Browser::default(), request).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn signing_out_may_lead_to_the_provider_and_no_other_form_anywhere_else() {
    let door = Door::new().await;
    let mut browser = door.signed_in().await;
    let page = door.ask(&mut browser, "/p/dev").await;
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains(&format!("form-action 'self' {};", door.provider.issuer)), "{policy}");
}

#[tokio::test]
async fn row_4_where_teal_is_reached_by_tls_the_browser_is_told_to_come_by_nothing_else() {
    let door = Door::new().await;
    let secure = router_at(&door.house, &door.provider, "https://teal.example.com");
    for path in ["/p/dev", "/health", "/pkg/missing.js", "/signed-out"] {
        let mut request = get(path).body(Body::empty()).expect("a request");
        request.headers_mut().insert(header::HOST, "teal.example.com".parse().expect("a name"));
        let answer = send(&secure, &mut Browser::default(), request).await;
        let value = answer.header(header::STRICT_TRANSPORT_SECURITY);
        let age = value
            .strip_prefix("max-age=")
            .and_then(|rest| rest.split(';').next())
            .and_then(|age| age.parse::<u64>().ok());
        assert!(age.is_some_and(|age| age >= 365 * 24 * 3600), "{path}: {value}");
    }
    let answer = door.ask(&mut Browser::default(), "/signed-out").await;
    assert_eq!(answer.header(header::STRICT_TRANSPORT_SECURITY), "", "never over plain HTTP");
}

#[tokio::test]
async fn row_57_signing_in_too_often_is_refused_whatever_a_header_says_of_the_address() {
    let door = Door::new().await;
    let sign_in = async |number: usize, from: [u8; 4]| {
        let mut request = get("/sign-in")
            .header("x-forwarded-for", format!("192.0.2.{number}"))
            .header("forwarded", format!("for=192.0.2.{number}"))
            .body(Body::empty())
            .expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((from, 4711))));
        send(&door.router, &mut Browser::default(), request).await
    };
    let mut answers = Vec::new();
    for number in 0..120 {
        answers.push(sign_in(number, [198, 51, 100, 7]).await);
    }
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).collect();
    // Sixty at once and one a second: a slow machine lets some more in, and never all.
    assert!((1..=60).contains(&refused.len()), "{} of 120", refused.len());
    assert!(refused[0].header(header::RETRY_AFTER).parse::<u64>().is_ok_and(|wait| wait >= 1));
    assert!(refused[0].text().contains("nothing was done"));
    assert_eq!(sign_in(0, [198, 51, 100, 8]).await.status, StatusCode::SEE_OTHER, "others are not held up");
}

#[tokio::test]
async fn row_57_a_script_that_presses_buttons_is_stopped_before_it_fills_the_journal() {
    let door = Door::new().await;
    let (browser, mut refused) = (door.signed_in().await, 0);
    for _ in 0..300 {
        let fields = [("pair", "dev"), ("about", "31"), ("text", "me again")];
        let request = post("/api/fn/note").header(header::ORIGIN, ORIGIN).body(crate::house::form(&fields));
        let answer = send(&door.router, &mut browser.clone(), request.expect("a request")).await;
        refused += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!((1..=60).contains(&refused), "{refused} of 300");
    assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::OK, "reading goes on");
}

#[tokio::test]
async fn row_57_whoever_is_not_known_counts_by_network_and_holds_up_neither_others_nor_who_is_known() {
    let door = Door::new().await;
    let note = async |browser: &mut Browser, from: &str| {
        let fields = [("pair", "dev"), ("about", "31"), ("text", "me again")];
        let mut request =
            post("/api/fn/note").header(header::ORIGIN, ORIGIN).body(crate::house::form(&fields)).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(from.parse().expect("an address"), 4711)));
        let answer = send(&door.router, browser, request).await;
        (answer.status != StatusCode::TOO_MANY_REQUESTS).then(|| answer.header(header::LOCATION).to_owned())
    };
    let mut known = door.signed_in().await;
    let mut refused = 0;
    for number in 1..=300 {
        // One machine has as many addresses as it likes.
        let answered = note(&mut Browser::default(), &format!("2001:db8:0:7::{number:x}")).await;
        assert!(answered.as_ref().is_none_or(|led_on| led_on.starts_with("/sign-in")), "{answered:?}");
        refused += usize::from(answered.is_none());
    }
    assert!((1..=60).contains(&refused), "{refused} of 300");
    for other in ["2001:db8:0:8::1", "198.51.100.7"] {
        let led_on = note(&mut Browser::default(), other).await.expect("another network is not held up");
        assert!(led_on.starts_with("/sign-in"), "{led_on}");
    }
    let led_on = note(&mut known, "2001:db8:0:7::1").await.expect("whoever is known counts by person");
    assert!(led_on.starts_with("/p/dev"), "{led_on}");
}
