//! Approval, and what is to be done with the DAGs: the approver sees it, and what has changed since is told.

use super::{Seen, is_silent_about, only, says};
use teal_app::{desk::DeskError, paths::SwitchQuery, render};
use teal_domain::{Action, Color, On, Role};

/// The page as an approver sees it, who may not switch.
fn to_approve(state: &str) -> String {
    let seen = Seen { who: only(Role::Approver), ..Seen::state(state) };
    let denied = seen.who.grants.may(Action::Switch, On::Pair(&seen.pair.id)).expect_err("an approver");
    let offer = Err(DeskError::from(denied));
    render::switch(&seen.view(), Color::Blue, offer, SwitchQuery::default(), None).html
}

#[test]
fn an_approver_sees_what_is_to_be_done_with_the_dags_where_they_decide() {
    let html = to_approve("asked-dags");
    says(
        &html,
        "DAGs: 27 to unpause on Blue at once, 1 to unpause on Blue later, 28 to pause on Green, 1 to stay paused",
    );
    says(&html, "Unpaused on Blue at once27 DAGs");
    assert!(html.contains("value=\"approved\" class="), "they may: {html}");
}

#[test]
fn what_was_approved_before_the_dags_changed_must_be_asked_for_again() {
    let html = Seen::state("approved-changed").switch(Color::Blue, None, None);
    let why = "What is to be done with the DAGs has changed since anton approved it: 1 DAG fewer to unpause on Blue at \
               once, 1 DAG fewer to pause on Green, 1 DAG more to stay paused.";
    says(&html, why);
    says(&html, "It must be asked for again.");
    says(&html, "Blocked by: approval");
    says(&html, "Ask for approval");
    is_silent_about(&html, "anton approved it.");
}

#[test]
fn while_nobody_can_tell_of_the_dags_a_request_can_only_be_declined() {
    let html = to_approve("asked-unread");
    says(&html, "The DAGs of Green have not been read, so nobody can tell");
    assert!(html.contains("value=\"approved\" disabled") && !html.contains("value=\"declined\" disabled"), "{html}");
}
