//! What is asked, when, and how often.

use teal_domain::{Millis, bill::Trouble, time::Day};
use teal_server::{
    aws::bill::{Again, NotTold},
    config::PairCosts,
    store::bills::{Asking, Claim},
};

use super::{Scene, day, support::ssm::seeded};

fn denied(action: &str) -> NotTold {
    NotTold { trouble: Trouble::NotAllowed(action.to_owned()), charged: false, again: Again::Soon }
}

#[tokio::test]
async fn four_requests_are_made_on_the_first_day_what_matters_most_first() {
    let scene = Scene::new().await;
    scene.look().await;
    let asked = [
        "services dev 2026-11-01 to 2026-11-18",
        "forecast dev 2026-11-18 to 2027-02-01",
        "sides dev 2026-11-01 to 2026-11-18",
        "account 2026-11-01 to 2026-11-18",
    ];
    assert_eq!(scene.asked(), asked);
    let paid = scene.paid().await;
    let tomorrow = Day::of(scene.world.clock.aws_now()).plus(1).begins();
    assert_eq!((paid.asked.today, paid.asked.month, paid.asked.next), (4, 4, Some(tomorrow)));
    assert_eq!(paid.trouble, None);
}

#[tokio::test]
async fn the_past_is_asked_for_once_and_then_only_what_may_still_change() {
    let scene = Scene::new().await;
    scene.look().await;
    scene.asked();
    scene.days(1).await;
    let past = |what: &str| format!("{what} 2025-11-01 to 2026-11-01");
    let recent = |what: &str, to: &str| format!("{what} 2026-11-01 to {to}");
    let services = recent("services dev", "2026-11-19");
    assert_eq!(scene.asked(), [past("services dev"), past("sides dev"), past("account"), services]);
    scene.days(1).await;
    let sides = recent("sides dev", "2026-11-20");
    let services = recent("services dev", "2026-11-20");
    let account = recent("account", "2026-11-20");
    assert_eq!(scene.asked(), ["forecast dev 2026-11-20 to 2027-02-01".to_owned(), sides, account, services]);
    let paid = scene.paid().await;
    let ledger = paid.ledger.expect("a ledger");
    assert_eq!(ledger.months.len(), 13);
    assert!(ledger.months.iter().all(|month| month.read == month.of), "{:?}", ledger.months);
    assert_eq!((paid.asked.today, paid.asked.month), (4, 12));
}

#[tokio::test]
async fn two_instances_on_one_file_make_four_requests_together_and_ask_nothing_twice() {
    let scene = Scene::new().await;
    let other = scene.another().await;
    for _ in 0..3 {
        tokio::join!(scene.teal.engine.ask_bills(), other.engine.ask_bills());
    }
    let mut asked = scene.asked();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert_eq!(scene.paid().await.asked.today, 4);
    assert!(other.engine.paid(&other.pair).await.expect("paid").ledger.is_some(), "what one read, both know");
}

#[tokio::test]
async fn two_processes_that_claim_at_once_get_four_requests_and_each_question_once() {
    let scene = Scene::new().await;
    let other = scene.another().await;
    let now = scene.teal.engine.clock.now();
    let claims = (0..24).map(|number| {
        let store = if number % 2 == 0 { &scene.teal.engine.store } else { &other.engine.store };
        let question = format!("question {}", number / 2);
        let asking = Asking { account: "1".into(), action: "ce:GetCostAndUsage", question };
        async move { store.claim_bill(&asking, 1, now).await.expect("an answer") }
    });
    let claims = futures::future::join_all(claims).await;
    let numbers = claims.iter().filter_map(|claim| match claim {
        Claim::Taken(seq) => Some(*seq),
        Claim::NoneLeft | Claim::NotNow => None,
    });
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4], "{claims:?}");
    let twice = claims.chunks(2).any(|both| both.iter().all(|claim| matches!(claim, Claim::Taken(_))));
    assert!(!twice, "{claims:?}");
}

#[tokio::test]
async fn pairs_of_one_account_share_its_requests_and_each_gets_its_turn() {
    let scene = Scene::with(|mut world| {
        world.costs_of_other = Some(PairCosts::by_convention("mwaa-openlineage", "prod"));
        world.beside("prod")
    })
    .await;
    let recent = |what: &str, to: u32| format!("{what} 2026-11-01 to 2026-11-{to}");
    let past = |what: &str| format!("{what} 2025-11-01 to 2026-11-01");
    scene.look().await;
    let services = ["services dev", "services prod"].map(|what| recent(what, 18));
    let forecasts =
        ["forecast dev 2026-11-18 to 2027-02-01", "forecast prod 2026-11-18 to 2027-02-01"].map(str::to_owned);
    assert_eq!(scene.asked(), [services, forecasts].concat());
    scene.days(1).await;
    let sides = ["sides dev", "sides prod"].map(|what| recent(what, 19));
    assert_eq!(scene.asked(), [&sides[..], &[recent("account", 19), past("services dev")]].concat());
    scene.days(1).await;
    assert_eq!(scene.asked()[..3], [past("services prod"), past("sides dev"), past("sides prod")]);
    scene.days(3).await;
    let other = scene.teal.other.as_ref().expect("a second pair");
    for pair in [&scene.teal.pair, other] {
        let paid = scene.teal.engine.paid(pair).await.expect("paid");
        assert!(paid.ledger.is_some_and(|ledger| ledger.services.known.iter().all(|known| *known)));
        assert_eq!((paid.asked.today, paid.asked.month), (4, 24), "of the account, not of the pair");
    }
}

