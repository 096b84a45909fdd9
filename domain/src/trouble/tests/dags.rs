//! What the DAGs of the live side do, and whether they may ask.

use super::fixture::{NOW, after, ago, dag, finding, guard, says, switched, task, well};
use crate::{
    Color, Flag, FlagValue,
    environment::OptionValue,
    trouble::{
        Allowed, Diagnosis, Excerpt, Gathered, Side, Trouble,
        Verdict::{CannotBeTold, Found, NotFound},
    },
};

fn begun(side: &mut Side) -> &mut Vec<crate::airflow::Task> {
    side.begun.as_mut().expect("tasks")
}

#[test]
fn where_all_is_well_none_of_the_seven_is_found() {
    let found = Diagnosis::of(&well(), NOW, crate::Millis(0));
    assert_eq!(found.findings.len(), 7);
    assert_eq!(found.count(NotFound), 7, "{found:#?}");
    assert_eq!(found.live, Some(Color::Blue));
    assert!(found.links.iter().any(|link| link.address.starts_with("https://blue.airflow.")), "{:?}", found.links);
    assert!(found.links.iter().any(|link| link.side == Color::Green && link.address.contains("#logsV2")));
}

#[test]
fn a_guard_that_was_skipped_on_the_live_side_takes_it_for_the_standby() {
    let spoiled = |gathered: &mut Gathered| {
        *begun(&mut gathered.blue) = vec![guard("orders", "skipped", 20), task("exports", "send", "success", 10)];
        let environment = gathered.blue.environment.as_mut().expect("an environment");
        environment.setup.options.insert("custom.environment_color".into(), OptionValue::Plain("green".into()));
    };
    let found = after(Trouble::Idle, spoiled);
    says(&found, Found, &["1 DAG did nothing: orders", "environment_color of mwaa-openlineage-blue-dev is green"]);
    // Before the switch it was the standby: that was right then.
    let mut just_now = well();
    spoiled(&mut just_now);
    switched(&mut just_now, 5);
    says(&finding(&just_now, Trouble::Idle), NotFound, &[]);
}

#[test]
fn a_run_that_was_due_and_not_created_is_the_schedulers_fault() {
    let found = after(Trouble::Idle, |gathered| {
        begun(&mut gathered.blue).clear();
        for known in gathered.blue.dags.as_mut().expect("dags") {
            known.next_run = Some(ago(30));
        }
        gathered.blue.health.as_mut().expect("health")[0].healthy = Some(false);
    });
    says(
        &found,
        Found,
        &[
            "exports, orders",
            "Due and not begun",
            "its scheduler is unhealthy",
            "airflow-mwaa-openlineage-blue-dev-Scheduler",
        ],
    );
}

#[test]
fn what_is_paused_on_the_live_side_and_not_on_the_other_sleeps_by_mistake() {
    let found = after(Trouble::Idle, |gathered| gathered.blue.dags.as_mut().expect("dags")[0].paused = true);
    says(&found, Found, &["Paused here and not on the other side: orders"]);
}

#[test]
fn while_the_old_side_drains_what_is_paused_on_the_new_one_waits_for_it() {
    let mut gathered = well();
    gathered.rules.strategy = crate::dags::Strategy::PauseStandby;
    gathered.blue.dags.as_mut().expect("dags")[0].paused = true;
    switched(&mut gathered, 10);
    says(&finding(&gathered, Trouble::Idle), NotFound, &[]);
    switched(&mut gathered, 20);
    says(&finding(&gathered, Trouble::Idle), Found, &["Paused here"]);
}

#[test]
fn where_nothing_was_due_nothing_is_idle() {
    let found = after(Trouble::Idle, |gathered| begun(&mut gathered.blue).clear());
    says(&found, NotFound, &["Nothing was due on Blue"]);
}

#[test]
fn a_flag_without_a_color_lets_nobody_work_and_one_that_was_not_read_tells_nothing() {
    let found = after(Trouble::Idle, |gathered| gathered.flag = Ok(Flag::Missing));
    says(&found, Found, &["does not exist", "teal switch"]);
    let found = after(Trouble::Idle, |gathered| {
        if let Ok(Flag::Present { value, .. }) = &mut gathered.flag {
            *value = FlagValue::Invalid("purple".into());
        }
    });
    says(&found, Found, &["neither blue nor green"]);
    let found = after(Trouble::Idle, |gathered| gathered.flag = Err("ssm did not answer.".into()));
    says(&found, CannotBeTold, &["ssm did not answer."]);
}

