//! The lineage service over HTTP: both shapes of its API, and everything that can be wrong with whoever answers.

#[path = "marquez/board.rs"]
mod board;
#[path = "support/marquez.rs"]
mod fixture;
#[path = "marquez/odd.rs"]
mod odd;
mod support;

use fixture::{Served, Version, marquez};
use teal_domain::{
    Color, Timestamp,
    lineage::{Day, RunState, Setup, Told, WebAddress},
};
use teal_server::marquez::{Marquez, MarquezError, health};

/// Friday 27 November 2026, noon UTC.
const NOON: Timestamp = Timestamp(1_795_780_800_000);
const BLUE: &str = "mwaa-openlineage-blue-dev";
const GREEN: &str = "mwaa-openlineage-green-dev";

fn setup(address: &str) -> Setup {
    Setup {
        public: None,
        api: Some(WebAddress::parse(address).expect("an address")),
        health: None,
        blue: BLUE.into(),
        green: GREEN.into(),
    }
}

fn client(served: &Served) -> Marquez {
    Marquez::new(&setup(&served.address)).expect("a client")
}

#[tokio::test]
async fn jobs_are_read_in_both_shapes_with_their_last_run() {
    let jobs: [(&str, &str, &[&str]); 3] = [
        ("orders", "COMPLETED", &["2026-11-27T11:00:00Z", "2026-11-26T11:00:00Z"]),
        ("sales", "FAILED", &["2026-11-27T10:00:00.250Z"]),
        ("new", "SKIPPED", &[]),
    ];
    for version in [Version::Early, Version::Later] {
        let served = Served::new(marquez(version, &[(BLUE, &jobs)])).await;
        let read = client(&served).jobs(BLUE).await.expect("jobs");
        let names: Vec<&str> = read.jobs.iter().map(|job| job.name.raw()).collect();
        assert_eq!((names, read.total, read.cut), (vec!["new", "orders", "sales"], Some(3), false), "{version:?}");
        let [new, orders, sales] = &read.jobs[..] else { panic!("{read:?}") };
        assert!(new.run.is_none() && sales.failed() && !orders.failed());
        assert_eq!(orders.run.as_ref().and_then(|run| run.began), Some(Timestamp(NOON.0 - 3_600_000)));
        let earlier = usize::from(version == Version::Later);
        assert_eq!((orders.earlier.len(), orders.reads.len()), (earlier, 1), "{version:?}");
        assert_eq!(orders.run.as_ref().map(|run| &run.state), Some(&RunState::Completed));
        // The one answers an error, the other an empty list.
        assert_eq!(client(&served).jobs(GREEN).await.expect("no error").jobs, [], "{version:?}");
    }
}

#[tokio::test]
async fn all_pages_are_read_up_to_a_thousand_jobs_and_it_is_said_where_there_are_more() {
    let names: Vec<String> = (0..1_120).map(|n| format!("job_{n:04}")).collect();
    for (count, cut) in [(50, false), (120, false), (1_000, false), (1_120, true)] {
        let runs: &[&str] = &["2026-11-27T11:00:00Z"];
        let jobs: Vec<(&str, &str, &[&str])> = names[..count].iter().map(|name| (&**name, "COMPLETED", runs)).collect();
        let served = Served::new(marquez(Version::Later, &[(BLUE, &jobs)])).await;
        let read = client(&served).jobs(BLUE).await.expect("jobs");
        assert_eq!((read.jobs.len(), read.cut), (count.min(1_000), cut), "of {count}");
        assert_eq!(read.total, Some(u64::try_from(count).expect("few")));
        assert!(served.asked().len() <= 21, "{}", served.asked().len());
    }
}

#[tokio::test]
async fn a_namespace_with_signs_of_an_address_in_it_stays_one_part_of_the_path() {
    let served = Served::new(marquez(Version::Early, &[])).await;
    client(&served).jobs("s3://a/b?c=d").await.expect("none");
    assert_eq!(served.asked(), ["/api/v1/namespaces/s3%3A%2F%2Fa%2Fb%3Fc%3Dd/jobs?limit=50&offset=0"]);
}

