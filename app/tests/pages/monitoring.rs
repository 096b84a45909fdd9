//! The page of alarms, charts and availability, in its states.

use teal_app::render;
use teal_domain::{
    metrics::{Chart, Name},
    monitoring::Span,
};

use crate::{
    Seen,
    fixtures::watched::{self, Watched},
    is_silent_about, says,
};

fn page(change: impl FnOnce(&mut Watched), name: &str) -> String {
    let mut state = watched::states().into_iter().find(|state| state.name == name).expect("a state");
    change(&mut state);
    let seen = Seen::of(state.pair);
    render::monitoring(&seen.view(), state.query, &state.month).html
}

fn html(name: &str) -> String {
    page(|_| {}, name)
}

/// A part of the page, by its `data-region`, as a body of its own.
fn region(html: &str, name: &str) -> String {
    let rest = html.split(&format!("data-region=\"{name}\"")).nth(1).expect("the region");
    format!("<body{}", rest.split("data-region=").next().unwrap_or_default())
}

#[test]
fn what_rings_comes_first_then_what_is_missing_with_its_snippet() {
    let html = html("findings");
    let alarms = &region(&html, "alarms");
    says(alarms, "1 in alarm · 4 missing");
    let at = |word: &str| alarms.find(word).unwrap_or_else(|| panic!("no {word}: {alarms}"));
    assert!(at("Response time, API") < at("CloudFormation to copy"));
    assert!(at("CloudFormation to copy") < at("Replica lag"), "what cannot be told comes after what is missing");
    assert!(
        alarms.contains("Value: &quot;mwaa-openlineage-blue-dev&quot;")
            || alarms.contains("Value: \"mwaa-openlineage-blue-dev\""),
        "{alarms}"
    );
    says(alarms, "tells nobody");
    says(alarms, "rds:DescribeDBClusters");
    assert!(alarms.contains("A template with all 4 that are missing"), "{alarms}");
}

#[test]
fn where_all_is_well_nothing_is_asked_for() {
    let html = html("well");
    is_silent_about(&region(&html, "alarms"), "missing");
    assert!(!html.contains("CloudFormation"), "there is nothing to copy");
    says(&region(&html, "availability"), "No time was lost");
}

#[test]
fn a_chart_says_its_latest_values_in_words_and_has_its_numbers_in_a_table() {
    let html = html("findings");
    let charts = &region(&html, "charts");
    let of = |title: &str| charts.split("<figure").find(|figure| figure.contains(title)).expect("a chart");
    let beats = of("Scheduler heartbeats, a minute");
    assert!(beats.contains("role=\"img\"") && beats.contains("<title id=") && beats.contains("<desc id="), "{beats}");
    assert!(beats.contains("Blue: ") && beats.contains("Green: "), "the description names both");
    assert!(beats.contains("line line-blue") && beats.contains("line line-green"));
    assert!(beats.contains("<table>") && beats.contains("none"), "blue was silent for a while: {beats}");
    let green = beats.split("line line-green").nth(1).expect("a line");
    assert_eq!(green.split("\"></path>").next().expect("a stroke").matches('M').count(), 1, "green has no gap");
    let blue = beats.split("line line-blue").nth(1).expect("a line");
    assert_eq!(blue.split("\"></path>").next().expect("a stroke").matches('M').count(), 2, "blue has one");
}

#[test]
fn what_could_not_be_read_or_does_not_exist_is_said_in_the_place_of_its_chart() {
    let findings = html("findings");
    says(&region(&findings, "charts"), "The database could not be read: rds:DescribeDBClusters is not allowed");
    let nothing = html("no-data");
    says(&region(&nothing, "charts"), "There is no load balancer by the name of mwaa-openlineage-marquez-dev.");
    says(&region(&nothing, "charts"), "CloudWatch has no point of it in this time.");
    says(&region(&nothing, "alarms"), "not applicable");
}

#[test]
fn before_anything_was_read_the_page_says_so_and_comes_again_by_itself() {
    let html = html("never");
    says(&html, "The alarms are being read");
    says(&html, "The charts are being read");
    assert!(html.contains("<noscript><meta http-equiv=\"refresh\""), "without script it is loaded again");
    says(&region(&html, "availability"), "Nothing was observed");
    assert!(!page(|_| {}, "well").contains("http-equiv=\"refresh\""));
}

#[test]
fn a_missing_permission_is_named_and_not_waited_for() {
    let html = html("denied");
    says(&html, "cloudwatch:DescribeAlarms is not allowed for these credentials");
    says(&html, "cloudwatch:GetMetricData is not allowed for these credentials");
    is_silent_about(&html, "being read");
    assert!(!html.contains("http-equiv=\"refresh\""));
}

#[test]
fn what_is_old_is_shown_as_old_with_its_cause() {
    let html = html("stale");
    let charts = &region(&html, "charts");
    says(charts, "CloudWatch did not answer in 20 s.");
    says(charts, "What is shown is what was read before.");
    assert!(charts.contains("class=\"plot\""), "the last good reading stays");
}

#[test]
fn lost_and_unobserved_minutes_are_told_apart() {
    let html = html("findings");
    let month = &region(&html, "availability");
    says(month, "Availability in November 2026, so far");
    says(month, "Not observed");
    says(month, "The environment was UNAVAILABLE.");
    says(month, "It goes on.");
    assert!(month.contains("month=2026-10") && !month.contains("month=2026-12"), "there is no month to come");
    let october = self::html("no-data");
    assert!(region(&october, "availability").contains("month=2026-11"));
    says(&self::html("store-away"), "The journal cannot be read.");
}

#[test]
fn the_span_is_in_the_address_and_the_page_follows_it() {
    let html = html("week");
    for span in Span::ALL {
        assert!(html.contains(&format!("/p/dev/monitoring?span={}", span.as_str())), "{span:?}");
    }
    let current = html.split("?span=7d").nth(1).expect("a link");
    assert!(current.split('>').next().is_some_and(|tag| tag.contains("aria-current")), "{current:.80}");
}

#[test]
fn a_name_that_holds_markup_stays_text() {
    let hostile = "<script>alert(1)</script>";
    let html = page(
        |state| {
            state.pair.names.blue = hostile.into();
            let known = std::sync::Arc::make_mut(&mut state.pair.monitoring);
            let mut drawn = known.charts(Span::Hour).value().expect("charts").as_ref().clone();
            let rename = |chart: &mut Chart| chart.lines[0].name = Name::Called(hostile.into());
            drawn.charts.iter_mut().filter(|chart| !chart.lines.is_empty()).for_each(rename);
            known.charts_mut(Span::Hour).succeed(drawn.into(), crate::NOW);
        },
        "findings",
    );
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("&lt;script&gt;alert"));
}
