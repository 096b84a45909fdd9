//! What was paid, on the page of costs: each of its states, and that nothing is claimed that is not known.

use teal_app::{paths::CostsQuery, render};
use teal_domain::{
    bill::{Asked, Budget, Entry, Ledger, Micros, Paid, Read},
    cost::{Cents, Made},
    time::Day,
};

use crate::{
    Seen,
    fixtures::{NOW, paid},
    is_silent_about, says, text,
};

fn html(name: &str) -> String {
    drawn(&paid::state(name).expect("what is known"))
}

fn drawn(paid: &Paid) -> String {
    render::costs(&Seen::state("full-ha").view(), &CostsQuery::default(), &Ok(paid.clone()), None).html
}

/// The part of the page between two words of its markup.
fn between<'h>(html: &'h str, from: &str, to: &str) -> &'h str {
    let (_, rest) = html.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).map_or(rest, |(part, _)| part)
}

/// The sums of a row of a table, as they stand there.
fn sums(row: &str) -> Vec<Cents> {
    let cells = row.split("<td class=\"number").skip(1).filter_map(|cell| {
        let told = cell.split_once('>')?.1.split_once('<')?.0.replace(',', "").replace('−', "-");
        Micros::parse(&told).map(Micros::cents)
    });
    cells.collect()
}

#[test]
fn the_first_screen_says_what_it_cost_should_cost_and_will_cost_and_how_that_stands_to_the_budget() {
    let html = html("paid");
    let first = between(&html, "data-region=\"costs-answers\"", "data-region=\"costs-notes\"");
    let first = text(&format!("<body{first}"));
    for said in [
        "Paid in October 2026$",
        "November 2026 so far: $",
        ", through Thu 26 Nov",
        "Cost Explorer, usually a day behind, read 2 h 1 min ago",
        "Should cost a month$",
        "October 2026 was $",
        "Expected for November 2026$",
        "8 times in 10",
        "Cost Explorer's forecast, made 2 h 1 min ago",
        "Budget: $1,200 a month$",
        " under",
        " so far, $",
    ] {
        assert!(first.contains(said), "{said:?} is not in {first}");
    }
}

#[test]
fn the_rows_of_the_services_come_to_the_sums_below_them() {
    for name in ["paid", "credits"] {
        let html = html(name);
        let table = between(&html, "aria-labelledby=\"paid-services\" class=\"scrolls", "</table>");
        let table = if table.is_empty() { between(&html, "id=\"paid-services\"", "</table>") } else { table };
        let (body, foot) = table.split_once("<tfoot>").expect("sums");
        let rows: Vec<Vec<Cents>> = body.split("<tr>").skip(2).map(sums).collect();
        assert_eq!(rows.len(), 15, "{name}");
        let together = sums(foot);
        assert_eq!(together.len(), 14, "thirteen months and all of them");
        for (column, sum) in together.iter().enumerate() {
            assert_eq!(rows.iter().map(|row| row[column]).sum::<Cents>(), *sum, "{name}, column {column}");
        }
        assert_eq!(together[..13].iter().copied().sum::<Cents>(), together[13], "{name}");
    }
}

#[test]
fn a_budget_says_when_it_was_passed_or_will_be() {
    says(&html("over"), "Passed on ");
    says(&html("over"), " over");
    says(&html("will-pass"), "Will be passed on ");
    let without = html("own-forecast");
    says(&without, "Budget a monthNone");
    says(&without, "Write budget = \"1200.00\" below [pair.costs]");
    assert!(!without.contains("class=\"budget\""), "no line in the picture");
    assert!(html("paid").contains("class=\"budget\""));
}

#[test]
fn a_forecast_says_whose_it_is_and_there_is_none_for_a_young_account() {
    says(&html("paid"), "This is Cost Explorer's own forecast");
    let own = html("own-forecast");
    says(&own, "Teal's own, from 28 days");
    says(&own, "each day ahead costs what its day of the week cost on the average of the last four weeks");
    let young = html("young");
    says(&young, "too few days to tell");
    says(&young, "There is no forecast");
    assert!(!young.contains("piece ahead"), "nothing is drawn that nobody expects");
}

