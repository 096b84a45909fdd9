//! The pages as the server draws them, in every state: what they say, and that nothing hostile comes alive.

#[path = "pages/asked.rs"]
mod asked;
#[path = "pages/at_hand.rs"]
mod at_hand;
#[path = "pages/costs.rs"]
mod costs;
#[path = "../examples/gallery/fixtures.rs"]
mod fixtures;
#[path = "pages/frame.rs"]
mod frame;
#[path = "pages/guide.rs"]
mod guide;
#[path = "pages/lineage.rs"]
mod lineage;
#[path = "pages/monitoring.rs"]
mod monitoring;
#[path = "pages/paid.rs"]
mod paid;
#[path = "pages/topology.rs"]
mod topology;
#[path = "pages/trouble.rs"]
mod trouble;
#[path = "pages/upkeep.rs"]
mod upkeep;

use fixtures::{NOW, ana, dev};
use teal_app::{
    desk::{DeskError, Identity, Outage},
    pages::sessions::SessionRow,
    paths::{SwitchProblem, SwitchQuery},
    render::{self, Assets, Problem, Rendered, View},
};
use teal_domain::{
    Action, Actor, Color, Flag, FlagValue, FlagVersion, Grants, PairSnapshot, Reading, Reason, Role,
    access::{Grant, Scope},
    history::{HistoryPage, HistoryQuery, Progress, What},
    preflight::Verdict,
};

#[test]
fn whoever_asked_sees_that_somebody_else_approves_and_an_approver_sees_the_buttons() {
    let page = Seen::state("asked-by-me").switch(Color::Blue, None, None);
    assert!(page.contains("You asked for this yourself") && page.contains("Take the request back"), "{page}");
    let page = Seen::state("asked").switch(Color::Blue, None, None);
    assert!(!page.contains("You asked for this yourself") && page.contains("value=\"declined\""), "{page}");
    let page = Seen::state("approved").switch(Color::Blue, None, None);
    assert!(page.contains("anton") && page.contains("Looked at the queue"), "{page}");
    assert!(page.contains(">Back to Blue for the night batch</textarea>"), "what was approved is filled in");
    assert!(page.contains("value=\"CHG0004711\"") && page.contains("<strong>CHG0004711</strong>"), "so is its change");
    let page = Seen::state("declined").switch(Color::Blue, None, None);
    assert!(page.contains("anton declined what olga asked for") && page.contains("Ask for approval"), "{page}");
}

#[test]
fn row_34_the_menu_names_no_pair_that_one_may_not_see() {
    let mut seen = Seen::state("live");
    let mut prod = seen.pair.clone();
    (prod.id, prod.title) = ("prod".parse().expect("a pair"), "Payroll · prod".into());
    let page = |seen: &Seen| {
        let view = View { snapshot: fixtures::snapshot_of(vec![seen.pair.clone(), prod.clone()]), ..seen.view() };
        render::overview(&view).html
    };
    assert!(page(&seen).contains("Payroll · prod"), "whoever may see both");
    let dev = Scope::Only([dev()].into());
    seen.who.grants = Grants::from_iter([Grant { role: Role::Operator, scope: dev }]);
    assert!(!page(&seen).contains("Payroll") && !page(&seen).contains("/p/prod"), "{}", page(&seen));
}

#[test]
fn every_page_says_that_somebody_waits_for_an_approver_until_somebody_decided() {
    assert!(Seen::state("asked").overview().contains("asks to switch to"));
    for settled in ["approved", "declined", "two-people"] {
        assert!(!Seen::state(settled).overview().contains("asks to switch to"), "{settled}");
    }
}

struct Seen {
    assets: Assets,
    who: Identity,
    pair: PairSnapshot,
    query: String,
}