#[tokio::test]
async fn pairs_whose_tags_say_the_same_have_one_bill() {
    let scene = Scene::with(|world| world.beside("prod")).await;
    scene.look().await;
    assert_eq!(scene.asked().len(), 4);
    let other = scene.teal.other.as_ref().expect("a second pair");
    let (one, other) = (scene.paid().await, scene.teal.engine.paid(other).await.expect("paid"));
    assert_eq!(one.ledger, other.ledger);
    assert!(one.ledger.is_some());
}

#[tokio::test]
async fn pages_that_go_back_are_refused_and_what_the_first_ones_told_is_forgotten() {
    let scene = Scene::new().await;
    scene.explorer.days_a_page(Some(9));
    scene.explorer.pages_go_back();
    scene.look().await;
    let paid = scene.paid().await;
    let Some((_, Trouble::Other(says))) = &paid.trouble else { panic!("{paid:?}") };
    assert!(says.contains("pages that are not in order"), "{says}");
    assert!(paid.ledger.is_none_or(|ledger| ledger.days.is_empty()), "amounts that were not all of them are not shown");
}

#[tokio::test]
async fn the_days_of_a_page_are_kept_when_they_are_whole_and_what_did_not_fit_is_asked_next() {
    let scene = Scene::new().await;
    scene.explorer.days_a_page(Some(4));
    scene.look().await;
    let first = |mark: &str| format!("services dev 2026-11-01 to 2026-11-18 from {mark}");
    let pages = ["2026-11-04", "2026-11-07", "2026-11-10"].map(first);
    assert_eq!(scene.asked()[1..], pages, "each page is a request, and the day has four");
    let ledger = scene.paid().await.ledger.expect("a ledger");
    assert_eq!(ledger.days.len(), 12, "the thirteenth may go on in the next page");
    assert!(ledger.days.iter().all(|total| total.micros.0 == 24_000_000), "{:?}", ledger.days);

    scene.explorer.days_a_page(None);
    scene.pass(24);
    scene.look().await;
    scene.pass(24);
    scene.look().await;
    let asked = scene.asked();
    assert!(asked.contains(&"services dev 2026-11-13 to 2026-11-20".to_owned()), "{asked:?}");
}

#[tokio::test]
async fn the_past_takes_two_pages_a_day_and_goes_on_the_next_day() {
    let scene = Scene::new().await;
    scene.look().await;
    scene.asked();
    scene.explorer.days_a_page(Some(100));
    scene.days(1).await;
    let past = |rest: &str| format!("services dev 2025-11-01 to 2026-11-01{rest}");
    assert_eq!(scene.asked()[..2], [past(""), past(" from 2026-02-08")]);
    scene.explorer.days_a_page(None);
    scene.days(3).await;
    let asked = scene.asked();
    assert!(asked.iter().any(|asked| asked == "services dev 2026-05-18 to 2026-11-01"), "{asked:?}");
    let ledger = scene.paid().await.ledger.expect("a ledger");
    assert!(ledger.days.iter().all(|total| total.micros.0 == 24_000_000), "no day was torn");
    assert_eq!(ledger.days.first().map(|total| total.day), Some(day("2025-11-01")));
}

#[tokio::test]
async fn days_that_were_read_while_their_month_went_on_are_read_again_when_teal_was_off_meanwhile() {
    let scene = Scene::new().await;
    scene.look().await;
    scene.days(2).await;
    scene.asked();
    scene.pass(24 * 61);
    scene.look().await;
    scene.days(1).await;
    let asked = scene.asked();
    assert!(asked.contains(&"services dev 2026-11-01 to 2027-01-01".to_owned()), "{asked:?}");
    scene.days(1).await;
    scene.days(1).await;
    assert!(!scene.asked().iter().any(|asked| asked.starts_with("services dev 2026")), "and then no more");
}

