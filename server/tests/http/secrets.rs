//! Secrets are planted everywhere, everything is done that carries them, and then they are looked for.

use std::time::Duration;

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use teal_domain::{Color, policy::Policy};
use teal_server::{
    aws::{airflow::Dialect, mwaa},
    engine::observe,
    log::Format,
};

use crate::{
    api::sent,
    crawl::ROUTES,
    door::{Browser, Door, said, send},
    house::{House, ORIGIN, form, get, post, sealed},
    live::Stream,
    log::Log,
    provider::SECRET,
    support::airflow::world::Side,
};

/// Everything that must stay where it is, with what it is.
#[derive(Debug, Default)]
struct Planted(Vec<(&'static str, String)>);

impl Planted {
    fn plant(&mut self, what: &'static str, secret: &str) {
        assert!(secret.len() >= 6, "{what} would be found anywhere: {secret}");
        self.0.push((what, secret.to_owned()));
    }

    fn are_not_in(&self, place: &str, text: &str) {
        for (what, secret) in &self.0 {
            assert!(!text.contains(secret.as_str()), "{what} is in {place}: {}", around(text, secret));
        }
    }
}

fn around(text: &str, secret: &str) -> String {
    let line = text.lines().find(|line| line.contains(secret)).unwrap_or_default();
    line.chars().take(600).collect()
}

#[tokio::test]
async fn row_55_what_signing_in_switching_and_failing_carry_is_in_no_log_and_not_in_the_store() {
    let mut planted = Planted::default();
    for format in [Format::Pretty, Format::Json] {
        let (log, _guard) = Log::catch("trace", format);
        let door = Door::new().await;
        let mut browser = Browser::default();

        let there = door.depart(&mut browser, "/p/dev").await;
        let state = said(&there, "state");
        planted.plant("the state", &state);
        planted.plant("the nonce", &said(&there, "nonce"));
        planted.plant("the cookie of the way there", &browser.0[0].1);
        let answer = door.back(&mut browser, &there).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let session = browser.session().expect("a session").to_owned();
        planted.plant("the session", &session);
        planted.plant("the client's secret", SECRET);
        planted.plant("the code", "a-code");
        planted.plant("the access token", "an-access-token");
        planted.plant("the refresh token", "a-refresh-token");

        // A page, a switch, a repeat of it, a note, and all that can be refused.
        let page = door.ask(&mut browser, "/p/dev/switch?to=green").await.text();
        let confirmation = sealed(&page);
        planted.plant("the confirmation's seal", confirmation.rsplit('.').next().expect("a seal"));
        let switch = async |confirmation: &str, typed: &str| {
            let fields = [
                ("pair", "dev"),
                ("to", "green"),
                ("confirmation", confirmation),
                ("typed", typed),
                ("reason", "a rehearsal"),
            ];
            let request = post("/api/fn/switch").header(header::ORIGIN, ORIGIN).body(form(&fields));
            send(&door.router, &mut browser.clone(), request.expect("a request")).await
        };
        for (confirmation, typed) in [(&*confirmation, "gren"), ("x", "green"), (&*confirmation, "green")] {
            switch(confirmation, typed).await;
        }
        assert_eq!(door.house.world.ssm.puts().len(), 1);
        // The way back again, a made-up one, and one with a code that the provider refuses.
        door.back(&mut browser.clone(), &there).await;
        let again = door.depart(&mut Browser::default(), "/p/dev").await;
        planted.plant("another state", &said(&again, "state"));
        // A refresh; then one that the provider cannot answer, and one that it refuses.
        door.pass(Duration::from_secs(301));
        assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::OK);
        door.provider.facts().down = true;
        door.pass(Duration::from_secs(301));
        assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::OK);
        (door.provider.facts().down, door.provider.facts().disabled) = (false, true);
        door.pass(Duration::from_secs(301));
        assert_eq!(door.ask(&mut browser.clone(), "/p/dev").await.status, StatusCode::SEE_OTHER);
        for token in door.provider.facts().tokens.clone() {
            planted.plant("an ID token", &token);
        }
        let request = post("/sign-out").header(header::ORIGIN, ORIGIN).body(Body::empty()).expect("a request");
        send(&door.router, &mut browser, request).await;

        let text = log.text();
        for (what, says) in [("the sign-in", "signed in"), ("the outage", "cannot be asked"), ("trace", "TRACE")] {
            assert!(format != Format::Pretty || what == "trace" || text.contains(says), "{what} is logged: {text}");
        }
        planted.are_not_in("the log", &text);
        let kept = bytes_of_the_store(&door).await;
        // Where a browser is on its way, what it must bring back is kept: hashed, but for the nonce that the token
        // holds and the verifier, which lets nobody in without the code.
        let secret = planted.0.iter().filter(|(what, _)| *what != "the nonce").cloned().collect();
        Planted(secret).are_not_in("the store", &kept);
    }
}

