//! The page of troubles.

use std::sync::Arc;
use teal_app::render;
use teal_domain::{
    Actor, Grants, Role,
    access::{Grant, Scope},
    trouble::{Evidence, Trouble},
};

use crate::{Seen, says};

fn page(seen: &Seen) -> String {
    render::trouble(&seen.view()).html
}

#[test]
fn where_nobody_has_looked_the_page_says_what_it_would_look_for() {
    let html = page(&Seen::state("live"));
    says(&html, "Nobody has looked since Teal was started");
    for trouble in Trouble::ALL {
        says(&html, trouble.title());
    }
    assert!(html.contains("action=\"/api/fn/diagnose\""), "{html}");
}

#[test]
fn what_was_found_comes_first_with_what_shows_it_and_what_to_do() {
    let html = page(&Seen::state("diagnosed"));
    says(&html, "2 found · 1 cannot be told · 4 not found");
    says(&html, "AccessDeniedException");
    says(&html, "ssm:GetParameter");
    let at = |id: &str| html.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    assert!(at("access-denied") < at("lineage-database") && at("lineage-database") < at("ignored"));
    assert!(html.contains("#logsV2:log-groups/log-group/airflow-mwaa-openlineage-blue-dev-Task"));
    assert!(!html.contains("different by now"));
    says(&page(&Seen::state("diagnosed-long-ago")), "Things may be different by now");
}

#[test]
fn whoever_may_only_look_sees_what_was_found_and_a_button_that_is_off() {
    let mut seen = Seen::state("diagnosed");
    seen.who = teal_app::desk::Identity::trusted(
        Actor::page("vera"),
        Grants::from_iter([Grant { role: Role::Viewer, scope: Scope::All }]),
    );
    let html = page(&seen);
    says(&html, "Switching needs the role operator or admin");
    says(&html, "AccessDeniedException");
    let button = html.split("Look now").next().and_then(|before| before.rsplit("<button").next());
    assert!(button.is_some_and(|tag| tag.contains("disabled")), "{button:?}");
}

#[test]
fn markup_in_a_log_stays_text() {
    let mut seen = Seen::state("diagnosed");
    let diagnosis = Arc::make_mut(seen.pair.diagnosis.as_mut().expect("a diagnosis"));
    let lines = vec!["</pre><script>alert(1)</script>".to_owned()];
    diagnosis.findings[0].evidence = vec![Evidence { says: "<img src=x>".into(), lines }];
    let html = page(&seen);
    assert!(!html.contains("<script>alert") && !html.contains("<img src=x>"), "{html}");
}
