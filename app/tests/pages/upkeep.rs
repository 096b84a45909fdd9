//! A side under declared maintenance, the form for it, and the guided upgrade.

use super::{Seen, fixtures, is_silent_about, only, says};
use teal_app::{
    paths::{MaintenanceProblem, MaintenanceQuery},
    render,
};
use teal_domain::{Reason, Role};

fn card(html: &str, side: &str) -> String {
    let card = html.split(&format!("aria-labelledby=\"side-{side}\"")).nth(1).expect("a card");
    card.split("</section>").next().unwrap_or_default().to_owned()
}

#[test]
fn a_maintained_standby_raises_no_alarm_and_says_what_is_done_to_it() {
    for state in ["maintained", "maintained-down"] {
        let blue = card(&Seen::state(state).overview(), "blue");
        assert!(blue.contains("Blue: 2.11 → 3.0.6, until Fri 27 Nov 2026, 18:00 UTC (by ana)"), "{blue}");
        assert!(!blue.contains("mark-attention") && !blue.contains("mark-down"), "{blue}");
    }
    let blue = card(&Seen::state("maintained").overview(), "blue");
    assert!(blue.contains("mark-busy") && blue.contains(r#"for <span class="for">11 min</span>"#), "{blue}");
    let green = card(&Seen::state("maintained-live").overview(), "green");
    assert!(green.contains("mark-attention"), "the live side alarms whatever was declared: {green}");
}

#[test]
fn an_environment_that_changes_says_for_how_long() {
    let blue = card(&Seen::state("updating").overview(), "blue");
    assert!(blue.contains("mark-attention") && blue.contains(r#"for <span class="for">11 min</span>"#), "{blue}");
}

#[test]
fn a_maintenance_that_ran_out_is_silent_no_more() {
    let mut seen = Seen::state("maintained");
    seen.pair.maintenance.as_mut().expect("one").until = fixtures::back(1);
    let html = seen.overview();
    assert!(card(&html, "blue").contains("mark-attention"), "{html}");
    is_silent_about(&html, "Maintenance · Blue");
}

#[test]
fn the_form_keeps_what_was_typed_and_says_what_is_wrong() {
    let seen = Seen::state("live");
    let query = MaintenanceQuery {
        problem: Some(MaintenanceProblem::Until),
        what: Some("<b>new</b> class".into()),
        until: Some("tomorrow".into()),
        expects: Some(vec!["class".into()]),
        ..MaintenanceQuery::default()
    };
    let html = render::maintenance(&seen.view(), &query).html;
    says(&html, "name a date and time in UTC, later than Fri 27 Nov 2026, 12:20:31 UTC");
    assert!(html.contains("value=\"tomorrow\"") && !html.contains("<b>new"), "{html}");
    assert_eq!(html.matches(" checked").count(), 1, "{html}");
    let fresh = render::maintenance(&seen.view(), &MaintenanceQuery::default()).html;
    assert_eq!(fresh.matches(" checked").count(), 12, "all are ticked at first");
    let viewer = Seen { who: only(Role::Viewer), ..Seen::state("live") };
    let html = render::maintenance(&viewer.view(), &MaintenanceQuery::default()).html;
    says(&html, "needs the role operator or admin for dev");
    let stands = Seen { who: only(Role::Viewer), ..Seen::state("maintained") };
    says(&render::maintenance(&stands.view(), &MaintenanceQuery::default()).html, "needs the role operator or admin");
}

#[test]
fn the_guided_upgrade_marks_one_step_and_shows_the_way_on() {
    for (name, here, says_so) in [
        ("begin", "Declare the maintenance of Blue", "href=\"/p/dev/maintenance\""),
        ("update", "Update Blue", "--name mwaa-openlineage-blue-dev --airflow-version 3.0.6"),
        ("updating", "Update Blue", "Begun "),
        ("switch", "Switch to Blue", "href=\"/p/dev/switch?to=blue\""),
        ("watch", "Let the watch end well", "It goes on until"),
        ("other", "Update Green in the same way", "--name mwaa-openlineage-green-dev --airflow-version 3.0.6"),
        ("lift", "Lift the maintenance", "href=\"/p/dev/maintenance\""),
    ] {
        let (_, pair, maintenances, switches) =
            fixtures::upkeep::upgrades().into_iter().find(|(state, ..)| *state == name).expect("a state");
        let html = render::upgrade(&Seen::of(pair).view(), &maintenances, &switches).html;
        assert_eq!(html.matches("aria-current=\"step\"").count(), 1, "{name}");
        let step = html.split("aria-current=\"step\"").nth(1).and_then(|rest| rest.split("</li>").next()).expect("it");
        assert!(step.contains(here) && step.contains(says_so), "{name}: {step}");
    }
    let (_, pair, maintenances, switches) = fixtures::upkeep::upgrades().pop().expect("the last");
    let html = render::upgrade(&Seen::of(pair).view(), &maintenances, &switches).html;
    says(&html, "Both sides are upgraded");
    is_silent_about(&html, "Waits");
}

#[test]
fn what_somebody_declared_stays_text_in_the_guided_upgrade() {
    let (_, mut pair, mut maintenances, _) = fixtures::upkeep::upgrades().swap_remove(1);
    maintenances[0].maintenance.what = Reason::parse("<script>1.0</script> → 3.0.6; rm -rf /").expect("allowed");
    pair.maintenance = Some(maintenances[0].maintenance.clone());
    let html = render::upgrade(&Seen::of(pair).view(), &maintenances, &[]).html;
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>1.0"), "{html}");
    assert!(html.contains("--airflow-version 3.0.6</code>"), "only a version goes into the command: {html}");
}