/// Configuration options as people set them: the value of most is a secret, or may be one.
fn set_up(color: Color) -> aws_sdk_mwaa::types::Environment {
    aws_sdk_mwaa::types::Environment::builder()
        .name(format!("mwaa-openlineage-{color}-dev"))
        .status(aws_sdk_mwaa::types::EnvironmentStatus::Available)
        .airflow_version("3.0.6")
        .airflow_configuration_options("custom.environment_color", color.as_str())
        .airflow_configuration_options("smtp.smtp_password", format!("a-planted-password-of-{color}"))
        .airflow_configuration_options("secrets.backend_kwargs", r#"{"token": "a-planted-token"}"#)
        .airflow_configuration_options("custom.environment_color_key", "a-planted-key")
        .build()
}

#[tokio::test]
async fn row_55_what_environments_and_airflows_keep_secret_reaches_nobody_by_stream_page_or_api() {
    let (house, _airflow) = House::with_airflows(Policy::default(), |airflow| {
        let build = |side: &mut Side| {
            side.connection("warehouse").variable("threshold");
            side.dag("orders");
        };
        airflow.side("mwaa-openlineage-blue-dev", Dialect::Three, build).side(
            "mwaa-openlineage-green-dev",
            Dialect::Two,
            build,
        )
    })
    .await;
    let (teal, now) = (&house.teal, house.teal.engine.clock.now());
    let mut stream = Stream::at(&house.router, get("/p/dev/live").body(Body::empty()).expect("a request")).await;
    let mut answers = vec![("the first word of the stream".to_owned(), stream.text().await.expect("an event"))];
    observe::look(&teal.engine, &teal.pair, Duration::from_secs(5)).await;
    house.post("/api/fn/diagnose", &[("pair", "dev")]).await;
    teal.engine.board.update(teal.pair.id(), now, |known| {
        known.blue.succeed(mwaa::told(set_up(Color::Blue), "blue"), now);
        known.green.succeed(mwaa::told(set_up(Color::Green), "green"), now);
    });
    for number in 0..3 {
        answers.push((format!("word {number} of the stream"), stream.text().await.expect("an event")));
    }
    let again = get("/p/dev/live").body(Body::empty()).expect("a request");
    let whole = Stream::at(&house.router, again).await.text().await.expect("an event");
    assert!(whole.contains("smtp.smtp_password") && whole.contains("backend_kwargs"), "all is in it: {whole}");
    answers.push(("the whole of it in one word".to_owned(), whole));
    for (path, _) in ROUTES {
        answers.push((path.to_owned(), String::from_utf8_lossy(&house.get(path).await.body).into_owned()));
    }
    let plan = house.send(sent("/api/v1/pairs/dev/plans", None, r#"{"target":"green"}"#)).await.text();
    assert!(plan.contains("smtp.smtp_password"), "that it differs is told: {plan}");
    assert!(!plan.contains("secrets.backend_kwargs"), "what is the same on both sides is no difference: {plan}");
    answers.push(("a plan".to_owned(), plan));
    for (what, text) in answers {
        assert!(!text.contains("planted"), "{what}: {}", around(&text, "planted"));
    }
}

/// The files of the store as they lie on the disk, deleted pages included.
async fn bytes_of_the_store(door: &Door) -> String {
    door.house.world.store.close().await;
    let mut all = String::new();
    for file in std::fs::read_dir(door.house.folder.path()).expect("the folder") {
        let path = file.expect("a file").path();
        if path.is_file() {
            all.push_str(&String::from_utf8_lossy(&std::fs::read(path).expect("read")));
        }
    }
    all
}
