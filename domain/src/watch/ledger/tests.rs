use super::*;
use crate::steps::Gap;

const FROM: Timestamp = Timestamp(1_000_000);
const LASTS: u64 = 900;

/// A watch that is looked at every ten seconds.
struct Kept {
    ledger: Ledger,
    course: Course,
    now: Timestamp,
}

impl Kept {
    fn new() -> Self {
        let mut course = Course::default();
        let until = FROM + Millis::from_secs(LASTS);
        course.take(FROM, Step::Watching { until, failed_before: None, from: Some(FROM), ringing: None });
        Self { ledger: Ledger::default(), course, now: FROM }
    }

    fn window(&self) -> Window {
        Window { from: FROM, until: FROM + Millis::from_secs(LASTS), now: self.now }
    }

    fn look(&mut self, unread: &[Source]) {
        let failed = |source| unread.contains(&source).then(|| "It was denied.".to_owned());
        let answers = [Source::Guards, Source::Health].map(|source| (source, failed(source)));
        for step in self.ledger.take(&self.course, &answers, self.window()) {
            self.course.take(self.now, step);
        }
    }

    /// Looks for that long.
    fn looks(mut self, seconds: u64, unread: &[Source]) -> Self {
        for _ in 0..seconds / 10 {
            self.now = self.now + Millis::from_secs(10);
            self.look(unread);
        }
        self
    }

    /// Nobody looks for that long.
    fn nobody(mut self, seconds: u64) -> Self {
        self.now = self.now + Millis::from_secs(seconds);
        self
    }

    fn end(&self) -> WatchEnd {
        self.ledger.end(&self.course, self.window())
    }

    fn told(&self) -> Vec<&'static str> {
        self.course.steps.iter().skip(1).map(|(_, step)| step.as_str()).collect()
    }
}

#[test]
fn a_watch_that_read_everything_to_its_end_is_good_and_says_nothing_of_it() {
    let kept = Kept::new().looks(LASTS, &[]);
    assert_eq!((kept.end(), kept.told()), (WatchEnd::Good, Vec::new()));
}

#[test]
fn what_could_never_be_read_is_told_once_and_leaves_the_watch_unseen() {
    let kept = Kept::new().looks(LASTS, &[Source::Guards]);
    assert_eq!((kept.end(), kept.told()), (WatchEnd::Unseen, vec!["unread"]));
    let gaps = kept.course.gaps(kept.now);
    assert_eq!((gaps.len(), gaps[0].what, gaps[0].lasts()), (1, Some(Source::Guards), Millis::from_secs(LASTS)));
}

#[test]
fn a_gap_is_told_from_its_third_look_and_again_when_it_is_over() {
    let kept = Kept::new().looks(300, &[]).looks(20, &[Source::Health]).looks(10, &[]);
    assert_eq!(kept.told(), Vec::<&str>::new(), "two looks are nothing");
    let kept = kept.looks(100, &[Source::Health]).looks(470, &[]);
    assert_eq!((kept.end(), kept.told()), (WatchEnd::Good, vec!["unread", "read_again"]));
    let gaps = kept.course.gaps(kept.now);
    assert_eq!(gaps.iter().map(Gap::lasts).collect::<Vec<_>>(), [Millis::from_secs(110)]);
}

#[test]
fn a_gap_of_more_than_two_minutes_leaves_it_unseen_wherever_it_is() {
    for before in [0, 300, 760] {
        let kept = Kept::new().looks(before, &[]).looks(140, &[Source::Health]).looks(LASTS - before - 140, &[]);
        assert_eq!(kept.end(), WatchEnd::Unseen, "after {before} s");
    }
}

#[test]
fn many_short_gaps_are_a_long_one() {
    let mut kept = Kept::new();
    for _ in 0..6 {
        kept = kept.looks(100, &[Source::Guards]).looks(50, &[]);
    }
    assert_eq!(kept.end(), WatchEnd::Unseen);
}

#[test]
fn a_process_that_comes_late_says_from_when_on_it_watched() {
    let kept = Kept::new().nobody(290).looks(LASTS - 290, &[]);
    assert_eq!((kept.end(), kept.told()), (WatchEnd::Unseen, vec!["unwatched"]));
    assert_eq!(kept.course.gaps(kept.now)[0].lasts(), Millis::from_secs(300));
}

#[test]
fn a_watch_that_nobody_kept_is_unseen_and_only_its_window_counts() {
    let mut kept = Kept::new().nobody(2 * 86_400);
    kept.look(&[]);
    assert_eq!(kept.end(), WatchEnd::Unseen);
    assert!(kept.window().is_long_past());
    assert_eq!(kept.course.gaps(kept.now)[0].lasts(), Millis::from_secs(LASTS));
}

#[test]
fn one_process_may_follow_the_other_within_two_minutes() {
    let mut kept = Kept::new().looks(400, &[]);
    let kept_by_the_store = serde_json::to_string(&kept.ledger).expect("JSON");
    kept.ledger = serde_json::from_str(&kept_by_the_store).expect("the same");
    let kept = kept.nobody(100).looks(LASTS - 500, &[]);
    assert_eq!((kept.end(), kept.told()), (WatchEnd::Good, Vec::new()));
}

#[test]
fn a_short_window_allows_only_short_gaps() {
    let window = Window { from: FROM, until: FROM + Millis::from_secs(60), now: FROM };
    assert_eq!(window.longest(), Millis::from_secs(20));
}

#[test]
fn an_airflow_is_silent_since_its_last_answer_of_any_kind_or_since_somebody_looks() {
    let kept = Kept::new().looks(200, &[]).looks(100, &[Source::Health]);
    assert_eq!(kept.ledger.silent(kept.window()), Millis::from_secs(100));
    let late = Kept::new().nobody(400).looks(20, &[Source::Health]);
    assert_eq!(late.ledger.silent(late.window()), Millis::from_secs(10));
}
