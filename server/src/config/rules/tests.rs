//! What the rules take and what they refuse.

use super::*;
use proptest::prelude::*;

fn mend<T: std::fmt::Debug>(result: Result<T, Wrong>) -> String {
    result.unwrap_err().mend
}

#[test]
fn only_loopback_addresses_are_taken_until_people_can_sign_in() {
    for good in ["127.0.0.1:3000", "127.3.2.1:0", "[::1]:3000", "[::ffff:127.0.0.1]:80"] {
        assert!(listen(good).is_ok(), "{good}");
    }
    for open in ["0.0.0.0:3000", "[::]:3000", "10.0.0.4:80", "192.168.1.2:443"] {
        let wrong = listen(open).unwrap_err();
        assert!(wrong.what.contains("nobody signs in"), "{open}: {}", wrong.what);
    }
    assert_eq!(
        mend(listen("0.0.0.0:8080")),
        "listen on \"127.0.0.1:8080\" and reach it through a tunnel, or let people sign in with [sign_in]"
    );
    for bad in ["", "localhost:3000", ":3000", "3000", "127.0.0.1", "127.0.0.1:65536", "::1:3000"] {
        assert!(listen(bad).unwrap_err().what.contains("is not an address"), "{bad}");
    }
}

#[test]
fn a_path_is_not_empty_and_holds_no_escape_by_accident() {
    assert_eq!(path("a b/ü"), Ok(PathBuf::from("a b/ü")));
    assert!(path(" ").is_err());
    assert!(mend(path("C:\teal")).contains("single quotes"));
    for folder in ["data/", "/", "..", "data/.."] {
        assert!(file(folder).is_err(), "{folder}");
    }
}

#[test]
fn environment_names_follow_mwaas_rules() {
    for good in ["a", "mwaa-openlineage-blue-dev", "A_1", &"a".repeat(80)] {
        assert!(environment_name(good).is_ok(), "{good}");
    }
    for bad in ["", "1a", "-a", "_a", "a b", "a.b", "é", &"a".repeat(81)] {
        assert!(environment_name(bad).is_err(), "{bad}");
    }
}

#[test]
fn projects_and_environments_are_words_that_names_can_be_made_of() {
    assert!(project("mwaa-openlineage").is_ok() && environment("dev").is_ok() && environment("2").is_ok());
    assert!(project("").is_err() && project("2x").is_err() && project("a/b").is_err());
    assert!(environment("").is_err() && environment("dev env").is_err());
}

#[test]
fn parameter_names_follow_parameter_stores_rules() {
    let fifteen = "/a".repeat(15);
    for good in ["/mwaa/blue-green/active-environment", "flag", "/flag", "a.b_c-d", "/my/aws/flag", &fifteen] {
        assert!(parameter(good).is_ok(), "{good}");
    }
    let sixteen = "/a".repeat(16);
    let long = "a".repeat(1012);
    for bad in
        ["", "/", "//a", "/a/", "/a//b", "a/b", "/a b", "/é", "/aws/x", "AWSx", "/ssm", "flag:3", &sixteen, &long]
    {
        assert!(parameter(bad).is_err(), "{bad}");
    }
    assert_eq!(mend(parameter("mwaa/flag")), "write \"/mwaa/flag\"");
    assert!(mend(parameter("arn:aws:ssm:us-east-2:123456789012:parameter/f")).contains("bare name"));
}

#[test]
fn regions_have_the_shape_of_a_region() {
    for good in ["us-east-2", "us-gov-west-1", "ap-southeast-5", "us-isob-east-1", "eusc-de-east-1", "xx-new-10"] {
        assert!(region(good).is_ok(), "{good}");
    }
    for bad in ["", "us", "us-east", "useast2", "us-east-0", "us-east-2 ", "US-EAST-2", "us_east_2", "us-east-02"] {
        assert!(region(bad).is_err(), "{bad}");
    }
    assert_eq!(mend(region("us-east-2a")), "did you mean \"us-east-2\"?");
    assert_eq!(mend(region("US-East-2")), "did you mean \"us-east-2\"?");
    assert_eq!(mend(region("us_east_2")), "did you mean \"us-east-2\"?");
}

#[test]
fn an_account_has_twelve_digits() {
    assert!(account("012345678901").is_ok());
    for bad in ["", "12345678901", "1234567890123", "1234-5678-9012", "١٢٣٤٥٦٧٨٩٠١٢"] {
        assert!(account(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_role_tells_its_account() {
    assert_eq!(role("arn:aws:iam::123456789012:role/teal").unwrap().account, "123456789012");
    assert!(role("arn:aws-us-gov:iam::123456789012:role/ops/teal").is_ok());
    for bad in [
        "",
        "teal",
        "arn:aws:iam::123456789012:user/teal",
        "arn:aws:iam::12345:role/teal",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role/a b",
        "arn:aws:iam:us-east-2:123456789012:role/teal",
        "arn:gcp:iam::123456789012:role/teal",
    ] {
        assert!(role(bad).is_err(), "{bad}");
    }
    assert!(mend(role("arn:aws:sts::123456789012:assumed-role/teal/me")).contains("session of a role"));
}

#[test]
fn names_of_the_platforms_parts_are_names_and_no_arns() {
    assert_eq!(group("acme-marquez-dev-asg").as_deref(), Ok("acme-marquez-dev-asg"));
    assert_eq!(instance("stack/MarquezInstance").as_deref(), Ok("stack/MarquezInstance"));
    assert_eq!(database("acme-marquez-ha-dev").as_deref(), Ok("acme-marquez-ha-dev"));
    assert_eq!(secret("acme/marquez/database/dev").as_deref(), Ok("acme/marquez/database/dev"));
    let arn = "arn:aws:rds:us-east-2:123456789012:cluster:acme";
    for wrong in [
        group(arn),
        group(" "),
        instance("*"),
        instance(""),
        database(arn),
        database("1a"),
        database("a-"),
        secret(arn),
        secret("a b"),
    ] {
        assert!(mend(wrong).starts_with("write "), "each has a mend");
    }
}

#[test]
fn the_four_modes_of_the_platform_are_known_by_their_words() {
    let words = ["standard", "blue-green", "ha-marquez", "full-ha"];
    let modes = [Mode::Standard, Mode::BlueGreen, Mode::HaMarquez, Mode::FullHa];
    assert_eq!(words.map(mode), modes.map(Ok));
    assert!(mend(mode("FullHA")).contains("\"full-ha\""));
}

#[test]
fn a_title_is_one_line_that_fits() {
    assert_eq!(title("  Analytics · dev ").as_deref(), Ok("Analytics · dev"));
    assert!(title("").is_err() && title("a\nb").is_err() && title(&"x".repeat(81)).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_a_rule_panic(text in "\\PC{0,100}|[a-z0-9:/.-]{0,100}") {
        let _ = (listen(&text), file(&text), pair_id(&text), title(&text), environment_name(&text), region(&text));
        let _ = (project(&text), environment(&text), parameter(&text), account(&text), role(&text));
    }

    #[test]
    fn what_mwaa_and_parameter_store_take_is_taken_as_it_is(name in "[A-Za-z][0-9A-Za-z_-]{0,79}") {
        prop_assert_eq!(environment_name(&name), Ok(name.clone()));
        let flag = format!("/teal/{name}");
        prop_assert_eq!(parameter(&flag), Ok(flag.clone()));
    }
}
