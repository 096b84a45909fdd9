//! Alarms and charts are read while somebody looks, once for everybody, and no page waits for them.

mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use support::{Instance, World, airflow::FakeAirflow, folder, nothing::Nothing, ssm::seeded};
use teal_domain::{
    Millis, Timestamp,
    alarms::Alarms,
    metrics::{Amount, Answer, MOST_SERIES, Point, Series},
    monitoring::{Monitoring, Span},
};
use teal_server::{
    aws::{AwsError, metrics::MetricPort},
    engine::{Around, monitoring},
};

/// A CloudWatch that counts.
#[derive(Debug, Default)]
struct Counts {
    data: AtomicUsize,
    alarms: AtomicUsize,
    denied: Mutex<bool>,
    periods: Mutex<Vec<(u64, u64)>>,
}

impl Counts {
    fn asked(&self) -> (usize, usize) {
        (self.data.load(Ordering::SeqCst), self.alarms.load(Ordering::SeqCst))
    }

    fn refused(&self, action: &str) -> Result<(), AwsError> {
        if !*self.denied.lock().expect("a word") {
            return Ok(());
        }
        let message = format!("{action} is not allowed for these credentials: add it to Teal's policy.");
        Err(AwsError { code: Some("AccessDenied".into()), message, refused: true })
    }
}

#[async_trait]
impl MetricPort for Counts {
    async fn existing(&self) -> Result<Alarms, AwsError> {
        self.alarms.fetch_add(1, Ordering::SeqCst);
        self.refused("cloudwatch:DescribeAlarms").map(|()| Alarms::default())
    }

    async fn data(
        &self,
        series: &[Series],
        period: Millis,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Answer, AwsError> {
        assert!(series.len() <= MOST_SERIES, "{}", series.len());
        self.data.fetch_add(1, Ordering::SeqCst);
        self.periods.lock().expect("periods").push((period.as_secs(), to.since(from).as_secs()));
        self.refused("cloudwatch:GetMetricData")?;
        let point = Point { at: from, value: Amount::whole(7) };
        Ok(series.iter().map(|series| (series.clone(), vec![point])).collect())
    }
}

struct Scene {
    world: World,
    teal: Instance,
    counts: Arc<Counts>,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let folder = folder();
        let mut world = World::new(folder.path()).await;
        let counts = Arc::new(Counts::default());
        world.around = Some(Around {
            airflow: Arc::new(FakeAirflow::new(world.clock.clone())),
            alarms: Arc::new(Nothing),
            files: Arc::new(Nothing),
            targets: Arc::new(Nothing),
            metrics: counts.clone(),
            logs: Arc::new(Nothing),
            roles: Arc::new(Nothing),
        });
        seeded(&world.ssm, 2);
        let teal = world.instance().await;
        tokio::spawn(monitoring::keep(teal.engine.clone(), teal.pair.clone()));
        Self { world, teal, counts, _folder: folder }
    }

    fn look(&self, span: Span) {
        monitoring::look(&self.teal.engine, &self.teal.pair, span);
    }

    fn known(&self) -> Arc<Monitoring> {
        self.teal.engine.board.snapshot().pairs[0].monitoring.clone()
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Monitoring) -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !is_so(&self.known()) {
            assert!(Instant::now() < end, "{what} did not come about: {:#?}", self.known());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn read(&self, span: Span) {
        let is_read = |known: &Monitoring| known.charts(span).value().is_some() && known.alarms.value().is_some();
        self.until("a first reading", is_read).await;
    }
}

#[tokio::test]
async fn nothing_is_asked_while_nobody_looks_and_a_look_does_not_wait() {
    let scene = Scene::new().await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(scene.counts.asked(), (0, 0));
    scene.look(Span::Hour);
    assert!(scene.known().charts(Span::Hour).value().is_none(), "whoever looked went on at once");
    scene.read(Span::Hour).await;
    assert!(scene.known().charts(Span::Day).value().is_none(), "nobody looked at the day");
    assert_eq!(scene.counts.periods.lock().expect("periods")[0], (60, 3600));
}

#[tokio::test]
async fn many_who_look_are_served_by_one_reading_until_it_is_old() {
    let scene = Scene::new().await;
    scene.look(Span::Day);
    scene.read(Span::Day).await;
    let before = scene.counts.asked();
    for _ in 0..50 {
        scene.look(Span::Day);
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(scene.counts.asked(), before);
    let read_at = scene.known().charts(Span::Day).read_at();
    scene.world.clock.pass(Duration::from_secs(301));
    scene.look(Span::Day);
    scene.until("a newer one", |known| known.charts(Span::Day).read_at() > read_at).await;
    assert_eq!(scene.counts.asked().0, before.0 + 1);
    assert_eq!(*scene.counts.periods.lock().expect("periods").last().expect("one"), (300, 86_400));
}

#[tokio::test]
async fn a_permission_that_is_missing_is_told_by_name_and_what_was_read_stays() {
    let scene = Scene::new().await;
    scene.look(Span::Week);
    scene.read(Span::Week).await;
    *scene.counts.denied.lock().expect("a word") = true;
    scene.world.clock.pass(Duration::from_secs(1801));
    scene.look(Span::Week);
    scene
        .until("the refusals", |known| known.charts(Span::Week).error().is_some() && known.alarms.error().is_some())
        .await;
    let known = scene.known();
    let said = |error: Option<&teal_domain::reading::ReadError>| error.expect("an error").message.clone();
    assert!(said(known.charts(Span::Week).error()).contains("cloudwatch:GetMetricData is not allowed"));
    assert!(said(known.alarms.error()).contains("cloudwatch:DescribeAlarms is not allowed"));
    assert!(known.charts(Span::Week).value().is_some() && known.alarms.value().is_some());
}

#[tokio::test]
async fn what_is_up_is_written_down_and_what_was_not_read_is_not() {
    use teal_domain::availability::{State, Subject};
    let scene = Scene::new().await;
    let now = scene.teal.engine.clock.now();
    let (engine, pair) = (&scene.teal.engine, scene.teal.pair.id().clone());
    let fresh = |at: Timestamp| {
        engine.board.update(&pair, at, |known| {
            known.flag.succeed(scene.world.ssm.flag(), at);
        });
    };
    for minute in 0..3 {
        let at = now + Millis(minute * 60_000);
        fresh(at);
        engine.observe(at).await.expect("written");
    }
    let later = now + Millis::from_secs(600);
    engine.observe(later).await.expect("written");
    let seen = scene.world.store.observed(&pair, Timestamp(0), later + Millis(1)).await.expect("read");
    let flag: Vec<_> = seen.iter().filter(|seen| seen.subject == Subject::Flag).collect();
    assert_eq!(flag.len(), 1, "a reading of ten minutes ago is none: {seen:?}");
    assert!(matches!(flag[0].state, State::Live(_)));
    assert_eq!(flag[0].to.since(flag[0].from), Millis::from_secs(120));
}
