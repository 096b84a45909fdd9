//! The AWS Price List over the wire: the emulated one, page by page, and servers that refuse.

use serde_json::json;
use teal_domain::cost::{Good, Prices};
use teal_server::aws::price_list::{PriceList, PricePort as _};

use super::PATIENCE;
use super::emulators::{Answers, Server, costs, sdk};

async fn port(endpoint: &str) -> PriceList {
    PriceList::new(&sdk(endpoint, PATIENCE).await)
}

#[tokio::test]
async fn what_the_list_tells_is_what_the_file_says_for_every_good_that_is_asked_for() {
    let classes = ["mw1.micro", "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge"];
    let mut goods: Vec<Good> = classes.iter().map(|class| Good::Environment((*class).to_owned())).collect();
    goods.extend([
        Good::Worker("mw1.small".into()),
        Good::Scheduler("mw1.medium".into()),
        Good::Balancer,
        Good::Capacity,
        Good::Nat,
        Good::NatTraffic,
        Good::Instance("t3.medium".into()),
        Good::AuroraInstance("db.t3.medium".into()),
    ]);
    let asked: Vec<Good> = goods.iter().cloned().chain([Good::Bucket, Good::Secret]).collect();
    let mut told = port(&costs()).await.prices("us-east-1", &asked).await.expect("prices");
    told.sort();
    goods.sort();
    assert_eq!(
        told.iter().map(|(good, _)| good.clone()).collect::<Vec<_>>(),
        goods,
        "and nothing of what is left to the file"
    );
    for (good, price) in told {
        let known = Prices::built_in().of("us-east-1", &good).map(|(price, ..)| price);
        assert_eq!(Some(price), known, "{good}");
    }
}

#[tokio::test]
async fn a_region_that_the_list_does_not_know_has_no_prices_and_that_is_no_error() {
    let told = port(&costs()).await.prices("xx-nowhere-1", &[Good::Nat, Good::Balancer]).await;
    assert_eq!(told.expect("an answer"), []);
}

#[tokio::test]
async fn whoever_may_not_ask_is_told_which_permission_is_missing() {
    let body = json!({"__type": "AccessDeniedException", "message": "no"}).to_string();
    let server = Server::start(Answers::With { status: 400, body });
    let error = port(&server.url()).await.prices("us-east-2", &[Good::Nat]).await.expect_err("denied");
    assert_eq!(error.message, "pricing:GetProducts is not allowed for these credentials: add it to Teal's policy.");
    assert_eq!(server.asked(), ["AWSPriceListService.GetProducts"]);
}

#[tokio::test]
async fn a_list_without_an_end_is_not_read_for_ever_and_what_is_no_product_is_passed_over() {
    let body = json!({"PriceList": ["no product", "{}", "{\"product\":{}}"], "NextToken": "more"}).to_string();
    let server = Server::start(Answers::With { status: 200, body });
    let told = port(&server.url()).await.prices("us-east-2", &[Good::Nat]).await;
    assert_eq!(told.expect("an answer"), []);
    assert_eq!(server.asked().len(), 10);
}
