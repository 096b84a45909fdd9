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
    let states = [
        "full-ha",
        "full-ha-ill",
        "full-ha-denied",
        "full-ha-partly-denied",
        "full-ha-old",
        "standard",
        "unread",
        "live",
    ];
    for state in states {
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
    says(&html, "By AWS's list prices: mw1.small at $0.49 an hour");
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

#[test]
fn a_permission_that_is_missing_for_some_of_a_part_is_named_at_it() {
    let html = page("full-ha-partly-denied");
    assert!(
        row(&html, Part::Nat).contains("ec2:DescribeRouteTables and ec2:DescribeVpcs are not allowed"),
        "{}",
        row(&html, Part::Nat)
    );
    assert!(row(&html, Part::Bucket(Color::Blue)).contains("s3:GetBucketVersioning is not allowed"));
    assert!(row(&html, Part::Lineage).contains("autoscaling:DescribeInstanceRefreshes is not allowed"));
    says(&html, "NAT gatewaysnot checkedThrough which of them the environments lead is not known.");
}

#[test]
fn the_lineage_service_is_drawn_in_the_network_only_where_that_is_told() {
    let frames = |html: &str| html.matches("class=\"vpc").count();
    let html = page("full-ha");
    assert_eq!(frames(&html), 1);
    says(&html, "The lineage service stands in it too.");
    let html = page("full-ha-partly-denied");
    assert_eq!(frames(&html), 2);
    says(&html, "Its network is not known");
    says(&html, "Whether the lineage service stands in it is not told.");
    let mut seen = Seen::state("blue-green");
    let platform = Arc::make_mut(&mut seen.pair.platform);
    let mut instance = platform.instance.value().cloned().expect("an instance");
    instance.found.as_mut().expect("found").1.vpc = Some("vpc-9".into());
    platform.instance.succeed(instance, NOW);
    let html = render::topology(&seen.view()).html;
    assert_eq!(frames(&html), 2);
    says(&html, "The lineage service stands in another network, vpc-9.");
}

#[test]
fn what_is_old_is_told_as_what_was() {
    let html = page("full-ha-old");
    says(&html, "Green was live when the flag was last read");
    says(&html, "What existed when it was last read is full-ha");
    assert!(label(&html, Part::Environment(Color::Green)).starts_with("Green environment, was live:"), "{html}");
    assert!(html.contains("not read lately"));
    assert!(!page("full-ha").contains("was live"));
}

#[test]
fn each_part_and_each_heartbeat_is_read_again_under_a_name_of_its_own() {
    let seen = Seen::state("full-ha");
    let (html, moments) = (page("full-ha"), seen.pair.moments());
    // Where a group runs the lineage service, whether there is an instance too is shown nowhere.
    let told: Vec<&str> = moments.iter().map(|(name, _)| name.as_str()).collect();
    for name in told.iter().filter(|name| **name != "instance") {
        assert!(html.contains(&format!("data-read=\"{name}\"")), "{name}");
    }
    assert!(told.contains(&"green-heartbeat") && told.contains(&"network"), "{moments:?}");
}

#[test]
fn what_was_not_found_is_told_with_the_names_that_were_tried() {
    let html = page("blue-green");
    says(&html, "Nobody said that these were there, and nothing has one of these names:");
    says(&html, "Load balancer: mwaa-openlineage-marquez-dev, mwaa-openlineage-marquez-ha-dev-alb");
    assert!(!page("full-ha").contains("Nobody said that these were there"));
}
