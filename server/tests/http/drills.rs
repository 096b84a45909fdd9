//! Drills on pages and for scripts: planned by a form that keeps what was typed, run by their name, and reported.

use teal_app::paths::{DrillProblem, DrillQuery};
use teal_domain::{
    Actor, Grants, Role,
    access::{Grant, Scope},
};

use crate::{
    api::read,
    house::{Answer, House},
    location,
};

const HOSTILE: &str = "<script>alert(1)</script> & \"Tuesday\"";

fn typed<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("pair", "dev"),
        ("name", HOSTILE),
        ("kind", "tabletop"),
        ("when", "cron"),
        ("cron", "0 10 * * TUE"),
        ("zone", "Europe/Berlin"),
        ("window", "30m"),
        ("late", "skip"),
        ("owner", "olga"),
    ];
    let changed = |name: &str| more.iter().any(|(other, _)| *other == name);
    usual.into_iter().filter(|(name, _)| !changed(name)).chain(more.iter().copied()).collect()
}

async fn save(house: &House, more: &[(&str, &str)]) -> Answer {
    house.post("/api/fn/drill_save", &typed(more)).await
}

/// The id and revision of the only plan.
fn only(house: &House) -> (String, u32) {
    let snapshot = house.app.desk.snapshot();
    let plans = &snapshot.pair(house.teal.pair.id()).expect("known").drills.plans;
    assert_eq!(plans.len(), 1);
    (plans[0].plan.id.to_string(), plans[0].plan.revision)
}

#[tokio::test]
async fn a_drill_is_planned_run_by_its_name_and_reported() {
    let house = House::new().await;
    assert_eq!(location(&save(&house, &[]).await), "/p/dev/drills");
    let page = house.get("/p/dev/drills").await.text();
    assert!(page.contains("&lt;script>alert(1)&lt;/script>") || page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains("<script>alert(1)") && page.contains("10:00 CE"), "{page}");
    assert!(house.get("/p/dev").await.text().contains("Next drill"), "on the overview too");

    let (plan, _) = only(&house);
    let run = async |typed: &str| {
        let fields = [("pair", "dev"), ("plan", &*plan), ("deed", "run"), ("name", HOSTILE), ("typed", typed)];
        house.post("/api/fn/drill_to", &fields).await
    };
    let wrong = location(&run("Wednesday").await).to_owned();
    assert!(wrong.ends_with("problem=typed"), "{wrong}");
    let report = location(&run(HOSTILE).await).to_owned();
    let seq = report.strip_prefix("/p/dev/drills/run/").expect("a report").to_owned();
    assert!(house.get(&report).await.text().contains("and begins"), "it has only begun");
    for _ in 0..3 {
        house.poll().await;
        house.teal.engine.go_on_with_drills(&house.teal.pair).await.expect("a store");
    }
    let page = house.get(&report).await.text();
    assert!(page.contains("The checks, as they stood") && page.contains("drill ended"), "{page}");
    let told = read(&house.get(&format!("/api/v1/pairs/dev/drills/{seq}")).await);
    let state = told["state"].as_str().expect("a state");
    assert!(["succeeded", "failed"].contains(&state), "{told}");
    assert_eq!(
        (&told["kind"], &told["flip_ms"], &told["switches"][0]),
        (&"tabletop".into(), &serde_json::Value::Null, &serde_json::Value::Null)
    );
    assert_eq!(told["entries"].as_array().map(Vec::len), Some(3), "begun, went, ended: {told}");
    assert!(house.world.ssm.puts().is_empty(), "a tabletop drill moves nothing");
    assert!(house.get("/p/dev/history").await.text().contains("Drill: "), "it is in the history");
}

#[tokio::test]
async fn what_is_wrong_comes_back_with_all_that_was_typed() {
    let house = House::new().await;
    for (field, typed, says) in [
        ("cron", "0 0 30 2 *", "It never comes to pass"),
        ("zone", "Mars/Olympus", "is no time zone"),
        ("window", "forever", "is no duration"),
        ("guards", "errors", "does nothing"),
    ] {
        let back = location(&save(&house, &[(field, typed)]).await).to_owned();
        let (path, query) = back.split_once('?').expect("a query");
        assert_eq!(path, "/p/dev/drills/plan");
        let query = DrillQuery::parse(query, house.teal.pair.id());
        assert_eq!(
            (query.problem, query.form.map(|form| form.name)),
            (Some(DrillProblem::Field), Some(HOSTILE.into()))
        );
        let page = house.get(&back).await.text();
        assert!(page.contains(says) && page.contains("role=\"alert\""), "{field}: {page}");
        assert!(!page.contains("<script>alert(1)"), "{field}");
    }
    assert!(house.get("/p/dev/drills").await.text().contains("Nothing is planned"));
}

#[tokio::test]
async fn of_two_who_change_a_plan_the_slower_one_is_told_and_keeps_what_was_typed() {
    let house = House::new().await;
    save(&house, &[]).await;
    let (plan, revision) = only(&house);
    let stale = revision.to_string();
    let change = async |name: &str| save(&house, &[("plan", &*plan), ("revision", &*stale), ("name", name)]).await;
    assert_eq!(location(&change("One").await), "/p/dev/drills");
    let back = location(&change("Two").await).to_owned();
    assert!(back.contains("problem=refused") && back.contains("name=Two"), "{back}");
    assert_eq!(only(&house).1, revision + 1);
}

#[tokio::test]
async fn whoever_may_only_look_reads_and_is_told_who_may() {
    let house = House::new().await;
    let viewer = Grants::from_iter([Grant { role: Role::Viewer, scope: Scope::All }]);
    let vera = teal_app::desk::Identity::trusted(Actor::page("vera"), viewer);
    let house = House { router: house.behind(vera), ..house };
    let page = house.get("/p/dev/drills").await.text();
    assert!(page.contains("Drilling needs the role operator or admin") && !page.contains("Plan a drill"), "{page}");
    let back = location(&save(&house, &[]).await).to_owned();
    assert!(back.contains("problem=forbidden"), "{back}");
}
