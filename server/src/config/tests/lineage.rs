//! The lineage service: where it is opened and asked, and what the sides write into.

use teal_domain::{Color, lineage::Setup};

use super::{PAIR, load, one};

fn setup(rest: &str) -> Setup {
    load(&format!("{PAIR}{rest}")).unwrap_or_else(|mistakes| panic!("{mistakes}")).pairs[0].lineage.clone()
}

#[test]
fn without_a_section_nothing_is_asked_and_the_namespaces_are_the_fields() {
    let setup = setup("");
    assert!(!setup.asks() && setup.public.is_none());
    assert_eq!(Color::BOTH.map(|color| setup.namespace(color)), ["p-blue-dev", "p-green-dev"]);
}

#[test]
fn all_of_it_is_taken_as_it_is_said() {
    let setup = setup(
        "[pair.lineage]\npublic_url = \"https://marquez.example.com/\"\napi_url = \"http://marquez.internal:5000\"\n\
         health_url = \"http://marquez.internal:5001/healthcheck\"\nnamespaces = { green = \"lake@g\" }\n",
    );
    assert_eq!(
        setup.public.as_ref().map(teal_domain::lineage::WebAddress::as_str),
        Some("https://marquez.example.com")
    );
    assert_eq!(setup.api.as_ref().map(teal_domain::lineage::WebAddress::as_str), Some("http://marquez.internal:5000"));
    assert_eq!(setup.health.as_deref(), Some("http://marquez.internal:5001/healthcheck"));
    assert_eq!(Color::BOTH.map(|color| setup.namespace(color)), ["p-blue-dev", "lake@g"], "each can be named alone");
}

#[test]
fn the_health_may_stand_where_it_stood_before_and_not_twice() {
    let old = "lineage_health_url = \"http://m:5001/healthcheck\"\n";
    assert_eq!(setup(old).health.as_deref(), Some("http://m:5001/healthcheck"));
    one(
        &format!("{PAIR}{old}[pair.lineage]\nhealth_url = \"http://m:5001/healthcheck\"\n"),
        "teal.toml:5:22: the health of the lineage service is told twice: keep `health_url` of [pair.lineage]",
    );
}

#[test]
fn an_address_that_is_none_or_holds_more_is_refused_with_its_line() {
    let with = |rest: &str| format!("{PAIR}[pair.lineage]\n{rest}\n");
    for key in ["public_url", "api_url", "health_url"] {
        for wrong in ["javascript:alert(1)", "marquez:5000", "https://me:pw@marquez"] {
            one(
                &with(&format!("{key} = \"{wrong}\"")),
                &format!("teal.toml:6:{}: `{wrong}` is no address", key.len() + 4),
            );
        }
    }
    one(
        &with("api_url = \"http://m:5000/?x=1\""),
        "teal.toml:6:11: `http://m:5000/?x=1` is more than where something is",
    );
    one(
        &with("public_ulr = \"http://m\""),
        "teal.toml:6:1: unknown key `public_ulr` in [pair.lineage]: did you mean `public_url`?",
    );
}

#[test]
fn a_namespace_that_marquez_would_not_take_is_refused() {
    for wrong in ["", "..", "a b", "ümlaut"] {
        one(
            &format!("{PAIR}[pair.lineage]\nnamespaces = {{ blue = \"{wrong}\" }}\n"),
            &format!("teal.toml:6:23: `{wrong}` is no namespace that Marquez takes"),
        );
    }
    one(
        &format!("{PAIR}[pair.lineage]\nnamespaces = {{ purple = \"x\" }}\n"),
        "teal.toml:6:16: unknown key `purple` in `namespaces` of [pair.lineage]",
    );
}
