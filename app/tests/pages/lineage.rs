//! The page of lineage.

use teal_app::render;
use teal_domain::{Color, PairSnapshot, Timestamp, lineage::Continuity};

use crate::{
    Seen, fixtures,
    fixtures::{NOW, lineages},
    is_silent_about, says,
};

fn seen(name: &str) -> Seen {
    Seen::of(lineages::states().into_iter().find(|(state, _)| *state == name).expect("a state").1)
}

fn page(name: &str) -> String {
    render::lineage(&seen(name).view()).html
}

#[test]
fn after_a_switch_the_page_tells_what_ran_before_and_has_not_run_since() {
    let html = page("well");
    says(&html, "12 jobs ran under Blue in the 31 days before it; 9 have run under Green since, 3 not yet.");
    says(&html, "Of those that have run since, 1 failed the last time.");
    let (before, after) = html.split_once("id=\"not-yet\"").expect("a list");
    let list = after.split_once("</ul>").expect("its end").0;
    for dag in ["ledger_close", "marketing.attribution", "returns"] {
        let address = format!("https://marquez.example.com/lineage/job/mwaa-openlineage-blue-dev/{dag}\"");
        assert!(list.contains(&address), "{dag}: {list}");
    }
    assert!(!list.contains("orders") && before.contains("id=\"continuity\""));
    says(&page("all-went-on"), "12 jobs ran under Blue in the 31 days before it; 12 have run under Green since.");
    assert!(!page("all-went-on").contains("not-yet"));
}

#[test]
fn not_yet_deserves_attention_only_when_a_day_is_over() {
    let mark = |name| {
        let html = page(name);
        let told = html.split_once("id=\"continuity\"").expect("a card").1;
        told.split_once("<p class=\"lead-line\"").expect("a line").1.split_once("</p>").expect("its end").0.to_owned()
    };
    assert!(mark("well").contains("mark-attention"), "{}", mark("well"));
    assert!(mark("just-switched").contains("mark-plain"), "{}", mark("just-switched"));
    assert!(mark("all-went-on").contains("mark-good"), "{}", mark("all-went-on"));
}

#[test]
fn row_13_jobs_and_datasets_lead_to_their_pages_at_the_configured_address_and_nowhere_else() {
    let html = page("well");
    assert!(html.contains("href=\"https://marquez.example.com/lineage/job/mwaa-openlineage-green-dev/orders.load\""));
    assert!(html.contains("href=\"https://marquez.example.com/lineage/dataset/s3%3A%2F%2Flake/marts%2Forders\""));
    assert!(html.contains("href=\"https://marquez.example.com/events\""));
    // What Teal asks is not what people open.
    assert!(!html.contains("href=\"http://marquez.internal"), "{html}");
    let html = page("load-balancer");
    assert!(!html.contains("/lineage/job/"), "without a configured address no name becomes one");
}

#[test]
fn an_internal_load_balancer_is_named_with_the_way_to_it() {
    let html = page("load-balancer");
    let host = "internal-mwaa-openlineage-marquez-dev-1234567890.us-east-2.elb.amazonaws.com";
    assert!(html.contains(&format!("href=\"http://{host}:3000\"")), "{html}");
    says(&html, "aws ssm start-session --region us-east-2 --target i-0a1b2c3d4e5f67890");
    says(&html, &format!("--parameters host={host},portNumber=3000,localPortNumber=3000"));
    let mut seen = seen("load-balancer");
    let platform = std::sync::Arc::make_mut(&mut seen.pair.platform);
    let mut found = platform.balancer.value().expect("one").clone();
    found.found.as_mut().expect("one").1.dns = "x.example/\"onclick=alert(1)".into();
    platform.balancer.succeed(found, NOW);
    let html = render::lineage(&seen.view()).html;
    assert!(!html.contains("onclick") && !html.contains("Open Marquez"), "{html}");
    says(&html, "Teal is not told where people open it.");
}

#[test]
fn where_nothing_is_configured_the_page_says_what_to_write() {
    let html = page("not-configured");
    says(&html, "[pair.lineage]");
    says(&html, "api_url = \"http://marquez.internal:5000\"");
    is_silent_about(&html, "Jobs of");
    let html = page("health-only");
    says(&html, "jobs, events and continuity are not read");
    says(&html, "Marquez is well");
}