#[test]
fn what_was_not_read_is_not_nothing() {
    let html = html("half-read");
    let months = between(&html, "id=\"paid-services\"", "</thead>");
    assert_eq!(months.matches("not read").count(), 9, "from November to July: {months}");
    assert!(months.contains("13 of 31 days") && months.contains("26 of 30 days"), "{months}");
    let table = between(&html, "id=\"paid-services\"", "</table>");
    assert_eq!(
        table.matches("<span class=\"hush\">not read</span>").count(),
        9 * 16,
        "each row of each, and their sums"
    );
    says(&html, "Not read yet: there are four questions a day");
    says(&html, "November 2025: not read");
    let figure = text(&format!("<body{}", between(&html, "id=\"paid-months\"", "id=\"paid-days\"")));
    assert!(figure.contains("26/30: so many of its days were read"), "{figure}");
}

#[test]
fn credits_stand_below_and_a_month_may_come_to_less_than_nothing() {
    let html = html("credits");
    assert!(html.contains("Credits and refunds"));
    assert!(html.contains("<title>April 2026: −$"), "{}", between(&html, "id=\"paid-months\"", "</svg>"));
    assert!(!drawn(&paid::well()).contains("Credits and refunds"));
}

#[test]
fn what_is_not_attributable_is_shown_and_spread_over_nobody() {
    let html = html("paid");
    says(&html, "It may belong to the pair or not: it is in no sum above");
    says(&html, "AWS Support (Business)");
    says(&html, "Other projects of the account, 2 projects, together: $");
    is_silent_about(&html, "payroll");
    says(&html, "Without the tag");
}

#[test]
fn another_currency_is_told_by_its_sign_and_held_against_nothing_in_dollars() {
    let html = html("euros");
    says(&html, "Paid in October 2026€");
    says(&html, "The bill is in EUR");
    says(&html, "Not compared: the bill is in another currency");
    says(&html, "It is in US dollars, and the bill is not");
    is_silent_about(&html, "Against $");
}

#[test]
fn each_trouble_says_what_it_is_and_what_to_do() {
    for (name, said, mend) in [
        (
            "off",
            "Teal does not ask what is paid",
            "Write actual = true below [costs] in teal.toml to turn it on: at most 4 requests a day and account, 4 cents.",
        ),
        (
            "not-allowed",
            "AWS does not allow ce:GetCostAndUsage",
            "Add ce:GetCostAndUsage on the resource * to the policy",
        ),
        ("not-available", "Cost Explorer has no data of this account yet", "Open Cost Explorer once in the console"),
        ("currencies", "The sums came in USD and EUR", "They cannot be added up"),
        ("not-answered", "Cost Explorer did not answer", "It said: Rate exceeded. Teal asks again by itself."),
        ("nothing", "Nothing was read yet", "The first answers come within the hour."),
        ("untagged", "Nothing that was paid has the pair's tags", "activate Project and Environment"),
        ("stale", "The sums are 5 d old", "What was paid since is in none of them."),
    ] {
        let html = html(name);
        says(&html, said);
        says(&html, mend);
    }
    says(&html("not-answered"), "Paid in October 2026$");
    says(&html("off"), "Paid in October 2026not asked for");
    says(&html("untagged"), "Not attributable");
    says(&html("untagged"), "Paid in October 2026nothing has its tags");
    says(&html("untagged"), "Budget: $1,200 a monthnothing has its tags");
    let untagged = html("untagged");
    let first = between(&untagged, "data-region=\"costs-answers\"", "data-region=\"costs-notes\"");
    assert!(!first.contains(">$0<") && !first.contains("under"), "what is not known is not nothing: {first}");
    is_silent_about(&html("untagged"), "Types of usage");
    is_silent_about(&html("paid"), "Nothing was read yet");
}

#[test]
fn what_it_cost_to_ask_is_said() {
    says(&html("paid"), "asked 2 of 4 times today and 41 times this month, $0.41");
    let once = Paid { asked: Asked { today: 1, month: 1, next: None }, ..paid::well() };
    says(&drawn(&once), "asked 1 of 4 times today and once this month, $0.01");
}

