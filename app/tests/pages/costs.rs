//! The page of costs: what stands there adds up, and what is not known is said.

use teal_app::{paths::CostsQuery, render};
use teal_domain::{
    cost::{Cents, Prices, Shape},
    topology::Mode,
};

use crate::{
    Seen,
    fixtures::paid::{closed, well},
    says, text,
};

/// For somebody who may not see what was paid: what then stands there is by list prices.
fn page(state: &str, query: &str) -> String {
    render::costs(&Seen::state(state).view(), &CostsQuery::parse(query), &Err(closed()), None).html
}

/// The sums in a section's cells that are told to the cent.
fn sums(section: &str) -> Vec<Cents> {
    let cells = section.split("<td class=\"number\">$").skip(1);
    let sum = |cell: &str| {
        let (told, _) = cell.split_once("</td>")?;
        let (dollars, cents) = told.split_once('.')?;
        (cents.len() == 2).then_some(())?;
        let dollars: i64 = dollars.replace(',', "").parse().ok()?;
        Some(Cents(dollars * 100 + cents.parse::<i64>().ok()?))
    };
    cells.filter_map(sum).collect()
}

#[test]
fn the_sums_of_the_groups_come_to_the_total() {
    let seen = Seen::state("full-ha");
    let html = page("full-ha", "");
    let total = Shape::of(&seen.pair, Mode::FullHa).estimate(Prices::built_in()).total();
    let groups: Cents = html.split("<tr class=\"group\">").skip(1).filter_map(|row| sums(row).first().copied()).sum();
    assert_eq!(groups, total);
    says(&html, "Should cost a month");
    assert!(html.contains(&format!("<data value=\"{total}\"")), "{total}");
}

#[test]
fn each_line_names_its_quantity_its_price_and_where_that_was_read() {
    let html = page("full-ha", "");
    for told in [
        "730 hours",
        "$0.49assumed",
        "Amazon MWAA pricing, 2026-11",
        "Assumed prices were not read for us-east-2: they are those of another region, or such as others tell.",
    ] {
        says(&html, told);
    }
    assert!(html.contains("href=\"https://aws.amazon.com/managed-workflows-for-apache-airflow/pricing/\""));
}

#[test]
fn the_four_modes_stand_beside_each_other_and_the_present_one_is_marked() {
    for mode in Mode::ALL {
        let html = page(mode.as_str(), "");
        let heads = text(&html[html.find("id=\"modes\"").expect("the modes")..]);
        assert!(heads.contains(&format!("{mode}as deployed")), "{mode}: {}", &heads[..200]);
        for told in ["~$350, elsewhere ~$363", "~$1,000", "60 min"] {
            says(&html, told);
        }
    }
}

#[test]
fn a_question_is_answered_beside_what_is_and_asked_again_in_the_form() {
    let html = page("full-ha", "mode=standard&class2=mw1.medium&standby2=100");
    says(&html, "One waystandard");
    says(&html, "Another waymw1.medium · 100 hours of standby");
    says(&html, "it is no standby for a failure");
    assert!(html.contains("name=\"standby2\" type=\"number\" min=\"0\" max=\"730\" value=\"100\""), "{html}");
    assert!(html.contains("<option value=\"standard\" selected"));
    assert!(!page("full-ha", "").contains("One waystandard"));
}

#[test]
fn what_cannot_be_read_or_has_no_price_is_said() {
    says(&page("full-ha", "workers=none"), "“none” is left out: it is no number from 1 to 25.");
    says(&page("full-ha", "region=sa-east-1"), "at least $");
    let mut there = Seen::state("full-ha");
    there.pair.region = "sa-east-1".into();
    let html = render::costs(&there.view(), &CostsQuery::default(), &Ok(well()), None).html;
    says(&html, "Not compared: a price is missing");
    says(&html, "Not every price is known for sa-east-1: Database instances, Instances of Marquez,");
    assert_eq!(html.matches("Logs that are kept, ").count(), 1, "what both sides lack is named once");
    says(&page("unread", ""), "How it is deployed is not known yet");
    let hostile = page("full-ha", "class=%3Cscript%3Ealert(1)%3C/script%3E");
    assert!(!hostile.contains("<script>alert"), "what was asked stays text");
    assert!(text(&hostile).contains("is left out: it is no class of MWAA"));
}
