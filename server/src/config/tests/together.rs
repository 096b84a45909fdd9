//! Pairs that stand in each other's way.

use super::{PAIR, load, one};

/// Two pairs: the first as in [`PAIR`] (lines 1 to 4), the second with this below its project (line 6).
fn and_a_second(rest: &str) -> String {
    format!("{PAIR}[[pair]]\nproject = \"q\"\n{rest}")
}

#[test]
fn two_pairs_of_one_id_are_refused() {
    one(
        &and_a_second("environment = \"dev\"\nregion = \"eu-west-1\"\n"),
        "teal.toml:7:15: two pairs are called `dev`, here and at teal.toml:3:15: give one of them another `id`",
    );
}

#[test]
fn two_pairs_on_one_flag_in_one_account_and_region_are_refused() {
    one(
        &and_a_second("environment = \"prod\"\nregion = \"us-east-2\"\n"),
        "teal.toml:5:1: two pairs have the flag `/mwaa/blue-green/active-environment` of the account of the default \
         credentials in us-east-2, here and at teal.toml:1:1: a switch of one would switch the other: give one",
    );
    one(
        &and_a_second(
            "environment = \"prod\"\nregion = \"us-east-2\"\nnames.flag = \"/mwaa/blue-green/active-environment\"\n",
        ),
        "teal.toml:9:14: two pairs have the flag",
    );
}

#[test]
fn a_leading_slash_does_not_make_another_flag() {
    let first = format!("{PAIR}names.flag = \"/flag\"\n");
    let second = "[[pair]]\nproject = \"q\"\nenvironment = \"prod\"\nregion = \"us-east-2\"\nnames.flag = \"flag\"\n";
    one(&format!("{first}{second}"), "teal.toml:10:14: two pairs have the flag `flag`");
}

#[test]
fn the_same_flag_in_another_region_or_account_is_another_flag() {
    assert!(load(&and_a_second("environment = \"prod\"\nregion = \"us-east-1\"\n")).is_ok());
    let role =
        "environment = \"prod\"\nregion = \"us-east-2\"\nassume_role_arn = \"arn:aws:iam::999999999999:role/t\"\n";
    assert!(load(&and_a_second(role)).is_ok());
    assert!(load(&and_a_second("environment = \"prod\"\nregion = \"us-east-2\"\nnames.flag = \"/other\"\n")).is_ok());
}

#[test]
fn an_account_is_known_from_the_role_and_from_whoever_shares_the_default_credentials() {
    let role = "assume_role_arn = \"arn:aws:iam::999999999999:role/t\"\n";
    let same = "environment = \"prod\"\nregion = \"us-east-2\"\n";
    // Two roles of one account.
    let two = format!("{PAIR}{role}[[pair]]\nproject = \"q\"\n{same}{}", role.replace("role/t", "role/u"));
    one(&two, "teal.toml:6:1: two pairs have the flag `/mwaa/blue-green/active-environment` of account 999999999999");
    // The default credentials' account is named by one pair, and is the account of the other one's role.
    one(
        &format!("{PAIR}account = \"999999999999\"\n[[pair]]\nproject = \"q\"\n{same}{role}"),
        "teal.toml:6:1: two pairs have the flag",
    );
    // One of two pairs with the default credentials names the account, in whichever order.
    one(
        &format!("{PAIR}[[pair]]\nproject = \"q\"\naccount = \"999999999999\"\n{same}"),
        "teal.toml:5:1: two pairs have the flag",
    );
}

#[test]
fn accounts_that_cannot_be_are_refused() {
    one(
        &format!("{PAIR}account = \"123456789012\"\nassume_role_arn = \"arn:aws:iam::999999999999:role/t\"\n"),
        "teal.toml:5:11: account 123456789012 is not the role's, which is 999999999999: mend one of the two",
    );
    one(
        &format!(
            "{PAIR}account = \"123456789012\"\n[[pair]]\nproject = \"q\"\nenvironment = \"prod\"\n\
             region = \"us-east-1\"\naccount = \"999999999999\"\n"
        ),
        "teal.toml:10:11: account 999999999999 here and account 123456789012 at teal.toml:5:11 are both without a role",
    );
}

#[test]
fn one_environment_in_two_places_is_refused() {
    one(
        &format!("{PAIR}names.blue = \"x\"\nnames.green = \"x\"\n"),
        "teal.toml:6:15: the environment `x` of the account of the default credentials in us-east-2 is used twice, as \
         green here and as blue at teal.toml:5:14: name another",
    );
    one(
        &and_a_second(
            "environment = \"prod\"\nregion = \"us-east-2\"\nnames = { flag = \"/q\", blue = \"p-green-dev\" }\n",
        ),
        "teal.toml:9:31: the environment `p-green-dev` of",
    );
}
