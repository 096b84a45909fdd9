//! List prices from the AWS Price List: once a day and region, in every estimate, and the file's where it tells nothing.

use std::sync::{Arc, Mutex};

use teal_domain::{
    cost::{Good, Price, Shape},
    topology::Mode,
};
use teal_server::{
    aws::{AwsError, price_list::PricePort},
    engine::prices::Asked,
};

use super::Scene;

/// A Price List that counts what it is asked, and tells one price for everything unless it is told to refuse.
#[derive(Debug, Default)]
struct List {
    asked: Mutex<Vec<(String, Vec<Good>)>>,
    refuses: Mutex<bool>,
}

const DEAR: &str = "7.5";

#[async_trait::async_trait]
impl PricePort for List {
    async fn prices(&self, region: &str, goods: &[Good]) -> Result<Vec<(Good, Price)>, AwsError> {
        self.asked.lock().expect("asked").push((region.to_owned(), goods.to_vec()));
        if *self.refuses.lock().expect("told") {
            let message = "pricing:GetProducts is not allowed for these credentials.".to_owned();
            return Err(AwsError { code: Some("AccessDeniedException".into()), message, refused: true });
        }
        let nat = goods.iter().filter(|good| **good == Good::Nat);
        Ok(nat.map(|good| (good.clone(), Price::parse(DEAR).expect("a price"))).collect())
    }
}

async fn scene() -> (Scene, Arc<List>) {
    let list = Arc::new(List::default());
    let port = list.clone();
    let scene = Scene::with(|mut world| {
        world.prices = Some(port);
        world.beside("prod")
    })
    .await;
    (scene, list)
}

/// The unit price of a NAT gateway in the estimate of a pair, and where it is from.
fn nat(scene: &Scene, pair: &str) -> (String, String) {
    let snapshot = scene.teal.engine.board.snapshot();
    let pair = snapshot.pair(&pair.parse().expect("a pair")).expect("known");
    let estimate = Shape::of(pair, Mode::FullHa).estimate(&pair.prices);
    let line = estimate.lines.iter().find(|line| line.good == Good::Nat).expect("a gateway");
    let priced = line.price.as_ref().expect("a price");
    (priced.price.to_string(), priced.source.title.clone())
}

#[tokio::test]
async fn two_pairs_of_one_region_are_asked_for_once_a_day_and_both_reckon_with_what_was_told() {
    let (scene, list) = scene().await;
    let file = nat(&scene, "dev");
    let mut asked = Asked::default();
    for _ in 0..3 {
        scene.teal.engine.ask_prices(&mut asked).await;
    }
    assert_eq!(list.asked.lock().expect("asked").len(), 1, "one region, once");
    for pair in ["dev", "prod"] {
        let (price, source) = nat(&scene, pair);
        assert_eq!(price, "7.50", "{pair}");
        assert!(source.starts_with("AWS Price List for "), "{source}");
    }
    assert_ne!(nat(&scene, "dev"), file);
    scene.pass(24);
    scene.teal.engine.ask_prices(&mut asked).await;
    assert_eq!(list.asked.lock().expect("asked").len(), 2);
}

#[tokio::test]
async fn a_list_that_may_not_be_asked_leaves_the_prices_of_the_file_and_says_so() {
    let (scene, list) = scene().await;
    let file = nat(&scene, "dev");
    *list.refuses.lock().expect("told") = true;
    let mut asked = Asked::default();
    scene.teal.engine.ask_prices(&mut asked).await;
    assert_eq!(nat(&scene, "dev"), file);
    let unread = |scene: &Scene| {
        let snapshot = scene.teal.engine.board.snapshot();
        snapshot.pairs[0].prices.unread().map(str::to_owned)
    };
    assert_eq!(unread(&scene).as_deref(), Some("pricing:GetProducts is not allowed for these credentials."));
    // It is asked again in an hour, and once it tells, that is over.
    *list.refuses.lock().expect("told") = false;
    scene.teal.engine.ask_prices(&mut asked).await;
    assert!(unread(&scene).is_some(), "not at once");
    scene.pass(1);
    scene.teal.engine.ask_prices(&mut asked).await;
    assert_eq!((nat(&scene, "dev").0.as_str(), unread(&scene)), ("7.50", None));
}
