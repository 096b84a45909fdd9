//! The switch page shows the switch that is under way, or was a moment ago, as its record does.

use super::{Seen, is_silent_about, says};
use teal_domain::Color;

const REFRESH: &str = "<noscript><meta http-equiv=\"refresh\"";

/// The rows of what followed a flip, as they are drawn.
fn steps(html: &str) -> &str {
    let list = html.split("<ol class=\"after-steps\">").nth(1).expect("what followed");
    list.split("</ol>").next().expect("its end")
}

#[test]
fn the_switch_page_shows_the_same_steps_as_the_record_for_both_sides() {
    for state in ["draining", "owed", "red", "over"] {
        let seen = Seen::state(state);
        for target in Color::BOTH {
            let page = seen.switch(target, None, None);
            assert_eq!(steps(&page), steps(&seen.record()), "{state}, {target}");
            says(&page, "The switch to Blue");
            says(&page, "Green gets Airflow 3.0.6 tonight");
            says(&page, "Intent written");
            says(&page, "Pickup");
        }
    }
    for quiet in ["live", "external", "first-day", "pause-standby"] {
        let page = Seen::state(quiet).switch(Color::Blue, None, None);
        is_silent_about(&page, "The switch to ");
    }
}

#[test]
fn it_is_taken_back_by_the_form_of_the_page_where_that_is_the_one() {
    let seen = Seen::state("red");
    let here = seen.switch(Color::Green, None, None);
    assert!(here.contains("href=\"#confirm\" class=\"button primary\"") && here.contains("id=\"confirm\""), "{here}");
    let there = seen.switch(Color::Blue, None, None);
    assert!(there.contains("href=\"/p/dev/switch?to=green\" class=\"button primary\""), "{there}");
    is_silent_about(&Seen::state("over").switch(Color::Green, None, None), "Take it back");
}

#[test]
fn without_script_it_loads_itself_again_only_where_nobody_fills_in_a_form() {
    for state in ["draining", "owed", "red"] {
        let seen = Seen::state(state);
        assert!(seen.switch(Color::Blue, None, None).contains(REFRESH), "{state}: nothing to fill in");
        let form = seen.switch(Color::Green, None, None);
        assert!(!form.contains(REFRESH), "{state}: what is typed would be lost");
        says(&form, "How it goes now");
    }
    assert!(!Seen::state("over").switch(Color::Blue, None, None).contains(REFRESH));
    for state in ["under-way", "unknown"] {
        let form = Seen::state(state).switch(Color::Blue, None, None);
        assert!(!form.contains(REFRESH), "{state}");
        says(&form, "The switch to Blue");
    }
}

#[test]
fn the_page_is_fetched_anew_for_the_same_side_whichever_is_live_by_then() {
    let mut seen = Seen::state("draining");
    let from = |html: &str| {
        let island = html.split("data-component=\"LiveBadge").nth(1).expect("the badge");
        island.split("data-props=").nth(1).expect("its properties").split('>').next().expect("an end").to_owned()
    };
    assert!(from(&seen.switch(Color::Green, None, None)).contains("/p/dev/switch?to=green"));
    seen.query = "to=green&reason=half+typed".into();
    let query = teal_app::paths::SwitchQuery::parse(&seen.query);
    let offer = super::fixtures::offer(&seen.pair, Color::Green);
    let html = teal_app::render::switch(&seen.view(), Color::Green, offer, query, None).html;
    assert!(from(&html).contains("reason=half+typed"), "what was typed is kept: {}", from(&html));
}

#[test]
fn the_pairs_runbook_is_where_it_is_needed() {
    let link = |label: &str, address: &str| {
        format!("<a href=\"https://wiki.example/{address}\" rel=\"noreferrer\" class=\"runbook\">{label}</a>")
    };
    let own = link("Runbook", "analytics-dev");
    for (state, count) in [("missing", 1), ("invalid", 1), ("unknown", 1), ("owed", 1), ("red", 0), ("draining", 0)] {
        let html = Seen::state(state).overview();
        assert_eq!(html.matches(&own).count(), count, "{state}: {html}");
    }
    for state in ["draining", "owed", "red", "over"] {
        let seen = Seen::state(state);
        assert!(seen.record().contains(&own), "{state}");
        assert!(seen.switch(Color::Green, None, None).contains(&format!("</h1>{own}")), "{state}: near the head");
    }
    let guard = link("Runbook for tasks-failed", "tasks-failed");
    let red = Seen::state("red");
    for html in [red.overview(), red.record(), red.switch(Color::Green, None, None)] {
        assert!(html.contains(&guard), "the guard's own: {html}");
    }
    let mut without = Seen::state("red");
    without.pair.policy.runbook_url = None;
    without.pair.policy.guards.clear();
    assert!(!without.record().contains("class=\"runbook\""));
}
