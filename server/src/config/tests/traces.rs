//! Where traces are sent, as it is told.

use super::{PAIR, load, load_with, one};
use crate::config::{Hidden, Overrides, TracesConfig};

fn with(section: &str) -> String {
    format!("{PAIR}[traces]\n{section}")
}

#[test]
fn nothing_is_traced_unless_a_collector_is_named() {
    assert_eq!(load(PAIR).unwrap().traces, None);
    one(&with(""), "teal.toml:5:1: [traces] has no `endpoint`: add `endpoint = \"http://127.0.0.1:4318\"`");
    one(&with("percent = 10\n"), "teal.toml:5:1: [traces] has no `endpoint`");
}

#[test]
fn the_address_is_all_that_is_needed_and_gets_the_path_of_the_protocol() {
    let traces = load(&with("endpoint = \"http://127.0.0.1:4318/\"\n")).unwrap().traces;
    let usual = TracesConfig {
        address: "http://127.0.0.1:4318/v1/traces".into(),
        headers: Vec::new(),
        service_name: "teal".into(),
        percent: 100,
        parents: false,
    };
    assert_eq!(traces, Some(usual.clone()));
    let text = format!(
        "trusted_proxies = [\"10.0.0.0/8\"]\n{}",
        with(
            "endpoint = \"https://otlp.example.com/otlp\"\nservice_name = \"teal-dev\"\npercent = 5\nparents = true\n"
        )
    );
    let told = TracesConfig {
        address: "https://otlp.example.com/otlp/v1/traces".into(),
        service_name: "teal-dev".into(),
        percent: 5,
        parents: true,
        ..usual
    };
    assert_eq!(load(&text).unwrap().traces, Some(told));
}

#[test]
fn an_address_that_no_collector_has_is_refused_with_what_mends_it() {
    for (endpoint, says) in [
        ("127.0.0.1:4318", "`127.0.0.1:4318` is no address of a collector: write scheme, host and port"),
        ("grpc://127.0.0.1:4317", "`grpc://127.0.0.1:4317` is no address of a collector"),
        ("http://", "`http://` is no address of a collector"),
        ("https://otlp.example.com?key=1", "`https://otlp.example.com?key=1` is no address of a collector"),
        ("http://127.0.0.1:4318/v1/traces", "`http://127.0.0.1:4318/v1/traces` has the path that Teal adds: leave"),
    ] {
        one(&with(&format!("endpoint = \"{endpoint}\"\n")), &format!("teal.toml:6:12: {says}"));
    }
    let password = "endpoint = \"https://ana:hunter2@otlp.example.com\"\n";
    one(&with(password), "teal.toml:6:12: the address of the collector has a name or a password in it: write");
    assert!(!load(&with(password)).unwrap_err().to_string().contains("hunter2"));
}

#[test]
fn the_other_keys_are_checked_too() {
    let endpoint = "endpoint = \"http://127.0.0.1:4318\"\n";
    one(&with(&format!("{endpoint}percent = 0\n")), "teal.toml:7:11: percent `0` is out of bounds");
    one(&with(&format!("{endpoint}service_name = \"\"\n")), "teal.toml:7:16: `` cannot be the name of a service");
    one(&with(&format!("{endpoint}sample = 5\n")), "teal.toml:7:1: unknown key `sample` in [traces]");
    one(
        &with(&format!("{endpoint}parents = true\n")),
        "teal.toml:5:1: `parents` lets a proxy say what a request is part of, and no proxy is trusted: name",
    );
}

#[test]
fn headers_come_from_the_environment_or_a_file_and_are_never_shown() {
    let (folder, https) = (tempfile::tempdir().unwrap(), "endpoint = \"https://otlp.example.com\"\n");
    let file = folder.path().join("headers");
    std::fs::write(&file, "Authorization: Bearer a:b=\n\nx-team: data\n").unwrap();
    let text = with(&format!("{https}headers_file = \"{}\"\n", file.display()));
    let config = load(&text).unwrap();
    let headers = config.traces.clone().unwrap().headers;
    let hidden = |name: &str, value: &str| (name.to_owned(), Hidden(value.to_owned()));
    assert_eq!(headers, [hidden("authorization", "Bearer a:b="), hidden("x-team", "data")]);
    assert!(!format!("{config:?}").contains("Bearer"), "no log may show it");

    let env = [("TEAL_TRACES_HEADERS", "x-key: from the environment")];
    let config = load_with(&text, &env, &Overrides::default()).unwrap();
    assert_eq!(config.traces.unwrap().headers, [hidden("x-key", "from the environment")]);

    for (text, says) in [
        ("", "TEAL_TRACES_HEADERS: there is no header in it: write one a line"),
        ("ok: 1\nhunter2", "TEAL_TRACES_HEADERS: line 2 is no header: write one header a line"),
        ("a b: hunter2", "TEAL_TRACES_HEADERS: line 1 does not begin with the name of a header"),
        ("x-key: hunter2\u{e9}\u{1}", "TEAL_TRACES_HEADERS: line 1 has a value that no header can have"),
        ("content-type: hunter2", "TEAL_TRACES_HEADERS: line 1 has a header that Teal sends itself: remove it"),
    ] {
        let said = load_with(&with(https), &[("TEAL_TRACES_HEADERS", text)], &Overrides::default()).unwrap_err();
        assert!(said.to_string().starts_with(says), "{said}");
        assert!(!said.to_string().contains("hunter2"), "{said}");
    }
    one(
        &with(&format!("{https}headers_file = \"/nowhere/at/all\"\n")),
        "teal.toml:7:16: /nowhere/at/all cannot be read (",
    );
}

#[test]
fn headers_do_not_travel_where_others_could_read_them() {
    let env = [("TEAL_TRACES_HEADERS", "x-key: 1")];
    let load = |endpoint: &str| load_with(&with(&format!("endpoint = \"{endpoint}\"\n")), &env, &Overrides::default());
    let said = load("http://collector.internal:4318").unwrap_err().to_string();
    assert_eq!(
        said,
        "TEAL_TRACES_HEADERS: the headers could be read on the way to the collector: give `endpoint` an address with \
         https, or one of this machine"
    );
    for endpoint in ["http://127.0.0.1:4318", "http://localhost:4318", "https://collector.internal"] {
        load(endpoint).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    }
    // Without headers there is nothing to hide: a collector in one's own network rarely has a certificate.
    super::load(&with("endpoint = \"http://collector.internal:4318\"\n")).unwrap();
}
