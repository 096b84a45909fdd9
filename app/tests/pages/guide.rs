//! The page that says what to do if something fails, and the ways to it.

use teal_app::{
    desk::{DeskError, Identity, Outage},
    render,
};
use teal_domain::{
    Actor, Grants, PairSnapshot, Role,
    access::{Grant, Scope},
    disaster::Case,
    posture::Group,
};

use crate::{Seen, fixtures::failing, is_silent_about, says, text};

fn seen(name: &str) -> Seen {
    let states = failing::states().into_iter().chain(crate::fixtures::states());
    Seen::of(states.into_iter().find(|(state, _)| *state == name).expect("a state").1)
}

fn html(seen: &Seen) -> String {
    render::guide(&seen.view(), &failing::past(&seen.pair)).html
}

fn page(name: &str) -> String {
    html(&seen(name))
}

/// The card of a scenario, as a body of its own.
fn card(html: &str, case: Case) -> String {
    let begin = format!("<section id=\"{}\" data-key", case.as_str());
    let rest = &html[html.find(&begin).unwrap_or_else(|| panic!("no {case:?}: {html}"))..];
    let end = rest[1..].find("<section id=\"").map_or(rest.len(), |end| end + 1);
    format!("<body>{}", &rest[..end])
}

/// The scenarios in the order of the page.
fn order(html: &str) -> Vec<Case> {
    let mut found: Vec<(usize, Case)> = Case::ALL
        .into_iter()
        .map(|case| (html.find(&format!("id=\"{}\" data-key", case.as_str())).expect("each stands there"), case))
        .collect();
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, case)| case).collect()
}

fn only(role: Role, pair: PairSnapshot) -> Seen {
    let grants = Grants::from_iter([Grant { role, scope: Scope::All }]);
    Seen { who: Identity::trusted(Actor::page("vera"), grants), ..Seen::of(pair) }
}

#[test]
fn while_nothing_fails_every_scenario_is_calm_and_says_what_would_be_done() {
    let html = page("prepared");
    says(&html, "None of this is seen now");
    assert_eq!(order(&html), Case::ALL);
    for case in Case::ALL {
        let card = card(&html, case);
        says(&card, "not seen now");
        says(&card, "What Teal sees now");
        says(&card, "What happens by itself");
        says(&card, "The one thing to do, if it happened now");
        assert!(!card.contains("scenario lit"), "{case:?}");
    }
    says(&html, "Teal never fails MWAA over by itself");
}

#[test]
fn what_happens_now_stands_first_and_lit_with_the_button_that_leads_to_the_switch() {
    let html = page("active-down");
    says(&html, "Happening now: The active side fails");
    assert_eq!(order(&html)[0], Case::Active);
    assert_eq!(html.matches("scenario lit").count(), 1, "all others are calm");
    let active = card(&html, Case::Active);
    says(&active, "happening now");
    says(&active, "Switch to Blue. Nothing stands against it.");
    assert!(active.contains("href=\"/p/dev/switch?to=blue\" class=\"button primary\""), "{active}");
    assert!(active.find("The one thing to do") < active.find("What Teal sees now"), "it says first what to do");
    let order = order(&page("standby-down"));
    assert_eq!((order[0], order[1]), (Case::Standby, Case::Active));
}

#[test]
fn what_blocks_is_told_before_the_button_and_an_emergency_goes_in_spite_of_it() {
    let active = card(&page("active-down-blocked"), Case::Active);
    says(&active, "as an emergency");
    says(&active, "Closed because of Quarter end");
    says(&active, "A planned switch needs somebody else's approval.");
    assert!(active.find("Quarter end") < active.find("/p/dev/switch?to=blue"), "{active}");
}

#[test]
fn where_no_switch_helps_none_is_offered() {
    let html = page("both-down");
    let active = card(&html, Case::Active);
    says(&active, "A switch does not help");
    assert!(!active.contains("/p/dev/switch"), "{active}");
    let standby = card(&html, Case::Standby);
    says(&standby, "Do not switch.");
    assert!(standby.contains("href=\"/p/dev/maintenance\"") && !standby.contains("/p/dev/switch"), "{standby}");
    says(&card(&page("standby-declared"), Case::Standby), "2.11 → 3.0.6");
}

#[test]
fn a_flag_that_names_no_side_leads_to_its_repair() {
    for state in ["missing", "invalid"] {
        let active = card(&page(state), Case::Active);
        says(&active, "happening now");
        assert!(active.contains("/p/dev/switch?to=blue") && active.contains("/p/dev/switch?to=green"), "{active}");
        says(&active, "Set the flag to Blue…");
    }
}

#[test]
fn the_claims_of_the_guides_stand_apart_from_what_was_measured() {
    let html = page("prepared");
    let instance = card(&html, Case::Instance);
    says(&instance, "The guides claim");
    says(&instance, "about 5 minutes until the new instance answers");
    says(&instance, "Measured here");
    says(&instance, "The lineage service as a whole was down 1 time in the last 90 days, the longest for 5 min");
    says(&instance, "drills will measure it");
    says(&card(&html, Case::Database), "about 30 seconds until the standby takes writes");
    says(&card(&html, Case::Zone), "about 1 minute until");
    let active = card(&html, Case::Active);
    is_silent_about(&active, "The guides claim");
    says(&active, "flip 180 ms, first task after 41 s");
    assert!(active.contains("href=\"/p/dev/history/"), "each leads to its record: {active}");
    says(&active, "Green was down 1 time in the last 90 days, the longest for 14 min");
    says(&card(&html, Case::Teal), "In the last 90 days Teal did not see the flag 1 time, the longest for 16 min");
    let never = card(&page("live"), Case::Standby);
    says(&never, "Not measured yet: drills will measure it.");
}

