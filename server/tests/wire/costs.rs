//! Cost Explorer over the wire: moto with results that the test puts there, the emulated one with the seeded bill, and servers
//! that refuse.

use std::time::SystemTime;

use serde_json::{Value, json};
use teal_domain::{
    Timestamp,
    bill::{Micros, Trouble},
    time::Day,
};
use teal_server::aws::bill::{Again, Ahead, Asked, BillPort as _, By, CostExplorer, NotTold, Page};

use super::PATIENCE;
use super::emulators::{Answers, Server, costs, moto, sdk};

async fn port(endpoint: &str) -> CostExplorer {
    CostExplorer::new(&sdk(endpoint, PATIENCE).await)
}

fn day(word: &str) -> Day {
    Day::parse(word).expect("a day")
}

fn today() -> Day {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    Day::of(Timestamp(i64::try_from(since.as_millis()).expect("a moment")))
}

fn pair() -> Vec<(String, String)> {
    vec![("Project".into(), "mwaa-openlineage".into()), ("Environment".into(), "dev".into())]
}

fn services(from: &str, to: &str) -> Asked {
    Asked { from: day(from), to: day(to), by: [By::Service, By::UsageType], tags: pair() }
}

/// A day as Cost Explorer tells it.
fn told(of: &str, groups: &[([&str; 2], &str)]) -> Value {
    let group = |(keys, amount): &([&str; 2], &str)| json!({"Keys": keys, "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}});
    json!({
        "TimePeriod": {"Start": of, "End": day(of).plus(1).to_string()}, "Total": {}, "Estimated": false,
        "Groups": groups.iter().map(group).collect::<Vec<_>>(),
    })
}

/// What moto answers next, to questions that it has not heard before.
async fn queue(results: &[Value]) {
    let body = json!({"results": results}).to_string();
    let address = format!("{}/moto-api/static/ce/cost-and-usage-results", moto());
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = client.post(address).header("content-type", "application/json").body(body).send().await;
    assert_eq!(answer.expect("an answer").status().as_u16(), 201);
}

#[tokio::test]
async fn what_moto_was_told_to_answer_is_read_page_by_page_and_then_there_is_nothing() {
    let mwaa = ["Amazon Managed Workflows for Apache Airflow", "USE2-Environment-Small"];
    let first = json!({"ResultsByTime": [told("2026-11-01", &[(mwaa, "11.7600000001")])], "NextPageToken": "two"});
    let second = json!({"ResultsByTime": [
        told("2026-11-01", &[(["Refund", "Refund"], "-3.5")]), told("2026-11-02", &[(mwaa, "4.1E-8")]),
    ]});
    queue(&[first, second]).await;
    let port = port(&moto()).await;
    let asked = services("2026-11-01", "2026-11-03");
    let page = port.paid(&asked, None).await.expect("a page");
    assert_eq!((page.days.as_slice(), page.next.as_deref()), ([day("2026-11-01")].as_slice(), Some("two")));
    assert_eq!((page.entries[0].first.as_str(), page.entries[0].second.as_str()), (mwaa[0], mwaa[1]));
    assert_eq!((page.entries[0].micros, page.currency.as_deref()), (Micros(11_760_000), Some("USD")));
    assert_eq!(port.paid(&asked, None).await.as_ref(), Ok(&page), "the same question has the same answer");
    let page = port.paid(&asked, Some("two")).await.expect("a page");
    let amounts: Vec<_> = page.entries.iter().map(|entry| entry.micros.0).collect();
    assert_eq!((amounts, page.days.len(), page.next), (vec![-3_500_000], 2, None), "what rounds to nothing is nothing");
    assert_eq!(port.paid(&services("2026-10-01", "2026-10-02"), None).await, Ok(Page::default()));
}

#[tokio::test]
async fn the_seeded_bill_comes_to_the_same_however_it_is_cut_up() {
    let (port, today) = (port(&costs()).await, today());
    let (from, to) = (Day::of(today.month().previous().previous().begins()), today);
    let ask = |by: [By; 2], tags| Asked { from, to, by, tags };
    let side = || By::Tag("Color".into());
    let services = port.paid(&ask([By::Service, By::UsageType], pair()), None).await.expect("services");
    let sides = port.paid(&ask([side(), By::Service], pair()), None).await.expect("sides");
    let account = port.paid(&ask([By::Tag("Project".into()), By::Service], Vec::new()), None).await.expect("account");
    let cents = |page: &Page| page.entries.iter().map(|entry| entry.micros).sum::<Micros>().cents();
    assert_eq!(services.days.len(), usize::try_from(to.0 - from.0).expect("days"));
    assert!(
        (cents(&services).0 - cents(&sides).0).abs() <= 1 && cents(&services).0 > 100_000,
        "{:?}",
        cents(&services)
    );
    assert!(cents(&account) > cents(&services));
    let names =
        |page: &Page| page.entries.iter().map(|entry| entry.first.clone()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(names(&sides).into_iter().collect::<Vec<_>>(), ["", "blue", "green"]);
    assert_eq!(names(&account).into_iter().collect::<Vec<_>>(), ["", "acme-website", "mwaa-openlineage"]);
    assert!(services.entries.iter().any(|entry| entry.micros < Micros(0)), "a credit");

    let ahead = Ahead { from: today, to: Day::of(today.month().next().next().ends()), tags: pair() };
    let told = port.forecast(&ahead).await.expect("an answer").expect("a forecast");
    assert_eq!((told.currency.as_str(), told.days[0].day), ("USD", today));
    assert!(told.days.iter().all(|day| day.low < day.mean && day.mean < day.high), "{:?}", told.days);
    let nobody = Ahead { tags: vec![("Project".into(), "nobody".into())], ..ahead };
    assert_eq!(port.forecast(&nobody).await, Ok(None), "too little to go by");
}

#[tokio::test]
async fn the_past_of_the_seeded_bill_takes_pages_and_no_day_is_torn() {
    let (port, today) = (port(&costs()).await, today());
    let mut from = today.month();
    for _ in 0..12 {
        from = from.previous();
    }
    let asked = Asked { from: Day::of(from.begins()), to: today, by: [By::Service, By::UsageType], tags: pair() };
    let (mut mark, mut pages, mut days) = (None::<String>, 0, std::collections::BTreeSet::new());
    loop {
        let page = port.paid(&asked, mark.as_deref()).await.expect("a page");
        days.extend(page.days);
        pages += 1;
        mark = page.next;
        if mark.is_none() {
            break;
        }
    }
    assert!(pages >= 2, "{pages}");
    assert_eq!(days.len(), usize::try_from(today.0 - asked.from.0).expect("days"));
}

/// Whether a request asks as the documentation has it.
fn asks_as_documented(request: &str) -> (u16, String) {
    let body: Value = serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap_or_default()).unwrap_or_default();
    let tag = |key: &str, value: &str| json!({"Tags": {"Key": key, "Values": [value], "MatchOptions": ["EQUALS"]}});
    let filter = json!({"And": [tag("Project", "mwaa-openlineage"), tag("Environment", "dev")]});
    let usage = json!({
        "TimePeriod": {"Start": "2026-11-01", "End": "2026-11-03"}, "Granularity": "DAILY", "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "TAG", "Key": "Color"}, {"Type": "DIMENSION", "Key": "SERVICE"}], "Filter": filter,
        "NextPageToken": "two",
    });
    let forecast = json!({
        "TimePeriod": {"Start": "2026-11-30", "End": "2027-02-01"}, "Granularity": "DAILY", "Metric": "UNBLENDED_COST",
        "PredictionIntervalLevel": 80, "Filter": filter,
    });
    // Cost Explorer is one for all regions, and signs in one of them.
    let signs = request.contains("/us-east-1/ce/aws4_request");
    let (wanted, answer) = if request.contains("GetCostForecast") {
        (forecast, json!({"Total": {"Amount": "0", "Unit": "USD"}, "ForecastResultsByTime": []}))
    } else {
        (usage, json!({"ResultsByTime": []}))
    };
    if signs && body == wanted {
        (200, answer.to_string())
    } else {
        (400, json!({"__type": "Wrong", "message": body}).to_string())
    }
}

#[tokio::test]
async fn it_is_asked_as_the_documentation_has_it() {
    let server = Server::start(Answers::By(asks_as_documented));
    let port = port(&server.url()).await;
    let by = [By::Tag("Color".into()), By::Service];
    let asked = Asked { by, ..services("2026-11-01", "2026-11-03") };
    assert_eq!(port.paid(&asked, Some("two")).await, Ok(Page::default()));
    let ahead = Ahead { from: day("2026-11-30"), to: day("2027-02-01"), tags: pair() };
    assert!(port.forecast(&ahead).await.expect("an answer").is_some_and(|told| told.days.is_empty()));
    let operations = ["GetCostAndUsage", "GetCostForecast"].map(|name| format!("AWSInsightsIndexService.{name}"));
    assert_eq!(server.asked(), operations, "each is one request: none is tried again by itself");
}

#[tokio::test]
async fn each_refusal_says_what_is_wrong_whether_it_is_charged_and_when_to_come_back() {
    let denied = Trouble::NotAllowed("ce:GetCostAndUsage".into());
    for (status, code, trouble, charged, again) in [
        (400, "AccessDeniedException", Some(denied), false, Again::Soon),
        (400, "DataUnavailableException", Some(Trouble::NotAvailable), false, Again::Tomorrow),
        (400, "LimitExceededException", None, false, Again::Soon),
        (400, "ThrottlingException", None, false, Again::Soon),
        (400, "BillExpirationException", None, false, Again::Tomorrow),
        (400, "RequestChangedException", None, false, Again::Tomorrow),
        (400, "InvalidNextTokenException", None, false, Again::Tomorrow),
        (500, "InternalServerError", None, true, Again::Soon),
    ] {
        let body = json!({"__type": format!("com.amazonaws#{code}"), "message": "so\u{1b}[2J it is"}).to_string();
        let server = Server::start(Answers::With { status, body });
        let not = port(&server.url()).await.paid(&services("2026-11-01", "2026-11-02"), None).await.expect_err(code);
        assert_eq!((not.charged, not.again), (charged, again), "{code}");
        let said = format!("ce:GetCostAndUsage answered {code}: so[2J it is");
        assert_eq!(not.trouble, trouble.unwrap_or(Trouble::Other(said)), "{code}");
        assert_eq!(server.asked().len(), 1, "{code}");
    }
    let body = r#"{"__type":"AccessDeniedException","message":"no"}"#.to_owned();
    let server = Server::start(Answers::With { status: 400, body });
    let ahead = Ahead { from: day("2026-11-30"), to: day("2027-02-01"), tags: pair() };
    let not = port(&server.url()).await.forecast(&ahead).await.expect_err("denied");
    assert_eq!(not.trouble, Trouble::NotAllowed("ce:GetCostForecast".into()));
}

#[tokio::test]
async fn who_never_got_there_pays_nothing_and_who_got_nonsense_may() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let asked = services("2026-11-01", "2026-11-02");
    let away = port(&format!("http://127.0.0.1:{}", closed.port())).await.paid(&asked, None).await.expect_err("away");
    let said = Trouble::Other("ce:GetCostAndUsage could not be reached.".into());
    assert_eq!(away, NotTold { trouble: said, charged: false, again: Again::Soon });
    let server = Server::start(Answers::HangUp);
    let broken = port(&server.url()).await.paid(&asked, None).await.expect_err("hung up");
    assert!(broken.charged && broken.again == Again::Soon, "it may have been worked on: {broken:?}");
    let server = Server::start(Answers::With { status: 200, body: "<html>".into() });
    let nonsense = port(&server.url()).await.paid(&asked, None).await.expect_err("nonsense");
    assert!(nonsense.charged, "{nonsense:?}");
}
