//! The page of the topology, and the line about it on the overview.

use std::sync::Arc;
use teal_app::render;
use teal_domain::{
    Color,
    topology::{Part, Topology},
};

use crate::{NOW, Seen, says, text};

fn page(state: &str) -> String {
    render::topology(&Seen::state(state).view()).html
}

/// The row of a part in the table, as text.
fn row(html: &str, part: Part) -> String {
    let id = format!("<tr id=\"part-{}\"", part.as_str());
    let rest = &html[html.find(&id).unwrap_or_else(|| panic!("no row of {part:?}"))..];
    text(&format!("<body>{}", &rest[..rest.find("</tr>").expect("an end")]))
}

/// The link of a part in the picture: its label.
fn label(html: &str, part: Part) -> String {
    let href = format!("href=\"#part-{}\"", part.as_str());
    let at = html.find(&href).unwrap_or_else(|| panic!("no {part:?} in the picture"));
    let tag = &html[html[..at].rfind("<a ").expect("a link")..];
    let tag = &tag[..tag.find('>').expect("an end")];
    let (_, label) = tag.split_once("aria-label=\"").expect("a label");
    label[..label.find('"').expect("an end")].to_owned()
}

#[test]
fn each_mode_is_named_with_what_the_tag_and_config_say() {
    for mode in ["full-ha", "blue-green", "ha-marquez", "standard"] {
        let html = page(mode);
        says(&html, &format!("What exists is {mode}: "));
        says(&html, &format!("The tag DeploymentMode: {mode}Config: {mode}"));
        assert!(!html.contains("What was said is not what exists"), "{mode}");
    }
    let html = page("said-otherwise");
    says(&html, "What was said is not what exists");
    says(
        &html,
        "Config says full-ha, and what exists is blue-green: one instance for the lineage service, and no group.",
    );
}

#[test]
fn the_picture_and_the_table_say_the_same_of_every_part() {
    for state in ["full-ha", "full-ha-ill", "full-ha-denied", "full-ha-old", "standard", "unread", "live"] {
        let seen = Seen::state(state);
        let (html, topology) = (page(state), Topology::of(&seen.pair, NOW));
        for node in &topology.nodes {
            let (row, label) = (row(&html, node.part), label(&html, node.part));
            let label = label.replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&");
            let row = row.replace("&#x27;", "'").replace("&amp;", "&");
            assert!(row.contains(node.health.as_str()) && row.contains(&node.reason), "{state}: {row}");
            assert!(label.contains(node.health.as_str()) && label.contains(&node.reason), "{state}: {label}");
            assert!(label.starts_with(node.part.title()), "{label}");
        }
        for part in &topology.absent {
            assert!(!html.contains(&format!("id=\"part-{}\"", part.as_str())), "{state} {part:?}");
        }
    }
}

#[test]
fn the_live_side_is_lit_in_words_too() {
    let html = page("full-ha");
    assert!(label(&html, Part::Environment(Color::Green)).starts_with("Green environment, live: healthy."));
    assert!(label(&html, Part::Environment(Color::Blue)).starts_with("Blue environment, standby: healthy."));
    assert!(row(&html, Part::Environment(Color::Green)).contains("live"));
    says(&html, "Green is live: what it uses is drawn with a full line.");
    says(&page("missing"), "No side is live.");
}

#[test]
fn a_missing_permission_is_told_with_its_action_on_the_part_and_fails_no_page() {
    let html = page("full-ha-denied");
    assert!(row(&html, Part::Nat).contains("ec2:DescribeNatGateways is not allowed"), "{}", row(&html, Part::Nat));
    says(&html, "2 unknown: NAT gateways, Database secret");
    says(&html, "NAT gatewaysnot checked");
    says(&html, "VPC not read");
}

#[test]
fn what_would_take_both_sides_down_is_told_with_what_mends_it() {
    let html = page("full-ha-field");
    says(&html, "What would take both sides down");
    says(&html, "NAT gatewayswouldThere is one.");
    says(&html, "AWS may do its maintenance on both sides at the same time, SUN:03:30 UTC.");
    says(&html, "Give the sides different windows");
    assert!(!text(&page("full-ha")).contains("wouldThere"), "nothing would, where all is well");
    says(&page("standard"), "What would take all of it down");
}

#[test]
fn a_platform_of_one_side_says_what_blue_green_would_add_and_cost() {
    let html = page("standard");
    says(&html, "There is no second side here, and so no switch.");
    says(&html, "It would cost about $364 a month more.");
    says(&html, "By AWS's list prices for us-east-1");
    says(&html, "No second environment");
    assert!(!page("full-ha").contains("no second side"));
}

#[test]
fn where_nothing_was_read_the_page_says_so_and_keeps_every_place() {
    let html = page("live");
    says(&html, "How it is deployed is not known yet.");
    assert!(row(&html, Part::Nat).contains("It has not been read yet."));
    assert!(row(&html, Part::Nat).contains("Read never"));
    assert_eq!(html.matches("class=\"box\"").count(), Part::ALL.len());
}

#[test]
fn a_switch_under_way_is_told_at_the_flag() {
    let html = page("full-ha-switching");
    assert!(row(&html, Part::Flag).contains("A switch to Blue is under way."), "{}", row(&html, Part::Flag));
}

#[test]
fn the_overview_says_how_the_platform_is_and_leads_to_the_picture() {
    let overview = |state: &str| Seen::state(state).overview();
    says(&overview("full-ha"), "Platform: all wellTopology");
    says(&overview("full-ha-field"), "Platform: 1 degraded: NAT gatewaysTopology");
    says(&overview("full-ha-ill"), "Platform: 1 down: Lineage database");
    assert!(overview("full-ha").contains("href=\"/p/dev/topology\""));
}

#[test]
fn what_aws_names_stays_text_in_picture_and_table() {
    let mut seen = Seen::state("full-ha");
    let hostile = "</title><script>alert(1)</script>\"><img src=x>".to_owned();
    seen.pair.names.blue.clone_from(&hostile);
    let platform = Arc::make_mut(&mut seen.pair.platform);
    let mut group = platform.group.value().cloned().expect("a group");
    group.found.as_mut().expect("found").0.clone_from(&hostile);
    platform.group.succeed(group, NOW);
    platform.secret = teal_domain::Reading::default();
    platform.secret.fail(hostile, NOW);
    let html = render::topology(&seen.view()).html;
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x>"), "{html}");
}