#[test]
fn while_the_store_is_away_the_guide_goes_on_and_says_what_works_without_it() {
    let html = page("store-away");
    assert_eq!(order(&html)[0], Case::Teal);
    let teal = card(&html, Case::Teal);
    says(&teal, "the disk is full");
    says(&teal, "--emergency --spool teal-emergency.spool");
    says(&teal, "aws ssm put-parameter --region us-east-2 --name /mwaa/blue-green/active-environment --value blue");
    says(&teal, "DAGs go on: they ask the flag, and not Teal.");
    says(&card(&html, Case::Active), "It cannot be read");
    // Whatever keeps the journal from being read, the page is there.
    let error = DeskError::Refused { message: "The store did not answer within two seconds.".into() };
    says(&render::guide(&seen("prepared").view(), &Err(error)).html, "The store did not answer within two seconds.");
}

#[test]
fn a_provider_that_is_away_is_teals_own_trouble() {
    let mut seen = seen("prepared");
    seen.who.in_outage = Outage::EmergencyGoes;
    let html = html(&seen);
    assert_eq!(order(&html)[0], Case::Teal);
    says(&card(&html, Case::Teal), "The identity provider cannot be reached");
}

#[test]
fn of_each_zone_the_page_says_what_is_lost_with_it() {
    let zone = card(&page("full-ha-field"), Case::Zone);
    says(&zone, "What is lost with each zone");
    says(&zone, "The only one that works stands here: no DAG of either side reaches AWS");
    says(&zone, "Without us-east-2a no DAG reaches AWS, on neither side.");
    let html = page("zone-down");
    says(&card(&html, Case::Zone), "all of it is ill now");
    assert!(order(&html)[..3].contains(&Case::Zone));
    says(&card(&page("live"), Case::Zone), "What stands in which zone could not be read");
}

#[test]
fn teal_its_store_and_its_sign_in_stand_on_the_list_of_what_goes_down_together_on_both_pages() {
    let told = ["Teal", "Teal's store", "Teal's sign-in"].map(|what| format!("{what}goes down with it"));
    let seen = seen("prepared");
    for page in [card(&html(&seen), Case::Teal), render::topology(&seen.view()).html] {
        for what in &told {
            says(&page, what);
        }
    }
    let unknown = render::topology(&Seen::state("full-ha").view()).html;
    says(&unknown, "Tealnot checkedWhere it runs is not known to it.");
    says(&unknown, "runs_in");
}

#[test]
fn the_posture_is_told_by_group_with_what_mends_it_and_what_was_not_checked() {
    let html = page("full-ha-ill");
    for group in Group::ALL {
        says(&html, group.title());
    }
    says(&html, "Green bucketnot metIt keeps no versions");
    says(&html, "Switch versioning on: MWAA asks for it.");
    says(&html, "MWAA does not tell from where its web server is reached.");
    says(&page("full-ha-denied"), "Database secretnot checkedsecretsmanager:DescribeSecret is not allowed");
    is_silent_about(&page("prepared"), "not met");
}

#[test]
fn whoever_may_only_look_reads_it_all_and_the_buttons_are_off() {
    let active = card(&html(&only(Role::Viewer, seen("active-down").pair)), Case::Active);
    says(&active, "Switching needs the role operator or admin");
    assert!(!active.contains("href=\"/p/dev/switch"), "{active}");
    says(&active, "Switch to Blue. Nothing stands against it.");
}

#[test]
fn where_something_fails_the_overview_leads_to_what_to_do_and_every_page_beside_it_does_in_any_case() {
    let overview = |name: &str| seen(name).overview();
    says(&overview("active-down"), "Happening now: The active side fails");
    assert!(overview("active-down").contains("href=\"/p/dev/guide#active\""));
    assert!(overview("active-down").contains("notice notice-down"), "it is loud");
    assert!(!overview("instance-down").contains("notice notice-down"), "and what is held in reserve is not");
    for calm in ["prepared", "live", "standby-declared"] {
        is_silent_about(&overview(calm), "Happening now");
        assert!(overview(calm).contains("href=\"/p/dev/guide\""), "{calm}");
    }
    let seen = seen("prepared");
    assert!(render::topology(&seen.view()).html.contains("href=\"/p/dev/guide\""));
    assert!(render::trouble(&seen.view()).html.contains("href=\"/p/dev/guide\""));
}

#[test]
fn one_side_has_no_standby_and_every_state_of_the_platform_draws() {
    says(&card(&page("standard"), Case::Standby), "not here");
    for (name, pair) in failing::states().into_iter().chain(crate::fixtures::states()) {
        let html = html(&Seen::of(pair));
        assert_eq!(order(&html).len(), Case::ALL.len(), "{name}");
        assert!(!text(&html).contains(".."), "{name}: a sentence ends twice: {}", text(&html));
    }
}

#[test]
fn what_aws_names_stays_text() {
    let mut seen = seen("active-down");
    let hostile = "<script>alert(1)</script>\"><img src=x>".to_owned();
    let mut environment = seen.pair.green.value().cloned().expect("an environment");
    environment.setup.kms_key = Some(hostile.clone());
    seen.pair.green.succeed(environment, crate::NOW);
    seen.pair.store.fail(hostile.clone(), crate::NOW);
    seen.pair.names.flag = hostile;
    let html = html(&seen);
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x>"), "{html}");
}
