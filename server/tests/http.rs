//! What Teal answers over HTTP: pages, forms, files and streams, over fakes.

#[path = "http/access.rs"]
mod access;
#[path = "http/after.rs"]
mod after;
#[path = "http/alb.rs"]
mod alb;
#[path = "http/alike.rs"]
mod alike;
#[path = "http/api.rs"]
mod api;
#[path = "http/approval.rs"]
mod approval;
#[path = "http/at_hand.rs"]
mod at_hand;
#[path = "http/bearer.rs"]
mod bearer;
#[path = "http/busy.rs"]
mod busy;
#[path = "http/checks.rs"]
mod checks;
#[path = "support/collector.rs"]
mod collector;
#[path = "http/colors.rs"]
mod colors;
#[path = "http/conforming.rs"]
mod conforming;
#[path = "http/costs.rs"]
mod costs;
#[path = "http/crawl.rs"]
mod crawl;
#[path = "http/csv.rs"]
mod csv;
#[path = "http/denials.rs"]
mod denials;
#[path = "support/door.rs"]
mod door;
#[path = "http/drills.rs"]
mod drills;
#[path = "http/edge.rs"]
mod edge;
#[path = "http/embed.rs"]
mod embed;
#[path = "http/figures.rs"]
mod figures;
#[path = "http/files.rs"]
mod files;
#[path = "http/forms.rs"]
mod forms;
#[path = "http/guide.rs"]
mod guide;
#[path = "support/hindered.rs"]
mod hindered;
#[path = "support/house.rs"]
mod house;
#[path = "http/idempotency.rs"]
mod idempotency;
#[path = "http/live.rs"]
mod live;
#[path = "support/log.rs"]
mod log;
#[path = "http/logs.rs"]
mod logs;
#[path = "http/maintenance.rs"]
mod maintenance;
#[path = "support/mini_ssm.rs"]
mod mini_ssm;
#[path = "http/observatory.rs"]
mod observatory;
#[path = "http/paid.rs"]
mod paid;
#[path = "http/policy.rs"]
mod policy;
#[path = "http/process.rs"]
mod process;
#[path = "support/provider.rs"]
mod provider;
#[path = "http/proxies.rs"]
mod proxies;
#[path = "http/secrets.rs"]
mod secrets;
#[path = "http/session_end.rs"]
mod session_end;
#[path = "http/sign_in.rs"]
mod sign_in;
#[path = "http/smoke.rs"]
mod smoke;
#[path = "http/sockets.rs"]
mod sockets;
mod support;
#[path = "http/traces.rs"]
mod traces;
#[path = "http/trouble.rs"]
mod trouble;

use axum::http::{StatusCode, header};
use house::{Answer, House};

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
    answer.header(header::LOCATION)
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_says_so_without_echoing_markup() {
    let house = House::new().await;
    for (path, says) in [
        ("/nowhere", "There is no page at /nowhere"),
        ("/p/prod", "There is no pair"),
        ("/p/DEV%20%3Cscript%3E", "There is no pair"),
        ("/p/dev/history/999", "no record 999"),
        ("/p/dev/history/%3Cimg%20src=x%3E", "is not the number of a record"),
        ("/p/prod/history.csv", "There is no such pair"),
        ("/p/prod/switch", "There is no pair"),
        ("/p/prod/history", "There is no pair"),
        ("/p/dev/nothing", "There is no page"),
    ] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let text = answer.text();
        assert!(text.contains(says), "{path}: {text}");
        assert!(!text.contains("<img src=x") && !text.contains("<script>"), "{path}");
    }
    assert_eq!(house.get("/p/prod/live").await.status, StatusCode::NOT_FOUND);
}
