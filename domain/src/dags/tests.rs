use super::*;
use crate::{Color::Green, steps::Step};

fn dag(id: &str, paused: bool, tags: &[&str]) -> Dag {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    Dag {
        id: id.into(),
        paused,
        schedule: Some("@hourly".into()),
        next_run: Some(Timestamp(50)),
        tags,
        broken: false,
        next_logical: None,
    }
}

fn plan() -> DagPlan {
    let old = [dag("a", false, &["teal"]), dag("b", false, &[]), dag("c", true, &["teal"]), dag("d", false, &[])];
    let new = [dag("a", true, &["teal"]), dag("b", true, &["teal"]), dag("c", true, &["teal"]), dag("e", false, &[])];
    DagPlan::pause_standby(Green, Some(&old), Some(&new), None, None, &DagRules::default(), Timestamp(60))
}

#[test]
fn the_new_side_works_on_exactly_what_the_old_one_worked_on() {
    let plan = plan();
    assert_eq!(plan.unpause(true), ["a"]);
    assert_eq!(plan.unpause(false), ["b"], "the check must be on both sides to count");
    assert_eq!(plan.pause(), ["a", "b"]);
    assert_eq!(plan.stay, ["c"], "what somebody paused on purpose is not woken");
    assert_eq!(plan.missing, ["d"]);
    assert!(plan.moves.iter().all(|moved| moved.fires), "they were due");
}

#[test]
fn without_the_check_a_dag_waits_for_its_old_side_unless_nothing_waits() {
    let mut course = Course::default();
    course.take(Timestamp(1), Step::Planned { plan: plan() });
    assert_eq!(course.may_unpause(), ["a"]);
    course.take(Timestamp(2), Step::Unpaused { side: Green, dags: vec!["a".into()] });
    assert!(course.may_unpause().is_empty());
    course.take(Timestamp(3), Step::Paused { side: Green.other(), dags: vec!["b".into()] });
    assert_eq!(course.may_unpause(), ["b"]);
    assert_eq!(course.left(true), ["a"]);

    let mut at_once = Course::default();
    at_once.take(Timestamp(1), Step::Planned { plan: DagPlan { at_once: true, ..plan() } });
    assert_eq!(at_once.may_unpause(), ["a", "b"]);
}

#[test]
fn a_revert_takes_back_what_was_done_and_nothing_else() {
    let mut course = Course::default();
    course.take(Timestamp(1), Step::Planned { plan: plan() });
    course.take(Timestamp(2), Step::Unpaused { side: Green, dags: vec!["a".into()] });
    let back = DagPlan::back(&course, |_, _| None).expect("a plan");
    assert_eq!(back.target, Green.other());
    assert!(back.unpause(true).is_empty() && back.unpause(false).is_empty(), "nothing was paused yet");
    assert_eq!(back.pause(), ["a"], "b was never touched");

    course.take(Timestamp(3), Step::Paused { side: Green.other(), dags: vec!["a".into(), "b".into()] });
    course.take(Timestamp(4), Step::Unpaused { side: Green, dags: vec!["b".into()] });
    let back = DagPlan::back(&course, |_, _| None).expect("a plan");
    assert_eq!([back.unpause(true), back.unpause(false), back.pause()].concat(), ["a", "b", "a", "b"]);

    // What stands is believed before what is on record: a step may have been done and not recorded.
    let back = DagPlan::back(&course, |side, dag| Some(dag == "b" && side == Green)).expect("a plan");
    assert_eq!([back.unpause(true), back.unpause(false), back.pause()].concat(), ["a"]);
}

#[test]
fn what_was_owed_and_is_done_is_owed_no_longer() {
    let mut course = Course::default();
    course.take(Timestamp(1), Step::Planned { plan: plan() });
    let blue = Green.other();
    let owed = Step::Owed { side: blue, pause: true, dags: vec!["a".into(), "b".into()], because: "403".into() };
    course.take(Timestamp(2), owed);
    course.take(Timestamp(3), Step::Paused { side: blue, dags: vec!["a".into()] });
    assert_eq!(course.owed(), [(blue, true, vec!["b".to_owned()], "403".to_owned())]);
    course.take(Timestamp(4), Step::Paused { side: blue, dags: vec!["b".into()] });
    assert!(course.owed().is_empty());
}
