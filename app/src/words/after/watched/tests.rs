use super::*;
use teal_domain::OperationId;

fn at(seconds: i64) -> Timestamp {
    Timestamp(1_700_000_000_000 + seconds * 1000)
}

fn course(steps: Vec<Step>) -> Course {
    let mut course = Course::default();
    let watching = Step::Watching { until: at(900), failed_before: None, from: Some(at(0)), ringing: None };
    [watching].into_iter().chain(steps).for_each(|step| course.take(at(900), step));
    course
}

fn last(steps: Vec<Step>) -> (Tone, String, String) {
    let course = course(steps);
    let (_, last) = course.steps.last().expect("a step").clone();
    super::super::step(&course, &last)
}

fn watched(end: WatchEnd) -> Step {
    Step::Watched { end, coverage: None }
}

fn unread(what: Source, since: i64) -> Step {
    Step::Unread { what, since: at(since), because: "It was denied.".into() }
}

#[test]
fn a_watch_says_how_long_it_was_and_what_it_did_not_see() {
    assert_eq!(last(vec![watched(WatchEnd::Good)]).1, "Watched for 15 min: nothing was red");
    let (tone, said, more) = last(vec![unread(Source::Guards, 180), watched(WatchEnd::Unseen)]);
    assert_eq!((tone, &*said), (Tone::Attention, "Watched in part"));
    assert_eq!(more, "the alarms could not be read for 12 min (It was denied)");
    let all = vec![unread(Source::Health, 0), Step::Unwatched { from: at(10), to: at(190) }, watched(WatchEnd::Unseen)];
    assert_eq!(last(all).2, "the health of Airflow could not be read at all (It was denied); nobody watched for 3 min");
    let nobody = vec![Step::Unwatched { from: at(0), to: at(86_400) }, watched(WatchEnd::Unseen)];
    assert_eq!((&*last(nobody.clone()).1, &*last(nobody).2), ("Not watched", "no process of Teal looked"));
}

#[test]
fn what_cannot_be_read_just_now_is_told_while_it_is_watched() {
    let now = unseen_now(&course(vec![unread(Source::Tasks, 60)]));
    assert_eq!(now.as_deref(), Some("The tasks cannot be read since 22:14:20 UTC."));
    let again = Step::ReadAgain { what: Source::Tasks, since: at(60) };
    assert_eq!(unseen_now(&course(vec![unread(Source::Tasks, 60), again])), None);
    assert_eq!(unseen_now(&course(vec![unread(Source::Tasks, 60), watched(WatchEnd::Unseen)])), None);
}

#[test]
fn red_says_what_then_why_then_what_teal_does() {
    let red = |what: &str, because: &str, reverts, held: Option<&str>| {
        let held = held.map(str::to_owned);
        last(vec![Step::Red { what: what.into(), because: because.into(), reverts, held }])
    };
    let (tone, said, more) = red("guard errors", "The guard errors is in alarm: 3 above 5", true, None);
    assert_eq!((tone, &*said), (Tone::Down, "Guard errors is in alarm"));
    assert_eq!(more, "3 above 5. Teal takes the switch back.");
    let (_, said, more) = red("failures", "9 tasks have failed.", false, Some("The other side is not AVAILABLE."));
    assert_eq!(said, "Too many tasks fail on the new side");
    assert_eq!(more, "9 tasks have failed. Teal does not take it back: The other side is not AVAILABLE.");
    assert_eq!(red("scheduler", "Ill.", false, None).2, "Ill. Take it back, unless you know better.");
}

#[test]
fn a_switch_that_was_taken_back_says_so_and_by_which() {
    let by = OperationId::new(at(0), 7);
    let mut course = course(vec![Step::Reverted { by }, watched(WatchEnd::Overtaken)]);
    let told = |course: &Course| {
        let steps = course.steps.iter().skip(1);
        steps.map(|(_, step)| super::super::step(course, step)).map(|(_, said, more)| (said, more)).collect::<Vec<_>>()
    };
    assert_eq!(told(&course)[0].1, format!("by operation {by}"));
    course.linked.taken_back_by = Some(123);
    assert_eq!(told(&course)[0], ("Taken back".to_owned(), "by record 123".to_owned()));
    assert_eq!(told(&course)[1].0, "The watch ended: it was taken back");
    assert_eq!(last(vec![watched(WatchEnd::Overtaken)]).1, "The watch ended: the flag moved on");
}

#[test]
fn coverage_says_what_was_missed_and_what_ran_twice() {
    let all =
        Coverage { once: 4, twice: vec![("a".into(), at(0))], missed: vec![("b".into(), at(0)), ("c".into(), at(0))] };
    let said = "2 runs missed (b for 22:13:20 UTC, c for 22:13:20 UTC), 1 ran twice (a for 22:13:20 UTC); 4 ran once";
    assert_eq!(covered(&all), said);
    assert_eq!(covered(&Coverage::default()), "nothing was due");
    assert_eq!(covered(&Coverage { once: 4, ..Coverage::default() }), "every due run ran once: 4 runs");
    let figure =
        |found: Option<Coverage>| coverage(&course(vec![Step::Watched { end: WatchEnd::Good, coverage: found }])).0;
    assert_eq!(figure(Some(all)), "2 runs missed, 1 ran twice");
    assert_eq!(figure(Some(Coverage { once: 4, ..Coverage::default() })), "every due run ran once");
    assert_eq!(figure(None), "could not be checked");
    assert_eq!(coverage(&course(Vec::new())).0, "not yet");
}
