//! Whether a watch saw what it is there to see.

use std::time::Duration;

use teal_app::words::{self, after};
use teal_domain::{
    steps::{Step, WatchEnd},
    surroundings::AlarmState,
    watch::Source,
};

use super::scene::{GREEN, Scene};
use crate::support::airflow::Fault;

const WATCH: Duration = Duration::from_secs(15 * 60);

fn unread(steps: &[Step]) -> Vec<Source> {
    let unread = steps.iter().filter_map(|step| match step {
        Step::Unread { what, .. } => Some(*what),
        _ => None,
    });
    unread.collect()
}

async fn ended(scene: &Scene, seq: u64) -> WatchEnd {
    let course = scene.course(seq).await;
    let (_, end, _) = course.watched().unwrap_or_else(|| panic!("it has not ended: {course:?}"));
    end
}

#[tokio::test]
async fn a_watch_that_may_read_nothing_ends_unseen_says_so_and_proves_nothing() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    *scene.alarms.denied.lock().expect("alarms") = true;
    scene.airflow.fail(&format!("{GREEN} *"), Fault::Status(403), usize::MAX);
    scene.follow_for(WATCH).await;
    let steps = scene.steps(record.seq).await;
    assert_eq!(ended(&scene, record.seq).await, WatchEnd::Unseen, "{steps:?}");
    assert_eq!(
        unread(&steps),
        [Source::Guards, Source::Health, Source::Tasks, Source::Heartbeat],
        "each once: {steps:?}"
    );
    let record = scene.newest().await;
    assert_eq!(record.proved_at(), None);
    let (_, said) = words::record::outcome(&record);
    assert_eq!(said, "verified; watched in part");
    let unseen = after::unseen(&scene.course(record.seq).await);
    assert!(unseen.starts_with("the alarms could not be read at all (cloudwatch:DescribeAlarms"), "{unseen}");
}

#[tokio::test]
async fn a_watch_that_nobody_kept_ends_unseen_and_what_is_so_two_days_later_is_not_of_its_making() {
    let scene = Scene::with(|policy| policy.watch.reverts = true).await;
    let record = scene.switch().await;
    scene.world.clock.pass(Duration::from_secs(2 * 86_400));
    scene.ring();
    scene.look().await;
    scene.follow().await;
    let steps = scene.steps(record.seq).await;
    assert!(steps.iter().any(|step| matches!(step, Step::Unwatched { .. })), "{steps:?}");
    assert!(!steps.iter().any(|step| matches!(step, Step::Red { .. })), "{steps:?}");
    assert_eq!(ended(&scene, record.seq).await, WatchEnd::Unseen);
    let newest = scene.newest().await;
    assert_eq!(words::record::outcome(&newest).1, "verified; not watched; 3 runs missed");
    assert_eq!((newest.seq, newest.proved_at()), (record.seq, None));
}

#[tokio::test]
async fn a_process_that_comes_late_says_from_when_on_it_watched() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.world.clock.pass(Duration::from_secs(299));
    scene.follow_for(Duration::from_secs(10 * 60)).await;
    assert_eq!(ended(&scene, record.seq).await, WatchEnd::Unseen);
    let unseen = after::unseen(&scene.course(record.seq).await);
    assert_eq!(unseen, "nobody watched for 5 min");
}

#[tokio::test]
async fn another_instance_goes_on_watching_where_one_stopped() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow_for(Duration::from_secs(400)).await;
    scene.world.clock.pass(Duration::from_secs(90));
    let other = scene.world.instance().await;
    scene.look_on(&other).await;
    for _ in 0..45 {
        scene.follow_on(&other).await;
        scene.world.clock.pass(Duration::from_secs(10));
    }
    assert_eq!(ended(&scene, record.seq).await, WatchEnd::Good);
}

#[tokio::test]
async fn a_short_silence_is_told_with_its_end_and_the_watch_is_good() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow_for(Duration::from_secs(100)).await;
    scene.airflow.fail(&format!("{GREEN} GET /health"), Fault::Status(503), 6);
    scene.follow_for(WATCH).await;
    let steps = scene.steps(record.seq).await;
    let told = steps.iter().filter(|step| matches!(step, Step::Unread { .. } | Step::ReadAgain { .. }));
    let told = told.map(Step::as_str).collect::<Vec<_>>();
    assert_eq!(told, ["unread", "read_again"]);
    assert_eq!(ended(&scene, record.seq).await, WatchEnd::Good);
    assert!(scene.newest().await.proved_at().is_none(), "three runs were missed");
}

#[tokio::test]
async fn a_guard_that_does_not_exist_is_no_guard_and_one_without_data_is_told() {
    for (state, end) in [(AlarmState::Missing, WatchEnd::Unseen), (AlarmState::NoData, WatchEnd::Good)] {
        let scene = Scene::new().await;
        *scene.alarms.others.lock().expect("alarms") = Some(state);
        let record = scene.emergency().await;
        scene.follow_for(WATCH).await;
        let steps = scene.steps(record.seq).await;
        assert_eq!(ended(&scene, record.seq).await, end, "{steps:?}");
        let mute = steps.iter().filter(|step| matches!(step, Step::NoData { .. })).count();
        assert_eq!(mute, usize::from(state == AlarmState::NoData), "{steps:?}");
        if state == AlarmState::Missing {
            let unseen = after::unseen(&scene.course(record.seq).await);
            assert!(unseen.contains("no alarm named errors"), "{unseen}");
        }
    }
}

#[tokio::test]
async fn an_airflow_that_does_not_answer_for_five_minutes_makes_it_red() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow().await;
    scene.airflow.fail(&format!("{GREEN} *"), Fault::Status(503), usize::MAX);
    scene.follow_for(Duration::from_secs(280)).await;
    let red = |steps: &[Step]| steps.iter().filter(|step| matches!(step, Step::Red { .. })).count();
    assert_eq!(red(&scene.steps(record.seq).await), 0, "it is given its time");
    scene.follow_for(Duration::from_secs(60)).await;
    let steps = scene.steps(record.seq).await;
    assert!(matches!(steps.last(), Some(Step::Red { what, .. }) if what == "airflow"), "{steps:?}");
}

#[tokio::test]
async fn where_nothing_of_aws_answers_it_is_not_the_airflow_that_is_red() {
    let scene = Scene::new().await;
    let record = scene.switch().await;
    scene.follow().await;
    *scene.alarms.denied.lock().expect("alarms") = true;
    scene.airflow.fail(&format!("{GREEN} *"), Fault::Status(503), usize::MAX);
    scene.follow_for(WATCH).await;
    assert_eq!(ended(&scene, record.seq).await, WatchEnd::Unseen);
}
