//! What the two sides do beside each other.

use super::fixture::{after, finding, guard, says, switched, task, well};
use crate::{
    airflow::{Task, Work},
    dags::Strategy,
    environment::OptionValue,
    trouble::{
        Gathered, Side, Trouble,
        Verdict::{CannotBeTold, Found, NotFound},
    },
};

fn begun(side: &mut Side) -> &mut Vec<Task> {
    side.begun.as_mut().expect("tasks")
}

#[test]
fn a_guard_that_goes_on_where_the_flag_does_not_point_was_not_reached_by_the_switch() {
    let spoiled = |gathered: &mut Gathered| begun(&mut gathered.green).push(guard("orders", "success", 10));
    let found = after(Trouble::Ignored, spoiled);
    says(
        &found,
        Found,
        &["1 DAG that asked since did not go by it", "2 h 50 min after the flag was written", "us-east-2"],
    );
    // What asked before the switch answered rightly.
    let mut just_now = well();
    spoiled(&mut just_now);
    switched(&mut just_now, 5);
    says(&finding(&just_now, Trouble::Ignored), CannotBeTold, &["No task teal_guard has begun"]);
}

#[test]
fn the_latest_answer_counts_and_what_came_at_once_after_the_switch_may_be_remembered() {
    let found = after(Trouble::Ignored, |gathered| {
        begun(&mut gathered.green).extend([guard("orders", "success", 15), guard("orders", "skipped", 5)]);
    });
    says(&found, NotFound, &["found it so"]);
    let mut just_now = well();
    begun(&mut just_now.blue).push(guard("orders", "skipped", 5));
    switched(&mut just_now, 5);
    says(&finding(&just_now, Trouble::Ignored), Found, &["within a minute of the switch"]);
}

#[test]
fn another_name_for_the_flag_is_told() {
    let found = after(Trouble::Ignored, |gathered| {
        begun(&mut gathered.blue).push(guard("orders", "skipped", 5));
        let environment = gathered.blue.environment.as_mut().expect("an environment");
        environment.setup.options.insert("custom.teal_flag".into(), OptionValue::Plain("/old/flag".into()));
    });
    says(&found, Found, &["custom.teal_flag of mwaa-openlineage-blue-dev is /old/flag"]);
}

#[test]
fn what_began_before_the_switch_drains_and_what_began_after_it_is_told() {
    let mut gathered = well();
    switched(&mut gathered, 10);
    // A run of which the second task began after the switch, and the first one before it.
    let first = guard("orders", "success", 15);
    let mut second = task("orders", "load", "running", 5);
    second.run.clone_from(&first.run);
    begun(&mut gathered.green).extend([first, second]);
    let drains = finding(&gathered, Trouble::OldSide);
    says(&drains, NotFound, &["Nothing has begun to work on Green", "under way: 1 task of runs that began before it"]);
    begun(&mut gathered.green).push(task("exports", "send", "success", 3));
    let found = finding(&gathered, Trouble::OldSide);
    says(
        &found,
        Found,
        &["exports", "7 min after the flag was written", "have no check", "pause-standby", "Beside them, 1 task"],
    );
}

#[test]
fn a_task_that_has_run_for_hours_on_the_old_side_is_seen() {
    let mut gathered = well();
    switched(&mut gathered, 240);
    let tasks = vec![task("orders", "load", "running", 230)];
    gathered.green.work = Ok(Work { tasks, ..Work::default() });
    says(&finding(&gathered, Trouble::OldSide), Found, &["orders", "have the tag of a check"]);
}

#[test]
fn a_rehearsal_on_the_standby_and_sides_with_dags_of_their_own_are_no_trouble() {
    let mut rehearsal = task("orders", "load", "success", 5);
    rehearsal.run = "teal-1".into();
    let found = after(Trouble::OldSide, |gathered| begun(&mut gathered.green).push(rehearsal.clone()));
    says(&found, NotFound, &[]);
    let found = after(Trouble::OldSide, |gathered| {
        begun(&mut gathered.green).push(task("exports", "send", "success", 5));
        gathered.rules.strategy = Strategy::SeparateDags;
    });
    says(&found, CannotBeTold, &["separate-dags"]);
}

#[test]
fn the_same_moment_worked_for_on_both_sides_is_work_done_twice() {
    let found = after(Trouble::Both, |gathered| begun(&mut gathered.green).push(task("orders", "load", "success", 20)));
    says(&found, Found, &["1 DAG worked on both sides", "for the same moment", "Pause them on Green"]);
    // Around a switch a guarded DAG works on one side after the other, for other moments.
    let found = after(Trouble::Both, |gathered| begun(&mut gathered.green).push(task("orders", "load", "success", 50)));
    says(&found, NotFound, &[]);
}

#[test]
fn an_unguarded_dag_that_is_unpaused_on_both_sides_and_works_on_both_is_found() {
    let works = |gathered: &mut Gathered| begun(&mut gathered.green).push(task("exports", "send", "success", 40));
    says(&after(Trouble::Both, works), NotFound, &[]);
    let found = after(Trouble::Both, |gathered| {
        works(gathered);
        gathered.green.dags.as_mut().expect("dags")[1].paused = false;
    });
    says(&found, Found, &["Unpaused on both sides, without a check, and at work on both: exports"]);
}