impl Seen {
    fn of(pair: PairSnapshot) -> Self {
        let assets = Assets {
            js: "/pkg/teal-0123456789abcdef.js".into(),
            wasm: "/pkg/teal-0123456789abcdef_bg.wasm".into(),
            css: "/pkg/teal-fedcba.css".into(),
            reports: "/pkg/reports-abcdef.css".into(),
        };
        Self { assets, who: ana(), pair, query: String::new() }
    }

    fn state(name: &str) -> Self {
        Self::of(fixtures::states().into_iter().find(|(state, _)| *state == name).expect("a state").1)
    }

    fn view(&self) -> View<'_> {
        let snapshot = fixtures::snapshot(self.pair.clone());
        View {
            assets: &self.assets,
            who: &self.who,
            snapshot,
            pair: dev(),
            now: NOW,
            path: "/p/dev",
            query: &self.query,
        }
    }

    fn overview(&self) -> String {
        render::overview(&self.view()).html
    }

    fn embed(&self) -> String {
        render::embed(&self.view()).html
    }

    fn switch(&self, target: Color, problem: Option<SwitchProblem>, reason: Option<&str>) -> String {
        let offer = fixtures::offer(&self.pair, target);
        let query = SwitchQuery { problem, reason: reason.map(str::to_owned), ..SwitchQuery::default() };
        render::switch(&self.view(), target, offer, query, fixtures::course(&self.pair).as_ref()).html
    }

    fn history(&self) -> String {
        render::history(&self.view(), &HistoryQuery::default(), &fixtures::page(&self.pair)).html
    }

    fn record(&self) -> String {
        render::record(&self.view(), &fixtures::detail(&self.pair.recent[0])).html
    }
}