#[test]
fn what_was_read_before_it_went_away_stands_as_what_it_is() {
    let html = page("away");
    says(&html, "Marquez could not be asked for 11 min");
    says(&html, "it did not answer in 3 s.");
    says(&html, "12 jobs ran under Blue");
    says(&html, "Could not be read");
    let html = page("away-from-the-first");
    says(&html, "never read");
    is_silent_about(&html, "jobs ran under Blue");
    says(&page("stale"), "Marquez was not asked lately");
    says(&page("unread"), "Marquez was not asked yet");
    says(&page("ill"), "Marquez does not reach its database");
    says(&page("ill"), "Connection to marquez-db.internal:5432 refused.");
}

#[test]
fn where_the_namespaces_are_empty_the_others_are_named() {
    let html = page("empty");
    says(&html, "No job ran under Blue in the 31 days before it");
    says(&html, "not there: nothing has written into it");
    says(&html, "food_delivery");
    says(&html, "No event has come in the last seven days");
}

#[test]
fn events_of_a_day_stand_as_numbers_beside_their_bar() {
    let html = page("well");
    let days = html.split_once("class=\"days\"").expect("a table").1.split_once("</table>").expect("its end").0;
    assert_eq!(days.matches("<svg").count(), 7);
    assert!(days.contains(">1333<") && days.contains(">41<") && days.contains("Fri 27 Nov"), "{days}");
    says(&page("early"), "This version of Marquez only counts them");
    is_silent_about(&page("early"), "Aborted");
}

#[test]
fn where_not_all_jobs_were_read_that_is_said_and_nothing_is_guessed() {
    let html = page("cut");
    says(&html, "of 4100");
    says(&html, "Teal reads a thousand");
    says(&html, "it cannot be told");
    says(&html, "2 jobs were left out");
}

#[test]
fn both_sides_in_one_namespace_are_told_apart_by_nothing() {
    let html = page("one-namespace");
    says(&html, "Both sides write into one namespace");
    is_silent_about(&html, "ran under Blue");
}

#[test]
fn row_16_names_from_the_lineage_service_stay_text_and_lead_nowhere_else() {
    let mut seen = seen("hostile");
    let found = Continuity::of(&seen.pair.lineage, Color::Green, seen.pair.live_since.expect("a switch"));
    assert_eq!(found.expect("both").not_yet.len(), 6, "each of them is shown");
    let html = render::lineage(&seen.view()).html;
    assert_eq!(html.matches("<script").count(), 3, "theme, prefetch, hydration, and nothing else: {html}");
    assert!(!html.contains("<img") && !html.contains("style=\"") && !html.contains('\u{202e}'), "{html}");
    for link in html.split("href=\"").skip(1) {
        let address = link.split('"').next().unwrap_or_default();
        let ours = address.starts_with('/') || address.starts_with('#');
        assert!(ours || address.starts_with("https://marquez.example.com"), "{address}");
        assert!(!address.contains("/../") && !address.ends_with("/.."), "{address}");
    }
    seen.pair.live_since = None;
    is_silent_about(&render::lineage(&seen.view()).html, "took over");
}

#[test]
fn the_overview_has_a_line_where_lineage_is_read_and_none_where_it_is_not() {
    let line = |pair: PairSnapshot| {
        let html = Seen::of(pair).overview();
        html.matches("href=\"/p/dev/lineage\"").count()
    };
    // The entry of the navigation is always there.
    assert_eq!((line(fixtures::green_is_live()), line(seen("well").pair)), (1, 2));
    let html = seen("well").overview();
    says(&html, "Marquez is well");
    says(&html, "9 of 12 jobs have run since the switch");
}

#[test]
fn the_record_of_the_latest_switch_leads_to_whether_lineage_went_on() {
    let seen = seen("well");
    let records = |seq: u64, seen: &Seen| {
        let found = seen.pair.recent.iter().chain(&seen.pair.current).find(|record| record.seq == seq);
        let detail = fixtures::detail(found.expect("a record"));
        render::record(&seen.view(), &detail).html.contains("href=\"/p/dev/lineage#continuity\"")
    };
    let current = seen.pair.current.as_ref().expect("a switch").seq;
    assert!(records(current, &seen));
    let older = seen.pair.recent.iter().find(|record| record.seq != current).expect("another").seq;
    assert!(!records(older, &seen));
    let mut bare = Seen::of(fixtures::green_is_live());
    bare.pair.live_since = Some(Timestamp(0));
    assert!(!records(current, &bare), "nothing is read there");
}
