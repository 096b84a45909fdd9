//! What was told is kept, and what is known follows from it.

use teal_domain::{
    bill::{Cut, Micros, Trouble},
    cost::Cents,
};
use teal_server::{
    aws::bill::By,
    store::bills::{Asking, Counts, Ended, Told},
};

use super::{Scene, day};

#[tokio::test]
async fn the_ledger_has_services_sides_and_what_is_nobodys() {
    let scene = Scene::new().await;
    scene.look().await;
    scene.days(2).await;
    let paid = scene.paid().await;
    let ledger = paid.ledger.as_ref().expect("a ledger");
    let last_month = ledger.months.len() - 2;
    assert_eq!(ledger.currency, "USD");
    assert_eq!(ledger.services.month(last_month), Some(Cents(31 * 2_400)));
    let sides: Vec<_> = ledger.sides.rows.iter().map(|row| row.key.name.as_str()).collect();
    assert_eq!(sides, ["blue", ""]);
    assert_eq!(ledger.untagged.month(last_month), Some(Cents(3_100)));
    assert_eq!(ledger.others.rows.len(), 0, "the pair's own project is none of the others");
    assert_eq!(paid.expected.as_ref().map(|expected| expected.days[0].mean), Some(Micros(24_000_000)));
    assert_eq!(paid.read_at, Some(scene.world.clock.aws_now()));
}

#[tokio::test]
async fn a_day_that_is_read_again_is_replaced_whole_and_other_instances_see_it() {
    let scene = Scene::new().await;
    let other = scene.another().await;
    scene.look().await;
    let before = other.engine.paid(&other.pair).await.expect("paid").ledger.expect("a ledger");
    assert_eq!(before.services.total(), Cents(17 * 2_400));
    scene.explorer.tells(|_, _| vec![("AWS Lambda", "USE2-Request", 1_000_000)]);
    scene.days(1).await;
    let after = other.engine.paid(&other.pair).await.expect("paid").ledger.expect("a ledger");
    let services: Vec<_> = after.services.rows.iter().map(|row| row.key.name.as_str()).collect();
    assert_eq!(services, ["AWS Lambda"], "nothing of the old amounts is left");
}

#[tokio::test]
async fn what_another_instance_reads_on_the_same_day_is_seen_also_where_the_days_are_the_same() {
    let scene = Scene::new().await;
    let other = scene.another().await;
    let known = async || other.engine.paid(&other.pair).await.expect("paid").ledger;
    assert_eq!(known().await, None);
    scene.look().await;
    assert_eq!(known().await.map(|ledger| ledger.services.total()), Some(Cents(17 * 2_400)));
    let tags = &scene.world.costs.tags;
    let scope = serde_json::json!([tags.project, tags.environment, tags.side]).to_string();
    let asking =
        Asking { account: "own credentials".into(), action: "ce:GetCostAndUsage", question: "once more".into() };
    let days: Vec<_> = (1..18).map(|number| (day("2026-11-01").plus(number - 1), Vec::new())).collect();
    let told = Told { scope: &scope, cut: Cut::Services, currency: None, days: &days };
    let (store, now) = (&scene.teal.engine.store, scene.world.clock.aws_now());
    store.end_bill(&asking, 0, &Ended::Answered(None), Counts::Yes, Some(told), now).await.expect("written");
    assert_eq!(known().await.map(|ledger| ledger.services.total()), Some(Cents(0)));
}

#[tokio::test]
async fn credits_and_refunds_are_below_nought_and_a_month_of_nothing_is_known_as_nothing() {
    let scene = Scene::new().await;
    scene.explorer.tells(|asked, day| match &asked.by {
        [By::Service, _] if day.month().to_string() == "2026-03" => Vec::new(),
        [By::Service, _] if day.month().to_string() == "2026-05" => vec![("Refund", "Refund", -2_500_000)],
        _ => vec![("MWAA", "USE2-Small", 1_000_000)],
    });
    scene.look().await;
    scene.days(2).await;
    let ledger = scene.paid().await.ledger.expect("a ledger");
    let at = |month: &str| ledger.months.iter().position(|known| known.month.to_string() == month).expect("a month");
    assert_eq!(ledger.services.month(at("2026-03")), Some(Cents(0)), "known, and nothing");
    assert_eq!(ledger.services.month(at("2026-05")), Some(Cents(-31 * 250)));
    assert_eq!(ledger.months[at("2026-03")].read, 31);
}

#[tokio::test]
async fn a_bill_in_another_currency_is_shown_in_it_and_one_that_changed_is_not_added_up() {
    let scene = Scene::new().await;
    scene.explorer.in_currency("CNY");
    scene.look().await;
    let paid = scene.paid().await;
    assert_eq!((paid.ledger.expect("a ledger").currency.as_str(), paid.trouble), ("CNY", None));
    scene.explorer.in_currency("USD");
    scene.days(1).await;
    let paid = scene.paid().await;
    let ledger = paid.ledger.expect("a ledger");
    assert_eq!(ledger.currency, "USD", "what is paid now");
    assert_eq!(ledger.services.total(), Cents((18 + 365) * 2_400), "days in another currency are not read");
    let said = Trouble::Currencies(vec!["CNY".into(), "USD".into()]);
    assert_eq!(paid.trouble.map(|(_, trouble)| trouble), Some(said));
}

#[tokio::test]
async fn a_forecast_serves_for_three_days() {
    let scene = Scene::new().await;
    scene.look().await;
    assert!(scene.paid().await.expected.is_some());
    scene.pass(72);
    assert!(scene.paid().await.expected.is_some());
    scene.pass(1);
    assert!(scene.paid().await.expected.is_none());
}

#[tokio::test]
async fn days_are_forgotten_after_fourteen_months() {
    let scene = Scene::new().await;
    scene.look().await;
    scene.pass(24 * 440);
    scene.look().await;
    let tags = &scene.world.costs.tags;
    let scope = serde_json::json!([tags.project, tags.environment, tags.side]).to_string();
    let cut = Cut::Services;
    let days =
        scene.teal.engine.store.bill_days("own credentials", &scope, cut, day("2026-01-01")).await.expect("days");
    assert!(days.keys().next().is_some_and(|first| *first > day("2026-11-30")), "{days:?}");
    assert_eq!(scene.paid().await.asked.month, 4);
}

#[tokio::test]
async fn the_figures_tell_how_often_it_was_asked_and_how_old_what_was_read_is() {
    let scene = Scene::new().await;
    let figures = |scene: &Scene| scene.teal.engine.metrics.text(&scene.teal.engine).expect("figures");
    assert!(!figures(&scene).contains("teal_costs"), "nobody has looked yet");
    scene.look().await;
    scene.pass(2);
    let told = figures(&scene);
    for line in [
        "teal_costs_requests_today{pair=\"dev\"} 4",
        "teal_costs_age_seconds{pair=\"dev\"} 7200.0",
        "teal_costs_failing{pair=\"dev\"} 0",
    ] {
        assert!(told.lines().any(|known| known == line), "{line} is not in {told}");
    }
    assert!(!told.contains("USE2") && !told.contains("24000000"), "how much is paid is nobody's who watches Teal");
}