/// What a reader sees: the text of `<main>` and the bars, without tags, on one line.
fn text(html: &str) -> String {
    // Of a part of a page, all of it.
    let body = &html[html.find("<body").unwrap_or(0)..];
    let mut out = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(html: &str, what: &str) {
    let text = text(html);
    assert!(text.contains(what), "{what:?} is not in: {text}");
}

fn is_silent_about(html: &str, what: &str) {
    let text = text(html);
    assert!(!text.contains(what), "{what:?} is in: {text}");
}

#[test]
fn the_overview_says_which_side_is_live_and_since_when_and_by_whom() {
    let html = Seen::state("live").overview();
    says(&html, "Green is live");
    says(&html, "since Wed 09:14 UTC");
    says(&html, "switched by ana");
    says(&html, "Ready to take over.");
    says(&html, "Switch to Blue…");
    is_silent_about(&html, "Switch to Green…");
    assert!(html.contains("<title>Green is live · Analytics · dev · Teal</title>"), "the title tells it too");
}

#[test]
fn nobody_is_named_for_a_version_that_the_journal_does_not_know_yet() {
    let mut seen = Seen::state("live");
    let next = Flag::Present { value: FlagValue::Color(Color::Green), version: FlagVersion(32), modified_at: NOW };
    seen.pair.flag = Reading::good(next, NOW);
    says(&seen.overview(), "version 32");
    is_silent_about(&seen.overview(), "switched by ana · ");
    is_silent_about(&seen.overview(), "version 31");
}

#[test]
fn what_follows_the_stream_is_marked_and_says_what_it_was_drawn_from() {
    let seen = Seen::state("live");
    let regions = |html: &str| {
        html.split(" data-region=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(regions(&seen.overview()), ["person", "bars", "overview"]);
    assert_eq!(regions(&seen.history()), ["person", "bars"], "the history stays as it was read");
    assert_eq!(regions(&seen.record()), ["person", "bars", "head", "steps", "facts", "notes"]);
    assert_eq!(
        regions(&seen.switch(Color::Blue, None, None)),
        ["person", "bars", "course"],
        "a confirmation shows what it rests on; a switch under way is followed"
    );
    let html = seen.overview();
    assert!(html.contains(r#"<body data-snapshot="1795700000000-77" data-made="#), "{html}");
}

#[test]
fn a_reading_that_is_old_is_told_as_the_past_with_its_age_and_cause() {
    let html = Seen::state("stale").overview();
    says(&html, "Green was live when last read");
    says(&html, "Last read 1 min ago. SSM answered ThrottlingException");
    is_silent_about(&html, "Green is live");
}

#[test]
fn a_missing_or_invalid_flag_offers_both_sides_for_repair() {
    for (state, why) in [("missing", "It does not exist"), ("invalid", "It holds “purple” since version 32")] {
        let html = Seen::state(state).overview();
        says(&html, "No side is working");
        says(&html, why);
        assert!(html.contains("/p/dev/switch?to=blue") && html.contains("/p/dev/switch?to=green"));
        is_silent_about(&html, "is live");
    }
    says(&Seen::state("missing").switch(Color::Green, None, None), "Set the flag to Green");
}

#[test]
fn an_unknown_outcome_stands_on_top_of_every_page() {
    let seen = Seen::state("unknown");
    for html in [seen.overview(), seen.history(), seen.record(), seen.switch(Color::Blue, None, None)] {
        says(&html, "Outcome unknown since 12:19:51 UTC");
        says(&html, "it is settled by 12:29:51 UTC at the latest");
    }
}

#[test]
fn a_side_that_changes_or_is_down_is_never_called_ready() {
    for (state, word) in [("updating", "UPDATING"), ("down", "UNAVAILABLE")] {
        let html = Seen::state(state).overview();
        says(&html, word);
        is_silent_about(&html, "Ready to take over.");
    }
}

#[test]
fn a_first_day_says_what_will_be_here() {
    let seen = Seen::state("first-day");
    says(&seen.overview(), "Nothing yet. Every change of the flag will be written down here");
    let nothing = HistoryPage { records: vec![], older: None };
    says(&render::history(&seen.view(), &HistoryQuery::default(), &nothing).html, "Nothing yet.");
}

#[test]
fn dags_that_work_on_the_wrong_side_are_named_with_what_mends_it() {
    let html = Seen::state("misplaced").overview();
    says(&html, "28 DAGs work on the wrong side");
    says(&html, "and 25 more are unpaused on Green, which stands by, and paused on Blue, which is live.");
    says(&html, "The flag was set past Teal, so Teal moved no DAGs.");
    assert!(html.contains(">switch to Green</a>"), "{html}");
    is_silent_about(&Seen::state("pause-standby").overview(), "on the wrong side");
    is_silent_about(&Seen::state("draining").overview(), "on the wrong side");
}

#[test]
fn an_unexplained_external_change_asks_for_an_explanation() {
    let seen = Seen::state("external");
    says(&seen.overview(), "set past Teal by assumed-role/deploy/pipeline-7");
    says(&seen.overview(), "unexplained");
    says(&seen.record(), "Explain this change");
    let mut explained = seen.pair.clone();
    explained.recent[0].notes.push(teal_domain::history::Note {
        at: NOW,
        actor: Actor::page("ben"),
        text: Reason::parse("ticket OPS-1").expect("good"),
    });
    let html = Seen::of(explained).record();
    says(&html, "ticket OPS-1");
    is_silent_about(&html, "unexplained");
}

#[test]
fn the_confirmation_is_in_the_form_as_it_was_sealed_and_names_the_version_it_rests_on() {
    let html = Seen::state("live").switch(Color::Blue, None, None);
    assert!(html.contains(r#"action="/api/fn/switch""#) && html.contains(r#"name="confirmation""#));
    assert!(html.contains(r#"value="c2VhbGVkLWNvbmZpcm1hdGlvbg""#));
    says(&html, "version 31to version 32");
    says(&html, "This confirmation is good until 12:22:31 UTC.");
}

#[test]
fn the_page_shows_the_base_of_the_offer_not_a_later_reading() {
    let before = Seen::state("live");
    let after = Seen::state("external");
    let html = render::switch(
        &after.view(),
        Color::Green,
        fixtures::offer(&before.pair, Color::Green),
        SwitchQuery::default(),
        None,
    )
    .html;
    says(&html, "version 31to version 32");
}

#[test]
fn what_blocks_stands_first_and_says_how_to_lift_it() {
    let html = text(&Seen::state("down").switch(Color::Blue, None, None));
    let (blocks, passes) =
        (html.find("Blue is UNAVAILABLE").expect("it"), html.find("The flag says green").expect("it"));
    assert!(blocks < passes, "{html}");
    assert!(
        html.contains("Blocked by: target environment. Mend it or wait. Emergency is for when the live side is broken")
    );
}

#[test]
fn where_all_is_well_the_checks_that_pass_are_folded_away_each_with_its_age() {
    let html = Seen::state("looked-at").switch(Color::Blue, None, None);
    let said = text(&html);
    assert!(said.contains("The 28 that pass"), "{said}");
    assert!(said.contains("AirflowTarget, read 12 s ago"), "{said}");
    let folded = html.find("<details class=\"passes\"").expect("a fold");
    assert!(html.find("The flag says green").expect("it") > folded && !html.contains(">warns<"), "{said}");
}

#[test]
fn findings_stand_before_the_fold_the_blocking_ones_first_and_runbooks_can_be_followed() {
    let html = Seen::state("findings").switch(Color::Blue, None, None);
    let at = |words: &str| html.find(words).unwrap_or_else(|| panic!("{words}: {}", text(&html)));
    assert!(at("has been in alarm for 14 min") < at("Closed because of month end"), "in the order of their groups");
    assert!(at("Closed because of month end") < at("4 files are broken on Blue"), "what blocks before what warns");
    assert!(at("4 files are broken on Blue") < at("<details class=\"passes\""));
    assert!(at("since Fri 27 Nov 2026, 12:18:56 UTC the health of Blue's Airflow could not be read") > 0);
    assert!(html.contains("<a href=\"https://wiki.example/runbooks/tasks-failed\" rel=\"noreferrer\">"));
    says(&html, "Blocked by: guards, freeze.");
}

#[test]
fn a_change_that_is_still_to_be_named_does_not_switch_the_form_off() {
    let mut seen = Seen::state("looked-at");
    seen.pair.policy.change_ref.required = true;
    let html = seen.switch(Color::Blue, None, None);
    says(&html, "A switch here names the change that it belongs to.");
    assert!(!html.contains("Blocked by:"), "{}", text(&html));
}

#[test]
fn what_somebody_elses_systems_say_in_a_check_stays_text() {
    let mut seen = Seen::state("looked-at");
    let hostile = "<script>alert(1)</script> https://evil.example/";
    std::sync::Arc::make_mut(&mut seen.pair.surroundings).blue.health.fail(hostile, NOW);
    let html = seen.switch(Color::Blue, None, None);
    assert!(html.contains("&lt;script&gt;alert(1)") && !html.contains("<script>alert"), "{html}");
    assert!(!html.contains("href=\"https://evil"), "only a mend is followed");
}

#[test]
fn without_a_journal_the_page_prints_the_commands_that_work() {
    let seen = Seen::state("store-away");
    let html = seen.switch(Color::Blue, None, None);
    says(&html, "teal switch --pair dev --to blue --confirm blue@31 --emergency --spool");
    says(
        &html,
        "aws ssm put-parameter --region us-east-2 --name /mwaa/blue-green/active-environment --value blue --overwrite",
    );
    let offer = fixtures::offer(&seen.pair, Color::Blue).expect("an offer");
    assert!(offer.checks.iter().any(|check| check.verdict == Verdict::Block));
    let refused = DeskError::StoreAway { message: "gone".into(), commands: vec!["teal switch <x>".into()] };
    says(
        &render::switch(&seen.view(), Color::Blue, Err(refused), SwitchQuery::default(), None).html,
        "teal switch &lt;x&gt;",
    );
}

#[test]
fn the_side_that_is_live_cannot_be_switched_to() {
    let html = Seen::state("live").switch(Color::Green, None, None);
    says(&html, "Green is live already");
    assert!(!html.contains("/api/fn/switch"), "no form");
}

#[test]
fn a_form_that_comes_back_says_why_and_keeps_the_reason() {
    let seen = Seen::state("live");
    let html = seen.switch(Color::Blue, Some(SwitchProblem::Reason), Some(&"x".repeat(501)));
    says(&html, "The reason has 501 characters; at most 500 fit.");
    assert!(html.contains(&"x".repeat(501)));
    says(
        &seen.switch(Color::Blue, Some(SwitchProblem::Typed), Some("r")),
        "The name that was typed is not the side's name.",
    );
    let mut seen = Seen::state("external");
    seen.query = "to=green&problem=moved&after=77".into();
    let html = seen.switch(Color::Green, Some(SwitchProblem::Moved), Some("r"));
    says(&html, "Now it says Blue at version 32, set by");
    assert!(html.contains("/p/dev/history/77"));
}

#[test]
fn only_a_record_that_is_open_loads_itself_again_without_script() {
    let refresh = r#"<noscript><meta http-equiv="refresh" content="2"></noscript>"#;
    assert!(Seen::state("unknown").record().contains(refresh));
    assert!(!Seen::state("live").record().contains(refresh));
    assert!(!Seen::state("unknown").overview().contains(refresh));
}

#[test]
fn a_record_told_by_its_progress_never_claims_more_than_is_known() {
    let mut seen = Seen::state("unknown");
    says(&seen.record(), "The put was sent and no answer came");
    seen.pair.recent[0] = fixtures::under_way_record(Progress::Begun);
    says(&seen.record(), "Under way: nothing has been put yet.");
    is_silent_about(&seen.record(), "erified in");
}

/// Everything that people or AWS may put into a page, at once.
fn hostile() -> Seen {
    const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)></textarea>&amp;";
    let mut seen = Seen::state("external");
    seen.who = Identity::trusted(Actor::page(EVIL), Grants::everything());
    let pair = &mut seen.pair;
    pair.title = EVIL.into();
    pair.region = EVIL.into();
    pair.names.flag = EVIL.into();
    pair.names.blue = EVIL.into();
    pair.store.fail(EVIL, NOW);
    let mut blue = fixtures::environment(Color::Blue);
    blue.name = EVIL.into();
    blue.status = EVIL.to_owned().into();
    blue.airflow_version = Some(EVIL.into());
    blue.class = Some(EVIL.into());
    blue.web_address = Some(EVIL.into());
    pair.blue.succeed(blue, NOW);
    pair.blue.fail(EVIL, NOW);
    for record in pair.recent.iter_mut().chain(&mut pair.current) {
        record.actor.name = EVIL.into();
        match &mut record.what {
            What::Switch(switch) => switch.reason = Reason::parse(EVIL).expect("markup is allowed"),
            What::External(external) => {
                external.description = Some(EVIL.into());
                external.value = FlagValue::Invalid(EVIL.into());
            }
            _ => {}
        }
    }
    fixtures::follows::named(pair, EVIL);
    seen.query = "problem=reason&text=%3C%2Ftextarea%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E".into();
    seen
}

#[test]
fn row_16_hostile_text_stays_text_on_every_page() {
    let seen = hostile();
    let evil = "</textarea><script>alert(1)</script>";
    let session = SessionRow {
        handle: evil.into(),
        name: evil.into(),
        here: false,
        may_end: true,
        began_at: NOW,
        seen_at: NOW,
        ends_at: NOW,
        away_since: None,
    };
    let problem = Problem {
        status: Some(404),
        title: evil,
        what: evil,
        mend: evil,
        then: Some((evil, evil)),
        request_id: Some(evil),
    };
    let switched = seen.pair.recent.iter().find(|record| record.switch().is_some()).expect("a switch");
    let pages = [
        render::sessions(&seen.view(), &[session], true).html,
        render::problem(&seen.assets, Some(&seen.view()), &problem).html,
        seen.overview(),
        seen.history(),
        seen.record(),
        render::record(&seen.view(), &fixtures::detail(switched)).html,
        seen.switch(Color::Blue, Some(SwitchProblem::Reason), Some(evil)),
        seen.switch(Color::Green, Some(SwitchProblem::Moved), Some(evil)),
    ];
    for html in pages {
        let ours = html.matches("<script").count();
        assert_eq!(ours, 3, "theme, prefetch, hydration, and nothing else: {html}");
        assert!(!html.contains("<img"), "{html}");
        assert!(html.contains("&lt;script"), "the text is there, as text");
        assert_eq!(html.matches("<textarea").count(), html.matches("</textarea>").count());
        assert!(!html.contains("https://<") && !html.contains("href=\"https://&lt;"), "no link to what is no host");
        assert!(!html.contains("style=\""), "no inline style");
    }
}

#[test]
fn the_nonce_of_each_document_is_its_own_and_on_every_script() {
    let seen = Seen::state("live");
    let (Rendered { html, nonce }, other) = (render::overview(&seen.view()), render::overview(&seen.view()));
    assert!(nonce.len() >= 16);
    assert_ne!(nonce, other.nonce);
    assert_eq!(
        html.matches("<script").count(),
        html.matches(&format!("nonce=\"{nonce}\"")).count() - 1,
        "and the preload"
    );
}

#[test]
fn every_state_draws_every_page_with_no_duplicate_ids() {
    for (name, pair) in fixtures::states() {
        let seen = Seen::of(pair);
        let target = seen.pair.live().map_or(Color::Blue, Color::other);
        let mut pages = vec![seen.overview(), seen.history(), seen.switch(target, None, None)];
        pages.extend((!seen.pair.recent.is_empty()).then(|| seen.record()));
        for html in pages {
            let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            ids.sort_unstable();
            let before = ids.len();
            ids.dedup();
            assert_eq!(before, ids.len(), "{name}: an id is there twice: {ids:?}");
        }
    }
}

#[test]
fn a_pair_that_does_not_exist_is_a_page_that_says_so() {
    let seen = Seen::state("live");
    let view = View { pair: "other".parse().expect("an id"), ..seen.view() };
    says(&render::overview(&view).html, "Teal has no pair called other.");
}

fn only(role: Role) -> Identity {
    Identity::trusted(Actor::page("vera"), Grants::from_iter([Grant { role, scope: Scope::All }]))
}

#[test]
fn what_somebody_may_not_do_is_there_switched_off_and_explained() {
    let needs = "Switching needs the role operator or admin for dev. You are viewer here.";
    for state in ["live", "missing"] {
        let seen = Seen { who: only(Role::Viewer), ..Seen::state(state) };
        let overview = seen.overview();
        says(&overview, needs);
        is_silent_about(&overview, "href=\"/p/dev/switch?to=green\" class=\"button");
        assert!(overview.contains("disabled"), "{overview}");
        let operator = Seen { who: only(Role::Operator), ..Seen::state(state) }.overview();
        is_silent_about(&operator, "needs the role");
    }
    let seen = Seen { who: only(Role::Viewer), ..Seen::state("live") };
    let refused = seen.who.grants.may(Action::Switch, teal_domain::On::Pair(&dev())).unwrap_err();
    let offer = Err(DeskError::from(refused));
    let switch = render::switch(&seen.view(), Color::Blue, offer, SwitchQuery::default(), None).html;
    says(&switch, needs);
    is_silent_about(&switch, "name=\"confirmation\"");
}

#[test]
fn while_the_provider_is_away_the_page_says_so() {
    let mut seen = Seen::state("live");
    is_silent_about(&seen.overview(), "identity provider");
    seen.who.in_outage = Outage::EmergencyGoes;
    says(&seen.overview(), "The identity provider cannot be reached");
}
