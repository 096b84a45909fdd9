use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1000)
}

fn course(steps: &[(i64, Step)]) -> Course {
    let mut course = Course::default();
    let watching = Step::Watching { until: at(900), failed_before: None, from: Some(at(0)), ringing: None };
    course.take(at(1), watching);
    steps.iter().for_each(|(seconds, step)| course.take(at(*seconds), step.clone()));
    course
}

fn red(reverts: bool, held: Option<&str>) -> Step {
    Step::Red { what: "failures".into(), because: "9".into(), reverts, held: held.map(str::to_owned) }
}

fn held(because: &str) -> Step {
    Step::Held { because: because.into() }
}

#[test]
fn why_it_is_not_taken_back_stands_until_it_is_tried() {
    let by = OperationId::new(at(20), 7);
    let taking = Step::TakingBack { by };
    assert_eq!(course(&[(9, red(false, Some("ill")))]).held(), Some("ill"));
    assert_eq!(course(&[(9, red(false, Some("ill"))), (19, held("silent"))]).held(), Some("silent"));
    let tried = course(&[(9, red(false, Some("ill"))), (20, taking.clone())]);
    assert_eq!((tried.held(), tried.attempts()), (None, vec![(at(20), by)]));
    assert_eq!(course(&[(9, red(true, None)), (20, taking), (21, held("refused"))]).held(), Some("refused"));
}

#[test]
fn what_is_promised_is_so_until_it_is_done_or_told_why_not() {
    let by = OperationId::new(at(20), 7);
    assert!(course(&[(9, red(true, None))]).is_promised());
    assert!(!course(&[(9, red(true, None)), (19, held("ill"))]).is_promised());
    assert!(!course(&[(9, red(true, None)), (20, Step::Reverted { by })]).is_promised());
    assert!(!course(&[(9, red(false, None))]).is_promised());
}

#[test]
fn gaps_are_told_as_far_as_they_lie_in_the_window() {
    let (what, because) = (Source::Tasks, "denied".to_owned());
    let steps = [
        (30, Step::Unread { what, since: at(-5), because: because.clone() }),
        (60, Step::ReadAgain { what, since: at(-5) }),
        (500, Step::Unwatched { from: at(300), to: at(500) }),
        (850, Step::Unread { what, since: at(800), because }),
    ];
    let spans = |until| {
        let gaps = course(&steps).gaps(at(until));
        gaps.iter().map(|gap| (gap.what, gap.from.0 / 1000, gap.to.0 / 1000)).collect::<Vec<_>>()
    };
    assert_eq!(spans(9000), [(Some(what), 0, 60), (None, 300, 500), (Some(what), 800, 900)]);
    assert_eq!(spans(870)[2], (Some(what), 800, 870));
    assert_eq!(course(&steps).unread(what), Some((at(800), "denied")));
    assert_eq!(course(&steps).unread(Source::Guards), None);
}

#[test]
fn a_watch_that_was_journalled_before_all_this_is_read_as_it_was() {
    let told = r#"{"step":"watching","until":900000,"failed_before":2}"#;
    let step: Step = serde_json::from_str(told).expect("an old step");
    assert_eq!(serde_json::to_string(&step).expect("JSON"), told);
    let mut old = Course::default();
    old.take(at(3), step);
    assert_eq!((old.window(), old.watching(), old.ringing()), (Some((at(3), at(900))), Some((at(900), Some(2))), None));
}
