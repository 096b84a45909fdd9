//! Costs: the estimate is for everybody who looks, what was paid for whoever may see that, as a page and as files.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    http::{StatusCode, header},
};
use teal_app::desk::Identity;
use teal_domain::{
    Action, Actor, Grants, Role,
    access::{Grant, Scope},
    bill::Micros,
    cost::{Cents, Good, Listed, Price},
    denial::{Denial, Wanted},
    time::Day,
};
use tower::ServiceExt as _;

use crate::house::{House, get};

fn somebody(role: Role) -> Identity {
    Identity::trusted(Actor::page("vera"), Grants::from_iter([Grant { role, scope: Scope::All }]))
}

async fn ask(house: &House, role: Role, path: &str) -> (StatusCode, String) {
    let request = get(path).body(Body::empty()).expect("a request");
    let response = house.behind(somebody(role)).oneshot(request).await.expect("an answer");
    let status = response.status();
    let body = to_bytes(response.into_body(), 5_000_000).await.expect("a body");
    (status, String::from_utf8_lossy(&body).into_owned())
}

async fn denied(house: &House) -> Vec<Denial> {
    let engine = &house.teal.engine;
    engine.denials.flush(&engine.store).await.expect("written");
    engine.store.denials(None, 100).await.expect("read").into_iter().map(|(_, denial)| denial).collect()
}

#[tokio::test]
async fn row_33_what_was_paid_is_for_managers_and_to_look_at_the_page_is_no_attempt() {
    let house = House::new().await;
    for role in Role::ALL {
        let may = role.may(Action::SeeCosts);
        let (status, page) = ask(&house, role, "/p/dev/costs").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Should cost a month"), "the estimate is for everybody");
        assert_eq!(page.contains("Seeing actual costs needs the role manager or admin for dev"), !may, "{role}");
        assert_eq!(page.contains("id=\"paid\""), may, "{role}");
    }
    assert_eq!(denied(&house).await, []);
    for table in ["services", "usage", "sides", "untagged", "days", "forecast"] {
        for role in Role::ALL {
            let (status, _) = ask(&house, role, &format!("/p/dev/costs.csv?table={table}")).await;
            // Nothing was read here, so there is no file of it.
            let expected = if role.may(Action::SeeCosts) { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
            assert_eq!(status, expected, "{role} {table}");
        }
    }
    let denied = denied(&house).await;
    assert!(
        !denied.is_empty() && denied.iter().all(|denial| denial.wanted == Wanted::ToDo(Action::SeeCosts)),
        "{denied:?}"
    );
}

#[tokio::test]
async fn the_estimate_as_a_file_comes_to_the_sum_on_the_page() {
    let house = House::new().await;
    let (_, page) = ask(&house, Role::Viewer, "/p/dev/costs").await;
    let (_, shown) = page.split_once("Should cost a month").expect("the estimate");
    let (_, shown) = shown.split_once("<data value=\"").expect("a sum");
    let answer = house.get("/p/dev/costs.csv?table=estimate").await;
    assert!(answer.header(header::CONTENT_TYPE).starts_with("text/csv"));
    assert!(answer.header(header::CONTENT_DISPOSITION).contains("filename=\"teal-dev-costs-estimate.csv\""));
    let mut reader = csv::Reader::from_reader(&*answer.body);
    let month = reader.headers().expect("a head").iter().position(|name| name == "month").expect("a month");
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let cents = |row: &csv::StringRecord| Micros::parse(&row[month]).map(Micros::cents).unwrap_or_default();
    let total: Cents = rows.iter().map(cents).sum();
    assert!(rows.len() > 10 && shown.starts_with(&format!("{total}\"")), "{total} in {} rows", rows.len());
}

#[tokio::test]
async fn a_table_that_there_is_not_is_a_mistake_that_names_those_that_there_are() {
    let house = House::new().await;
    let (status, page) = ask(&house, Role::Admin, "/p/dev/costs.csv?table=%3Cb%3Eeverything").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("estimate, findings, services, usage, sides, untagged, days, forecast"), "{page}");
    assert!(page.contains("&lt;b>everything") || page.contains("&lt;b&gt;everything"), "{page}");
    assert_eq!(ask(&house, Role::Admin, "/p/other/costs.csv").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_could_be_saved_is_a_file_for_everybody_who_looks() {
    let house = House::new().await;
    let (status, csv) = ask(&house, Role::Viewer, "/p/dev/costs.csv?table=findings").await;
    assert_eq!(status, StatusCode::OK);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().expect("a head"), vec!["kind", "what", "mend", "saves_at_most", "currency"]);
}

#[tokio::test]
async fn what_the_price_list_told_is_in_the_page_the_api_and_the_file_with_its_source() {
    let house = House::new().await;
    let now = house.teal.engine.clock.now();
    let usd = Price::parse("7.5").expect("a price");
    let listed = Listed { region: "us-east-2".into(), read: Day::of(now), prices: vec![(Good::Nat, usd)] };
    house.teal.engine.board.update(house.teal.pair.id(), now, |known| {
        known.prices = Arc::new(known.prices.with_listed(&listed));
    });
    let (title, url) = ("AWS Price List for ", "price-changes.html");
    for (path, source) in [("/p/dev/costs", title), ("/api/v1/pairs/dev/costs", url), ("/p/dev/costs.csv", title)] {
        let (status, text) = ask(&house, Role::Viewer, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(text.contains(source) && text.contains("7.50"), "{path}: {text}");
    }
}