#[tokio::test]
async fn what_is_denied_is_not_counted_named_and_tried_again_after_an_hour() {
    let scene = Scene::new().await;
    scene.explorer.fails("ce:", denied("ce:GetCostAndUsage"));
    scene.look().await;
    assert_eq!(scene.asked().len(), 2, "one for each permission, and then it is let be");
    let paid = scene.paid().await;
    let (at, trouble) = paid.trouble.expect("a trouble");
    assert_eq!(trouble, Trouble::NotAllowed("ce:GetCostAndUsage".into()));
    assert_eq!((paid.asked.today, paid.ledger), (0, None), "AWS does not charge for it");
    assert_eq!(paid.asked.next, Some(at + Millis::from_secs(3600)));

    scene.explorer.is_well();
    scene.look().await;
    assert_eq!(scene.asked(), Vec::<String>::new());
    scene.pass(1);
    scene.look().await;
    assert_eq!(scene.asked().len(), 4);
    let paid = scene.paid().await;
    assert_eq!((paid.trouble, paid.asked.today), (None, 4));
}

#[tokio::test]
async fn a_forecast_that_is_denied_keeps_nothing_else_waiting() {
    let scene = Scene::new().await;
    scene.explorer.fails("ce:GetCostForecast", denied("ce:GetCostForecast"));
    scene.look().await;
    let asked = scene.asked();
    assert_eq!((asked.len(), scene.paid().await.asked.today), (5, 4), "{asked:?}");
    assert_eq!(asked[4], "services dev 2025-11-01 to 2026-11-01");
    let trouble = scene.paid().await.trouble.map(|(_, trouble)| trouble);
    assert_eq!(
        trouble,
        Some(Trouble::NotAllowed("ce:GetCostForecast".into())),
        "it stands, whatever else was answered"
    );
}

#[tokio::test]
async fn an_account_that_is_too_young_is_asked_once_a_day() {
    let scene = Scene::new().await;
    let young = NotTold { trouble: Trouble::NotAvailable, charged: false, again: Again::Tomorrow };
    scene.explorer.fails("ce:GetCostAndUsage", young);
    scene.explorer.foresees(false);
    scene.look().await;
    let asked = scene.asked();
    let mut once = asked.clone();
    once.sort();
    once.dedup();
    assert_eq!(asked.len(), once.len(), "{asked:?}");
    assert_eq!(scene.paid().await.trouble.map(|(_, trouble)| trouble), Some(Trouble::NotAvailable));
    scene.pass(2);
    scene.look().await;
    assert_eq!(scene.asked(), Vec::<String>::new());
    scene.explorer.is_well();
    scene.days(2).await;
    let paid = scene.paid().await;
    assert!(paid.ledger.is_some() && paid.expected.is_none(), "{paid:?}");
}

#[tokio::test]
async fn a_process_that_dies_with_a_request_under_way_has_used_it_up() {
    let scene = Scene::new().await;
    let tags = &scene.world.costs.tags;
    let scope = serde_json::json!([tags.project, tags.environment, tags.side]);
    let question = format!("services recent {scope}");
    let asking = Asking { account: "own credentials".into(), action: "ce:GetCostAndUsage", question };
    let claim = scene.teal.engine.store.claim_bill(&asking, 1, scene.world.clock.aws_now()).await.expect("a claim");
    assert_eq!(claim, Claim::Taken(1));
    let next = scene.another().await;
    next.engine.ask_bills().await;
    let asked = scene.asked();
    assert!(!asked.iter().any(|asked| asked.contains("services dev 2026-11-01")), "it is being asked: {asked:?}");
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert_eq!(scene.paid().await.asked.today, 4, "what was claimed counts: it may have been made");
    scene.days(1).await;
    assert!(scene.asked().contains(&"services dev 2026-11-01 to 2026-11-19".to_owned()));
}

#[tokio::test]
async fn row_49_a_cost_explorer_that_never_answers_holds_up_no_page_and_no_switch() {
    let scene = Scene::new().await;
    seeded(&scene.world.ssm, 2);
    scene.teal.reconcile().await;
    scene.explorer.falls_silent();
    let engine = scene.teal.engine.clone();
    let asking = tokio::spawn(async move { engine.ask_bills().await });
    while scene.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let paid = scene.paid().await;
    assert_eq!((paid.asked.today, paid.ledger), (1, None), "what is under way counts");
    let plan = scene.teal.plan(&scene.world.ssm.flag());
    let record = scene.teal.engine.switch(&scene.teal.pair, plan).await.expect("recorded");
    assert_eq!(scene.world.ssm.flag().color(), record.switch().map(|switch| switch.target));
    assert!(!asking.is_finished());
    asking.abort();
}

#[tokio::test]
async fn nothing_is_asked_where_config_does_not_turn_it_on() {
    let folder = super::folder();
    let world = super::World::new(folder.path()).await;
    let teal = world.instance().await;
    teal.engine.ask_bills().await;
    let paid = teal.engine.paid(&teal.pair).await.expect("paid");
    assert_eq!((paid.asked.today, paid.ledger), (0, None));
    assert_eq!(paid.trouble.map(|(_, trouble)| trouble), Some(Trouble::Off));
}
