//! What was paid: whether it may be asked for, what was planned, and by which tags it is told apart.

use teal_domain::{
    bill::{Budget, Tags},
    cost::Cents,
};

use super::{PAIR, load, one};
use crate::config::PairCosts;

fn costs(rest: &str) -> PairCosts {
    load(&format!("{PAIR}{rest}")).unwrap_or_else(|mistakes| panic!("{mistakes}")).pairs[0].costs.clone()
}

#[test]
fn nothing_is_asked_unless_somebody_says_so() {
    assert!(!load(PAIR).expect("a config").actual_costs);
    assert!(load(&format!("{PAIR}[costs]\nactual = true\n")).expect("a config").actual_costs);
    one(
        &format!("{PAIR}[costs]\nactual = \"yes\"\n"),
        "teal.toml:6:10: `actual` wants true or false, and this is the text `yes`: write `actual = true`",
    );
    one(
        &format!("{PAIR}[costs]\nactuals = true\n"),
        "teal.toml:6:1: unknown key `actuals` in [costs]: did you mean `actual`?",
    );
}

#[test]
fn without_a_section_nothing_is_planned_and_the_tags_are_the_fields() {
    assert_eq!(costs(""), PairCosts { budget: None, failed_hour: None, tags: Tags::by_convention("p", "dev") });
}

#[test]
fn sums_are_texts_or_numbers_in_dollars_whole_or_with_cents() {
    for (written, cents) in [
        ("\"1200.00\"", 120_000),
        ("\"1200\"", 120_000),
        ("1200", 120_000),
        ("1200.5", 120_050),
        ("1_200.25", 120_025),
        ("\"0.01\"", 1),
    ] {
        let costs = costs(&format!("[pair.costs]\nbudget = {written}\nfailed_hour = {written}\n"));
        assert_eq!(costs.budget, Some(Budget { month: Cents(cents) }), "{written}");
        assert_eq!(costs.failed_hour, Some(Cents(cents)), "{written}");
    }
}

#[test]
fn what_is_no_sum_is_refused_with_its_line() {
    let mend = "write US dollars, whole or with cents, like \"1200.00\"";
    for (written, says) in [
        ("\"1,200\"", "`1,200` is no sum"),
        ("\"$1200\"", "`$1200` is no sum"),
        ("\"1200.005\"", "`1200.005` is no sum"),
        ("-1", "`-1` is no sum"),
        ("1e3", "`1e3` is no sum"),
        ("\"\"", "`` is no sum"),
        ("0", "`0` is nothing: leave it out where nothing is meant"),
        ("\"0.00\"", "`0.00` is nothing: leave it out where nothing is meant"),
        ("99999999999", "`99999999999` is more than anybody pays"),
    ] {
        one(&format!("{PAIR}[pair.costs]\nbudget = {written}\n"), &format!("teal.toml:6:10: {says}: {mend}"));
        one(&format!("{PAIR}[pair.costs]\nfailed_hour = {written}\n"), &format!("teal.toml:6:15: {says}: {mend}"));
    }
    one(
        &format!("{PAIR}[pair.costs]\nbudget = true\n"),
        "teal.toml:6:10: `budget` wants a text or a number, and this is true or false: write `budget = \"1200.00\"`",
    );
}

#[test]
fn each_tag_can_be_named_alone_and_says_what_the_pair_is_called() {
    let tags = costs("[pair.costs]\ntags = { project = \"app:project\", side = \"Colour\" }\n").tags;
    assert_eq!(tags.project, ("app:project".to_owned(), "p".to_owned()));
    assert_eq!(tags.environment, ("Environment".to_owned(), "dev".to_owned()));
    assert_eq!(tags.side, "Colour");
}

#[test]
fn a_tag_that_aws_would_not_take_and_one_that_stands_for_two_are_refused() {
    for wrong in ["", " Project", "Pro$ject", "Pro\\tject"] {
        let text = format!("{PAIR}[pair.costs]\ntags = {{ project = \"{wrong}\" }}\n");
        let said = super::said(&text);
        assert!(said.len() == 1 && said[0].contains("is no key of a tag"), "{said:?}");
    }
    one(
        &format!("{PAIR}[pair.costs]\ntags = {{ project = \"Environment\" }}\n"),
        "teal.toml:6:20: `Environment` stands for two of the tags: give project, environment and side a tag each",
    );
    one(
        &format!("{PAIR}[pair.costs]\ntags = {{ colour = \"Colour\" }}\n"),
        "teal.toml:6:10: unknown key `colour` in `tags` of [pair.costs]",
    );
}