#[test]
fn an_airflow_that_does_not_tell_is_not_taken_for_one_that_works() {
    for trouble in [Trouble::Idle, Trouble::Ignored, Trouble::AccessDenied, Trouble::Both] {
        let found = after(trouble, |gathered| gathered.blue = Side::silent("Airflow did not answer in 8 s."));
        says(&found, CannotBeTold, &["Airflow did not answer in 8 s."]);
    }
    let found = after(Trouble::OldSide, |gathered| gathered.green = Side::silent("Airflow did not answer in 8 s."));
    says(&found, CannotBeTold, &["Airflow did not answer in 8 s."]);
}

#[test]
fn a_denial_in_the_log_of_a_guard_names_the_role_and_the_statement_that_it_lacks() {
    let failed = guard("orders", "failed", 12);
    let denied = "AccessDeniedException: User is not authorized to perform: ssm:GetParameter";
    let found = after(Trouble::AccessDenied, |gathered| {
        begun(&mut gathered.blue).push(failed.clone());
        gathered.blue.logs = vec![(failed.clone(), Ok(Excerpt::of(denied)))];
    });
    says(&found, Found, &["On Blue", denied, super::fixture::ROLE]);
    let statement = found.statement.expect("a statement");
    let statement: serde_json::Value = serde_json::from_str(&statement).expect("JSON");
    assert_eq!(statement["Action"], "ssm:GetParameter");
    assert_eq!(
        statement["Resource"],
        "arn:aws:ssm:us-east-2:123456789012:parameter/mwaa/blue-green/active-environment"
    );
}

#[test]
fn a_guard_that_failed_for_another_reason_was_not_denied_and_one_whose_log_is_elsewhere_cannot_be_told() {
    let failed = guard("orders", "failed", 12);
    let with = |said: Result<Excerpt, String>| {
        after(Trouble::AccessDenied, |gathered| {
            begun(&mut gathered.blue).push(failed.clone());
            gathered.blue.logs = vec![(failed.clone(), said)];
        })
    };
    says(&with(Ok(Excerpt::of("NobodyWorks: the flag is missing"))), NotFound, &["another reason", "NobodyWorks"]);
    let elsewhere = "It is in CloudWatch: log group `airflow-blue-Task`.";
    says(&with(Err(elsewhere.into())), CannotBeTold, &[elsewhere]);
}

#[test]
fn iam_says_of_the_execution_role_what_no_log_says_yet() {
    for (word, mend) in [(Allowed::NotGranted, "Add the statement below"), (Allowed::Denied, "Find what denies")] {
        let found = after(Trouble::AccessDenied, |gathered| gathered.green.role = Ok(word));
        says(&found, Found, &["On Green", "may not read the flag, says IAM", super::fixture::ROLE, mend]);
        assert!(found.statement.expect("a statement").contains("parameter/mwaa/blue-green/active-environment"));
    }
    let well = after(Trouble::AccessDenied, |_| {});
    says(&well, NotFound, &["Blue's execution role", "may read the flag, says IAM"]);
    let unread = after(Trouble::AccessDenied, |gathered| gathered.blue.role = Err("IAM did not answer in 8 s.".into()));
    says(&unread, NotFound, &["could not be looked at: IAM did not answer in 8 s."]);
}

#[test]
fn of_many_guards_the_logs_of_those_that_failed_are_read_first() {
    let mut gathered = well();
    let many = (0..6).map(|n| guard(&format!("skips_{n}"), "skipped", n));
    begun(&mut gathered.blue).extend(many.chain([guard("fails", "up_for_retry", 50)]));
    let wanted = gathered.blue.worth_reading(&gathered.rules);
    let wanted: Vec<&str> = wanted.iter().map(|task| task.dag.as_str()).collect();
    assert_eq!(wanted, ["fails", "skips_0", "skips_1", "skips_2"]);
    assert_eq!(dag("x", "teal").tags, ["teal"]);
}
