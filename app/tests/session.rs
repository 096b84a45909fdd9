//! What pages say of their reader's session, as the server draws them.

#[path = "../examples/gallery/fixtures.rs"]
mod fixtures;

use fixtures::{NOW, ana, dev};
use teal_app::{
    desk::{Ending, Identity, Outage},
    paths::SwitchQuery,
    render::{self, Assets, View},
};
use teal_domain::{
    Color, Grants, Millis, Role,
    access::{Grant, Scope},
    history::HistoryQuery,
};

fn signed_in() -> Identity {
    Identity { signed_in: true, ..ana() }
}

fn about_to_end(ending: Ending) -> Identity {
    Identity { ending: Some(ending), ..signed_in() }
}

/// A page that is about to be drawn.
fn with_view<T>(who: &Identity, draw: impl FnOnce(&View<'_>) -> T) -> T {
    let assets = Assets {
        js: "/pkg/teal.js".into(),
        wasm: "/pkg/teal.wasm".into(),
        css: "/pkg/teal.css".into(),
        reports: "/pkg/reports.css".into(),
    };
    let snapshot = fixtures::snapshot(fixtures::green_is_live());
    draw(&View { assets: &assets, who, snapshot, pair: dev(), now: NOW, path: "/p/dev/history", query: "kind=switch" })
}

fn drawn(who: &Identity) -> String {
    let page = fixtures::page(&fixtures::green_is_live());
    with_view(who, |view| render::history(view, &HistoryQuery::default(), &page).html)
}

/// The bars that come and go, not those that wait for the script.
fn bars(html: &str) -> String {
    let bars = &html[html.find("data-region=\"bars\"").expect("bars")..];
    // Leptos marks where two texts meet.
    bars[..bars.find("class=\"bars over\"").expect("their end")].replace("<!>", "")
}

#[test]
fn a_session_about_to_end_is_told_with_its_time_and_what_keeps_it() {
    let html = drawn(&about_to_end(Ending::Unused(NOW + Millis::from_secs(245))));
    let bars = bars(&html);
    for says in [
        "in 4 min",
        ", at 12:24:36 UTC",
        "data-at=\"1795782276400\"",
        "<a href=\"/p/dev/history?kind=switch\" data-way=\"stay\">Stay signed in</a>",
    ] {
        assert!(bars.contains(says), "{says:?} is not in {bars}");
    }
    assert!(!bars.contains("however much"));
}

#[test]
fn the_end_that_use_does_not_put_off_leads_to_signing_in_again_and_back() {
    let html = drawn(&about_to_end(Ending::InAnyCase(NOW + Millis::from_secs(30))));
    let bars = bars(&html);
    assert!(bars.contains("in 30 s") && bars.contains("however much it is used"), "{bars}");
    let way = "<a href=\"/sign-in?next=%2Fp%2Fdev%2Fhistory%3Fkind%3Dswitch\" data-way=\"again\">Sign in again</a>";
    assert!(bars.contains(way), "{bars}");
    assert!(!bars.contains("data-way=\"stay\""), "it would not help: {bars}");
}

#[test]
fn nothing_is_said_of_a_session_that_lasts_and_none_is_promised_to_who_has_none() {
    let html = drawn(&signed_in());
    assert!(!html.contains("Your session ends"));
    // Ready for the script, which alone learns of the end.
    for waits in ["over-ended", "over-denied", "What you typed is still here", "data-standing=\""] {
        assert!(html.contains(waits), "{waits}");
    }
    let html = drawn(&ana());
    for none in ["Your session", "over-ended", "data-standing", "data-way"] {
        assert!(!html.contains(none), "{none}: nobody signs in here");
    }
}

#[test]
fn forms_say_which_of_their_fields_go_along_and_never_the_confirmation() {
    let pair = fixtures::green_is_live();
    let offer = fixtures::offer(&pair, Color::Blue);
    let switch =
        with_view(&signed_in(), |view| render::switch(view, Color::Blue, offer, SwitchQuery::default(), None).html);
    assert!(switch.contains("data-kept=\"to reason change_ref\""));
    let record = with_view(&signed_in(), |view| render::record(view, &fixtures::detail(&pair.recent[0])).html);
    assert!(record.contains("data-kept=\"text\""));
    assert!(drawn(&signed_in()).contains("data-kept=\"kind color actor from until\""));
}

#[test]
fn what_a_page_rests_on_is_another_word_for_other_roles_ends_people_and_an_absent_provider() {
    let viewer = Grants::from_iter([Grant { role: Role::Viewer, scope: Scope::All }]);
    let elsewhere = "prod".parse().expect("a pair");
    let elsewhere = Grants::from_iter([Grant { role: Role::Viewer, scope: Scope::Only([elsewhere].into()) }]);
    let mut ben = signed_in();
    ben.actor.name = "ben".into();
    let all = [
        signed_in(),
        Identity { grants: viewer, ..signed_in() },
        Identity { grants: elsewhere, ..signed_in() },
        Identity { in_outage: Outage::EmergencyGoes, ..signed_in() },
        about_to_end(Ending::Unused(NOW)),
        about_to_end(Ending::Unused(NOW + Millis(1))),
        ben,
    ];
    let words: std::collections::BTreeSet<String> = all.iter().map(|who| who.standing(&dev())).collect();
    assert_eq!(words.len(), all.len(), "{words:?}");
    assert_eq!(signed_in().standing(&dev()), signed_in().standing(&dev()));
    assert!(words.iter().all(|word| ![teal_app::paths::ENDED, teal_app::paths::DENIED].contains(&word.as_str())));
}