#[test]
fn whoever_may_not_see_it_is_told_that_it_exists_and_who_may() {
    let seen = Seen::state("full-ha");
    let page = |name| render::costs(&seen.view(), &CostsQuery::default(), &paid::state(name), None).html;
    let closed = page("closed");
    says(
        &closed,
        "There is more: what was paid in fact, month by month, what is expected, and how both stand to the budget.",
    );
    says(&closed, "Seeing actual costs needs the role manager or admin for dev.");
    for hidden in ["Paid in", "Expected for", "Budget", "failed_hour", "table=services"] {
        assert!(!closed.contains(hidden), "{hidden}");
    }
    says(&page("store-away"), "What was paid cannot be read now");
}

#[test]
fn insurance_says_what_it_must_spare_and_what_each_use_of_it_cost() {
    let seen = Seen::state("full-ha");
    let page = |paid: Paid, made| render::costs(&seen.view(), &CostsQuery::default(), &Ok(paid), made).html;
    let html = page(paid::well(), Some(Made { switches: 2 }));
    // $363.73 a month for the second environment, by 5000 an hour, rounded up.
    says(&html, "5 min a month for the second environment");
    says(&html, "where an hour of failure costs $5,000");
    says(&html, "each: 2 switches in the last 30 days");
    let html = page(Paid { failed_hour: None, ..paid::well() }, Some(Made::default()));
    says(&html, "Write failed_hour = \"5000\" below [pair.costs]");
    says(&html, "none was made in the last 30 days");
    is_silent_about(&html, "each: ");
}

#[test]
fn row_16_names_that_others_chose_stay_text() {
    const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let day = Day::of(NOW).plus(-3);
    let entry = |first: &str, second: &str| Entry {
        day,
        first: first.to_owned(),
        second: second.to_owned(),
        micros: Micros(7_000_000),
    };
    let of = |entries| Read { days: [day].into(), entries };
    let read = [of(vec![entry(EVIL, EVIL)]), of(vec![entry(EVIL, "x"), entry("", "x")]), of(vec![entry("", EVIL)])];
    let ledger = Ledger::of(EVIL.into(), &read[0], &read[1], &read[2], "p", Day::of(NOW));
    let mut all = Paid { ledger: Some(ledger), ..paid::well() };
    all.tags.side = EVIL.into();
    let html = drawn(&all);
    assert_eq!(html.matches("<script").count(), drawn(&paid::well()).matches("<script").count());
    assert!(!html.contains("<img") && !html.contains("style=\"") && html.contains("&lt;script"));
}

#[test]
fn a_budget_that_is_enormous_and_sums_without_end_are_drawn_inside_the_picture() {
    for (budget, micros) in [(i64::MAX, i64::MAX), (1, i64::MIN), (1, 1), (i64::MAX, 0)] {
        let day = Day::of(NOW).plus(-1);
        let entry = Entry { day, first: "a".into(), second: "b".into(), micros: Micros(micros) };
        let read = Read { days: [day].into(), entries: vec![entry] };
        let ledger = Ledger::of("USD".into(), &read, &Read::default(), &Read::default(), "p", Day::of(NOW));
        let all = Paid { ledger: Some(ledger), budget: Some(Budget { month: Cents(budget) }), ..paid::well() };
        let html = drawn(&all);
        let heights = html.split(" height=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for height in heights.filter_map(|height| height.parse::<f64>().ok()) {
            assert!((0.0..400.0).contains(&height), "{height}");
        }
    }
}

#[test]
fn every_state_has_each_id_once_and_each_link_on_the_page_leads_somewhere() {
    for state in paid::states() {
        let page = render::costs(&Seen::state("full-ha").view(), &CostsQuery::default(), &state.paid, None).html;
        let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(all, ids.len(), "{}: {ids:?}", state.name);
        let leads = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
        for to in leads.chain(page.split("url(#").skip(1).filter_map(|rest| rest.split(')').next())) {
            assert!(ids.contains(&to), "{}: #{to}", state.name);
        }
    }
}
