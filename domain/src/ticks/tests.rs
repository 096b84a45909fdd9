use super::*;

fn task(dag: &str, task: &str, state: &str, at: i64) -> Task {
    let (dag, task, state) = (dag.to_owned(), task.to_owned(), state.to_owned());
    let logical = Some(Timestamp(at));
    Task { dag, run: "run".into(), task, state, attempt: 1, began: Some(Timestamp(at)), ended: None, logical }
}

fn made(tasks: &[Task]) -> Made {
    Tick { dag: "a".into(), logical: Timestamp(10) }.made(tasks, "teal_guard")
}

#[test]
fn a_tick_was_run_where_its_guard_let_it_through_or_it_works_without_one() {
    assert_eq!(made(&[task("a", "teal_guard", "success", 10)]), Made::Ran);
    assert_eq!(made(&[task("a", "work", "running", 10)]), Made::Ran);
    assert_eq!(made(&[task("a", "work", "failed", 10)]), Made::Ran, "what came of it is another matter");
}

#[test]
fn a_tick_was_passed_over_where_its_guard_was_skipped_or_failed_or_there_is_no_run_for_it() {
    for state in ["skipped", "failed", "upstream_failed"] {
        assert_eq!(made(&[task("a", "teal_guard", state, 10)]), Made::PassedOver, "{state}");
    }
    let others = [task("b", "work", "success", 10), task("a", "work", "success", 20)];
    assert_eq!(made(&others), Made::PassedOver, "another DAG, and another tick");
    assert_eq!(made(&[]), Made::PassedOver);
}

#[test]
fn a_tick_whose_guard_has_not_ended_is_neither() {
    for state in ["", "scheduled", "queued", "running", "up_for_retry"] {
        assert_eq!(made(&[task("a", "teal_guard", state, 10)]), Made::NotAskedYet, "{state}");
    }
}

#[test]
fn coverage_tells_runs_of_both_sides_of_none_and_of_one() {
    let old = [
        task("a", "work", "success", 10),
        task("b", "work", "success", 10),
        task("c", "teal_guard", "skipped", 10),
        task("c", "work", "skipped", 10),
        task("d", "teal_guard", "skipped", 10),
    ];
    let new =
        [task("b", "work", "failed", 10), task("c", "teal_guard", "success", 10), task("c", "work", "running", 10)];
    let due = [("e".to_owned(), Timestamp(20)), ("a".to_owned(), Timestamp(10)), ("f".to_owned(), Timestamp(90_000))];
    let found = coverage(&old, &new, "teal_guard", &due, Timestamp(100_000));
    assert_eq!(found.once, 2, "a and c");
    assert_eq!(found.twice, [("b".to_owned(), Timestamp(10))]);
    assert_eq!(found.missed, [("d".to_owned(), Timestamp(10)), ("e".to_owned(), Timestamp(20))]);
}

#[test]
fn what_is_only_just_beginning_is_not_missed() {
    let begins = [task("a", "teal_guard", "running", 10), task("b", "teal_guard", "skipped", 10)];
    let due = [("c".to_owned(), Timestamp(50_000))];
    let found = coverage(&begins, &[], "teal_guard", &due, Timestamp(100_000));
    assert_eq!((found.once, found.missed), (0, vec![("b".to_owned(), Timestamp(10))]));
}
