//! The frame for other people's pages: what it says, and that nothing can be done in it.

use teal_app::render::{self, Problem};
use teal_domain::{Actor, Flag, FlagValue, FlagVersion, Reading, topology::Topology};

use crate::{
    Seen,
    fixtures::{self, NOW},
    says, text,
};

#[test]
fn the_frame_says_which_side_is_live_whether_the_other_is_ready_and_what_happened_last() {
    let html = Seen::state("live").embed();
    for what in ["Green is live", "since Wed 09:14 UTC", "Blue standby", "Ready to take over.", "verified", "ana"] {
        says(&html, what);
    }
    assert_eq!(html.matches("class=\"glance-record\"").count(), 3);
    assert!(html.contains("<title>Green is live · Analytics · dev · Teal</title>"));
    says(&Seen::state("stale").embed(), "Green was live when last read");
    says(&Seen::state("stale").embed(), "Last read 1 min ago. SSM answered ThrottlingException");
    says(&Seen::state("invalid").embed(), "The flag holds “purple”, which is neither blue nor green.");
    says(&Seen::state("missing").embed(), "The flag does not exist.");
    says(&Seen::state("unread").embed(), "The flag has not been read yet");
    says(&Seen::state("unknown").embed(), "Outcome unknown: to Blue, by ana, 40 s ago.");
    says(&Seen::state("down").embed(), "Cannot take over: it runs nothing.");
    says(&Seen::state("first-day").embed(), "Nothing yet.");
    says(&Seen::state("store-away").embed(), "The journal cannot be written since 12:15:31 UTC");
}

#[test]
fn row_8_nothing_can_be_done_in_the_frame_and_every_way_on_is_a_window_of_its_own() {
    let problem = Problem { status: Some(404), title: "Not found", what: "x", mend: "", then: None, request_id: None };
    let assets = Seen::state("live").assets;
    let seen = || fixtures::states().into_iter().map(|(name, _)| Seen::state(name));
    let mut frames: Vec<String> = seen().map(|seen| seen.embed()).collect();
    frames.extend(seen().map(|seen| render::embed_topology(&seen.view()).html));
    for (_, pair) in fixtures::lineages::states() {
        frames.push(render::embed_lineage(&Seen::of(pair).view()).html);
    }
    frames.push(render::embed_problem(&assets, &problem).html);
    for html in frames {
        for tag in ["<form", "<button", "<input", "<nav", "<iframe", "<object", "<meta http-equiv"] {
            assert!(!html.contains(tag), "{tag} in {html}");
        }
        let links: Vec<&str> = html.split("<a ").skip(1).map(|rest| rest.split('>').next().expect("a tag")).collect();
        assert!(!links.is_empty());
        for link in links {
            assert!(link.contains("target=\"_blank\"") && link.contains("rel=\"noopener"), "{link}");
        }
    }
}

#[test]
fn row_16_hostile_words_stay_text_in_the_frame() {
    let mut seen = Seen::state("invalid");
    seen.pair.title = "<img src=x onerror=alert(1)>".into();
    let value = FlagValue::Invalid("<script>alert(1)</script>".into());
    seen.pair.flag = Reading::good(Flag::Present { value, version: FlagVersion(33), modified_at: NOW }, NOW);
    seen.pair.recent[0].actor = Actor::page("<svg onload=alert(1)>");
    let html = seen.embed();
    seen.pair.names.blue = "</title><script>alert(1)</script>\"><img src=x>".into();
    for html in [html, render::embed_topology(&seen.view()).html] {
        for hostile in ["<script>alert", "<img", "<svg onload"] {
            assert!(!html.contains(hostile), "{hostile} in {html}");
        }
    }
}

#[test]
fn a_frame_that_nobody_is_known_behind_leads_to_signing_in_outside_of_it() {
    let assets = Seen::state("live").assets;
    let html = render::embed_sign_in(&assets, "/embed/dev", "/p/dev", None).html;
    says(&html, "Sign in to Teal");
    assert!(html.contains("href=\"/sign-in?next=%2Fp%2Fdev\" target=\"_blank\""), "{html}");
    assert!(!html.contains("<script"), "{html}");
    let inside = render::embed_sign_in(&assets, "/embed/dev", "/p/dev", Some("/embed/dev")).html;
    assert!(inside.contains("href=\"/sign-in?next=%2Fembed%2Fdev\">sign in inside this frame"), "{inside}");
}

#[test]
fn the_frame_of_the_platform_says_of_every_part_what_its_page_says() {
    for state in ["full-ha", "full-ha-ill", "full-ha-denied", "full-ha-partly-denied", "full-ha-old", "standard"] {
        let seen = Seen::state(state);
        let html = render::embed_topology(&seen.view()).html;
        let topology = Topology::of(&seen.pair, NOW);
        let list = &html[html.find("class=\"glance-parts\"").expect("a list")..];
        for node in &topology.nodes {
            let row = &list[list.find(&format!("data-key=\"{}\"", node.part.as_str())).expect("a row")..];
            let row = text(&format!("<body>{}", &row[..row.find("</li>").expect("an end")]));
            let row = row.replace("&#x27;", "'").replace("&amp;", "&");
            for what in [node.part.title(), node.health.as_str(), &node.reason, &node.name] {
                assert!(row.contains(what), "{state}, {what}: {row}");
            }
            assert!(node.figures.iter().all(|figure| row.contains(figure.what)), "{state}: {row}");
            assert!(html.contains(&format!("href=\"/p/dev/topology#part-{}\"", node.part.as_str())), "{state}");
        }
        let (_, summary) = topology.summary();
        assert!(html.contains(&format!("<title>{summary} · Analytics · dev · Teal</title>")), "{state}: {summary}");
    }
    let html = |state: &str| render::embed_topology(&Seen::state(state).view()).html;
    says(&html("full-ha-field"), "Would take both sides down: NAT gateways, Maintenance windows.");
    says(&html("full-ha"), "Nothing that could be checked would take both sides down.");
    says(&html("full-ha-denied"), "Could not be checked: 2.");
    says(&html("said-otherwise"), "What was said is not what exists");
    says(&html("standard"), "There is no second side here, and so no switch. Blue-green would add");
    says(&html("full-ha"), "Each part opens in Teal, in a tab of its own.");
}

#[test]
fn the_frame_of_lineage_says_what_its_page_says() {
    for (name, pair) in fixtures::lineages::states() {
        let seen = Seen::of(pair);
        let (page, frame) = (render::lineage(&seen.view()).html, render::embed_lineage(&seen.view()).html);
        let section = |html: &str| {
            let from = html.find("id=\"lineage\"").expect("a heading");
            text(&format!("<body {}", &html[from..html.find("</main>").expect("an end")]))
        };
        let (page, frame) = (section(&page), section(&frame));
        assert!(frame.starts_with(&page) && frame.ends_with("Open Teal in a new tab"), "{name}: {frame}");
    }
}