#[tokio::test]
async fn both_namespaces_are_found_and_the_others_are_named() {
    let served = Served::new(marquez(Version::Early, &[(BLUE, &[]), ("default", &[])])).await;
    let found = client(&served).namespaces(&setup(&served.address)).await.expect("namespaces");
    assert_eq!((found.has(Color::Blue), found.has(Color::Green), found.more), (true, false, false));
    assert_eq!(found.others.iter().map(teal_domain::lineage::Name::raw).collect::<Vec<_>>(), ["default"]);
}

#[tokio::test]
async fn where_there_are_too_many_namespaces_to_list_those_of_the_sides_are_asked_for_by_name() {
    let names: Vec<String> = (0..150).map(|n| format!("a{n:03}")).chain([GREEN.to_owned()]).collect();
    let all: Vec<(&str, &[fixture::Job<'_>])> = names.iter().map(|name| (&**name, &[][..])).collect();
    let served = Served::new(marquez(Version::Later, &all)).await;
    let found = client(&served).namespaces(&setup(&served.address)).await.expect("namespaces");
    assert_eq!((found.blue, found.green, found.more, found.others.len()), (false, true, true, 100));
}

#[tokio::test]
async fn events_are_told_by_day_with_their_kinds_where_there_are_statistics() {
    let served = Served::new(marquez(Version::Later, &[])).await;
    let days = client(&served).days(NOON, &[]).await.expect("days");
    assert_eq!(days.iter().map(|day| day.all).collect::<Vec<_>>(), [3, 5, 7, 9, 11, 13, 15]);
    assert_eq!(days[0].kinds.map(|kinds| kinds.fail), Some(1));
}

#[tokio::test]
async fn where_there_are_none_they_are_counted_and_days_that_are_over_only_once() {
    let served = Served::new(marquez(Version::Early, &[])).await;
    let client = client(&served);
    let days = client.days(NOON, &[]).await.expect("days");
    assert_eq!((days.len(), days[6].from, days[6].kinds), (7, Timestamp(NOON.0 - 43_200_000), None));
    assert_eq!(served.asked().len(), 8);
    assert!(
        served.asked()[7].contains("after=2026-11-27T00:00:00Z&before=2026-11-28T00:00:00Z"),
        "{:?}",
        served.asked()
    );
    let known: Vec<Day> = days.iter().map(|day| Day { all: 7, ..*day }).collect();
    let again = client.days(NOON, &known).await.expect("days");
    let fresh = again.iter().filter(|day| day.all != 7).count();
    assert_eq!((fresh, served.asked().len()), (2, 11), "yesterday's may still come in");
}

#[tokio::test]
async fn its_health_is_told_by_the_admin_port_and_else_by_the_api() {
    let ill = (axum::http::StatusCode::INTERNAL_SERVER_ERROR, r#"{"postgres":{"healthy":false,"message":"gone"}}"#);
    let admin = Served::new(move |_| axum::response::IntoResponse::into_response(ill)).await;
    let api = Served::new(marquez(Version::Early, &[])).await;
    let mut both = setup(&api.address);
    both.health = Some(format!("{}/healthcheck", admin.address));
    let client = Marquez::new(&both).expect("a client");
    let told = client.health().await.expect("its health");
    assert_eq!((told.by, told.database, &*told.message), (Told::Admin, Some(false), "gone"));
    assert!(api.asked().is_empty());
    admin.end().await;
    let told = client.health().await.expect("its health");
    assert_eq!((told.by, told.database), (Told::Api, None));
    api.end().await;
    let gone = client.health().await.expect_err("nobody is there");
    assert!(matches!(&gone, MarquezError::Away(_)), "{gone:?}");
}

#[tokio::test]
async fn the_admin_port_alone_will_do_and_nothing_else_is_asked_then() {
    use axum::response::IntoResponse as _;
    let admin = Served::new(|_| r#"{"postgres":{"healthy":true}}"#.into_response()).await;
    let address = format!("{}/healthcheck", admin.address);
    let only = Setup { health: Some(address.clone()), ..Setup::default() };
    let client = Marquez::new(&only).expect("a client");
    assert_eq!(client.health().await.expect("well").database, Some(true));
    assert_eq!(health(&address).await.expect("well").database, Some(true));
    assert!(client.jobs(BLUE).await.is_err());
    assert_eq!(admin.asked(), ["/healthcheck", "/healthcheck"]);
}
